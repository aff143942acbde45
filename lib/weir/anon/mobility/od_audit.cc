// SPDX-License-Identifier: Apache-2.0
#include "weir/anon/mobility/od_audit.h"

#include <algorithm>
#include <numeric>
#include <optional>
#include <span>
#include <utility>

#include "weir/anon/internal/attacker_program.h"

namespace weir::anon {
namespace {

using internal::AttackerProgram;
using internal::kLargestTotal;
using internal::ProgramArc;
using internal::Sense;

constexpr size_t kMostBroadRounds = 64;
constexpr size_t kFewPart = 8;  // a round must settle about an eighth of the cells

// Trips and the total lead from rows to columns, margins back. Columns are nodes after the rows.
ProgramArc ArcOf(const OdTable& table, size_t cell) {
  const size_t row = table.RowOf(cell);
  const size_t column = table.rows() + table.ColumnOf(cell);
  if (table.IsRowMargin(cell) == table.IsColumnMargin(cell)) return {row, column};
  return {column, row};
}

// What is proved of the suppressed cells: by tables of integers that have the published figures.
class Witnesses {
 public:
  Witnesses(const OdTable& table, const std::vector<bool>& suppressed)
      : table_(table),
        suppressed_(suppressed),
        lower_(table.movable),
        upper_(table.movable),
        balance_(table.rows() + table.columns(), 0) {}

  // Whether the table itself adds up: what is compared with it then does if the changes do.
  Status CheckTable() {
    for (size_t cell = 0; cell < table_.cells(); ++cell) {
      AddTo(cell, static_cast<int64_t>(table_.movable[cell]));
    }
    return TakeBalance() ? OkStatus() : Internal("the audited table does not add up");
  }

  CellBounds Seen(size_t cell) const {
    const bool unbounded = upper_[cell] >= kLargestTotal;
    return {.lower = lower_[cell], .upper = unbounded ? kNoUpperBound : upper_[cell]};
  }

  // A table that differs from the true one in these cells.
  Status Add(std::span<const OdNetwork::CellValue> changes) {
    bool is_possible = true;
    for (const auto& [cell, value] : changes) {
      is_possible = is_possible && suppressed_[cell] && value <= 2 * kLargestTotal;
      AddTo(cell, static_cast<int64_t>(value) - static_cast<int64_t>(table_.movable[cell]));
    }
    if (!TakeBalance() || !is_possible) {
      return Internal("the audit came upon a table that is not as published");
    }
    for (const auto& [cell, value] : changes) {
      lower_[cell] = std::min(lower_[cell], value);
      upper_[cell] = std::max(upper_[cell], value);
    }
    return OkStatus();
  }

 private:
  void AddTo(size_t cell, int64_t value) {
    const ProgramArc arc = ArcOf(table_, cell);
    balance_[arc.from] += value;
    balance_[arc.to] -= value;
    touched_.push_back(arc.from);
    touched_.push_back(arc.to);
  }
  // Whether what was added cancels out at every node; forgets it.
  bool TakeBalance() {
    bool is_zero = true;
    for (const size_t node : touched_) {
      is_zero = is_zero && balance_[node] == 0;
      balance_[node] = 0;
    }
    touched_.clear();
    return is_zero;
  }

  const OdTable& table_;
  const std::vector<bool>& suppressed_;
  std::vector<uint64_t> lower_;  // by cell
  std::vector<uint64_t> upper_;
  std::vector<int64_t> balance_;  // by node
  std::vector<size_t> touched_;
};

// Suppressed cells that are connected by origins and destinations: nothing that is known of others
// tells about them.
struct Part {
  std::vector<size_t> cells;
  std::vector<ProgramArc> arcs;  // of the cells, between nodes of this part
  std::vector<int64_t> sums;     // by node of this part
};

class Nodes {
 public:
  explicit Nodes(size_t count) : parent_(count) { std::iota(parent_.begin(), parent_.end(), 0U); }
  size_t RootOf(size_t node) {
    while (parent_[node] != node) node = parent_[node] = parent_[parent_[node]];
    return node;
  }
  void Connect(const ProgramArc& arc) { parent_[RootOf(arc.from)] = RootOf(arc.to); }

