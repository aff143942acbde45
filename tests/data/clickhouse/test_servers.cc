// SPDX-License-Identifier: Apache-2.0
#include "tests/data/clickhouse/test_servers.h"

#include <array>
#include <chrono>
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <sstream>
#include <thread>

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

namespace weir::data::test_clickhouse {
namespace {

constexpr char kProgram[] = "/usr/sbin/clickhouse-server";
constexpr int kMostTries = 2400;

[[noreturn]] void Fail(const std::string& what) {
  std::cerr << what << "\n";
  std::abort();
}

sockaddr_in Loopback(uint16_t port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return address;
}

// Nobody listens on it just now.
uint16_t FreePort() {
  const int socket = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address = Loopback(0);
  socklen_t size = sizeof(address);
  const bool bound = ::bind(socket, reinterpret_cast<sockaddr*>(&address), size) == 0 &&
                     ::getsockname(socket, reinterpret_cast<sockaddr*>(&address), &size) == 0;
  ::close(socket);
  if (!bound) Fail("no port is free");
  return ntohs(address.sin_port);
}

// By HTTP 1.0: the answer ends with the connection. Empty: no connection.
std::string Post(uint16_t port, const std::string& body) {
  const int socket = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address = Loopback(port);
  std::string answer;
  if (::connect(socket, reinterpret_cast<sockaddr*>(&address), sizeof(address)) == 0) {
    const std::string request =
        "POST / HTTP/1.0\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
    for (size_t sent = 0; sent < request.size();) {
      const ssize_t count =
          ::send(socket, request.data() + sent, request.size() - sent, MSG_NOSIGNAL);
      if (count <= 0) break;
      sent += static_cast<size_t>(count);
    }
    std::array<char, 65536> bytes{};
    for (ssize_t count = 0; (count = ::read(socket, bytes.data(), bytes.size())) > 0;) {
      answer.append(bytes.data(), static_cast<size_t>(count));
    }
  }
  ::close(socket);
  return answer;
}

std::string UsersXml() {
  const std::string anywhere =
      "<networks><ip>127.0.0.1</ip><ip>::1</ip></networks><quota>default</quota>";
  const auto user = [&](const std::string& name, const std::string& password,
                        const std::string& profile) {
    return "<" + name + "><password>" + password + "</password>" + anywhere + "<profile>" +
           profile + "</profile></" + name + ">";
  };
  return "<yandex><profiles>"
         "<default></default>"
         "<reader><readonly>2</readonly></reader>"
         "<strict><readonly>1</readonly></strict>"
         "<small><readonly>2</readonly><max_memory_usage>3000000</max_memory_usage></small>"
         "<hasty><readonly>2</readonly><max_execution_time>1</max_execution_time></hasty>"
         "<cut><readonly>1</readonly><read_overflow_mode>break</read_overflow_mode></cut>"
         "</profiles><users>" +
         user("default", "", "default") +
         user("locked", "correct horse &amp; b\\attery", "reader") + user("strict", "", "strict") +
         user("small", "", "small") + user("cut", "", "cut") + user("hasty", "", "hasty") +
         "</users><quotas><default/></quotas></yandex>";
}

}  // namespace

TestServer::TestServer(bool with_tls, const std::string& more_users) : with_tls_(with_tls) {
  port_ = FreePort();
  tls_port_ = FreePort();
  native_port_ = FreePort();
  internal_port_ = FreePort();
  if (with_tls_) MakeCertificate();
  WriteConfig(more_users);
  Start();
}

TestServer::~TestServer() { Kill(); }

void TestServer::MakeCertificate() {
  const std::string command =
      "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 "
      "-subj /CN=localhost -addext subjectAltName=DNS:localhost -keyout '" +
      folder_.Path("server.key") + "' -out '" + ca_file() + "' 2>/dev/null";
  if (std::system(command.c_str()) != 0) Fail("openssl makes no certificate");
}

void TestServer::WriteConfig(const std::string& more_users) {
  for (const char* name : {"data", "tmp", "users.d"}) ::mkdir(folder_.Path(name).c_str(), 0700);
  if (!more_users.empty()) {
    test::WriteTextFile(folder_.Path("users.d/more.xml"), "<yandex>" + more_users + "</yandex>");
  }
  test::WriteTextFile(folder_.Path("users.xml"), UsersXml());
  std::string tls;
  if (with_tls_) {
    tls = "<https_port>" + std::to_string(tls_port_) + "</https_port><openSSL><server>" +
          "<certificateFile>" + ca_file() + "</certificateFile><privateKeyFile>" +
          folder_.Path("server.key") +
          "</privateKeyFile><verificationMode>none</verificationMode></server></openSSL>";
  }
  test::WriteTextFile(
      folder_.Path("config.xml"),
      "<yandex><logger><level>error</level><log>" + folder_.Path("log") + "</log><errorlog>" +
          folder_.Path("errors") + "</errorlog></logger><http_port>" + std::to_string(port_) +
          "</http_port><tcp_port>" + std::to_string(native_port_) +
          "</tcp_port><interserver_http_port>" + std::to_string(internal_port_) +
          "</interserver_http_port><listen_host>127.0.0.1</listen_host><path>" +
          folder_.Path("data") + "/</path><tmp_path>" + folder_.Path("tmp") +
          "/</tmp_path><users_config>" + folder_.Path("users.xml") +
          "</users_config><default_profile>default</default_profile><default_database>default"
          "</default_database><mark_cache_size>67108864</mark_cache_size>" +
          tls + "</yandex>");
}

void TestServer::Start() {
  const std::string config = "--config-file=" + folder_.Path("config.xml");
  const std::string log = folder_.Path("out");
  pid_ = ::fork();
  if (pid_ == 0) {
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    const int out = ::open(log.c_str(), O_WRONLY | O_CREAT | O_APPEND, 0600);
    ::dup2(out, STDOUT_FILENO);
    ::dup2(out, STDERR_FILENO);
    ::execl(kProgram, kProgram, config.c_str(), nullptr);
    ::_exit(127);
  }
  for (int i = 0; i < kMostTries; ++i) {
    if (TryRun("SELECT 1") == "1\n") return;
    if (::waitpid(pid_, nullptr, WNOHANG) != 0) break;
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
  }
  std::ifstream errors(folder_.Path("errors"));
  Fail(std::string(kProgram) + " does not start: " + test::ReadTextFile(log) +
       std::string((std::istreambuf_iterator<char>(errors)), {}));
}

void TestServer::Kill() {
  if (pid_ <= 0) return;
  ::kill(pid_, SIGKILL);
  ::waitpid(pid_, nullptr, 0);
  pid_ = -1;
}

int64_t TestServer::CpuMillis() const {
  std::ifstream file("/proc/" + std::to_string(pid_) + "/stat");
  std::string text((std::istreambuf_iterator<char>(file)), {});
  std::istringstream fields(text.substr(text.rfind(')') + 2));
  std::string skipped;
  for (int i = 0; i < 11; ++i) fields >> skipped;
  int64_t user = 0, system = 0;
  fields >> user >> system;
  return (user + system) * 1000 / ::sysconf(_SC_CLK_TCK);
}

std::string TestServer::TryRun(const std::string& sql) const {
  const std::string answer = Post(port_, sql);
  const size_t body = answer.find("\r\n\r\n");
  return body == std::string::npos ? "" : answer.substr(body + 4);
}

std::string TestServer::Run(const std::string& sql) const {
  const std::string answer = Post(port_, sql);
  const size_t body = answer.find("\r\n\r\n");
  if (answer.find(" 200 OK") == std::string::npos || body == std::string::npos) {
    Fail(sql.substr(0, 400) + "\n" + answer);
  }
  return answer.substr(body + 4);
}

const std::vector<std::unique_ptr<TestServer>>& ThreeServers() {
  static auto* const servers = [] {
    auto* started = new std::vector<std::unique_ptr<TestServer>>;
    for (int i = 0; i < 3; ++i) started->push_back(std::make_unique<TestServer>());
    std::atexit(
        [] { const_cast<std::vector<std::unique_ptr<TestServer>>&>(ThreeServers()).clear(); });
    return started;
  }();
  return *servers;
}

}  // namespace weir::data::test_clickhouse
