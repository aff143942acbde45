// SPDX-License-Identifier: Apache-2.0
#include "weir/anon/risk_limits.h"

#include <algorithm>
#include <memory>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "weir/anon/internal/ratio.h"

namespace weir::anon {
namespace {

using internal::AtMost;
using internal::Ratio;

class HighestRiskModel final : public ClassModel {
 public:
  HighestRiskModel(Ratio limit, std::string text)
      : least_rows_((limit.denominator + limit.numerator - 1) / limit.numerator),
        text_(std::move(text)) {}
  bool Holds(const ClassView& view) const override { return view.rows >= least_rows_; }
  Merging merging() const override { return Merging::kOneIsEnough; }
  std::string name() const override { return "highest risk " + text_; }
  uint64_t least_rows() const override { return least_rows_; }

 private:
  uint64_t least_rows_;
  std::string text_;
};

// Rows of the fewest smallest classes without which the rest holds, for models that keep holding
// when more of them go.
//
// For both models below no parting needs fewer rows. Let S rows be suppressed after parting, and m
// be how many of the smallest classes have S rows together. Then of the C classes before at least
// C - m still have a kept row, and of the u rows alone at least u - S are kept, alone as before:
// what remains is no better than without the m smallest classes.
uint64_t RowsOfSmallest(const TableModel& model, const TableView& view) {
  const std::span<const uint64_t> sizes = view.class_sizes;
  std::vector<uint64_t> below = {0};
  below.reserve(sizes.size() + 1);
  for (const uint64_t rows : sizes) below.push_back(below.back() + rows);
  size_t low = 0;
  size_t high = sizes.size();
  while (low < high) {
    const size_t middle = low + (high - low) / 2;
    const TableView rest = {.class_sizes = sizes.subspan(middle),
                            .rows = view.rows - below[middle],
                            .total_rows = view.total_rows};
    if (model.Holds(rest)) {
      high = middle;
    } else {
      low = middle + 1;
    }
  }
  return below[low];
}

class AverageRiskModel final : public TableModel {
 public:
  AverageRiskModel(Ratio limit, std::string text) : limit_(limit), text_(std::move(text)) {}
  bool Holds(const TableView& view) const override {
    return AtMost(view.class_sizes.size(), limit_, view.rows);
  }
  std::string name() const override { return "average risk " + text_; }
  uint64_t LeastSuppressed(const TableView& view) const override {
    return RowsOfSmallest(*this, view);
  }

 private:
  Ratio limit_;
  std::string text_;
};

class SampleUniquenessModel final : public TableModel {
 public:
  SampleUniquenessModel(Ratio limit, std::string text) : limit_(limit), text_(std::move(text)) {}
  bool Holds(const TableView& view) const override {
    const auto sizes = view.class_sizes;
    const auto uniques = std::upper_bound(sizes.begin(), sizes.end(), uint64_t{1}) - sizes.begin();
    return AtMost(static_cast<uint64_t>(uniques), limit_, view.rows);
  }
  std::string name() const override { return "sample uniqueness " + text_; }
  uint64_t LeastSuppressed(const TableView& view) const override {
    return RowsOfSmallest(*this, view);
  }

 private:
  Ratio limit_;
  std::string text_;
};

}  // namespace

StatusOr<ClassModelPtr> MakeHighestRisk(const Decimal& limit) {
  WEIR_ASSIGN_OR_RETURN(const Ratio ratio,
                        internal::CheckedRatio("highest risk", limit, internal::PositiveShare()));
  return std::make_shared<const HighestRiskModel>(ratio, FormatDecimal(limit));
}

StatusOr<TableModelPtr> MakeAverageRisk(const Decimal& limit) {
  WEIR_ASSIGN_OR_RETURN(const Ratio ratio,
                        internal::CheckedRatio("average risk", limit, internal::PositiveShare()));
  return std::make_shared<const AverageRiskModel>(ratio, FormatDecimal(limit));
}

StatusOr<TableModelPtr> MakeSampleUniqueness(const Decimal& limit) {
  WEIR_ASSIGN_OR_RETURN(const Ratio ratio,
                        internal::CheckedRatio("sample uniqueness", limit, internal::AnyShare()));
  return std::make_shared<const SampleUniquenessModel>(ratio, FormatDecimal(limit));
}

}  // namespace weir::anon
