// SPDX-License-Identifier: Apache-2.0
#include "tests/member/test_network.h"

#include <utility>

namespace weir::test {
namespace {

template <class Request, class Object, class Response>
StatusOr<std::string> Invoke(Object& object,
                             StatusOr<Response> (Object::*method)(const std::string&,
                                                                  const Request&),
                             const std::string& caller, const std::string& bytes) {
  Request request;
  WEIR_CHECK(request.ParseFromString(bytes));
  WEIR_ASSIGN_OR_RETURN(const Response response, (object.*method)(caller, request));
  return response.SerializeAsString();
}

}  // namespace

class TestNetwork::Line final : public Messenger {
 public:
  Line(TestNetwork& network, std::string caller) : network_(network), caller_(std::move(caller)) {}
  StatusOr<std::string> Call(std::string_view target, std::string_view method,
                             const std::string& request) override {
    return network_.Deliver(caller_, std::string(target), std::string(method), request);
  }

 private:
  TestNetwork& network_;
  std::string caller_;
};

Messenger& TestNetwork::MessengerOf(const std::string& caller) {
  std::unique_ptr<Messenger>& line = lines_[caller];
  if (line == nullptr) line = std::make_unique<Line>(*this, caller);
  return *line;
}

StatusOr<std::string> TestNetwork::Deliver(const std::string& caller, const std::string& target,
                                           const std::string& method, const std::string& request) {
  StatusOr<std::string> answer = down_.contains(target) || down_.contains(caller)
                                     ? Unavailable("%s is down", target.c_str())
                                     : Route(caller, target, method, request);
  SeenCall seen{.caller = caller,
                .target = target,
                .method = method,
                .request_bytes = request.size(),
                .answer = answer.ok() ? *answer : "",
                .status = answer.status()};
  calls_.push_back(seen);
  if (answer.ok() && tamper_) return tamper_(seen);
  return answer;
}

StatusOr<std::string> TestNetwork::Route(const std::string& caller, const std::string& target,
                                         const std::string& method, const std::string& request) {
  using hub::Hub;
  using member::Member;
  if (target == hub_id_ && hub_ != nullptr) {
    if (method == "HubService/Enroll") return Invoke(*hub_, &Hub::Enroll, caller, request);
    if (method == "HubService/GetCharter") return Invoke(*hub_, &Hub::GetCharter, caller, request);
    if (method == "HubService/PublishCharter") {
      return Invoke(*hub_, &Hub::PublishCharter, caller, request);
    }
    if (method == "HubService/PutPackageChunk") {
      return Invoke(*hub_, &Hub::PutPackageChunk, caller, request);
    }
    if (method == "HubService/ListMail") return Invoke(*hub_, &Hub::ListMail, caller, request);
    if (method == "HubService/GetMailChunk") {
      return Invoke(*hub_, &Hub::GetMailChunk, caller, request);
    }
    if (method == "HubService/AcknowledgeMail") {
      return Invoke(*hub_, &Hub::AcknowledgeMail, caller, request);
    }
  }
  const auto found = members_.find(target);
  if (found == members_.end() || found->second == nullptr) {
    return Unavailable("%s is not there", target.c_str());
  }
  Member& member = *found->second;
  if (method == "PeerService/OfferAgreement") {
    return Invoke(member, &Member::OfferAgreement, caller, request);
  }
  if (method == "PeerService/PreviewQuestion") {
    return Invoke(member, &Member::PreviewQuestion, caller, request);
  }
  if (method == "PeerService/SubmitRequest") {
    return Invoke(member, &Member::SubmitRequest, caller, request);
  }
  if (method == "PeerService/GetRequestState") {
    return Invoke(member, &Member::GetRequestState, caller, request);
  }
  return Internal("no method %s", method.c_str());
}

}  // namespace weir::test
