// SPDX-License-Identifier: Apache-2.0
#include "weir/doc/internal/field_rules.h"

#include <algorithm>
#include <cctype>

#include "weir/base/decimal.h"
#include "weir/base/identifiers.h"
#include "weir/base/time.h"
#include "weir/doc/column_header.h"
#include "weir/doc/internal/scalar_reader.h"
#include "weir/doc/internal/utf8.h"

namespace weir::doc::internal {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::EnumDescriptor;
using google::protobuf::EnumValueDescriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::OneofDescriptor;

constexpr size_t kMaxColumnBytes = 128;
constexpr size_t kSha256Digits = 64;

bool IsDigit(char c) { return c >= '0' && c <= '9'; }
bool IsLetter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

bool IsColumn(std::string_view text) {
  if (text.empty() || text.size() > kMaxColumnBytes) return false;
  if (!IsLetter(text[0]) && text[0] != '_') return false;
  return std::all_of(text.begin(), text.end(), [](char c) {
    return IsLetter(c) || IsDigit(c) || std::string_view("_ .-").find(c) != std::string_view::npos;
  });
}

bool IsSha256(std::string_view text) {
  return text.size() == kSha256Digits && std::all_of(text.begin(), text.end(), [](char c) {
           return IsDigit(c) || (c >= 'a' && c <= 'f');
         });
}

// The forms of Decimal that documents use: 'e' in lower case, no sign '+'.
bool IsDecimal(std::string_view text) {
  return text.find_first_of("E+") == std::string_view::npos && ParseDecimal(text).ok();
}

Status Wrong(std::string_view kind, std::string_view text, std::string_view advice) {
  return MakeError(StatusCode::kInvalidArgument, "must be " + std::string(kind) + ", got " +
                                                     Quoted(text) + "; " + std::string(advice));
}

}  // namespace

bool IsRequired(const FieldDescriptor& field) { return field.options().GetExtension(v1::required); }

bool MayBeLone(const FieldDescriptor& field) {
  return !IsScalar(field) && field.options().GetExtension(v1::lone);
}

v1::Lexical LexicalOf(const FieldDescriptor& field) {
  return field.options().GetExtension(v1::lexical);
}

const std::string& KeyOf(const FieldDescriptor& field) {
  const std::string& key = field.options().GetExtension(v1::key);
  return key.empty() ? field.name() : key;
}

const FieldDescriptor* FindKey(const Descriptor& type, std::string_view key) {
  for (int i = 0; i < type.field_count(); ++i) {
    if (KeyOf(*type.field(i)) == key) return type.field(i);
  }
  return nullptr;
}

bool IsNumber(const FieldDescriptor& field) {
  switch (field.cpp_type()) {
    case FieldDescriptor::CPPTYPE_STRING:
      return LexicalOf(field) == v1::LEXICAL_DECIMAL;
    case FieldDescriptor::CPPTYPE_BOOL:
    case FieldDescriptor::CPPTYPE_ENUM:
    case FieldDescriptor::CPPTYPE_MESSAGE:
      return false;
    default:
      return true;
  }
}

bool IsScalar(const FieldDescriptor& field) {
  return field.cpp_type() != FieldDescriptor::CPPTYPE_MESSAGE;
}

const FieldDescriptor* ShorthandField(const Descriptor& type) {
  const std::string& name = type.options().GetExtension(v1::shorthand);
  return name.empty() ? nullptr : type.FindFieldByName(name);
}

const OneofDescriptor* ChoiceOf(const Descriptor& type) {
  if (type.real_oneof_decl_count() != 1) return nullptr;
  const OneofDescriptor* choice = type.oneof_decl(0);
  return choice->field_count() == type.field_count() ? choice : nullptr;
}

