// SPDX-License-Identifier: Apache-2.0
#ifndef WEIR_DP_EVENT_PROTO_H_
#define WEIR_DP_EVENT_PROTO_H_

#include <string_view>

#include <google/protobuf/repeated_ptr_field.h>

#include "weir/base/status.h"
#include "weir/privacy/privacy_cost.h"
#include "weir/v1/release.pb.h"

namespace weir::dp {

// Events as the ledger and plans write them: canonical, so equal events give equal text.
// Errors: INVALID_ARGUMENT for an event that EventFromProto would refuse.
StatusOr<v1::MechanismEvent> EventToProto(const NoiseEvent& event);
// Of neither epsilon nor delta: refused.
StatusOr<v1::MechanismEvent> EventToProto(const ApproximateEvent& event);

// Of a noise event. Strict: known noise kind, plain decimal integers without leading zeros, a
// fraction in lowest terms that the sampler takes, and for Laplace the epsilon that follows from
// the rest (Gaussian: none). Errors: INVALID_ARGUMENT otherwise.
StatusOr<NoiseEvent> EventFromProto(const v1::MechanismEvent& event);

using EventList = google::protobuf::RepeatedPtrField<v1::MechanismEvent>;

// The events of a cost, noise first; its epsilon and delta go beside them as Epsilon::ToString and
// Delta::ToString (a zero delta as the empty text).
StatusOr<EventList> EventsToProto(const PrivacyCost& cost);
// The cost again; what it claims must follow from its events (CheckCost).
StatusOr<PrivacyCost> CostFromProto(const EventList& events, std::string_view epsilon,
                                    std::string_view delta);

}  // namespace weir::dp

#endif  // WEIR_DP_EVENT_PROTO_H_
