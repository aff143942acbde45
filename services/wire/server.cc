// SPDX-License-Identifier: Apache-2.0
#include "services/wire/server.h"

#include <condition_variable>
#include <mutex>
#include <thread>
#include <utility>

#include <grpc/grpc.h>
#include <grpcpp/ext/proto_server_reflection_plugin.h>
#include <grpcpp/health_check_service_interface.h>
#include <grpcpp/resource_quota.h>
#include <grpcpp/server.h>
#include <grpcpp/server_builder.h>

#include "services/wire/address.h"
#include "services/wire/credentials.h"
#include "services/wire/gate.h"
#include "services/wire/hosted_service.h"
#include "services/wire/work_queue.h"

namespace weir::wire {
namespace {

constexpr std::chrono::milliseconds kLastDrain{5'000};
// Health and reflection run on gRPC's own threads; a stream of reflection holds one.
constexpr int kMaxGrpcThreads = 16;
constexpr int kMinPingIntervalMs = 10'000;
constexpr int kKeepaliveMs = 60'000;
constexpr int kKeepaliveTimeoutMs = 20'000;
constexpr int kConnectionGraceMs = 60'000;

int Milliseconds(std::chrono::milliseconds duration) { return static_cast<int>(duration.count()); }

Status CheckLimits(const ServerLimits& limits) {
  const bool sizes = limits.max_request_bytes > 0 && limits.max_response_bytes > 0 &&
                     limits.max_streams_per_connection > 0 && limits.max_metadata_bytes > 0 &&
                     limits.memory_quota_bytes > 0 && limits.worker_threads > 0;
  const auto zero = std::chrono::milliseconds::zero();
  const bool times = limits.handshake_timeout > zero && limits.connection_idle > zero &&
                     limits.connection_age > zero && limits.credential_poll > zero;
  return sizes && times ? OkStatus()
                        : InvalidArgument("every limit of a server must be above zero");
}

StatusOr<HostPort> CheckListenAddress(const std::string& text) {
  WEIR_ASSIGN_OR_RETURN(const HostPort address, ParseHostPort(text));
  if (address.kind == HostKind::kName) {
    return InvalidArgument("a server listens on a numeric address such as 127.0.0.1:7001, got %s",
                           QuoteText(text).c_str());
  }
  return address;
}

Status CheckOwnIdentity(const ServerOptions& options) {
  const auto own = options.trust.Identify(options.certificate.Get()->certificate_pem,
                                          crypto::CertificatePurpose::kServer);
  if (!own.ok()) {
    return FailedPrecondition("the server's own certificate: %s", MessageOf(own.status()).c_str());
  }
  if (own->member != options.own_id || own->role == Role::kSteward) {
    return FailedPrecondition("the server's own certificate is that of %s, not of the server of %s",
                              own->ToString().c_str(), options.own_id.c_str());
  }
  return OkStatus();
}

void EnableHealthAndReflection() {
  static std::once_flag once;
  std::call_once(once, [] {
    grpc::EnableDefaultHealthCheckService(true);
    grpc::reflection::InitProtoReflectionServerBuilderPlugin();
  });
}

void ApplyLimits(const ServerLimits& limits, grpc::ServerBuilder& builder) {
  builder.SetMaxReceiveMessageSize(limits.max_request_bytes);
  builder.SetMaxSendMessageSize(limits.max_response_bytes);
  // A small compressed message may unpack to a huge one: none is unpacked.
  builder.AddChannelArgument(GRPC_ARG_ENABLE_PER_MESSAGE_DECOMPRESSION, 0);
  builder.SetCompressionAlgorithmSupportStatus(GRPC_COMPRESS_DEFLATE, false);
  builder.SetCompressionAlgorithmSupportStatus(GRPC_COMPRESS_GZIP, false);
  // Else a second server could share the port unnoticed.
  builder.AddChannelArgument(GRPC_ARG_ALLOW_REUSEPORT, 0);
  builder.AddChannelArgument(GRPC_ARG_MAX_CONCURRENT_STREAMS, limits.max_streams_per_connection);
  builder.AddChannelArgument(GRPC_ARG_MAX_METADATA_SIZE, limits.max_metadata_bytes);
  builder.AddChannelArgument(GRPC_ARG_SERVER_HANDSHAKE_TIMEOUT_MS,
                             Milliseconds(limits.handshake_timeout));
  builder.AddChannelArgument(GRPC_ARG_MAX_CONNECTION_IDLE_MS, Milliseconds(limits.connection_idle));
  builder.AddChannelArgument(GRPC_ARG_MAX_CONNECTION_AGE_MS, Milliseconds(limits.connection_age));
  builder.AddChannelArgument(GRPC_ARG_MAX_CONNECTION_AGE_GRACE_MS, kConnectionGraceMs);
  builder.AddChannelArgument(GRPC_ARG_KEEPALIVE_TIME_MS, kKeepaliveMs);
  builder.AddChannelArgument(GRPC_ARG_KEEPALIVE_TIMEOUT_MS, kKeepaliveTimeoutMs);
  builder.AddChannelArgument(GRPC_ARG_HTTP2_MIN_RECV_PING_INTERVAL_WITHOUT_DATA_MS,
                             kMinPingIntervalMs);
  grpc::ResourceQuota quota("weir");
  quota.Resize(limits.memory_quota_bytes).SetMaxThreads(kMaxGrpcThreads);
  builder.SetResourceQuota(quota);
}

}  // namespace

// Members are destroyed from the last to the first: the server before what its calls use.
class ServerHost::Impl {
 public:
  explicit Impl(const ServerOptions& options)
      : options_(options),
        gate_(options.own_id, options.trust),
        queue_({.threads = options.limits.worker_threads,
                .max_waiting = options.limits.max_waiting_calls}) {}
  ~Impl() { Stop(kLastDrain); }

