// SPDX-License-Identifier: Apache-2.0
#ifndef WEIR_DP_CONTINUAL_COUNTING_H_
#define WEIR_DP_CONTINUAL_COUNTING_H_

#include <cstddef>

namespace weir::dp {

// Standard deviation of running totals over `periods` periods where a unit changes one period by
// one, as a multiple of the sigma that one count alone would need for the same privacy (zCDP).
struct ContinualFactors {
  double factorization_worst;  // square-root factorization: sum of c_k^2, k < periods
  double tree_worst;           // binary tree, nodes added up: sqrt(levels * most ones in binary)
  double tree_rms;             // its root of the mean square over all prefixes
  double naive_worst;          // noise on every period: sqrt(periods)
};

// The ideal figures, to a relative 1e-13; all zero for no periods. O(periods).
// Source: Fichtenberger, Henzinger, Upadhyay 2022 (arXiv:2202.11205), Theorem 1; Henzinger,
//         Upadhyay, Upadhyay 2023 (arXiv:2211.05006); Chan, Shi, Song 2011, section 3.2 (tree).
ContinualFactors ContinualErrorFactors(size_t periods);

}  // namespace weir::dp

#endif  // WEIR_DP_CONTINUAL_COUNTING_H_
