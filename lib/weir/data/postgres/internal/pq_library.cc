// SPDX-License-Identifier: Apache-2.0
#include "weir/data/postgres/internal/pq_library.h"

#include <dlfcn.h>

namespace weir::data::internal {
namespace {

StatusOr<PqLibrary> FindPqFunctions(void* handle) {
  PqLibrary library;
#define WEIR_PQ_FIND(name)                                                    \
  library.name = reinterpret_cast<decltype(&::name)>(::dlsym(handle, #name)); \
  if (library.name == nullptr) {                                              \
    return Unavailable("libpq has no function " #name ": it is too old");     \
  }
  WEIR_PQ_FUNCTIONS(WEIR_PQ_FIND)
#undef WEIR_PQ_FIND
  return library;
}

StatusOr<PqLibrary> Load() {
  void* handle = ::dlopen("libpq.so.5", RTLD_NOW | RTLD_LOCAL);
  if (handle != nullptr) return FindPqFunctions(handle);
  const char* reason = ::dlerror();  // NOLINT(concurrency-mt-unsafe): a state per thread
  return Unavailable("libpq cannot be loaded (Debian: package libpq5): %s",
                     reason == nullptr ? "no reason given" : reason);
}

}  // namespace

StatusOr<const PqLibrary*> LoadPqLibrary() {
  static const StatusOr<PqLibrary>& library = *new StatusOr<PqLibrary>(Load());
  if (!library.ok()) return library.status();
  return &*library;
}

}  // namespace weir::data::internal
