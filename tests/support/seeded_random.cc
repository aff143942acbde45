// SPDX-License-Identifier: Apache-2.0
#include "tests/support/seeded_random.h"

#include <algorithm>
#include <cstdio>
#include <cstdlib>

namespace weir::test {

uint64_t SeededRandom::Word() {
  state_ += 0x9e3779b97f4a7c15;
  uint64_t mixed = state_;
  mixed = (mixed ^ (mixed >> 30)) * 0xbf58476d1ce4e5b9;
  mixed = (mixed ^ (mixed >> 27)) * 0x94d049bb133111eb;
  return mixed ^ (mixed >> 31);
}

void SeededRandom::Fill(std::span<uint8_t> out) {
  while (!out.empty()) {
    const uint64_t word = Word();
    const size_t size = std::min<size_t>(out.size(), 8);
    for (size_t i = 0; i < size; ++i) {
      out[i] = static_cast<uint8_t>(word >> (8 * i));
    }
    out = out.subspan(size);
  }
}

ScriptedRandom ScriptedRandom::OfWords(const std::vector<uint64_t>& words) {
  std::vector<uint8_t> bytes;
  for (const uint64_t word : words) {
    for (int shift = 0; shift < 64; shift += 8) {
      bytes.push_back(static_cast<uint8_t>(word >> shift));
    }
  }
  return ScriptedRandom(std::move(bytes));
}

void ScriptedRandom::Fill(std::span<uint8_t> out) {
  if (out.size() > bytes_left()) {
    std::fprintf(stderr, "scripted random is exhausted: %zu bytes asked, %zu left\n", out.size(),
                 bytes_left());
    std::abort();
  }
  std::copy_n(bytes_.data() + position_, out.size(), out.begin());
  position_ += out.size();
}

}  // namespace weir::test
