// SPDX-License-Identifier: Apache-2.0
#include "weir/release/internal/shares.h"

#include "weir/base/decimal.h"

namespace weir::release::internal {
namespace {

constexpr int64_t kShareUnits = 1'000'000'000'000;

}  // namespace

StatusOr<Epsilon> ShareOf(Epsilon epsilon, const std::string& text) {
  int64_t share = kShareUnits / 2;
  if (!text.empty()) {
    WEIR_ASSIGN_OR_RETURN(const Decimal decimal, ParseDecimal(text));
    const StatusOr<int128> units = ScaleDecimal(decimal, Epsilon::kDigits, Rounding::kDown);
    if (!units.ok() || *units <= 0 || *units >= kShareUnits) {
      return InvalidArgument("share must lie between 0 and 1, got %s", text.c_str());
    }
    share = static_cast<int64_t>(*units);
  }
  return Epsilon::FromUnits(static_cast<int64_t>(int128{epsilon.units()} * share / kShareUnits));
}

StatusOr<std::string> CanonicalShare(const std::string& text) {
  if (text.empty()) return std::string("0.5");
  WEIR_ASSIGN_OR_RETURN(const Decimal share, ParseDecimal(text));
  return FormatDecimal(share);
}

}  // namespace weir::release::internal
