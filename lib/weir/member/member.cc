// SPDX-License-Identifier: Apache-2.0
#include "weir/member/member.h"

#include <algorithm>
#include <mutex>
#include <utility>
#include <vector>

#include "weir/ledger/ledger.h"
#include "weir/member/identity.h"
#include "weir/member/internal/agreement_book.h"
#include "weir/member/internal/agreement_desk.h"
#include "weir/member/internal/charter_book.h"
#include "weir/member/internal/consumer_desk.h"
#include "weir/member/internal/context.h"
#include "weir/member/internal/dataset_registry.h"
#include "weir/member/internal/hub_link.h"
#include "weir/member/internal/inbox.h"
#include "weir/member/internal/mail_collector.h"
#include "weir/member/internal/notices.h"
#include "weir/member/internal/outbox.h"
#include "weir/member/internal/provider_desk.h"
#include "weir/member/internal/refused_book.h"
#include "weir/member/internal/release_desk.h"
#include "weir/member/internal/request_book.h"
#include "weir/member/internal/request_view.h"
#include "weir/member/internal/request_worker.h"
#include "weir/member/internal/ticks.h"
#include "weir/member/ledger_view.h"
#include "weir/member/state_folder.h"

namespace weir::member {

using internal::CharterPtr;
using internal::DatasetPtr;
using internal::KeptRequest;

// The parts in the order in which they depend on each other; destroyed the other way round.
class Member::Impl {
 public:
  Impl(std::unique_ptr<FileLock> held, internal::Context made)
      : lock(std::move(held)), context(std::move(made)) {}

  Status Start(data::Engine& engine);

  std::unique_ptr<FileLock> lock;
  const internal::Context context;
  internal::Notices notices;
  std::unique_ptr<ledger::Ledger> ledger;
  std::unique_ptr<internal::CharterBook> charters;
  std::unique_ptr<internal::DatasetRegistry> datasets;
  std::unique_ptr<internal::RequestBook> incoming;
  std::unique_ptr<internal::RequestBook> outgoing;
  std::unique_ptr<internal::RefusedBook> refused;
  std::unique_ptr<internal::Inbox> inbox;
  std::unique_ptr<internal::AgreementBook> agreements;
  std::unique_ptr<internal::HubLink> hub;
  std::unique_ptr<internal::Outbox> outbox;
  std::unique_ptr<internal::ReleaseDesk> releases;
  std::unique_ptr<internal::AgreementDesk> agreement_desk;
  std::unique_ptr<internal::ProviderDesk> provider;
  std::unique_ptr<internal::ConsumerDesk> consumer;
  std::unique_ptr<internal::MailCollector> mail;
  std::unique_ptr<internal::RequestWorker> worker;
  std::mutex work_mutex;

  StatusOr<v1::DatasetSummary> Describe(const DatasetPtr& dataset);
  // One of the own requests before one of another member's.
  StatusOr<v1::GetRequestResponse> ShowRequest(const std::string& id) const;

