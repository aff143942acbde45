// SPDX-License-Identifier: Apache-2.0
#include "weir/anon/internal/streamed_rows.h"

#include <algorithm>
#include <bit>
#include <cstring>
#include <mutex>
#include <string_view>
#include <utility>

#include "weir/anon/internal/key_layout.h"
#include "weir/anon/internal/progress.h"
#include "weir/anon/internal/table_coder.h"
#include "weir/anon/internal/tuple_index.h"
#include "weir/base/catch_memory.h"

namespace weir::anon::internal {
namespace {

constexpr size_t kMostBuckets = 4096;
constexpr uint64_t kLeastBufferBytes = 4096;

void AppendNumber(std::string& bytes, uint32_t number) {
  char raw[sizeof(number)];
  std::memcpy(raw, &number, sizeof(number));
  bytes.append(raw, sizeof(raw));
}

uint32_t TakeNumber(const char*& at) {
  uint32_t number = 0;
  std::memcpy(&number, at, sizeof(number));
  at += sizeof(number);
  return number;
}

Status Changed() { return DataLoss("the input has other rows than before: it was changed"); }

KeyLayout LayoutOf(const CodedTable& table, const ScanPlan& plan) {
  std::vector<unsigned> bits;
  for (const size_t column : plan.encoded) {
    const size_t values = table.columns[column].values.size();
    bits.push_back(values <= 1 ? 0 : static_cast<unsigned>(std::bit_width(values - 1)));
  }
  return KeyLayout(bits);
}

}  // namespace

// Spools the rows of one batch after the other, on several threads at once.
class StreamedRows::Dealer {
 public:
  explicit Dealer(StreamedRows& rows);

  Status Take(const data::Batch& batch);
  Status Finish();
  const std::vector<std::string>& columns() const { return plan_.columns; }

 private:
  // What one thread has.
  struct Hand {
    Hand(const Dealer& dealer, SharedDictionaries& dictionaries)
        : coder(dealer.request_, dealer.plan_, dictionaries, dealer.no_key_),
          buffers(dealer.buckets_) {}
    TableCoder coder;
    std::vector<std::string> buffers;  // by bucket
    std::vector<uint32_t> bucket_of;   // by row of the batch
    std::string row;
  };

  Status Deal(Hand& hand, const data::Batch& batch);
  Status MakeRow(Hand& hand, const data::Batch& batch, size_t row, uint32_t tuple) const;
  StatusOr<uint32_t> TupleOf(const Hand& hand, size_t row) const;
  void ChooseBuckets(Hand& hand, size_t rows);

