// SPDX-License-Identifier: Apache-2.0
#include "tests/ledger/simulated_disk.h"

#include <algorithm>

#include "weir/base/bytes.h"

namespace weir::ledger::test {
namespace {

constexpr size_t kSectorBytes = 512;

// A write, or a truncation to `offset` when `truncates`.
struct Change {
  size_t offset;
  std::string data;
  bool truncates;
};

void Apply(const Change& change, std::string& content) {
  if (change.truncates) {
    content.resize(change.offset);
    return;
  }
  const size_t end = change.offset + change.data.size();
  if (content.size() < end) content.resize(end);
  content.replace(change.offset, change.data.size(), change.data);
}

}  // namespace

struct SimulatedDisk::Inode {
  std::string content;  // what readers see
  std::string durable;
  std::vector<Change> pending;

  void Do(Change change) {
    Apply(change, content);
    pending.push_back(std::move(change));
  }
};

namespace {

// The change's sectors one by one: kept, dropped, or torn in the middle.
void ApplySome(const Change& change, weir::test::SeededRandom& random, std::string& content) {
  if (change.truncates) {
    if (random.Word() % 2 == 0) Apply(change, content);
    return;
  }
  for (size_t start = 0; start < change.data.size();) {
    const size_t in_sector = (change.offset + start) % kSectorBytes;
    const size_t size = std::min(kSectorBytes - in_sector, change.data.size() - start);
    const uint64_t fate = random.Word() % 16;
    const size_t kept = fate < 8 ? size : fate < 15 ? 0 : random.Word() % size;
    if (kept > 0) Apply({change.offset + start, change.data.substr(start, kept), false}, content);
    start += size;
  }
}

}  // namespace

SimulatedDisk::File SimulatedDisk::Find(const std::string& name) const {
  const auto found = names_.find(name);
  return found == names_.end() ? nullptr : found->second;
}

const std::string& SimulatedDisk::Content(const File& file) { return file->content; }

bool SimulatedDisk::FailsNow() const {
  return fault_.at != 0 && (operations_ == fault_.at || (fault_.sticky && operations_ > fault_.at));
}

DiskResult SimulatedDisk::Begin() {
  if (before_operation_) before_operation_();
  ++operations_;
  if (!FailsNow()) return DiskResult::kOk;
  return fault_.full ? DiskResult::kFull : DiskResult::kFailed;
}

std::pair<DiskResult, SimulatedDisk::File> SimulatedDisk::Create(const std::string& name) {
  if (const DiskResult result = Begin(); result != DiskResult::kOk) return {result, nullptr};
  auto created = std::make_shared<Inode>();
  names_[name] = created;
  pending_names_.emplace_back(name, created);
  return {DiskResult::kOk, std::move(created)};
}

DiskResult SimulatedDisk::Write(const File& file, size_t offset, std::string_view data) {
  if (const DiskResult result = Begin(); result != DiskResult::kOk) return result;
  file->Do({offset, std::string(data), false});
  return DiskResult::kOk;
}

DiskResult SimulatedDisk::Truncate(const File& file, size_t size) {
  if (const DiskResult result = Begin(); result != DiskResult::kOk) return result;
  file->Do({size, {}, true});
  return DiskResult::kOk;
}

DiskResult SimulatedDisk::Remove(const std::string& name) {
  if (const DiskResult result = Begin(); result != DiskResult::kOk) return result;
  names_.erase(name);
  pending_names_.emplace_back(name, nullptr);
  return DiskResult::kOk;
}

DiskResult SimulatedDisk::Sync(const File& file, std::string_view name) {
  if (const DiskResult result = Begin(); result != DiskResult::kOk) {
    if (fault_.forgets) file->pending.clear();
    return result;
  }
  if (!manners_.file_syncs) return DiskResult::kOk;
  if (!manners_.log_syncs && name.ends_with("-wal")) return DiskResult::kOk;
  for (const Change& change : file->pending) Apply(change, file->durable);
  file->pending.clear();
  return DiskResult::kOk;
}

DiskResult SimulatedDisk::SyncFolder() {
  if (const DiskResult result = Begin(); result != DiskResult::kOk) return result;
  if (!manners_.folder_syncs) return DiskResult::kOk;
  durable_names_ = names_;
  pending_names_.clear();
  return DiskResult::kOk;
}

DiskResult SimulatedDisk::Replace(const std::string& name, std::string_view data) {
  const File old = Find(name);
  if (!manners_.replaces && old != nullptr && old->content == data) return DiskResult::kOk;
  const auto replacement = std::make_shared<Inode>();
  DiskResult result = Write(replacement, 0, data);
  if (result == DiskResult::kOk) result = Sync(replacement, name + ".tmp");
  if (result == DiskResult::kOk) result = Begin();
  if (result != DiskResult::kOk) return result;
  names_[name] = replacement;
  pending_names_.emplace_back(name, replacement);
  return SyncFolder();
}

SimulatedDisk SimulatedDisk::CrashImage(uint64_t luck, weir::test::SeededRandom& random) const {
  std::map<std::string, File> names = durable_names_;
  for (const auto& [name, file] : pending_names_) {
    if (luck == 0 || (luck > 1 && random.Word() % 2 == 0)) continue;
    if (file == nullptr) {
      names.erase(name);
    } else {
      names[name] = file;
    }
  }
  SimulatedDisk image;
  for (const auto& [name, file] : names) {
    auto found = std::make_shared<Inode>();
    found->durable = file->durable;
    for (const Change& change : file->pending) {
      if (luck == 1) Apply(change, found->durable);
      if (luck > 1) ApplySome(change, random, found->durable);
    }
    found->content = found->durable;
    image.names_[name] = found;
  }
  image.durable_names_ = image.names_;
  return image;
}

std::string SimulatedDisk::Fingerprint() const {
  std::string text;
  for (const auto& [name, file] : durable_names_) {
    text += name + ' ' + Sha256Hex(file->durable) + '\n';
  }
  return Sha256Hex(text);
}

}  // namespace weir::ledger::test
