// SPDX-License-Identifier: Apache-2.0
#ifndef WEIR_TESTS_DATA_RANDOM_QUERY_H_
#define WEIR_TESTS_DATA_RANDOM_QUERY_H_

#include <vector>

#include "tests/data/slow_query.h"

namespace weir::data::test_query {

// Up to three keys, conditions and measures of every kind on the columns of RandomRows, without
// bounds that are met. Closed domains hold some of the values that occur in `rows`, and some that
// do not.
AggregateQuery RandomQuery(test::SeededRandom& random, const std::vector<KnownRow>& rows);

}  // namespace weir::data::test_query

#endif  // WEIR_TESTS_DATA_RANDOM_QUERY_H_
