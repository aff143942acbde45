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
constexpr char kArrivedName[] = "arrived";
constexpr uint64_t kLabelLimitBytes = 64 << 10;
constexpr uint64_t kChunkLimitBytes = uint64_t{1} << 20;
constexpr size_t kMaxListed = 1000;

std::string LabelPath(const std::string& folder) { return JoinPath(folder, kLabelName); }
std::string BodyPath(const std::string& folder) { return JoinPath(folder, kBodyName); }
std::string ArrivedPath(const std::string& folder) { return JoinPath(folder, kArrivedName); }

// What a file begins with: a time in a line of its own.
struct Stamped {
  Time time;  // 1970 if there is none
  std::string rest;
};
std::string Stamp(Time time, std::string_view rest) {
  return FormatTime(time) + "\n" + std::string(rest);
}
Stamped ReadStamp(const std::string& text) {
  const size_t end = text.find('\n');
  const StatusOr<Time> time = ParseTime(text.substr(0, end));
  if (!time.ok() || end == std::string::npos) return {.time = Time(), .rest = text};
  return {.time = *time, .rest = text.substr(end + 1)};
}

// Also what lies far in the future: the clock was wrong when it came.
bool IsOld(Time since, std::chrono::days limit, Time now) {
  return now - since > limit || since - now > limit;
}

}  // namespace

std::string Mailbox::MailFolder(std::string_view recipient, std::string_view package) const {
  return JoinPath(JoinPath(JoinPath(folder_, "mail"), recipient), package);
}

StatusOr<v1::PutPackageChunkResponse> Mailbox::Put(const CheckedLabel& label, const Piece& piece) {
  const std::string_view data = piece.data;
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
  WEIR_RETURN_IF_ERROR(OpenUpload(label, incoming, piece));
  WEIR_ASSIGN_OR_RETURN(uint64_t received, files_.Size(BodyPath(incoming)));
  if (piece.offset == received) {
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
    WEIR_ASSIGN_OR_RETURN(const std::string text, files_.Read(path, kLabelLimitBytes));
    if (ReadStamp(text).rest != label.note) {
      return AlreadyExists("package %s is here under another label", package.c_str());
    }
    return true;
  }
  return false;
}

Status Mailbox::OpenUpload(const CheckedLabel& label, const std::string& incoming,
                           const Piece& piece) {
  const std::string path = LabelPath(incoming);
  if (files_.Exists(path)) {
    WEIR_ASSIGN_OR_RETURN(const std::string note, files_.Read(path, kLabelLimitBytes));
    if (note == label.note) return OkStatus();
    return AlreadyExists("package %s is being uploaded under another label",
                         label.label.package().c_str());
  }
  WEIR_RETURN_IF_ERROR(CheckRoom(label.label, piece.senders));
  WEIR_RETURN_IF_ERROR(files_.MakeFolder(incoming));
  // The others before the label: whoever finds a label can append.
  WEIR_RETURN_IF_ERROR(files_.WriteDurably(BodyPath(incoming), "", FileMode::kPrivate));
  WEIR_RETURN_IF_ERROR(
      files_.WriteDurably(ArrivedPath(incoming), Stamp(piece.now, ""), FileMode::kPrivate));
  WEIR_RETURN_IF_ERROR(files_.WriteDurably(path, label.note, FileMode::kPrivate));
  held_.insert_or_assign(incoming, Held{.sender = label.label.sender(),
                                        .recipient = label.label.recipient(),
                                        .bytes = label.label.ciphertext_bytes()});
  return OkStatus();
}

Status Mailbox::CheckRoom(const v1::PackageLabel& label, uint64_t senders) const {
  if (label.ciphertext_bytes() > limits_.package_bytes) {
    return MakeError(StatusCode::kResourceExhausted, "the package is larger than this hub carries");
  }
  uint64_t bytes = label.ciphertext_bytes();
  uint64_t packages = 1;
  for (const auto& [folder, held] : held_) {
    if (held.sender != label.sender() || held.recipient != label.recipient()) continue;
    bytes += held.bytes;
    ++packages;
  }
  if (bytes > std::max(limits_.package_bytes, limits_.recipient_bytes / senders) ||
      packages > std::max<uint64_t>(1, limits_.recipient_packages / senders)) {
    return MakeError(StatusCode::kResourceExhausted,
                     "the part of " + label.sender() + " in the mailbox of " + label.recipient() +
                         " is full; " + label.recipient() + " must fetch first");
  }
  return OkStatus();
}

Status Mailbox::CountHeld(const std::string& folder) {
  if (!files_.Exists(folder)) return OkStatus();
  WEIR_ASSIGN_OR_RETURN(const std::vector<std::string> names, files_.List(folder));
  for (const std::string& name : names) {
    const std::string package = JoinPath(folder, name);
    if (!files_.Exists(LabelPath(package))) continue;
    WEIR_ASSIGN_OR_RETURN(const std::string note,
                          files_.Read(LabelPath(package), kLabelLimitBytes));
    WEIR_ASSIGN_OR_RETURN(const crypto::UnverifiedNote label, crypto::ParseNote(note));
    WEIR_ASSIGN_OR_RETURN(const doc::Document<v1::PackageLabel> document,
                          doc::ParseSigned<v1::PackageLabel>(label.text, "label"));
    held_.insert_or_assign(package, Held{.sender = document.message.sender(),
                                         .recipient = document.message.recipient(),
                                         .bytes = document.message.ciphertext_bytes()});
  }
  return OkStatus();
}

