// SPDX-License-Identifier: Apache-2.0
#ifndef WEIR_SERVICES_NODE_NODE_SERVICE_H_
#define WEIR_SERVICES_NODE_NODE_SERVICE_H_

#include "services/wire/rpc_service.h"
#include "weir/member/member.h"

namespace weir::node_service {

// StewardService and PeerService over `member`, which must outlive the server. They translate and
// decide nothing.
wire::RpcService MakeStewardService(member::Member& member);
wire::RpcService MakePeerService(member::Member& member);

}  // namespace weir::node_service

#endif  // WEIR_SERVICES_NODE_NODE_SERVICE_H_
