// SPDX-License-Identifier: Apache-2.0
#ifndef WEIR_SERVICES_WIRE_CHARTER_TRUST_H_
#define WEIR_SERVICES_WIRE_CHARTER_TRUST_H_

#include "services/wire/trust.h"
#include "weir/coalition/charter.h"

namespace weir::wire {

// What a verified charter says about identity, as the trust store takes it.
TrustedCoalition TrustOf(const coalition::Charter& charter);

}  // namespace weir::wire

#endif  // WEIR_SERVICES_WIRE_CHARTER_TRUST_H_
