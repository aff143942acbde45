# SPDX-License-Identifier: Apache-2.0
# Finds libduckdb and duckdb.h: under WEIR_DUCKDB_ROOT, else under WEIR_CACHE_DIR or .cache of the
# checkout (where tools/dev/duckdb.sh puts them), else in the system.
#
#   DuckDB::DuckDB              imported shared library
#   DuckDB::Headers             the include folder only: for code that loads the library with dlopen
#   DUCKDB_LIBRARY, DUCKDB_INCLUDE_DIR
#   WEIR_DUCKDB_LIBRARY_PATH    absolute path of the library, the default place for that dlopen
set(WEIR_DUCKDB_ROOT "" CACHE PATH "Folder with lib/libduckdb.so and include/duckdb.h")
set(_duckdb_cache ${PROJECT_SOURCE_DIR}/.cache)
if(DEFINED ENV{WEIR_CACHE_DIR})
  set(_duckdb_cache $ENV{WEIR_CACHE_DIR})
endif()
set(_duckdb_roots ${_duckdb_cache}/duckdb)
set(_duckdb_only)
if(WEIR_DUCKDB_ROOT)
  set(_duckdb_roots ${WEIR_DUCKDB_ROOT})
  set(_duckdb_only NO_DEFAULT_PATH)
endif()

find_library(DUCKDB_LIBRARY NAMES duckdb HINTS ${_duckdb_roots} PATH_SUFFIXES lib
             ${_duckdb_only})
find_path(DUCKDB_INCLUDE_DIR NAMES duckdb.h HINTS ${_duckdb_roots} PATH_SUFFIXES include
          ${_duckdb_only})
mark_as_advanced(DUCKDB_LIBRARY DUCKDB_INCLUDE_DIR)

include(FindPackageHandleStandardArgs)
find_package_handle_standard_args(DuckDB REQUIRED_VARS DUCKDB_LIBRARY DUCKDB_INCLUDE_DIR
  REASON_FAILURE_MESSAGE "run tools/dev/duckdb.sh, or give -DWEIR_DUCKDB_ROOT=<folder>")

if(DuckDB_FOUND)
  file(REAL_PATH ${DUCKDB_LIBRARY} _duckdb_real)
  if(NOT EXISTS "${WEIR_DUCKDB_LIBRARY_PATH}")
    set(WEIR_DUCKDB_LIBRARY_PATH ${_duckdb_real} CACHE FILEPATH "libduckdb loaded by default" FORCE)
  endif()
  if(NOT TARGET DuckDB::Headers)
    add_library(DuckDB::Headers INTERFACE IMPORTED)
    set_target_properties(DuckDB::Headers PROPERTIES
      INTERFACE_INCLUDE_DIRECTORIES "${DUCKDB_INCLUDE_DIR}")
    add_library(DuckDB::DuckDB SHARED IMPORTED)
    set_target_properties(DuckDB::DuckDB PROPERTIES IMPORTED_LOCATION "${DUCKDB_LIBRARY}"
      INTERFACE_INCLUDE_DIRECTORIES "${DUCKDB_INCLUDE_DIR}")
  endif()
endif()
