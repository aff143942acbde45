// SPDX-License-Identifier: Apache-2.0
#ifndef WEIR_TOOLS_WEIR_TABLE_OUTPUT_H_
#define WEIR_TOOLS_WEIR_TABLE_OUTPUT_H_

#include <string>

#include "tools/weir/context.h"
#include "weir/base/status.h"
#include "weir/data/plain_table.h"

namespace weir::tool {

struct OutputOptions {
  std::string path;  // .csv, .parquet, "-" (CSV on stdout); empty: a table for people on stdout
  bool force = false;
};

// INVALID_ARGUMENT for another ending; ALREADY_EXISTS if the file is there and not forced. Asked
// before anything is charged.
Status CheckOutput(const OutputOptions& options);
// `parquet`: the bytes to write to a .parquet file; empty: the table is encoded anew.
Status WriteTable(const Context& context, const OutputOptions& options,
                  const data::PlainTable& table, const std::string& parquet);
// One object a row.
std::string RowsToJson(const data::PlainTable& table);

}  // namespace weir::tool

#endif  // WEIR_TOOLS_WEIR_TABLE_OUTPUT_H_
