// SPDX-License-Identifier: Apache-2.0
#include "weir/member/internal/outbox.h"

#include <vector>

#include "weir/crypto/signed_note.h"
#include "weir/member/internal/chunks.h"
#include "weir/v1/hub.pb.h"

namespace weir::member::internal {
namespace {

constexpr char kLabelName[] = "label.note";
constexpr char kBodyName[] = "body.age";

}  // namespace

Status Outbox::Sweep(const std::set<std::string>& wanted) {
  WEIR_ASSIGN_OR_RETURN(const std::vector<std::string> packages,
                        RecoverFolders(context_.paths.outbox(), context_.files));
  for (const std::string& package : packages) {
    if (!wanted.contains(package)) WEIR_RETURN_IF_ERROR(Remove(package));
  }
  return OkStatus();
}

bool Outbox::Contains(const std::string& package) const {
  return context_.files.Exists(FolderOf(package));
}

Status Outbox::Keep(const SealedPackage& package) {
  WEIR_RETURN_IF_ERROR(context_.files.MakeFolder(context_.paths.outbox()));
  return PutFolder(FolderOf(package.id),
                   {{.name = kLabelName, .content = package.label},
                    {.name = kBodyName, .content = package.body}},
                   context_.files);
}

Status Outbox::HandOver(const std::string& package) {
  const std::string body = JoinPath(FolderOf(package), kBodyName);
  v1::PutPackageChunkRequest chunk;
  WEIR_ASSIGN_OR_RETURN(
      *chunk.mutable_label(),
      context_.files.Read(JoinPath(FolderOf(package), kLabelName), crypto::kMaxNoteBytes));
  WEIR_ASSIGN_OR_RETURN(const uint64_t size, context_.files.Size(body));
  // Each answer either goes on or, once, sets the offset to what the hub holds from before.
  const uint64_t most_chunks = size / kChunkBytes + 3;
  for (uint64_t sent = 0; sent < most_chunks; ++sent) {
    WEIR_ASSIGN_OR_RETURN(*chunk.mutable_data(),
                          context_.files.ReadRange(body, chunk.offset(), kChunkBytes));
    WEIR_ASSIGN_OR_RETURN(const v1::PutPackageChunkResponse answer,
                          hub_.AskHub<v1::PutPackageChunkResponse>("PutPackageChunk", chunk));
    if (answer.complete()) return OkStatus();
    chunk.set_offset(answer.received_bytes());
  }
  return Unavailable("the hub takes chunks of package %s without getting on", package.c_str());
}

Status Outbox::Remove(const std::string& package) {
  return context_.files.RemoveTree(FolderOf(package));
}

size_t Outbox::size() const {
  const StatusOr<std::vector<std::string>> names = context_.files.List(context_.paths.outbox());
  return names.ok() ? names->size() : 0;
}

std::string Outbox::FolderOf(const std::string& package) const {
  return JoinPath(context_.paths.outbox(), package);
}

}  // namespace weir::member::internal
