// SPDX-License-Identifier: Apache-2.0
#ifndef WEIR_LEDGER_INTERNAL_DATABASE_H_
#define WEIR_LEDGER_INTERNAL_DATABASE_H_

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>

#include <sqlite3.h>

#include "weir/base/files.h"
#include "weir/base/status.h"

namespace weir::ledger::internal {

// One run of a prepared statement: bind in order, step, read columns. Resets when destroyed, so
// no read stays open over a commit or a checkpoint.
class Cursor {
 public:
  explicit Cursor(sqlite3_stmt* statement) : statement_(statement) {}
  ~Cursor();
  Cursor(const Cursor&) = delete;
  Cursor& operator=(const Cursor&) = delete;

  Cursor& Integer(int64_t value);
  Cursor& Text(std::string_view value);
  Cursor& Blob(std::string_view value);
  Cursor& Null();

  StatusOr<bool> Step();  // true: a row is there
  Status Run();           // for statements without rows

  int64_t IntegerAt(int column) const { return sqlite3_column_int64(statement_, column); }
  std::string BytesAt(int column) const;
  bool IsNullAt(int column) const { return sqlite3_column_type(statement_, column) == SQLITE_NULL; }

 private:
  sqlite3_stmt* statement_;
  int next_parameter_ = 1;
  int bind_result_ = SQLITE_OK;
};

struct DatabaseOptions {
  std::string path;
  std::string vfs;
};

// One SQLite file, opened by one connection for everything: Debian's SQLite (3.40) can corrupt a
// write-ahead log when two connections write or checkpoint. Lock mode exclusive makes SQLite
// itself refuse a second one, and keeps the log's index on the heap, so there is no -shm file.
//
// Durability: synchronous=EXTRA is set before journal_mode=WAL and both are read back; folders are
//             synced through Files, because SQLite ignores errors of its own folder syncs.
//             Checkpoints run here only, never by SQLite itself, because it drops their errors.
// Not thread-safe.
class Database {
 public:
  // Creates the file (0600) when it is not there. Does not change one that is (a log beside it is
  // made durable as it stands); the write-ahead log is switched on by UseLog, once the caller
  // knows that the file is a ledger.
  static StatusOr<std::unique_ptr<Database>> Open(const DatabaseOptions& options, Files& files);
  // Checkpoints if nothing has failed.
  ~Database();
  Database(const Database&) = delete;
  Database& operator=(const Database&) = delete;

  Status UseLog();

  // `sql` is a literal: the prepared statement is kept under it.
  StatusOr<std::unique_ptr<Cursor>> Prepare(std::string_view sql);
  Status Execute(const std::string& sql);
  StatusOr<int64_t> ReadInteger(std::string_view sql);  // of a query with one row
  StatusOr<std::string> ReadText(std::string_view sql);

  // Runs `body` as one immediate transaction, durable at return. Any failure, of `body` too, is
  // final: every later Write fails with FAILED_PRECONDITION, because after a failed commit or
  // sync nobody knows what the disk holds.
  Status Write(const std::function<Status()>& body);
  // OK until a Write has failed.
  Status Writable() const;

  // Copies the write-ahead log into the main file and empties it. A failure is final as in Write.
  Status Checkpoint();
  Status CheckIntegrity();  // DATA_LOSS with SQLite's first finding
  const std::string& path() const { return path_; }

 private:
  explicit Database(std::string path) : path_(std::move(path)) {}
  Status Connect(const std::string& vfs);
  Status CheckModes();
  Status ErrorOf(int code) const;
  Status Commit(const std::function<Status()>& body);

  std::string path_;
  sqlite3* connection_ = nullptr;
  std::map<std::string, sqlite3_stmt*, std::less<>> statements_;
  int log_pages_ = 0;
  Status failure_;
};

}  // namespace weir::ledger::internal

#endif  // WEIR_LEDGER_INTERNAL_DATABASE_H_
