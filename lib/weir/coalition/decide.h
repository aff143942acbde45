// SPDX-License-Identifier: Apache-2.0
#ifndef WEIR_COALITION_DECIDE_H_
#define WEIR_COALITION_DECIDE_H_

#include <string>
#include <vector>

#include "weir/base/time.h"
#include "weir/coalition/agreement.h"
#include "weir/v1/request.pb.h"

namespace weir::coalition {

enum class Verdict { kAllow, kNeedsApproval, kRefuse };

// Everything a decision depends on: public documents, the caller, the clock, the ledger. No data.
struct DecisionInput {
  const Agreement* agreement;  // null: none of that name
  const v1::Request* request;
  std::string caller;  // member id proved by the channel
  std::string self;    // the member that decides
  Time now;
  bool dataset_known;
  bool agreement_budget_holds;  // the agreement's share admits the charge, or no charge is due
  bool dataset_budget_holds;
  std::vector<std::string> approvals;  // stewards who have allowed it, distinct
  bool declined = false;
};

struct Decision {
  Verdict verdict;
  v1::RefusalReason reason;   // kRefuse only
  uint32_t approvals_needed;  // kNeedsApproval only
};

// How far apart two honest clocks may be: a request from further in the future is refused.
inline constexpr std::chrono::minutes kClockSkewAllowed{5};

// The one place where it is decided if a request is allowed. Pure: equal inputs, equal outputs.
// The first rule that refuses, in the order of RefusalReason's use below, gives the reason:
// agreement exists, is in force (both signatures), parties match, valid at `now`, request neither
// expired nor from the future, dataset, keys, measures, windows, agreement budget, dataset budget,
// declined, approvals.
Decision Decide(const DecisionInput& input);

// "agreement_budget" and so on: the stable word of a reason, used in PolicyRefusal and on screen.
std::string ReasonWord(v1::RefusalReason reason);
// One sentence for people, lower case, no full stop.
std::string ReasonSentence(v1::RefusalReason reason);

}  // namespace weir::coalition

#endif  // WEIR_COALITION_DECIDE_H_
