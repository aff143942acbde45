// SPDX-License-Identifier: Apache-2.0
#include "weir/data/duckdb/internal/library.h"

#include <array>
#include <string>
#include <vector>

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

Status FindFunctions(const SharedLibrary& opened, Library& library) {
  WEIR_DUCKDB_FUNCTIONS(WEIR_LIBRARY_FIND)
  return OkStatus();
}

// To bind all of its symbols at once takes 12 ms.
StatusOr<Library> Load() {
  WEIR_ASSIGN_OR_RETURN(
      const SharedLibrary opened,
      SharedLibrary::Open({.name = "libduckdb", .places = Places(), .is_large = true}));
  Library library;
  WEIR_RETURN_IF_ERROR(FindFunctions(opened, library));
  return library;
}

}  // namespace

StatusOr<const Library*> LoadLibrary() {
  static const StatusOr<Library>& library = *new StatusOr<Library>(Load());
  if (!library.ok()) return library.status();
  return &*library;
}

}  // namespace weir::data::internal
