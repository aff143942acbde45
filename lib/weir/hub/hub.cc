// SPDX-License-Identifier: Apache-2.0
#include "weir/hub/hub.h"

#include <mutex>
#include <set>
#include <utility>
#include <vector>

#include "weir/base/identifiers.h"
#include "weir/crypto/signed_note.h"
#include "weir/doc/signed_text.h"
#include "weir/hub/internal/hub_state.h"
#include "weir/hub/mailbox.h"

namespace weir::hub {

class Hub::Impl {
 public:
  Impl(const HubOptions& options, HubState state, Clock& clock, Files& files)
      : clock_(clock),
        state_(std::move(state)),
        mailbox_(JoinPath(options.state_folder, "mailbox"),
                 {.package_bytes = options.package_limit_bytes,
                  .recipient_bytes = options.mailbox_limit_bytes,
                  .recipient_packages = options.mailbox_limit_packages},
                 files) {}

  Status Start() {
    last_sweep_ = clock_.Now();
    return mailbox_.Start(last_sweep_);
  }

  Status Tidy() {
    const std::lock_guard lock(mutex_);
    const Time now = clock_.Now();
    // A clock that was put back must not silence this.
    if (now >= last_sweep_ && now - last_sweep_ < kSweepEvery) return OkStatus();
    last_sweep_ = now;
    return mailbox_.Sweep(now);
  }

  const std::string& id() const { return state_.id(); }

  std::shared_ptr<const coalition::Charter> charter() const {
    const std::lock_guard lock(mutex_);
    return charter_locked();
  }

  Status InstallCharter(const std::string& note) {
    const std::lock_guard lock(mutex_);
    return state_.InstallCharter(note, clock_.Now());
  }

  StatusOr<v1::EnrollResponse> Enroll(const std::string& caller) {
    const std::lock_guard lock(mutex_);
    WEIR_RETURN_IF_ERROR(CheckMember(caller));
    WEIR_RETURN_IF_ERROR(state_.MarkEnrolled(caller, clock_.Now()));
    v1::EnrollResponse answer;
    answer.set_charter(charter_locked()->note());
    WEIR_ASSIGN_OR_RETURN(const std::vector<std::string> enrolled, state_.Enrolled());
    for (const std::string& member : enrolled) answer.add_enrolled(member);
    return answer;
  }

  StatusOr<v1::GetCharterResponse> GetCharter(const std::string& caller, uint64_t version) {
    const std::lock_guard lock(mutex_);
    WEIR_RETURN_IF_ERROR(CheckMember(caller));
    v1::GetCharterResponse answer;
    WEIR_ASSIGN_OR_RETURN(*answer.mutable_charter(), state_.CharterNote(version));
    return answer;
  }

  StatusOr<v1::PublishCharterResponse> PublishCharter(const std::string& caller,
                                                      const std::string& note) {
    const std::lock_guard lock(mutex_);
    WEIR_RETURN_IF_ERROR(CheckMember(caller));
    WEIR_RETURN_IF_ERROR(state_.InstallCharter(note, clock_.Now()));
    v1::PublishCharterResponse answer;
    answer.set_version(charter_locked()->version());
    return answer;
  }

  StatusOr<v1::PutPackageChunkResponse> Put(const std::string& caller,
                                            const v1::PutPackageChunkRequest& request) {
    const std::lock_guard lock(mutex_);
    WEIR_RETURN_IF_ERROR(CheckMember(caller));
    WEIR_ASSIGN_OR_RETURN(const CheckedLabel label, CheckLabel(caller, request.label()));
    return mailbox_.Put(label, {.offset = request.offset(),
                                .data = request.data(),
                                .now = clock_.Now(),
                                .senders = charter_locked()->members().size()});
  }

  StatusOr<v1::ListMailResponse> List(const std::string& caller) {
    const std::lock_guard lock(mutex_);
    WEIR_RETURN_IF_ERROR(CheckMember(caller));
    WEIR_ASSIGN_OR_RETURN(std::vector<v1::MailSummary> mail, mailbox_.List(caller));
    v1::ListMailResponse answer;
    for (v1::MailSummary& summary : mail) *answer.add_mail() = std::move(summary);
    return answer;
  }

  StatusOr<v1::GetMailChunkResponse> Get(const std::string& caller,
                                         const v1::GetMailChunkRequest& request) {
    const std::lock_guard lock(mutex_);
    WEIR_RETURN_IF_ERROR(CheckMember(caller));
    return mailbox_.Get(caller, request.package(), request.offset());
  }

