// SPDX-License-Identifier: Apache-2.0
#ifndef WEIR_COALITION_AGREEMENT_H_
#define WEIR_COALITION_AGREEMENT_H_

#include <string>
#include <string_view>
#include <vector>

#include "weir/base/status.h"
#include "weir/base/time.h"
#include "weir/coalition/charter.h"
#include "weir/privacy/parameters.h"
#include "weir/v1/agreement.pb.h"

namespace weir::coalition {

// An agreement note read under a charter: content checked, signatures verified.
struct Agreement {
  v1::Agreement terms;
  Time not_before;
  Time expires;
  Epsilon epsilon_share;
  Delta delta_share;
  std::string note;    // as received
  std::string sha256;  // of the signed text
  bool signed_by_provider = false;
  bool signed_by_consumer = false;
  bool signed_by_both() const { return signed_by_provider && signed_by_consumer; }
};

// Errors: INVALID_ARGUMENT   not an agreement, party not in the charter, other coalition, provider
//                            equal to consumer, not_before after expires, bad share;
//         PERMISSION_DENIED  signed by neither party, or a party's signature does not verify.
StatusOr<Agreement> ReadAgreement(std::string_view note, const Charter& charter);

// Canonical text of a new agreement, ready to be signed; the same checks of its content.
StatusOr<std::string> DraftAgreement(const v1::Agreement& terms, const Charter& charter);

}  // namespace weir::coalition

#endif  // WEIR_COALITION_AGREEMENT_H_
