// SPDX-License-Identifier: Apache-2.0
#include "weir/anon/risk/reidentification_risk.h"

#include <algorithm>
#include <utility>

namespace weir::anon {
namespace {

constexpr int kThresholdDigits = 9;
constexpr uint64_t kThresholdOne = 1'000'000'000;

// A share in [0, 1] as billionths.
StatusOr<uint64_t> Billionths(const Decimal& threshold) {
  const StatusOr<int128> scaled = ScaleDecimal(threshold, kThresholdDigits, Rounding::kExact);
  if (!scaled.ok() || *scaled < 0 || *scaled > static_cast<int128>(kThresholdOne)) {
    return InvalidArgument(
        "the risk threshold must be in [0, 1] with at most nine decimals, got %s",
        FormatDecimal(threshold).c_str());
  }
  return static_cast<uint64_t>(*scaled);
}

// 1 / group > threshold.
bool IsAtRisk(uint64_t group, uint64_t billionths) {
  return static_cast<uint128>(group) * billionths < kThresholdOne;
}

double Share(uint64_t part, uint64_t whole) {
  return whole == 0 ? 0 : static_cast<double>(part) / static_cast<double>(whole);
}

// Gathers classes in which a person is one of `group`.
class RiskGatherer {
 public:
  explicit RiskGatherer(uint64_t billionths) : billionths_(billionths) {}

  void Add(uint64_t rows, uint64_t group) { rows_of_group_[group] += rows; }

  AttackerRisk Gather() const {
    AttackerRisk risk;
    if (rows_of_group_.empty()) return risk;
    uint64_t rows = 0;
    double sum = 0;
    for (const auto& [group, count] : rows_of_group_) {
      rows += count;
      sum += static_cast<double>(count) / static_cast<double>(group);
      if (IsAtRisk(group, billionths_)) risk.rows_at_risk += count;
    }
    risk.highest = 1.0 / static_cast<double>(rows_of_group_.begin()->first);
    risk.lowest = 1.0 / static_cast<double>(rows_of_group_.rbegin()->first);
    risk.average = sum / static_cast<double>(rows);
    risk.share_at_highest = Share(rows_of_group_.begin()->second, rows);
    risk.share_at_risk = Share(risk.rows_at_risk, rows);
    return risk;
  }

 private:
  uint64_t billionths_;
  std::map<uint64_t, uint64_t> rows_of_group_;
};

}  // namespace

RiskClass RiskClassOf(const TupleTable& table, size_t tuple) {
  const bool has_units = !table.units.begin.empty();
  return {.rows = table.rows[tuple],
          .units = has_units ? table.units.begin[tuple + 1] - table.units.begin[tuple]
                             : table.rows[tuple],
          .population = table.population.empty() ? 0 : table.population[tuple]};
}

std::vector<RiskClass> RiskClassesOf(const TupleTable& table) {
  std::vector<RiskClass> classes;
  classes.reserve(table.tuples());
  for (size_t i = 0; i < table.tuples(); ++i) {
    if (table.rows[i] > 0) classes.push_back(RiskClassOf(table, i));
  }
  return classes;
}

std::vector<RiskClass> RiskClassesOf(const std::map<uint64_t, uint64_t>& classes_of_size) {
  std::vector<RiskClass> classes;
  classes.reserve(classes_of_size.size());
  for (const auto& [rows, count] : classes_of_size) {
    classes.push_back({.rows = rows, .units = rows, .count = count});
  }
  return classes;
}

StatusOr<ReidentificationRisk> MeasureReidentificationRisk(std::span<const RiskClass> classes,
                                                           const Decimal& threshold,
                                                           PopulationTableUse population) {
  WEIR_ASSIGN_OR_RETURN(const uint64_t billionths, Billionths(threshold));
  RiskGatherer prosecutor(billionths);
  RiskGatherer journalist(billionths);
  ReidentificationRisk risk;
  for (const RiskClass& one : classes) {
    if (one.rows == 0 || one.count == 0) continue;
    const uint64_t units = std::max<uint64_t>(one.units, 1);
    const uint64_t rows = one.rows * one.count;
    risk.rows += rows;
    risk.classes += one.count;
    if (units == 1) risk.unique_rows += rows;
    prosecutor.Add(rows, units);
    journalist.Add(rows, std::max(one.population, units));
    if (one.population < units) risk.rows_beyond_population += rows;
  }
  risk.prosecutor = prosecutor.Gather();
  risk.marketer = risk.prosecutor.average;
  risk.sample_uniques = Share(risk.unique_rows, risk.rows);
  if (population == PopulationTableUse::kNone) {
    risk.rows_beyond_population = 0;
    return risk;
  }
  risk.journalist = journalist.Gather();
  risk.population_marketer = risk.journalist->average;
  return risk;
}

StatusOr<UnitRisk> MeasureUnitRisk(const TupleTable& table, const Decimal& threshold) {
  WEIR_ASSIGN_OR_RETURN(const uint64_t billionths, Billionths(threshold));
  if (table.units.begin.empty()) return InvalidArgument("the table names no privacy unit");
  std::vector<std::pair<uint64_t, uint64_t>> smallest;  // unit, units of a class that it is in
  smallest.reserve(table.units.items.size());
  for (size_t i = 0; i < table.tuples(); ++i) {
    const uint64_t begin = table.units.begin[i];
    const uint64_t count = table.units.begin[i + 1] - begin;
    if (count >= table.unit_cap) {
      return InvalidArgument("the table counts privacy units up to %u only", table.unit_cap);
    }
    for (uint64_t at = begin; at < begin + count; ++at) {
      smallest.emplace_back(table.units.items[at], count);
    }
  }
  std::sort(smallest.begin(), smallest.end());
  UnitRisk risk;
  double sum = 0;
  for (size_t i = 0; i < smallest.size(); ++i) {
    if (i > 0 && smallest[i].first == smallest[i - 1].first) continue;
    const uint64_t group = smallest[i].second;
    ++risk.units;
    if (group == 1) ++risk.unique_units;
    if (IsAtRisk(group, billionths)) ++risk.units_at_risk;
    sum += 1.0 / static_cast<double>(group);
  }
  risk.share_unique = Share(risk.unique_units, risk.units);
  risk.share_at_risk = Share(risk.units_at_risk, risk.units);
  risk.average = risk.units == 0 ? 0 : sum / static_cast<double>(risk.units);
  return risk;
}

}  // namespace weir::anon
