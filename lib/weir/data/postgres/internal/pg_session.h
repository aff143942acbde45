// SPDX-License-Identifier: Apache-2.0
#ifndef WEIR_DATA_POSTGRES_INTERNAL_PG_SESSION_H_
#define WEIR_DATA_POSTGRES_INTERNAL_PG_SESSION_H_

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "weir/base/status.h"
#include "weir/data/postgres/internal/pg_dsn.h"
#include "weir/data/postgres/internal/pq_library.h"

namespace weir::data::internal {

using PgRow = std::vector<std::optional<std::string>>;  // none: NULL

// What is asked while a session waits: an error ends the wait with it.
using PgInterrupt = std::function<Status()>;

// One session in one read-only transaction, under settings that decide how values are shown: UTC,
// ISO dates, UTF-8, no names but the server's own without their schema. Not thread-safe.
class PgSession {
 public:
  struct Options {
    std::chrono::seconds timeout{0};  // of one statement, and of waiting between two
    std::string snapshot = {};        // of another session's; empty: its own
    PgInterrupt interrupt = [] { return OkStatus(); };
  };

  // Connects and begins a repeatable-read, read-only transaction, whose snapshot all statements
  // see. Errors: as PgConnectError and PgServerError; PERMISSION_DENIED a session without TLS that
  // left this machine.
  static StatusOr<std::unique_ptr<PgSession>> Open(const PgDsn& dsn, Options options);
  // Closes it; a statement that runs is cancelled on the server.
  ~PgSession();
  PgSession(const PgSession&) = delete;
  PgSession& operator=(const PgSession&) = delete;

  // All rows of a short query, as text; each has `columns` cells.
  // Errors: DATA_LOSS an answer of another width. Else as PgServerError.
  StatusOr<std::vector<PgRow>> Query(const std::string& sql, int columns);
  // COPY ... TO STDOUT: every message in turn. After an error, of the handler too, the statement is
  // cancelled on the server and the session ends.
  Status CopyOut(const std::string& sql,
                 const std::function<Status(std::span<const char> message)>& handler);

  void set_interrupt(PgInterrupt interrupt) { options_.interrupt = std::move(interrupt); }

 private:
  using Clock = std::chrono::steady_clock;

  PgSession(const PqLibrary& library, Options options)
      : library_(library), options_(std::move(options)) {}
  Status Connect(const PgDsn& dsn);
  Status CheckWay(const PgDsn& dsn) const;
  Status Begin();
  Status Send(const std::string& sql);
  Status Wait(short events, std::optional<Clock::time_point> end = {});
  StatusOr<PGresult*> NextResult();
  Status CopyMessages(const std::function<Status(std::span<const char>)>& handler);
  StatusOr<int> NextMessage(char** message);
  Status FinishCopy();
  Status ErrorOf(const PGresult* result) const;
  void Cancel();

  const PqLibrary& library_;
  Options options_;
  PGconn* connection_ = nullptr;
};

}  // namespace weir::data::internal

#endif  // WEIR_DATA_POSTGRES_INTERNAL_PG_SESSION_H_
