# SPDX-License-Identifier: Apache-2.0
# Finds libpq-fe.h (Debian: libpq-dev).
#
#   Pq::Headers   the include folder only: libpq itself is loaded with dlopen when it is needed
find_path(PQ_INCLUDE_DIR NAMES libpq-fe.h PATH_SUFFIXES postgresql)
mark_as_advanced(PQ_INCLUDE_DIR)

include(FindPackageHandleStandardArgs)
find_package_handle_standard_args(PqHeaders REQUIRED_VARS PQ_INCLUDE_DIR
  REASON_FAILURE_MESSAGE "install libpq-dev")

if(PqHeaders_FOUND AND NOT TARGET Pq::Headers)
  add_library(Pq::Headers INTERFACE IMPORTED)
  set_target_properties(Pq::Headers PROPERTIES INTERFACE_INCLUDE_DIRECTORIES "${PQ_INCLUDE_DIR}")
endif()
