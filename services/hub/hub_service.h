// SPDX-License-Identifier: Apache-2.0
#ifndef WEIR_SERVICES_HUB_HUB_SERVICE_H_
#define WEIR_SERVICES_HUB_HUB_SERVICE_H_

#include "services/wire/rpc_service.h"
#include "weir/hub/hub.h"

namespace weir::hub_service {

// HubService over `hub`, which must outlive the server. Translates, decides nothing.
wire::RpcService MakeHubService(hub::Hub& hub);

}  // namespace weir::hub_service

#endif  // WEIR_SERVICES_HUB_HUB_SERVICE_H_
