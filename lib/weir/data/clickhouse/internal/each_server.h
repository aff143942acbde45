// SPDX-License-Identifier: Apache-2.0
#ifndef WEIR_DATA_CLICKHOUSE_INTERNAL_EACH_SERVER_H_
#define WEIR_DATA_CLICKHOUSE_INTERNAL_EACH_SERVER_H_

#include <cstddef>
#include <functional>

#include "weir/base/status.h"
#include "weir/data/clickhouse/internal/server.h"
#include "weir/data/dataset.h"
#include "weir/data/run_control.h"

namespace weir::data::internal {

// Takes a server and its position in the source's urls.
using ServerStep = std::function<Status(Server&, size_t)>;

// Connects to each server and takes the step, up to `most_at_once` of them at once, each in a
// thread of its own. The first error stops all others, which kill their queries, and is returned.
Status ForEachServer(const ClickHouseSource& source, size_t most_at_once, const RunControl& control,
                     const ServerStep& step);

}  // namespace weir::data::internal

#endif  // WEIR_DATA_CLICKHOUSE_INTERNAL_EACH_SERVER_H_
