// SPDX-License-Identifier: Apache-2.0
#ifndef WEIR_TESTS_STATISTICAL_RELEASE_PANEL_AUDIT_H_
#define WEIR_TESTS_STATISTICAL_RELEASE_PANEL_AUDIT_H_

#include <functional>

#include "tests/statistical/effort.h"
#include "tests/statistical/release/panels.h"
#include "weir/dp/audit.h"
#include "weir/privacy/parameters.h"
#include "weir/release/plan.h"
#include "weir/release/release_table.h"

namespace weir::test {

// One release of all panels.
using RunOnce = std::function<release::ReleaseTable()>;

// A release path on neighbouring panels.
struct Paths {
  PanelShape shape;
  release::ReleasePlan declared;
  RunOnce with_unit;
  RunOnce without_unit;
};

// AuditEpsilon over panels, at kFalsePositiveRate. The adversary knows all but the unit: what is
// there without it, and how far it moves each number on average, learnt from releases of their own.
// The statistics are the privacy loss of the noised numbers for that shift, their total in units of
// noise, the first figures of the first cell, the difference of the first two cells, which cells
// are shown, and where figures are correlated the sum of them that tells most. A row that is not
// shown is an output like others. Prints what it found.
dp::AuditReport AuditPaths(const Paths& paths, Delta delta, const Effort& samples);

}  // namespace weir::test

#endif  // WEIR_TESTS_STATISTICAL_RELEASE_PANEL_AUDIT_H_
