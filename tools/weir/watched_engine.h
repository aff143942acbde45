// SPDX-License-Identifier: Apache-2.0
#ifndef WEIR_TOOLS_WEIR_WATCHED_ENGINE_H_
#define WEIR_TOOLS_WEIR_WATCHED_ENGINE_H_

#include <memory>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>

#include "tools/weir/context.h"
#include "tools/weir/progress_line.h"
#include "weir/base/status.h"
#include "weir/data/source_engine.h"

namespace weir::tool {

// The engine of one command: shows on the terminal how far a call is, and SIGINT or SIGTERM ends
// the call with CANCELLED. A release that was charged stays so and can be run again; outside a
// call, and when they come once more, the signals do what they always do. One call at a time.
class WatchedEngine final : public data::Engine {
 public:
  // `context` must outlive the engine. What does not fit the memory goes to unnamed files in
  // `temp_folder`, which is absolute; nowhere if that cannot be written.
  static StatusOr<std::unique_ptr<WatchedEngine>> Create(const Context& context,
                                                         const std::string& temp_folder);
  WatchedEngine(const WatchedEngine&) = delete;
  WatchedEngine& operator=(const WatchedEngine&) = delete;

  Status CanStart() const override { return engine_->CanStart(); }
  StatusOr<Private<data::AggregateTable>> Aggregate(const data::DatasetDescription& dataset,
                                                    const data::AggregateQuery& query,
                                                    Charge charge) override;
  StatusOr<OwnerView<data::SourceReport>> Check(const data::DatasetDescription& dataset) override;

 private:
  explicit WatchedEngine(const Context& context) : line_(context) {}
  void Show(data::RunStage stage, double share);
  void Clear();

  std::stop_source stop_;
  std::mutex mutex_;
  ProgressLine line_;
  std::optional<data::SourceEngine> engine_;  // last: it uses the others
};

}  // namespace weir::tool

#endif  // WEIR_TOOLS_WEIR_WATCHED_ENGINE_H_
