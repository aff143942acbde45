// SPDX-License-Identifier: Apache-2.0
#include "tools/weir/local_release.h"

#include <utility>
#include <vector>

#include "tools/weir/dataset_report.h"
#include "tools/weir/file_ledger.h"
#include "weir/dp/adaptive_filter.h"
#include "weir/member/ledger_view.h"
#include "weir/release/explain.h"

namespace weir::tool {

StatusOr<std::unique_ptr<LocalRelease>> LocalRelease::Prepare(
    const Context& context, const std::string& document,
    const doc::Document<v1::ReleaseSpec>& spec) {
  WEIR_ASSIGN_OR_RETURN(data::DatasetDescription dataset, ReadDescription(context, document));
  WEIR_ASSIGN_OR_RETURN(release::ReleasePlan plan, release::Plan(dataset, spec));
  WEIR_ASSIGN_OR_RETURN(std::unique_ptr<WatchedEngine> engine,
                        WatchedEngine::Create(context, AbsoluteFolder(document)));
  return std::unique_ptr<LocalRelease>(
      new LocalRelease(context, document, std::move(dataset), std::move(plan), std::move(engine)));
}

LocalRelease::LocalRelease(const Context& context, std::string document,
                           data::DatasetDescription dataset, release::ReleasePlan plan,
                           std::unique_ptr<WatchedEngine> engine)
    : context_(context),
      document_(std::move(document)),
      dataset_(std::move(dataset)),
      plan_(std::move(plan)),
      engine_(std::move(engine)),
      store_(JoinPath(FileLedgerFolder(document_), "releases"), context.files()) {}

Status LocalRelease::OpenLedger() {
  if (ledger_ != nullptr) return OkStatus();
  WEIR_ASSIGN_OR_RETURN(ledger_, OpenFileLedger(context_, document_));
  return ledger_->Grant(dataset_.budget().account,
                        {.epsilon = dataset_.budget().epsilon, .delta = dataset_.budget().delta},
                        dataset_.unit());
}

release::Door LocalRelease::MakeDoor() {
  return release::Door({.engine = *engine_,
                        .ledger = *ledger_,
                        .store = store_,
                        .random = context_.random(),
                        .signer = nullptr,
                        .provider = {}});
}

StatusOr<v1::ReleasePreview> LocalRelease::Preview() {
  v1::ReleasePreview shown;
  WEIR_RETURN_IF_ERROR(release::Explain(plan_, shown));
  // Where nothing was ever charged there is no ledger yet, and a dry run leaves it so.
  if (!FileLedgerExists(context_, document_)) return PreviewUncharged(std::move(shown));
  WEIR_RETURN_IF_ERROR(OpenLedger());
  WEIR_ASSIGN_OR_RETURN(const release::Preview preview,
                        MakeDoor().PreviewPlan(dataset_, plan_, /*payer=*/{}));
  shown.set_already_released(preview.already_released);
  *shown.mutable_balance() =
      member::DescribeBalance(dataset_.budget().account, preview.balance, /*window=*/"");
  if (!preview.admitted.ok()) {
    if (PolicyRefusalReason(preview.admitted) != "dataset_budget") return preview.admitted;
    shown.set_refusal(v1::REFUSAL_REASON_DATASET_BUDGET);
  }
  return shown;
}

StatusOr<v1::ReleasePreview> LocalRelease::PreviewUncharged(v1::ReleasePreview shown) const {
  const data::AccountBudget& budget = dataset_.budget();
  const dp::AdaptiveFilter filter = dp::AdaptiveFilter::Create(budget.epsilon, budget.delta);
  const ledger::Balance untouched{.budget = {.epsilon = budget.epsilon, .delta = budget.delta},
                                  .remaining = filter.RemainingPureEpsilon()};
  *shown.mutable_balance() = member::DescribeBalance(budget.account, untouched, /*window=*/"");
  if (!filter.CanSpend(plan_.cost)) shown.set_refusal(v1::REFUSAL_REASON_DATASET_BUDGET);
  return shown;
}

Status LocalRelease::CheckData(bool accept_faults) {
  WEIR_ASSIGN_OR_RETURN(const OwnerView<data::SourceReport> report, engine_->Check(dataset_));
  return JudgeReport(context_, dataset_, report, accept_faults);
}

StatusOr<LocalRelease::Result> LocalRelease::Run() {
  WEIR_RETURN_IF_ERROR(OpenLedger());
  release::Door door = MakeDoor();
  WEIR_ASSIGN_OR_RETURN(const release::Door::Payment payment,
                        door.Pay(dataset_, plan_, /*payer=*/{}));
  Result result{.charge = payment.charge, .from_store = payment.already_released, .stored = {}};
  if (payment.already_released) {
    WEIR_ASSIGN_OR_RETURN(result.stored, door.Fetch(payment.charge));
    return result;
  }
  // A charge left by a crash is run now; a failure that may pass leaves it for the next attempt.
  StatusOr<release::StoredRelease> stored = door.Run(dataset_, plan_, payment.charge);
  if (release::MayPass(stored.status())) {
    context_.Hint("the charge stands: the same command runs it again, " +
                  std::to_string(ledger::kMaxStarts) + " times in all");
  }
  WEIR_ASSIGN_OR_RETURN(result.stored, std::move(stored));
  return result;
}

StatusOr<std::string> DatasetIdOf(const Context& context, const std::string& document) {
  WEIR_ASSIGN_OR_RETURN(const data::DatasetDescription dataset, ReadDescription(context, document));
  return dataset.id();
}

}  // namespace weir::tool
