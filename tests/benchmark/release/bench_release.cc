// SPDX-License-Identifier: Apache-2.0
// A release of ten million generated rows against DuckDB's exact count of distinct units, which
// protects nobody. All start from the same Parquet file and use two threads; figures are medians of
// five, taken in turns, as a JSON list on stdout. Measured are
//   the engine       the bounded aggregation alone;
//   a local release  what `weir release` does from the two documents to the stored bytes: parsing,
//                    plan, a new ledger file, the charge, aggregation, noise, Parquet, manifest;
//   the command      the whole process, which also reads the file once more to check it.
#include <algorithm>
#include <array>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <functional>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>
#include <spawn.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/benchmark/release/trips.h"
#include "tests/support/temporary_folder.h"
#include "tools/weir/context.h"
#include "tools/weir/local_release.h"
#include "weir/base/random.h"
#include "weir/data/duckdb/parquet_reader.h"
#include "weir/data/internal/source_answer.h"
#include "weir/doc/yaml_reader.h"
#include "weir/release/plan.h"

namespace weir::benchmark {
namespace {

constexpr size_t kRuns = 5;
constexpr double kTargetRatio = 1.0;

struct Cost {
  double cpu_ms;
  double wall_ms;
};
using Costs = std::array<Cost, kRuns>;

double Milliseconds(const timeval& time) {
  return 1e3 * static_cast<double>(time.tv_sec) + 1e-3 * static_cast<double>(time.tv_usec);
}

// CPU time of this process with all its threads, or of the children that it has waited for.
double CpuMilliseconds(int who) {
  rusage usage{};
  getrusage(who, &usage);
  return Milliseconds(usage.ru_utime) + Milliseconds(usage.ru_stime);
}

Cost CostOf(const std::function<void()>& work, int who = RUSAGE_SELF) {
  const double cpu = CpuMilliseconds(who);
  const auto start = std::chrono::steady_clock::now();
  work();
  const std::chrono::duration<double, std::milli> wall = std::chrono::steady_clock::now() - start;
  return {.cpu_ms = CpuMilliseconds(who) - cpu, .wall_ms = wall.count()};
}

double Median(const Costs& costs, double Cost::*part) {
  std::array<double, kRuns> values{};
  for (size_t run = 0; run < kRuns; ++run) values[run] = costs[run].*part;
  std::nth_element(values.begin(), values.begin() + kRuns / 2, values.end());
  return values[kRuns / 2];
}

void RunCommand(std::vector<std::string> words) {
  std::vector<char*> arguments;
  arguments.reserve(words.size() + 1);
  for (std::string& word : words) arguments.push_back(word.data());
  arguments.push_back(nullptr);
  pid_t child = 0;
  int status = 0;
  if (posix_spawn(&child, arguments[0], nullptr, nullptr, arguments.data(), environ) != 0 ||
      waitpid(child, &status, 0) != child || status != 0) {
    Fail("cannot run " + words[0]);
  }
}

// The trips, and a steward's documents about them, in new folders: each release finds no ledger.
class Workplace {
 public:
  Workplace() : trips_(folder_.Path("trips.parquet")) { WriteTrips(trips_); }

  Cost CountDistinct() {
    return CostOf([this] { CountDistinctRiders(trips_); });
  }

  Cost Aggregate(Measures measures) {
    const data::DatasetDescription dataset = OrFail(data::DatasetDescription::Create(
        OrFail(doc::ParseYaml<v1::Dataset>(DatasetYaml(trips_), kDatasetName)), "/"));
    const release::ReleasePlan plan = OrFail(release::Plan(
        dataset, OrFail(doc::ParseYaml<v1::ReleaseSpec>(SpecYaml(measures), "spec"))));
    const data::EngineOptions options{.memory_limit_bytes = kMemoryBytes, .threads = kThreads};
    return CostOf([&] {
      OrFail(data::internal::AggregateSource(dataset, plan.query, options, SystemRandom()));
    });
  }

