// SPDX-License-Identifier: Apache-2.0
#include "weir/member/internal/request_book.h"

#include <algorithm>
#include <utility>

#include <google/protobuf/util/message_differencer.h>

#include "weir/crypto/signed_note.h"
#include "weir/doc/signed_text.h"
#include "weir/member/state_folder.h"

namespace weir::member::internal {
namespace {

constexpr char kNoteName[] = "request.note";
constexpr char kRecordName[] = "record.yaml";
constexpr uint64_t kRecordLimitBytes = 64 << 10;

}  // namespace

bool IsActive(v1::RequestPhase phase) {
  switch (phase) {
    case v1::REQUEST_PHASE_DELIVERED:
    case v1::REQUEST_PHASE_REFUSED:
    case v1::REQUEST_PHASE_FAILED:
      return false;
    default:
      return true;
  }
}

StatusOr<std::unique_ptr<RequestBook>> RequestBook::Load(std::string folder, Files& files) {
  std::unique_ptr<RequestBook> book(new RequestBook(std::move(folder), files));
  WEIR_ASSIGN_OR_RETURN(const std::vector<std::string> ids, RecoverFolders(book->folder_, files));
  for (const std::string& id : ids) {
    StatusOr<KeptRequest> kept = book->ReadOne(id);
    if (!kept.ok()) {
      return DataLoss("request in %s: %s", JoinPath(book->folder_, id).c_str(),
                      MessageOf(kept.status()).c_str());
    }
    book->requests_.emplace(id, *std::move(kept));
  }
  return book;
}

StatusOr<KeptRequest> RequestBook::ReadOne(const std::string& id) const {
  KeptRequest kept;
  WEIR_ASSIGN_OR_RETURN(
      kept.note, files_.Read(JoinPath(JoinPath(folder_, id), kNoteName), crypto::kMaxNoteBytes));
  WEIR_ASSIGN_OR_RETURN(const crypto::UnverifiedNote note, crypto::ParseNote(kept.note));
  WEIR_ASSIGN_OR_RETURN(doc::Document<v1::Request> request,
                        doc::ParseSigned<v1::Request>(note.text, "request"));
  kept.request = std::move(request.message);
  WEIR_ASSIGN_OR_RETURN(const std::string text, files_.Read(RecordPath(id), kRecordLimitBytes));
  WEIR_ASSIGN_OR_RETURN(doc::Document<v1::RequestRecord> record,
                        doc::ParseSigned<v1::RequestRecord>(text, kRecordName));
  kept.record = std::move(record.message);
  return kept;
}

std::optional<KeptRequest> RequestBook::Find(const std::string& id) const {
  const std::lock_guard lock(mutex_);
  const auto found = requests_.find(id);
  if (found == requests_.end()) return std::nullopt;
  return found->second;
}

std::vector<KeptRequest> RequestBook::All() const {
  const std::lock_guard lock(mutex_);
  std::vector<KeptRequest> all;
  for (const auto& [id, kept] : requests_) all.push_back(kept);
  return all;
}

std::vector<KeptRequest> RequestBook::Active() const {
  const std::lock_guard lock(mutex_);
  std::vector<KeptRequest> active;
  for (const auto& [id, kept] : requests_) {
    if (IsActive(kept.record.phase())) active.push_back(kept);
  }
  return active;
}

RequestBook::Share RequestBook::ShareOf(const std::string& requester) const {
  const std::lock_guard lock(mutex_);
  Share share;
  for (const auto& [id, kept] : requests_) {
    if (kept.request.requester() != requester) continue;
    ++share.requests;
    share.note_bytes += kept.note.size();
  }
  return share;
}

RequestBook::Standing RequestBook::StandingOf(const v1::Request& asked,
                                              const std::string& charge) const {
  const std::lock_guard lock(mutex_);
  Standing standing = Standing::kNone;
  for (const auto& [id, kept] : requests_) {
    if (kept.request.requester() != asked.requester() || kept.record.charge() != charge) continue;
    if (kept.record.phase() == v1::REQUEST_PHASE_DELIVERED) return Standing::kAnswered;
    standing = Standing::kAsked;
  }
  return standing;
}

bool RequestBook::HasCharge(const std::string& charge) const {
  const std::lock_guard lock(mutex_);
  return std::any_of(requests_.begin(), requests_.end(), [&charge](const auto& entry) {
    return entry.second.record.charge() == charge;
  });
}

Status RequestBook::Add(KeptRequest kept) {
  const std::lock_guard lock(mutex_);
  const std::string id = kept.request.request();
  if (requests_.contains(id)) return AlreadyExists("request %s is here already", id.c_str());
  WEIR_ASSIGN_OR_RETURN(const std::string record, doc::FormatSigned(kept.record));
  WEIR_RETURN_IF_ERROR(files_.MakeFolder(folder_));
  WEIR_RETURN_IF_ERROR(PutFolder(
      JoinPath(folder_, id),
      {{.name = kNoteName, .content = kept.note}, {.name = kRecordName, .content = record}},
      files_));
  requests_.emplace(id, std::move(kept));
  return OkStatus();
}

StatusOr<bool> RequestBook::DropOldest(const std::string& requester, Time now) {
  const std::lock_guard lock(mutex_);
  for (auto it = requests_.begin(); it != requests_.end(); ++it) {
    const KeptRequest& kept = it->second;
    if (kept.request.requester() != requester || IsActive(kept.record.phase())) continue;
    const StatusOr<Time> expires = ParseTime(kept.request.expires());
    if (!expires.ok() || now < *expires) continue;
    WEIR_RETURN_IF_ERROR(DropFolder(JoinPath(folder_, it->first), files_));
    requests_.erase(it);
    return true;
  }
  return false;
}

StatusOr<KeptRequest> RequestBook::Change(const std::string& id,
                                          const std::function<void(v1::RequestRecord&)>& change) {
  const std::lock_guard lock(mutex_);
  const auto found = requests_.find(id);
  if (found == requests_.end()) return NotFound("there is no request %s", id.c_str());
  v1::RequestRecord record = found->second.record;
  change(record);
  if (google::protobuf::util::MessageDifferencer::Equals(record, found->second.record)) {
    return found->second;
  }
  WEIR_ASSIGN_OR_RETURN(const std::string text, doc::FormatSigned(record));
  WEIR_RETURN_IF_ERROR(files_.WriteDurably(RecordPath(id), text, FileMode::kPrivate));
  found->second.record = std::move(record);
  return found->second;
}

std::string RequestBook::RecordPath(const std::string& id) const {
  return JoinPath(JoinPath(folder_, id), kRecordName);
}

}  // namespace weir::member::internal
