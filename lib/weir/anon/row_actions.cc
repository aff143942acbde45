// SPDX-License-Identifier: Apache-2.0
#include "weir/anon/row_actions.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdio>
#include <numeric>

#include "weir/anon/internal/date_label.h"
#include "weir/anon/internal/output_cells.h"
#include "weir/base/bytes.h"

namespace weir::anon {
namespace {

constexpr int kMostShareDigits = 18;
constexpr size_t kDateBytes = 10;

std::vector<size_t> RowsWithValue(std::span<const uint32_t> codes,
                                  std::optional<uint32_t> missing) {
  std::vector<size_t> rows;
  rows.reserve(codes.size());
  for (size_t i = 0; i < codes.size(); ++i) {
    if (!missing.has_value() || codes[i] != *missing) rows.push_back(i);
  }
  return rows;
}

// Which of n places are free, with the k-th free one in O(log n) (Fenwick 1994).
class FreePlaces {
 public:
  explicit FreePlaces(size_t size) : sums_(size + 1) {
    for (size_t i = 1; i <= size; ++i) sums_[i] = i & (~i + 1);
    while (top_ * 2 <= size) top_ *= 2;
  }
  // Free places before `place`.
  size_t CountBefore(size_t place) const {
    size_t count = 0;
    for (size_t i = place; i > 0; i &= i - 1) count += sums_[i];
    return count;
  }
  // The free place that has `rank` free ones before it.
  size_t Find(size_t rank) const {
    size_t at = 0;
    for (size_t step = top_; step > 0; step /= 2) {
      if (at + step >= sums_.size() || sums_[at + step] > rank) continue;
      at += step;
      rank -= sums_[at];
    }
    return at;
  }
  void Take(size_t place) {
    for (size_t i = place + 1; i < sums_.size(); i += i & (~i + 1)) --sums_[i];
  }

 private:
  std::vector<size_t> sums_;
  size_t top_ = 1;
};

// A number below 2 * days as a shift in [-days, days] without 0.
int64_t ShiftFrom(uint64_t below, uint32_t days) {
  const auto shift = static_cast<int64_t>(below) - static_cast<int64_t>(days);
  return shift >= 0 ? shift + 1 : shift;
}

// Groups of a sorted range, cut from both ends.
class MdavRange {
 public:
  MdavRange(std::span<const int128> sorted, std::span<const size_t> order,
            std::vector<uint32_t>& group_of)
      : sorted_(sorted), order_(order), group_of_(group_of), high_(sorted.size()) {
    for (const int128 value : sorted) sum_ += value;
  }

  void Cut(size_t k) {
    while (size() >= 3 * k) {
      const bool low_first = IsLowFarthest();
      TakeEnd(low_first, k);
      TakeEnd(!low_first, k);
    }
    if (size() >= 2 * k) TakeEnd(IsLowFarthest(), k);
    TakeEnd(true, size());
  }

 private:
  size_t size() const { return high_ - low_; }
  // Whether the lowest value is at least as far from the mean as the highest.
  bool IsLowFarthest() const {
    const auto count = static_cast<int128>(size());
    return sum_ - sorted_[low_] * count >= sorted_[high_ - 1] * count - sum_;
  }
  // The `count` values nearest to an end are those at this end.
  void TakeEnd(bool low, size_t count) {
    if (count == 0) return;
    for (size_t i = 0; i < count; ++i) {
      const size_t at = low ? low_++ : --high_;
      group_of_[order_[at]] = group_;
      sum_ -= sorted_[at];
    }
    ++group_;
  }

