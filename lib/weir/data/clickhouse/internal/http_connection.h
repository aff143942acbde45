// SPDX-License-Identifier: Apache-2.0
#ifndef WEIR_DATA_CLICKHOUSE_INTERNAL_HTTP_CONNECTION_H_
#define WEIR_DATA_CLICKHOUSE_INTERNAL_HTTP_CONNECTION_H_

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "weir/base/status.h"
#include "weir/data/run_control.h"

namespace weir::data::internal {

struct HttpOptions {
  std::string ca_file = {};  // empty: the system's authorities
  std::chrono::milliseconds connect_limit{10'000};
  // Without a byte from the server for so long the answer is given up.
  std::chrono::milliseconds idle_limit{600'000};
};

struct HttpRequest {
  std::string url;
  std::vector<std::string> headers = {};  // "Name: value"
  std::string_view body;
};

struct HttpAnswer {
  int status = 0;
  std::string error_body = {};  // of an answer that is not 200, its first 64 KiB
};

// One connection to a server, kept open between requests. Verifies the server's certificate and
// name, takes TLS 1.2 or later, follows no redirection, uses no proxy and reads no configuration of
// libcurl. Not thread-safe.
class HttpConnection {
 public:
  // Errors: UNAVAILABLE libcurl cannot be loaded.
  static StatusOr<HttpConnection> Create(HttpOptions options);
  HttpConnection(HttpConnection&& other) noexcept;
  HttpConnection& operator=(HttpConnection&& other) noexcept;
  ~HttpConnection();

  // Takes the next bytes of the body of an answer 200.
  using BytesHandler = std::function<Status(std::string_view)>;

  // Posts and passes the body on as it comes. The connection is closed by any error.
  //
  // Errors: UNAVAILABLE       no connection, a certificate that does not hold, an answer that
  //                           breaks off, the idle limit.
  //         CANCELLED, DEADLINE_EXCEEDED by `control`.
  //         Any error of the handler.
  StatusOr<HttpAnswer> Post(const HttpRequest& request, const RunControl& control,
                            const BytesHandler& handler);

  const std::string& ca_file() const { return options_.ca_file; }

 private:
  class Handles;
  explicit HttpConnection(HttpOptions options);

  HttpOptions options_;
  std::unique_ptr<Handles> handles_;  // none: no connection
};

}  // namespace weir::data::internal

#endif  // WEIR_DATA_CLICKHOUSE_INTERNAL_HTTP_CONNECTION_H_
