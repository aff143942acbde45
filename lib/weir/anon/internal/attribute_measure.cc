// SPDX-License-Identifier: Apache-2.0
// Loss, precision, height and the entropies: a value for each attribute, which follows from how
// many rows have which label and how many of these are suppressed, and an aggregate of the values.
#include <algorithm>
#include <cmath>
#include <cstdio>
#include <functional>
#include <utility>

#include "weir/anon/internal/attribute_design.h"
#include "weir/anon/internal/measure.h"

namespace weir::anon::internal {
namespace {

class AttributeMeasure final : public Measure {
 public:
  AttributeMeasure(Design design, const Packing* packing);

  double Bound(const Levels& levels, uint64_t suppressed) const override {
    return BoundRating(levels, suppressed).key;
  }
  Rating BoundRating(const Levels& levels, uint64_t suppressed) const override;
  Rating Rate(const Levels& levels, const RatedClasses& classes) const override;
  std::vector<double> LeastExtra(const Levels& levels, const RatedClasses& classes) const override;
  ClassNeeds needs() const override { return ClassNeeds::kLabelsOfSuppressed; }
  bool has_extra() const override { return design_.suppressed_bits > 0; }
  double PartWith(size_t attribute, size_t level, double extra) const override {
    return Part(attribute, Value(attribute, design_.terms[attribute][level].lowest + extra));
  }
  double Score(const Rating& rating) const override;
  std::string Text(const Rating& rating) const override;

 private:
  double Value(size_t a, double sum) const;
  double Part(size_t a, double value) const;
  double SuppressedCost(const Terms& terms, std::span<const uint64_t> rows) const;
  // What the suppressed rows of some classes add to the sum of each attribute.
  std::vector<double> ExtraOf(const Levels& levels, std::span<const uint32_t> suppressed,
                              const RatedClasses& classes) const;

