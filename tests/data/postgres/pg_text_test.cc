// SPDX-License-Identifier: Apache-2.0
// Hostile names and texts: what goes into SQL comes back as it was.
#include "weir/data/postgres/internal/pg_text.h"

#include <string>
#include <vector>

#include <gmock/gmock.h>

#include "tests/data/postgres/postgres_server.h"
#include "tests/support/seeded_random.h"
#include "tests/support/status_matchers.h"

namespace weir::data::internal {
namespace {

using test::StatusIs;
using test_postgres::PostgresServer;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

// Made of the pieces that end or escape something somewhere.
std::string RandomText(test::SeededRandom& random) {
  const std::vector<std::string> pieces = {
      "'",     "\"",    "\\", "''",  "\\'", "--",          "/*",
      "*/",    ";",     "$$", "$a$", "E'",  "U&'",         "\n",
      "\r\n",  "\t",    "%",  ":x",  "?",   "caf\xC3\xA9", "\xF0\x9F\x9A\x8B",
      "\\000", "\\x27", "a",  " "};
  std::string text;
  for (uint64_t i = random.Word() % 8; i > 0; --i) text += pieces[random.Word() % pieces.size()];
  return text;
}

TEST(PgTextTest, LiteralsMeanTheirTextUnderEverySetting) {
  test::SeededRandom random(3);
  for (const char* setting : {"on", "off"}) {
    std::vector<std::string> texts;
    std::string sql =
        std::string("SET standard_conforming_strings = ") + setting +
        "; SET backslash_quote = off; SET escape_string_warning = off; SELECT * FROM (VALUES ";
    for (int i = 0; i < 300; ++i) {
      texts.push_back(RandomText(random));
      sql += (i == 0 ? "(" : ", (") + std::to_string(i) + "," + PgLiteral(texts.back()) + ")";
    }
    EXPECT_EQ(PostgresServer::Shared().Query(sql.replace(sql.find("SELECT *"), 8, "SELECT t") +
                                             ") AS v(i, t) ORDER BY i"),
              texts)
        << setting;
  }
}

TEST(PgTextTest, IdentifiersMeanTheirName) {
  test::SeededRandom random(4);
  for (int i = 0; i < 60; ++i) {
    const std::string name = RandomText(random) + "x";
    const std::string table = PgIdentifier("hostile") + "." + PgIdentifier(name);
    EXPECT_THAT(
        PostgresServer::Shared().Query(
            "DROP SCHEMA IF EXISTS hostile CASCADE; CREATE SCHEMA hostile; CREATE TABLE " + table +
            "(a int); SELECT relname FROM pg_class WHERE relnamespace = "
            "'hostile'::regnamespace"),
        ElementsAre(name));
  }
}

TEST(PgTextTest, QuotesAreDoubled) {
  EXPECT_EQ(PgIdentifier("a\"b"), "\"a\"\"b\"");
  EXPECT_EQ(PgLiteral("a'b"), "'a''b'");
  EXPECT_EQ(PgLiteral("a\\'b"), " E'a\\\\''b'");
  EXPECT_DEATH(PgIdentifier(std::string("a\0b", 3)), "");
  EXPECT_DEATH(PgLiteral(std::string("a\0b", 3)), "");
}

TEST(PgTextTest, RelationsHaveASchema) {
  const auto parts = [](const std::string& text) {
    const auto relation = ParseRelation(text);
    EXPECT_TRUE(relation.ok()) << relation.status();
    return relation.ok() ? relation->Quoted() : "";
  };
  EXPECT_EQ(parts("trips"), "\"public\".\"trips\"");
  EXPECT_EQ(parts("transit.trips"), "\"transit\".\"trips\"");
  EXPECT_EQ(parts("Transit.Daily Trips; --"), "\"Transit\".\"Daily Trips; --\"");
  EXPECT_EQ(parts("\"a.b\".\"c\"\"d\""), "\"a.b\".\"c\"\"d\"");
  for (const std::string& text :
       {std::string(""), std::string("."), std::string("a."), std::string(".a"),
        std::string("a.b.c"), std::string("a\"b"), std::string("\"a"), std::string("\"a\"b"),
        std::string("\"\""), std::string("a\0b", 3)}) {
    EXPECT_THAT(ParseRelation(text), StatusIs(StatusCode::kInvalidArgument, HasSubstr("schema")))
        << text;
  }
}

}  // namespace
}  // namespace weir::data::internal
