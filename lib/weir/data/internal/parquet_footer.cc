// SPDX-License-Identifier: Apache-2.0
#include "weir/data/internal/parquet_footer.h"

#include <algorithm>
#include <cstdint>
#include <span>
#include <utility>
#include <vector>

#include "weir/data/internal/append_bytes.h"

namespace weir::data::internal {
namespace {

// Wire types of Thrift's compact protocol.
enum WireType : uint8_t {
  kStop = 0,
  kTrue = 1,
  kFalse = 2,
  kByte = 3,
  kI16 = 4,
  kI32 = 5,
  kI64 = 6,
  kDouble = 7,
  kBinary = 8,
  kList = 9,
  kSet = 10,
  kMap = 11,
  kStruct = 12,
};

constexpr int kDeepest = 32;

struct Field {
  int64_t id = 0;
  uint8_t type = kStop;
};

// Reads compact Thrift; once something does not fit, `broken` stays true and all else is zero.
class Cursor {
 public:
  explicit Cursor(std::string_view bytes) : bytes_(bytes) {}

  bool broken() const { return broken_; }
  size_t position() const { return position_; }
  std::string_view Since(size_t start) const { return bytes_.substr(start, position_ - start); }

  uint8_t Byte() {
    Advance(1);
    return broken_ ? 0 : static_cast<uint8_t>(bytes_[position_ - 1]);
  }

  uint64_t Varint() {
    uint64_t value = 0;
    for (int shift = 0; shift < 64; shift += 7) {
      const uint8_t byte = Byte();
      value |= uint64_t{byte & 0x7fU} << shift;
      if ((byte & 0x80U) == 0) return value;
    }
    broken_ = true;
    return 0;
  }

  int64_t ZigZag() {
    const uint64_t value = Varint();
    return static_cast<int64_t>(value >> 1) ^ -static_cast<int64_t>(value & 1);
  }

  // The header of the next field of a struct; `previous` is the field before it.
  Field NextField(const Field& previous) {
    const uint8_t head = Byte();
    Field field{.id = previous.id, .type = static_cast<uint8_t>(head & 0x0fU)};
    if (broken_ || field.type == kStop) return {};
    const int64_t delta = head >> 4;
    field.id = delta != 0 ? previous.id + delta : ZigZag();
    if (field.id != static_cast<int16_t>(field.id)) broken_ = true;
    return broken_ ? Field() : field;
  }

  // The header of a list: the type of its elements and their number.
  std::pair<uint8_t, uint64_t> ListHead() {
    const uint8_t head = Byte();
    const uint64_t count = head >> 4;
    return {head & 0x0fU, count == 15 ? Varint() : count};
  }

  void SkipStruct(int depth) {
    Field field;
    do {
      field = NextField(field);
      Skip(field.type, depth);
    } while (field.type != kStop && !broken_);
  }

  // `type` of a field; a bool of a field lies in its header.
  void Skip(uint8_t type, int depth) {
    if (depth > kDeepest) broken_ = true;
    if (broken_ || type <= kFalse) return;
    switch (type) {
      case kByte:
        return Advance(1);
      case kI16:
      case kI32:
      case kI64:
        Varint();
        return;
      case kDouble:
        return Advance(8);
      case kBinary:
        return Advance(Varint());
      case kList:
      case kSet: {
        const auto [element, count] = ListHead();
        return SkipElements(element, count, depth);
      }
      case kStruct:
        return SkipStruct(depth + 1);
      default:
        broken_ = true;  // Parquet's metadata has no maps
    }
  }

 private:
  void Advance(uint64_t count) {
    if (broken_ || count > bytes_.size() - position_) {
      broken_ = true;
    } else {
      position_ += count;
    }
  }

  // Every element takes a byte at least, so the bytes bound the loop.
  void SkipElements(uint8_t element, uint64_t count, int depth) {
    for (uint64_t i = 0; i < count && !broken_; ++i) {
      element <= kFalse ? Advance(1) : Skip(element, depth + 1);
    }
  }

