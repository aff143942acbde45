// SPDX-License-Identifier: Apache-2.0
#include "weir/anon/internal/measure.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdio>

namespace weir::anon::internal {
namespace {

bool IsOfClasses(v1::QualityMeasure measure) {
  return measure == v1::QUALITY_MEASURE_DISCERNIBILITY ||
         measure == v1::QUALITY_MEASURE_AVERAGE_CLASS_SIZE ||
         measure == v1::QUALITY_MEASURE_AMBIGUITY || measure == v1::QUALITY_MEASURE_KL_DIVERGENCE;
}

Status CheckOptions(const QualityOptions& options, size_t attributes) {
  if (!(options.suppression_factor >= 0 && options.suppression_factor <= 1)) {
    return InvalidArgument("the suppression factor must be in [0, 1], got %g",
                           options.suppression_factor);
  }
  if (!options.weights.empty() && options.weights.size() != attributes) {
    return InvalidArgument("%zu quasi-identifiers have %zu weights", attributes,
                           options.weights.size());
  }
  for (const double weight : options.weights) {
    if (!(weight >= 0) || !std::isfinite(weight)) {
      return InvalidArgument("weights of attributes must be 0 or more, got %g", weight);
    }
  }
  const bool is_single =
      IsOfClasses(options.measure) || options.measure == v1::QUALITY_MEASURE_ENTROPY_LOSS;
  if (!is_single) return OkStatus();
  if (options.aggregate != v1::QUALITY_AGGREGATE_UNSPECIFIED) {
    return InvalidArgument("this quality measure is one number for all attributes: no aggregate");
  }
  if (!options.weights.empty()) {
    const bool is_even = std::all_of(options.weights.begin(), options.weights.end(),
                                     [](double weight) { return weight == 1; });
    if (!is_even) {
      return InvalidArgument("this quality measure is one number for all attributes: no weights");
    }
  }
  return OkStatus();
}

}  // namespace

void Marginals::Count() {
  // Counted by chunk first: fewer counters to add to for each tuple than with attributes.
  std::vector<std::vector<uint64_t>> by_chunk;
  by_chunk.reserve(packing_.chunks());
  for (size_t place = 0; place < packing_.chunks(); ++place) {
    const BitField& field = packing_.chunk(place);
    std::vector<uint64_t>& counts = by_chunk.emplace_back(field.mask + 1, 0);
    const uint64_t* const keys = tuples_.keys.data() + field.word * tuples_.size;
    const uint64_t* const weights = weights_.data();
    for (size_t i = 0; i < tuples_.size; ++i) counts.data()[field.Of(keys[i])] += weights[i];
  }
  counts_.resize(packing_.attributes());
  for (size_t place = 0; place < packing_.chunks(); ++place) {
    for (const size_t a : packing_.chunk_attributes(place)) {
      const Hierarchy& hierarchy = packing_.hierarchy(a);
      const unsigned shift = packing_.field(a).shift - packing_.chunk(place).shift;
      const uint64_t mask = packing_.field(a).mask;
      std::vector<uint64_t> ground(hierarchy.size(0), 0);
      for (uint64_t value = 0; value < by_chunk[place].size(); ++value) {
        const uint64_t rows = by_chunk[place][value];
        if (rows > 0) ground[mask == 0 ? 0 : (value >> shift) & mask] += rows;
      }
      for (size_t level = 0; level < hierarchy.levels(); ++level) {
        std::vector<uint64_t>& counts = counts_[a].emplace_back(hierarchy.size(level), 0);
        const std::span<const uint32_t> codes = hierarchy.codes(level);
        for (size_t code = 0; code < ground.size(); ++code) counts[codes[code]] += ground[code];
      }
    }
  }
}

double Measure::FoldOf(const Levels& levels) const {
  double folded = fold_ == Fold::kProduct ? 1.0 : 0.0;
  for (size_t a = 0; a < levels.size(); ++a) {
    const double part = parts_[a][levels[a]];
    if (fold_ == Fold::kProduct) {
      folded *= part;
    } else {
      folded = fold_ == Fold::kSum ? folded + part : std::max(folded, part);
    }
  }
  return Settled(folded);
}

double RoundedKey(double key) {
  if (!std::isfinite(key)) return key;
  constexpr unsigned kDropped = 9;
  const auto bits = std::bit_cast<uint64_t>(key) + (uint64_t{1} << (kDropped - 1));
  return std::bit_cast<double>(bits >> kDropped << kDropped);
}

double Measure::BoundAbove(const Levels&, const RatedClasses&) const {
  return -std::numeric_limits<double>::infinity();
}

double Measure::BoundBelow(const Levels&, const RatedClasses&) const {
  return -std::numeric_limits<double>::infinity();
}

std::string Measure::Text(const Rating& rating) const {
  char text[40];
  static_cast<void>(std::snprintf(text, sizeof text, "%.17g", Score(rating)));
  return text;
}

Factors FactorsOf(double suppression_factor) {
  return {.generalization = suppression_factor <= 0.5 ? 1.0 : 1.0 - 2 * (suppression_factor - 0.5),
          .suppression = suppression_factor < 0.5 ? 2 * suppression_factor : 1.0};
}

StatusOr<std::unique_ptr<Measure>> MakeMeasure(const MeasureInput& input) {
  WEIR_RETURN_IF_ERROR(CheckOptions(input.options, input.packing->attributes()));
  return IsOfClasses(input.options.measure) ? MakeClassMeasure(input) : MakeAttributeMeasure(input);
}

}  // namespace weir::anon::internal
