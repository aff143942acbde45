// SPDX-License-Identifier: Apache-2.0
// A release of ten million generated rows against DuckDB's exact count of distinct units, which
// protects nobody. All start from the same Parquet file and use two threads; figures are medians of
// five, taken in turns, as a JSON list on stdout. Measured are
//   the engine       the bounded aggregation alone;
//   a local release  what `weir release` does from the two documents to the stored bytes: parsing,
//                    plan, a new ledger file, the charge, aggregation, noise, Parquet, manifest;
//   the command      the whole process, which also reads the file once more to check it.
#include <cstdlib>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "tests/benchmark/measure/cost.h"
#include "tests/benchmark/measure/figures.h"
#include "tests/benchmark/release/trips.h"
#include "tests/support/temporary_folder.h"
#include "tools/weir/context.h"
#include "tools/weir/local_release.h"
#include "weir/base/random.h"
#include "weir/data/duckdb/parquet_reader.h"
#include "weir/data/internal/source_answer.h"
#include "weir/doc/yaml_reader.h"
#include "weir/release/plan.h"

namespace weir::bench {
namespace {

constexpr int kRuns = 5;
constexpr double kTargetRatio = 1.0;

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
    return CostOfCommand(
        {WEIR_COMMAND, "release", folder + "/trips.release.yaml", "-o", folder + "/out.csv", "-q"});
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
  size_t number = 0;
};

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

Figures MeasureAll() {
  Workplace workplace;
  std::vector<Subject> subjects = Subjects(workplace);
  Comparison comparison;
  const size_t exact = comparison.Add([&] { return workplace.CountDistinct(); });
  for (Subject& subject : subjects) subject.number = comparison.Add(subject.run);
  comparison.Run(kRuns);
  Figures figures;
  for (const Subject& subject : subjects) {
    Figure figure{.name = subject.name,
                  .measured = comparison.CpuMs(subject.number),
                  .unit = "CPU ms",
                  .baseline = comparison.CpuMs(exact),
                  .judged = Judged::kRatio};
    if (subject.target == Target::kAsFastAsExact) figure.target = kTargetRatio;
    figures.push_back(std::move(figure));
  }
  for (const Subject& subject : subjects) {
    figures.push_back({.name = subject.name + ", wall",
                       .measured = comparison.WallMs(subject.number),
                       .unit = "ms",
                       .baseline = comparison.WallMs(exact)});
  }
  return figures;
}

}  // namespace
}  // namespace weir::bench

int main() {
  unsetenv("WEIR_STATE");
  weir::bench::Print("release", weir::bench::MeasureAll());
  return 0;
}
