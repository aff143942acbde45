// SPDX-License-Identifier: Apache-2.0
// Calls of a node against a bare gRPC echo that takes the same bytes and answers on gRPC's own
// threads; both with mutual TLS 1.3. Measured are
//   cached request   a member that has delivered its answer is handed the same signed request
//                    again: gate, signature and text checked anew, answered from what it keeps,
//                    charged nothing;
//   request's state  the requester asks how far that request is;
//   authorised echo  the gate alone: identity, revocation and authorisation per call, own worker
//                    threads, and then the same bytes back.
// All servers live in one child process, the client here. Slices alternate; figures are medians of
// nine, as a JSON list on stdout. The member's own thread for work at ticks does not run.
#include <array>
#include <cstdlib>
#include <string>
#include <vector>

#include <sys/wait.h>
#include <unistd.h>

#include "services/wire/credentials.h"
#include "tests/benchmark/measure/figures.h"
#include "tests/benchmark/rpc/load.h"
#include "tests/benchmark/rpc/servers.h"
#include "tests/services/wire_calls.h"
#include "tests/services/wire_coalition.h"

namespace weir::bench {
namespace {

constexpr size_t kEchoBytes = 100;

struct Contest {
  std::string name;
  Call ours;
  Call bare;
};

std::vector<Contest> Contests(const Offer& offer, const std::string& root,
                              const wire::test::Credential& client) {
  const auto node = wire::test::TlsChannel(offer.node, root, client);
  const auto gate = wire::test::TlsChannel(offer.gate, root, client);
  const auto bare = wire::test::TlsChannel(offer.bare, root, client);
  const std::string bytes(kEchoBytes, 'x');
  return {
      {"cached request",
       {node, kSubmitPath, offer.submit, offer.submit_answer},
       {bare, kSubmitPath, offer.submit, offer.submit}},
      {"request's state",
       {node, kStatePath, offer.state, offer.state_answer},
       {bare, kStatePath, offer.state, offer.state}},
      {"authorised echo", {gate, kSubmitPath, bytes, bytes}, {bare, kSubmitPath, bytes, bytes}}};
}

// No target is set for this group.
Figures MeasureAll(const std::vector<Contest>& contests, pid_t server) {
  Figures figures;
  for (const Contest& contest : contests) {
    for (const int in_flight : {1, 16}) {
      const std::string suffix =
          in_flight == 1 ? "one at a time" : std::to_string(in_flight) + " in flight";
      const std::vector<Rate> rates =
          MeasureInTurns({contest.ours, contest.bare}, in_flight, server);
      figures.push_back({.name = contest.name + ", " + suffix,
                         .measured = rates[0].calls_per_second,
                         .unit = "calls/s",
                         .baseline = rates[1].calls_per_second});
      figures.push_back({.name = contest.name + ", CPU of the server, " + suffix,
                         .measured = rates[0].server_microseconds_per_call,
                         .unit = "us/call",
                         .baseline = rates[1].server_microseconds_per_call});
    }
  }
  return figures;
}

int Run() {
  // The client checks no host name, and gRPC would say so for every connection.
  setenv("GRPC_VERBOSITY", "NONE", /*overwrite=*/0);
  WEIR_CHECK(wire::InitialiseTls().ok());
  wire::test::WireCoalition coalition;
  const wire::test::Credential own = coalition.Issue(kProvider, "node");
  const wire::test::Credential client = coalition.Issue(kConsumer, "node");
  std::array<int, 2> ready{};
  std::array<int, 2> stop{};
  WEIR_CHECK(pipe(ready.data()) == 0 && pipe(stop.data()) == 0);
  const pid_t server = fork();
  WEIR_CHECK(server >= 0);
  if (server == 0) {
    close(ready[0]);
    close(stop[1]);
    Serve(coalition, own, ready[1], stop[0]);
    std::exit(0);  // removes the fixture's folders; those of `coalition` are the parent's
  }
  close(ready[1]);
  close(stop[0]);
  const Offer offer = ReadOffer(ready[0]);
  const Figures figures =
      MeasureAll(Contests(offer, coalition.authority_pem(kProvider), client), server);
  close(stop[1]);
  int status = 0;
  WEIR_CHECK(waitpid(server, &status, 0) == server && status == 0);
  Print("rpc", figures);
  return 0;
}

}  // namespace
}  // namespace weir::bench

int main() { return weir::bench::Run(); }
