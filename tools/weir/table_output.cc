// SPDX-License-Identifier: Apache-2.0
#include "tools/weir/table_output.h"

#include <nlohmann/json.hpp>

#include "tools/weir/joint_table.h"
#include "weir/base/decimal.h"
#include "weir/data/parquet_writer.h"

namespace weir::tool {
namespace {

nlohmann::ordered_json ToJson(const data::PlainValue& value) {
  if (const auto* text = std::get_if<std::string>(&value)) return *text;
  if (const auto* whole = std::get_if<int64_t>(&value)) return *whole;
  if (const auto* wide = std::get_if<int128>(&value)) return FormatInt128(*wide);
  if (const auto* real = std::get_if<double>(&value)) return *real;
  return nullptr;
}

}  // namespace

Status CheckOutput(const OutputOptions& options) {
  const std::string& path = options.path;
  if (path.empty() || path == "-") return OkStatus();
  if (!path.ends_with(".csv") && !path.ends_with(".parquet")) {
    return InvalidArgument("the output must end in .csv or .parquet, got %s", path.c_str());
  }
  return CheckWritable(path, options.force);
}

Status WriteTable(const Context& context, const OutputOptions& options,
                  const data::PlainTable& table, const std::string& parquet) {
  if (options.path.empty()) {
    context.PrintData(ShowTable(table), "the table");
    return OkStatus();
  }
  if (options.path.ends_with(".parquet")) {
    if (!parquet.empty()) return WriteOutput(context, options.path, parquet, options.force);
    WEIR_ASSIGN_OR_RETURN(const std::string bytes, data::WriteParquet(table));
    return WriteOutput(context, options.path, bytes, options.force);
  }
  WEIR_ASSIGN_OR_RETURN(const std::string csv, data::WriteCsv(table));
  return WriteOutput(context, options.path, csv, options.force, "the table");
}

std::string RowsToJson(const data::PlainTable& table) {
  nlohmann::ordered_json rows = nlohmann::ordered_json::array();
  for (const std::vector<data::PlainValue>& row : table.rows) {
    nlohmann::ordered_json object;
    for (size_t i = 0; i < row.size(); ++i) object[table.columns[i].name] = ToJson(row[i]);
    rows.push_back(std::move(object));
  }
  return rows.dump();
}

}  // namespace weir::tool
