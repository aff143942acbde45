// SPDX-License-Identifier: Apache-2.0
#ifndef WEIR_ANON_RISK_REIDENTIFICATION_RISK_H_
#define WEIR_ANON_RISK_REIDENTIFICATION_RISK_H_

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <vector>

#include "weir/anon/tuple_table.h"
#include "weir/base/decimal.h"
#include "weir/base/status.h"

namespace weir::anon {

// What risk asks of an equivalence class.
struct RiskClass {
  uint64_t rows = 0;
  // Distinct privacy units; `rows` if rows are the units. Rows without a unit count as none, so a
  // class of such rows alone has 0, which is taken as 1: somebody stands behind them.
  uint64_t units = 0;
  uint64_t population = 0;  // rows of the population table
  uint64_t count = 1;       // so many classes are like this
};

// A tuple of a table as a class.
RiskClass RiskClassOf(const TupleTable& table, size_t tuple);
// Every tuple of a table as a class of its own; those without rows are left out.
std::vector<RiskClass> RiskClassesOf(const TupleTable& table);
// Classes by their sizes in rows, which are the units: one entry a size.
std::vector<RiskClass> RiskClassesOf(const std::map<uint64_t, uint64_t>& classes_of_size);

// Chances of an attacker who looks for one person and picks a unit of the right class at random.
// Averages and shares are over rows.
struct AttackerRisk {
  double highest = 0;  // 0 without rows, as all others
  double average = 0;
  double lowest = 0;
  double share_at_highest = 0;  // of rows that have the highest risk
  uint64_t rows_at_risk = 0;    // whose risk is above the threshold
  double share_at_risk = 0;
};

struct ReidentificationRisk {
  uint64_t rows = 0;
  uint64_t classes = 0;
  // The attacker knows that the person is in the table: 1 / units of the class.
  AttackerRisk prosecutor = {};
  // The attacker knows only that the person is in the population: 1 / population of the class.
  std::optional<AttackerRisk> journalist = std::nullopt;
  // Share of rows that are attributed rightly when everybody is looked for, in the table and, with
  // a population, by comparing the table with it.
  double marketer = 0;
  std::optional<double> population_marketer = std::nullopt;
  // Rows in classes of one unit (of one row, where rows are the units).
  uint64_t unique_rows = 0;
  double sample_uniques = 0;
  // Rows in classes for which the population has fewer rows than the table has units, which then
  // count instead: the population is not one that the table was drawn from.
  uint64_t rows_beyond_population = 0;
};

// Whether RiskClass::population says something.
enum class PopulationTableUse { kNone, kGiven };

// Risk of re-identification of a table, from its classes.
//
// Shapes:   any number of classes, those of 0 rows are left out; `threshold` in [0, 1].
// Assumes:  the attacker knows the quasi-identifiers of the person, exactly, and nothing else.
// Reveals:  exact facts about the rows: for their owner.
// Rounding: whether 1 / units is above the threshold is decided in integers.
// Errors:   INVALID_ARGUMENT  the threshold is not in [0, 1], or has more than nine decimals.
// Source:   El Emam, "Guide to the de-identification of personal health information", CRC Press,
//           2013, chapters 16 to 18 (prosecutor, journalist, marketer).
StatusOr<ReidentificationRisk> MeasureReidentificationRisk(
    std::span<const RiskClass> classes, const Decimal& threshold,
    PopulationTableUse population = PopulationTableUse::kNone);

// What the classes mean for privacy units, each of which may stand in several classes; its risk is
// that of the smallest of them.
struct UnitRisk {
  uint64_t units = 0;
  uint64_t unique_units = 0;   // alone in at least one class
  uint64_t units_at_risk = 0;  // whose risk is above the threshold
  double share_unique = 0;
  double share_at_risk = 0;
  double average = 0;
};

// Shapes: `table` names a privacy unit and holds all units of each tuple (no tuple reaches
//         `unit_cap`); each tuple is a class.
// Errors: INVALID_ARGUMENT  no privacy unit, a tuple with as many units as the cap; as above.
// Cost:   O(u log u) for u pairs of a tuple and a unit.
StatusOr<UnitRisk> MeasureUnitRisk(const TupleTable& table, const Decimal& threshold);

}  // namespace weir::anon

#endif  // WEIR_ANON_RISK_REIDENTIFICATION_RISK_H_
