// SPDX-License-Identifier: Apache-2.0
#ifndef WEIR_DP_INTERNAL_AUDIT_EVENTS_H_
#define WEIR_DP_INTERNAL_AUDIT_EVENTS_H_

#include <array>
#include <cstddef>
#include <string>
#include <vector>

#include "weir/base/binomial_bounds.h"
#include "weir/dp/audit.h"

namespace weir::dp::internal {

// A set of values of one statistic that is likelier on one input than on the other.
struct AuditEvent {
  size_t statistic = 0;
  bool likelier_on_other = false;
  bool by_ratio = false;        // bound by the share of one side among all hits (delta 0 only)
  bool starts_inside = false;   // whether the smallest values belong to it
  std::vector<double> borders;  // ascending; at each, membership changes
  double promise = 0;           // the bound of epsilon to be expected

  bool Holds(double value) const;
  std::string ToString(const std::string& statistic_name) const;
};

// Hits of one event on the two inputs, the likelier one first.
struct AuditHits {
  Trials likelier;
  Trials rarer;
};

struct AuditTarget {
  double delta = 0;
  double samples = 0;  // a side, that the bound will rest on
  double risk = 0;     // of one event
};

// The event of one statistic and one direction that promises most. Half of the values put the bins
// in order, the other half chooses among unions of bins.
AuditEvent ChooseEvent(const std::array<std::vector<double>, 2>& training, bool likelier_on_other,
                       const AuditTarget& target);

// Exact lower bound of ln((p - delta) / q), wrong with probability at most `target.risk`.
double BoundEpsilon(const AuditHits& hits, bool by_ratio, const AuditTarget& target);

}  // namespace weir::dp::internal

#endif  // WEIR_DP_INTERNAL_AUDIT_EVENTS_H_
