// SPDX-License-Identifier: Apache-2.0
// The owner of a run can end it at every stage, and sees how far it is.
#include "weir/data/run_control.h"

#include <atomic>
#include <chrono>
#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "tests/data/data_fixture.h"
#include "tests/support/seeded_random.h"
#include "tests/support/status_matchers.h"
#include "weir/data/duckdb/internal/database.h"
#include "weir/data/duckdb/internal/query_interrupter.h"
#include "weir/data/internal/source_answer.h"

namespace weir::data {
namespace {

using test::IsOk;
using test::StatusIs;

constexpr int kRows = 20'000;
constexpr RunControl::Clock::time_point kPast{};

// Remembers the largest share of each stage; stops at the first word of one.
class Watcher {
 public:
  RunControl Control() {
    return {.stop = source_.get_token(),
            .progress = [this](RunStage stage, double share) { Take(stage, share); }};
  }
  void StopAt(RunStage stage) { stop_at_ = stage; }
  bool Saw(RunStage stage) const { return shares_.contains(stage); }
  double ShareOf(RunStage stage) const { return shares_.at(stage); }

 private:
  void Take(RunStage stage, double share) {
    const std::lock_guard lock(mutex_);
    EXPECT_GE(share, 0);
    EXPECT_LE(share, 1);
    shares_[stage] = std::max(shares_[stage], share);
    if (stop_at_ == stage) source_.request_stop();
  }

  std::stop_source source_;
  std::optional<RunStage> stop_at_;
  std::mutex mutex_;
  std::map<RunStage, double> shares_;
};

class RunControlTest : public ::testing::TestWithParam<const char*> {
 protected:
  RunControlTest() {
    dataset_.Unit({"who"});
    dataset_.Column("who", v1::COLUMN_TYPE_INT);
    dataset_.Column("zone", v1::COLUMN_TYPE_INT);
    TextTable table{.columns = {"who", "zone"}, .rows = {}};
    for (int i = 0; i < kRows; ++i) {
      table.rows.push_back({std::to_string(i % 700), std::to_string(i % 13)});
    }
    if (GetParam() == std::string("csv")) {
      dataset_.WriteCsv(ToCsv(table));
    } else if (GetParam() == std::string("json")) {
      dataset_.WriteJson(ToJsonLines(table));
    } else {
      dataset_.WriteParquet(table);
    }
  }

  StatusOr<AggregateTable> Aggregate(const RunControl& control) {
    test::SeededRandom random(1);
    const AggregateQuery query{.keys = {{.column = "zone", .open = true}},
                               .measures = {Rows(), Units()},
                               .bounds = Bounds(2, 5)};
    return internal::AggregateSource(dataset_.Description(), query, {.control = control}, random);
  }
  StatusOr<SourceReport> Check(const RunControl& control) {
    test::SeededRandom random(1);
    return internal::CheckSource(dataset_.Description(), {.control = control}, random);
  }

