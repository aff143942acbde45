// SPDX-License-Identifier: Apache-2.0
#include "weir/data/internal/source_reader.h"

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#include "weir/base/files.h"
#include "weir/data/internal/source_files.h"

namespace weir::data::internal {
namespace {

constexpr std::chrono::seconds kLongestTimeout = std::chrono::hours(24);

using Document = doc::Document<v1::Dataset>;

StatusOr<char> ReadDelimiter(const Document& document) {
  const std::string& delimiter = document.message.source().csv().delimiter();
  if (delimiter.empty()) return ',';
  const char c = delimiter.front();
  const bool printable = (c >= ' ' && c <= '~') || c == '\t';
  if (delimiter.size() != 1 || !printable || c == '"') {
    return document.locations.At(
        "source.csv.delimiter",
        InvalidArgument("a delimiter is one ASCII character and not a quote"));
  }
  return c;
}

struct PathField {
  const char* field;
  const std::string& path;
};

StatusOr<std::string> ReadPath(const Document& document, const std::string& folder,
                               const PathField& from) {
  if (from.path.empty() || from.path.find('\0') != std::string::npos) {
    return document.locations.At(from.field, InvalidArgument("a path has at least one character"));
  }
  return JoinPath(folder, from.path);
}

// The names of servers' tables are quoted where they are used; a NUL would end them early.
Status CheckName(const Document& document, const char* field, const std::string& name) {
  if (!name.empty() && name.find('\0') == std::string::npos) return OkStatus();
  return document.locations.At(field, InvalidArgument("a name has at least one character"));
}

using Names = google::protobuf::RepeatedPtrField<std::string>;

struct NamesField {
  const char* field;
  const Names& names;
};

StatusOr<std::vector<std::string>> ReadPartitions(const Document& document,
                                                  const NamesField& from) {
  std::vector<std::string> partitions(from.names.begin(), from.names.end());
  for (const std::string& name : partitions) {
    if (!document.message.columns().contains(name)) {
      return document.locations.At(
          from.field, InvalidArgument("partition %s is not among the columns", name.c_str()));
    }
    if (std::count(partitions.begin(), partitions.end(), name) > 1) {
      return document.locations.At(
          from.field, InvalidArgument("partition %s stands there twice", name.c_str()));
    }
  }
  return partitions;
}

StatusOr<Source> ReadFile(const Document& document, const std::string& folder) {
  const v1::Source& source = document.message.source();
  FileSource file{.format = SourceFormat::kCsv};
  if (source.has_csv()) {
    WEIR_ASSIGN_OR_RETURN(file.delimiter, ReadDelimiter(document));
    WEIR_ASSIGN_OR_RETURN(file.path,
                          ReadPath(document, folder, {"source.csv.path", source.csv().path()}));
    WEIR_ASSIGN_OR_RETURN(file.partitions, ReadPartitions(document, {"source.csv.partitions",
                                                                     source.csv().partitions()}));
  } else if (source.has_parquet()) {
    file.format = SourceFormat::kParquet;
    WEIR_ASSIGN_OR_RETURN(
        file.path, ReadPath(document, folder, {"source.parquet.path", source.parquet().path()}));
    WEIR_ASSIGN_OR_RETURN(
        file.partitions,
        ReadPartitions(document, {"source.parquet.partitions", source.parquet().partitions()}));
  } else {
    file.format = SourceFormat::kJson;
    WEIR_ASSIGN_OR_RETURN(file.path,
                          ReadPath(document, folder, {"source.json.path", source.json().path()}));
    WEIR_ASSIGN_OR_RETURN(file.partitions, ReadPartitions(document, {"source.json.partitions",
                                                                     source.json().partitions()}));
  }
  return file;
}

bool IsLoopback(std::string_view host) {
  return host == "127.0.0.1" || host == "[::1]" || host == "localhost";
}

// "https://host[:port]", or http to this machine: neither questions nor answers cross a network in
// the clear.
Status CheckUrl(const std::string& url) {
  std::string_view rest = url;
  const bool is_secure = rest.starts_with("https://");
  if (!is_secure && !rest.starts_with("http://")) {
    return InvalidArgument("a url is https://host:port, got %s", url.c_str());
  }
  rest.remove_prefix(is_secure ? 8 : 7);
  if (rest.empty() || rest.find_first_of("/?#@\\ ") != std::string_view::npos) {
    return InvalidArgument("a url is https://host:port and nothing behind it, got %s", url.c_str());
  }
  const size_t colon = rest.rfind(':');
  const bool has_port = colon != std::string_view::npos && rest.find(']', colon) == rest.npos;
  const std::string_view host = has_port ? rest.substr(0, colon) : rest;
  if (!is_secure && !IsLoopback(host)) {
    return InvalidArgument("%s is not on this machine: use https", url.c_str());
  }
  return OkStatus();
}

Status CheckShardingKey(const v1::Dataset& message) {
  const auto& unit = message.privacy_unit();
  for (const std::string& column : message.source().clickhouse().sharding_key()) {
    if (std::find(unit.begin(), unit.end(), column) != unit.end()) continue;
    return InvalidArgument(
        "column %s is not one of the privacy unit: servers that divide rows by it cannot bound "
        "what a unit contributes; leave sharding_key out",
        column.c_str());
  }
  return OkStatus();
}

StatusOr<Source> ReadClickHouse(const Document& document, const std::string& folder) {
  const v1::ClickHouseSource& message = document.message.source().clickhouse();
  ClickHouseSource source{
      .urls = {message.urls().begin(), message.urls().end()},
      .database = message.database(),
      .table = message.table(),
      .sharding_key = {message.sharding_key().begin(), message.sharding_key().end()}};
  for (const std::string& url : source.urls) {
    const Status status = CheckUrl(url);
    if (!status.ok()) return document.locations.At("source.clickhouse.urls", status);
    if (std::count(source.urls.begin(), source.urls.end(), url) > 1) {
      return document.locations.At(
          "source.clickhouse.urls",
          InvalidArgument("%s stands there twice: its rows would count twice", url.c_str()));
    }
  }
  WEIR_RETURN_IF_ERROR(CheckName(document, "source.clickhouse.database", source.database));
  WEIR_RETURN_IF_ERROR(CheckName(document, "source.clickhouse.table", source.table));
  const Status key = CheckShardingKey(document.message);
  if (!key.ok()) return document.locations.At("source.clickhouse.sharding_key", key);
  if (!message.user().empty()) source.user = message.user();
  if (!message.password_file().empty()) {
    source.password_file = JoinPath(folder, message.password_file());
  }
  if (!message.ca_file().empty()) source.ca_file = JoinPath(folder, message.ca_file());
  return source;
}

StatusOr<Source> ReadPostgres(const Document& document, const std::string& folder) {
  const v1::PostgresSource& message = document.message.source().postgres();
  if (message.table().empty() == message.view().empty()) {
    return document.locations.At("source.postgres",
                                 InvalidArgument("a postgres source has a table or a view"));
  }
  PostgresSource source;
  WEIR_ASSIGN_OR_RETURN(
      source.dsn_file,
      ReadPath(document, folder, {"source.postgres.dsn_file", message.dsn_file()}));
  const bool is_table = !message.table().empty();
  source.relation = is_table ? message.table() : message.view();
  WEIR_RETURN_IF_ERROR(CheckName(
      document, is_table ? "source.postgres.table" : "source.postgres.view", source.relation));
  if (message.timeout_seconds() > kLongestTimeout.count()) {
    return document.locations.At("source.postgres.timeout_seconds",
                                 InvalidArgument("timeout_seconds must be at most %lld, got %u",
                                                 static_cast<long long>(kLongestTimeout.count()),
                                                 message.timeout_seconds()));
  }
  if (message.timeout_seconds() > 0) {
    source.timeout = std::chrono::seconds(message.timeout_seconds());
  }
  return source;
}

}  // namespace

StatusOr<Source> ReadSource(const Document& document, const std::string& folder) {
  switch (document.message.source().source_case()) {
    case v1::Source::kCsv:
    case v1::Source::kParquet:
    case v1::Source::kJson:
      return ReadFile(document, folder);
    case v1::Source::kClickhouse:
      return ReadClickHouse(document, folder);
    case v1::Source::kPostgres:
      return ReadPostgres(document, folder);
    case v1::Source::SOURCE_NOT_SET:
      break;
  }
  return document.locations.At(
      "source", InvalidArgument("source is csv, parquet, json, clickhouse or postgres"));
}

}  // namespace weir::data::internal

