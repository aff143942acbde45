// SPDX-License-Identifier: Apache-2.0
#ifndef WEIR_TESTS_RELEASE_TRIPS_FIXTURE_H_
#define WEIR_TESTS_RELEASE_TRIPS_FIXTURE_H_

#include <string>
#include <vector>

#include "tests/release/release_fixture.h"

namespace weir::test {

struct Trip {
  int rider;
  std::string zone, kind;
  int month, hour;
  double fare;
  int distance;
  double tip;
};

// 60 riders, one trip on each of three kinds.
std::vector<Trip> Trips();

// A data set of these trips.
class TripsTest : public NoiselessTest {
 protected:
  TripsTest();
  void SetUp() override;
};

}  // namespace weir::test

#endif  // WEIR_TESTS_RELEASE_TRIPS_FIXTURE_H_
