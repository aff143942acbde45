// SPDX-License-Identifier: Apache-2.0
#ifndef WEIR_TESTS_DATA_DATA_FIXTURE_H_
#define WEIR_TESTS_DATA_DATA_FIXTURE_H_

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "tests/support/temporary_folder.h"
#include "weir/base/decimal.h"
#include "weir/data/dataset.h"
#include "weir/data/engine.h"
#include "weir/data/source_engine.h"

namespace weir::data {

// Cells as text, to be written in any format; "" is no value.
struct TextTable {
  std::vector<std::string> columns;
  std::vector<std::vector<std::string>> rows;
};

std::string ToCsv(const TextTable& table);
std::string ToJsonLines(const TextTable& table);

// A data set whose file lies in a temporary folder.
class TestDataset {
 public:
  TestDataset();
  // A column as the YAML reader would give it; `unit` columns make the privacy unit.
  v1::Column& Column(const std::string& name, v1::ColumnType type);
  TestDataset& Unit(const std::vector<std::string>& columns);
  TestDataset& Window(const std::string& column, v1::WindowLength per);

  TestDataset& WriteCsv(const std::string& bytes);
  TestDataset& WriteJson(const std::string& bytes);
  // Every column a Parquet text.
  TestDataset& WriteParquet(const TextTable& table);
  // The rows of an SQL query, with the types that SQL gives them.
  TestDataset& WriteParquetOf(const std::string& select);

  v1::Dataset& message() { return message_; }
  const std::string& path() const { return path_; }
  std::string folder() const { return folder_.path(); }
  StatusOr<DatasetDescription> Describe() const;
  // Aborts unless the description is valid.
  DatasetDescription Description() const;

 private:
  void UseFile(const std::string& name);
  test::TemporaryFolder folder_;
  v1::Dataset message_;
  std::string path_;
};

ContributionBounds Bounds(int64_t max_keys_per_unit, int64_t max_rows_per_key);
inline constexpr int64_t kUnbounded = int64_t{1} << 30;

Contribution Rows();
Contribution Units();
Contribution Sum(const std::string& column, int64_t lowest, int64_t highest,
                 const Decimal& grid = {1, 0});

// Sums of each cell that was touched.
using Cells = std::map<uint64_t, std::vector<int128>>;
Cells ToCells(const AggregateTable& table);

// AggregateSource under a seeded key. Aborts on an error.
Cells Aggregate(const DatasetDescription& dataset, const AggregateQuery& query, uint64_t seed = 1);
StatusOr<AggregateTable> TryAggregate(const DatasetDescription& dataset,
                                      const AggregateQuery& query, uint64_t seed = 1);
StatusOr<SourceReport> Check(const DatasetDescription& dataset);

}  // namespace weir::data

#endif  // WEIR_TESTS_DATA_DATA_FIXTURE_H_
