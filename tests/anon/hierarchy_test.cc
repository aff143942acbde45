// SPDX-License-Identifier: Apache-2.0
#include "weir/anon/hierarchy.h"

#include <limits>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/status_matchers.h"

namespace weir::anon {
namespace {

using test::IsOk;
using test::StatusIs;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

const std::vector<GroundPath> kRaces = {
    {"White", "majority", "*"}, {"Black", "minority", "*"}, {"Other", "minority", "*"}};

TEST(HierarchyTest, CodesLabelsInOrderOfFirstOccurrence) {
  const auto hierarchy = Hierarchy::Create(kRaces);
  ASSERT_THAT(hierarchy, IsOk());
  EXPECT_EQ(hierarchy->levels(), 3u);
  EXPECT_THAT(hierarchy->codes(0), ElementsAre(0, 1, 2));
  EXPECT_THAT(hierarchy->codes(1), ElementsAre(0, 1, 1));
  EXPECT_EQ(hierarchy->label(1, 1), "minority");
  EXPECT_TRUE(hierarchy->has_root());
}

TEST(HierarchyTest, SharesCountTheDomainNotTheRows) {
  const auto hierarchy = Hierarchy::Create(kRaces);
  ASSERT_THAT(hierarchy, IsOk());
  EXPECT_DOUBLE_EQ(hierarchy->share(1, 1), 2.0 / 3.0);
  EXPECT_DOUBLE_EQ(hierarchy->share(2, 0), 1.0);
  EXPECT_DOUBLE_EQ(hierarchy->domain_size(), 3.0);
}

TEST(HierarchyTest, WeighsValuesThatStandForMoreThanOne) {
  const std::vector<double> weights = {5, 3, 2};
  const auto hierarchy = Hierarchy::Create(kRaces, weights);
  ASSERT_THAT(hierarchy, IsOk());
  EXPECT_DOUBLE_EQ(hierarchy->share(0, 0), 0.5);
  EXPECT_DOUBLE_EQ(hierarchy->domain_size(), 10.0);
}

TEST(HierarchyTest, FindsGroundValuesOnly) {
  const auto hierarchy = Hierarchy::Create(kRaces);
  ASSERT_THAT(hierarchy, IsOk());
  EXPECT_EQ(hierarchy->Find("Other"), 2u);
  EXPECT_EQ(hierarchy->Find("minority"), std::nullopt);
}

TEST(HierarchyTest, RefusesUnequalDepth) {
  EXPECT_THAT(Hierarchy::Create({{"a", "*"}, {"b"}}),
              StatusIs(StatusCode::kInvalidArgument, HasSubstr("value 2")));
}

TEST(HierarchyTest, RefusesAValueTwice) {
  EXPECT_THAT(Hierarchy::Create({{"a", "x"}, {"a", "x"}}),
              StatusIs(StatusCode::kInvalidArgument, HasSubstr("twice")));
}

TEST(HierarchyTest, RefusesALabelWithTwoParents) {
  EXPECT_THAT(Hierarchy::Create({{"a", "x", "p"}, {"b", "x", "q"}}),
              StatusIs(StatusCode::kInvalidArgument, HasSubstr("lies under both")));
}

TEST(HierarchyTest, RefusesNothingAndWrongWeights) {
  EXPECT_THAT(Hierarchy::Create({}), StatusIs(StatusCode::kInvalidArgument));
  for (const double weight : {0.0, -1.0, std::numeric_limits<double>::quiet_NaN(),
                              std::numeric_limits<double>::infinity()}) {
    const std::vector<double> weights = {1, weight, 1};
    EXPECT_THAT(Hierarchy::Create(kRaces, weights),
                StatusIs(StatusCode::kInvalidArgument, HasSubstr("weights")));
  }
}

}  // namespace
}  // namespace weir::anon
