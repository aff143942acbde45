// SPDX-License-Identifier: Apache-2.0
#include <cmath>
#include <cstdint>
#include <memory>
#include <numbers>
#include <string>
#include <utility>
#include <vector>

#include "weir/anon/l_diversity.h"

namespace weir::anon {
namespace {

// psi of counts below is looked up.
constexpr uint64_t kTabled = 4096;

// G(n) for even n by psi(m + 1/2) + ln 2, m = n / 2, whose asymptotic series is good to 16 digits
// for m >= 50.
double GrassbergerOfLarge(uint64_t n) {
  const uint64_t half = n / 2;
  const auto m = static_cast<double>(half);
  const double square = 1.0 / (m * m);
  return std::log(2 * m) + square * (1.0 / 24 - square * (7.0 / 960 - square * (31.0 / 8064)));
}

double PsiOf(uint64_t n, EntropyEstimator estimator) {
  return estimator == EntropyEstimator::kShannon ? std::log(static_cast<double>(n))
                                                 : GrassbergerOfLarge(n);
}

// psi(n), which is ln or G, for n = 1 ... kTabled - 1; 0 at 0.
std::vector<double> MakeTable(EntropyEstimator estimator) {
  std::vector<double> table(kTabled, 0.0);
  double grassberger = -std::numbers::egamma - std::numbers::ln2;
  for (uint64_t n = 1; n < kTabled; ++n) {
    if (n % 2 == 0) grassberger += 2.0 / static_cast<double>(n - 1);
    table[n] = estimator == EntropyEstimator::kShannon ? PsiOf(n, estimator) : grassberger;
  }
  return table;
}

class EntropyModel final : public ClassModel {
 public:
  EntropyModel(const SensitiveAttribute& attribute, const Decimal& l, EntropyEstimator estimator)
      : place_(attribute.place),
        attribute_(attribute.name),
        l_text_(FormatDecimal(l)),
        log_l_(std::log(ToDouble(l))),
        least_values_(static_cast<uint64_t>(std::ceil(ToDouble(l)))),
        estimator_(estimator),
        table_(MakeTable(estimator)) {}

  // sum of n psi(n) <= N (psi(N) - ln l). The terms of Grassberger's estimator can be negative, so
  // that no part of the sum decides before all values are in it.
  bool Holds(const ClassView& view) const override {
    if (view.rows < least_values_) return false;
    const double room = static_cast<double>(view.rows) * (Psi(view.rows) - log_l_);
    double sum = 0;
    uint64_t values = 0;
    for (const uint64_t rows : view.sensitive[place_]) {
      if (rows == 0) continue;
      ++values;
      sum += static_cast<double>(rows) * Psi(rows);
    }
    return values >= least_values_ && sum <= room;
  }
  Merging merging() const override {
    return estimator_ == EntropyEstimator::kShannon ? Merging::kBothNeeded : Merging::kNothing;
  }
  std::string name() const override {
    return std::string(estimator_ == EntropyEstimator::kShannon ? "entropy " : "Grassberger ") +
           l_text_ + "-diversity of " + attribute_;
  }
  uint64_t least_rows() const override { return least_values_; }

 private:
  double Psi(uint64_t n) const { return n < kTabled ? table_[n] : PsiOf(n, estimator_); }

  size_t place_;
  std::string attribute_;
  std::string l_text_;
  double log_l_;
  uint64_t least_values_;
  EntropyEstimator estimator_;
  std::vector<double> table_;
};

}  // namespace

StatusOr<ClassModelPtr> MakeEntropyDiversity(const SensitiveAttribute& attribute, const Decimal& l,
                                             EntropyEstimator estimator) {
  if (Compare(l, MakeDecimal(1, 0)) < 0) {
    return InvalidArgument("l must be at least 1, got %s", FormatDecimal(l).c_str());
  }
  if (Compare(l, MakeDecimal(static_cast<int128>(attribute.values_in_use()), 0)) > 0) {
    return InvalidArgument("l must not be above the number of values of %s, got %s",
                           QuoteText(attribute.name).c_str(), FormatDecimal(l).c_str());
  }
  return std::make_shared<const EntropyModel>(attribute, l, estimator);
}

}  // namespace weir::anon
