# SPDX-License-Identifier: Apache-2.0
# One case of weir_compile_fail, or the precompiling of a prefix, run by ctest. Lists arrive
# joined by "|".
foreach(list INCLUDES DEFINITIONS OPTIONS)
  string(REPLACE "|" ";" ${list} "${${list}}")
endforeach()
list(FILTER INCLUDES EXCLUDE REGEX "^/usr/include$")
list(TRANSFORM INCLUDES PREPEND -I)
list(TRANSFORM DEFINITIONS PREPEND -D)
set(command ${COMPILER} -std=c++20 ${INCLUDES} ${DEFINITIONS} ${OPTIONS})
set(ENV{LC_ALL} C)  # plain quotes in diagnostics

if(PRECOMPILE)
  # Both compilers look for the header's name with this ending when it is given by -include.
  execute_process(COMMAND ${command} -x c++-header ${PRECOMPILE} -o ${PRECOMPILE}.gch
                  COMMAND_ERROR_IS_FATAL ANY)
  return()
endif()
if(PREFIX)
  list(APPEND command -include ${PREFIX})
endif()

execute_process(COMMAND ${command} -fsyntax-only ${SOURCE}
                RESULT_VARIABLE failed OUTPUT_VARIABLE output ERROR_VARIABLE output)
if(failed)
  message(FATAL_ERROR "does not compile even without the offending line:\n${output}")
endif()
execute_process(COMMAND ${command} -fsyntax-only -DWEIR_OFFENDING ${SOURCE}
                RESULT_VARIABLE failed OUTPUT_VARIABLE output ERROR_VARIABLE output)
if(NOT failed)
  message(FATAL_ERROR "the offending line compiles")
endif()
if(NOT output MATCHES "${MATCHES}")
  message(FATAL_ERROR "refused, but not for the reason \"${MATCHES}\":\n${output}")
endif()
