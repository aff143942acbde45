// SPDX-License-Identifier: Apache-2.0
#include "weir/data/clickhouse/internal/server_batch.h"

#include <algorithm>

namespace weir::data::internal {
namespace {

constexpr int64_t kMicrosPerSecond = 1'000'000;

}  // namespace

StatusOr<const Batch*> ServerBatch::Make(const NativeBlock& block) {
  batch_.rows = block.rows;
  batch_.columns.clear();
  for (size_t i = 0; i < columns_.size(); ++i) {
    WEIR_ASSIGN_OR_RETURN(const void* const cells, CellsOf(i, block));
    batch_.columns.push_back({.kind = kinds_[i],
                              .cells = cells,
                              .present = PresentOf(block.columns[i], block.rows, columns_[i])});
  }
  return &batch_;
}

const uint64_t* ServerBatch::PresentOf(const NativeColumn& from, size_t rows, Column& to) {
  if (from.nulls == nullptr) return nullptr;
  to.present.assign((rows + 63) / 64, 0);
  for (size_t row = 0; row < rows; ++row) {
    to.present[row / 64] |= uint64_t{from.nulls[row] == 0 ? 1u : 0u} << (row % 64);
  }
  return to.present.data();
}

StatusOr<const void*> ServerBatch::CellsOf(size_t position, const NativeBlock& block) {
  const NativeColumn& from = block.columns[position];
  Column& to = columns_[position];
  const CellKind kind = kinds_[position];
  const bool is_text = !from.texts.empty();
  const bool is_float = from.type == "Float64";
  // A UInt64, into which a column may be changed after it was described, is asked for as text.
  const bool is_int = !is_text && !is_float && from.type != "Float32" && from.type != "UInt64";
  // A second of 64 bits may be no microsecond of 64.
  const bool is_time = is_int && from.width <= sizeof(int32_t);
  if (kind == CellKind::kText && is_text) return from.texts.data();
  if (kind == CellKind::kDouble && is_float) {
    to.doubles.resize(block.rows);
    std::copy_n(from.numbers, block.rows * sizeof(double),
                reinterpret_cast<char*>(to.doubles.data()));
    return to.doubles.data();
  }
  if (kind == CellKind::kDays && is_time) {
    to.days.resize(block.rows);
    for (size_t row = 0; row < block.rows; ++row) {
      to.days[row] = static_cast<int32_t>(from.IntAt(row));
    }
    return to.days.data();
  }
  if (kind == CellKind::kInt64 ? is_int : kind == CellKind::kMicros && is_time) {
    to.numbers.resize(block.rows);
    const int64_t factor = kind == CellKind::kMicros ? kMicrosPerSecond : 1;
    for (size_t row = 0; row < block.rows; ++row) to.numbers[row] = from.IntAt(row) * factor;
    return to.numbers.data();
  }
  return DataLoss("the server's answer has a column of another type");
}

}  // namespace weir::data::internal
