// SPDX-License-Identifier: Apache-2.0
#include "weir/anon/risk/record_linkage.h"

#include <numeric>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "tests/anon/small_table.h"
#include "tests/support/status_matchers.h"

namespace weir::anon::test {
namespace {

using ::testing::HasSubstr;
using weir::test::IsOk;
using weir::test::StatusIs;

double Differs(uint32_t a, uint32_t b) { return a == b ? 0.0 : 1.0; }

// A row a code, each about the person of its place.
LinkageTable RowsAbout(const std::vector<uint32_t>& codes, const std::vector<uint32_t>& persons) {
  return {.codes = {codes}, .rows = std::vector<uint64_t>(codes.size(), 1), .persons = persons};
}
LinkageTable OneEach(const std::vector<uint32_t>& codes) {
  std::vector<uint32_t> persons(codes.size());
  std::iota(persons.begin(), persons.end(), 0U);
  return RowsAbout(codes, persons);
}

StatusOr<LinkageRisk> Link(const LinkageTable& known, const LinkageTable& published,
                           uint64_t targets = 1000) {
  const std::vector<CellDistance> distances(known.codes.size(), Differs);
  return LinkRecords({known, published}, distances,
                     {.most_comparisons = 1, .fewest_targets = targets});
}

TEST(RecordLinkageTest, UnchangedRowsAreLinkedByTheirClasses) {
  const LinkageTable table = OneEach({0, 1, 1, 2, 2, 2});
  const auto risk = Link(table, table);
  ASSERT_THAT(risk, IsOk());
  EXPECT_EQ(risk->targets, 6u);
  EXPECT_EQ(risk->published_rows, 6u);
  EXPECT_NEAR(risk->right_links, 3.0, 1e-12);
  EXPECT_NEAR(risk->share, 0.5, 1e-12);
  EXPECT_EQ(risk->certain_links, 1u);
}

TEST(RecordLinkageTest, RowsThatAreLeftOutAreNotFound) {
  const auto risk = Link(OneEach({0, 1}), RowsAbout({1}, {1}));
  ASSERT_THAT(risk, IsOk());
  EXPECT_EQ(risk->right_links, 1.0);
}

TEST(RecordLinkageTest, SwappedRowsAreLinkedWrongly) {
  const auto risk = Link(OneEach({0, 1, 2}), OneEach({1, 2, 0}));
  ASSERT_THAT(risk, IsOk());
  EXPECT_EQ(risk->right_links, 0.0);
  EXPECT_EQ(risk->certain_links, 0u);
}

// Who a row is about is then not known: the attacker is taken to be lucky.
TEST(RecordLinkageTest, WithoutPersonsTheSwapIsNotSeen) {
  const auto risk = Link(RowsAbout({0, 1, 2}, {}), RowsAbout({1, 2, 0}, {}));
  ASSERT_THAT(risk, IsOk());
  EXPECT_FALSE(risk->knows_persons);
  EXPECT_EQ(risk->right_links, 3.0);
}

TEST(RecordLinkageTest, APersonWithSeveralRowsIsFoundByAnyOfThem) {
  const auto risk = Link(RowsAbout({0}, {7}), RowsAbout({0, 0, 0, 1}, {7, 8, 7, 7}));
  ASSERT_THAT(risk, IsOk());
  EXPECT_NEAR(risk->right_links, 2.0 / 3, 1e-12);
}

TEST(RecordLinkageTest, SomebodyWhoIsNotThereIsNeverFound) {
  const auto risk = Link(RowsAbout({0}, {kNobody}), RowsAbout({0}, {kNobody}));
  ASSERT_THAT(risk, IsOk());
  EXPECT_EQ(risk->right_links, 0.0);
}

TEST(RecordLinkageTest, RecordsStandForEqualRows) {
  LinkageTable known = RowsAbout({0, 1}, {});
  known.rows = {3, 1};
  LinkageTable published = RowsAbout({0, 1}, {});
  published.rows = {3, 1};
  const auto risk = Link(known, published);
  ASSERT_THAT(risk, IsOk());
  EXPECT_EQ(risk->targets, 4u);
  EXPECT_NEAR(risk->right_links, 2.0, 1e-12);
  EXPECT_EQ(risk->certain_links, 1u);
}

TEST(RecordLinkageTest, NumbersThatMovedALittleAreNear) {
  const auto distance =
      DistanceOfTexts({{"10", "20", "40", "x"}, {"12", "20", "70", "y"}}, nullptr, "*");
  EXPECT_NEAR(distance(0, 0), 2.0 / 30, 1e-12);
  EXPECT_EQ(distance(1, 1), 0.0);
  EXPECT_EQ(distance(2, 2), 1.0);
  EXPECT_EQ(distance(0, 3), 1.0);
  EXPECT_EQ(distance(3, 3), 1.0);
}

TEST(RecordLinkageTest, AGeneralizedCellIsNearToAllThatItCovers) {
  const auto hierarchy = Hierarchy::Create({{"a", "x", "*"}, {"b", "x", "*"}, {"c", "y", "*"}});
  ASSERT_THAT(hierarchy, IsOk());
  const auto distance =
      DistanceOfTexts({{"a", "b", "c", "new"}, {"x", "y", "b", "-", "new", "*"}}, &*hierarchy, "-");
  EXPECT_EQ(distance(0, 0), 0.0);
  EXPECT_EQ(distance(1, 0), 0.0);
  EXPECT_EQ(distance(2, 0), 1.0);
  EXPECT_EQ(distance(2, 1), 0.0);
  EXPECT_EQ(distance(1, 2), 0.0);
  EXPECT_EQ(distance(0, 2), 1.0);
  EXPECT_EQ(distance(2, 3), 0.0);  // suppressed
  EXPECT_EQ(distance(3, 4), 0.0);  // the same text, though the hierarchy has no place for it
  EXPECT_EQ(distance(3, 0), 1.0);
  EXPECT_EQ(distance(2, 5), 0.0);  // the root
}

TEST(RecordLinkageTest, LooksForABoundedNumberOfRows) {
  std::vector<uint32_t> codes(5000);
  std::iota(codes.begin(), codes.end(), 0U);
  const LinkageTable table = OneEach(codes);
  const auto risk = Link(table, table, 10);
  ASSERT_THAT(risk, IsOk());
  EXPECT_EQ(risk->known_rows, 5000u);
  EXPECT_EQ(risk->targets, 10u);
  EXPECT_EQ(risk->certain_links, 10u);
}

TEST(RecordLinkageTest, LooksForAllRowsWhereThatIsCheap) {
  std::vector<uint32_t> codes(50);
  std::iota(codes.begin(), codes.end(), 0U);
  const LinkageTable table = OneEach(codes);
  const std::vector<CellDistance> distances = {Differs};
  const auto targets = [&](uint64_t comparisons) {
    return LinkRecords({table, table}, distances,
                       {.most_comparisons = comparisons, .fewest_targets = 3})
        ->targets;
  };
  EXPECT_EQ(targets(50 * 50), 50u);
  EXPECT_EQ(targets(50 * 20), 20u);
  EXPECT_EQ(targets(0), 3u);
}

TEST(RecordLinkageTest, RefusesWhatDoesNotFit) {
  const LinkageTable two = OneEach({0, 1});
  LinkageTable uneven = two;
  uneven.codes.push_back({0});
  const std::vector<CellDistance> one = {Differs};
  const std::vector<CellDistance> none = {CellDistance()};
  const auto refuses = [](const char* what) {
    return StatusIs(StatusCode::kInvalidArgument, HasSubstr(what));
  };
  EXPECT_THAT(LinkRecords({}, {}, {}), refuses("a column"));
  EXPECT_THAT(LinkRecords({two, two}, one, {.fewest_targets = 0}), refuses("target"));
  EXPECT_THAT(LinkRecords({two, two}, none, {}), refuses("distance"));
  EXPECT_THAT(Link(uneven, uneven), refuses("as many rows"));
  EXPECT_THAT(LinkRecords({two, uneven}, one, {}), refuses("as many rows"));
  EXPECT_THAT(Link(two, RowsAbout({0, 1}, {})), refuses("persons in both"));
}

// The nearest rows of each target by comparing it with every row.
RC_GTEST_PROP(RecordLinkageProperty, AgreesWithComparingAllRows, ()) {
  const Rows before =
      *rc::gen::suchThat(RandomRows(3, 3), [](const Rows& r) { return !r.empty(); });
  const Rows after = *rc::gen::container<Rows>(
      before.size(), rc::gen::container<Row>(3, rc::gen::inRange<uint32_t>(0, 3)));
  LinkageTable known = OneEach(std::vector<uint32_t>(before.size(), 0));
  LinkageTable published = known;
  known.codes.assign(3, {});
  published.codes.assign(3, {});
  for (size_t a = 0; a < 3; ++a) {
    for (const Row& row : before) known.codes[a].push_back(row[a]);
    for (const Row& row : after) published.codes[a].push_back(row[a]);
  }
  double expected = 0;
  for (size_t i = 0; i < before.size(); ++i) {
    std::vector<double> distances;
    for (const Row& row : after) {
      distances.push_back(Differs(before[i][0], row[0]) + Differs(before[i][1], row[1]) +
                          Differs(before[i][2], row[2]));
    }
    const double nearest = *std::min_element(distances.begin(), distances.end());
    if (distances[i] > nearest) continue;
    expected += 1.0 / static_cast<double>(std::count(distances.begin(), distances.end(), nearest));
  }
  const auto risk = Link(known, published, before.size());
  RC_ASSERT(risk.ok());
  RC_ASSERT(std::abs(risk->right_links - expected) < 1e-9);
}

}  // namespace
}  // namespace weir::anon::test
