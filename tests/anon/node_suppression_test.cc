// SPDX-License-Identifier: Apache-2.0
#include "weir/anon/internal/node_suppression.h"

#include <algorithm>
#include <cstdint>
#include <utility>
#include <vector>

#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <rapidcheck/gtest.h>

#include "weir/anon/internal/lattice.h"

namespace weir::anon::internal {
namespace {

using Ranges = std::vector<std::pair<size_t, size_t>>;

Lattice LatticeOf(const Ranges& ranges) {
  auto lattice = Lattice::Create(ranges);
  EXPECT_TRUE(lattice.ok());
  return *std::move(lattice);
}

// Each node for itself.
class Plain {
 public:
  explicit Plain(const Lattice& lattice) : lattice_(lattice), rows_(lattice.nodes(), 0) {}

  void RaiseBelow(const Levels& levels, uint64_t rows) {
    for (Lattice::Id id = 0; id < rows_.size(); ++id) {
      if (IsAbove(levels, lattice_.LevelsOf(id))) rows_[id] = std::max(rows_[id], rows);
    }
  }
  const std::vector<uint64_t>& rows() const { return rows_; }

 private:
  const Lattice& lattice_;
  std::vector<uint64_t> rows_;
};

Ranges SomeRanges() {
  Ranges ranges(*rc::gen::inRange<size_t>(1, 6));
  for (auto& [low, high] : ranges) {
    low = *rc::gen::inRange<size_t>(0, 3);
    high = low + *rc::gen::inRange<size_t>(0, 5);
  }
  return ranges;
}

Levels SomeLevels(const Ranges& ranges) {
  Levels levels;
  for (const auto& [low, high] : ranges) {
    levels.push_back(static_cast<uint8_t>(*rc::gen::inRange(low, high + 1)));
  }
  return levels;
}

// The same of both, a few times.
void SaySome(const Ranges& ranges, const std::vector<uint64_t>& choices, NodeSuppression& known,
             Plain& plain) {
  for (int said = *rc::gen::inRange(1, 8); said > 0; --said) {
    const Levels levels = SomeLevels(ranges);
    const uint64_t rows = *rc::gen::elementOf(choices);
    known.RaiseBelow(levels, rows);
    plain.RaiseBelow(levels, rows);
  }
}

RC_GTEST_PROP(NodeSuppression, KnowsTheMostThatWasSaidOfANodeOrOneAbove, ()) {
  const Ranges ranges = SomeRanges();
  const Lattice lattice = LatticeOf(ranges);
  NodeSuppression known(lattice, 100);
  Plain plain(lattice);
  SaySome(ranges, {0, 1, 2, 50, 100, kRefused}, known, plain);
  for (Lattice::Id id = 0; id < lattice.nodes(); ++id) RC_ASSERT(known.At(id) == plain.rows()[id]);
}

RC_GTEST_PROP(NodeSuppression, RefusesWhatLosesARowUnderALimitOfNone, ()) {
  const Ranges ranges = SomeRanges();
  const Lattice lattice = LatticeOf(ranges);
  NodeSuppression known(lattice, 0);
  Plain plain(lattice);
  SaySome(ranges, {0, 1, 7, kRefused}, known, plain);
  for (Lattice::Id id = 0; id < lattice.nodes(); ++id) {
    RC_ASSERT(known.At(id) == (plain.rows()[id] > 0 ? kRefused : 0));
  }
}

// Blocks of exactly one word, of one bit, and of all nodes.
TEST(NodeSuppression, RefusesWithBlocksOfAnySize) {
  for (const Ranges& ranges :
       {Ranges{{0, 2}, {1, 4}, {0, 3}, {2, 5}}, Ranges{{0, 4}, {0, 2}, {0, 11}},
        Ranges{{0, 3}, {0, 99}}, Ranges{{0, 1}, {0, 1}}, Ranges{{3, 3}, {7, 7}}, Ranges{{0, 70}},
        Ranges{{0, 4}, {0, 63}}}) {
    const Lattice lattice = LatticeOf(ranges);
    for (Lattice::Id general = 0; general < lattice.nodes(); ++general) {
      NodeSuppression known(lattice, 0);
      Plain plain(lattice);
      known.RaiseBelow(lattice.LevelsOf(general), 1);
      plain.RaiseBelow(lattice.LevelsOf(general), 1);
      for (Lattice::Id id = 0; id < lattice.nodes(); ++id) {
        ASSERT_EQ(known.At(id) == kRefused, plain.rows()[id] > 0) << general << " " << id;
      }
    }
  }
}

}  // namespace
}  // namespace weir::anon::internal
