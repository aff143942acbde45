// SPDX-License-Identifier: Apache-2.0
#ifndef WEIR_SERVICES_WIRE_GATE_H_
#define WEIR_SERVICES_WIRE_GATE_H_

#include <string>
#include <string_view>

#include <grpcpp/security/auth_context.h>
#include <grpcpp/security/auth_metadata_processor.h>

#include "services/wire/caller.h"
#include "services/wire/log.h"
#include "services/wire/trust.h"
#include "weir/base/status.h"

namespace weir::wire {

// The one place where a server decides whether a call goes on. Thread-safe.
class Gate {
 public:
  Gate(std::string own_id, const TrustStore& trust) : own_id_(std::move(own_id)), trust_(trust) {}

  // Who calls `path` over the connection of `context`, if that is allowed at this moment.
  // Errors: those of TrustStore::Identify and Authorise.
  StatusOr<CallerIdentity> Admit(std::string_view path, const grpc::AuthContext& context) const;

 private:
  const std::string own_id_;
  const TrustStore& trust_;
};

// Makes gRPC ask the gate for every call of every service on a port - health, reflection and
// methods that nobody serves included - before anything of the call's body is looked at.
// A call that is open already (a health watch) is not asked again.
class GateKeeper final : public grpc::AuthMetadataProcessor {
 public:
  GateKeeper(const Gate& gate, EventLog& log) : gate_(gate), log_(log) {}

  bool IsBlocking() const override { return false; }
  grpc::Status Process(const InputMetadata& metadata, grpc::AuthContext* context,
                       OutputMetadata* consumed, OutputMetadata* response) override;

 private:
  const Gate& gate_;
  EventLog& log_;
};

}  // namespace weir::wire

#endif  // WEIR_SERVICES_WIRE_GATE_H_
