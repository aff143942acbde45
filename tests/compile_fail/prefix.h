// SPDX-License-Identifier: Apache-2.0
#ifndef WEIR_TESTS_COMPILE_FAIL_PREFIX_H_
#define WEIR_TESTS_COMPILE_FAIL_PREFIX_H_

// What nearly all cases include; precompiled, it makes them fast.
#include <iostream>

#include "weir/privacy/private.h"

#endif  // WEIR_TESTS_COMPILE_FAIL_PREFIX_H_
