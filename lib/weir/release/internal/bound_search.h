// SPDX-License-Identifier: Apache-2.0
#ifndef WEIR_RELEASE_INTERNAL_BOUND_SEARCH_H_
#define WEIR_RELEASE_INTERNAL_BOUND_SEARCH_H_

#include <cstdint>
#include <string>
#include <vector>

#include "weir/base/decimal.h"
#include "weir/base/random.h"
#include "weir/base/status.h"
#include "weir/data/dataset.h"
#include "weir/data/engine.h"
#include "weir/release/plan.h"
#include "weir/release/release_table.h"
#include "weir/v1/release.pb.h"

// Bounds that stand nowhere and are found privately. Every search counts privacy units, each once,
// by the bound that they would need, and takes a bound that most of them do not exceed.
namespace weir::release::internal {

// Ends of clamps of a column without bounds, in grid steps.
inline constexpr int64_t kMostSteps = int64_t{1} << 40;
// Of a contribution bound, unless the spec names another.
inline constexpr int64_t kDefaultCeiling = 1024;

// One search for each clamp of `values` that leaves something to find: powers of two of grid steps
// that keep 0 within the clamps unless the column's own bounds exclude it.
// Errors: INVALID_ARGUMENT if there is nothing to find.
StatusOr<std::vector<BoundSearch>> SearchesOfValues(const data::Contribution& values,
                                                    const std::string& share);

struct PlannedBounds {
  data::ContributionBounds bounds;  // the widest
  std::vector<BoundSearch> searches;
};
// What bounds are about.
struct BoundsUse {
  bool has_keys;
  bool counts_rows;
  uint64_t cells;  // 0: a key has no public domain
};
// A bound that matters must be given here or in the dataset document, or be estimated; one that
// cannot matter is 1.
StatusOr<PlannedBounds> PlanBounds(const data::DatasetDescription& dataset,
                                   const v1::Bounds& bounds, const BoundsUse& use);

// Whether a contribution bound is searched.
bool SearchesContributions(const std::vector<BoundSearch>& searches);

// So many steps of a grid as people write them: "12.5".
std::string TextOfSteps(const Decimal& grid, int128 steps);

// "max_keys_per_unit", "lower_bound_fare": also its column in the result.
std::string NameOf(const BoundSearch& search);

// Splits what each column, and what the contribution bounds may cost, among their searches.
// Errors: INVALID_ARGUMENT for a part outside (0, 1), or one too small to find anything.
Status PriceSearches(Epsilon epsilon, std::vector<BoundSearch>& searches);

// Gives a tree whose clamps are searched the sensitivity of the tallest, and the bins of the widest
// tree that it can become.
Status WidenTree(NoiseKind kind, const std::vector<BoundSearch>& searches, Channel& channel);

// The searches, and what of the bounds they leave open.
Status DescribeSearches(const std::vector<BoundSearch>& searches, v1::ResolvedPlan& resolved);

// What the searches find.
//
// Guarantee: one pure event of `epsilon` each, whatever the data: one privacy unit changes one
//            count of one histogram's by one.
StatusOr<std::vector<int64_t>> FindBounds(const SearchPlan& plan,
                                          const data::AggregateTable& counted,
                                          RandomSource& random);

// Of a settled plan: as the result shows them.
std::vector<FoundBound> ShowFound(const SearchPlan& plan);

}  // namespace weir::release::internal

#endif  // WEIR_RELEASE_INTERNAL_BOUND_SEARCH_H_
