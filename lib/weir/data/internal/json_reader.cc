// SPDX-License-Identifier: Apache-2.0
#include "weir/data/internal/json_reader.h"

#include <algorithm>
#include <optional>

#include <rapidjson/memorystream.h>
#include <rapidjson/reader.h>

namespace weir::data::internal {
namespace {

constexpr size_t kBatchBytes = size_t{1} << 20;
constexpr size_t kBatchRows = 2048;
constexpr int kDeepest = 1000;
constexpr std::string_view kWhiteSpace = " \t\r";

}  // namespace

// Takes the events of the parser. Depth 1 is inside the object of the line.
class JsonReader::LineHandler {
 public:
  LineHandler(JsonReader& reader, std::string_view line, const rapidjson::MemoryStream& stream)
      : reader_(reader), line_(line), stream_(stream), cells_(reader.names_.size()) {}

  bool Null() { return Value(""); }
  bool Bool(bool value) { return Value(value ? "true" : "false"); }
  bool RawNumber(const char* digits, rapidjson::SizeType size, bool) {
    return Value({digits, size});
  }
  bool String(const char* text, rapidjson::SizeType size, bool) { return Value({text, size}); }
  // With numbers as strings these do not come.
  bool Int(int) { return false; }
  bool Uint(unsigned) { return false; }
  bool Int64(int64_t) { return false; }
  bool Uint64(uint64_t) { return false; }
  bool Double(double) { return false; }

  bool StartObject() { return Open(); }
  bool EndObject(rapidjson::SizeType) { return Close(); }
  bool StartArray() { return depth_ > 0 && Open(); }
  bool EndArray(rapidjson::SizeType) { return Close(); }

  bool Key(const char* name, rapidjson::SizeType size, bool) {
    if (depth_ != 1) return true;
    const std::string_view key(name, size);
    if (!reader_.has_object_) members_.emplace_back(key);
    column_.reset();
    for (size_t i = 0; i < cells_.size(); ++i) {
      if (reader_.names_[i] == key && !cells_[i].has_value()) column_ = i;
    }
    return true;
  }

  // The line was a whole object.
  void Commit() {
    if (!reader_.has_object_) reader_.first_members_ = std::move(members_);
    reader_.has_object_ = true;
    for (size_t i = 0; i < cells_.size(); ++i) {
      if (cells_[i].has_value()) reader_.seen_[i] = true;
      reader_.cells_[i].push_back(cells_[i].value_or(Cell{}));
    }
  }

 private:
  // A value ends; the line itself must be an object.
  bool Value(std::string_view value) {
    if (depth_ == 1 && column_.has_value()) {
      cells_[*column_] = {.begin = reader_.text_.size(), .size = value.size()};
      reader_.text_ += value;
    }
    return depth_ > 0;
  }

  // The parser stands on the bracket, both here and in Close.
  bool Open() {
    if (depth_ == 1) begin_ = stream_.Tell();
    return ++depth_ <= kDeepest;
  }
  bool Close() {
    --depth_;
    return depth_ != 1 || Value(line_.substr(begin_, stream_.Tell() + 1 - begin_));
  }

  JsonReader& reader_;
  std::string_view line_;
  const rapidjson::MemoryStream& stream_;
  int depth_ = 0;
  size_t begin_ = 0;              // of the array or object at depth 2
  std::optional<size_t> column_;  // of the member at depth 1; empty: nobody asked for it
  std::vector<std::optional<Cell>> cells_;
  std::vector<std::string> members_;
};

JsonReader::JsonReader(std::unique_ptr<ByteStream> stream, std::vector<std::string> names)
    : JsonReader(FileWindow(std::move(stream)), std::move(names)) {}

JsonReader::JsonReader(std::string text, std::vector<std::string> names)
    : JsonReader(FileWindow(std::move(text)), std::move(names)) {}

JsonReader::JsonReader(FileWindow input, std::vector<std::string> names)
    : input_(std::move(input)),
      names_(std::move(names)),
      seen_(names_.size()),
      cells_(names_.size()),
      views_(names_.size()) {}

Status JsonReader::SkipLine() {
  while (true) {
    const size_t end = input_.buffer.find('\n', input_.position);
    input_.position = end == std::string::npos ? input_.buffer.size() : end + 1;
    if (end != std::string::npos || input_.at_end) return OkStatus();
    WEIR_RETURN_IF_ERROR(input_.Fill());
  }
}

void JsonReader::AddLine(std::string_view line) {
  if (line.find_first_not_of(kWhiteSpace) == std::string_view::npos) return;
  if (line.size() > kMaxJsonLineBytes) return AddFaultyLine("longer than 64 MiB");
  constexpr unsigned kFlags =
      rapidjson::kParseIterativeFlag | rapidjson::kParseNumbersAsStringsFlag;
  const size_t text_before = text_.size();
  rapidjson::MemoryStream stream(line.data(), line.size());
  LineHandler handler(*this, line, stream);
  rapidjson::Reader parser;
  // A zero byte ends the stream for the parser, not for us.
  if (parser.Parse<kFlags>(stream, handler).IsError() || stream.Tell() != line.size()) {
    text_.resize(text_before);
    return AddFaultyLine("not a JSON object");
  }
  handler.Commit();
  ++batch_.rows;
}

void JsonReader::AddFaultyLine(std::string what) {
  batch_.faults.push_back({.row = batch_.rows, .what = std::move(what)});
  for (auto& column : cells_) column.emplace_back();
  ++batch_.rows;
}

StatusOr<const Batch*> JsonReader::NextBatch() {
  batch_ = Batch{};
  text_.clear();
  for (auto& column : cells_) column.clear();
  while (batch_.rows < kBatchRows && text_.size() < kBatchBytes) {
    const size_t end = input_.buffer.find('\n', input_.position);
    if (end == std::string::npos && !input_.at_end) {
      if (input_.buffer.size() - input_.position > kMaxJsonLineBytes) {
        WEIR_RETURN_IF_ERROR(SkipLine());
        AddFaultyLine("longer than 64 MiB");
      } else {
        WEIR_RETURN_IF_ERROR(input_.Fill());
      }
      continue;
    }
    const size_t stop = std::min(end, input_.buffer.size());
    AddLine(std::string_view(input_.buffer).substr(input_.position, stop - input_.position));
    input_.position = std::min(stop + 1, input_.buffer.size());
    if (input_.position == input_.buffer.size() && input_.at_end) break;
  }
  for (size_t i = 0; i < cells_.size(); ++i) {
    views_[i].clear();
    for (const Cell& cell : cells_[i]) {
      views_[i].push_back(std::string_view(text_).substr(cell.begin, cell.size));
    }
    batch_.columns.push_back(
        {.kind = CellKind::kText, .cells = views_[i].data(), .present = nullptr});
  }
  return &batch_;
}

}  // namespace weir::data::internal
