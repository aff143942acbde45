// SPDX-License-Identifier: Apache-2.0
#include "tests/data/postgres/postgres_server.h"

#include <algorithm>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <iostream>
#include <memory>
#include <thread>

#include <arpa/inet.h>
#include <fcntl.h>
#include <grp.h>
#include <libpq-fe.h>
#include <netinet/in.h>
#include <pwd.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "weir/data/postgres/internal/pg_text.h"

namespace weir::data::test_postgres {
namespace {

constexpr std::chrono::seconds kLongestStart{60};

[[noreturn]] void Fail(const std::string& what) {
  std::cerr << "PostgreSQL of the test: " << what << "\n";
  std::abort();
}

// The newest of /usr/lib/postgresql/*/bin.
std::string BinFolder() {
  std::string newest;
  int highest = 0;
  std::error_code error;
  for (const auto& entry : std::filesystem::directory_iterator("/usr/lib/postgresql", error)) {
    const int version = std::atoi(entry.path().filename().c_str());
    if (version <= highest || !std::filesystem::exists(entry.path() / "bin/initdb")) continue;
    highest = version;
    newest = entry.path() / "bin";
  }
  if (newest.empty()) Fail("there is none: install the package postgresql");
  return newest;
}

int FreePort() {
  const int descriptor = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof(address);
  auto* const plain = reinterpret_cast<sockaddr*>(&address);
  if (::bind(descriptor, plain, size) != 0 || ::getsockname(descriptor, plain, &size) != 0) {
    Fail("there is no free port");
  }
  ::close(descriptor);
  return ntohs(address.sin_port);
}

const passwd* ServerUser() {
  if (::geteuid() != 0) return nullptr;
  const passwd* const user = ::getpwnam("postgres");
  if (user == nullptr) Fail("there is no user postgres");
  return user;
}

// The process, as the server's user, its output in a file.
pid_t Spawn(const std::vector<std::string>& command, const std::string& log) {
  const passwd* const user = ServerUser();
  std::vector<char*> arguments;
  for (const std::string& word : command) arguments.push_back(const_cast<char*>(word.c_str()));
  arguments.push_back(nullptr);
  const pid_t pid = ::fork();
  if (pid != 0) return pid;
  if (user != nullptr && (::setgroups(0, nullptr) != 0 || ::setgid(user->pw_gid) != 0 ||
                          ::setuid(user->pw_uid) != 0)) {
    ::_exit(126);
  }
  ::prctl(PR_SET_PDEATHSIG, SIGINT);  // no server outlives a test that aborts
  const int output = ::open(log.c_str(), O_WRONLY | O_CREAT | O_APPEND, 0600);
  ::dup2(output, 1);
  ::dup2(output, 2);
  if (::chdir("/") != 0) ::_exit(126);
  ::execv(arguments[0], arguments.data());
  ::_exit(127);
}

using Connection = std::unique_ptr<PGconn, void (*)(PGconn*)>;

Connection Connect(const std::string& folder, int port) {
  const std::string dsn = "host=" + folder + " port=" + std::to_string(port) +
                          " user=postgres dbname=postgres connect_timeout=10";
  return {PQconnectdb(dsn.c_str()), PQfinish};
}

std::string SqlType(engine_cases::Stored stored) {
  using engine_cases::Stored;
  switch (stored) {
    case Stored::kText:
      return "text";
    case Stored::kInt16:
      return "int2";
    case Stored::kInt32:
      return "int4";
    case Stored::kInt64:
      return "int8";
    case Stored::kDecimal:
      return "numeric(18,4)";
    case Stored::kWideDecimal:
      return "numeric(36,18)";
    case Stored::kFloat:
      return "float4";
    case Stored::kDouble:
      return "float8";
    case Stored::kBool:
      return "bool";
    case Stored::kDate:
    case Stored::kAnyDate:
      return "date";
    case Stored::kTimestamp:
    case Stored::kFineTimestamp:
      return "timestamp";
    case Stored::kInstant:
      return "timestamptz";
    case Stored::kUuid:
      return "uuid";
  }
  return "";
}

std::string CellSql(const engine_cases::CaseCell& cell, const std::string& type) {
  if (!cell.has_value()) return "NULL";
  std::string text = *cell;
  const bool is_time = type == "date" || type == "timestamp";
  // The year before 1 has no number here.
  if (is_time && text.starts_with("0000-")) text = "0001" + text.substr(4) + " BC";
  return internal::PgLiteral(text);
}

}  // namespace

PostgresServer& PostgresServer::Shared() {
  static PostgresServer server;
  return server;
}

PostgresServer::PostgresServer(bool with_tls) : with_tls_(with_tls), port_(FreePort()) {
  std::string pattern = "/tmp/weir_pg_XXXXXX";  // short: the socket's path ends at 108 bytes
  if (::mkdtemp(pattern.data()) == nullptr) Fail("there is no temporary folder");
  folder_ = pattern;
  const passwd* const user = ServerUser();
  if (user != nullptr && ::chown(folder_.c_str(), user->pw_uid, user->pw_gid) != 0) {
    Fail("its folder cannot be given away");
  }
  const pid_t init = Spawn(
      {BinFolder() + "/initdb", "-D", folder_ + "/data", "-U", "postgres", "--auth-local=trust",
       "--auth-host=scram-sha-256", "-E", "UTF8", "--locale=C.UTF-8", "--no-sync"},
      folder_ + "/initdb.log");
  int result = 0;
  if (::waitpid(init, &result, 0) != init || result != 0) Fail("initdb failed");
  if (with_tls_) MakeCertificates();
  Start();
  Run("CREATE ROLE reader LOGIN PASSWORD 'reader''s password'");
  Run("ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT SELECT ON TABLES TO reader");
}

PostgresServer::~PostgresServer() {
  if (pid_ > 0) Stop();
  std::error_code error;
  std::filesystem::remove_all(folder_, error);
}

void PostgresServer::MakeCertificates() const {
  const std::string key = " -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes ";
  const std::string command = "cd '" + folder_ + "' && { openssl req -x509 -days 2 -subj /CN=city" +
                              key + "-keyout ca.key -out ca.crt && openssl req -subj /CN=db" + key +
                              "-addext subjectAltName=DNS:" + kTlsName +
                              " -keyout server.key -out server.csr && openssl x509 -req -days 2 "
                              "-in server.csr -CA ca.crt -CAkey ca.key -CAcreateserial "
                              "-copy_extensions copy -out server.crt; } 2>/dev/null";
  if (std::system(command.c_str()) != 0) Fail("openssl makes no certificates");
  const passwd* const user = ServerUser();
  for (const char* name : {"/server.key", "/server.crt"}) {
    const std::string path = folder_ + name;
    const bool is_given = user == nullptr || ::chown(path.c_str(), user->pw_uid, user->pw_gid) == 0;
    if (!is_given || ::chmod(path.c_str(), 0600) != 0) Fail("its key cannot be given away");
  }
}

void PostgresServer::Start() {
  std::vector<std::string> command = {BinFolder() + "/postgres",
                                      "-D",
                                      folder_ + "/data",
                                      "-p",
                                      std::to_string(port_),
                                      "-c",
                                      "listen_addresses=127.0.0.1",
                                      "-c",
                                      "unix_socket_directories=" + folder_,
                                      "-c",
                                      "fsync=off",
                                      "-c",
                                      "full_page_writes=off",
                                      "-c",
                                      "shared_buffers=32MB"};
  if (with_tls_) {
    for (const std::string& setting :
         {std::string("ssl=on"), "ssl_cert_file=" + folder_ + "/server.crt",
          "ssl_key_file=" + folder_ + "/server.key"}) {
      command.insert(command.end(), {"-c", setting});
    }
  }
  pid_ = Spawn(command, folder_ + "/server.log");
  const auto end = std::chrono::steady_clock::now() + kLongestStart;
  while (PQstatus(Connect(folder_, port_).get()) != CONNECTION_OK) {
    if (std::chrono::steady_clock::now() > end) Fail("it does not start");
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
  }
}

void PostgresServer::Stop() {
  ::kill(pid_, SIGINT);
  int result = 0;
  const auto end = std::chrono::steady_clock::now() + kLongestStart;
  while (::waitpid(pid_, &result, WNOHANG) == 0) {
    if (std::chrono::steady_clock::now() > end) ::kill(pid_, SIGKILL);
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  pid_ = -1;
}

std::vector<std::string> PostgresServer::Query(const std::string& sql) const {
  const Connection connection = Connect(folder_, port_);
  const std::unique_ptr<PGresult, void (*)(PGresult*)> result(PQexec(connection.get(), sql.c_str()),
                                                              PQclear);
  const ExecStatusType status = PQresultStatus(result.get());
  if (status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK) {
    Fail(PQerrorMessage(connection.get()) + sql.substr(0, 300));
  }
  std::vector<std::string> values;
  for (int row = 0; row < PQntuples(result.get()); ++row) {
    values.emplace_back(PQgetvalue(result.get(), row, 0));
  }
  return values;
}

void PostgresServer::Run(const std::string& sql) const { Query(sql); }

std::string PostgresServer::Dsn(const std::string& user, const std::string& password) const {
  std::string quoted;
  for (const char c : password) quoted += (c == '\'' ? "\\" : "") + std::string(1, c);
  return "host=127.0.0.1 port=" + std::to_string(port_) + " dbname=postgres user=" + user +
         " password='" + quoted + "'";
}

void CreateTable(const PostgresServer& server, const engine_cases::CaseTable& table, bool typed) {
  std::vector<std::string> types;
  std::string columns;
  for (const engine_cases::CaseColumn& column : table.columns) {
    types.push_back(SqlType(typed ? column.stored : engine_cases::Stored::kText));
    columns +=
        (columns.empty() ? "" : ", ") + internal::PgIdentifier(column.name) + " " + types.back();
  }
  std::string sql = "DROP TABLE IF EXISTS " + table.name + " CASCADE; CREATE TABLE " + table.name +
                    " (" + columns + ");";
  for (const engine_cases::CaseRow& row : table.rows) {
    std::string cells;
    for (size_t i = 0; i < row.size(); ++i) {
      cells += (i == 0 ? "" : ", ") + CellSql(row[i], types[i]);
    }
    sql += "INSERT INTO " + table.name + " VALUES (" + cells + ");";
  }
  server.Run(sql);
}

void UseRelation(TestDataset& dataset, const std::string& relation, const std::string& dsn) {
  const std::string path = dataset.folder() + "/city.dsn";
  test::WriteTextFile(path, dsn + "\n");
  ::chmod(path.c_str(), 0600);
  v1::PostgresSource& source = *dataset.message().mutable_source()->mutable_postgres();
  source.set_dsn_file(path);
  source.set_table(relation);
}

}  // namespace weir::data::test_postgres
