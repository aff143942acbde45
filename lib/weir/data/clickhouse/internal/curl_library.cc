// SPDX-License-Identifier: Apache-2.0
#include "weir/data/clickhouse/internal/curl_library.h"

namespace weir::data::internal {
namespace {

Status FindFunctions(const SharedLibrary& opened, CurlLibrary& library) {
  WEIR_CURL_FUNCTIONS(WEIR_LIBRARY_FIND)
  return OkStatus();
}

StatusOr<CurlLibrary> Load() {
  WEIR_ASSIGN_OR_RETURN(const SharedLibrary opened,
                        SharedLibrary::Open({.name = "libcurl",
                                             .purpose = ", which asks ClickHouse servers,",
                                             .places = {"libcurl.so.4"}}));
  CurlLibrary library;
  WEIR_RETURN_IF_ERROR(FindFunctions(opened, library));
  if (library.curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK) {
    return Unavailable("libcurl cannot be started");
  }
  return library;
}

}  // namespace

StatusOr<const CurlLibrary*> LoadCurl() {
  static const StatusOr<CurlLibrary>& library = *new StatusOr<CurlLibrary>(Load());
  if (!library.ok()) return library.status();
  return &*library;
}

}  // namespace weir::data::internal
