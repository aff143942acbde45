// SPDX-License-Identifier: Apache-2.0
#include "weir/dp/internal/composed_losses.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

#include "weir/dp/internal/loss_moments.h"

namespace weir::dp::internal {
namespace {

// NOLINTBEGIN(bugprone-easily-swappable-parameters): formulas take doubles side by side

constexpr double kInfinity = std::numeric_limits<double>::infinity();
constexpr double kErrorOfOne = 1e-11;  // relative, of the masses of one mechanism
constexpr double kProductError = 8 * 0x1p-53;
constexpr double kLowestLogSlope = -26;
constexpr double kHighestLogSlope = 26;

// What may lie outside a window: less than the transforms' error.
double LogTailMass(double runs) { return std::log(std::clamp(1e-14 * runs, 1e-18, 1e-10)); }

double RunsOf(std::span<const LossEvent> merged) {
  double runs = 0;
  for (const LossEvent& event : merged) runs += static_cast<double>(event.count);
  return runs;
}

// At least ln E[e^(slope loss)] of all runs.
double LogMomentOfAll(std::span<const LossEvent> merged, Direction direction, double slope) {
  double sum = 0;
  for (const LossEvent& event : merged) {
    sum += static_cast<double>(event.count) * LogMoment(event, direction, slope);
  }
  return sum;
}

struct Extent {
  double up;
  double down;
};

// Not less than the largest losses of one run.
Extent ExtentOf(const LossEvent& event, Direction direction) {
  const auto group = static_cast<double>(event.group);
  const double value = event.parameter;
  // Noise is cut off 10.5 standard deviations and two steps out.
  const double normal = group * (group + 2 * (10.5 * value + 2)) / (2 * value * value);
  switch (event.kind) {
    case LossKind::kGaussian:
    case LossKind::kDiscreteGaussian:
      return {normal, normal};
    case LossKind::kSubsampledGaussian: {
      const double low = -std::log1p(-event.second);
      return direction == Direction::kRemove ? Extent{normal, low} : Extent{low, normal};
    }
    case LossKind::kLaplace:
    case LossKind::kDiscreteLaplace:
      return {group / value, group / value};
    case LossKind::kPure:
    case LossKind::kApproximate:
      break;
  }
  return {value, value};
}

// About the least slope at which Chernoff's bound of ln delta is within `kSlack` of its best: where
// bounds hardly differ, steep tilts look at the very end of the law only.
template <class LogDelta>
double GentlestTilt(const LogDelta& log_delta) {
  constexpr double kSlack = 1.5;
  const Least best = LeastOverScales(log_delta, kLowestLogSlope, kHighestLogSlope);
  double low = kLowestLogSlope;
  double high = best.at;
  for (int i = 0; i < 12; ++i) {
    const double middle = (low + high) / 2;
    (log_delta(middle) <= best.value + kSlack ? high : low) = middle;
  }
  return std::exp(high);
}

// sum over x in the cells above epsilon of (1 - e^-x)^2 e^(-2 tilt x), and its greatest term.
double WeightOfErrors(double grid, double tilt, double points) {
  const double integral =
      tilt > 0 ? 1 / (grid * 2 * tilt * (2 * tilt + 1) * (tilt + 1)) + 1 : kInfinity;
  return std::min(points, integral);
}

// A few complex numbers side by side, so that products of them are vectorised.
struct Block {
  static constexpr size_t kSize = 16;

  Block(const ComplexVector& from, size_t start) {
    const size_t count = std::min(kSize, from.size() - start);
    std::copy_n(from.re.begin() + static_cast<ptrdiff_t>(start), count, re.begin());
    std::copy_n(from.im.begin() + static_cast<ptrdiff_t>(start), count, im.begin());
  }
  void Store(ComplexVector& to, size_t start) const {
    const size_t count = std::min(kSize, to.size() - start);
    std::copy_n(re.begin(), count, to.re.begin() + static_cast<ptrdiff_t>(start));
    std::copy_n(im.begin(), count, to.im.begin() + static_cast<ptrdiff_t>(start));
  }
  void Multiply(const Block& other) {
    for (size_t i = 0; i < kSize; ++i) {
      const double turned = re[i] * other.re[i] - im[i] * other.im[i];
      im[i] = re[i] * other.im[i] + im[i] * other.re[i];
      re[i] = turned;
    }
  }
  void Square() {
    for (size_t i = 0; i < kSize; ++i) {
      const double squared = re[i] * re[i] - im[i] * im[i];
      im[i] = 2 * re[i] * im[i];
      re[i] = squared;
    }
  }

