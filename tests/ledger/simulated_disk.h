// SPDX-License-Identifier: Apache-2.0
#ifndef WEIR_TESTS_LEDGER_SIMULATED_DISK_H_
#define WEIR_TESTS_LEDGER_SIMULATED_DISK_H_

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "tests/support/seeded_random.h"

namespace weir::ledger::test {

// What a disk does with a promise. A ledger on a disk that breaks one must be convicted by the
// same checks that a ledger on an honest disk passes.
struct DiskManners {
  bool file_syncs = true;    // false: as if synchronous=OFF
  bool log_syncs = true;     // false: files named *-wal are never synced: synchronous=NORMAL
  bool folder_syncs = true;  // false: names reach the disk in their own time: less than EXTRA
  bool replaces = true;      // false: replacing a file by its own content is left out
};

// Which operation fails, and how. Operations count from 1.
struct DiskFault {
  uint64_t at = 0;      // 0: none
  bool full = false;    // "no space left" instead of an input/output error
  bool sticky = false;  // every later operation fails, too
  // A failed sync forgets what it should have written, so that the next one succeeds and lies, as
  // Linux does.
  bool forgets = false;
};

enum class DiskResult { kOk, kFailed, kFull };

// A disk in memory that keeps apart what is durable and what only the page cache holds: per file
// the pending writes and truncations, per folder the pending names. There is one folder. Not
// thread-safe.
class SimulatedDisk {
 public:
  struct Inode;
  using File = std::shared_ptr<Inode>;

  SimulatedDisk() = default;
  explicit SimulatedDisk(const DiskManners& manners) : manners_(manners) {}

  // Reads never fail and are no operations.
  File Find(const std::string& name) const;
  static const std::string& Content(const File& file);

  // Operations: they count, may fail, and are preceded by `before_operation`.
  std::pair<DiskResult, File> Create(const std::string& name);
  DiskResult Write(const File& file, size_t offset, std::string_view data);
  DiskResult Truncate(const File& file, size_t size);
  DiskResult Remove(const std::string& name);
  DiskResult Sync(const File& file, std::string_view name);
  DiskResult SyncFolder();
  // Temporary file, sync, rename over `name`, sync of the folder.
  DiskResult Replace(const std::string& name, std::string_view data);

  // A disk as it may be found after the power went now: any subset of the pending names, and per
  // file any subset of the pending writes, cut into sectors of 512 bytes, one of which may be torn.
  // `luck` 0 drops everything pending, 1 keeps everything, more are random.
  SimulatedDisk CrashImage(uint64_t luck, weir::test::SeededRandom& random) const;
  // Everything durable, as text to compare images by.
  std::string Fingerprint() const;

  uint64_t operations() const { return operations_; }
  void set_fault(const DiskFault& fault) { fault_ = fault; }
  void set_before_operation(std::function<void()> hook) { before_operation_ = std::move(hook); }

 private:
  DiskResult Begin();
  bool FailsNow() const;

  DiskManners manners_;
  DiskFault fault_;
  std::function<void()> before_operation_;
  uint64_t operations_ = 0;
  std::map<std::string, File> names_;
  std::map<std::string, File> durable_names_;
  std::vector<std::pair<std::string, File>> pending_names_;  // no file: removed
};

}  // namespace weir::ledger::test

#endif  // WEIR_TESTS_LEDGER_SIMULATED_DISK_H_
