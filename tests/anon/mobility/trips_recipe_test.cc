// SPDX-License-Identifier: Apache-2.0
// Recipes about trips, from the file to the output.
#include <algorithm>
#include <fstream>
#include <map>
#include <set>
#include <sstream>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include "tests/support/seeded_random.h"
#include "tests/support/status_matchers.h"
#include "tests/support/temporary_folder.h"
#include "weir/anon/anonymize.h"
#include "weir/anon/mobility/home_removal.h"
#include "weir/anon/mobility/od_output.h"
#include "weir/doc/yaml_reader.h"

namespace weir::anon {
namespace {

using ::testing::Each;
using ::testing::HasSubstr;
using weir::test::IsOk;
using weir::test::SeededRandom;
using weir::test::StatusIs;

using Row = std::vector<std::string>;

class TripsRecipeTest : public ::testing::Test {
 protected:
  std::string PathOf(const std::string& name) const { return JoinPath(folder_.path(), name); }

  void Write(const std::string& name, const std::string& text) const {
    std::ofstream(PathOf(name), std::ios::binary) << text;
  }

  StatusOr<Recipe> ReadRecipe(const std::string& yaml) const {
    const auto document = doc::ParseYaml<v1::Recipe>(yaml, "a.recipe.yaml");
    if (!document.ok()) return document.status();
    return Recipe::Create(*document, folder_.path());
  }

  // Without its header; no cell is quoted in these tests.
  std::vector<Row> ReadRows(const std::string& name) const {
    std::ifstream file(PathOf(name));
    std::vector<Row> rows;
    for (std::string line; std::getline(file, line);) {
      std::istringstream cells(line);
      rows.emplace_back();
      for (std::string cell; std::getline(cells, cell, ',');) rows.back().push_back(cell);
    }
    rows.erase(rows.begin());
    return rows;
  }

  // Trips of a few hundred riders between five zones of uneven size.
  std::vector<Row> WriteTrips() const {
    SeededRandom random(11);
    std::vector<Row> trips;
    std::string text = "rider,from,to,hour\n";
    for (int i = 0; i < 700; ++i) {
      const auto zone = [&random] {
        const uint64_t a = random.Word() % 100;
        return "z" + std::to_string(a * a / 2000);
      };
      trips.push_back({"r" + std::to_string(random.Word() % 300), zone(), zone(),
                       std::to_string(6 + random.Word() % 12)});
      text += trips.back()[0] + "," + trips.back()[1] + "," + trips.back()[2] + "," +
              trips.back()[3] + "\n";
    }
    Write("trips.csv", text);
    return trips;
  }

  StatusOr<OwnerView<OdFacts>> MakeTable(const std::string& yaml) {
    const StatusOr<Recipe> recipe = ReadRecipe(yaml);
    if (!recipe.ok()) return recipe.status();
    return WriteOdTable(*recipe, {}, {.path = PathOf("od.csv")}, SystemFiles(), random_);
  }

