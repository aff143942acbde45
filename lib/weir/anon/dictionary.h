// SPDX-License-Identifier: Apache-2.0
#ifndef WEIR_ANON_DICTIONARY_H_
#define WEIR_ANON_DICTIONARY_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace weir::anon {

// The distinct texts of a column; a text's code is its place. Texts lie in one piece of memory,
// which moves when a text is added: views are valid until then.
//
// Not thread-safe while texts are added.
class Dictionary {
 public:
  size_t size() const { return ends_.size(); }
  std::string_view operator[](size_t code) const {
    const size_t begin = code == 0 ? 0 : ends_[code - 1];
    return std::string_view(bytes_).substr(begin, ends_[code] - begin);
  }
  std::optional<uint32_t> Find(std::string_view text) const;
  // The code of a text, a new one if there is none. At most 2^32 - 1 texts (WEIR_CHECK).
  uint32_t Add(std::string_view text);

  // Puts the texts in ascending order of their bytes; gives the new code of each old one.
  std::vector<uint32_t> Sort();

  size_t memory_bytes() const;

 private:
  size_t SlotOf(std::string_view text, uint32_t hash) const;
  void Grow();

  struct Slot {
    uint32_t hash = 0;
    uint32_t code_plus_one = 0;  // 0: free
  };
  std::string bytes_;
  std::vector<uint64_t> ends_;
  std::vector<Slot> slots_;  // a power of two, at most half full
};

}  // namespace weir::anon

#endif  // WEIR_ANON_DICTIONARY_H_
