// SPDX-License-Identifier: Apache-2.0
#include "weir/data/postgres/internal/pg_dsn.h"

#include <algorithm>
#include <map>
#include <memory>
#include <string_view>

#include "weir/base/files.h"
#include "weir/data/postgres/internal/pq_library.h"

namespace weir::data::internal {
namespace {

constexpr uint64_t kLongestFile = 16 << 10;

using Settings = std::map<std::string, std::string>;

StatusOr<std::string> ReadLine(const std::string& path) {
  StatusOr<std::string> text = SystemFiles().ReadPrivate(path, kLongestFile);
  if (text.status().code() == StatusCode::kNotFound) {
    return InvalidArgument("%s", MessageOf(text.status()).c_str());
  }
  WEIR_RETURN_IF_ERROR(text.status());
  if (text->ends_with('\n')) text->pop_back();
  if (text->ends_with('\r')) text->pop_back();
  if (text->empty() || text->find_first_of(std::string_view("\n\r\0", 3)) != std::string::npos) {
    return InvalidArgument("%s must hold one line, a connection string", path.c_str());
  }
  return text;
}

// libpq's reason is left out: it quotes the string.
StatusOr<Settings> Parse(const PqLibrary& library, const std::string& line,
                         const std::string& path) {
  char* reason = nullptr;
  const std::unique_ptr<PQconninfoOption, void (*)(PQconninfoOption*)> options(
      library.PQconninfoParse(line.c_str(), &reason), library.PQconninfoFree);
  library.PQfreemem(reason);
  if (options == nullptr) {
    return InvalidArgument("%s holds no connection string that libpq understands", path.c_str());
  }
  Settings settings;
  for (const PQconninfoOption* option = options.get(); option->keyword != nullptr; ++option) {
    if (option->val != nullptr && *option->val != '\0') settings[option->keyword] = option->val;
  }
  return settings;
}

std::vector<std::string_view> Split(std::string_view list) {
  std::vector<std::string_view> parts;
  while (true) {
    const size_t comma = std::min(list.find(','), list.size());
    parts.push_back(list.substr(0, comma));
    if (comma == list.size()) return parts;
    list.remove_prefix(comma + 1);
  }
}

bool IsThisMachine(std::string_view host) {
  return host == "localhost" || host.starts_with("127.") || host == "::1" ||
         host.starts_with('/') || host.starts_with('@');
}

// The address that libpq goes to: hostaddr where there is one.
std::string HostsOf(const Settings& settings) {
  const auto address = settings.find("hostaddr");
  if (address != settings.end()) return address->second;
  const auto host = settings.find("host");
  return host == settings.end() ? "" : host->second;
}

Status SetTls(const std::string& path, bool is_local, Settings& settings) {
  const auto mode = settings.find("sslmode");
  if (is_local) return OkStatus();
  settings.try_emplace("gssencmode", "disable");
  if (mode == settings.end()) {
    settings["sslmode"] = "verify-full";
    return OkStatus();
  }
  const std::string& name = mode->second;
  if (name == "require" || name == "verify-ca" || name == "verify-full") return OkStatus();
  return InvalidArgument(
      "%s: the server is not on this machine: sslmode must be verify-full, verify-ca or require",
      path.c_str());
}

}  // namespace

StatusOr<PgDsn> ReadPgDsn(const std::string& path) {
  WEIR_ASSIGN_OR_RETURN(const PqLibrary* const library, LoadPqLibrary());
  WEIR_ASSIGN_OR_RETURN(const std::string line, ReadLine(path));
  WEIR_ASSIGN_OR_RETURN(Settings settings, Parse(*library, line, path));
  if (settings.contains("service")) {
    return InvalidArgument("%s: write the settings of the service here instead of its name",
                           path.c_str());
  }
  const std::string hosts = HostsOf(settings);
  if (hosts.empty()) {
    return InvalidArgument("%s: the connection string must name its host", path.c_str());
  }
  const std::vector<std::string_view> all = Split(hosts);
  PgDsn dsn;
  dsn.is_local = std::all_of(all.begin(), all.end(), IsThisMachine);
  WEIR_RETURN_IF_ERROR(SetTls(path, dsn.is_local, settings));
  settings.try_emplace("port", "5432");
  for (const auto& [name, value] : {std::pair("keepalives_idle", "30"),
                                    {"keepalives_interval", "10"},
                                    {"keepalives_count", "3"},
                                    {"connect_timeout", "10"}}) {
    settings.try_emplace(name, value);
  }
  settings["client_encoding"] = "UTF8";
  settings["application_name"] = "weir";
  dsn.server = hosts + " port " + settings["port"];
  dsn.settings.assign(settings.begin(), settings.end());
  return dsn;
}

}  // namespace weir::data::internal
