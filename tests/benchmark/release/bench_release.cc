// SPDX-License-Identifier: Apache-2.0
// CPU time of a bounded aggregation of ten million generated rows, against DuckDB's exact count of
// distinct units, which protects nobody. Both start from the Parquet file, in one process, in
// turns, with two threads; figures are medians of five, as a JSON list on stdout.
#include <algorithm>
#include <array>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "tests/support/temporary_folder.h"
#include "weir/base/random.h"
#include "weir/data/duckdb/internal/bounded_aggregate.h"
#include "weir/data/duckdb/internal/database.h"
#include "weir/doc/yaml_reader.h"

namespace weir::data {
namespace {

constexpr int kRuns = 5;
constexpr int kThreads = 2;
constexpr int kZones = 300;
constexpr uint64_t kMemoryBytes = uint64_t{4} << 30;

// About 650,000 riders, the busiest with a few thousand trips; zones are as uneven.
constexpr char kTrips[] =
    "SELECT 'R-' || lpad(CAST(CAST(floor(pow((hash(i) % 1000003) / 1000003.0, 2) * 900000) AS "
    "INTEGER) AS VARCHAR), 7, '0') AS rider, "
    "CAST(floor(pow((hash(i + 1000000007) % 1000003) / 1000003.0, 2) * 300) AS INTEGER) AS zone, "
    "CAST(60 + hash(i + 2000000011) % 5000 AS INTEGER) AS seconds "
    "FROM range(10000000) trips(i)";

template <class T>
T OrExit(StatusOr<T> result) {
  if (result.ok()) return *std::move(result);
  std::fprintf(stderr, "bench_release: %s\n", MessageOf(result.status()).c_str());
  std::exit(1);
}

double ProcessCpuMilliseconds() {
  timespec now{};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
  return 1e3 * static_cast<double>(now.tv_sec) + 1e-6 * static_cast<double>(now.tv_nsec);
}

double CpuOf(const std::function<void()>& work) {
  const double start = ProcessCpuMilliseconds();
  work();
  return ProcessCpuMilliseconds() - start;
}

double Median(std::array<double, kRuns> times) {
  std::nth_element(times.begin(), times.begin() + kRuns / 2, times.end());
  return times[kRuns / 2];
}

void RunSql(const std::string& path, const std::string& sql) {
  const auto database = OrExit(internal::Database::Open(
      {.memory_bytes = kMemoryBytes, .threads = kThreads, .allowed_path = path}));
  OrExit(database->Query(sql));
}

DatasetDescription Describe(const std::string& path) {
  const std::string yaml =
      "dataset: trips\ntheme: transportation\nsource: {parquet: {path: " + path +
      "}}\nprivacy_unit: [rider]\ncolumns:\n  rider: {type: text}\n"
      "  zone: {type: int}\n  seconds: {type: int, bounds: [0, 3600]}\n"
      "budget: {epsilon: 1}\n";
  const auto document = OrExit(doc::ParseYaml<v1::Dataset>(yaml, "trips.dataset.yaml"));
  return OrExit(DatasetDescription::Create(document, "/"));
}

AggregateQuery MakeQuery(bool with_sum) {
  AggregateQuery query{
      .keys = {{.column = "zone"}},
      .measures = {{.kind = ContributionKind::kRows}, {.kind = ContributionKind::kUnits}},
      .bounds = {.max_keys_per_unit = OrExit(L0Sensitivity::Create(4)),
                 .max_rows_per_key = OrExit(LInfSensitivity::Create(10))}};
  for (int zone = 0; zone < kZones; ++zone) {
    query.keys.front().values.push_back(std::to_string(zone));
  }
  if (with_sum) {
    query.measures.push_back(
        {.kind = ContributionKind::kSum, .column = "seconds", .lowest = 0, .highest = 3600});
  }
  return query;
}

struct Figure {
  std::string name;
  double measured_ms;
  double baseline_ms;
};

std::vector<Figure> MeasureAll() {
  const test::TemporaryFolder folder;
  const std::string path = folder.Path("trips.parquet");
  const std::string file = internal::QuoteLiteral(path);
  RunSql(path, std::string("COPY (") + kTrips + ") TO " + file + " (FORMAT parquet)");
  const DatasetDescription dataset = Describe(path);
  const DuckDbOptions options{.memory_limit_bytes = kMemoryBytes, .threads = kThreads};
  const auto bounded = [&](bool with_sum) {
    return CpuOf([&] {
      OrExit(internal::BoundedAggregate(dataset, MakeQuery(with_sum), options, SystemRandom()));
    });
  };
  std::array<double, kRuns> exact{};
  std::array<double, kRuns> counts{};
  std::array<double, kRuns> sums{};
  for (size_t run = 0; run < kRuns; ++run) {
    exact[run] = CpuOf([&] {
      RunSql(path,
             "SELECT zone, count(DISTINCT rider) FROM read_parquet(" + file + ") GROUP BY zone");
    });
    counts[run] = bounded(false);
    sums[run] = bounded(true);
  }
  return {{"rows_units_10M", Median(counts), Median(exact)},
          {"rows_units_sum_10M", Median(sums), Median(exact)}};
}

void Print(const std::vector<Figure>& figures) {
  std::printf("[\n");
  for (size_t i = 0; i < figures.size(); ++i) {
    const Figure& figure = figures[i];
    const double ratio = figure.measured_ms / figure.baseline_ms;
    std::printf(
        "  {\"group\": \"release\", \"name\": \"%s\", \"measured\": %.0f, \"unit\": \"CPU ms\", "
        "\"baseline\": %.0f, \"ratio\": %.3f, \"target\": 1.0, \"met\": %s}%s\n",
        figure.name.c_str(), figure.measured_ms, figure.baseline_ms, ratio,
        ratio <= 1.0 ? "true" : "false", i + 1 < figures.size() ? "," : "");
  }
  std::printf("]\n");
}

}  // namespace
}  // namespace weir::data

int main() {
  weir::data::Print(weir::data::MeasureAll());
  return 0;
}
