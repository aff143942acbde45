// SPDX-License-Identifier: Apache-2.0
#include "weir/dp/internal/loss_masses.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include "weir/dp/internal/normal_law.h"

namespace weir::dp::internal {
namespace {

// NOLINTBEGIN(bugprone-easily-swappable-parameters): formulas take doubles side by side

constexpr double kInfinity = std::numeric_limits<double>::infinity();
// Standard deviations beyond which noise counts as infinite loss: a mass of 10^-25.
constexpr double kFarthest = 10.5;

// Spreads masses over the points of a grid so that what lies between two of them keeps its mass
// under P and under Q.
class MassBuilder {
 public:
  // For losses in [low, high].
  MassBuilder(double grid, double low, double high) : grid_(grid), split_(-std::expm1(-grid)) {
    masses_.first = static_cast<int64_t>(std::floor(low / grid));
    const auto last = static_cast<int64_t>(std::ceil(high / grid));
    masses_.mass.resize(static_cast<size_t>(last - masses_.first) + 2);
  }

  double grid() const { return grid_; }
  // Points of the grid are those of cells [0, cells()].
  size_t cells() const { return masses_.mass.size() - 1; }
  double LossAt(size_t point) const {
    return static_cast<double>(masses_.first + static_cast<int64_t>(point)) * grid_;
  }

  void AddAtom(double loss, double mass) {
    const size_t cell = CellOf(loss);
    const double above = mass * OneMinusExp(loss - LossAt(cell)) / split_;
    AddShare(cell, mass, above);
  }

  // All in one cell: `p` of mass under P; under Q it is `scaled_q`, times e^-loss of the cell's
  // lower point.
  void AddCell(size_t cell, double p, double scaled_q) {
    AddShare(cell, p, (p - scaled_q) / split_);
  }

