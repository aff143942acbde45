// SPDX-License-Identifier: Apache-2.0
#include "weir/anon/internal/clp_library.h"

#include <string>

#include <dlfcn.h>

namespace weir::anon::internal {
namespace {

// The interface whose header we were built with has this version.
constexpr const char* kSystemName = "libClp.so.1";

StatusOr<ClpLibrary> FindFunctions(void* handle) {
  ClpLibrary library;
#define WEIR_CLP_FIND(name)                                                   \
  library.name = reinterpret_cast<decltype(&::name)>(::dlsym(handle, #name)); \
  if (library.name == nullptr) {                                              \
    return Unavailable("libClp has no function " #name ": it is too old");    \
  }
  WEIR_CLP_FUNCTIONS(WEIR_CLP_FIND)
#undef WEIR_CLP_FIND
  return library;
}

StatusOr<ClpLibrary> Load() {
  std::string tried;
  for (const char* place : {WEIR_CLP_LIBRARY_PATH, kSystemName}) {
    void* handle = ::dlopen(place, RTLD_NOW | RTLD_LOCAL);
    if (handle != nullptr) return FindFunctions(handle);
    const char* reason = ::dlerror();  // NOLINT(concurrency-mt-unsafe): a state per thread
    tried += (tried.empty() ? "" : "; ") + std::string(reason == nullptr ? place : reason);
  }
  return Unavailable("libClp, which audits tables, cannot be loaded: %s", tried.c_str());
}

}  // namespace

StatusOr<const ClpLibrary*> LoadClp() {
  static const StatusOr<ClpLibrary>& library = *new StatusOr<ClpLibrary>(Load());
  if (!library.ok()) return library.status();
  return &*library;
}

}  // namespace weir::anon::internal
