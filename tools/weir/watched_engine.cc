// SPDX-License-Identifier: Apache-2.0
#include "tools/weir/watched_engine.h"

#include <atomic>
#include <csignal>
#include <thread>
#include <utility>

#include <unistd.h>

#include "services/wire/stop_signal.h"

namespace weir::tool {
namespace {

// While it lives, the signals that end a program ask `source` for a stop instead.
class StopOnSignal {
 public:
  explicit StopOnSignal(std::stop_source& source) : source_(source) {
    pthread_sigmask(SIG_BLOCK, nullptr, &mask_before_);
    sigaction(SIGPIPE, nullptr, &pipe_before_);
    signals_ = wire::StopSignal::Install();
    if (signals_.ok()) waiter_ = std::thread([this] { Wait(); });
  }
  ~StopOnSignal() {
    ending_ = true;
    if (signals_.ok()) {
      (*signals_)->RequestStop();
      waiter_.join();
    }
    sigaction(SIGPIPE, &pipe_before_, nullptr);
    pthread_sigmask(SIG_SETMASK, &mask_before_, nullptr);
  }
  StopOnSignal(const StopOnSignal&) = delete;
  StopOnSignal& operator=(const StopOnSignal&) = delete;

 private:
  void Wait() {
    while ((*signals_)->Wait() != wire::StopSignal::Wish::kStop) {
    }
    if (!ending_) source_.request_stop();
  }

  std::stop_source& source_;
  sigset_t mask_before_{};
  struct sigaction pipe_before_ {};
  std::atomic<bool> ending_ = false;
  StatusOr<std::unique_ptr<wire::StopSignal>> signals_ = Internal("not there yet");
  std::thread waiter_;
};

const char* NameOf(data::RunStage stage) {
  switch (stage) {
    case data::RunStage::kChecking:
      return "checking";
    case data::RunStage::kReading:
      return "reading";
    case data::RunStage::kAddingUp:
      return "adding up";
    case data::RunStage::kNaming:
      return "reading names of keys";
  }
  return "";
}

}  // namespace

StatusOr<std::unique_ptr<WatchedEngine>> WatchedEngine::Create(const Context& context,
                                                               const std::string& temp_folder) {
  std::unique_ptr<WatchedEngine> watched(new WatchedEngine(context));
  WatchedEngine& self = *watched;
  const bool is_writable = ::access(temp_folder.c_str(), W_OK | X_OK) == 0;
  data::EngineOptions options{.memory_limit_bytes = uint64_t{context.memory_limit_mebibytes} << 20,
                              .temp_folder = is_writable ? temp_folder : std::string(),
                              .control = {.stop = watched->stop_.get_token(),
                                          .progress = [&self](data::RunStage stage, double share) {
                                            self.Show(stage, share);
                                          }}};
  WEIR_ASSIGN_OR_RETURN(data::SourceEngine engine,
                        data::SourceEngine::Create(std::move(options), context.random()));
  watched->engine_.emplace(std::move(engine));
  return watched;
}

void WatchedEngine::Show(data::RunStage stage, double share) {
  const std::lock_guard lock(mutex_);
  line_.Show(NameOf(stage), share);
}

void WatchedEngine::Clear() {
  const std::lock_guard lock(mutex_);
  line_.Clear();
}

StatusOr<Private<data::AggregateTable>> WatchedEngine::Aggregate(
    const data::DatasetDescription& dataset, const data::AggregateQuery& query, Charge charge) {
  const StopOnSignal scope(stop_);
  auto table = engine_->Aggregate(dataset, query, std::move(charge));
  Clear();
  return table;
}

StatusOr<OwnerView<data::SourceReport>> WatchedEngine::Check(
    const data::DatasetDescription& dataset) {
  const StopOnSignal scope(stop_);
  auto report = engine_->Check(dataset);
  Clear();
  return report;
}

}  // namespace weir::tool
