// SPDX-License-Identifier: Apache-2.0
#ifndef WEIR_DP_QUANTILE_TREE_H_
#define WEIR_DP_QUANTILE_TREE_H_

#include <span>
#include <vector>

#include "weir/base/decimal.h"
#include "weir/base/random.h"
#include "weir/base/status.h"
#include "weir/dp/quantile_counts.h"
#include "weir/privacy/privacy_cost.h"

namespace weir::dp {

// In grid steps.
struct QuantileEstimate {
  int128 value = 0;
  int128 low = 0;  // [low, high] holds the quantile of the bounded rows with at least 95 %
  int128 high = 0;
  double standard_error = 0;  // half the interval at about 68 %, for display
};

enum class QuantileEffort {
  kPaths,      // noise is drawn only for the nodes that the answers touch
  kWholeTree,  // noise for all nodes, weighted least squares over the whole tree
};

// Answers any number of quantiles from one noised tree: independent noise on every node but the
// root, drawn from `event`. Which nodes are touched follows from noised values only, so both
// efforts release a function of the same noised tree.
//
// Quantile:  of q in (0, 1): the smallest value v with at least q * n rows <= v (type 1, lower),
//            of the n rows after they were moved into the range.
// Estimate:  from the root down, children are corrected so that they add to their parent (the
//            second pass of least squares) and moved towards an even spread as far as their
//            differences look like noise; the child is where the isotonic fit of the corrected
//            ranks crosses q * n; inside a leaf rows are taken as evenly spread over its steps.
//            kWholeTree first combines every node with its children (the first pass, weights by
//            inverse variance): with branching b the noise's deviation is about 1/(2b) smaller.
// Interval:  two more descents. `low` takes, at every level, the first child that is not proved to
//            lie wholly below the quantile, `high` the last not proved to lie above. If low fails,
//            it fails at one of the `height` nodes above the true quantile. A proof is a rank R(v)
//            - q n whose noise, a combination of the nodes on the path and of the children beside
//            it with known real weights, reaches so far with at most the level's risk
//            (WeightedSum), counting only what the level above did not reject (SecondRejection). A
//            level whose boundary is far inside could not have failed and gives its risk back; a
//            leaf of many rows gives one end the risk of both. So intervals cover 95.0 to 95.5 %
//            where few levels and one end decide, and up to 99.9 % where many do:
//            docs/explanation/intervals-of-quantiles.md has the proof, and how near to the smallest
//            they are. The estimate is moved into the interval. Without rows it is the whole range,
//            with 95 % chance.
// Privacy:   one event; the caller's sensitivity is shape().Sensitivity().
// Errors:    INVALID_ARGUMENT  a quantile outside (0, 1), noise that no sampler takes, or a
//            sensitivity below the height (a row touches that many nodes).
// Cost:      mostly of intervals. Six quantiles of 50,001 leaves with kPaths: 1 ms for 1M rows,
//            4 to 7 ms for 300, where intervals reach over many leaves. At most 4 ms a quantile was
//            seen for any noise in trees of the default shape. kWholeTree draws 54,000 noises more,
//            3 to 7 ms.
// Source:    Hay, Rastogi, Miklau, Suciu, "Boosting the accuracy of differentially private
//            histograms through consistency", VLDB 2010, section 4; James, Stein, "Estimation with
//            quadratic loss", 1961.
StatusOr<std::vector<QuantileEstimate>> NoiseQuantiles(const QuantileCounts& counts,
                                                       std::span<const double> quantiles,
                                                       const NoiseEvent& event,
                                                       RandomSource& random, QuantileEffort effort);

// The same for many trees of one shape, such as the rows of a table: the answers of each, in order.
// What an interval needs to know of the noise depends on the tree's shape and the place in it, so
// that the trees share it: of 200 trees of one law of rows each takes a third to two thirds of what
// it takes alone.
// Errors: as NoiseQuantiles; INVALID_ARGUMENT also for trees of different shapes. Without trees
//         there are no answers.
StatusOr<std::vector<std::vector<QuantileEstimate>>> NoiseQuantilesOfTrees(
    std::span<const QuantileCounts> trees, std::span<const double> quantiles,
    const NoiseEvent& event, RandomSource& random, QuantileEffort effort);

// kWholeTree where `cells` such trees cost less than about a second in all, else kPaths.
QuantileEffort ChooseEffort(const QuantileShape& shape, uint64_t cells);

}  // namespace weir::dp

#endif  // WEIR_DP_QUANTILE_TREE_H_
