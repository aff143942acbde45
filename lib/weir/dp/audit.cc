// SPDX-License-Identifier: Apache-2.0
#include "weir/dp/audit.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <limits>
#include <utility>

#include "weir/dp/internal/audit_events.h"

namespace weir::dp {
namespace {

using internal::AuditEvent;
using internal::AuditHits;
using internal::AuditTarget;

constexpr uint64_t kMinSamples = 1000;
constexpr uint64_t kMaxSamples = 500'000'000;
constexpr uint64_t kMaxTraining = 250'000;
constexpr size_t kChunk = 65'536;

Status CheckOptions(const AuditPair& pair, const AuditOptions& options) {
  if (pair.statistics.empty()) return InvalidArgument("an audit needs a statistic");
  if (options.samples < kMinSamples || options.samples > kMaxSamples) {
    return InvalidArgument("samples must be in [%llu, %llu], got %llu",
                           static_cast<unsigned long long>(kMinSamples),
                           static_cast<unsigned long long>(kMaxSamples),
                           static_cast<unsigned long long>(options.samples));
  }
  if (!(options.false_positive_rate >= 1e-30 && options.false_positive_rate <= 0.1)) {
    return InvalidArgument("false positive rate must be in [1e-30, 0.1], got %g",
                           options.false_positive_rate);
  }
  return OkStatus();
}

StatusOr<AuditValues> Draw(const AuditSampler& sampler, size_t count, size_t statistics) {
  WEIR_ASSIGN_OR_RETURN(AuditValues values, sampler(count));
  if (values.size() != statistics ||
      std::any_of(values.begin(), values.end(),
                  [count](const auto& column) { return column.size() != count; })) {
    return InvalidArgument("a sampler returned another number of values than asked for");
  }
  for (std::vector<double>& column : values) {
    for (double& value : column) {
      if (std::isnan(value)) value = -std::numeric_limits<double>::infinity();
    }
  }
  return values;
}

// Hands every chunk of `count` outputs to `use`.
template <class Use>
Status DrawInChunks(const AuditSampler& sampler, uint64_t count, size_t statistics,
                    const Use& use) {
  for (uint64_t left = count; left > 0;) {
    const auto chunk = static_cast<size_t>(std::min<uint64_t>(left, kChunk));
    WEIR_ASSIGN_OR_RETURN(const AuditValues values, Draw(sampler, chunk, statistics));
    use(values);
    left -= chunk;
  }
  return OkStatus();
}

// One event for each statistic and direction.
StatusOr<std::vector<AuditEvent>> ChooseEvents(const AuditPair& pair, uint64_t training,
                                               const AuditTarget& target) {
  const size_t statistics = pair.statistics.size();
  std::vector<std::array<std::vector<double>, 2>> values(statistics);
  for (size_t side = 0; side < 2; ++side) {
    WEIR_RETURN_IF_ERROR(DrawInChunks(
        side == 0 ? pair.one : pair.other, training, statistics, [&](const AuditValues& chunk) {
          for (size_t s = 0; s < statistics; ++s) {
            values[s][side].insert(values[s][side].end(), chunk[s].begin(), chunk[s].end());
          }
        }));
  }
  std::vector<AuditEvent> events;
  for (size_t s = 0; s < statistics; ++s) {
    for (const bool likelier_on_other : {false, true}) {
      events.push_back(internal::ChooseEvent(values[s], likelier_on_other, target));
      events.back().statistic = s;
    }
  }
  return events;
}

StatusOr<std::vector<Trials>> CountHits(const AuditSampler& sampler, uint64_t count,
                                        size_t statistics, const std::vector<AuditEvent>& events) {
  std::vector<Trials> hits(events.size(), Trials{.hits = 0, .count = count});
  WEIR_RETURN_IF_ERROR(DrawInChunks(sampler, count, statistics, [&](const AuditValues& values) {
    for (size_t e = 0; e < events.size(); ++e) {
      for (const double value : values[events[e].statistic]) {
        hits[e].hits += events[e].Holds(value) ? 1 : 0;
      }
    }
  }));
  return hits;
}

// Binomial(2 samples, 1/2): how many of all outputs come from the first input.
uint64_t SplitByCoins(uint64_t samples, RandomSource& coins) {
  uint64_t heads = 0;
  for (uint64_t left = 2 * samples; left > 0;) {
    const uint64_t bits = std::min<uint64_t>(left, 64);
    heads += static_cast<uint64_t>(std::popcount(coins.Word() >> (64 - bits)));
    left -= bits;
  }
  return heads;
}

}  // namespace

StatusOr<AuditReport> AuditEpsilon(const AuditPair& pair, const AuditOptions& options,
                                   RandomSource& coins) {
  WEIR_RETURN_IF_ERROR(CheckOptions(pair, options));
  const size_t statistics = pair.statistics.size();
  const AuditTarget target{
      .delta = options.delta.value(),
      .samples = static_cast<double>(options.samples),
      .risk = options.false_positive_rate / static_cast<double>(2 * statistics)};
  const uint64_t training = std::min(options.samples / 4, kMaxTraining);
  WEIR_ASSIGN_OR_RETURN(const std::vector<AuditEvent> events, ChooseEvents(pair, training, target));
  // Sizes by coins, for the bound by ratio: every output is of either side with chance 1/2.
  const uint64_t first = SplitByCoins(options.samples, coins);
  WEIR_ASSIGN_OR_RETURN(const std::vector<Trials> one,
                        CountHits(pair.one, first, statistics, events));
  WEIR_ASSIGN_OR_RETURN(const std::vector<Trials> other,
                        CountHits(pair.other, 2 * options.samples - first, statistics, events));
  AuditReport report{.event = "none",
                     .samples = 2 * options.samples,
                     .training = 2 * training,
                     .false_positive_rate = options.false_positive_rate};
  for (size_t e = 0; e < events.size(); ++e) {
    const AuditEvent& event = events[e];
    if (event.promise <= 0) continue;
    const AuditHits hits =
        event.likelier_on_other ? AuditHits{other[e], one[e]} : AuditHits{one[e], other[e]};
    const double epsilon = internal::BoundEpsilon(hits, event.by_ratio, target);
    if (epsilon <= report.epsilon) continue;
    report.epsilon = epsilon;
    report.event = event.ToString(pair.statistics[event.statistic]);
  }
  return report;
}

}  // namespace weir::dp
