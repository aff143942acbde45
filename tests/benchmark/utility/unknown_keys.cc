// SPDX-License-Identifier: Apache-2.0
// Keys that nobody announced: how many are shown, and how far the numbers beside them are off.
// Weir's plan, chosen as a release chooses it, against the plain rules: a Laplace threshold with
// half of epsilon, Laplace noise with the other half. Both see the same bounded contributions.
#include <algorithm>
#include <cmath>
#include <optional>

#include "tests/benchmark/utility/figures.h"
#include "tests/benchmark/utility/key_counts.h"
#include "weir/base/random.h"
#include "weir/dp/calibration.h"
#include "weir/dp/intervals.h"
#include "weir/dp/noise_planner.h"
#include "weir/dp/noise_sampler.h"
#include "weir/dp/partition_selection.h"
#include "weir/dp/release_threshold.h"

namespace weir::bench {
namespace {

constexpr int kRuns = 100;
constexpr int kCurveRuns = 15;
constexpr const char* kDelta = "0.000001";

struct Question {
  const KeyCounts& data;
  bool is_sum;
  Epsilon epsilon;
  Delta delta = Take(Delta::Parse(kDelta));

  const std::vector<int64_t>& values() const { return is_sum ? data.sums : data.units; }
  int64_t reach() const { return is_sum ? data.value_bound : 1; }
  L0Sensitivity l0() const { return Take(L0Sensitivity::Create(data.l0)); }
  Epsilon half() const { return Take(Epsilon::FromUnits(epsilon.units() / 2)); }
};

dp::MeasureSensitivity SensitivityOf(int64_t l0, int64_t reach) {
  const auto keys = static_cast<uint128>(l0);
  const auto most = static_cast<uint128>(reach);
  return {.l1 = keys * most, .squared_l2 = keys * most * most};
}

struct Published {
  std::vector<bool> shown;
  std::vector<int128> values;
};

std::vector<int128> AddNoise(const std::vector<int64_t>& values, const NoiseEvent& event) {
  std::vector<int128> noised =
      Take(dp::NoiseSampler::Create(event)).SampleMany(values.size(), SystemRandom());
  for (size_t i = 0; i < values.size(); ++i) noised[i] += values[i];
  return noised;
}

NoiseEvent Laplace(Epsilon epsilon, uint128 l1) {
  return {NoiseKind::kDiscreteLaplace, Take(dp::LaplaceScale(epsilon, l1)), l1};
}

class PlainRules {
 public:
  explicit PlainRules(const Question& question)
      : question_(question),
        choosing_(Laplace(question.half(), static_cast<uint128>(question.data.l0))),
        showing_(
            Laplace(question.half(), static_cast<uint128>(question.data.l0 * question.reach()))),
        threshold_(
            Take(dp::ContinuousLaplaceThreshold(question.half(), question.delta, question.l0()))) {}

  double standard_error() const { return Take(dp::StandardError(dp::LawOf(showing_))); }
  double units_for_half() const { return threshold_; }

  Published Release() const {
    Published published{{}, AddNoise(question_.values(), showing_)};
    for (const int128 units : AddNoise(question_.data.units, choosing_)) {
      published.shown.push_back(static_cast<double>(units) >= threshold_);
    }
    return published;
  }

 private:
  Question question_;
  NoiseEvent choosing_;
  NoiseEvent showing_;
  double threshold_;
};

// One way to answer; the planner takes the one of the smallest score.
struct Plan {
  std::string name;
  NoiseEvent showing;
  std::optional<NoiseEvent> choosing{};  // noise on units that are not shown
  std::optional<int128> threshold{};
  std::optional<dp::PartitionSelector> rule{};
  double standard_error = 0;
  double units_for_half = 0;

