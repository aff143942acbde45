// SPDX-License-Identifier: Apache-2.0
#include "weir/data/clickhouse/internal/curl_library.h"

#include <dlfcn.h>

namespace weir::data::internal {
namespace {

StatusOr<CurlLibrary> Load() {
  void* handle = ::dlopen("libcurl.so.4", RTLD_NOW | RTLD_LOCAL);
  if (handle == nullptr) {
    const char* reason = ::dlerror();  // NOLINT(concurrency-mt-unsafe): a state per thread
    return Unavailable("libcurl cannot be loaded, which asks ClickHouse servers: %s",
                       reason == nullptr ? "no reason given" : reason);
  }
  CurlLibrary library;
#define WEIR_CURL_FIND(name)                                                  \
  library.name = reinterpret_cast<decltype(&::name)>(::dlsym(handle, #name)); \
  if (library.name == nullptr) {                                              \
    return Unavailable("libcurl has no function " #name ": it is too old");   \
  }
  WEIR_CURL_FUNCTIONS(WEIR_CURL_FIND)
#undef WEIR_CURL_FIND
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
