// SPDX-License-Identifier: Apache-2.0
#ifndef WEIR_TESTS_STATISTICAL_RELEASE_NEIGHBOURS_H_
#define WEIR_TESTS_STATISTICAL_RELEASE_NEIGHBOURS_H_

#include <cstdint>
#include <functional>
#include <ostream>
#include <string>
#include <vector>

#include "tests/statistical/effort.h"
#include "tests/statistical/release/panels.h"
#include "weir/dp/audit.h"
#include "weir/release/plan.h"

namespace weir::test {

// Something that is done to a plan after what it declares is noted: a fault, or Nothing.
using Tamper = std::function<void(release::ReleasePlan&)>;
inline void Nothing(release::ReleasePlan&) {}

void ShrinkNoise(release::ReleasePlan& plan);  // 10 % too small
// The engine lets in more than the noise was made for: keys of a unit, its rows in a key, values.
Tamper LetInKeys(int64_t keys);
Tamper LetInRows(int64_t rows);
void LetInValues(release::ReleasePlan& plan);
void LetInAllWindows(release::ReleasePlan& plan);
// Noise for one measurement only: the first strategy row of running totals, the leaves of levels.
void ForgetStrategyRows(release::ReleasePlan& plan);
// Keys are shown one unit too early.
void LowerThreshold(release::ReleasePlan& plan);

inline constexpr Effort kAuditSamples = {.everyday = 60'000, .soak = 1'000'000};

inline constexpr double kGaussian = -1;

// Two tables that an adversary would choose.
struct Neighbours {
  std::string name;
  PanelShape shape;
  std::vector<PanelRow> without;
  std::vector<PanelRow> unit;  // stands first in the other table
  double seen;                 // how much of epsilon an audit sees at least
  Tamper fault;                // what must be found
  bool reversed = false;       // the table with the unit in reverse order
  double epsilon = 1;          // of the claim
  double delta = 0;            // kGaussian: that of the noise
  Effort samples = kAuditSamples;
};
inline void PrintTo(const Neighbours& neighbours, std::ostream* out) { *out << neighbours.name; }

// The delta at `epsilon` of the Gaussian noise that the plan pays for, all its numbers together: of
// the continuous law, which discrete noise of thousands of steps has to well below 1e-9.
// Source: Balle, Wang 2018, theorem 8, at the mean shift sqrt(sum of sensitivity / variance).
double GaussianDelta(const release::ReleasePlan& plan, double epsilon);

// The whole path from plan to release on both tables, the plan tampered with after it is made.
dp::AuditReport AuditPath(const Neighbours& neighbours, const Tamper& tamper);

std::vector<PanelRow> Repeat(const PanelRow& row, int times);
// Rows of one unit, of the highest amount, in the cells in turn.
std::vector<PanelRow> RowsInCells(int rows, int cells);

}  // namespace weir::test

#endif  // WEIR_TESTS_STATISTICAL_RELEASE_NEIGHBOURS_H_
