// SPDX-License-Identifier: Apache-2.0
#include "weir/privacy/parameters.h"

#include <cmath>

namespace weir {
namespace {

constexpr int64_t kMaxEpsilonUnits = 1'000'000'000'000'000'000;  // 1e6
constexpr int64_t kOneDelta = 1'000'000'000'000'000'000;         // 1
constexpr char kEpsilonRule[] = "epsilon must be in [1e-12, 1e6]";
constexpr char kDeltaRule[] = "delta must be in [0, 1)";

// The integer nearest to value * 10^digits, exactly: a double is mantissa * 2^exponent, and the
// product with 10^18 fits into 128 bits. `value` in [0, 1e6] for 12 digits, [0, 1) for 18.
int128 NearestUnits(double value, int digits) {
  constexpr int kMantissaBits = 53;
  int exponent = 0;
  const double fraction = std::frexp(value, &exponent);
  auto scaled = static_cast<int128>(std::ldexp(fraction, kMantissaBits));
  for (int i = 0; i < digits; ++i) scaled *= 10;
  const int shift = kMantissaBits - exponent;
  if (shift > 126) return 0;
  const int128 half = int128{1} << (shift - 1);
  return (scaled + half) >> shift;
}

StatusOr<int64_t> ParseUnits(std::string_view text, int digits, int64_t limit, const char* rule) {
  const auto error = [text, digits, rule] {
    return InvalidArgument("%s with at most %d digits after the point, got %s", rule, digits,
                           QuoteText(text).c_str());
  };
  const StatusOr<Decimal> decimal = ParseDecimal(text);
  if (!decimal.ok()) return error();
  const StatusOr<int128> units = ScaleDecimal(*decimal, digits, Rounding::kExact);
  if (!units.ok() || *units < 0 || *units > limit) return error();
  return static_cast<int64_t>(*units);
}

Status CheckInteger(const char* what, int64_t value, int64_t largest) {
  if (value >= 1 && value <= largest) return OkStatus();
  return InvalidArgument("%s must be in [1, %lld], got %lld", what, static_cast<long long>(largest),
                         static_cast<long long>(value));
}

}  // namespace

StatusOr<Epsilon> Epsilon::Create(double value) {
  if (!(value >= 1e-12 && value <= 1e6)) {
    return InvalidArgument("%s, got %.17g", kEpsilonRule, value);
  }
  return FromUnits(static_cast<int64_t>(NearestUnits(value, kDigits)));
}

StatusOr<Epsilon> Epsilon::Parse(std::string_view text) {
  WEIR_ASSIGN_OR_RETURN(const int64_t units,
                        ParseUnits(text, kDigits, kMaxEpsilonUnits, kEpsilonRule));
  return FromUnits(units);
}

StatusOr<Epsilon> Epsilon::FromUnits(int64_t units) {
  if (units >= 1 && units <= kMaxEpsilonUnits) return Epsilon(units);
  return InvalidArgument("%s, got %s", kEpsilonRule,
                         FormatDecimal(MakeDecimal(units, kDigits)).c_str());
}

double Epsilon::value() const { return ToDouble(MakeDecimal(units_, kDigits)); }

std::string Epsilon::ToString() const { return FormatDecimal(MakeDecimal(units_, kDigits)); }

StatusOr<Delta> Delta::Create(double value) {
  const bool too_small = value > 0.0 && value < 1e-18;
  if (!(value >= 0.0 && value < 1.0) || too_small) {
    return InvalidArgument("%s and not between 0 and 1e-18, got %.17g", kDeltaRule, value);
  }
  return FromUnits(static_cast<int64_t>(NearestUnits(value, kDigits)));
}

StatusOr<Delta> Delta::Parse(std::string_view text) {
  if (text.empty()) return Zero();
  WEIR_ASSIGN_OR_RETURN(const int64_t units, ParseUnits(text, kDigits, kOneDelta - 1, kDeltaRule));
  return FromUnits(units);
}

StatusOr<Delta> Delta::FromUnits(int64_t units) {
  if (units >= 0 && units < kOneDelta) return Delta(units);
  return InvalidArgument("%s, got %lld units of 1e-18", kDeltaRule, static_cast<long long>(units));
}

double Delta::value() const { return ToDouble(MakeDecimal(units_, kDigits)); }

std::string Delta::ToString() const { return FormatDecimal(MakeDecimal(units_, kDigits)); }

StatusOr<Rho> Rho::Create(double value) {
  if (!(value >= 0.0 && std::isfinite(value))) {
    return InvalidArgument("rho must be finite and not negative, got %.17g", value);
  }
  return Rho(value + 0.0);  // makes -0.0 zero
}

StatusOr<L0Sensitivity> L0Sensitivity::Create(int64_t value) {
  WEIR_RETURN_IF_ERROR(CheckInteger("l0_sensitivity", value, (int64_t{1} << 31) - 1));
  return L0Sensitivity(value);
}

StatusOr<LInfSensitivity> LInfSensitivity::Create(int64_t value) {
  WEIR_RETURN_IF_ERROR(CheckInteger("linf_sensitivity", value, int64_t{1} << 62));
  return LInfSensitivity(value);
}

}  // namespace weir
