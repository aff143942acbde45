// SPDX-License-Identifier: Apache-2.0
#ifndef WEIR_ANON_INTERNAL_UNIQUENESS_ESTIMATORS_H_
#define WEIR_ANON_INTERNAL_UNIQUENESS_ESTIMATORS_H_

#include <cstdint>
#include <optional>
#include <span>

#include "weir/anon/population_uniqueness.h"

namespace weir::anon::internal {

// What the estimators need to know of a sample. It has unique rows and is smaller than the
// population.
struct Sample {
  std::span<const SizeCount> sizes = {};
  double rows = 0;
  double classes = 0;
  double uniques = 0;  // classes of one row
  double pairs = 0;    // classes of two rows
  double population = 0;

  double fraction() const { return rows / population; }
};

Sample MakeSample(std::span<const SizeCount> sizes, uint64_t population);

// Numbers of people who are unique in the population, as population_uniqueness.h describes them;
// not yet checked to lie within it.
std::optional<double> PitmanUniques(const Sample& sample);
std::optional<double> ZayatzUniques(const Sample& sample);
std::optional<double> SnbUniques(const Sample& sample);

}  // namespace weir::anon::internal

#endif  // WEIR_ANON_INTERNAL_UNIQUENESS_ESTIMATORS_H_
