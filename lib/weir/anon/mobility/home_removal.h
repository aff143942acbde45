// SPDX-License-Identifier: Apache-2.0
#ifndef WEIR_ANON_MOBILITY_HOME_REMOVAL_H_
#define WEIR_ANON_MOBILITY_HOME_REMOVAL_H_

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "weir/base/secret.h"
#include "weir/base/status.h"

namespace weir::anon {

// Degrees, WGS 84.
struct Position {
  double latitude = 0;   // in [-90, 90]
  double longitude = 0;  // in [-180, 180]
};

// Along the great circle of a sphere of the mean radius of the earth: within 0.6 % of the truth.
// NOLINTNEXTLINE(bugprone-easily-swappable-parameters): a distance is symmetric
// NOLINTNEXTLINE(bugprone-easily-swappable-parameters): symmetric
double MetresBetween(const Position& a, const Position& b);

struct TrackPoint {
  uint32_t unit = 0;   // its number
  uint64_t trip = 0;   // of the unit; all alike: its points are one trip
  int64_t minute = 0;  // since 1970
  Position place = {};
  int second = 0;         // within the minute; points of one second are in order of time
  int local_minutes = 0;  // what makes `minute` local time, by which nights are told
};

struct HomeRemovalOptions {
  double least_metres = 0;    // > 0
  double most_metres = 0;     // at least twice as much
  int64_t stop_minutes = 60;  // >= 1
  double trim_metres = 0;     // around both ends of every trip; >= 0
};

// Points this close are at one place.
inline constexpr double kPlaceMetres = 100;
// Local hours in which people are at home: from the first to before the second.
inline constexpr int kNightBegins = 21;
inline constexpr int kNightEnds = 6;

// Where one unit, whose points are given in order of time, lives and stays. The home comes first:
// the place where it was in most nights, or if it was nowhere at night, where most trips begin and
// end. Then the places where it stayed for `stop_minutes` and more. Empty without points.
// Source: stays: Li, Zheng, Xie, Chen, Liu, Ma, "Mining user similarity based on location history",
//         ACM GIS 2008, section 4.
std::vector<Position> FindPrivatePlaces(std::span<const TrackPoint> points, int64_t stop_minutes);

// A circle in which a unit's points are removed.
struct Hole {
  Position centre;
  double radius_metres = 0;
};

// The hole around a place, drawn by the secret for this unit and the place's surroundings (a cell
// of a hundredth of a degree), so that later deliveries have the same one.
//
// Its radius r is uniform in [(least + most) / 2, most], its centre uniform in the circle of radius
// r - least around the place. Whoever sees the whole hole learns that the place is in the circle of
// radius r - least around the centre, every point of it alike, and r - least is at least
// (most - least) / 2. A hole around the place itself would tell the place.
//
// `earlier_places`: places of the unit in the same cell that have their holes already. Each has
// another hole: if one place is known, its hole tells nothing of the others'.
Hole HoleAround(const Position& place, std::string_view unit, const HomeRemovalOptions& options,
                const SecretBytes& secret, size_t earlier_places = 0);

// The holes around the private places of one unit, the home first.
std::vector<Hole> HolesAround(std::span<const Position> places, std::string_view unit,
                              const HomeRemovalOptions& options, const SecretBytes& secret);

// By point, whether it is to be removed: in a hole, within `least_metres` of a private place, or
// of its trip and within `trim_metres` of an end of it.
//
// `points`: in any order, but for those of a unit with the same second. `units`: what
// identifies each unit, by its number.
// Guarantee: no point within `least_metres` of a place that FindPrivatePlaces finds is kept. Not
//            hidden: places it does not find, when somebody came and left, how many places.
// Errors:    INVALID_ARGUMENT  options or coordinates out of range, a secret of less than 32 bytes.
// Cost:      sorting the points; then points x private places of each unit.
StatusOr<std::vector<bool>> FindPointsToRemove(const std::vector<TrackPoint>& points,
                                               const std::vector<std::string>& units,
                                               const HomeRemovalOptions& options,
                                               const SecretBytes& secret);
inline constexpr size_t kLeastSecretBytes = 32;

}  // namespace weir::anon

#endif  // WEIR_ANON_MOBILITY_HOME_REMOVAL_H_
