# SPDX-License-Identifier: Apache-2.0
# Tests that the compiler refuses something.

# weir_compile_fail(NAME printing_private SOURCE printing_private.cc MATCHES "use of deleted.*<<"
#                   DEPS weir::privacy [OPTIONS -Werror=unused-result] [PREFIX prefix.h]
#                   [PROPERTIES test properties])
# Checks SOURCE twice with the project's compiler and the include folders and definitions of DEPS:
# as it stands it must compile; with WEIR_OFFENDING defined it must not, and the diagnostics must
# match the regular expression MATCHES. The first run proves that it is the offending line that is
# refused, the match that it is refused for the right reason. PREFIX names a header prepared by
# weir_compile_fail_prefix in the same folder; it saves most of the time and changes nothing else.
function(weir_compile_fail)
  cmake_parse_arguments(ARG "" "NAME;SOURCE;MATCHES;PREFIX" "DEPS;OPTIONS;PROPERTIES" ${ARGN})
  set(target compile_fail_${ARG_NAME})
  # Never built; it resolves include folders and definitions as a real target would.
  add_library(${target} OBJECT EXCLUDE_FROM_ALL ${ARG_SOURCE})
  target_link_libraries(${target} PRIVATE ${ARG_DEPS})
  weir_compile_fail_flags(${target} flags)
  cmake_path(ABSOLUTE_PATH ARG_SOURCE OUTPUT_VARIABLE source)
  set(prefix)
  if(ARG_PREFIX)
    set(prefix ${CMAKE_CURRENT_BINARY_DIR}/${ARG_PREFIX})
    list(APPEND ARG_PROPERTIES FIXTURES_REQUIRED compile_fail_${ARG_PREFIX})
  endif()
  add_test(NAME ${target} COMMAND ${CMAKE_COMMAND} ${flags} -D SOURCE=${source}
    -D "MATCHES=${ARG_MATCHES}" -D "OPTIONS=$<JOIN:${ARG_OPTIONS},|>" -D PREFIX=${prefix}
    -P ${PROJECT_SOURCE_DIR}/cmake/RunCompileFail.cmake)
  set_tests_properties(${target} PROPERTIES LABELS unit TIMEOUT 120 ${ARG_PROPERTIES})
endfunction()

# weir_compile_fail_prefix(HEADER prefix.h DEPS weir::privacy)
# Precompiles a header of this folder before the cases that name it as PREFIX.
function(weir_compile_fail_prefix)
  cmake_parse_arguments(ARG "" "HEADER" "DEPS" ${ARGN})
  cmake_path(GET ARG_HEADER STEM stem)
  set(target compile_fail_${stem})
  configure_file(${ARG_HEADER} ${CMAKE_CURRENT_BINARY_DIR}/${ARG_HEADER} COPYONLY)
  add_library(${target}_flags OBJECT EXCLUDE_FROM_ALL ${ARG_HEADER})
  set_target_properties(${target}_flags PROPERTIES LINKER_LANGUAGE CXX)
  target_link_libraries(${target}_flags PRIVATE ${ARG_DEPS})
  weir_compile_fail_flags(${target}_flags flags)
  add_test(NAME ${target} COMMAND ${CMAKE_COMMAND} ${flags}
    -D PRECOMPILE=${CMAKE_CURRENT_BINARY_DIR}/${ARG_HEADER}
    -P ${PROJECT_SOURCE_DIR}/cmake/RunCompileFail.cmake)
  set_tests_properties(${target} PROPERTIES LABELS unit TIMEOUT 120
                       FIXTURES_SETUP compile_fail_${ARG_HEADER})
endfunction()

# Compiler, include folders and definitions of `target` as -D arguments; lists joined by "|".
function(weir_compile_fail_flags target result)
  set(includes $<TARGET_PROPERTY:${target},INCLUDE_DIRECTORIES>)
  set(definitions $<TARGET_PROPERTY:${target},COMPILE_DEFINITIONS>)
  set(${result} -D COMPILER=${CMAKE_CXX_COMPILER} -D "INCLUDES=$<JOIN:${includes},|>"
      -D "DEFINITIONS=$<JOIN:${definitions},|>" PARENT_SCOPE)
endfunction()
