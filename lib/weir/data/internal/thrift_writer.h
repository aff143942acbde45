// SPDX-License-Identifier: Apache-2.0
#ifndef WEIR_DATA_INTERNAL_THRIFT_WRITER_H_
#define WEIR_DATA_INTERNAL_THRIFT_WRITER_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "weir/data/internal/append_bytes.h"

namespace weir::data::internal {

// Wire types of Thrift's compact protocol.
enum ThriftType : uint8_t {
  kThriftStop = 0,
  kThriftI32 = 5,
  kThriftI64 = 6,
  kThriftBinary = 8,
  kThriftList = 9,
  kThriftStruct = 12,
};

// Writes one struct in Thrift's compact protocol, field by field. Ids ascend in each struct, by at
// most 15 at once.
class ThriftWriter {
 public:
  void I32(int id, int32_t value) {
    Head(id, kThriftI32);
    ZigZag(value);
  }
  void I64(int id, int64_t value) {
    Head(id, kThriftI64);
    ZigZag(value);
  }
  void Binary(int id, std::string_view value) {
    Head(id, kThriftBinary);
    Bytes(value);
  }
  void BeginStruct(int id) {
    Head(id, kThriftStruct);
    BeginElement();
  }
  // Of a list; ends like a field.
  void BeginElement() { last_ids_.push_back(0); }
  void EndStruct() {
    bytes_ += static_cast<char>(kThriftStop);
    last_ids_.pop_back();
  }
  // `count` elements follow: structs, or ElementI32 and ElementBinary.
  void List(int id, ThriftType element, size_t count) {
    Head(id, kThriftList);
    if (count < 15) {
      bytes_ += static_cast<char>(count << 4 | element);
    } else {
      bytes_ += static_cast<char>(0xf0 | element);
      AppendVarint(bytes_, count);
    }
  }
  void ElementI32(int32_t value) { ZigZag(value); }
  void ElementBinary(std::string_view value) { Bytes(value); }

  // The struct, which ends here.
  std::string Finish() && { return std::move(bytes_) + static_cast<char>(kThriftStop); }

 private:
  void Head(int id, ThriftType type) {
    bytes_ += static_cast<char>((id - last_ids_.back()) << 4 | type);
    last_ids_.back() = id;
  }
  void ZigZag(int64_t value) {
    AppendVarint(bytes_, static_cast<uint64_t>(value) << 1 ^ static_cast<uint64_t>(value >> 63));
  }
  void Bytes(std::string_view value) {
    AppendVarint(bytes_, value.size());
    bytes_ += value;
  }

  std::string bytes_;
  std::vector<int> last_ids_ = {0};  // of the structs that are open
};

}  // namespace weir::data::internal

#endif  // WEIR_DATA_INTERNAL_THRIFT_WRITER_H_
