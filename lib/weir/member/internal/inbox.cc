// SPDX-License-Identifier: Apache-2.0
#include "weir/member/internal/inbox.h"

#include <algorithm>

#include "weir/base/identifiers.h"
#include "weir/doc/signed_text.h"
#include "weir/member/internal/chunks.h"

namespace weir::member::internal {
namespace {

constexpr char kLabelName[] = "label.note";
constexpr char kBodyName[] = "body.age";
constexpr char kDeliveryName[] = "delivery.note";
constexpr char kManifestName[] = "manifest.note";
constexpr char kPayloadName[] = "payload.parquet";
constexpr char kRecordName[] = "record.yaml";
constexpr uint64_t kRecordLimitBytes = 64 << 10;

StatusOr<const char*> NameOf(v1::PackagePart part) {
  switch (part) {
    case v1::PACKAGE_PART_SEALED:
      return kBodyName;
    case v1::PACKAGE_PART_LABEL:
      return kLabelName;
    case v1::PACKAGE_PART_DELIVERY:
      return kDeliveryName;
    case v1::PACKAGE_PART_MANIFEST:
      return kManifestName;
    case v1::PACKAGE_PART_PAYLOAD:
      return kPayloadName;
    default:
      return InvalidArgument("a package has no part %d", static_cast<int>(part));
  }
}

}  // namespace

StatusOr<std::unique_ptr<Inbox>> Inbox::Load(const Context& context) {
  std::unique_ptr<Inbox> inbox(new Inbox(context));
  WEIR_ASSIGN_OR_RETURN(const std::vector<std::string> packages,
                        RecoverFolders(context.paths.inbox(), context.files));
  for (const std::string& package : packages) {
    const std::string path = JoinPath(inbox->FolderOf(package), kRecordName);
    WEIR_ASSIGN_OR_RETURN(const std::string text, context.files.Read(path, kRecordLimitBytes));
    StatusOr<doc::Document<v1::InboxRecord>> record = doc::ParseSigned<v1::InboxRecord>(text, path);
    if (!record.ok()) return DataLoss("%s", MessageOf(record.status()).c_str());
    inbox->packages_.emplace(package, std::move(record->message));
  }
  return inbox;
}

std::optional<v1::InboxRecord> Inbox::Find(const std::string& package) const {
  const std::lock_guard lock(mutex_);
  const auto found = packages_.find(package);
  if (found == packages_.end()) return std::nullopt;
  return found->second;
}

Status Inbox::Keep(const SealedPackage& sealed, const OpenedPackage& opened) {
  v1::InboxRecord record;
  record.set_received(FormatTime(context_.clock.Now()));
  record.set_sender(opened.delivery.sender());
  record.set_created(opened.delivery.created());
  record.set_bytes(opened.payload.size());
  record.set_request(opened.delivery.request());
  record.set_dataset(opened.manifest.plan().dataset());
  return Put(sealed, &opened, record);
}

Status Inbox::SetAside(const SealedPackage& sealed, const std::string& sender,
                       const Status& fault) {
  WEIR_RETURN_IF_ERROR(MakeRoom());
  v1::InboxRecord record;
  record.set_received(FormatTime(context_.clock.Now()));
  record.set_sender(sender);
  record.set_bytes(sealed.body.size());
  record.set_fault(FaultText(fault));
  return Put(sealed, nullptr, record);
}

Status Inbox::Put(const SealedPackage& sealed, const OpenedPackage* opened,
                  const v1::InboxRecord& record) {
  WEIR_ASSIGN_OR_RETURN(const std::string text, doc::FormatSigned(record));
  std::vector<NamedFile> content = {{.name = kLabelName, .content = sealed.label},
                                    {.name = kBodyName, .content = sealed.body},
                                    {.name = kRecordName, .content = text}};
  if (opened != nullptr) {
    content.push_back({.name = kDeliveryName, .content = opened->delivery_note});
    content.push_back({.name = kManifestName, .content = opened->manifest_note});
    content.push_back({.name = kPayloadName, .content = opened->payload});
  }
  const std::lock_guard lock(mutex_);
  const auto held = packages_.find(sealed.id);
  if (held != packages_.end() && held->second.fault().empty()) {
    return AlreadyExists("package %s is here already", sealed.id.c_str());
  }
  WEIR_RETURN_IF_ERROR(context_.files.MakeFolder(context_.paths.inbox()));
  WEIR_RETURN_IF_ERROR(PutFolder(FolderOf(sealed.id), content, context_.files));
  packages_.insert_or_assign(sealed.id, record);
  return OkStatus();
}

Status Inbox::MakeRoom() {
  const std::lock_guard lock(mutex_);
  const auto is_aside = [](const auto& entry) { return !entry.second.fault().empty(); };
  auto aside = std::count_if(packages_.begin(), packages_.end(), is_aside);
  while (aside >= static_cast<std::ptrdiff_t>(kMaxSetAside)) {
    const auto oldest = std::min_element(packages_.begin(), packages_.end(),
                                         [&is_aside](const auto& a, const auto& b) {
                                           if (is_aside(a) != is_aside(b)) return is_aside(a);
                                           return a.second.received() < b.second.received();
                                         });
    WEIR_RETURN_IF_ERROR(context_.files.RemoveTree(FolderOf(oldest->first)));
    packages_.erase(oldest);
    --aside;
  }
  return OkStatus();
}

v1::ListPackagesResponse Inbox::List() const {
  const std::lock_guard lock(mutex_);
  v1::ListPackagesResponse answer;
  for (const auto& [package, record] : packages_) {
    v1::PackageSummary& summary = *answer.add_packages();
    summary.set_package(package);
    summary.set_sender(record.sender());
    summary.set_recipient(context_.identity.member);
    summary.set_request(record.request());
    summary.set_dataset(record.dataset());
    summary.set_created(record.created());
    summary.set_bytes(record.bytes());
    summary.set_verified(record.fault().empty());
    summary.set_fault(record.fault());
  }
  return answer;
}

StatusOr<v1::GetPackageChunkResponse> Inbox::Chunk(
    const v1::GetPackageChunkRequest& request) const {
  WEIR_ASSIGN_OR_RETURN(const char* name, NameOf(request.part()));
  const std::lock_guard lock(mutex_);
  if (!packages_.contains(request.package())) {
    return NotFound("there is no package %s", QuoteText(request.package()).c_str());
  }
  const std::string path = JoinPath(FolderOf(request.package()), name);
  if (!context_.files.Exists(path)) {
    return NotFound("package %s was set aside and has no opened parts", request.package().c_str());
  }
  v1::GetPackageChunkResponse answer;
  WEIR_ASSIGN_OR_RETURN(const uint64_t size, context_.files.Size(path));
  WEIR_ASSIGN_OR_RETURN(*answer.mutable_data(),
                        context_.files.ReadRange(path, request.offset(), kChunkBytes));
  answer.set_total_bytes(size);
  return answer;
}

std::string Inbox::FolderOf(const std::string& package) const {
  return JoinPath(context_.paths.inbox(), package);
}

}  // namespace weir::member::internal
