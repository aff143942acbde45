// SPDX-License-Identifier: Apache-2.0
#include "weir/data/duckdb/internal/library.h"

#include <array>
#include <string>
#include <vector>

#include <dlfcn.h>
#include <unistd.h>

namespace weir::data::internal {
namespace {

std::vector<std::string> Places() {
  std::vector<std::string> places;
#ifdef WEIR_DUCKDB_LIBRARY_PATH
  places.emplace_back(WEIR_DUCKDB_LIBRARY_PATH);
#endif
  std::array<char, 4096> program{};
  const ssize_t length = ::readlink("/proc/self/exe", program.data(), program.size());
  if (length > 0 && static_cast<size_t>(length) < program.size()) {
    const std::string path(program.data(), static_cast<size_t>(length));
    places.push_back(path.substr(0, path.rfind('/')) + "/../lib/weir/libduckdb.so");
  }
  places.emplace_back("libduckdb.so");
  return places;
}

StatusOr<Library> FindFunctions(void* handle) {
  Library library;
#define WEIR_DUCKDB_FIND(name)                                                \
  library.name = reinterpret_cast<decltype(&::name)>(::dlsym(handle, #name)); \
  if (library.name == nullptr) {                                              \
    return Unavailable("libduckdb has no function " #name ": it is too old"); \
  }
  WEIR_DUCKDB_FUNCTIONS(WEIR_DUCKDB_FIND)
#undef WEIR_DUCKDB_FIND
  return library;
}

StatusOr<Library> Load() {
  std::string tried;
  for (const std::string& place : Places()) {
    void* handle = ::dlopen(place.c_str(), RTLD_LAZY | RTLD_LOCAL);
    if (handle != nullptr) return FindFunctions(handle);
    const char* reason = ::dlerror();  // NOLINT(concurrency-mt-unsafe): a state per thread
    tried += (tried.empty() ? "" : "; ") + (reason == nullptr ? place : std::string(reason));
  }
  return Unavailable("libduckdb cannot be loaded: %s", tried.c_str());
}

}  // namespace

StatusOr<const Library*> LoadLibrary() {
  static const StatusOr<Library>& library = *new StatusOr<Library>(Load());
  if (!library.ok()) return library.status();
  return &*library;
}

}  // namespace weir::data::internal
