// SPDX-License-Identifier: Apache-2.0
#include "weir/anon/internal/clp_library.h"

namespace weir::anon::internal {
namespace {

// The interface whose header we were built with has this version.
constexpr const char* kSystemName = "libClp.so.1";

Status FindFunctions(const SharedLibrary& opened, ClpLibrary& library) {
  WEIR_CLP_FUNCTIONS(WEIR_LIBRARY_FIND)
  return OkStatus();
}

StatusOr<ClpLibrary> Load() {
  WEIR_ASSIGN_OR_RETURN(const SharedLibrary opened,
                        SharedLibrary::Open({.name = "libClp",
                                             .purpose = ", which audits tables,",
                                             .places = {WEIR_CLP_LIBRARY_PATH, kSystemName}}));
  ClpLibrary library;
  WEIR_RETURN_IF_ERROR(FindFunctions(opened, library));
  return library;
}

}  // namespace

StatusOr<const ClpLibrary*> LoadClp() {
  static const StatusOr<ClpLibrary>& library = *new StatusOr<ClpLibrary>(Load());
  if (!library.ok()) return library.status();
  return &*library;
}

}  // namespace weir::anon::internal