 private:
  std::vector<size_t> parent_;
};

// Parts with a cell that is not settled, by their first cell.
std::vector<Part> PartsOf(const OdTable& table, const std::vector<size_t>& cells,
                          const std::vector<bool>& is_settled) {
  Nodes nodes(table.rows() + table.columns());
  for (const size_t cell : cells) nodes.Connect(ArcOf(table, cell));
  constexpr size_t kNone = SIZE_MAX;
  std::vector<size_t> part_of(table.rows() + table.columns(), kNone);
  std::vector<size_t> number(part_of.size(), kNone);
  std::vector<Part> parts;
  for (const size_t cell : cells) {
    const size_t root = nodes.RootOf(ArcOf(table, cell).from);
    if (is_settled[cell] || part_of[root] != kNone) continue;
    part_of[root] = parts.size();
    parts.emplace_back();
  }
  for (const size_t cell : cells) {
    const ProgramArc arc = ArcOf(table, cell);
    const size_t place = part_of[nodes.RootOf(arc.from)];
    if (place == kNone) continue;
    Part& part = parts[place];
    for (const size_t node : {arc.from, arc.to}) {
      if (number[node] != kNone) continue;
      number[node] = part.sums.size();
      part.sums.push_back(0);
    }
    const auto value = static_cast<int64_t>(table.movable[cell]);
    part.cells.push_back(cell);
    part.arcs.push_back({number[arc.from], number[arc.to]});
    // The published figures at a node say what the suppressed ones there come to.
    part.sums[number[arc.from]] += value;
    part.sums[number[arc.to]] -= value;
  }
  return parts;
}

// Suppressed cells that lie on no cycle, found by taking away what is alone at its origin or its
// destination: their margins tell them.
std::vector<size_t> CellsOffCycles(const OdTable& table, const std::vector<size_t>& cells) {
  std::vector<std::vector<size_t>> at(table.rows() + table.columns());
  std::vector<size_t> left(at.size(), 0);
  for (const size_t cell : cells) {
    const ProgramArc arc = ArcOf(table, cell);
    for (const size_t node : {arc.from, arc.to}) {
      at[node].push_back(cell);
      ++left[node];
    }
  }
  std::vector<bool> is_taken(table.cells(), false);
  std::vector<size_t> taken;
  std::vector<size_t> alone;
  for (size_t node = 0; node < at.size(); ++node) {
    if (left[node] == 1) alone.push_back(node);
  }
  while (!alone.empty()) {
    const size_t node = alone.back();
    alone.pop_back();
    for (const size_t cell : at[node]) {
      if (is_taken[cell] || left[node] == 0) continue;
      is_taken[cell] = true;
      taken.push_back(cell);
      const ProgramArc arc = ArcOf(table, cell);
      for (const size_t end : {arc.from, arc.to}) {
        if (--left[end] == 1) alone.push_back(end);
      }
    }
  }
  return taken;
}

// The suppressed cells of a table, what is proved of them and what is still asked.
class Auditor {
 public:
  Auditor(const OdTable& table, const std::vector<bool>& suppressed, uint64_t protection,
          AuditDepth depth)
      : table_(table),
        suppressed_(suppressed),
        protection_(protection),
        depth_(depth),
        seen_(table, suppressed),
        is_settled_(table.cells(), false) {
    for (size_t cell = 0; cell < table.cells(); ++cell) {
      if (suppressed[cell]) cells_.push_back(cell);
    }
  }

  const std::vector<size_t>& cells() const { return cells_; }
  size_t programs() const { return programs_; }
  CellBounds Seen(size_t cell) const { return seen_.Seen(cell); }
  void Settle(size_t cell) { is_settled_[cell] = true; }

