// SPDX-License-Identifier: Apache-2.0
#include "weir/coalition/decide.h"

#include <algorithm>
#include <array>
#include <optional>
#include <set>

#include "weir/coalition/internal/agreed_question.h"

namespace weir::coalition {
namespace {

using Reason = v1::RefusalReason;

std::optional<Reason> CheckAgreement(const DecisionInput& input) {
  if (input.agreement == nullptr) return v1::REFUSAL_REASON_NO_AGREEMENT;
  const v1::Agreement& terms = input.agreement->terms;
  if (!input.agreement->signed_by_both()) return v1::REFUSAL_REASON_AGREEMENT_NOT_SIGNED;
  if (terms.provider() != input.self || terms.consumer() != input.caller ||
      input.request->requester() != input.caller || input.request->target() != input.self ||
      input.request->agreement() != terms.agreement()) {
    return v1::REFUSAL_REASON_WRONG_PARTY;
  }
  if (input.now < input.agreement->not_before) return v1::REFUSAL_REASON_AGREEMENT_NOT_YET_VALID;
  if (input.now >= input.agreement->expires) return v1::REFUSAL_REASON_AGREEMENT_EXPIRED;
  return std::nullopt;
}

std::optional<Reason> CheckRequestTimes(const DecisionInput& input) {
  const StatusOr<Time> created = ParseTime(input.request->created());
  const StatusOr<Time> expires = ParseTime(input.request->expires());
  if (!created.ok() || !expires.ok() || *expires <= *created) {
    return v1::REFUSAL_REASON_REQUEST_INVALID;
  }
  if (input.now >= *expires) return v1::REFUSAL_REASON_REQUEST_EXPIRED;
  if (*created > input.now + kClockSkewAllowed) return v1::REFUSAL_REASON_REQUEST_FROM_FUTURE;
  return std::nullopt;
}

std::optional<Reason> CheckQuestion(const DecisionInput& input) {
  const v1::Agreement& terms = input.agreement->terms;
  const v1::ReleaseSpec& spec = input.request->spec();
  if (!input.dataset_known || spec.dataset() != terms.dataset()) {
    return v1::REFUSAL_REASON_WRONG_DATASET;
  }
  for (const v1::Key& key : spec.keys()) {
    if (!internal::IsKeyAgreed(terms, key)) return v1::REFUSAL_REASON_KEY_NOT_AGREED;
  }
  for (const v1::Measure& measure : spec.measures()) {
    if (!internal::IsMeasureAgreed(terms, measure)) return v1::REFUSAL_REASON_MEASURE_NOT_AGREED;
  }
  if (!internal::IsChoiceAgreed(terms, spec)) return v1::REFUSAL_REASON_SELECTION_NOT_AGREED;
  if (!internal::IsEstimateAgreed(terms, spec)) return v1::REFUSAL_REASON_ESTIMATE_NOT_AGREED;
  for (const v1::Condition& condition : spec.filter()) {
    if (!internal::IsFilterAgreed(terms, condition)) return v1::REFUSAL_REASON_FILTER_NOT_AGREED;
  }
  return std::nullopt;
}

std::optional<Reason> FirstRefusal(const DecisionInput& input) {
  if (const auto reason = CheckAgreement(input)) return reason;
  if (const auto reason = CheckRequestTimes(input)) return reason;
  if (const auto reason = CheckQuestion(input)) return reason;
  if (!input.agreement_budget_holds) return v1::REFUSAL_REASON_AGREEMENT_BUDGET;
  if (!input.dataset_budget_holds) return v1::REFUSAL_REASON_DATASET_BUDGET;
  if (input.declined) return v1::REFUSAL_REASON_DECLINED;
  return std::nullopt;
}

uint32_t ApprovalsNeeded(v1::Approval rule) {
  switch (rule) {
    case v1::APPROVAL_AUTO:
      return 0;
    case v1::APPROVAL_ONE_STEWARD:
      return 1;
    default:  // two_persons, and any rule that this version does not know
      return 2;
  }
}

struct ReasonText {
  Reason reason;
  const char* word;
  const char* sentence;
};

constexpr std::array<ReasonText, 18> kReasons = {{
    {v1::REFUSAL_REASON_NO_AGREEMENT, "no_agreement", "there is no agreement of that name here"},
    {v1::REFUSAL_REASON_AGREEMENT_NOT_SIGNED, "agreement_not_signed",
     "the agreement does not bear the signatures of both parties"},
    {v1::REFUSAL_REASON_AGREEMENT_NOT_YET_VALID, "agreement_not_yet_valid",
     "the agreement is not valid yet"},
    {v1::REFUSAL_REASON_AGREEMENT_EXPIRED, "agreement_expired", "the agreement has expired"},
    {v1::REFUSAL_REASON_WRONG_PARTY, "wrong_party",
     "the agreement is between other parties, or the request names others"},
    {v1::REFUSAL_REASON_WRONG_DATASET, "wrong_dataset",
     "the agreement does not cover this data set, or it is not registered here"},
    {v1::REFUSAL_REASON_KEY_NOT_AGREED, "key_not_agreed",
     "the agreement does not allow grouping by one of the keys"},
    {v1::REFUSAL_REASON_MEASURE_NOT_AGREED, "measure_not_agreed",
     "the agreement does not allow one of the measures"},
    {v1::REFUSAL_REASON_SELECTION_NOT_AGREED, "selection_not_agreed",
     "the agreement does not allow keys to be selected, or ranked by this measure"},
    {v1::REFUSAL_REASON_ESTIMATE_NOT_AGREED, "estimate_not_agreed",
     "the agreement does not allow bounds to be estimated from the data"},
    {v1::REFUSAL_REASON_FILTER_NOT_AGREED, "filter_not_agreed",
     "the agreement does not allow filtering by one of the columns"},
    {v1::REFUSAL_REASON_AGREEMENT_BUDGET, "agreement_budget",
     "what the agreement allows to be spent does not cover this request"},
    {v1::REFUSAL_REASON_DATASET_BUDGET, "dataset_budget",
     "what is left of the data set's privacy budget does not cover this request"},
    {v1::REFUSAL_REASON_REQUEST_EXPIRED, "request_expired", "the request has expired"},
    {v1::REFUSAL_REASON_REQUEST_FROM_FUTURE, "request_from_future",
     "the request was made in the future; compare the clocks of both nodes"},
    {v1::REFUSAL_REASON_WINDOW_NOT_AGREED, "window_not_agreed", "the data set has no such window"},
    {v1::REFUSAL_REASON_DECLINED, "declined", "a steward of the provider has declined"},
    {v1::REFUSAL_REASON_REQUEST_INVALID, "request_invalid",
     "the request does not fit the data set's public description"},
}};

const ReasonText* FindReason(Reason reason) {
  const auto found =
      std::find_if(kReasons.begin(), kReasons.end(),
                   [reason](const ReasonText& text) { return text.reason == reason; });
  return found == kReasons.end() ? nullptr : &*found;
}

}  // namespace

Decision Decide(const DecisionInput& input) {
  if (const auto reason = FirstRefusal(input)) {
    return {.verdict = Verdict::kRefuse, .reason = *reason, .approvals_needed = 0};
  }
  const uint32_t needed = ApprovalsNeeded(input.agreement->terms.approval());
  const std::set<std::string> given(input.approvals.begin(), input.approvals.end());
  if (given.size() < needed) {
    return {.verdict = Verdict::kNeedsApproval,
            .reason = v1::REFUSAL_REASON_UNSPECIFIED,
            .approvals_needed = needed - static_cast<uint32_t>(given.size())};
  }
  return {
      .verdict = Verdict::kAllow, .reason = v1::REFUSAL_REASON_UNSPECIFIED, .approvals_needed = 0};
}

std::string ReasonWord(v1::RefusalReason reason) {
  const ReasonText* text = FindReason(reason);
  return text == nullptr ? "unknown" : text->word;
}

std::string ReasonSentence(v1::RefusalReason reason) {
  const ReasonText* text = FindReason(reason);
  return text == nullptr ? "refused for a reason that this version does not know" : text->sentence;
}

}  // namespace weir::coalition
