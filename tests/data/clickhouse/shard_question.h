// SPDX-License-Identifier: Apache-2.0
#ifndef WEIR_TESTS_DATA_CLICKHOUSE_SHARD_QUESTION_H_
#define WEIR_TESTS_DATA_CLICKHOUSE_SHARD_QUESTION_H_

#include <optional>
#include <string>
#include <vector>

#include "tests/data/data_fixture.h"
#include "weir/data/clickhouse/internal/native_reader.h"
#include "weir/data/clickhouse/internal/shard_sql.h"
#include "weir/data/internal/bounded_query.h"

namespace weir::data::test_clickhouse {

// A question with every kind of key and measure that servers can bound, so that answers to it can
// be made up without a server. Keys: an open text with a code for rows without one, an open hour,
// an open bool, a closed bool. Measures: rows, units, a sum of three limbs, two kinds of bins.
// Histogram: units by keys.
class ShardQuestion {
 public:
  ShardQuestion();
  ShardQuestion(const ShardQuestion&) = delete;
  ShardQuestion& operator=(const ShardQuestion&) = delete;

  const AggregateQuery& query() const { return query_; }
  const internal::BoundedQuery& bounded() const { return *bounded_; }
  const internal::ShardSql& sql() const { return *sql_; }

 private:
  TestDataset columns_;
  std::optional<DatasetDescription> dataset_;
  AggregateQuery query_;
  std::optional<internal::BoundedQuery> bounded_;
  std::optional<internal::ShardSql> sql_;
};

inline constexpr uint32_t kStepBins = 5;
inline constexpr uint32_t kEdgeBins = 2;

// Cells of one row, as texts; the type is ClickHouse's.
struct AnswerColumn {
  std::string type;  // perhaps within Nullable()
  std::string value;
  bool is_null = false;
};
// One block of one row in the format Native.
std::string NativeRow(const std::vector<std::string>& names,
                      const std::vector<AnswerColumn>& columns);

}  // namespace weir::data::test_clickhouse

#endif  // WEIR_TESTS_DATA_CLICKHOUSE_SHARD_QUESTION_H_