  double score() const { return (std::log(standard_error) + std::log(units_for_half)) / 2; }
};

// What a plan may vary. A release does so today with equal shares, and its rule, where it is one of
// its own, is truncated geometric.
struct Way {
  NoiseKind kind;
  std::optional<dp::SelectionRule> rule;  // nullopt: units + noise of the same kind decide
  int percent;                            // the choice's share of the budget
};

Delta DeltaOfChoice(const Question& question, NoiseKind kind) {
  const bool is_gaussian = kind == NoiseKind::kDiscreteGaussian;
  return Take(Delta::FromUnits(question.delta.units() / (is_gaussian ? 2 : 1)));
}

std::string NameOf(const Way& way, const Question& question) {
  std::string name = way.kind == NoiseKind::kDiscreteLaplace ? "Laplace noise" : "Gaussian noise";
  if (!way.rule.has_value() && !question.is_sum) return name + ", published units decide";
  if (!way.rule.has_value()) name += ", noised units decide";
  if (way.rule == dp::SelectionRule::kTruncatedGeometric) name += ", truncated geometric";
  if (way.rule == dp::SelectionRule::kGaussianThreshold) name += ", Gaussian threshold";
  return name + " with " + std::to_string(way.percent) + " %";
}

// Units + noise decide; where units are asked for, they are what is shown.
Plan PlanThreshold(const Question& question, const Way& way) {
  const Delta choice = DeltaOfChoice(question, way.kind);
  dp::NoisePlanOptions options{.epsilon = question.epsilon,
                               .delta = question.delta,
                               .measures = {SensitivityOf(question.data.l0, 1)},
                               .kind = way.kind,
                               .others = {{.epsilon = std::nullopt, .delta = choice}}};
  if (question.is_sum) {
    options.measures.push_back(SensitivityOf(question.data.l0, question.data.value_bound));
    options.weights = {static_cast<uint32_t>(way.percent),
                       static_cast<uint32_t>(100 - way.percent)};
  }
  const dp::NoisePlan noise = Take(dp::PlanNoise(options));
  const NoiseEvent choosing = noise.measures.front().event;
  Plan plan{.name = NameOf(way, question), .showing = noise.measures.back().event};
  if (question.is_sum) plan.choosing = choosing;
  plan.threshold = Take(
      dp::ReleaseThreshold({.law = dp::LawOf(choosing), .delta = choice, .l0 = question.l0()}));
  plan.standard_error = noise.measures.back().standard_error;
  plan.units_for_half = static_cast<double>(*plan.threshold);
  return plan;
}

// A rule of its own decides.
Plan PlanRule(const Question& question, const Way& way) {
  const Delta delta = DeltaOfChoice(question, way.kind);
  const Epsilon choice = Take(Epsilon::FromUnits(question.epsilon.units() / 100 * way.percent));
  const dp::NoisePlan noise =
      Take(dp::PlanNoise({.epsilon = question.epsilon,
                          .delta = question.delta,
                          .measures = {SensitivityOf(question.data.l0, question.reach())},
                          .kind = way.kind,
                          .others = {{.epsilon = choice, .delta = delta}}}));
  Plan plan{.name = NameOf(way, question), .showing = noise.measures.front().event};
  plan.rule = Take(dp::PartitionSelector::Create(
      *way.rule, {.epsilon = choice, .delta = delta, .l0 = question.l0()}));
  plan.standard_error = noise.measures.front().standard_error;
  plan.units_for_half = static_cast<double>(plan.rule->UnitsForHalf());
  return plan;
}

enum class Search { kAsReleased, kSharesAndRules };

std::vector<Way> WaysOf(const Question& question, Search search) {
  const bool is_wide = search == Search::kSharesAndRules;
  std::vector<Way> ways;
  for (int percent = is_wide ? 20 : 50; percent <= (is_wide ? 80 : 50); ++percent) {
    for (const NoiseKind kind : {NoiseKind::kDiscreteLaplace, NoiseKind::kDiscreteGaussian}) {
      ways.push_back({kind, std::nullopt, percent});
      if (question.is_sum) ways.push_back({kind, dp::SelectionRule::kTruncatedGeometric, percent});
    }
    if (is_wide) {
      ways.push_back({NoiseKind::kDiscreteLaplace, dp::SelectionRule::kGaussianThreshold, percent});
    }
  }
  return ways;
}

// A search keeps to plans that promise to be better than the plain rules on both counts, by 1 %.
Plan ChoosePlan(const Question& question, const PlainRules& plain, Search search) {
  const auto is_eligible = [&](const Plan& plan) {
    return search == Search::kAsReleased || (plan.standard_error < 0.99 * plain.standard_error() &&
                                             plan.units_for_half < 0.99 * plain.units_for_half());
  };
  std::optional<Plan> best;
  for (const Way& way : WaysOf(question, search)) {
    Plan plan = way.rule.has_value() ? PlanRule(question, way) : PlanThreshold(question, way);
    if (!is_eligible(plan)) continue;
    if (!best.has_value() || plan.score() < best->score()) best = std::move(plan);
  }
  return best.has_value() ? *std::move(best) : ChoosePlan(question, plain, Search::kAsReleased);
}

Published Release(const Question& question, const Plan& plan) {
  Published published{{}, AddNoise(question.values(), plan.showing)};
  const std::vector<int64_t>& units = question.data.units;
  if (plan.rule.has_value()) {
    published.shown = plan.rule->KeepMany(units, SystemRandom());
    return published;
  }
  const std::vector<int128> deciding =
      plan.choosing.has_value() ? AddNoise(units, *plan.choosing) : published.values;
  for (const int128 noised : deciding) published.shown.push_back(noised >= *plan.threshold);
  return published;
}

struct Spread {
  double mean = 0;
  double deviation = 0;
};

Spread SpreadOf(const std::vector<double>& values) {
  Spread spread;
  for (const double value : values) spread.mean += value;
  spread.mean /= static_cast<double>(values.size());
  for (const double value : values) spread.deviation += std::pow(value - spread.mean, 2);
  spread.deviation = std::sqrt(spread.deviation / static_cast<double>(values.size() - 1));
  return spread;
}

struct Errors {
  std::vector<double> kept;
  std::vector<double> all;    // mean over all keys; a key that is not shown is off by its number
  std::vector<double> shown;  // mean over the keys that are shown

