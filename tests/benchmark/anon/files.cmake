# SPDX-License-Identifier: Apache-2.0
add_executable(bench_anon_files ${CMAKE_CURRENT_LIST_DIR}/files.cc)
target_link_libraries(bench_anon_files PRIVATE weir_bench_measure weir::anon weir_test_support
                      DuckDB::Headers weir_compile_options)
target_compile_definitions(bench_anon_files PRIVATE WEIR_SOURCE_DIR="${PROJECT_SOURCE_DIR}")
