// SPDX-License-Identifier: Apache-2.0
#include "weir/dp/internal/loss_masses.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>
#include <utility>

namespace weir::dp::internal {
namespace {

// NOLINTBEGIN(bugprone-easily-swappable-parameters): formulas take doubles side by side

constexpr double kInfinity = std::numeric_limits<double>::infinity();
// Standard deviations beyond which noise counts as infinite loss: a mass of 10^-21.
constexpr double kFarthest = 9.5;

// Mass of the standard normal law in [low, high], precise in both tails.
double NormalMass(double low, double high) {
  if (low > 0) return NormalMass(-high, -low);
  if (high < 0) {
    return (std::erfc(-high / std::numbers::sqrt2) - std::erfc(-low / std::numbers::sqrt2)) / 2;
  }
  return (std::erf(high / std::numbers::sqrt2) - std::erf(low / std::numbers::sqrt2)) / 2;
}

// Spreads masses over the points of a grid so that what lies between two of them keeps its mass
// under P and under Q.
class MassBuilder {
 public:
  // For losses in [low, high].
  MassBuilder(double grid, double low, double high) : grid_(grid) {
    masses_.first = static_cast<int64_t>(std::floor(low / grid));
    const auto last = static_cast<int64_t>(std::ceil(high / grid));
    masses_.mass.resize(static_cast<size_t>(last - masses_.first) + 2);
  }

  // Points of the grid are those of cells [0, cells()].
  size_t cells() const { return masses_.mass.size() - 1; }
  double LossAt(size_t point) const {
    return static_cast<double>(masses_.first + static_cast<int64_t>(point)) * grid_;
  }

  void AddAtom(double loss, double mass) {
    const size_t cell = CellOf(loss);
    const double above = mass * std::expm1(LossAt(cell) - loss) / std::expm1(-grid_);
    AddSplit(cell, mass, above);
  }

  // All in one cell: `p` of mass under P, `q` under Q.
  void AddCell(size_t cell, double p, double q) {
    AddSplit(cell, p, (p - q * std::exp(LossAt(cell))) / -std::expm1(-grid_));
  }

  void AddInfinite(double mass) { masses_.infinity += mass; }
  // Without points of no mass at the ends.
  LossMasses Take() && {
    std::vector<double>& mass = masses_.mass;
    while (mass.size() > 1 && mass.back() == 0) mass.pop_back();
    const auto begin = std::find_if(mass.begin(), mass.end() - 1, [](double m) { return m != 0; });
    masses_.first += begin - mass.begin();
    mass.erase(mass.begin(), begin);
    return std::move(masses_);
  }

 private:
  size_t CellOf(double loss) const {
    const auto point = static_cast<int64_t>(std::floor(loss / grid_)) - masses_.first;
    return static_cast<size_t>(std::clamp<int64_t>(point, 0, static_cast<int64_t>(cells()) - 1));
  }
  // Rounding may carry a share just outside its range.
  void AddSplit(size_t cell, double mass, double above) {
    above = std::clamp(above, 0.0, mass);
    masses_.mass[cell] += mass - above;
    masses_.mass[cell + 1] += above;
  }

