// SPDX-License-Identifier: Apache-2.0
#ifndef WEIR_TESTS_DATA_CLICKHOUSE_TEST_SERVERS_H_
#define WEIR_TESTS_DATA_CLICKHOUSE_TEST_SERVERS_H_

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include <sys/types.h>

#include "tests/support/temporary_folder.h"

namespace weir::data::test_clickhouse {

inline constexpr char kPassword[] = "correct horse & b\\attery";

// A clickhouse-server process of our own on loopback: its own folder, ports and users. Ends with
// this object, or with the test program, whatever becomes of that. Aborts if it does not start.
//
// Users: `default`, for the test itself; `locked`, with kPassword and a profile that only reads;
// `strict`, without password, whose profile allows no settings (readonly 1); `small`, with little
// memory, `hasty` with one second; `cut`, whose strict profile cuts answers short.
class TestServer {
 public:
  // `more_users`: elements of a users file, beside the ones above.
  explicit TestServer(bool with_tls = false, const std::string& more_users = "");
  ~TestServer();
  TestServer(const TestServer&) = delete;
  TestServer& operator=(const TestServer&) = delete;

  std::string url() const { return "http://127.0.0.1:" + std::to_string(port_); }
  std::string tls_url() const { return "https://localhost:" + std::to_string(tls_port_); }
  // The authority that vouches for the name localhost.
  std::string ca_file() const { return folder_.Path("server.crt"); }
  pid_t pid() const { return pid_; }
  // Milliseconds of processor time so far.
  int64_t CpuMillis() const;

  // As user default, not by the code under test; the answer in TabSeparated. Aborts on an error.
  std::string Run(const std::string& sql) const;
  // The answer, or the error.
  std::string TryRun(const std::string& sql) const;
  // At once, as a lost machine.
  void Kill();
  // After Kill: on the same ports, with the same data.
  void Restart() { Start(); }

 private:
  void WriteConfig(const std::string& more_users);
  void MakeCertificate();
  void Start();

  test::TemporaryFolder folder_;
  bool with_tls_;
  uint16_t port_ = 0;
  uint16_t tls_port_ = 0;
  uint16_t native_port_ = 0;
  uint16_t internal_port_ = 0;
  pid_t pid_ = -1;
};

// Three, started once for the test program.
const std::vector<std::unique_ptr<TestServer>>& ThreeServers();

}  // namespace weir::data::test_clickhouse

#endif  // WEIR_TESTS_DATA_CLICKHOUSE_TEST_SERVERS_H_
