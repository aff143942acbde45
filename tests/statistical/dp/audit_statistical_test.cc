// SPDX-License-Identifier: Apache-2.0
// The audit of every built-in mechanism: none shows more epsilon than it claims, and each of the
// copies that are broken on purpose does. Passing does not prove differential privacy.
#include <iostream>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "tests/statistical/dp/goodness_of_fit.h"
#include "tests/statistical/effort.h"
#include "tests/support/seeded_random.h"
#include "weir/dp/audit_cases.h"

namespace weir::dp {
namespace {

using test::kFalsePositiveRate;
using test::SeededRandom;

constexpr test::Effort kSamples = {.everyday = 500'000, .soak = 20'000'000};

class MechanismAuditTest : public ::testing::TestWithParam<size_t> {
 protected:
  static AuditReport Run(const AuditCase& audited) {
    SeededRandom random(test::StatisticalSeed(17));
    const AuditReport report =
        RunAuditCase(audited,
                     {.samples = kSamples.value(), .false_positive_rate = kFalsePositiveRate},
                     random)
            .value();
    std::cout << audited.name << ": claim " << audited.epsilon.value() << ", found "
              << report.epsilon << " by " << report.event << "\n";
    return report;
  }
};

TEST_P(MechanismAuditTest, ShowsNoMoreThanItsClaim) {
  const AuditCase audited = BuiltInAuditCases(AuditBuild::kShipped)[GetParam()];
  const AuditReport report = Run(audited);
  EXPECT_FALSE(report.Exceeds(audited.epsilon)) << report.event;
  // An audit that sees nothing would pass, too.
  EXPECT_GE(report.epsilon, audited.visible * audited.epsilon.value()) << report.event;
}

TEST_P(MechanismAuditTest, TheBrokenCopyIsFound) {
  const AuditCase audited = BuiltInAuditCases(AuditBuild::kBroken)[GetParam()];
  const AuditReport report = Run(audited);
  EXPECT_TRUE(report.Exceeds(audited.epsilon)) << audited.fault << ": " << report.event;
}

std::string CaseName(const ::testing::TestParamInfo<size_t>& row) {
  std::string name = BuiltInAuditCases(AuditBuild::kShipped)[row.param].name;
  for (char& letter : name) letter = letter == '/' ? '_' : letter;
  return name;
}
INSTANTIATE_TEST_SUITE_P(Mechanisms, MechanismAuditTest,
                         ::testing::Range<size_t>(0,
                                                  BuiltInAuditCases(AuditBuild::kShipped).size()),
                         CaseName);

}  // namespace
}  // namespace weir::dp
