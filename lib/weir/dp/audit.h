// SPDX-License-Identifier: Apache-2.0
#ifndef WEIR_DP_AUDIT_H_
#define WEIR_DP_AUDIT_H_

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "weir/base/random.h"
#include "weir/base/status.h"
#include "weir/privacy/parameters.h"

namespace weir::dp {

// Lower bounds of epsilon from samples: what a mechanism, run on two neighbouring inputs, shows
// that it costs at least.

// Numbers computed from outputs: values[s][i] is statistic s of output i. A number that is not a
// number counts as minus infinity.
using AuditValues = std::vector<std::vector<double>>;

// Runs the mechanism `count` times on one input, independently, and computes the statistics. It is
// called many times, with counts of up to 65,536.
using AuditSampler = std::function<StatusOr<AuditValues>(size_t count)>;

// A mechanism on two neighbouring inputs.
struct AuditPair {
  AuditSampler one;
  AuditSampler other;
  std::vector<std::string> statistics;  // their names, for the report
};

struct AuditOptions {
  Delta delta = Delta::Zero();        // of the claim
  uint64_t samples = 1'000'000;       // a side, for the bound: in [1000, 5 * 10^8]
  double false_positive_rate = 1e-9;  // in [1e-30, 0.1]
};

struct AuditReport {
  double epsilon = 0;     // the lower bound; 0 if nothing was found
  std::string event;      // where the two inputs differ: "value >= 1, likelier on the first input"
  uint64_t samples = 0;   // outputs that the bound rests on, of both sides together
  uint64_t training = 0;  // outputs that chose the events, of both sides together
  double false_positive_rate = 0;

  // Whether the samples refute (claim, delta)-differential privacy.
  bool Exceeds(Epsilon claim) const { return epsilon > claim.value(); }
};

// Bounds epsilon from below at `options.delta`.
//
// Events are chosen on samples of their own (up to a quarter of `samples`, 250,000 at most, a
// side): for every statistic and both directions the one, among thresholds and among unions of
// histogram bins in the order of their likelihood ratio, that promises most. On fresh samples each
// gets an exact bound of ln((P[event] - delta) / Q[event]), and the largest is the answer.
//
// Guarantee: if the mechanism is (e, delta)-differentially private, the bound exceeds e with
//            probability at most `false_positive_rate`: a union bound over the events, each with
//            exact binomial bounds. Holds for any statistic, also one that is chosen badly.
//            A bound within the claim proves nothing: it is what these statistics can show.
// Power:     with one number of Laplace noise at epsilon 1 and the default rate, noise that is 10 %
//            too small is found with 40,000 samples a side, 5 % with 200,000, 2 % with 10^6, 1 %
//            with 4 * 10^6 (measured: 20 or 5 of as many runs). Events must happen: an epsilon
//            needs about 1000 e^epsilon samples.
// Assumes:   the words of `coins` are independent of the outputs.
// Errors:    INVALID_ARGUMENT options out of range, no statistic, or a sampler that returns another
//            number of values; what the samplers return.
// Cost:      O(samples * statistics * log bins); 10^6 a side of one statistic take 0.15 s beside
//            the sampling (discrete Laplace: 0.3 s in all). Memory for the training samples only.
// Source:    Jagielski, Ullman, Oprea, "Auditing differentially private machine learning", NeurIPS
//            2020, section 4 (Clopper-Pearson bounds of both probabilities). With delta 0 the two
//            samples may have random sizes, and given the number of hits those on one side are
//            binomial, which gives a tighter exact bound of the ratio (Przyborowski, Wilenski,
//            Biometrika 31, 1940); the likelier to be tighter is taken before the samples are seen.
StatusOr<AuditReport> AuditEpsilon(const AuditPair& pair, const AuditOptions& options,
                                   RandomSource& coins);

}  // namespace weir::dp

#endif  // WEIR_DP_AUDIT_H_
