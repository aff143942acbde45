// SPDX-License-Identifier: Apache-2.0
#ifndef WEIR_TESTS_MEMBER_TEST_NETWORK_H_
#define WEIR_TESTS_MEMBER_TEST_NETWORK_H_

#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "weir/base/messenger.h"
#include "weir/hub/hub.h"
#include "weir/member/member.h"

namespace weir::test {

// One call as somebody on the wire sees it.
struct SeenCall {
  std::string caller;
  std::string target;
  std::string method;
  size_t request_bytes = 0;
  std::string answer;  // serialised, or empty
  Status status = OkStatus();
};

// Calls between members and a hub in one thread: every answer is there when Call returns.
class TestNetwork {
 public:
  // What `caller` sends through.
  Messenger& MessengerOf(const std::string& caller);

  void Attach(const std::string& id, member::Member* member) { members_[id] = member; }
  void AttachHub(const std::string& id, hub::Hub* hub) {
    hub_id_ = id;
    hub_ = hub;
  }
  // A party that is down answers nobody.
  void TakeDown(const std::string& id) { down_.insert(id); }
  void BringUp(const std::string& id) { down_.erase(id); }

  // Looks at, and may change, an answer on its way back; runs after the other side has acted.
  using Tamper = std::function<StatusOr<std::string>(const SeenCall& call)>;
  void SetTamper(Tamper tamper) { tamper_ = std::move(tamper); }

  std::vector<SeenCall>& calls() { return calls_; }

 private:
  class Line;
  StatusOr<std::string> Deliver(const std::string& caller, const std::string& target,
                                const std::string& method, const std::string& request);
  StatusOr<std::string> Route(const std::string& caller, const std::string& target,
                              const std::string& method, const std::string& request);

  std::map<std::string, member::Member*> members_;
  std::string hub_id_;
  hub::Hub* hub_ = nullptr;
  std::set<std::string> down_;
  Tamper tamper_;
  std::vector<SeenCall> calls_;
  std::map<std::string, std::unique_ptr<Messenger>> lines_;
};

}  // namespace weir::test

#endif  // WEIR_TESTS_MEMBER_TEST_NETWORK_H_
