// SPDX-License-Identifier: Apache-2.0
#include "weir/anon/internal/record_collector.h"

#include <algorithm>
#include <atomic>
#include <bit>
#include <iterator>
#include <utility>

#include "weir/anon/internal/parallel.h"
#include "weir/anon/internal/text_hash.h"

namespace weir::anon::internal {
namespace {

using data::kPartitions;
using data::WordStore;

constexpr uint64_t kLeastStoreBytes = uint64_t{4} << 20;
constexpr uint64_t kLeastBufferBytes = uint64_t{1} << 20;

unsigned BitsFor(size_t values) {
  return values <= 1 ? 0 : static_cast<unsigned>(std::bit_width(values - 1));
}

uint64_t HashOfRow(uint64_t hash, uint64_t hash_of_text) {
  return MixWords(hash ^ hash_of_text, 0x9e3779b97f4a7c15);
}

Status TooWide() {
  return MakeError(StatusCode::kResourceExhausted,
                   "the columns have too many distinct values together: reduce some of them");
}

Status TooManyRecords(uint64_t memory_bytes) {
  return ResourceExhausted(
      "the distinct combinations of the analysed columns take more than half of the memory limit "
      "of %llu MiB; allow more memory, or let an action round or mask a column",
      static_cast<unsigned long long>(memory_bytes >> 20));
}

}  // namespace

struct RecordCollector::Worker {
  Worker(const RecordCollector& collector, uint64_t bytes)
      : coder(collector.request_, collector.plan_, collector.dictionaries_, collector.unit_key_),
        has_unit(!collector.plan_.unit.empty()),
        temp_folder(collector.limits_.temp_folder),
        memory_bytes(bytes) {}

  Status Add(const data::Batch& batch);
  Status FitLayout();

