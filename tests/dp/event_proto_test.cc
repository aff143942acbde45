// SPDX-License-Identifier: Apache-2.0
#include "weir/dp/event_proto.h"

#include <functional>
#include <string>
#include <vector>

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include "tests/support/status_matchers.h"
#include "weir/dp/calibration.h"

namespace weir::dp {
namespace {

using test::IsOk;
using test::StatusIs;
using ::testing::HasSubstr;

constexpr NoiseEvent kLaplace = {NoiseKind::kDiscreteLaplace, {10, 3}, 2};
constexpr NoiseEvent kGaussian = {NoiseKind::kDiscreteGaussian, {81, 4}, 9};

TEST(EventProtoTest, WritesCanonicalText) {
  WEIR_ASSERT_OK_AND_ASSIGN(const v1::MechanismEvent laplace, EventToProto(kLaplace));
  EXPECT_EQ(laplace.mechanism(), v1::MECHANISM_DISCRETE_LAPLACE);
  EXPECT_EQ(laplace.numerator(), "10");
  EXPECT_EQ(laplace.denominator(), "3");
  EXPECT_EQ(laplace.sensitivity(), "2");
  EXPECT_EQ(laplace.epsilon(), "0.6");
  WEIR_ASSERT_OK_AND_ASSIGN(const v1::MechanismEvent gaussian, EventToProto(kGaussian));
  EXPECT_EQ(gaussian.mechanism(), v1::MECHANISM_DISCRETE_GAUSSIAN);
  EXPECT_EQ(gaussian.epsilon(), "");
}

TEST(EventProtoTest, ReadsWhatItWrote) {
  for (const NoiseEvent& event : {kLaplace, kGaussian}) {
    WEIR_ASSERT_OK_AND_ASSIGN(const NoiseEvent read, EventFromProto(EventToProto(event).value()));
    EXPECT_TRUE(read == event);
  }
}

TEST(EventProtoTest, AnyLaplaceEventComesBack) {
  EXPECT_TRUE(rc::check([] {
    const auto units = *rc::gen::inRange<int64_t>(1, 1'000'000'000'000'000'000);
    const auto l1 = *rc::gen::inRange<uint64_t>(1, uint64_t{1} << 62);
    const NoiseEvent event{NoiseKind::kDiscreteLaplace,
                           LaplaceScale(Epsilon::FromUnits(units).value(), l1).value(), l1};
    RC_ASSERT(EventFromProto(EventToProto(event).value()).value() == event);
  }));
}

struct Damage {
  const char* name;
  std::function<void(v1::MechanismEvent*)> apply;
};
class DamagedEventTest : public ::testing::TestWithParam<Damage> {};
TEST_P(DamagedEventTest, IsRefused) {
  v1::MechanismEvent message = EventToProto(kLaplace).value();
  ASSERT_THAT(EventFromProto(message), IsOk());
  GetParam().apply(&message);
  EXPECT_THAT(EventFromProto(message), StatusIs(StatusCode::kInvalidArgument));
}
INSTANTIATE_TEST_SUITE_P(
    Fields, DamagedEventTest,
    ::testing::Values(
        Damage{"no_noise", [](auto* m) { m->clear_mechanism(); }},
        Damage{"unknown_noise", [](auto* m) { m->set_mechanism(static_cast<v1::Mechanism>(17)); }},
        Damage{"other_noise", [](auto* m) { m->set_mechanism(v1::MECHANISM_DISCRETE_GAUSSIAN); }},
        Damage{"no_numerator", [](auto* m) { m->clear_numerator(); }},
        Damage{"zero_numerator", [](auto* m) { m->set_numerator("0"); }},
        Damage{"negative", [](auto* m) { m->set_numerator("-10"); }},
        Damage{"leading_zero", [](auto* m) { m->set_numerator("010"); }},
        Damage{"plus", [](auto* m) { m->set_numerator("+10"); }},
        Damage{"space", [](auto* m) { m->set_numerator(" 10"); }},
        Damage{"exponent", [](auto* m) { m->set_numerator("1e1"); }},
        Damage{"point", [](auto* m) { m->set_numerator("10.0"); }},
        Damage{"nan", [](auto* m) { m->set_numerator("nan"); }},
        Damage{"beyond_128_bits",
               [](auto* m) { m->set_numerator("999999999999999999999999999999999999999999"); }},
        Damage{"beyond_the_sampler",
               [](auto* m) { m->set_numerator("1298074214633706907132624082305025"); }},
        Damage{"zero_denominator", [](auto* m) { m->set_denominator("0"); }},
        Damage{"not_reduced",
               [](auto* m) {
                 m->set_numerator("20");
                 m->set_denominator("6");
               }},
        Damage{"zero_sensitivity", [](auto* m) { m->set_sensitivity("0"); }},
        Damage{"other_sensitivity", [](auto* m) { m->set_sensitivity("3"); }},
        Damage{"no_epsilon", [](auto* m) { m->clear_epsilon(); }},
        Damage{"smaller_epsilon", [](auto* m) { m->set_epsilon("0.599999999999"); }},
        Damage{"other_spelling", [](auto* m) { m->set_epsilon("0.60"); }},
        Damage{"approximate", [](auto* m) { m->set_mechanism(v1::MECHANISM_APPROXIMATE); }},
        Damage{"own_delta", [](auto* m) { m->set_delta("0.1"); }}),
    [](const auto& test_case) { return test_case.param.name; });

TEST(EventProtoTest, GaussianMustNotNameAnEpsilon) {
  v1::MechanismEvent message = EventToProto(kGaussian).value();
  message.set_epsilon("1");
  EXPECT_THAT(EventFromProto(message), StatusIs(StatusCode::kInvalidArgument));
}

TEST(EventProtoTest, RefusesToWriteWhatItWouldNotRead) {
  EXPECT_THAT(EventToProto({NoiseKind::kDiscreteLaplace, {20, 6}, 2}),
              StatusIs(StatusCode::kInvalidArgument));
  EXPECT_THAT(EventToProto({NoiseKind::kDiscreteGaussian, {1, 1}, ~uint128{0}}),
              StatusIs(StatusCode::kInvalidArgument));
  EXPECT_THAT(EventToProto({static_cast<NoiseKind>(3), {1, 1}, 1}),
              StatusIs(StatusCode::kInvalidArgument));
}

TEST(CostProtoTest, ReadsWhatItWrote) {
  WEIR_ASSERT_OK_AND_ASSIGN(
      const PrivacyCost cost,
      PrivacyCost::Create({kLaplace, kLaplace}, Epsilon::Parse("1.2").value(), Delta::Zero()));
  WEIR_ASSERT_OK_AND_ASSIGN(const EventList events, EventsToProto(cost));
  WEIR_ASSERT_OK_AND_ASSIGN(const PrivacyCost read, CostFromProto(events, "1.2", ""));
  EXPECT_TRUE(read == cost);
}

TEST(CostProtoTest, ApproximateEventsComeBackAfterTheNoise) {
  const std::vector<ApproximateEvent> others = {
      {Epsilon::Parse("0.3").value(), Delta::Parse("1e-7").value()},
      {Epsilon::Parse("0.1").value(), Delta::Zero()},
      {std::nullopt, Delta::Parse("2e-7").value()}};
  WEIR_ASSERT_OK_AND_ASSIGN(const PrivacyCost cost,
                            PrivacyCost::Create({kLaplace}, Epsilon::Parse("1").value(),
                                                Delta::Parse("3e-7").value(), others));
  WEIR_ASSERT_OK_AND_ASSIGN(EventList events, EventsToProto(cost));
  ASSERT_EQ(events.size(), 4);
  WEIR_ASSERT_OK_AND_ASSIGN(const PrivacyCost read, CostFromProto(events, "1", "0.0000003"));
  EXPECT_TRUE(read == cost);
  EXPECT_THAT(CostFromProto(events, "0.9", "0.0000003"), StatusIs(StatusCode::kInvalidArgument));
  EXPECT_THAT(CostFromProto(events, "1", "0.0000002"), StatusIs(StatusCode::kInvalidArgument));
  EventList damaged = events;
  damaged.Mutable(1)->set_numerator("1");
  EXPECT_THAT(CostFromProto(damaged, "1", "0.0000003"), StatusIs(StatusCode::kInvalidArgument));
  damaged = events;
  damaged.Mutable(3)->clear_delta();
  EXPECT_THAT(CostFromProto(damaged, "1", "0.0000003"), StatusIs(StatusCode::kInvalidArgument));
  damaged = events;
  damaged.SwapElements(0, 1);
  EXPECT_THAT(CostFromProto(damaged, "1", "0.0000003"), StatusIs(StatusCode::kInvalidArgument));
}

TEST(CostProtoTest, RefusesClaimsThatDoNotFollow) {
  EventList events;
  *events.Add() = EventToProto(kLaplace).value();
  EXPECT_THAT(CostFromProto(events, "0.6", ""), IsOk());
  EXPECT_THAT(CostFromProto(events, "0.5", ""), StatusIs(StatusCode::kInvalidArgument));
  EXPECT_THAT(CostFromProto(events, "", ""), StatusIs(StatusCode::kInvalidArgument));
  EXPECT_THAT(CostFromProto(events, "nan", ""), StatusIs(StatusCode::kInvalidArgument));
  EXPECT_THAT(CostFromProto(events, "0.6", "1"),
              StatusIs(StatusCode::kInvalidArgument, HasSubstr("delta")));
  EXPECT_THAT(CostFromProto({}, "0.6", ""), StatusIs(StatusCode::kInvalidArgument));
}

}  // namespace
}  // namespace weir::dp
