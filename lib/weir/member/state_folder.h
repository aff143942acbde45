// SPDX-License-Identifier: Apache-2.0
#ifndef WEIR_MEMBER_STATE_FOLDER_H_
#define WEIR_MEMBER_STATE_FOLDER_H_

#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "weir/base/files.h"
#include "weir/base/status.h"

namespace weir::member {

// Where things lie in a region's state folder. Layout version 1; stored on disk, change it only
// with a migration.
//
//   version                     "1" and a line break
//   lock                        held by the one process that owns the folder
//   identity/                   see identity.h
//   charter/<version>.note      every charter that was in force here
//   datasets/<id>/              dataset.yaml as the steward wrote it, and `folder`
//   agreements/<other>/<id>.note
//   requests/in|out/<uuid>/     request.note, record.yaml
//   requests/refused/<uuid>.yaml  what is kept of a request that was refused when it came
//   releases/                   see release/store.h
//   outbox/<package>/           label.note, body.age: sealed, not yet handed over
//   inbox/<package>/            label.note, body.age, delivery.note, manifest.note,
//                               payload.parquet, record.yaml
//   ledger.db                   see ledger/ledger.h
//   run/                        what a running node tells others about itself
class StatePaths {
 public:
  explicit StatePaths(std::string folder) : folder_(std::move(folder)) {}

  const std::string& folder() const { return folder_; }
  std::string version() const { return Below("version"); }
  std::string lock() const { return Below("lock"); }
  std::string identity() const { return Below("identity"); }
  std::string charters() const { return Below("charter"); }
  std::string datasets() const { return Below("datasets"); }
  std::string agreements() const { return Below("agreements"); }
  std::string requests_in() const { return Below("requests/in"); }
  std::string requests_out() const { return Below("requests/out"); }
  std::string requests_refused() const { return Below("requests/refused"); }
  std::string releases() const { return Below("releases"); }
  std::string outbox() const { return Below("outbox"); }
  std::string inbox() const { return Below("inbox"); }
  std::string ledger() const { return Below("ledger.db"); }
  std::string run() const { return Below("run"); }

 private:
  std::string Below(std::string_view name) const { return JoinPath(folder_, name); }
  std::string folder_;
};

// What a new state's version file holds.
std::string_view CurrentStateVersion();

// One step of bringing an older state forward: what makes version `from` into `from + 1`.
// Running it again after a crash in its middle must do no harm.
struct Migration {
  int from;
  std::function<Status(const StatePaths& paths, Files& files)> run;
};

// Brings the state to version `target`, one step at a time; each step counts once its version is
// written.
// Errors: FAILED_PRECONDITION  written by a newer version; DATA_LOSS  no version that exists.
Status Migrate(const StatePaths& paths, Files& files, std::span<const Migration> migrations,
               int target);

// Takes the state folder for this process: lock, then migrations.
// Errors: NOT_FOUND no state; FAILED_PRECONDITION locked by another process, or newer; DATA_LOSS.
StatusOr<std::unique_ptr<FileLock>> TakeStateFolder(const StatePaths& paths, Files& files);

// A small folder that changes as a whole: a reader sees all of the old files or all of the new.
struct NamedFile {
  std::string name;
  std::string content;
};
// Durable when it returns. After a crash RecoverFolders makes up its mind.
Status PutFolder(const std::string& path, const std::vector<NamedFile>& content, Files& files);
// Removes it as a whole: after a crash it is there, or RecoverFolders removes what is left.
Status DropFolder(const std::string& path, Files& files);
// Of the folders in `parent`, finishes or takes back what a crash interrupted, and removes
// temporary files. Returns the names that stand, sorted; none if there is no `parent`.
StatusOr<std::vector<std::string>> RecoverFolders(const std::string& parent, Files& files);

}  // namespace weir::member

#endif  // WEIR_MEMBER_STATE_FOLDER_H_
