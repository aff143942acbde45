// SPDX-License-Identifier: Apache-2.0
#include "weir/anon/population_uniqueness.h"

#include <algorithm>
#include <cmath>
#include <memory>
#include <string>
#include <utility>

#include "weir/anon/internal/ratio.h"
#include "weir/anon/internal/uniqueness_estimators.h"

namespace weir::anon {
namespace {

using internal::Ratio;
using internal::Sample;

// Of the number of uniques that an estimator gives; none where that is impossible.
std::optional<double> ShareOf(std::optional<double> uniques, const Sample& sample) {
  const bool is_possible = uniques && *uniques > 0 && *uniques <= sample.population;
  return is_possible ? std::optional(*uniques / sample.population) : std::nullopt;
}

struct Estimate {
  v1::UniquenessEstimator estimator = v1::UNIQUENESS_ESTIMATOR_UNSPECIFIED;
  std::optional<double> share;
};

Estimate ByDankar(const Sample& sample) {
  if (sample.fraction() <= 0.1) {
    return {v1::UNIQUENESS_ESTIMATOR_PITMAN, ShareOf(PitmanUniques(sample), sample)};
  }
  const auto zayatz = ShareOf(ZayatzUniques(sample), sample);
  const auto snb = ShareOf(SnbUniques(sample), sample);
  if (!snb || (zayatz && *zayatz < *snb)) return {v1::UNIQUENESS_ESTIMATOR_ZAYATZ, zayatz};
  return {v1::UNIQUENESS_ESTIMATOR_SNB, snb};
}

std::optional<double> ByEstimator(const Sample& sample, v1::UniquenessEstimator estimator) {
  switch (estimator) {
    case v1::UNIQUENESS_ESTIMATOR_PITMAN:
      return ShareOf(PitmanUniques(sample), sample);
    case v1::UNIQUENESS_ESTIMATOR_ZAYATZ:
      return ShareOf(ZayatzUniques(sample), sample);
    case v1::UNIQUENESS_ESTIMATOR_SNB:
      return ShareOf(SnbUniques(sample), sample);
    default:
      return ByDankar(sample).share;
  }
}

class UniquenessModel final : public TableModel {
 public:
  UniquenessModel(Ratio limit, const Decimal& text, uint64_t population,
                  v1::UniquenessEstimator estimator)
      : limit_(static_cast<double>(limit.numerator) / static_cast<double>(limit.denominator)),
        text_(FormatDecimal(text)),
        population_(population),
        estimator_(estimator) {}

  bool Holds(const TableView& view) const override {
    if (view.class_sizes.empty() || view.class_sizes.front() > 1) return true;
    if (view.rows > population_) return false;
    const auto share =
        EstimatePopulationUniqueness(CountSizes(view.class_sizes), population_, estimator_);
    return share && *share <= limit_;
  }
  std::string name() const override { return "population uniqueness " + text_; }

 private:
  double limit_;
  std::string text_;
  uint64_t population_;
  v1::UniquenessEstimator estimator_;
};

}  // namespace

namespace internal {

Sample MakeSample(std::span<const SizeCount> sizes, uint64_t population) {
  Sample sample{.sizes = sizes, .population = static_cast<double>(population)};
  for (const SizeCount& count : sizes) {
    sample.classes += static_cast<double>(count.classes);
    sample.rows += static_cast<double>(count.classes) * static_cast<double>(count.size);
    if (count.size == 1) sample.uniques = static_cast<double>(count.classes);
    if (count.size == 2) sample.pairs = static_cast<double>(count.classes);
  }
  return sample;
}

}  // namespace internal

std::vector<SizeCount> CountSizes(std::span<const uint64_t> ascending) {
  std::vector<SizeCount> sizes;
  for (const uint64_t size : ascending) {
    if (sizes.empty() || sizes.back().size != size) sizes.push_back({.size = size, .classes = 0});
    ++sizes.back().classes;
  }
  return sizes;
}

std::optional<double> EstimatePopulationUniqueness(std::span<const SizeCount> sizes,
                                                   uint64_t population,
                                                   v1::UniquenessEstimator estimator) {
  const Sample sample = internal::MakeSample(sizes, population);
  if (sample.rows > sample.population) return std::nullopt;
  if (sample.uniques == 0) return 0.0;
  if (sample.rows == sample.population) return sample.uniques / sample.population;
  return ByEstimator(sample, estimator);
}

v1::UniquenessEstimator EstimatorByDankar(std::span<const SizeCount> sizes, uint64_t population) {
  return ByDankar(internal::MakeSample(sizes, population)).estimator;
}

StatusOr<TableModelPtr> MakePopulationUniqueness(const Decimal& limit, uint64_t population,
                                                 v1::UniquenessEstimator estimator) {
  WEIR_ASSIGN_OR_RETURN(const Ratio ratio, internal::CheckedRatio("population uniqueness", limit,
                                                                  internal::AnyShare()));
  if (population == 0) return InvalidArgument("population must be at least 1, got 0");
  if (!v1::UniquenessEstimator_IsValid(estimator)) {
    return InvalidArgument("no such estimator of population uniqueness");
  }
  if (estimator == v1::UNIQUENESS_ESTIMATOR_UNSPECIFIED) {
    estimator = v1::UNIQUENESS_ESTIMATOR_DANKAR;
  }
  return std::make_shared<const UniquenessModel>(ratio, limit, population, estimator);
}

}  // namespace weir::anon