  std::span<const int128> sorted_;
  std::span<const size_t> order_;
  std::vector<uint32_t>& group_of_;
  size_t low_ = 0;
  size_t high_;
  int128 sum_ = 0;
  uint32_t group_ = 0;
};

int128 RoundedMean(std::span<const int128> values) {
  int128 sum = 0;
  for (const int128 value : values) sum += value;
  const auto count = static_cast<int128>(values.size());
  int128 quotient = sum / count;
  int128 rest = sum % count;
  if (rest < 0) {
    rest += count;
    --quotient;
  }
  const bool is_up = 2 * rest > count || (2 * rest == count && quotient % 2 != 0);
  return is_up ? quotient + 1 : quotient;
}

int128 ModeOf(std::span<const int128> sorted) {
  int128 best = sorted[0];
  size_t most = 0;
  for (size_t begin = 0; begin < sorted.size();) {
    size_t end = begin;
    while (end < sorted.size() && sorted[end] == sorted[begin]) ++end;
    if (end - begin > most) {
      most = end - begin;
      best = sorted[begin];
    }
    begin = end;
  }
  return best;
}

}  // namespace

StatusOr<RationalShare> ReadShare(const Decimal& share) {
  const int digits = std::max(0, -share.exponent);
  const bool inside = Compare(share, Decimal{0, 0}) >= 0 && Compare(share, Decimal{1, 0}) <= 0;
  if (!inside || digits > kMostShareDigits) {
    return InvalidArgument("a probability must be in [0, 1] with at most %d decimals, got %s",
                           kMostShareDigits, FormatDecimal(share).c_str());
  }
  WEIR_ASSIGN_OR_RETURN(const int128 numerator, ScaleDecimal(share, digits, Rounding::kExact));
  uint64_t denominator = 1;
  for (int i = 0; i < digits; ++i) denominator *= 10;
  return RationalShare{.numerator = static_cast<uint64_t>(numerator), .denominator = denominator};
}

void PostRandomize(std::vector<uint32_t>& codes, std::optional<uint32_t> missing,
                   RationalShare keep, RandomSource& random) {
  const std::vector<uint32_t> before = codes;
  const std::vector<size_t> rows = RowsWithValue(before, missing);
  for (const size_t row : rows) {
    if (internal::UniformBelow(random, keep.denominator) < keep.numerator) continue;
    codes[row] = before[rows[static_cast<size_t>(internal::UniformBelow(random, rows.size()))]];
  }
}

void RankSwap(std::vector<uint32_t>& codes, std::optional<uint32_t> missing,
              std::span<const uint32_t> rank_of_code, uint64_t window, RandomSource& random) {
  std::vector<size_t> rows = RowsWithValue(codes, missing);
  internal::Shuffle(rows, random);
  std::stable_sort(rows.begin(), rows.end(), [&](size_t a, size_t b) {
    return rank_of_code[codes[a]] < rank_of_code[codes[b]];
  });
  FreePlaces free(rows.size());
  std::vector<bool> swapped(rows.size());
  for (size_t i = 0; i < rows.size(); ++i) {
    if (swapped[i]) continue;
    free.Take(i);
    const size_t end = i + 1 + static_cast<size_t>(std::min<uint64_t>(window, rows.size() - i - 1));
    const size_t before = free.CountBefore(i + 1);
    const size_t choices = free.CountBefore(end) - before;
    if (choices == 0) continue;
    const size_t j =
        free.Find(before + static_cast<size_t>(internal::UniformBelow(random, choices)));
    free.Take(j);
    swapped[j] = true;
    std::swap(codes[rows[i]], codes[rows[j]]);
  }
}

int64_t DateShiftOf(const SecretBytes& key, std::string_view unit, uint32_t days) {
  const uint64_t choices = 2 * uint64_t{days};
  // Words of the last, incomplete round of residues are drawn again.
  const uint64_t excess = (0 - choices) % choices;
  const auto bytes = key.Bytes(DangerouslyRevealKey::Because("HMAC of a privacy unit"));
  for (uint8_t attempt = 0;; ++attempt) {
    const Sha256Digest digest =
        HmacSha256(bytes, std::string(1, static_cast<char>(attempt)) + std::string(unit));
    uint64_t word = 0;
    for (size_t i = 0; i < sizeof(word); ++i) word = (word << 8) | digest[i];
    // 256 failures in a row do not happen (below 2^-7000); the last word is taken as it is.
    if (word >= excess || attempt == 255) return ShiftFrom(word % choices, days);
  }
}

int64_t RandomDateShift(uint32_t days, RandomSource& random) {
  return ShiftFrom(internal::UniformBelow(random, 2 * uint64_t{days}), days);
}

std::optional<std::string> ShiftDate(std::string_view text, int64_t days) {
  if (text.size() < kDateBytes || !internal::ReadMinute(text).has_value()) return std::nullopt;
  const std::optional<int64_t> minute = internal::ReadMinute(text.substr(0, kDateBytes));
  if (!minute.has_value()) return std::nullopt;
  const std::chrono::sys_days day{std::chrono::days(*minute / internal::kMinutesPerDay + days)};
  // Midnight, so the division above is exact.
  const std::chrono::year_month_day date(day);
  const int year = static_cast<int>(date.year());
  if (year < 0 || year > 9999) return std::nullopt;
  std::array<char, 32> label{};
  static_cast<void>(std::snprintf(label.data(), label.size(), "%04d-%02u-%02u", year,
                                  static_cast<unsigned>(date.month()),
                                  static_cast<unsigned>(date.day())));
  return std::string(label.data()) + std::string(text.substr(kDateBytes));
}

std::vector<uint32_t> MdavGroups(std::span<const int128> values, size_t k) {
  WEIR_CHECK(k >= 1);
  std::vector<size_t> order(values.size());
  std::iota(order.begin(), order.end(), size_t{0});
  std::stable_sort(order.begin(), order.end(),
                   [&](size_t a, size_t b) { return values[a] < values[b]; });
  std::vector<int128> sorted;
  sorted.reserve(order.size());
  for (const size_t place : order) sorted.push_back(values[place]);
  std::vector<uint32_t> group_of(values.size());
  MdavRange(sorted, order, group_of).Cut(k);
  return group_of;
}

std::string AggregateOf(v1::AggregateFunction function, std::vector<int128> values, int decimals) {
  WEIR_CHECK(!values.empty());
  std::sort(values.begin(), values.end());
  const auto text = [decimals](int128 value) {
    return FormatDecimal(MakeDecimal(value, decimals));
  };
  switch (function) {
    case v1::AGGREGATE_FUNCTION_MEDIAN:
      return text(values[(values.size() - 1) / 2]);
    case v1::AGGREGATE_FUNCTION_MODE:
      return text(ModeOf(values));
    case v1::AGGREGATE_FUNCTION_RANGE:
      if (values.front() == values.back()) return text(values.front());
      return "[" + text(values.front()) + ", " + text(values.back()) + "]";
    default:
      return text(RoundedMean(values));
  }
}

}  // namespace weir::anon
