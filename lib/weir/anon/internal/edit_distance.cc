// SPDX-License-Identifier: Apache-2.0
#include "weir/anon/internal/edit_distance.h"

#include <algorithm>
#include <numeric>
#include <vector>

namespace weir::anon::internal {

size_t EditDistance(std::string_view a, std::string_view b, size_t most) {
  const size_t difference = a.size() > b.size() ? a.size() - b.size() : b.size() - a.size();
  if (difference > most) return most + 1;
  std::vector<size_t> two_before(b.size() + 1);
  std::vector<size_t> before(b.size() + 1);
  std::vector<size_t> row(b.size() + 1);
  std::iota(before.begin(), before.end(), size_t{0});
  for (size_t i = 1; i <= a.size(); ++i) {
    row[0] = i;
    for (size_t j = 1; j <= b.size(); ++j) {
      const size_t change = a[i - 1] == b[j - 1] ? 0 : 1;
      row[j] = std::min({before[j] + 1, row[j - 1] + 1, before[j - 1] + change});
      const bool is_swap = i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1];
      if (is_swap) row[j] = std::min(row[j], two_before[j - 2] + 1);
    }
    if (*std::min_element(row.begin(), row.end()) > most) return most + 1;
    std::swap(two_before, before);
    std::swap(before, row);
  }
  return std::min(before[b.size()], most + 1);
}

std::string FoldLabel(std::string_view label) {
  std::string folded;
  for (const char c : label) {
    if (c == ' ' || c == '\t' || c == '-' || c == '_') continue;
    folded += c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  }
  return folded;
}

}  // namespace weir::anon::internal
