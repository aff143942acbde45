// SPDX-License-Identifier: Apache-2.0
#include "tests/doc/random_message.h"

#include <bit>
#include <cmath>
#include <limits>
#include <set>
#include <string_view>
#include <vector>

#include "weir/base/status.h"
#include "weir/v1/options.pb.h"

namespace weir::test {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::OneofDescriptor;
using google::protobuf::Reflection;

size_t Below(size_t bound, RandomSource& random) {
  return static_cast<size_t>(random.Word() % bound);
}

std::string_view Pick(const std::vector<std::string_view>& choices, RandomSource& random) {
  return choices[Below(choices.size(), random)];
}

std::string FromAlphabet(std::string_view alphabet, size_t length, RandomSource& random) {
  std::string text;
  for (size_t i = 0; i < length; ++i) text += alphabet[Below(alphabet.size(), random)];
  return text;
}

std::string RandomLexical(v1::Lexical lexical, RandomSource& random) {
  constexpr std::string_view kHex = "0123456789abcdef";
  switch (lexical) {
    case v1::LEXICAL_ID:
      return std::string(Pick({"a", "no", "null", "true", "crashes-kc", "x9-", "yes"}, random));
    case v1::LEXICAL_DECIMAL:
      return std::string(Pick({"0", "4", "0.1", "1e-6", "-3", "12.50", "1e6", "-0.125"}, random));
    case v1::LEXICAL_TIME:
      return std::string(Pick({"2026-01-31T12:00:00Z", "1970-01-01T00:00:00Z"}, random));
    case v1::LEXICAL_UUID:
      return "01890a5d-ac96-774b-bcce-" + FromAlphabet(kHex, 12, random);
    case v1::LEXICAL_SHA256:
      return FromAlphabet(Below(4, random) == 0 ? "0123456789" : kHex, 64, random);
    case v1::LEXICAL_COLUMN:
      return std::string(
          Pick({"a", "Null", "TRUE", "off", "_", "a b", "a.b", "a-", "a ", "N"}, random));
    case v1::LEXICAL_HEADER:
      return std::string(Pick({"a", "no", "30-60 Days", " a ", "#", "%", "a: b", "'", "a\"b\\", "-",
                               "Stra\xC3\x9F"
                               "e",
                               "? x", "[a]", "{", "&a", "*", "a, b", "~", "="},
                              random));
    default:
      return RandomText(random);
  }
}

double RandomDouble(RandomSource& random) {
  if (Below(4, random) == 0) return std::numeric_limits<double>::denorm_min();
  const auto value = std::bit_cast<double>(random.Word());
  return std::isfinite(value) ? value : -0.0;
}

template <class T>
T RandomInteger(RandomSource& random) {
  const size_t kind = Below(4, random);
  if (kind == 0) return std::numeric_limits<T>::max();
  if (kind == 1) return std::numeric_limits<T>::min();
  return static_cast<T>(random.Word() >> Below(64, random));
}

class Filler {
 public:
  explicit Filler(RandomSource& random) : random_(random) {}

  void Fill(Message& message) {
    const Descriptor& type = *message.GetDescriptor();
    for (int i = 0; i < type.real_oneof_decl_count(); ++i) {
      const OneofDescriptor& choice = *type.oneof_decl(i);
      const auto member =
          static_cast<int>(Below(static_cast<size_t>(choice.field_count()), random_));
      FillSingular(message, *choice.field(member));
    }
    for (int i = 0; i < type.field_count(); ++i) {
      const FieldDescriptor& field = *type.field(i);
      if (field.real_containing_oneof() != nullptr) continue;
      const bool required = field.options().GetExtension(v1::required);
      if (!required && Below(3, random_) == 0) continue;
      FillField(message, field, required);
    }
  }