  Cost Release(Measures measures) {
    const std::string folder = WriteDocuments(measures);
    const std::string spec_path = folder + "/trips.release.yaml";
    std::string payload;
    const Cost cost = CostOf([&] {
      const tool::Context context;
      const auto spec = OrFail(doc::ParseYaml<v1::ReleaseSpec>(
          OrFail(tool::ReadDocument(context.files(), spec_path)), spec_path));
      const auto release =
          OrFail(tool::LocalRelease::Prepare(context, folder + "/" + spec.message.dataset(), spec));
      tool::LocalRelease::Result result = OrFail(release->Run());
      if (result.from_store) Fail("the release was answered from the store");
      payload = std::move(result.stored.payload);
    });
    if (OrFail(data::ReadParquet(payload, {})).rows.size() != kZones) Fail("rows are missing");
    return cost;
  }

  Cost Command(Measures measures) {
    const std::string folder = WriteDocuments(measures);
    return CostOf(
        [&] {
          RunCommand({WEIR_COMMAND, "release", folder + "/trips.release.yaml", "-o",
                      folder + "/out.csv", "-q"});
        },
        RUSAGE_CHILDREN);
  }

 private:
  std::string WriteDocuments(Measures measures) {
    const std::string folder = folder_.Path("release-" + std::to_string(++releases_));
    if (!SystemFiles().MakeFolder(folder).ok()) Fail("cannot make " + folder);
    test::WriteTextFile(folder + "/" + kDatasetName, DatasetYaml(trips_));
    test::WriteTextFile(folder + "/trips.release.yaml", SpecYaml(measures));
    return folder;
  }

  test::TemporaryFolder folder_;
  std::string trips_;
  int releases_ = 0;
};

enum class Target { kNone, kAsFastAsExact };

struct Subject {
  std::string name;
  std::function<Cost()> run;
  Target target;  // for CPU time
  Costs costs = {};
};

nlohmann::json Row(const std::string& name, const char* unit, double measured, double baseline,
                   Target target) {
  const double ratio = measured / baseline;
  nlohmann::json row = {{"group", "release"}, {"name", name},         {"measured", measured},
                        {"unit", unit},       {"baseline", baseline}, {"ratio", ratio},
                        {"target", nullptr},  {"met", nullptr}};
  if (target == Target::kAsFastAsExact) {
    row["target"] = kTargetRatio;
    row["met"] = ratio <= kTargetRatio;
  }
  return row;
}

std::vector<Subject> Subjects(Workplace& workplace) {
  std::vector<Subject> subjects;
  for (const Measures measures : {Measures::kRowsUnits, Measures::kRowsUnitsSum}) {
    const std::string what =
        measures == Measures::kRowsUnits ? ", rows and units" : ", rows, units and a sum";
    subjects.push_back({.name = "engine alone" + what,
                        .run = [&workplace, measures] { return workplace.Aggregate(measures); },
                        .target = Target::kAsFastAsExact});
    subjects.push_back({.name = "local release" + what,
                        .run = [&workplace, measures] { return workplace.Release(measures); },
                        .target = Target::kAsFastAsExact});
    subjects.push_back({.name = "command with its check" + what,
                        .run = [&workplace, measures] { return workplace.Command(measures); },
                        .target = Target::kNone});
  }
  return subjects;
}

nlohmann::json MeasureAll() {
  Workplace workplace;
  std::vector<Subject> subjects = Subjects(workplace);
  Costs exact = {};
  for (size_t run = 0; run < kRuns; ++run) {
    exact[run] = workplace.CountDistinct();
    for (Subject& subject : subjects) subject.costs[run] = subject.run();
  }
  nlohmann::json rows = nlohmann::json::array();
  for (const Subject& subject : subjects) {
    rows.push_back(Row(subject.name, "CPU ms", Median(subject.costs, &Cost::cpu_ms),
                       Median(exact, &Cost::cpu_ms), subject.target));
  }
  for (const Subject& subject : subjects) {
    rows.push_back(Row(subject.name + ", wall", "ms", Median(subject.costs, &Cost::wall_ms),
                       Median(exact, &Cost::wall_ms), Target::kNone));
  }
  return rows;
}

}  // namespace
}  // namespace weir::benchmark

int main() {
  unsetenv("WEIR_STATE");
  std::printf("%s\n", weir::benchmark::MeasureAll().dump(2).c_str());
  return 0;
}