  Design design_;
  const Packing* packing_;
};

AttributeMeasure::AttributeMeasure(Design design, const Packing* packing)
    : design_(std::move(design)), packing_(packing) {
  is_settled_ = true;
  if (design_.aggregate == v1::QUALITY_AGGREGATE_GEOMETRIC_MEAN) fold_ = Fold::kProduct;
  if (design_.aggregate == v1::QUALITY_AGGREGATE_MAXIMUM) fold_ = Fold::kMaximum;
  if (design_.aggregate == v1::QUALITY_AGGREGATE_RANK) fold_ = Fold::kMaximum;
  parts_.resize(design_.terms.size());
  for (size_t a = 0; a < parts_.size(); ++a) {
    for (const Terms& terms : design_.terms[a]) {
      parts_[a].push_back(Part(a, Value(a, terms.lowest)));
    }
  }
}

double AttributeMeasure::Value(size_t a, double sum) const {
  const Scale& scale = design_.scales[a];
  if (scale.round_before) sum = RoundDown(sum);
  if (scale.span == 0) return 0;
  const double value = std::max(0.0, (sum - scale.offset) / scale.span);
  return scale.round_after ? RoundDown(value) : value;
}

double AttributeMeasure::Part(size_t a, double value) const {
  const double weight = design_.weights[a];
  if (fold_ == Fold::kProduct) return value * weight + 1;
  if (design_.aggregate == v1::QUALITY_AGGREGATE_ARITHMETIC_MEAN) {
    return value / static_cast<double>(parts_.size()) * weight;
  }
  return value * weight;
}

Rating AttributeMeasure::BoundRating(const Levels& levels, uint64_t suppressed) const {
  const bool is_ranked = design_.aggregate == v1::QUALITY_AGGREGATE_RANK;
  if (suppressed == 0 && !is_ranked) return {.key = FoldOf(levels)};
  Rating bound = {.key = fold_ == Fold::kProduct ? 1.0 : 0.0};
  const double rows = static_cast<double>(suppressed) * (1 - kRoundingSlack);
  for (size_t a = 0; a < levels.size(); ++a) {
    const Terms& terms = design_.terms[a][levels[a]];
    const double sum = terms.lowest + rows * std::max(0.0, terms.least_extra);
    const double part = Part(a, Value(a, sum));
    bound.key = FoldedWith(fold_, bound.key, part);
    if (is_ranked) bound.ranked.push_back(Settled(part));
  }
  bound.key = Settled(bound.key);
  std::sort(bound.ranked.begin(), bound.ranked.end(), std::greater<>());
  return bound;
}

double AttributeMeasure::SuppressedCost(const Terms& terms, std::span<const uint64_t> rows) const {
  double cost = 0;
  for (size_t label = 0; label < terms.extra.size(); ++label) {
    cost += static_cast<double>(rows[label]) * terms.extra[label];
  }
  if (design_.suppressed_bits == 0) return cost;
  uint64_t total = 0;
  for (const uint64_t count : rows) total += count;
  double bits = 0;
  for (const uint64_t count : rows) {
    if (count == 0) continue;
    bits += static_cast<double>(count) *
            std::log2(static_cast<double>(total) / static_cast<double>(count));
  }
  return cost + design_.suppressed_bits * bits;
}

std::vector<uint32_t> SuppressedOf(const RatedClasses& classes) {
  std::vector<uint32_t> suppressed(classes.rows.size());
  size_t found = 0;
  for (uint32_t id = 0; id < classes.rows.size(); ++id) {
    suppressed.data()[found] = id;
    found += classes.is_suppressed.data()[id] != 0 && classes.rows.data()[id] > 0 ? 1 : 0;
  }
  suppressed.resize(found);
  return suppressed;
}

std::vector<double> AttributeMeasure::ExtraOf(const Levels& levels,
                                              std::span<const uint32_t> suppressed,
                                              const RatedClasses& classes) const {
  std::vector<double> extra(levels.size(), 0.0);
  if (suppressed.empty()) return extra;
  struct Column {
    const uint64_t* keys = nullptr;
    BitField field = {};
    const uint32_t* codes = nullptr;
    size_t attribute = 0;
    std::vector<uint64_t> rows = {};  // suppressed ones by label
  };
  std::vector<Column> columns;
  columns.reserve(levels.size());
  for (size_t a = 0; a < levels.size(); ++a) {
    if (design_.terms[a][levels[a]].extra.empty() && design_.suppressed_bits == 0) continue;
    const BitField& field = packing_->field(a);
    const Hierarchy& hierarchy = packing_->hierarchy(a);
    columns.push_back({.keys = classes.items.keys.data() + field.word * classes.items.size,
                       .field = field,
                       .codes = hierarchy.codes(levels[a]).data(),
                       .attribute = a,
                       .rows = std::vector<uint64_t>(hierarchy.size(levels[a]), 0)});
  }
  for (const uint32_t id : suppressed) {
    const uint64_t rows = classes.rows.data()[id];
    const size_t item = classes.first.data()[id];
    for (Column& column : columns) {
      column.rows.data()[column.codes[column.field.Of(column.keys[item])]] += rows;
    }
  }
  for (const Column& column : columns) {
    const size_t a = column.attribute;
    extra[a] = SuppressedCost(design_.terms[a][levels[a]], column.rows);
  }
  return extra;
}

Rating AttributeMeasure::Rate(const Levels& levels, const RatedClasses& classes) const {
  const std::vector<double> extra = ExtraOf(levels, SuppressedOf(classes), classes);
  Rating rating = {.key = fold_ == Fold::kProduct ? 1.0 : 0.0};
  for (size_t a = 0; a < levels.size(); ++a) {
    const double part = Part(a, Value(a, design_.terms[a][levels[a]].kept + extra[a]));
    rating.key = FoldedWith(fold_, rating.key, part);
    if (design_.aggregate == v1::QUALITY_AGGREGATE_RANK) rating.ranked.push_back(Settled(part));
  }
  rating.key = Settled(rating.key);
  std::sort(rating.ranked.begin(), rating.ranked.end(), std::greater<>());
  return rating;
}

// At lower levels labels stand for less, so that each row costs more above what it costs kept, and
// are told apart by more bits; and more rows cost more.
std::vector<double> AttributeMeasure::LeastExtra(const Levels& levels,
                                                 const RatedClasses& classes) const {
  const std::vector<uint32_t> suppressed = SuppressedOf(classes);
  if (suppressed.empty()) return {};
  std::vector<double> extra = ExtraOf(levels, suppressed, classes);
  bool is_some = false;
  for (size_t a = 0; a < levels.size(); ++a) {
    const bool counts = design_.terms[a][levels[a]].is_kept_cheaper;
    extra[a] = counts ? std::max(0.0, extra[a] * (1 - 10 * kRoundingSlack)) : 0.0;
    is_some |= extra[a] > 0;
  }
  return is_some ? extra : std::vector<double>();
}

double AttributeMeasure::Score(const Rating& rating) const {
  if (fold_ != Fold::kProduct) return rating.key;
  return std::pow(rating.key, 1.0 / static_cast<double>(parts_.size())) - 1;
}

std::string AttributeMeasure::Text(const Rating& rating) const {
  if (design_.aggregate != v1::QUALITY_AGGREGATE_RANK) return Measure::Text(rating);
  std::string text = "[";
  for (const double value : rating.ranked) {
    char number[40];
    static_cast<void>(
        std::snprintf(number, sizeof number, "%s%.10g", text.size() > 1 ? ", " : "", value));
    text += number;
  }
  return text + "]";
}

}  // namespace

std::unique_ptr<Measure> MakeAttributeMeasure(const MeasureInput& input) {
  return std::make_unique<AttributeMeasure>(MakeDesign(input), input.packing);
}

}  // namespace weir::anon::internal