 private:
  Status Load();
  Status RefuseLostLedger() const;
};

// A new ledger would grant every data set its whole budget again.
Status Member::Impl::RefuseLostLedger() const {
  const StatePaths& paths = context.paths;
  if (context.files.Exists(paths.ledger()) || !context.files.Exists(paths.datasets())) {
    return OkStatus();
  }
  WEIR_ASSIGN_OR_RETURN(const std::vector<std::string> registered,
                        context.files.List(paths.datasets()));
  if (registered.empty()) return OkStatus();
  return FailedPrecondition(
      "%s is gone, but data sets are registered: what was spent is not known. "
      "Put the ledger back; there is no guarantee without it",
      paths.ledger().c_str());
}

Status Member::Impl::Load() {
  WEIR_RETURN_IF_ERROR(RefuseLostLedger());
  WEIR_ASSIGN_OR_RETURN(ledger, ledger::Ledger::Open({.path = context.paths.ledger(), .vfs = {}},
                                                     context.clock, context.random, context.files));
  WEIR_ASSIGN_OR_RETURN(charters, internal::CharterBook::Load(context));
  WEIR_ASSIGN_OR_RETURN(datasets, internal::DatasetRegistry::Load(context, *ledger));
  WEIR_ASSIGN_OR_RETURN(incoming,
                        internal::RequestBook::Load(context.paths.requests_in(), context.files));
  WEIR_ASSIGN_OR_RETURN(outgoing,
                        internal::RequestBook::Load(context.paths.requests_out(), context.files));
  WEIR_ASSIGN_OR_RETURN(
      refused, internal::RefusedBook::Load(context.paths.requests_refused(), context.files));
  WEIR_ASSIGN_OR_RETURN(inbox, internal::Inbox::Load(context));
  agreements = std::make_unique<internal::AgreementBook>(context);
  return agreements->Sweep();
}

Status Member::Impl::Start(data::Engine& engine) {
  WEIR_RETURN_IF_ERROR(Load());
  hub = std::make_unique<internal::HubLink>(context, *charters);
  outbox = std::make_unique<internal::Outbox>(context, *hub);
  releases = std::make_unique<internal::ReleaseDesk>(context, *datasets, *ledger, engine);
  agreement_desk =
      std::make_unique<internal::AgreementDesk>(context, *charters, *agreements, *ledger);
  provider = std::make_unique<internal::ProviderDesk>(
      context, *charters, *agreements,
      internal::ProviderDesk::Books{
          .incoming = *incoming, .refused = *refused, .outgoing = *outgoing},
      *releases, *ledger);
  consumer = std::make_unique<internal::ConsumerDesk>(context, *charters, *outgoing, *inbox);
  mail = std::make_unique<internal::MailCollector>(context, *charters, *hub, *outgoing, *inbox,
                                                   notices);
  worker = std::make_unique<internal::RequestWorker>(context, *charters, *incoming, *releases,
                                                     *outbox, *hub, notices);
  WEIR_RETURN_IF_ERROR(releases->Sweep());
  return worker->Start(*ledger);
}

StatusOr<v1::DatasetSummary> Member::Impl::Describe(const DatasetPtr& dataset) {
  const data::DatasetDescription& description = dataset->description;
  const std::string& account = description.budget().account;
  WEIR_ASSIGN_OR_RETURN(const ledger::Balance balance, ledger->GetBalance(account, ""));
  v1::DatasetSummary summary;
  summary.set_dataset(description.id());
  summary.set_title(description.title());
  summary.set_theme(internal::ThemeWord(description.theme()));
  summary.set_privacy_unit(description.unit().ToString());
  *summary.mutable_balance() = DescribeBalance(account, balance, "");
  return summary;
}

StatusOr<v1::GetRequestResponse> Member::Impl::ShowRequest(const std::string& id) const {
  v1::GetRequestResponse answer;
  for (const internal::RequestBook* book : {outgoing.get(), incoming.get()}) {
    if (const std::optional<KeptRequest> kept = book->Find(id)) {
      *answer.mutable_request() = internal::Summarise(*kept, context.clock.Now());
      answer.set_note(kept->note);
      return answer;
    }
  }
  if (const std::optional<v1::RefusedRequest> kept = refused->Find(id)) {
    *answer.mutable_request() = internal::Summarise(*kept, context.identity.member);
    return answer;
  }
  return NotFound("there is no request %s", QuoteText(id).c_str());
}

StatusOr<std::unique_ptr<Member>> Member::Open(const MemberOptions& options,
                                               const MemberParts& parts) {
  if (options.tick <= std::chrono::milliseconds::zero()) {
    return InvalidArgument("tick must be above zero, got %lld ms",
                           static_cast<long long>(options.tick.count()));
  }
  const StatePaths paths(options.state_folder);
  WEIR_ASSIGN_OR_RETURN(std::unique_ptr<FileLock> lock, TakeStateFolder(paths, parts.files));
  WEIR_ASSIGN_OR_RETURN(Identity identity, LoadIdentity(options.state_folder, parts.files));
  auto impl =
      std::make_unique<Impl>(std::move(lock), internal::Context{.paths = paths,
                                                                .identity = std::move(identity),
                                                                .clock = parts.clock,
                                                                .random = parts.random,
                                                                .files = parts.files,
                                                                .messenger = parts.messenger,
                                                                .tick = options.tick});
  WEIR_RETURN_IF_ERROR(impl->Start(parts.engine));
  return std::unique_ptr<Member>(new Member(std::move(impl)));
}

Member::Member(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Member::~Member() = default;

const std::string& Member::id() const { return impl_->context.identity.member; }
const std::string& Member::coalition() const { return impl_->context.identity.coalition; }
std::shared_ptr<const coalition::Charter> Member::charter() const {
  return impl_->charters->current();
}

StatusOr<v1::GetStatusResponse> Member::GetStatus(const std::string&, const v1::GetStatusRequest&) {
  v1::GetStatusResponse answer;
  answer.set_member(id());
  answer.set_coalition(coalition());
  const CharterPtr charter = impl_->charters->current();
  answer.set_charter_version(charter == nullptr ? 0 : charter->version());
  answer.set_version(WEIR_VERSION);
  answer.set_hub_reachable(impl_->hub->reachable());
  answer.set_outbox_packages(impl_->outbox->size());
  answer.set_running_requests(impl_->incoming->Active().size());
  for (const std::string& notice : impl_->notices.All()) answer.add_notices(notice);
  return answer;
}

StatusOr<v1::ListMembersResponse> Member::ListMembers(const std::string&,
                                                      const v1::ListMembersRequest&) {
  v1::ListMembersResponse answer;
  answer.set_coalition(coalition());
  const CharterPtr charter = impl_->charters->current();
  if (charter == nullptr) return answer;
  // Who has enrolled changes while others start; what was heard last serves if the hub is away.
  if (impl_->hub->IsWorthAsking()) impl_->hub->Enrol().IgnoreError();
  const std::vector<std::string> enrolled = impl_->hub->enrolled();
  for (const coalition::Member& member : charter->members()) {
    v1::MemberSummary& summary = *answer.add_members();
    summary.set_member(member.id);
    summary.set_title(member.title);
    summary.set_address(member.address);
    summary.set_enrolled(std::find(enrolled.begin(), enrolled.end(), member.id) != enrolled.end());
  }
  answer.set_charter_version(charter->version());
  answer.set_charter_sha256(charter->sha256());
  return answer;
}

StatusOr<v1::InstallCharterResponse> Member::InstallCharter(
    const std::string&, const v1::InstallCharterRequest& request) {
  const std::vector<std::string> following = {request.charter()};
  WEIR_RETURN_IF_ERROR(impl_->charters->Install(following));
  const CharterPtr charter = impl_->charters->current();
  v1::InstallCharterResponse answer;
  answer.set_coalition(charter->coalition());
  answer.set_version(charter->version());
  answer.set_sha256(charter->sha256());
  return answer;
}

StatusOr<v1::AddDatasetResponse> Member::AddDataset(const std::string&,
                                                    const v1::AddDatasetRequest& request) {
  v1::AddDatasetResponse answer;
  WEIR_ASSIGN_OR_RETURN(
      *answer.mutable_dataset(),
      impl_->datasets->Add(request.document(), request.folder(), request.imported()));
  return answer;
}

StatusOr<v1::ListDatasetsResponse> Member::ListDatasets(const std::string&,
                                                        const v1::ListDatasetsRequest&) {
  v1::ListDatasetsResponse answer;
  for (const DatasetPtr& dataset : impl_->datasets->All()) {
    WEIR_ASSIGN_OR_RETURN(*answer.add_datasets(), impl_->Describe(dataset));
  }
  return answer;
}

StatusOr<v1::GetDatasetResponse> Member::GetDataset(const std::string&,
                                                    const v1::GetDatasetRequest& request) {
  const DatasetPtr dataset = impl_->datasets->Find(request.dataset());
  if (dataset == nullptr) {
    return NotFound("data set %s is not registered here", QuoteText(request.dataset()).c_str());
  }
  v1::GetDatasetResponse answer;
  answer.set_document(dataset->document);
  WEIR_ASSIGN_OR_RETURN(*answer.mutable_summary(), impl_->Describe(dataset));
  return answer;
}

StatusOr<v1::ProposeAgreementResponse> Member::ProposeAgreement(
    const std::string&, const v1::ProposeAgreementRequest& request) {
  return impl_->agreement_desk->Propose(request);
}

StatusOr<v1::SignAgreementResponse> Member::SignAgreement(const std::string&,
                                                          const v1::SignAgreementRequest& request) {
  return impl_->agreement_desk->Sign(request);
}

StatusOr<v1::ListAgreementsResponse> Member::ListAgreements(const std::string&,
                                                            const v1::ListAgreementsRequest&) {
  return impl_->agreement_desk->List();
}

StatusOr<v1::PreviewRequestResponse> Member::PreviewRequest(
    const std::string&, const v1::PreviewRequestRequest& request) {
  return impl_->consumer->Preview(request);
}

StatusOr<v1::SendRequestResponse> Member::SendRequest(const std::string&,
                                                      const v1::SendRequestRequest& request) {
  return impl_->consumer->Send(request);
}

StatusOr<v1::ListRequestsResponse> Member::ListRequests(const std::string&,
                                                        const v1::ListRequestsRequest&) {
  v1::ListRequestsResponse answer;
  const Time now = impl_->context.clock.Now();
  for (const internal::RequestBook* book : {impl_->incoming.get(), impl_->outgoing.get()}) {
    for (const KeptRequest& kept : book->All()) {
      *answer.add_requests() = internal::Summarise(kept, now);
    }
  }
  for (const v1::RefusedRequest& kept : impl_->refused->All()) {
    *answer.add_requests() = internal::Summarise(kept, id());
  }
  return answer;
}

StatusOr<v1::GetRequestResponse> Member::GetRequest(const std::string&,
                                                    const v1::GetRequestRequest& request) {
  return impl_->ShowRequest(request.request());
}

StatusOr<v1::ApproveRequestResponse> Member::ApproveRequest(
    const std::string& steward, const v1::ApproveRequestRequest& request) {
  return impl_->provider->Approve(steward, request);
}

StatusOr<v1::ListPackagesResponse> Member::ListPackages(const std::string&,
                                                        const v1::ListPackagesRequest& request) {
  if (request.collect()) WEIR_RETURN_IF_ERROR(impl_->mail->Collect());
  return impl_->inbox->List();
}

StatusOr<v1::GetPackageChunkResponse> Member::GetPackageChunk(
    const std::string&, const v1::GetPackageChunkRequest& request) {
  return impl_->inbox->Chunk(request);
}

StatusOr<v1::PreviewReleaseResponse> Member::PreviewRelease(
    const std::string&, const v1::PreviewReleaseRequest& request) {
  return impl_->releases->PreviewRelease(request);
}

StatusOr<v1::RunReleaseResponse> Member::RunRelease(const std::string&,
                                                    const v1::RunReleaseRequest& request) {
  return impl_->releases->RunRelease(request);
}

StatusOr<v1::GetReleaseChunkResponse> Member::GetReleaseChunk(
    const std::string&, const v1::GetReleaseChunkRequest& request) {
  return impl_->releases->GetReleaseChunk(request);
}

StatusOr<v1::GetLedgerResponse> Member::GetLedger(const std::string&,
                                                  const v1::GetLedgerRequest& request) {
  return ShowLedger(*impl_->ledger, request.first_sequence());
}

StatusOr<v1::VerifyLedgerResponse> Member::VerifyLedger(const std::string&,
                                                        const v1::VerifyLedgerRequest&) {
  return member::VerifyLedger(*impl_->ledger);
}

StatusOr<v1::OfferAgreementResponse> Member::OfferAgreement(
    const std::string& caller, const v1::OfferAgreementRequest& request) {
  return impl_->agreement_desk->Take(caller, request);
}

StatusOr<v1::PreviewQuestionResponse> Member::PreviewQuestion(
    const std::string& caller, const v1::PreviewQuestionRequest& request) {
  return impl_->provider->Preview(caller, request);
}

StatusOr<v1::SubmitRequestResponse> Member::SubmitRequest(const std::string& caller,
                                                          const v1::SubmitRequestRequest& request) {
  return impl_->provider->Submit(caller, request);
}

StatusOr<v1::GetRequestStateResponse> Member::GetRequestState(
    const std::string& caller, const v1::GetRequestStateRequest& request) {
  return impl_->provider->State(caller, request);
}

Time Member::Work() {
  const std::lock_guard working(impl_->work_mutex);
  impl_->hub->EnrolIfDue();
  impl_->agreement_desk->OfferDue();
  impl_->provider->Tidy();
  impl_->worker->Work();
  impl_->mail->CollectIfDue();
  impl_->consumer->Follow();
  return internal::TickAfter(impl_->context.clock.Now(), impl_->context.tick);
}

Status Member::Enroll() { return impl_->hub->Enrol(); }

}  // namespace weir::member
