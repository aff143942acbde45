// SPDX-License-Identifier: Apache-2.0
#include "weir/anon/internal/ratio.h"

#include <numeric>
#include <string>

namespace weir::anon::internal {
namespace {

constexpr int kDecimals = 9;
constexpr uint64_t kScale = 1'000'000'000;

bool IsWithin(const Decimal& value, const LimitRange& range) {
  const int low = Compare(value, range.lowest);
  return (low > 0 || (low == 0 && range.is_lowest_allowed)) && Compare(value, range.highest) <= 0;
}

}  // namespace

StatusOr<Ratio> CheckedRatio(std::string_view what, const Decimal& value, const LimitRange& range) {
  const std::string name(what);
  if (!IsWithin(value, range)) {
    return InvalidArgument("%s must be in %s, got %s", name.c_str(),
                           std::string(range.text).c_str(), FormatDecimal(value).c_str());
  }
  const StatusOr<int128> scaled = ScaleDecimal(value, kDecimals, Rounding::kExact);
  if (!scaled.ok()) {
    return InvalidArgument("%s must have at most %d decimals, got %s", name.c_str(), kDecimals,
                           FormatDecimal(value).c_str());
  }
  const auto numerator = static_cast<uint64_t>(*scaled);
  const uint64_t common = std::gcd(numerator, kScale);
  return Ratio{.numerator = numerator / common, .denominator = kScale / common};
}

const LimitRange& PositiveShare() {
  static const LimitRange kRange{.text = "(0, 1]",
                                 .lowest = MakeDecimal(0, 0),
                                 .is_lowest_allowed = false,
                                 .highest = MakeDecimal(1, 0)};
  return kRange;
}

const LimitRange& AnyShare() {
  static const LimitRange kRange{.text = "[0, 1]",
                                 .lowest = MakeDecimal(0, 0),
                                 .is_lowest_allowed = true,
                                 .highest = MakeDecimal(1, 0)};
  return kRange;
}

const LimitRange& PositiveFactor() {
  static const LimitRange kRange{.text = "(0, 1000000]",
                                 .lowest = MakeDecimal(0, 0),
                                 .is_lowest_allowed = false,
                                 .highest = MakeDecimal(1'000'000, 0)};
  return kRange;
}

}  // namespace weir::anon::internal
