// SPDX-License-Identifier: Apache-2.0
#ifndef WEIR_DP_INTERNAL_QUANTILE_LAWS_H_
#define WEIR_DP_INTERNAL_QUANTILE_LAWS_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <unordered_map>
#include <utility>
#include <vector>

#include "weir/dp/internal/characteristic.h"
#include "weir/dp/internal/fourier.h"
#include "weir/dp/internal/noised_nodes.h"
#include "weir/dp/internal/quantile_path.h"
#include "weir/dp/internal/second_rejection.h"
#include "weir/dp/internal/weighted_sum.h"
#include "weir/dp/intervals.h"

namespace weir::dp::internal {

// The chance that any of an interval's claims is wrong.
inline constexpr double kAllSlips = 0.001;

// Chernoff's bounds from two figures of a sum of weighted noises of one law, by one slope.
//
// Source: with K the logarithm of the law's moment, K(z) / z^2 does not fall with z (Laplace: a
//         power series in z^2 without negative terms; Gaussian: K is taken as that of the normal
//         law, which is no smaller). So the sum's is at most squared_weights / widest^2 times
//         K(slope * widest).
class RoughTail {
 public:
  RoughTail(const NoiseForm& form, const RankTest& test);

  // A distance that the sum exceeds, on either side, with at most this chance.
  double Reach(double tail) const;
  // At least the chance that the sum exceeds the distance on one side.
  double OneSided(double distance) const;

 private:
  double LogMoment(double slope) const;
  double SlopeOf(double steps) const;  // of so many deviations

  const NoiseForm& form_;
  double squared_weights_;
  double widest_;
};

// What is known of the law of one test's noise: first at a tenth of the resolution, which decides
// most cases, then in full. Every figure is made once.
class TestLaw {
 public:
  explicit TestLaw(const RankTest& test);

  // Two-sided: distances that the noise reaches with at most this chance. The first is the
  // smallest.
  double HalfWidth(double tail);
  double RoughHalfWidth(double tail);
  double Reach(double tail);
  // Whether the noise is known to exceed the distance, on either side, with more than this chance.
  // NOLINTNEXTLINE(bugprone-easily-swappable-parameters): a chance and a distance in rows
  bool IsSurelyMoreThan(double tail, double distance) const;
  // One-sided: whether it is known to exceed the distance with at most this chance; an upper bound
  // of the chance, a cheap one if that is at most `enough`.
  // NOLINTNEXTLINE(bugprone-easily-swappable-parameters): a chance and a distance in rows
  bool IsOneSidedAtMost(double tail, double distance);
  // NOLINTNEXTLINE(bugprone-easily-swappable-parameters): a distance in rows and a chance
  double OneSidedTail(double distance, double enough);

  // Memory that it takes by now, and of that what was new since the last call.
  size_t bytes() const;
  size_t NewBytes();

  // SecondRejection's threshold at this risk, in a range, where the first test rejects from y on.
  struct Question {
    double y = 0;
    double risk = 0;
    double nearest = 0;  // the range
    double farthest = 0;
    friend bool operator==(const Question&, const Question&) = default;
  };
  template <class Make>
  double JointThreshold(const Question& question, const Make& make) {
    return Known(joint_, question, make);
  }

 private:
  template <class Key>
  using Figures = std::vector<std::pair<Key, double>>;
  template <class Key, class Make>
  static double Known(Figures<Key>& figures, const Key& key, const Make& make) {
    for (const auto& [known, figure] : figures) {
      if (known == key) return figure;
    }
    figures.emplace_back(key, make());
    return figures.back().second;
  }

  const WeightedSum& fine();

  WeightedSum rough_;
  std::optional<WeightedSum> fine_;
  Figures<double> widths_;
  Figures<double> rough_widths_;
  Figures<double> reaches_;
  Figures<Question> joint_;
  size_t told_bytes_ = 0;
};

// The laws of all tests of one tree's shape and noise. They depend on the quantile and on the place
// of a boundary, but on no count: so all answers from trees of one shape and noise share them, and
// an answer is the same whether its laws are new or known.
// Not thread-safe.
class QuantileLaws {
 public:
  // Of laws kept from one answer to the next; those of one answer may take more, where a node has
  // tens of thousands of children. One takes 2 to 4 kilobytes, up to 400 for noise that is nearly
  // always zero.
  static constexpr size_t kMostBytes = size_t{32} << 20;

  QuantileLaws(const QuantileShape& shape, const NoiseLaw& law, size_t most_bytes = kMostBytes);

  const NoiseLaw& law() const { return law_; }
  const NoiseForm& form() const { return form_; }
  // The chance that one claim is wrong.
  double slip() const { return slip_; }
  // That one node's noise exceeds with that chance; that those of all the root's children do
  // together.
  double own_reach();
  double total_reach();
  const NoiseRuns& runs();
  RealFourier& fourier();

  // To be called before each answer: references to laws are good until the next one.
  void Begin();
  struct Place {
    double q = 0;
    TreeNode node;
    Boundary boundary{};
    friend bool operator==(const Place&, const Place&) = default;
  };
  TestLaw& Of(const Place& place, const RankTest& test);
  // The least distance, in deviations, of a rejection at this risk.
  double LeastRejected(double risk);

  uint64_t made() const { return made_; }  // laws, so far
  size_t kept() const { return laws_.size(); }
  size_t bytes() const { return bytes_; }  // of those kept when the last answer began

 private:
  struct PlaceHash {
    size_t operator()(const Place& place) const;
  };

  NoiseLaw law_;
  NoiseForm form_;
  double slip_;
  uint32_t root_children_;
  size_t most_bytes_;
  std::unordered_map<Place, TestLaw, PlaceHash> laws_;
  std::vector<std::pair<double, double>> least_;
  std::optional<double> own_reach_;
  std::optional<double> total_reach_;
  std::optional<NoiseRuns> runs_;
  std::optional<RealFourier> fourier_;
  uint64_t made_ = 0;
  size_t bytes_ = 0;
  std::vector<TestLaw*> touched_;  // by this answer
};

}  // namespace weir::dp::internal

#endif  // WEIR_DP_INTERNAL_QUANTILE_LAWS_H_
