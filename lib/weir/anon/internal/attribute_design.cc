// SPDX-License-Identifier: Apache-2.0
// What loss, precision, height and the entropies charge for labels, kept and suppressed.
#include "weir/anon/internal/attribute_design.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>
#include <utility>

namespace weir::anon::internal {
namespace {

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

// Shares of the largest weight, so that only their ratios matter and a loss stays in [0, 1].
// NOLINTNEXTLINE(bugprone-easily-swappable-parameters): a list and its length
std::vector<double> RelativeWeights(std::vector<double> weights, size_t attributes) {
  weights.resize(attributes, 1.0);
  const double largest = *std::max_element(weights.begin(), weights.end());
  if (largest == 0) return weights;
  for (double& weight : weights) weight /= largest;
  return weights;
}

class Designer {
 public:
  explicit Designer(const MeasureInput& input)
      : input_(input),
        packing_(*input.packing),
        rows_(input.rows),
        factors_(FactorsOf(input.options.suppression_factor)) {
    design_.weights = RelativeWeights(input.options.weights, packing_.attributes());
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
  Marginals& marginals() { return *input_.marginals; }
  using LabelCost = std::function<double(uint32_t)>;

  void AddLevels(size_t a, const std::function<std::pair<LabelCost, LabelCost>(size_t)>& costs) {
    for (size_t level = 0; level < packing_.hierarchy(a).levels(); ++level) {
      const auto [kept, suppressed] = costs(level);
      design_.terms[a].push_back(TermsOf(marginals().at(a, level), kept, suppressed));
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
  uint64_t rows_;
  Factors factors_;
  Design design_;
};

// Share of the domain that a value stands for, summed over rows; a suppressed value stands for all
// of it. From 0 (nothing generalized) to 1.
void Designer::Loss() {
  const auto rows = static_cast<double>(rows_);
  const Factors f = factors_;
  for (size_t a = 0; a < packing_.attributes(); ++a) {
    const Hierarchy& hierarchy = packing_.hierarchy(a);
    AddLevels(a, [&](size_t level) {
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
    // A domain of less than 1, a part of one interval, has nothing to lose.
    design_.scales[a] = {
        .offset = offset, .span = std::max(0.0, rows - offset), .round_after = true};
  }
  design_.aggregate = v1::QUALITY_AGGREGATE_GEOMETRIC_MEAN;
}

// Share of the height of its hierarchy that a value was lifted (Sweeney 2002).
void Designer::Precision() {
  for (size_t a = 0; a < packing_.attributes(); ++a) {
    const size_t height = packing_.hierarchy(a).levels() - 1;
    for (size_t level = 0; level <= height; ++level) {
      const double lifted =
          height == 0 ? 0.0 : static_cast<double>(level) / static_cast<double>(height);
      const std::vector<uint64_t> all = {rows_};
      Terms terms = TermsOf(
          all, [&](uint32_t) { return lifted * factors_.generalization; },
          [&](uint32_t) { return factors_.suppression; });
      terms.extra.assign(packing_.hierarchy(a).size(level), terms.extra[0]);
      design_.terms[a].push_back(std::move(terms));
    }
    design_.scales[a].span = static_cast<double>(rows_);
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
  const auto rows = static_cast<double>(rows_);
  for (size_t a = 0; a < packing_.attributes(); ++a) {
    const Hierarchy& hierarchy = packing_.hierarchy(a);
    const std::span<const uint64_t> ground = marginals().at(a, 0);
    double most = 0;
    for (size_t level = 0; level < hierarchy.levels(); ++level) {
      double bits = 0;
      most = 0;
      for (size_t code = 0; code < ground.size(); ++code) {
        if (ground[code] == 0) continue;
        const auto count = static_cast<double>(ground[code]);
        const auto of_label =
            static_cast<double>(marginals().at(a, level)[hierarchy.codes(level)[code]]);
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
  const auto digits = [](double area) { return std::log10(std::max(1.0, WholeIfClose(area))); };
  double most = 0;
  for (size_t a = 0; a < packing_.attributes(); ++a) {
    most += digits(packing_.hierarchy(a).domain_size());
  }
  const Factors f = factors_;
  for (size_t a = 0; a < packing_.attributes(); ++a) {
    const Hierarchy& hierarchy = packing_.hierarchy(a);
    const double size = hierarchy.domain_size();
    AddLevels(a, [&, most](size_t level) {
      const LabelCost kept = [&hierarchy, level, f, size, most, digits](uint32_t label) {
        const double area = hierarchy.share(level, label) * size;
        return most == 0 ? 0.0 : f.generalization * digits(area) / most;
      };
      const LabelCost suppressed = [f, size, most, digits](uint32_t) {
        return most == 0 ? 0.0 : f.suppression * digits(size) / most;
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

Design MakeDesign(const MeasureInput& input) { return Designer(input).Make(); }

}  // namespace weir::anon::internal
