// SPDX-License-Identifier: Apache-2.0
#include "tests/release/trips_fixture.h"

#include <cstdio>

namespace weir::test {
namespace {

constexpr char kTripsDataset[] = R"(dataset: trips
theme: transportation
source: {csv: {path: crashes.csv}}
privacy_unit: [rider]
columns:
  rider: {type: int}
  zone: {type: text}
  kind:
    type: text
    domain: {values: [bus, tram, bike]}
    hierarchy:
      - {level: engine, groups: {motor: [bus, tram], muscle: [bike]}}
  start: {type: timestamp}
  fare: {type: decimal, bounds: [0, 50], grid: 0.01}
  distance: {type: int, bounds: [1, 40]}
  tip: {type: decimal, bounds: [0, 100000], grid: 0.01}
budget: {epsilon: 1000000, delta: 0.01}
bounds: {max_keys_per_unit: 3, max_rows_per_key: 4}
)";

}  // namespace

std::vector<Trip> Trips() {
  std::vector<Trip> trips;
  const std::vector<std::string> kinds = {"bus", "tram", "bike"};
  for (int rider = 0; rider < 60; ++rider) {
    for (int i = 0; i < 3; ++i) {
      const int mix = (rider * 7 + i * 13) % 41;
      trips.push_back({rider, rider % 10 == 0 ? "edge" : "z" + std::to_string(rider % 3),
                       kinds[static_cast<size_t>(i)], mix % 12 + 1, mix % 24, mix * 1.25 + i,
                       mix % 39 + 1, mix % 10 * 0.5});
    }
  }
  return trips;
}

TripsTest::TripsTest() : NoiselessTest(kTripsDataset) {}

void TripsTest::SetUp() {
  NoiselessTest::SetUp();
  std::string csv = "rider,zone,kind,start,fare,distance,tip\n";
  for (const Trip& trip : Trips()) {
    char line[128];
    (void)std::snprintf(line, sizeof line, "%d,%s,%s,2025-%02d-15T%02d:30:00Z,%.2f,%d,%.2f\n",
                        trip.rider, trip.zone.c_str(), trip.kind.c_str(), trip.month, trip.hour,
                        trip.fare, trip.distance, trip.tip);
    csv += line;
  }
  WriteCsv(csv);
}

}  // namespace weir::test
