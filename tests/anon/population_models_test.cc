// SPDX-License-Identifier: Apache-2.0
#include "weir/anon/population_models.h"

#include <limits>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/anon/model_support.h"
#include "tests/support/status_matchers.h"

namespace weir::anon::test {
namespace {

using ::testing::HasSubstr;
using weir::test::IsOk;
using weir::test::StatusIs;

constexpr uint64_t kMost = std::numeric_limits<uint64_t>::max();

ClassModelPtr Presence(const char* lowest, const char* highest,
                       PresenceScope scope = PresenceScope::kPopulation) {
  return *MakeDeltaPresence({.lowest = Dec(lowest), .highest = Dec(highest)}, scope);
}

// Nergiz et al., section 3: the public table of nine people, four of them in the private one; a
// generalization with classes of 2 of 3 and 2 of 6 has presences of 2/3 and 1/3.
TEST(DeltaPresenceTest, ComparesWithThePopulation) {
  const ClassModelPtr model = Presence("0.333333333", "0.666666667");
  EXPECT_TRUE(model->Holds({.rows = 2, .population = 3}));
  EXPECT_TRUE(model->Holds({.rows = 2, .population = 6}));
  EXPECT_FALSE(model->Holds({.rows = 1, .population = 4}));
  EXPECT_FALSE(model->Holds({.rows = 3, .population = 4}));
}

TEST(DeltaPresenceTest, IsExactAtTheLimits) {
  const ClassModelPtr model = Presence("0.05", "0.15");
  EXPECT_TRUE(model->Holds({.rows = 1, .population = 20}));
  EXPECT_FALSE(model->Holds({.rows = 1, .population = 21}));
  EXPECT_TRUE(model->Holds({.rows = 3, .population = 20}));
  EXPECT_FALSE(model->Holds({.rows = 3, .population = 19}));
  EXPECT_TRUE(Presence("0", "1")->Holds({.rows = kMost, .population = kMost}));
  EXPECT_FALSE(model->Holds({.rows = kMost, .population = kMost}));
}

TEST(DeltaPresenceTest, RefusesRowsThatThePopulationLacks) {
  EXPECT_FALSE(Presence("0", "1")->Holds({.rows = 1, .population = 0}));
  EXPECT_FALSE(Presence("0", "1")->Holds({.rows = 2, .population = 1}));
}

TEST(DeltaPresenceTest, JudgesGroupsThatAreKnownToBeAbsent) {
  EXPECT_TRUE(Presence("0.05", "0.15")->judges_empty_classes());
  EXPECT_FALSE(Presence("0.05", "0.15")->Holds({.rows = 0, .population = 9}));
  EXPECT_FALSE(Presence("0", "0.15")->judges_empty_classes());
  const ClassModelPtr narrow = Presence("0.05", "0.15", PresenceScope::kClassesOfTable);
  EXPECT_FALSE(narrow->judges_empty_classes());
  EXPECT_TRUE(narrow->Holds({.rows = 0, .population = 9}));
  EXPECT_FALSE(narrow->Holds({.rows = 1, .population = 21}));
}

TEST(DeltaPresenceTest, RefusesWrongParameters) {
  const auto make = [](const char* lowest, const char* highest) {
    return MakeDeltaPresence({.lowest = Dec(lowest), .highest = Dec(highest)});
  };
  EXPECT_THAT(make("-0.1", "1"), StatusIs(StatusCode::kInvalidArgument, HasSubstr("lowest")));
  EXPECT_THAT(make("0", "1.1"), StatusIs(StatusCode::kInvalidArgument, HasSubstr("highest")));
  EXPECT_THAT(make("0.2", "0.1"),
              StatusIs(StatusCode::kInvalidArgument, HasSubstr("must not be above")));
  EXPECT_THAT(make("0.0000000001", "1"),
              StatusIs(StatusCode::kInvalidArgument, HasSubstr("decimals")));
  EXPECT_THAT(make("0", "0"), IsOk());
  EXPECT_THAT(make("1", "1"), IsOk());
}

TEST(KMapTest, CountsThePopulation) {
  const ClassModelPtr model = *MakeKMap(5);
  EXPECT_TRUE(model->Holds({.rows = 1, .population = 5}));
  EXPECT_FALSE(model->Holds({.rows = 9, .population = 4}));
  EXPECT_EQ(model->name(), "5-map");
  EXPECT_THAT(MakeKMap(0), StatusIs(StatusCode::kInvalidArgument, HasSubstr("k must")));
}

}  // namespace
}  // namespace weir::anon::test
