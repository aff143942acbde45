// SPDX-License-Identifier: Apache-2.0
#include "weir/doc/yaml_writer.h"

#include <cmath>
#include <limits>
#include <string>

#include <gmock/gmock.h>
#include <google/protobuf/text_format.h>
#include <gtest/gtest.h>

#include "tests/support/status_matchers.h"
#include "weir/doc/yaml_reader.h"
#include "weir/v1/agreement.pb.h"
#include "weir/v1/charter.pb.h"
#include "weir/v1/dataset.pb.h"
#include "weir/v1/ledger.pb.h"
#include "weir/v1/release.pb.h"
#include "weir/v1/steward.pb.h"

namespace weir::doc {
namespace {

using test::IsOkAndHolds;
using test::StatusIs;
using ::testing::HasSubstr;

template <class M>
M FromText(const std::string& text) {
  M message;
  EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(text, &message));
  return message;
}

v1::Domain DomainOf(const std::string& value) {
  v1::Domain domain;
  domain.add_values(value);
  return domain;
}

TEST(YamlWriterTest, AgreementReadsLikeADocument) {
  const auto agreement = FromText<v1::Agreement>(R"(
    approval: APPROVAL_ONE_STEWARD
    agreement: "crashes-kc" coalition: "seven" provider: "colorado" consumer: "kansas-city"
    dataset: "crashes" purpose: "Compare crashes by hour, all regions"
    keys { column: "weekday" }
    keys { column: "hour" bucket { edges: ["0", "4", "24"] } }
    measures { rows {} } measures { units {} } measures { sum { column: "fatalities" } }
    budget_share { epsilon: "2" }
    not_before: "2026-01-01T00:00:00Z" expires: "2027-01-01T00:00:00Z")");
  EXPECT_THAT(WriteYaml(agreement), IsOkAndHolds(std::string(R"(agreement: crashes-kc
coalition: seven
provider: colorado
consumer: kansas-city
dataset: crashes
purpose: "Compare crashes by hour, all regions"
keys:
  - weekday
  - column: hour
    bucket:
      edges: [0, 4, 24]
measures:
  - rows
  - units
  - sum: fatalities
budget_share:
  epsilon: 2
approval: one_steward
not_before: 2026-01-01T00:00:00Z
expires: 2027-01-01T00:00:00Z
)")));
}

TEST(YamlWriterTest, SeveralLinesBecomeALiteralBlock) {
  v1::HubCard hub;
  hub.set_hub("hub");
  hub.set_address("127.0.0.1:7000");
  hub.set_certificate_authority("-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n");
  EXPECT_THAT(WriteYaml(hub), IsOkAndHolds(std::string(R"(hub: hub
address: "127.0.0.1:7000"
certificate_authority: |
  -----BEGIN CERTIFICATE-----
  MIIB
  -----END CERTIFICATE-----
)")));
}

TEST(YamlWriterTest, FinalLineBreakIsKeptOrLeftOut) {
  EXPECT_THAT(WriteYaml(DomainOf("a\nb")),
              IsOkAndHolds(std::string("values:\n  - |-\n    a\n    b\n")));
  EXPECT_THAT(WriteYaml(DomainOf("a\n\nb\n")),
              IsOkAndHolds(std::string("values:\n  - |\n    a\n\n    b\n")));
  EXPECT_THAT(WriteYaml(DomainOf("a\n\n")), IsOkAndHolds(std::string("values: [\"a\\n\\n\"]\n")));
  EXPECT_THAT(WriteYaml(DomainOf("\n")), IsOkAndHolds(std::string("values: [\"\\n\"]\n")));
  EXPECT_THAT(WriteYaml(DomainOf(" a\nb")), IsOkAndHolds(std::string("values: [\" a\\nb\"]\n")));
  EXPECT_THAT(WriteYaml(DomainOf("a\n  \nb")),
              IsOkAndHolds(std::string("values: [\"a\\n  \\nb\"]\n")));
}

TEST(YamlWriterTest, QuotesOnlyWhatOthersWouldMisread) {
  for (const std::string plain :
       {"a", "crashes.csv", "/data/a.csv", "Kansas City", "a:b", "city's", "x=1", "Z\xC3\xBCrich",
        "_x", "mail@city.gov", "a (b)", "nulls"}) {
    EXPECT_THAT(WriteYaml(DomainOf(plain)), IsOkAndHolds("values: [" + plain + "]\n"));
  }
  for (const std::string quoted : {"",
                                   "null",
                                   "Null",
                                   "~",
                                   "true",
                                   "FALSE",
                                   "yes",
                                   "No",
                                   "on",
                                   "y",
                                   "1",
                                   "010",
                                   "-1",
                                   "+1",
                                   "1e5",
                                   ".5",
                                   ".inf",
                                   "0x1F",
                                   "12:30",
                                   "2026-01-31",
                                   "a: b",
                                   "a:",
                                   " a",
                                   "a ",
                                   "a #b",
                                   "#a",
                                   "- a",
                                   "-",
                                   "?",
                                   "a, b",
                                   "[a]",
                                   "{a}",
                                   "&a",
                                   "*a",
                                   "!a",
                                   "|",
                                   ">",
                                   "%a",
                                   "@a",
                                   "`a",
                                   "'a'",
                                   "<<",
                                   "=",
                                   "\xC2\xA0"
                                   "a"}) {
    EXPECT_THAT(WriteYaml(DomainOf(quoted)), IsOkAndHolds("values: [\"" + quoted + "\"]\n"));
  }
  EXPECT_THAT(WriteYaml(DomainOf("\"\\\t\r")),
              IsOkAndHolds(std::string("values: [\"\\\"\\\\\\t\\r\"]\n")));
}

TEST(YamlWriterTest, LongListsStandOneItemALine) {
  v1::Domain domain;
  for (int i = 0; i < 18; ++i) domain.add_values("ab");
  EXPECT_THAT(WriteYaml(domain), IsOkAndHolds(HasSubstr("values: [ab, ab, ")));
  domain.add_values("ab");
  EXPECT_THAT(WriteYaml(domain), IsOkAndHolds(HasSubstr("values:\n  - ab\n  - ab\n")));
}

TEST(YamlWriterTest, MapKeysAreSortedAndQuotedLikeText) {
  const auto dataset = FromText<v1::Dataset>(R"(
    dataset: "a" theme: THEME_RESILIENCE source { parquet { path: "a.parquet" } }
    privacy_unit: "b"
    columns { key: "no" value { type: COLUMN_TYPE_BOOL } }
    columns { key: "b" value { type: COLUMN_TYPE_INT bounds: ["0", "9"] } }
    columns { key: "B" value { type: COLUMN_TYPE_DATE } }
    budget { epsilon: "1" })");
  EXPECT_THAT(WriteYaml(dataset), IsOkAndHolds(std::string(R"(dataset: a
theme: resilience
source:
  parquet:
    path: a.parquet
privacy_unit: [b]
columns:
  B: date
  b:
    type: int
    bounds: [0, 9]
  "no": bool
budget:
  epsilon: 1
)")));
}

TEST(YamlWriterTest, RequiredNumbersStandEvenIfZero) {
  v1::FailEntry entry;
  entry.set_time("2026-01-31T12:00:00Z");
  entry.set_charge("01890a5d-ac96-774b-bcce-b302099a8057");
  EXPECT_THAT(WriteYaml(entry), IsOkAndHolds(HasSubstr("sequence: 0\ntime: 2026")));
}

TEST(YamlWriterTest, DoublesAreShortest) {
  const auto written = [](double value) {
    v1::PlannedMeasure measure;
    measure.set_half_width(value);
    return WriteYaml(measure);
  };
  EXPECT_THAT(written(0.1), IsOkAndHolds(std::string("half_width: 0.1\n")));
  EXPECT_THAT(written(1e22), IsOkAndHolds(std::string("half_width: 1e22\n")));
  EXPECT_THAT(written(1.25e-7), IsOkAndHolds(std::string("half_width: 1.25e-7\n")));
  EXPECT_THAT(written(-0.0), IsOkAndHolds(std::string("half_width: -0\n")));
  EXPECT_THAT(written(std::numeric_limits<double>::denorm_min()),
              IsOkAndHolds(std::string("half_width: 5e-324\n")));
  EXPECT_THAT(written(std::numeric_limits<double>::max()),
              IsOkAndHolds(std::string("half_width: 1.7976931348623157e308\n")));
  for (const double value : {std::nan(""), HUGE_VAL, -HUGE_VAL}) {
    EXPECT_THAT(written(value), StatusIs(StatusCode::kInvalidArgument, HasSubstr("finite")));
  }
}

TEST(YamlWriterTest, EmptyMessages) {
  EXPECT_THAT(WriteYaml(v1::Bounds()), IsOkAndHolds(std::string("{}\n")));
  const auto spec = FromText<v1::ReleaseSpec>(
      "dataset: 'a' measures { rows {} } bounds {} privacy { epsilon: '1' }");
  EXPECT_THAT(WriteYaml(spec), IsOkAndHolds(HasSubstr("measures: [rows]\nbounds: {}\nprivacy:")));
}

TEST(YamlWriterTest, RefusesWhatCouldNotBeReadBack) {
  EXPECT_THAT(WriteYaml(v1::Budget()),
              StatusIs(StatusCode::kInvalidArgument, HasSubstr("required key \"epsilon\"")));
  EXPECT_THAT(WriteYaml(FromText<v1::Budget>("epsilon: '01'")),
              StatusIs(StatusCode::kInvalidArgument, HasSubstr("epsilon: must be a decimal")));
  EXPECT_THAT(WriteYaml(FromText<v1::Budget>("epsilon: '1\\ndelta: 1'")),
              StatusIs(StatusCode::kInvalidArgument, HasSubstr("epsilon: must be a decimal")));
  EXPECT_THAT(WriteYaml(FromText<v1::Missing>("as: 77")),
              StatusIs(StatusCode::kInvalidArgument, HasSubstr("as must be one of drop, own_key")));
  EXPECT_THAT(WriteYaml(v1::Source()),
              StatusIs(StatusCode::kInvalidArgument, HasSubstr("needs one of: csv")));
  EXPECT_THAT(WriteYaml(DomainOf("\x1B[31m")),
              StatusIs(StatusCode::kInvalidArgument, HasSubstr("U+001B")));
  EXPECT_THAT(WriteYaml(DomainOf("\u202E")),
              StatusIs(StatusCode::kInvalidArgument, HasSubstr("U+202E")));
  EXPECT_THAT(WriteYaml(DomainOf(std::string(kMaxDocumentBytes, 'a'))),
              StatusIs(StatusCode::kInvalidArgument, HasSubstr("at most 1048576")));
}

TEST(YamlWriterTest, RefusesTypesThatDocumentsDoNotHave) {
  v1::LedgerLine line;
  line.set_entry("a");
  EXPECT_THAT(WriteYaml(line), StatusIs(StatusCode::kInternal, HasSubstr("cannot hold")));
  v1::Bounds with_unknown;
  with_unknown.GetReflection()->MutableUnknownFields(&with_unknown)->AddVarint(99, 1);
  EXPECT_THAT(WriteYaml(with_unknown), StatusIs(StatusCode::kInternal, HasSubstr("unknown")));
}

}  // namespace
}  // namespace weir::doc
