// SPDX-License-Identifier: Apache-2.0
#include "tests/release/release_fixture.h"

#include <utility>

#include <gmock/gmock.h>

#include "tests/support/status_matchers.h"
#include "weir/data/duckdb/parquet_reader.h"

namespace weir::test {

StatusOr<data::DatasetDescription> Describe(const std::string& yaml, const std::string& folder) {
  WEIR_ASSIGN_OR_RETURN(const doc::Document<v1::Dataset> document,
                        doc::ParseYaml<v1::Dataset>(yaml, "crashes.dataset.yaml"));
  return data::DatasetDescription::Create(document, folder);
}

StatusOr<release::ReleasePlan> PlanYaml(const data::DatasetDescription& dataset,
                                        const std::string& yaml) {
  WEIR_ASSIGN_OR_RETURN(const doc::Document<v1::ReleaseSpec> spec,
                        doc::ParseYaml<v1::ReleaseSpec>(yaml, "question.yaml"));
  return release::Plan(dataset, spec);
}

void ReleaseTest::SetUp() {
  WEIR_ASSERT_OK_AND_ASSIGN(data::DatasetDescription dataset, Describe(document_, folder_.path()));
  dataset_ = std::make_unique<data::DatasetDescription>(std::move(dataset));
  WEIR_ASSERT_OK_AND_ASSIGN(data::SourceEngine engine,
                            data::SourceEngine::Create({}, SystemRandom()));
  engine_ = std::make_unique<data::SourceEngine>(std::move(engine));
  store_ = std::make_unique<release::ReleaseStore>(Path("releases"), SystemFiles());
  Reopen();
  WEIR_ASSERT_OK(
      ledger_->Grant(dataset_->budget().account,
                     {.epsilon = dataset_->budget().epsilon, .delta = dataset_->budget().delta},
                     dataset_->unit()));
  std::string csv = "case_id,weekday,hour,severity,fatalities,cost,comment\n";
  for (int i = 0; i < 30; ++i) {
    csv += std::to_string(i) + "," + std::to_string(i % 7 + 1) + "," + std::to_string(i % 24) +
           ",minor,1,2.50,fine\n";
  }
  WriteCsv(csv);
}

void ReleaseTest::Reopen() {
  ledger_.reset();
  WEIR_ASSERT_OK_AND_ASSIGN(ledger_, ledger::Ledger::Open({.path = Path("ledger.db"), .vfs = {}},
                                                          clock_, SystemRandom(), SystemFiles()));
}

release::Door::Parts ReleaseTest::MakeParts(data::Engine& engine, RandomSource& random) {
  return {.engine = engine,
          .ledger = *ledger_,
          .store = *store_,
          .random = random,
          .signer = nullptr,
          .provider = {}};
}

void ReleaseTest::WriteCsv(const std::string& text) { WriteTextFile(Path("crashes.csv"), text); }

std::string ReleaseTest::Path(const std::string& name) const { return folder_.Path(name); }

void PaidReleaseTest::SetUp() {
  ReleaseTest::SetUp();
  WEIR_ASSERT_OK_AND_ASSIGN(release::ReleasePlan plan,
                            PlanYaml(dataset(),
                                     "dataset: d.yaml\nkeys: [weekday]\nmeasures: [rows]\n"
                                     "bounds: {max_keys_per_unit: 1, max_rows_per_key: 1}\n"
                                     "privacy: {epsilon: 1}\n"));
  plan_ = std::make_unique<release::ReleasePlan>(std::move(plan));
  WEIR_ASSERT_OK_AND_ASSIGN(const release::Door::Payment payment,
                            MakeDoor().Pay(dataset(), *plan_, {}));
  charge_ = payment.charge;
}

Status PaidReleaseTest::RunWith(const release::Door::Parts& parts) {
  return release::Door(parts).Run(dataset(), *plan_, charge_).status();
}

ledger::ChargeState PaidReleaseTest::state() { return ledger().Get(charge_)->state; }

StatusOr<release::ReleasePlan> NoiselessTest::PlanFor(const std::string& question,
                                                      const std::string& privacy) const {
  return PlanYaml(dataset(),
                  "dataset: " + dataset().id() + "\n" + question + "privacy: " + privacy + "\n");
}

data::PlainTable NoiselessTest::Run(const std::string& question) {
  const StatusOr<release::ReleasePlan> plan = PlanFor(question);
  EXPECT_THAT(plan, IsOk());
  release::Door door = MakeDoor();
  const release::Door::Payment payment = door.Pay(dataset(), *plan, {}).value();
  return data::ReadParquet(door.Run(dataset(), *plan, payment.charge).value().payload, {}).value();
}

}  // namespace weir::test
