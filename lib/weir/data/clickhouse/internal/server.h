// SPDX-License-Identifier: Apache-2.0
#ifndef WEIR_DATA_CLICKHOUSE_INTERNAL_SERVER_H_
#define WEIR_DATA_CLICKHOUSE_INTERNAL_SERVER_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "weir/base/secret.h"
#include "weir/base/status.h"
#include "weir/data/clickhouse/internal/http_connection.h"
#include "weir/data/clickhouse/internal/native_reader.h"
#include "weir/data/dataset.h"
#include "weir/data/run_control.h"

namespace weir::data::internal {

// What a server has of a table.
struct ServerColumn {
  std::string name;
  std::string type;  // as ClickHouse writes it: "Nullable(DateTime('UTC'))"
};

// A question whose answer has columns of these names, in this order.
struct ServerQuery {
  std::string sql;  // without FORMAT
  std::vector<std::string> names;
  bool is_small = false;  // the server holds its answer back until it knows there is no error
};

// Asks one server of a source; every question is a SELECT or DESCRIBE. Not thread-safe: one a
// thread.
//
// User and password go in headers, never in a url. Every query has a random id; one that is
// stopped is killed on the server by it. A question is asked again, at most twice, when the
// connection fails before anything of the answer was used.
class Server {
 public:
  // Connects, and learns what the user's profile allows: where it may, each query gets settings
  // (readonly, limits of memory before spilling, the time left). No answer may be cut short
  // silently: a profile that does so ("break" as an overflow mode) and cannot be overruled is
  // refused.
  //
  // Errors: INVALID_ARGUMENT  there is no password file, or it holds more than one line.
  //         PERMISSION_DENIED others can read the password file.
  //         UNAUTHENTICATED   the server refuses the user.
  //         UNAVAILABLE       no connection; as above.
  static StatusOr<std::unique_ptr<Server>> Connect(const ClickHouseSource& source,
                                                   const std::string& url,
                                                   const RunControl& control);
  ~Server();
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  // Errors: as RowSource::Scan, naming the server. Any error of the handler.
  Status Ask(const ServerQuery& query, size_t most_block_bytes,
             const NativeReader::BlockHandler& handler);
  // INVALID_ARGUMENT: the server has no such table.
  StatusOr<std::vector<ServerColumn>> DescribeTable(const ClickHouseSource& source);

  // About how many rows of the table the server has, for progress alone; 0: not known, as of a view
  // or a table in memory.
  uint64_t CountRows(const ClickHouseSource& source);

  const std::string& url() const { return url_; }

 private:
  struct Attempt;

  Server(std::string url, HttpConnection connection, RunControl control);
  static StatusOr<SecretBytes> ReadPassword(const ClickHouseSource& source);
  Status SetCredentials(const ClickHouseSource& source);
  Status LearnProfile();
  std::string UrlOf(const ServerQuery& query, const std::string& query_id) const;
  Status TryOnce(const ServerQuery& query, size_t most_block_bytes,
                 const NativeReader::BlockHandler& handler, Attempt& attempt);
  void Kill(const std::string& query_id);
  // Of an answer of the server that is an error.
  Status ErrorOf(const std::string& body) const;

  std::string url_;
  HttpConnection connection_;
  RunControl control_;
  std::vector<std::string> headers_;  // hold the password; wiped at the end
  std::vector<std::pair<std::string, std::string>> settings_;
};

std::string TableSql(const ClickHouseSource& source);
// With which none of the columns begins: for names of ours, which would hide theirs.
std::string FreePrefix(const std::vector<ServerColumn>& columns);

}  // namespace weir::data::internal

#endif  // WEIR_DATA_CLICKHOUSE_INTERNAL_SERVER_H_
