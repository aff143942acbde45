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

TEST(RecordLinkageTest, UnchangedRowsAreLinkedByTheirClasses) {
  const std::vector<uint32_t> codes = {0, 1, 1, 2, 2, 2};
  const std::vector<LinkageColumn> columns = {
      {.original = codes, .published = codes, .distance = Differs}};
  const auto risk = LinkRecords(columns, {}, {});
  ASSERT_THAT(risk, IsOk());
  EXPECT_EQ(risk->targets, 6u);
  EXPECT_NEAR(risk->right_links, 3.0, 1e-12);
  EXPECT_NEAR(risk->share, 0.5, 1e-12);
  EXPECT_EQ(risk->certain_links, 1u);
}

TEST(RecordLinkageTest, RowsThatAreLeftOutAreNotFound) {
  const std::vector<uint32_t> codes = {0, 1};
  const std::vector<LinkageColumn> columns = {
      {.original = codes, .published = codes, .distance = Differs}};
  const auto risk = LinkRecords(columns, {false, true}, {});
  ASSERT_THAT(risk, IsOk());
  EXPECT_EQ(risk->right_links, 1.0);
}

TEST(RecordLinkageTest, SwappedRowsAreLinkedWrongly) {
  const std::vector<uint32_t> before = {0, 1, 2};
  const std::vector<uint32_t> after = {1, 2, 0};
  const std::vector<LinkageColumn> columns = {
      {.original = before, .published = after, .distance = Differs}};
  const auto risk = LinkRecords(columns, {}, {});
  ASSERT_THAT(risk, IsOk());
  EXPECT_EQ(risk->right_links, 0.0);
}

TEST(RecordLinkageTest, NumbersThatMovedALittleAreStillNearest) {
  const std::vector<uint32_t> codes = {0, 1, 2};
  const std::vector<LinkageColumn> columns = {
      {.original = codes,
       .published = codes,
       .distance = NumberDistance({10, 20, 40}, {12, 19, 36})}};
  const auto risk = LinkRecords(columns, {}, {});
  ASSERT_THAT(risk, IsOk());
  EXPECT_EQ(risk->certain_links, 3u);
}

TEST(RecordLinkageTest, AGeneralizedCellIsNearToAllThatItCovers) {
  const auto hierarchy = Hierarchy::Create({{"a", "x", "*"}, {"b", "x", "*"}, {"c", "y", "*"}});
  ASSERT_THAT(hierarchy, IsOk());
  const auto distance = CoverDistance(*hierarchy, 1);
  EXPECT_EQ(distance(0, 0), 0.0);
  EXPECT_EQ(distance(1, 0), 0.0);
  EXPECT_EQ(distance(2, 0), 1.0);
  EXPECT_EQ(distance(2, 2), 0.0);  // suppressed
}

TEST(RecordLinkageTest, LooksForABoundedNumberOfRows) {
  std::vector<uint32_t> codes(5000);
  std::iota(codes.begin(), codes.end(), 0U);
  const std::vector<LinkageColumn> columns = {
      {.original = codes, .published = codes, .distance = Differs}};
  const auto risk = LinkRecords(columns, {}, {.most_targets = 10});
  ASSERT_THAT(risk, IsOk());
  EXPECT_EQ(risk->targets, 10u);
  EXPECT_EQ(risk->certain_links, 10u);
}

TEST(RecordLinkageTest, RefusesWhatDoesNotFit) {
  const std::vector<uint32_t> two = {0, 1};
  const std::vector<uint32_t> three = {0, 1, 2};
  const auto refused = [](std::vector<LinkageColumn> columns, const std::vector<bool>& published,
                          size_t targets) {
    return LinkRecords(columns, published, {.most_targets = targets});
  };
  const LinkageColumn good = {.original = two, .published = two, .distance = Differs};
  EXPECT_THAT(refused({}, {}, 1), StatusIs(StatusCode::kInvalidArgument, HasSubstr("a column")));
  EXPECT_THAT(refused({good}, {}, 0), StatusIs(StatusCode::kInvalidArgument, HasSubstr("target")));
  EXPECT_THAT(refused({good}, {true}, 1), StatusIs(StatusCode::kInvalidArgument, HasSubstr("1")));
  EXPECT_THAT(refused({{.original = two, .published = three, .distance = Differs}}, {}, 1),
              StatusIs(StatusCode::kInvalidArgument, HasSubstr("as many rows")));
  EXPECT_THAT(refused({{.original = two, .published = two}}, {}, 1),
              StatusIs(StatusCode::kInvalidArgument, HasSubstr("distance")));
}

// The nearest rows of each target by comparing it with every row.
RC_GTEST_PROP(RecordLinkageProperty, AgreesWithComparingAllRows, ()) {
  const Rows before =
      *rc::gen::suchThat(RandomRows(3, 3), [](const Rows& r) { return !r.empty(); });
  const Rows after = *rc::gen::container<Rows>(
      before.size(), rc::gen::container<Row>(3, rc::gen::inRange<uint32_t>(0, 3)));
  std::vector<std::vector<uint32_t>> columns_before(3);
  std::vector<std::vector<uint32_t>> columns_after(3);
  std::vector<LinkageColumn> columns;
  for (size_t a = 0; a < 3; ++a) {
    for (const Row& row : before) columns_before[a].push_back(row[a]);
    for (const Row& row : after) columns_after[a].push_back(row[a]);
    columns.push_back(
        {.original = columns_before[a], .published = columns_after[a], .distance = Differs});
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
  const auto risk = LinkRecords(columns, {}, {.most_targets = before.size()});
  RC_ASSERT(risk.ok());
  RC_ASSERT(std::abs(risk->right_links - expected) < 1e-9);
}

}  // namespace
}  // namespace weir::anon::test
