// SPDX-License-Identifier: Apache-2.0
#ifndef WEIR_DATA_DUCKDB_INTERNAL_DATABASE_H_
#define WEIR_DATA_DUCKDB_INTERNAL_DATABASE_H_

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "weir/base/status.h"
#include "weir/data/duckdb/internal/library.h"

namespace weir::data::internal {

// "a""b": the only way a name gets into SQL. Names hold no NUL (WEIR_CHECK).
std::string QuoteIdentifier(std::string_view name);
// 'a''b': the only way a text gets into SQL.
std::string QuoteLiteral(std::string_view text);

struct DatabaseOptions {
  uint64_t memory_bytes;
  int threads;
  std::string allowed_path;                     // the one file it may open; empty: none
  std::vector<std::string> further_paths = {};  // and more such files
};

// The rows of a query, to be fetched chunk by chunk. Frees itself.
class QueryResult {
 public:
  QueryResult(const Library& library, duckdb_result result) : library_(library), result_(result) {}
  ~QueryResult() { library_.duckdb_destroy_result(&result_); }
  QueryResult(const QueryResult&) = delete;
  QueryResult& operator=(const QueryResult&) = delete;
  duckdb_result& raw() { return result_; }
  // All values of some text columns without NULL, column by column. Once.
  std::vector<std::vector<std::string>> TextColumns(const std::vector<uint64_t>& columns);

 private:
  const Library& library_;
  duckdb_result result_;
};

// An empty database in memory, hardened before anything else can run in it: it opens no file but
// the allowed ones, loads no extension, spills nothing to disk, and its settings are locked. Times
// are UTC. Not thread-safe but for Interrupt.
class Database {
 public:
  // Errors: UNAVAILABLE libduckdb cannot be loaded or does not take a setting.
  static StatusOr<std::unique_ptr<Database>> Open(const DatabaseOptions& options);
  ~Database();
  Database(const Database&) = delete;
  Database& operator=(const Database&) = delete;

  // Errors: RESOURCE_EXHAUSTED the memory limit; CANCELLED by Interrupt; DATA_LOSS everything else.
  //         The message is DuckDB's and may hold values of the data: for the owner only.
  StatusOr<std::unique_ptr<QueryResult>> Query(const std::string& sql);

  // Ends the query that runs, from any thread; one that comes later is not touched.
  void Interrupt() { library_.duckdb_interrupt(connection_); }

  const Library& library() const { return library_; }
  duckdb_connection connection() const { return connection_; }

 private:
  explicit Database(const Library& library) : library_(library) {}
  Status Start(const DatabaseOptions& options);
  Status Harden(const DatabaseOptions& options);

  const Library& library_;
  duckdb_database database_ = nullptr;
  duckdb_connection connection_ = nullptr;
};

}  // namespace weir::data::internal

#endif  // WEIR_DATA_DUCKDB_INTERNAL_DATABASE_H_
