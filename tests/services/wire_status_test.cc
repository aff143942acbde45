// SPDX-License-Identifier: Apache-2.0
#include <string>

#include <gtest/gtest.h>

#include "services/wire/status.h"
#include "tests/support/status_matchers.h"

namespace weir::wire {
namespace {

using ::testing::HasSubstr;
using ::weir::test::IsPolicyRefusal;
using ::weir::test::StatusIs;

class WireStatusCodeTest : public ::testing::TestWithParam<int> {};

TEST_P(WireStatusCodeTest, KeepsCodeAndMessageThereAndBack) {
  const Status status = MakeError(static_cast<StatusCode>(GetParam()), "k must be >= 2, got 1");
  const grpc::Status sent = ToGrpcStatus(status);
  EXPECT_EQ(sent.error_code(), GetParam());
  EXPECT_EQ(FromGrpcStatus(sent), status);
}

INSTANTIATE_TEST_SUITE_P(AllCodes, WireStatusCodeTest, ::testing::Range(0, 17));

TEST(WireStatusTest, KeepsThePolicyRefusal) {
  const Status received = FromGrpcStatus(ToGrpcStatus(PolicyRefusal("dataset_budget", "spent")));
  EXPECT_THAT(received, StatusIs(StatusCode::kFailedPrecondition, "spent"));
  EXPECT_THAT(received, IsPolicyRefusal("dataset_budget"));
}

TEST(WireStatusTest, InventsNoPolicyRefusal) {
  const Status received = FromGrpcStatus(ToGrpcStatus(FailedPrecondition("locked")));
  EXPECT_EQ(PolicyRefusalReason(received), std::nullopt);
}

TEST(WireStatusTest, TakesARefusalOnlyWithItsCode) {
  const grpc::Status refusal = ToGrpcStatus(PolicyRefusal("dataset_budget", "spent"));
  const grpc::Status moved(grpc::StatusCode::INTERNAL, "spent", refusal.error_details());
  EXPECT_EQ(PolicyRefusalReason(FromGrpcStatus(moved)), std::nullopt);
}

struct HostileReason {
  const char* name;
  std::string reason;
};

class WireStatusReasonTest : public ::testing::TestWithParam<HostileReason> {};

TEST_P(WireStatusReasonTest, RefusesAReasonThatIsNoWord) {
  const Status received = FromGrpcStatus(ToGrpcStatus(PolicyRefusal(GetParam().reason, "refused")));
  EXPECT_THAT(received, StatusIs(StatusCode::kFailedPrecondition, "refused"));
  EXPECT_EQ(PolicyRefusalReason(received), std::nullopt);
}

INSTANTIATE_TEST_SUITE_P(Hostile, WireStatusReasonTest,
                         ::testing::Values(HostileReason{"empty", ""},
                                           HostileReason{"upper", "Budget"},
                                           HostileReason{"space", "a b"},
                                           HostileReason{"newline", "a\nb"},
                                           HostileReason{"digit_first", "1a"},
                                           HostileReason{"long", std::string(65, 'a')}),
                         [](const auto& tested) { return tested.param.name; });

TEST(WireStatusTest, TakesTheLongestReason) {
  const std::string longest(64, 'a');
  EXPECT_THAT(FromGrpcStatus(ToGrpcStatus(PolicyRefusal(longest, "refused"))),
              IsPolicyRefusal(longest));
}

TEST(WireStatusTest, SurvivesGarbageInTheDetails) {
  for (const std::string& details :
       {std::string("\xff\xff\xff"), std::string(1 << 20, 'x'), std::string("\x1a\x7f")}) {
    const grpc::Status hostile(grpc::StatusCode::FAILED_PRECONDITION, "m", details);
    EXPECT_THAT(FromGrpcStatus(hostile), StatusIs(StatusCode::kFailedPrecondition, "m"));
  }
}

TEST(WireStatusTest, TurnsCodesThatDoNotExistIntoUnknown) {
  for (const int code : {17, 31, -1}) {
    const grpc::Status hostile(static_cast<grpc::StatusCode>(code), "m");
    EXPECT_THAT(FromGrpcStatus(hostile), StatusIs(StatusCode::kUnknown, "m"));
  }
}

TEST(WireStatusTest, CutsLongMessagesInBothDirections) {
  const std::string endless(1 << 20, 'm');
  EXPECT_EQ(ToGrpcStatus(MakeError(StatusCode::kInternal, endless)).error_message().size(),
            kMaxStatusMessageBytes);
  EXPECT_EQ(MessageOf(FromGrpcStatus({grpc::StatusCode::INTERNAL, endless})).size(),
            kMaxStatusMessageBytes);
}

struct TextCase {
  const char* name;
  std::string text;
  std::string clean;
};

class CleanTextTest : public ::testing::TestWithParam<TextCase> {};

TEST_P(CleanTextTest, KeepsOnlyPrintableUtf8) {
  EXPECT_EQ(CleanText(GetParam().text, 1000), GetParam().clean);
}

INSTANTIATE_TEST_SUITE_P(
    Texts, CleanTextTest,
    ::testing::Values(TextCase{"empty", "", ""}, TextCase{"plain", "a b~", "a b~"},
                      TextCase{"controls", std::string("a\0b\n\x1b[2J\x7f", 9), "a?b??[2J?"},
                      TextCase{"two_bytes", "\xc3\xa9", "\xc3\xa9"},
                      TextCase{"three_bytes", "\xe2\x82\xac", "\xe2\x82\xac"},
                      TextCase{"four_bytes", "\xf0\x9f\x92\xa7", "\xf0\x9f\x92\xa7"},
                      TextCase{"c1_control", "\xc2\x9b", "??"},
                      TextCase{"truncated", "a\xe2\x82", "a??"},
                      TextCase{"lone_continuation", "\x80z", "?z"},
                      TextCase{"overlong_two", "\xc0\xaf", "??"},
                      TextCase{"overlong_three", "\xe0\x80\xaf", "???"},
                      TextCase{"overlong_four", "\xf0\x80\x80\xaf", "????"},
                      TextCase{"surrogate", "\xed\xa0\x80", "???"},
                      TextCase{"beyond_unicode", "\xf4\x90\x80\x80", "????"},
                      TextCase{"invalid_byte", "\xff", "?"}),
    [](const auto& tested) { return tested.param.name; });

TEST(CleanTextTest, DoesNotSplitACharacterAtTheLimit) {
  EXPECT_EQ(CleanText("a\xe2\x82\xac", 3), "a");
  EXPECT_EQ(CleanText("a\xe2\x82\xac", 4), "a\xe2\x82\xac");
  EXPECT_EQ(CleanText("abc", 0), "");
}

}  // namespace
}  // namespace weir::wire
