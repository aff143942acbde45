// SPDX-License-Identifier: Apache-2.0
#include "weir/release/payload.h"

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/seeded_random.h"
#include "tests/support/status_matchers.h"
#include "weir/data/parquet_writer.h"
#include "weir/release/plan.h"

namespace weir::release {
namespace {

// What kMaxPayloadBytes is made of: values that nothing can compress, of the widest type.
TEST(PayloadTest, NoValueTakesMoreThanSixteenBytesBesideItsLabel) {
  constexpr uint64_t kRows = 100'000;
  constexpr uint64_t kColumns = 4;
  constexpr uint64_t kLabelBytes = 9;
  test::SeededRandom random(20260101);
  data::PlainTable table;
  table.columns = {{.name = "key", .type = data::PlainType::kText},
                   {.name = "a", .type = data::PlainType::kInt128},
                   {.name = "b", .type = data::PlainType::kInt64},
                   {.name = "c", .type = data::PlainType::kInt128}};
  const auto wide = [&random] {
    return static_cast<int128>(random.Word()) * static_cast<int64_t>(random.Word() >> 3);
  };
  for (uint64_t row = 0; row < kRows; ++row) {
    std::string label;
    for (uint64_t i = 0; i < kLabelBytes; ++i) {
      label += static_cast<char>('!' + random.Word() % 94);
    }
    table.rows.push_back({std::move(label), wide(), static_cast<int64_t>(random.Word()), wide()});
  }
  WEIR_ASSERT_OK_AND_ASSIGN(const std::string payload, data::WriteParquet(table));
  EXPECT_LE(payload.size(), kRows * (kColumns * 16 + kLabelBytes) + (uint64_t{4} << 20));
  // The twin: the bound is not far above what it bounds.
  EXPECT_GT(payload.size(), kRows * (kColumns * 8 + kLabelBytes));
}

}  // namespace
}  // namespace weir::release