  Status Start(const HostPort& address, const std::vector<RpcService>& services);
  Status Refresh();
  void Stop(std::chrono::milliseconds drain);
  const std::string& address() const { return address_; }
  int port() const { return port_; }

 private:
  Status Listen(const HostPort& address);
  Status PublishIfStale();
  void WatchCredentials();

  const ServerOptions options_;
  const Gate gate_;
  WorkQueue queue_;
  std::unique_ptr<PublishedCertificate> published_;
  std::vector<std::unique_ptr<HostedService>> services_;
  std::unique_ptr<grpc::Server> server_;
  std::string address_;
  int port_ = 0;

  std::mutex refresh_mutex_;
  uint64_t published_own_ = 0;
  uint64_t published_trust_ = 0;

  std::mutex stop_mutex_;
  std::condition_variable stop_changed_;
  bool stopping_ = false;
  std::thread watcher_;
};

Status ServerHost::Impl::Start(const HostPort& address, const std::vector<RpcService>& services) {
  WEIR_ASSIGN_OR_RETURN(published_,
                        PublishedCertificate::Create(options_.credential_folder, SystemFiles()));
  WEIR_RETURN_IF_ERROR(PublishIfStale());
  for (const RpcService& service : services) {
    services_.push_back(std::make_unique<HostedService>(
        service, HostedService::Host{.gate = gate_, .queue = queue_, .log = options_.log}));
  }
  WEIR_RETURN_IF_ERROR(Listen(address));
  watcher_ = std::thread([this] { WatchCredentials(); });
  options_.log.Write(Severity::kInfo, "listening",
                     {{"address", address_}, {"identity", options_.own_id}});
  return OkStatus();
}

Status ServerHost::Impl::Listen(const HostPort& address) {
  WEIR_ASSIGN_OR_RETURN(const auto credentials,
                        MakeServerCredentials(*published_, options_.trust, options_.log));
  credentials->SetAuthMetadataProcessor(std::make_shared<GateKeeper>(gate_, options_.log));
  EnableHealthAndReflection();
  grpc::ServerBuilder builder;
  ApplyLimits(options_.limits, builder);
  builder.AddListeningPort(address.ToString(), credentials, &port_);
  for (const auto& service : services_) builder.RegisterService(service.get());
  server_ = builder.BuildAndStart();
  if (server_ == nullptr || port_ <= 0) {
    return FailedPrecondition("cannot listen on %s: %s", address.ToString().c_str(),
                              WhyNotListening(address).c_str());
  }
  HostPort bound = address;
  bound.port = static_cast<uint16_t>(port_);
  address_ = bound.ToString();
  return OkStatus();
}

Status ServerHost::Impl::PublishIfStale() {
  const std::lock_guard lock(refresh_mutex_);
  const uint64_t own = options_.certificate.generation();
  const uint64_t trust = options_.trust.generation();
  if (own == published_own_ && trust == published_trust_) return OkStatus();
  WEIR_RETURN_IF_ERROR(
      published_->Publish(*options_.certificate.Get(), options_.trust.AuthorityBundle()));
  published_own_ = own;
  published_trust_ = trust;
  return OkStatus();
}

Status ServerHost::Impl::Refresh() {
  const auto reloaded = options_.certificate.Reload();
  if (reloaded.ok() && *reloaded) {
    options_.log.Write(Severity::kInfo, "certificate_reloaded", {});
  }
  // What the trust store says must not wait for a certificate that cannot be read.
  const Status published = PublishIfStale();
  return reloaded.ok() ? published : reloaded.status();
}

void ServerHost::Impl::WatchCredentials() {
  std::string last_fault;
  std::unique_lock lock(stop_mutex_);
  while (!stop_changed_.wait_for(lock, options_.limits.credential_poll,
                                 [this] { return stopping_; })) {
    lock.unlock();
    const std::string fault = MessageOf(Refresh());
    if (!fault.empty() && fault != last_fault) {
      options_.log.Write(Severity::kError, "certificate_not_reloaded", {{"reason", fault}});
    }
    last_fault = fault;
    lock.lock();
  }
}

void ServerHost::Impl::Stop(std::chrono::milliseconds drain) {
  {
    const std::lock_guard lock(stop_mutex_);
    if (std::exchange(stopping_, true)) return;
  }
  stop_changed_.notify_all();
  if (watcher_.joinable()) watcher_.join();
  if (server_ != nullptr) {
    server_->GetHealthCheckService()->SetServingStatus(false);
    server_->Shutdown(std::chrono::system_clock::now() + drain);
    options_.log.Write(Severity::kInfo, "stopped", {{"address", address_}});
  }
  queue_.Close();
}

StatusOr<std::unique_ptr<ServerHost>> ServerHost::Start(const ServerOptions& options,
                                                        const std::vector<RpcService>& services) {
  WEIR_ASSIGN_OR_RETURN(const HostPort address, CheckListenAddress(options.address));
  WEIR_RETURN_IF_ERROR(CheckLimits(options.limits));
  WEIR_RETURN_IF_ERROR(CheckOwnIdentity(options));
  for (const RpcService& service : services) WEIR_RETURN_IF_ERROR(service.Check());
  auto impl = std::make_unique<Impl>(options);
  WEIR_RETURN_IF_ERROR(impl->Start(address, services));
  return std::unique_ptr<ServerHost>(new ServerHost(std::move(impl)));
}

ServerHost::ServerHost(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
ServerHost::~ServerHost() = default;

const std::string& ServerHost::address() const { return impl_->address(); }
int ServerHost::port() const { return impl_->port(); }
Status ServerHost::RefreshCredentials() { return impl_->Refresh(); }
void ServerHost::Stop(std::chrono::milliseconds drain) { impl_->Stop(drain); }

}  // namespace weir::wire
