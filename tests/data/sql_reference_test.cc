// SPDX-License-Identifier: Apache-2.0
// The bounded aggregation once more in plain SQL, on random tables of all types: DuckDB groups and
// orders the values as its own types, we give it nothing but a number for each row by which the
// cells of a unit are to be ordered.
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "tests/data/data_fixture.h"
#include "tests/support/seeded_random.h"
#include "tests/support/status_matchers.h"
#include "weir/data/duckdb/internal/database.h"
#include "weir/data/duckdb/internal/file_rows.h"
#include "weir/data/internal/bounded_query.h"
#include "weir/data/internal/record_layout.h"
#include "weir/data/internal/row_aggregate.h"
#include "weir/data/internal/row_mapper.h"
#include "weir/data/internal/source_answer.h"

namespace weir::data {
namespace {

constexpr uint64_t kSeed = 5;
constexpr uint64_t kMemoryBytes = uint64_t{256} << 20;

// A column of a random table: x is a small number of the row, or NULL.
struct Kind {
  const char* name;
  v1::ColumnType type;
  const char* sql;    // of x
  const char* label;  // of the column k, as the engine writes it
  KeyPart part = KeyPart::kValue;
};

const Kind kUnitKinds[] = {
    {"tinyint", v1::COLUMN_TYPE_INT, "(x - 20)::TINYINT", ""},
    {"bigint", v1::COLUMN_TYPE_INT, "x * 230584300921369395 - 4611686018427387904", ""},
    {"uinteger", v1::COLUMN_TYPE_INT, "(4294967295 - x)::UINTEGER", ""},
    {"ubigint", v1::COLUMN_TYPE_TEXT, "(18446744073709551615::UBIGINT - x::UBIGINT)", ""},
    {"huge decimal", v1::COLUMN_TYPE_DECIMAL, "(x * 1e15 + x / 8)::DECIMAL(30, 3)", ""},
    {"text", v1::COLUMN_TYPE_TEXT, "CASE WHEN x % 2 = 0 THEN 'A' ELSE 'a' END || x", ""},
    {"blob", v1::COLUMN_TYPE_TEXT, "encode('b' || x)", ""},
    {"uuid", v1::COLUMN_TYPE_TEXT, "md5(x::VARCHAR)::UUID", ""},
    {"date", v1::COLUMN_TYPE_DATE, "(DATE '1969-12-20' + x::INTEGER)", ""},
    {"timestamp", v1::COLUMN_TYPE_TIMESTAMP,
     "TIMESTAMP '1969-12-31 23:59:50.000001' + to_seconds(x)", ""},
    {"timestamptz", v1::COLUMN_TYPE_TIMESTAMP,
     "TIMESTAMPTZ '2025-03-30 00:30:00+00' + to_minutes(x * 7)", ""},
};

const Kind kKeyKinds[] = {
    {"smallint", v1::COLUMN_TYPE_INT, "(x - 3)::SMALLINT", "k::VARCHAR"},
    {"bigint", v1::COLUMN_TYPE_INT, "x * 1000000007 * 1000003 - 5", "k::VARCHAR"},
    {"double", v1::COLUMN_TYPE_INT, "(x * 3)::DOUBLE", "k::BIGINT::VARCHAR"},
    {"decimal", v1::COLUMN_TYPE_DECIMAL, "(x - 2.5)::DECIMAL(9, 2)",
     "rtrim(rtrim(k::VARCHAR, '0'), '.')"},
    {"text", v1::COLUMN_TYPE_TEXT, "'Z\xC3\xBCrich ' || x", "k"},
    {"uuid", v1::COLUMN_TYPE_TEXT, "md5(x::VARCHAR)::UUID", "k::VARCHAR"},
    {"date", v1::COLUMN_TYPE_DATE, "(DATE '1999-12-30' + x::INTEGER)", "k::VARCHAR"},
    {"timestamp_ns", v1::COLUMN_TYPE_TIMESTAMP,
     "(TIMESTAMP '2024-02-28 12:00:00' + to_hours(x * 9))::TIMESTAMP_NS",
     "strftime(k::TIMESTAMP, '%Y-%m-%d')", KeyPart::kPeriodDay},
    {"timestamp_s", v1::COLUMN_TYPE_TIMESTAMP,
     "(TIMESTAMP '1969-12-31 20:00:00' + to_hours(x))::TIMESTAMP_S",
     "strftime(k::TIMESTAMP, '%Y-%m')", KeyPart::kPeriodMonth},
};

struct Shape {
  Kind unit;
  Kind second_unit;
  bool is_tuple = false;
  Kind key;
  int rows = 0;
  int units = 1;
  int keys = 1;
  int seed = 0;
  int max_keys = 1;
  int max_rows = 1;
};

// Sums by the text of the key: rows, units, values.
using Answer = std::map<std::string, std::vector<int64_t>>;

class SqlReferenceTest : public ::testing::Test {
 protected:
  void Write(const Shape& shape) {
    dataset_ = std::make_unique<TestDataset>();
    dataset_->Column("row_id", v1::COLUMN_TYPE_INT);
    dataset_->Column("u", shape.unit.type);
    dataset_->Column("w", shape.second_unit.type);
    dataset_->Column("k", shape.key.type);
    dataset_->Column("v", v1::COLUMN_TYPE_INT);
    dataset_->Unit(shape.is_tuple ? std::vector<std::string>{"u", "w"}
                                  : std::vector<std::string>{"u"});
    const auto column = [&shape](const char* sql, int number, int distinct) {
      const std::string x =
          "hash(row_id * 8 + " + std::to_string(number) + ", " + std::to_string(shape.seed) + ")";
      return "(SELECT " + std::string(sql) + " FROM (SELECT CASE WHEN " + x + " % 29 > 0 THEN (" +
             x + " >> 8) % " + std::to_string(distinct) + " END::BIGINT AS x))";
    };
    dataset_->WriteParquetOf("SELECT row_id, " + column(shape.unit.sql, 1, shape.units) +
                             " AS u, " + column(shape.second_unit.sql, 2, 3) + " AS w, " +
                             column(shape.key.sql, 3, shape.keys) + " AS k, " +
                             column("x - 60", 4, 120) +
                             " AS v FROM (SELECT range AS row_id FROM "
                             "range(" +
                             std::to_string(shape.rows) + "))");
  }