  std::string_view bytes_;
  size_t position_ = 0;
  bool broken_ = false;
};

// What a SchemaElement (parquet.thrift) says, as far as it matters here.
struct Element {
  std::vector<std::pair<Field, std::string_view>> fields;
  std::string_view name;
  int64_t children = 0;
  bool is_text = false;
  bool is_milliseconds = false;
};

constexpr int64_t kNameField = 4;
constexpr int64_t kChildrenField = 5;
constexpr int64_t kConvertedTypeField = 6;
constexpr int64_t kLogicalTypeField = 10;

// ConvertedType: UTF8 0, ENUM 4, TIMESTAMP_MILLIS 9, JSON 19.
void ReadConvertedType(Cursor cursor, Element& element) {
  const int64_t type = cursor.ZigZag();
  element.is_text |= type == 0 || type == 4 || type == 19;
  element.is_milliseconds |= type == 9;
}

// LogicalType, a union: STRING 1, ENUM 4, TIMESTAMP 8, JSON 12. TimestampType: 1 is_adjusted, 2 the
// unit, again a union: MILLIS 1.
void ReadLogicalType(Cursor cursor, Element& element) {
  const int64_t type = cursor.NextField({}).id;
  element.is_text |= type == 1 || type == 4 || type == 12;
  if (type != 8) return;
  Field field = cursor.NextField({});
  while (field.type != kStop && field.id != 2) {
    cursor.Skip(field.type, 0);
    field = cursor.NextField(field);
  }
  if (field.type == kStruct) element.is_milliseconds |= cursor.NextField({}).id == 1;
}

Element ReadElement(Cursor& cursor) {
  Element element;
  Field field = cursor.NextField({});
  while (!cursor.broken() && field.type != kStop) {
    const size_t start = cursor.position();
    cursor.Skip(field.type, 0);
    const std::string_view value = cursor.Since(start);
    Cursor inside(value);
    if (field.id == kNameField && field.type == kBinary) {
      element.name = value.substr(value.size() - std::min(value.size(), inside.Varint()));
    } else if (field.id == kChildrenField && field.type == kI32) {
      element.children = inside.ZigZag();
    } else if (field.id == kConvertedTypeField && field.type == kI32) {
      ReadConvertedType(inside, element);
    } else if (field.id == kLogicalTypeField && field.type == kStruct) {
      ReadLogicalType(inside, element);
    }
    element.fields.emplace_back(field, value);
    field = cursor.NextField(field);
  }
  return element;
}

// Every header in the long form: no field depends on the one before it.
void WriteElement(const Element& element, bool unmark, std::string& out) {
  for (const auto& [field, value] : element.fields) {
    if (unmark && (field.id == kConvertedTypeField || field.id == kLogicalTypeField)) continue;
    out += static_cast<char>(field.type);
    const auto id = static_cast<uint64_t>(field.id);
    AppendVarint(out, (id << 1) ^ (field.id < 0 ? ~uint64_t{0} : 0));
    out += value;
  }
  out += static_cast<char>(kStop);
}

// Copies the elements of the schema: a tree, depth first, every element with the number of its
// children.
void CopySchema(Cursor& cursor, uint64_t count, UnmarkedMetadata& out) {
  std::vector<int64_t> open;  // children still to come, from the root to the parent
  for (uint64_t i = 0; i < count && !cursor.broken(); ++i) {
    const Element element = ReadElement(cursor);
    const bool is_column = open.size() == 1;
    const bool milliseconds = element.is_milliseconds && is_column && element.children == 0;
    if (milliseconds) out.milliseconds.emplace(element.name);
    WriteElement(element, element.is_text || milliseconds, out.bytes);
    if (!open.empty()) --open.back();
    if (element.children > 0) open.push_back(element.children);
    while (!open.empty() && open.back() == 0) open.pop_back();
  }
}

constexpr std::string_view kMagic = "PAR1";
constexpr size_t kTailBytes = 8;  // length of the metadata, little endian, and the magic
constexpr uint64_t kMostMetadataBytes = uint64_t{1} << 30;

Status CopyBytes(const OpenFile& from, uint64_t size, const OpenFile& to) {
  std::vector<char> buffer(size_t{1} << 20);
  for (uint64_t offset = 0; offset < size;) {
    const std::span<char> part(buffer.data(), std::min<uint64_t>(buffer.size(), size - offset));
    WEIR_ASSIGN_OR_RETURN(const size_t got, ReadAt(from, offset, part));
    if (got != part.size()) return DataLoss("the file became shorter while it was read");
    WEIR_RETURN_IF_ERROR(WriteAt(to, offset, part));
    offset += got;
  }
  return OkStatus();
}

// The metadata of the file of `size` bytes.
StatusOr<std::string> ReadMetadata(const OpenFile& file, uint64_t size) {
  if (size < kMagic.size() + kTailBytes) return DataLoss("no Parquet file");
  std::string tail(kTailBytes, '\0');
  WEIR_ASSIGN_OR_RETURN(size_t got, ReadAt(file, size - kTailBytes, tail));
  uint64_t length = 0;
  for (int i = 3; i >= 0; --i) length = length << 8 | static_cast<uint8_t>(tail[i]);
  if (got != kTailBytes || !tail.ends_with(kMagic) || length > kMostMetadataBytes ||
      length > size - kMagic.size() - kTailBytes) {
    return DataLoss("no Parquet file with readable metadata");
  }
  std::string metadata(length, '\0');
  WEIR_ASSIGN_OR_RETURN(got, ReadAt(file, size - kTailBytes - length, metadata));
  return got == length ? StatusOr<std::string>(std::move(metadata)) : DataLoss("no Parquet file");
}

}  // namespace

std::optional<UnmarkedMetadata> Unmark(std::string_view metadata) {
  constexpr int64_t kSchema = 2;  // FileMetaData: 1 version, 2 schema, 3 num_rows, ...
  Cursor cursor(metadata);
  Field field = cursor.NextField({});
  while (field.type != kStop && field.id != kSchema) {
    cursor.Skip(field.type, 0);
    field = cursor.NextField(field);
  }
  if (field.id != kSchema || field.type != kList) return std::nullopt;
  const auto [element, count] = cursor.ListHead();
  if (element != kStruct) return std::nullopt;
  UnmarkedMetadata out{.bytes = std::string(cursor.Since(0))};
  CopySchema(cursor, count, out);
  if (cursor.broken()) return std::nullopt;
  out.bytes += metadata.substr(cursor.position());
  return out;
}

StatusOr<UnmarkedFile> CopyUnmarked(const OpenFile& file, const std::string& folder,
                                    uint64_t memory_bytes) {
  WEIR_ASSIGN_OR_RETURN(const uint64_t size, SizeOf(file));
  WEIR_ASSIGN_OR_RETURN(const std::string metadata, ReadMetadata(file, size));
  std::optional<UnmarkedMetadata> unmarked = Unmark(metadata);
  if (!unmarked.has_value()) return DataLoss("the metadata of the Parquet file is damaged");
  if (folder.empty() && size > memory_bytes) {
    return ResourceExhausted("no folder for temporary files, and the memory limit is too small");
  }
  WEIR_ASSIGN_OR_RETURN(OpenFile copy, folder.empty() ? MakeMemoryFile() : MakeUnnamedFile(folder));
  const uint64_t data_bytes = size - kTailBytes - metadata.size();
  WEIR_RETURN_IF_ERROR(CopyBytes(file, data_bytes, copy));
  std::string tail = std::move(unmarked->bytes);
  const size_t length = tail.size();
  for (int i = 0; i < 4; ++i) tail += static_cast<char>(length >> (8 * i));
  tail += kMagic;
  WEIR_RETURN_IF_ERROR(WriteAt(copy, data_bytes, tail));
  return UnmarkedFile{.file = std::move(copy), .milliseconds = std::move(unmarked->milliseconds)};
}

}  // namespace weir::data::internal
