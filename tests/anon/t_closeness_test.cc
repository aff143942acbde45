// SPDX-License-Identifier: Apache-2.0
#include "weir/anon/t_closeness.h"

#include <span>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/anon/adult_fixture.h"
#include "tests/anon/model_support.h"
#include "tests/support/status_matchers.h"

namespace weir::anon::test {
namespace {

using ::testing::HasSubstr;
using weir::test::IsOk;
using weir::test::StatusIs;

// Li et al., section 4.3: salaries 3k ... 11k, one row each.
const SensitiveAttribute kSalary = Disease(Counts(9, 1));

TEST(OrderedClosenessTest, KnowsThePapersDistances) {
  // {3k, 4k, 5k} is at 0.375, {6k, 8k, 11k} at 1/6.
  EXPECT_TRUE(Holds(**MakeOrderedCloseness(kSalary, Dec("0.375")), {1, 1, 1, 0, 0, 0, 0, 0, 0}));
  EXPECT_FALSE(
      Holds(**MakeOrderedCloseness(kSalary, Dec("0.374999999")), {1, 1, 1, 0, 0, 0, 0, 0, 0}));
  EXPECT_TRUE(
      Holds(**MakeOrderedCloseness(kSalary, Dec("0.166666667")), {0, 0, 0, 1, 0, 1, 0, 0, 1}));
  EXPECT_FALSE(
      Holds(**MakeOrderedCloseness(kSalary, Dec("0.166666666")), {0, 0, 0, 1, 0, 1, 0, 0, 1}));
}

TEST(OrderedClosenessTest, TakesAnotherOrder) {
  // Turned so that the class lies in the middle: work |0 - 1| + |2 - ... | differs.
  const SensitiveAttribute four = Disease({1, 1, 1, 1});
  const std::vector<uint32_t> order = {2, 0, 1, 3};
  // The class {0, 1} has cumulative shares 0, 1/2, 1, 1 against 1/4 ... 1: 1/4 + 0 + 1/4 = 1/2
  // of 3.
  EXPECT_TRUE(Holds(**MakeOrderedCloseness(four, Dec("0.166666667"), order), {1, 1, 0, 0}));
  EXPECT_FALSE(Holds(**MakeOrderedCloseness(four, Dec("0.166666666"), order), {1, 1, 0, 0}));
  // In the order of the codes it is 1/4 + 1/2 + 1/4 = 1 of 3.
  EXPECT_FALSE(Holds(**MakeOrderedCloseness(four, Dec("0.333333333")), {1, 1, 0, 0}));
}

TEST(EqualClosenessTest, IsTheTotalVariationDistance) {
  const SensitiveAttribute half = Disease({50, 30, 20});
  // {1, 1, 0} against {0.5, 0.3, 0.2}: 0.2.
  EXPECT_TRUE(Holds(**MakeEqualCloseness(half, Dec("0.2")), {1, 1, 0}));
  EXPECT_FALSE(Holds(**MakeEqualCloseness(half, Dec("0.199999999")), {1, 1, 0}));
  EXPECT_TRUE(Holds(**MakeEqualCloseness(half, Dec("0.000000001")), {5, 3, 2}));
}

// 200 rows that hold in a class of 71 million: what can be kept is the difference of large numbers.
TEST(EqualClosenessTest, LosesNoRowOfALargeClassToRounding) {
  const auto model =
      *MakeEqualCloseness(Disease({116'672'836, 16'262'582, 16'262'582}), Dec("0.213"));
  EXPECT_TRUE(Holds(*model, {199, 1, 0}));
  const uint64_t others = 71'478'557;
  const Counts counts = {199 + others, 1, 0};
  const std::span<const uint64_t> values = counts;
  EXPECT_FALSE(Holds(*model, counts));
  EXPECT_LE(model->LeastSuppressed(
                {.rows = others + 200, .units = others + 200, .sensitive = {&values, 1}}),
            others);
}

// Li et al., section 4.4, figure 2: nine diseases in a hierarchy of height 3.
TEST(HierarchicalClosenessTest, KnowsThePapersTree) {
  const auto hierarchy = Hierarchy::Create({
      {"flu", "respiratory infection", "respiratory and digestive", "*"},
      {"pneumonia", "respiratory infection", "respiratory and digestive", "*"},
      {"bronchitis", "respiratory infection", "respiratory and digestive", "*"},
      {"pulmonary edema", "vascular lung", "respiratory and digestive", "*"},
      {"pulmonary embolism", "vascular lung", "respiratory and digestive", "*"},
      {"gastric ulcer", "stomach", "digestive", "*"},
      {"stomach cancer", "stomach", "digestive", "*"},
      {"colitis", "colon", "digestive", "*"},
      {"colon cancer", "colon", "digestive", "*"},
  });
  ASSERT_THAT(hierarchy, IsOk());
  const SensitiveAttribute nine = Disease(Counts(9, 1));
  // {gastric ulcer, stomach cancer, pneumonia}. Excess in ninths: stomach +4, of the others -1
  // each, pneumonia +2. By the paper's sum over nodes: infection min(2, 2) 1/3, lung none,
  // stomach none, colon none, left half min(0, 2) none, digestive min(4, 2) 2/3, root min(2, 2):
  // (2 * 1 + 2 * 2 + 2 * 3) / 3 / 9 = 12/27.
  EXPECT_TRUE(Holds(**MakeHierarchicalCloseness(nine, Dec("0.444444445"), *hierarchy),
                    {0, 1, 0, 0, 0, 1, 1, 0, 0}));
  EXPECT_FALSE(Holds(**MakeHierarchicalCloseness(nine, Dec("0.444444444"), *hierarchy),
                     {0, 1, 0, 0, 0, 1, 1, 0, 0}));
}

TEST(HierarchicalClosenessTest, CountsLeavesThatNoRowHas) {
  const auto hierarchy = Hierarchy::Create({{"a", "x", "*"}, {"b", "x", "*"}, {"c", "y", "*"}});
  ASSERT_THAT(hierarchy, IsOk());
  const SensitiveAttribute rare = Disease({2, 0, 2});
  // {1, 0, 0}: half of it moves over the root.
  EXPECT_TRUE(Holds(**MakeHierarchicalCloseness(rare, Dec("0.5"), *hierarchy), {1, 0, 0}));
  EXPECT_FALSE(Holds(**MakeHierarchicalCloseness(rare, Dec("0.499999999"), *hierarchy), {1, 0, 0}));
}

TEST(HierarchicalClosenessTest, RefusesAnotherDomain) {
  const auto rootless = Hierarchy::Create({{"a", "x"}, {"b", "x"}, {"c", "y"}});
  ASSERT_THAT(rootless, IsOk());
  EXPECT_THAT(MakeHierarchicalCloseness(Disease({1, 1, 1}), Dec("0.2"), *rootless),
              StatusIs(StatusCode::kInvalidArgument, HasSubstr("one label for all")));
  EXPECT_THAT(MakeHierarchicalCloseness(Disease({1, 1}), Dec("0.2"), *rootless),
              StatusIs(StatusCode::kInvalidArgument, HasSubstr("leaves")));
  const auto deep = Hierarchy::Create({GroundPath(65, "*")});
  ASSERT_THAT(deep, IsOk());
  EXPECT_THAT(MakeHierarchicalCloseness(Disease({1}), Dec("0.2"), *deep),
              StatusIs(StatusCode::kInvalidArgument, HasSubstr("64 levels")));
  const auto deepest = Hierarchy::Create({GroundPath(64, "*")});
  ASSERT_THAT(deepest, IsOk());
  EXPECT_TRUE(Holds(**MakeHierarchicalCloseness(Disease({1}), Dec("0.000000001"), *deepest), {1}));
}

TEST(TClosenessTest, RefusesWrongParameters) {
  for (const char* t : {"0", "-0.1", "1.000000001", "2", "0.0000000001", "1e-60"}) {
    EXPECT_THAT(MakeEqualCloseness(kSalary, Dec(t)),
                StatusIs(StatusCode::kInvalidArgument, HasSubstr("t must")))
        << t;
  }
  EXPECT_THAT(MakeEqualCloseness(kSalary, Dec("1")), IsOk());
  EXPECT_THAT(MakeEqualCloseness(kSalary, Dec("0.000000001")), IsOk());
  const std::vector<std::vector<uint32_t>> orders = {
      {0, 1}, {0, 1, 2, 3, 4, 5, 6, 7, 7}, {0, 1, 2, 3, 4, 5, 6, 7, 9}};
  for (const auto& order : orders) {
    EXPECT_THAT(MakeOrderedCloseness(kSalary, Dec("0.2"), order),
                StatusIs(StatusCode::kInvalidArgument, HasSubstr("order")));
  }
}

// Shares do not change when every row is there so many times, nor may a decision: products of
// counts pass 2^31 at the first scale, 2^62 at the second and 2^64 at the third.
TEST(TClosenessTest, DoesNotOverflow) {
  const SensitiveAttribute occupation = *SensitiveAttribute::Of(
      LoadAdult({.quasi_identifiers = Adult8(), .sensitive = "occupation"}).table, "occupation");
  const Hierarchy& hierarchy = AdultHierarchy("occupation");
  Counts counts(occupation.rows.size(), 0);
  counts[0] = 12;
  counts[3] = 50;
  counts[5] = 30;
  counts[8] = 60;
  for (const char* t : {"0.1", "0.2", "0.3", "0.35", "0.4", "0.5", "0.6"}) {
    for (const uint64_t scale : {uint64_t{40}, uint64_t{100'000}, uint64_t{10'000'000'000}}) {
      SensitiveAttribute large = occupation;
      Counts many = counts;
      for (uint64_t& rows : large.rows) rows *= scale;
      for (uint64_t& rows : many) rows *= scale;
      large.total *= scale;
      EXPECT_EQ(Holds(**MakeEqualCloseness(large, Dec(t)), many),
                Holds(**MakeEqualCloseness(occupation, Dec(t)), counts));
      EXPECT_EQ(Holds(**MakeOrderedCloseness(large, Dec(t)), many),
                Holds(**MakeOrderedCloseness(occupation, Dec(t)), counts));
      EXPECT_EQ(Holds(**MakeHierarchicalCloseness(large, Dec(t), hierarchy), many),
                Holds(**MakeHierarchicalCloseness(occupation, Dec(t), hierarchy), counts));
    }
  }
}

}  // namespace
}  // namespace weir::anon::test
