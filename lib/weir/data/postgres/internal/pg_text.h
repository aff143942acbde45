// SPDX-License-Identifier: Apache-2.0
#ifndef WEIR_DATA_POSTGRES_INTERNAL_PG_TEXT_H_
#define WEIR_DATA_POSTGRES_INTERNAL_PG_TEXT_H_

#include <string>
#include <string_view>

#include "weir/base/status.h"

namespace weir::data::internal {

// "a""b": the only way a name gets into SQL. Names hold no NUL (WEIR_CHECK).
std::string PgIdentifier(std::string_view name);
// 'a''b', or E'a\\b' where there is a backslash, so that it means the same under either setting of
// standard_conforming_strings: the only way a text gets into SQL. Texts hold no NUL (WEIR_CHECK):
// no text of the server's does, whoever asks for one asks for nothing.
std::string PgLiteral(std::string_view text);

struct PgRelation {
  std::string schema;
  std::string name;
  std::string Quoted() const { return PgIdentifier(schema) + "." + PgIdentifier(name); }
};

// "trips" (of the schema public), "transit.trips"; a part with a point or a quote in it stands in
// double quotes as in SQL. Letters are taken as they are, small or large.
//
// INVALID_ARGUMENT: neither of them.
StatusOr<PgRelation> ParseRelation(std::string_view text);

}  // namespace weir::data::internal

#endif  // WEIR_DATA_POSTGRES_INTERNAL_PG_TEXT_H_
