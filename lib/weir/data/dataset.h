// SPDX-License-Identifier: Apache-2.0
#ifndef WEIR_DATA_DATASET_H_
#define WEIR_DATA_DATASET_H_

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "weir/base/decimal.h"
#include "weir/base/status.h"
#include "weir/doc/yaml_reader.h"
#include "weir/privacy/parameters.h"
#include "weir/privacy/privacy_unit.h"
#include "weir/v1/dataset.pb.h"

namespace weir::data {

enum class SourceFormat { kCsv, kParquet, kJson };

struct FileSource {
  SourceFormat format;
  // Absolute. With `*` or `?` a pattern: all files that match, as one source in the order of their
  // names. CSV and JSON lines are decompressed if the name ends in ".gz" or ".zst".
  std::string path;
  char delimiter = ',';  // CSV only
  // Columns that are not in the files: their folders hold the values, as in "year=2025/month=03".
  std::vector<std::string> partitions = {};
};

// A table of the same name on each server: its rows are divided among them.
struct ClickHouseSource {
  std::vector<std::string> urls;  // one for each shard: "https://host:8443"
  std::string database;
  std::string table;
  // Columns of the privacy unit by which the rows are divided; empty: not known, or by others.
  std::vector<std::string> sharding_key = {};
  std::string user = "default";
  std::string password_file = {};  // absolute; empty: no password
  std::string ca_file = {};        // absolute; empty: the system's
};

struct PostgresSource {
  std::string dsn_file;  // absolute; a connection string of libpq on its only line
  std::string relation;  // table or view, perhaps with its schema: "transit.trips"
};

using Source = std::variant<FileSource, ClickHouseSource, PostgresSource>;

// For messages, without secrets: a path, or a table and where it is.
std::string NameOf(const Source& source);

// What an output must not overwrite: a file of data, of a password. Absolute; a pattern as it is.
std::vector<std::string> FilesOf(const Source& source);
// Whether a file at `path`, which is absolute, is or would be one of these.
bool TakesFile(const Source& source, const std::string& path);

// Some names of the level before, or values of the domain, that are one name in this level.
struct HierarchyGroup {
  std::string name;
  std::vector<uint32_t> members;  // positions in the level before or the domain, ascending
};

// One level of a hierarchy: its groups divide what the level before has among them. In the order
// of their first members.
struct HierarchyLevel {
  std::string name;
  std::vector<HierarchyGroup> groups;
};

struct ColumnDescription {
  std::string name;
  v1::ColumnType type = v1::COLUMN_TYPE_UNSPECIFIED;
  std::vector<std::string> missing_values;
  bool missing_is_key = false;  // as: own_key
  std::optional<Decimal> lowest, highest;
  std::vector<std::string> domain;             // canonical text, distinct, in the document's order
  std::optional<Decimal> grid;                 // int columns: 1 unless given
  std::vector<HierarchyLevel> hierarchy = {};  // finest level first; unique names

  // Position in `hierarchy`; none: there is no level of that name.
  std::optional<size_t> FindLevel(std::string_view level) const;
  // The values of the domain in each group of a level, as KeyDomain::members takes them.
  std::vector<std::vector<std::string>> ValuesOfGroups(size_t level) const;
};

// What a release takes that does not give its own bounds; none: it must give them.
struct DefaultBounds {
  std::optional<L0Sensitivity> max_keys_per_unit;
  std::optional<LInfSensitivity> max_rows_per_key;
  std::optional<int64_t> max_rows_per_unit;
};

struct AccountBudget {
  std::string account;
  Epsilon epsilon;
  Delta delta;
};

// A dataset document after validation: typed, checked, defaults filled in. Immutable.
class DatasetDescription {
 public:
  // `folder`: absolute; relative source paths start there. Reads no data.
  // Errors: INVALID_ARGUMENT naming file, line and rule: a unit or window column not described,
  //         bounds on a text column or not ascending, a domain value that does not parse or
  //         appears twice, a hierarchy that does not divide the domain, bad budget or bounds, ...
  static StatusOr<DatasetDescription> Create(const doc::Document<v1::Dataset>& document,
                                             const std::string& folder);

  const std::string& id() const { return id_; }
  const std::string& title() const { return title_; }
  v1::Theme theme() const { return theme_; }
  const std::string& epoch() const { return epoch_; }
  const Source& source() const { return source_; }
  const PrivacyUnit& unit() const { return unit_; }
  const AccountBudget& budget() const { return budget_; }
  const DefaultBounds& default_bounds() const { return default_bounds_; }
  // Null if there is none of that name.
  const ColumnDescription* FindColumn(std::string_view name) const;
  const std::vector<ColumnDescription>& columns() const { return columns_; }  // sorted by name
  // sha256 over the canonical text of everything an answer depends on besides content: id, epoch,
  // unit, window, columns with their hierarchies; not title, path, budget or default bounds (a
  // plan holds its own). Lower-case hexadecimal.
  const std::string& public_sha256() const { return public_sha256_; }

 private:
  DatasetDescription(std::string id, Source source, PrivacyUnit unit, AccountBudget budget);
  std::string id_;
  std::string title_;
  v1::Theme theme_ = v1::THEME_UNSPECIFIED;
  std::string epoch_;
  Source source_;
  PrivacyUnit unit_;
  AccountBudget budget_;
  DefaultBounds default_bounds_;
  std::vector<ColumnDescription> columns_;
  std::string public_sha256_;
};

}  // namespace weir::data

#endif  // WEIR_DATA_DATASET_H_
