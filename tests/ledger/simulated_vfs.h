// SPDX-License-Identifier: Apache-2.0
#ifndef WEIR_TESTS_LEDGER_SIMULATED_VFS_H_
#define WEIR_TESTS_LEDGER_SIMULATED_VFS_H_

#include <memory>
#include <string>
#include <vector>

#include <sqlite3.h>

#include "tests/ledger/simulated_disk.h"
#include "weir/base/files.h"

namespace weir::ledger::test {

// Lets SQLite work on a simulated disk, under a name of its own, until destroyed. Has no shared
// memory, so a write-ahead log works in exclusive lock mode only.
class SimulatedVfs {
 public:
  explicit SimulatedVfs(SimulatedDisk& disk);
  ~SimulatedVfs();
  SimulatedVfs(const SimulatedVfs&) = delete;
  SimulatedVfs& operator=(const SimulatedVfs&) = delete;

  const std::string& name() const { return name_; }
  SimulatedDisk& disk() { return disk_; }

 private:
  SimulatedDisk& disk_;
  std::string name_;
  sqlite3_vfs vfs_;
};

// The same disk as the ledger's Files. What a ledger does not need is UNAVAILABLE.
class SimulatedFiles final : public Files {
 public:
  explicit SimulatedFiles(SimulatedDisk& disk) : disk_(disk) {}

  StatusOr<uint64_t> Size(const std::string& path) override;
  bool Exists(const std::string& path) override;
  Status WriteDurably(const std::string& path, std::string_view data, FileMode mode) override;
  Status SyncFolder(const std::string& path) override;
  StatusOr<std::unique_ptr<FileLock>> Lock(const std::string& path) override;

  StatusOr<std::string> Read(const std::string& path, uint64_t limit_bytes) override;
  StatusOr<std::string> ReadPrivate(const std::string& path, uint64_t limit_bytes) override;
  StatusOr<std::string> ReadRange(const std::string& path, uint64_t offset, uint64_t size) override;
  Status AppendDurably(const std::string& path, uint64_t offset, std::string_view data) override;
  Status Rename(const std::string& from, const std::string& to) override;
  Status Remove(const std::string& path) override;
  Status RemoveTree(const std::string& path) override;
  Status MakeFolder(const std::string& path) override;
  StatusOr<std::vector<std::string>> List(const std::string& path) override;

 private:
  SimulatedDisk& disk_;
};

}  // namespace weir::ledger::test

#endif  // WEIR_TESTS_LEDGER_SIMULATED_VFS_H_
