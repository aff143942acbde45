// SPDX-License-Identifier: Apache-2.0
#ifndef WEIR_TESTS_DATA_ENGINE_CASE_TABLES_H_
#define WEIR_TESTS_DATA_ENGINE_CASE_TABLES_H_

#include <vector>

#include "tests/data/engine_cases.h"

namespace weir::data::engine_cases {

// Every type, with its smallest and largest values, zeros with a sign, hours that a clock shows
// twice or not at all, and texts that mean something to some program.
CaseTable TypesTable();
// Sums beyond 64 bits, decimals beyond a double.
CaseTable SumsTable();
// Units of two columns.
CaseTable PairsTable();
// Units of a column and a month.
CaseTable MonthsTable();
// Rows of test_query::RandomRows in the types of their columns; and as slow_query knows them.
CaseTable RandomTable();
const std::vector<test_query::KnownRow>& KnownRandomRows();

inline constexpr char kPhrase[] = "O'Brien\"; -- \\";
inline constexpr char kCafe[] = "caf\xC3\xA9 \xF0\x9F\x9A\x8B";
inline constexpr char kTagA[] = "a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11";
inline constexpr char kTag0[] = "00000000-0000-0000-0000-000000000000";
inline constexpr char kTagF[] = "ffffffff-ffff-ffff-ffff-ffffffffffff";

}  // namespace weir::data::engine_cases

#endif  // WEIR_TESTS_DATA_ENGINE_CASE_TABLES_H_
