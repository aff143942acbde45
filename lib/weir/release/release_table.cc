// SPDX-License-Identifier: Apache-2.0
#include "weir/release/release_table.h"

#include <array>

namespace weir::release {

std::span<const char* const> MeasureSuffixes(const v1::Measure& measure, bool errors_by_row) {
  static constexpr std::array<const char*, 4> kSuffixes = {"", "_low", "_high", "_se"};
  switch (measure.measure_case()) {
    case v1::Measure::kRows:
    case v1::Measure::kUnits:
    case v1::Measure::kSum:
    case v1::Measure::kHistogram:
      return errors_by_row ? std::span<const char* const>(kSuffixes)
                           : std::span<const char* const>(kSuffixes).first(3);
    default:
      return kSuffixes;
  }
}

const std::optional<std::string>& ReleaseTable::Label(size_t key, uint64_t row) const {
  if (!codes.empty()) {
    return labels[key][codes[static_cast<size_t>(row) * labels.size() + key]];
  }
  uint64_t stride = 1;
  for (size_t later = key + 1; later < labels.size(); ++later) stride *= labels[later].size();
  return labels[key][row / stride % labels[key].size()];
}

}  // namespace weir::release
