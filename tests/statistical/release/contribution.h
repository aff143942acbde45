// SPDX-License-Identifier: Apache-2.0
#ifndef WEIR_TESTS_STATISTICAL_RELEASE_CONTRIBUTION_H_
#define WEIR_TESTS_STATISTICAL_RELEASE_CONTRIBUTION_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "tests/statistical/release/raw_vectors.h"
#include "weir/dp/noise_planner.h"
#include "weir/release/plan.h"

namespace weir::test {

// What a unit adds to the raw vectors of a plan, against what the plan declares and pays for.

// One vector that noise is added to, or that a private choice reads: a channel, or of a hierarchy
// one level of it.
struct Target {
  size_t channel = 0;
  size_t level = 0;  // kLevels
  dp::MeasureSensitivity declared = {};
  std::optional<dp::PlannedNoise> noise = {};
};
std::vector<Target> TargetsOf(const release::ReleasePlan& plan);

struct Norms {
  double l1 = 0;
  double squared_l2 = 0;
};
// Of the `cells` cells where each is largest.
inline constexpr uint64_t kAllCells = UINT64_MAX;
std::vector<Norms> NormsOf(const RawVectors& vectors, uint64_t cells = kAllCells);

// Whether no target changes by more than is declared.
bool IsWithin(const std::vector<Norms>& norms, const std::vector<Target>& targets);
// Whether all noise is made for what its target declares.
bool AllNoiseFits(const release::ReleasePlan& plan);

// Epsilon of everything that a release with Laplace noise shows of what was added: of a private
// search for keys all its rounds. Of a plan whose bounds are found or given.
double LossOf(const RawVectors& added, const release::ReleasePlan& plan);
// Whether what was added is within what the plan declares, in the cells that are shown; whether
// that is paid for, where the plan is pure; and whether it moves a private search as that assumes.
bool Keeps(const RawVectors& added, const release::ReleasePlan& plan);

}  // namespace weir::test

#endif  // WEIR_TESTS_STATISTICAL_RELEASE_CONTRIBUTION_H_