  std::array<double, kSize> re{};
  std::array<double, kSize> im{};
};

double Squares(std::span<const double> values) {
  double sum = 0;
  for (const double value : values) sum += value * value;
  return sum;
}

}  // namespace

std::vector<LossTerm> TermsOf(std::span<const LossEvent> merged, Direction direction, double grid) {
  std::vector<LossTerm> terms;
  terms.reserve(merged.size());
  for (const LossEvent& event : merged) {
    terms.push_back({event, direction, MassesOf(event, direction, grid)});
  }
  return terms;
}

LossWindows::LossWindows(std::span<const LossEvent> merged, Direction direction, double tilt)
    : direction_(direction),
      tilt_(tilt),
      log_tail_(LogTailMass(RunsOf(merged))),
      base_(tilt == 0 ? 0 : LogMomentOfAll(merged, direction, tilt)),
      runs_(RunsOf(merged)) {
  for (const LossEvent& event : merged) Extend(event);
  const auto search = [&](double sign, std::vector<Moment>& moments) {
    double least = kInfinity;
    double centre = 1;
    LeastOverScales(
        [&](double log_slope) {
          const double slope = std::exp(log_slope);
          const double value = LogMomentOfAll(merged, direction, tilt + sign * slope);
          moments.push_back({slope, value});
          const double bound = (value - base_ - log_tail_) / slope;
          if (bound < least) {
            least = bound;
            centre = slope;
          }
          return bound;
        },
        kLowestLogSlope, kHighestLogSlope);
    // Much steeper ones never help; less steep ones do for sums of more losses, and on a grid.
    std::erase_if(moments, [&](const Moment& moment) { return moment.slope > 1.5 * centre; });
    for (int i = 1; i <= 12; ++i) {
      const double slope = centre * std::exp2(-0.6 * i);
      moments.push_back({slope, LogMomentOfAll(merged, direction, tilt + sign * slope)});
    }
  };
  search(1, rising_);
  search(-1, falling_);
}

void LossWindows::Extend(const LossEvent& event) {
  const Extent extent = ExtentOf(event, direction_);
  highest_ += static_cast<double>(event.count) * extent.up;
  lowest_ += static_cast<double>(event.count) * extent.down;
  widest_ = std::max({widest_, extent.up, extent.down});
}

void LossWindows::Add(const LossEvent& event) {
  const auto count = static_cast<double>(event.count);
  runs_ += count;
  log_tail_ = LogTailMass(runs_);
  Extend(event);
  for (Moment& moment : rising_) {
    moment.value += count * LogMoment(event, direction_, moment.slope);
  }
  for (Moment& moment : falling_) {
    moment.value += count * LogMoment(event, direction_, -moment.slope);
  }
}

double LossWindows::Extreme(const std::vector<Moment>& moments, double sign, double grid) const {
  // What lies between two points of the grid goes to both so that E[e^-loss] stays, or a little
  // less; by Hoeffding's lemma that adds at most this much to ln E[e^(slope loss)] of a run.
  double least = kInfinity;
  for (const Moment& moment : moments) {
    const double slope = tilt_ + sign * moment.slope;
    const double spread = slope > 0 ? slope * (slope + 2) : slope * slope;
    const double value = moment.value + runs_ * spread * grid * grid / 8;
    least = std::min(least, (value - base_ - log_tail_) / moment.slope);
  }
  return std::min(least, (sign > 0 ? highest_ : lowest_) + runs_ * grid);
}

Window LossWindows::At(double grid) const {
  const double high = Extreme(rising_, 1, grid);
  double log_beyond = base_ - tilt_ * high + log_tail_;
  for (const Moment& moment : rising_) {
    const double slope = tilt_ + moment.slope;
    const double value = moment.value + runs_ * slope * (slope + 2) * grid * grid / 8;
    log_beyond = std::min(log_beyond, value - slope * high);
  }
  if (high >= highest_ + runs_ * grid) log_beyond = -kInfinity;  // no loss is larger
  return {-Extreme(falling_, -1, grid), high, log_beyond};
}

double TiltForEpsilon(std::span<const LossEvent> merged, Direction direction, double epsilon) {
  return GentlestTilt([&](double log_slope) {
    const double slope = std::exp(log_slope);
    return LogMomentOfAll(merged, direction, slope) - slope * epsilon;
  });
}

double TiltForDelta(std::span<const LossEvent> merged, Direction direction, double delta) {
  const auto bound = [&](double log_slope) {
    const double slope = std::exp(log_slope);
    return (LogMomentOfAll(merged, direction, slope) - std::log(delta)) / slope;
  };
  const double epsilon = LeastOverScales(bound, kLowestLogSlope, kHighestLogSlope).value;
  return TiltForEpsilon(merged, direction, epsilon);
}

double ComposedLosses::Delta(double epsilon) const {
  // Sums of e^(tilt (epsilon - loss)) and of e^((tilt + 1) (epsilon - loss)) beyond epsilon.
  double sum = 0;
  for (size_t i = masses_.mass.size(); i-- > 0;) {
    const double loss = static_cast<double>(masses_.first + static_cast<int64_t>(i)) * grid_;
    if (loss <= epsilon) break;
    double part = masses_.mass[i] * -std::expm1(epsilon - loss);
    if (tilt_ > 0) part *= std::exp(tilt_ * (epsilon - loss));
    sum += part;
  }
  const double scale = std::exp(log_moment_ - tilt_ * epsilon);
  return std::min(1.0, masses_.infinity + scale * (sum * (1 + relative_error_) + error_));
}

double ComposedLosses::Epsilon(double delta) const {
  constexpr size_t kRun = 64;  // multiplications without a fresh start
  if (masses_.infinity >= delta) return kInfinity;
  const double log_left = std::log(delta - masses_.infinity) - log_moment_;
  const double shrink = std::exp(-tilt_ * grid_);
  const double shrink_more = std::exp(-(tilt_ + 1) * grid_);
  const double shrink_once = std::exp(-grid_);
  const double error = error_ / shrink;  // as it is at the lower end of a cell
  double above = 0;   // mass beyond the upper point under P, times e^(tilt (point - loss))
  double scaled = 0;  // and under Q, times e^point
  double allowed = 0;
  for (size_t steps = 0, i = masses_.mass.size(); i-- > 0; ++steps) {
    const double upper = static_cast<double>(masses_.first + static_cast<int64_t>(i) + 1) * grid_;
    if (upper <= 0) return 0;
    // Between the points delta is e^(log_moment - tilt upper) (above - scaled e^(epsilon - upper)).
    allowed = steps % kRun == 0 ? std::exp(log_left + tilt_ * upper) : allowed * shrink;
    const double left = (allowed - error) / (1 + relative_error_);
    // Written so that what is no number counts as too much.
    if (!(above - scaled * shrink_once <= left)) {
      if (!(above - scaled < left) || scaled <= 0) return upper;
      return std::max(upper + std::log((above - left) / scaled), 0.0);
    }
    above = above * shrink + masses_.mass[i];
    scaled = scaled * shrink_more + masses_.mass[i];
  }
  // All masses lie above: at their first point delta is small enough.
  const double first = std::max(static_cast<double>(masses_.first) * grid_, 0.0);
  if (tilt_ > 0 || !(scaled > 0)) return first;
  const double left = (std::exp(log_left) - error_) / (1 + relative_error_);
  if (above <= left) return 0;
  return std::clamp(first + std::log((above - left) / scaled), 0.0, first);
}

ComposedLosses SingleLoss(const LossTerm& term, double grid) {
  ComposedLosses losses;
  losses.grid_ = grid;
  losses.masses_ = term.masses;
  losses.relative_error_ = kErrorOfOne;
  return losses;
}

LossSpectrum::LossSpectrum(double grid, size_t points, double tilt)
    : grid_(grid),
      tilt_(tilt),
      fourier_(points),
      product_(fourier_.frequencies()),
      error_(fourier_.frequencies()),
      transform_(fourier_.frequencies()),
      circle_(points) {
  std::fill(product_.re.begin(), product_.re.end(), 1.0);
}

double LossSpectrum::Wrap(const LossTerm& term) {
  const std::vector<double>& mass = term.masses.mass;
  const size_t mask = circle_.size() - 1;
  std::fill(circle_.begin(), circle_.end(), 0.0);
  if (tilt_ == 0) {
    for (size_t i = 0; i < mass.size(); ++i) circle_[i & mask] += mass[i];
    return 0;
  }
  // Weights relative to the last point, which has the largest.
  const double last = static_cast<double>(mass.size() - 1);
  double sum = 0;
  const auto weighted = [&](size_t i) {
    return mass[i] * std::exp(tilt_ * grid_ * (static_cast<double>(i) - last));
  };
  for (size_t i = 0; i < mass.size(); ++i) {
    const double value = weighted(i);
    circle_[i & mask] += value;
    sum += value;
  }
  for (double& value : circle_) value /= sum;
  return std::log(sum) + tilt_ * grid_ * (static_cast<double>(term.masses.first) + last);
}

void LossSpectrum::Multiply(double count) {
  const double point_error = fourier_.PointError();
  const double least = 10 * point_error * count;
  const double rounding = count * kProductError;
  bool lost = false;
  for (size_t k = 0; k < error_.size(); ++k) {
    const double size =
        std::sqrt(transform_.re[k] * transform_.re[k] + transform_.im[k] * transform_.im[k]);
    lost |= size < least;
    error_[k] += size < least ? rounding : count * point_error / size + rounding;
  }
  for (size_t k = 0; k < error_.size(); k += Block::kSize) {
    Block base(transform_, k);
    Block product(product_, k);
    for (auto left = static_cast<uint64_t>(count); left > 0; left /= 2) {
      if (left % 2 == 1) product.Multiply(base);
      if (left > 1) base.Square();
    }
    product.Store(product_, k);
  }
  if (!lost) return;
  // There the transform is mostly error, whose 2-norm is known, and other factors are at most 1.
  lost_error_ += count == 1 ? point_error * std::sqrt(Squares(circle_))
                            : std::pow(std::min(1.2 * least, 1.0), count);
}

void LossSpectrum::Add(const LossTerm& term) {
  const double count = term.count();
  const double log_moment = Wrap(term);
  fourier_.Forward(circle_, transform_);
  Multiply(count);
  log_moment_ += count * log_moment;
  const auto points = static_cast<double>(circle_.size());
  start_ = std::fmod(
      start_ + std::fmod(count, points) * std::fmod(static_cast<double>(term.masses.first), points),
      points);
  log_finite_ += count * std::log1p(-std::min(term.masses.infinity, 1.0));
  runs_ += count;
}

ComposedLosses LossSpectrum::Finish(const Window& window) {
  const size_t size = circle_.size();
  const auto points = static_cast<double>(size);
  fourier_.Backward(product_, circle_);
  double spectral = 0;  // squared 2-norm of the product's error
  for (size_t k = 0; k < error_.size(); ++k) {
    const double norm = product_.re[k] * product_.re[k] + product_.im[k] * product_.im[k];
    // The exact factors may be larger than those computed, each by its error.
    const double part = norm * error_[k] * error_[k] * std::exp(2 * std::min(error_[k], 300.0));
    spectral += k == 0 || k + 1 == error_.size() ? part : 2 * part;
  }
  ComposedLosses losses;
  losses.grid_ = grid_;
  losses.tilt_ = tilt_;
  losses.log_moment_ = log_moment_;
  losses.relative_error_ = std::expm1(std::min(runs_ * kErrorOfOne, 700.0));
  losses.masses_.first = static_cast<int64_t>(std::floor(window.low / grid_));
  double offset = std::fmod(static_cast<double>(losses.masses_.first) - start_, points);
  if (offset < 0) offset += points;
  losses.masses_.mass.resize(size);
  const auto turned = static_cast<size_t>(offset);
  for (size_t i = 0; i < size; ++i) {
    losses.masses_.mass[i] = std::max(circle_[(i + turned) & (size - 1)], 0.0);
  }
  const double norm = std::sqrt(spectral / points) + lost_error_ +
                      fourier_.PointError() * std::sqrt(Squares(losses.masses_.mass));
  losses.error_ = std::sqrt(WeightOfErrors(grid_, tilt_, points)) * norm;
  losses.masses_.infinity =
      -std::expm1(log_finite_) * (1 + 1e-12) + 2 * std::exp(std::min(window.log_beyond, 0.0));
  return losses;
}

// NOLINTEND(bugprone-easily-swappable-parameters)

}  // namespace weir::dp::internal
