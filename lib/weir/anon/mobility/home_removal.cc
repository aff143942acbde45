// SPDX-License-Identifier: Apache-2.0
#include "weir/anon/mobility/home_removal.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <numbers>
#include <numeric>
#include <optional>
#include <set>
#include <utility>

#include "weir/base/bytes.h"

namespace weir::anon {
namespace {

constexpr double kEarthMetres = 6371008.8;
constexpr double kMetresPerDegree = kEarthMetres * std::numbers::pi / 180;
constexpr int64_t kHour = 60;
constexpr int64_t kDay = 24 * kHour;
constexpr double kCellsPerDegree = 100;
constexpr double kLeastCosine = 0.01;  // beyond 89.4 degrees cells only grow wider

double Radians(double degrees) { return degrees * std::numbers::pi / 180; }
double CosineAt(double latitude) { return std::max(kLeastCosine, std::cos(Radians(latitude))); }

// Nights are numbered by the day on which they begin.
int64_t NightBefore(int64_t minute) {
  const int64_t shifted = minute - kNightBegins * kHour;
  return shifted >= 0 ? shifted / kDay : (shifted - kDay + 1) / kDay;
}
bool IsNight(int64_t minute) {
  constexpr int64_t kNightMinutes = (24 - kNightBegins + kNightEnds) * kHour;
  return minute - (NightBefore(minute) * kDay + kNightBegins * kHour) < kNightMinutes;
}

int64_t LocalMinute(const TrackPoint& point) { return point.minute + point.local_minutes; }

// From one longitude to another, the short way around the earth.
// NOLINTNEXTLINE(bugprone-easily-swappable-parameters): from, to
double DegreesEast(double from, double to) { return std::remainder(to - from, 360.0); }

// Points that are close to the first of them.
struct Place {
  Position first = {};
  double latitudes = 0;
  double longitudes = 0;  // relative to the first one
  size_t points = 0;
  std::set<int64_t> nights;
  size_t ends_of_trips = 0;
  bool is_stop = false;

  Position Mean() const {
    const auto n = static_cast<double>(points);
    return {.latitude = latitudes / n,
            .longitude = DegreesEast(0, first.longitude + longitudes / n)};
  }
};

// The places of one unit: a point belongs to the first place found in its neighbourhood.
class PlaceFinder {
 public:
  Place& At(const Position& position) {
    const auto row = static_cast<int64_t>(std::floor(position.latitude * kRows));
    std::optional<size_t> found = FindNear(row, position);
    // The neighbours on the other side of the date line.
    if (!found.has_value() && std::abs(position.longitude) > 180 - kDateLineDegrees) {
      const double turn = position.longitude > 0 ? -360 : 360;
      found = FindNear(row, {position.latitude, position.longitude + turn});
    }
    if (found.has_value()) return places_[*found];
    cells_[{row, ColumnOf(row, position.longitude)}].push_back(places_.size());
    places_.push_back({.first = position});
    return places_.back();
  }
  const std::vector<Place>& places() const { return places_; }

 private:
  static constexpr double kRows = kMetresPerDegree / kPlaceMetres;
  // As wide as three columns near a pole.
  static constexpr double kDateLineDegrees = 3 / (kRows * kLeastCosine);

  // Columns of a row are equally wide: were they of the width at each point, those far from the
  // meridian of 0 would shift by several from one point to its neighbour in the north.
  static int64_t ColumnOf(int64_t row, double longitude) {
    const double columns = kRows * CosineAt((static_cast<double>(row) + 0.5) / kRows);
    return static_cast<int64_t>(std::floor(longitude * columns));
  }

  std::optional<size_t> FindNear(int64_t row, const Position& position) const {
    for (int64_t r = row - 1; r <= row + 1; ++r) {
      const int64_t column = ColumnOf(r, position.longitude);
      for (int64_t c = column - 2; c <= column + 2; ++c) {
        const auto cell = cells_.find({r, c});
        if (cell == cells_.end()) continue;
        for (const size_t i : cell->second) {
          if (MetresBetween(places_[i].first, position) <= kPlaceMetres) return i;
        }
      }
    }
    return std::nullopt;
  }

