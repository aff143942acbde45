// SPDX-License-Identifier: Apache-2.0
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/status_matchers.h"
#include "weir/doc/yaml_reader.h"
#include "weir/v1/agreement.pb.h"
#include "weir/v1/dataset.pb.h"
#include "weir/v1/ledger.pb.h"
#include "weir/v1/recipe.pb.h"
#include "weir/v1/release.pb.h"
#include "weir/v1/steward.pb.h"

namespace weir::doc {
namespace {

using test::IsOk;
using test::StatusIs;
using ::testing::HasSubstr;

// A text and the exact message that refuses it.
struct Refusal {
  std::string text;
  std::string message;
};

template <class M>
void ExpectRefusals(const std::vector<Refusal>& refusals) {
  for (const Refusal& refusal : refusals) {
    EXPECT_THAT(ParseYaml<M>(refusal.text, "f"),
                StatusIs(StatusCode::kInvalidArgument, refusal.message))
        << refusal.text;
  }
}

TEST(YamlRefusalsTest, KeysThatNobodyReads) {
  ExpectRefusals<v1::ReleaseSpec>({
      {"dataset: a\nmeasure: [rows]\n",
       "f:2:1: unknown key \"measure\"; did you mean \"measures\"?"},
      {"dataset: a\nprivacy: {epislon: 1}\n",
       "f:2:11: unknown key \"epislon\" in privacy; did you mean \"epsilon\"?"},
      {"dataset: a\nkeys: [{column: b, bukcet: 1}]\n",
       "f:2:20: unknown key \"bukcet\" in keys[0]; did you mean \"bucket\"?"},
      {"Dataset: a\n", "f:1:1: unknown key \"Dataset\"; did you mean \"dataset\"?"},
      {"dataset: a\nbonuds: 1\n", "f:2:1: unknown key \"bonuds\"; did you mean \"bounds\"?"},
      {"dataset: a\nanswer: 1\n",
       "f:2:1: unknown key \"answer\"; known are: dataset, keys, measures, bounds, privacy, "
       "windows, filter, selection, top"},
      {"dataset: a\nmeasures: [row]\n",
       "f:2:12: measures[0] has the unknown key \"row\"; did you mean \"rows\"?"},
      {"dataset: a\nmeasures: [median]\n",
       "f:2:12: measures[0] has the unknown key \"median\"; did you mean \"mean\"?"},
  });
}

TEST(YamlRefusalsTest, DuplicateKeys) {
  ExpectRefusals<v1::Budget>({
      {"epsilon: 1\nepsilon: 100\n",
       "f:2:1: the key \"epsilon\" stands here a second time; keep one"},
      {"{epsilon: 1, \"epsilon\": 100}\n",
       "f:1:14: the key \"epsilon\" stands here a second time; keep one"},
  });
  ExpectRefusals<v1::Dataset>({
      {"columns: {a: text, b: text, a: int}\n",
       "f:1:29: the key \"a\" stands here a second time; keep one"},
  });
}

TEST(YamlRefusalsTest, NumbersThatSomeReaderWouldGuess) {
  ExpectRefusals<v1::Bounds>({
      {"max_keys_per_unit: 010\n",
       "f:1:20: max_keys_per_unit must be a whole number, got \"010\"; remove the leading zero"},
      {"max_keys_per_unit: 08001\n",
       "f:1:20: max_keys_per_unit must be a whole number, got \"08001\"; remove the leading zero"},
      {"max_keys_per_unit: +1\n",
       "f:1:20: max_keys_per_unit must be a whole number, got \"+1\"; remove the '+'"},
      {"max_keys_per_unit: 1_000\n",
       "f:1:20: max_keys_per_unit must be a whole number, got \"1_000\"; write the digits without "
       "separators"},
      {"max_keys_per_unit: 0x10\n",
       "f:1:20: max_keys_per_unit must be a whole number, got \"0x10\"; write it like 0, 12 or -3"},
      {"max_keys_per_unit: 1.0\n",
       "f:1:20: max_keys_per_unit must be a whole number, got \"1.0\"; write it like 0, 12 or -3"},
      {"max_keys_per_unit: -1\n",
       "f:1:20: max_keys_per_unit must be a whole number, got \"-1\"; it must lie between 0 and "
       "4294967295"},
      {"max_keys_per_unit: -0\n",
       "f:1:20: max_keys_per_unit must be a whole number, got \"-0\"; write it like 0, 12 or -3"},
      {"max_keys_per_unit: 4294967296\n",
       "f:1:20: max_keys_per_unit must be a whole number, got \"4294967296\"; it must lie between "
       "0 "
       "and 4294967295"},
      {"max_keys_per_unit: \"1\"\n",
       "f:1:20: max_keys_per_unit must stand without quotes; quotes make it text"},
      {"max_keys_per_unit: |\n  1\n",
       "f:1:20: max_keys_per_unit must stand without quotes; quotes make it text"},
      {"max_keys_per_unit: [1]\n", "f:1:20: max_keys_per_unit must be a single value"},
      {"max_keys_per_unit: {a: 1}\n", "f:1:20: max_keys_per_unit must be a single value"},
  });
  WEIR_EXPECT_OK(ParseYaml<v1::Bounds>("max_keys_per_unit: 4294967295\n", "f"));
  WEIR_EXPECT_OK(ParseYaml<v1::Bounds>("max_keys_per_unit: 0\n", "f"));
}

TEST(YamlRefusalsTest, DecimalsThatAreNone) {
  const std::string hint = "; write it like 12, -0.5 or 1e-6";
  for (const std::string text :
       {".5", "5.", "1e", "1e+6", "1E6", "1e-", "nan", ".nan", "inf", ".inf", "-.inf", "0x1p3",
        "1.5.2", "--1", "one", "1e9999999", "true", "1 2"}) {
    EXPECT_THAT(ParseYaml<v1::Budget>("epsilon: " + text + "\n", "f"),
                StatusIs(StatusCode::kInvalidArgument,
                         "f:1:10: epsilon must be a decimal number, got \"" + text + "\"" + hint));
  }
  ExpectRefusals<v1::Budget>({
      {"epsilon: 01.5\n",
       "f:1:10: epsilon must be a decimal number, got \"01.5\"; remove the leading zero"},
      {"epsilon: -00\n",
       "f:1:10: epsilon must be a decimal number, got \"-00\"; remove the leading zero"},
      {"epsilon: 1,5\n",
       "f:1:10: epsilon must be a decimal number, got \"1,5\"; write the digits without "
       "separators"},
      {"epsilon: '4'\n", "f:1:10: epsilon must stand without quotes; quotes make it text"},
  });
  for (const std::string text : {"0", "4", "0.1", "1e-6", "-3", "12.50", "1e6", "2.5e-18"}) {
    EXPECT_THAT(ParseYaml<v1::Budget>("epsilon: " + text + "\n", "f"), IsOk()) << text;
  }
}

TEST(YamlRefusalsTest, DoublesThatAreNone) {
  for (const std::string text :
       {"nan", ".inf", "1e400", "-1e400", "0x1p3", "1.", "+1", "infinity"}) {
    EXPECT_THAT(ParseYaml<v1::PlannedMeasure>("half_width: " + text + "\n", "f"),
                StatusIs(StatusCode::kInvalidArgument, HasSubstr("half_width must be a number")))
        << text;
  }
  WEIR_ASSERT_OK_AND_ASSIGN(const auto document,
                            ParseYaml<v1::PlannedMeasure>("half_width: 1.25e-3\n", "f"));
  EXPECT_EQ(document.message.half_width(), 0.00125);
}

TEST(YamlRefusalsTest, Booleans) {
  for (const std::string text : {"yes", "True", "TRUE", "1", "on", "y", "false "}) {
    const auto result = ParseYaml<v1::VerifyLedgerResponse>("intact: " + text + "\n", "f");
    EXPECT_EQ(result.ok(), text == "false ") << text;
  }
  ExpectRefusals<v1::VerifyLedgerResponse>({
      {"intact: yes\n",
       "f:1:9: intact must be true or false, got \"yes\"; write one of the two words in lower "
       "case"},
      {"intact: \"true\"\n", "f:1:9: intact must stand without quotes; quotes make it text"},
  });
}

TEST(YamlRefusalsTest, EnumWords) {
  const std::string themes =
      "f:1:8: theme must be one of connectivity, cybersecurity, transportation, sustainability, "
      "resilience; got ";
  ExpectRefusals<v1::Dataset>({
      {"theme: traffic\n", themes + "\"traffic\""},
      {"theme: Transportation\n", themes + "\"Transportation\""},
      {"theme: THEME_TRANSPORTATION\n", themes + "\"THEME_TRANSPORTATION\""},
      {"theme: unspecified\n", themes + "\"unspecified\""},
      {"theme: 3\n", themes + "\"3\""},
  });
}

TEST(YamlRefusalsTest, LexicalForms) {
  const std::string id =
      "; use a lower-case letter, then at most 30 lower-case letters, digits or '-'";
  const std::string time = "; write it like 2026-01-31T12:00:00Z";
  ExpectRefusals<v1::Agreement>({
      {"agreement: Crashes\n", "f:1:12: agreement must be an id, got \"Crashes\"" + id},
      {"agreement: a_b\n", "f:1:12: agreement must be an id, got \"a_b\"" + id},
      {"agreement: \"\"\n", "f:1:12: agreement must be an id, got \"\"" + id},
      {"agreement: a2345678901234567890123456789012\n",
       "f:1:12: agreement must be an id, got \"a2345678901234567890123456789012\"" + id},
      {"expires: 2026-01-31\n", "f:1:10: expires must be a time in UTC, got \"2026-01-31\"" + time},
      {"expires: 2026-02-30T00:00:00Z\n",
       "f:1:10: expires must be a time in UTC, got \"2026-02-30T00:00:00Z\"" + time},
      {"expires: 2026-01-31T12:00:00+00:00\n",
       "f:1:10: expires must be a time in UTC, got \"2026-01-31T12:00:00+00:00\"" + time},
      {"keys: [3rd]\n",
       "f:1:8: keys[0].column must be a column name, got \"3rd\"; use a letter or '_', then at "
       "most "
       "127 letters, digits, '_', ' ', '.' or '-'"},
  });
  ExpectRefusals<v1::FailEntry>({
      {"charge: 01890A5D-AC96-774B-BCCE-B302099A8057\n",
       "f:1:9: charge must be a UUID in lower case, got \"01890A5D-AC96-774B-BCCE-B302099A8057\"; "
       "write it like 01890a5d-ac96-774b-bcce-b302099a8057"},
      {"previous_sha256: abc\n",
       "f:1:18: previous_sha256 must be a SHA-256, got \"abc\"; write 64 lower-case hexadecimal "
       "digits"},
  });
  ExpectRefusals<v1::Dataset>({
      {"columns:\n  \"a/b\": text\n",
       "f:2:3: a key of columns must be a column name, got \"a/b\"; use a letter or '_', then at "
       "most 127 letters, digits, '_', ' ', '.' or '-'"},
  });
  const std::string header =
      "; use 1 to 128 bytes of UTF-8 on one line, without control characters";
  ExpectRefusals<v1::Recipe>({
      {"attributes:\n  \"\": {}\n",
       "f:2:3: a key of attributes must be the name of a column, got \"\"" + header},
      {"attributes:\n  \"a\\nb\": {}\n",
       "f:2:3: a key of attributes must be the name of a column, got \"a\\nb\"" + header},
      {"attributes:\n  \"a\\tb\": {}\n",
       "f:2:3: a key of attributes must be the name of a column, got \"a\\tb\"" + header},
      {"privacy_unit: [\"" + std::string(129, 'a') + "\"]\n",
       "f:1:16: privacy_unit[0] must be the name of a column, got \"" + std::string(60, 'a') +
           "...\"" + header},
  });
}

TEST(YamlRefusalsTest, ValuesThatAreNotThere) {
  const std::string advice = "; give one, leave the key out, or quote \"null\" if that is the text";
  ExpectRefusals<v1::Dataset>({
      {"dataset:\ntheme: resilience\n", "f:1:1: dataset has no value" + advice},
      {"dataset: ~\n", "f:1:10: dataset has no value" + advice},
      {"dataset: null\n", "f:1:10: dataset has no value" + advice},
      {"dataset: a\nbudget:\n", "f:2:1: budget has no value" + advice},
      {"columns: {a: }\n", "f:1:11: columns.a has no value" + advice},
      {"columns: {a: {missing: {values: [N, NULL]}}}\n",
       "f:1:37: columns.a.missing.values[1] has no value; give one, or quote \"null\" if that is "
       "the text"},
      {"columns: {null: text}\n",
       "f:1:11: a key is missing here, or is the bare word null; quote it if it is meant"},
      {": a\n", "f:1:1: a key is missing here, or is the bare word null; quote it if it is meant"},
      {"{dataset, theme: resilience}\n",
       "f:1:2: the key \"dataset\" has no value; write key: value"},
      {"dataset: a\n\"theme\"\n",
       "f:2:1: this does not continue what stands before; check the indentation"},
  });
}

TEST(YamlRefusalsTest, RequiredKeys) {
  ExpectRefusals<v1::ReleaseSpec>({
      {"dataset: a\n", "f:1:1: the document lacks the required key \"measures\""},
      {"dataset: a\nmeasures: []\n", "f:2:11: measures must not be empty"},
      {"dataset: \"\"\n", "f:1:10: dataset must not be empty"},
      {"dataset: a\nmeasures: [rows]\nfilter: [{below: 0}]\n",
       "f:3:10: filter[0] lacks the required key \"column\""},
      {"dataset: a\nkeys: [{}]\n", "f:2:8: keys[0] lacks the required key \"column\""},
      {"dataset: a\nmeasures: [{}]\n",
       "f:2:12: measures[0] needs one of: rows, units, sum, mean, variance, "
       "standard_deviation, quantiles, histogram, ratio"},
  });
  ExpectRefusals<v1::Dataset>({
      {"columns: {}\n", "f:1:10: columns must not be empty"},
      {"columns: {a: {}}\n", "f:1:14: columns.a lacks the required key \"type\""},
  });
}

TEST(YamlRefusalsTest, WrongShapes) {
  ExpectRefusals<v1::Dataset>({
      {"privacy_unit: case_id\n",
       "f:1:15: privacy_unit must be a list; write [first, second] or one '- item' a line"},
      {"privacy_unit: {a: b}\n",
       "f:1:15: privacy_unit must be a list; write [first, second] or one '- item' a line"},
      {"columns: [a]\n", "f:1:10: columns must be a mapping; write one 'name: value' a line"},
      {"budget: 4\n", "f:1:9: budget must be a mapping; known keys are: epsilon, delta, account"},
      {"budget: [4]\n", "f:1:9: budget must be a mapping; known keys are: epsilon, delta, account"},
      {"source: {csv: {path: a}, json: {path: b}}\n",
       "f:1:26: source has both \"csv\" and \"json\"; keep one of them"},
      {"- a\n",
       "f:1:1: the document must be a mapping; write one 'key: value' a line, with a space after "
       "the colon"},
      {"dataset:a\n",
       "f:1:1: the document must be a mapping; write one 'key: value' a line, with a space after "
       "the colon"},
      {"", "f:1:1: the document is empty"},
      {"# nothing\n", "f:1:1: the document is empty"},
  });
}

TEST(YamlRefusalsTest, PartsOfYamlThatHide) {
  const std::string tag = "tags are not allowed; the key decides the type of its value";
  const std::string anchor = "anchors are not allowed; write the value out";
  const std::string alias = "aliases are not allowed; write the value out, or quote text with '*'";
  const std::string question = "keys with '?' are not allowed; write key: value";
  ExpectRefusals<v1::Budget>({
      {"epsilon: &a 1\ndelta: *a\n", "f:1:10: " + anchor},
      {"&a epsilon: 1\n", "f:1:1: " + anchor},
      {"epsilon: &a\n", "f:1:10: " + anchor},
      {"epsilon: *a\n", "f:1:10: " + alias},
      {"epsilon: !!binary aGVsbG8=\n", "f:1:10: " + tag},
      {"epsilon: !!str 1\n", "f:1:10: " + tag},
      {"epsilon: ! 1\n", "f:1:10: " + tag},
      {"epsilon: ! \"1\"\n", "f:1:10: " + tag},
      {"epsilon: !mine 1\n", "f:1:10: " + tag},
      {"!!map {epsilon: 1}\n", "f:1:1: " + tag},
      {"epsilon: !!seq [1]\n", "f:1:10: " + tag},
      {"<<: {epsilon: 1}\n", "f:1:1: merge keys are not allowed; write the values out"},
      {"? complex key\n: 1\n", "f:1:3: " + question},
      {"? epsilon\n: 1\n", "f:1:3: " + question},
      {"?\n  epsilon\n: 1\n", "f:2:3: the key \"epsilon\" has no value; write key: value"},
      {"{? epsilon : 1}\n", "f:1:4: " + question},
      {"? |\n  epsilon\n: 1\n", "f:1:3: " + question},
      {"? [a]\n: 1\n", "f:1:3: a key must be a single word or text"},
      {"[a]: 1\n", "f:1:1: a key must be a single word or text"},
      {"{a: 1}: 1\n", "f:1:1: a key must be a single word or text"},
      {"%YAML 1.1\n---\nepsilon: 1\n",
       "f:1:1: a line must not start with '%'; documents have no directives"},
      {"epsilon: 1\n...\n", "f:2:1: a document has no end marker; remove \"...\""},
      {"epsilon: 1\n---\nepsilon: 2\n",
       "f:2:1: a second document starts here; a file holds one document"},
      {"epsilon: 1\n---\n", "f:2:1: a second document starts here; a file holds one document"},
      {"{epsilon: 1}\n{epsilon: 2}\n",
       "f:2:1: a second document starts here; a file holds one document"},
      {"epsilon: 1\n  2\n",
       "f:1:10: text without quotes must end on its line; check the indentation of the next line, "
       "or quote the text"},
  });
}

TEST(YamlRefusalsTest, Syntax) {
  ExpectRefusals<v1::Budget>({
      {"epsilon: 1: 2\n",
       "f:1:11: a ':' stands where no value can follow; quote text that has ': ' in it"},
      {"epsilon: \"1\n", "f:1:10: the quote that opens here is not closed"},
      {"epsilon: '1", "f:1:12: the quote that opens before is not closed"},
      {"account: \"a'\nepsilon: 1\n", "f:1:10: the quote that opens here is not closed"},
      {"epsilon: -\n", "f:1:10: a '-' stands where no list can start"},
      {"account: `a`\n",
       "f:1:10: a value must not start with this character; put the text in quotes"},
      {"account: a\n- b\n",
       "f:2:1: this does not continue what stands before; check the indentation"},
      {"account: \"\\q\"\n",
       "f:1:13: not valid YAML (unknown escape character: q); check indentation and quotes"},
  });
}

TEST(YamlRefusalsTest, BytesThatAreNoText) {
  ExpectRefusals<v1::Budget>({
      {"epsilon: 1\naccount: \xC3(\n",
       "f:2:10: byte 20 is not valid UTF-8; save the file as UTF-8"},
      {"\r\n\r\na\xFF\n", "f:3:2: byte 5 is not valid UTF-8; save the file as UTF-8"},
      {"a: \xED\xA0\x80\n", "f:1:4: byte 3 is not valid UTF-8; save the file as UTF-8"},
      {"a: \xC0\xAF\n", "f:1:4: byte 3 is not valid UTF-8; save the file as UTF-8"},
      {"a: \xF4\x90\x80\x80\n", "f:1:4: byte 3 is not valid UTF-8; save the file as UTF-8"},
      {"a: \xE2\x82", "f:1:4: byte 3 is not valid UTF-8; save the file as UTF-8"},
      {"\xEF\xBB\xBF"
       "epsilon: 1\n",
       "f:1:1: the file starts with a byte order mark; save it as UTF-8 without BOM"},
      {std::string("\xFF\xFE"
                   "e\0",
                   4),
       "f:1:1: the file is UTF-16; save it as UTF-8"},
      {std::string("a: \0", 4), "f:1:4: the character U+0000 is not allowed; remove it"},
      {"a: \x1B[31m\n", "f:1:4: the character U+001B is not allowed; remove it"},
      {"a: \xC2\x85\n", "f:1:4: the character U+0085 is not allowed; remove it"},
      {"a: \xE2\x80\xAE\n", "f:1:4: the character U+202E is not allowed; remove it"},
      {"a: \xEF\xBB\xBF\n", "f:1:4: the character U+FEFF is not allowed; remove it"},
      {"a:\tb\n",
       "f:1:3: a tab is not allowed; indent with spaces, and write \"\\t\" for a tab inside text"},
      {"a: b\rc: d\n",
       "f:1:5: a carriage return without line feed is not allowed; end lines with \\n"},
      {"account: \"\\0\"\n", "f:1:10: an escape makes a character that documents may not have"},
      {"account: \"\\u202e\"\n", "f:1:10: an escape makes a character that documents may not have"},
      {"\"acc\\eount\": a\n", "f:1:1: an escape makes a character that documents may not have"},
  });
}

TEST(YamlRefusalsTest, TooLarge) {
  const std::string largest = "#" + std::string(kMaxDocumentBytes - 12, 'x') + "\nepsilon: 1";
  ASSERT_EQ(largest.size(), kMaxDocumentBytes);
  WEIR_EXPECT_OK(ParseYaml<v1::Budget>(largest, "f"));
  EXPECT_THAT(ParseYaml<v1::Budget>(largest + "\n", "f"),
              StatusIs(StatusCode::kInvalidArgument,
                       "f: the document has 1048577 bytes; at most 1048576 are allowed"));
}

TEST(YamlRefusalsTest, TooDeep) {
  const auto nested = [](size_t depth) {
    return "values: " + std::string(depth, '[') + std::string(depth, ']');
  };
  EXPECT_THAT(ParseYaml<v1::Domain>(nested(15), "f"),
              StatusIs(StatusCode::kInvalidArgument, "f:1:10: values[0] must be a single value"));
  EXPECT_THAT(ParseYaml<v1::Domain>(nested(16), "f"),
              StatusIs(StatusCode::kInvalidArgument,
                       "f:1:24: mappings and lists stand more than 16 levels deep"));
  for (const char bomb : std::string("[{")) {
    EXPECT_THAT(ParseYaml<v1::Domain>(std::string(kMaxDocumentBytes, bomb), "f"),
                StatusIs(StatusCode::kInvalidArgument));
  }
}

TEST(YamlRefusalsTest, TooManyValues) {
  std::string items;
  for (size_t i = 0; i < kMaxDocumentNodes; ++i) items += "1,";
  EXPECT_THAT(ParseYaml<v1::Domain>("values: [" + items + "]", "f"),
              StatusIs(StatusCode::kInvalidArgument,
                       HasSubstr("the document has more than 100000 values")));
  // The root, the list and its key are values, too.
  items.resize(items.size() - 2 * 3);
  WEIR_EXPECT_OK(ParseYaml<v1::Domain>("values: [" + items + "]", "f"));
}

TEST(YamlRefusalsTest, TypesThatDocumentsDoNotHave) {
  EXPECT_THAT(ParseYaml<v1::LedgerLine>("entry: a\n", "f"),
              StatusIs(StatusCode::kInvalidArgument, HasSubstr("cannot hold the field")));
}

TEST(YamlRefusalsTest, MessagesQuoteAtMostSixtyBytesOnOneLine) {
  EXPECT_THAT(ParseYaml<v1::Dataset>("theme: \"a\\n" + std::string(100, 'b') + "\"\n", "f"),
              StatusIs(StatusCode::kInvalidArgument,
                       HasSubstr("got \"a\\n" + std::string(58, 'b') + "...\"")));
}

}  // namespace
}  // namespace weir::doc
