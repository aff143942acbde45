// SPDX-License-Identifier: Apache-2.0
// Keys that nobody announced: how many are shown, and how far the numbers beside them are off.
// The plan that a release makes, against the plain rules: a Laplace threshold with
// half of epsilon, Laplace noise with the other half. Both see the same bounded contributions.
#include <algorithm>
#include <cmath>
#include <optional>

#include "tests/benchmark/measure/cost.h"
#include "tests/benchmark/utility/key_counts.h"
#include "tests/benchmark/utility/topics.h"
#include "weir/base/random.h"
#include "weir/data/dataset.h"
#include "weir/doc/yaml_reader.h"
#include "weir/dp/calibration.h"
#include "weir/dp/noise_sampler.h"
#include "weir/dp/partition_selection.h"
#include "weir/dp/release_threshold.h"
#include "weir/release/internal/row_choice.h"
#include "weir/release/plan.h"

namespace weir::bench {
namespace {

constexpr int kRuns = 100;
constexpr int kCurveRuns = 15;
constexpr const char* kDelta = "0.000001";

struct Question {
  const KeyCounts& data;
  bool is_sum;
  Epsilon epsilon;
  Delta delta = OrFail(Delta::Parse(kDelta));

  const std::vector<int64_t>& values() const { return is_sum ? data.sums : data.units; }
  int64_t reach() const { return is_sum ? data.value_bound : 1; }
  L0Sensitivity l0() const { return OrFail(L0Sensitivity::Create(data.l0)); }
  Epsilon half() const { return OrFail(Epsilon::FromUnits(epsilon.units() / 2)); }
};

struct Published {
  std::vector<bool> shown;
  std::vector<int128> values;
};

std::vector<int128> AddNoise(const std::vector<int64_t>& values, const NoiseEvent& event) {
  std::vector<int128> noised =
      OrFail(dp::NoiseSampler::Create(event)).SampleMany(values.size(), SystemRandom());
  for (size_t i = 0; i < values.size(); ++i) noised[i] += values[i];
  return noised;
}

NoiseEvent Laplace(Epsilon epsilon, uint128 l1) {
  return {NoiseKind::kDiscreteLaplace, OrFail(dp::LaplaceScale(epsilon, l1)), l1};
}

class PlainRules {
 public:
  explicit PlainRules(const Question& question)
      : question_(question),
        choosing_(Laplace(question.half(), static_cast<uint128>(question.data.l0))),
        showing_(
            Laplace(question.half(), static_cast<uint128>(question.data.l0 * question.reach()))),
        threshold_(OrFail(
            dp::ContinuousLaplaceThreshold(question.half(), question.delta, question.l0()))) {}

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

// The plan of a release that asks this question, by the planner that the door uses.
release::ReleasePlan PlanOf(const Question& question) {
  const std::string dataset_text =
      "dataset: pairs\ntheme: transportation\nsource: {csv: {path: pairs.csv}}\n"
      "privacy_unit: [unit]\ncolumns:\n  unit: {type: text}\n  pair: {type: text}\n"
      "  value: {type: int, bounds: [0, " +
      std::to_string(question.data.value_bound) + "]}\nbudget: {epsilon: 10, delta: 0.001}\n";
  const std::string spec_text =
      "dataset: pairs\nkeys: [pair]\nselection: {}\nmeasures: [" +
      std::string(question.is_sum ? "sum: value" : "units") +
      "]\nbounds: {max_keys_per_unit: " + std::to_string(question.data.l0) +
      ", max_rows_per_key: 1}\nprivacy: {epsilon: " + question.epsilon.ToString() +
      ", delta: " + kDelta + "}\n";
  const auto dataset = OrFail(data::DatasetDescription::Create(
      OrFail(doc::ParseYaml<v1::Dataset>(dataset_text, "pairs.dataset.yaml")), "."));
  return OrFail(
      release::Plan(dataset, OrFail(doc::ParseYaml<v1::ReleaseSpec>(spec_text, "question.yaml"))));
}

const NoiseEvent& ShownNoise(const release::ReleasePlan& plan) {
  return plan.channels[plan.measures.front().channels.front()].noise->event;
}

// As the door chooses rows: by the figures that are shown, by units with noise of their own, or by
// a rule.
Published Release(const Question& question, const release::ReleasePlan& plan) {
  Published published{{}, AddNoise(question.values(), ShownNoise(plan))};
  const release::SelectionPlan& selection = *plan.selection;
  const std::vector<int64_t>& units = question.data.units;
  if (!selection.by_noise) {
    const dp::PartitionSelector rule =
        OrFail(release::internal::SelectorOf(selection, plan.query.bounds));
    published.shown = rule.KeepMany(units, SystemRandom());
    return published;
  }
  const std::vector<int128> deciding =
      question.is_sum ? AddNoise(units, plan.channels[selection.channel].noise->event)
                      : published.values;
  for (const int128 noised : deciding) published.shown.push_back(noised >= selection.threshold);
  return published;
}

std::string NameOf(const release::ReleasePlan& plan) {
  for (const release::Alternative& way : plan.alternatives) {
    if (way.taken) return way.what;
  }
  return "";
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

struct Contest {
  std::string plan;
  Errors weir;
  Errors plain;
};

Contest Compare(const Question& question, int runs) {
  const PlainRules plain(question);
  const release::ReleasePlan plan = PlanOf(question);
  Contest comparison{NameOf(plan), {}, {}};
  for (int run = 0; run < runs; ++run) {
    comparison.weir.Add(Release(question, plan), question.values());
    comparison.plain.Add(plain.Release(), question.values());
  }
  return comparison;
}

void AddRows(const Question& question, Figures& figures) {
  const Contest comparison = Compare(question, kRuns);
  const std::string what = question.is_sum ? "sums" : "units";
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
      const Epsilon parsed = OrFail(Epsilon::Parse(epsilon));
      AddRows({table, false, parsed}, figures);
      AddRows({table, true, parsed}, figures);
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
      const Question question{table, false, OrFail(Epsilon::Parse(epsilon))};
      const Contest comparison = Compare(question, kCurveRuns);
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
