// SPDX-License-Identifier: Apache-2.0
#include "services/wire/rpc_service.h"

namespace weir::wire {

using google::protobuf::DescriptorPool;
using google::protobuf::MethodDescriptor;

RpcService::RpcService(std::string_view full_name)
    : descriptor_(DescriptorPool::generated_pool()->FindServiceByName(std::string(full_name))) {
  if (descriptor_ == nullptr) faults_.push_back("there is no service " + std::string(full_name));
}

void RpcService::UnaryBytes(std::string_view method, BytesHandler handler) {
  const std::string name(method);
  const MethodDescriptor* found =
      descriptor_ == nullptr ? nullptr : descriptor_->FindMethodByName(name);
  if (found == nullptr) {
    faults_.push_back("there is no method " + name);
  } else if (found->client_streaming() || found->server_streaming()) {
    faults_.push_back("method " + name + " is not unary");
  } else if (!handlers_.emplace(name, std::move(handler)).second) {
    faults_.push_back("method " + name + " is bound twice");
  }
}

void RpcService::CheckTypes(std::string_view method, const MessageTypes& types) {
  const MethodDescriptor* found =
      descriptor_ == nullptr ? nullptr : descriptor_->FindMethodByName(std::string(method));
  if (found != nullptr &&
      (found->input_type() != types.request || found->output_type() != types.response)) {
    faults_.push_back("the handler of method " + std::string(method) + " takes other messages");
  }
}

Status RpcService::ParseInto(const std::string& bytes, google::protobuf::Message& message) {
  if (message.ParseFromString(bytes)) return OkStatus();
  return InvalidArgument("the request is not a %s", message.GetTypeName().c_str());
}

Status RpcService::Check() const {
  if (!faults_.empty()) return Internal("%s", faults_.front().c_str());
  for (int i = 0; i < descriptor_->method_count(); ++i) {
    const std::string& name = descriptor_->method(i)->name();
    if (!handlers_.contains(name)) {
      return Internal("method %s of %s has no handler", name.c_str(),
                      descriptor_->full_name().c_str());
    }
  }
  return OkStatus();
}

}  // namespace weir::wire
