// SPDX-License-Identifier: Apache-2.0
#include "tests/statistical/release/panels.h"

#include <utility>

#include "weir/base/files.h"
#include "weir/base/random.h"
#include "weir/data/duckdb/parquet_writer.h"
#include "weir/doc/yaml_reader.h"
#include "weir/release/door.h"
#include "weir/release/noise_step.h"
#include "weir/release/store.h"

namespace weir::test {
namespace {

// 0, 1, ..., count - 1
std::string Numbers(uint32_t count) {
  std::string text;
  for (uint32_t i = 0; i < count; ++i) text += (i == 0 ? "" : ", ") + std::to_string(i);
  return text;
}

std::string DatasetYaml(const PanelShape& shape, const std::string& epoch) {
  return "dataset: panels\ntheme: transportation\nepoch: " + epoch +
         "\nsource: {csv: {path: panels.csv}}\nprivacy_unit: [person]\ncolumns:\n"
         "  person: {type: text}\n"
         "  high: {type: int, domain: {values: [" +
         Numbers(shape.high) + "]}}\n  low: {type: int, domain: {values: [" + Numbers(shape.low) +
         "]}}\n  cell: {type: int, missing: {as: own_key}, domain: {values: [" +
         Numbers(shape.cells) + "]}}\n  amount: {type: decimal, bounds: " + shape.amount +
         "}\nbudget: {epsilon: 1000000, delta: 0.5}\n";
}

std::string SpecYaml(const PanelShape& shape) {
  return "dataset: panels\nkeys: [high, low, cell]\nmeasures: " + shape.measures +
         "\nbounds: {max_keys_per_unit: " + std::to_string(shape.max_keys) +
         ", max_rows_per_key: " + std::to_string(shape.max_rows) + "}\nprivacy: " + shape.privacy +
         "\n";
}

std::string Csv(const PanelShape& shape, const std::vector<PanelRow>& rows) {
  std::string csv = "person,high,low,cell,amount\n";
  for (uint32_t high = 0; high < shape.high; ++high) {
    for (uint32_t low = 0; low < shape.low; ++low) {
      const std::string panel = std::to_string(high) + "," + std::to_string(low);
      for (const PanelRow& row : rows) {
        csv += row.person + "-" + std::to_string(high) + "-" + std::to_string(low) + "," + panel +
               "," + row.cell + "," + row.amount + "\n";
      }
    }
  }
  return csv;
}

template <class T>
T OrAbort(StatusOr<T> result) {
  WEIR_CHECK(result.ok());
  return *std::move(result);
}

ledger::DebitRequest DebitOf(const data::DatasetDescription& dataset,
                             const release::ReleasePlan& plan) {
  return {.account = dataset.budget().account,
          .unit = dataset.unit(),
          .plan = plan.text,
          .windows = {},
          .share = {},
          .share_budget = {},
          .cost = plan.cost};
}

}  // namespace

PanelRelease::PanelRelease(const PanelShape& shape, const std::vector<PanelRow>& rows,
                           uint64_t seed)
    : shape_(shape), engine_random_(seed), noise_random_(~seed) {
  WriteTextFile(folder_.Path("panels.csv"), Csv(shape, rows));
  dataset_ = std::make_unique<data::DatasetDescription>(Describe("first"));
  plan_ = std::make_unique<release::ReleasePlan>(MakePlan(*dataset_));
  engine_ =
      std::make_unique<data::DuckDbEngine>(OrAbort(data::DuckDbEngine::Create({}, engine_random_)));
  ledger_ = OrAbort(ledger::Ledger::Open({.path = folder_.Path("ledger.db"), .vfs = {}}, clock_,
                                         SystemRandom(), SystemFiles()));
  const data::AccountBudget& budget = dataset_->budget();
  WEIR_CHECK(ledger_
                 ->Grant(budget.account, {.epsilon = budget.epsilon, .delta = budget.delta},
                         dataset_->unit())
                 .ok());
}

data::DatasetDescription PanelRelease::Describe(const std::string& epoch) const {
  const auto document =
      OrAbort(doc::ParseYaml<v1::Dataset>(DatasetYaml(shape_, epoch), "panels.dataset.yaml"));
  return OrAbort(data::DatasetDescription::Create(document, folder_.path()));
}

release::ReleasePlan PanelRelease::MakePlan(const data::DatasetDescription& dataset) const {
  const auto spec =
      OrAbort(doc::ParseYaml<v1::ReleaseSpec>(SpecYaml(shape_), "panels.release.yaml"));
  return OrAbort(release::Plan(dataset, spec));
}

release::ReleaseTable PanelRelease::Run() {
  Charge charge = OrAbort(ledger_->Debit(DebitOf(*dataset_, *plan_)));
  Private<data::AggregateTable> table =
      OrAbort(engine_->Aggregate(*dataset_, plan_->query, std::move(charge)));
  return OrAbort(release::NoiseStep::AddNoise(*plan_, std::move(table), noise_random_)).value();
}

release::ReleaseTable PanelRelease::RunThroughDoor() {
  // An epoch of its own: the same question would be answered from the store.
  const data::DatasetDescription dataset = Describe("e" + std::to_string(epochs_++));
  const release::ReleasePlan plan = MakePlan(dataset);
  release::ReleaseStore store(folder_.Path("releases"), SystemFiles());
  release::Door door({.engine = *engine_,
                      .ledger = *ledger_,
                      .store = store,
                      .random = noise_random_,
                      .signer = nullptr,
                      .provider = {}});
  const release::Door::Payment payment = OrAbort(door.Pay(dataset, plan, {}));
  const release::StoredRelease stored = OrAbort(door.Run(dataset, plan, payment.charge));
  const data::PlainTable read = OrAbort(data::ReadParquet(stored.payload, {}));
  release::ReleaseTable table{
      .key_columns = plan.key_columns, .labels = {}, .rows = read.rows.size(), .measures = {}};
  for (size_t m = 0; m < plan.measures.size(); ++m) {
    release::ReleasedMeasure measure{.name = plan.measures[m].name,
                                     .grid = plan.measures[m].contribution.grid,
                                     .standard_error = 0,
                                     .half_width = 0,
                                     .values = {}};
    for (const auto& row : read.rows) {
      measure.values.push_back(std::get<int64_t>(row[plan.key_columns.size() + 3 * m]));
    }
    table.measures.push_back(std::move(measure));
  }
  return table;
}

}  // namespace weir::test
