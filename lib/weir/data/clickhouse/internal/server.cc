// SPDX-License-Identifier: Apache-2.0
#include "weir/data/clickhouse/internal/server.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdlib>
#include <map>
#include <string_view>
#include <thread>

#include "weir/base/files.h"
#include "weir/base/random.h"
#include "weir/data/clickhouse/internal/server_error.h"
#include "weir/data/clickhouse/internal/sql_text.h"

namespace weir::data::internal {
namespace {

constexpr int kMostAttempts = 3;
constexpr std::chrono::milliseconds kFirstPause{100};
constexpr std::chrono::seconds kKillLimit{5};
constexpr size_t kMostSmallBlock = size_t{64} << 20;
constexpr uint64_t kMostPasswordBytes = 4096;

bool IsHeaderText(std::string_view text) {
  return std::none_of(text.begin(), text.end(),
                      [](char c) { return static_cast<unsigned char>(c) < ' ' || c == '\x7F'; });
}

std::string RandomId() {
  constexpr char kDigits[] = "0123456789abcdef";
  std::string id = "weir-";
  for (const char c : RandomBytes(SystemRandom(), 16)) {
    const auto byte = static_cast<unsigned char>(c);
    id += kDigits[byte >> 4];
    id += kDigits[byte & 15];
  }
  return id;
}

// Waits, unless a stop comes first.
Status Pause(const RunControl& control, std::chrono::milliseconds time) {
  constexpr std::chrono::milliseconds kStep{10};
  for (auto left = time; left.count() > 0; left -= kStep) {
    WEIR_RETURN_IF_ERROR(control.Check());
    std::this_thread::sleep_for(kStep);
  }
  return control.Check();
}

}  // namespace

// One try of one question.
struct Server::Attempt {
  bool used = false;       // the handler has seen a block
  bool may_retry = false;  // the connection failed
  Status handler_status = OkStatus();
  std::string error_text = {};  // the server's, in the middle of its answer
};

Server::Server(std::string url, HttpConnection connection, RunControl control)
    : url_(std::move(url)), connection_(std::move(connection)), control_(std::move(control)) {}

Server::~Server() {
  for (std::string& header : headers_) WipeText(header);
}

StatusOr<std::unique_ptr<Server>> Server::Connect(const ClickHouseSource& source,
                                                  const std::string& url,
                                                  const RunControl& control) {
  WEIR_ASSIGN_OR_RETURN(HttpConnection connection,
                        HttpConnection::Create({.ca_file = source.ca_file}));
  std::unique_ptr<Server> server(new Server(url, std::move(connection), control));
  WEIR_RETURN_IF_ERROR(server->SetCredentials(source));
  WEIR_RETURN_IF_ERROR(server->LearnProfile());
  return server;
}

StatusOr<SecretBytes> Server::ReadPassword(const ClickHouseSource& source) {
  auto text = SystemFiles().ReadPrivate(source.password_file, kMostPasswordBytes);
  if (text.status().code() == StatusCode::kNotFound) {
    return InvalidArgument("the password file: %s", MessageOf(text.status()).c_str());
  }
  if (!text.ok()) return Annotate(text.status(), "the password file");
  while (!text->empty() && (text->back() == '\n' || text->back() == '\r')) text->pop_back();
  SecretBytes password(*std::move(text));
  if (!IsHeaderText(password.Bytes(DangerouslyRevealKey::Because("check its characters")))) {
    return InvalidArgument("the password file %s holds more than one line",
                           source.password_file.c_str());
  }
  return password;
}

Status Server::SetCredentials(const ClickHouseSource& source) {
  if (!IsHeaderText(source.user)) return InvalidArgument("the user's name has control characters");
  headers_.reserve(2);
  headers_.push_back("X-ClickHouse-User: " + source.user);
  if (source.password_file.empty()) return OkStatus();
  WEIR_ASSIGN_OR_RETURN(const SecretBytes password, ReadPassword(source));
  std::string& header = headers_.emplace_back();
  const auto bytes = password.Bytes(DangerouslyRevealKey::Because("log in to the owner's server"));
  header.reserve(bytes.size() + 32);
  header += "X-ClickHouse-Key: ";
  header += bytes;
  return OkStatus();
}

Status Server::LearnProfile() {
  std::map<std::string, std::string> profile;
  const ServerQuery query{.sql =
                              "SELECT name, value FROM system.settings WHERE name IN ('readonly', "
                              "'max_memory_usage', 'max_bytes_before_external_group_by', "
                              "'max_bytes_before_external_sort') OR "
                              "match(name, '_overflow_mode$')",
                          .names = {"name", "value"},
                          .is_small = true};
  WEIR_RETURN_IF_ERROR(Ask(query, kMostSmallBlock, [&profile](const NativeBlock& block) {
    for (size_t row = 0; row < block.rows; ++row) {
      if (block.columns[0].texts.empty() || block.columns[1].texts.empty()) break;
      profile[std::string(block.columns[0].texts[row])] = block.columns[1].texts[row];
    }
    return OkStatus();
  }));
  if (!profile.contains("readonly")) return DataLoss("%s tells no settings", url_.c_str());
  const bool may_set = profile["readonly"] != "1";
  for (const auto& [name, value] : profile) {
    if (!name.ends_with("_overflow_mode") || value == "throw") continue;
    if (!may_set) {
      return Unavailable(
          "%s: the user's profile sets %s to %s, so that an answer could lack rows: set it to "
          "throw",
          url_.c_str(), name.c_str(), value.c_str());
    }
    settings_.emplace_back(name, "throw");
  }
  if (!may_set) return OkStatus();
  if (profile["readonly"] == "0") settings_.emplace_back("readonly", "2");
  settings_.emplace_back("send_progress_in_http_headers", "1");
  settings_.emplace_back("http_headers_progress_interval_ms", "20000");
  const std::string& memory = profile["max_memory_usage"];
  uint64_t most = 0;
  std::from_chars(memory.data(), memory.data() + memory.size(), most);
  for (const char* name :
       {"max_bytes_before_external_group_by", "max_bytes_before_external_sort"}) {
    if (most > 0 && profile[name] == "0") settings_.emplace_back(name, std::to_string(most / 2));
  }
  return OkStatus();
}

std::string Server::UrlOf(const ServerQuery& query, const std::string& query_id) const {
  // Names and values are letters, digits, - and _: nothing has to be escaped.
  std::string url = url_ + "/?default_format=Native&query_id=" + query_id;
  if (query.is_small) url += "&wait_end_of_query=1&buffer_size=1048576";
  for (const auto& [name, value] : settings_) {
    url += '&';
    url += name;
    url += '=';
    url += value;
  }
  const auto left = control_.TimeLeft();
  if (left.has_value() && !settings_.empty()) {
    url += "&max_execution_time=" + std::to_string(left->count() / 1000 + 1);
  }
  return url;
}

Status Server::TryOnce(const ServerQuery& query, size_t most_block_bytes,
                       const NativeReader::BlockHandler& handler, Attempt& attempt) {
  const std::string query_id = RandomId();
  NativeReader reader(query.names, most_block_bytes);
  const auto pass = [&](const NativeBlock& block) {
    attempt.used = true;
    attempt.handler_status = handler(block);
    return attempt.handler_status;
  };
  const auto take = [&](std::string_view bytes) {
    if (!attempt.error_text.empty()) {
      attempt.error_text += bytes.substr(0, kMostErrorText);
      return OkStatus();
    }
    Status status = reader.Add(bytes, pass);
    if (status.code() != StatusCode::kDataLoss || !attempt.handler_status.ok()) return status;
    attempt.error_text = reader.rest().substr(0, kMostErrorText);
    return OkStatus();
  };
  const std::string url = UrlOf(query, query_id);
  const auto answer =
      connection_.Post({.url = url, .headers = headers_, .body = query.sql}, control_, take);
  if (!answer.ok()) {
    attempt.may_retry = answer.status().code() == StatusCode::kUnavailable &&
                        attempt.handler_status.ok() && !attempt.used;
    if (!attempt.may_retry) Kill(query_id);
    if (!attempt.handler_status.ok()) return attempt.handler_status;
    return Annotate(answer.status(), url_);
  }
  if (answer->status != 200) return ErrorOf(answer->error_body);
  if (attempt.error_text.empty() && !reader.Finish().ok()) attempt.error_text = reader.rest();
  return attempt.error_text.empty() ? OkStatus() : ErrorOf(attempt.error_text);
}

Status Server::Ask(const ServerQuery& query, size_t most_block_bytes,
                   const NativeReader::BlockHandler& handler) {
  std::chrono::milliseconds pause = kFirstPause;
  for (int left = kMostAttempts - 1;; --left, pause *= 4) {
    Attempt attempt;
    Status status = TryOnce(query, most_block_bytes, handler, attempt);
    if (status.ok() || !attempt.may_retry || left == 0) return status;
    WEIR_RETURN_IF_ERROR(Pause(control_, pause));
  }
}

// The server sees a closed connection only when it has something to send.
void Server::Kill(const std::string& query_id) {
  auto connection = HttpConnection::Create(
      {.ca_file = connection_.ca_file(), .connect_limit = kKillLimit, .idle_limit = kKillLimit});
  if (!connection.ok()) return;
  const std::string sql = "KILL QUERY WHERE query_id = " + ClickHouseText(query_id) + " ASYNC";
  const RunControl control{.deadline = RunControl::Clock::now() + kKillLimit};
  static_cast<void>(connection->Post({.url = url_ + "/", .headers = headers_, .body = sql}, control,
                                     [](std::string_view) { return OkStatus(); }));
}

Status Server::ErrorOf(const std::string& body) const {
  // Whoever stopped the query knows it.
  WEIR_RETURN_IF_ERROR(control_.Check());
  return Annotate(ReadServerError(body), url_);
}

StatusOr<std::vector<ServerColumn>> Server::DescribeTable(const ClickHouseSource& source) {
  std::vector<ServerColumn> columns;
  const ServerQuery query{.sql = "SELECT name, type FROM system.columns WHERE database = " +
                                 ClickHouseText(source.database) +
                                 " AND table = " + ClickHouseText(source.table),
                          .names = {"name", "type"},
                          .is_small = true};
  WEIR_RETURN_IF_ERROR(Ask(query, kMostSmallBlock, [&columns](const NativeBlock& block) {
    const auto& names = block.columns[0].texts;
    const auto& types = block.columns[1].texts;
    for (size_t row = 0; row < std::min(names.size(), types.size()); ++row) {
      columns.push_back({.name = std::string(names[row]), .type = std::string(types[row])});
    }
    return OkStatus();
  }));
  if (!columns.empty()) return columns;
  return InvalidArgument("%s has no table %s.%s, or user %s may not see it", url_.c_str(),
                         source.database.c_str(), source.table.c_str(), source.user.c_str());
}

uint64_t Server::CountRows(const ClickHouseSource& source) {
  uint64_t rows = 0;
  const ServerQuery query{.sql =
                              "SELECT sum(rows) AS n FROM system.parts WHERE active AND "
                              "database = " +
                              ClickHouseText(source.database) +
                              " AND table = " + ClickHouseText(source.table),
                          .names = {"n"},
                          .is_small = true};
  const Status status = Ask(query, kMostSmallBlock, [&rows](const NativeBlock& block) {
    if (block.columns[0].width == 8) rows = static_cast<uint64_t>(block.columns[0].IntAt(0));
    return OkStatus();
  });
  return status.ok() ? rows : 0;
}

std::string TableSql(const ClickHouseSource& source) {
  return ClickHouseName(source.database) + "." + ClickHouseName(source.table);
}

std::string FreePrefix(const std::vector<ServerColumn>& columns) {
  std::string prefix = "weir_";
  const auto is_taken = [&prefix](const ServerColumn& column) {
    return column.name.starts_with(prefix);
  };
  while (std::any_of(columns.begin(), columns.end(), is_taken)) prefix += "_";
  return prefix;
}

}  // namespace weir::data::internal
