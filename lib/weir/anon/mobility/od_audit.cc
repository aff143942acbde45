// SPDX-License-Identifier: Apache-2.0
#include "weir/anon/mobility/od_audit.h"

#include <algorithm>
#include <cmath>
#include <memory>
#include <optional>

#include <coin/Clp_C_Interface.h>

namespace weir::anon {
namespace {

constexpr double kMostRounding = 1e-4;
// Figures above are not whole numbers of a double with room for the sums of a row.
constexpr uint64_t kLargestTotal = uint64_t{1} << 40;
constexpr size_t kMostBroadRounds = 64;
constexpr size_t kFewPart = 8;  // a round must settle about an eighth of the cells

enum class Sense { kLeast, kLargest };

struct DeleteModel {
  void operator()(Clp_Simplex* model) const { Clp_deleteModel(model); }
};

// The suppressed cells as variables, one equation an origin and a destination.
class Attacker {
 public:
  Attacker(const OdTable& table, const std::vector<bool>& suppressed)
      : table_(table), fixed_(table.rows() + table.columns(), 0) {
    for (size_t cell = 0; cell < table.cells(); ++cell) {
      if (suppressed[cell]) {
        cells_.push_back(cell);
      } else {
        AddTo(fixed_, cell, static_cast<int64_t>(table.movable[cell]));
      }
    }
    // No limit in truth: only a withheld total lets a cell grow as far, and then it has no bound.
    ceiling_ = static_cast<double>(2 * kLargestTotal);
    lower_.reserve(cells_.size());
    upper_.reserve(cells_.size());
    for (const size_t cell : cells_) {
      lower_.push_back(table.movable[cell]);
      upper_.push_back(table.movable[cell]);
    }
  }

  const std::vector<size_t>& cells() const { return cells_; }
  size_t programs() const { return programs_; }
  CellBounds Seen(size_t variable) const {
    const bool unbounded = upper_[variable] >= kLargestTotal;
    return {.lower = lower_[variable], .upper = unbounded ? kNoUpperBound : upper_[variable]};
  }

  Status Load() {
    model_.reset(Clp_newModel());
    if (model_ == nullptr) return ResourceExhausted("no memory for a linear program");
    Clp_setLogLevel(model_.get(), 0);
    std::vector<CoinBigIndex> starts;
    std::vector<int> nodes;
    std::vector<double> signs;
    starts.reserve(cells_.size() + 1);
    nodes.reserve(2 * cells_.size());
    signs.reserve(2 * cells_.size());
    for (const size_t cell : cells_) {
      starts.push_back(static_cast<CoinBigIndex>(nodes.size()));
      const double sign = SignOf(cell);
      nodes.push_back(static_cast<int>(table_.RowOf(cell)));
      signs.push_back(sign);
      nodes.push_back(static_cast<int>(table_.rows() + table_.ColumnOf(cell)));
      signs.push_back(-sign);
    }
    starts.push_back(static_cast<CoinBigIndex>(nodes.size()));
    std::vector<double> sums;
    sums.reserve(fixed_.size());
    for (const int64_t sum : fixed_) sums.push_back(-static_cast<double>(sum));
    const std::vector<double> zeros(cells_.size(), 0);
    const std::vector<double> ceilings(cells_.size(), ceiling_);
    Clp_loadProblem(model_.get(), static_cast<int>(cells_.size()), static_cast<int>(sums.size()),
                    starts.data(), nodes.data(), signs.data(), zeros.data(), ceilings.data(),
                    zeros.data(), sums.data(), sums.data());
    return OkStatus();
  }

  // Widens what is seen of all cells by the best table for an objective over the variables.
  Status Solve(const std::vector<double>& objective, Sense sense) {
    std::copy(objective.begin(), objective.end(), Clp_objective(model_.get()));
    Clp_setObjSense(model_.get(), sense == Sense::kLeast ? 1 : -1);
    Clp_primal(model_.get(), 0);
    ++programs_;
    if (Clp_status(model_.get()) != 0) return Internal("the audit's solver gave no answer");
    return AddTable(Clp_primalColumnSolution(model_.get()));
  }

 private:
  // Trips and the total lead from rows to columns, margins back.
  double SignOf(size_t cell) const {
    return table_.IsRowMargin(cell) == table_.IsColumnMargin(cell) ? 1 : -1;
  }
  void AddTo(std::vector<int64_t>& sums, size_t cell, int64_t value) const {
    const int64_t signed_value = SignOf(cell) > 0 ? value : -value;
    sums[table_.RowOf(cell)] += signed_value;
    sums[table_.rows() + table_.ColumnOf(cell)] -= signed_value;
  }

