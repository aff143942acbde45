// SPDX-License-Identifier: Apache-2.0
#include "weir/coalition/charter_store.h"

#include <utility>
#include <vector>

#include "weir/crypto/signed_note.h"

namespace weir::coalition {

StatusOr<std::shared_ptr<const Charter>> CharterStore::Load() const {
  std::vector<std::string> notes;
  for (uint64_t version = 1; files_.Exists(Path(version)); ++version) {
    WEIR_ASSIGN_OR_RETURN(std::string note, Note(version));
    notes.push_back(std::move(note));
  }
  if (notes.empty()) return std::shared_ptr<const Charter>();
  StatusOr<Charter> charter = Charter::LoadHistory(notes);
  if (!charter.ok()) {
    return DataLoss("charters in %s: %s", folder_.c_str(), MessageOf(charter.status()).c_str());
  }
  return std::make_shared<const Charter>(*std::move(charter));
}

Status CharterStore::Save(const Charter& charter) {
  WEIR_RETURN_IF_ERROR(files_.MakeFolder(folder_));
  return files_.WriteDurably(Path(charter.version()), charter.note(), FileMode::kPrivate);
}

StatusOr<std::string> CharterStore::Note(uint64_t version) const {
  return files_.Read(Path(version), crypto::kMaxNoteBytes);
}

std::string CharterStore::Path(uint64_t version) const {
  return JoinPath(folder_, std::to_string(version) + ".note");
}

}  // namespace weir::coalition