  Status Run() {
    WEIR_RETURN_IF_ERROR(seen_.CheckTable());
    for (const size_t cell : CellsOffCycles(table_, cells_)) Settle(cell);
    if (depth_ == AuditDepth::kWitness) WEIR_RETURN_IF_ERROR(FindWitnesses());
    for (const Part& part : PartsOf(table_, cells_, is_settled_)) {
      WEIR_ASSIGN_OR_RETURN(AttackerProgram program, AttackerProgram::Create(part.arcs, part.sums));
      if (depth_ == AuditDepth::kWitness) WEIR_RETURN_IF_ERROR(SolveBroadly(part, program));
      WEIR_RETURN_IF_ERROR(SolveEach(part, program));
    }
    return OkStatus();
  }

 private:
  bool IsOpen(size_t cell) {
    if (is_settled_[cell]) return false;
    if (depth_ == AuditDepth::kWitness && Seen(cell).width() >= protection_) Settle(cell);
    return !is_settled_[cell];
  }

  // Tables that flows around each cell lead to. Who finds them does not matter: each is checked.
  Status FindWitnesses() {
    OdNetwork network(table_, suppressed_);
    for (const size_t cell : cells_) {
      if (!IsOpen(cell)) continue;
      WEIR_RETURN_IF_ERROR(seen_.Add(network.MoveUp(cell, protection_)));
      if (!IsOpen(cell)) continue;
      WEIR_RETURN_IF_ERROR(seen_.Add(network.MoveDown(cell, protection_)));
    }
    return OkStatus();
  }

  // Widens what is seen of all cells of a part by the best table for an objective.
  Status Solve(const Part& part, AttackerProgram& program, const std::vector<double>& objective,
               Sense sense) {
    WEIR_ASSIGN_OR_RETURN(const std::vector<uint64_t> values, program.Solve(objective, sense));
    ++programs_;
    std::vector<OdNetwork::CellValue> changes;
    changes.reserve(values.size());
    for (size_t i = 0; i < values.size(); ++i) changes.push_back({part.cells[i], values[i]});
    return seen_.Add(changes);
  }

  // Settles most cells at once: the best tables of a random objective over the open ones move many
  // of them far. Ends when a round settles few. Which objectives are drawn does not matter.
  Status SolveBroadly(const Part& part, AttackerProgram& program) {
    std::vector<double> objective(part.cells.size(), 0);
    uint64_t state = 0x9E3779B97F4A7C15U;
    size_t before = part.cells.size() + 1;
    for (size_t round = 0; round < kMostBroadRounds; ++round) {
      size_t left = 0;
      for (size_t i = 0; i < part.cells.size(); ++i) {
        const bool is_open = IsOpen(part.cells[i]);
        left += is_open ? 1 : 0;
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        objective[i] = !is_open ? 0 : ((state >> 32) & 1) != 0 ? 1 : -1;
      }
      if (left == 0 || left + left / kFewPart >= before) return OkStatus();
      before = left;
      WEIR_RETURN_IF_ERROR(Solve(part, program, objective, Sense::kLargest));
      WEIR_RETURN_IF_ERROR(Solve(part, program, objective, Sense::kLeast));
    }
    return OkStatus();
  }

  Status SolveEach(const Part& part, AttackerProgram& program) {
    std::vector<double> objective(part.cells.size(), 0);
    for (size_t i = 0; i < part.cells.size(); ++i) {
      objective[i] = 1;
      for (const Sense sense : {Sense::kLargest, Sense::kLeast}) {
        if (!IsOpen(part.cells[i])) break;
        // A table in which it is 0 was found already: no cell is less.
        if (sense == Sense::kLeast && Seen(part.cells[i]).lower == 0) break;
        WEIR_RETURN_IF_ERROR(Solve(part, program, objective, sense));
      }
      objective[i] = 0;
    }
    return OkStatus();
  }

