// SPDX-License-Identifier: Apache-2.0
#include "weir/anon/utility.h"

#include <algorithm>
#include <charconv>
#include <numeric>
#include <optional>
#include <string_view>
#include <utility>

#include "weir/base/status.h"

namespace weir::anon {
namespace {

TellingApart Measure(const std::vector<uint64_t>& rows_of) {
  const auto rows =
      static_cast<double>(std::accumulate(rows_of.begin(), rows_of.end(), uint64_t{0}));
  TellingApart result;
  double equal_pairs = 0;
  for (const uint64_t count : rows_of) {
    if (count == 0) continue;
    ++result.values;
    equal_pairs += static_cast<double>(count) * static_cast<double>(count - 1);
  }
  if (rows > 0) result.distinction = static_cast<double>(result.values) / rows;
  if (rows > 1) result.separation = std::max(0.0, 1 - equal_pairs / (rows * (rows - 1)));
  return result;
}

// The number that a label begins with, after a bracket or a sign of comparison.
std::optional<double> LeadingNumber(std::string_view label) {
  const size_t begin = label.find_first_not_of("[(<>= ");
  if (begin == std::string_view::npos) return std::nullopt;
  double number = 0;
  const auto parsed = std::from_chars(label.data() + begin, label.data() + label.size(), number);
  if (parsed.ec != std::errc()) return std::nullopt;
  return number;
}

bool ComesBefore(const std::string& one, const std::string& other) {
  const std::optional<double> a = LeadingNumber(one);
  const std::optional<double> b = LeadingNumber(other);
  if (a.has_value() != b.has_value()) return a.has_value();
  if (a.has_value() && *a != *b) return *a < *b;
  return one < other;
}

// A label that suppressed rows alone would have is not published: it is one of the others.
void KeepLargest(std::vector<LabelCount> all, AttributeUtility& utility) {
  std::stable_sort(all.begin(), all.end(), [](const LabelCount& a, const LabelCount& b) {
    const bool a_is_published = a.rows_after > 0;
    const bool b_is_published = b.rows_after > 0;
    if (a_is_published != b_is_published) return a_is_published;
    return a.rows_before > b.rows_before;
  });
  size_t shown = 0;
  while (shown < std::min(all.size(), kMostShownLabels) && all[shown].rows_after > 0) ++shown;
  for (size_t i = shown; i < all.size(); ++i) {
    ++utility.other_labels;
    utility.others.rows_before += all[i].rows_before;
    utility.others.rows_after += all[i].rows_after;
  }
  all.resize(shown);
  std::sort(all.begin(), all.end(),
            [](const LabelCount& a, const LabelCount& b) { return ComesBefore(a.label, b.label); });
  utility.labels = std::move(all);
}

// The middle one of the values that rows which are not suppressed have, with its label.
// NOLINTNEXTLINE(bugprone-easily-swappable-parameters): rows, then a tuple, of each value
void AddExample(std::span<const uint64_t> kept_rows_of_value,
                std::span<const size_t> tuple_of_value, const Hierarchy& hierarchy,
                const PublishedColumn& column, AttributeUtility& utility) {
  const auto values = std::count_if(kept_rows_of_value.begin(), kept_rows_of_value.end(),
                                    [](uint64_t rows) { return rows > 0; });
  auto left = values / 2;
  for (uint32_t value = 0; value < kept_rows_of_value.size(); ++value) {
    if (kept_rows_of_value[value] == 0 || left-- > 0) continue;
    utility.example_value = hierarchy.label(0, value);
    utility.example_label = column.labels[column.codes[tuple_of_value[value]]];
    return;
  }
}

AttributeUtility UtilityOfAttribute(const PublishedTable& published, size_t attribute) {
  const TupleTable& table = *published.table;
  const Hierarchy& hierarchy = *published.hierarchies[attribute];
  const PublishedColumn& column = published.columns[attribute];
  const std::vector<uint32_t>& ground = table.codes[attribute];
  std::vector<uint64_t> rows_of_value(hierarchy.size(0), 0);
  std::vector<uint64_t> all_rows(column.labels.size(), 0);
  std::vector<uint64_t> kept_rows(column.labels.size(), 0);
  std::vector<uint64_t> kept_rows_of_value(hierarchy.size(0), 0);
  std::vector<size_t> tuple_of_value(hierarchy.size(0), 0);
  for (size_t i = 0; i < table.tuples(); ++i) {
    if (table.rows[i] == 0) continue;
    rows_of_value[ground[i]] += table.rows[i];
    all_rows[column.codes[i]] += table.rows[i];
    if (published.suppressed[i]) continue;
    kept_rows[column.codes[i]] += table.rows[i];
    kept_rows_of_value[ground[i]] += table.rows[i];
    tuple_of_value[ground[i]] = i;
  }
  AttributeUtility utility = {.before = Measure(rows_of_value), .after = Measure(kept_rows)};
  AddExample(kept_rows_of_value, tuple_of_value, hierarchy, column, utility);
  std::vector<LabelCount> counts;
  for (size_t i = 0; i < column.labels.size(); ++i) {
    if (all_rows[i] == 0) continue;
    counts.push_back(
        {.label = column.labels[i], .rows_before = all_rows[i], .rows_after = kept_rows[i]});
  }
  KeepLargest(std::move(counts), utility);
  return utility;
}

}  // namespace

std::vector<AttributeUtility> UtilityOf(const PublishedTable& published) {
  WEIR_CHECK(published.columns.size() == published.table->attributes());
  std::vector<AttributeUtility> utilities;
  utilities.reserve(published.columns.size());
  for (size_t a = 0; a < published.columns.size(); ++a) {
    utilities.push_back(UtilityOfAttribute(published, a));
  }
  return utilities;
}

}  // namespace weir::anon
