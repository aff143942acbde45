// SPDX-License-Identifier: Apache-2.0
#include "weir/ledger/internal/database.h"

#include <system_error>
#include <utility>

namespace weir::ledger::internal {
namespace {

// About 4 MB of log: what a start after a crash has to read again.
constexpr int kCheckpointPages = 1000;
// Beyond any log that checkpoints of that size and one large import leave.
constexpr uint64_t kMaxLogBytes = uint64_t{1} << 32;

Status MakeSqliteError(int code, int system_error, const std::string& path) {
  std::string reason = sqlite3_errstr(code);
  if (system_error != 0) {
    reason += ": " + std::generic_category().message(system_error);
  }
  switch (code & 0xff) {
    case SQLITE_FULL:
      return MakeError(StatusCode::kResourceExhausted,
                       "ledger " + path + ": " + reason + "; free some space");
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
      return DataLoss("ledger %s: %s", path.c_str(), reason.c_str());
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      return FailedPrecondition("ledger %s is open elsewhere: %s", path.c_str(), reason.c_str());
    case SQLITE_READONLY:
    case SQLITE_PERM:
    case SQLITE_AUTH:
    case SQLITE_CANTOPEN:
      return FailedPrecondition("ledger %s is not writable: %s", path.c_str(), reason.c_str());
    case SQLITE_IOERR:
      return Unavailable("ledger %s: %s", path.c_str(), reason.c_str());
    default:
      return Internal("ledger %s: %s", path.c_str(), reason.c_str());
  }
}

int NotePages(void* pages, sqlite3*, const char*, int count) {
  *static_cast<int*>(pages) = count;
  return SQLITE_OK;
}

// Before SQLite opens the file: creates it, or makes sure that what is read of its log is on disk.
// After a failed sync Linux takes the pages for written, so a log can be read that the disk does
// not have; SQLite would trust it, and a power cut would bring an older log back over newer pages.
Status PrepareFiles(const std::string& path, Files& files) {
  const std::string log_path = path + "-wal";
  const StatusOr<uint64_t> log_bytes = files.Size(log_path);
  const bool has_log = log_bytes.ok() && *log_bytes > 0;
  if (files.Exists(path)) {
    if (!has_log) return OkStatus();
    WEIR_ASSIGN_OR_RETURN(const std::string log, files.Read(log_path, kMaxLogBytes));
    return files.WriteDurably(log_path, log, FileMode::kPrivate);
  }
  // SQLite would throw such a log away, and with it every charge since the last checkpoint.
  if (has_log) {
    return DataLoss("ledger %s is gone but its write-ahead log is there; restore it", path.c_str());
  }
  return files.WriteDurably(path, "", FileMode::kPrivate);
}

}  // namespace

Cursor::~Cursor() {
  sqlite3_reset(statement_);
  sqlite3_clear_bindings(statement_);
}

Cursor& Cursor::Integer(int64_t value) {
  bind_result_ |= sqlite3_bind_int64(statement_, next_parameter_++, value);
  return *this;
}

Cursor& Cursor::Text(std::string_view value) {
  bind_result_ |= sqlite3_bind_text64(statement_, next_parameter_++, value.data(), value.size(),
                                      SQLITE_TRANSIENT, SQLITE_UTF8);
  return *this;
}

Cursor& Cursor::Blob(std::string_view value) {
  bind_result_ |= sqlite3_bind_blob64(statement_, next_parameter_++, value.data(), value.size(),
                                      SQLITE_TRANSIENT);
  return *this;
}

Cursor& Cursor::Null() {
  bind_result_ |= sqlite3_bind_null(statement_, next_parameter_++);
  return *this;
}

StatusOr<bool> Cursor::Step() {
  sqlite3* connection = sqlite3_db_handle(statement_);
  const int code = bind_result_ != SQLITE_OK ? SQLITE_ERROR : sqlite3_step(statement_);
  if (code == SQLITE_ROW || code == SQLITE_DONE) return code == SQLITE_ROW;
  const char* path = sqlite3_db_filename(connection, "main");
  return MakeSqliteError(code, sqlite3_system_errno(connection), path != nullptr ? path : "");
}

Status Cursor::Run() {
  WEIR_ASSIGN_OR_RETURN(const bool row, Step());
  return row ? Internal("a statement gave a row that nobody reads") : OkStatus();
}

std::string Cursor::BytesAt(int column) const {
  const auto* bytes = static_cast<const char*>(sqlite3_column_blob(statement_, column));
  const int size = sqlite3_column_bytes(statement_, column);
  return bytes == nullptr ? std::string() : std::string(bytes, static_cast<size_t>(size));
}

StatusOr<std::unique_ptr<Database>> Database::Open(const DatabaseOptions& options, Files& files) {
  WEIR_RETURN_IF_ERROR(PrepareFiles(options.path, files));
  std::unique_ptr<Database> database(new Database(options.path));
  WEIR_RETURN_IF_ERROR(database->Connect(options.vfs));
  WEIR_RETURN_IF_ERROR(database->Execute("PRAGMA locking_mode=EXCLUSIVE"));
  WEIR_RETURN_IF_ERROR(database->Execute("PRAGMA synchronous=EXTRA"));
  return database;
}

Status Database::Connect(const std::string& vfs) {
  const int code =
      sqlite3_open_v2(path_.c_str(), &connection_, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX,
                      vfs.empty() ? nullptr : vfs.c_str());
  if (code != SQLITE_OK) return ErrorOf(code);
  sqlite3_extended_result_codes(connection_, 1);
  if (sqlite3_db_readonly(connection_, "main") != 0) {
    return FailedPrecondition("ledger %s is not writable", path_.c_str());
  }
  // After a failure nothing may be written any more, so closing must not checkpoint by itself.
  sqlite3_db_config(connection_, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, nullptr);
  sqlite3_db_config(connection_, SQLITE_DBCONFIG_DEFENSIVE, 1, nullptr);
  sqlite3_db_config(connection_, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, nullptr);
  sqlite3_db_config(connection_, SQLITE_DBCONFIG_DQS_DML, 0, nullptr);
  sqlite3_db_config(connection_, SQLITE_DBCONFIG_DQS_DDL, 0, nullptr);
  return OkStatus();
}

Status Database::UseLog() {
  WEIR_RETURN_IF_ERROR(Execute("PRAGMA journal_mode=WAL"));
  WEIR_RETURN_IF_ERROR(Execute("PRAGMA wal_autocheckpoint=0"));
  sqlite3_wal_hook(connection_, NotePages, &log_pages_);
  WEIR_RETURN_IF_ERROR(Execute("PRAGMA foreign_keys=ON"));
  WEIR_RETURN_IF_ERROR(Execute("PRAGMA temp_store=MEMORY"));
  WEIR_RETURN_IF_ERROR(Execute("PRAGMA cell_size_check=ON"));
  return CheckModes();
}

Status Database::CheckModes() {
  WEIR_ASSIGN_OR_RETURN(const int64_t synchronous, ReadInteger("PRAGMA synchronous"));
  WEIR_ASSIGN_OR_RETURN(const std::string journal, ReadText("PRAGMA journal_mode"));
  WEIR_ASSIGN_OR_RETURN(const std::string locking, ReadText("PRAGMA locking_mode"));
  constexpr int64_t kExtra = 3;
  if (synchronous == kExtra && journal == "wal" && locking == "exclusive") return OkStatus();
  return FailedPrecondition("ledger %s: this SQLite does not give the durability asked for",
                            path_.c_str());
}

Database::~Database() {
  if (connection_ == nullptr) return;
  if (failure_.ok() && log_pages_ > 0) {
    // Charges are durable in the log already; the next Open repeats what fails here.
    static_cast<void>(Checkpoint());
  }
  for (const auto& [sql, statement] : statements_) sqlite3_finalize(statement);
  sqlite3_close(connection_);
}

StatusOr<std::unique_ptr<Cursor>> Database::Prepare(std::string_view sql) {
  auto found = statements_.find(sql);
  if (found == statements_.end()) {
    sqlite3_stmt* statement = nullptr;
    const int code = sqlite3_prepare_v3(connection_, sql.data(), static_cast<int>(sql.size()),
                                        SQLITE_PREPARE_PERSISTENT, &statement, nullptr);
    if (code != SQLITE_OK) return ErrorOf(code);
    found = statements_.emplace(std::string(sql), statement).first;
  }
  return std::make_unique<Cursor>(found->second);
}

Status Database::Execute(const std::string& sql) {
  const int code = sqlite3_exec(connection_, sql.c_str(), nullptr, nullptr, nullptr);
  return code == SQLITE_OK ? OkStatus() : ErrorOf(code);
}

StatusOr<int64_t> Database::ReadInteger(std::string_view sql) {
  WEIR_ASSIGN_OR_RETURN(const auto cursor, Prepare(sql));
  WEIR_ASSIGN_OR_RETURN(const bool row, cursor->Step());
  if (!row) return Internal("ledger %s: a query gave no row", path_.c_str());
  return cursor->IntegerAt(0);
}

StatusOr<std::string> Database::ReadText(std::string_view sql) {
  WEIR_ASSIGN_OR_RETURN(const auto cursor, Prepare(sql));
  WEIR_ASSIGN_OR_RETURN(const bool row, cursor->Step());
  if (!row) return Internal("ledger %s: a query gave no row", path_.c_str());
  return cursor->BytesAt(0);
}

Status Database::Write(const std::function<Status()>& body) {
  WEIR_RETURN_IF_ERROR(Writable());
  if (Status status = Commit(body); !status.ok()) {
    failure_ = status;
    // Not reported: the transaction may be over already, and nothing more is written anyway.
    sqlite3_exec(connection_, "ROLLBACK", nullptr, nullptr, nullptr);
    return status;
  }
  if (log_pages_ >= kCheckpointPages) {
    // The commit is durable whatever becomes of this; a failure stops the next Write.
    static_cast<void>(Checkpoint());
  }
  return OkStatus();
}

Status Database::Commit(const std::function<Status()>& body) {
  WEIR_RETURN_IF_ERROR(Execute("BEGIN IMMEDIATE"));
  WEIR_RETURN_IF_ERROR(body());
  return Execute("COMMIT");
}

Status Database::Writable() const {
  if (failure_.ok()) return OkStatus();
  return FailedPrecondition("ledger %s failed before and must be opened again (%s)", path_.c_str(),
                            MessageOf(failure_).c_str());
}

Status Database::Checkpoint() {
  WEIR_RETURN_IF_ERROR(Writable());
  const int code =
      sqlite3_wal_checkpoint_v2(connection_, "main", SQLITE_CHECKPOINT_TRUNCATE, nullptr, nullptr);
  if (code != SQLITE_OK) {
    failure_ = ErrorOf(code);
    return failure_;
  }
  log_pages_ = 0;
  return OkStatus();
}

Status Database::CheckIntegrity() {
  WEIR_ASSIGN_OR_RETURN(const auto cursor, Prepare("PRAGMA integrity_check(1)"));
  WEIR_ASSIGN_OR_RETURN(const bool row, cursor->Step());
  if (row && cursor->BytesAt(0) == "ok") return OkStatus();
  return DataLoss("ledger %s: %s", path_.c_str(), row ? cursor->BytesAt(0).c_str() : "no answer");
}

Status Database::ErrorOf(int code) const {
  return MakeSqliteError(code, connection_ == nullptr ? 0 : sqlite3_system_errno(connection_),
                         path_);
}

}  // namespace weir::ledger::internal
