// SPDX-License-Identifier: Apache-2.0
#include "tests/simulation/simulated_rows.h"

#include <algorithm>
#include <cmath>

#include "weir/doc/yaml_reader.h"

namespace weir::simulation {
namespace {

constexpr double kMeanRows = 10;
constexpr double kMostRows = 2000;
constexpr int kOwnZones = 3;

// Uniform in [0, 1).
double Uniform(uint64_t unit, uint64_t number) {
  constexpr double kSteps = 9007199254740992;  // 2^53
  return static_cast<double>(Scatter(Scatter(unit) + number) >> 11) / kSteps;
}

int64_t SkewedZone(double u) { return static_cast<int64_t>(u * u * kZones); }

}  // namespace

// The finalizer of splitmix64: Steele, Lea, Flood, "Fast splittable pseudorandom number
// generators", OOPSLA 2014, section 5.
uint64_t Scatter(uint64_t number) {
  number += 0x9e3779b97f4a7c15;
  number = (number ^ (number >> 30)) * 0xbf58476d1ce4e5b9;
  number = (number ^ (number >> 27)) * 0x94d049bb133111eb;
  return number ^ (number >> 31);
}

std::vector<Row> RowsOf(int64_t unit) {
  const auto id = static_cast<uint64_t>(unit);
  // Pareto with exponent 2 and mean kMeanRows.
  const double pareto = kMeanRows / 2 / std::sqrt(1 - Uniform(id, 0));
  const auto count = static_cast<uint64_t>(std::min(kMostRows, std::round(pareto)));
  std::vector<Row> rows;
  rows.reserve(count);
  for (uint64_t i = 1; i <= count; ++i) {
    const bool is_own = Uniform(id, i * 4) < 0.5;
    const auto which = static_cast<uint64_t>(Uniform(id, i * 4 + 1) * kOwnZones);
    const double u = is_own ? Uniform(id, UINT64_MAX - which) : Uniform(id, i * 4 + 2);
    rows.push_back({.unit = unit,
                    .zone = SkewedZone(u),
                    .seconds = static_cast<int64_t>(Uniform(id, i * 4 + 3) * kMostSeconds)});
  }
  return rows;
}

StatusOr<data::DatasetDescription> DescribeRows() {
  std::string zones;
  for (int zone = 0; zone < kZones; ++zone) zones += (zone == 0 ? "" : ", ") + std::to_string(zone);
  WEIR_ASSIGN_OR_RETURN(
      const auto document,
      doc::ParseYaml<v1::Dataset>("dataset: simulated\ntheme: transportation\n"
                                  "source: {csv: {path: none.csv}}\nprivacy_unit: [unit]\n"
                                  "columns:\n  unit: {type: int}\n  zone: {type: int, domain: "
                                  "{values: [" +
                                      zones +
                                      "]}}\n  seconds: {type: int, bounds: [0, 3000]}\n"
                                      "budget: {epsilon: 1}\n",
                                  "simulated"));
  return data::DatasetDescription::Create(document, "/");
}

Status RowBatches::Add(const Row& row) {
  rows_.push_back(row);
  return rows_.size() < kBatchRows ? OkStatus() : Flush();
}

Status RowBatches::Flush() {
  std::vector<std::vector<int64_t>> columns(query_.columns.size());
  data::Batch batch{.rows = rows_.size(), .columns = {}, .faults = {}};
  for (size_t i = 0; i < columns.size(); ++i) {
    const std::string& name = query_.columns[i]->name;
    columns[i].reserve(rows_.size());
    for (const Row& row : rows_) {
      columns[i].push_back(name == "unit" ? row.unit : name == "zone" ? row.zone : row.seconds);
    }
    batch.columns.push_back(
        {.kind = data::CellKind::kInt64, .cells = columns[i].data(), .present = nullptr});
  }
  rows_.clear();
  return handler_(batch);
}

}  // namespace weir::simulation
