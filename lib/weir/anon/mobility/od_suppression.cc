// SPDX-License-Identifier: Apache-2.0
#include "weir/anon/mobility/od_suppression.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "weir/anon/mobility/od_network.h"

namespace weir::anon {
namespace {

constexpr size_t kCleanedUp = 300;  // suppressed cells: the step is quadratic in them

class Suppressor {
 public:
  Suppressor(const OdTable& table, const OdRule& rule)
      : table_(table), rule_(rule), network_(table, SmallCells(table, rule.least)) {
    costs_.reserve(table.cells());
    for (const uint64_t count : table.counts) {
      // A zero that is withheld misleads as much as the smallest cell that is published.
      costs_.push_back(count == 0 ? rule.least + 1 : count + 1);
    }
    for (size_t cell = 0; cell < table.cells(); ++cell) {
      if (network_.suppressed()[cell]) pending_.push_back(cell);
    }
    std::stable_sort(pending_.begin(), pending_.end(),
                     [&table](size_t a, size_t b) { return table.counts[a] > table.counts[b]; });
  }

  const std::vector<bool>& suppressed() const { return network_.suppressed(); }

  // More suppressed cells never narrow an interval: a cell that is wide stays so.
  Status Run() {
    for (size_t next = 0; next < pending_.size(); ++next) {
      while (!IsWide(network_, pending_[next])) {
        if (Widen(pending_[next])) continue;
        return FailedPrecondition(
            "structural zeros leave a small cell nothing to be mixed with; use a coarser level of "
            "the places, or name fewer pairs impossible");
      }
    }
    return OkStatus();
  }

  // Publishes again what turned out not to be needed, dearest first.
  std::vector<bool> CleanUp(const std::vector<bool>& primary) {
    std::vector<bool> kept = network_.suppressed();
    std::vector<size_t> extra;
    for (size_t cell = 0; cell < kept.size(); ++cell) {
      if (kept[cell] && !primary[cell]) extra.push_back(cell);
    }
    std::stable_sort(extra.begin(), extra.end(),
                     [this](size_t a, size_t b) { return costs_[a] > costs_[b]; });
    for (const size_t cell : extra) {
      kept[cell] = false;
      if (!AllWide(kept)) kept[cell] = true;
    }
    return kept;
  }

 private:
  bool IsWide(OdNetwork& network, size_t cell) const {
    return WithheldWidth(table_, network.suppressed(), cell) >= rule_.protection ||
           network.WidthUpTo(cell, rule_.protection) >= rule_.protection;
  }

  bool AllWide(const std::vector<bool>& suppressed) const {
    OdNetwork network(table_, suppressed);
    for (size_t cell = 0; cell < suppressed.size(); ++cell) {
      if (suppressed[cell] && !IsWide(network, cell)) return false;
    }
    return true;
  }

  void Suppress(size_t cell) {
    if (network_.suppressed()[cell]) return;
    network_.Suppress(cell);
    pending_.push_back(cell);
  }

  uint64_t CostOf(size_t cell) const { return network_.suppressed()[cell] ? 0 : costs_[cell]; }

  // The margins over a cell.
  std::pair<size_t, size_t> MarginsOf(size_t cell) const {
    return {table_.CellOf(table_.RowOf(cell), table_.destinations.size()),
            table_.CellOf(table_.origins.size(), table_.ColumnOf(cell))};
  }
  uint64_t CostOfFreeing(size_t cell) const {
    const auto [row, column] = MarginsOf(cell);
    return CostOf(cell) + CostOf(row) + CostOf(column);
  }

  bool Widen(size_t cell) {
    OdNetwork::Extension found =
        network_.FindExtension(cell, rule_.protection, costs_, /*allow_total=*/false);
    if (!table_.is_additive) return WidenUnits(cell, found);
    if (!found.exists()) {
      found = network_.FindExtension(cell, rule_.protection, costs_, /*allow_total=*/true);
    }
    if (!found.exists()) return false;
    for (const size_t other : found.cells) Suppress(other);
    return true;
  }

