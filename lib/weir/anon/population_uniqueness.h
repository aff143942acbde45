// SPDX-License-Identifier: Apache-2.0
#ifndef WEIR_ANON_POPULATION_UNIQUENESS_H_
#define WEIR_ANON_POPULATION_UNIQUENESS_H_

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "weir/anon/model.h"
#include "weir/base/decimal.h"
#include "weir/base/status.h"
#include "weir/v1/recipe.pb.h"

namespace weir::anon {

// So many classes of the sample have so many rows.
struct SizeCount {
  uint64_t size = 0;  // at least 1
  uint64_t classes = 0;
};

// Ascending sizes of classes, counted.
std::vector<SizeCount> CountSizes(std::span<const uint64_t> ascending);

// How many of the population's people are alone in it with their quasi-identifiers, as a share of
// the population, estimated from a sample: the uniques of a table matter in so far as they are
// unique in the population too.
//
// Shapes:  `sizes` ascending, each once; `population` the number of people sampled from, at least
//          the rows of the sample. Result in [0, 1]; 0 if the sample has no unique row, and exact
//          if the sample is the population.
// Result:  none where an estimator has no solution for such a sample, or more than the whole
//          population would be unique. A limit must then be taken as exceeded.
// Assumes: a simple random sample of people, one row each. These are estimates, not bounds.
// Reveals: facts about the rows: for their owner.
// Cost:    about 100 (Pitman), some thousand (SNB) passes over `sizes`; one to the largest size
//          (Zayatz).
//
// Estimators:
//   Pitman  Classes as a Pitman-Yor partition with parameters alpha in (0, 1) and theta > -alpha,
//           which are those of the largest likelihood, found as the root of the profile's
//           derivative in brackets. Share: Gamma(theta + 1) / Gamma(theta + alpha) *
//           population^(alpha - 1). Sources: Pitman, "Random discrete distributions invariant
//           under size-biased permutation", Adv. Appl. Prob. 28, 1996; Hoshino, "Applying Pitman's
//           sampling formula to microdata disclosure risk assessment", J. Official Stat. 17, 2001.
//   Zayatz  Sample sizes stand for population sizes; a unique row is unique in the population with
//           the probability that follows by Bayes from the hypergeometric law. Source: Zayatz,
//           "Estimation of the percent of unique population elements on a microdata file using the
//           sample", US Bureau of the Census, 1991.
//   SNB     Sizes in the population as 1 + negative binomial, fitted to the classes of one and two
//           rows; the number of classes by the modified estimator of Shlosser. Of several
//           solutions the one with most uniques. Sources: Chen, Keller-McNulty, "Estimation of
//           identification disclosure risk in microdata", J. Official Stat. 14, 1998; Haas,
//           Stokes, "Estimating the number of classes in a finite population", JASA 93, 1998.
//   Dankar  Pitman for a sample of at most a tenth of the population; else the smaller of Zayatz
//           and SNB. Source: Dankar, El Emam, Neisa, Roffey, "Estimating the re-identification
//           risk of clinical data sets", BMC Med. Inform. Decis. Mak. 12:66, 2012.
std::optional<double> EstimatePopulationUniqueness(std::span<const SizeCount> sizes,
                                                   uint64_t population,
                                                   v1::UniquenessEstimator estimator);

// The estimator that the rule of Dankar et al. takes for such a sample, if it has a solution.
v1::UniquenessEstimator EstimatorByDankar(std::span<const SizeCount> sizes, uint64_t population);

// The estimated share of unique people in the population is at most `limit`.
//
// Guarantee: for the average person of the population, if the estimator's assumptions hold.
// Does not protect: single people who are unique; sensitive values. Where the estimator has no
//            solution the model holds only if no row is unique.
// A table of more rows than the population does not hold.
// Errors:    INVALID_ARGUMENT  the limit is not in [0, 1] or has more than nine decimals; a
//            population of 0; no such estimator (unspecified is Dankar).
StatusOr<TableModelPtr> MakePopulationUniqueness(const Decimal& limit, uint64_t population,
                                                 v1::UniquenessEstimator estimator);

}  // namespace weir::anon

#endif  // WEIR_ANON_POPULATION_UNIQUENESS_H_
