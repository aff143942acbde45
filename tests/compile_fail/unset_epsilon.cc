// SPDX-License-Identifier: Apache-2.0
// A forgotten epsilon would silently have some default.
#include "weir/privacy/parameters.h"

namespace weir {

struct Options {
  Epsilon epsilon;
};
Options Make(Epsilon epsilon) {
#ifdef WEIR_OFFENDING
  return Options{};
#endif
  return Options{.epsilon = epsilon};
}

}  // namespace weir