  double grid_;
  LossMasses masses_;
};

// Noise on the line whose loss is monotone: `noise_at` is its inverse, `p` and `q` the masses of
// intervals of noise.
template <class NoiseAt, class Mass>
LossMasses Continuous(MassBuilder builder, bool increasing, const NoiseAt& noise_at, const Mass& p,
                      const Mass& q) {
  const auto between = [&](const Mass& law, double here, double there) {
    return increasing ? law(here, there) : law(there, here);
  };
  const double first = noise_at(builder.LossAt(0));
  const double last = noise_at(builder.LossAt(builder.cells()));
  const double below = increasing ? -kInfinity : kInfinity;
  builder.AddCell(0, between(p, below, first), 0);  // rounded up, to the first two points
  builder.AddInfinite(between(p, last, -below));
  double here = first;
  for (size_t cell = 0; cell < builder.cells(); ++cell) {
    const double there = noise_at(builder.LossAt(cell + 1));
    builder.AddCell(cell, between(p, here, there), between(q, here, there));
    here = there;
  }
  return std::move(builder).Take();
}

struct Mixture {
  double sigma;
  double rate;  // of the normal law around 1; the rest around 0
  double operator()(double low, double high) const {
    double mass = 0;
    if (rate < 1) mass += (1 - rate) * NormalMass(low / sigma, high / sigma);
    if (rate > 0) mass += rate * NormalMass((low - 1) / sigma, (high - 1) / sigma);
    return mass;
  }
};

LossMasses Gaussian(double sigma, double grid) {
  const double variance = sigma * sigma;
  const auto loss_at = [&](double noise) { return (1 - 2 * noise) / (2 * variance); };
  const auto noise_at = [&](double loss) { return 0.5 - variance * loss; };
  return Continuous(MassBuilder(grid, loss_at(kFarthest * sigma), loss_at(-kFarthest * sigma)),
                    /*increasing=*/false, noise_at, Mixture{sigma, 0}, Mixture{sigma, 1});
}

LossMasses SubsampledGaussian(double sigma, double rate, Direction direction, double grid) {
  const double variance = sigma * sigma;
  // The loss of removing a record is ln(mixture / normal); of adding one, its negative.
  const auto removing_at = [&](double noise) {
    return std::log1p(rate * std::expm1((2 * noise - 1) / (2 * variance)));
  };
  const auto noise_of = [&](double removing) {
    const double part = (std::expm1(removing) + rate) / rate;
    return part <= 0 ? -kInfinity : variance * std::log(part) + 0.5;
  };
  const double low = removing_at(-kFarthest * sigma);
  const double high = removing_at(1 + kFarthest * sigma);
  if (direction == Direction::kRemove) {
    return Continuous(MassBuilder(grid, low, high), true, noise_of, Mixture{sigma, rate},
                      Mixture{sigma, 0});
  }
  return Continuous(
      MassBuilder(grid, -high, -low), false, [&](double loss) { return noise_of(-loss); },
      Mixture{sigma, 0}, Mixture{sigma, rate});
}

LossMasses DiscreteGaussian(double sigma, double grid) {
  const double precision = 1 / (2 * sigma * sigma);
  const auto most = static_cast<int64_t>(std::ceil(kFarthest * sigma)) + 1;
  const auto farthest = static_cast<double>(most);
  const auto weight = [precision](int64_t noise) {
    const auto x = static_cast<double>(noise);
    return std::exp(-x * x * precision);
  };
  MassBuilder builder(grid, (1 - 2 * farthest) * precision, (1 + 2 * farthest) * precision);
  double total = 1;
  for (int64_t noise = most; noise >= 1; --noise) total += 2 * weight(noise);
  for (int64_t noise = -most; noise <= most; ++noise) {
    builder.AddAtom(static_cast<double>(1 - 2 * noise) * precision, weight(noise) / total);
  }
  builder.AddInfinite(2 * weight(most));
  return std::move(builder).Take();
}

LossMasses Laplace(double scale, double grid) {
  const double most = 1 / scale;
  MassBuilder builder(grid, -most, most);
  builder.AddAtom(most, 0.5);
  builder.AddAtom(-most, 0.5 * std::exp(-most));
  for (size_t cell = 0; cell < builder.cells(); ++cell) {
    const double here = std::clamp(builder.LossAt(cell), -most, most);
    const double there = std::clamp(builder.LossAt(cell + 1), -most, most);
    // Noise (1 - scale * loss) / 2, between 0 and 1.
    const double part = -std::expm1((here - there) / 2) / 2;
    builder.AddCell(cell, part * std::exp(-(most - there) / 2),
                    part * std::exp(-(most + here) / 2));
  }
  return std::move(builder).Take();
}

// Randomised response, the worst of all such mechanisms (Kairouz, Oh, Viswanath 2015).
LossMasses Approximate(double epsilon, double delta, double grid) {
  MassBuilder builder(grid, -epsilon, epsilon);
  builder.AddAtom(epsilon, (1 - delta) / (1 + std::exp(-epsilon)));
  builder.AddAtom(-epsilon, (1 - delta) / (1 + std::exp(epsilon)));
  builder.AddInfinite(delta);
  return std::move(builder).Take();
}

// NOLINTEND(bugprone-easily-swappable-parameters)

}  // namespace

LossMasses MassesOf(const LossEvent& event, Direction direction, double grid) {
  switch (event.kind) {
    case LossKind::kGaussian:
      return Gaussian(event.parameter, grid);
    case LossKind::kDiscreteGaussian:
      return DiscreteGaussian(event.parameter, grid);
    case LossKind::kLaplace:
      return Laplace(event.parameter, grid);
    case LossKind::kDiscreteLaplace:  // only the side of the step shows
      return Approximate(1 / event.parameter, 0, grid);
    case LossKind::kPure:
      return Approximate(event.parameter, 0, grid);
    case LossKind::kApproximate:
      return Approximate(event.parameter, event.second, grid);
    case LossKind::kSubsampledGaussian:
      break;
  }
  if (event.second >= 1) return Gaussian(event.parameter, grid);
  return SubsampledGaussian(event.parameter, event.second, direction, grid);
}

}  // namespace weir::dp::internal
