// SPDX-License-Identifier: Apache-2.0
#ifndef WEIR_DP_INTERNAL_CROSSING_H_
#define WEIR_DP_INTERNAL_CROSSING_H_

#include <algorithm>
#include <cmath>

namespace weir::dp::internal {

// Two places of which one is accepted: a test's height there, positive where it accepts.
struct Bracket {
  double accepted;
  double rejected;
};

// A rejected place within `tolerance` of an accepted one: false position, in which a side that
// stays counts half (Illinois), every fourth step a bisection. `height` need not be continuous.
template <class Height>
double Crossing(const Height& height, Bracket bracket, double tolerance) {
  constexpr double kLowest = -50;  // of the logarithm of a tail that is zero
  double above = std::max(height(bracket.accepted), 1e-3);
  double below = std::max(height(bracket.rejected), kLowest);
  for (int step = 1; step < 200; ++step) {
    const double width = bracket.rejected - bracket.accepted;
    if (std::abs(width) <= tolerance) break;
    const double least = std::min(0.4, 0.4 * tolerance / std::abs(width));
    const double crossing = above / (above - below) + (step % 2 == 0 ? least : -least);
    const double share = step % 4 == 0 ? 0.5 : std::clamp(crossing, least, 1 - least);
    const double place = bracket.accepted + share * width;
    const double found = std::max(height(place), kLowest);
    if (found > 0) {
      bracket.accepted = place;
      above = found;
      below /= 2;
    } else {
      bracket.rejected = place;
      below = std::min(found, -1e-6);
      above /= 2;
    }
  }
  return bracket.rejected;
}

}  // namespace weir::dp::internal

#endif  // WEIR_DP_INTERNAL_CROSSING_H_