  std::map<std::pair<int64_t, int64_t>, std::vector<size_t>> cells_;
  std::vector<Place> places_;
};

void AddPoint(const Position& position, Place& place) {
  place.latitudes += position.latitude;
  place.longitudes += DegreesEast(place.first.longitude, position.longitude);
  ++place.points;
}

void AddStay(std::span<const TrackPoint> stay, PlaceFinder& finder) {
  Place& place = finder.At(stay.front().place);
  place.is_stop = true;
  for (const TrackPoint& point : stay) AddPoint(point.place, place);
  // Nights between coming and leaving, in which there may be no point at all.
  const int64_t first = NightBefore(LocalMinute(stay.front()));
  const int64_t last = NightBefore(LocalMinute(stay.back()));
  for (int64_t night = first; night <= last; ++night) {
    if (night > first || IsNight(LocalMinute(stay.front()))) place.nights.insert(night);
  }
}

bool IsEndOfTrip(std::span<const TrackPoint> points, size_t i) {
  return i == 0 || i + 1 == points.size() || points[i - 1].trip != points[i].trip ||
         points[i + 1].trip != points[i].trip;
}

// NOLINTNEXTLINE(bugprone-easily-swappable-parameters): a strict order
bool IsMoreLikelyHome(const Place& a, const Place& b) {
  if (a.nights.size() != b.nights.size()) return a.nights.size() > b.nights.size();
  if (a.ends_of_trips != b.ends_of_trips) return a.ends_of_trips > b.ends_of_trips;
  return a.points > b.points;
}

// Uniform in [0, 1), a function of the secret and the text.
double UniformOf(const Sha256Digest& digest, size_t which) {
  uint64_t word = 0;
  for (size_t i = 0; i < 8; ++i) word = (word << 8) | digest[8 * which + i];
  return static_cast<double>(word >> 11) * 0x1p-53;
}

Status CheckOptions(const HomeRemovalOptions& options, const SecretBytes& secret) {
  if (!(options.least_metres > 0) || !(options.most_metres >= 2 * options.least_metres)) {
    return InvalidArgument(
        "least_metres must be greater than 0 and most_metres at least twice "
        "as much, got %g and %g",
        options.least_metres, options.most_metres);
  }
  if (options.stop_minutes < 1) return InvalidArgument("stop_minutes must be at least 1");
  if (!(options.trim_metres >= 0)) return InvalidArgument("trim_metres must not be negative");
  if (secret.size_bytes() >= kLeastSecretBytes) return OkStatus();
  return InvalidArgument("the secret needs at least %zu bytes, got %zu", kLeastSecretBytes,
                         secret.size_bytes());
}

// What a hole is drawn for: latitude and longitude in hundredths of a degree.
std::pair<int64_t, int64_t> CellOf(const Position& place) {
  return {static_cast<int64_t>(std::floor(place.latitude * kCellsPerDegree)),
          static_cast<int64_t>(std::floor(place.longitude * kCellsPerDegree))};
}

bool IsOnEarth(const Position& place) {
  return std::abs(place.latitude) <= 90 && std::abs(place.longitude) <= 180;
}

void TrimTrips(std::span<const size_t> order, const std::vector<TrackPoint>& points, double metres,
               std::vector<bool>& removed) {
  if (metres <= 0) return;
  std::map<uint64_t, std::vector<size_t>> trips;
  for (const size_t i : order) trips[points[i].trip].push_back(i);
  for (const auto& [trip, members] : trips) {
    // By distance, not along the way: who circles around an end is still there.
    for (const size_t end : {members.front(), members.back()}) {
      for (const size_t i : members) {
        if (MetresBetween(points[i].place, points[end].place) <= metres) removed[i] = true;
      }
    }
  }
}

}  // namespace

// NOLINTNEXTLINE(bugprone-easily-swappable-parameters): symmetric
double MetresBetween(const Position& a, const Position& b) {
  const double north = std::sin(Radians(b.latitude - a.latitude) / 2);
  const double east = std::sin(Radians(b.longitude - a.longitude) / 2);
  const double square =
      north * north + std::cos(Radians(a.latitude)) * std::cos(Radians(b.latitude)) * east * east;
  return 2 * kEarthMetres * std::asin(std::min(1.0, std::sqrt(square)));
}

std::vector<Position> FindPrivatePlaces(std::span<const TrackPoint> points, int64_t stop_minutes) {
  PlaceFinder finder;
  for (size_t i = 0; i < points.size();) {
    size_t end = i + 1;
    while (end < points.size() &&
           MetresBetween(points[i].place, points[end].place) <= kPlaceMetres) {
      ++end;
    }
    if (points[end - 1].minute - points[i].minute < stop_minutes) {
      ++i;
      continue;
    }
    AddStay(points.subspan(i, end - i), finder);
    i = end;
  }
  for (size_t i = 0; i < points.size(); ++i) {
    const bool is_end = IsEndOfTrip(points, i);
    const int64_t local = LocalMinute(points[i]);
    if (!is_end && !IsNight(local)) continue;
    Place& place = finder.At(points[i].place);
    // A point of a stay counts twice, which moves the mean of its place within that place.
    AddPoint(points[i].place, place);
    if (is_end) ++place.ends_of_trips;
    if (IsNight(local)) place.nights.insert(NightBefore(local));
  }
  std::vector<Position> found;
  const std::vector<Place>& places = finder.places();
  if (places.empty()) return found;
  const auto home = std::min_element(places.begin(), places.end(), IsMoreLikelyHome);
  found.push_back(home->Mean());
  for (auto place = places.begin(); place != places.end(); ++place) {
    if (place != home && place->is_stop) found.push_back(place->Mean());
  }
  return found;
}

Hole HoleAround(const Position& place, std::string_view unit, const HomeRemovalOptions& options,
                const SecretBytes& secret, size_t earlier_places) {
  const auto [row, column] = CellOf(place);
  const std::string which =
      earlier_places == 0 ? "" : " after " + std::to_string(earlier_places) + " in the cell";
  const std::string label = "weir home removal 1" + which + ";" + std::to_string(row) + ";" +
                            std::to_string(column) + ";" + std::string(unit);
  const Sha256Digest digest = HmacSha256(
      secret.Bytes(DangerouslyRevealKey::Because("draws the hole around a home")), label);
  const double spread = options.most_metres - options.least_metres;
  Hole hole = {.radius_metres = options.most_metres - spread / 2 * UniformOf(digest, 0)};
  // The square root makes all parts of the circle equally likely.
  const double away = (hole.radius_metres - options.least_metres) * std::sqrt(UniformOf(digest, 1));
  const double angle = 2 * std::numbers::pi * UniformOf(digest, 2);
  hole.centre.latitude = place.latitude + away * std::cos(angle) / kMetresPerDegree;
  hole.centre.longitude =
      place.longitude + away * std::sin(angle) / (kMetresPerDegree * CosineAt(place.latitude));
  return hole;
}

std::vector<Hole> HolesAround(std::span<const Position> places, std::string_view unit,
                              const HomeRemovalOptions& options, const SecretBytes& secret) {
  std::map<std::pair<int64_t, int64_t>, size_t> places_in_cell;
  std::vector<Hole> holes;
  holes.reserve(places.size());
  for (const Position& place : places) {
    holes.push_back(HoleAround(place, unit, options, secret, places_in_cell[CellOf(place)]++));
  }
  return holes;
}

StatusOr<std::vector<bool>> FindPointsToRemove(const std::vector<TrackPoint>& points,
                                               const std::vector<std::string>& units,
                                               const HomeRemovalOptions& options,
                                               const SecretBytes& secret) {
  WEIR_RETURN_IF_ERROR(CheckOptions(options, secret));
  std::vector<size_t> order(points.size());
  std::iota(order.begin(), order.end(), size_t{0});
  std::stable_sort(order.begin(), order.end(), [&points](size_t a, size_t b) {
    if (points[a].unit != points[b].unit) return points[a].unit < points[b].unit;
    if (points[a].minute != points[b].minute) return points[a].minute < points[b].minute;
    return points[a].second < points[b].second;
  });
  std::vector<bool> removed(points.size(), false);
  std::vector<TrackPoint> track;
  for (size_t begin = 0; begin < order.size();) {
    const uint32_t unit = points[order[begin]].unit;
    track.clear();
    size_t end = begin;
    for (; end < order.size() && points[order[end]].unit == unit; ++end) {
      track.push_back(points[order[end]]);
      const bool is_known = unit < units.size() && IsOnEarth(track.back().place);
      if (!is_known) return InvalidArgument("a point has no unit or is not on the earth");
    }
    const std::vector<Position> places = FindPrivatePlaces(track, options.stop_minutes);
    const std::vector<Hole> holes = HolesAround(places, units[unit], options, secret);
    for (size_t p = 0; p < places.size(); ++p) {
      for (size_t i = begin; i < end; ++i) {
        const Position& point = points[order[i]].place;
        if (MetresBetween(point, holes[p].centre) <= holes[p].radius_metres ||
            MetresBetween(point, places[p]) <= options.least_metres) {
          removed[order[i]] = true;
        }
      }
    }
    TrimTrips(std::span(order).subspan(begin, end - begin), points, options.trim_metres, removed);
    begin = end;
  }
  return removed;
}

}  // namespace weir::anon
