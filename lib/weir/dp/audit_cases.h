// SPDX-License-Identifier: Apache-2.0
#ifndef WEIR_DP_AUDIT_CASES_H_
#define WEIR_DP_AUDIT_CASES_H_

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "weir/base/random.h"
#include "weir/base/status.h"
#include "weir/dp/audit.h"
#include "weir/privacy/parameters.h"

namespace weir::dp {

// The built-in mechanisms, each on neighbouring inputs that show its whole loss: what `weir audit`
// and the statistical tests run. A new mechanism adds rows here.

enum class AuditBuild {
  kShipped,  // the mechanism as releases use it
  kBroken,   // with the row's fault, on purpose: an audit must find it
};

enum class AuditInput { kWithUnit, kWithoutUnit };

// One mechanism at one setting, and what it claims.
struct AuditCase {
  std::string name;   // "discrete_laplace/tiny": letters, digits, '_' and '/'
  std::string claim;  // what is run on what: "scale 1/2, one count, one unit more"
  std::string fault;  // what kBroken does wrong: "noise 10 % too small"
  Epsilon epsilon;
  Delta delta;
  std::vector<std::string> statistics;
  // `count` independent runs on one of the two inputs.
  std::function<StatusOr<AuditValues>(AuditInput input, size_t count, RandomSource& random)> draw;
  // Part of epsilon that an audit of kShipped finds at least, with half a million samples: whether
  // these inputs show the loss at all. 0: they show delta, which has no epsilon.
  double visible = 0.8;
  uint64_t slowness = 1;  // so many times fewer samples are drawn than asked for, at least 1000
};

// All rows. With kBroken claims and inputs are the same, the mechanisms are not.
std::vector<AuditCase> BuiltInAuditCases(AuditBuild build);

struct AuditCaseOptions {
  uint64_t samples = 1'000'000;  // divided by the row's slowness
  double false_positive_rate = 1e-9;
};

// AuditEpsilon of one row, all randomness from `random`.
// Errors: INVALID_ARGUMENT options out of range.
StatusOr<AuditReport> RunAuditCase(const AuditCase& audited, const AuditCaseOptions& options,
                                   RandomSource& random);

}  // namespace weir::dp

#endif  // WEIR_DP_AUDIT_CASES_H_
