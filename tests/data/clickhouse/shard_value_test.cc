// SPDX-License-Identifier: Apache-2.0
// Conditions on one value, as a server evaluates them, against what we do with the same value.
#include "weir/data/clickhouse/internal/shard_value.h"

#include <algorithm>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "tests/data/clickhouse/test_servers.h"
#include "weir/data/internal/value_text.h"

namespace weir::data::test_clickhouse {
namespace {

const TestServer& Server() { return *ThreeServers()[0]; }

// Texts around the lengths that are seen at a glance, with one piece at each place.
std::vector<std::string> TextsWithPieces() {
  using std::string_literals::operator""s;
  const std::vector<std::string> pieces = {"\0"s,
                                           "\x7F",
                                           "\x80",
                                           "\xC3",
                                           "\xFF",
                                           "\xC3\xA9",
                                           "\xC0\xAF",
                                           "\xED\xA0\x80",
                                           "\xF0\x9F\x98\x80",
                                           "\xF4\x90\x80\x80",
                                           "weir:"};
  std::vector<std::string> texts;
  for (const size_t size : {0u, 1u, 6u, 7u, 8u, 9u, 12u, 13u, 14u, 15u, 16u, 17u, 40u}) {
    for (size_t at = 0; at <= size; ++at) {
      for (const std::string& piece : pieces) {
        texts.push_back(std::string(size, 'a').insert(at, piece));
      }
    }
  }
  return texts;
}

std::string HexOf(const std::string& text) {
  constexpr char kDigits[] = "0123456789ABCDEF";
  std::string digits;
  for (const char c : text) {
    digits += kDigits[static_cast<unsigned char>(c) >> 4];
    digits += kDigits[static_cast<unsigned char>(c) & 15];
  }
  return digits;
}

TEST(ShardValueTest, TextsCountIfTheyAreUtf8) {
  const std::vector<std::string> texts = TextsWithPieces();
  Server().Run("DROP TABLE IF EXISTS pieces");
  Server().Run("CREATE TABLE pieces (n UInt32, hex String) ENGINE = MergeTree ORDER BY n");
  std::string lines, expected;
  size_t wrong = 0;
  for (size_t i = 0; i < texts.size(); ++i) {
    lines += std::to_string(i) + "\t" + HexOf(texts[i]) + "\n";
    expected += internal::IsUtf8(texts[i]) ? "1\n" : "0\n";
    wrong += internal::IsUtf8(texts[i]) ? 0 : 1;
  }
  ASSERT_GT(wrong, 300u);
  Server().Run("INSERT INTO pieces FORMAT TabSeparated\n" + lines);
  const auto value = internal::ShardValueOf({.name = "t", .type = v1::COLUMN_TYPE_TEXT},
                                            {.name = "t", .type = "String"});
  ASSERT_TRUE(value.has_value());
  EXPECT_EQ(Server().Run("SELECT toUInt8(" + value->present +
                         ") FROM (SELECT n, unhex(hex) AS t FROM pieces) ORDER BY n"),
            expected);
}

TEST(ShardValueTest, NumbersAreCodedByTheirDomain) {
  Server().Run("DROP TABLE IF EXISTS coded");
  Server().Run("CREATE TABLE coded (x Int64) ENGINE = MergeTree ORDER BY x");
  Server().Run(
      "INSERT INTO coded VALUES (-9223372036854775808), (-3), (-2), (-1), (0), (4), "
      "(9223372036854775807)");
  const auto value = internal::ShardValueOf({.name = "x", .type = v1::COLUMN_TYPE_INT},
                                            {.name = "x", .type = "Int64"});
  ASSERT_TRUE(value.has_value());
  const auto codes_of = [&value](const std::vector<std::string>& values) {
    const auto code = internal::ShardCode(*value, {.column = "x", .values = values});
    EXPECT_TRUE(code.has_value());
    std::string codes = Server().Run("SELECT toString(" + *code + ") FROM coded ORDER BY x");
    for (size_t at = 0; (at = codes.find("4294967295", at)) != std::string::npos;) {
      codes.replace(at, 10, "-");
    }
    std::replace(codes.begin(), codes.end(), '\n', ' ');
    return codes;
  };
  EXPECT_EQ(codes_of({"-2", "-1", "0"}), "- - 0 1 2 - - ") << "one after the other";
  EXPECT_EQ(codes_of({"-2", "0", "-1"}), "- - 0 2 1 - - ") << "in another order";
  EXPECT_EQ(codes_of({"-2", "-1", "4"}), "- - 0 1 - 2 - ") << "with a gap";
  EXPECT_EQ(codes_of({"4"}), "- - - - - 0 - ");
  EXPECT_EQ(codes_of({"-9223372036854775808", "-9223372036854775807"}), "0 - - - - - - ");
  EXPECT_EQ(codes_of({"9223372036854775806", "9223372036854775807"}), "- - - - - - 1 ");
}

}  // namespace
}  // namespace weir::data::test_clickhouse
