// SPDX-License-Identifier: Apache-2.0
// Loss, precision, height and the entropies: a value for each attribute, which follows from how
// many rows have which label and how many of these are suppressed, and an aggregate of the values.
#include <algorithm>
#include <cmath>
#include <cstdio>
#include <functional>
#include <utility>

#include "weir/anon/internal/measure.h"

namespace weir::anon::internal {
namespace {

// Sums of other order or grouping differ by less than this, relatively.
constexpr double kRoundingSlack = 1e-12;

struct Terms {
  double kept = 0;  // over all rows, none suppressed
  // By label: what a suppressed row costs more than one that is kept.
  std::vector<double> extra = {};
  double least_extra = 0;  // of the labels that occur
  double lowest = 0;       // over all rows, each at the cheaper of kept and suppressed
  // No label is cheaper suppressed than kept: then `lowest` is `kept`, here and at lower levels.
  bool is_kept_cheaper = true;
};

struct Scale {
  double offset = 0;
  double span = 1;
  bool round_before = false;
  bool round_after = false;
};

// Measures are stated to ten decimals, rounded down, as in ARX: else the order of summation would
// decide between values that are equal decimals.
double RoundDown(double value) { return std::floor(value * 1e10) / 1e10; }

struct Design {
  std::vector<std::vector<Terms>> terms = {};  // attribute, level
  std::vector<Scale> scales = {};              // attribute
  v1::QualityAggregate aggregate = v1::QUALITY_AGGREGATE_SUM;
  std::vector<double> weights = {};
  // Suppressed rows of an attribute cost, beside, this times the bits that their labels have.
  double suppressed_bits = 0;
};

class AttributeMeasure final : public Measure {
 public:
  AttributeMeasure(Design design, const Packing* packing);

