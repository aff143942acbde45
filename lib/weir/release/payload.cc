// SPDX-License-Identifier: Apache-2.0
#include "weir/release/payload.h"

#include <algorithm>
#include <cstdlib>
#include <limits>
#include <utility>
#include <vector>

#include "weir/release/internal/plan_parts.h"

namespace weir::release {
namespace {

// A measure and the two ends of its interval, as the columns of a plain table.
class MeasureColumns {
 public:
  explicit MeasureColumns(const ReleasedMeasure& measure) : measure_(measure) {
    if (!(measure.grid == Decimal{1, 0})) {
      type_ = data::PlainType::kDouble;
    } else {
      const auto fits = [&measure](int128 value) {
        return value - measure.half_width >= std::numeric_limits<int64_t>::min() &&
               value + measure.half_width <= std::numeric_limits<int64_t>::max();
      };
      const bool all_fit = std::all_of(measure.values.begin(), measure.values.end(), fits);
      type_ = all_fit ? data::PlainType::kInt64 : data::PlainType::kInt128;
    }
  }

  void AddColumns(data::PlainTable& table) const {
    for (const char* suffix : internal::kMeasureSuffixes) {
      table.columns.push_back({.name = measure_.name + suffix, .type = type_});
    }
  }

  void AddValues(uint64_t row, std::vector<data::PlainValue>& cells) const {
    const int128 value = measure_.values[static_cast<size_t>(row)];
    for (const int128 steps : {value, value - measure_.half_width, value + measure_.half_width}) {
      cells.push_back(ToValue(steps));
    }
  }

 private:
  data::PlainValue ToValue(int128 steps) const {
    switch (type_) {
      case data::PlainType::kInt64:
        return static_cast<int64_t>(steps);
      case data::PlainType::kInt128:
        return steps;
      default:
        // One rounding, at the very end: the product is exact.
        return ToDouble(Decimal{steps * measure_.grid.coefficient, measure_.grid.exponent});
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

}  // namespace

StatusOr<data::PlainTable> ToPlainTable(const Released<ReleaseTable>& table) {
  const ReleaseTable& released = table.value();
  data::PlainTable plain;
  plain.columns = released.key_columns;
  std::vector<MeasureColumns> measures(released.measures.begin(), released.measures.end());
  for (const MeasureColumns& measure : measures) measure.AddColumns(plain);
  plain.rows.reserve(static_cast<size_t>(released.rows));
  for (uint64_t row = 0; row < released.rows; ++row) {
    std::vector<data::PlainValue> cells;
    cells.reserve(plain.columns.size());
    for (size_t key = 0; key < released.key_columns.size(); ++key) {
      cells.push_back(KeyValue(released.Label(key, row), released.key_columns[key].type));
    }
    for (const MeasureColumns& measure : measures) measure.AddValues(row, cells);
    plain.rows.push_back(std::move(cells));
  }
  WEIR_RETURN_IF_ERROR(data::CheckPlainTable(plain));
  return plain;
}

}  // namespace weir::release
