// SPDX-License-Identifier: Apache-2.0
// The embedded engine against DuckDB's own exact answers, which protect nobody: the same file, in
// the same process, with two threads, runs taken in turns; CPU time, medians. A JSON list on
// stdout.
//
//     bench_engine [PART...]           50M rows and 7 runs; needs 5 GB on disk for generated files
//     bench_engine --quick [PART...]   2M rows and 3 runs
//     bench_engine --curves            one, two and three servers, for plot_engine.py
//
// Parts: small csv counting growth clickhouse; all of them without any.
#include <algorithm>
#include <array>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include "tests/benchmark/engine/clickhouse.h"
#include "tests/benchmark/engine/subjects.h"
#include "tests/benchmark/engine/trips_file.h"
#include "tests/benchmark/measure/cost.h"
#include "tests/benchmark/measure/figures.h"
#include "tests/support/temporary_folder.h"

namespace weir::bench {
namespace {

struct Size {
  uint64_t rows = 50'000'000;
  uint64_t few_rows = 10'000'000;
  uint64_t many_rows = 100'000'000;
  uint64_t csv_rows = 10'000'000;
  int runs = 7;
};
constexpr Size kQuick{.rows = 2'000'000,
                      .few_rows = 1'000'000,
                      .many_rows = 2'000'000,
                      .csv_rows = 1'000'000,
                      .runs = 3};

const Question kSixMeasures{
    .keys = "[zone, hour, mode]",
    .measures = "[rows, units, {sum: seconds}, {sum: meters}, {sum: fare}, {sum: age}]"};

std::string Millions(uint64_t rows) { return std::to_string(rows / 1'000'000) + "M"; }

// By zone, and by three keys.
void MeasureCounting(const Size& size, Figures& figures) {
  const std::string path = TripsFile(size.rows, TripsFormat::kParquet);
  const test::TemporaryFolder spill;
  const std::string from = FromParquet(path);
  Comparison runs;
  const size_t exact = runs.Add([&] {
    return CostOf(
        [&] { RunSql(path, "SELECT zone, count(DISTINCT rider)" + from + " GROUP BY zone"); });
  });
  const size_t bounded =
      runs.Add([&] { return Aggregate(path, {}, {.temp_folder = spill.path()}); });
  const size_t in_1024 = runs.Add(
      [&] { return Aggregate(path, {}, {.memory_mebibytes = 1024, .temp_folder = spill.path()}); });
  const size_t in_256 = runs.Add(
      [&] { return Aggregate(path, {}, {.memory_mebibytes = 256, .temp_folder = spill.path()}); });
  const size_t exact_six = runs.Add([&] {
    return CostOf([&] {
      RunSql(path,
             "SELECT zone, hour, mode, count(*), count(DISTINCT rider), sum(seconds), sum(meters), "
             "sum(fare), sum(age)" +
                 from + " GROUP BY zone, hour, mode");
    });
  });
  const size_t six =
      runs.Add([&] { return Aggregate(path, kSixMeasures, {.temp_folder = spill.path()}); });
  runs.Run(size.runs);
  const std::string of = ", " + Millions(size.rows) + " rows";
  const auto add = [&](const std::string& name, size_t subject, size_t baseline,
                       std::optional<double> target) {
    figures.push_back({.name = name + of,
                       .measured = runs.CpuMs(subject),
                       .unit = "CPU ms",
                       .baseline = runs.CpuMs(baseline),
                       .target = target,
                       .judged = Judged::kRatio});
  };
  add("rows, units, sum by zone", bounded, exact, 0.6);
  add("the same within 1 GiB", in_1024, exact, 1.0);
  add("the same within 256 MiB", in_256, exact, {});
  add("six measures by three keys", six, exact_six, 1.5);
  figures.push_back({.name = "rows, units, sum by zone" + of + ", wall",
                     .measured = runs.WallMs(bounded),
                     .unit = "ms",
                     .baseline = runs.WallMs(exact)});
}

// Nanoseconds of CPU a row, of many rows against few.
void MeasureGrowth(const Size& size, Figures& figures) {
  const std::array<uint64_t, 2> rows = {size.few_rows, size.many_rows};
  std::array<std::string, 2> paths;
  for (size_t i = 0; i < 2; ++i) paths[i] = TripsFile(rows[i], TripsFormat::kParquet);
  // What does not fit goes to disk: a hundred million rows do not fit half of 4 GiB.
  const test::TemporaryFolder spill;
  Comparison runs;
  for (const std::string& path : paths) {
    runs.Add([&] { return Aggregate(path, {}, {.temp_folder = spill.path()}); });
  }
  runs.Run(size.runs);
  const auto per_row = [&](size_t i) { return runs.CpuMs(i) * 1e6 / static_cast<double>(rows[i]); };
  figures.push_back(
      {.name = "cost of a row, " + Millions(rows[1]) + " against " + Millions(rows[0]),
       .measured = per_row(1),
       .unit = "CPU ns",
       .baseline = per_row(0),
       .target = 1.15,
       .judged = Judged::kRatio});
}

void MeasureCsv(const Size& size, Figures& figures) {
  const std::string path = TripsFile(size.csv_rows, TripsFormat::kCsv);
  Comparison runs;
  const size_t exact = runs.Add([&] {
    return CostOf([&] {
      RunSql(path,
             "SELECT count(rider), sum(zone), sum(hour), count(mode), sum(seconds), sum(meters), "
             "sum(fare), sum(age)" +
                 FromCsv(path));
    });
  });
  const size_t scan = runs.Add([&] { return ScanOnly(path); });
  const size_t bounded = runs.Add([&] { return Aggregate(path, {}, {}); });
  runs.Run(size.runs);
  const std::string of = ", " + Millions(size.csv_rows) + " rows of CSV";
  figures.push_back({.name = "reading" + of,
                     .measured = runs.CpuMs(scan),
                     .unit = "CPU ms",
                     .baseline = runs.CpuMs(exact),
                     .target = 1.2,
                     .judged = Judged::kRatio});
  figures.push_back({.name = "reading" + of + ", wall",
                     .measured = runs.WallMs(scan),
                     .unit = "ms",
                     .baseline = runs.WallMs(exact)});
  figures.push_back({.name = "rows, units, sum by zone" + of,
                     .measured = runs.CpuMs(bounded),
                     .unit = "CPU ms",
                     .baseline = runs.CpuMs(exact)});
}

void MeasureSmall(const Size& size, Figures& figures) {
  const test::TemporaryFolder folder;
  SmallRelease small(folder.path());
  small.InProcess();  // warm
  Comparison runs;
  const size_t warm = runs.Add([&] { return small.InProcess(); });
  const size_t command = runs.Add([&] { return small.Command(); });
  const size_t version = runs.Add(VersionCommand);
  runs.Run(size.runs);
  const auto add = [&](const char* name, size_t subject, double target) {
    figures.push_back(
        {.name = name, .measured = runs.CpuMs(subject), .unit = "CPU ms", .target = target});
  };
  add("release of 1,000 rows, warm process", warm, 25);
  add("release of 1,000 rows, command", command, 60);
  add("weir --version", version, 20);
}

void MeasureServers(const Size& size, Figures& figures) {
  MeasureClickHouse(size.csv_rows, size.runs, figures);
}

struct Part {
  std::string_view name;
  void (*measure)(const Size&, Figures&);
};
constexpr std::array<Part, 5> kParts = {{{"small", MeasureSmall},
                                         {"csv", MeasureCsv},
                                         {"counting", MeasureCounting},
                                         {"growth", MeasureGrowth},
                                         {"clickhouse", MeasureServers}}};

Figures Measure(const Size& size, const std::vector<std::string_view>& names) {
  const auto is_part = [](std::string_view name) {
    return std::any_of(kParts.begin(), kParts.end(),
                       [name](const Part& part) { return part.name == name; });
  };
  if (!std::all_of(names.begin(), names.end(), is_part)) {
    Fail("usage: bench_engine [--quick] [small|csv|counting|growth|clickhouse]...");
  }
  Figures figures;
  for (const Part& part : kParts) {
    const bool is_asked = std::find(names.begin(), names.end(), part.name) != names.end();
    if (names.empty() || is_asked) part.measure(size, figures);
  }
  return figures;
}

}  // namespace
}  // namespace weir::bench

int main(int argc, char** argv) {
  if (argc == 2 && std::string_view(argv[1]) == "--curves") {
    weir::bench::Curves curves;
    weir::bench::MeasureClickHouseCurves(2'000'000, 5, curves);
    weir::bench::Print(curves);
    return 0;
  }
  const bool is_quick = argc > 1 && std::string_view(argv[1]) == "--quick";
  const std::vector<std::string_view> parts(argv + (is_quick ? 2 : 1), argv + argc);
  unsetenv("WEIR_STATE");
  const auto size = is_quick ? weir::bench::kQuick : weir::bench::Size{};
  weir::bench::Print("engine", weir::bench::Measure(size, parts));
  return 0;
}
