// SPDX-License-Identifier: Apache-2.0
// A release whose server is lost after the charge: nothing is released, and the same release runs
// again, at no further cost.
#include <chrono>
#include <string>
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/data/clickhouse/test_servers.h"
#include "tests/support/status_matchers.h"
#include "tests/support/temporary_folder.h"
#include "tools/weir/context.h"
#include "tools/weir/local_release.h"
#include "weir/doc/yaml_reader.h"

namespace weir::tool {
namespace {

using data::test_clickhouse::TestServer;
using test::StatusIs;

// The whole budget for one release.
StatusOr<LocalRelease::Result> Release(const Context& context, const std::string& document) {
  WEIR_ASSIGN_OR_RETURN(const auto spec,
                        doc::ParseYaml<v1::ReleaseSpec>("dataset: trips.dataset.yaml\n"
                                                        "measures: [rows]\n"
                                                        "bounds: {max_rows_per_key: 1}\n"
                                                        "privacy: {epsilon: 1}\n",
                                                        "rows.release.yaml"));
  WEIR_ASSIGN_OR_RETURN(const auto release, LocalRelease::Prepare(context, document, spec));
  return release->Run();
}

TEST(ClickHouseReleaseTest, AReleaseWhoseServerIsLostRunsAgainWithoutACharge) {
  TestServer server;
  server.Run(
      "CREATE VIEW trips AS SELECT toInt32(number) AS who FROM system.numbers WHERE "
      "sleep(0.2) = 0");
  const test::TemporaryFolder folder;
  const std::string document = folder.Path("trips.dataset.yaml");
  test::WriteTextFile(document,
                      "dataset: trips\ntheme: transportation\nsource: {clickhouse: {urls: [\"" +
                          server.url() +
                          "\"], database: default, table: trips, sharding_key: [who]}}\n"
                          "privacy_unit: [who]\ncolumns: {who: {type: int}}\n"
                          "budget: {epsilon: 1}\n");
  Context context;
  context.quiet = true;
  std::thread killer([&server] {
    for (int i = 0; i < 600; ++i) {
      const std::string running =
          server.Run("SELECT count() FROM system.processes WHERE query_id LIKE 'weir-%'");
      if (running != "0\n") break;
      std::this_thread::sleep_for(std::chrono::milliseconds(50));
    }
    server.Kill();
  });
  EXPECT_THAT(Release(context, document), StatusIs(StatusCode::kUnavailable));
  killer.join();
  EXPECT_THAT(Release(context, document), StatusIs(StatusCode::kUnavailable)) << "still down";

  server.Restart();
  server.Run("DROP TABLE trips");
  server.Run("CREATE TABLE trips (who Int32) ENGINE = Memory");
  server.Run("INSERT INTO trips SELECT number FROM numbers(1000)");
  WEIR_ASSERT_OK_AND_ASSIGN(const LocalRelease::Result result, Release(context, document));
  EXPECT_FALSE(result.from_store);
  WEIR_ASSERT_OK_AND_ASSIGN(const LocalRelease::Result again, Release(context, document));
  EXPECT_TRUE(again.from_store);
  EXPECT_EQ(again.charge, result.charge);
}

}  // namespace
}  // namespace weir::tool
