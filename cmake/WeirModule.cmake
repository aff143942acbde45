# SPDX-License-Identifier: Apache-2.0
# One target a module: weir_<name>, alias weir::<name>; one executable a test file group.

# weir_library(NAME dp HEADERS a.h SOURCES a.cc DEPS weir::base PRIVATE_DEPS OpenSSL::Crypto)
# HEADERS and SOURCES are relative to the calling folder, which lies below lib/weir.
function(weir_library)
  cmake_parse_arguments(ARG "" "NAME" "HEADERS;SOURCES;DEPS;PRIVATE_DEPS" ${ARGN})
  set(target weir_${ARG_NAME})
  add_library(${target} STATIC ${ARG_SOURCES})
  add_library(weir::${ARG_NAME} ALIAS ${target})
  set_target_properties(${target} PROPERTIES EXPORT_NAME ${ARG_NAME} LINKER_LANGUAGE CXX)
  target_sources(${target} PUBLIC FILE_SET HEADERS BASE_DIRS ${PROJECT_SOURCE_DIR}/lib
                                  FILES ${ARG_HEADERS})
  target_link_libraries(${target} PUBLIC ${ARG_DEPS}
                        PRIVATE $<BUILD_INTERFACE:weir_compile_options> ${ARG_PRIVATE_DEPS})
endfunction()

# weir_test(NAME dp_test SOURCES a_test.cc DEPS weir::dp LABELS unit [TIMEOUT 60])
function(weir_test)
  cmake_parse_arguments(ARG "" "NAME;TIMEOUT" "SOURCES;DEPS;LABELS" ${ARGN})
  if(NOT ARG_TIMEOUT)
    set(ARG_TIMEOUT 120)
  endif()
  if(WEIR_SANITIZE)
    # Instrumented code takes several times as long.
    math(EXPR ARG_TIMEOUT "10 * ${ARG_TIMEOUT}")
  endif()
  if(NOT ARG_LABELS)
    set(ARG_LABELS unit)
  endif()
  add_executable(${ARG_NAME} ${ARG_SOURCES})
  target_link_libraries(${ARG_NAME} PRIVATE ${ARG_DEPS} weir_test_support
                        weir_compile_options GTest::gmock GTest::gtest_main)
  target_compile_definitions(${ARG_NAME} PRIVATE
    WEIR_SOURCE_DIR="${PROJECT_SOURCE_DIR}" WEIR_BINARY_DIR="${PROJECT_BINARY_DIR}")
  add_test(NAME ${ARG_NAME} COMMAND ${ARG_NAME})
  set_tests_properties(${ARG_NAME} PROPERTIES LABELS "${ARG_LABELS}" TIMEOUT ${ARG_TIMEOUT})
endfunction()
