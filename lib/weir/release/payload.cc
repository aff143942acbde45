// SPDX-License-Identifier: Apache-2.0
#include "weir/release/payload.h"

#include <algorithm>
#include <cstdlib>
#include <limits>
#include <utility>
#include <vector>

namespace weir::release {
namespace {

// One rounding, at the very end, where the product fits; else one a factor.
double OnGrid(int128 steps, const Decimal& grid) {
  int128 product = 0;
  if (__builtin_mul_overflow(steps, grid.coefficient, &product)) {
    return static_cast<double>(steps) * ToDouble(grid);
  }
  return ToDouble(Decimal{product, grid.exponent});
}

// A measure's value and the two ends of its interval; where it is known the standard error, too.
class MeasureColumns {
 public:
  explicit MeasureColumns(const ReleasedMeasure& measure) : measure_(measure) {
    if (!measure.is_exact || !(measure.grid == Decimal{1, 0})) {
      type_ = data::PlainType::kDouble;
      return;
    }
    bool all_fit = true;
    for (size_t row = 0; row < measure.values.size(); ++row) {
      const Interval interval = IntervalOf(row);
      all_fit = all_fit && std::min(interval.low, measure.values[row]) >= kLeast &&
                std::max(interval.high, measure.values[row]) <= kMost;
    }
    type_ = all_fit ? data::PlainType::kInt64 : data::PlainType::kInt128;
  }

  void AddColumns(data::PlainTable& table) const {
    for (const char* suffix : {"", "_low", "_high"}) {
      table.columns.push_back({.name = measure_.name + suffix, .type = type_});
    }
    if (!measure_.is_exact || !measure_.standard_errors.empty()) {
      table.columns.push_back({.name = measure_.name + "_se", .type = data::PlainType::kDouble});
    }
  }

  void AddValues(uint64_t row, std::vector<data::PlainValue>& cells) const {
    const auto at = static_cast<size_t>(row);
    if (!measure_.is_exact) {
      const ReleasedMeasure::Real& real = measure_.reals[at];
      for (const double value : {real.value, real.low, real.high, real.standard_error}) {
        cells.emplace_back(value);
      }
      return;
    }
    const Interval interval = IntervalOf(at);
    for (const int128 steps : {measure_.values[at], interval.low, interval.high}) {
      cells.push_back(ToValue(steps));
    }
    if (measure_.standard_errors.empty()) return;
    cells.emplace_back(measure_.standard_errors[at] * ToDouble(measure_.grid));
  }

 private:
  static constexpr int64_t kLeast = std::numeric_limits<int64_t>::min();
  static constexpr int64_t kMost = std::numeric_limits<int64_t>::max();

  struct Interval {
    int128 low, high;
  };
  Interval IntervalOf(size_t row) const {
    if (!measure_.low.empty()) return {measure_.low[row], measure_.high[row]};
    Interval interval{measure_.values[row] - measure_.half_width,
                      measure_.values[row] + measure_.half_width};
    if (measure_.never_negative) {
      interval = {std::max<int128>(interval.low, 0), std::max<int128>(interval.high, 0)};
    }
    return interval;
  }

  data::PlainValue ToValue(int128 steps) const {
    switch (type_) {
      case data::PlainType::kInt64:
        return static_cast<int64_t>(steps);
      case data::PlainType::kInt128:
        return steps;
      default:
        return OnGrid(steps, measure_.grid);
    }
  }

  const ReleasedMeasure& measure_;
  data::PlainType type_;
};

data::PlainValue KeyValue(const std::optional<std::string>& label, data::PlainType type) {
  if (!label.has_value()) return std::monostate();
  if (type == data::PlainType::kInt64) {
    return static_cast<int64_t>(std::strtoll(label->c_str(), nullptr, 10));
  }
  return *label;
}

bool IsWhole(const FoundBound& bound) { return bound.grid == Decimal{1, 0}; }

data::PlainValue BoundValue(const FoundBound& bound) {
  if (IsWhole(bound)) return bound.steps;
  return OnGrid(bound.steps, bound.grid);
}

}  // namespace

StatusOr<data::PlainTable> ToPlainTable(const Released<ReleaseTable>& table) {
  const ReleaseTable& released = table.value();
  data::PlainTable plain;
  plain.columns = released.key_columns;
  std::vector<MeasureColumns> measures(released.measures.begin(), released.measures.end());
  for (const MeasureColumns& measure : measures) measure.AddColumns(plain);
  for (const FoundBound& bound : released.bounds) {
    plain.columns.push_back(
        {.name = bound.name,
         .type = IsWhole(bound) ? data::PlainType::kInt64 : data::PlainType::kDouble});
  }
  plain.rows.reserve(static_cast<size_t>(released.rows));
  for (uint64_t row = 0; row < released.rows; ++row) {
    std::vector<data::PlainValue> cells;
    cells.reserve(plain.columns.size());
    for (size_t key = 0; key < released.key_columns.size(); ++key) {
      cells.push_back(KeyValue(released.Label(key, row), released.key_columns[key].type));
    }
    for (const MeasureColumns& measure : measures) measure.AddValues(row, cells);
    for (const FoundBound& bound : released.bounds) cells.push_back(BoundValue(bound));
    plain.rows.push_back(std::move(cells));
  }
  WEIR_RETURN_IF_ERROR(data::CheckPlainTable(plain));
  return plain;
}

}  // namespace weir::release
