// SPDX-License-Identifier: Apache-2.0
#ifndef WEIR_SERVICES_WIRE_AUTHORISATION_H_
#define WEIR_SERVICES_WIRE_AUTHORISATION_H_

#include <span>
#include <string_view>

#include "services/wire/caller.h"
#include "weir/base/status.h"

namespace weir::wire {

// Who may call a method.
enum class Admitted {
  kOwnStewards,  // stewards of the region whose node this is
  kOtherNodes,   // nodes of the other members
  kNodes,        // nodes of all members
  kEveryParty,   // whoever proved to be somebody of the coalition
};

struct MethodRule {
  std::string_view path;  // "/weir.v1.PeerService/SubmitRequest", as HTTP/2 carries it
  Admitted admitted;
};

// Every method of every service, each with its rule; the same table for node and hub. It is
// rendered in docs/reference/authorisation.md, and a test compares the two.
std::span<const MethodRule> MethodRules();

// Whether `caller` may call `path` on the server of `own_id`, a member or the hub.
//
// Guarantee: a method without a row in MethodRules() is refused to everybody.
// Errors:    PERMISSION_DENIED  otherwise. The message names the method and the caller's role.
Status Authorise(std::string_view path, const CallerIdentity& caller, std::string_view own_id);

}  // namespace weir::wire

#endif  // WEIR_SERVICES_WIRE_AUTHORISATION_H_
