// SPDX-License-Identifier: Apache-2.0
#include "tests/benchmark/rpc/load.h"

#include <algorithm>
#include <chrono>
#include <ctime>
#include <utility>

#include <grpcpp/client_context.h>
#include <grpcpp/generic/generic_stub.h>

#include "tests/benchmark/measure/cost.h"
#include "weir/base/status.h"

namespace weir::bench {
namespace {

using SteadyClock = std::chrono::steady_clock;

constexpr int kSlices = 9;
constexpr std::chrono::milliseconds kSlice{300};

double CpuSecondsOf(pid_t process) {
  clockid_t clock{};
  timespec now{};
  WEIR_CHECK(clock_getcpuclockid(process, &clock) == 0 && clock_gettime(clock, &now) == 0);
  return static_cast<double>(now.tv_sec) + 1e-9 * static_cast<double>(now.tv_nsec);
}

struct OpenCall {
  grpc::ClientContext context;
  grpc::ByteBuffer answer;
  grpc::Status status;
  std::unique_ptr<grpc::ClientAsyncResponseReader<grpc::ByteBuffer>> reader;
};

bool Holds(const grpc::ByteBuffer& buffer, const std::string& bytes) {
  std::vector<grpc::Slice> slices;
  if (buffer.Length() != bytes.size() || !buffer.Dump(&slices).ok()) return false;
  size_t offset = 0;
  for (const grpc::Slice& slice : slices) {
    if (!std::equal(slice.begin(), slice.end(),
                    reinterpret_cast<const uint8_t*>(bytes.data()) + offset)) {
      return false;
    }
    offset += slice.size();
  }
  return true;
}

// Keeps `in_flight` calls open for one slice.
Rate MeasureSlice(const Call& call, int in_flight, pid_t server) {
  const grpc::Slice bytes(call.request);
  const grpc::ByteBuffer request(&bytes, 1);
  grpc::GenericStub stub(call.channel);
  grpc::CompletionQueue queue;
  const auto start_call = [&] {
    auto* open = new OpenCall;
    open->reader = stub.PrepareUnaryCall(&open->context, call.path, request, &queue);
    open->reader->StartCall();
    open->reader->Finish(&open->answer, &open->status, open);
  };
  const double cpu_start = CpuSecondsOf(server);
  const auto start = SteadyClock::now();
  for (int i = 0; i < in_flight; ++i) start_call();
  int open = in_flight;
  int done = 0;
  void* tag = nullptr;
  bool ok = false;
  while (open > 0 && queue.Next(&tag, &ok)) {
    const std::unique_ptr<OpenCall> ended(static_cast<OpenCall*>(tag));
    WEIR_CHECK(ended->status.ok() && Holds(ended->answer, call.answer));
    ++done;
    if (SteadyClock::now() - start < kSlice) {
      start_call();
    } else {
      --open;
    }
  }
  const double seconds = std::chrono::duration<double>(SteadyClock::now() - start).count();
  return {.calls_per_second = done / seconds,
          .server_microseconds_per_call = 1e6 * (CpuSecondsOf(server) - cpu_start) / done};
}

double MedianOf(const std::vector<Rate>& slices, double Rate::*part) {
  std::vector<double> values;
  values.reserve(slices.size());
  for (const Rate& slice : slices) values.push_back(slice.*part);
  return Median(std::move(values));
}

}  // namespace

std::vector<Rate> MeasureInTurns(const std::vector<Call>& calls, int in_flight, pid_t server) {
  for (const Call& call : calls) MeasureSlice(call, in_flight, server);
  std::vector<std::vector<Rate>> slices(calls.size());
  for (int i = 0; i < kSlices; ++i) {
    for (size_t k = 0; k < calls.size(); ++k) {
      slices[k].push_back(MeasureSlice(calls[k], in_flight, server));
    }
  }
  std::vector<Rate> medians;
  for (const std::vector<Rate>& taken : slices) {
    medians.push_back(
        {.calls_per_second = MedianOf(taken, &Rate::calls_per_second),
         .server_microseconds_per_call = MedianOf(taken, &Rate::server_microseconds_per_call)});
  }
  return medians;
}

}  // namespace weir::bench
