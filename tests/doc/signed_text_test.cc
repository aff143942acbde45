// SPDX-License-Identifier: Apache-2.0
#include "weir/doc/signed_text.h"

#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/status_matchers.h"
#include "weir/doc/yaml_reader.h"
#include "weir/v1/dataset.pb.h"
#include "weir/v1/ledger.pb.h"

namespace weir::doc {
namespace {

using test::IsOkAndHolds;
using test::StatusIs;
using ::testing::HasSubstr;

constexpr char kFail[] =
    "weir/fail/v1\n"
    "sequence: 3\n"
    "time: 2026-01-31T12:00:00Z\n"
    "charge: 01890a5d-ac96-774b-bcce-b302099a8057\n";

v1::FailEntry FailMessage() {
  v1::FailEntry entry;
  entry.set_sequence(3);
  entry.set_time("2026-01-31T12:00:00Z");
  entry.set_charge("01890a5d-ac96-774b-bcce-b302099a8057");
  return entry;
}

std::string Replaced(std::string text, const std::string& from, const std::string& to) {
  return text.replace(text.find(from), from.size(), to);
}

TEST(SignedTextTest, FirstLineNamesTheKind) {
  EXPECT_THAT(FormatSigned(FailMessage()), IsOkAndHolds(std::string(kFail)));
  EXPECT_THAT(SignedKind(kFail), IsOkAndHolds(std::string("fail")));
  EXPECT_THAT(SignedKind("weir/inbox-record/v1"), IsOkAndHolds(std::string("inbox-record")));
  WEIR_ASSERT_OK_AND_ASSIGN(const auto document, ParseSigned<v1::FailEntry>(kFail, "entry 3"));
  EXPECT_EQ(document.message.sequence(), 3u);
  EXPECT_EQ(document.locations.Find("sequence")->ToString(), "entry 3:2:11");
}

TEST(SignedTextTest, RefusesAnotherKindOrVersion) {
  EXPECT_THAT(ParseSigned<v1::CompleteEntry>(kFail, "entry 3"),
              StatusIs(StatusCode::kInvalidArgument,
                       "entry 3:1:1: the first line must be \"weir/complete/v1\", got "
                       "\"weir/fail/v1\""));
  EXPECT_THAT(ParseSigned<v1::FailEntry>(Replaced(kFail, "v1", "v2"), "e"),
              StatusIs(StatusCode::kInvalidArgument, HasSubstr("got \"weir/fail/v2\"")));
  for (const std::string line : {"weir/fail/v1 ", " weir/fail/v1", "WEIR/fail/v1", "weir/fail/v11",
                                 "weir/fail", "", "# weir/fail/v1", "sequence: 3"}) {
    EXPECT_THAT(ParseSigned<v1::FailEntry>(Replaced(kFail, "weir/fail/v1", line), "e"),
                StatusIs(StatusCode::kInvalidArgument, HasSubstr("the first line must be")))
        << line;
  }
}

TEST(SignedTextTest, KindIsReadOnlyFromAWellFormedLine) {
  for (const std::string text : {"", "\n", "weir/", "weir//v1", "weir/v1", "weir/a b/v1\n",
                                 "weir/A/v1\n", "weir/a/v2\n", "weir/a/v1x\n", "xweir/a/v1\n"}) {
    EXPECT_THAT(SignedKind(text),
                StatusIs(StatusCode::kInvalidArgument, HasSubstr("must be weir/<kind>/v1")))
        << text;
  }
}

TEST(SignedTextTest, RefusesCarriageReturnsAndCutText) {
  const std::string text(kFail);
  EXPECT_THAT(ParseSigned<v1::FailEntry>(Replaced(text, "3\n", "3\r\n"), "e"),
              StatusIs(StatusCode::kInvalidArgument, HasSubstr("carriage returns")));
  EXPECT_THAT(ParseSigned<v1::FailEntry>(text.substr(0, text.size() - 1), "e"),
              StatusIs(StatusCode::kInvalidArgument, HasSubstr("cut off")));
  for (size_t size = 0; size < text.size(); ++size) {
    EXPECT_FALSE(ParseSigned<v1::FailEntry>(text.substr(0, size), "e").ok()) << size;
  }
}

TEST(SignedTextTest, FaultsPointAtTheLineOfTheWholeText) {
  EXPECT_THAT(ParseSigned<v1::FailEntry>(Replaced(kFail, "time:", "tome:"), "e"),
              StatusIs(StatusCode::kInvalidArgument,
                       "e:3:1: unknown key \"tome\"; did you mean \"time\"?"));
  EXPECT_THAT(ParseSigned<v1::FailEntry>("weir/fail/v1\n", "e"),
              StatusIs(StatusCode::kInvalidArgument, "e:2:1: the document is empty"));
  EXPECT_THAT(ParseSigned<v1::FailEntry>(Replaced(kFail, "3", "3 # \xFF"), "e"),
              StatusIs(StatusCode::kInvalidArgument, HasSubstr("e:2:15: byte 27 is not valid")));
}

TEST(SignedTextTest, IsNoDocumentWithItsFirstLine) {
  EXPECT_THAT(ParseYaml<v1::FailEntry>(kFail, "f"),
              StatusIs(StatusCode::kInvalidArgument,
                       "f:1:1: this is signed text of kind fail; here the document stands without "
                       "the first line and without signatures"));
  const std::string text(kFail);
  WEIR_EXPECT_OK(ParseYaml<v1::FailEntry>(text.substr(text.find('\n') + 1), "f"));
}

TEST(SignedTextTest, RefusesMessagesWithoutKind) {
  EXPECT_THAT(FormatSigned(v1::Budget()), StatusIs(StatusCode::kInternal, HasSubstr("no kind")));
  EXPECT_THAT(ParseSigned<v1::Budget>("weir/budget/v1\nepsilon: 1\n", "e"),
              StatusIs(StatusCode::kInternal, HasSubstr("no kind")));
}

}  // namespace
}  // namespace weir::doc
