// SPDX-License-Identifier: Apache-2.0
// Every kind of question from the document to the table, with so much epsilon that the noise is
// nothing: the figures must be those of the file.
#include <algorithm>
#include <cmath>
#include <map>
#include <set>
#include <string>
#include <variant>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/release/trips_fixture.h"
#include "tests/support/status_matchers.h"
#include "weir/data/plain_table.h"

namespace weir::release {
namespace {

using MeasuresTest = test::TripsTest;
using test::Trip;
using test::Trips;
using ::testing::ElementsAre;

size_t At(const data::PlainTable& table, const std::string& column) {
  for (size_t i = 0; i < table.columns.size(); ++i) {
    if (table.columns[i].name == column) return i;
  }
  ADD_FAILURE() << "no column " << column;
  return 0;
}

double Number(const data::PlainValue& value) {
  if (const auto* whole = std::get_if<int64_t>(&value)) return static_cast<double>(*whole);
  return std::get<double>(value);
}

// The column by the text or number of the first key.
std::map<std::string, double> ByKey(const data::PlainTable& table, const std::string& column) {
  std::map<std::string, double> values;
  const size_t at = At(table, column);
  for (const auto& row : table.rows) {
    const auto* text = std::get_if<std::string>(&row[0]);
    const std::string key = text != nullptr ? *text : std::to_string(std::get<int64_t>(row[0]));
    values[key] = Number(row[at]);
  }
  return values;
}

// [low, high] of a measure lies around the truth in every row. Whether it holds it is a matter of
// 95 % (tests/statistical); ten widths beside it is no matter of chance.
void ExpectCovers(const data::PlainTable& table, const std::string& measure,
                  const std::map<std::string, double>& truth) {
  const auto low = ByKey(table, measure + "_low");
  const auto high = ByKey(table, measure + "_high");
  for (const auto& [key, value] : truth) {
    const double width = high.at(key) - low.at(key);
    EXPECT_LE(low.at(key) - 10 * width, value + 1e-9) << measure << " " << key;
    EXPECT_GE(high.at(key) + 10 * width, value - 1e-9) << measure << " " << key;
    EXPECT_GE(width, 0);
  }
}

std::map<std::string, std::vector<double>> FaresByKind() {
  std::map<std::string, std::vector<double>> fares;
  for (const Trip& trip : Trips()) {
    fares[trip.kind].push_back(std::min(50.0, std::round(trip.fare * 100) / 100));
  }
  return fares;
}

TEST_F(MeasuresTest, MeanVarianceAndStandardDeviation) {
  const data::PlainTable table = Run(
      "keys: [kind]\nmeasures: [mean: fare, variance: fare, standard_deviation: {column: fare}]\n");
  std::map<std::string, double> means, variances, deviations;
  for (const auto& [kind, fares] : FaresByKind()) {
    double sum = 0, squares = 0;
    for (const double fare : fares) {
      sum += fare;
      squares += fare * fare;
    }
    const auto n = static_cast<double>(fares.size());
    means[kind] = sum / n;
    variances[kind] = squares / n - sum / n * sum / n;
    deviations[kind] = std::sqrt(variances[kind]);
    EXPECT_NEAR(ByKey(table, "mean_fare").at(kind), means[kind], 0.05);
    EXPECT_NEAR(ByKey(table, "variance_fare").at(kind), variances[kind], 2);
    EXPECT_NEAR(ByKey(table, "standard_deviation_fare").at(kind), deviations[kind], 0.1);
  }
  ExpectCovers(table, "mean_fare", means);
  ExpectCovers(table, "variance_fare", variances);
  ExpectCovers(table, "standard_deviation_fare", deviations);
  EXPECT_LT(ByKey(table, "mean_fare_se").at("bus"), 0.05);
  EXPECT_EQ(table.columns.size(), 1u + 3 * 4);
}

TEST_F(MeasuresTest, QuantilesAllAtOnce) {
  const data::PlainTable table =
      Run("keys: [kind]\nmeasures: [quantiles: {column: fare, at: [0.25, 0.5, 0.90]}]\n");
  for (const auto& [name, q] : std::map<std::string, double>{
           {"quantile_fare_0.25", 0.25}, {"quantile_fare_0.5", 0.5}, {"quantile_fare_0.9", 0.9}}) {
    std::map<std::string, double> truth;
    for (auto [kind, fares] : FaresByKind()) {
      std::sort(fares.begin(), fares.end());
      const auto rank = static_cast<size_t>(std::ceil(q * static_cast<double>(fares.size())));
      truth[kind] = fares[rank - 1];
      EXPECT_NEAR(ByKey(table, name).at(kind), truth[kind], 0.05) << name << " " << kind;
      const double printed = ByKey(table, name).at(kind);
      EXPECT_EQ(printed, std::round(printed * 100) / 100) << "is not the number on the grid";
    }
    ExpectCovers(table, name, truth);
  }
}

TEST_F(MeasuresTest, HistogramAndRatio) {
  const data::PlainTable table =
      Run("measures: [histogram: {column: fare, edges: [0, 10, 25.0, 50]},\n"
          "  ratio: {numerator: fare, denominator: distance}]\nbounds: {max_rows_per_key: 4}\n");
  ASSERT_EQ(table.rows.size(), 1u);
  std::vector<double> bins(3);
  double fares = 0, distances = 0;
  for (const Trip& trip : Trips()) {
    const double fare = std::round(trip.fare * 100) / 100;
    if (fare < 10) ++bins[0];
    if (fare >= 10 && fare < 25) ++bins[1];
    if (fare >= 25 && fare < 50) ++bins[2];
    fares += std::min(50.0, fare);
    distances += trip.distance;
  }
  EXPECT_EQ(Number(table.rows[0][At(table, "histogram_fare_[0,10)")]), bins[0]);
  EXPECT_EQ(Number(table.rows[0][At(table, "histogram_fare_[10,25)")]), bins[1]);
  EXPECT_EQ(Number(table.rows[0][At(table, "histogram_fare_[25,50)")]), bins[2]);
  EXPECT_NEAR(Number(table.rows[0][At(table, "ratio_fare_distance")]), fares / distances, 0.01);
}

TEST_F(MeasuresTest, SumsAreClampedByUnitWhereAsked) {
  const data::PlainTable table = Run(
      "keys: [{column: kind, level: engine}]\n"
      "measures: [sum: {column: distance, per_unit: [0, 30]}]\nbounds: {max_keys_per_unit: 2}\n");
  std::map<int, double> motor, muscle;
  for (const Trip& trip : Trips()) {
    (trip.kind == "bike" ? muscle : motor)[trip.rider] += trip.distance;
  }
  const auto clamped = [](const std::map<int, double>& by_rider) {
    double sum = 0;
    for (const auto& [rider, distance] : by_rider) sum += std::min(30.0, distance);
    return sum;
  };
  EXPECT_EQ(ByKey(table, "sum_distance").at("motor"), clamped(motor));
  EXPECT_EQ(ByKey(table, "sum_distance").at("muscle"), clamped(muscle));
}

TEST_F(MeasuresTest, TheBoundOfASumIsFoundPrivately) {
  const std::string question =
      "keys: [kind]\nmeasures: [sum: {column: tip, estimate: 0.20}]\n"
      "bounds: {max_keys_per_unit: 3, max_rows_per_key: 1}\n";
  const data::PlainTable table = Run(question);
  std::map<std::string, double> tips;
  for (const Trip& trip : Trips()) tips[trip.kind] += trip.tip;
  for (const auto& [kind, sum] : tips) {
    EXPECT_EQ(ByKey(table, "upper_bound_tip").at(kind), 5.12)
        << "the first power of two above 4.50";
    EXPECT_NEAR(ByKey(table, "sum_tip").at(kind), sum, 0.01);
  }
  ExpectCovers(table, "sum_tip", tips);
  WEIR_ASSERT_OK_AND_ASSIGN(const ReleasePlan plan, PlanFor(question, "{epsilon: 1}"));
  EXPECT_EQ(plan.cost.approximate().at(0).epsilon, Epsilon::Parse("0.2").value());
  EXPECT_EQ(plan.cost.events().size(), 1u) << "one sum is noised, whichever bound is found";
  EXPECT_EQ(plan.cost.events()[0].sensitivity, 1u) << "charged for one step, the worst";
  EXPECT_EQ(plan.channels.back().noise->event.sensitivity, 3u * 10'000'000u) << "until it is found";
}

// The noise shrinks with the bound: as wide as a column of such bounds would need.
TEST_F(MeasuresTest, AFoundBoundMakesTheNoiseSmall) {
  const data::PlainTable table =
      Run("keys: [kind]\nmeasures: [sum: {column: tip, estimate: 0.5}]\n"
          "bounds: {max_keys_per_unit: 3, max_rows_per_key: 1}\n");
  const double widest = 3 * 100'000 / 50'000.0;  // L1 over epsilon, without an estimate
  EXPECT_LT(ByKey(table, "sum_tip_se").at("bus"), widest / 1000);
}

TEST_F(MeasuresTest, FiltersCountWhatPasses) {
  const data::PlainTable table =
      Run("measures: [rows]\nbounds: {max_rows_per_key: 4}\n"
          "filter: [{column: fare, at_least: 10, below: 25.5}, {column: kind, in: [bus, tram]},\n"
          "  {column: start, above: 2025-03-15T00:00:00Z}, {column: distance, not_in: [5]}]\n");
  int rows = 0;
  for (const Trip& trip : Trips()) {
    rows += trip.fare >= 10 && trip.fare < 25.5 && trip.kind != "bike" && trip.month >= 3 &&
                    trip.distance != 5
                ? 1
                : 0;
  }
  EXPECT_EQ(Number(table.rows.at(0).at(0)), rows);
  EXPECT_GT(rows, 0);
}

TEST_F(MeasuresTest, PartsAndPeriodsAreKeys) {
  const data::PlainTable months = Run("keys: [{column: start, part: month}]\nmeasures: [rows]\n");
  const data::PlainTable periods =
      Run("keys: [{column: start, period: {per: month, first: 2025-02, last: 2025-11}}]\n"
          "measures: [rows]\n");
  std::map<std::string, double> by_month;
  for (const Trip& trip : Trips()) ++by_month[std::to_string(trip.month)];
  EXPECT_EQ(months.rows.size(), 12u);
  for (const auto& [month, rows] : by_month) EXPECT_EQ(ByKey(months, "rows").at(month), rows);
  EXPECT_EQ(periods.rows.size(), 10u);
  EXPECT_EQ(ByKey(periods, "rows").at("2025-02"), by_month["2"]);
  EXPECT_EQ(ByKey(periods, "rows").at("2025-11"), by_month["11"]);
}

TEST_F(MeasuresTest, UnknownKeysAreSelectedAndSortedByName) {
  for (const char* measures : {"[units]", "[rows, units]", "[sum: distance]", "[mean: fare]"}) {
    const data::PlainTable table =
        Run(std::string("keys: [zone]\nselection: {}\nmeasures: ") + measures + "\n");
    std::vector<std::string> zones;
    for (const auto& row : table.rows) zones.push_back(std::get<std::string>(row[0]));
    EXPECT_THAT(zones, ElementsAre("edge", "z0", "z1", "z2")) << measures;
  }
  std::map<std::string, std::set<int>> riders;
  for (const Trip& trip : Trips()) riders[trip.zone].insert(trip.rider);
  const data::PlainTable table =
      Run("keys: [zone]\nselection: {min_units: 2}\nmeasures: [units]\n");
  for (const auto& [zone, who] : riders) {
    EXPECT_EQ(ByKey(table, "units").at(zone), static_cast<double>(who.size()));
  }
}

TEST_F(MeasuresTest, OpenKeysStandAnywhereAmongOthers) {
  for (const char* keys : {"[zone, kind]", "[kind, zone]",
                           "[kind, zone, {column: distance, bucket: {edges: [0, 50]}}]"}) {
    const data::PlainTable table =
        Run(std::string("keys: ") + keys + "\nselection: {}\nmeasures: [units]\n");
    EXPECT_GE(table.rows.size(), 12u) << keys;
    const size_t zone = At(table, "zone");
    const size_t kind = At(table, "kind");
    std::set<std::string> zones, kinds;
    for (const auto& row : table.rows) {
      zones.insert(std::get<std::string>(row[zone]));
      kinds.insert(std::get<std::string>(row[kind]));
    }
    EXPECT_THAT(zones, ElementsAre("edge", "z0", "z1", "z2")) << keys;
    EXPECT_THAT(kinds, ElementsAre("bike", "bus", "tram")) << keys;
  }
}

TEST_F(MeasuresTest, KeysOfTooFewUnitsAreNeverShown) {
  const data::PlainTable table =
      Run("keys: [zone]\nselection: {min_units: 7}\nmeasures: [units]\n");
  EXPECT_EQ(table.rows.size(), 3u) << "edge has six riders";
}

TEST_F(MeasuresTest, TheTopKeysAreTheLargest) {
  const data::PlainTable searched =
      Run("keys: [{column: start, part: hour}]\ntop: {keys: 3, by: rows}\nmeasures: [rows]\n");
  std::map<int, int> by_hour;
  for (const Trip& trip : Trips()) ++by_hour[trip.hour];
  std::vector<int> counts;
  for (const auto& [hour, rows] : by_hour) counts.push_back(rows);
  std::sort(counts.rbegin(), counts.rend());
  ASSERT_EQ(searched.rows.size(), 3u);
  for (size_t i = 0; i < 3; ++i) {
    const auto hour = static_cast<int>(std::get<int64_t>(searched.rows[i][0]));
    EXPECT_EQ(by_hour.at(hour), counts[i]) << "row " << i;
    EXPECT_EQ(std::get<int64_t>(searched.rows[i][1]), counts[i]);
  }
  const data::PlainTable ranked =
      Run("keys: [zone]\nselection: {}\ntop: {keys: 2}\nmeasures: [units, mean: fare]\n");
  ASSERT_EQ(ranked.rows.size(), 2u);
  EXPECT_GE(std::get<int64_t>(ranked.rows[0][1]), std::get<int64_t>(ranked.rows[1][1]));
}

}  // namespace
}  // namespace weir::release