  const OdTable& table_;
  const std::vector<bool>& suppressed_;
  uint64_t protection_;
  AuditDepth depth_;
  Witnesses seen_;
  std::vector<bool> is_settled_;  // by cell
  std::vector<size_t> cells_;
  size_t programs_ = 0;
};

bool IsFree(const OdTable& table, const std::vector<bool>& suppressed, size_t cell) {
  return !table.IsMargin(cell) && suppressed[cell] &&
         suppressed[table.CellOf(table.RowOf(cell), table.destinations.size())] &&
         suppressed[table.CellOf(table.origins.size(), table.ColumnOf(cell))];
}

AuditedCell Judge(const OdTable& table, size_t cell, const CellBounds& movable, uint64_t withheld,
                  uint64_t protection) {
  const uint64_t count = table.counts[cell];
  const uint64_t fixed = count - table.movable[cell];
  AuditedCell audited = {.cell = cell};
  audited.bounds.lower = movable.lower + fixed;
  audited.bounds.upper = movable.upper == kNoUpperBound ? kNoUpperBound : movable.upper + fixed;
  if (audited.bounds.width() < protection && withheld >= protection) {
    audited.by_withheld_margins = true;
    const bool starts_at_zero = !table.IsMargin(cell);
    audited.bounds.lower = starts_at_zero ? 0 : count;
    audited.bounds.upper =
        withheld == kNoUpperBound ? kNoUpperBound : audited.bounds.lower + withheld;
  }
  audited.is_narrow = audited.bounds.width() < protection;
  return audited;
}

}  // namespace

uint64_t WithheldWidth(const OdTable& table, const std::vector<bool>& suppressed, size_t cell) {
  if (table.is_additive || !suppressed[cell]) return 0;
  const bool has_total = !suppressed[table.total()];
  const uint64_t total = table.counts[table.total()];
  const bool is_margin = table.IsMargin(cell);
  if (!is_margin && !IsFree(table, suppressed, cell)) return 0;
  if (!is_margin && !has_total) return kNoUpperBound;
  const bool whole_row = table.IsColumnMargin(cell);
  const bool whole_column = table.IsRowMargin(cell);
  for (size_t other = 0; other < table.cells(); ++other) {
    if (other == cell || !suppressed[other]) continue;
    // For a margin a free cell under it; for a free cell any other one, to take its units.
    if (is_margin && !whole_row && table.RowOf(other) != table.RowOf(cell)) continue;
    if (is_margin && !whole_column && table.ColumnOf(other) != table.ColumnOf(cell)) continue;
    if (!IsFree(table, suppressed, other)) continue;
    if (!has_total) return kNoUpperBound;
    return is_margin ? total - table.counts[cell] : total;
  }
  return 0;
}

StatusOr<OdAudit> AuditOdTable(const OdTable& table, const std::vector<bool>& suppressed,
                               uint64_t protection, AuditDepth depth) {
  OdAudit audit;
  Auditor auditor(table, suppressed, protection, depth);
  if (auditor.cells().empty()) return audit;
  if (table.counts[table.total()] >= kLargestTotal) {
    return InvalidArgument("a table of %llu and more cannot be audited",
                           static_cast<unsigned long long>(kLargestTotal));
  }
  std::vector<uint64_t> withheld;
  withheld.reserve(auditor.cells().size());
  for (const size_t cell : auditor.cells()) {
    withheld.push_back(WithheldWidth(table, suppressed, cell));
    if (depth == AuditDepth::kWitness && withheld.back() >= protection) auditor.Settle(cell);
  }
  WEIR_RETURN_IF_ERROR(auditor.Run());
  audit.cells.reserve(withheld.size());
  for (size_t i = 0; i < withheld.size(); ++i) {
    const size_t cell = auditor.cells()[i];
    audit.cells.push_back(Judge(table, cell, auditor.Seen(cell), withheld[i], protection));
    audit.narrow += audit.cells.back().is_narrow ? 1 : 0;
  }
  audit.programs = auditor.programs();
  return audit;
}

}  // namespace weir::anon