  TableCoder coder;
  bool has_unit;
  std::string temp_folder;
  uint64_t memory_bytes;
  std::vector<unsigned> bits;
  std::vector<Part> parts;
};

// Columns get a bit more than they need, so that layouts stay few.
Status RecordCollector::Worker::FitLayout() {
  const bool first = parts.empty();
  bool fits = !first;
  for (size_t i = 0; i < bits.size(); ++i) {
    const std::span<const uint32_t> codes = coder.codes(i);
    const size_t values = size_t{*std::max_element(codes.begin(), codes.end())} + 1;
    if (!first && BitsFor(values) <= bits[i]) continue;
    bits[i] = std::min(32u, BitsFor(values) + 1);
    fits = false;
  }
  if (fits) return OkStatus();
  KeyLayout layout(bits);
  if (layout.words() > kMostKeyWords) return TooWide();
  if (!first) {
    memory_bytes -= std::min(memory_bytes, parts.back().store->memory_bytes_used());
  }
  auto store = std::make_unique<WordStore>(layout.words() + (has_unit ? 1 : 0),
                                           std::max(kLeastStoreBytes, memory_bytes), temp_folder);
  parts.push_back({.layout = std::move(layout), .store = std::move(store)});
  return OkStatus();
}

Status RecordCollector::Worker::Add(const data::Batch& batch) {
  if (batch.rows == 0) return OkStatus();
  WEIR_RETURN_IF_ERROR(coder.Encode(batch));
  WEIR_RETURN_IF_ERROR(FitLayout());
  const Part& part = parts.back();
  const size_t columns = part.layout.columns();
  for (size_t row = 0; row < coder.rows(); ++row) {
    uint64_t hash = 0;
    for (size_t i = 0; i < columns; ++i) {
      hash = HashOfRow(hash, coder.encoder(i).HashOf(coder.codes(i)[row]));
    }
    WEIR_ASSIGN_OR_RETURN(uint64_t* const record, part.store->Add(data::PartitionOf(hash)));
    std::fill_n(record, part.store->stride(), 0);
    for (size_t i = 0; i < columns; ++i) part.layout.Put(record, i, coder.codes(i)[row]);
    if (has_unit) record[part.layout.words()] = coder.units()[row];
  }
  return OkStatus();
}

RecordCollector::RecordCollector(const ReadRequest& request, const ScanPlan& plan,
                                 SharedDictionaries& dictionaries, const data::SipKey& unit_key,
                                 const ReadLimits& limits)
    : request_(request),
      plan_(plan),
      dictionaries_(dictionaries),
      unit_key_(unit_key),
      limits_(limits) {}

RecordCollector::~RecordCollector() = default;

RecordCollector::Worker* RecordCollector::Borrow() {
  const std::lock_guard lock(mutex_);
  if (idle_.empty()) {
    workers_.push_back(std::make_unique<Worker>(*this, limits_.memory_bytes / 2 / limits_.threads));
    workers_.back()->bits.resize(plan_.encoded.size());
    return workers_.back().get();
  }
  Worker* const worker = idle_.back();
  idle_.pop_back();
  return worker;
}

void RecordCollector::GiveBack(Worker* worker) {
  const std::span<const uint64_t> units = worker->coder.units();
  const auto missing = std::count(units.begin(), units.end(), uint64_t{0});
  const std::lock_guard lock(mutex_);
  rows_without_unit_ += static_cast<uint64_t>(missing);
  idle_.push_back(worker);
}

Status RecordCollector::Take(const data::Batch& batch) {
  Worker* const worker = Borrow();
  Status status = worker->Add(batch);
  GiveBack(worker);
  return status;
}

void RecordCollector::SortDictionaries(CodedTable& table) {
  new_codes_.clear();
  for (size_t i = 0; i < dictionaries_.size(); ++i) {
    new_codes_.push_back(dictionaries_[i]->values().Sort());
    table.columns[plan_.encoded[i]].values = std::move(dictionaries_[i]->values());
  }
}

KeyLayout RecordCollector::FinalLayout(const CodedTable& table) const {
  std::vector<unsigned> bits;
  bits.reserve(plan_.encoded.size());
  for (const size_t column : plan_.encoded) {
    bits.push_back(BitsFor(table.columns[column].values.size()));
  }
  return KeyLayout(bits);
}

StatusOr<RecordRun> RecordCollector::CollapsePartition(const KeyLayout& layout,
                                                       size_t partition) const {
  const uint64_t buffer_words =
      std::max(kLeastBufferBytes, limits_.memory_bytes / 8 / limits_.threads) / sizeof(uint64_t);
  RecordRun run;
  if (shape_.has_unit) run.units_begin.push_back(0);
  std::vector<uint64_t> rows;
  const auto collapse = [&] {
    if (rows.empty()) return;
    RecordRun next = CollapseRecords(shape_, rows);
    run = run.records() == 0 ? std::move(next) : MergeRuns(shape_, run, next);
  };
  for (const Part& part : parts_) {
    const size_t stride = part.store->stride();
    WEIR_RETURN_IF_ERROR(part.store->ForEachBlock(partition, [&](std::span<const uint64_t> block) {
      for (size_t at = 0; at < block.size(); at += stride) {
        const size_t begin = rows.size();
        rows.resize(begin + shape_.words());
        for (size_t i = 0; i < layout.columns(); ++i) {
          layout.Put(&rows[begin], i, new_codes_[i][part.layout.Get(&block[at], i)]);
        }
        if (shape_.has_unit) rows.back() = block[at + stride - 1];
      }
      if (rows.size() >= buffer_words) collapse();
    }));
  }
  collapse();
  return run;
}

// What the records of a run will take in a CodedTable.
uint64_t RecordCollector::BytesOf(const RecordRun& run) const {
  return run.records() * (plan_.encoded.size() * sizeof(uint32_t) + sizeof(uint64_t)) +
         (run.units_begin.size() + run.units.size()) * sizeof(uint64_t);
}

// Refuses at the partition that exceeds the budget: whether one does is a matter of their sum, so
// threads do not show.
StatusOr<std::vector<RecordRun>> RecordCollector::Collapse(const KeyLayout& layout) const {
  std::vector<RecordRun> runs(kPartitions);
  std::atomic<uint64_t> bytes = 0;
  WEIR_RETURN_IF_ERROR(
      ForEachInParallel(limits_.threads, 0, kPartitions, [&](size_t partition) -> Status {
        WEIR_ASSIGN_OR_RETURN(runs[partition], CollapsePartition(layout, partition));
        const uint64_t more = BytesOf(runs[partition]);
        if (bytes.fetch_add(more) + more <= limits_.memory_bytes / 2) return OkStatus();
        return TooManyRecords(limits_.memory_bytes);
      }));
  return runs;
}

void RecordCollector::Unpack(const KeyLayout& layout, std::vector<RecordRun>& runs,
                             CodedTable& table) const {
  size_t records = 0;
  for (const RecordRun& run : runs) records += run.records();
  for (const size_t column : plan_.encoded) table.columns[column].codes.reserve(records);
  table.rows_of_record.reserve(records);
  if (shape_.has_unit) table.units_of_record.begin.push_back(0);
  for (RecordRun& run : runs) {
    for (size_t i = 0; i < plan_.encoded.size(); ++i) {
      std::vector<uint32_t>& codes = table.columns[plan_.encoded[i]].codes;
      for (size_t at = 0; at < run.keys.size(); at += shape_.key_words) {
        codes.push_back(layout.Get(&run.keys[at], i));
      }
    }
    table.rows_of_record.insert(table.rows_of_record.end(), run.rows.begin(), run.rows.end());
    PerTuple<uint64_t>& units = table.units_of_record;
    for (size_t i = 1; i < run.units_begin.size(); ++i) {
      units.begin.push_back(units.items.size() + run.units_begin[i]);
    }
    units.items.insert(units.items.end(), run.units.begin(), run.units.end());
    run = {};
  }
}

std::vector<RecordCollector::Part> RecordCollector::TakeParts() {
  std::vector<Part> parts;
  for (const auto& worker : workers_) {
    std::move(worker->parts.begin(), worker->parts.end(), std::back_inserter(parts));
  }
  workers_.clear();
  idle_.clear();
  return parts;
}

Status RecordCollector::Finish(CodedTable& table) {
  parts_ = TakeParts();
  SortDictionaries(table);
  const KeyLayout layout = FinalLayout(table);
  if (layout.words() > kMostKeyWords) return TooWide();
  shape_ = {
      .key_words = layout.words(), .has_unit = !plan_.unit.empty(), .unit_cap = request_.unit_cap};
  WEIR_ASSIGN_OR_RETURN(std::vector<RecordRun> runs, Collapse(layout));
  for (const Part& part : parts_) table.facts.spilled_bytes += part.store->spilled_bytes();
  parts_.clear();
  Unpack(layout, runs, table);
  return OkStatus();
}

}  // namespace weir::anon::internal
