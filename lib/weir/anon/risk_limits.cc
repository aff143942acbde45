// SPDX-License-Identifier: Apache-2.0
#include "weir/anon/risk_limits.h"

#include <algorithm>
#include <memory>
#include <string>
#include <utility>

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

class AverageRiskModel final : public TableModel {
 public:
  AverageRiskModel(Ratio limit, std::string text) : limit_(limit), text_(std::move(text)) {}
  bool Holds(const TableView& view) const override {
    return AtMost(view.class_sizes.size(), limit_, view.rows);
  }
  std::string name() const override { return "average risk " + text_; }

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
