// SPDX-License-Identifier: Apache-2.0
#include "weir/privacy/private.h"

#include <array>
#include <concepts>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <tuple>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/privacy/passkey_stand_ins.h"

namespace weir {
namespace {

struct Table {};
template <class T, class Stream = std::ostream>
concept Printable = requires(Stream& out, const T& value) {
  out << value;
};
template <class T>
concept Openable = requires(T value, ReleaseKey key) {
  std::forward<T>(value).Open(key);
};

// What may be written, and what may not, however it is wrapped.
static_assert(WireWritable<Released<Table>> && WireWritable<const Released<Table>&>);
static_assert(WireWritable<int> && WireWritable<std::string> && WireWritable<void>);
static_assert(WireWritable<std::vector<std::string>> && WireWritable<StatusOr<Released<Table>>>);
static_assert(WireWritable<Charge> && WireWritable<PrivacyCost>);
static_assert(!WireWritable<Private<Table>> && !WireWritable<const Private<Table>&>);
static_assert(!WireWritable<Private<Table>&&> && !WireWritable<volatile Private<Table>>);
static_assert(!WireWritable<OwnerView<std::string>> && !WireWritable<SecretBytes>);
static_assert(!WireWritable<StatusOr<Private<Table>>>);
static_assert(!WireWritable<std::vector<OwnerView<int>>>);
static_assert(!WireWritable<std::optional<Private<int>>>);
static_assert(!WireWritable<std::unique_ptr<const Private<int>>>);
static_assert(!WireWritable<std::vector<std::pair<std::string, SecretBytes>>>);
static_assert(!WireWritable<std::tuple<int, std::variant<int, Private<int>>>>);
static_assert(!WireWritable<std::array<Private<int>, 2>>);
static_assert(!WireWritable<std::span<const Private<int>>>);
static_assert(!WireWritable<const Private<int>*> && !WireWritable<Private<int>* const>);
static_assert(!WireWritable<OwnerView<int>[3]> && !WireWritable<OwnerView<int> (&)[3]>);
static_assert(!WireWritable<Released<Private<int>>>);

// What may be printed.
static_assert(Printable<int> && Printable<std::string> && Printable<SecretBytes>);
static_assert(!Printable<Private<int>> && !Printable<OwnerView<int>>);
static_assert(!Printable<std::vector<Private<int>>> && !Printable<StatusOr<Private<int>>>);
static_assert(!Printable<std::unique_ptr<Private<int>>> && !Printable<Private<int>*>);

// What may be copied, compared and converted.
static_assert(std::is_nothrow_move_constructible_v<Private<Table>>);
static_assert(!std::is_copy_constructible_v<Private<Table>>);
static_assert(!std::is_copy_assignable_v<Private<Table>> &&
              !std::is_move_assignable_v<Private<Table>>);
static_assert(!std::is_default_constructible_v<Private<int>>);
static_assert(!std::equality_comparable<Private<int>> && !std::totally_ordered<Private<int>>);
static_assert(!std::is_convertible_v<Private<int>, int>);
static_assert(!std::is_constructible_v<int, Private<int>>);
static_assert(!std::is_convertible_v<OwnerView<int>, int>);
static_assert(!std::is_convertible_v<int, OwnerView<int>>);

// Opening consumes.
static_assert(Openable<Private<int>> && !Openable<Private<int>&> && !Openable<const Private<int>>);

// Keys cannot be made here and cannot be widened.
static_assert(!std::is_default_constructible_v<EngineKey> && std::is_final_v<EngineKey>);
static_assert(!std::is_default_constructible_v<ReleaseKey> && std::is_final_v<ReleaseKey>);
static_assert(!std::is_default_constructible_v<LedgerKey> && std::is_final_v<LedgerKey>);
static_assert(!std::is_aggregate_v<EngineKey> && !std::is_aggregate_v<ReleaseKey> &&
              !std::is_aggregate_v<LedgerKey>);
static_assert(!std::is_constructible_v<Charge, std::string, PrivacyCost>);
static_assert(!std::is_copy_constructible_v<Charge> && !std::is_move_assignable_v<Charge>);

PrivacyCost SomeCost() {
  return *PrivacyCost::Create({{.kind = NoiseKind::kDiscreteLaplace, .sensitivity = 1}},
                              *Epsilon::Parse("1"), Delta::Zero());
}

Charge SomeCharge() { return {ledger::Ledger::Key(), "some-charge", SomeCost()}; }

TEST(ChargeTest, MovedFromChargeIsVoid) {
  Charge first = SomeCharge();
  const Charge second = std::move(first);
  EXPECT_EQ(second.id(), "some-charge");
  EXPECT_EQ(second.cost(), SomeCost());
  EXPECT_EQ(first.id(), "");  // NOLINT(bugprone-use-after-move)
}

TEST(PrivateTest, CarriesItsChargeAndGivesItsValueToTheKeyOnly) {
  Private<std::unique_ptr<int>> value(data::SourceEngine::Key(), std::make_unique<int>(7),
                                      SomeCharge());
  Private<std::unique_ptr<int>> moved = std::move(value);
  EXPECT_EQ(moved.charge().id(), "some-charge");
  EXPECT_EQ(value.charge().id(), "");  // NOLINT(bugprone-use-after-move)
  EXPECT_EQ(*std::move(moved).Open(release::NoiseStep::Key()), 7);
}

TEST(ReleasedTest, ShowsValueAndCost) {
  const Released<int> released(release::NoiseStep::Key(), 9, SomeCost());
  EXPECT_EQ(released.value(), 9);
  EXPECT_EQ(released.cost(), SomeCost());
}

TEST(OwnerViewTest, ShowsToTheOwnerByName) {
  EXPECT_EQ(OwnerView<std::string>("row 23,008").ShowToOwner(), "row 23,008");
}

}  // namespace
}  // namespace weir