  double Bound(const Levels& levels, uint64_t suppressed) const override {
    return BoundRating(levels, suppressed).key;
  }
  Rating BoundRating(const Levels& levels, uint64_t suppressed) const override;
  Rating Rate(const Levels& levels, const RatedClasses& classes) const override;
  std::vector<double> LeastExtra(const Levels& levels, const RatedClasses& classes) const override;
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
  // What the suppressed rows of some classes add to the sum of an attribute.
  double ExtraOf(size_t a, size_t level, std::span<const uint32_t> suppressed,
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
    if (is_ranked) bound.ranked.push_back(part);
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

double AttributeMeasure::ExtraOf(size_t a, size_t level, std::span<const uint32_t> suppressed,
                                 const RatedClasses& classes) const {
  const Terms& terms = design_.terms[a][level];
  if (suppressed.empty() || (terms.extra.empty() && design_.suppressed_bits == 0)) return 0;
  const uint32_t* const codes = packing_->hierarchy(a).codes(level).data();
  const BitField& field = packing_->field(a);
  const uint64_t* const keys = classes.items.keys.data() + field.word * classes.items.size;
  std::vector<uint64_t> rows(packing_->hierarchy(a).size(level), 0);
  for (const uint32_t id : suppressed) {
    rows.data()[codes[field.Of(keys[classes.first.data()[id]])]] += classes.rows.data()[id];
  }
  return SuppressedCost(terms, rows);
}

Rating AttributeMeasure::Rate(const Levels& levels, const RatedClasses& classes) const {
  const std::vector<uint32_t> suppressed = SuppressedOf(classes);
  Rating rating = {.key = fold_ == Fold::kProduct ? 1.0 : 0.0};
  for (size_t a = 0; a < levels.size(); ++a) {
    const double sum =
        design_.terms[a][levels[a]].kept + ExtraOf(a, levels[a], suppressed, classes);
    const double part = Part(a, Value(a, sum));
    rating.key = FoldedWith(fold_, rating.key, part);
    if (design_.aggregate == v1::QUALITY_AGGREGATE_RANK) rating.ranked.push_back(part);
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
  std::vector<double> extra(levels.size(), 0.0);
  bool is_some = false;
  for (size_t a = 0; a < levels.size(); ++a) {
    if (!design_.terms[a][levels[a]].is_kept_cheaper) continue;
    extra[a] =
        std::max(0.0, ExtraOf(a, levels[a], suppressed, classes) * (1 - 10 * kRoundingSlack));
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

// NOLINTNEXTLINE(bugprone-easily-swappable-parameters): kept before suppressed
Terms TermsOf(std::span<const uint64_t> rows, const std::function<double(uint32_t)>& kept,
              const std::function<double(uint32_t)>& suppressed) {
  Terms terms;
  terms.extra.resize(rows.size());
  terms.least_extra = std::numeric_limits<double>::infinity();
  for (uint32_t label = 0; label < rows.size(); ++label) {
    const double cost = kept(label);
    const double other = suppressed(label);
    const auto count = static_cast<double>(rows[label]);
    terms.kept += count * cost;
    terms.lowest += count * std::min(cost, other);
    terms.extra[label] = other - cost;
    if (rows[label] == 0) continue;
    terms.least_extra = std::min(terms.least_extra, other - cost);
    terms.is_kept_cheaper &= other >= cost;
  }
  if (!std::isfinite(terms.least_extra)) terms.least_extra = 0;
  if (terms.is_kept_cheaper) {
    terms.lowest = terms.kept;
  } else {
    terms.lowest *= 1 - kRoundingSlack;
    terms.least_extra = 0;
  }
  return terms;
}

class Designer {
 public:
  explicit Designer(const MeasureInput& input)
      : input_(input),
        packing_(*input.packing),
        factors_(FactorsOf(input.options.suppression_factor)) {
    design_.weights = input.options.weights;
    design_.weights.resize(packing_.attributes(), 1.0);
    design_.terms.resize(packing_.attributes());
    design_.scales.resize(packing_.attributes());
  }

  Design Make() {
    switch (input_.options.measure) {
      case v1::QUALITY_MEASURE_PRECISION:
        Precision();
        break;
      case v1::QUALITY_MEASURE_HEIGHT:
        Height();
        break;
      case v1::QUALITY_MEASURE_NON_UNIFORM_ENTROPY:
        NonUniformEntropy(false);
        break;
      case v1::QUALITY_MEASURE_NORMALIZED_ENTROPY:
        NonUniformEntropy(true);
        break;
      case v1::QUALITY_MEASURE_ENTROPY_LOSS:
        EntropyLoss();
        break;
      default:
        Loss();
    }
    if (input_.options.aggregate != v1::QUALITY_AGGREGATE_UNSPECIFIED) {
      design_.aggregate = input_.options.aggregate;
    }
    if (input_.options.ignore_suppression) IgnoreSuppression();
    return std::move(design_);
  }

 private:
  using LabelCost = std::function<double(uint32_t)>;

  void AddLevels(size_t a, const Marginals& marginals,
                 const std::function<std::pair<LabelCost, LabelCost>(size_t)>& costs) {
    for (size_t level = 0; level < packing_.hierarchy(a).levels(); ++level) {
      const auto [kept, suppressed] = costs(level);
      design_.terms[a].push_back(TermsOf(marginals.at(a, level), kept, suppressed));
    }
  }
  void Loss();
  void Precision();
  void Height();
  void NonUniformEntropy(bool is_normalized);
  void EntropyLoss();
  void IgnoreSuppression();

  const MeasureInput& input_;
  const Packing& packing_;
  Factors factors_;
  Design design_;
};

// Share of the domain that a value stands for, summed over rows; a suppressed value stands for all
// of it. From 0 (nothing generalized) to 1.
void Designer::Loss() {
  const Marginals marginals(packing_, input_.tuples);
  const auto rows = static_cast<double>(marginals.rows());
  const Factors f = factors_;
  for (size_t a = 0; a < packing_.attributes(); ++a) {
    const Hierarchy& hierarchy = packing_.hierarchy(a);
    AddLevels(a, marginals, [&](size_t level) {
      return std::pair<LabelCost, LabelCost>(
          [&hierarchy, level, f](uint32_t label) {
            return hierarchy.share(level, label) * f.generalization;
          },
          [&hierarchy, level, f](uint32_t label) {
            const double share = hierarchy.share(level, label);
            return f.suppression == 1 ? 1.0 : share + f.suppression * (1 - share);
          });
    });
    const double offset = f.generalization * rows / hierarchy.domain_size();
    design_.scales[a] = {.offset = offset, .span = rows - offset, .round_after = true};
  }
  design_.aggregate = v1::QUALITY_AGGREGATE_GEOMETRIC_MEAN;
}

// Share of the height of its hierarchy that a value was lifted (Sweeney 2002).
void Designer::Precision() {
  uint64_t rows = 0;
  for (const uint64_t count : input_.tuples.rows) rows += count;
  for (size_t a = 0; a < packing_.attributes(); ++a) {
    const size_t height = packing_.hierarchy(a).levels() - 1;
    for (size_t level = 0; level <= height; ++level) {
      const double lifted =
          height == 0 ? 0.0 : static_cast<double>(level) / static_cast<double>(height);
      const std::vector<uint64_t> all = {rows};
      Terms terms = TermsOf(
          all, [&](uint32_t) { return lifted * factors_.generalization; },
          [&](uint32_t) { return factors_.suppression; });
      terms.extra.assign(packing_.hierarchy(a).size(level), terms.extra[0]);
      design_.terms[a].push_back(std::move(terms));
    }
    design_.scales[a].span = static_cast<double>(rows);
  }
  design_.aggregate = v1::QUALITY_AGGREGATE_ARITHMETIC_MEAN;
}

void Designer::Height() {
  for (size_t a = 0; a < packing_.attributes(); ++a) {
    for (size_t level = 0; level < packing_.hierarchy(a).levels(); ++level) {
      design_.terms[a].push_back({static_cast<double>(level), {}, 0, static_cast<double>(level)});
    }
  }
  design_.aggregate = v1::QUALITY_AGGREGATE_SUM;
}

// Bits needed to find the ground value from its label (Gionis and Tassa 2009), and for suppressed
// rows those to find the label.
void Designer::NonUniformEntropy(bool is_normalized) {
  const Marginals marginals(packing_, input_.tuples);
  const auto rows = static_cast<double>(marginals.rows());
  for (size_t a = 0; a < packing_.attributes(); ++a) {
    const Hierarchy& hierarchy = packing_.hierarchy(a);
    const std::span<const uint64_t> ground = marginals.at(a, 0);
    double most = 0;
    for (size_t level = 0; level < hierarchy.levels(); ++level) {
      double bits = 0;
      most = 0;
      for (size_t code = 0; code < ground.size(); ++code) {
        if (ground[code] == 0) continue;
        const auto count = static_cast<double>(ground[code]);
        const auto of_label =
            static_cast<double>(marginals.at(a, level)[hierarchy.codes(level)[code]]);
        bits += count * std::log2(of_label / count);
        most += count * std::log2(rows / count);
      }
      const double kept = bits * factors_.generalization;
      design_.terms[a].push_back({.kept = kept, .lowest = kept});
    }
    design_.scales[a].round_before = true;
    if (is_normalized) design_.scales[a].span = RoundDown(most * factors_.generalization);
  }
  design_.suppressed_bits = factors_.suppression;
  design_.aggregate = v1::QUALITY_AGGREGATE_SUM;
}

// Logarithm of the number of ground tuples that a class stands for, in parts of that of all. The
// logarithm of a product of shares is a sum over attributes, so labels tell all.
void Designer::EntropyLoss() {
  const Marginals marginals(packing_, input_.tuples);
  double most = 0;
  for (size_t a = 0; a < packing_.attributes(); ++a) {
    most += std::log10(packing_.hierarchy(a).domain_size());
  }
  const Factors f = factors_;
  for (size_t a = 0; a < packing_.attributes(); ++a) {
    const Hierarchy& hierarchy = packing_.hierarchy(a);
    const double size = hierarchy.domain_size();
    AddLevels(a, marginals, [&, most](size_t level) {
      const LabelCost kept = [&hierarchy, level, f, size, most](uint32_t label) {
        const double values = std::max(1.0, hierarchy.share(level, label) * size);
        return most == 0 ? 0.0 : f.generalization * std::log10(values) / most;
      };
      const LabelCost suppressed = [f, size, most](uint32_t) {
        return most == 0 ? 0.0 : f.suppression * std::log10(size) / most;
      };
      return std::pair(kept, suppressed);
    });
  }
  design_.aggregate = v1::QUALITY_AGGREGATE_SUM;
}

void Designer::IgnoreSuppression() {
  design_.suppressed_bits = 0;
  for (std::vector<Terms>& levels : design_.terms) {
    for (Terms& terms : levels) {
      terms.extra.clear();
      terms.least_extra = 0;
      terms.lowest = terms.kept;
    }
  }
}

}  // namespace

std::unique_ptr<Measure> MakeAttributeMeasure(const MeasureInput& input) {
  return std::make_unique<AttributeMeasure>(Designer(input).Make(), input.packing);
}

}  // namespace weir::anon::internal