  static AggregateQuery QueryOf(const Shape& shape) {
    return {.keys = {{.column = "k", .part = shape.key.part, .open = true}},
            .measures = {Rows(), Units(), Sum("v", -50, 50), Sum("row_id", 0, 1 << 30)},
            .bounds = Bounds(shape.max_keys, shape.max_rows)};
  }

  Answer OfEngine(const Shape& shape) {
    test::SeededRandom random(kSeed);
    auto table = internal::AggregateSource(dataset_->Description(), QueryOf(shape),
                                           {.memory_limit_bytes = kMemoryBytes}, random);
    RC_ASSERT(table.ok());
    Answer answer;
    for (size_t i = 0; i < table->cells.size(); ++i) {
      const auto& label = table->open_values[0][table->key_codes[i]];
      for (size_t m = 0; m < 3; ++m) {
        answer[label.value_or("")].push_back(
            static_cast<int64_t>(table->values[i * table->measures + m]));
      }
    }
    return answer;
  }

  // "(row_id, order)" of each row that counts: the keyed hash of its unit and cell, from records
  // that are read before anything is bounded.
  std::string OrderOfRows(const Shape& shape) {
    test::SeededRandom random(kSeed);
    const DatasetDescription dataset = dataset_->Description();
    const auto query = internal::ResolveQuery(dataset, QueryOf(shape), random);
    RC_ASSERT(query.ok());
    internal::RowMapper mapper(*query, kMemoryBytes, {});
    internal::FileRows rows(std::get<FileSource>(dataset.source()), {});
    const Status read =
        internal::ScanRows(rows, query->columns, {.memory_bytes = kMemoryBytes, .ordered = true},
                           [&mapper](const Batch& batch) { return mapper.Add(batch); });
    RC_ASSERT(read.ok());
    std::string order;
    const internal::RecordLayout layout(*query);
    const size_t stride = layout.words();
    // Words after the head: v, then row_id.
    constexpr size_t kRowIdWord = internal::kRecordHead + 1;
    std::vector<uint64_t> records;
    for (size_t partition = 0; partition < kPartitions; ++partition) {
      const Status passed =
          mapper.store().ForEachBlock(partition, [&](std::span<const char> block) {
            const size_t count = block.size() / layout.bytes();
            records.resize(count * stride);
            layout.Unpack(block.data(), count, partition, records.data());
            for (size_t i = 0; i < records.size(); i += stride) {
              order += (order.empty() ? "(" : ", (") + std::to_string(records[i + kRowIdWord]) +
                       ", " +
                       std::to_string(SipHash64(query->cell_key, records[i], records[i + 2])) +
                       "::UBIGINT)";
            }
          });
      RC_ASSERT(passed.ok());
    }
    return order;
  }

