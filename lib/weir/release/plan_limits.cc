// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <set>
#include <string>

#include "weir/base/decimal.h"
#include "weir/release/internal/plan_parts.h"
#include "weir/release/plan.h"

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

Status CheckColumnNames(const std::vector<data::KeyDomain>& keys,
                        const std::vector<std::string>& measures) {
  std::vector<std::string> names;
  names.reserve(keys.size() + std::size(kMeasureSuffixes) * measures.size());
  for (const data::KeyDomain& key : keys) names.push_back(key.column);
  for (const std::string& measure : measures) {
    for (const char* suffix : kMeasureSuffixes) names.push_back(measure + suffix);
  }
  std::set<std::string> seen;
  for (const std::string& name : names) {
    if (seen.insert(LowerCase(name)).second) continue;
    return InvalidArgument("two output columns would have the name %s", name.c_str());
  }
  return OkStatus();
}

Status CheckSize(const std::vector<data::KeyDomain>& keys, size_t measures, uint64_t cells) {
  const uint64_t columns = keys.size() + measures * kMeasureSuffixes.size();
  if (columns > kMaxColumns) return TooMany("columns", kMaxColumns);
  if (columns * cells > kMaxValues) return TooMany("values", kMaxValues);
  uint64_t bytes = 0;
  for (const data::KeyDomain& key : keys) bytes += cells / key.size() * LabelBytes(key);
  return bytes > kMaxLabelBytes ? TooMany("bytes of key labels", kMaxLabelBytes) : OkStatus();
}

}  // namespace weir::release::internal
