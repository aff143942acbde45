// SPDX-License-Identifier: Apache-2.0
#include "weir/data/duckdb/internal/database.h"

#include <utility>

namespace weir::data::internal {
namespace {

std::string Quote(std::string_view text, char quote) {
  WEIR_CHECK(text.find('\0') == std::string_view::npos);
  std::string quoted(1, quote);
  for (const char c : text) {
    if (c == quote) quoted += quote;
    quoted += c;
  }
  return quoted + quote;
}

// Without the text of the query and the names of descriptors, which are not the user's.
std::string ReasonIn(std::string_view message) {
  constexpr std::string_view kDescriptor = " in file '/proc/self/fd/";
  std::string reason(message.substr(0, message.find("\n\nLINE ")));
  const size_t begin = reason.find(kDescriptor);
  if (begin == std::string::npos) return reason;
  const size_t end = reason.find('\'', begin + kDescriptor.size());
  return reason.erase(begin, end == std::string::npos ? end : end + 1 - begin);
}

}  // namespace

std::string QuoteIdentifier(std::string_view name) { return Quote(name, '"'); }
std::string QuoteLiteral(std::string_view text) { return Quote(text, '\''); }

std::vector<std::vector<std::string>> QueryResult::TextColumns(
    const std::vector<uint64_t>& columns) {
  std::vector<std::vector<std::string>> texts(columns.size());
  while (duckdb_data_chunk chunk = library_.duckdb_fetch_chunk(result_)) {
    const idx_t rows = library_.duckdb_data_chunk_get_size(chunk);
    for (size_t i = 0; i < columns.size(); ++i) {
      const duckdb_vector vector = library_.duckdb_data_chunk_get_vector(chunk, columns[i]);
      auto* values = static_cast<duckdb_string_t*>(library_.duckdb_vector_get_data(vector));
      for (idx_t row = 0; row < rows; ++row) {
        texts[i].emplace_back(library_.duckdb_string_t_data(&values[row]),
                              library_.duckdb_string_t_length(values[row]));
      }
    }
    library_.duckdb_destroy_data_chunk(&chunk);
  }
  return texts;
}

StatusOr<std::unique_ptr<Database>> Database::Open(const DatabaseOptions& options) {
  WEIR_ASSIGN_OR_RETURN(const Library* const library, LoadLibrary());
  std::unique_ptr<Database> database(new Database(*library));
  WEIR_RETURN_IF_ERROR(database->Start(options));
  WEIR_RETURN_IF_ERROR(database->Harden(options));
  return database;
}

Database::~Database() {
  if (connection_ != nullptr) library_.duckdb_disconnect(&connection_);
  if (database_ != nullptr) library_.duckdb_close(&database_);
}

Status Database::Start(const DatabaseOptions& options) {
  duckdb_config config = nullptr;
  if (library_.duckdb_create_config(&config) != DuckDBSuccess) return Unavailable("no DuckDB");
  const std::pair<const char*, std::string> settings[] = {
      {"threads", std::to_string(options.threads)},
      {"memory_limit", std::to_string(options.memory_bytes) + "B"},
      {"temp_directory", ""},
      {"autoload_known_extensions", "false"},
      {"autoinstall_known_extensions", "false"},
      {"allow_community_extensions", "false"},
  };
  Status status;
  for (const auto& [name, value] : settings) {
    if (library_.duckdb_set_config(config, name, value.c_str()) != DuckDBSuccess) {
      status = Unavailable("DuckDB does not know the setting %s", name);
    }
  }
  char* error = nullptr;
  if (status.ok() &&
      library_.duckdb_open_ext(nullptr, &database_, config, &error) != DuckDBSuccess) {
    status = Unavailable("DuckDB does not start: %s", error == nullptr ? "" : error);
    library_.duckdb_free(error);
  }
  library_.duckdb_destroy_config(&config);
  WEIR_RETURN_IF_ERROR(status);
  if (library_.duckdb_connect(database_, &connection_) != DuckDBSuccess) {
    return Unavailable("DuckDB does not start a session");
  }
  return OkStatus();
}

Status Database::Harden(const DatabaseOptions& options) {
  std::string allowed = options.allowed_path.empty() ? "" : QuoteLiteral(options.allowed_path);
  for (const std::string& path : options.further_paths) {
    allowed += (allowed.empty() ? "" : ", ") + QuoteLiteral(path);
  }
  // In this order: what may be opened must be said before the door is shut.
  for (const std::string& sql : {
           "SET allowed_paths = [" + allowed + "]",
           std::string("SET enable_external_access = false"),
           std::string("SET TimeZone = 'UTC'"),
           std::string("SET preserve_insertion_order = ") +
               (options.threads == 1 ? "true" : "false"),
           std::string("SET lock_configuration = true"),
       }) {
    const auto result = Query(sql);
    if (!result.ok()) return Unavailable("DuckDB refuses: %s", MessageOf(result.status()).c_str());
  }
  return OkStatus();
}

StatusOr<std::unique_ptr<QueryResult>> Database::Query(const std::string& sql) {
  duckdb_result raw;
  const duckdb_state state = library_.duckdb_query(connection_, sql.c_str(), &raw);
  auto result = std::make_unique<QueryResult>(library_, raw);
  if (state == DuckDBSuccess) return result;
  const char* message = library_.duckdb_result_error(&result->raw());
  const duckdb_error_type type = library_.duckdb_result_error_type(&result->raw());
  const StatusCode code = type == DUCKDB_ERROR_OUT_OF_MEMORY ? StatusCode::kResourceExhausted
                          : type == DUCKDB_ERROR_INTERRUPT   ? StatusCode::kCancelled
                                                             : StatusCode::kDataLoss;
  return MakeError(code, message == nullptr ? "DuckDB gave no reason" : ReasonIn(message));
}

}  // namespace weir::data::internal
