// SPDX-License-Identifier: Apache-2.0
#include "tests/data/clickhouse/shard_question.h"

#include <limits>

#include "tests/support/seeded_random.h"

namespace weir::data::test_clickhouse {
namespace {

AggregateQuery QueryOfEveryKind() {
  // Wide enough for three limbs.
  Contribution sum = Sum("int", -(int64_t{1} << 50), int64_t{1} << 50);
  Contribution steps = Sum("int", 0, 19);
  steps.kind = ContributionKind::kBins;
  steps.bin_steps = 4;
  return {.keys = {{.column = "txt", .missing_is_key = true, .open = true},
                   {.column = "when", .part = KeyPart::kPeriodHour, .open = true},
                   {.column = "yes", .open = true},
                   {.column = "no", .values = {"true", "false"}}},
          .measures = {Rows(),
                       Units(),
                       sum,
                       steps,
                       {.kind = ContributionKind::kBins,
                        .column = "int",
                        .edges = {{-5, 0}, {0, 0}, {3, 0}}}},
          .bounds = Bounds(2, 3),
          .histograms = {{.figure = UnitFigure::kKeys, .ends = {1, 2}}}};
}

}  // namespace

ShardQuestion::ShardQuestion() : query_(QueryOfEveryKind()) {
  columns_.Column("who", v1::COLUMN_TYPE_INT);
  columns_.Column("txt", v1::COLUMN_TYPE_TEXT);
  columns_.Column("int", v1::COLUMN_TYPE_INT);
  columns_.Column("yes", v1::COLUMN_TYPE_BOOL);
  columns_.Column("no", v1::COLUMN_TYPE_BOOL);
  columns_.Column("when", v1::COLUMN_TYPE_TIMESTAMP);
  columns_.Unit({"who"}).WriteCsv("");
  dataset_ = columns_.Description();
  test::SeededRandom random(1);
  auto bounded = internal::ResolveQuery(*dataset_, query_, random);
  WEIR_CHECK(bounded.ok());
  bounded_ = *std::move(bounded);
  const std::vector<internal::ServerColumn> found = {{"who", "Int64"}, {"txt", "String"},
                                                     {"int", "Int64"}, {"yes", "UInt8"},
                                                     {"no", "UInt8"},  {"when", "DateTime"}};
  const ClickHouseSource source{.urls = {"http://localhost"}, .database = "d", .table = "t"};
  sql_ = internal::MakeShardSql(source, query_, *bounded_, found, {}, internal::ShardForm::kPairs);
  WEIR_CHECK(sql_.has_value());
}

std::string NativeRow(const std::vector<std::string>& names,
                      const std::vector<AnswerColumn>& columns) {
  const auto text = [](const std::string& of) { return static_cast<char>(of.size()) + of; };
  std::string block = {static_cast<char>(columns.size()), 1};
  for (size_t i = 0; i < columns.size(); ++i) {
    block += text(names[i]) + text(columns[i].type);
    const bool is_nullable = columns[i].type.starts_with("Nullable(");
    if (is_nullable) block += columns[i].is_null ? '\1' : '\0';
    if (columns[i].type.find("String") != std::string::npos) {
      block += text(columns[i].value);
      continue;
    }
    const auto number = static_cast<uint64_t>(std::stoll(columns[i].value));
    const size_t bytes = columns[i].type == "UInt8" ? 1 : sizeof(number);
    for (size_t at = 0; at < bytes; ++at) block += static_cast<char>(number >> (8 * at) & 0xFF);
  }
  return block;
}

}  // namespace weir::data::test_clickhouse
