// SPDX-License-Identifier: Apache-2.0
#ifndef WEIR_TESTS_RELEASE_RELEASE_FIXTURE_H_
#define WEIR_TESTS_RELEASE_RELEASE_FIXTURE_H_

#include <memory>
#include <string>
#include <utility>

#include <gtest/gtest.h>

#include "tests/support/fake_clock.h"
#include "tests/support/temporary_folder.h"
#include "weir/base/files.h"
#include "weir/base/random.h"
#include "weir/data/dataset.h"
#include "weir/data/plain_table.h"
#include "weir/data/source_engine.h"
#include "weir/doc/yaml_reader.h"
#include "weir/ledger/ledger.h"
#include "weir/release/door.h"
#include "weir/release/plan.h"
#include "weir/release/store.h"

namespace weir::test {

// The data set of the first example: 30 crashes, three on each weekday of a hand-written file.
inline constexpr char kCrashesDataset[] = R"(dataset: crashes
theme: transportation
source: {csv: {path: crashes.csv}}
privacy_unit: [case_id]
columns:
  case_id: {type: text}
  weekday: {type: int, domain: {values: [1, 2, 3, 4, 5, 6, 7]}}
  hour: {type: int, missing: {values: [99], as: drop}, bounds: [0, 23]}
  severity: {type: text, missing: {as: own_key}, domain: {values: [minor, serious]}}
  fatalities: {type: int, bounds: [0, 10]}
  cost: {type: decimal, bounds: [-5, 100], grid: 0.01}
  comment: {type: text}
budget: {epsilon: 4, delta: 1e-6}
)";

StatusOr<data::DatasetDescription> Describe(const std::string& yaml, const std::string& folder);
StatusOr<release::ReleasePlan> PlanYaml(const data::DatasetDescription& dataset,
                                        const std::string& yaml);

// A data set on disk with its ledger and the door before it.
class ReleaseTest : public ::testing::Test {
 protected:
  explicit ReleaseTest(std::string document = kCrashesDataset) : document_(std::move(document)) {}
  void SetUp() override;
  // Closes the ledger and opens it again, as after a restart.
  void Reopen();
  release::Door::Parts MakeParts() { return MakeParts(*engine_, SystemRandom()); }
  // With another engine or source of randomness.
  release::Door::Parts MakeParts(data::Engine& engine, RandomSource& random);
  release::Door MakeDoor() { return release::Door(MakeParts()); }
  void WriteCsv(const std::string& text);

  const data::DatasetDescription& dataset() const { return *dataset_; }
  ledger::Ledger& ledger() { return *ledger_; }
  release::ReleaseStore& store() { return *store_; }
  data::Engine& engine() { return *engine_; }
  Clock& clock() { return clock_; }
  std::string Path(const std::string& name) const;

 private:
  std::string document_;
  TemporaryFolder folder_;
  FakeClock clock_;
  std::unique_ptr<data::DatasetDescription> dataset_;
  std::unique_ptr<data::SourceEngine> engine_;
  std::unique_ptr<release::ReleaseStore> store_;
  std::unique_ptr<ledger::Ledger> ledger_;
};

// Rows by weekday, paid for and not yet run.
class PaidReleaseTest : public ReleaseTest {
 protected:
  void SetUp() override;
  Status RunWith(const release::Door::Parts& parts);
  Status Run() { return RunWith(MakeParts()); }
  ledger::ChargeState state();
  const release::ReleasePlan& plan() const { return *plan_; }

 private:
  std::unique_ptr<release::ReleasePlan> plan_;
  std::string charge_;
};

// With so much epsilon that the noise is nothing.
class NoiselessTest : public ReleaseTest {
 protected:
  using ReleaseTest::ReleaseTest;
  // `question`: the lines of a release document but those of its dataset and its privacy.
  StatusOr<release::ReleasePlan> PlanFor(
      const std::string& question,
      const std::string& privacy = "{epsilon: 100000, delta: 0.001}") const;
  // What is released, read from the payload.
  data::PlainTable Run(const std::string& question);
};

}  // namespace weir::test

#endif  // WEIR_TESTS_RELEASE_RELEASE_FIXTURE_H_
