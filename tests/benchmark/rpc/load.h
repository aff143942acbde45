// SPDX-License-Identifier: Apache-2.0
#ifndef WEIR_TESTS_BENCHMARK_RPC_LOAD_H_
#define WEIR_TESTS_BENCHMARK_RPC_LOAD_H_

#include <memory>
#include <string>
#include <vector>

#include <grpcpp/channel.h>
#include <sys/types.h>

namespace weir::bench {

// One call that is made again and again.
struct Call {
  std::shared_ptr<grpc::Channel> channel;
  std::string path;
  std::string request;
  std::string answer;  // any other ends the benchmark
};

// Medians over the slices of one call.
struct Rate {
  double calls_per_second;
  double server_microseconds_per_call;  // CPU of the whole server process
};

// Makes each of `calls` for a slice of time, in turns, several rounds, after one round to warm up;
// `in_flight` are open at any moment. `server`: the process behind all of them.
std::vector<Rate> MeasureInTurns(const std::vector<Call>& calls, int in_flight, pid_t server);

}  // namespace weir::bench

#endif  // WEIR_TESTS_BENCHMARK_RPC_LOAD_H_