namespace weir::data {

std::string NameOf(const Source& source) {
  if (const auto* file = std::get_if<FileSource>(&source)) return file->path;
  if (const auto* server = std::get_if<ClickHouseSource>(&source)) {
    return "table " + server->database + "." + server->table + " of " + server->urls.front() +
           (server->urls.size() > 1 ? " and others" : "");
  }
  const auto& postgres = std::get<PostgresSource>(source);
  return postgres.relation + " of " + postgres.dsn_file;
}

std::vector<std::string> FilesOf(const Source& source) {
  if (const auto* file = std::get_if<FileSource>(&source)) return {file->path};
  std::vector<std::string> files;
  if (const auto* server = std::get_if<ClickHouseSource>(&source)) {
    for (const std::string& file : {server->password_file, server->ca_file}) {
      if (!file.empty()) files.push_back(file);
    }
    return files;
  }
  return {std::get<PostgresSource>(source).dsn_file};
}

bool TakesFile(const Source& source, const std::string& path) {
  const auto canonical = [](const std::string& name) {
    std::error_code ignored;
    return std::filesystem::weakly_canonical(name, ignored);
  };
  for (const std::string& file : FilesOf(source)) {
    const bool is_pattern = std::holds_alternative<FileSource>(source) && internal::IsPattern(file);
    if (is_pattern) {
      const std::string normal = std::filesystem::path(file).lexically_normal().string();
      if (internal::MatchesPattern(normal, canonical(path).string())) return true;
      if (internal::MatchesPattern(file, path)) return true;
    } else if (canonical(path) == canonical(file)) {
      return true;
    }
  }
  return false;
}

}  // namespace weir::data
