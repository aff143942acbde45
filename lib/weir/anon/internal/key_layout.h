// SPDX-License-Identifier: Apache-2.0
#ifndef WEIR_ANON_INTERNAL_KEY_LAYOUT_H_
#define WEIR_ANON_INTERNAL_KEY_LAYOUT_H_

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace weir::anon::internal {

// Keys of more words are refused.
inline constexpr size_t kMostKeyWords = 8;

// How the codes of several columns lie in a few 64-bit words. The first column has the highest
// bits of the first word, so words in ascending order are codes in ascending order; no code lies in
// two words.
class KeyLayout {
 public:
  // `bits`: of each column, in [0, 32].
  explicit KeyLayout(std::span<const unsigned> bits) {
    unsigned left = 64;
    fields_.reserve(bits.size());
    for (const unsigned width : bits) {
      if (width > left) {
        ++words_;
        left = 64;
      }
      left -= width;
      fields_.push_back(
          {.word = words_ - 1, .shift = width == 0 ? 0 : left, .mask = (uint64_t{1} << width) - 1});
    }
  }

  size_t columns() const { return fields_.size(); }
  size_t words() const { return words_; }
  // Whether a code fits the column.
  bool Fits(size_t column, uint32_t code) const { return code <= fields_[column].mask; }

  unsigned shift(size_t column) const { return fields_[column].shift; }
  size_t word(size_t column) const { return fields_[column].word; }
  uint64_t mask(size_t column) const { return fields_[column].mask; }
  // `key` begins as zeros.
  void Put(uint64_t* key, size_t column, uint32_t code) const {
    key[fields_[column].word] |= uint64_t{code} << fields_[column].shift;
  }
  uint32_t Get(const uint64_t* key, size_t column) const {
    const Field& field = fields_[column];
    return static_cast<uint32_t>(key[field.word] >> field.shift & field.mask);
  }

 private:
  struct Field {
    size_t word = 0;
    unsigned shift = 0;
    uint64_t mask = 0;
  };
  std::vector<Field> fields_;
  size_t words_ = 1;
};

}  // namespace weir::anon::internal

#endif  // WEIR_ANON_INTERNAL_KEY_LAYOUT_H_
