// SPDX-License-Identifier: Apache-2.0
#include "weir/base/status.h"

#include <memory>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/status_matchers.h"

namespace weir {
namespace {

using test::IsOk;
using test::IsOkAndHolds;
using test::IsPolicyRefusal;
using test::StatusIs;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::Optional;
using ::testing::SizeIs;
using ::testing::StrEq;

TEST(StatusTest, MakersGiveTheirCodeAndFormattedMessage) {
  EXPECT_THAT(InvalidArgument("k must be >= 2, got %d", 1),
              StatusIs(StatusCode::kInvalidArgument, StrEq("k must be >= 2, got 1")));
  EXPECT_THAT(FailedPrecondition("%s", "a"), StatusIs(StatusCode::kFailedPrecondition, StrEq("a")));
  EXPECT_THAT(NotFound("a"), StatusIs(StatusCode::kNotFound, StrEq("a")));
  EXPECT_THAT(AlreadyExists("a"), StatusIs(StatusCode::kAlreadyExists, StrEq("a")));
  EXPECT_THAT(DataLoss("a"), StatusIs(StatusCode::kDataLoss, StrEq("a")));
  EXPECT_THAT(Unauthenticated("a"), StatusIs(StatusCode::kUnauthenticated, StrEq("a")));
  EXPECT_THAT(PermissionDenied("a"), StatusIs(StatusCode::kPermissionDenied, StrEq("a")));
  EXPECT_THAT(Unavailable("a"), StatusIs(StatusCode::kUnavailable, StrEq("a")));
  EXPECT_THAT(OutOfRange("a"), StatusIs(StatusCode::kOutOfRange, StrEq("a")));
  EXPECT_THAT(ResourceExhausted("a"), StatusIs(StatusCode::kResourceExhausted, StrEq("a")));
  EXPECT_THAT(Internal("a"), StatusIs(StatusCode::kInternal, StrEq("a")));
}

TEST(StatusTest, CodesHaveTheNumbersOfGrpc) {
  EXPECT_EQ(static_cast<int>(StatusCode::kInvalidArgument), 3);
  EXPECT_EQ(static_cast<int>(StatusCode::kFailedPrecondition), 9);
  EXPECT_EQ(static_cast<int>(StatusCode::kUnauthenticated), 16);
}

TEST(StatusTest, MessageMayBeLong) {
  const std::string text(100000, 'x');
  EXPECT_EQ(MessageOf(InvalidArgument("%s!", text.c_str())), text + "!");
}

TEST(StatusTest, PercentSignInAnArgumentIsNotFormatted) {
  EXPECT_EQ(MessageOf(InvalidArgument("%s", "100%s%n")), "100%s%n");
}

TEST(StatusTest, PolicyRefusalCarriesItsReason) {
  const Status refusal = PolicyRefusal("dataset_budget", "epsilon 1 asked, 0.5 left");
  EXPECT_THAT(refusal, StatusIs(StatusCode::kFailedPrecondition, HasSubstr("0.5 left")));
  EXPECT_THAT(PolicyRefusalReason(refusal), Optional(std::string("dataset_budget")));
}

TEST(StatusTest, OtherErrorsAreNoPolicyRefusals) {
  EXPECT_EQ(PolicyRefusalReason(FailedPrecondition("dataset_budget")), std::nullopt);
  EXPECT_EQ(PolicyRefusalReason(OkStatus()), std::nullopt);
}

TEST(StatusTest, AnnotateKeepsCodeAndPayload) {
  const Status annotated = Annotate(PolicyRefusal("dataset_budget", "too much"), "crashes");
  EXPECT_THAT(annotated, StatusIs(StatusCode::kFailedPrecondition, StrEq("crashes: too much")));
  EXPECT_THAT(annotated, IsPolicyRefusal("dataset_budget"));
}

TEST(StatusTest, AnnotateKeepsEveryPayload) {
  Status status = InvalidArgument("bad");
  status.SetPayload("type.weir/One", absl::Cord("1"));
  status.SetPayload("type.weir/Two", absl::Cord("2"));
  const Status twice = Annotate(Annotate(status, "inner"), "outer");
  EXPECT_EQ(MessageOf(twice), "outer: inner: bad");
  EXPECT_EQ(twice.GetPayload("type.weir/One"), absl::Cord("1"));
  EXPECT_EQ(twice.GetPayload("type.weir/Two"), absl::Cord("2"));
}

TEST(StatusTest, AnnotateLeavesOkAlone) { EXPECT_THAT(Annotate(OkStatus(), "context"), IsOk()); }

TEST(StatusTest, QuoteTextCannotForgeALine) {
  EXPECT_EQ(QuoteText("hour"), "\"hour\"");
  EXPECT_EQ(QuoteText(""), "\"\"");
  EXPECT_EQ(QuoteText("a\nweir: error: b"), "\"a\\x0aweir: error: b\"");
  EXPECT_EQ(QuoteText(std::string("\0\x1b\x7f\xff", 4)), "\"\\x00\\x1b\\x7f\\xff\"");
  EXPECT_EQ(QuoteText("\"\\"), "\"\\x22\\x5c\"");
}

TEST(StatusTest, QuoteTextIsBounded) {
  EXPECT_EQ(QuoteText(std::string(64, 'a')), "\"" + std::string(64, 'a') + "\"");
  EXPECT_THAT(QuoteText(std::string(65, 'a')), EndsWith("a...\""));
  EXPECT_THAT(QuoteText(std::string(1 << 20, '\n')), SizeIs(64 * 4 + 5));
}

Status ReturnEarly(const Status& status, int& steps) {
  ++steps;
  WEIR_RETURN_IF_ERROR(status);
  ++steps;
  return OkStatus();
}

TEST(StatusMacrosTest, ReturnIfErrorLeavesOnErrorsOnly) {
  int steps = 0;
  EXPECT_THAT(ReturnEarly(NotFound("a"), steps), StatusIs(StatusCode::kNotFound));
  EXPECT_EQ(steps, 1);
  EXPECT_THAT(ReturnEarly(OkStatus(), steps), IsOk());
  EXPECT_EQ(steps, 3);
}

StatusOr<std::unique_ptr<int>> Double(StatusOr<std::unique_ptr<int>> input) {
  WEIR_ASSIGN_OR_RETURN(const std::unique_ptr<int> first, std::move(input));
  WEIR_ASSIGN_OR_RETURN(std::unique_ptr<int> second,
                        StatusOr<std::unique_ptr<int>>(std::make_unique<int>(2 * *first)));
  return second;
}

TEST(StatusMacrosTest, AssignOrReturnMovesTheValueOut) {
  const StatusOr<std::unique_ptr<int>> doubled = Double(std::make_unique<int>(21));
  ASSERT_THAT(doubled, IsOk());
  EXPECT_EQ(**doubled, 42);
}

TEST(StatusMacrosTest, AssignOrReturnKeepsThePayload) {
  EXPECT_THAT(Double(PolicyRefusal("expired", "no")), IsPolicyRefusal("expired"));
}

TEST(StatusMacrosDeathTest, CheckNamesWhatDoesNotHold) {
  const int k = 1;
  WEIR_CHECK(k == 1);
  EXPECT_DEATH(WEIR_CHECK(k == 2), "weir: bug: k == 2 does not hold at .*status_test.cc");
}

TEST(StatusMatchersTest, RejectWhatDoesNotMatch) {
  const StatusOr<int> three = 3;
  const StatusOr<int> error = NotFound("gone");
  EXPECT_THAT(three, IsOkAndHolds(3));
  EXPECT_THAT(three, Not(IsOkAndHolds(4)));
  EXPECT_THAT(error, Not(IsOkAndHolds(3)));
  EXPECT_THAT(error, Not(IsOk()));
  EXPECT_THAT(error, Not(StatusIs(StatusCode::kInternal)));
  EXPECT_THAT(error, Not(StatusIs(StatusCode::kNotFound, HasSubstr("delta"))));
  EXPECT_THAT(error, Not(IsPolicyRefusal("gone")));
  EXPECT_THAT(PolicyRefusal("expired", "no"), Not(IsPolicyRefusal("dataset_budget")));
}

}  // namespace
}  // namespace weir
