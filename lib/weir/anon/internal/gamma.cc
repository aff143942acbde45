// SPDX-License-Identifier: Apache-2.0
#include "weir/anon/internal/gamma.h"

#include <cmath>
#include <numbers>

namespace weir::anon::internal {
namespace {

// From here on six terms of the asymptotic series are good to 10^-17.
constexpr double kAsymptotic = 20;

// psi(x) - ln x for x >= kAsymptotic.
double Correction(double x) {
  const double r = 1 / (x * x);
  return -0.5 / x -
         r * (1.0 / 12 - r * (1.0 / 120 - r * (1.0 / 252 - r * (1.0 / 240 - r * (1.0 / 132)))));
}

}  // namespace

// NOLINTNEXTLINE(bugprone-easily-swappable-parameters): a place and a way from it.
double DigammaDifference(double x, double steps) {
  // psi(y) = psi(y + 1) - 1/y moves both arguments up; a term of one less a term of the other is
  // written as one fraction, so that small differences survive.
  double difference = 0;
  while (x < kAsymptotic) {
    difference += steps / (x * (x + steps));
    x += 1;
  }
  return difference + std::log1p(steps / x) + (Correction(x + steps) - Correction(x));
}

double LogGamma(double x) {
  double shift = 0;
  while (x < kAsymptotic) {
    shift += std::log(x);
    x += 1;
  }
  const double r = 1 / (x * x);
  const double series = (1.0 / 12 - r * (1.0 / 360 - r * (1.0 / 1260 - r * (1.0 / 1680)))) / x;
  return (x - 0.5) * std::log(x) - x + 0.5 * std::log(2 * std::numbers::pi) + series - shift;
}

}  // namespace weir::anon::internal
