// SPDX-License-Identifier: Apache-2.0
// Against closed forms and published figures: never below the true value, and close above it.
#include "weir/dp/privacy_loss.h"

#include <cmath>
#include <complex>
#include <limits>
#include <string>
#include <utility>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/status_matchers.h"
#include "weir/dp/internal/fourier.h"
#include "weir/dp/internal/loss_masses.h"

namespace weir::dp {
namespace {

using test::StatusIs;
using ::testing::HasSubstr;

constexpr double kInfinity = std::numeric_limits<double>::infinity();

PrivacyLoss Compose(const std::vector<LossEvent>& events, double grid = 0) {
  auto loss = PrivacyLoss::Compose(events, grid);
  EXPECT_TRUE(loss.ok()) << loss.status();
  return *std::move(loss);
}

long double NormalTail(long double x) { return std::erfc(x / std::sqrt(2.0L)) / 2; }

// Balle and Wang 2018, Theorem 8, sensitivity 1. In long double: for large sigma the tails cancel.
double GaussianDelta(long double sigma, long double epsilon) {
  return static_cast<double>(NormalTail(epsilon * sigma - 1 / (2 * sigma)) -
                             std::exp(epsilon) * NormalTail(epsilon * sigma + 1 / (2 * sigma)));
}

struct Figure {
  const char* source;
  std::vector<LossEvent> events;
  double delta;
  double epsilon;    // the true one, or a proved lower bound
  double above = 0;  // how much more we may say, relative; 0: 2e-6
};

const Figure kFigures[] = {
    // k Gaussians are one with sigma / sqrt(k) (Dong, Roth, Su 2022), then Balle and Wang 2018.
    {"gaussian", {{LossKind::kGaussian, 1}}, 1e-5, 4.3771780956812246},
    {"gaussian", {{LossKind::kGaussian, 1, 0, 10}}, 1e-6, 19.423656474031051},
    {"gaussian", {{LossKind::kGaussian, 5, 0, 100}}, 1e-6, 10.997151214220651},
    {"gaussian", {{LossKind::kGaussian, 10, 0, 100}}, 1e-6, 4.886554117462212},
    {"gaussian", {{LossKind::kGaussian, 20, 0, 1000}}, 1e-6, 8.3062250499547282, 1e-5},
    {"gaussian", {{LossKind::kGaussian, 50, 0, 1000}}, 1e-5, 2.594383380527607, 1e-5},
    {"gaussian", {{LossKind::kGaussian, 100, 0, 1000}}, 1e-6, 1.3675714751, 2e-5},
    // k-fold randomised response, exact (Kairouz, Oh, Viswanath 2015).
    {"pure", {{LossKind::kPure, 0.1, 0, 10}}, 1e-6, 0.99937090572175872},
    {"pure", {{LossKind::kPure, 0.1, 0, 100}}, 1e-6, 4.7745675881079862},
    {"pure", {{LossKind::kPure, 0.5, 0, 20}}, 1e-6, 9.9867978696401641},
    {"pure", {{LossKind::kPure, 1, 0, 10}}, 1e-6, 9.9999770658207326},
    // Lower ends of brackets by rounding losses down and up on a grid of eps0 / 200000.
    {"laplace", {{LossKind::kLaplace, 1}}, 1e-6, 0.999997999998},
    {"laplace", {{LossKind::kLaplace, 10, 0, 10}}, 1e-6, 0.9989780881731742},
    {"laplace", {{LossKind::kLaplace, 10, 0, 100}}, 1e-6, 4.692656494438573, 1e-5},
    {"laplace", {{LossKind::kLaplace, 20, 0, 1000}}, 1e-6, 8.204289326273674, 4e-5},
    {"laplace and gaussian",
     {{LossKind::kGaussian, 100, 0, 1000}, {LossKind::kLaplace, 100, 0, 1000}},
     1e-6,
     1.991823159136421,
     8e-5},
    // Sums of the hockey-stick divergence (Canonne, Kamath, Steinke 2020, Theorem 7).
    {"discrete gaussian", {{LossKind::kDiscreteGaussian, 1}}, 0.14135133940562191, 1, 1e-4},
    {"discrete gaussian", {{LossKind::kDiscreteGaussian, 1}}, 9.4504825183225936e-7, 4.5, 1e-4},
    {"discrete gaussian", {{LossKind::kDiscreteGaussian, 5}}, 0.00049776303128830736, 0.5, 1e-4},
    {"discrete gaussian",
     {{LossKind::kDiscreteGaussian, std::sqrt(10.0)}},
     0.00011513252536386198,
     1,
     1e-4},
    // The PLD accountant of dp_accounting 0.6.0, itself an upper bound on a grid of 1e-4.
    {"subsampled", {{LossKind::kSubsampledGaussian, 1, 0.01, 1000}}, 1e-5, 1.82822, 2e-5},
};

TEST(PrivacyLossTest, IsNeverBelowAndCloseAbove) {
  for (const Figure& figure : kFigures) {
    const PrivacyLoss loss = Compose(figure.events);
    const double above = figure.above == 0 ? 2e-6 : figure.above;
    const double epsilon = loss.Epsilon(figure.delta);
    EXPECT_GE(epsilon, figure.epsilon * (1 - 1e-12)) << figure.source << " " << figure.epsilon;
    EXPECT_LE(epsilon, figure.epsilon * (1 + above)) << figure.source << " " << figure.epsilon;
  }
}

// The twin: what claims one per cent less noise than there is would be seen.
TEST(PrivacyLossTest, OnePerCentTooLittleIsSeen) {
  EXPECT_LT(Compose({{LossKind::kGaussian, 10.1, 0, 100}}).Epsilon(1e-6), 4.886554117462212);
  EXPECT_LT(Compose({{LossKind::kPure, 0.099, 0, 100}}).Epsilon(1e-6), 4.7745675881079862);
}

TEST(PrivacyLossTest, AThousandGaussiansAndLaplacesAreInTheirBracket) {
  const std::vector<LossEvent> events = {{LossKind::kGaussian, 100, 0, 1000},
                                         {LossKind::kLaplace, 100, 0, 1000}};
  for (const double grid : {0.0, 1e-4}) {
    const double epsilon = Compose(events, grid).Epsilon(1e-6);
    EXPECT_GE(epsilon, 1.991823);
    EXPECT_LE(epsilon, 1.9920);
  }
}

TEST(PrivacyLossTest, DeltaIsExactOnTheGridOfOneGaussian) {
  for (const double sigma : {0.1, 0.5, 1.0, 4.0, 100.0, 1e6}) {
    const PrivacyLoss loss = Compose({{LossKind::kGaussian, sigma}});
    for (const double standard : {0.0, 0.5, 2.0, 4.0}) {
      // A point of the grid that many standard deviations above the mean loss.
      const double epsilon =
          std::ceil((1 / (2 * sigma * sigma) + standard / sigma) / loss.grid()) * loss.grid();
      const double exact = GaussianDelta(sigma, epsilon);
      EXPECT_GE(loss.Delta(epsilon), exact * (1 - 1e-9)) << sigma << " " << epsilon;
      EXPECT_LE(loss.Delta(epsilon), exact * (1 + 1e-6) + 2 * loss.delta_floor())
          << sigma << " " << epsilon;
    }
  }
}

// A coarser grid says more, never less.
TEST(PrivacyLossTest, ConvergesFromAbove) {
  const std::vector<LossEvent> events = {{LossKind::kLaplace, 3, 0, 20},
                                         {LossKind::kDiscreteGaussian, 8, 0, 30}};
  double before = kInfinity;
  for (const double grid : {0.1, 0.03, 0.01, 0.003, 0.001, 0.0003}) {
    const double epsilon = Compose(events, grid).Epsilon(1e-7);
    EXPECT_LT(epsilon, before) << grid;
    before = epsilon;
  }
}

TEST(PrivacyLossTest, OneRunTwiceIsTwoRuns) {
  for (const LossKind kind : {LossKind::kGaussian, LossKind::kLaplace, LossKind::kDiscreteGaussian,
                              LossKind::kDiscreteLaplace}) {
    const double grid = 0x1p-12;
    const double once = Compose({{kind, 4, 0, 6}}, grid).Epsilon(1e-6);
    const double twice = Compose({{kind, 4, 0, 2}, {kind, 4, 0, 4}}, grid).Epsilon(1e-6);
    EXPECT_NEAR(once, twice, 1e-5);
  }
}

TEST(PrivacyLossTest, InfiniteLossIsCarried) {
  const PrivacyLoss loss = Compose({{LossKind::kApproximate, 0.1, 1e-4, 10}});
  const double lost = -std::expm1(10 * std::log1p(-1e-4));
  EXPECT_GE(loss.Delta(50), lost * (1 - 1e-12));
  EXPECT_LE(loss.Delta(50), lost * (1 + 1e-6));
  EXPECT_EQ(loss.Epsilon(lost * 0.999), kInfinity);
  EXPECT_LE(loss.Epsilon(lost * 1.001), 1.0000001);
}

TEST(PrivacyLossTest, SubsamplingAtRateOneIsNone) {
  EXPECT_DOUBLE_EQ(Compose({{LossKind::kSubsampledGaussian, 2, 1, 5}}, 1e-3).Epsilon(1e-6),
                   Compose({{LossKind::kGaussian, 2, 0, 5}}, 1e-3).Epsilon(1e-6));
}

TEST(PrivacyLossTest, RefusesWhatIsOutOfRange) {
  const std::pair<std::vector<LossEvent>, const char*> cases[] = {
      {{}, "no event"},
      {{{LossKind::kGaussian, 0.01}}, "sigma"},
      {{{LossKind::kGaussian, std::nan("")}}, "sigma"},
      {{{LossKind::kDiscreteGaussian, 1e6}}, "sigma"},
      {{{LossKind::kLaplace, kInfinity}}, "scale"},
      {{{LossKind::kPure, 0}}, "epsilon"},
      {{{LossKind::kApproximate, 1, 1}}, "delta"},
      {{{LossKind::kSubsampledGaussian, 1, 0}}, "q"},
      {{{LossKind::kPure, 1, 0, 0}}, "count"}};
  for (const auto& [events, what] : cases) {
    EXPECT_THAT(PrivacyLoss::Compose(events).status(),
                StatusIs(StatusCode::kInvalidArgument, HasSubstr(what)));
  }
  EXPECT_THAT(PrivacyLoss::Compose(std::vector<LossEvent>{{LossKind::kPure, 1}}, -1).status(),
              StatusIs(StatusCode::kInvalidArgument, HasSubstr("grid")));
}

// The masses of one event: all of P, all of Q up to what P does not reach, nothing negative.
TEST(LossMassesTest, KeepTheMassUnderBothLaws) {
  const LossEvent events[] = {
      {LossKind::kGaussian, 0.5},       {LossKind::kGaussian, 30},
      {LossKind::kDiscreteGaussian, 3}, {LossKind::kLaplace, 0.3},
      {LossKind::kLaplace, 70},         {LossKind::kDiscreteLaplace, 2},
      {LossKind::kPure, 1.2345},        {LossKind::kSubsampledGaussian, 1, 0.1}};
  for (const LossEvent& event : events) {
    for (const auto direction : {internal::Direction::kRemove, internal::Direction::kAdd}) {
      const double grid = 1e-3;
      const LossMasses masses = internal::MassesOf(event, direction, grid);
      double p = masses.infinity;
      double q = 0;
      for (size_t i = 0; i < masses.mass.size(); ++i) {
        ASSERT_GE(masses.mass[i], 0);
        p += masses.mass[i];
        q += masses.mass[i] *
             std::exp(-grid * static_cast<double>(masses.first + static_cast<int64_t>(i)));
      }
      EXPECT_NEAR(p, 1, 1e-12);
      EXPECT_NEAR(q, 1, 1e-9);
    }
  }
}

TEST(RealFourierTest, GivesBackWhatItTook) {
  for (const size_t size : {4, 8, 32, 64, 512}) {
    internal::RealFourier fourier(size);
    std::vector<double> values(size);
    for (size_t i = 0; i < size; ++i) {
      values[i] = std::sin(1.7 * static_cast<double>(i)) + static_cast<double>(i % 7);
    }
    internal::ComplexVector spectrum(fourier.frequencies());
    fourier.Forward(values, spectrum);
    for (size_t k = 0; k < fourier.frequencies(); ++k) {
      std::complex<double> sum = 0;
      double total = 0;
      for (size_t i = 0; i < size; ++i) {
        const double turn = static_cast<double>(i * k % size) / static_cast<double>(size);
        sum += values[i] * std::polar(1.0, -2 * M_PI * turn);
        total += std::abs(values[i]);
      }
      const std::complex<double> got(spectrum.re[k], spectrum.im[k]);
      EXPECT_LT(std::abs(got - sum), 2 * fourier.PointError() * total) << size << " " << k;
    }
    std::vector<double> back(size);
    fourier.Backward(spectrum, back);
    for (size_t i = 0; i < size; ++i) EXPECT_NEAR(back[i], values[i], 1e-13);
  }
}

}  // namespace
}  // namespace weir::dp
