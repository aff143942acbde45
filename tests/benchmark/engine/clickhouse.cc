// SPDX-License-Identifier: Apache-2.0
#include "tests/benchmark/engine/clickhouse.h"

#include <array>
#include <fstream>
#include <memory>
#include <string>
#include <utility>

#include "tests/benchmark/engine/trips_file.h"
#include "tests/benchmark/measure/cost.h"
#include "tests/data/clickhouse/test_servers.h"
#include "weir/base/random.h"
#include "weir/data/internal/source_answer.h"
#include "weir/doc/yaml_reader.h"
#include "weir/release/plan.h"

namespace weir::bench {
namespace {

using data::test_clickhouse::TestServer;
using Servers = std::vector<std::unique_ptr<TestServer>>;

constexpr size_t kBatchBytes = size_t{32} << 20;
constexpr char kDatasetName[] = "trips.dataset.yaml";

Servers Start(size_t count) {
  Servers servers;
  for (size_t i = 0; i < count; ++i) {
    servers.push_back(std::make_unique<TestServer>());
    servers.back()->Run(
        "CREATE TABLE trips (rider String, zone Int32, hour Int32, mode String, seconds Int32, "
        "meters Int32, fare Nullable(Int32), age Int32) ENGINE = MergeTree ORDER BY tuple()");
  }
  return servers;
}

void Insert(const TestServer& server, std::string& lines) {
  if (!lines.empty()) server.Run("INSERT INTO trips FORMAT CSV\n" + lines);
  lines.clear();
}

// All rows of a rider on one server.
void Load(const std::string& path, const Servers& servers) {
  std::ifstream file(path);
  std::string line;
  std::getline(file, line);
  if (line != "rider,zone,hour,mode,seconds,meters,fare,age") Fail("other columns: " + line);
  std::vector<std::string> batches(servers.size());
  while (std::getline(file, line)) {
    const std::string rider = line.substr(0, line.find(','));
    const size_t at = std::hash<std::string>{}(rider) % servers.size();
    // An empty field of a number is no value.
    const size_t empty = line.find(",,");
    if (empty != std::string::npos) line.replace(empty, 2, ",\\N,");
    batches[at] += line + "\n";
    if (batches[at].size() >= kBatchBytes) Insert(*servers[at], batches[at]);
  }
  for (size_t i = 0; i < servers.size(); ++i) Insert(*servers[i], batches[i]);
}

// Of this process and the servers.
Cost CostWith(const Servers& servers, const std::function<void()>& work) {
  const auto of_servers = [&servers] {
    double all = 0;
    for (const auto& server : servers) all += static_cast<double>(server->CpuMillis());
    return all;
  };
  const double before = of_servers();
  Cost cost = CostOf(work);
  cost.cpu_ms += of_servers() - before;
  return cost;
}

std::string DatasetOf(const Servers& servers, bool by_servers) {
  std::string urls;
  for (const auto& server : servers) urls += (urls.empty() ? "\"" : ", \"") + server->url() + "\"";
  std::string yaml = DatasetYaml("/none.csv");
  const size_t source = yaml.find("source:");
  const size_t end = yaml.find('\n', source);
  return yaml.replace(source, end - source,
                      "source: {clickhouse: {urls: [" + urls +
                          "], database: default, table: trips" +
                          (by_servers ? ", sharding_key: [rider]" : "") + "}}");
}

Cost AskBounded(const Servers& servers, bool by_servers) {
  const data::DatasetDescription dataset = OrFail(data::DatasetDescription::Create(
      OrFail(doc::ParseYaml<v1::Dataset>(DatasetOf(servers, by_servers), kDatasetName)), "/"));
  const release::ReleasePlan plan = OrFail(release::Plan(
      dataset, OrFail(doc::ParseYaml<v1::ReleaseSpec>(SpecYaml(kDatasetName, {}), "spec"))));
  return CostWith(servers, [&] {
    OrFail(data::internal::AggregateSource(dataset, plan.query, {.threads = kThreads},
                                           SystemRandom()));
  });
}

Cost AskExact(const Servers& servers) {
  return CostWith(servers, [&servers] {
    for (const auto& server : servers) {
      server->Run("SELECT zone, count(), uniqExact(rider), sum(seconds) FROM trips GROUP BY zone");
    }
  });
}

}  // namespace

void MeasureClickHouse(uint64_t rows, int runs, Figures& figures) {
  const std::string path = TripsFile(rows, TripsFormat::kCsv);
  const Servers three = Start(3), one = Start(1);
  Load(path, three);
  Load(path, one);
  Comparison comparison;
  const size_t exact = comparison.Add([&] { return AskExact(three); });
  const size_t by_rows = comparison.Add([&] { return AskBounded(three, false); });
  const size_t by_servers = comparison.Add([&] { return AskBounded(three, true); });
  const size_t one_by_rows = comparison.Add([&] { return AskBounded(one, false); });
  const size_t one_by_servers = comparison.Add([&] { return AskBounded(one, true); });
  AskBounded(three, true);  // looks at the division once
  comparison.Run(runs);
  const std::string of = ", " + std::to_string(rows / 1'000'000) + "M rows";
  const auto add = [&](const std::string& name, size_t subject, size_t baseline,
                       std::optional<double> target) {
    figures.push_back({.name = name + of,
                       .measured = comparison.CpuMs(subject),
                       .unit = "CPU ms",
                       .baseline = comparison.CpuMs(baseline),
                       .target = target,
                       .judged = Judged::kRatio});
  };
  add("ClickHouse, rows read from three servers", by_rows, exact, 1.3);
  add("ClickHouse, bounded by three servers", by_servers, exact, 1.3);
  add("ClickHouse, rows: three servers against one", by_rows, one_by_rows, {});
  add("ClickHouse, bounded: three servers against one", by_servers, one_by_servers, {});
}

void MeasureClickHouseCurves(uint64_t rows, int runs, Curves& curves) {
  const std::string path = TripsFile(rows, TripsFormat::kCsv);
  struct Form {
    const char* name;
    Cost (*ask)(const Servers& servers);
  };
  const std::array<Form, 3> forms = {
      {{"uniqExact (no privacy)", AskExact},
       {"rows bounded here", [](const Servers& servers) { return AskBounded(servers, false); }},
       {"bounded by the servers",
        [](const Servers& servers) { return AskBounded(servers, true); }}}};
  std::vector<Curve> drawn;
  for (const Form& form : forms) {
    drawn.push_back({.plot = "clickhouse-servers", .name = form.name, .x = {}, .y = {}});
  }
  for (const size_t count : {1, 2, 3}) {
    const Servers servers = Start(count);
    Load(path, servers);
    AskBounded(servers, true);  // looks at the division once
    Comparison comparison;
    for (const Form& form : forms) comparison.Add([&servers, &form] { return form.ask(servers); });
    comparison.Run(runs);
    for (size_t i = 0; i < forms.size(); ++i) {
      drawn[i].x.push_back(static_cast<double>(count));
      drawn[i].y.push_back(comparison.CpuMs(i));
    }
  }
  curves.insert(curves.end(), drawn.begin(), drawn.end());
}

}  // namespace weir::bench
