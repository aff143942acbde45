# SPDX-License-Identifier: Apache-2.0
# Warnings and hardening for our own sources; never exported.
add_library(weir_compile_options INTERFACE)
target_compile_options(weir_compile_options INTERFACE -Wall -Wextra -Wpedantic -Wshadow -Wconversion
                       -Wno-missing-field-initializers
                       $<$<BOOL:${WEIR_WARNINGS_AS_ERRORS}>:-Werror>)
target_compile_definitions(weir_compile_options INTERFACE _GLIBCXX_ASSERTIONS)
if(NOT CMAKE_BUILD_TYPE STREQUAL "Debug" AND NOT WEIR_SANITIZE)
  target_compile_options(weir_compile_options INTERFACE -fstack-protector-strong
                         -U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=2)
  target_link_options(weir_compile_options INTERFACE -Wl,-z,relro,-z,now)
endif()
if(WEIR_SANITIZE)
  add_compile_options(-fsanitize=${WEIR_SANITIZE} -fno-omit-frame-pointer)
  add_link_options(-fsanitize=${WEIR_SANITIZE})
  if(WEIR_SANITIZE MATCHES "thread")
    # protobuf 3.21 lays its map fields out differently where this is defined; the system's
    # library is built without it, and reflection on a map would crash.
    add_compile_options(-U__SANITIZE_THREAD__)
  endif()
endif()
