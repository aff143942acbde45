// SPDX-License-Identifier: Apache-2.0
#ifndef WEIR_ANON_INTERNAL_ATTRIBUTE_DESIGN_H_
#define WEIR_ANON_INTERNAL_ATTRIBUTE_DESIGN_H_

#include <cmath>
#include <vector>

#include "weir/anon/internal/measure.h"
#include "weir/v1/recipe.pb.h"

namespace weir::anon::internal {

// Sums of other order or grouping differ by less than this, relatively.
inline constexpr double kRoundingSlack = 1e-12;

// What the labels of an attribute at one level cost.
struct Terms {
  double kept = 0;  // over all rows, none suppressed
  // By label: what a suppressed row costs more than one that is kept.
  std::vector<double> extra = {};
  double least_extra = 0;  // of the labels that occur
  double lowest = 0;       // over all rows, each at the cheaper of kept and suppressed
  // No label is cheaper suppressed than kept: then `lowest` is `kept`, here and at lower levels.
  bool is_kept_cheaper = true;
};

struct Scale {
  double offset = 0;
  double span = 1;
  bool round_before = false;
  bool round_after = false;
};

// Measures are stated to ten decimals, rounded down, as in ARX: else the order of summation would
// decide between values that are equal decimals. What lies below a decimal by less than the
// rounding of a sum counts as it: a column that is suppressed as a whole has lost 1, at all levels
// alike.
inline double RoundDown(double value) { return std::floor(value * 1e10 + 1e-4) / 1e10; }

// A measure whose score is put together from attributes.
struct Design {
  std::vector<std::vector<Terms>> terms = {};  // attribute, level
  std::vector<Scale> scales = {};              // attribute
  v1::QualityAggregate aggregate = v1::QUALITY_AGGREGATE_SUM;
  std::vector<double> weights = {};
  // Suppressed rows of an attribute cost, beside, this times the bits that their labels have.
  double suppressed_bits = 0;
};

Design MakeDesign(const MeasureInput& input);

}  // namespace weir::anon::internal

#endif  // WEIR_ANON_INTERNAL_ATTRIBUTE_DESIGN_H_
