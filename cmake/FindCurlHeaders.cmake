# SPDX-License-Identifier: Apache-2.0
# The headers of libcurl alone, for code that loads the library with dlopen: target
# WeirCurl::Headers.
find_path(Curl_INCLUDE_DIR curl/curl.h)
include(FindPackageHandleStandardArgs)
find_package_handle_standard_args(CurlHeaders REQUIRED_VARS Curl_INCLUDE_DIR)
if(CurlHeaders_FOUND AND NOT TARGET WeirCurl::Headers)
  add_library(WeirCurl::Headers INTERFACE IMPORTED)
  set_target_properties(WeirCurl::Headers PROPERTIES
    INTERFACE_INCLUDE_DIRECTORIES "${Curl_INCLUDE_DIR}")
endif()
mark_as_advanced(Curl_INCLUDE_DIR)
