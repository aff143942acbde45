// SPDX-License-Identifier: Apache-2.0
#include "tests/statistical/release/panels.h"

#include <cstdlib>
#include <iostream>
#include <limits>
#include <map>
#include <optional>
#include <utility>
#include <variant>

#include "weir/base/files.h"
#include "weir/base/random.h"
#include "weir/data/duckdb/parquet_reader.h"
#include "weir/doc/yaml_reader.h"
#include "weir/release/door.h"
#include "weir/release/internal/answer.h"
#include "weir/release/store.h"

namespace weir::test {
namespace {

// 0, 1, ..., count - 1
std::string Numbers(uint32_t count) {
  std::string text;
  for (uint32_t i = 0; i < count; ++i) text += (i == 0 ? "" : ", ") + std::to_string(i);
  return text;
}

// Two cells a pair, and all of them.
std::string Pairs(uint32_t cells) {
  std::string pairs;
  std::string names;
  for (uint32_t cell = 0; cell < cells; cell += 2) {
    const std::string name = "p" + std::to_string(cell / 2);
    pairs += (cell == 0 ? "" : ", ") + name + ": [" + std::to_string(cell) + ", " +
             std::to_string(cell + 1) + "]";
    names += (cell == 0 ? "" : ", ") + name;
  }
  return "\n    hierarchy:\n      - {level: pair, groups: {" + pairs +
         "}}\n      - {level: whole, groups: {all: [" + names + "]}}\n";
}

std::string CellColumn(const PanelShape& shape) {
  const std::string values = "domain: {values: [" + Numbers(shape.cells) + "]}";
  if (shape.kind == PanelCells::kLevels) {
    return "  cell:\n    type: int\n    " + values + Pairs(shape.cells);
  }
  const bool has_domain = shape.kind == PanelCells::kDomain && shape.cells > 0;
  return "  cell: {type: int, missing: {as: own_key}" + (has_domain ? ", " + values : "") + "}\n";
}

std::string DatasetYaml(const PanelShape& shape, const std::string& epoch) {
  return "dataset: panels\ntheme: transportation\nepoch: " + epoch +
         "\nsource: {csv: {path: panels.csv}}\nprivacy_unit: [person]\ncolumns:\n"
         "  person: {type: text}\n"
         "  high: {type: int, domain: {values: [" +
         Numbers(shape.high) + "]}}\n  low: {type: int, domain: {values: [" + Numbers(shape.low) +
         "]}}\n" + CellColumn(shape) +
         "  day: {type: date}\n  amount: {type: decimal, bounds: " + shape.amount +
         "}\nbudget: {epsilon: 1000000, delta: 0.99}\n" +
         (shape.has_months ? "window: {column: day, per: month}\n" : "");
}

std::string CellKey(const PanelShape& shape) {
  if (shape.kind == PanelCells::kLevels) return "{column: cell, all_levels: true}";
  if (shape.kind != PanelCells::kDays) return "cell";
  return "{column: day, period: {per: day, first: 2025-01-01, last: 2025-01-0" +
         std::to_string(shape.cells) + "}}";
}

std::vector<std::string> Keys(const PanelShape& shape) {
  if (shape.cells == 0) return {"high", "low"};
  if (shape.kind == PanelCells::kOpen) return {"cell", "high", "low"};
  return {"high", "low", CellKey(shape)};
}

std::string SpecYaml(const PanelShape& shape) {
  std::string keys;
  for (const std::string& key : Keys(shape)) keys += (keys.empty() ? "" : ", ") + key;
  const std::string bounds = "{max_keys_per_unit: " + std::to_string(shape.max_keys) +
                             ", max_rows_per_key: " + std::to_string(shape.max_rows) + "}";
  return "dataset: panels\nkeys: [" + keys + "]\nmeasures: " + shape.measures +
         "\nbounds: " + (shape.bounds.empty() ? bounds : shape.bounds) +
         "\nprivacy: " + shape.privacy + "\n" + shape.choice + "\n";
}

std::string Csv(const PanelShape& shape, const std::vector<PanelRow>& rows) {
  std::string csv = "person,high,low,cell,day,amount\n";
  for (uint32_t high = 0; high < shape.high; ++high) {
    for (uint32_t low = 0; low < shape.low; ++low) {
      const std::string panel = std::to_string(high) + "," + std::to_string(low);
      for (const PanelRow& row : rows) {
        csv += row.person + "-" + std::to_string(high) + "-" + std::to_string(low) + "," + panel +
               "," + row.cell + "," + row.day + "," + row.amount + "\n";
      }
    }
  }
  return csv;
}

template <class T>
T OrAbort(StatusOr<T> result) {
  if (result.ok()) return *std::move(result);
  std::cerr << result.status() << "\n";
  std::abort();
}

ledger::DebitRequest DebitOf(const std::string& account, const data::DatasetDescription& dataset,
                             const release::ReleasePlan& plan) {
  return {.account = account,
          .unit = dataset.unit(),
          .plan = plan.text,
          .windows = plan.query.windows,
          .share = {},
          .share_budget = {},
          .cost = plan.cost};
}

// Where a row of the release belongs; nowhere: a node above the cells.
struct Place {
  uint64_t panel = 0;
  uint64_t cell = 0;
};
std::optional<Place> PlaceOf(const PanelShape& shape, const release::ReleaseTable& table,
                             uint64_t row) {
  Place place;
  for (size_t key = 0; key < table.key_columns.size(); ++key) {
    const std::string& name = table.key_columns[key].name;
    const std::optional<std::string>& label = table.Label(key, row);
    if (name == "cell_level") {
      if (label != "cell") return std::nullopt;
    } else if (name == "day") {
      place.cell = std::stoul(label->substr(label->size() - 2)) - 1;
    } else if (name == "cell") {
      place.cell = label.has_value() ? std::stoul(*label) : shape.cells;
    } else {
      place.panel += std::stoul(*label) * (name == "high" ? shape.low : 1);
    }
  }
  return place;
}

// Keys as the recipient of a file reads them.
void SetLabels(const data::PlainTable& read, release::ReleaseTable& table) {
  const size_t keys = table.key_columns.size();
  std::vector<std::map<std::optional<std::string>, uint32_t>> codes(keys);
  table.labels.resize(keys);
  for (const auto& row : read.rows) {
    for (size_t key = 0; key < keys; ++key) {
      std::optional<std::string> label;
      if (const auto* number = std::get_if<int64_t>(&row[key])) label = std::to_string(*number);
      const auto code = static_cast<uint32_t>(codes[key].size());
      const auto [entry, is_new] = codes[key].try_emplace(label, code);
      if (is_new) table.labels[key].push_back(label);
      table.codes.push_back(entry->second);
    }
  }
}

}  // namespace

PanelFigures::PanelFigures(const PanelShape& shape, const release::ReleaseTable& table)
    : cells_(shape.cells_of_panel()) {
  for (const release::ReleasedMeasure& measure : table.measures) {
    columns_ += measure.is_exact ? 1 : 3;
  }
  figures_.assign(shape.panels() * cells_ * columns_, std::numeric_limits<double>::quiet_NaN());
  for (uint64_t row = 0; row < table.rows; ++row) {
    const std::optional<Place> place = PlaceOf(shape, table, row);
    if (!place.has_value()) continue;
    double* figure = &figures_[(place->panel * cells_ + place->cell) * columns_];
    for (const release::ReleasedMeasure& measure : table.measures) {
      if (measure.is_exact) {
        *figure++ = static_cast<double>(measure.values[row]);
        continue;
      }
      const release::ReleasedMeasure::Real& real = measure.reals[row];
      for (const double value : {real.value, real.high - real.low, real.standard_error}) {
        *figure++ = value;
      }
    }
  }
}

PanelRelease::PanelRelease(const PanelShape& shape, const std::vector<PanelRow>& rows,
                           uint64_t seed)
    : shape_(shape), engine_random_(seed), noise_random_(~seed) {
  WriteTextFile(folder_.Path("panels.csv"), Csv(shape, rows));
  dataset_ = std::make_unique<data::DatasetDescription>(Describe("first"));
  plan_ = std::make_unique<release::ReleasePlan>(MakePlan(*dataset_));
  engine_ =
      std::make_unique<data::SourceEngine>(OrAbort(data::SourceEngine::Create({}, engine_random_)));
  ledger_ = OrAbort(ledger::Ledger::Open({.path = "/ledger.db", .vfs = vfs_.name()}, clock_,
                                         SystemRandom(), files_));
  Grant(dataset_->budget().account);
}

void PanelRelease::Grant(const std::string& account) {
  const data::AccountBudget& budget = dataset_->budget();
  WEIR_CHECK(
      ledger_->Grant(account, {.epsilon = budget.epsilon, .delta = budget.delta}, dataset_->unit())
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
  const std::string account = "run-" + std::to_string(runs_++);
  Grant(account);
  Charge charge = OrAbort(ledger_->Debit(DebitOf(account, *dataset_, *plan_)));
  return OrAbort(release::internal::Answer(*engine_, *dataset_, *plan_, std::move(charge),
                                           noise_random_))
      .value();
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
  release::ReleaseTable table;
  table.key_columns = plan.key_columns;
  table.rows = read.rows.size();
  SetLabels(read, table);
  for (size_t m = 0; m < plan.measures.size(); ++m) {
    release::ReleasedMeasure measure;
    measure.name = plan.measures[m].columns.front();
    for (const auto& row : read.rows) {
      measure.values.push_back(std::get<int64_t>(row[plan.key_columns.size() + 3 * m]));
    }
    table.measures.push_back(std::move(measure));
  }
  return table;
}

}  // namespace weir::test
