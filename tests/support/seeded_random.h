// SPDX-License-Identifier: Apache-2.0
#ifndef WEIR_TESTS_SUPPORT_SEEDED_RANDOM_H_
#define WEIR_TESTS_SUPPORT_SEEDED_RANDOM_H_

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "weir/base/random.h"

namespace weir::test {

// The same seed gives the same words, for ever and on every machine. Not cryptographic.
// Not thread-safe.
// Source: Steele, Lea, Flood, "Fast splittable pseudorandom number generators", OOPSLA 2014.
class SeededRandom final : public RandomSource {
 public:
  explicit SeededRandom(uint64_t seed) : state_(seed) {}
  void Fill(std::span<uint8_t> out) override;
  uint64_t Word() override;

 private:
  uint64_t state_;
};

// Hands out exactly the given bytes, in order; aborts when asked for more. Words are little-endian.
class ScriptedRandom final : public RandomSource {
 public:
  explicit ScriptedRandom(std::vector<uint8_t> bytes) : bytes_(std::move(bytes)) {}
  // The script that makes Word() return these.
  static ScriptedRandom OfWords(const std::vector<uint64_t>& words);

  void Fill(std::span<uint8_t> out) override;
  size_t bytes_left() const { return bytes_.size() - position_; }

 private:
  std::vector<uint8_t> bytes_;
  size_t position_ = 0;
};

}  // namespace weir::test

#endif  // WEIR_TESTS_SUPPORT_SEEDED_RANDOM_H_