  TestDataset dataset_;
};

TEST_P(RunControlTest, ProgressOfAWholeRunReachesTheEndOfEachStage) {
  Watcher watcher;
  EXPECT_THAT(Aggregate(watcher.Control()), IsOk());
  for (const RunStage stage : {RunStage::kReading, RunStage::kAddingUp, RunStage::kNaming}) {
    EXPECT_GE(watcher.ShareOf(stage), 0.99);
  }
  EXPECT_FALSE(watcher.Saw(RunStage::kChecking));
  EXPECT_THAT(Check(watcher.Control()), IsOk());
  EXPECT_GE(watcher.ShareOf(RunStage::kChecking), 0.99);
}

TEST_P(RunControlTest, AControlThatEndsNothingChangesNothing) {
  Watcher watcher;
  RunControl control = watcher.Control();
  control.deadline = RunControl::Clock::time_point::max();
  WEIR_ASSERT_OK_AND_ASSIGN(const AggregateTable watched, Aggregate(control));
  WEIR_ASSERT_OK_AND_ASSIGN(const AggregateTable alone, Aggregate({}));
  EXPECT_EQ(watched.values, alone.values);
}

TEST_P(RunControlTest, AStopEndsEveryStage) {
  for (const RunStage stage : {RunStage::kReading, RunStage::kAddingUp, RunStage::kNaming}) {
    Watcher watcher;
    watcher.StopAt(stage);
    EXPECT_THAT(Aggregate(watcher.Control()), StatusIs(StatusCode::kCancelled));
    EXPECT_EQ(watcher.Saw(RunStage::kNaming), stage == RunStage::kNaming);
    EXPECT_EQ(watcher.Saw(RunStage::kAddingUp), stage != RunStage::kReading);
  }
  for (const RunStage stage : {RunStage::kChecking, RunStage::kReading, RunStage::kAddingUp}) {
    Watcher watcher;
    watcher.StopAt(stage);
    EXPECT_THAT(Check(watcher.Control()), StatusIs(StatusCode::kCancelled));
  }
}

TEST_P(RunControlTest, NothingStartsAfterAStop) {
  std::stop_source source;
  source.request_stop();
  bool has_begun = false;
  const RunControl control{.stop = source.get_token(),
                           .progress = [&has_begun](RunStage, double) { has_begun = true; }};
  EXPECT_THAT(Aggregate(control), StatusIs(StatusCode::kCancelled));
  EXPECT_THAT(Check(control), StatusIs(StatusCode::kCancelled));
  EXPECT_FALSE(has_begun);
}

TEST_P(RunControlTest, ADeadlineEndsARun) {
  EXPECT_THAT(Aggregate({.deadline = kPast}), StatusIs(StatusCode::kDeadlineExceeded));
  EXPECT_THAT(Check({.deadline = kPast}), StatusIs(StatusCode::kDeadlineExceeded));
}

TEST_P(RunControlTest, TheTimeLimitOfAnEngineIsOfEachCall) {
  bool is_slow = true;
  EngineOptions options{.time_limit = std::chrono::milliseconds(60'000)};
  const auto check = [&] {
    auto engine = SourceEngine::Create(options, SystemRandom());
    return engine->Check(dataset_.Description()).status();
  };
  EXPECT_THAT(check(), IsOk());
  options.time_limit = std::chrono::milliseconds(1);
  options.control.progress = [&is_slow](RunStage, double) {
    if (is_slow) std::this_thread::sleep_for(std::chrono::milliseconds(2));
  };
  EXPECT_THAT(check(), StatusIs(StatusCode::kDeadlineExceeded));
  is_slow = false;
  options.time_limit = std::chrono::milliseconds(-1);
  EXPECT_THAT(SourceEngine::Create(options, SystemRandom()),
              StatusIs(StatusCode::kInvalidArgument, ::testing::HasSubstr("time_limit")));
}

INSTANTIATE_TEST_SUITE_P(Formats, RunControlTest, ::testing::Values("csv", "json", "parquet"),
                         [](const auto& of) { return std::string(of.param); });

TEST(RunControlTimeTest, TimeLeftIsNeverNegative) {
  EXPECT_FALSE(RunControl{}.TimeLeft().has_value());
  EXPECT_EQ(RunControl{.deadline = kPast}.TimeLeft(), std::chrono::milliseconds(0));
}

// No row comes out of this query in years: only an interruption can end it.
class QueryInterrupterTest : public ::testing::Test {
 protected:
  Status RunForEver(const RunControl& control) {
    const auto database = internal::Database::Open(
        {.memory_bytes = uint64_t{256} << 20, .threads = 2, .allowed_path = {}});
    WEIR_RETURN_IF_ERROR(database.status());
    const internal::QueryInterrupter interrupter(**database, control);
    return (*database)
        ->Query("SELECT sum(a.range * b.range) FROM range(10000000) a, range(10000000) b")
        .status();
  }
};

TEST_F(QueryInterrupterTest, AStopEndsAQuery) {
  std::stop_source source;
  std::thread stopper([&source] {
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
    source.request_stop();
  });
  EXPECT_THAT(RunForEver({.stop = source.get_token()}), StatusIs(StatusCode::kCancelled));
  stopper.join();
}

TEST_F(QueryInterrupterTest, ADeadlineEndsAQuery) {
  EXPECT_THAT(RunForEver({.deadline = kPast}), StatusIs(StatusCode::kCancelled));
}

}  // namespace
}  // namespace weir::data
