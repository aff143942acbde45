// SPDX-License-Identifier: Apache-2.0
#ifndef WEIR_TESTS_SUPPORT_STATUS_MATCHERS_H_
#define WEIR_TESTS_SUPPORT_STATUS_MATCHERS_H_

#include <ostream>
#include <string>
#include <utility>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "weir/base/status.h"

namespace weir::test {

inline const Status& StatusOf(const Status& status) { return status; }
template <class T>
const Status& StatusOf(const StatusOr<T>& result) {
  return result.status();
}

// Matches a Status or StatusOr by code and message: StatusIs(code, HasSubstr("delta")).
class StatusIsMatcher {
 public:
  using is_gtest_matcher = void;
  StatusIsMatcher(StatusCode code, ::testing::Matcher<const std::string&> message)
      : code_(code), message_(std::move(message)) {}

  template <class StatusOrResult>
  bool MatchAndExplain(const StatusOrResult& actual, std::ostream* out) const {
    const Status& status = StatusOf(actual);
    if (out != nullptr) {
      *out << "whose status is " << status.ToString();
    }
    return status.code() == code_ && message_.Matches(MessageOf(status));
  }
  void DescribeTo(std::ostream* out) const {
    *out << "has status code " << absl::StatusCodeToString(code_) << " and a message that ";
    message_.DescribeTo(out);
  }
  void DescribeNegationTo(std::ostream* out) const {
    *out << "not (";
    DescribeTo(out);
    *out << ")";
  }

 private:
  StatusCode code_;
  ::testing::Matcher<const std::string&> message_;
};

inline StatusIsMatcher StatusIs(StatusCode code,
                                ::testing::Matcher<const std::string&> message = ::testing::_) {
  return {code, std::move(message)};
}
inline StatusIsMatcher IsOk() { return {StatusCode::kOk, ::testing::_}; }

MATCHER_P(IsOkAndHoldsImpl, value_matcher, "") {
  if (!arg.ok()) {
    *result_listener << "whose status is " << arg.status().ToString();
    return false;
  }
  return ::testing::ExplainMatchResult(value_matcher, *arg, result_listener);
}
// Matches a StatusOr that is OK and whose value matches: IsOkAndHolds(3), IsOkAndHolds(SizeIs(2)).
template <class ValueMatcher>
auto IsOkAndHolds(ValueMatcher matcher) {
  return IsOkAndHoldsImpl(matcher);
}

// Matches a policy refusal with this reason, in a Status or a StatusOr.
MATCHER_P(IsPolicyRefusal, reason, "") {
  *result_listener << "whose status is " << StatusOf(arg).ToString();
  const std::optional<std::string> actual = PolicyRefusalReason(StatusOf(arg));
  return actual.has_value() && *actual == reason;
}

}  // namespace weir::test

#define WEIR_ASSERT_OK(expression) ASSERT_THAT(expression, ::weir::test::IsOk())
#define WEIR_EXPECT_OK(expression) EXPECT_THAT(expression, ::weir::test::IsOk())

// WEIR_ASSERT_OK_AND_ASSIGN(const Epsilon epsilon, Epsilon::Parse("1"));
#define WEIR_ASSERT_OK_AND_ASSIGN(declaration, expression) \
  WEIR_ASSERT_OK_AND_ASSIGN_INNER(WEIR_CONCAT(weir_or_, __LINE__), declaration, expression)
#define WEIR_ASSERT_OK_AND_ASSIGN_INNER(result, declaration, expression) \
  auto result = (expression);                                            \
  ASSERT_TRUE(result.ok()) << result.status().ToString();                \
  declaration = *std::move(result)

#endif  // WEIR_TESTS_SUPPORT_STATUS_MATCHERS_H_
