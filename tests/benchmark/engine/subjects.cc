// SPDX-License-Identifier: Apache-2.0
#include "tests/benchmark/engine/subjects.h"

#include <filesystem>
#include <memory>
#include <utility>
#include <vector>

#include "tests/support/temporary_folder.h"
#include "tools/weir/context.h"
#include "tools/weir/local_release.h"
#include "weir/base/random.h"
#include "weir/data/duckdb/internal/file_rows.h"
#include "weir/data/internal/column_decoder.h"
#include "weir/data/internal/row_aggregate.h"
#include "weir/data/internal/source_answer.h"
#include "weir/doc/yaml_reader.h"
#include "weir/release/plan.h"

namespace weir::bench {
namespace {

constexpr char kDatasetName[] = "trips.dataset.yaml";
constexpr int kSmallRows = 1000;

data::DatasetDescription Describe(const std::string& path) {
  return OrFail(data::DatasetDescription::Create(
      OrFail(doc::ParseYaml<v1::Dataset>(DatasetYaml(path), kDatasetName)), "/"));
}

}  // namespace

Cost Aggregate(const std::string& path, const Question& question, const Setting& setting) {
  const data::DatasetDescription dataset = Describe(path);
  const release::ReleasePlan plan = OrFail(release::Plan(
      dataset, OrFail(doc::ParseYaml<v1::ReleaseSpec>(SpecYaml(kDatasetName, question), "spec"))));
  const data::EngineOptions options{.memory_limit_bytes = setting.memory_mebibytes * kMebibyte,
                                    .threads = kThreads,
                                    .temp_folder = setting.temp_folder};
  return CostOf([&] {
    OrFail(data::internal::AggregateSource(dataset, plan.query, options, SystemRandom()));
  });
}

Cost ScanOnly(const std::string& path) {
  const data::DatasetDescription dataset = Describe(path);
  std::vector<const data::ColumnDescription*> columns;
  for (const data::ColumnDescription& column : dataset.columns()) columns.push_back(&column);
  return CostOf([&] {
    data::internal::FileRows rows(std::get<data::FileSource>(dataset.source()), {});
    const data::internal::RowScan scan{.memory_bytes = 4096 * kMebibyte, .threads = kThreads};
    const Status status =
        data::internal::ScanRows(rows, columns, scan, [&](const data::Batch& batch) {
          // One set of decoders a thread, as the engine has.
          static thread_local std::vector<data::internal::ColumnDecoder> decoders;
          decoders.clear();
          for (const data::ColumnDescription* column : columns) decoders.emplace_back(*column);
          for (size_t i = 0; i < columns.size(); ++i) {
            decoders[i].Decode(batch.columns[i], batch.rows);
          }
          return OkStatus();
        });
    if (!status.ok()) Fail(MessageOf(status));
  });
}

SmallRelease::SmallRelease(std::string folder) : folder_(std::move(folder)) {
  std::string csv = "rider,zone,hour,mode,seconds,meters,fare,age\n";
  for (int i = 0; i < kSmallRows; ++i) {
    csv += "R-" + std::to_string(i % 300) + "," + std::to_string(i % 50) + "," +
           std::to_string(i % 24) + ",bike," + std::to_string(60 + i) + ",500,250,40\n";
  }
  test::WriteTextFile(folder_ + "/trips.csv", csv);
}

std::string SmallRelease::WriteDocuments() {
  const std::string folder = folder_ + "/" + std::to_string(++releases_);
  std::filesystem::create_directories(folder);
  test::WriteTextFile(folder + "/" + kDatasetName, DatasetYaml(folder_ + "/trips.csv"));
  test::WriteTextFile(folder + "/a.release.yaml", SpecYaml(kDatasetName, {}));
  return folder;
}

Cost SmallRelease::InProcess() {
  const std::string folder = WriteDocuments();
  return CostOf([&] {
    tool::Context context;
    context.quiet = true;
    const auto spec = OrFail(doc::ParseYaml<v1::ReleaseSpec>(
        OrFail(tool::ReadDocument(context.files(), folder + "/a.release.yaml")), "spec"));
    const auto release =
        OrFail(tool::LocalRelease::Prepare(context, folder + "/" + kDatasetName, spec));
    OrFail(release->Run());
  });
}

Cost SmallRelease::Command() {
  const std::string folder = WriteDocuments();
  return CostOfCommand(
      {WEIR_COMMAND, "release", folder + "/a.release.yaml", "-o", folder + "/out.csv", "-q"});
}

Cost VersionCommand() { return CostOfCommand({WEIR_COMMAND, "--version"}); }

}  // namespace weir::bench
