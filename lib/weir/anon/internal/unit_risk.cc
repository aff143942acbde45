// SPDX-License-Identifier: Apache-2.0
#include "weir/anon/internal/unit_risk.h"

#include <algorithm>
#include <cstdint>
#include <numeric>
#include <span>
#include <vector>

namespace weir::anon::internal {
namespace {

// Items by class: those of class c are [begin[c], begin[c + 1]) of `items`.
PerTuple<uint32_t> ListByClass(std::span<const uint32_t> class_of, size_t classes) {
  PerTuple<uint32_t> list;
  list.begin.assign(classes + 1, 0);
  for (const uint32_t id : class_of) ++list.begin[id + 1];
  std::partial_sum(list.begin.begin(), list.begin.end(), list.begin.begin());
  list.items.resize(class_of.size());
  std::vector<uint64_t> next(list.begin.begin(), list.begin.end() - 1);
  for (size_t item = 0; item < class_of.size(); ++item) {
    list.items[next[class_of[item]]++] = static_cast<uint32_t>(item);
  }
  return list;
}

class UnitCounter {
 public:
  UnitCounter(const CodedTable& records, const CollapsedTable& collapsed, const ClassTable& classes)
      : records_(records), collapsed_(collapsed) {
    if (!records.held) {
      members_ = ListByClass(classes.class_of, classes.rows.size());
      return;
    }
    std::vector<uint32_t> class_of_record;
    class_of_record.reserve(collapsed.tuple_of_record.size());
    for (const uint32_t tuple : collapsed.tuple_of_record) {
      class_of_record.push_back(classes.class_of[tuple]);
    }
    members_ = ListByClass(class_of_record, classes.rows.size());
  }

  // Distinct units of a class; without held rows at most the cap.
  uint64_t UnitsOf(size_t id) {
    units_.clear();
    for (uint64_t at = members_.begin[id]; at < members_.begin[id + 1]; ++at) {
      Add(members_.items[at]);
    }
    std::sort(units_.begin(), units_.end());
    const auto end = std::unique(units_.begin(), units_.end());
    const auto units = static_cast<uint64_t>(end - units_.begin());
    return records_.held ? units : std::min<uint64_t>(units, collapsed_.table.unit_cap);
  }

 private:
  void Add(uint32_t member) {
    if (records_.held) {
      const uint64_t unit = records_.unit_of_row[member];
      if (unit != 0) units_.push_back(unit);
      return;
    }
    const PerTuple<uint64_t>& all = collapsed_.table.units;
    units_.insert(units_.end(), all.items.begin() + static_cast<ptrdiff_t>(all.begin[member]),
                  all.items.begin() + static_cast<ptrdiff_t>(all.begin[member + 1]));
  }

  const CodedTable& records_;
  const CollapsedTable& collapsed_;
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
