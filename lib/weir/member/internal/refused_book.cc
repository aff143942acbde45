// SPDX-License-Identifier: Apache-2.0
#include "weir/member/internal/refused_book.h"

#include <utility>

#include "weir/doc/signed_text.h"

namespace weir::member::internal {
namespace {

constexpr char kEnding[] = ".yaml";
constexpr uint64_t kLimitBytes = 64 << 10;

}  // namespace

StatusOr<std::unique_ptr<RefusedBook>> RefusedBook::Load(std::string folder, Files& files) {
  std::unique_ptr<RefusedBook> book(new RefusedBook(std::move(folder), files));
  if (!files.Exists(book->folder_)) return book;
  WEIR_ASSIGN_OR_RETURN(const std::vector<std::string> names, files.List(book->folder_));
  for (const std::string& name : names) {
    const std::string path = JoinPath(book->folder_, name);
    if (IsTemporaryName(name)) {
      WEIR_RETURN_IF_ERROR(files.Remove(path));
      continue;
    }
    WEIR_ASSIGN_OR_RETURN(const std::string text, files.Read(path, kLimitBytes));
    StatusOr<doc::Document<v1::RefusedRequest>> read =
        doc::ParseSigned<v1::RefusedRequest>(text, path);
    if (!read.ok()) return DataLoss("%s", MessageOf(read.status()).c_str());
    const std::string id = read->message.request();
    book->refused_.emplace(id, std::move(read->message));
  }
  return book;
}

std::optional<v1::RefusedRequest> RefusedBook::Find(const std::string& id) const {
  const std::lock_guard lock(mutex_);
  const auto found = refused_.find(id);
  if (found == refused_.end()) return std::nullopt;
  return found->second;
}

std::vector<v1::RefusedRequest> RefusedBook::All() const {
  const std::lock_guard lock(mutex_);
  std::vector<v1::RefusedRequest> all;
  for (const auto& [id, refused] : refused_) all.push_back(refused);
  return all;
}

Status RefusedBook::Add(const v1::RefusedRequest& refused) {
  const std::lock_guard lock(mutex_);
  WEIR_ASSIGN_OR_RETURN(const std::string text, doc::FormatSigned(refused));
  WEIR_RETURN_IF_ERROR(MakeRoom(refused.requester()));
  WEIR_RETURN_IF_ERROR(files_.MakeFolder(folder_));
  WEIR_RETURN_IF_ERROR(files_.WriteDurably(PathOf(refused.request()), text, FileMode::kPrivate));
  refused_.insert_or_assign(refused.request(), refused);
  return OkStatus();
}

Status RefusedBook::MakeRoom(const std::string& requester) {
  size_t kept = 0;
  auto oldest = refused_.end();
  for (auto it = refused_.begin(); it != refused_.end(); ++it) {
    if (it->second.requester() != requester) continue;
    ++kept;
    // By this node's own clock: ids are the requester's to choose.
    if (oldest == refused_.end() || it->second.decided() < oldest->second.decided()) oldest = it;
  }
  if (kept < kMostPerMember) return OkStatus();
  WEIR_RETURN_IF_ERROR(files_.Remove(PathOf(oldest->first)));
  refused_.erase(oldest);
  return OkStatus();
}

std::string RefusedBook::PathOf(const std::string& id) const {
  return JoinPath(folder_, id + kEnding);
}

}  // namespace weir::member::internal
