// SPDX-License-Identifier: Apache-2.0
#include "weir/doc/internal/suggestion.h"

#include <algorithm>
#include <cctype>

#include "weir/doc/internal/field_rules.h"

namespace weir::doc::internal {
namespace {

constexpr size_t kMaxWordBytes = 64;

std::string LowerCase(std::string_view text) {
  std::string lower(text);
  for (char& c : lower) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return lower;
}

// Insertions, deletions, substitutions and swaps of neighbours that turn `a` into `b`.
size_t Distance(const std::string& a, const std::string& b) {
  std::vector<std::vector<size_t>> cost(a.size() + 1, std::vector<size_t>(b.size() + 1));
  for (size_t i = 0; i <= a.size(); ++i) {
    for (size_t j = 0; j <= b.size(); ++j) {
      if (i == 0 || j == 0) {
        cost[i][j] = i + j;
        continue;
      }
      const size_t substituted = cost[i - 1][j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
      cost[i][j] = std::min({cost[i - 1][j] + 1, cost[i][j - 1] + 1, substituted});
      const bool swapped = i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1];
      if (swapped) cost[i][j] = std::min(cost[i][j], cost[i - 2][j - 2] + 1);
    }
  }
  return cost[a.size()][b.size()];
}

}  // namespace

std::string Suggest(std::string_view word, const std::vector<std::string>& known) {
  const std::string written = LowerCase(word.substr(0, kMaxWordBytes));
  const std::string* nearest = nullptr;
  size_t nearest_distance = std::max<size_t>(1, written.size() / 3) + 1;
  for (const std::string& candidate : known) {
    const size_t distance = Distance(written, LowerCase(candidate));
    if (distance < nearest_distance) {
      nearest = &candidate;
      nearest_distance = distance;
    }
  }
  if (nearest != nullptr) return "did you mean \"" + *nearest + "\"?";
  return "known are: " + JoinWords(known);
}

}  // namespace weir::doc::internal