  StatusOr<v1::AcknowledgeMailResponse> Acknowledge(const std::string& caller,
                                                    const std::string& package) {
    const std::lock_guard lock(mutex_);
    WEIR_RETURN_IF_ERROR(CheckMember(caller));
    WEIR_RETURN_IF_ERROR(
        mailbox_.Acknowledge({.recipient = caller, .package = package}, clock_.Now()));
    return v1::AcknowledgeMailResponse();
  }

 private:
  const std::shared_ptr<const coalition::Charter>& charter_locked() const {
    return state_.charter();
  }

  Status CheckMember(const std::string& caller) const {
    if (charter_locked() == nullptr) {
      return FailedPrecondition("this hub has no charter yet; its operator installs the first");
    }
    if (charter_locked()->FindMember(caller) == nullptr) {
      return PermissionDenied("%s is not a member of %s", caller.c_str(),
                              charter_locked()->coalition().c_str());
    }
    return OkStatus();
  }

  StatusOr<CheckedLabel> CheckLabel(const std::string& caller, const std::string& note) const {
    const coalition::Member* sender = charter_locked()->FindMember(caller);
    const std::vector<crypto::NoteVerifier> keys = {sender->node_key};
    const StatusOr<crypto::VerifiedNote> verified = crypto::VerifyNote(note, keys);
    if (!verified.ok()) {
      return PermissionDenied("label of a package from %s: %s", caller.c_str(),
                              MessageOf(verified.status()).c_str());
    }
    WEIR_ASSIGN_OR_RETURN(const doc::Document<v1::PackageLabel> document,
                          doc::ParseSigned<v1::PackageLabel>(verified->text(), "label"));
    const v1::PackageLabel& label = document.message;
    if (label.sender() != caller) {
      return PermissionDenied("%s cannot send in the name of %s", caller.c_str(),
                              label.sender().c_str());
    }
    if (charter_locked()->FindMember(label.recipient()) == nullptr) {
      return InvalidArgument("recipient %s is not a member of %s", label.recipient().c_str(),
                             charter_locked()->coalition().c_str());
    }
    return CheckedLabel{.label = label, .note = note};
  }

  Clock& clock_;
  mutable std::mutex mutex_;
  HubState state_;
  Mailbox mailbox_;
  Time last_sweep_;
};

StatusOr<std::unique_ptr<Hub>> Hub::Open(const HubOptions& options, Clock& clock, Files& files) {
  WEIR_ASSIGN_OR_RETURN(HubState state, HubState::Open(options.state_folder, files));
  auto impl = std::make_unique<Impl>(options, std::move(state), clock, files);
  WEIR_RETURN_IF_ERROR(impl->Start());
  return std::unique_ptr<Hub>(new Hub(std::move(impl)));
}

Hub::Hub(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Hub::~Hub() = default;

const std::string& Hub::id() const { return impl_->id(); }

std::shared_ptr<const coalition::Charter> Hub::charter() const { return impl_->charter(); }

Status Hub::Tidy() { return impl_->Tidy(); }

Status Hub::InstallCharter(const std::string& note) { return impl_->InstallCharter(note); }

StatusOr<v1::EnrollResponse> Hub::Enroll(const std::string& caller, const v1::EnrollRequest&) {
  return impl_->Enroll(caller);
}

StatusOr<v1::GetCharterResponse> Hub::GetCharter(const std::string& caller,
                                                 const v1::GetCharterRequest& request) {
  return impl_->GetCharter(caller, request.version());
}

StatusOr<v1::PublishCharterResponse> Hub::PublishCharter(const std::string& caller,
                                                         const v1::PublishCharterRequest& request) {
  return impl_->PublishCharter(caller, request.charter());
}

StatusOr<v1::PutPackageChunkResponse> Hub::PutPackageChunk(
    const std::string& caller, const v1::PutPackageChunkRequest& request) {
  return impl_->Put(caller, request);
}

StatusOr<v1::ListMailResponse> Hub::ListMail(const std::string& caller,
                                             const v1::ListMailRequest&) {
  return impl_->List(caller);
}

StatusOr<v1::GetMailChunkResponse> Hub::GetMailChunk(const std::string& caller,
                                                     const v1::GetMailChunkRequest& request) {
  return impl_->Get(caller, request);
}

StatusOr<v1::AcknowledgeMailResponse> Hub::AcknowledgeMail(
    const std::string& caller, const v1::AcknowledgeMailRequest& request) {
  return impl_->Acknowledge(caller, request.package());
}

}  // namespace weir::hub
