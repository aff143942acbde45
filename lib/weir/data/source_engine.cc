// SPDX-License-Identifier: Apache-2.0
#include "weir/data/source_engine.h"

#include <algorithm>

#include "weir/data/internal/source_answer.h"

namespace weir::data {
namespace {

constexpr uint64_t kLeastMemoryBytes = uint64_t{64} << 20;
constexpr int kMostThreads = 256;

}  // namespace

StatusOr<SourceEngine> SourceEngine::Create(EngineOptions options, RandomSource& random) {
  if (options.memory_limit_bytes < kLeastMemoryBytes) {
    return InvalidArgument("memory_limit_bytes must be at least 64 MiB, got %llu",
                           static_cast<unsigned long long>(options.memory_limit_bytes));
  }
  if (options.threads < 1 || options.threads > kMostThreads) {
    return InvalidArgument("threads must be in [1, %d], got %d", kMostThreads, options.threads);
  }
  if (!options.temp_folder.empty() && options.temp_folder.front() != '/') {
    return InvalidArgument("temp_folder must be absolute, got %s", options.temp_folder.c_str());
  }
  if (options.time_limit.count() < 0) {
    return InvalidArgument("time_limit must be 0 or more, got %lld ms",
                           static_cast<long long>(options.time_limit.count()));
  }
  return SourceEngine(std::move(options), random);
}

EngineOptions SourceEngine::OptionsOfCall() const {
  EngineOptions options = options_;
  if (options.time_limit.count() == 0) return options;
  const RunControl::Clock::time_point end = RunControl::Clock::now() + options.time_limit;
  options.control.deadline = std::min(options.control.deadline.value_or(end), end);
  return options;
}

StatusOr<Private<AggregateTable>> SourceEngine::Aggregate(const DatasetDescription& dataset,
                                                          const AggregateQuery& query,
                                                          Charge charge) {
  WEIR_ASSIGN_OR_RETURN(AggregateTable table,
                        internal::AggregateSource(dataset, query, OptionsOfCall(), *random_));
  return Private<AggregateTable>(EngineKey(), std::move(table), std::move(charge));
}

StatusOr<OwnerView<SourceReport>> SourceEngine::Check(const DatasetDescription& dataset) {
  WEIR_ASSIGN_OR_RETURN(SourceReport report,
                        internal::CheckSource(dataset, OptionsOfCall(), *random_));
  return OwnerView<SourceReport>(std::move(report));
}

}  // namespace weir::data
