// SPDX-License-Identifier: Apache-2.0
#include "weir/anon/utility.h"

#include <map>
#include <numeric>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

namespace weir::anon {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::Field;
using ::testing::IsEmpty;

// Values 0 to n - 1, published as value / 10 in labels "[0, 10)", "[10, 20)", ...
struct Decades {
  explicit Decades(const std::vector<uint64_t>& rows_of_value) {
    std::vector<GroundPath> paths;
    for (size_t i = 0; i < rows_of_value.size(); ++i) {
      const size_t low = i / 10 * 10;
      paths.push_back(
          {std::to_string(i), "[" + std::to_string(low) + ", " + std::to_string(low + 10) + ")"});
    }
    hierarchy.push_back(*Hierarchy::Create(paths));
    for (uint32_t i = 0; i < hierarchy[0].size(1); ++i) labels.push_back(hierarchy[0].label(1, i));
    table.names = {"age"};
    table.codes.resize(1);
    for (uint32_t i = 0; i < rows_of_value.size(); ++i) {
      table.codes[0].push_back(i);
      table.rows.push_back(rows_of_value[i]);
      table.total_rows += rows_of_value[i];
      codes.push_back(hierarchy[0].codes(1)[i]);
    }
    list = {&hierarchy[0]};
    published = {.table = &table,
                 .hierarchies = list,
                 .columns = {{.labels = labels, .codes = codes}},
                 .suppressed = std::vector<bool>(rows_of_value.size(), false)};
  }
  std::vector<Hierarchy> hierarchy;
  std::vector<const Hierarchy*> list;
  std::vector<std::string> labels;
  std::vector<uint32_t> codes;
  TupleTable table;
  PublishedTable published;
};

auto Is(const std::string& label, uint64_t before, uint64_t after) {
  return AllOf(Field(&LabelCount::label, label), Field(&LabelCount::rows_before, before),
               Field(&LabelCount::rows_after, after));
}

TEST(UtilityTest, CountsRowsByPublishedLabelInTheOrderOfNumbers) {
  std::vector<uint64_t> rows(111, 0);
  rows[3] = 4;
  rows[8] = 1;
  rows[25] = 1;
  rows[104] = 2;
  Decades decades(rows);
  decades.published.suppressed[8] = true;
  const std::vector<AttributeUtility> utility = UtilityOf(decades.published);
  ASSERT_EQ(utility.size(), 1U);
  EXPECT_THAT(utility[0].labels,
              ElementsAre(Is("[0, 10)", 5, 4), Is("[20, 30)", 1, 1), Is("[100, 110)", 2, 2)));
  EXPECT_EQ(utility[0].other_labels, 0U);
  EXPECT_EQ(utility[0].example_value, "25");
  EXPECT_EQ(utility[0].example_label, "[20, 30)");
}

TEST(UtilityTest, ValuesOfSuppressedRowsAloneAreNotShown) {
  std::vector<uint64_t> rows(111, 0);
  rows[3] = 4;
  rows[25] = 1;
  rows[104] = 2;
  Decades decades(rows);
  decades.published.suppressed[25] = true;
  const AttributeUtility utility = UtilityOf(decades.published)[0];
  EXPECT_THAT(utility.labels, ElementsAre(Is("[0, 10)", 4, 4), Is("[100, 110)", 2, 2)));
  EXPECT_EQ(utility.other_labels, 1U);
  EXPECT_THAT(utility.others, Is("", 1, 0));
  EXPECT_EQ(utility.example_value, "104");
  EXPECT_EQ(utility.example_label, "[100, 110)");
}

TEST(UtilityTest, DistinctionAndSeparationAreThoseOfTheRows) {
  std::vector<uint64_t> rows(20, 0);
  rows[0] = 1;
  rows[1] = 1;
  rows[12] = 2;
  const Decades decades(rows);
  const AttributeUtility utility = UtilityOf(decades.published)[0];
  EXPECT_EQ(utility.before.values, 3U);
  EXPECT_DOUBLE_EQ(utility.before.distinction, 0.75);
  EXPECT_DOUBLE_EQ(utility.before.separation, 5.0 / 6.0);  // one pair of six is equal
  EXPECT_EQ(utility.after.values, 2U);
  EXPECT_DOUBLE_EQ(utility.after.distinction, 0.5);
  EXPECT_DOUBLE_EQ(utility.after.separation, 4.0 / 6.0);
}

TEST(UtilityTest, NothingIsLeftOfASuppressedTable) {
  Decades decades({1, 2, 3});
  decades.published.suppressed.assign(3, true);
  const AttributeUtility utility = UtilityOf(decades.published)[0];
  EXPECT_EQ(utility.after.values, 0U);
  EXPECT_EQ(utility.after.separation, 0.0);
  EXPECT_THAT(utility.labels, IsEmpty());
  EXPECT_EQ(utility.other_labels, 1U);
  EXPECT_THAT(utility.others, Is("", 6, 0));
  EXPECT_EQ(utility.example_value, "");
}

RC_GTEST_PROP(UtilityProperty, LabelsAndTheRestAreAllRowsAndGeneralizingSeparatesLess, ()) {
  const auto small =
      *rc::gen::container<std::vector<uint8_t>>(400, rc::gen::inRange<uint8_t>(0, 5));
  const std::vector<uint64_t> rows(small.begin(), small.end());
  const Decades decades(rows);
  const AttributeUtility utility = UtilityOf(decades.published)[0];
  uint64_t counted = utility.others.rows_before;
  for (const LabelCount& label : utility.labels) counted += label.rows_before;
  RC_ASSERT(counted == decades.table.total_rows);
  RC_ASSERT(utility.labels.size() + utility.other_labels == utility.after.values);
  RC_ASSERT(utility.labels.size() <= kMostShownLabels);
  RC_ASSERT(utility.after.separation <= utility.before.separation + 1e-12);
}

}  // namespace
}  // namespace weir::anon
