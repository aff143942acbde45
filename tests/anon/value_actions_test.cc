// SPDX-License-Identifier: Apache-2.0
#include "weir/anon/value_actions.h"

#include <cstdlib>
#include <set>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/support/status_matchers.h"
#include "tests/support/temporary_folder.h"
#include "weir/base/bytes.h"

namespace weir::anon {
namespace {

using test::StatusIs;
using ::testing::HasSubstr;
using ::testing::Not;

std::string Rounded(const std::string& value, const std::string& multiple) {
  return FormatDecimal(*RoundToMultiple(*ParseDecimal(value), *ParseDecimal(multiple)));
}

v1::MaskAction Mask(uint32_t first, uint32_t last, const std::string& with = "") {
  v1::MaskAction action;
  action.set_keep_first(first);
  action.set_keep_last(last);
  action.set_with(with);
  return action;
}

v1::Action Coding(const std::string& bottom, const std::string& top) {
  v1::Action action;
  action.mutable_coding()->set_bottom(bottom);
  action.mutable_coding()->set_top(top);
  return action;
}

v1::Action Round(const std::string& to) {
  v1::Action action;
  action.mutable_round()->set_to(to);
  return action;
}

v1::Action Pseudonym(v1::PseudonymScope scope, v1::PseudonymForm form) {
  v1::Action action;
  action.mutable_pseudonym()->set_key("trips");
  action.mutable_pseudonym()->set_scope(scope);
  action.mutable_pseudonym()->set_form(form);
  return action;
}

class ValueActionsTest : public ::testing::Test {
 protected:
  ValueActionsTest() { WriteKey("trips.key", std::string(32, 's')); }

  void WriteKey(const std::string& name, const std::string& bytes) {
    test::WriteTextFile(folder_.Path(name), bytes);
    EXPECT_EQ(::chmod(folder_.Path(name).c_str(), 0600), 0);
  }
  ActionContext Context(const std::string& recipient, const std::string& period = "") {
    return {.keys_folder = folder_.path(), .recipient = recipient, .period = period};
  }
  StatusOr<ValueActions> Make(const std::vector<v1::Action>& actions,
                              const ActionContext& context) {
    RecipeColumn column;
    column.name = "trip";
    column.actions = actions;
    return ValueActions::Create(column, context, SystemFiles());
  }
  std::string Apply(const std::vector<v1::Action>& actions, const std::string& text,
                    const std::string& recipient = "porto") {
    return Make(actions, Context(recipient, "2026-01"))->function()(text);
  }

