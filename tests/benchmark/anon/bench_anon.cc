// SPDX-License-Identifier: Apache-2.0
// CPU time of the search on adult, for each k-anonymity run of the reference results beside ARX's
// (warm JVM, median), and on adult resampled to a million rows, as a JSON list on stdout. A search
// is what follows once codes are in memory: collapse to tuples, bounds, grouping, result. Medians.
// The runs of the other models begin with the tuples.
//
// bench_anon TEXT measures only what has TEXT in its name; bench_anon --curves the cost of
// 5-anonymity against rows, distinct tuples and attributes, for plot_anon.py.
#include <algorithm>
#include <cstdio>
#include <optional>
#include <string>
#include <vector>

#include <malloc.h>
#include <nlohmann/json.hpp>

#include "tests/anon/adult_fixture.h"
#include "tests/anon/adult_runs.h"
#include "tests/anon/reference_models.h"
#include "tests/anon/reference_runs.h"
#include "tests/benchmark/anon/resampled.h"
#include "tests/benchmark/measure/cost.h"
#include "tests/benchmark/measure/figures.h"
#include "weir/anon/internal/collapse_table.h"
#include "weir/anon/search.h"

namespace weir::bench {
namespace {

using anon::SearchProblem;
using anon::SearchResult;

// ARX's figures on the resampled table, one cold run each, thread time of the call.
struct Cold {
  double limit;
  double arx_ms;
};
constexpr Cold kResampled[] = {{0.0, 1130}, {0.05, 6000}, {1.0, 6700}};
constexpr double kLeastSpeedUp = 10;
constexpr double kResampledTargetMs = 60;
constexpr size_t kRuns = 5;
constexpr size_t kMillion = 1'000'000;

struct Timed {
  double median = 0;
  double spread = 0;  // from the smallest to the largest
  SearchResult result = {};
};

template <class Run>
Timed Repeat(const Run& run) {
  std::vector<double> times;
  Timed timed;
  for (size_t repetition = 0; repetition <= kRuns; ++repetition) {
    const double start = ProcessCpuMs();
    const auto result = run();
    if (repetition > 0) times.push_back(ProcessCpuMs() - start);
    timed.result = OrFail(result);
  }
  const auto [least, most] = std::minmax_element(times.begin(), times.end());
  timed.spread = *most - *least;
  timed.median = Median(std::move(times));
  return timed;
}

// Codes by column, as they lie in memory before they are collapsed.
class Table {
 public:
  explicit Table(std::vector<std::vector<uint32_t>> codes) {
    table_.facts.rows = codes[0].size();
    table_.facts.records = codes[0].size();
    for (size_t a = 0; a < codes.size(); ++a) {
      const std::string& name = anon::test::Adult9()[a];
      const anon::Hierarchy& hierarchy = anon::test::AdultHierarchy(name);
      hierarchies_.push_back(&hierarchy);
      anon::CodedColumn column{.name = name, .codes = std::move(codes[a])};
      anon::CodeMap map{.column = name};
      for (uint32_t code = 0; code < hierarchy.size(0); ++code) {
        map.codes.push_back(column.values.Add(hierarchy.label(0, code)));
      }
      table_.columns.push_back(std::move(column));
      request_.quasi_identifiers.push_back(std::move(map));
    }
  }
  Timed Measure(SearchProblem problem) const {
    return Repeat([&] {
      const auto collapsed = anon::internal::CollapseTable(table_, request_, nullptr);
      if (!collapsed.ok()) return StatusOr<SearchResult>(collapsed.status());
      problem.table = &collapsed->table;
      problem.hierarchies = hierarchies_;
      return anon::Search(problem, {});
    });
  }
  size_t Tuples() const {
    return anon::internal::CollapseTable(table_, request_, nullptr)->table.tuples();
  }

