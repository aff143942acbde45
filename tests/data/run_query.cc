// SPDX-License-Identifier: Apache-2.0
#include "tests/data/run_query.h"

#include <algorithm>
#include <string_view>
#include <thread>
#include <utility>

#include "weir/data/internal/bounded_query.h"
#include "weir/data/internal/cell_labels.h"

namespace weir::data::test_query {
namespace {

// Batches of the rows, from `threads` threads at once.
Status AddRows(const std::vector<KnownRow>& rows, const internal::BoundedQuery& bounded,
               size_t threads, const BatchHandler& handler) {
  std::vector<Status> statuses(threads);
  const auto add = [&](size_t thread) {
    constexpr size_t kBatchRows = 100;
    for (size_t first = thread * kBatchRows; first < rows.size(); first += threads * kBatchRows) {
      const size_t count = std::min(kBatchRows, rows.size() - first);
      std::vector<std::vector<std::string_view>> texts(bounded.columns.size());
      std::vector<std::vector<uint64_t>> present(bounded.columns.size());
      Batch batch{.rows = count};
      for (size_t c = 0; c < texts.size(); ++c) {
        present[c].resize((count + 63) / 64);
        for (size_t i = 0; i < count; ++i) {
          const KnownCell& cell = rows[first + i].at(bounded.columns[c]->name);
          texts[c].push_back(cell.text);
          present[c][i / 64] |= uint64_t{cell.is_null ? 0u : 1u} << (i % 64);
        }
        batch.columns.push_back(
            {.kind = CellKind::kText, .cells = texts[c].data(), .present = present[c].data()});
      }
      if (statuses[thread].ok()) statuses[thread] = handler(batch);
    }
  };
  std::vector<std::thread> helpers;
  for (size_t i = 1; i < threads; ++i) helpers.emplace_back(add, i);
  add(0);
  for (std::thread& helper : helpers) helper.join();
  for (const Status& status : statuses) WEIR_RETURN_IF_ERROR(status);
  return OkStatus();
}

}  // namespace

StatusOr<AggregateTable> RunQuery(const DatasetDescription& dataset,
                                  const std::vector<KnownRow>& rows, const AggregateQuery& query,
                                  const internal::BoundedSumOptions& options, uint64_t seed) {
  return RunQueryOnTwo(dataset, {.first = rows, .second = rows}, query, options, seed);
}

StatusOr<AggregateTable> RunQueryOnTwo(const DatasetDescription& dataset, const TwoPasses& passes,
                                       const AggregateQuery& query,
                                       const internal::BoundedSumOptions& options, uint64_t seed) {
  test::SeededRandom random(seed);
  WEIR_ASSIGN_OR_RETURN(const auto bounded, internal::ResolveQuery(dataset, query, random));
  const auto threads = static_cast<size_t>(options.threads);
  internal::BoundedSum sum(bounded, options);
  WEIR_RETURN_IF_ERROR(
      AddRows(passes.first, bounded, threads, [&](const Batch& batch) { return sum.Add(batch); }));
  WEIR_ASSIGN_OR_RETURN(AggregateTable table, sum.Finish());
  if (!bounded.has_open_key) return table;
  internal::CellLabels labels(bounded, std::move(table), options.memory_bytes);
  WEIR_RETURN_IF_ERROR(AddRows(passes.second, bounded, threads,
                               [&](const Batch& batch) { return labels.Add(batch); }));
  return labels.Finish();
}

}  // namespace weir::data::test_query
