// SPDX-License-Identifier: Apache-2.0
#include "weir/data/source_engine.h"

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
  return SourceEngine(std::move(options), random);
}

StatusOr<Private<AggregateTable>> SourceEngine::Aggregate(const DatasetDescription& dataset,
                                                          const AggregateQuery& query,
                                                          Charge charge) {
  WEIR_ASSIGN_OR_RETURN(AggregateTable table,
                        internal::AggregateSource(dataset, query, options_, *random_));
  return Private<AggregateTable>(EngineKey(), std::move(table), std::move(charge));
}

StatusOr<OwnerView<SourceReport>> SourceEngine::Check(const DatasetDescription& dataset) {
  WEIR_ASSIGN_OR_RETURN(SourceReport report, internal::CheckSource(dataset, options_, *random_));
  return OwnerView<SourceReport>(std::move(report));
}

}  // namespace weir::data
