// SPDX-License-Identifier: Apache-2.0
#include "weir/anon/internal/record_runs.h"

#include <map>
#include <set>
#include <vector>

#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <rapidcheck/gtest.h>

#include "weir/anon/internal/key_layout.h"
#include "weir/anon/internal/sort_keys.h"

namespace weir::anon::internal {
namespace {

using Key = std::vector<uint64_t>;
struct Facts {
  uint64_t rows = 0;
  std::set<uint64_t> units;
};

std::vector<uint64_t> RandomRows(const RecordShape& shape) {
  const auto count = *rc::gen::inRange<size_t>(0, 60);
  std::vector<uint64_t> rows;
  for (size_t i = 0; i < count * shape.words(); ++i) {
    rows.push_back(*rc::gen::inRange<uint64_t>(0, 4));
  }
  return rows;
}

std::map<Key, Facts> SlowCollapse(const RecordShape& shape, const std::vector<uint64_t>& rows) {
  std::map<Key, Facts> slow;
  for (size_t at = 0; at < rows.size(); at += shape.words()) {
    const auto first = rows.begin() + static_cast<ptrdiff_t>(at);
    Facts& facts = slow[Key(first, first + static_cast<ptrdiff_t>(shape.key_words))];
    ++facts.rows;
    if (shape.has_unit && rows[at + shape.key_words] != 0) {
      facts.units.insert(rows[at + shape.key_words]);
    }
  }
  return slow;
}

void CheckRun(const RecordShape& shape, const RecordRun& run, const std::map<Key, Facts>& slow) {
  RC_ASSERT(run.records() == slow.size());
  size_t i = 0;
  for (const auto& [key, facts] : slow) {
    const auto first = run.keys.begin() + static_cast<ptrdiff_t>(i * shape.key_words);
    RC_ASSERT(Key(first, first + static_cast<ptrdiff_t>(shape.key_words)) == key);
    RC_ASSERT(run.rows[i] == facts.rows);
    if (shape.has_unit) {
      std::vector<uint64_t> smallest(facts.units.begin(), facts.units.end());
      smallest.resize(std::min<size_t>(smallest.size(), shape.unit_cap));
      const std::vector<uint64_t> units(
          run.units.begin() + static_cast<ptrdiff_t>(run.units_begin[i]),
          run.units.begin() + static_cast<ptrdiff_t>(run.units_begin[i + 1]));
      RC_ASSERT(units == smallest);
    }
    ++i;
  }
}

RecordShape RandomShape() {
  return {.key_words = *rc::gen::inRange<size_t>(1, kMostKeyWords + 1),
          .has_unit = *rc::gen::arbitrary<bool>(),
          .unit_cap = *rc::gen::inRange<uint32_t>(0, 4)};
}

RC_GTEST_PROP(RecordRunsPropertyTest, CollapsingIsExact, ()) {
  const RecordShape shape = RandomShape();
  std::vector<uint64_t> rows = RandomRows(shape);
  const auto slow = SlowCollapse(shape, rows);
  CheckRun(shape, CollapseRecords(shape, rows), slow);
}

RC_GTEST_PROP(RecordRunsPropertyTest, MergingIsCollapsingTogether, ()) {
  const RecordShape shape = RandomShape();
  std::vector<uint64_t> first = RandomRows(shape);
  std::vector<uint64_t> second = RandomRows(shape);
  std::vector<uint64_t> both = first;
  both.insert(both.end(), second.begin(), second.end());
  const auto slow = SlowCollapse(shape, both);
  const RecordRun a = CollapseRecords(shape, first);
  const RecordRun b = CollapseRecords(shape, second);
  CheckRun(shape, MergeRuns(shape, a, b), slow);
}

RC_GTEST_PROP(SortKeysPropertyTest, IsAStableSort, (bool wide)) {
  const size_t words = wide ? 3 : 1;
  const auto count = *rc::gen::inRange<size_t>(0, 200);
  std::vector<uint64_t> keys(count * words);
  for (uint64_t& key : keys) {
    key = *rc::gen::inRange<uint64_t>(0, 3) << *rc::gen::element(0, 5, 11, 40, 62);
  }
  std::vector<std::pair<Key, uint32_t>> expected;
  for (uint32_t i = 0; i < count; ++i) {
    const auto first = keys.begin() + static_cast<ptrdiff_t>(i * words);
    expected.emplace_back(Key(first, first + static_cast<ptrdiff_t>(words)), i);
  }
  std::sort(expected.begin(), expected.end());
  const std::vector<uint32_t> order = SortKeys(keys, words);
  RC_ASSERT(order.size() == count);
  for (size_t i = 0; i < count; ++i) RC_ASSERT(order[i] == expected[i].second);
}

// Keys that leave the places no room beside them, too.
RC_GTEST_PROP(RankKeysPropertyTest, PutsEachKeyInItsPlace, (bool wide)) {
  std::vector<uint64_t> keys(*rc::gen::inRange<size_t>(0, 200));
  const uint64_t common = *rc::gen::arbitrary<uint64_t>() & ~uint64_t{7};
  for (uint64_t& key : keys) {
    key = wide ? *rc::gen::arbitrary<uint64_t>() : common | *rc::gen::inRange<uint64_t>(0, 8);
  }
  std::vector<uint64_t> distinct = keys;
  std::sort(distinct.begin(), distinct.end());
  distinct.erase(std::unique(distinct.begin(), distinct.end()), distinct.end());
  const RankedKeys ranked = RankKeys(keys);
  RC_ASSERT(ranked.distinct == distinct);
  RC_ASSERT(ranked.rank_of.size() == keys.size());
  for (size_t i = 0; i < keys.size(); ++i) RC_ASSERT(distinct[ranked.rank_of[i]] == keys[i]);
}

RC_GTEST_PROP(KeyLayoutPropertyTest, GivesBackWhatWasPut, ()) {
  const auto bits = *rc::gen::container<std::vector<unsigned>>(rc::gen::inRange(0u, 33u));
  const KeyLayout layout(bits);
  std::vector<uint64_t> key(layout.words());
  std::vector<uint32_t> codes;
  for (size_t i = 0; i < bits.size(); ++i) {
    const uint64_t most = (uint64_t{1} << bits[i]) - 1;
    codes.push_back(static_cast<uint32_t>(*rc::gen::arbitrary<uint32_t>() & most));
    layout.Put(key.data(), i, codes.back());
  }
  for (size_t i = 0; i < bits.size(); ++i) RC_ASSERT(layout.Get(key.data(), i) == codes[i]);
}

}  // namespace
}  // namespace weir::anon::internal
