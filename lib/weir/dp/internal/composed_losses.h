// SPDX-License-Identifier: Apache-2.0
#ifndef WEIR_DP_INTERNAL_COMPOSED_LOSSES_H_
#define WEIR_DP_INTERNAL_COMPOSED_LOSSES_H_

#include <cstdint>
#include <span>
#include <vector>

#include "weir/dp/internal/fourier.h"
#include "weir/dp/internal/loss_masses.h"
#include "weir/dp/privacy_loss.h"

namespace weir::dp::internal {

// One mechanism on the grid, and how often it is run.
struct LossTerm {
  LossEvent event;
  Direction direction = Direction::kRemove;
  LossMasses masses;
  double count() const { return static_cast<double>(event.count); }
};

// All terms of merged events.
std::vector<LossTerm> TermsOf(std::span<const LossEvent> merged, Direction direction, double grid);

struct Window {
  double low;
  double high;
  double log_beyond;  // at least ln P[high < loss < infinity], without tilt
};
// Losses between which all terms together stay, but for less than the transforms' error on either
// side, under the law tilted by `tilt`. Chernoff's bounds.
class LossWindows {
 public:
  LossWindows(std::span<const LossEvent> merged, Direction direction, double tilt);
  // One event more, merged. Without tilt; slopes stay those of the events before it, and smaller
  // ones.
  void Add(const LossEvent& event);
  // As they are discretised; grid 0: not at all. Cheap.
  Window At(double grid) const;
  // Not less than the largest loss of one run, up or down.
  double widest() const { return widest_; }

 private:
  struct Moment {
    double slope;
    double value;
  };
  void Extend(const LossEvent& event);
  double Extreme(const std::vector<Moment>& moments, double sign, double grid) const;

  Direction direction_;
  double tilt_;
  double log_tail_;
  double base_;
  double runs_ = 0;
  double highest_ = 0;  // sums of the largest losses, up and down
  double lowest_ = 0;
  double widest_ = 0;
  std::vector<Moment> rising_;
  std::vector<Moment> falling_;
};

// The slope at which Chernoff's bound of delta at `epsilon`, or of epsilon at `delta`, is least.
double TiltForEpsilon(std::span<const LossEvent> merged, Direction direction, double epsilon);
double TiltForDelta(std::span<const LossEvent> merged, Direction direction, double delta);

// The sum of all losses: masses of the law tilted by e^(tilt loss), and what turns them back. With
// a tilt, errors are relative to the deltas around one epsilon instead of relative to one.
class ComposedLosses {
 public:
  // Upper bounds. Assumes: epsilon >= 0.
  double Delta(double epsilon) const;
  double Epsilon(double delta) const;  // infinity if none gives such a delta
  // What floating point may add to every delta, without tilt.
  double floor() const { return tilt_ == 0 ? error_ : 0; }

 private:
  friend class LossSpectrum;
  friend ComposedLosses SingleLoss(const LossTerm& term, double grid);

  double grid_ = 0;
  double tilt_ = 0;
  double log_moment_ = 0;      // ln E[e^(tilt loss)]
  double error_ = 0;           // of the tilted masses, as it shows in a delta
  double relative_error_ = 0;  // of the masses of all terms
  LossMasses masses_;
};

// One run of one mechanism: no transform, no error.
ComposedLosses SingleLoss(const LossTerm& term, double grid);

// The product of the transforms of tilted mechanisms, on a circle of `points` points.
class LossSpectrum {
 public:
  // Assumes: `points` is a power of two, at least 4.
  LossSpectrum(double grid, size_t points, double tilt);

  size_t points() const { return fourier_.size(); }
  // Cost: one transform, and O(points log count).
  void Add(const LossTerm& term);
  // Unrolls the circle at the window. Assumes: it is at most points() - 2 wide.
  // Cost: one transform.
  ComposedLosses Finish(const Window& window);

 private:
  // Tilted masses on the circle; returns ln of their moment.
  double Wrap(const LossTerm& term);
  void Multiply(double count);

  double grid_;
  double tilt_;
  RealFourier fourier_;
  ComplexVector product_;
  std::vector<double> error_;  // of the product, relative to it: sum of count / |transform|
  ComplexVector transform_;
  std::vector<double> circle_;
  double log_moment_ = 0;
  double log_finite_ = 0;  // of the mass that stays finite
  double start_ = 0;       // sum of the first points, on the circle
  double runs_ = 0;
  double lost_error_ = 0;  // where a transform is too small for a relative error: 2-norm
};

}  // namespace weir::dp::internal

#endif  // WEIR_DP_INTERNAL_COMPOSED_LOSSES_H_
