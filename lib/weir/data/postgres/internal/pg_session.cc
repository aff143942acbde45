// SPDX-License-Identifier: Apache-2.0
#include "weir/data/postgres/internal/pg_session.h"

#include <array>
#include <charconv>
#include <utility>

#include <poll.h>

#include "weir/data/postgres/internal/pg_error.h"
#include "weir/data/postgres/internal/pg_text.h"

namespace weir::data::internal {
namespace {

// How soon a stop is seen.
constexpr int kPollMilliseconds = 50;
constexpr std::chrono::seconds kLockTimeout{10};

void IgnoreNotice(void* /*context*/, const PGresult* /*result*/) {}

// Of a number in the settings that libpq has not looked at.
std::chrono::seconds ConnectTimeout(const PgDsn& dsn) {
  int seconds = 10;
  for (const auto& [name, value] : dsn.settings) {
    if (name == "connect_timeout") {
      std::from_chars(value.data(), value.data() + value.size(), seconds);
    }
  }
  return std::chrono::seconds(std::max(seconds, 1));
}

std::string Milliseconds(std::chrono::seconds time) {
  return std::to_string(std::chrono::milliseconds(time).count());
}

// Settings that the server or the role may have given otherwise, and a snapshot.
std::string BeginSql(const PgSession::Options& options) {
  std::string sql;
  for (const auto& [name, value] :
       {std::pair<const char*, std::string>{"TimeZone", "UTC"},
        {"DateStyle", "ISO, YMD"},
        {"IntervalStyle", "iso_8601"},
        {"extra_float_digits", "1"},
        {"client_encoding", "UTF8"},
        {"standard_conforming_strings", "on"},
        {"search_path", "pg_catalog"},
        {"synchronize_seqscans", "off"},
        {"default_transaction_read_only", "on"},
        {"statement_timeout", Milliseconds(options.timeout)},
        {"lock_timeout", Milliseconds(kLockTimeout)},
        {"idle_in_transaction_session_timeout", Milliseconds(options.timeout)}}) {
    sql += std::string("SET SESSION ") + name + " = " + PgLiteral(value) + ";";
  }
  // Servers from version 14 on notice by it that we are gone while a statement runs.
  sql +=
      "SELECT set_config(name, '5s', false) FROM pg_settings "
      "WHERE name = 'client_connection_check_interval';";
  sql += "COMMIT;BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY;";
  if (!options.snapshot.empty()) sql += "SET TRANSACTION SNAPSHOT " + PgLiteral(options.snapshot);
  return sql;
}

Status Lost() { return Unavailable("the connection was lost"); }

}  // namespace

StatusOr<std::unique_ptr<PgSession>> PgSession::Open(const PgDsn& dsn, Options options) {
  WEIR_ASSIGN_OR_RETURN(const PqLibrary* const library, LoadPqLibrary());
  std::unique_ptr<PgSession> session(new PgSession(*library, std::move(options)));
  Status status = session->Connect(dsn);
  if (status.ok()) status = session->CheckWay(dsn);
  if (status.ok()) status = session->Begin();
  if (!status.ok()) return Annotate(status, "server " + dsn.server);
  return session;
}

PgSession::~PgSession() {
  if (connection_ == nullptr) return;
  if (library_.PQtransactionStatus(connection_) == PQTRANS_ACTIVE) Cancel();
  library_.PQfinish(connection_);
}

Status PgSession::Connect(const PgDsn& dsn) {
  std::vector<const char*> names;
  std::vector<const char*> values;
  names.reserve(dsn.settings.size() + 1);
  values.reserve(dsn.settings.size() + 1);
  for (const auto& [name, value] : dsn.settings) {
    names.push_back(name.c_str());
    values.push_back(value.c_str());
  }
  names.push_back(nullptr);
  values.push_back(nullptr);
  connection_ = library_.PQconnectStartParams(names.data(), values.data(), /*expand_dbname=*/0);
  if (connection_ == nullptr) return ResourceExhausted("no memory left");
  // Codes only: the server's words hold what is nobody's business.
  library_.PQsetErrorVerbosity(connection_, PQERRORS_SQLSTATE);
  library_.PQsetNoticeReceiver(connection_, IgnoreNotice, nullptr);
  const Clock::time_point end = Clock::now() + ConnectTimeout(dsn);
  PostgresPollingStatusType state = PGRES_POLLING_WRITING;
  while (library_.PQstatus(connection_) != CONNECTION_BAD && state != PGRES_POLLING_OK) {
    WEIR_RETURN_IF_ERROR(Wait(state == PGRES_POLLING_READING ? POLLIN : POLLOUT, end));
    state = library_.PQconnectPoll(connection_);
    if (state == PGRES_POLLING_FAILED) break;
  }
  if (library_.PQstatus(connection_) == CONNECTION_OK) return OkStatus();
  if (library_.PQconnectionNeedsPassword(connection_) != 0) {
    return Unauthenticated("the server asks for a password, and the connection string has none");
  }
  return PgConnectError(library_.PQerrorMessage(connection_));
}

// Where libpq took an address from elsewhere than the settings.
Status PgSession::CheckWay(const PgDsn& dsn) const {
  if (dsn.is_local || library_.PQsslInUse(connection_) != 0) return OkStatus();
  return PermissionDenied("the session has no TLS");
}

Status PgSession::Begin() { return Query(BeginSql(options_), /*columns=*/1).status(); }

Status PgSession::ErrorOf(const PGresult* result) const {
  const char* sqlstate = library_.PQresultErrorField(result, PG_DIAG_SQLSTATE);
  if (sqlstate == nullptr) return Lost();
  return PgServerError(sqlstate);
}

// Until the socket is ready.
Status PgSession::Wait(short events, std::optional<Clock::time_point> end) {
  pollfd descriptor{.fd = library_.PQsocket(connection_), .events = events, .revents = 0};
  if (descriptor.fd < 0) return Lost();
  do {
    WEIR_RETURN_IF_ERROR(options_.interrupt());
    if (end.has_value() && Clock::now() > *end) return Unavailable("it did not answer in time");
  } while (::poll(&descriptor, 1, kPollMilliseconds) == 0);
  return OkStatus();
}

Status PgSession::Send(const std::string& sql) {
  if (library_.PQsendQuery(connection_, sql.c_str()) == 0) return Lost();
  while (true) {
    const int left = library_.PQflush(connection_);
    if (left == 0) return OkStatus();
    if (left < 0) return Lost();
    WEIR_RETURN_IF_ERROR(Wait(POLLIN | POLLOUT));
    if (library_.PQconsumeInput(connection_) == 0) return Lost();
  }
}

// Null: there are no more. The caller clears it.
StatusOr<PGresult*> PgSession::NextResult() {
  while (library_.PQisBusy(connection_) != 0) {
    WEIR_RETURN_IF_ERROR(Wait(POLLIN));
    if (library_.PQconsumeInput(connection_) == 0) return Lost();
  }
  return library_.PQgetResult(connection_);
}

StatusOr<std::vector<PgRow>> PgSession::Query(const std::string& sql, int columns) {
  WEIR_RETURN_IF_ERROR(Send(sql));
  std::vector<PgRow> rows;
  Status status;
  while (true) {
    WEIR_ASSIGN_OR_RETURN(PGresult* const next, NextResult());
    if (next == nullptr) break;
    const std::unique_ptr<PGresult, void (*)(PGresult*)> result(next, library_.PQclear);
    const ExecStatusType kind = library_.PQresultStatus(next);
    if (kind != PGRES_TUPLES_OK && kind != PGRES_COMMAND_OK) {
      if (status.ok()) status = ErrorOf(next);
      if (library_.PQstatus(connection_) != CONNECTION_OK) break;
    }
    if (kind == PGRES_TUPLES_OK && library_.PQnfields(next) != columns) {
      if (status.ok()) status = DataLoss("the server's answer has another number of columns");
      continue;
    }
    for (int row = 0; row < library_.PQntuples(next); ++row) {
      PgRow& cells = rows.emplace_back();
      for (int i = 0; i < library_.PQnfields(next); ++i) {
        if (library_.PQgetisnull(next, row, i) != 0) {
          cells.emplace_back();
        } else {
          cells.emplace_back(std::string(library_.PQgetvalue(next, row, i),
                                         static_cast<size_t>(library_.PQgetlength(next, row, i))));
        }
      }
    }
  }
  WEIR_RETURN_IF_ERROR(status);
  return rows;
}

Status PgSession::CopyOut(const std::string& sql,
                          const std::function<Status(std::span<const char>)>& handler) {
  WEIR_RETURN_IF_ERROR(Send(sql));
  Status status = CopyMessages(handler);
  if (!status.ok() && library_.PQtransactionStatus(connection_) == PQTRANS_ACTIVE) Cancel();
  return status;
}

Status PgSession::CopyMessages(const std::function<Status(std::span<const char>)>& handler) {
  WEIR_ASSIGN_OR_RETURN(PGresult* const first, NextResult());
  if (first == nullptr) return Lost();
  const std::unique_ptr<PGresult, void (*)(PGresult*)> result(first, library_.PQclear);
  if (library_.PQresultStatus(first) != PGRES_COPY_OUT) return ErrorOf(first);
  while (true) {
    char* bytes = nullptr;
    WEIR_ASSIGN_OR_RETURN(const int size, NextMessage(&bytes));
    if (size < 0) break;
    const std::unique_ptr<char, void (*)(void*)> message(bytes, library_.PQfreemem);
    WEIR_RETURN_IF_ERROR(handler({bytes, static_cast<size_t>(size)}));
  }
  return FinishCopy();
}

// -1: no more.
StatusOr<int> PgSession::NextMessage(char** message) {
  constexpr int kWouldBlock = 0;
  while (true) {
    const int size = library_.PQgetCopyData(connection_, message, /*async=*/1);
    if (size == -2) return Lost();
    if (size != kWouldBlock) return size;
    WEIR_RETURN_IF_ERROR(Wait(POLLIN));
    if (library_.PQconsumeInput(connection_) == 0) return Lost();
  }
}

Status PgSession::FinishCopy() {
  Status status;
  while (true) {
    WEIR_ASSIGN_OR_RETURN(PGresult* const next, NextResult());
    if (next == nullptr) return status;
    const std::unique_ptr<PGresult, void (*)(PGresult*)> result(next, library_.PQclear);
    if (library_.PQresultStatus(next) != PGRES_COMMAND_OK && status.ok()) status = ErrorOf(next);
    if (library_.PQstatus(connection_) != CONNECTION_OK) return status;
  }
}

void PgSession::Cancel() {
  const std::unique_ptr<PGcancel, void (*)(PGcancel*)> cancel(library_.PQgetCancel(connection_),
                                                              library_.PQfreeCancel);
  if (cancel == nullptr) return;
  std::array<char, 256> reason{};
  library_.PQcancel(cancel.get(), reason.data(), static_cast<int>(reason.size()));
}

}  // namespace weir::data::internal
