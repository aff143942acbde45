// SPDX-License-Identifier: Apache-2.0
#include "weir/data/internal/bounded_sum.h"

#include <atomic>
#include <functional>
#include <thread>
#include <utility>

#include "weir/base/catch_memory.h"
#include "weir/data/internal/cell_sums.h"
#include "weir/data/internal/partition_bounder.h"

namespace weir::data::internal {
namespace {

// What the threads of one Finish share.
struct Work {
  const BoundedQuery& query;
  const RunControl& control;
  std::vector<RecordStore*> stores;
  std::atomic<size_t> next{0};
  std::mutex mutex;
  CellSums total;
  Status status;
};

Status AddSomePartitions(Work& work) {
  PartitionBounder bounder(work.query);
  CellSums sums(work.query);
  for (size_t p = work.next.fetch_add(1); p < kPartitions; p = work.next.fetch_add(1)) {
    WEIR_RETURN_IF_ERROR(work.control.Check());
    WEIR_RETURN_IF_ERROR(bounder.AddPartition(work.stores, p, sums));
    for (RecordStore* store : work.stores) store->Drop(p);
    work.control.Report(RunStage::kAddingUp, static_cast<double>(p) / kPartitions);
  }
  const std::lock_guard lock(work.mutex);
  work.total.Add(sums);
  return OkStatus();
}

void AddPartitions(Work& work) {
  const Status status = CatchMemory([&work] { return AddSomePartitions(work); });
  if (status.ok()) return;
  const std::lock_guard lock(work.mutex);
  work.status = status;
}

}  // namespace

BoundedSum::BoundedSum(const BoundedQuery& query, BoundedSumOptions options)
    : query_(query), options_(std::move(options)) {}

std::unique_ptr<RowMapper> BoundedSum::TakeMapper() {
  const std::lock_guard lock(mutex_);
  if (idle_.empty()) {
    const uint64_t share = options_.memory_bytes / static_cast<uint64_t>(options_.threads);
    return std::make_unique<RowMapper>(query_, share, options_.temp_folder);
  }
  auto mapper = std::move(idle_.back());
  idle_.pop_back();
  return mapper;
}

Status BoundedSum::Add(const Batch& batch) {
  return CatchMemory([this, &batch] {
    std::unique_ptr<RowMapper> mapper = TakeMapper();
    Status status = mapper->Add(batch);
    const std::lock_guard lock(mutex_);
    idle_.push_back(std::move(mapper));
    return status;
  });
}

StatusOr<AggregateTable> BoundedSum::Finish(const RunControl& control) {
  Work work{.query = query_, .control = control, .total = CellSums(query_)};
  for (const auto& mapper : idle_) work.stores.push_back(&mapper->store());
  std::vector<std::thread> helpers;
  // A system without another thread to give only makes it slower.
  (void)CatchMemory([&] {
    for (int i = 1; i < options_.threads; ++i) helpers.emplace_back(AddPartitions, std::ref(work));
    return OkStatus();
  });
  AddPartitions(work);
  for (std::thread& helper : helpers) helper.join();
  WEIR_RETURN_IF_ERROR(work.status);
  WEIR_RETURN_IF_ERROR(control.Check());
  return work.total.ToTable();
}

}  // namespace weir::data::internal
