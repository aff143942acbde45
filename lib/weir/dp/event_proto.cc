// SPDX-License-Identifier: Apache-2.0
#include "weir/dp/event_proto.h"

#include <string>
#include <utility>
#include <vector>

#include "weir/base/decimal.h"
#include "weir/dp/accountant.h"
#include "weir/dp/calibration.h"
#include "weir/dp/noise_sampler.h"

namespace weir::dp {
namespace {

StatusOr<uint128> ParsePositive(const std::string& text, const char* field) {
  const StatusOr<int128> value = ParseInt128(text);
  if (!value.ok() || *value <= 0) {
    return InvalidArgument("%s of a mechanism event must be a positive integer", field);
  }
  return static_cast<uint128>(*value);
}

StatusOr<NoiseKind> KindFromProto(v1::Mechanism mechanism) {
  switch (mechanism) {
    case v1::MECHANISM_DISCRETE_LAPLACE:
      return NoiseKind::kDiscreteLaplace;
    case v1::MECHANISM_DISCRETE_GAUSSIAN:
      return NoiseKind::kDiscreteGaussian;
    default:
      return InvalidArgument("unknown noise mechanism %d", static_cast<int>(mechanism));
  }
}

// The epsilon field that belongs to an event.
StatusOr<std::string> EpsilonText(const NoiseEvent& event) {
  if (event.kind == NoiseKind::kDiscreteGaussian) return std::string();
  WEIR_ASSIGN_OR_RETURN(const Epsilon epsilon, LaplaceEpsilon(event.parameter, event.sensitivity));
  return epsilon.ToString();
}

Status CheckEvent(const NoiseEvent& event) {
  if (event.sensitivity == 0 || event.sensitivity >> 127 != 0) {
    return InvalidArgument("the sensitivity of a mechanism event must be in [1, 2^127)");
  }
  return NoiseSampler::Create(event).status();
}

// Canonical: what EventToProto writes, nothing else.
StatusOr<ApproximateEvent> ApproximateFromProto(const v1::MechanismEvent& message) {
  ApproximateEvent event;
  if (!message.epsilon().empty()) {
    WEIR_ASSIGN_OR_RETURN(const Epsilon epsilon, Epsilon::Parse(message.epsilon()));
    event.epsilon = epsilon;
  }
  WEIR_ASSIGN_OR_RETURN(event.delta, Delta::Parse(message.delta()));
  WEIR_ASSIGN_OR_RETURN(const v1::MechanismEvent canonical, EventToProto(event));
  if (canonical.SerializeAsString() != message.SerializeAsString()) {
    return InvalidArgument("an approximate event has an epsilon and a delta, as short as can be");
  }
  return event;
}

}  // namespace

StatusOr<v1::MechanismEvent> EventToProto(const NoiseEvent& event) {
  WEIR_RETURN_IF_ERROR(CheckEvent(event));
  WEIR_ASSIGN_OR_RETURN(std::string epsilon, EpsilonText(event));
  v1::MechanismEvent message;
  message.set_mechanism(event.kind == NoiseKind::kDiscreteLaplace
                            ? v1::MECHANISM_DISCRETE_LAPLACE
                            : v1::MECHANISM_DISCRETE_GAUSSIAN);
  message.set_numerator(FormatInt128(static_cast<int128>(event.parameter.numerator)));
  message.set_denominator(FormatInt128(static_cast<int128>(event.parameter.denominator)));
  message.set_sensitivity(FormatInt128(static_cast<int128>(event.sensitivity)));
  message.set_epsilon(std::move(epsilon));
  return message;
}

StatusOr<v1::MechanismEvent> EventToProto(const ApproximateEvent& event) {
  if (!event.epsilon.has_value() && event.delta.is_zero()) {
    return InvalidArgument("an approximate event must have an epsilon or a delta");
  }
  v1::MechanismEvent message;
  message.set_mechanism(v1::MECHANISM_APPROXIMATE);
  if (event.epsilon.has_value()) message.set_epsilon(event.epsilon->ToString());
  if (!event.delta.is_zero()) message.set_delta(event.delta.ToString());
  return message;
}

StatusOr<NoiseEvent> EventFromProto(const v1::MechanismEvent& message) {
  WEIR_ASSIGN_OR_RETURN(const NoiseKind kind, KindFromProto(message.mechanism()));
  WEIR_ASSIGN_OR_RETURN(const uint128 numerator, ParsePositive(message.numerator(), "numerator"));
  WEIR_ASSIGN_OR_RETURN(const uint128 denominator,
                        ParsePositive(message.denominator(), "denominator"));
  WEIR_ASSIGN_OR_RETURN(const uint128 sensitivity,
                        ParsePositive(message.sensitivity(), "sensitivity"));
  const NoiseEvent event{kind, {numerator, denominator}, sensitivity};
  WEIR_RETURN_IF_ERROR(CheckEvent(event));
  WEIR_ASSIGN_OR_RETURN(const std::string epsilon, EpsilonText(event));
  if (message.epsilon() != epsilon) {
    return InvalidArgument("the epsilon of a mechanism event must be what follows from it: \"%s\"",
                           epsilon.c_str());
  }
  if (!message.delta().empty()) return InvalidArgument("a noise event has no delta of its own");
  return event;
}

StatusOr<EventList> EventsToProto(const PrivacyCost& cost) {
  EventList events;
  for (const NoiseEvent& event : cost.events()) {
    WEIR_ASSIGN_OR_RETURN(*events.Add(), EventToProto(event));
  }
  for (const ApproximateEvent& event : cost.approximate()) {
    WEIR_ASSIGN_OR_RETURN(*events.Add(), EventToProto(event));
  }
  return events;
}

StatusOr<PrivacyCost> CostFromProto(const EventList& events, std::string_view epsilon,
                                    std::string_view delta) {
  std::vector<NoiseEvent> parsed;
  std::vector<ApproximateEvent> approximate;
  for (const v1::MechanismEvent& message : events) {
    if (message.mechanism() == v1::MECHANISM_APPROXIMATE) {
      WEIR_ASSIGN_OR_RETURN(const ApproximateEvent event, ApproximateFromProto(message));
      approximate.push_back(event);
      continue;
    }
    if (!approximate.empty()) return InvalidArgument("noise events come before all others");
    WEIR_ASSIGN_OR_RETURN(const NoiseEvent event, EventFromProto(message));
    parsed.push_back(event);
  }
  WEIR_ASSIGN_OR_RETURN(const Epsilon total_epsilon, Epsilon::Parse(epsilon));
  WEIR_ASSIGN_OR_RETURN(const Delta total_delta, Delta::Parse(delta));
  WEIR_ASSIGN_OR_RETURN(PrivacyCost cost, PrivacyCost::Create(std::move(parsed), total_epsilon,
                                                              total_delta, std::move(approximate)));
  WEIR_RETURN_IF_ERROR(CheckCost(cost));
  return cost;
}

}  // namespace weir::dp
