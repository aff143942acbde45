// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <future>
#include <set>
#include <utility>

#include "weir/anon/internal/coded_table.h"
#include "weir/anon/internal/input_file.h"
#include "weir/anon/internal/progress.h"
#include "weir/anon/internal/record_collector.h"
#include "weir/anon/internal/table_coder.h"
#include "weir/base/catch_memory.h"

namespace weir::anon::internal {
namespace {

constexpr uint64_t kLeastMemoryBytes = uint64_t{64} << 20;
constexpr unsigned kMostThreads = 256;

Status CheckNames(const char* what, const std::vector<std::string>& names) {
  std::set<std::string_view> seen;
  for (const std::string& name : names) {
    if (!seen.insert(name).second) {
      return InvalidArgument("%s %s is named twice", what, QuoteText(name).c_str());
    }
  }
  return OkStatus();
}

Status CheckRequest(const ReadRequest& request, const ReadLimits& limits) {
  std::vector<std::string> names;
  for (const ColumnRequest& column : request.columns) {
    names.push_back(column.name);
    if (column.step.has_value() && column.step->width < 1) {
      return InvalidArgument("column %s: the width of a step must be at least 1",
                             QuoteText(column.name).c_str());
    }
  }
  WEIR_RETURN_IF_ERROR(CheckNames("column", names));
  WEIR_RETURN_IF_ERROR(CheckNames("unit column", request.unit));
  if (request.unit_missing.size() > request.unit.size()) {
    return InvalidArgument("missing values are given for more unit columns than there are");
  }
  if (limits.memory_bytes < kLeastMemoryBytes) {
    return InvalidArgument("the memory limit must be at least 64 MiB");
  }
  if (limits.threads < 1 || limits.threads > kMostThreads) {
    return InvalidArgument("threads must be in [1, 256], got %u", limits.threads);
  }
  return OkStatus();
}

StatusOr<bool> HoldsRows(const data::FileScanner& scanner, const InputLocation& input,
                         const ReadRequest& request, const ReadLimits& limits) {
  if (limits.holding != Holding::kAutomatic) return limits.holding == Holding::kHeld;
  const uint64_t most = limits.memory_bytes / 4;
  WEIR_ASSIGN_OR_RETURN(uint64_t bytes, scanner.CountTextBytes(most + 1));
  if (input.format == v1::FILE_FORMAT_PARQUET) {
    WEIR_ASSIGN_OR_RETURN(const uint64_t rows, scanner.DeclaredRows());
    bytes = rows * (request.columns.size() * sizeof(uint32_t) + sizeof(uint64_t));
  }
  return bytes <= most;
}

// Codes and units alone: dictionaries come on top.
Status CheckHeldBytes(const ScanPlan& plan, const CodedTable& table, const ReadLimits& limits) {
  const uint64_t unit_bytes = table.request.unit.empty() ? 0 : sizeof(uint64_t);
  const uint64_t bytes = table.facts.rows * (plan.encoded.size() * sizeof(uint32_t) + unit_bytes);
  if (bytes <= limits.memory_bytes) return OkStatus();
  return ResourceExhausted(
      "the rows take more than the memory limit of %llu MiB, and what is asked (actions on rows, "
      "traces, scores of rows) needs them all; allow more memory",
      static_cast<unsigned long long>(limits.memory_bytes >> 20));
}

Status ReadHeld(const data::FileScanner& scanner, const ScanPlan& plan,
                const data::FileScanOptions& options, const data::SipKey& unit_key,
                const ReadLimits& limits, SharedDictionaries& dictionaries, CodedTable& table) {
  TableCoder coder(table.request, plan, dictionaries, unit_key);
  data::FileScanOptions ordered = options;
  ordered.threads = 1;
  WEIR_RETURN_IF_ERROR(scanner.Scan(plan.columns, ordered, [&](const data::Batch& batch) {
    return CatchMemory([&]() -> Status {
      if (const Status status = coder.Encode(batch); !status.ok()) {
        return Annotate(status, "row " + std::to_string(table.facts.rows + coder.failed_row() + 1));
      }
      for (size_t i = 0; i < plan.encoded.size(); ++i) {
        const std::span<const uint32_t> codes = coder.codes(i);
        std::vector<uint32_t>& all = table.columns[plan.encoded[i]].codes;
        all.insert(all.end(), codes.begin(), codes.end());
      }
      table.unit_of_row.insert(table.unit_of_row.end(), coder.units().begin(), coder.units().end());
      table.facts.rows += batch.rows;
      return CheckHeldBytes(plan, table, limits);
    });
  }));
  for (size_t i = 0; i < plan.encoded.size(); ++i) {
    CodedColumn& column = table.columns[plan.encoded[i]];
    column.values = std::move(dictionaries[i]->values());
    if (column.use == ColumnUse::kKept) continue;
    const std::vector<uint32_t> new_codes = column.values.Sort();
    for (uint32_t& code : column.codes) code = new_codes[code];
  }
  table.facts.rows_without_unit = static_cast<uint64_t>(
      std::count(table.unit_of_row.begin(), table.unit_of_row.end(), uint64_t{0}));
  table.facts.records = table.facts.rows;
  return OkStatus();
}

Status ReadStreamed(const data::FileScanner& scanner, const ScanPlan& plan,
                    const data::FileScanOptions& options, const data::SipKey& unit_key,
                    const ReadLimits& limits, SharedDictionaries& dictionaries, CodedTable& table) {
  RecordCollector collector(table.request, plan, dictionaries, unit_key, limits);
  WEIR_RETURN_IF_ERROR(scanner.Scan(plan.columns, options, [&](const data::Batch& batch) {
    return CatchMemory([&] { return collector.Take(batch); });
  }));
  table.facts.rows_without_unit = collector.rows_without_unit();
  WEIR_RETURN_IF_ERROR(CatchMemory([&] { return collector.Finish(table); }));
  table.facts.records = table.rows_of_record.size();
  for (const uint64_t rows : table.rows_of_record) table.facts.rows += rows;
  return OkStatus();
}

StatusOr<CodedTable> Read(const InputLocation& input, const ReadRequest& request,
                          const ReadLimits& limits, RandomSource& random) {
  WEIR_RETURN_IF_ERROR(CheckRequest(request, limits));
  WEIR_ASSIGN_OR_RETURN(data::FileScanner opened, data::FileScanner::Open(SourceOf(input)));
  CodedTable table{.scanner = std::make_unique<const data::FileScanner>(std::move(opened)),
                   .request = request};
  const data::FileScanner& scanner = *table.scanner;
  WEIR_ASSIGN_OR_RETURN(table.sql_types, SqlTypesOf(scanner, request));
  WEIR_ASSIGN_OR_RETURN(table.held, HoldsRows(scanner, input, request, limits));
  for (const ColumnRequest& column : request.columns) {
    table.columns.push_back({.name = column.name, .use = column.use});
  }
  const ScanPlan plan = PlanScan(table.request, /*kept=*/table.held);
  SharedDictionaries dictionaries;
  for (const size_t column : plan.encoded) {
    dictionaries.push_back(std::make_unique<SharedDictionary>(table.request.columns[column]));
  }
  const data::SipKey unit_key = data::MakeSipKey(random);
  const data::FileScanOptions options{
      .memory_bytes = std::max(limits.memory_bytes / 4, uint64_t{32} << 20),
      .threads = static_cast<int>(limits.threads),
      .progress = OneAtATime(limits.progress)};
  std::future<StatusOr<std::string>> sha256 =
      std::async(std::launch::async, [&scanner] { return scanner.Sha256(); });
  const Status status =
      table.held ? ReadHeld(scanner, plan, options, unit_key, limits, dictionaries, table)
                 : ReadStreamed(scanner, plan, options, unit_key, limits, dictionaries, table);
  auto digest = sha256.get();
  WEIR_RETURN_IF_ERROR(status);
  WEIR_RETURN_IF_ERROR(digest.status());
  table.facts.sha256 = *std::move(digest);
  WEIR_RETURN_IF_ERROR(scanner.CheckUnchanged());
  return table;
}

}  // namespace

StatusOr<std::vector<std::string>> SqlTypesOf(const data::FileScanner& scanner,
                                              const ReadRequest& request) {
  WEIR_ASSIGN_OR_RETURN(const std::vector<data::FileColumn> found, scanner.Columns());
  std::vector<std::string> types;
  for (const ColumnRequest& column : request.columns) {
    const auto here = std::find_if(found.begin(), found.end(), [&](const data::FileColumn& other) {
      return other.name == column.name;
    });
    types.push_back(here == found.end() ? "VARCHAR" : here->sql_type);
  }
  return types;
}

StatusOr<bool> WouldHold(const InputLocation& input, const ReadRequest& request,
                         const ReadLimits& limits) {
  WEIR_ASSIGN_OR_RETURN(const data::FileScanner scanner, data::FileScanner::Open(SourceOf(input)));
  return HoldsRows(scanner, input, request, limits);
}

StatusOr<CodedTable> ReadTable(const InputLocation& input, const ReadRequest& request,
                               const ReadLimits& limits, RandomSource& random) {
  return CatchMemory([&] { return Read(input, request, limits, random); });
}

}  // namespace weir::anon::internal
