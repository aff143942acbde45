// SPDX-License-Identifier: Apache-2.0
#include "weir/doc/json_writer.h"

#include <cmath>
#include <cstdint>
#include <limits>
#include <string>

#include <gtest/gtest.h>

#include "weir/v1/dataset.pb.h"
#include "weir/v1/release.pb.h"
#include "weir/v1/steward.pb.h"

namespace weir::doc {
namespace {

constexpr JsonOptions kOneLine = {.indent = -1};

TEST(JsonWriterTest, SchemaComesFirstWhenAsked) {
  v1::ListRequestsResponse response;
  EXPECT_EQ(WriteJson(response, {.with_schema = true, .indent = -1}),
            R"({"schema":"weir.v1","requests":[]})");
  EXPECT_EQ(WriteJson(response, kOneLine), R"({"requests":[]})");
  EXPECT_EQ(WriteJson(response, {}), "{\n  \"requests\": []\n}");
}

TEST(JsonWriterTest, EveryKeyIsThereAndEnumsAreWords) {
  v1::Column column;
  column.set_type(v1::COLUMN_TYPE_INT);
  column.add_bounds("0");
  column.add_bounds("23");
  column.mutable_missing()->set_as(v1::MISSING_RULE_OWN_KEY);
  EXPECT_EQ(WriteJson(column, kOneLine),
            R"({"type":"int","meaning":"","bounds":["0","23"],)"
            R"("missing":{"values":[],"as":"own_key"},"domain":null,"grid":"","hierarchy":[]})");
  EXPECT_EQ(WriteJson(v1::Missing(), kOneLine), R"({"values":[],"as":null})");
}

TEST(JsonWriterTest, WideIntegersAreNumbers) {
  v1::PackageSummary summary;
  summary.set_bytes(std::numeric_limits<uint64_t>::max());
  EXPECT_NE(WriteJson(summary, kOneLine).find(R"("bytes":18446744073709551615,"verified":false)"),
            std::string::npos);
}

TEST(JsonWriterTest, OnlyTheSetMemberOfAOneofIsThere) {
  v1::Measure measure;
  measure.mutable_mean()->set_column("fatalities");
  EXPECT_EQ(WriteJson(measure, kOneLine), R"({"mean":{"column":"fatalities","estimate":""}})");
  measure.mutable_units();
  EXPECT_EQ(WriteJson(measure, kOneLine), R"({"units":{"within":""}})");
}

TEST(JsonWriterTest, MapKeysAreSorted) {
  v1::Dataset dataset;
  (*dataset.mutable_columns())["b"].set_type(v1::COLUMN_TYPE_TEXT);
  (*dataset.mutable_columns())["B"].set_type(v1::COLUMN_TYPE_TEXT);
  (*dataset.mutable_columns())["a"].set_type(v1::COLUMN_TYPE_TEXT);
  const std::string json = WriteJson(dataset, kOneLine);
  EXPECT_LT(json.find(R"("B":{)"), json.find(R"("a":{)"));
  EXPECT_LT(json.find(R"("a":{)"), json.find(R"("b":{)"));
}

TEST(JsonWriterTest, BytesAreBase64AndBadTextIsReplaced) {
  v1::LedgerLine line;
  line.set_entry(std::string("\x00\xFF", 2));
  line.set_account("\x1B\"\xFF");
  EXPECT_EQ(WriteJson(line, kOneLine),
            "{\"sequence\":0,\"entry\":\"AP8=\",\"sha256\":\"\","
            "\"account\":\"\\u001b\\\"\xEF\xBF\xBD\",\"state\":\"\"}");
}

TEST(JsonWriterTest, NumbersThatAreNotFiniteAreNull) {
  v1::PlannedMeasure measure;
  measure.set_standard_error(std::nan(""));
  measure.set_half_width(0.1);
  EXPECT_EQ(WriteJson(measure, kOneLine),
            R"({"measure":null,"events":[],"standard_error":null,"half_width":0.1})");
}

}  // namespace
}  // namespace weir::doc
