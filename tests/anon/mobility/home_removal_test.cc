// SPDX-License-Identifier: Apache-2.0
#include "weir/anon/mobility/home_removal.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <numbers>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "tests/support/seeded_random.h"
#include "tests/support/status_matchers.h"

namespace weir::anon {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using weir::test::IsOk;
using weir::test::IsOkAndHolds;
using weir::test::SeededRandom;
using weir::test::StatusIs;

constexpr double kFalsePositiveRate = 1e-9;
constexpr Position kHome = {.latitude = 42.331, .longitude = -83.046};
constexpr Position kWork = {.latitude = 42.36, .longitude = -83.07};
constexpr HomeRemovalOptions kOptions = {.least_metres = 200, .most_metres = 800};
constexpr int64_t kDay = 24 * 60;

SecretBytes SecretOf(uint64_t seed) {
  SeededRandom random(seed);
  return SecretBytes::Random(random, 32);
}

Position Between(const Position& a, const Position& b, double share) {
  return {.latitude = a.latitude + share * (b.latitude - a.latitude),
          .longitude = a.longitude + share * (b.longitude - a.longitude)};
}

// Two trips a day: to work at eight, home at six, a point a minute.
std::vector<TrackPoint> Commute(int days) {
  std::vector<TrackPoint> points;
  constexpr int kMinutes = 30;
  for (int day = 0; day < days; ++day) {
    for (int way = 0; way < 2; ++way) {
      for (int minute = 0; minute <= kMinutes; ++minute) {
        const double share = static_cast<double>(minute) / kMinutes;
        points.push_back({.unit = 0,
                          .trip = static_cast<uint64_t>(2 * day + way),
                          .minute = day * kDay + (way == 0 ? 8 : 18) * 60 + minute,
                          .place = Between(kHome, kWork, way == 0 ? share : 1 - share)});
      }
    }
  }
  return points;
}

TEST(HomeRemovalTest, FindsHomeByTheNightBetweenTwoTripsAndWorkByTheDay) {
  const auto places = FindPrivatePlaces(Commute(5), 60);
  ASSERT_EQ(places.size(), 2u);
  EXPECT_LT(MetresBetween(places[0], kHome), kPlaceMetres);
  EXPECT_LT(MetresBetween(places[1], kWork), kPlaceMetres);
}

TEST(HomeRemovalTest, WithoutNightsHomeIsWhereTripsEnd) {
  std::vector<TrackPoint> points;
  for (uint64_t trip = 0; trip < 3; ++trip) {
    for (int minute = 0; minute < 10; ++minute) {
      points.push_back(
          {.unit = 0,
           .trip = trip,
           .minute = static_cast<int64_t>(trip) * kDay + 12 * 60 + minute,
           .place = Between(
               kHome, {.latitude = 42.4, .longitude = -83.0 - 0.1 * static_cast<double>(trip)},
               minute / 9.0)});
    }
  }
  // A day between two points is a stay only where they are at one place.
  const auto places = FindPrivatePlaces(points, 60);
  ASSERT_FALSE(places.empty());
  EXPECT_LT(MetresBetween(places[0], kHome), kPlaceMetres);
}

// Six nights on alternating sides of home, four elsewhere, and each day on the way.
std::vector<TrackPoint> NightsAt(const Position& one_side, const Position& other_side) {
  std::vector<TrackPoint> points;
  for (int night = 0; night < 10; ++night) {
    Position place = night % 2 == 0 ? one_side : other_side;
    if (night >= 6) place.latitude -= 0.1;
    points.push_back({.minute = night * kDay, .place = place});
    points.push_back({.minute = night * kDay + 12 * 60,
                      .place = {.latitude = one_side.latitude + 0.2 + 0.01 * night,
                                .longitude = one_side.longitude}});
  }
  return points;
}

TEST(HomeRemovalTest, APlaceIsOneAlsoFarFromTheMeridianOfGreenwich) {
  for (int i = 0; i < 100; ++i) {
    const Position south = {.latitude = 64.83 + 0.0001 * i, .longitude = -147.71 + 0.00013 * i};
    const Position north = {.latitude = south.latitude + 0.000854, .longitude = south.longitude};
    const auto places = FindPrivatePlaces(NightsAt(south, north), 60);
    ASSERT_EQ(places.size(), 1U);
    EXPECT_LT(MetresBetween(places[0], south), kPlaceMetres) << i;
  }
}

TEST(HomeRemovalTest, APlaceIsOneOnBothSidesOfTheDateLine) {
  const auto places = FindPrivatePlaces(NightsAt({.latitude = -16.8, .longitude = 179.9999},
                                                 {.latitude = -16.8, .longitude = -179.9999}),
                                        60);
  ASSERT_EQ(places.size(), 1U);
  EXPECT_LT(MetresBetween(places[0], {.latitude = -16.8, .longitude = 180}), 1);
  EXPECT_LE(std::abs(places[0].longitude), 180);
}

TEST(HomeRemovalTest, AStayOnBothSidesOfTheDateLineIsWhereItWas) {
  std::vector<TrackPoint> points;
  for (int i = 0; i < 8; ++i) {
    points.push_back(
        {.minute = 12 * 60 + 10 * i,
         .place = {.latitude = -16.8, .longitude = i % 2 == 0 ? 179.9999 : -179.9999}});
  }
  const auto places = FindPrivatePlaces(points, 60);
  ASSERT_EQ(places.size(), 1U);
  EXPECT_LT(MetresBetween(places[0], {.latitude = -16.8, .longitude = 180}), 10);
}

TEST(HomeRemovalTest, NightsAreThoseOfLocalTime) {
  // At home at 23, elsewhere at 15 in the afternoon, both seven hours later in UTC.
  std::vector<TrackPoint> points;
  for (int day = 0; day < 3; ++day) {
    for (const int hour : {15, 23}) {
      points.push_back({.minute = day * kDay + (hour + 7) * 60,
                        .place = hour == 23 ? kHome : kWork,
                        .local_minutes = -7 * 60});
    }
  }
  const auto places = FindPrivatePlaces(points, 60);
  ASSERT_EQ(places.size(), 1U);
  EXPECT_LT(MetresBetween(places[0], kHome), 1);
}

TEST(HomeRemovalTest, KeepsNoPointNearHomeOrWorkAndMostOthers) {
  const std::vector<TrackPoint> points = Commute(5);
  const auto removed = FindPointsToRemove(points, {"rider-1"}, kOptions, SecretOf(1));
  ASSERT_THAT(removed, IsOk());
  size_t kept = 0;
  for (size_t i = 0; i < points.size(); ++i) {
    if ((*removed)[i]) continue;
    ++kept;
    EXPECT_GT(MetresBetween(points[i].place, kHome), kOptions.least_metres - kPlaceMetres);
    EXPECT_GT(MetresBetween(points[i].place, kWork), kOptions.least_metres - kPlaceMetres);
  }
  EXPECT_GT(kept, 0u);
}

TEST(HomeRemovalTest, TrimsBothEndsOfEveryTrip) {
  std::vector<TrackPoint> points;
  for (int i = 0; i <= 100; ++i) {
    points.push_back({.unit = 0,
                      .trip = 1,
                      .minute = 12 * 60 + i,
                      .place = {.latitude = 42.0 + 0.001 * i, .longitude = -83}});
  }
  HomeRemovalOptions options = {.least_metres = 1, .most_metres = 2, .trim_metres = 1000};
  const auto removed = FindPointsToRemove(points, {"rider-1"}, options, SecretOf(1));
  ASSERT_THAT(removed, IsOk());
  // A thousandth of a degree is 111.2 metres: points 0 to 8 at either end.
  for (size_t i = 0; i < points.size(); ++i) {
    EXPECT_EQ((*removed)[i], i <= 8 || i >= 92) << i;
  }
}

TEST(HomeRemovalTest, FindsTheEndsOfATripWithinAMinuteInAnyOrderOfRows) {
  std::vector<TrackPoint> points;
  for (const int second : {30, 0, 59, 45, 15}) {
    points.push_back({.unit = 0,
                      .trip = 1,
                      .minute = 12 * 60,
                      .place = {.latitude = 42.0 + 0.001 * second, .longitude = -83},
                      .second = second});
  }
  const HomeRemovalOptions options = {.least_metres = 1, .most_metres = 2, .trim_metres = 1000};
  const auto removed = FindPointsToRemove(points, {"rider-1"}, options, SecretOf(1));
  EXPECT_THAT(removed, IsOkAndHolds(ElementsAre(false, true, true, false, false)));
}

TEST(HomeRemovalTest, TrimsWhoCirclesAroundTheEndOfATrip) {
  std::vector<TrackPoint> points;
  for (int i = 0; i <= 100; ++i) {
    // Ten times back and forth over 111 metres, then away.
    const double north = i <= 20 ? 0.001 * (i % 2) : 0.001 * (i - 20);
    points.push_back({.unit = 0,
                      .trip = 1,
                      .minute = 12 * 60 + i,
                      .place = {.latitude = 42.0 + north, .longitude = -83}});
  }
  const HomeRemovalOptions options = {.least_metres = 1, .most_metres = 2, .trim_metres = 1000};
  const auto removed = FindPointsToRemove(points, {"rider-1"}, options, SecretOf(1));
  ASSERT_THAT(removed, IsOk());
  for (size_t i = 0; i < points.size(); ++i) {
    EXPECT_EQ((*removed)[i], i <= 28 || i >= 92) << i;
  }
}

TEST(HomeRemovalTest, TheSameSecretDrawsTheSameHole) {
  const SecretBytes secret = SecretOf(1);
  const Hole one = HoleAround(kHome, "rider-1", kOptions, secret);
  const Hole again = HoleAround(kHome, "rider-1", kOptions, secret);
  const Hole other = HoleAround(kHome, "rider-2", kOptions, secret);
  EXPECT_EQ(one.radius_metres, again.radius_metres);
  EXPECT_EQ(one.centre.latitude, again.centre.latitude);
  EXPECT_NE(one.radius_metres, other.radius_metres);
}

TEST(HomeRemovalTest, AKnownPlaceNextDoorTellsNothingOfTheHoleOfTheHome) {
  const Position cafe = {.latitude = kHome.latitude + 0.002, .longitude = kHome.longitude + 0.001};
  const std::vector<Position> places = {kHome, cafe, cafe};
  const std::vector<Hole> holes = HolesAround(places, "rider-1", kOptions, SecretOf(1));
  ASSERT_EQ(holes.size(), 3u);
  EXPECT_EQ(holes[0].radius_metres,
            HoleAround(kHome, "rider-1", kOptions, SecretOf(1)).radius_metres);
  // From the cafe to the middle of its hole is not from the home to the middle of its own.
  const Position moved = {.latitude = holes[1].centre.latitude - 0.002,
                          .longitude = holes[1].centre.longitude - 0.001};
  EXPECT_GT(MetresBetween(moved, holes[0].centre), 1);
  EXPECT_NE(holes[0].radius_metres, holes[1].radius_metres);
  EXPECT_NE(holes[1].radius_metres, holes[2].radius_metres);
}

// Distance of the home from the centre of its hole, as a share of what it can be, squared: uniform
// in [0, 1] if the home is anywhere in that circle alike.
using Draw = std::function<Hole(const std::string& unit)>;
double LargestDeviation(const Draw& draw, size_t samples) {
  std::vector<double> squares;
  for (size_t i = 0; i < samples; ++i) {
    const Hole hole = draw("rider-" + std::to_string(i));
    const double share =
        MetresBetween(hole.centre, kHome) / (hole.radius_metres - kOptions.least_metres);
    squares.push_back(share * share);
  }
  std::sort(squares.begin(), squares.end());
  double largest = 0;
  for (size_t i = 0; i < samples; ++i) {
    const double below = static_cast<double>(i + 1) / static_cast<double>(samples);
    largest = std::max(largest, std::abs(below - squares[i]));
  }
  return largest;
}

TEST(HomeRemovalStatisticalTest, TheHomeIsAnywhereAroundTheCentreOfItsHole) {
  constexpr size_t kSamples = 20000;
  // Dvoretzky, Kiefer and Wolfowitz; 1e-3 for the curvature of the earth.
  const double limit =
      std::sqrt(std::log(2.0 / kFalsePositiveRate) / (2.0 * kSamples)) + 1.0 / kSamples + 1e-3;
  const SecretBytes secret = SecretOf(3);
  const Draw draw = [&secret](const std::string& unit) {
    return HoleAround(kHome, unit, kOptions, secret);
  };
  EXPECT_LE(LargestDeviation(draw, kSamples), limit);
  // The twins: a hole around the home itself, and one whose centre is drawn a tenth too close.
  const Draw centred = [&draw](const std::string& unit) {
    Hole hole = draw(unit);
    hole.centre = kHome;
    return hole;
  };
  EXPECT_GT(LargestDeviation(centred, kSamples), limit);
  const Draw closer = [&draw](const std::string& unit) {
    Hole hole = draw(unit);
    hole.centre = Between(kHome, hole.centre, 0.9);
    return hole;
  };
  EXPECT_GT(LargestDeviation(closer, kSamples), limit);
}

RC_GTEST_PROP(HomeRemovalProperty, HolesAreAsWideAsStatedAndHoldWhatTheyMust, ()) {
  const Position home = {.latitude = *rc::gen::inRange(-7000, 7000) / 100.0,
                         .longitude = *rc::gen::inRange(-17900, 17900) / 100.0};
  const SecretBytes secret = SecretOf(*rc::gen::arbitrary<uint64_t>());
  const Hole hole = HoleAround(home, "unit", kOptions, secret);
  RC_ASSERT(hole.radius_metres >= 500.0);
  RC_ASSERT(hole.radius_metres <= 800.0);
  RC_ASSERT(MetresBetween(hole.centre, home) <= hole.radius_metres - 200 + 1);
}

RC_GTEST_PROP(HomeRemovalProperty, EveryPointNearAPrivatePlaceIsGone, ()) {
  std::vector<TrackPoint> points;
  const auto size = *rc::gen::inRange<size_t>(1, 40);
  for (size_t i = 0; i < size; ++i) {
    points.push_back({.unit = *rc::gen::inRange<uint32_t>(0, 2),
                      .trip = *rc::gen::inRange<uint64_t>(0, 3),
                      .minute = *rc::gen::inRange<int64_t>(-5000, 5000),
                      .place = {.latitude = 42 + *rc::gen::inRange(0, 20) / 1000.0,
                                .longitude = -83 + *rc::gen::inRange(0, 20) / 1000.0}});
  }
  const SecretBytes secret = SecretOf(*rc::gen::arbitrary<uint64_t>());
  const auto removed = FindPointsToRemove(points, {"a", "b"}, kOptions, secret);
  RC_ASSERT(removed.ok());
  for (uint32_t unit = 0; unit < 2; ++unit) {
    std::vector<TrackPoint> own;
    for (const TrackPoint& point : points) {
      if (point.unit == unit) own.push_back(point);
    }
    std::stable_sort(own.begin(), own.end(),
                     [](const TrackPoint& a, const TrackPoint& b) { return a.minute < b.minute; });
    for (const Position& place : FindPrivatePlaces(own, kOptions.stop_minutes)) {
      for (size_t i = 0; i < points.size(); ++i) {
        if (points[i].unit != unit || (*removed)[i]) continue;
        RC_ASSERT(MetresBetween(points[i].place, place) > kOptions.least_metres);
      }
    }
  }
}

TEST(HomeRemovalTest, RefusesFiguresOutOfRange) {
  const std::vector<TrackPoint> points = Commute(1);
  HomeRemovalOptions narrow = kOptions;
  narrow.most_metres = 399;
  EXPECT_THAT(FindPointsToRemove(points, {"a"}, narrow, SecretOf(1)),
              StatusIs(StatusCode::kInvalidArgument, HasSubstr("twice")));
  EXPECT_THAT(FindPointsToRemove(points, {"a"}, kOptions, SecretBytes::CopyOf("short")),
              StatusIs(StatusCode::kInvalidArgument, HasSubstr("32 bytes")));
  EXPECT_THAT(FindPointsToRemove(points, {}, kOptions, SecretOf(1)),
              StatusIs(StatusCode::kInvalidArgument, HasSubstr("no unit")));
}

}  // namespace
}  // namespace weir::anon
