// SPDX-License-Identifier: Apache-2.0
#include "weir/anon/internal/table_coder.h"

#include <algorithm>
#include <array>
#include <cstring>

#include "weir/data/duckdb/file_scanner.h"

namespace weir::anon::internal {
namespace {

using data::BatchColumn;
using data::CellKind;

bool IsPresent(const BatchColumn& column, size_t row) {
  return column.present == nullptr || (column.present[row / 64] >> (row % 64) & 1) != 0;
}

int64_t NumberAt(const BatchColumn& column, size_t row) {
  if (column.kind == CellKind::kDays) return static_cast<const int32_t*>(column.cells)[row];
  return static_cast<const int64_t*>(column.cells)[row];
}

void AppendWord(std::string& text, uint64_t word) {
  std::array<char, sizeof(word)> bytes{};
  std::memcpy(bytes.data(), &word, sizeof(word));
  text.append(bytes.data(), bytes.size());
}

}  // namespace

ScanPlan PlanScan(const ReadRequest& request, bool kept) {
  ScanPlan plan;
  for (size_t i = 0; i < request.columns.size(); ++i) {
    if (!kept && request.columns[i].use == ColumnUse::kKept) continue;
    plan.encoded.push_back(i);
    plan.columns.push_back(request.columns[i].name);
  }
  for (const std::string& name : request.unit) {
    const auto found = std::find(plan.columns.begin(), plan.columns.end(), name);
    plan.unit.push_back(static_cast<size_t>(found - plan.columns.begin()));
    if (found == plan.columns.end()) plan.columns.push_back(name);
  }
  return plan;
}

StatusOr<std::string> TextOfCell(const ColumnRequest& request, const BatchColumn& column,
                                 size_t row) {
  if (!IsPresent(column, row)) return std::string();
  std::string text;
  if (column.kind == CellKind::kText) {
    text = static_cast<const std::string_view*>(column.cells)[row];
    if (!data::IsUtf8(text)) {
      return InvalidArgument("column %s: a text is not UTF-8", QuoteText(request.name).c_str());
    }
  } else {
    const int64_t value = NumberAt(column, row);
    WEIR_ASSIGN_OR_RETURN(
        text, data::TextOf(column.kind,
                           request.step.has_value() ? FloorTo(*request.step, value) : value));
  }
  const auto& missing = request.missing;
  if (std::find(missing.begin(), missing.end(), text) != missing.end()) return std::string();
  return !text.empty() && request.reduce ? request.reduce(text) : text;
}

TableCoder::TableCoder(const ReadRequest& request, const ScanPlan& plan,
                       SharedDictionaries& dictionaries, const data::SipKey& unit_key)
    : request_(request), plan_(plan), unit_key_(unit_key), codes_(dictionaries.size()) {
  encoders_.reserve(dictionaries.size());
  for (const auto& dictionary : dictionaries) encoders_.emplace_back(*dictionary);
}

// Lengths before texts: ("ab", "c") and ("a", "bc") are two units.
Status TableCoder::AppendUnitCell(const data::Batch& batch, size_t part, size_t row,
                                  bool& missing) {
  const BatchColumn& column = batch.columns[plan_.unit[part]];
  if (!IsPresent(column, row)) {
    missing = true;
    return OkStatus();
  }
  std::string number;
  std::string_view text;
  if (column.kind == CellKind::kText) {
    text = static_cast<const std::string_view*>(column.cells)[row];
  } else {
    WEIR_ASSIGN_OR_RETURN(number, data::TextOf(column.kind, NumberAt(column, row)));
    text = number;
  }
  missing = missing || text.empty();
  if (part < request_.unit_missing.size()) {
    const std::vector<std::string>& markers = request_.unit_missing[part];
    missing = missing || std::find(markers.begin(), markers.end(), text) != markers.end();
  }
  AppendWord(unit_text_, text.size());
  unit_text_.append(text);
  return OkStatus();
}

Status TableCoder::HashUnits(const data::Batch& batch) {
  units_.resize(plan_.unit.empty() ? 0 : rows_);
  for (size_t row = 0; row < units_.size(); ++row) {
    unit_text_.clear();
    bool missing = false;
    for (size_t part = 0; part < plan_.unit.size(); ++part) {
      WEIR_RETURN_IF_ERROR(AppendUnitCell(batch, part, row, missing));
    }
    units_[row] = missing ? 0 : std::max<uint64_t>(1, data::SipHash64(unit_key_, unit_text_));
  }
  return OkStatus();
}

Status TableCoder::Encode(const data::Batch& batch) {
  rows_ = batch.rows;
  for (size_t i = 0; i < encoders_.size(); ++i) {
    if (codes_[i].size() < rows_) codes_[i].resize(rows_);
    const std::span<uint32_t> codes = std::span<uint32_t>(codes_[i]).first(rows_);
    if (Status status = encoders_[i].Encode(batch.columns[i], codes); !status.ok()) {
      failed_row_ = encoders_[i].failed_row();
      return status;
    }
  }
  return HashUnits(batch);
}

}  // namespace weir::anon::internal