  // Moving units that are in one cell only, or withholding margins: what costs less.
  bool WidenUnits(size_t cell, const OdNetwork::Extension& moving) {
    const std::vector<size_t> withheld = CellsToWithhold(cell);
    uint64_t cost = 0;
    for (const size_t other : withheld) cost += CostOf(other);
    if (moving.exists() && (withheld.empty() || moving.cost <= cost)) {
      for (const size_t other : moving.cells) Suppress(other);
      return true;
    }
    for (const size_t other : withheld) Suppress(other);
    return !withheld.empty();
  }

  // What is to be suppressed so that WithheldWidth suffices; empty: nothing is left to suppress.
  std::vector<size_t> CellsToWithhold(size_t cell) const {
    std::vector<size_t> cells;
    const auto add = [&](size_t other) {
      if (!network_.suppressed()[other]) cells.push_back(other);
    };
    const auto free = [&](size_t other) {
      const auto [row, column] = MarginsOf(other);
      for (const size_t each : {other, row, column}) add(each);
    };
    if (!table_.IsMargin(cell)) free(cell);
    const std::optional<size_t> partner = CheapestPartner(cell);
    if (partner.has_value()) free(*partner);
    const uint64_t total = table_.counts[table_.total()];
    const uint64_t room = table_.IsMargin(cell) ? total - table_.counts[cell] : total;
    if (room < rule_.protection || !partner.has_value()) add(table_.total());
    std::sort(cells.begin(), cells.end());
    cells.erase(std::unique(cells.begin(), cells.end()), cells.end());
    return cells;
  }

  // For a margin a cell under it, for a cell any other one.
  std::optional<size_t> CheapestPartner(size_t cell) const {
    const bool any_row = !table_.IsMargin(cell) || table_.IsColumnMargin(cell);
    const bool any_column = !table_.IsMargin(cell) || table_.IsRowMargin(cell);
    std::optional<size_t> best;
    for (size_t other = 0; other < table_.cells(); ++other) {
      if (other == cell || table_.IsMargin(other) || table_.impossible[other]) continue;
      if (!any_row && table_.RowOf(other) != table_.RowOf(cell)) continue;
      if (!any_column && table_.ColumnOf(other) != table_.ColumnOf(cell)) continue;
      if (!best.has_value() || CostOfFreeing(other) < CostOfFreeing(*best)) best = other;
    }
    return best;
  }

  const OdTable& table_;
  OdRule rule_;
  OdNetwork network_;
  std::vector<uint64_t> costs_;
  std::vector<size_t> pending_;
};

size_t CountOf(const std::vector<bool>& cells) {
  return static_cast<size_t>(std::count(cells.begin(), cells.end(), true));
}

}  // namespace

std::vector<bool> SmallCells(const OdTable& table, uint64_t least) {
  std::vector<bool> small;
  small.reserve(table.cells());
  for (size_t cell = 0; cell < table.cells(); ++cell) {
    small.push_back(table.counts[cell] > 0 && table.contributors[cell] < least);
  }
  return small;
}

StatusOr<OdSuppression> SuppressCells(const OdTable& table, const OdRule& rule) {
  if (rule.least < 2 || rule.protection < 1) {
    return InvalidArgument("least must be at least 2 and protection at least 1");
  }
  const std::vector<bool> primary = SmallCells(table, rule.least);
  OdSuppression result;
  Suppressor suppressor(table, rule);
  WEIR_RETURN_IF_ERROR(suppressor.Run());
  result.suppressed = suppressor.suppressed();
  if (CountOf(result.suppressed) <= kCleanedUp) result.suppressed = suppressor.CleanUp(primary);
  const size_t all = CountOf(result.suppressed);
  const AuditDepth depth = all <= kExactlyAudited ? AuditDepth::kExact : AuditDepth::kWitness;
  WEIR_ASSIGN_OR_RETURN(result.audit,
                        AuditOdTable(table, result.suppressed, rule.protection, depth));
  if (result.audit.narrow > 0) {
    return Internal("the audit found %zu suppressed cells that can be computed too closely",
                    result.audit.narrow);
  }
  result.primary = CountOf(primary);
  result.complementary = all - result.primary;
  return result;
}

}  // namespace weir::anon