  test::TemporaryFolder folder_;
};

TEST(RoundToMultipleTest, TakesTheNearestAndOfTwoTheEvenMultiple) {
  const struct {
    const char* value;
    const char* multiple;
    const char* expected;
  } cases[] = {
      {"12", "5", "10"},
      {"13", "5", "15"},
      {"12.5", "5", "10"},
      {"17.5", "5", "20"},
      {"-12.5", "5", "-10"},
      {"-17.5", "5", "-20"},
      {"-13", "5", "-15"},
      {"0.25", "0.1", "0.2"},
      {"0.35", "0.1", "0.4"},
      {"2.675", "0.01", "2.68"},
      {"2.665", "0.01", "2.66"},
      {"1", "3", "0"},
      {"2", "3", "3"},
      {"0", "7", "0"},
      {"41.10521", "0.001", "41.105"},
      {"1e20", "1", "100000000000000000000"},
      {"149", "1e2", "100"},
      {"150", "1e2", "200"},
      {"250", "1e2", "200"},
  };
  for (const auto& [value, multiple, expected] : cases) {
    EXPECT_EQ(Rounded(value, multiple), expected) << value << " to " << multiple;
  }
}

TEST(RoundToMultipleTest, RefusesWhatHasTooManyDigits) {
  EXPECT_FALSE(RoundToMultiple(*ParseDecimal("1e30"), *ParseDecimal("1e-20")).ok());
  EXPECT_FALSE(RoundToMultiple(*ParseDecimal("1"), *ParseDecimal("1e40")).ok());
}

RC_GTEST_PROP(RoundToMultipleProperty, IsTheNearestMultiple, (int32_t number)) {
  const int64_t width = *rc::gen::inRange<int64_t>(1, 1000);
  const StatusOr<Decimal> rounded = RoundToMultiple(MakeDecimal(number, 2), MakeDecimal(width, 2));
  RC_ASSERT(rounded.ok());
  const auto scaled = static_cast<int64_t>(*ScaleDecimal(*rounded, 2, Rounding::kExact));
  RC_ASSERT(scaled % width == 0);
  const int64_t distance = std::abs(scaled - int64_t{number});
  RC_ASSERT(2 * distance <= width);
  const bool is_tie = 2 * distance == width;
  const bool is_even = (scaled / width) % 2 == 0;
  const bool holds = !is_tie || is_even;
  RC_ASSERT(holds);
}

TEST(MaskTextTest, KeepsTheEndsAskedFor) {
  EXPECT_EQ(MaskText("85721", Mask(3, 0)), "857**");
  EXPECT_EQ(MaskText("85721", Mask(0, 2)), "***21");
  EXPECT_EQ(MaskText("85721", Mask(1, 1, "x")), "8xxx1");
  EXPECT_EQ(MaskText("85721", Mask(0, 0)), "*****");
}

TEST(MaskTextTest, CountsCharactersNotBytes) {
  EXPECT_EQ(MaskText("\xc3\xbc\xc3\xa4z", Mask(1, 0, "\xe2\x80\xa2")),
            "\xc3\xbc\xe2\x80\xa2\xe2\x80\xa2");
}

TEST(MaskTextTest, NeverKeepsAValueWhole) {
  EXPECT_EQ(MaskText("123", Mask(3, 0)), "***");
  EXPECT_EQ(MaskText("123", Mask(2, 1)), "***");
  EXPECT_EQ(MaskText("123", Mask(4294967295U, 4294967295U)), "***");
  EXPECT_EQ(MaskText("1234", Mask(2, 1)), "12*4");
}

TEST_F(ValueActionsTest, CodeTopAndBottom) {
  const std::vector<v1::Action> actions = {Coding("18", "90")};
  EXPECT_EQ(Apply(actions, "17.9"), "18");
  EXPECT_EQ(Apply(actions, "18.0"), "18.0");
  EXPECT_EQ(Apply(actions, "90"), "90");
  EXPECT_EQ(Apply(actions, "101"), "90");
  EXPECT_EQ(Apply({Coding("", "90")}, "-5"), "-5");
  EXPECT_EQ(Apply({Coding("0", "")}, "1e9"), "1e9");
}

TEST_F(ValueActionsTest, AreDoneInTheirOrder) {
  EXPECT_EQ(Apply({Coding("", "92"), Round("5")}, "99"), "90");
  EXPECT_EQ(Apply({Round("5"), Coding("", "92")}, "99"), "92");
}

TEST_F(ValueActionsTest, TellOfValuesThatAreNoNumbersButNotWhich) {
  const ValueActions actions = *Make({Round("5")}, Context(""));
  EXPECT_EQ(actions.function()("12"), "10");
  EXPECT_TRUE(actions.Check().ok());
  EXPECT_EQ(actions.function()("secret-name"), "");
  EXPECT_THAT(actions.Check(),
              StatusIs(StatusCode::kInvalidArgument,
                       HasSubstr("column trip has values that are no decimal numbers")));
  EXPECT_THAT(std::string(actions.Check().message()), Not(HasSubstr("secret-name")));
}

TEST_F(ValueActionsTest, MakePseudonymsOfHmacUnderTheDerivedKey) {
  // HKDF and HMAC by hand.
  const std::string secret(32, 's');
  const auto prefixed = [](const std::string& label) {
    return std::string(7, '\0') + static_cast<char>(label.size()) + label;
  };
  const std::string extracted = std::string(AsText(HmacSha256("weir derived key", secret)));
  const std::string info =
      prefixed("pseudonym") + prefixed("hmac") + prefixed("recipient") + prefixed("porto");
  const std::string key = std::string(AsText(HmacSha256(extracted, info + '\x01')));
  const std::string mac = std::string(AsText(HmacSha256(key, "trip-7")));
  const std::string pseudonym =
      Apply({Pseudonym(v1::PSEUDONYM_SCOPE_RECIPIENT, v1::PSEUDONYM_FORM_HMAC)}, "trip-7");
  ASSERT_EQ(pseudonym.size(), 26u);
  // 26 letters of 5 bits hold the first 16 bytes; the last 2 bits are 0.
  std::string bits;
  for (const char c : pseudonym) {
    const size_t five = std::string("abcdefghijklmnopqrstuvwxyz234567").find(c);
    for (int i = 4; i >= 0; --i) bits += ((five >> i) & 1U) != 0 ? '1' : '0';
  }
  std::string expected;
  for (const char c : mac.substr(0, 16)) {
    for (int i = 7; i >= 0; --i)
      expected += ((static_cast<unsigned char>(c) >> i) & 1) != 0 ? '1' : '0';
  }
  EXPECT_EQ(bits, expected + "00");
}

TEST_F(ValueActionsTest, MakeOtherPseudonymsForOtherRecipientsPeriodsAndForms) {
  std::set<std::string> seen;
  for (const auto form : {v1::PSEUDONYM_FORM_HMAC, v1::PSEUDONYM_FORM_FF1}) {
    for (const auto scope : {v1::PSEUDONYM_SCOPE_RECIPIENT, v1::PSEUDONYM_SCOPE_PERIOD,
                             v1::PSEUDONYM_SCOPE_COALITION}) {
      seen.insert(Apply({Pseudonym(scope, form)}, "AB-1234567", "porto"));
    }
    seen.insert(Apply({Pseudonym(v1::PSEUDONYM_SCOPE_RECIPIENT, form)}, "AB-1234567", "tucson"));
  }
  EXPECT_EQ(seen.size(), 8u);
}

TEST_F(ValueActionsTest, GiveTheWholeCoalitionTheSamePseudonym) {
  const std::vector<v1::Action> actions = {
      Pseudonym(v1::PSEUDONYM_SCOPE_COALITION, v1::PSEUDONYM_FORM_HMAC)};
  EXPECT_EQ(Apply(actions, "trip-7", "porto"), Apply(actions, "trip-7", "tucson"));
  EXPECT_NE(Apply(actions, "trip-7"), Apply(actions, "trip-8"));
}

TEST_F(ValueActionsTest, RefusePseudonymsWithoutKeyOrScope) {
  const std::vector<v1::Action> actions = {
      Pseudonym(v1::PSEUDONYM_SCOPE_RECIPIENT, v1::PSEUDONYM_FORM_HMAC)};
  EXPECT_THAT(Make(actions, Context("")).status(),
              StatusIs(StatusCode::kInvalidArgument, HasSubstr("need the recipient")));
  EXPECT_THAT(
      Make({Pseudonym(v1::PSEUDONYM_SCOPE_PERIOD, v1::PSEUDONYM_FORM_HMAC)}, Context("porto"))
          .status(),
      StatusIs(StatusCode::kInvalidArgument, HasSubstr("need the period")));
  EXPECT_THAT(Make(actions, {.keys_folder = "", .recipient = "porto", .period = ""}).status(),
              StatusIs(StatusCode::kInvalidArgument, HasSubstr("folder of the secret keys")));
  WriteKey("trips.key", std::string(31, 's'));
  EXPECT_THAT(Make(actions, Context("porto")).status(),
              StatusIs(StatusCode::kInvalidArgument, HasSubstr("holds 31 bytes")));
  ASSERT_EQ(::chmod(folder_.Path("trips.key").c_str(), 0644), 0);
  EXPECT_EQ(Make(actions, Context("porto")).status().code(), StatusCode::kPermissionDenied);
  ASSERT_EQ(::unlink(folder_.Path("trips.key").c_str()), 0);
  EXPECT_EQ(Make(actions, Context("porto")).status().code(), StatusCode::kNotFound);
}

TEST_F(ValueActionsTest, TellOfFormsThatAreTooSmallForFf1) {
  const ValueActions actions =
      *Make({Pseudonym(v1::PSEUDONYM_SCOPE_COALITION, v1::PSEUDONYM_FORM_FF1)}, Context(""));
  EXPECT_EQ(actions.function()("123456").size(), 6u);
  EXPECT_TRUE(actions.Check().ok());
  actions.function()("12345");
  EXPECT_THAT(actions.Check(),
              StatusIs(StatusCode::kInvalidArgument, HasSubstr("fewer than 1,000,000 texts")));
}

}  // namespace
}  // namespace weir::anon
