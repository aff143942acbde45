// SPDX-License-Identifier: Apache-2.0
#ifndef WEIR_ANON_INTERNAL_OUTPUT_CELLS_H_
#define WEIR_ANON_INTERNAL_OUTPUT_CELLS_H_

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "weir/anon/internal/coded_table.h"
#include "weir/anon/output_file.h"
#include "weir/base/random.h"
#include "weir/base/status.h"

namespace weir::anon::internal {

// An output plan, checked against the table that it is for.
class OutputCells {
 public:
  struct Column {
    const OutputColumn* plan = nullptr;
    size_t place = 0;                    // of its column in the table: kKept, kByValue
    const CodedColumn* coded = nullptr;  // that column
  };

  // All must outlive the cells. Errors: INVALID_ARGUMENT as WriteMicrodata.
  static StatusOr<OutputCells> Create(const CodedTable& table, const CollapsedTable& collapsed,
                                      const OutputPlan& plan);

  const std::vector<Column>& columns() const { return columns_; }
  const OutputPlan& plan() const { return *plan_; }
  bool IsSuppressed(uint32_t tuple) const { return plan_->suppressed[tuple]; }
  bool IsLeftOut(uint32_t tuple) const { return plan_->drop_suppressed && IsSuppressed(tuple); }

  // The cell of a row in a column. `place`: the code of its value (kKept, kByValue) or the number
  // of the row (kByRow).
  std::string_view CellOf(const Column& column, uint32_t tuple, uint64_t place) const {
    const OutputColumn& output = *column.plan;
    const bool star = output.starred || output.source == CellSource::kByTuple;
    if (star && IsSuppressed(tuple)) return plan_->suppressed_text;
    switch (output.source) {
      case CellSource::kKept:
        return column.coded->values[static_cast<size_t>(place)];
      case CellSource::kByTuple:
        return output.texts[output.text_of[tuple]];
      case CellSource::kByValue:
      case CellSource::kByRow:
        break;
    }
    return output.texts[output.text_of[static_cast<size_t>(place)]];
  }

 private:
  OutputCells(const OutputPlan& plan, std::vector<Column> columns)
      : plan_(&plan), columns_(std::move(columns)) {}
  const OutputPlan* plan_;
  std::vector<Column> columns_;
};

// Uniform in [0, bound), bound >= 1, without bias.
// Source: Lemire, "Fast random integer generation in an interval", ACM TOMACS 29(1), 2019.
uint64_t UniformBelow(RandomSource& random, uint64_t bound);

// Puts the items in an order of which every one is equally likely.
// Source: Knuth, TAOCP vol. 2, algorithm 3.4.2P.
template <class Item>
void Shuffle(std::vector<Item>& items, RandomSource& random) {
  for (size_t left = items.size(); left > 1; --left) {
    std::swap(items[left - 1], items[static_cast<size_t>(UniformBelow(random, left))]);
  }
}

}  // namespace weir::anon::internal

#endif  // WEIR_ANON_INTERNAL_OUTPUT_CELLS_H_
