// SPDX-License-Identifier: Apache-2.0
#ifndef WEIR_DATA_DUCKDB_INTERNAL_LIBRARY_H_
#define WEIR_DATA_DUCKDB_INTERNAL_LIBRARY_H_

#include <duckdb.h>

#include "weir/base/shared_library.h"
#include "weir/base/status.h"

namespace weir::data::internal {

// The functions of DuckDB's C interface that we use.
#define WEIR_DUCKDB_FUNCTIONS(X)                 \
  X(duckdb_append_data_chunk)                    \
  X(duckdb_appender_create)                      \
  X(duckdb_appender_destroy)                     \
  X(duckdb_bind_add_result_column)               \
  X(duckdb_bind_get_extra_info)                  \
  X(duckdb_close)                                \
  X(duckdb_column_count)                         \
  X(duckdb_column_logical_type)                  \
  X(duckdb_column_name)                          \
  X(duckdb_column_type)                          \
  X(duckdb_connect)                              \
  X(duckdb_create_config)                        \
  X(duckdb_create_data_chunk)                    \
  X(duckdb_create_decimal_type)                  \
  X(duckdb_create_logical_type)                  \
  X(duckdb_create_scalar_function)               \
  X(duckdb_create_table_function)                \
  X(duckdb_data_chunk_get_size)                  \
  X(duckdb_data_chunk_get_vector)                \
  X(duckdb_data_chunk_reset)                     \
  X(duckdb_data_chunk_set_size)                  \
  X(duckdb_decimal_scale)                        \
  X(duckdb_decimal_width)                        \
  X(duckdb_destroy_config)                       \
  X(duckdb_destroy_data_chunk)                   \
  X(duckdb_destroy_logical_type)                 \
  X(duckdb_destroy_result)                       \
  X(duckdb_destroy_scalar_function)              \
  X(duckdb_destroy_table_function)               \
  X(duckdb_disconnect)                           \
  X(duckdb_fetch_chunk)                          \
  X(duckdb_free)                                 \
  X(duckdb_function_get_extra_info)              \
  X(duckdb_function_set_error)                   \
  X(duckdb_interrupt)                            \
  X(duckdb_open_ext)                             \
  X(duckdb_query)                                \
  X(duckdb_register_scalar_function)             \
  X(duckdb_register_table_function)              \
  X(duckdb_result_error)                         \
  X(duckdb_result_error_type)                    \
  X(duckdb_scalar_function_add_parameter)        \
  X(duckdb_scalar_function_get_extra_info)       \
  X(duckdb_scalar_function_set_error)            \
  X(duckdb_scalar_function_set_extra_info)       \
  X(duckdb_scalar_function_set_function)         \
  X(duckdb_scalar_function_set_name)             \
  X(duckdb_scalar_function_set_return_type)      \
  X(duckdb_scalar_function_set_special_handling) \
  X(duckdb_scalar_function_set_volatile)         \
  X(duckdb_set_config)                           \
  X(duckdb_string_t_data)                        \
  X(duckdb_string_t_length)                      \
  X(duckdb_table_function_set_bind)              \
  X(duckdb_table_function_set_extra_info)        \
  X(duckdb_table_function_set_function)          \
  X(duckdb_table_function_set_init)              \
  X(duckdb_table_function_set_name)              \
  X(duckdb_validity_set_row_invalid)             \
  X(duckdb_vector_assign_string_element_len)     \
  X(duckdb_vector_ensure_validity_writable)      \
  X(duckdb_vector_get_data)                      \
  X(duckdb_vector_get_validity)

// libduckdb, loaded when first asked for: whoever reads no data does not pay for 70 MB. Members
// have the names of the functions.
struct Library {
  WEIR_DUCKDB_FUNCTIONS(WEIR_LIBRARY_MEMBER)
};

// Looks where the build found the library, then in ../lib/weir beside the program's folder, then
// where the system looks. No environment variable is read. Thread-safe; the library stays loaded.
//
// Errors: UNAVAILABLE no library, or one without a function we need; names the places.
StatusOr<const Library*> LoadLibrary();

}  // namespace weir::data::internal

#endif  // WEIR_DATA_DUCKDB_INTERNAL_LIBRARY_H_
