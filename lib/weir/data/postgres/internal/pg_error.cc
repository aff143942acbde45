// SPDX-License-Identifier: Apache-2.0
#include "weir/data/postgres/internal/pg_error.h"

#include <algorithm>

namespace weir::data::internal {
namespace {

// A code, or the class of codes that starts so. The first that fits counts.
struct Meaning {
  std::string_view sqlstate;
  StatusCode code;
  const char* text;
};

constexpr Meaning kMeanings[] = {
    {"28P01", StatusCode::kUnauthenticated, "the server refuses the user or the password"},
    {"28", StatusCode::kUnauthenticated,
     "the server does not let this user in from here (pg_hba.conf)"},
    {"3D000", StatusCode::kInvalidArgument, "the server has no such database"},
    {"42501", StatusCode::kPermissionDenied, "the role has no privilege to read it"},
    {"42P01", StatusCode::kInvalidArgument, "there is no such table or view"},
    {"3F000", StatusCode::kInvalidArgument, "there is no such schema"},
    {"42703", StatusCode::kInvalidArgument, "a column is missing"},
    {"25006", StatusCode::kInvalidArgument, "the view writes, and we only read"},
    {"42", StatusCode::kInvalidArgument, "the view cannot be asked"},
    {"57014", StatusCode::kDeadlineExceeded,
     "the server took longer than timeout_seconds of the data set allows"},
    {"55P03", StatusCode::kUnavailable, "somebody else holds a lock on it"},
    {"25P03", StatusCode::kUnavailable, "the server ended a session that waited too long"},
    {"53300", StatusCode::kUnavailable, "the server takes no more connections"},
    {"53", StatusCode::kUnavailable, "the server lacks memory or disk"},
    {"57", StatusCode::kUnavailable, "the server is starting or shutting down"},
    {"58", StatusCode::kUnavailable, "the server's system fails"},
    {"08", StatusCode::kUnavailable, "the connection was lost"},
    {"40", StatusCode::kUnavailable, "the server asks to try again"},
    {"72", StatusCode::kUnavailable, "the snapshot became too old"},
    {"22021", StatusCode::kDataLoss, "it holds a text that has no UTF-8"},
    {"22P05", StatusCode::kDataLoss, "it holds a text that has no UTF-8"},
    {"22", StatusCode::kDataLoss, "a value of it cannot be computed"},
};

struct Fragment {
  std::string_view part;
  const char* text;
};

constexpr Fragment kFragments[] = {
    {"root certificate file",
     "there is no file of root certificates (sslrootcert) to check the "
     "server with"},
    {"server does not support SSL", "the server offers no TLS"},
    {"certificate", "the server's certificate does not prove that it is the one that was meant"},
    {"SSL", "the TLS handshake failed"},
    {"could not translate host name", "its name is not known"},
    {"Connection refused", "the connection was refused: is it running, and does it listen there?"},
    {"No such file or directory", "there is no such socket: is it running?"},
    {"timeout", "it did not answer in time"},
    {"timed out", "it did not answer in time"},
    {"invalid port number", "the port is not a number"},
    {"closed the connection", "it closed the connection"},
};

// The code that libpq shows alone under PQERRORS_SQLSTATE: "...: FATAL:  28P01".
std::string_view SqlstateIn(std::string_view message) {
  constexpr size_t kLength = 5;
  while (!message.empty() && (message.back() == '\n' || message.back() == ' ')) {
    message.remove_suffix(1);
  }
  if (message.size() <= kLength) return {};
  const std::string_view last = message.substr(message.size() - kLength);
  const char before = message[message.size() - kLength - 1];
  const bool is_code = std::all_of(last.begin(), last.end(), [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z');
  });
  return is_code && before == ' ' ? last : std::string_view{};
}

}  // namespace

Status PgServerError(std::string_view sqlstate) {
  const std::string state(sqlstate);
  for (const Meaning& meaning : kMeanings) {
    if (!sqlstate.starts_with(meaning.sqlstate)) continue;
    return MakeError(meaning.code, meaning.text + (" (SQLSTATE " + state + ")"));
  }
  return Unavailable("the server fails (SQLSTATE %s)", state.empty() ? "none" : state.c_str());
}

Status PgConnectError(std::string_view message) {
  const std::string_view sqlstate = SqlstateIn(message);
  if (!sqlstate.empty()) return PgServerError(sqlstate);
  for (const Fragment& fragment : kFragments) {
    if (message.find(fragment.part) != std::string_view::npos) {
      return Unavailable("%s", fragment.text);
    }
  }
  return Unavailable("no connection");
}

}  // namespace weir::data::internal
