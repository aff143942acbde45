// SPDX-License-Identifier: Apache-2.0
// From a file to tuples: generated trips in Parquet (8 quasi-identifiers, units are riders) beside
// DuckDB's plain GROUP BY of the same columns over the same file, which counts no units; and adult
// from CSV to codes, to tuples, to an output file, and grouped again. CPU time of the process with
// all threads, medians in turns, as a JSON list on stdout.
//
// bench_anon_files [ROWS] makes so many trips (default 10,000,000; 100,000,000 take 4 GB of disk).
#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include <nlohmann/json.hpp>
#include <sys/resource.h>

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

template <class T>
T OrFail(StatusOr<T> result) {
  if (result.ok()) return *std::move(result);
  std::fprintf(stderr, "benchmark: %s\n", MessageOf(result.status()).c_str());
  std::exit(1);
}

double CpuMs() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  const auto ms = [](const timeval& time) {
    return 1e3 * static_cast<double>(time.tv_sec) + 1e-3 * static_cast<double>(time.tv_usec);
  };
  return ms(usage.ru_utime) + ms(usage.ru_stime);
}

double CpuMsOf(const std::function<void()>& work) {
  const double before = CpuMs();
  work();
  return CpuMs() - before;
}

double Median(std::vector<double> values) {
  std::nth_element(values.begin(), values.begin() + static_cast<ptrdiff_t>(values.size() / 2),
                   values.end());
  return values[values.size() / 2];
}

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

nlohmann::json Row(const std::string& name, double measured, const nlohmann::json& baseline,
                   const nlohmann::json& target) {
  nlohmann::json row = {{"group", "anon_files"}, {"name", name},         {"measured", measured},
                        {"unit", "CPU ms"},      {"baseline", baseline}, {"ratio", nullptr},
                        {"target", target},      {"met", nullptr}};
  if (!baseline.is_null()) row["ratio"] = measured / baseline.get<double>();
  if (!target.is_null()) row["met"] = row["ratio"].get<double>() <= target.get<double>();
  return row;
}

void MeasureTrips(uint64_t rows, nlohmann::json& list) {
  const test::TemporaryFolder folder;
  const std::string path = folder.Path("trips.parquet");
  WriteTrips(path, rows);
  const int runs = rows > 20'000'000 ? 1 : 3;
  for (const Steps& steps : kSteps) {
    std::vector<double> sql;
    std::vector<double> ours;
    size_t tuples = 0;
    for (int run = 0; run < runs; ++run) {
      sql.push_back(CpuMsOf([&] { GroupBySql(path, steps); }));
      ours.push_back(CpuMsOf([&] { tuples = CollapseTrips(path, folder.path(), steps); }));
    }
    list.push_back(Row("collapse of " + std::to_string(rows) + " trips, " + steps.name + " (" +
                           std::to_string(tuples) + " tuples)",
                       Median(ours), Median(sql), kTripsTarget));
  }
}

// As it is done for a small file, one step after the other.
void MeasureAdult(nlohmann::json& list) {
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
    costs[0].push_back(CpuMsOf([&] {
      table.push_back(OrFail(anon::internal::ReadTable(input, request, {}, SystemRandom())));
    }));
    costs[1].push_back(CpuMsOf([&] {
      collapsed.push_back(
          OrFail(anon::internal::CollapseTable(table[0], AllColumns(table[0]), nullptr)));
    }));
    OutputPlan plan{.suppressed = std::vector<bool>(collapsed[0].table.tuples())};
    for (const std::string& name : names) plan.columns.push_back({.name = name, .column = name});
    costs[2].push_back(CpuMsOf([&] {
      OrFail(anon::internal::WriteRows(table[0], collapsed[0], plan,
                                       {.path = output.path, .replace = true}, {}, SystemRandom()));
    }));
    costs[3].push_back(CpuMsOf([&] { OrFail(anon::GroupFile(output, names, "*", {})); }));
  }
  const char* const steps[] = {"read and encode", "collapse", "shuffle and write", "group again"};
  for (size_t i = 0; i < costs.size(); ++i) {
    list.push_back(
        Row(std::string("adult (30,162 rows): ") + steps[i], Median(costs[i]), nullptr, nullptr));
  }
}

}  // namespace
}  // namespace weir::bench

int main(int count, char** words) {
  nlohmann::json list = nlohmann::json::array();
  weir::bench::MeasureAdult(list);
  weir::bench::MeasureTrips(count > 1 ? std::strtoull(words[1], nullptr, 10) : 10'000'000, list);
  std::printf("%s\n", list.dump(2).c_str());
  return 0;
}
