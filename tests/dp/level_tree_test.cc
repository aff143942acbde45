// SPDX-License-Identifier: Apache-2.0
#include "weir/dp/level_tree.h"

#include <numeric>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/status_matchers.h"

namespace weir::dp {
namespace {

using test::StatusIs;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

TEST(LevelTreeTest, ListsChildrenInOrder) {
  WEIR_ASSERT_OK_AND_ASSIGN(const LevelTree tree, LevelTree::Create(2, {{1, 0, 1}, {2, 0, 0, 1}}));
  EXPECT_EQ(tree.levels(), 3);
  EXPECT_EQ(tree.leaves(), 4);
  EXPECT_EQ(tree.all_nodes(), 9);
  EXPECT_THAT(tree.children(0, 0), ElementsAre(1));
  EXPECT_THAT(tree.children(0, 1), ElementsAre(0, 2));
  EXPECT_THAT(tree.children(1, 0), ElementsAre(1, 2));
}

TEST(LevelTreeTest, SumsUp) {
  WEIR_ASSERT_OK_AND_ASSIGN(const LevelTree tree, LevelTree::Create(2, {{1, 0, 1}, {2, 0, 0, 1}}));
  const ByLevel<int128> sums = tree.SumUp(std::vector<int128>{1, 20, 300, -4000});
  EXPECT_TRUE((sums[1] == std::vector<int128>{320, -4000, 1}));
  EXPECT_TRUE((sums[0] == std::vector<int128>{-4000, 321}));
}

TEST(LevelTreeTest, BalancedTreeHasEqualFanOuts) {
  WEIR_ASSERT_OK_AND_ASSIGN(const LevelTree tree,
                            LevelTree::Balanced(std::vector<uint32_t>{12, 40}));
  EXPECT_EQ(tree.nodes(1), 12);
  EXPECT_EQ(tree.leaves(), 480);
  EXPECT_EQ(tree.children(1, 11).size(), 40);
  EXPECT_EQ(tree.children(1, 11).back(), 479);
}

TEST(LevelTreeTest, OneLevelIsATree) {
  WEIR_ASSERT_OK_AND_ASSIGN(const LevelTree tree, LevelTree::Create(3, {}));
  EXPECT_EQ(tree.levels(), 1);
  EXPECT_EQ(tree.leaves(), 3);
}

TEST(LevelTreeTest, RefusesWhatIsNoTree) {
  EXPECT_THAT(LevelTree::Create(0, {}), StatusIs(StatusCode::kInvalidArgument, HasSubstr("root")));
  EXPECT_THAT(LevelTree::Create(1, {{0, 1}}),
              StatusIs(StatusCode::kInvalidArgument, HasSubstr("parent 1 of 1")));
  EXPECT_THAT(LevelTree::Create(2, {{0, 0}}),
              StatusIs(StatusCode::kInvalidArgument, HasSubstr("no children")));
  EXPECT_THAT(LevelTree::Balanced(std::vector<uint32_t>{2, 0}),
              StatusIs(StatusCode::kInvalidArgument, HasSubstr("fan-outs")));
  EXPECT_THAT(LevelTree::Balanced(std::vector<uint32_t>{65536, 65536}),
              StatusIs(StatusCode::kInvalidArgument, HasSubstr("2^31")));
}

}  // namespace
}  // namespace weir::dp