  weir::test::TemporaryFolder folder_;
  SeededRandom random_{5};
};

constexpr char kTable[] =
    "input: {path: trips.csv}\n"
    "privacy_unit: [rider]\n"
    "attributes: {from: quasi-identifier, to: quasi-identifier}\n"
    "mobility: {origin_destination: {origin: from, destination: to, least: 8, protection: 9";

TEST_F(TripsRecipeTest, TableHoldsExactCountsOrTheMark) {
  const std::vector<Row> trips = WriteTrips();
  for (const bool units : {false, true}) {
    const auto facts = MakeTable(std::string(kTable) + (units ? "}}\n" : ", count: rows}}\n"));
    ASSERT_THAT(facts, IsOk());
    std::map<std::pair<std::string, std::string>, std::vector<std::string>> riders;
    for (const Row& trip : trips) {
      for (const auto& from : {trip[1], std::string(kMargin)}) {
        for (const auto& to : {trip[2], std::string(kMargin)})
          riders[{from, to}].push_back(trip[0]);
      }
    }
    size_t suppressed = 0;
    const std::vector<Row> rows = ReadRows("od.csv");
    ASSERT_EQ(rows.size(), 36u);
    for (const Row& row : rows) {
      const std::vector<std::string>& all = riders[{row[0], row[1]}];
      const std::set<std::string> distinct(all.begin(), all.end());
      const size_t count = units ? distinct.size() : all.size();
      const bool is_small = !distinct.empty() && distinct.size() < 8;
      if (row[2] == "*") {
        ++suppressed;
        continue;
      }
      EXPECT_FALSE(is_small);
      EXPECT_EQ(row[2], std::to_string(count));
    }
    const OdFacts& shown = facts->ShowToOwner();
    EXPECT_GT(shown.primary, 0u);
    EXPECT_GT(shown.complementary, 0u);
    EXPECT_EQ(suppressed, shown.primary + shown.complementary);
    EXPECT_GE(shown.narrowest, 9u);
    EXPECT_EQ(shown.counts_units, units);
    std::remove(PathOf("od.csv").c_str());
  }
}

TEST_F(TripsRecipeTest, BadTablesAreRefusedWithTheirPlace) {
  WriteTrips();
  const auto refused = [this](const std::string& from, const std::string& to) {
    std::string text = std::string(kTable) + "}}\n";
    text.replace(text.find(from), from.size(), to);
    return MakeTable(text).status();
  };
  EXPECT_THAT(refused("least: 8", "least: 1"),
              StatusIs(StatusCode::kInvalidArgument, HasSubstr("least must be at least 2")));
  EXPECT_THAT(refused("origin: from", "origin: hour"),
              StatusIs(StatusCode::kInvalidArgument, HasSubstr("no quasi-identifier")));
  EXPECT_THAT(refused("destination: to", "destination: from"),
              StatusIs(StatusCode::kInvalidArgument, HasSubstr("two columns")));
  EXPECT_THAT(refused("mobility:", "models: [{k-anonymity: 5}]\nmobility:"),
              StatusIs(StatusCode::kInvalidArgument, HasSubstr("leave models out")));
  EXPECT_THAT(refused("protection: 9", "impossible: [{origin: moon, destination: z1}]"),
              StatusIs(StatusCode::kInvalidArgument, HasSubstr("no cell")));
}

TEST_F(TripsRecipeTest, PlaceAndTimeHaveKRidersAndFewerUniqueTraces) {
  const std::vector<Row> trips = WriteTrips();
  const auto recipe = ReadRecipe(
      "input: {path: trips.csv}\n"
      "privacy_unit: [rider]\n"
      "attributes:\n"
      "  from: {role: quasi-identifier, hierarchy: {prefix: {}}}\n"
      "  hour: {role: quasi-identifier, type: int, hierarchy: {interval: {widths: [1, 3, 6], "
      "lowest: 0, highest: 24}}}\n"
      "models: [{k-anonymity: {k: 6, count: units}}]\n"
      "suppression_limit: 0.02\n"
      "mobility: {uniqueness: 2}\n"
      "output: {shuffle: false}\n");
  ASSERT_THAT(recipe, IsOk());
  auto anonymizer = Anonymizer::Open(*recipe, {}, SystemFiles(), random_);
  ASSERT_THAT(anonymizer, IsOk());
  const auto found = anonymizer->Find();
  ASSERT_THAT(found, IsOk());
  const auto facts = anonymizer->Write(*found, {.path = PathOf("out.csv")});
  ASSERT_THAT(facts, IsOk());
  const std::vector<Row> rows = ReadRows("out.csv");
  ASSERT_EQ(rows.size(), trips.size());
  std::map<Row, std::set<std::string>> riders;
  for (size_t i = 0; i < rows.size(); ++i) {
    if (rows[i][0] != "*" || rows[i][1] != "*") riders[rows[i]].insert(trips[i][0]);
  }
  ASSERT_FALSE(riders.empty());
  for (const auto& [point, who] : riders) EXPECT_GE(who.size(), 6u);
  ASSERT_TRUE(facts->ShowToOwner().mobility.has_value());
  const MobilityFacts& mobility = *facts->ShowToOwner().mobility;
  EXPECT_EQ(mobility.known_points, 2u);
  EXPECT_TRUE(mobility.unique_before.is_exact);
  EXPECT_LT(mobility.unique_after.share, mobility.unique_before.share);
}

// Seen at home at 23 and at the gym at 17: local time, an offset from UTC, and UTC.
TEST_F(TripsRecipeTest, NightsAreLocalHoweverTimesAreWritten) {
  const std::vector<std::vector<std::string>> forms = {{"T17:00:00", "T23:00:00"},
                                                       {"T17:00:00-07:00", "T23:00:00-07:00"},
                                                       {"T00:00:00Z", "T06:00:00Z"},
                                                       {"T00:00:00+00:00", "T06:00:00+00:00"}};
  for (const std::vector<std::string>& times : forms) {
    SCOPED_TRACE(times[0]);
    std::string text = "rider,time,latitude,longitude\n";
    for (int day = 3; day < 9; ++day) {
      const std::string date = "2025-03-0" + std::to_string(day);
      text += "a," + date + times[0] + ",39.9,-105.1\n" + "a," + date + times[1] + ",39.7,-105\n";
    }
    Write("points.csv", text);
    const auto recipe = ReadRecipe(
        "input: {path: points.csv}\n"
        "privacy_unit: [rider]\n"
        "attributes: {latitude: quasi-identifier}\n"
        "models: [{average-risk: 1}]\n"
        "mobility: {time: time, latitude: latitude, longitude: longitude,\n"
        "  remove_homes: {least_metres: 200, most_metres: 800}}\n");
    ASSERT_THAT(recipe, IsOk());
    auto anonymizer = Anonymizer::Open(*recipe, {}, SystemFiles(), random_);
    ASSERT_THAT(anonymizer, IsOk());
    const auto found = anonymizer->Find();
    ASSERT_THAT(found, IsOk());
    ASSERT_THAT(anonymizer->Write(*found, {.path = PathOf("out.csv"), .replace = true}), IsOk());
    EXPECT_THAT(ReadRows("out.csv"), Each(Row{"39.9"}));
  }
}

TEST_F(TripsRecipeTest, PointsNearHomesAreGoneBeforeAnythingElse) {
  constexpr Position kHome = {.latitude = 42.3, .longitude = -83.1};
  std::string text = "rider,trip,time,hour,latitude,longitude\n";
  for (const char* rider : {"a", "b", "c"}) {
    for (int trip = 0; trip < 6; ++trip) {
      for (int minute = 0; minute <= 30; ++minute) {
        const double share = trip % 2 == 0 ? minute / 30.0 : 1 - minute / 30.0;
        char line[160];
        std::snprintf(line, sizeof line, "%s,%d,2025-03-%02dT%02d:%02d:00,%d,%.6f,%.6f\n", rider,
                      trip, 3 + trip / 2, trip % 2 == 0 ? 8 : 18, minute, trip % 2 == 0 ? 8 : 18,
                      kHome.latitude + 0.05 * share, kHome.longitude);
        text += line;
      }
    }
  }
  Write("points.csv", text);
  Write("homes.key", std::string(32, 'k'));
  const auto recipe = ReadRecipe(
      "input: {path: points.csv}\n"
      "privacy_unit: [rider]\n"
      "attributes:\n"
      "  hour: {role: quasi-identifier}\n"
      "  latitude: {role: insensitive}\n"
      "models: [{k-anonymity: {k: 3, count: units}}]\n"
      "mobility: {trip: trip, time: time, latitude: latitude, longitude: longitude,\n"
      "  remove_homes: {least_metres: 200, most_metres: 800, key: homes}}\n");
  ASSERT_THAT(recipe, IsOk());
  ASSERT_EQ(::chmod(PathOf("homes.key").c_str(), 0600), 0);
  EXPECT_THAT(Anonymizer::Open(*recipe, {}, SystemFiles(), random_).status(),
              StatusIs(StatusCode::kInvalidArgument, HasSubstr("homes.key")));
  AnonymizeOptions options;
  options.actions.keys_folder = PathOf("");
  auto anonymizer = Anonymizer::Open(*recipe, options, SystemFiles(), random_);
  ASSERT_THAT(anonymizer, IsOk());
  const auto found = anonymizer->Find();
  ASSERT_THAT(found, IsOk());
  const auto facts = anonymizer->Write(*found, {.path = PathOf("out.csv")});
  ASSERT_THAT(facts, IsOk());
  const std::vector<Row> rows = ReadRows("out.csv");
  const MobilityFacts& mobility = *facts->ShowToOwner().mobility;
  EXPECT_EQ(mobility.rows_read, 3u * 6 * 31);
  EXPECT_EQ(mobility.rows_removed, mobility.rows_read - rows.size());
  EXPECT_FALSE(rows.empty());
  for (const Row& row : rows) {
    // Home and work, 100 metres less for where a stop is found.
    EXPECT_GT(std::stod(row[1]), 42.3 + 0.0009);
    EXPECT_LT(std::stod(row[1]), 42.35 - 0.0009);
  }
  // A secret that others may read is refused.
  ASSERT_EQ(::chmod(PathOf("homes.key").c_str(), 0644), 0);
  EXPECT_THAT(Anonymizer::Open(*recipe, options, SystemFiles(), random_).status(),
              StatusIs(StatusCode::kPermissionDenied, HasSubstr("homes.key")));
}

}  // namespace
}  // namespace weir::anon
