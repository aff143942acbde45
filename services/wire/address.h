// SPDX-License-Identifier: Apache-2.0
#ifndef WEIR_SERVICES_WIRE_ADDRESS_H_
#define WEIR_SERVICES_WIRE_ADDRESS_H_

#include <cstdint>
#include <string>
#include <string_view>

#include "weir/base/status.h"

namespace weir::wire {

enum class HostKind { kIpv4, kIpv6, kName };

// host:port as charters and configurations write it: "10.0.0.7:7001", "[::1]:7001",
// "weir.example.org:7001". Nothing else gets through to gRPC, whose targets also name sockets on
// disk and other resolvers.
struct HostPort {
  HostKind kind;
  std::string host;  // IPv6 without brackets
  uint16_t port;

  std::string ToString() const;
  // What gRPC calls it: "ipv4:10.0.0.7:7001", "ipv6:[::1]:7001", "dns:///weir.example.org:7001".
  std::string ToGrpcTarget() const;
};

// Errors: INVALID_ARGUMENT  any other form, or a name that is no host name (RFC 1123 section 2.1).
StatusOr<HostPort> ParseHostPort(std::string_view text);

// Why a server cannot listen on a numeric `address`: the system's own reason, found by trying.
std::string WhyNotListening(const HostPort& address);

}  // namespace weir::wire

#endif  // WEIR_SERVICES_WIRE_ADDRESS_H_
