// SPDX-License-Identifier: Apache-2.0
// Retries and limits of time, against a listener that behaves badly.
#include "weir/data/clickhouse/internal/http_connection.h"

#include <array>
#include <atomic>
#include <string>
#include <thread>

#include <arpa/inet.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include "tests/support/status_matchers.h"
#include "weir/data/clickhouse/internal/server.h"

namespace weir::data::internal {
namespace {

using test::StatusIs;
using ::testing::HasSubstr;

// Takes connections, reads the beginning of each request, gives each this answer and closes.
class BadListener {
 public:
  explicit BadListener(std::string answer, bool is_silent = false)
      : answer_(std::move(answer)), is_silent_(is_silent) {
    socket_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof(address);
    EXPECT_EQ(::bind(socket_, reinterpret_cast<sockaddr*>(&address), size), 0);
    EXPECT_EQ(::listen(socket_, 16), 0);
    EXPECT_EQ(::getsockname(socket_, reinterpret_cast<sockaddr*>(&address), &size), 0);
    port_ = ntohs(address.sin_port);
    thread_ = std::thread([this] { Serve(); });
  }
  ~BadListener() {
    ::shutdown(socket_, SHUT_RDWR);
    thread_.join();
    ::close(socket_);
    if (silent_ >= 0) ::close(silent_);
  }

  std::string url() const { return "http://127.0.0.1:" + std::to_string(port_); }
  int connections() const { return connections_; }
  std::string request() const { return request_; }

 private:
  void Serve() {
    for (int client = 0; (client = ::accept4(socket_, nullptr, nullptr, SOCK_CLOEXEC)) >= 0;) {
      std::array<char, 4096> bytes{};
      const ssize_t count = ::read(client, bytes.data(), bytes.size());
      if (++connections_ == 1 && count > 0)
        request_.assign(bytes.data(), static_cast<size_t>(count));
      if (is_silent_) {
        silent_ = client;
        continue;
      }
      static_cast<void>(::send(client, answer_.data(), answer_.size(), MSG_NOSIGNAL));
      ::close(client);
    }
  }

  std::string answer_;
  bool is_silent_;
  int socket_ = -1;
  int silent_ = -1;
  uint16_t port_ = 0;
  std::atomic<int> connections_{0};
  std::string request_;
  std::thread thread_;
};

ClickHouseSource SourceAt(const std::string& url) {
  return {.urls = {url}, .database = "d", .table = "t"};
}

TEST(HttpConnectionTest, ReadsAreTriedThreeTimes) {
  const BadListener listener("");
  EXPECT_THAT(Server::Connect(SourceAt(listener.url()), listener.url(), {}),
              StatusIs(StatusCode::kUnavailable, HasSubstr(listener.url())));
  EXPECT_EQ(listener.connections(), 3);
  EXPECT_THAT(listener.request(), HasSubstr("POST /?default_format=Native&query_id=weir-"));
  EXPECT_THAT(listener.request(), HasSubstr("X-ClickHouse-User: default"));
}

TEST(HttpConnectionTest, AnswersAreAskedForOnce) {
  for (const char* answer :
       {"HTTP/1.1 500 No\r\nContent-Length: 6\r\n\r\nsecret",
        "HTTP/1.1 302 There\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nsecret"}) {
    const BadListener listener(answer);
    const auto server = Server::Connect(SourceAt(listener.url()), listener.url(), {});
    EXPECT_THAT(server, StatusIs(StatusCode::kDataLoss, ::testing::Not(HasSubstr("secret"))));
    EXPECT_EQ(listener.connections(), 1);
  }
}

// Its profile might cut answers short.
TEST(HttpConnectionTest, AServerThatTellsNoSettingsIsNotRead) {
  const BadListener listener("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
  EXPECT_THAT(Server::Connect(SourceAt(listener.url()), listener.url(), {}),
              StatusIs(StatusCode::kDataLoss, HasSubstr("no settings")));
}

// Half an answer is none.
TEST(HttpConnectionTest, AnswersThatBreakOffAreErrors) {
  const BadListener listener("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nabc");
  WEIR_ASSERT_OK_AND_ASSIGN(HttpConnection connection, HttpConnection::Create({}));
  std::string seen;
  EXPECT_THAT(connection.Post({.url = listener.url(), .body = "x"}, {},
                              [&seen](std::string_view bytes) {
                                seen += bytes;
                                return OkStatus();
                              }),
              StatusIs(StatusCode::kUnavailable));
  EXPECT_EQ(seen, "abc");
}

TEST(HttpConnectionTest, SilenceEnds) {
  const BadListener listener("", /*is_silent=*/true);
  const auto ignore = [](std::string_view) { return OkStatus(); };
  WEIR_ASSERT_OK_AND_ASSIGN(HttpConnection connection,
                            HttpConnection::Create({.idle_limit = std::chrono::milliseconds(300)}));
  EXPECT_THAT(connection.Post({.url = listener.url(), .body = "x"}, {}, ignore),
              StatusIs(StatusCode::kUnavailable, HasSubstr("silent")));
  WEIR_ASSERT_OK_AND_ASSIGN(HttpConnection patient, HttpConnection::Create({}));
  const RunControl control{.deadline = RunControl::Clock::now() + std::chrono::milliseconds(300)};
  EXPECT_THAT(patient.Post({.url = listener.url(), .body = "x"}, control, ignore),
              StatusIs(StatusCode::kDeadlineExceeded));
}

}  // namespace
}  // namespace weir::data::internal
