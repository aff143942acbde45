// SPDX-License-Identifier: Apache-2.0
#ifndef WEIR_ANON_MOBILITY_OD_NETWORK_H_
#define WEIR_ANON_MOBILITY_OD_NETWORK_H_

#include <cstddef>
#include <cstdint>
#include <limits>
#include <vector>

#include "weir/anon/mobility/od_table.h"

namespace weir::anon {

inline constexpr uint64_t kNoUpperBound = std::numeric_limits<uint64_t>::max();

// What a table with suppressed cells tells about one of them.
struct CellBounds {
  uint64_t lower = 0;
  uint64_t upper = kNoUpperBound;
  uint64_t width() const { return upper == kNoUpperBound ? kNoUpperBound : upper - lower; }
};

// A table of counts that add up to margins is a circulation: origins and destinations are nodes,
// cells are arcs from origin to destination, margins lead back by way of the total. Published cells
// are fixed arcs; each path that leads back between the ends of a suppressed arc is another table
// with the same published figures. Exact in integers.
//
// The table must outlive the network. Not thread-safe.
// Source: Cox, "Network models for complementary cell suppression", J. Am. Stat. Assoc. 90, 1995;
//         paths: Kelly, Golden, Assad, "Cell suppression: disclosure protection for sensitive
//         tabular data", Networks 22(4), 1992.
class OdNetwork {
 public:
  OdNetwork(const OdTable& table, std::vector<bool> suppressed);

  const std::vector<bool>& suppressed() const { return suppressed_; }
  void Suppress(size_t cell);

  // Exact least and largest value of a suppressed cell among `movable` tables of non-negative
  // integers that have the published cells.
  CellBounds Bounds(size_t cell);
  // Such a table: the cells in which it differs from the true one, each once.
  struct CellValue {
    size_t cell = 0;
    uint64_t value = 0;
  };
  // The one in which `cell` is as far up or down as possible, at most by `limit`.
  std::vector<CellValue> MoveUp(size_t cell, uint64_t limit);
  std::vector<CellValue> MoveDown(size_t cell, uint64_t limit);
  // The width of that interval if it is below `enough`, else `enough`.
  uint64_t WidthUpTo(size_t cell, uint64_t enough);

  // The cheapest cells that must be suppressed too so that `cell` can move by `amount` on one path,
  // or, where no path has so much, by 1 more than it can now. Structural zeros are never among
  // them, the total only with `allow_total`. None: there is no such set.
  struct Extension {
    std::vector<size_t> cells;
    uint64_t cost = kNoUpperBound;
    bool exists() const { return cost != kNoUpperBound; }
  };
  Extension FindExtension(size_t cell, uint64_t amount, const std::vector<uint64_t>& costs,
                          bool allow_total);

 private:
  enum class Direction { kUp, kDown };
  // A suppressed cell, seen from one of its ends.
  struct Arc {
    size_t cell = 0;
    size_t other = 0;  // node
    bool forward = true;
  };
  struct Step {
    size_t cell = 0;
    bool forward = true;  // along the arc: the cell grows
  };
  struct Ends {
    size_t from = 0;
    size_t to = 0;
  };

  Ends EndsOf(size_t cell) const;
  // A path of suppressed arcs that moves `cell`; empty: there is none.
  std::vector<Step> FindPath(size_t cell, Direction direction);
  // One of three arcs, the fewest there can be, without a search; empty: there is none.
  std::vector<Step> FindShortPath(size_t cell, size_t source, size_t target) const;
  bool CanStep(const Arc& arc) const { return arc.forward || values_[arc.cell] > 0; }
  // Moves `cell` by at most `limit` by changing values_; gives how far.
  uint64_t Move(size_t cell, Direction direction, uint64_t limit);
  Extension FindCycle(size_t cell, Direction direction, uint64_t amount,
                      const std::vector<uint64_t>& costs, bool allow_total) const;
  void Restore();
  std::vector<CellValue> TakeChanges();

  const OdTable* table_;
  std::vector<bool> suppressed_;
  std::vector<uint64_t> values_;  // a table with the same published cells
  std::vector<size_t> changed_;   // cells of values_ that differ from the table
  // By cell, the least and largest value in all tables found so far: more suppressed cells leave
  // these tables possible.
  std::vector<uint64_t> least_;
  std::vector<uint64_t> largest_;
  std::vector<std::vector<Arc>> arcs_;  // suppressed cells at each node
  std::vector<uint32_t> seen_;          // by node, the number of the last search that reached it
  std::vector<Step> reached_by_;        // by node
  std::vector<size_t> queue_;
  uint32_t search_ = 0;
};

}  // namespace weir::anon

#endif  // WEIR_ANON_MOBILITY_OD_NETWORK_H_
