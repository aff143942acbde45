// SPDX-License-Identifier: Apache-2.0
#ifndef WEIR_ANON_QUALITY_H_
#define WEIR_ANON_QUALITY_H_

#include <vector>

#include "weir/v1/recipe.pb.h"

namespace weir::anon {

// What "best" means.
struct QualityOptions {
  v1::QualityMeasure measure = v1::QUALITY_MEASURE_LOSS;
  // In [0, 1]; 0 weighs generalization only, 1 suppression only.
  double suppression_factor = 0.5;
  v1::QualityAggregate aggregate = v1::QUALITY_AGGREGATE_UNSPECIFIED;  // the measure's usual one
  bool ignore_suppression = false;
  // One an attribute, 0 or more; empty: 1 each. Only their ratios matter: each is divided by the
  // largest.
  std::vector<double> weights = {};
};

}  // namespace weir::anon

#endif  // WEIR_ANON_QUALITY_H_