  // `above` of the mass to the cell's upper point. Rounding may carry it just outside its range.
  void AddShare(size_t cell, double mass, double above) {
    above = std::clamp(above, 0.0, mass);
    masses_.mass[cell] += mass - above;
    masses_.mass[cell + 1] += above;
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
  // 1 - e^-x for x >= 0 up to the grid.
  static double OneMinusExp(double x) {
    if (x > 1e-3) return -std::expm1(-x);
    return x * (1 - x / 2 * (1 - x / 3 * (1 - x / 4 * (1 - x / 5))));
  }

  double grid_;
  double split_;  // what an atom at the upper point of a cell has more than one at the lower
  LossMasses masses_;
};

// What the two laws leave beyond a loss: P[loss > point], and e^point Q[loss > point].
struct Tails {
  double p;
  double scaled_q;
};

// A law of losses known by its tails.
template <class TailsAt>
LossMasses Continuous(MassBuilder builder, const TailsAt& tails_at) {
  const double shrink = std::exp(-builder.grid());
  Tails here = tails_at(builder.LossAt(0));
  builder.AddCell(0, std::max(1 - here.p, 0.0), 0);  // rounded up, to the first two points
  for (size_t cell = 0; cell < builder.cells(); ++cell) {
    const Tails there = tails_at(builder.LossAt(cell + 1));
    builder.AddCell(cell, std::max(here.p - there.p, 0.0), here.scaled_q - shrink * there.scaled_q);
    here = there;
  }
  builder.AddInfinite(here.p);
  return std::move(builder).Take();
}

// Mean of e^(-c s - s^2 / 2) over s in [-w / 2, w / 2]: Hermite's polynomials in c up to the order
// `last` + 2. Up to 8 they are good to 10^-16 for |c| w <= 1 / 4, up to 4 for |c| w <= 1 / 100.
double MeanOfDensity(double c, double w, int last) {
  const double x = w * w / 4;
  const double c2 = c * c;
  double below = 1;             // He_(n-2) (w / 2)^(n-2)
  double above = (c2 - 1) * x;  // He_n (w / 2)^n
  double sum = 1 + above / 6;
  double factorial = 6;  // (n + 1)!
  for (int n = 2; n <= last; n += 2) {
    // He_(n+2) = (c^2 - 2 n - 1) He_n - n (n - 1) He_(n-2)
    const double next = (c2 - (2 * n + 1)) * x * above - n * (n - 1) * x * x * below;
    below = std::exchange(above, next);
    factorial *= (n + 2) * (n + 3);
    sum += above / factorial;
  }
  return sum;
}

// Cells narrow against the noise: densities by multiplication, fresh ones every few cells.
LossMasses FineGaussian(MassBuilder builder, double shift) {
  constexpr size_t kRun = 32;  // multiplications without a fresh start: 10^-13
  const double width = builder.grid() / shift;
  const int last = width * (kFarthest + shift + width) <= 0.01 ? 2 : 6;
  const double split = -std::expm1(-builder.grid());
  const double shrink = std::exp(-builder.grid() / 2);
  // In standard deviations, upwards in loss.
  const double start = builder.LossAt(0) / shift - shift / 2;
  builder.AddCell(0, NormalTail(-start), 0);
  const double bend = std::exp(-width * width);
  double density = 0;
  double ratio = 0;
  for (size_t cell = 0; cell < builder.cells(); ++cell) {
    const double middle = start + width * (static_cast<double>(cell) + 0.5);
    if (cell % kRun == 0) {
      density = NormalDensity(middle) * width;
      ratio = std::exp(-width * (middle + width / 2));
    }
    const double p = density * MeanOfDensity(middle, width, last);
    const double scaled_q = density * shrink * MeanOfDensity(middle + shift, width, last);
    builder.AddShare(cell, p, (p - scaled_q) / split);
    density *= ratio;
    ratio *= bend;
  }
  builder.AddInfinite(NormalTail(start + width * static_cast<double>(builder.cells())));
  return std::move(builder).Take();
}

// Normal laws `shift` standard deviations apart: the loss is normal with mean shift^2 / 2.
LossMasses Gaussian(double shift, double grid) {
  const double mean = shift * shift / 2;
  MassBuilder builder(grid, mean - kFarthest * shift, mean + kFarthest * shift);
  const double width = grid / shift;
  if (width * (kFarthest + shift + width) <= 0.25) return FineGaussian(std::move(builder), shift);
  return Continuous(std::move(builder), [&](double loss) {
    const double x = loss / shift - shift / 2;
    return Tails{NormalTail(x), ScaledTail(x, shift)};
  });
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
  const auto mixture_tail = [&](double noise, double sign) {
    return (1 - rate) * NormalTail(sign * noise / sigma) +
           rate * NormalTail(sign * (noise - 1) / sigma);
  };
  const double low = removing_at(-kFarthest * sigma);
  const double high = removing_at(1 + kFarthest * sigma);
  if (direction == Direction::kRemove) {
    return Continuous(MassBuilder(grid, low, high), [&](double loss) {
      const double noise = noise_of(loss);
      return Tails{mixture_tail(noise, 1), std::exp(loss) * NormalTail(noise / sigma)};
    });
  }
  return Continuous(MassBuilder(grid, -high, -low), [&](double loss) {
    const double noise = noise_of(-loss);
    return Tails{NormalTail(-noise / sigma), std::exp(loss) * mixture_tail(noise, -1)};
  });
}

// On the integers; the other law is `shift` away. From the farthest noise upwards in loss, weights
// by multiplication.
LossMasses DiscreteGaussian(double sigma, double shift, double grid) {
  constexpr int64_t kRun = 64;
  const double precision = 1 / (2 * sigma * sigma);
  const auto most = static_cast<int64_t>(std::ceil(kFarthest * sigma)) + 1;
  const auto farthest = static_cast<double>(most);
  const auto loss_at = [&](double x) { return shift * (shift + 2 * x) * precision; };
  MassBuilder builder(grid, loss_at(-farthest), loss_at(farthest));
  std::vector<double> weights(static_cast<size_t>(most) + 1);
  const double bend = std::exp(-2 * precision);
  double ratio = 0;
  for (int64_t x = 0; x <= most; ++x) {
    const auto at = static_cast<double>(x);
    const auto i = static_cast<size_t>(x);
    weights[i] = x % kRun == 0 ? std::exp(-at * at * precision) : weights[i - 1] * ratio;
    ratio = x % kRun == 0 ? std::exp(-(2 * at + 1) * precision) : ratio * bend;
  }
  double total = 0;
  for (size_t i = weights.size(); --i > 0;) total += 2 * weights[i];
  total += 1;
  const auto weight = [&](int64_t x) { return weights[static_cast<size_t>(x < 0 ? -x : x)]; };
  builder.AddInfinite(2 * weights.back());
  if (2 * shift * precision * 4 > grid) {
    for (int64_t x = -most; x <= most; ++x) {
      builder.AddAtom(loss_at(static_cast<double>(x)), weight(x) / total);
    }
    return std::move(builder).Take();
  }
  // Several atoms in each cell: as one at their mean, which says a little more for 1 - e^-loss is
  // concave.
  int64_t x = -most;
  for (size_t cell = 0; cell < builder.cells() && x <= most; ++cell) {
    const double edge = (builder.LossAt(cell + 1) / (shift * precision) - shift) / 2;
    const int64_t end = cell + 1 == builder.cells()
                            ? most + 1
                            : std::min(static_cast<int64_t>(std::ceil(edge)), most + 1);
    double sum = 0;
    double moment = 0;
    const int64_t start = x;
    for (; x < end; ++x) {
      sum += weight(x);
      moment += static_cast<double>(x - start) * weight(x);
    }
    if (sum > 0) {
      builder.AddAtom(loss_at(static_cast<double>(start) + moment / sum), sum / total);
    }
  }
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
    const double p = part * std::exp(-(most - there) / 2);
    builder.AddCell(cell, p, p * std::exp(builder.LossAt(cell) - (here + there) / 2));
  }
  return std::move(builder).Take();
}

// Discrete Laplace noise; the other law is `shift` >= 2 away, so between them losses lie in steps
// of two.
LossMasses WideDiscreteLaplace(double scale, uint64_t shift, double grid) {
  const double step = 1 / scale;
  const double most = static_cast<double>(shift) * step;
  MassBuilder builder(grid, -most, most);
  const double side = 1 / (1 + std::exp(-step));
  builder.AddAtom(most, side);
  builder.AddAtom(-most, side * std::exp(-most));
  const double at_zero = -std::expm1(-step) * side;
  for (uint64_t x = 1; x < shift; ++x) {
    const double passed = static_cast<double>(x) * step;
    builder.AddAtom(most - 2 * passed, at_zero * std::exp(-passed));
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
  const double value = event.parameter;
  const auto group = static_cast<double>(event.group);
  switch (event.kind) {
    case LossKind::kGaussian:
      return Gaussian(group / value, grid);
    case LossKind::kDiscreteGaussian:
      return DiscreteGaussian(value, group, grid);
    case LossKind::kLaplace:
      return Laplace(value / group, grid);
    case LossKind::kDiscreteLaplace:  // one step: only its side shows
      if (event.group > 1) return WideDiscreteLaplace(value, event.group, grid);
      return Approximate(1 / value, 0, grid);
    case LossKind::kPure:
      return Approximate(value, 0, grid);
    case LossKind::kApproximate:
      return Approximate(value, event.second, grid);
    case LossKind::kSubsampledGaussian:
      break;
  }
  return SubsampledGaussian(value, event.second, direction, grid);
}

}  // namespace weir::dp::internal