  // Rows beyond the bound of a key are left out of the number of rows; which ones they are would
  // show in the sum alone, which is compared where no unit has so many.
  Answer OfSql(const Shape& shape, bool& has_many_rows) {
    const std::string order = OrderOfRows(shape);
    if (order.empty()) return {};
    const auto database = internal::Database::Open(
        {.memory_bytes = kMemoryBytes, .threads = 1, .allowed_path = dataset_->path()});
    RC_ASSERT(database.ok());
    const std::string unit = shape.is_tuple ? "u, w" : "u";
    const std::string present =
        shape.is_tuple ? "u IS NOT NULL AND w IS NOT NULL" : "u IS NOT NULL";
    const auto result = (*database)->Query(
        "WITH counted AS (SELECT " + unit + ", " + shape.key.label +
        " AS label, CASE WHEN v IS NULL THEN 0 ELSE least(greatest(v, -50), 50) END AS v, h FROM "
        "read_parquet(" +
        internal::QuoteLiteral(dataset_->path()) + ") JOIN (VALUES " + order +
        ") o(row_id, h) USING (row_id) WHERE " + present +
        " AND k IS NOT NULL), pairs AS (SELECT " + unit +
        ", label, count(*) AS n, sum(v) AS s, min(h) AS h, count(DISTINCT h) AS hashes FROM "
        "counted GROUP BY ALL), kept AS (SELECT *, row_number() OVER (PARTITION BY " +
        unit + " ORDER BY h) AS place FROM pairs) SELECT label, sum(least(n, " +
        std::to_string(shape.max_rows) +
        "))::VARCHAR, count(*)::VARCHAR, sum(s)::VARCHAR, "
        "max(n)::VARCHAR, max(hashes)::VARCHAR FROM kept WHERE place <= " +
        std::to_string(shape.max_keys) + " GROUP BY label ORDER BY label");
    if (!result.ok()) RC_FAIL(MessageOf(result.status()));
    const auto columns = (*result)->TextColumns({0, 1, 2, 3, 4, 5});
    Answer answer;
    for (size_t i = 0; i < columns[0].size(); ++i) {
      for (size_t m = 1; m <= 3; ++m) answer[columns[0][i]].push_back(std::stoll(columns[m][i]));
      has_many_rows = has_many_rows || std::stoll(columns[4][i]) > shape.max_rows;
      // Equal for us are rows that are equal in SQL, and no others.
      RC_ASSERT(columns[5][i] == "1");
    }
    return answer;
  }

  std::unique_ptr<TestDataset> dataset_;
};

Shape RandomShape() {
  Shape shape{
      .unit = *rc::gen::elementOf(std::vector<Kind>(std::begin(kUnitKinds), std::end(kUnitKinds))),
      .second_unit =
          *rc::gen::elementOf(std::vector<Kind>(std::begin(kUnitKinds), std::end(kUnitKinds))),
      .is_tuple = *rc::gen::arbitrary<bool>(),
      .key = *rc::gen::elementOf(std::vector<Kind>(std::begin(kKeyKinds), std::end(kKeyKinds)))};
  shape.rows = *rc::gen::inRange(1, 1500);
  shape.units = *rc::gen::inRange(1, 40);
  shape.keys = *rc::gen::inRange(1, 20);
  shape.seed = *rc::gen::inRange(0, 1 << 30);
  shape.max_keys = *rc::gen::inRange(1, 6);
  shape.max_rows = *rc::gen::elementOf(std::vector<int>{1, 3, 10'000});
  return shape;
}

RC_GTEST_FIXTURE_PROP(SqlReferenceTest, AgreesOnRandomTablesOfAllTypes, ()) {
  const Shape shape = RandomShape();
  RC_TAG(shape.unit.name, shape.key.name);
  Write(shape);
  bool has_many_rows = false;
  Answer expected = OfSql(shape, has_many_rows);
  Answer got = OfEngine(shape);
  if (has_many_rows) {
    for (Answer* answer : {&expected, &got}) {
      for (auto& [label, sums] : *answer) sums.pop_back();
    }
  }
  RC_ASSERT(got == expected);
}

// The twin: another order of the cells is another answer, so the bound was met and seen.
TEST_F(SqlReferenceTest, AnotherChoiceOfCellsShows) {
  const Shape shape{.unit = kUnitKinds[0],
                    .second_unit = kUnitKinds[0],
                    .key = kKeyKinds[0],
                    .rows = 2000,
                    .units = 40,
                    .keys = 15,
                    .max_keys = 3,
                    .max_rows = 10'000};
  Write(shape);
  bool has_many_rows = false;
  const Answer right = OfSql(shape, has_many_rows);
  EXPECT_EQ(OfEngine(shape), right);
  Shape other = shape;
  other.max_keys = 4;
  EXPECT_NE(OfSql(other, has_many_rows), right);
}

}  // namespace
}  // namespace weir::data
