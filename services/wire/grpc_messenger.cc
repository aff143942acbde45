// SPDX-License-Identifier: Apache-2.0
#include "services/wire/grpc_messenger.h"

#include <algorithm>
#include <optional>
#include <thread>
#include <utility>
#include <vector>

#include <grpc/grpc.h>
#include <grpcpp/channel.h>
#include <grpcpp/client_context.h>
#include <grpcpp/completion_queue.h>
#include <grpcpp/create_channel.h>
#include <grpcpp/generic/generic_stub.h>
#include <grpcpp/support/byte_buffer.h>
#include <grpcpp/support/slice.h>

#include "services/wire/address.h"
#include "services/wire/credentials.h"
#include "services/wire/status.h"

namespace weir::wire {
namespace {

using Deadline = std::chrono::system_clock::time_point;

constexpr int kKeepaliveMs = 30'000;
constexpr int kKeepaliveTimeoutMs = 20'000;
constexpr char kHarmlessMethod[] = "/grpc.health.v1.Health/Check";
constexpr std::chrono::milliseconds kProbeTimeout{200};

// "PeerService/SubmitRequest" as HTTP/2 carries it.
StatusOr<std::string> PathOf(std::string_view method) {
  const auto allowed = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '/';
  };
  const size_t slash = method.find('/');
  const bool well_formed = slash != std::string_view::npos && slash > 0 &&
                           slash + 1 < method.size() && slash == method.rfind('/') &&
                           std::all_of(method.begin(), method.end(), allowed);
  if (!well_formed) {
    return InvalidArgument("a method must be Service/Method, got %s", QuoteText(method).c_str());
  }
  return "/weir.v1." + std::string(method);
}

grpc::ChannelArguments ArgumentsOf(int max_message_bytes) {
  grpc::ChannelArguments arguments;
  arguments.SetMaxReceiveMessageSize(max_message_bytes);
  arguments.SetMaxSendMessageSize(max_message_bytes);
  arguments.SetInt(GRPC_ARG_ENABLE_PER_MESSAGE_DECOMPRESSION, 0);
  arguments.SetInt(GRPC_ARG_ENABLE_HTTP_PROXY, 0);
  arguments.SetInt(GRPC_ARG_SERVICE_CONFIG_DISABLE_RESOLUTION, 1);
  // Attempts are counted here, so channels share no connection and no backoff.
  arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
  arguments.SetInt(GRPC_ARG_KEEPALIVE_TIME_MS, kKeepaliveMs);
  arguments.SetInt(GRPC_ARG_KEEPALIVE_TIMEOUT_MS, kKeepaliveTimeoutMs);
  return arguments;
}

// Waits for READY; false at the first failure or at `deadline`.
bool WaitUntilReady(grpc::Channel& channel, Deadline deadline) {
  while (true) {
    const grpc_connectivity_state state = channel.GetState(true);
    if (state == GRPC_CHANNEL_READY) return true;
    if (state == GRPC_CHANNEL_TRANSIENT_FAILURE || state == GRPC_CHANNEL_SHUTDOWN) return false;
    if (!channel.WaitForStateChange(state, deadline)) return false;
  }
}

std::string ReadBytes(const grpc::ByteBuffer& buffer) {
  std::vector<grpc::Slice> slices;
  std::string bytes;
  if (!buffer.Dump(&slices).ok()) return bytes;
  bytes.reserve(buffer.Length());
  for (const grpc::Slice& slice : slices) {
    bytes.append(reinterpret_cast<const char*>(slice.begin()), slice.size());
  }
  return bytes;
}

}  // namespace

struct GrpcMessenger::Connection {
  std::shared_ptr<grpc::Channel> channel;
  std::shared_ptr<HandshakeReport> report;
  uint64_t trust_generation = 0;
  uint64_t own_generation = 0;

  StatusOr<std::string> Call(const std::string& path, const std::string& request,
                             Deadline deadline) const;
  // Why it is not ready.
  Status WhyNotReady(const std::string& target) const;
  // Whether OpenSSL itself refused the server's certificate.
  bool IsForeign() const;
};

StatusOr<std::string> GrpcMessenger::Connection::Call(const std::string& path,
                                                      const std::string& request,
                                                      Deadline deadline) const {
  grpc::ClientContext context;
  context.set_deadline(deadline);
  const grpc::Slice slice(request);
  const grpc::ByteBuffer sent(&slice, 1);
  grpc::ByteBuffer received;
  grpc::Status status;
  // The calling thread moves the bytes itself: it waits for no thread of gRPC's, which may be busy.
  grpc::CompletionQueue queue;
  grpc::GenericStub stub(channel);
  const auto reader = stub.PrepareUnaryCall(&context, path, sent, &queue);
  reader->StartCall();
  reader->Finish(&received, &status, &status);
  void* tag = nullptr;
  bool ok = false;
  WEIR_CHECK(queue.Next(&tag, &ok) && tag == &status);
  WEIR_RETURN_IF_ERROR(FromGrpcStatus(status));
  return ReadBytes(received);
}

