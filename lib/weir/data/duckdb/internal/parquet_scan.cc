// SPDX-License-Identifier: Apache-2.0
#include "weir/data/duckdb/internal/parquet_scan.h"

#include <algorithm>
#include <cmath>
#include <memory>
#include <set>
#include <span>
#include <utility>

#include "weir/data/duckdb/internal/database.h"
#include "weir/data/duckdb/internal/duckdb_scan.h"
#include "weir/data/duckdb/internal/parquet_columns.h"
#include "weir/data/duckdb/internal/query_interrupter.h"
#include "weir/data/internal/parquet_footer.h"
#include "weir/data/internal/source_files.h"

namespace weir::data::internal {
namespace {

constexpr size_t kPartsAtOnce = 64;

// A part, or a copy of it, and what is in it.
struct OpenParquet {
  SourcePart* part;
  OpenFile file;
  OpenFile read;  // what DuckDB reads: the same, or a copy
  std::set<std::string> milliseconds;
  FoundColumns columns = {};
};

// Files that one query reads.
using Group = std::vector<const OpenParquet*>;

struct ParquetScan {
  const FileSource& source;
  const PartColumns& columns;
  const RowScan& scan;
  const ParquetCopies& copies;
  const BatchHandler& handler;
  PartProgress progress;
};

StatusOr<OpenParquet> Open(const ParquetScan& parquet, SourcePart& part) {
  WEIR_ASSIGN_OR_RETURN(OpenFile file, OpenPart(part, parquet.source.format));
  if (parquet.scan.ordered && part.facts->size == 0) {
    return InvalidArgument("%s is empty", part.path.c_str());
  }
  if (!parquet.copies.are_wanted) {
    WEIR_ASSIGN_OR_RETURN(OpenFile same, Duplicate(file));
    return OpenParquet{
        .part = &part, .file = std::move(file), .read = std::move(same), .milliseconds = {}};
  }
  WEIR_ASSIGN_OR_RETURN(UnmarkedFile copy,
                        CopyUnmarked(file, parquet.copies.temp_folder, parquet.scan.memory_bytes));
  return OpenParquet{.part = &part,
                     .file = std::move(file),
                     .read = std::move(copy.file),
                     .milliseconds = std::move(copy.milliseconds)};
}

std::vector<Group> GroupFiles(const ParquetScan& parquet, const std::vector<OpenParquet>& files) {
  std::vector<Group> groups;
  for (const OpenParquet& file : files) {
    const auto like = std::find_if(groups.begin(), groups.end(), [&](const Group& group) {
      return group.front()->columns == file.columns &&
             group.front()->milliseconds == file.milliseconds &&
             group.front()->part->partition_values == file.part->partition_values;
    });
    if (like == groups.end() || parquet.scan.ordered) {
      groups.push_back({&file});
    } else {
      like->push_back(&file);
    }
  }
  return groups;
}

// DuckDB knows files by their descriptors only.
Status WithNames(const Status& status, const Group& group) {
  if (status.ok() || status.code() == StatusCode::kCancelled) return status;
  std::string message = MessageOf(status);
  for (const OpenParquet* file : group) {
    const std::string name = file->read.ProcessPath();
    for (size_t at = message.find(name); at != std::string::npos; at = message.find(name, at)) {
      const size_t end = at + name.size();
      // Another descriptor may begin with the same digits.
      const bool is_whole = end == message.size() || message[end] < '0' || message[end] > '9';
      if (is_whole) message.replace(at, name.size(), file->part->path);
      at += is_whole ? file->part->path.size() : name.size();
    }
  }
  const Status named = MakeError(status.code(), message);
  return group.size() == 1 ? AnnotatePart(named, *group.front()->part) : named;
}

// Tells how much of a group is done, in bytes, by its rows.
class GroupProgress {
 public:
  static StatusOr<std::unique_ptr<GroupProgress>> Create(PartProgress& progress, const Group& group,
                                                         Database& database,
                                                         const std::string& source_sql) {
    auto made = std::make_unique<GroupProgress>(progress);
    if (!progress.is_wanted()) return made;
    WEIR_ASSIGN_OR_RETURN(const auto counted,
                          database.Query("SELECT count(*)::VARCHAR FROM " + source_sql));
    const double rows = std::max(1.0, std::stod(counted->TextColumns({0})[0].at(0)));
    uint64_t bytes = 0;
    for (const OpenParquet* file : group) bytes += file->part->size_bytes;
    made->bytes_per_row_ = static_cast<double>(bytes) / rows;
    return made;
  }
  explicit GroupProgress(PartProgress& progress) : progress_(progress) {}
  void AddRows(size_t rows) {
    progress_.Add(static_cast<uint64_t>(std::llround(bytes_per_row_ * static_cast<double>(rows))));
  }

