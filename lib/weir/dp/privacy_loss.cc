// SPDX-License-Identifier: Apache-2.0
#include "weir/dp/privacy_loss.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <complex>
#include <limits>
#include <utility>

#include "weir/dp/internal/fourier.h"
#include "weir/dp/internal/loss_masses.h"

namespace weir::dp {
namespace {

// NOLINTBEGIN(bugprone-easily-swappable-parameters): formulas take doubles side by side

using internal::Direction;
using internal::FourierTransform;
using internal::MassesOf;

constexpr double kTailMass = 1e-18;  // left outside the window on either side
constexpr double kUnitRoundoff = 0x1p-53;
constexpr double kErrorOfOne = 1e-11;  // relative, of the masses of one mechanism
constexpr double kMostPoints = 1 << 21;
constexpr double kUsualPoints = 1 << 17;
constexpr double kFinest = 0x1p-40;

Status CheckRange(const char* what, double value, double least, double most) {
  if (value >= least && value <= most) return OkStatus();
  return InvalidArgument("%s must be in [%g, %g], got %g", what, least, most, value);
}

Status CheckEvent(const LossEvent& event) {
  if (event.count == 0 || event.count > 1'000'000'000'000) {
    return InvalidArgument("count must be in [1, 10^12]");
  }
  switch (event.kind) {
    case LossKind::kGaussian:
      return CheckRange("sigma", event.parameter, 0.05, 1e6);
    case LossKind::kDiscreteGaussian:
      return CheckRange("sigma", event.parameter, 0.05, 1e5);
    case LossKind::kLaplace:
    case LossKind::kDiscreteLaplace:
      return CheckRange("scale", event.parameter, 0.02, 1e6);
    case LossKind::kPure:
      return CheckRange("epsilon", event.parameter, 1e-6, 50);
    case LossKind::kApproximate:
      WEIR_RETURN_IF_ERROR(CheckRange("delta", event.second, 0, 0.999999));
      return CheckRange("epsilon", event.parameter, 1e-6, 50);
    case LossKind::kSubsampledGaussian:
      WEIR_RETURN_IF_ERROR(CheckRange("q", event.second, 1e-6, 1));
      return CheckRange("sigma", event.parameter, 0.05, 1e6);
  }
  return InvalidArgument("an event of unknown kind");
}

// One event on the grid, and how often it is run.
struct Term {
  LossMasses masses;
  double count;
};

std::vector<Term> TermsOf(std::span<const LossEvent> events, Direction direction, double grid) {
  std::vector<Term> terms;
  terms.reserve(events.size());
  for (const LossEvent& event : events) {
    terms.push_back({MassesOf(event, direction, grid), static_cast<double>(event.count)});
  }
  return terms;
}

// At least ln E[exp(slope * loss)] of the finite part, all runs together.
double LogMoment(const std::vector<Term>& terms, double grid, double slope) {
  // Weights by repeated multiplication, from the end where they are one: each is right to about
  // 10^-16 times the number of points.
  constexpr double kDrift = 1e-9;
  const double step = std::exp(-std::abs(slope) * grid);
  double total = 0;
  for (const Term& term : terms) {
    const std::vector<double>& mass = term.masses.mass;
    const auto points = static_cast<int64_t>(mass.size());
    const bool rising = slope > 0;
    double sum = 0;
    double weight = 1;
    for (int64_t i = 0; i < points && weight > 1e-300; ++i) {
      sum += weight * mass[static_cast<size_t>(rising ? points - 1 - i : i)];
      weight *= step;
    }
    const int64_t end = term.masses.first + (rising ? points - 1 : 0);
    total += term.count * (slope * grid * static_cast<double>(end) + std::log(sum) + kDrift);
  }
  return total;
}

// Chernoff: the sum of all losses, times `sign`, is above this with at most kTailMass.
double Extreme(const std::vector<Term>& terms, double grid, double sign) {
  double most = 0;
  for (const Term& term : terms) {
    const auto first = static_cast<double>(term.masses.first);
    const auto last = first + static_cast<double>(term.masses.mass.size() - 1);
    most += term.count * grid * (sign > 0 ? last : -first);
  }
  // Any slope gives a bound; the best lies in a valley, found by golden sections of its logarithm.
  const auto bound = [&](double log_slope) {
    const double slope = std::exp(log_slope);
    return (LogMoment(terms, grid, sign * slope) - std::log(kTailMass)) / slope;
  };
  constexpr double kGolden = 0.6180339887498949;
  double low = std::log(1e-4);
  double high = std::log(1e7);
  double left = high - kGolden * (high - low);
  double right = low + kGolden * (high - low);
  double at_left = bound(left);
  double at_right = bound(right);
  for (int i = 0; i < 20; ++i) {
    if (at_left < at_right) {
      high = std::exchange(right, left);
      at_right = at_left;
      left = high - kGolden * (high - low);
      at_left = bound(left);
    } else {
      low = std::exchange(left, right);
      at_left = at_right;
      right = low + kGolden * (high - low);
      at_right = bound(right);
    }
  }
  return std::min({most, at_left, at_right});
}

struct Window {
  double low;
  double high;
};

Window WindowOf(const std::vector<Term>& terms, double grid) {
  return {-Extreme(terms, grid, -1), Extreme(terms, grid, 1)};
}

double PointsOf(const Window& window, double grid) { return (window.high - window.low) / grid + 3; }

// A coarse grid overstates the spread of small losses: refine until the window fits.
double ChooseGrid(std::span<const LossEvent> events, double wanted) {
  double grid = wanted > 0 ? wanted : 0x1p-10;
  const double most = wanted > 0 ? kMostPoints : kUsualPoints;
  for (int i = 0; i < 60; ++i) {
    const double points = PointsOf(WindowOf(TermsOf(events, Direction::kRemove, grid), grid), grid);
    if (points > most) {
      grid *= 2;
      if (wanted == 0) return grid;
    } else if (wanted > 0 || points * 2 > most || grid <= kFinest) {
      return grid;
    } else {
      grid /= points * 16 <= most ? 8 : 2;
    }
  }
  return grid;
}

std::complex<double> Multiply(std::complex<double> a, std::complex<double> b) {
  return {a.real() * b.real() - a.imag() * b.imag(), a.real() * b.imag() + a.imag() * b.real()};
}

std::complex<double> Power(std::complex<double> base, uint64_t exponent) {
  std::complex<double> power = 1;
  for (; exponent > 1; exponent /= 2) {
    if (exponent % 2 == 1) power = Multiply(power, base);
    base = Multiply(base, base);
  }
  return exponent == 1 ? Multiply(power, base) : power;
}

struct Composed {
  LossMasses masses;
  double delta_floor;
};

Composed ComposeTerms(const std::vector<Term>& terms, double grid) {
  const Window window = WindowOf(terms, grid);
  const size_t size = std::bit_ceil(static_cast<size_t>(PointsOf(window, grid)));
  const FourierTransform transform(std::max<size_t>(size, 2));
  const size_t points = transform.size();
  std::vector<std::complex<double>> product(points, 1.0);
  std::vector<std::complex<double>> values(points);
  double finite = 0;  // log of the mass that stays finite
  double start = 0;   // sum of the first points
  double runs = 0;
  for (const Term& term : terms) {
    std::fill(values.begin(), values.end(), 0.0);
    for (size_t i = 0; i < term.masses.mass.size(); ++i) {
      values[i & (points - 1)] += term.masses.mass[i];
    }
    transform.Forward(values);
    // Masses are real: the second half mirrors the first.
    const auto count = static_cast<uint64_t>(term.count);
    for (size_t k = 0; k <= points / 2; ++k) {
      product[k] = Multiply(product[k], Power(values[k], count));
    }
    finite += term.count * std::log1p(-std::min(term.masses.infinity, 1.0));
    start += term.count * static_cast<double>(term.masses.first);
    runs += term.count;
  }
  for (size_t k = points / 2 + 1; k < points; ++k) product[k] = std::conj(product[points - k]);
  transform.Backward(product);

  Composed composed{.masses = {.first = static_cast<int64_t>(std::floor(window.low / grid))}};
  composed.masses.infinity = -std::expm1(finite) + 2 * kTailMass;
  composed.masses.mass.resize(points);
  const double offset = static_cast<double>(composed.masses.first) - start;
  const auto turned = static_cast<size_t>(
      offset - std::floor(offset / static_cast<double>(points)) * static_cast<double>(points));
  double squares = 0;
  for (size_t i = 0; i < points; ++i) {
    const double mass = std::max(product[(i + turned) & (points - 1)].real(), 0.0);
    composed.masses.mass[i] = mass;
    squares += mass * mass;
  }
  const double steps = std::log2(static_cast<double>(points));
  composed.delta_floor = 2 * std::sqrt(static_cast<double>(points) * squares) * kUnitRoundoff *
                         (runs * (5 * steps + 4) + 10 * steps);
  return composed;
}

double DeltaOf(const LossMasses& masses, double grid, double epsilon) {
  double delta = masses.infinity;
  for (size_t i = masses.mass.size(); i-- > 0;) {
    const double loss = static_cast<double>(masses.first + static_cast<int64_t>(i)) * grid;
    if (loss <= epsilon) break;
    delta += masses.mass[i] * -std::expm1(epsilon - loss);
  }
  return delta;
}

// The smallest epsilon >= 0 with DeltaOf at most `delta`.
double EpsilonOf(const LossMasses& masses, double grid, double delta) {
  if (masses.infinity > delta) return std::numeric_limits<double>::infinity();
  double above = masses.infinity;  // mass beyond the point, under P
  double scaled = 0;               // and under Q, times e^loss of the point
  for (size_t i = masses.mass.size(); i-- > 0;) {
    const double loss = static_cast<double>(masses.first + static_cast<int64_t>(i)) * grid;
    // Between this point and the next, delta(epsilon) = above - scaled e^(epsilon - loss).
    if (loss < 0 || above - scaled > delta) {
      if (scaled <= 0) return std::max(loss, 0.0);
      return std::max(loss + std::log((above - delta) / scaled), 0.0);
    }
    above += masses.mass[i];
    scaled = (scaled + masses.mass[i]) * std::exp(-grid);
  }
  return 0;
}

// NOLINTEND(bugprone-easily-swappable-parameters)

}  // namespace

StatusOr<PrivacyLoss> PrivacyLoss::Compose(std::span<const LossEvent> events, double grid) {
  if (events.empty()) return InvalidArgument("there is no event");
  double runs = 0;
  bool directed = false;
  for (const LossEvent& event : events) {
    WEIR_RETURN_IF_ERROR(CheckEvent(event));
    runs += static_cast<double>(event.count);
    directed |= event.kind == LossKind::kSubsampledGaussian;
  }
  if (grid != 0) WEIR_RETURN_IF_ERROR(CheckRange("grid", grid, kFinest, 1));
  PrivacyLoss loss(ChooseGrid(events, grid));
  loss.relative_error_ = runs * kErrorOfOne;
  for (const Direction direction : {Direction::kRemove, Direction::kAdd}) {
    if (direction == Direction::kAdd && !directed) break;
    Composed composed = ComposeTerms(TermsOf(events, direction, loss.grid_), loss.grid_);
    loss.delta_floor_ = std::max(loss.delta_floor_, composed.delta_floor);
    loss.directions_.push_back(std::move(composed.masses));
  }
  return loss;
}

double PrivacyLoss::Delta(double epsilon) const {
  double delta = 0;
  for (const LossMasses& masses : directions_) {
    delta = std::max(delta, DeltaOf(masses, grid_, epsilon));
  }
  return std::min(1.0, delta * (1 + relative_error_) + delta_floor_);
}

double PrivacyLoss::Epsilon(double delta) const {
  double epsilon = 0;
  const double left = (delta - delta_floor_) / (1 + relative_error_);
  for (const LossMasses& masses : directions_) {
    epsilon = std::max(epsilon, EpsilonOf(masses, grid_, left));
  }
  return epsilon;
}

}  // namespace weir::dp