  Status AddTable(const double* solution) {
    std::vector<uint64_t> values;
    values.reserve(cells_.size());
    std::vector<int64_t> sums = fixed_;
    for (size_t v = 0; v < cells_.size(); ++v) {
      const double rounded = std::round(solution[v]);
      const double slack = kMostRounding * std::max(1.0, std::abs(rounded) * 1e-6);
      const bool is_whole = std::abs(rounded - solution[v]) <= slack && rounded >= 0;
      if (!is_whole || rounded > ceiling_) return Internal("the audit's solver gave no table");
      values.push_back(static_cast<uint64_t>(rounded));
      AddTo(sums, cells_[v], static_cast<int64_t>(values.back()));
    }
    if (std::any_of(sums.begin(), sums.end(), [](int64_t sum) { return sum != 0; })) {
      return Internal("the audit's solver gave a table that does not add up");
    }
    for (size_t v = 0; v < cells_.size(); ++v) {
      lower_[v] = std::min(lower_[v], values[v]);
      upper_[v] = std::max(upper_[v], values[v]);
    }
    return OkStatus();
  }

  const OdTable& table_;
  std::vector<size_t> cells_;
  std::vector<int64_t> fixed_;  // by equation, the sum of what is published
  double ceiling_ = 0;
  std::vector<uint64_t> lower_;
  std::vector<uint64_t> upper_;
  size_t programs_ = 0;
  std::unique_ptr<Clp_Simplex, DeleteModel> model_;
};

bool IsFree(const OdTable& table, const std::vector<bool>& suppressed, size_t cell) {
  return !table.IsMargin(cell) && suppressed[cell] &&
         suppressed[table.CellOf(table.RowOf(cell), table.destinations.size())] &&
         suppressed[table.CellOf(table.origins.size(), table.ColumnOf(cell))];
}

// Settles most cells at once: the best tables of a random objective over the unsettled ones move
// many of them far. Ends when a round settles few. Which objectives are drawn does not matter.
Status SolveBroadly(Attacker& attacker, uint64_t protection, std::vector<bool>& is_settled) {
  const size_t variables = attacker.cells().size();
  std::vector<double> objective(variables, 0);
  uint64_t state = 0x9E3779B97F4A7C15U;
  size_t before = variables + 1;
  for (size_t round = 0; round < kMostBroadRounds; ++round) {
    size_t left = 0;
    for (size_t v = 0; v < variables; ++v) {
      is_settled[v] = is_settled[v] || attacker.Seen(v).width() >= protection;
      left += is_settled[v] ? 0 : 1;
      state ^= state << 13;
      state ^= state >> 7;
      state ^= state << 17;
      objective[v] = is_settled[v] ? 0 : ((state >> 32) & 1) != 0 ? 1 : -1;
    }
    if (left == 0 || left + left / kFewPart >= before) return OkStatus();
    before = left;
    WEIR_RETURN_IF_ERROR(attacker.Solve(objective, Sense::kLargest));
    WEIR_RETURN_IF_ERROR(attacker.Solve(objective, Sense::kLeast));
  }
  return OkStatus();
}

Status SolveEach(Attacker& attacker, const std::vector<bool>& is_settled, uint64_t protection,
                 AuditDepth depth) {
  std::vector<double> objective(attacker.cells().size(), 0);
  for (size_t v = 0; v < objective.size(); ++v) {
    if (is_settled[v]) continue;
    objective[v] = 1;
    for (const Sense sense : {Sense::kLargest, Sense::kLeast}) {
      if (depth == AuditDepth::kWitness && attacker.Seen(v).width() >= protection) break;
      WEIR_RETURN_IF_ERROR(attacker.Solve(objective, sense));
    }
    objective[v] = 0;
  }
  return OkStatus();
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
  Attacker attacker(table, suppressed);
  const std::vector<size_t>& cells = attacker.cells();
  if (cells.empty()) return audit;
  if (table.counts[table.total()] >= kLargestTotal) {
    return InvalidArgument("a table of %llu and more cannot be audited",
                           static_cast<unsigned long long>(kLargestTotal));
  }
  std::vector<uint64_t> withheld;
  std::vector<bool> is_settled;
  for (const size_t cell : cells) {
    withheld.push_back(WithheldWidth(table, suppressed, cell));
    is_settled.push_back(depth == AuditDepth::kWitness && withheld.back() >= protection);
  }
  WEIR_RETURN_IF_ERROR(attacker.Load());
  if (depth == AuditDepth::kWitness) {
    WEIR_RETURN_IF_ERROR(SolveBroadly(attacker, protection, is_settled));
  }
  WEIR_RETURN_IF_ERROR(SolveEach(attacker, is_settled, protection, depth));
  audit.cells.reserve(cells.size());
  for (size_t v = 0; v < cells.size(); ++v) {
    audit.cells.push_back(Judge(table, cells[v], attacker.Seen(v), withheld[v], protection));
    audit.narrow += audit.cells.back().is_narrow ? 1 : 0;
  }
  audit.programs = attacker.programs();
  return audit;
}

}  // namespace weir::anon
