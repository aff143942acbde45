// SPDX-License-Identifier: Apache-2.0
#ifndef WEIR_DATA_CLICKHOUSE_INTERNAL_CURL_LIBRARY_H_
#define WEIR_DATA_CLICKHOUSE_INTERNAL_CURL_LIBRARY_H_

#include <curl/curl.h>

#include "weir/base/shared_library.h"
#include "weir/base/status.h"

namespace weir::data::internal {

// The functions of libcurl that we use.
#define WEIR_CURL_FUNCTIONS(X) \
  X(curl_easy_cleanup)         \
  X(curl_easy_getinfo)         \
  X(curl_easy_init)            \
  X(curl_easy_setopt)          \
  X(curl_easy_strerror)        \
  X(curl_global_init)          \
  X(curl_multi_add_handle)     \
  X(curl_multi_cleanup)        \
  X(curl_multi_info_read)      \
  X(curl_multi_init)           \
  X(curl_multi_perform)        \
  X(curl_multi_poll)           \
  X(curl_multi_remove_handle)  \
  X(curl_multi_wakeup)         \
  X(curl_slist_append)         \
  X(curl_slist_free_all)

// libcurl, loaded when first asked for: it brings twenty libraries along, and most programs ask no
// server. Members have the names of the functions.
struct CurlLibrary {
  WEIR_CURL_FUNCTIONS(WEIR_LIBRARY_MEMBER)
};

// Looks where the system looks; no environment variable of ours is read. Thread-safe; the library
// stays loaded.
//
// Errors: UNAVAILABLE no library, or one without a function we need.
StatusOr<const CurlLibrary*> LoadCurl();

}  // namespace weir::data::internal

#endif  // WEIR_DATA_CLICKHOUSE_INTERNAL_CURL_LIBRARY_H_
