// SPDX-License-Identifier: Apache-2.0
#ifndef WEIR_SERVICES_NODE_LATE_MESSENGER_H_
#define WEIR_SERVICES_NODE_LATE_MESSENGER_H_

#include <atomic>
#include <string>
#include <string_view>

#include "weir/base/messenger.h"

namespace weir::node_service {

// A member is opened before its charter, and with it the network, is known. Thread-safe.
class LateMessenger final : public Messenger {
 public:
  // `messenger` must outlive this object or be replaced by null.
  void Connect(Messenger* messenger) { messenger_.store(messenger); }

  // UNAVAILABLE before Connect.
  StatusOr<std::string> Call(std::string_view target, std::string_view method,
                             const std::string& request) override {
    Messenger* messenger = messenger_.load();
    if (messenger == nullptr) return Unavailable("the node is not connected yet");
    return messenger->Call(target, method, request);
  }

 private:
  std::atomic<Messenger*> messenger_{nullptr};
};

}  // namespace weir::node_service

#endif  // WEIR_SERVICES_NODE_LATE_MESSENGER_H_
