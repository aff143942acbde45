// SPDX-License-Identifier: Apache-2.0
#ifndef WEIR_TESTS_RELEASE_STRUCTURED_FIXTURE_H_
#define WEIR_TESTS_RELEASE_STRUCTURED_FIXTURE_H_

#include <string>

#include "tests/release/release_fixture.h"

namespace weir::test {

// Trips by day and by cell, cells in districts of one city.
inline constexpr char kTripsDataset[] = R"(dataset: trips
theme: transportation
source: {csv: {path: trips.csv}}
privacy_unit: [rider]
columns:
  rider: {type: text}
  day: {type: date}
  gap: {type: date, missing: {as: own_key}}
  cell:
    type: text
    domain: {values: [a, b, c, d, e]}
    hierarchy:
      - {level: district, groups: {north: [a, b, c], south: [d, e]}}
      - {level: city, groups: {all: [north, south]}}
  odd:
    type: text
    missing: {as: own_key}
    domain: {values: [a, b]}
    hierarchy:
      - {level: both, groups: {ab: [a, b]}}
  zone:
    type: int
    domain: {values: [1, 2]}
    hierarchy:
      - {level: zone, groups: {both: [1, 2]}}
  cell_level: {type: text, domain: {values: [x]}}
  mode: {type: int, domain: {values: [1, 2]}}
  fare: {type: decimal, bounds: [0, 20], grid: 0.5}
  wide: {type: int, bounds: [0, 1000000000000]}
  balance: {type: int, bounds: [-3, 3]}
budget: {epsilon: 1000, delta: 1e-3}
)";

inline constexpr char kThreeDays[] =
    "{column: day, period: {per: day, first: 2025-01-01, last: 2025-01-03}}";

inline data::DatasetDescription Trips(const std::string& folder = "/nowhere") {
  return Describe(kTripsDataset, folder).value();
}

struct Asked {
  std::string keys;
  std::string measures = "rows";
  std::string bounds = "{max_keys_per_unit: 2, max_rows_per_key: 1}";
  std::string privacy = "{epsilon: 1, delta: 1e-6}";
  std::string rest = "";
};

// A question of one line a part.
inline std::string Ask(const Asked& asked) {
  return "dataset: trips.dataset.yaml\nkeys: " + asked.keys + "\nmeasures: [" + asked.measures +
         "]\nbounds: " + asked.bounds + "\nprivacy: " + asked.privacy + "\n" + asked.rest + "\n";
}

}  // namespace weir::test

#endif  // WEIR_TESTS_RELEASE_STRUCTURED_FIXTURE_H_