 private:
  anon::internal::CodedTable table_;
  anon::CollapseRequest request_;
  std::vector<const anon::Hierarchy*> hierarchies_;
};

Figure FigureOf(const std::string& name, const Timed& timed, double baseline, double target_ms) {
  return {.name = name + ", " + std::to_string(timed.result.nodes_checked) + " checks",
          .measured = timed.median,
          .unit = "CPU ms",
          .baseline = baseline,
          .target = target_ms,
          .spread = timed.spread};
}

bool Contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

void MeasureReference(const std::string& only, Figures& figures) {
  const Table table(anon::test::CodeAdult(anon::test::AdultAll(), anon::test::Adult9()));
  const anon::test::AdultProblem adult = anon::test::LoadAdult({});
  for (const nlohmann::json& run : anon::test::KAnonymityRuns()) {
    const std::string id = run.at("id");
    if (!Contains(id, only)) continue;
    const double arx = run.at("anonymize_ms").at("cpu_median");
    const Timed timed = table.Measure(anon::test::KAnonymityProblem(run, adult));
    figures.push_back(FigureOf(id, timed, arx, arx / kLeastSpeedUp));
  }
}

void MeasureModels(const std::string& only, Figures& figures) {
  for (const anon::test::ReferenceRun& run : anon::test::ModelRuns()) {
    if (!Contains(run.id, only)) continue;
    const anon::test::ReferenceProblem reference = anon::test::LoadReference(run);
    const SearchProblem problem = anon::test::ProblemOf(run, reference);
    const Timed timed = Repeat([&] { return anon::Search(problem, {}); });
    figures.push_back(FigureOf(run.id, timed, run.cpu_ms, run.cpu_ms / kLeastSpeedUp));
  }
}

void MeasureResampled(const std::string& only, Figures& figures) {
  std::optional<Table> table;
  for (const Cold& cold : kResampled) {
    char name[80];
    std::snprintf(name, sizeof name, "adult to 1M rows|k:5|s=%g|Loss", cold.limit);
    if (!Contains(name, only)) continue;
    if (!table) {
      table.emplace(Resample(anon::test::CodeAdult(anon::test::AdultAll(), anon::test::Adult9()),
                             kMillion, 0.05));
    }
    SearchProblem problem;
    problem.k_anonymity = {{.k = 5}};
    problem.suppression_limit_rows =
        static_cast<uint64_t>(cold.limit * static_cast<double>(kMillion));
    figures.push_back(FigureOf(name, table->Measure(problem), cold.arx_ms, kResampledTargetMs));
  }
}

SearchProblem FiveAnonymity(double limit, size_t rows) {
  SearchProblem problem;
  problem.k_anonymity = {{.k = 5}};
  problem.suppression_limit_rows = static_cast<uint64_t>(limit * static_cast<double>(rows));
  return problem;
}

// Rows and tuples: adult resampled with a twentieth of the cells drawn anew. Attributes: the first
// few of adult as it is.
void MeasureCurves(Curves& curves) {
  const auto adult = anon::test::CodeAdult(anon::test::AdultAll(), anon::test::Adult9());
  for (const Cold& cold : kResampled) {
    char name[40];
    std::snprintf(name, sizeof name, "%g %% may be suppressed", 100 * cold.limit);
    Curve by_rows = {.plot = "search-rows", .name = name, .x = {}, .y = {}};
    Curve by_tuples = {.plot = "search-tuples", .name = name, .x = {}, .y = {}};
    for (const size_t rows : {10'000, 30'000, 100'000, 300'000, 1'000'000}) {
      const Table table(Resample(adult, rows, 0.05));
      const double ms = table.Measure(FiveAnonymity(cold.limit, rows)).median;
      by_rows.x.push_back(static_cast<double>(rows));
      by_rows.y.push_back(ms);
      by_tuples.x.push_back(static_cast<double>(table.Tuples()));
      by_tuples.y.push_back(ms);
    }
    Curve by_attributes = {.plot = "search-attributes", .name = name, .x = {}, .y = {}};
    for (size_t attributes = 3; attributes <= adult.size(); ++attributes) {
      const Table table({adult.begin(), adult.begin() + static_cast<ptrdiff_t>(attributes)});
      by_attributes.x.push_back(static_cast<double>(attributes));
      by_attributes.y.push_back(table.Measure(FiveAnonymity(cold.limit, adult[0].size())).median);
    }
    curves.insert(curves.end(), {by_rows, by_tuples, by_attributes});
  }
}

}  // namespace
}  // namespace weir::bench

int main(int argc, char** argv) {
  // As ARX is measured in a virtual machine that has run before, memory stays with the process
  // between runs; the first run of each is not counted.
  mallopt(M_MMAP_THRESHOLD, 1 << 30);
  mallopt(M_TRIM_THRESHOLD, 1 << 30);
  const std::string only = argc > 1 ? argv[1] : "";
  if (only == "--curves") {
    weir::bench::Curves curves;
    weir::bench::MeasureCurves(curves);
    weir::bench::Print(curves);
    return 0;
  }
  weir::bench::Figures figures;
  weir::bench::MeasureReference(only, figures);
  weir::bench::MeasureModels(only, figures);
  weir::bench::MeasureResampled(only, figures);
  weir::bench::Print("anon", figures);
  return 0;
}
