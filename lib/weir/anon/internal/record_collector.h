// SPDX-License-Identifier: Apache-2.0
#ifndef WEIR_ANON_INTERNAL_RECORD_COLLECTOR_H_
#define WEIR_ANON_INTERNAL_RECORD_COLLECTOR_H_

#include <cstdint>
#include <memory>
#include <mutex>
#include <vector>

#include "weir/anon/internal/coded_table.h"
#include "weir/anon/internal/key_layout.h"
#include "weir/anon/internal/record_runs.h"
#include "weir/anon/internal/table_coder.h"
#include "weir/anon/microdata.h"
#include "weir/base/status.h"
#include "weir/data/batch.h"
#include "weir/data/word_store.h"

namespace weir::anon::internal {

// Collapses the rows of a pass to distinct combinations of codes, out of core.
//
// While rows arrive, each thread packs them into records of a few words, in the layout that the
// dictionaries ask for at the time, and puts them into 512 partitions by a hash of the texts; what
// does not fit the memory goes to an unnamed file. Then each partition is sorted and collapsed by
// itself. The hash is of texts, not of codes, so neither threads nor memory show in the result.
class RecordCollector {
 public:
  // All must outlive the collector.
  RecordCollector(const ReadRequest& request, const ScanPlan& plan,
                  SharedDictionaries& dictionaries, const data::SipKey& unit_key,
                  const ReadLimits& limits);
  ~RecordCollector();
  RecordCollector(const RecordCollector&) = delete;
  RecordCollector& operator=(const RecordCollector&) = delete;

  // Thread-safe.
  Status Take(const data::Batch& batch);

  // Of those taken so far.
  uint64_t rows_without_unit() const { return rows_without_unit_; }

  // Fills the columns that were encoded, rows and units of the records; sorts the dictionaries.
  // Once. Errors: RESOURCE_EXHAUSTED the records take more than half of the memory, or one takes
  // more than kMostKeyWords words.
  Status Finish(CodedTable& table);

 private:
  struct Worker;
  // Records of one layout.
  struct Part {
    KeyLayout layout;
    std::unique_ptr<data::WordStore> store;
  };

  Worker* Borrow();
  void GiveBack(Worker* worker);
  std::vector<Part> TakeParts();
  void SortDictionaries(CodedTable& table);
  KeyLayout FinalLayout(const CodedTable& table) const;
  StatusOr<RecordRun> CollapsePartition(const KeyLayout& layout, size_t partition) const;
  uint64_t BytesOf(const RecordRun& run) const;
  StatusOr<std::vector<RecordRun>> Collapse(const KeyLayout& layout) const;
  void Unpack(const KeyLayout& layout, std::vector<RecordRun>& runs, CodedTable& table) const;

  const ReadRequest& request_;
  const ScanPlan& plan_;
  SharedDictionaries& dictionaries_;
  const data::SipKey& unit_key_;
  const ReadLimits& limits_;
  std::mutex mutex_;
  uint64_t rows_without_unit_ = 0;
  std::vector<std::unique_ptr<Worker>> workers_;
  std::vector<Worker*> idle_;
  std::vector<Part> parts_;
  RecordShape shape_;
  // By encoded column: what the codes in `parts_` have become.
  std::vector<std::vector<uint32_t>> new_codes_;
};

}  // namespace weir::anon::internal

#endif  // WEIR_ANON_INTERNAL_RECORD_COLLECTOR_H_
