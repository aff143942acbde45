// SPDX-License-Identifier: Apache-2.0
#include "weir/data/postgres/internal/pq_library.h"

namespace weir::data::internal {
namespace {

Status FindFunctions(const SharedLibrary& opened, PqLibrary& library) {
  WEIR_PQ_FUNCTIONS(WEIR_LIBRARY_FIND)
  return OkStatus();
}

StatusOr<PqLibrary> Load() {
  WEIR_ASSIGN_OR_RETURN(
      const SharedLibrary opened,
      SharedLibrary::Open(
          {.name = "libpq", .purpose = " (Debian: package libpq5)", .places = {"libpq.so.5"}}));
  PqLibrary library;
  WEIR_RETURN_IF_ERROR(FindFunctions(opened, library));
  return library;
}

}  // namespace

StatusOr<const PqLibrary*> LoadPqLibrary() {
  static const StatusOr<PqLibrary>& library = *new StatusOr<PqLibrary>(Load());
  if (!library.ok()) return library.status();
  return &*library;
}

}  // namespace weir::data::internal
