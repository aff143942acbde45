// SPDX-License-Identifier: Apache-2.0
#include "weir/release/internal/plan_limits.h"

#include <algorithm>
#include <set>

#include "weir/base/decimal.h"
#include "weir/release/release_table.h"

namespace weir::release::internal {
namespace {

std::string LowerCase(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  });
  return text;
}

// Of all labels of one key, each once.
uint64_t LabelBytes(const data::KeyDomain& key) {
  uint64_t bytes = 0;
  for (const std::string& value : key.values) bytes += value.size();
  for (const Decimal& edge : key.edges) bytes += 2 * (FormatDecimal(edge).size() + 2);
  return bytes;
}

Status TooMany(const char* what, uint64_t most) {
  return InvalidArgument("the result has more than %llu %s; ask for fewer keys or measures",
                         static_cast<unsigned long long>(most), what);
}

}  // namespace

std::vector<std::string> ColumnNames(const std::vector<data::KeyDomain>& keys,
                                     const std::vector<MeasurePlan>& measures) {
  std::vector<std::string> names;
  names.reserve(keys.size() + 4 * measures.size());
  for (const data::KeyDomain& key : keys) names.push_back(key.column);
  for (const MeasurePlan& measure : measures) {
    for (const std::string& column : measure.columns) {
      for (const char* suffix : MeasureSuffixes(measure.asked, measure.shows_errors())) {
        names.push_back(column + suffix);
      }
    }
  }
  return names;
}

Status CheckColumnNames(const std::vector<std::string>& names) {
  std::set<std::string> seen;
  for (const std::string& name : names) {
    if (seen.insert(LowerCase(name)).second) continue;
    return InvalidArgument("two output columns would have the name %s", name.c_str());
  }
  return OkStatus();
}

Status CheckSize(const std::vector<data::KeyDomain>& keys, const std::vector<Channel>& channels,
                 size_t columns, uint64_t rows) {
  if (columns > kMaxColumns) return TooMany("columns", kMaxColumns);
  if (columns * rows > kMaxValues) return TooMany("values", kMaxValues);
  uint64_t noised = 0;
  for (const Channel& channel : channels) noised += channel.bins * rows;
  if (noised > kMaxNoised) return TooMany("numbers that need noise", kMaxNoised);
  uint64_t bytes = 0;
  for (const data::KeyDomain& key : keys) {
    if (key.size() > 0) bytes += rows / key.size() * LabelBytes(key);
  }
  return bytes > kMaxLabelBytes ? TooMany("bytes of key labels", kMaxLabelBytes) : OkStatus();
}

}  // namespace weir::release::internal
