// SPDX-License-Identifier: Apache-2.0
#include "weir/data/postgres/internal/pg_table.h"

#include <algorithm>
#include <initializer_list>
#include <string_view>

#include "weir/data/internal/column_names.h"

namespace weir::data::internal {
namespace {

// Catalogues can be read by every role, and name what it has no privilege for.
std::string RelationSql(const PgRelation& relation) {
  return "SELECT c.oid, c.relkind, has_schema_privilege(n.oid, 'USAGE') "
         "FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace "
         "WHERE n.nspname = " +
         PgLiteral(relation.schema) + " AND c.relname = " + PgLiteral(relation.name);
}

// Domains are followed down to a type of values.
std::string ColumnsSql(const std::string& oid) {
  return "WITH RECURSIVE base AS ("
         "SELECT a.attnum, a.attname, a.attcollation, t.oid AS type, t.typtype, t.typbasetype "
         "FROM pg_catalog.pg_attribute a JOIN pg_catalog.pg_type t ON t.oid = a.atttypid "
         "WHERE a.attrelid = " +
         oid +
         " AND a.attnum > 0 AND NOT a.attisdropped UNION ALL "
         "SELECT b.attnum, b.attname, b.attcollation, t.oid, t.typtype, t.typbasetype "
         "FROM base b JOIN pg_catalog.pg_type t ON t.oid = b.typbasetype WHERE b.typtype = 'd') "
         "SELECT b.attname, t.typname, t.typnamespace = 'pg_catalog'::regnamespace, "
         "b.typtype = 'e', has_column_privilege(" +
         oid +
         "::oid, b.attnum, 'SELECT'), EXISTS (SELECT FROM pg_catalog.pg_collation l "
         "WHERE l.oid = b.attcollation AND NOT l.collisdeterministic) "
         "FROM base b JOIN pg_catalog.pg_type t ON t.oid = b.type "
         "WHERE b.typtype <> 'd' ORDER BY b.attnum";
}

bool IsOneOf(std::string_view type, std::initializer_list<std::string_view> types) {
  return std::find(types.begin(), types.end(), type) != types.end();
}

// A day or time as text: none outside the years that documents know.
std::string TimeText(const std::string& sql, const char* type) {
  const std::string cast = std::string("'::pg_catalog.") + type;
  return "CASE WHEN " + sql + " >= '0001-01-01" + cast + " AND " + sql + " <= '9999-12-31" +
         (std::string_view(type) == "date" ? "" : " 23:59:59.999999") + cast + " THEN (" + sql +
         ")::pg_catalog.text END";
}

PgExpression TimeExpression(const std::string& sql, const std::string& type, bool wants_time) {
  if (type == "date") {
    if (wants_time) return {.sql = sql, .wire = PgWire::kDate};
    return {.sql = TimeText(sql, "date"), .is_text = true};
  }
  if (wants_time) return {.sql = sql, .wire = PgWire::kTimestamp};
  const bool is_instant = type == "timestamptz";
  return {.sql = TimeText(is_instant ? "(" + sql + " AT TIME ZONE 'UTC')" : sql, "timestamp"),
          .is_text = true};
}

PgExpression NumberExpression(const std::string& sql, const std::string& type) {
  if (type == "bool") return {.sql = sql, .wire = PgWire::kBool};
  if (type == "int2") return {.sql = sql, .wire = PgWire::kInt2};
  if (type == "int4") return {.sql = sql, .wire = PgWire::kInt4};
  if (type == "int8") return {.sql = sql, .wire = PgWire::kInt8};
  return {.sql = sql, .wire = PgWire::kDouble};
}

}  // namespace

StatusOr<PgTable> DescribePgTable(PgSession& session, const PgRelation& relation) {
  WEIR_ASSIGN_OR_RETURN(const std::vector<PgRow> found,
                        session.Query(RelationSql(relation), /*columns=*/3));
  if (found.empty()) {
    return InvalidArgument("the server has no table or view %s", relation.Quoted().c_str());
  }
  const PgRow& row = found.front();
  const std::string kind = row[1].value_or("");
  if (!IsOneOf(kind, {"r", "v", "m", "p", "f"})) {
    return InvalidArgument("%s is no table or view", relation.Quoted().c_str());
  }
  if (row[2] != "t") {
    return PermissionDenied("the role may not use the schema %s: GRANT USAGE ON SCHEMA",
                            PgIdentifier(relation.schema).c_str());
  }
  PgTable table{.relation = relation};
  WEIR_ASSIGN_OR_RETURN(const std::vector<PgRow> columns,
                        session.Query(ColumnsSql(row[0].value_or("")), /*columns=*/6));
  for (const PgRow& column : columns) {
    table.columns.push_back({.name = column[0].value_or(""),
                             .type = column[1].value_or(""),
                             .is_builtin = column[2] == "t",
                             .is_enum = column[3] == "t",
                             .may_read = column[4] == "t",
                             .has_own_equality = column[5] == "t"});
  }
  return table;
}

Status CheckUnitColumn(const ColumnDescription& column, const PgTable& table) {
  const PgColumn* const found = FindPgColumn(table, column.name);
  if (found == nullptr || column.type != v1::COLUMN_TYPE_TEXT) return OkStatus();
  const char* const name = column.name.c_str();
  if (found->has_own_equality || (!found->is_builtin && found->type == "citext")) {
    return InvalidArgument(
        "column \"%s\" is of the privacy unit, and the server takes different texts of it as "
        "equal: "
        "a view can give one text for them, as lower(%s)",
        name, PgIdentifier(column.name).c_str());
  }
  if (found->is_builtin && IsOneOf(found->type, {"numeric", "float4", "float8"})) {
    return InvalidArgument(
        "column \"%s\" is of the privacy unit, and equal numbers of the type %s differ as texts: "
        "describe it as int or decimal",
        name, found->type.c_str());
  }
  return OkStatus();
}

const PgColumn* FindPgColumn(const PgTable& table, const std::string& name) {
  for (const PgColumn& column : table.columns) {
    if (column.name == name) return &column;
  }
  return nullptr;
}

StatusOr<PgExpression> ExpressionOf(const ColumnDescription& column, const PgTable& table) {
  const PgColumn* const found = FindPgColumn(table, column.name);
  if (found == nullptr) {
    std::vector<std::string> names;
    for (const PgColumn& there : table.columns) names.push_back(there.name);
    return NoColumn(column.name, names);
  }
  if (!found->may_read) {
    return PermissionDenied("the role may not read column \"%s\": GRANT SELECT",
                            column.name.c_str());
  }
  const bool wants_number = column.type == v1::COLUMN_TYPE_INT ||
                            column.type == v1::COLUMN_TYPE_DECIMAL ||
                            column.type == v1::COLUMN_TYPE_BOOL;
  const bool wants_time =
      column.type == v1::COLUMN_TYPE_DATE || column.type == v1::COLUMN_TYPE_TIMESTAMP;
  const std::string sql = PgIdentifier(column.name);
  const std::string& type = found->type;
  const PgExpression text{.sql = "(" + sql + ")::pg_catalog.text", .is_text = true};
  if (found->is_enum || (!found->is_builtin && type == "citext")) return text;
  if (found->is_builtin) {
    if (type == "text" || type == "varchar") return PgExpression{.sql = sql, .is_text = true};
    if (type == "bytea") return PgExpression{.sql = sql};
    if (wants_number && IsOneOf(type, {"bool", "int2", "int4", "int8", "float8"})) {
      return NumberExpression(sql, type);
    }
    if (IsOneOf(type, {"date", "timestamp", "timestamptz"})) {
      return TimeExpression(sql, type, wants_time);
    }
    if (IsOneOf(type, {"bool", "int2", "int4", "int8", "oid", "float4", "float8", "numeric",
                       "bpchar", "name", "uuid", "json", "jsonb", "inet", "cidr", "macaddr"})) {
      return text;
    }
  }
  return InvalidArgument(
      "column \"%s\" is of the PostgreSQL type %s, which is not read: a view can give it as text",
      column.name.c_str(), type.c_str());
}

}  // namespace weir::data::internal
