// SPDX-License-Identifier: Apache-2.0
#ifndef WEIR_DATA_POSTGRES_INTERNAL_PG_TABLE_H_
#define WEIR_DATA_POSTGRES_INTERNAL_PG_TABLE_H_

#include <cstdint>
#include <string>
#include <vector>

#include "weir/base/status.h"
#include "weir/data/dataset.h"
#include "weir/data/postgres/internal/copy_decoder.h"
#include "weir/data/postgres/internal/pg_session.h"
#include "weir/data/postgres/internal/pg_text.h"

namespace weir::data::internal {

// A column as the server describes it.
struct PgColumn {
  std::string name;
  std::string type;  // of a domain the one below it: "int4", "bpchar", "mood"
  bool is_builtin = false;
  bool is_enum = false;
  bool may_read = false;
  bool has_own_equality = false;  // its collation takes some different texts as equal
};

// A table or view as the server describes it.
struct PgTable {
  PgRelation relation;
  std::vector<PgColumn> columns;
};

// Reads the server's catalogue.
//
// Errors: INVALID_ARGUMENT  no such schema, table or view, or something else of that name.
//         PERMISSION_DENIED the role may not use the schema.
//         As PgSession::Query.
StatusOr<PgTable> DescribePgTable(PgSession& session, const PgRelation& relation);

// How a column is read: SQL for it, and how it comes over the wire.
struct PgExpression {
  std::string sql;
  PgWire wire = PgWire::kBytes;
  bool is_text = false;  // else bytes, or a number
};

// As it is where that is exact for the declared type, as text otherwise: what a file of the same
// values would give. Times are those of UTC; char(n) is without the blanks that pad it; of a float
// of 32 bits the shortest text that gives it back; a day or time outside the years 1 to 9999 is no
// text.
//
// Errors: INVALID_ARGUMENT  no such column (the message lists those there are), or one of a type
//                           that is not read (arrays, ranges, records, geometry, time of day, ...).
//         PERMISSION_DENIED the role may not read the column.
StatusOr<PgExpression> ExpressionOf(const ColumnDescription& column, const PgTable& table);

// Whether a column of the privacy unit has one text, or number, for what the server takes as equal:
// else one person could be two units here, each within its bounds.
//
// Errors: INVALID_ARGUMENT  it is of citext, has a collation that is not deterministic, or holds
//                           numbers that are equal and differ as texts, and is declared a text.
Status CheckUnitColumn(const ColumnDescription& column, const PgTable& table);

// The column of that name; null if there is none.
const PgColumn* FindPgColumn(const PgTable& table, const std::string& name);

}  // namespace weir::data::internal

#endif  // WEIR_DATA_POSTGRES_INTERNAL_PG_TABLE_H_
