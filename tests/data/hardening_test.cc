// SPDX-License-Identifier: Apache-2.0
// What a database may do after it was opened: nothing but read its one file.
#include <string>

#include "tests/data/data_fixture.h"
#include "tests/support/status_matchers.h"
#include "weir/data/duckdb/internal/database.h"

namespace weir::data::internal {
namespace {

using test::StatusIs;
using ::testing::HasSubstr;

class HardeningTest : public ::testing::Test {
 protected:
  HardeningTest() {
    test::WriteTextFile(folder_.Path("mine.csv"), "a\n1\n");
    test::WriteTextFile(folder_.Path("other.csv"), "a\n1\n");
    auto database = Database::Open({.memory_bytes = uint64_t{64} << 20,
                                    .threads = 1,
                                    .allowed_path = folder_.Path("mine.csv")});
    EXPECT_TRUE(database.ok()) << database.status();
    database_ = *std::move(database);
  }
  std::string Literal(const std::string& name) { return QuoteLiteral(folder_.Path(name)); }

  test::TemporaryFolder folder_;
  std::unique_ptr<Database> database_;
};

TEST_F(HardeningTest, OpensItsOwnFileOnly) {
  WEIR_EXPECT_OK(database_->Query("SELECT * FROM read_csv(" + Literal("mine.csv") + ")").status());
  for (const std::string& sql :
       {"SELECT * FROM read_csv(" + Literal("other.csv") + ")",
        "SELECT * FROM read_text(" + Literal("mine.csv") + " || '/../other.csv')",
        "SELECT * FROM glob(" + Literal("*") + ")", "ATTACH " + Literal("new.db"),
        "COPY (SELECT 1) TO " + Literal("new.csv"), std::string("INSTALL httpfs"),
        std::string("LOAD httpfs"), "EXPORT DATABASE " + Literal("dump"),
        std::string("SELECT * FROM read_csv('https://example.org/a.csv')")}) {
    EXPECT_FALSE(database_->Query(sql).ok()) << sql;
  }
}

TEST_F(HardeningTest, ItsSettingsAreLocked) {
  for (const char* sql :
       {"SET enable_external_access = true", "SET allowed_paths = ['/etc/passwd']",
        "SET memory_limit = '100GB'", "SET threads = 8", "RESET lock_configuration"}) {
    EXPECT_FALSE(database_->Query(sql).ok()) << sql;
  }
}

TEST_F(HardeningTest, KeepsItsMemoryLimit) {
  EXPECT_THAT(database_->Query("SELECT count(*) FROM (SELECT DISTINCT i || 'some longer text' FROM "
                               "range(5000000) t(i))"),
              StatusIs(StatusCode::kResourceExhausted));
}

TEST_F(HardeningTest, TimesAreUtc) {
  const auto result = database_->Query("SELECT current_setting('TimeZone')");
  ASSERT_TRUE(result.ok()) << result.status();
  EXPECT_EQ((*result)->TextColumns({0})[0].front(), "UTC");
}

TEST(QuoteTest, DoublesItsOwnQuoteOnly) {
  EXPECT_EQ(QuoteIdentifier("a\"b'; DROP"), "\"a\"\"b'; DROP\"");
  EXPECT_EQ(QuoteLiteral("a\"b'; DROP"), "'a\"b''; DROP'");
  EXPECT_EQ(QuoteLiteral("back\\slash"), "'back\\slash'");
}

TEST(SourceEngineTest, RefusesOptionsOutOfRange) {
  const std::pair<EngineOptions, const char*> cases[] = {
      {{.memory_limit_bytes = 0}, "64 MiB"},
      {{.memory_limit_bytes = (uint64_t{64} << 20) - 1}, "64 MiB"},
      {{.threads = 0}, "threads"},
      {{.threads = -1}, "threads"},
      {{.threads = 257}, "threads"},
      {{.temp_folder = "relative"}, "absolute"}};
  for (const auto& [options, message] : cases) {
    EXPECT_THAT(SourceEngine::Create(options, SystemRandom()),
                StatusIs(StatusCode::kInvalidArgument, HasSubstr(message)));
  }
  EXPECT_THAT(SourceEngine::Create({.memory_limit_bytes = uint64_t{64} << 20, .threads = 1},
                                   SystemRandom()),
              test::IsOk());
}

static_assert(!WireWritable<StatusOr<Private<AggregateTable>>::value_type>);
static_assert(!WireWritable<StatusOr<OwnerView<SourceReport>>::value_type>);

}  // namespace
}  // namespace weir::data::internal
