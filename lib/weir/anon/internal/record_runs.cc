// SPDX-License-Identifier: Apache-2.0
#include "weir/anon/internal/record_runs.h"

#include <algorithm>
#include <array>
#include <compare>
#include <iterator>
#include <span>

#include "weir/anon/internal/key_layout.h"
#include "weir/base/status.h"

namespace weir::anon::internal {
namespace {

static_assert(kMostKeyWords + 1 == 9);

template <size_t Words>
void SortRowsOf(std::vector<uint64_t>& rows) {
  using Row = std::array<uint64_t, Words>;
  static_assert(sizeof(Row) == Words * sizeof(uint64_t));
  auto* const first = reinterpret_cast<Row*>(rows.data());
  std::sort(first, first + rows.size() / Words);
}

void SortRows(size_t words, std::vector<uint64_t>& rows) {
  switch (words) {
    case 1:
      return SortRowsOf<1>(rows);
    case 2:
      return SortRowsOf<2>(rows);
    case 3:
      return SortRowsOf<3>(rows);
    case 4:
      return SortRowsOf<4>(rows);
    case 5:
      return SortRowsOf<5>(rows);
    case 6:
      return SortRowsOf<6>(rows);
    case 7:
      return SortRowsOf<7>(rows);
    case 8:
      return SortRowsOf<8>(rows);
    default:
      WEIR_CHECK(words == 9);
      return SortRowsOf<9>(rows);
  }
}

std::span<const uint64_t> KeyOf(const RecordShape& shape, const RecordRun& run, size_t record) {
  return std::span<const uint64_t>(run.keys).subspan(record * shape.key_words, shape.key_words);
}

std::span<const uint64_t> UnitsOf(const RecordRun& run, size_t record) {
  const uint64_t begin = run.units_begin[record];
  return std::span<const uint64_t>(run.units).subspan(begin, run.units_begin[record + 1] - begin);
}

void AppendRecord(const RecordShape& shape, const RecordRun& from, size_t record, RecordRun& to) {
  const auto key = KeyOf(shape, from, record);
  to.keys.insert(to.keys.end(), key.begin(), key.end());
  to.rows.push_back(from.rows[record]);
  if (!shape.has_unit) return;
  const auto units = UnitsOf(from, record);
  to.units.insert(to.units.end(), units.begin(), units.end());
  to.units_begin.push_back(to.units.size());
}

// Adds record `record` of `from` to the last one of `to`.
void JoinRecord(const RecordShape& shape, const RecordRun& from, size_t record, RecordRun& to) {
  to.rows.back() += from.rows[record];
  if (!shape.has_unit) return;
  const uint64_t begin = to.units_begin[to.records() - 1];
  const std::vector<uint64_t> mine(to.units.begin() + static_cast<ptrdiff_t>(begin),
                                   to.units.end());
  to.units.resize(begin);
  const auto others = UnitsOf(from, record);
  std::set_union(mine.begin(), mine.end(), others.begin(), others.end(),
                 std::back_inserter(to.units));
  to.units.resize(std::min<uint64_t>(to.units.size(), begin + shape.unit_cap));
  to.units_begin.back() = to.units.size();
}

}  // namespace

RecordRun CollapseRecords(const RecordShape& shape, std::vector<uint64_t>& rows) {
  const size_t words = shape.words();
  SortRows(words, rows);
  RecordRun run;
  if (shape.has_unit) run.units_begin.push_back(0);
  const uint64_t* last = nullptr;
  for (size_t at = 0; at < rows.size(); at += words) {
    const uint64_t* const row = rows.data() + at;
    if (last == nullptr || !std::equal(row, row + shape.key_words, last)) {
      run.keys.insert(run.keys.end(), row, row + shape.key_words);
      run.rows.push_back(0);
      if (shape.has_unit) run.units_begin.push_back(run.units.size());
    }
    ++run.rows.back();
    last = row;
    if (!shape.has_unit) continue;
    const uint64_t unit = row[shape.key_words];
    const uint64_t begin = run.units_begin[run.records() - 1];
    const uint64_t count = run.units.size() - begin;
    // Units of a key come in ascending order.
    if (unit == 0 || count == shape.unit_cap || (count > 0 && run.units.back() == unit)) continue;
    run.units.push_back(unit);
    run.units_begin.back() = run.units.size();
  }
  rows = {};
  return run;
}

// NOLINTNEXTLINE(bugprone-easily-swappable-parameters): the order does not matter
RecordRun MergeRuns(const RecordShape& shape, const RecordRun& a, const RecordRun& b) {
  RecordRun merged;
  if (shape.has_unit) merged.units_begin.push_back(0);
  size_t i = 0;
  size_t j = 0;
  while (i < a.records() || j < b.records()) {
    std::strong_ordering order = std::strong_ordering::less;
    if (i == a.records()) {
      order = std::strong_ordering::greater;
    } else if (j < b.records()) {
      const auto left = KeyOf(shape, a, i);
      const auto right = KeyOf(shape, b, j);
      order = std::lexicographical_compare_three_way(left.begin(), left.end(), right.begin(),
                                                     right.end());
    }
    if (order <= 0) AppendRecord(shape, a, i++, merged);
    if (order > 0) AppendRecord(shape, b, j++, merged);
    if (order == 0) JoinRecord(shape, b, j++, merged);
  }
  return merged;
}

}  // namespace weir::anon::internal
