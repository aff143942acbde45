// SPDX-License-Identifier: Apache-2.0
#ifndef WEIR_DP_INTERNAL_TOEPLITZ_DIVISION_H_
#define WEIR_DP_INTERNAL_TOEPLITZ_DIVISION_H_

#include <cstdint>
#include <span>
#include <vector>

#include "weir/base/decimal.h"

namespace weir::dp::internal {

// z = B q + r, B lower triangular Toeplitz.
struct ToeplitzDivision {
  std::vector<int128> quotients;
  std::vector<int64_t> remainders;  // in [-2^(grid_bits - 1), 2^(grid_bits - 1))
};

// The one such division: forward substitution, each row divided by b_0 with remainder. Integers
// only, exact.
//
// Assumes: column[0] is 2^grid_bits, 1 <= grid_bits <= 20, the others are between 0 and that and
// add
//          up to less than 2^25; |z| < 2^100; the rows of |B^-1| add up to at most
//          3 * 2^-grid_bits (so |q| is at most that times max|z| + 2^(grid_bits - 1)).
// Cost:    O(n log^2 n) where all |z| < 2^(34 + grid_bits), by convolutions of halves with what
//          follows them; O(n^2) beyond.
ToeplitzDivision DivideByToeplitz(std::span<const int64_t> column, int grid_bits,
                                  std::span<const int128> z);

}  // namespace weir::dp::internal

#endif  // WEIR_DP_INTERNAL_TOEPLITZ_DIVISION_H_
