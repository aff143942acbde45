// SPDX-License-Identifier: Apache-2.0
#include "weir/dp/internal/audit_events.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <numbers>
#include <numeric>
#include <span>

namespace weir::dp::internal {
namespace {

constexpr size_t kBins = 512;
// Standard deviations by which the training counts are taken for worse than they are, so that the
// luckiest of many rare events does not win. Without caution if nothing else promises anything.
constexpr std::array<double, 2> kCautions = {2.5, 0};

// Lower ends of the bins but the first: about equally many values fall into each; distinct values
// that occur often get a bin of their own.
std::vector<double> BinBorders(const std::array<std::vector<double>, 2>& training) {
  std::vector<double> pooled = training[0];
  pooled.insert(pooled.end(), training[1].begin(), training[1].end());
  std::sort(pooled.begin(), pooled.end());
  const size_t step = std::max<size_t>(1, pooled.size() / kBins);
  std::vector<double> borders;
  for (size_t i = 0; i < pooled.size(); i += step) {
    const bool is_new = borders.empty() ? pooled[i] > pooled[0] : pooled[i] > borders.back();
    if (is_new) borders.push_back(pooled[i]);
  }
  return borders;
}

size_t BinOf(std::span<const double> borders, double value) {
  return static_cast<size_t>(std::upper_bound(borders.begin(), borders.end(), value) -
                             borders.begin());
}

// Counts by bin of the likelier and of the rarer input, in one half of the training values.
struct BinCounts {
  std::vector<double> likelier;
  std::vector<double> rarer;
};

struct Bins {
  std::vector<double> borders;
  std::vector<double> Count(std::span<const double> values) const {
    std::vector<double> counts(borders.size() + 1);
    for (const double value : values) ++counts[BinOf(borders, value)];
    return counts;
  }
};

// The interval of Wilson, "Probable inference, the law of succession, and statistical inference",
// 1927: what Clopper-Pearson will give, nearly. Only for choosing.
struct Wilson {
  double center;
  double half;
};
struct Expectation {
  double hits;
  double trials;
};
Wilson WilsonInterval(const Expectation& expected, double deviations) {
  const double square = deviations * deviations;
  const double rest = expected.hits * (1 - expected.hits / expected.trials);
  return {.center = (expected.hits + square / 2) / (expected.trials + square),
          .half = deviations * std::sqrt(std::max(rest, 0.0) + square / 4) /
                  (expected.trials + square)};
}

// The normal quantile of a one-sided risk, to about 1 %: enough to compare events.
double Deviations(double risk) {
  const double log = -2 * std::log(risk);
  return std::sqrt(std::max(1.0, log - std::log(2 * std::numbers::pi * std::max(1.0, log))));
}

struct Promise {
  double epsilon = 0;
  bool by_ratio = false;
};

// What the bound will come to if the event has these probabilities.
struct Chances {
  double likelier;
  double rarer;
};
Promise Expect(const Chances& chances, const AuditTarget& target) {
  const double n = target.samples;
  const double pair_deviations = Deviations(target.risk / 2);
  const Wilson p = WilsonInterval({chances.likelier * n, n}, pair_deviations);
  const Wilson q = WilsonInterval({chances.rarer * n, n}, pair_deviations);
  const double above = p.center - p.half - target.delta;
  Promise promise;
  if (above > 0) promise.epsilon = std::log(above / (q.center + q.half));
  if (target.delta > 0) return promise;
  const double hits = (chances.likelier + chances.rarer) * n;
  const Wilson share = WilsonInterval({chances.likelier * n, hits}, Deviations(target.risk));
  const double least = share.center - share.half;
  if (least <= 0 || least >= 1) return promise;
  const double by_ratio = std::log(least / (1 - least));
  if (by_ratio > promise.epsilon) promise = {.epsilon = by_ratio, .by_ratio = true};
  return promise;
}

struct Choice {
  Promise promise;
  std::vector<size_t> order;
  size_t length = 0;  // the event is the first `length` bins of the order
};

// Replaces `best` by the most promising beginning of `order`, if that promises more.
void TryBeginnings(std::vector<size_t> order, const BinCounts& counts, const AuditTarget& target,
                   double caution, Choice& best) {
  const double likelier_total =
      std::accumulate(counts.likelier.begin(), counts.likelier.end(), 0.0);
  const double rarer_total = std::accumulate(counts.rarer.begin(), counts.rarer.end(), 0.0);
  Chances hits{0, 0};
  size_t best_length = 0;
  for (size_t i = 0; i < order.size(); ++i) {
    hits.likelier += counts.likelier[order[i]];
    hits.rarer += counts.rarer[order[i]];
    if (hits.likelier == 0) continue;
    const Wilson p = WilsonInterval({hits.likelier, likelier_total}, caution);
    const Wilson q = WilsonInterval({hits.rarer, rarer_total}, caution);
    const Promise promise =
        Expect({.likelier = std::max(p.center - p.half, 0.0), .rarer = q.center + q.half}, target);
    if (promise.epsilon <= best.promise.epsilon) continue;
    best.promise = promise;
    best_length = i + 1;
  }
  if (best_length == 0) return;
  best.order = std::move(order);
  best.length = best_length;
}

std::vector<size_t> ByRatio(const BinCounts& counts) {
  std::vector<double> ratio(counts.likelier.size());
  for (size_t i = 0; i < ratio.size(); ++i) {
    ratio[i] = (counts.likelier[i] + 0.5) / (counts.rarer[i] + 0.5);
  }
  std::vector<size_t> order(ratio.size());
  std::iota(order.begin(), order.end(), size_t{0});
  std::sort(order.begin(), order.end(),
            [&](size_t a, size_t b) { return ratio[a] != ratio[b] ? ratio[a] > ratio[b] : a < b; });
  return order;
}

AuditEvent MakeEvent(const Choice& choice, const std::vector<double>& borders) {
  AuditEvent event{
      .by_ratio = choice.promise.by_ratio, .borders = {}, .promise = choice.promise.epsilon};
  std::vector<uint8_t> inside(borders.size() + 1);
  for (size_t i = 0; i < choice.length; ++i) inside[choice.order[i]] = 1;
  event.starts_inside = inside[0] != 0;
  for (size_t i = 0; i < borders.size(); ++i) {
    if (inside[i] != inside[i + 1]) event.borders.push_back(borders[i]);
  }
  return event;
}

std::string ShowDouble(double value) {
  std::array<char, 40> text{};
  static_cast<void>(std::snprintf(text.data(), text.size(), "%.6g", value));
  return text.data();
}

}  // namespace

bool AuditEvent::Holds(double value) const {
  const size_t changes =
      borders.size() == 1 ? static_cast<size_t>(value >= borders[0]) : BinOf(borders, value);
  return (changes % 2 == 1) != starts_inside;
}

std::string AuditEvent::ToString(const std::string& statistic_name) const {
  const char* where =
      likelier_on_other ? ", likelier on the second input" : ", likelier on the first input";
  if (borders.size() == 1) {
    return statistic_name + (starts_inside ? " < " : " >= ") + ShowDouble(borders[0]) + where;
  }
  return statistic_name + " in " + std::to_string((borders.size() + 1) / 2) + " intervals from " +
         ShowDouble(borders.empty() ? 0 : borders.front()) + where;
}

AuditEvent ChooseEvent(const std::array<std::vector<double>, 2>& training, bool likelier_on_other,
                       const AuditTarget& target) {
  const Bins bins{BinBorders(training)};
  const std::span<const double> likelier = training[likelier_on_other ? 1 : 0];
  const std::span<const double> rarer = training[likelier_on_other ? 0 : 1];
  const BinCounts first{bins.Count(likelier.first(likelier.size() / 2)),
                        bins.Count(rarer.first(rarer.size() / 2))};
  const BinCounts second{bins.Count(likelier.subspan(likelier.size() / 2)),
                         bins.Count(rarer.subspan(rarer.size() / 2))};
  Choice best;
  std::vector<size_t> ascending(bins.borders.size() + 1);
  std::iota(ascending.begin(), ascending.end(), size_t{0});
  for (const double caution : kCautions) {
    if (best.length > 0) break;
    TryBeginnings({ascending.rbegin(), ascending.rend()}, second, target, caution, best);
    TryBeginnings(ascending, second, target, caution, best);
    TryBeginnings(ByRatio(first), second, target, caution, best);
  }
  AuditEvent event = MakeEvent(best, bins.borders);
  event.likelier_on_other = likelier_on_other;
  return event;
}

double BoundEpsilon(const AuditHits& hits, bool by_ratio, const AuditTarget& target) {
  if (by_ratio) {
    const uint64_t all = hits.likelier.hits + hits.rarer.hits;
    if (all == 0) return 0;
    const double share =
        BinomialLowerBound({.hits = hits.likelier.hits, .count = all}, target.risk);
    return std::max(0.0, std::log(share / (1 - share)));
  }
  const double above = BinomialLowerBound(hits.likelier, target.risk / 2) - target.delta;
  if (above <= 0) return 0;
  return std::max(0.0, std::log(above / BinomialUpperBound(hits.rarer, target.risk / 2)));
}

}  // namespace weir::dp::internal
