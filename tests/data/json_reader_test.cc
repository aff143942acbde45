// SPDX-License-Identifier: Apache-2.0
#include "weir/data/internal/json_reader.h"

#include <string>
#include <utility>
#include <vector>

#include "tests/data/batch_rows.h"
#include "tests/support/status_matchers.h"
#include "tests/support/temporary_folder.h"

namespace weir::data::internal {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

struct Content : ReadContent {
  std::vector<std::string> first_members;
  std::vector<bool> seen;
};

// Members "a" and "b" of every line.
Content Split(const std::string& bytes) {
  const test::TemporaryFolder folder;
  test::WriteTextFile(folder.Path("a.jsonl"), bytes);
  JsonReader reader(*OpenRegularFile(folder.Path("a.jsonl")), {"a", "b"});
  return {ReadToTheEnd(reader), reader.first_members(), {reader.HasSeen(0), reader.HasSeen(1)}};
}

TEST(JsonReaderTest, TakesEveryKindOfValue) {
  const std::pair<std::string, std::vector<std::string>> cases[] = {
      {R"({"a":"x","b":"y"})", {"x", "y"}},
      {R"( { "b" : "y" , "a" : "x" } )", {"x", "y"}},
      {R"({"a":-12,"b":0.10000000000000000001})", {"-12", "0.10000000000000000001"}},
      {R"({"a":123456789012345678901234567890,"b":1.50e2})",
       {"123456789012345678901234567890", "1.50e2"}},
      {R"({"a":true,"b":false})", {"true", "false"}},
      {R"({"a":null})", {"", ""}},
      {R"({"a":"","b":" "})", {"", " "}},
      {R"({"a":"\u00e9\n\"\\","b":"\ud83d\ude00"})", {"\xC3\xA9\n\"\\", "\xF0\x9F\x98\x80"}},
      {R"({"a":[1, {"a":2}] ,"b":{"a": {"b":3}}})", {R"([1, {"a":2}])", R"({"a": {"b":3}})"}},
      {R"({"c":{"a":1,"b":[2]},"a":3})", {"3", ""}},
      {R"({"a":1,"a":2,"b":[],"b":7})", {"1", "[]"}},
      {"{\"a\":\"\xff\",\"b\":\"y\"}", {"\xff", "y"}},
      {"{\"a\":\"x\"}\r", {"x", ""}},
      {R"({})", {"", ""}}};
  for (const auto& [line, cells] : cases) {
    const Content content = Split(line + "\n{\"a\":\"next\"}");
    EXPECT_EQ(content.rows, (Rows{cells, {"next", ""}})) << line;
    EXPECT_THAT(content.faults, IsEmpty()) << line;
  }
}

TEST(JsonReaderTest, WhatIsNoObjectCostsItsLineOnly) {
  for (const std::string& line :
       {std::string("no json"), std::string("[1,2]"), std::string("7"), std::string("null"),
        std::string(R"({"a":1)"), std::string(R"({"a":1}})"), std::string(R"({"a":1} {"a":2})"),
        std::string(R"({"a":1,})"), std::string(R"({"a":01})"), std::string(R"({a:1})"),
        std::string(R"({"a":1e999})"), std::string(R"({"a":"\ud800"})"),
        std::string("{\"a\":1}\0{", 9), std::string(R"({"a":NaN})"),
        "{\"a\":" + std::string(2000, '[') + std::string(2000, ']') + "}",
        "{\"a\":" + std::string(5'000'000, '[')}) {
    const Content content = Split("{\"a\":1}\n" + line + "\n{\"a\":3}\n");
    EXPECT_EQ(content.rows, (Rows{{"1", ""}, {"", ""}, {"3", ""}})) << line.substr(0, 30);
    EXPECT_EQ(content.faults, (std::vector<std::string>{"2: not a JSON object"}));
  }
}

TEST(JsonReaderTest, ALineBeyondTheLimitCostsItselfOnly) {
  const std::string big(kMaxJsonLineBytes + 1, 'x');
  for (const char* end : {"\"}", ""}) {
    const Content content = Split("{\"a\":1}\n{\"a\":\"" + big + end + "\n{\"a\":3}\n");
    EXPECT_EQ(content.rows, (Rows{{"1", ""}, {"", ""}, {"3", ""}}));
    EXPECT_EQ(content.faults, (std::vector<std::string>{"2: longer than 64 MiB"}));
  }
}

TEST(JsonReaderTest, SkipsEmptyLinesAndAByteOrderMark) {
  const Content content = Split("\xEF\xBB\xBF\n{\"a\":1}\n\n \t\r\n{\"a\":2}");
  EXPECT_EQ(content.rows, (Rows{{"1", ""}, {"2", ""}}));
  EXPECT_THAT(content.faults, IsEmpty());
  EXPECT_THAT(Split("").rows, IsEmpty());
  EXPECT_THAT(Split("\n\n").rows, IsEmpty());
}

TEST(JsonReaderTest, ReadsTheSameLinesAcrossBuffersAndBatches) {
  std::string bytes;
  Rows rows;
  for (int i = 0; i < 40000; ++i) {
    const std::string text = std::to_string(i) + std::string(i % 97, 'x');
    bytes += "{\"b\":\"" + text + "\",\"a\":" + std::to_string(i) + "}\n";
    rows.push_back({std::to_string(i), text});
  }
  EXPECT_GT(bytes.size(), size_t{2} << 20);
  EXPECT_EQ(Split(bytes).rows, rows);
}

TEST(JsonReaderTest, SaysWhichMembersItHasSeen) {
  const Content content = Split("[]\n{\"c\":1,\"d\":2}\n{\"b\":null}\n");
  EXPECT_THAT(content.first_members, ElementsAre("c", "d"));
  EXPECT_EQ(content.seen, (std::vector<bool>{false, true}));
}

}  // namespace
}  // namespace weir::data::internal
