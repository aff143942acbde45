// SPDX-License-Identifier: Apache-2.0
#ifndef WEIR_DP_INTERNAL_WORDS_H_
#define WEIR_DP_INTERNAL_WORDS_H_

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>

#include "weir/base/random.h"

namespace weir::dp::internal {

// Words for one sample: each comes from the source when it is needed.
class DirectWords {
 public:
  explicit DirectWords(RandomSource& random) : random_(random) {}
  uint64_t Next() { return random_.Word(); }

 private:
  RandomSource& random_;
};

// Words for many samples: fetched in blocks, used once, wiped at the end.
class BlockWords {
 public:
  explicit BlockWords(RandomSource& random) : random_(random) {}
  ~BlockWords() {
    words_.fill(0);
    asm volatile("" : : "r"(words_.data()) : "memory");
  }
  BlockWords(const BlockWords&) = delete;
  BlockWords& operator=(const BlockWords&) = delete;

  uint64_t Next() {
    if (used_ == words_.size()) Refill();
    return words_[used_++];
  }

 private:
  void Refill() {
    random_.Fill({reinterpret_cast<uint8_t*>(words_.data()), sizeof(words_)});
    used_ = 0;
  }

  RandomSource& random_;
  std::array<uint64_t, 128> words_{};
  size_t used_ = words_.size();
};

}  // namespace weir::dp::internal

#endif  // WEIR_DP_INTERNAL_WORDS_H_