  void Add(const Published& published, const std::vector<int64_t>& truth) {
    double missing = 0;
    double off = 0;
    double count = 0;
    for (size_t i = 0; i < truth.size(); ++i) {
      const auto value = static_cast<double>(truth[i]);
      if (!published.shown[i]) {
        missing += value;
        continue;
      }
      off += std::abs(static_cast<double>(published.values[i]) - value);
      ++count;
    }
    kept.push_back(count);
    all.push_back((missing + off) / static_cast<double>(truth.size()));
    if (count > 0) shown.push_back(off / count);
  }
};

struct Comparison {
  std::string plan;
  Errors weir;
  Errors plain;
};

Comparison Compare(const Question& question, Search search, int runs) {
  const PlainRules plain(question);
  const Plan plan = ChoosePlan(question, plain, search);
  Comparison comparison{plan.name, {}, {}};
  for (int run = 0; run < runs; ++run) {
    comparison.weir.Add(Release(question, plan), question.values());
    comparison.plain.Add(plain.Release(), question.values());
  }
  return comparison;
}

void AddRows(const Question& question, Search search, Figures& figures) {
  const Comparison comparison = Compare(question, search, kRuns);
  std::string what = question.is_sum ? "sums" : "units";
  if (search == Search::kSharesAndRules) what += " with searched shares";
  const std::string name = "unknown keys, " + question.data.name + " (" +
                           std::to_string(question.data.units.size()) + "), " + what +
                           ", epsilon " + question.epsilon.ToString() + ", ";
  const auto add = [&](const char* figure, const std::vector<double>& weir,
                       const std::vector<double>& plain, const std::string& unit, Better better) {
    const Spread measured = SpreadOf(weir);
    const double baseline = SpreadOf(plain).mean;
    figures.push_back(
        {name + figure, measured.mean, unit, baseline, baseline, better, measured.deviation});
  };
  const std::string off = question.is_sum ? "of the sum" : "units";
  add("keys kept", comparison.weir.kept, comparison.plain.kept, "keys", Better::kMore);
  add("error of all keys", comparison.weir.all, comparison.plain.all, off, Better::kLess);
  add("error of kept keys", comparison.weir.shown, comparison.plain.shown, off, Better::kLess);
  std::fprintf(stderr, "bench_utility: %s%s\n", name.c_str(), comparison.plan.c_str());
}

std::vector<KeyCounts> Tables() {
  std::vector<KeyCounts> tables;
  if (std::optional<KeyCounts> flights = FlightPairs()) tables.push_back(*std::move(flights));
  tables.push_back(TripPairs());
  return tables;
}

}  // namespace

void AddUnknownKeys(Figures& figures) {
  for (const KeyCounts& table : Tables()) {
    for (const char* epsilon : {"1", "0.1"}) {
      const Epsilon parsed = Take(Epsilon::Parse(epsilon));
      AddRows({table, false, parsed}, Search::kAsReleased, figures);
      AddRows({table, true, parsed}, Search::kAsReleased, figures);
      AddRows({table, true, parsed}, Search::kSharesAndRules, figures);
    }
  }
}

void AddUnknownKeyCurves(Curves& curves) {
  for (const KeyCounts& table : Tables()) {
    Curve weir_kept{"unknown-keys", table.name + ", Weir", {}, {}};
    Curve plain_kept{"unknown-keys", table.name + ", plain rules", {}, {}};
    Curve weir_error{"unknown-keys-error", weir_kept.name, {}, {}};
    Curve plain_error{"unknown-keys-error", plain_kept.name, {}, {}};
    for (const char* epsilon : {"0.1", "0.2", "0.5", "1", "2", "4"}) {
      const Question question{table, false, Take(Epsilon::Parse(epsilon))};
      const Comparison comparison = Compare(question, Search::kAsReleased, kCurveRuns);
      const double percent = 100.0 / static_cast<double>(table.units.size());
      for (Curve* curve : {&weir_kept, &plain_kept, &weir_error, &plain_error}) {
        curve->x.push_back(question.epsilon.value());
      }
      weir_kept.y.push_back(percent * SpreadOf(comparison.weir.kept).mean);
      plain_kept.y.push_back(percent * SpreadOf(comparison.plain.kept).mean);
      weir_error.y.push_back(SpreadOf(comparison.weir.all).mean);
      plain_error.y.push_back(SpreadOf(comparison.plain.all).mean);
    }
    for (Curve* curve : {&weir_kept, &plain_kept, &weir_error, &plain_error}) {
      curves.push_back(std::move(*curve));
    }
  }
}

}  // namespace weir::bench
