// SPDX-License-Identifier: Apache-2.0
#ifndef WEIR_TESTS_STATISTICAL_EFFORT_H_
#define WEIR_TESTS_STATISTICAL_EFFORT_H_

#include <cstdint>
#include <cstdlib>
#include <iostream>

#include "weir/base/random.h"

namespace weir::test {

// `./dev soak` asks for the full length and for seeds that no run had before.
inline bool IsSoak() { return std::getenv("WEIR_SOAK") != nullptr; }

struct Effort {
  uint64_t everyday;
  uint64_t soak;
  uint64_t value() const { return IsSoak() ? soak : everyday; }
};

// `fixed`, or under soak a fresh seed, which is printed.
inline uint64_t StatisticalSeed(uint64_t fixed) {
  if (!IsSoak()) return fixed;
  const uint64_t seed = SystemRandom().Word();
  std::cout << "seed " << seed << " in place of " << fixed << "\n";
  return seed;
}

}  // namespace weir::test

#endif  // WEIR_TESTS_STATISTICAL_EFFORT_H_