 private:
  void FillField(Message& message, const FieldDescriptor& field, bool required) {
    if (!field.is_repeated()) return FillSingular(message, field);
    const size_t size = Below(4, random_) + (required ? 1 : 0);
    std::set<std::string> keys;
    for (size_t i = 0; i < size; ++i) {
      if (!field.is_map()) {
        AddItem(message, field);
        continue;
      }
      const std::string key = RandomLexical(field.options().GetExtension(v1::lexical), random_);
      if (keys.insert(key).second) AddEntry(message, field, key);
    }
  }

  void AddEntry(Message& message, const FieldDescriptor& field, const std::string& key) {
    Message& entry = *message.GetReflection()->AddMessage(&message, &field);
    entry.GetReflection()->SetString(&entry, field.message_type()->map_key(), key);
    FillSingular(entry, *field.message_type()->map_value());
  }

  std::string Text(const FieldDescriptor& field) {
    std::string text = RandomLexical(field.options().GetExtension(v1::lexical), random_);
    return text.empty() && field.options().GetExtension(v1::required) ? "x" : text;
  }

  int EnumNumber(const FieldDescriptor& field) {
    const auto count = static_cast<size_t>(field.enum_type()->value_count());
    return field.enum_type()->value(static_cast<int>(1 + Below(count - 1, random_)))->number();
  }

  void FillSingular(Message& message, const FieldDescriptor& field) {
    const Reflection& r = *message.GetReflection();
    switch (field.cpp_type()) {
      case FieldDescriptor::CPPTYPE_STRING:
        return r.SetString(&message, &field, Text(field));
      case FieldDescriptor::CPPTYPE_ENUM:
        return r.SetEnumValue(&message, &field, EnumNumber(field));
      case FieldDescriptor::CPPTYPE_BOOL:
        return r.SetBool(&message, &field, Below(2, random_) == 1);
      case FieldDescriptor::CPPTYPE_UINT32:
        return r.SetUInt32(&message, &field, RandomInteger<uint32_t>(random_));
      case FieldDescriptor::CPPTYPE_UINT64:
        return r.SetUInt64(&message, &field, RandomInteger<uint64_t>(random_));
      case FieldDescriptor::CPPTYPE_DOUBLE:
        return r.SetDouble(&message, &field, RandomDouble(random_));
      case FieldDescriptor::CPPTYPE_MESSAGE:
        return Fill(*r.MutableMessage(&message, &field));
      default:
        WEIR_CHECK(false && "a document type without generator");
    }
  }

  void AddItem(Message& message, const FieldDescriptor& field) {
    const Reflection& r = *message.GetReflection();
    switch (field.cpp_type()) {
      case FieldDescriptor::CPPTYPE_STRING:
        return r.AddString(&message, &field, Text(field));
      case FieldDescriptor::CPPTYPE_MESSAGE:
        return Fill(*r.AddMessage(&message, &field));
      default:
        WEIR_CHECK(false && "a document list without generator");
    }
  }

  RandomSource& random_;
};

}  // namespace

std::string RandomText(RandomSource& random) {
  static const std::vector<std::string_view> kPieces = {
      "a",      "Z",    "0",    "-",     " ",     "\n",   "\n\n", "\t",     "\r",     ":",
      ": ",     "#",    " #",   "\"",    "'",     "\\",   "|",    ">",      "%",      "@",
      "`",      "&a",   "*a",   "!",     "!!str", "? ",   "- ",   "[",      "]",      "{",
      "}",      ",",    "<<",   "---",   "...",   "null", "~",    "true",   "No",     "010",
      "1e5",    ".inf", "0x1F", "1_0",   "1:30",  "=",    "/",    "\u00e9", "\u20ac", "\U0001F600",
      "\u00a0", "  ",   "\\n",  "\r\n",  "%YAML", "word", "a b",  "\n   ",  "\n ",    "_",
      ".",      "+",    "(",    "city's"};
  std::string text;
  const size_t pieces = Below(6, random);
  for (size_t i = 0; i < pieces; ++i) text += Pick(kPieces, random);
  return text;
}

void FillRandomly(Message& message, RandomSource& random) { Filler(random).Fill(message); }

}  // namespace weir::test
