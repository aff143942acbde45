// SPDX-License-Identifier: Apache-2.0
#include "weir/anon/risk/record_scores.h"

#include <algorithm>
#include <charconv>
#include <string>
#include <utility>

#include "weir/anon/internal/csv_row_writer.h"
#include "weir/anon/internal/new_file.h"
#include "weir/data/duckdb/row_file_writer.h"

namespace weir::anon {
namespace {

// The fewest digits that give the same number again.
std::string Show(double value) {
  char text[32];
  const auto written = std::to_chars(std::begin(text), std::end(text), value);
  return std::string(std::begin(text), written.ptr);
}

// Cells of the lines, made tuple by tuple: rows of a tuple differ in their number only.
class ScoreRows {
 public:
  explicit ScoreRows(const RecordScores& scores) : scores_(scores) {
    AddColumn({.name = "class_rows", .sql_type = "BIGINT"},
              [&](size_t i) { return std::to_string(Class(i).rows); });
    if (scores.has_units) {
      AddColumn({.name = "class_units", .sql_type = "BIGINT"},
                [&](size_t i) { return std::to_string(Class(i).units); });
    }
    if (scores.has_population) {
      AddColumn({.name = "class_population", .sql_type = "BIGINT"},
                [&](size_t i) { return std::to_string(Class(i).population); });
    }
    AddColumn({.name = "prosecutor_risk", .sql_type = "DOUBLE"},
              [&](size_t i) { return RiskIn(UnitsOf(i)); });
    if (scores.has_population) {
      AddColumn({.name = "journalist_risk", .sql_type = "DOUBLE"},
                [&](size_t i) { return RiskIn(std::max(UnitsOf(i), Class(i).population)); });
    }
    AddColumn({.name = "suda2_score", .sql_type = "DOUBLE"},
              [&](size_t i) { return Show(scores.suda2_scores[i]); });
    AddColumn({.name = "dis_score", .sql_type = "DOUBLE"},
              [&](size_t i) { return Show(scores.dis_scores[i]); });
    AddColumn({.name = "smallest_special_unique", .sql_type = "BIGINT"}, [&](size_t i) {
      return scores.smallest[i] == 0 ? std::string() : std::to_string(scores.smallest[i]);
    });
    rows_.columns.resize(columns_.size());
  }

  const std::vector<data::RowFileColumn>& columns() const { return columns_; }

  const data::TextRows* Next() {
    rows_.rows = std::min(data::kTextRows, scores_.tuple_of_row.size() - next_);
    numbers_.clear();
    for (std::vector<std::string_view>& column : rows_.columns) column.clear();
    for (size_t i = 0; i < rows_.rows; ++i) numbers_.push_back(std::to_string(next_ + i + 1));
    for (size_t i = 0; i < rows_.rows; ++i) {
      const uint32_t tuple = scores_.tuple_of_row[next_ + i];
      rows_.columns[0].emplace_back(numbers_[i]);
      for (size_t c = 0; c < texts_.size(); ++c) {
        rows_.columns[c + 1].emplace_back(texts_[c][tuple]);
      }
    }
    next_ += rows_.rows;
    return &rows_;
  }

 private:
  const RiskClass& Class(size_t tuple) const { return scores_.classes[tuple]; }
  uint64_t UnitsOf(size_t tuple) const { return std::max<uint64_t>(Class(tuple).units, 1); }
  static std::string RiskIn(uint64_t group) { return Show(1.0 / static_cast<double>(group)); }

  template <class TextOf>
  void AddColumn(data::RowFileColumn column, TextOf&& text_of) {
    columns_.push_back(std::move(column));
    std::vector<std::string>& texts = texts_.emplace_back();
    texts.reserve(scores_.classes.size());
    for (size_t i = 0; i < scores_.classes.size(); ++i) texts.push_back(text_of(i));
  }

  const RecordScores& scores_;
  std::vector<data::RowFileColumn> columns_ = {{.name = "row", .sql_type = "BIGINT"}};
  std::vector<std::vector<std::string>> texts_;  // by column after the first, then tuple
  std::vector<std::string> numbers_;
  size_t next_ = 0;
  data::TextRows rows_;
};

Status WriteTo(const OutputLocation& location, const data::OpenFile& file, ScoreRows& rows) {
  const data::TextRowSource source = [&rows]() -> StatusOr<const data::TextRows*> {
    return rows.Next();
  };
  if (location.format == v1::FILE_FORMAT_PARQUET) {
    return data::WriteParquetRows(file, rows.columns(), source);
  }
  std::vector<std::string> header;
  header.reserve(rows.columns().size());
  for (const data::RowFileColumn& column : rows.columns()) header.push_back(column.name);
  return internal::WriteCsvRows(file, header, location.delimiter, source).status();
}

}  // namespace

Status WriteRecordScores(const OwnerView<RecordScores>& scores, const OutputLocation& location) {
  WEIR_RETURN_IF_ERROR(CheckOutput(location));
  ScoreRows rows(scores.ShowToOwner());
  WEIR_ASSIGN_OR_RETURN(
      internal::NewFile file,
      internal::NewFile::Create(location.path, location.replace, internal::Readers::kOwner));
  WEIR_RETURN_IF_ERROR(WriteTo(location, file.file(), rows));
  return file.Commit();
}

}  // namespace weir::anon
