// SPDX-License-Identifier: Apache-2.0
#ifndef WEIR_TESTS_ANON_TABLE_FIXTURE_H_
#define WEIR_TESTS_ANON_TABLE_FIXTURE_H_

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "tests/support/temporary_folder.h"
#include "weir/anon/collapse.h"
#include "weir/anon/internal/coded_table.h"
#include "weir/anon/microdata.h"
#include "weir/anon/output_file.h"
#include "weir/base/status.h"

namespace weir::anon::test {

using Row = std::vector<std::string>;
using Rows = std::vector<Row>;

// Files in a fresh folder, and what tests do with them again and again.
class TableFiles {
 public:
  std::string Path(const std::string& name) const { return folder_.Path(name); }
  const std::string& folder() const { return folder_.path(); }

  // A CSV file of exactly this text.
  InputLocation Csv(const std::string& text, char delimiter = ',') const;
  InputLocation Json(const std::string& text) const;
  // A Parquet file of what an SQL query gives; written by DuckDB itself.
  InputLocation Parquet(const std::string& query) const;

 private:
  weir::test::TemporaryFolder folder_;
};

// Rows of text that DuckDB itself gives for a query; NULL is "".
Rows QuerySql(const std::string& query, const std::string& allowed_path);

ReadRequest Columns(const std::vector<std::string>& names);
ReadLimits Limits(Holding holding, unsigned threads = 1, const std::string& temp_folder = "");

// The rows as texts, in their order; of streamed rows each record as often as it has rows.
Rows TextsOf(const internal::CodedTable& table);
// Texts of one column's dictionary.
std::vector<std::string> ValuesOf(const CodedColumn& column);

// Every value becomes its own code.
CodeMap IdentityMap(const internal::CodedTable& table, const std::string& column);
CollapseRequest CollapseBy(const internal::CodedTable& table,
                           const std::vector<std::string>& columns);

// Leaves the columns collapsed by as they are, and all others too; suppresses nothing.
OutputPlan KeepAll(const internal::CodedTable& table, const CollapsedTable& collapsed);

// All rows of a file that was written, as texts.
Rows ReadBack(const InputLocation& file, const std::vector<std::string>& columns);

Rows Sorted(Rows rows);

}  // namespace weir::anon::test

#endif  // WEIR_TESTS_ANON_TABLE_FIXTURE_H_
