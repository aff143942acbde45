// SPDX-License-Identifier: Apache-2.0
#ifndef WEIR_PRIVACY_PARAMETERS_H_
#define WEIR_PRIVACY_PARAMETERS_H_

#include <compare>
#include <cstdint>
#include <string>
#include <string_view>

#include "weir/base/decimal.h"
#include "weir/base/status.h"

namespace weir {

// Epsilon of differential privacy, exact: a whole number of 10^-12. Three releases of 0.1 fit a
// budget of 0.3, because nothing is ever rounded between the document and the ledger.
class Epsilon {
 public:
  static constexpr int kDigits = 12;
  // INVALID_ARGUMENT unless finite, in [1e-12, 1e6]; rounded to the nearest 1e-12.
  static StatusOr<Epsilon> Create(double value);
  // INVALID_ARGUMENT unless a decimal in [1e-12, 1e6] with at most 12 digits after the point.
  static StatusOr<Epsilon> Parse(std::string_view text);
  // From units of 10^-12; INVALID_ARGUMENT outside the same range.
  static StatusOr<Epsilon> FromUnits(int64_t units);

  int64_t units() const { return units_; }
  double value() const;
  std::string ToString() const;  // "0.1"
  friend auto operator<=>(Epsilon, Epsilon) = default;

 private:
  explicit Epsilon(int64_t units) : units_(units) {}
  int64_t units_;
};

// Delta of approximate differential privacy, exact: a whole number of 10^-18. Zero is pure.
class Delta {
 public:
  static constexpr int kDigits = 18;
  static Delta Zero() { return Delta(0); }
  // INVALID_ARGUMENT unless in [0, 1) and a multiple of 1e-18 (Parse) or nearest to one (Create);
  // a positive value below 1e-18 is refused, not rounded to zero.
  static StatusOr<Delta> Create(double value);
  static StatusOr<Delta> Parse(std::string_view text);  // "" is zero
  static StatusOr<Delta> FromUnits(int64_t units);

  bool is_zero() const { return units_ == 0; }
  int64_t units() const { return units_; }
  double value() const;
  std::string ToString() const;
  friend auto operator<=>(Delta, Delta) = default;

 private:
  explicit Delta(int64_t units) : units_(units) {}
  int64_t units_;
};

// Rho of zero-concentrated differential privacy. A double that was rounded up on its way here.
class Rho {
 public:
  static StatusOr<Rho> Create(double value);  // INVALID_ARGUMENT unless finite and >= 0
  double value() const { return value_; }
  friend auto operator<=>(Rho, Rho) = default;

 private:
  explicit Rho(double value) : value_(value) {}
  double value_;
};

// Partitions (key combinations) one privacy unit may touch: in [1, 2^31).
class L0Sensitivity {
 public:
  static StatusOr<L0Sensitivity> Create(int64_t value);
  int64_t value() const { return value_; }
  friend auto operator<=>(L0Sensitivity, L0Sensitivity) = default;

 private:
  explicit L0Sensitivity(int64_t value) : value_(value) {}
  int64_t value_;
};

// Most that one privacy unit can change one cell by, on the integer grid: in [1, 2^62].
class LInfSensitivity {
 public:
  static StatusOr<LInfSensitivity> Create(int64_t value);
  int64_t value() const { return value_; }
  friend auto operator<=>(LInfSensitivity, LInfSensitivity) = default;

 private:
  explicit LInfSensitivity(int64_t value) : value_(value) {}
  int64_t value_;
};

}  // namespace weir

#endif  // WEIR_PRIVACY_PARAMETERS_H_
