// SPDX-License-Identifier: Apache-2.0
#include "weir/data/internal/source_parts.h"

#include <algorithm>
#include <filesystem>
#include <string_view>
#include <system_error>

#include "weir/data/internal/file_form.h"
#include "weir/data/internal/source_files.h"

namespace weir::data::internal {

StatusOr<std::vector<SourcePart>> FindParts(const FileSource& source) {
  WEIR_ASSIGN_OR_RETURN(std::vector<std::string> paths, FindFiles(source.path));
  std::vector<SourcePart> parts;
  parts.reserve(paths.size());
  for (std::string& path : paths) {
    std::error_code ignored;
    const uintmax_t size = std::filesystem::file_size(path, ignored);
    SourcePart part{.path = std::move(path),
                    .partition_values = {},
                    .size_bytes = ignored ? 0 : static_cast<uint64_t>(size)};
    for (const std::string& column : source.partitions) {
      auto value = PartitionValue(part.path, column);
      if (!value.ok()) return Annotate(value.status(), part.path);
      part.partition_values.push_back(*std::move(value));
    }
    parts.push_back(std::move(part));
  }
  return parts;
}

StatusOr<OpenFile> OpenPart(SourcePart& part, SourceFormat format) {
  WEIR_ASSIGN_OR_RETURN(OpenFile file, OpenRegularFile(part.path));
  if (part.facts.has_value()) {
    WEIR_RETURN_IF_ERROR(CheckUnchanged(part, file));
    return file;
  }
  WEIR_ASSIGN_OR_RETURN(const FileFacts facts, FactsOf(file));
  if (facts.size > 0) WEIR_RETURN_IF_ERROR(CheckForm(file, part.path, format));
  part.facts = facts;
  return file;
}

Status CheckUnchanged(const SourcePart& part, const OpenFile& file) {
  WEIR_ASSIGN_OR_RETURN(const FileFacts now, FactsOf(file));
  if (part.facts == now) return OkStatus();
  return Unavailable("%s was changed or replaced while it was read", part.path.c_str());
}

Status AnnotatePart(const Status& status, const SourcePart& part) {
  const bool is_ours = status.code() == StatusCode::kCancelled ||
                       status.code() == StatusCode::kDeadlineExceeded ||
                       MessageOf(status).starts_with(part.path);
  return is_ours ? status : Annotate(status, part.path);
}

PartColumns::PartColumns(const FileSource& source,
                         const std::vector<const ColumnDescription*>& columns) {
  for (const ColumnDescription* column : columns) {
    const auto found = std::find(source.partitions.begin(), source.partitions.end(), column->name);
    if (found != source.partitions.end()) {
      has_partitions = true;
      places.push_back(
          {.is_partition = true, .at = static_cast<size_t>(found - source.partitions.begin())});
      continue;
    }
    places.push_back({.is_partition = false, .at = of_file.size()});
    of_file.push_back(column);
  }
}

Status PartHandler::Pass(const Batch& batch) const {
  if (!columns_.has_partitions && !names_part_) return handler_(batch);
  Batch whole{.rows = batch.rows, .columns = {}, .faults = batch.faults};
  if (names_part_) whole.file = part_.path;
  std::vector<std::vector<std::string_view>> texts(columns_.places.size());
  whole.columns.reserve(columns_.places.size());
  for (size_t i = 0; i < columns_.places.size(); ++i) {
    const PartColumns::Place& place = columns_.places[i];
    if (!place.is_partition) {
      whole.columns.push_back(batch.columns[place.at]);
      continue;
    }
    const auto& value = part_.partition_values[place.at];
    texts[i].assign(batch.rows, value.has_value() ? std::string_view(*value) : std::string_view());
    whole.columns.push_back(
        {.kind = CellKind::kText, .cells = texts[i].data(), .present = nullptr});
  }
  return handler_(whole);
}

PartProgress::PartProgress(const RowScan& scan, const std::vector<SourcePart>& parts)
    : scan_(scan) {
  if (!scan.control.progress) return;
  for (const SourcePart& part : parts) total_ += part.size_bytes;
}

void PartProgress::Add(uint64_t bytes) {
  if (total_ == 0) return;
  const uint64_t done = done_ += bytes;
  scan_.Report(std::min(1.0, static_cast<double>(done) / static_cast<double>(total_)));
}

}  // namespace weir::data::internal