  StreamedRows& rows_;
  ReadRequest request_;  // without a unit
  ScanPlan plan_;
  KeyLayout layout_;
  size_t buckets_;
  uint64_t buffer_bytes_;
  data::SipKey no_key_;
  TupleIndex records_;
  // By output column: where its cells are in a batch, and who makes its texts.
  std::vector<size_t> place_;
  SharedDictionaries dictionaries_;
  std::mutex mutex_;
  std::vector<std::unique_ptr<Hand>> hands_;
  std::vector<Hand*> idle_;
  uint64_t dealt_ = 0;
};

StreamedRows::Dealer::Dealer(StreamedRows& rows)
    : rows_(rows),
      request_(rows.table_.request),
      plan_(),
      layout_(std::span<const unsigned>()),
      buckets_(rows.spool_->buckets()),
      buffer_bytes_(std::max(kLeastBufferBytes,
                             rows.limits_.memory_bytes / 16 / rows.limits_.threads / buckets_)),
      records_(1) {
  request_.unit.clear();
  plan_ = PlanScan(request_, /*kept=*/false);
  layout_ = LayoutOf(rows.table_, plan_);
  records_ = TupleIndex(layout_.words());
  for (const size_t column : plan_.encoded) {
    dictionaries_.push_back(std::make_unique<SharedDictionary>(request_.columns[column],
                                                               rows.table_.columns[column].values));
  }
  for (size_t record = 0; record < rows.table_.facts.records; ++record) {
    uint64_t key[kMostKeyWords] = {};
    for (size_t i = 0; i < plan_.encoded.size(); ++i) {
      layout_.Put(key, i, rows.table_.columns[plan_.encoded[i]].codes[record]);
    }
    records_.Add(key);
  }
  for (const OutputCells::Column& column : rows.cells_.columns()) {
    if (column.coded == nullptr) {
      place_.push_back(0);
      continue;
    }
    const auto found = std::find(plan_.columns.begin(), plan_.columns.end(), column.coded->name);
    place_.push_back(static_cast<size_t>(found - plan_.columns.begin()));
    if (found == plan_.columns.end()) plan_.columns.push_back(column.coded->name);
  }
}

StatusOr<uint32_t> StreamedRows::Dealer::TupleOf(const Hand& hand, size_t row) const {
  uint64_t key[kMostKeyWords] = {};
  for (size_t i = 0; i < plan_.encoded.size(); ++i) {
    layout_.Put(key, i, hand.coder.codes(i)[row]);
  }
  const uint32_t record = records_.Find(key);
  if (record == TupleIndex::kNone) return Changed();
  return rows_.collapsed_.tuple_of_record[record];
}

Status StreamedRows::Dealer::MakeRow(Hand& hand, const data::Batch& batch, size_t row,
                                     uint32_t tuple) const {
  hand.row.clear();
  AppendNumber(hand.row, 0);
  AppendNumber(hand.row, tuple);
  const std::vector<OutputCells::Column>& columns = rows_.cells_.columns();
  for (size_t i = 0; i < columns.size(); ++i) {
    if (columns[i].coded == nullptr) continue;
    if (!rows_.IsText(columns[i])) {
      AppendNumber(hand.row, hand.coder.codes(place_[i])[row]);
      continue;
    }
    WEIR_ASSIGN_OR_RETURN(
        const std::string text,
        TextOfCell(rows_.table_.request.columns[columns[i].place], batch.columns[place_[i]], row));
    AppendNumber(hand.row, static_cast<uint32_t>(text.size()));
    hand.row += text;
  }
  const auto size = static_cast<uint32_t>(hand.row.size());
  std::memcpy(hand.row.data(), &size, sizeof(size));
  return OkStatus();
}

// Under the lock: the order of what is drawn does not matter, but a source need not be thread-safe.
void StreamedRows::Dealer::ChooseBuckets(Hand& hand, size_t rows) {
  const bool shuffles = rows_.cells_.plan().shuffle;
  const uint64_t total = std::max<uint64_t>(rows_.table_.facts.rows, 1);
  hand.bucket_of.resize(rows);
  for (uint32_t& bucket : hand.bucket_of) {
    const uint64_t number = std::min(dealt_++, total - 1);
    bucket =
        static_cast<uint32_t>(shuffles ? UniformBelow(rows_.random_, buckets_)
                                       : static_cast<uint64_t>(uint128{number} * buckets_ / total));
  }
}

Status StreamedRows::Dealer::Deal(Hand& hand, const data::Batch& batch) {
  WEIR_RETURN_IF_ERROR(hand.coder.Encode(batch));
  uint64_t written = 0;
  uint64_t suppressed = 0;
  for (size_t row = 0; row < batch.rows; ++row) {
    WEIR_ASSIGN_OR_RETURN(const uint32_t tuple, TupleOf(hand, row));
    suppressed += rows_.cells_.IsSuppressed(tuple) ? 1 : 0;
    if (rows_.cells_.IsLeftOut(tuple)) continue;
    ++written;
    WEIR_RETURN_IF_ERROR(MakeRow(hand, batch, row, tuple));
    std::string& buffer = hand.buffers[hand.bucket_of[row]];
    buffer += hand.row;
    if (buffer.size() < buffer_bytes_) continue;
    WEIR_RETURN_IF_ERROR(rows_.spool_->Append(hand.bucket_of[row], buffer));
    buffer.clear();
  }
  const std::lock_guard lock(mutex_);
  rows_.rows_written_ += written;
  rows_.rows_suppressed_ += suppressed;
  return OkStatus();
}

Status StreamedRows::Dealer::Take(const data::Batch& batch) {
  Hand* hand = nullptr;
  {
    const std::lock_guard lock(mutex_);
    if (idle_.empty()) {
      hands_.push_back(std::make_unique<Hand>(*this, dictionaries_));
      idle_.push_back(hands_.back().get());
    }
    hand = idle_.back();
    idle_.pop_back();
    ChooseBuckets(*hand, batch.rows);
  }
  Status status = Deal(*hand, batch);
  const std::lock_guard lock(mutex_);
  idle_.push_back(hand);
  return status;
}

Status StreamedRows::Dealer::Finish() {
  if (dealt_ != rows_.table_.facts.rows) return Changed();
  for (const auto& hand : hands_) {
    for (size_t bucket = 0; bucket < buckets_; ++bucket) {
      if (hand->buffers[bucket].empty()) continue;
      WEIR_RETURN_IF_ERROR(rows_.spool_->Append(bucket, hand->buffers[bucket]));
    }
  }
  return OkStatus();
}

StreamedRows::StreamedRows(const CodedTable& table, const CollapsedTable& collapsed,
                           const OutputCells& cells, const ReadLimits& limits, RandomSource& random)
    : table_(table), collapsed_(collapsed), cells_(cells), limits_(limits), random_(random) {
  out_.columns.resize(cells.columns().size());
}

StreamedRows::~StreamedRows() = default;

// Cells of columns that are carried only have no codes.
bool StreamedRows::IsText(const OutputCells::Column& column) const {
  return column.coded != nullptr && column.coded->use == ColumnUse::kKept;
}

// So many that one of them takes about an eighth of the memory.
StatusOr<size_t> StreamedRows::CountBuckets(uint64_t rows) const {
  const uint64_t enough = kMostBuckets * (limits_.memory_bytes / 8);
  WEIR_ASSIGN_OR_RETURN(const uint64_t text_bytes, table_.scanner->CountTextBytes(enough));
  uint64_t bytes = 2 * sizeof(uint32_t) * rows;
  for (const OutputCells::Column& column : cells_.columns()) {
    if (column.coded == nullptr) continue;
    bytes += rows * sizeof(uint32_t);
    if (IsText(column)) bytes += text_bytes;
  }
  const uint64_t wanted = bytes / (limits_.memory_bytes / 8) + 1;
  return static_cast<size_t>(std::min<uint64_t>(wanted, kMostBuckets));
}

Status StreamedRows::Spool() {
  WEIR_ASSIGN_OR_RETURN(const size_t buckets, CountBuckets(table_.facts.rows));
  spool_ = std::make_unique<RowSpool>(buckets, limits_.memory_bytes / 4, limits_.temp_folder);
  Dealer dealer(*this);
  const data::FileScanOptions options{
      .memory_bytes = std::max(limits_.memory_bytes / 4, uint64_t{32} << 20),
      .threads = cells_.plan().shuffle ? static_cast<int>(limits_.threads) : 1,
      .progress = OneAtATime(limits_.progress)};
  WEIR_RETURN_IF_ERROR(table_.scanner->Scan(
      dealer.columns(), options,
      [&](const data::Batch& batch) { return CatchMemory([&] { return dealer.Take(batch); }); }));
  WEIR_RETURN_IF_ERROR(dealer.Finish());
  return table_.scanner->CheckUnchanged();
}

Status StreamedRows::LoadBucket() {
  WEIR_ASSIGN_OR_RETURN(bucket_, spool_->Read(next_bucket_++));
  rows_.clear();
  next_row_ = 0;
  for (size_t at = 0; at < bucket_.size();) {
    rows_.push_back(at);
    const char* from = bucket_.data() + at;
    at += TakeNumber(from);
  }
  if (cells_.plan().shuffle) Shuffle(rows_, random_);
  return OkStatus();
}

void StreamedRows::AddRow(size_t begin) {
  const char* at = bucket_.data() + begin + sizeof(uint32_t);
  const uint32_t tuple = TakeNumber(at);
  for (size_t i = 0; i < out_.columns.size(); ++i) {
    const OutputCells::Column& column = cells_.columns()[i];
    if (!IsText(column)) {
      const uint32_t code = column.coded == nullptr ? 0 : TakeNumber(at);
      out_.columns[i].push_back(cells_.CellOf(column, tuple, code));
      continue;
    }
    const uint32_t size = TakeNumber(at);
    const bool starred = column.plan->starred && cells_.IsSuppressed(tuple);
    out_.columns[i].push_back(starred ? std::string_view(cells_.plan().suppressed_text)
                                      : std::string_view(at, size));
    at += size;
  }
}

StatusOr<const data::TextRows*> StreamedRows::Next() {
  while (next_row_ == rows_.size() && next_bucket_ < spool_->buckets()) {
    WEIR_RETURN_IF_ERROR(LoadBucket());
  }
  for (auto& column : out_.columns) column.clear();
  out_.rows = std::min(data::kTextRows, rows_.size() - next_row_);
  for (size_t i = 0; i < out_.rows; ++i) AddRow(rows_[next_row_++]);
  return &out_;
}

}  // namespace weir::anon::internal
