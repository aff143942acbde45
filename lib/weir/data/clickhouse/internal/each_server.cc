// SPDX-License-Identifier: Apache-2.0
#include "weir/data/clickhouse/internal/each_server.h"

#include <algorithm>
#include <atomic>
#include <memory>
#include <mutex>
#include <stop_token>
#include <thread>
#include <vector>

#include "weir/base/catch_memory.h"

namespace weir::data::internal {
namespace {

// What the threads share.
struct Work {
  const ClickHouseSource& source;
  const ServerStep& step;
  RunControl control;  // with the stop of `others`
  std::stop_source others = {};
  std::atomic<size_t> next{0};
  std::mutex mutex = {};
  Status status = OkStatus();  // the first error
};

Status TakeServers(Work& work) {
  const std::vector<std::string>& urls = work.source.urls;
  for (size_t at = work.next.fetch_add(1); at < urls.size(); at = work.next.fetch_add(1)) {
    WEIR_RETURN_IF_ERROR(work.control.Check());
    WEIR_ASSIGN_OR_RETURN(const std::unique_ptr<Server> server,
                          Server::Connect(work.source, urls[at], work.control));
    WEIR_RETURN_IF_ERROR(work.step(*server, at));
  }
  return OkStatus();
}

void Take(Work& work) {
  const Status status = CatchMemory([&work] { return TakeServers(work); });
  if (status.ok()) return;
  {
    const std::lock_guard lock(work.mutex);
    if (work.status.ok()) work.status = status;
  }
  work.others.request_stop();
}

}  // namespace

Status ForEachServer(const ClickHouseSource& source, size_t most_at_once, const RunControl& control,
                     const ServerStep& step) {
  Work work{.source = source, .step = step, .control = control};
  work.control.stop = work.others.get_token();
  const std::stop_callback pass_on(control.stop, [&work] { work.others.request_stop(); });
  const size_t threads = std::min(std::max<size_t>(most_at_once, 1), source.urls.size());
  std::vector<std::thread> helpers;
  // A system without another thread to give only makes it slower.
  (void)CatchMemory([&] {
    for (size_t i = 1; i < threads; ++i) helpers.emplace_back(Take, std::ref(work));
    return OkStatus();
  });
  Take(work);
  for (std::thread& helper : helpers) helper.join();
  return work.status;
}

}  // namespace weir::data::internal