Status GrpcMessenger::Connection::WhyNotReady(const std::string& target) const {
  const std::optional<Status> handshake = report->last();
  if (handshake.has_value() && !handshake->ok()) {
    return Annotate(*handshake, "whoever answers for " + target);
  }
  if (handshake.has_value()) {
    return Unavailable("%s closes the connection: it does not accept this certificate",
                       target.c_str());
  }
  if (IsForeign()) {
    return Unauthenticated("whoever answers for %s has no certificate of its authority",
                           target.c_str());
  }
  return Unavailable("%s does not answer", target.c_str());
}

bool GrpcMessenger::Connection::IsForeign() const {
  // A call over a failed channel is not sent and brings the reason, in OpenSSL's words.
  if (channel->GetState(false) != GRPC_CHANNEL_TRANSIENT_FAILURE) return false;
  const auto failed = Call(kHarmlessMethod, "", std::chrono::system_clock::now() + kProbeTimeout);
  return MessageOf(failed.status()).find("certificate verify failed") != std::string::npos;
}

GrpcMessenger::GrpcMessenger(const TrustStore& trust, const OwnCertificate& certificate,
                             const Options& options)
    : trust_(trust), certificate_(certificate), options_(options) {}
GrpcMessenger::~GrpcMessenger() = default;

StatusOr<std::string> GrpcMessenger::Call(std::string_view target, std::string_view method,
                                          const std::string& request) {
  WEIR_ASSIGN_OR_RETURN(const std::string path, PathOf(method));
  const Deadline deadline = std::chrono::system_clock::now() + options_.call_timeout;
  WEIR_ASSIGN_OR_RETURN(const auto connection, Connect(std::string(target), deadline));
  return connection->Call(path, request, deadline);
}

StatusOr<std::shared_ptr<GrpcMessenger::Connection>> GrpcMessenger::Connect(
    const std::string& target, Deadline deadline) {
  auto backoff = options_.first_backoff;
  Status failure = OkStatus();
  for (int attempt = 1; attempt <= std::max(options_.connect_attempts, 1); ++attempt) {
    std::shared_ptr<Connection> connection = Cached(target);
    if (connection == nullptr) {
      WEIR_ASSIGN_OR_RETURN(connection, OpenConnection(target));
      Keep(target, connection);
    }
    const Deadline limit =
        std::min(deadline, std::chrono::system_clock::now() + options_.connect_timeout);
    if (WaitUntilReady(*connection->channel, limit)) return connection;
    Drop(target, connection);
    failure = connection->WhyNotReady(target);
    const bool again = failure.code() == StatusCode::kUnavailable &&
                       attempt < options_.connect_attempts &&
                       std::chrono::system_clock::now() + backoff < deadline;
    if (!again) break;
    std::this_thread::sleep_for(backoff);
    backoff *= 2;
  }
  return failure;
}

StatusOr<std::shared_ptr<GrpcMessenger::Connection>> GrpcMessenger::OpenConnection(
    const std::string& target) const {
  auto connection = std::make_shared<Connection>();
  connection->trust_generation = trust_.generation();
  connection->own_generation = certificate_.generation();
  connection->report = std::make_shared<HandshakeReport>();
  WEIR_ASSIGN_OR_RETURN(const TrustedParty party, trust_.FindParty(target));
  WEIR_ASSIGN_OR_RETURN(const HostPort address, ParseHostPort(party.address));
  WEIR_ASSIGN_OR_RETURN(const auto credentials, MakeChannelCredentials(*certificate_.Get(), party,
                                                                       trust_, connection->report));
  connection->channel = grpc::CreateCustomChannel(address.ToGrpcTarget(), credentials,
                                                  ArgumentsOf(options_.max_message_bytes));
  return connection;
}

std::shared_ptr<GrpcMessenger::Connection> GrpcMessenger::Cached(const std::string& target) const {
  const std::lock_guard lock(mutex_);
  const auto found = connections_.find(target);
  if (found == connections_.end()) return nullptr;
  const Connection& connection = *found->second;
  const bool current = connection.trust_generation == trust_.generation() &&
                       connection.own_generation == certificate_.generation();
  return current ? found->second : nullptr;
}

void GrpcMessenger::Keep(const std::string& target, std::shared_ptr<Connection> connection) {
  const std::lock_guard lock(mutex_);
  connections_[target] = std::move(connection);
}

void GrpcMessenger::Drop(const std::string& target, const std::shared_ptr<Connection>& connection) {
  const std::lock_guard lock(mutex_);
  const auto found = connections_.find(target);
  if (found != connections_.end() && found->second == connection) connections_.erase(found);
}

}  // namespace weir::wire
