// SPDX-License-Identifier: Apache-2.0
#include "weir/anon/internal/unit_risk.h"

#include <algorithm>
#include <cstdint>
#include <numeric>
#include <span>
#include <vector>

#include "weir/anon/internal/items_by_group.h"
#include "weir/anon/internal/tuple_counter.h"

namespace weir::anon::internal {
namespace {

// Distinct units of a class; without held rows at most the cap.
class UnitCounter {
 public:
  UnitCounter(const CodedTable& records, const CollapsedTable& collapsed, const ClassTable& classes)
      : records_(records), tuples_(collapsed.table) {
    if (!records.held) {
      members_ = ItemsByGroup(classes.class_of, classes.rows.size());
      return;
    }
    std::vector<uint32_t> class_of_record;
    class_of_record.reserve(collapsed.tuple_of_record.size());
    for (const uint32_t tuple : collapsed.tuple_of_record) {
      class_of_record.push_back(classes.class_of[tuple]);
    }
    members_ = ItemsByGroup(class_of_record, classes.rows.size());
  }

  uint64_t UnitsOf(size_t id) {
    const std::span<const uint32_t> members = ItemsOf(members_, id);
    if (!records_.held) return tuples_.UnitsOf(members);
    units_.clear();
    for (const uint32_t record : members) {
      if (const uint64_t unit = records_.unit_of_row[record]; unit != 0) units_.push_back(unit);
    }
    std::sort(units_.begin(), units_.end());
    return static_cast<uint64_t>(std::unique(units_.begin(), units_.end()) - units_.begin());
  }

 private:
  const CodedTable& records_;
  TupleCounter tuples_;
  PerTuple<uint32_t> members_;  // records if they are rows, else tuples
  std::vector<uint64_t> units_;
};

}  // namespace

RiskFigures UnitRiskOf(const CodedTable& records, const CollapsedTable& collapsed,
                       const ClassTable& classes) {
  UnitCounter counter(records, collapsed, classes);
  std::vector<RiskClass> counted;
  counted.reserve(classes.rows.size());
  bool is_bound = false;
  for (size_t id = 0; id < classes.rows.size(); ++id) {
    if (classes.rows[id] == 0 || classes.suppressed[id]) continue;
    counted.push_back({.rows = classes.rows[id], .units = counter.UnitsOf(id)});
    is_bound |= !records.held && counted.back().units >= collapsed.table.unit_cap;
  }
  RiskFigures figures = RiskOfClasses(counted);
  figures.counts_units = true;
  figures.is_bound = is_bound;
  return figures;
}

RiskFigures UnitRiskBefore(const CodedTable& records, const CollapsedTable& collapsed) {
  ClassTable tuples;
  tuples.class_of.resize(collapsed.table.tuples());
  std::iota(tuples.class_of.begin(), tuples.class_of.end(), 0U);
  tuples.rows = collapsed.table.rows;
  tuples.suppressed.assign(tuples.rows.size(), false);
  return UnitRiskOf(records, collapsed, tuples);
}

}  // namespace weir::anon::internal
