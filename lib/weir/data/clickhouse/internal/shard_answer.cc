// SPDX-License-Identifier: Apache-2.0
#include "weir/data/clickhouse/internal/shard_answer.h"

#include <atomic>
#include <mutex>
#include <utility>

#include "weir/data/clickhouse/internal/each_server.h"
#include "weir/data/clickhouse/internal/random_text.h"
#include "weir/data/clickhouse/internal/shard_cells.h"
#include "weir/data/clickhouse/internal/shard_sql.h"
#include "weir/data/internal/bounded_query.h"

namespace weir::data::internal {
namespace {

constexpr size_t kMostBlockBytes = size_t{64} << 20;

struct Question {
  const ClickHouseSource& source;
  const AggregateQuery& query;
  const BoundedQuery& bounded;
  ShardSecrets secrets;
};

// An answer of all servers; none: one of them cannot say it.
class Asking {
 public:
  Asking(const Question& question, const EngineOptions& options, ShardForm form)
      : question_(question),
        control_(options.control),
        form_(form),
        cells_(question.query, question.bounded, options.memory_limit_bytes / 2) {}

  StatusOr<const ShardCells*> Ask() {
    const size_t servers = question_.source.urls.size();
    WEIR_RETURN_IF_ERROR(ForEachServer(
        question_.source, servers, control_, [this, servers](Server& server, size_t) -> Status {
          WEIR_RETURN_IF_ERROR(AskServer(server));
          const size_t done = done_.fetch_add(1) + 1;
          control_.Report(RunStage::kReading,
                          static_cast<double>(done) / static_cast<double>(servers));
          return OkStatus();
        }));
    if (!can_say_) return nullptr;
    WEIR_RETURN_IF_ERROR(cells_.CheckHistograms(servers));
    return &cells_;
  }

 private:
  Status AskServer(Server& server) {
    WEIR_ASSIGN_OR_RETURN(const auto found, server.DescribeTable(question_.source));
    const auto sql = MakeShardSql(question_.source, question_.query, question_.bounded, found,
                                  question_.secrets, form_);
    if (!sql.has_value()) can_say_ = false;
    if (!can_say_) return OkStatus();
    if (!sql->cells.sql.empty()) {
      WEIR_RETURN_IF_ERROR(
          server.Ask(sql->cells, kMostBlockBytes, [this, &sql](const NativeBlock& block) {
            const std::lock_guard lock(mutex_);
            return cells_.AddCells(sql->layout, block);
          }));
    }
    if (sql->histograms.sql.empty()) return OkStatus();
    return server.Ask(sql->histograms, kMostBlockBytes, [this](const NativeBlock& block) {
      const std::lock_guard lock(mutex_);
      return cells_.AddHistograms(block);
    });
  }

  const Question& question_;
  const RunControl& control_;
  ShardForm form_;
  std::atomic<bool> can_say_{true};
  std::atomic<size_t> done_{0};
  std::mutex mutex_;
  ShardCells cells_;
};

}  // namespace

StatusOr<std::optional<AggregateTable>> AggregateShards(const ClickHouseSource& source,
                                                        const DatasetDescription& dataset,
                                                        const AggregateQuery& query,
                                                        const EngineOptions& options,
                                                        RandomSource& random) {
  WEIR_ASSIGN_OR_RETURN(const BoundedQuery bounded, ResolveQuery(dataset, query, random));
  const Question question{
      .source = source,
      .query = query,
      .bounded = bounded,
      .secrets = {.of_cells = RandomText(random), .of_rows = RandomText(random)}};
  for (const ShardForm form :
       {ShardForm::kArrays, ShardForm::kPairs, ShardForm::kPairsOfChosenRows}) {
    Asking asking(question, options, form);
    const StatusOr<const ShardCells*> cells = asking.Ask();
    // An array of a unit may be too long, and pairs of it may not.
    const bool is_too_much =
        form == ShardForm::kArrays && cells.status().code() == StatusCode::kResourceExhausted;
    if (!is_too_much) WEIR_RETURN_IF_ERROR(cells.status());
    if (is_too_much || *cells == nullptr || (*cells)->is_over()) continue;
    return std::optional((*cells)->Finish());
  }
  return std::optional<AggregateTable>();
}

}  // namespace weir::data::internal