 private:
  PartProgress& progress_;
  double bytes_per_row_ = 0;
};

Status ScanGroup(ParquetScan& parquet, Database& database, const Group& group) {
  const OpenParquet& first = *group.front();
  std::vector<std::string> names;
  names.reserve(group.size());
  for (const OpenParquet* file : group) names.push_back(file->read.ProcessPath());
  const std::string sql = ReadParquetSql(names);
  WEIR_ASSIGN_OR_RETURN(
      std::vector<ScanExpression> expressions,
      ParquetExpressions(parquet.columns.of_file, first.columns, first.milliseconds));
  // Rows must come, even if all that is asked for stands in the names of folders.
  if (expressions.empty()) expressions.push_back({.sql = "0::BIGINT", .kind = CellKind::kInt64});
  WEIR_ASSIGN_OR_RETURN(const auto progress,
                        GroupProgress::Create(parquet.progress, group, database, sql));
  const bool names_part = parquet.scan.ordered && IsPattern(parquet.source.path);
  const PartHandler handler(parquet.columns, *first.part, names_part, parquet.handler);
  return ScanExpressions(database, expressions, sql, [&](const Batch& batch) {
    WEIR_RETURN_IF_ERROR(handler.Pass(batch));
    progress->AddRows(batch.rows);
    return OkStatus();
  });
}

Status ScanFiles(ParquetScan& parquet, std::vector<OpenParquet>& files) {
  DatabaseOptions options{.memory_bytes = parquet.scan.memory_bytes,
                          .threads = parquet.scan.ordered ? 1 : parquet.scan.threads,
                          .allowed_path = {}};
  for (const OpenParquet& file : files) options.further_paths.push_back(file.read.ProcessPath());
  WEIR_ASSIGN_OR_RETURN(const auto database, Database::Open(options));
  const QueryInterrupter interrupter(*database, parquet.scan.control);
  for (OpenParquet& file : files) {
    auto columns = DescribeParquet(*database, file.read.ProcessPath());
    if (!columns.ok()) return WithNames(columns.status(), {&file});
    file.columns = *std::move(columns);
  }
  for (const Group& group : GroupFiles(parquet, files)) {
    WEIR_RETURN_IF_ERROR(WithNames(ScanGroup(parquet, *database, group), group));
  }
  return OkStatus();
}

Status ScanSome(ParquetScan& parquet, std::span<SourcePart> parts) {
  std::vector<OpenParquet> files;
  files.reserve(parts.size());
  for (SourcePart& part : parts) {
    auto file = Open(parquet, part);
    if (!file.ok()) return AnnotatePart(file.status(), part);
    files.push_back(*std::move(file));
  }
  Status status = ScanFiles(parquet, files);
  // An interrupted query does not know what interrupted it.
  if (status.code() == StatusCode::kCancelled) {
    WEIR_RETURN_IF_ERROR(parquet.scan.control.Check());
  }
  // Half of a new file explains why the data looks damaged.
  if (status.ok() || status.code() == StatusCode::kDataLoss) {
    for (const OpenParquet& file : files) {
      WEIR_RETURN_IF_ERROR(CheckUnchanged(*file.part, file.file));
    }
  }
  return status;
}

}  // namespace

Status ScanParquetParts(const FileSource& source, const PartColumns& columns, const RowScan& scan,
                        const ParquetCopies& copies, std::vector<SourcePart>& parts,
                        const BatchHandler& handler) {
  ParquetScan parquet{.source = source,
                      .columns = columns,
                      .scan = scan,
                      .copies = copies,
                      .handler = handler,
                      .progress = PartProgress(scan, parts)};
  const size_t at_once = copies.are_wanted ? 1 : kPartsAtOnce;
  for (std::span<SourcePart> left(parts); !left.empty();) {
    const size_t count = std::min(at_once, left.size());
    WEIR_RETURN_IF_ERROR(ScanSome(parquet, left.first(count)));
    left = left.subspan(count);
  }
  return OkStatus();
}

}  // namespace weir::data::internal
