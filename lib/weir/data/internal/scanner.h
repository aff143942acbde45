// SPDX-License-Identifier: Apache-2.0
#ifndef WEIR_DATA_INTERNAL_SCANNER_H_
#define WEIR_DATA_INTERNAL_SCANNER_H_

#include <string_view>

namespace weir::data::internal {

// Reads from the front of a text; every method says whether it found what it wanted.
class Scanner {
 public:
  static bool IsDigit(char c) { return c >= '0' && c <= '9'; }

  explicit Scanner(std::string_view text) : rest_(text) {}

  bool AtEnd() const { return rest_.empty(); }
  bool NextIs(char c) const { return !rest_.empty() && rest_.front() == c; }
  bool Skip(char c) {
    if (!NextIs(c)) return false;
    rest_.remove_prefix(1);
    return true;
  }
  bool NextIsDigit() const { return !rest_.empty() && IsDigit(rest_.front()); }
  int TakeDigit() {
    const int digit = rest_.front() - '0';
    rest_.remove_prefix(1);
    return digit;
  }
  // Exactly `count` digits, at most 9; -1 otherwise.
  int TakeNumber(int count) {
    int value = 0;
    for (int i = 0; i < count; ++i) {
      if (!NextIsDigit()) return -1;
      value = value * 10 + TakeDigit();
    }
    return value;
  }

 private:
  std::string_view rest_;
};

}  // namespace weir::data::internal

#endif  // WEIR_DATA_INTERNAL_SCANNER_H_
