// SPDX-License-Identifier: Apache-2.0
#include "services/wire/address.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <optional>
#include <system_error>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

namespace weir::wire {
namespace {

constexpr size_t kMaxHostBytes = 253;

bool IsAddress(int family, const std::string& host) {
  std::array<char, sizeof(in6_addr)> binary{};
  return inet_pton(family, host.c_str(), binary.data()) == 1;
}

bool IsHostName(std::string_view host) {
  const auto allowed = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
           c == '.';
  };
  const auto is_letter = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); };
  return !host.empty() && host.size() <= kMaxHostBytes &&
         std::all_of(host.begin(), host.end(), allowed) &&
         std::any_of(host.begin(), host.end(), is_letter) && host.front() != '-' &&
         host.front() != '.' && host.back() != '-' && host.find("..") == std::string_view::npos;
}

std::optional<uint16_t> ParsePort(std::string_view text) {
  uint16_t port = 0;
  const char* end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, port);
  const bool canonical = text.size() == 1 || !text.starts_with('0');
  if (text.empty() || error != std::errc() || stop != end || !canonical) return std::nullopt;
  return port;
}

}  // namespace

std::string HostPort::ToString() const {
  const std::string shown = kind == HostKind::kIpv6 ? "[" + host + "]" : host;
  return shown + ":" + std::to_string(port);
}

std::string HostPort::ToGrpcTarget() const {
  switch (kind) {
    case HostKind::kIpv4:
      return "ipv4:" + ToString();
    case HostKind::kIpv6:
      return "ipv6:" + ToString();
    case HostKind::kName:
      break;
  }
  return "dns:///" + ToString();
}

StatusOr<HostPort> ParseHostPort(std::string_view text) {
  const size_t colon = text.rfind(':');
  const Status malformed =
      InvalidArgument("an address must be host:port, got %s", QuoteText(text).c_str());
  if (colon == std::string_view::npos || text.find('\0') != std::string_view::npos) {
    return malformed;
  }
  const std::optional<uint16_t> port = ParsePort(text.substr(colon + 1));
  const std::string host(text.substr(0, colon));
  if (!port.has_value()) return malformed;
  if (host.size() > 2 && host.front() == '[' && host.back() == ']') {
    std::string inner = host.substr(1, host.size() - 2);
    if (!IsAddress(AF_INET6, inner)) return malformed;
    return HostPort{.kind = HostKind::kIpv6, .host = std::move(inner), .port = *port};
  }
  if (IsAddress(AF_INET, host)) {
    return HostPort{.kind = HostKind::kIpv4, .host = host, .port = *port};
  }
  if (!IsHostName(host)) return malformed;
  return HostPort{.kind = HostKind::kName, .host = host, .port = *port};
}

std::string WhyNotListening(const HostPort& address) {
  const bool is_ipv6 = address.kind == HostKind::kIpv6;
  sockaddr_in ipv4{};
  sockaddr_in6 ipv6{};
  ipv4.sin_family = AF_INET;
  ipv4.sin_port = htons(address.port);
  ipv6.sin6_family = AF_INET6;
  ipv6.sin6_port = htons(address.port);
  inet_pton(AF_INET, address.host.c_str(), &ipv4.sin_addr);
  inet_pton(AF_INET6, address.host.c_str(), &ipv6.sin6_addr);
  const int probe = socket(is_ipv6 ? AF_INET6 : AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (probe < 0) return std::system_category().message(errno);
  const int on = 1;
  setsockopt(probe, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
  const int failed = is_ipv6 ? bind(probe, reinterpret_cast<const sockaddr*>(&ipv6), sizeof(ipv6))
                             : bind(probe, reinterpret_cast<const sockaddr*>(&ipv4), sizeof(ipv4));
  std::string reason = failed == 0 && listen(probe, 1) == 0 ? "it was taken until just now"
                                                            : std::system_category().message(errno);
  close(probe);
  return reason;
}

}  // namespace weir::wire
