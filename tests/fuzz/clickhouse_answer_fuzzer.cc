// SPDX-License-Identifier: Apache-2.0
// Answers of a ClickHouse server: in pieces of any size the same as at once, and what is taken of
// them is a table, or are batches, of the shape that was asked for. The first byte says which
// question was asked, the second is the size of a piece.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "tests/data/clickhouse/shard_question.h"
#include "weir/base/status.h"
#include "weir/data/clickhouse/internal/native_reader.h"
#include "weir/data/clickhouse/internal/server_batch.h"
#include "weir/data/clickhouse/internal/shard_cells.h"

namespace weir::data::internal {
namespace {

using test_clickhouse::ShardQuestion;

constexpr size_t kMostBytes = size_t{1} << 20;
constexpr size_t kMostRows = 100'000;
const std::vector<std::string> kRowNames = {"a", "b", "c", "d", "e"};
const std::vector<CellKind> kRowKinds = {CellKind::kText, CellKind::kInt64, CellKind::kDouble,
                                         CellKind::kDays, CellKind::kMicros};

const ShardQuestion& Question() {
  static const ShardQuestion question;
  return question;
}

// The text of an answer; the code alone where it is refused.
struct Outcome {
  StatusCode code = StatusCode::kOk;
  std::string text = {};
  bool operator==(const Outcome&) const = default;
};

Status ReadAll(std::string_view stream, const std::vector<std::string>& names, size_t piece,
               const NativeReader::BlockHandler& handler) {
  NativeReader reader(names, kMostBytes);
  for (size_t at = 0; at < stream.size(); at += piece) {
    WEIR_RETURN_IF_ERROR(reader.Add(stream.substr(at, piece), handler));
  }
  return reader.Finish();
}

std::string TextOf(const BatchColumn& column, size_t row) {
  if (column.present != nullptr && (column.present[row / 64] >> (row % 64) & 1) == 0) return "-";
  switch (column.kind) {
    case CellKind::kText:
      return std::string(static_cast<const std::string_view*>(column.cells)[row]);
    case CellKind::kDouble:
      return std::to_string(static_cast<const double*>(column.cells)[row]);
    case CellKind::kDays:
      return std::to_string(static_cast<const int32_t*>(column.cells)[row]);
    default:
      return std::to_string(static_cast<const int64_t*>(column.cells)[row]);
  }
}

Outcome ReadRows(std::string_view stream, size_t piece) {
  ServerBatch maker(kRowKinds);
  Outcome outcome;
  size_t rows = 0;
  const Status status = ReadAll(stream, kRowNames, piece, [&](const NativeBlock& block) -> Status {
    WEIR_ASSIGN_OR_RETURN(const Batch* const batch, maker.Make(block));
    WEIR_CHECK(batch->columns.size() == kRowKinds.size() && batch->rows > 0);
    rows += batch->rows;
    if (rows > kMostRows) return Unavailable("enough");
    for (size_t row = 0; row < batch->rows; ++row) {
      for (const BatchColumn& column : batch->columns) outcome.text += TextOf(column, row) + "|";
    }
    return OkStatus();
  });
  if (!status.ok()) return {.code = status.code()};
  return outcome;
}

void CheckBins(const AggregateTable& table) {
  const size_t bins[] = {test_clickhouse::kStepBins, test_clickhouse::kEdgeBins};
  WEIR_CHECK(table.bins.size() == std::size(bins));
  for (size_t b = 0; b < table.bins.size(); ++b) {
    for (const AggregateTable::BinCount& count : table.bins[b]) {
      WEIR_CHECK(count.cell < table.cells.size() && count.bin < bins[b] && count.rows >= 0);
    }
  }
}

std::string TextOf(const AggregateTable& table) {
  const size_t keys = Question().query().keys.size();
  WEIR_CHECK(table.values.size() == table.cells.size() * table.measures);
  WEIR_CHECK(table.key_codes.size() == table.cells.size() * keys);
  CheckBins(table);
  std::string text;
  size_t open = 0;
  for (size_t key = 0; key < keys; ++key) {
    const KeyDomain& domain = Question().query().keys[key];
    const size_t codes = domain.open ? table.open_values[open++].size() : domain.size();
    for (size_t cell = 0; cell < table.cells.size(); ++cell) {
      WEIR_CHECK(table.key_codes[cell * keys + key] < codes);
    }
  }
  for (const auto& values : table.open_values) {
    for (size_t i = 0; i < values.size(); ++i) {
      WEIR_CHECK(std::count(values.begin(), values.end(), values[i]) == 1);
      text += values[i].value_or("-") + "|";
    }
  }
  for (const int128 value : table.values) text += std::to_string(static_cast<int64_t>(value)) + "|";
  return text;
}

Outcome ReadCells(std::string_view stream, size_t piece) {
  ShardCells cells(Question().query(), Question().bounded(), kMostBytes);
  const ShardSql& sql = Question().sql();
  const Status status = ReadAll(stream, sql.cells.names, piece, [&](const NativeBlock& block) {
    return cells.AddCells(sql.layout, block);
  });
  if (!status.ok()) return {.code = status.code()};
  return {.text = TextOf(cells.Finish())};
}

Outcome ReadHistograms(std::string_view stream, size_t piece) {
  ShardCells cells(Question().query(), Question().bounded(), kMostBytes);
  const Status status =
      ReadAll(stream, Question().sql().histograms.names, piece,
              [&](const NativeBlock& block) { return cells.AddHistograms(block); });
  if (!status.ok()) return {.code = status.code()};
  std::string text;
  for (const auto& counts : cells.Finish().unit_counts) {
    for (const int64_t count : counts) {
      WEIR_CHECK(count >= 0);
      text += std::to_string(count) + "|";
    }
  }
  return {.text = text};
}

}  // namespace
}  // namespace weir::data::internal

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace weir::data::internal;  // NOLINT(google-build-using-namespace)
  if (size < 2) return 0;
  const std::string_view stream(reinterpret_cast<const char*>(data) + 2, size - 2);
  const auto read = data[0] % 3 == 0 ? ReadRows : data[0] % 3 == 1 ? ReadCells : ReadHistograms;
  WEIR_CHECK(read(stream, size_t{data[1]} + 1) == read(stream, size));
  return 0;
}
