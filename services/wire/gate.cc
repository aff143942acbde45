// SPDX-License-Identifier: Apache-2.0
#include "services/wire/gate.h"

#include <vector>

#include <grpc/grpc_security_constants.h>

#include "services/wire/authorisation.h"
#include "services/wire/status.h"

namespace weir::wire {

StatusOr<CallerIdentity> Gate::Admit(std::string_view path,
                                     const grpc::AuthContext& context) const {
  const std::vector<grpc::string_ref> leaves =
      context.FindPropertyValues(GRPC_X509_PEM_CERT_PROPERTY_NAME);
  if (leaves.size() != 1) return Unauthenticated("the connection has no client certificate");
  WEIR_ASSIGN_OR_RETURN(
      const CallerIdentity caller,
      trust_.Identify({leaves[0].data(), leaves[0].size()}, crypto::CertificatePurpose::kClient));
  WEIR_RETURN_IF_ERROR(Authorise(path, caller, own_id_));
  return caller;
}

grpc::Status GateKeeper::Process(const InputMetadata& metadata, grpc::AuthContext* context,
                                 OutputMetadata* /*consumed*/, OutputMetadata* /*response*/) {
  const auto found = metadata.find(":path");
  const std::string path =
      found == metadata.end() ? "" : std::string(found->second.data(), found->second.size());
  const auto caller = gate_.Admit(path, *context);
  if (!caller.ok()) {
    log_.Write(Severity::kWarning, "call_refused",
               {{"method", path}, {"reason", MessageOf(caller.status())}});
  }
  return ToGrpcStatus(caller.status());
}

}  // namespace weir::wire
