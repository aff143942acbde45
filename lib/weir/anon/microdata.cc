// SPDX-License-Identifier: Apache-2.0
#include "weir/anon/microdata.h"

#include <algorithm>
#include <cctype>
#include <utility>

#include "weir/anon/internal/coded_table.h"
#include "weir/anon/internal/input_file.h"
#include "weir/base/files.h"

namespace weir::anon {
namespace {

v1::FileFormat FormatOf(const std::string& path) {
  std::string end = path.substr(path.find_last_of('/') + 1);
  if (data::IsCompressed(end)) end.resize(end.rfind('.'));
  end = end.substr(std::min(end.rfind('.'), end.size()));
  std::transform(end.begin(), end.end(), end.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  });
  if (end == ".parquet") return v1::FILE_FORMAT_PARQUET;
  const bool json = end == ".json" || end == ".jsonl" || end == ".ndjson";
  return json ? v1::FILE_FORMAT_JSON : v1::FILE_FORMAT_CSV;
}

template <class Place>
StatusOr<InputLocation> Locate(const Place& place, const std::string& folder) {
  if (place.path().empty()) return InvalidArgument("the path of a file must not be empty");
  InputLocation input{.path = JoinPath(folder, place.path()), .format = place.format()};
  if (input.format == v1::FILE_FORMAT_UNSPECIFIED) input.format = FormatOf(place.path());
  const std::string& delimiter = place.delimiter();
  if (delimiter.empty()) return input;
  if (input.format != v1::FILE_FORMAT_CSV) {
    return InvalidArgument("only a CSV file has a delimiter");
  }
  const bool fits = delimiter.size() == 1 && static_cast<unsigned char>(delimiter[0]) < 0x80 &&
                    delimiter.find_first_of(std::string_view("\"\r\n\0", 4)) == std::string::npos;
  if (!fits) {
    return InvalidArgument("the delimiter must be one character, no quote and no line end, got %s",
                           QuoteText(delimiter).c_str());
  }
  input.delimiter = delimiter[0];
  return input;
}

}  // namespace

namespace internal {

data::FileSource SourceOf(const InputLocation& input) {
  data::FileSource source{
      .format = data::SourceFormat::kCsv, .path = input.path, .delimiter = input.delimiter};
  if (input.format == v1::FILE_FORMAT_PARQUET) source.format = data::SourceFormat::kParquet;
  if (input.format == v1::FILE_FORMAT_JSON) source.format = data::SourceFormat::kJson;
  return source;
}

}  // namespace internal

StatusOr<InputLocation> LocateInput(const v1::RecipeInput& input, const std::string& folder) {
  return Locate(input, folder);
}

StatusOr<InputLocation> LocateInput(const v1::PopulationTable& table, const std::string& folder) {
  return Locate(table, folder);
}

StatusOr<std::vector<std::string>> ReadColumnNames(const InputLocation& input) {
  WEIR_ASSIGN_OR_RETURN(const data::FileScanner scanner,
                        data::FileScanner::Open(internal::SourceOf(input)));
  WEIR_ASSIGN_OR_RETURN(const std::vector<data::FileColumn> columns, scanner.Columns());
  std::vector<std::string> names;
  names.reserve(columns.size());
  for (const data::FileColumn& column : columns) names.push_back(column.name);
  return names;
}

Microdata::Microdata(AnonKey, std::unique_ptr<internal::CodedTable> table)
    : table_(std::move(table)) {}
Microdata::~Microdata() = default;
Microdata::Microdata(Microdata&&) noexcept = default;
Microdata& Microdata::operator=(Microdata&&) noexcept = default;

const std::vector<CodedColumn>& Microdata::columns(AnonKey) const { return table_->columns; }
std::unique_ptr<internal::CodedTable> Microdata::Take(AnonKey) && { return std::move(table_); }
bool Microdata::held() const { return table_->held; }
OwnerView<MicrodataFacts> Microdata::Facts() const {
  return OwnerView<MicrodataFacts>(table_->facts);
}

class MicrodataReader final {
 public:
  static StatusOr<Microdata> Read(const InputLocation& input, const ReadRequest& request,
                                  const ReadLimits& limits, RandomSource& random) {
    WEIR_ASSIGN_OR_RETURN(internal::CodedTable table,
                          internal::ReadTable(input, request, limits, random));
    return Microdata(AnonKey(), std::make_unique<internal::CodedTable>(std::move(table)));
  }
};

StatusOr<Microdata> ReadMicrodata(const InputLocation& input, const ReadRequest& request,
                                  const ReadLimits& limits, RandomSource& random) {
  return MicrodataReader::Read(input, request, limits, random);
}

}  // namespace weir::anon
