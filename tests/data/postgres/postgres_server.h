// SPDX-License-Identifier: Apache-2.0
#ifndef WEIR_TESTS_DATA_POSTGRES_POSTGRES_SERVER_H_
#define WEIR_TESTS_DATA_POSTGRES_POSTGRES_SERVER_H_

#include <string>
#include <vector>

#include <sys/types.h>

#include "tests/data/data_fixture.h"
#include "tests/data/engine_cases.h"

namespace weir::data::test_postgres {

inline constexpr char kTlsName[] = "db.city.example";

// A PostgreSQL server of the test's own: a fresh cluster in a temporary folder of mode 0700, on a
// free port of the loopback, run as the user postgres where the test is root. Over TCP it asks for
// passwords (SCRAM). Aborts when something of this fails.
class PostgresServer {
 public:
  // One for the whole process, stopped at its end.
  static PostgresServer& Shared();

  // With TLS: its certificate is for kTlsName, by an authority of its own.
  explicit PostgresServer(bool with_tls = false);
  ~PostgresServer();
  PostgresServer(const PostgresServer&) = delete;
  PostgresServer& operator=(const PostgresServer&) = delete;

  // As the owner of the cluster. Run aborts on an error; Query gives the first column.
  void Run(const std::string& sql) const;
  std::vector<std::string> Query(const std::string& sql) const;

  // Stops it (fast) and starts it again on the same port.
  void Stop();
  void Start();

  // "host=127.0.0.1 port=... dbname=postgres user=... password=..."
  std::string Dsn(const std::string& user, const std::string& password) const;
  // Of the role "reader", which may read the schema public.
  std::string ReaderDsn() const { return Dsn("reader", "reader's password"); }
  int port() const { return port_; }
  std::string ca_file() const { return folder_ + "/ca.crt"; }
  const std::string& folder() const { return folder_; }

 private:
  void MakeCertificates() const;

  std::string folder_;
  bool with_tls_;
  int port_ = 0;
  pid_t pid_ = -1;
};

// Creates the table, with columns of the types of their values, or of text.
void CreateTable(const PostgresServer& server, const engine_cases::CaseTable& table,
                 bool typed = true);

// Points the data set at a relation of the server: a file of mode 0600 with that DSN.
void UseRelation(TestDataset& dataset, const std::string& relation, const std::string& dsn);

}  // namespace weir::data::test_postgres

#endif  // WEIR_TESTS_DATA_POSTGRES_POSTGRES_SERVER_H_
