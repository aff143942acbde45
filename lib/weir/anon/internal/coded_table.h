// SPDX-License-Identifier: Apache-2.0
#ifndef WEIR_ANON_INTERNAL_CODED_TABLE_H_
#define WEIR_ANON_INTERNAL_CODED_TABLE_H_

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "weir/anon/microdata.h"
#include "weir/anon/tuple_table.h"
#include "weir/data/duckdb/file_scanner.h"

namespace weir::anon::internal {

// What a Microdata holds: for the algorithms of this module.
struct CodedTable {
  // Open since it was first read, so that a second pass reads the same file.
  std::unique_ptr<const data::FileScanner> scanner;
  ReadRequest request;
  std::vector<CodedColumn> columns;    // as request.columns
  std::vector<std::string> sql_types;  // of the columns in a Parquet file, as RowFileColumn takes
  bool held = true;
  MicrodataFacts facts;
  // Held, with a unit: the keyed hash of each row's unit; 0: it has none.
  std::vector<uint64_t> unit_of_row;
  // Not held: the rows of each record and, with a unit, its smallest `unit_cap` distinct hashes.
  std::vector<uint64_t> rows_of_record;
  PerTuple<uint64_t> units_of_record;

  bool has_unit() const { return !request.unit.empty(); }
  // nullptr: no such column.
  const CodedColumn* Find(const std::string& name) const {
    for (const CodedColumn& column : columns) {
      if (column.name == name) return &column;
    }
    return nullptr;
  }
};

// Whether ReadTable would hold the rows. Errors: INVALID_ARGUMENT, DATA_LOSS  as there.
StatusOr<bool> WouldHold(const InputLocation& input, const ReadRequest& request,
                         const ReadLimits& limits);

// The types of the columns asked for, as the file has them; VARCHAR where it has no such column.
StatusOr<std::vector<std::string>> SqlTypesOf(const data::FileScanner& scanner,
                                              const ReadRequest& request);

// The computation behind ReadMicrodata, WriteMicrodata and Collapse, on what they guard.
StatusOr<CodedTable> ReadTable(const InputLocation& input, const ReadRequest& request,
                               const ReadLimits& limits, RandomSource& random);

}  // namespace weir::anon::internal

#endif  // WEIR_ANON_INTERNAL_CODED_TABLE_H_
