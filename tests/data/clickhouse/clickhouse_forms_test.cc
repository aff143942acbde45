// SPDX-License-Identifier: Apache-2.0
// A form whose answer must not be used, or that the server has no memory for, makes way for the
// next one, and the answer is exact.
#include <memory>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/data/clickhouse/cluster_table.h"
#include "tests/support/seeded_random.h"
#include "tests/support/status_matchers.h"
#include "weir/data/clickhouse/internal/server.h"
#include "weir/data/clickhouse/internal/shard_answer.h"
#include "weir/data/clickhouse/internal/shard_cells.h"

namespace weir::data::test_clickhouse {
namespace {

using test::IsOk;
using test::StatusIs;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

// Two texts of one SipHash-2-4 with the key 0, found by the parallel collision search of van
// Oorschot and Wiener (Journal of Cryptology 12, 1999) in 2^33 steps. ClickHouse hashes several
// values by hashing their hashes, so they collide behind any secret.
constexpr char kFirst[] = "bacpbkeijelhebmp";
constexpr char kSecond[] = "lgmcnfcpgafgghjo";
constexpr char kOther[] = "lgmcnfcpgafgghjp";

// Zones 0 to 3 as listed keys.
AggregateQuery FiguresByZone(uint64_t max_keys_per_unit) {
  return {.keys = {{.column = "zone", .values = {"0", "1", "2", "3"}}},
          .measures = {Rows(), Units()},
          .bounds = Bounds(max_keys_per_unit, kUnbounded)};
}

// The cells of one form, asked of one server.
StatusOr<bool> IsOver(const DatasetDescription& dataset, const AggregateQuery& query,
                      internal::ShardForm form) {
  test::SeededRandom random(1);
  const ClickHouseSource& source = SourceOf(dataset);
  WEIR_ASSIGN_OR_RETURN(const auto bounded, internal::ResolveQuery(dataset, query, random));
  WEIR_ASSIGN_OR_RETURN(const auto server,
                        internal::Server::Connect(source, source.urls.front(), {}));
  WEIR_ASSIGN_OR_RETURN(const auto found, server->DescribeTable(source));
  const auto sql = internal::MakeShardSql(source, query, bounded, found,
                                          {.of_cells = "a secret", .of_rows = "another"}, form);
  EXPECT_TRUE(sql.has_value());
  internal::ShardCells cells(query, bounded, uint64_t{1} << 30);
  WEIR_RETURN_IF_ERROR(server->Ask(
      sql->cells, size_t{1} << 24,
      [&](const internal::NativeBlock& block) { return cells.AddCells(sql->layout, block); }));
  return cells.is_over();
}

// A server of our own, the table `units` on it, and a data set of that.
class ClickHouseFormsTest : public ::testing::Test {
 protected:
  explicit ClickHouseFormsTest(const std::string& users = "") : server_(false, users) {}

  DatasetDescription Describe(v1::ColumnType unit, const std::string& user) {
    columns_.Unit({"who"});
    columns_.Column("who", unit);
    columns_.Column("zone", v1::COLUMN_TYPE_INT);
    columns_.message().clear_source();
    auto& source = *columns_.message().mutable_source()->mutable_clickhouse();
    source.add_urls(server_.url());
    source.set_database("default");
    source.set_table("units");
    source.add_sharding_key("who");
    source.set_user(user);
    return columns_.Description();
  }

  TestServer server_;
  TestDataset columns_;
};

TEST_F(ClickHouseFormsTest, TwoUnitsOfOneHashAreBoundedEach) {
  const DatasetDescription dataset = Describe(v1::COLUMN_TYPE_TEXT, "default");
  const AggregateQuery query = FiguresByZone(2);
  for (const std::string second : {kSecond, kOther}) {
    const std::string values = "('" + std::string(kFirst) + "', 0), ('" + kFirst + "', 1), ('" +
                               second + "', 2), ('" + second + "', 3), ('c', 3), ('c', 3)";
    server_.Run("DROP TABLE IF EXISTS units");
    server_.Run("CREATE TABLE units (who String, zone UInt8) ENGINE = Memory");
    server_.Run("INSERT INTO units VALUES " + values);
    const bool collides = second == kSecond;
    const std::string hash = "sipHash64('a secret', '";
    EXPECT_EQ(server_.Run("SELECT " + hash + kFirst + "') = " + hash + second + "')"),
              collides ? "1\n" : "0\n");
    const auto is_over = IsOver(dataset, query, internal::ShardForm::kArrays);
    ASSERT_THAT(is_over, IsOk());
    EXPECT_EQ(*is_over, collides) << "as one unit they would have two of their four cells";
    const auto table = AskShards(dataset, query);
    ASSERT_TRUE(table.has_value());
    EXPECT_THAT(table->cells, ElementsAre(0, 1, 2, 3));
    EXPECT_THAT(table->values, ElementsAre(1, 1, 1, 1, 1, 1, 3, 2));
  }
}

constexpr char kTightUser[] =
    "<profiles><tight><readonly>2</readonly><max_memory_usage>40000000</max_memory_usage></tight>"
    "</profiles><users><tight><password></password><networks><ip>127.0.0.1</ip></networks>"
    "<profile>tight</profile><quota>default</quota></tight></users>";

class ClickHouseMemoryTest : public ClickHouseFormsTest {
 protected:
  ClickHouseMemoryTest() : ClickHouseFormsTest(kTightUser) {}
};

// A unit with four million rows: as one array more than the server's memory, as pairs four.
TEST_F(ClickHouseMemoryTest, ArraysThatAreTooLongMakeWayForPairs) {
  server_.Run("CREATE TABLE units (who UInt32, zone UInt8) ENGINE = MergeTree ORDER BY tuple()");
  server_.Run("INSERT INTO units SELECT 7, number % 4 FROM numbers(4000000)");
  const AggregateQuery query = FiguresByZone(kUnbounded);
  const DatasetDescription dataset = Describe(v1::COLUMN_TYPE_INT, "tight");
  EXPECT_THAT(IsOver(dataset, query, internal::ShardForm::kArrays),
              StatusIs(StatusCode::kResourceExhausted, HasSubstr("Memory limit")));
  EXPECT_THAT(IsOver(dataset, query, internal::ShardForm::kPairs), IsOk());
  const auto table = AskShards(dataset, query);
  ASSERT_TRUE(table.has_value());
  EXPECT_THAT(table->values, ElementsAre(1000000, 1, 1000000, 1, 1000000, 1, 1000000, 1));
  // The twin: a user without that limit gets it from the arrays.
  columns_.message().mutable_source()->mutable_clickhouse()->set_user("default");
  EXPECT_THAT(IsOver(columns_.Description(), query, internal::ShardForm::kArrays), IsOk());
}

}  // namespace
}  // namespace weir::data::test_clickhouse
