// SPDX-License-Identifier: Apache-2.0
#ifndef WEIR_DATA_DATASET_H_
#define WEIR_DATA_DATASET_H_

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "weir/base/decimal.h"
#include "weir/base/status.h"
#include "weir/doc/yaml_reader.h"
#include "weir/privacy/parameters.h"
#include "weir/privacy/privacy_unit.h"
#include "weir/v1/dataset.pb.h"

namespace weir::data {

enum class SourceFormat { kCsv, kParquet, kJson };

struct SourceLocation {
  SourceFormat format;
  std::string path;      // absolute
  char delimiter = ',';  // CSV only
};

struct ColumnDescription {
  std::string name;
  v1::ColumnType type = v1::COLUMN_TYPE_UNSPECIFIED;
  std::vector<std::string> missing_values;
  bool missing_is_key = false;  // as: own_key
  std::optional<Decimal> lowest, highest;
  std::vector<std::string> domain;  // canonical text, distinct, in the document's order
  std::optional<Decimal> grid;      // int columns: 1 unless given
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
  //         appears twice, own_key where no domain or bucket can make it a key, bad budget, ...
  static StatusOr<DatasetDescription> Create(const doc::Document<v1::Dataset>& document,
                                             const std::string& folder);

  const std::string& id() const { return id_; }
  const std::string& title() const { return title_; }
  v1::Theme theme() const { return theme_; }
  const std::string& epoch() const { return epoch_; }
  const SourceLocation& source() const { return source_; }
  const PrivacyUnit& unit() const { return unit_; }
  const AccountBudget& budget() const { return budget_; }
  // Null if there is none of that name.
  const ColumnDescription* FindColumn(std::string_view name) const;
  const std::vector<ColumnDescription>& columns() const { return columns_; }  // sorted by name
  // sha256 over the canonical text of everything an answer depends on besides content: id, epoch,
  // unit, window, columns; not title, path or budget. Lower-case hexadecimal.
  const std::string& public_sha256() const { return public_sha256_; }

 private:
  DatasetDescription(std::string id, SourceLocation source, PrivacyUnit unit, AccountBudget budget);
  std::string id_;
  std::string title_;
  v1::Theme theme_ = v1::THEME_UNSPECIFIED;
  std::string epoch_;
  SourceLocation source_;
  PrivacyUnit unit_;
  AccountBudget budget_;
  std::vector<ColumnDescription> columns_;
  std::string public_sha256_;
};

}  // namespace weir::data

#endif  // WEIR_DATA_DATASET_H_
