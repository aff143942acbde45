// SPDX-License-Identifier: Apache-2.0
#include "weir/member/internal/mail_collector.h"

#include <optional>
#include <set>
#include <utility>

#include "weir/base/identifiers.h"
#include "weir/crypto/signed_note.h"
#include "weir/doc/signed_text.h"
#include "weir/member/internal/question.h"

namespace weir::member::internal {
namespace {

// Who a label says it is from; empty for what is no label. For display only.
std::string ClaimedSender(const std::string& label) {
  const StatusOr<crypto::UnverifiedNote> note = crypto::ParseNote(label);
  if (!note.ok()) return "";
  const auto document = doc::ParseSigned<v1::PackageLabel>(note->text, "label");
  return document.ok() ? document->message.sender() : "";
}

}  // namespace

void MailCollector::CollectIfDue() {
  const Time now = context_.clock.Now();
  {
    const std::lock_guard lock(mutex_);
    const bool early = now < next_ && next_ - now <= kCollectEvery;
    if (early && requests_.Active().empty()) return;
  }
  if (!hub_.IsWorthAsking()) return;
  if (const Status collected = Collect(); !collected.ok()) {
    notices_.Add("mail: " + FaultText(collected));
  }
}

Status MailCollector::Collect() {
  const std::lock_guard lock(mutex_);
  WEIR_ASSIGN_OR_RETURN(const CharterPtr charter, charters_.InForce());
  WEIR_ASSIGN_OR_RETURN(const v1::ListMailResponse waiting,
                        hub_.AskHub<v1::ListMailResponse>("ListMail", v1::ListMailRequest()));
  ForgetWaitsBut(waiting);
  Status first_fault = OkStatus();
  for (const v1::MailSummary& mail : waiting.mail()) {
    const Status collected = CollectOne(mail, *charter);
    if (!collected.ok() && first_fault.ok()) first_fault = collected;
  }
  next_ = context_.clock.Now() + kCollectEvery;
  return first_fault;
}

Status MailCollector::CollectOne(const v1::MailSummary& mail, const coalition::Charter& charter) {
  const std::string& package = mail.package();
  if (!IsUuid(package)) return DataLoss("the hub names mail %s", QuoteText(package).c_str());
  const std::optional<v1::InboxRecord> held = inbox_.Find(package);
  if (held.has_value() && held->fault().empty()) {
    // Kept before a crash, or replayed by the hub: kept once.
    WEIR_RETURN_IF_ERROR(MarkAnswered(held->request(), package));
    return Acknowledge(package);
  }
  if (Waits(package, charter)) return OkStatus();
  SealedPackage sealed{.id = package, .label = mail.label(), .body = {}};
  WEIR_ASSIGN_OR_RETURN(sealed.body, Fetch(package));
  const StatusOr<OpenedPackage> opened = Open(sealed, charter);
  const Status expected = opened.ok() ? CheckExpected(sealed, *opened) : opened.status();
  if (opened.status().code() == StatusCode::kFailedPrecondition && TryLater(package, charter)) {
    return opened.status();
  }
  if (!expected.ok()) {
    if (!held.has_value()) {
      WEIR_RETURN_IF_ERROR(inbox_.SetAside(sealed, ClaimedSender(sealed.label), expected));
    }
    return Acknowledge(package);
  }
  WEIR_RETURN_IF_ERROR(inbox_.Keep(sealed, *opened));
  WEIR_RETURN_IF_ERROR(MarkAnswered(opened->delivery.request(), package));
  return Acknowledge(package);
}

StatusOr<std::string> MailCollector::Fetch(const std::string& package) {
  std::string body;
  v1::GetMailChunkRequest request;
  request.set_package(package);
  while (true) {
    request.set_offset(body.size());
    WEIR_ASSIGN_OR_RETURN(const v1::GetMailChunkResponse chunk,
                          hub_.AskHub<v1::GetMailChunkResponse>("GetMailChunk", request));
    if (chunk.total_bytes() > kMaxPackageBytes) return std::string();
    body += chunk.data();
    // A hub that gives no more, or too much: what came does not fit its label.
    if (chunk.data().empty() || body.size() >= chunk.total_bytes()) return body;
  }
}

StatusOr<OpenedPackage> MailCollector::Open(const SealedPackage& sealed,
                                            const coalition::Charter& charter) {
  return OpenPackage(sealed.label, sealed.body, context_.identity, charter);
}

Status MailCollector::CheckExpected(const SealedPackage& sealed,
                                    const OpenedPackage& opened) const {
  if (opened.label.package() != sealed.id) {
    return PermissionDenied("the hub hands out package %s under another id",
                            opened.label.package().c_str());
  }
  const std::string& request = opened.delivery.request();
  const std::optional<KeptRequest> asked = requests_.Find(request);
  if (!asked.has_value()) return PermissionDenied("the package answers no request made here");
  if (asked->request.target() != opened.delivery.sender()) {
    return PermissionDenied("request %s went to %s, not to %s", request.c_str(),
                            asked->request.target().c_str(), opened.delivery.sender().c_str());
  }
  if (!asked->record.package().empty() && asked->record.package() != sealed.id) {
    return PermissionDenied("request %s is answered by package %s already", request.c_str(),
                            asked->record.package().c_str());
  }
  return CheckAnswers(opened.manifest.plan(), asked->request.spec());
}

void MailCollector::ForgetWaitsBut(const v1::ListMailResponse& waiting) {
  if (waits_.empty()) return;
  std::set<std::string> there;
  for (const v1::MailSummary& mail : waiting.mail()) there.insert(mail.package());
  std::erase_if(waits_, [&there](const auto& wait) { return !there.contains(wait.first); });
}

bool MailCollector::Waits(const std::string& package, const coalition::Charter& charter) const {
  const auto found = waits_.find(package);
  if (found == waits_.end()) return false;
  const Wait& wait = found->second;
  return wait.charter_version == charter.version() && context_.clock.Now() < wait.next;
}

bool MailCollector::TryLater(const std::string& package, const coalition::Charter& charter) {
  Wait& wait = waits_[package];
  const Time now = context_.clock.Now();
  wait.next = now + kFirstWait * (int64_t{1} << wait.tries);
  wait.charter_version = charter.version();
  return ++wait.tries < kMostTries;
}

Status MailCollector::MarkAnswered(const std::string& request, const std::string& package) {
  return requests_
      .Change(request,
              [&package](v1::RequestRecord& record) {
                record.set_phase(v1::REQUEST_PHASE_DELIVERED);
                record.set_package(package);
                record.clear_fault();
              })
      .status();
}

Status MailCollector::Acknowledge(const std::string& package) {
  v1::AcknowledgeMailRequest request;
  request.set_package(package);
  return hub_.AskHub<v1::AcknowledgeMailResponse>("AcknowledgeMail", request).status();
}

}  // namespace weir::member::internal