Status Mailbox::Finish(const v1::PackageLabel& label, const std::string& incoming) {
  WEIR_ASSIGN_OR_RETURN(const std::string digest,
                        BodyDigest(BodyPath(incoming), label.ciphertext_bytes()));
  if (digest != label.ciphertext_sha256()) {
    WEIR_RETURN_IF_ERROR(files_.RemoveTree(incoming));
    held_.erase(incoming);
    return InvalidArgument("package %s does not have the digest that its label says",
                           label.package().c_str());
  }
  WEIR_RETURN_IF_ERROR(files_.MakeFolder(JoinPath(JoinPath(folder_, "mail"), label.recipient())));
  const std::string mail = MailFolder(label.recipient(), label.package());
  WEIR_RETURN_IF_ERROR(files_.Rename(incoming, mail));
  auto held = held_.extract(incoming);
  if (!held.empty()) {
    held.key() = mail;
    held_.insert(std::move(held));
  }
  return OkStatus();
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

Status Mailbox::Acknowledge(const Fetched& fetched, Time now) {
  const auto& [recipient, package] = fetched;
  const std::string folder = MailFolder(recipient, package);
  if (!IsUuid(package) || !files_.Exists(LabelPath(folder))) return OkStatus();
  WEIR_ASSIGN_OR_RETURN(const std::string note, files_.Read(LabelPath(folder), kLabelLimitBytes));
  const std::string done = JoinPath(folder_, "done");
  WEIR_RETURN_IF_ERROR(files_.MakeFolder(done));
  WEIR_RETURN_IF_ERROR(
      files_.WriteDurably(JoinPath(done, package), Stamp(now, note), FileMode::kPrivate));
  // Out of sight at once; a crash in the middle of removing leaves nothing half listed.
  const std::string trash = JoinPath(folder_, "trash");
  WEIR_RETURN_IF_ERROR(files_.MakeFolder(trash));
  const std::string thrown = JoinPath(trash, package);
  WEIR_RETURN_IF_ERROR(files_.Rename(folder, thrown));
  held_.erase(folder);
  return files_.RemoveTree(thrown);
}

Status Mailbox::Start(Time now) {
  WEIR_RETURN_IF_ERROR(Sweep(now));
  WEIR_RETURN_IF_ERROR(CountHeld(JoinPath(folder_, "incoming")));
  const std::string mail = JoinPath(folder_, "mail");
  if (!files_.Exists(mail)) return OkStatus();
  WEIR_ASSIGN_OR_RETURN(const std::vector<std::string> recipients, files_.List(mail));
  for (const std::string& recipient : recipients) {
    WEIR_RETURN_IF_ERROR(CountHeld(JoinPath(mail, recipient)));
  }
  return OkStatus();
}

Status Mailbox::Sweep(Time now) {
  WEIR_RETURN_IF_ERROR(files_.RemoveTree(JoinPath(folder_, "trash")));
  WEIR_RETURN_IF_ERROR(SweepUploads(now));
  return SweepDone(now);
}

Status Mailbox::SweepUploads(Time now) {
  const std::string incoming = JoinPath(folder_, "incoming");
  if (!files_.Exists(incoming)) return OkStatus();
  WEIR_ASSIGN_OR_RETURN(const std::vector<std::string> names, files_.List(incoming));
  for (const std::string& name : names) {
    const std::string folder = JoinPath(incoming, name);
    // Without a label: a crash came before it.
    if (files_.Exists(LabelPath(folder)) && files_.Exists(ArrivedPath(folder))) {
      WEIR_ASSIGN_OR_RETURN(const std::string arrived,
                            files_.Read(ArrivedPath(folder), kLabelLimitBytes));
      if (!IsOld(ReadStamp(arrived).time, kUploadDays, now)) continue;
    }
    WEIR_RETURN_IF_ERROR(files_.RemoveTree(folder));
    held_.erase(folder);
  }
  return OkStatus();
}

Status Mailbox::SweepDone(Time now) {
  const std::string done = JoinPath(folder_, "done");
  if (!files_.Exists(done)) return OkStatus();
  WEIR_ASSIGN_OR_RETURN(const std::vector<std::string> names, files_.List(done));
  for (const std::string& name : names) {
    const std::string path = JoinPath(done, name);
    WEIR_ASSIGN_OR_RETURN(const std::string text, files_.Read(path, kLabelLimitBytes));
    if (IsOld(ReadStamp(text).time, kKeptDays, now)) WEIR_RETURN_IF_ERROR(files_.Remove(path));
  }
  return OkStatus();
}

}  // namespace weir::hub
