// SPDX-License-Identifier: Apache-2.0
// From a file to tuples: generated trips in Parquet (8 quasi-identifiers, units are riders) beside
// DuckDB's plain GROUP BY of the same columns over the same file, which counts no units; and adult
// from CSV to codes, to tuples, to an output file, and grouped again. CPU time of the process with
// all threads, medians in turns, as a JSON list on stdout.
//
// bench_anon_files [ROWS] makes so many trips (default 10,000,000; 100,000,000 take 4 GB of disk).
#include <cstdint>
#include <cstdlib>
#include <string>
#include <vector>

#include "tests/benchmark/measure/cost.h"
#include "tests/benchmark/measure/figures.h"
#include "tests/support/temporary_folder.h"
#include "weir/anon/internal/collapse_table.h"
#include "weir/anon/internal/write_rows.h"
#include "weir/anon/output_file.h"
#include "weir/base/random.h"
#include "weir/data/duckdb/internal/database.h"

namespace weir::bench {
namespace {

using anon::CollapsedTable;
using anon::CollapseRequest;
using anon::InputLocation;
using anon::OutputPlan;
using anon::ReadLimits;
using anon::ReadRequest;
using anon::internal::CodedTable;
using data::internal::Database;
using data::internal::QuoteLiteral;

constexpr uint64_t kMemoryBytes = uint64_t{3584} << 20;
constexpr unsigned kThreads = 2;
constexpr int64_t kHour = int64_t{3600} * 1'000'000;
constexpr double kTripsTarget = 3.0;

void RunSql(const std::string& path, const std::string& sql) {
  OrFail(OrFail(Database::Open({.memory_bytes = kMemoryBytes,
                                .threads = static_cast<int>(kThreads),
                                .allowed_path = path}))
             ->Query(sql));
}

// Places and riders are as uneven as real ones: squares of uniform numbers.
void WriteTrips(const std::string& path, uint64_t rows) {
  const auto uneven = [](const char* seed, const char* values) {
    return std::string("CAST(floor(pow((hash(i + ") + seed + ") % 1000003) / 1000003.0, 2) * " +
           values + ") AS INTEGER)";
  };
  RunSql(path,
         "COPY (SELECT 'region ' || " + uneven("1", "7") + " AS region, 'mode ' || " +
             uneven("2", "4") + " AS mode, TIMESTAMP '2025-01-01' + to_seconds(" +
             uneven("3", "31536000") + ") AS start_time, " + uneven("4", "400") +
             " AS start_zone, " + uneven("5", "400") + " AS end_zone, 16 + " + uneven("6", "70") +
             " AS age, CASE WHEN hash(i + 7) % 5 < 3 THEN 'member' ELSE "
             "'casual' END AS membership, 30 + " +
             uneven("8", "14000") + " AS seconds, 'R-' || lpad(CAST(" + uneven("9", "900000") +
             " AS VARCHAR), 7, '0') AS rider FROM range(" + std::to_string(rows) +
             ") trips(i)) TO " + QuoteLiteral(path) + " (FORMAT parquet)");
}

// Two sets of steps: one leaves nearly every trip alone, one makes a few hundred thousand tuples.
struct Steps {
  const char* name;
  int64_t hours;
  int64_t zones;
  int64_t ages;
};
constexpr Steps kSteps[] = {{"one tuple a trip", 1, 1, 1}, {"coarse steps", 24 * 31, 50, 10}};

void GroupBySql(const std::string& path, const Steps& steps) {
  const auto step = [](const char* column, int64_t width) {
    return std::string(column) + " // " + std::to_string(width);
  };
  RunSql(path, "SELECT count(*) FROM (SELECT region, mode, " +
                   step("epoch_us(start_time)", steps.hours * kHour) + " AS t, " +
                   step("start_zone", steps.zones) + " AS s, " + step("end_zone", steps.zones) +
                   " AS e, " + step("age", steps.ages) + " AS a, membership, " +
                   step("seconds", 600) + " AS d, count(*) FROM read_parquet(" +
                   QuoteLiteral(path) + ") GROUP BY ALL)");
}

CollapseRequest AllColumns(const CodedTable& table) {
  CollapseRequest request;
  for (const anon::CodedColumn& column : table.columns) {
    anon::CodeMap map{.column = column.name};
    for (uint32_t code = 0; code < column.values.size(); ++code) map.codes.push_back(code);
    request.quasi_identifiers.push_back(std::move(map));
  }
  return request;
}

size_t CollapseTrips(const std::string& path, const std::string& folder, const Steps& steps) {
  ReadRequest request;
  for (const char* const name :
       {"region", "mode", "start_time", "start_zone", "end_zone", "age", "membership", "seconds"}) {
    request.columns.push_back({.name = name});
  }
  const int64_t widths[] = {1, 1,  steps.hours * kHour, steps.zones, steps.zones, steps.ages,
                            1, 600};
  for (size_t i = 0; i < request.columns.size(); ++i) {
    request.columns[i].step = anon::ValueStep{.width = widths[i]};
  }
  request.unit = {"rider"};
  request.unit_cap = 5;
  const ReadLimits limits{.memory_bytes = kMemoryBytes,
                          .threads = kThreads,
                          .temp_folder = folder,
                          .holding = anon::Holding::kStreamed};
  const CodedTable table = OrFail(anon::internal::ReadTable(
      {.path = path, .format = v1::FILE_FORMAT_PARQUET}, request, limits, SystemRandom()));
  return OrFail(anon::internal::CollapseTable(table, AllColumns(table), nullptr)).table.tuples();
}

void MeasureTrips(uint64_t rows, Figures& figures) {
  const test::TemporaryFolder folder;
  const std::string path = folder.Path("trips.parquet");
  WriteTrips(path, rows);
  const int runs = rows > 20'000'000 ? 1 : 3;
  for (const Steps& steps : kSteps) {
    size_t tuples = 0;
    Comparison comparison;
    const size_t sql = comparison.Add([&] { return CostOf([&] { GroupBySql(path, steps); }); });
    const size_t ours = comparison.Add(
        [&] { return CostOf([&] { tuples = CollapseTrips(path, folder.path(), steps); }); });
    comparison.Run(runs);
    figures.push_back({.name = "collapse of " + std::to_string(rows) + " trips, " + steps.name +
                               " (" + std::to_string(tuples) + " tuples)",
                       .measured = comparison.CpuMs(ours),
                       .unit = "CPU ms",
                       .baseline = comparison.CpuMs(sql),
                       .target = kTripsTarget,
                       .judged = Judged::kRatio});
  }
}

// As it is done for a small file, one step after the other.
void MeasureAdult(Figures& figures) {
  constexpr int kRuns = 21;
  const test::TemporaryFolder folder;
  const InputLocation input{
      .path = std::string(WEIR_SOURCE_DIR) + "/tests/testdata/adult/adult.csv",
      .format = v1::FILE_FORMAT_CSV,
      .delimiter = ';'};
  const InputLocation output{.path = folder.Path("out.csv"), .format = v1::FILE_FORMAT_CSV};
  ReadRequest request;
  const std::vector<std::string> names = OrFail(anon::ReadColumnNames(input));
  for (const std::string& name : names) request.columns.push_back({.name = name});
  std::vector<std::vector<double>> costs(4);
  for (int run = 0; run < kRuns; ++run) {
    std::vector<CodedTable> table;
    std::vector<CollapsedTable> collapsed;
    costs[0].push_back(CostOf([&] {
                         table.push_back(
                             OrFail(anon::internal::ReadTable(input, request, {}, SystemRandom())));
                       }).cpu_ms);
    costs[1].push_back(CostOf([&] {
                         collapsed.push_back(OrFail(anon::internal::CollapseTable(
                             table[0], AllColumns(table[0]), nullptr)));
                       }).cpu_ms);
    OutputPlan plan{.suppressed = std::vector<bool>(collapsed[0].table.tuples())};
    for (const std::string& name : names) plan.columns.push_back({.name = name, .column = name});
    costs[2].push_back(CostOf([&] {
                         OrFail(anon::internal::WriteRows(table[0], collapsed[0], plan,
                                                          {.path = output.path, .replace = true},
                                                          {}, SystemRandom()));
                       }).cpu_ms);
    costs[3].push_back(CostOf([&] { OrFail(anon::GroupFile(output, names, "*", {})); }).cpu_ms);
  }
  const char* const steps[] = {"read and encode", "collapse", "shuffle and write", "group again"};
  for (size_t i = 0; i < costs.size(); ++i) {
    figures.push_back({.name = std::string("adult (30,162 rows): ") + steps[i],
                       .measured = Median(costs[i]),
                       .unit = "CPU ms"});
  }
}

}  // namespace
}  // namespace weir::bench

int main(int count, char** words) {
  weir::bench::Figures figures;
  weir::bench::MeasureAdult(figures);
  weir::bench::MeasureTrips(count > 1 ? std::strtoull(words[1], nullptr, 10) : 10'000'000, figures);
  weir::bench::Print("anon_files", figures);
  return 0;
}
