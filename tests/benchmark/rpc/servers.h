// SPDX-License-Identifier: Apache-2.0
#ifndef WEIR_TESTS_BENCHMARK_RPC_SERVERS_H_
#define WEIR_TESTS_BENCHMARK_RPC_SERVERS_H_

#include <string>

#include "tests/services/wire_coalition.h"

namespace weir::bench {

// Who serves and who asks, in both coalitions of the fixtures.
inline constexpr char kProvider[] = "kc";
inline constexpr char kConsumer[] = "il";

inline constexpr char kSubmitPath[] = "/weir.v1.PeerService/SubmitRequest";
inline constexpr char kStatePath[] = "/weir.v1.PeerService/GetRequestState";

// Where the servers are, and the messages of a question that the node has answered already.
struct Offer {
  std::string node;    // a member that has delivered its answer, behind its PeerService
  std::string gate;    // PeerService too, through the same gate, but its handlers only echo
  std::string bare;    // an echo of gRPC's own: any client certificate will do, nothing is asked
  std::string submit;  // serialised SubmitRequestRequest: the signed bytes once more
  std::string submit_answer;  // what the node answered to it
  std::string state;          // serialised GetRequestStateRequest of the same question
  std::string state_answer;
};

// Runs the three servers in this process, shows the certificate `own` from all of them, writes the
// offer to the descriptor `ready`, and returns when the other end of `stop` is closed.
void Serve(wire::test::WireCoalition& coalition, const wire::test::Credential& own, int ready,
           int stop);

// What Serve has written.
Offer ReadOffer(int ready);

}  // namespace weir::bench

#endif  // WEIR_TESTS_BENCHMARK_RPC_SERVERS_H_