bool MayBeEmpty(const FieldDescriptor& field) {
  if (field.cpp_type() != FieldDescriptor::CPPTYPE_MESSAGE) return false;
  const Descriptor& type = *field.message_type();
  if (ChoiceOf(type) != nullptr) return false;
  for (int i = 0; i < type.field_count(); ++i) {
    if (IsRequired(*type.field(i))) return false;
  }
  return true;
}

std::string EnumWord(const EnumValueDescriptor& value) {
  const std::string& given = value.options().GetExtension(v1::word);
  if (!given.empty()) return given;
  std::string prefix;
  for (const char c : value.type()->name()) {
    if (std::isupper(static_cast<unsigned char>(c)) && !prefix.empty()) prefix += '_';
    prefix += static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  }
  prefix += '_';
  std::string word = value.name();
  if (word.starts_with(prefix)) word.erase(0, prefix.size());
  for (char& c : word) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return word;
}

std::vector<std::string> EnumWords(const EnumDescriptor& type) {
  std::vector<std::string> words;
  for (int i = 0; i < type.value_count(); ++i) {
    if (type.value(i)->number() != 0) words.push_back(EnumWord(*type.value(i)));
  }
  return words;
}

const EnumValueDescriptor* FindEnumWord(const EnumDescriptor& type, std::string_view word) {
  for (int i = 0; i < type.value_count(); ++i) {
    const EnumValueDescriptor& value = *type.value(i);
    if (value.number() != 0 && EnumWord(value) == word) return &value;
  }
  return nullptr;
}

std::vector<const FieldDescriptor*> FieldsInOrder(const Descriptor& type) {
  std::vector<const FieldDescriptor*> fields(static_cast<size_t>(type.field_count()));
  for (int i = 0; i < type.field_count(); ++i) fields[static_cast<size_t>(i)] = type.field(i);
  std::sort(fields.begin(), fields.end(),
            [](const auto* a, const auto* b) { return a->number() < b->number(); });
  return fields;
}

std::vector<std::string> Keys(const Descriptor& type) {
  std::vector<std::string> keys;
  keys.reserve(static_cast<size_t>(type.field_count()));
  for (int i = 0; i < type.field_count(); ++i) keys.push_back(KeyOf(*type.field(i)));
  return keys;
}

std::string JoinWords(const std::vector<std::string>& words) {
  std::string joined;
  for (const std::string& word : words) joined += (joined.empty() ? "" : ", ") + word;
  return joined;
}

Status CheckLexical(v1::Lexical lexical, std::string_view text) {
  switch (lexical) {
    case v1::LEXICAL_ID:
      if (IsIdentifier(text)) return OkStatus();
      return Wrong("an id", text,
                   "use a lower-case letter, then at most 30 lower-case letters, digits or '-'");
    case v1::LEXICAL_DECIMAL:
      if (IsDecimal(text)) return OkStatus();
      return NotANumber("a decimal number", text);
    case v1::LEXICAL_TIME:
      if (ParseTime(text).ok()) return OkStatus();
      return Wrong("a time in UTC", text, "write it like 2026-01-31T12:00:00Z");
    case v1::LEXICAL_UUID:
      if (IsUuid(text)) return OkStatus();
      return Wrong("a UUID in lower case", text,
                   "write it like 01890a5d-ac96-774b-bcce-b302099a8057");
    case v1::LEXICAL_SHA256:
      if (IsSha256(text)) return OkStatus();
      return Wrong("a SHA-256", text, "write 64 lower-case hexadecimal digits");
    case v1::LEXICAL_COLUMN:
      if (IsColumn(text)) return OkStatus();
      return Wrong("a column name", text,
                   "use a letter or '_', then at most 127 letters, digits, '_', ' ', '.' or '-'");
    case v1::LEXICAL_HEADER:
      if (IsColumnHeader(text)) return OkStatus();
      return Wrong("the name of a column", text,
                   "use 1 to 128 bytes of UTF-8 on one line, without control characters");
    default:
      return OkStatus();
  }
}

}  // namespace weir::doc::internal
