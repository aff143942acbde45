// SPDX-License-Identifier: Apache-2.0
#include "weir/hub/mailbox.h"

#include <algorithm>
#include <utility>

#include "weir/base/bytes.h"
#include "weir/base/identifiers.h"
#include "weir/crypto/signed_note.h"
#include "weir/doc/signed_text.h"

namespace weir::hub {
namespace {

constexpr char kLabelName[] = "label.note";
constexpr char kBodyName[] = "body.age";
constexpr uint64_t kLabelLimitBytes = 64 << 10;
constexpr uint64_t kChunkLimitBytes = uint64_t{1} << 20;
constexpr size_t kMaxListed = 1000;

std::string LabelPath(const std::string& folder) { return JoinPath(folder, kLabelName); }
std::string BodyPath(const std::string& folder) { return JoinPath(folder, kBodyName); }

}  // namespace

std::string Mailbox::MailFolder(std::string_view recipient, std::string_view package) const {
  return JoinPath(JoinPath(JoinPath(folder_, "mail"), recipient), package);
}

StatusOr<v1::PutPackageChunkResponse> Mailbox::Put(const CheckedLabel& label, uint64_t offset,
                                                   std::string_view data) {
  if (data.size() > kChunkLimitBytes) {
    return InvalidArgument("a chunk has at most %llu bytes, got %zu",
                           static_cast<unsigned long long>(kChunkLimitBytes), data.size());
  }
  const uint64_t total = label.label.ciphertext_bytes();
  v1::PutPackageChunkResponse answer;
  WEIR_ASSIGN_OR_RETURN(const bool held, HeldUnderSameLabel(label));
  if (held) {
    answer.set_received_bytes(total);
    answer.set_complete(true);
    return answer;
  }
  const std::string incoming = JoinPath(JoinPath(folder_, "incoming"), label.label.package());
  WEIR_RETURN_IF_ERROR(OpenUpload(label, incoming));
  WEIR_ASSIGN_OR_RETURN(uint64_t received, files_.Size(BodyPath(incoming)));
  if (offset == received) {
    if (data.size() > total - received) {
      return InvalidArgument("package %s is longer than its label says",
                             label.label.package().c_str());
    }
    WEIR_RETURN_IF_ERROR(files_.AppendDurably(BodyPath(incoming), received, data));
    received += data.size();
  }
  answer.set_received_bytes(received);
  if (received == total) {
    WEIR_RETURN_IF_ERROR(Finish(label.label, incoming));
    answer.set_complete(true);
  }
  return answer;
}

StatusOr<bool> Mailbox::HeldUnderSameLabel(const CheckedLabel& label) {
  const std::string& package = label.label.package();
  const std::string mail = LabelPath(MailFolder(label.label.recipient(), package));
  const std::string done = JoinPath(JoinPath(folder_, "done"), package);
  for (const std::string& path : {mail, done}) {
    if (!files_.Exists(path)) continue;
    WEIR_ASSIGN_OR_RETURN(const std::string note, files_.Read(path, kLabelLimitBytes));
    if (note != label.note) {
      return AlreadyExists("package %s is here under another label", package.c_str());
    }
    return true;
  }
  return false;
}

Status Mailbox::OpenUpload(const CheckedLabel& label, const std::string& incoming) {
  const std::string path = LabelPath(incoming);
  if (files_.Exists(path)) {
    WEIR_ASSIGN_OR_RETURN(const std::string note, files_.Read(path, kLabelLimitBytes));
    if (note == label.note) return OkStatus();
    return AlreadyExists("package %s is being uploaded under another label",
                         label.label.package().c_str());
  }
  WEIR_RETURN_IF_ERROR(CheckRoom(label.label));
  WEIR_RETURN_IF_ERROR(files_.MakeFolder(incoming));
  // The body before the label: whoever finds a label can append.
  WEIR_RETURN_IF_ERROR(files_.WriteDurably(BodyPath(incoming), "", FileMode::kPrivate));
  return files_.WriteDurably(path, label.note, FileMode::kPrivate);
}

Status Mailbox::CheckRoom(const v1::PackageLabel& label) {
  if (label.ciphertext_bytes() > limits_.package_bytes) {
    return MakeError(StatusCode::kResourceExhausted, "the package is larger than this hub carries");
  }
  const std::string mail = JoinPath(JoinPath(folder_, "mail"), label.recipient());
  WEIR_ASSIGN_OR_RETURN(const Room kept, CountRoom(mail));
  WEIR_ASSIGN_OR_RETURN(const Room incoming, CountRoom(JoinPath(folder_, "incoming")));
  if (kept.packages + incoming.packages >= limits_.recipient_packages ||
      kept.bytes + incoming.bytes + label.ciphertext_bytes() > limits_.recipient_bytes) {
    return MakeError(StatusCode::kResourceExhausted,
                     "the mailbox of " + label.recipient() + " is full; it must fetch first");
  }
  return OkStatus();
}

StatusOr<Mailbox::Room> Mailbox::CountRoom(const std::string& folder) {
  Room room;
  if (!files_.Exists(folder)) return room;
  WEIR_ASSIGN_OR_RETURN(const std::vector<std::string> names, files_.List(folder));
  room.packages = names.size();
  for (const std::string& name : names) {
    const std::string body = BodyPath(JoinPath(folder, name));
    if (!files_.Exists(body)) continue;
    WEIR_ASSIGN_OR_RETURN(const uint64_t size, files_.Size(body));
    room.bytes += size;
  }
  return room;
}

Status Mailbox::Finish(const v1::PackageLabel& label, const std::string& incoming) {
  WEIR_ASSIGN_OR_RETURN(const std::string digest,
                        BodyDigest(BodyPath(incoming), label.ciphertext_bytes()));
  if (digest != label.ciphertext_sha256()) {
    WEIR_RETURN_IF_ERROR(files_.RemoveTree(incoming));
    return InvalidArgument("package %s does not have the digest that its label says",
                           label.package().c_str());
  }
  WEIR_RETURN_IF_ERROR(files_.MakeFolder(JoinPath(JoinPath(folder_, "mail"), label.recipient())));
  return files_.Rename(incoming, MailFolder(label.recipient(), label.package()));
}

StatusOr<std::string> Mailbox::BodyDigest(const std::string& path, uint64_t size) {
  Sha256Stream stream;
  for (uint64_t offset = 0; offset < size; offset += kChunkBytes) {
    WEIR_ASSIGN_OR_RETURN(const std::string part, files_.ReadRange(path, offset, kChunkBytes));
    stream.Update(part);
  }
  return HexEncode(AsText(stream.Finish()));
}

StatusOr<std::vector<v1::MailSummary>> Mailbox::List(const std::string& recipient) {
  std::vector<v1::MailSummary> mail;
  const std::string folder = JoinPath(JoinPath(folder_, "mail"), recipient);
  if (!files_.Exists(folder)) return mail;
  // Package ids are UUIDv7: their order is that of time.
  WEIR_ASSIGN_OR_RETURN(std::vector<std::string> names, files_.List(folder));
  if (names.size() > kMaxListed) names.resize(kMaxListed);
  for (const std::string& name : names) {
    v1::MailSummary summary;
    summary.set_package(name);
    WEIR_ASSIGN_OR_RETURN(*summary.mutable_label(),
                          files_.Read(LabelPath(JoinPath(folder, name)), kLabelLimitBytes));
    mail.push_back(std::move(summary));
  }
  return mail;
}

StatusOr<v1::GetMailChunkResponse> Mailbox::Get(const std::string& recipient,
                                                const std::string& package, uint64_t offset) {
  const std::string body = BodyPath(MailFolder(recipient, package));
  if (!IsUuid(package) || !files_.Exists(body)) {
    return NotFound("no mail with id %s", package.c_str());
  }
  v1::GetMailChunkResponse answer;
  WEIR_ASSIGN_OR_RETURN(const uint64_t size, files_.Size(body));
  answer.set_total_bytes(size);
  if (offset < size) {
    WEIR_ASSIGN_OR_RETURN(*answer.mutable_data(), files_.ReadRange(body, offset, kChunkBytes));
  }
  return answer;
}

Status Mailbox::Acknowledge(const std::string& recipient, const std::string& package) {
  const std::string folder = MailFolder(recipient, package);
  if (!IsUuid(package) || !files_.Exists(LabelPath(folder))) return OkStatus();
  WEIR_ASSIGN_OR_RETURN(const std::string note, files_.Read(LabelPath(folder), kLabelLimitBytes));
  const std::string done = JoinPath(folder_, "done");
  WEIR_RETURN_IF_ERROR(files_.MakeFolder(done));
  WEIR_RETURN_IF_ERROR(files_.WriteDurably(JoinPath(done, package), note, FileMode::kPrivate));
  // Out of sight at once; a crash in the middle of removing leaves nothing half listed.
  const std::string trash = JoinPath(folder_, "trash");
  WEIR_RETURN_IF_ERROR(files_.MakeFolder(trash));
  const std::string thrown = JoinPath(trash, package);
  WEIR_RETURN_IF_ERROR(files_.Rename(folder, thrown));
  return files_.RemoveTree(thrown);
}

Status Mailbox::Sweep(Time now) {
  WEIR_RETURN_IF_ERROR(files_.RemoveTree(JoinPath(folder_, "trash")));
  const std::string incoming = JoinPath(folder_, "incoming");
  if (files_.Exists(incoming)) {
    WEIR_ASSIGN_OR_RETURN(const std::vector<std::string> names, files_.List(incoming));
    for (const std::string& name : names) {
      const std::string folder = JoinPath(incoming, name);
      WEIR_ASSIGN_OR_RETURN(const bool old, IsOld(LabelPath(folder), now));
      if (old) WEIR_RETURN_IF_ERROR(files_.RemoveTree(folder));
    }
  }
  const std::string done = JoinPath(folder_, "done");
  if (!files_.Exists(done)) return OkStatus();
  WEIR_ASSIGN_OR_RETURN(const std::vector<std::string> names, files_.List(done));
  for (const std::string& name : names) {
    WEIR_ASSIGN_OR_RETURN(const bool old, IsOld(JoinPath(done, name), now));
    if (old) WEIR_RETURN_IF_ERROR(files_.Remove(JoinPath(done, name)));
  }
  return OkStatus();
}

StatusOr<bool> Mailbox::IsOld(const std::string& label_path, Time now) {
  if (!files_.Exists(label_path)) return true;  // a crash came before its label
  WEIR_ASSIGN_OR_RETURN(const std::string note, files_.Read(label_path, kLabelLimitBytes));
  WEIR_ASSIGN_OR_RETURN(const crypto::UnverifiedNote label, crypto::ParseNote(note));
  WEIR_ASSIGN_OR_RETURN(const doc::Document<v1::PackageLabel> document,
                        doc::ParseSigned<v1::PackageLabel>(label.text, "label"));
  WEIR_ASSIGN_OR_RETURN(const Time created, ParseTime(document.message.created()));
  return now - created > kKeptDays;
}

}  // namespace weir::hub
