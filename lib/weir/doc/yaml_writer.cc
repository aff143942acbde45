// SPDX-License-Identifier: Apache-2.0
#include "weir/doc/yaml_writer.h"

#include <algorithm>
#include <cmath>
#include <string_view>
#include <utility>
#include <vector>

#include <google/protobuf/util/message_differencer.h>

#include "weir/doc/internal/field_rules.h"
#include "weir/doc/internal/yaml_text.h"
#include "weir/doc/yaml_reader.h"

namespace weir::doc {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::EnumValueDescriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::OneofDescriptor;
using google::protobuf::Reflection;

constexpr size_t kMaxFlowColumns = 72;
constexpr int kNoIndex = -1;

// A value as YAML. `head` stands on the line of its key or dash; `body` holds whole lines below,
// not yet indented. A mapping or list in block style has no head, one line of text no body.
struct Rendered {
  std::string head;
  std::string body;
};

std::string Indented(std::string_view lines) {
  std::string indented;
  while (!lines.empty()) {
    const std::string_view line = lines.substr(0, lines.find('\n') + 1);
    if (line.size() > 1) indented += "  ";
    indented += line;
    lines.remove_prefix(line.size());
  }
  return indented;
}

std::string KeyLine(std::string_view key, const Rendered& value) {
  const std::string space = value.head.empty() ? "" : " ";
  return std::string(key) + ":" + space + value.head + "\n" + Indented(value.body);
}

std::string ItemLine(const Rendered& item) {
  if (item.head.empty()) return "- " + Indented(item.body).substr(2);
  return "- " + item.head + "\n" + Indented(item.body);
}

bool IsWritten(const Message& message, const FieldDescriptor& field) {
  const Reflection& reflection = *message.GetReflection();
  if (field.is_repeated()) return reflection.FieldSize(message, &field) > 0;
  if (reflection.HasField(message, &field)) return true;
  const bool zero_is_a_value = field.cpp_type() != FieldDescriptor::CPPTYPE_STRING &&
                               field.cpp_type() != FieldDescriptor::CPPTYPE_ENUM &&
                               field.cpp_type() != FieldDescriptor::CPPTYPE_MESSAGE;
  return internal::IsRequired(field) && zero_is_a_value;
}

Status Unsupported(const FieldDescriptor& field) {
  return Internal("documents cannot hold the field %s", field.full_name().c_str());
}

StatusOr<Rendered> RenderText(const FieldDescriptor& field, const std::string& text) {
  const v1::Lexical lexical = internal::LexicalOf(field);
  if (lexical == v1::LEXICAL_UNSPECIFIED) {
    if (!internal::FitsLiteralBlock(text)) return Rendered{.head = internal::OneLineText(text)};
    const bool ends_line = text.ends_with('\n');
    return Rendered{.head = ends_line ? "|" : "|-", .body = ends_line ? text : text + "\n"};
  }
  WEIR_RETURN_IF_ERROR(Annotate(internal::CheckLexical(lexical, text), internal::KeyOf(field)));
  const bool is_word =
      lexical == v1::LEXICAL_ID || lexical == v1::LEXICAL_COLUMN || lexical == v1::LEXICAL_HEADER;
  return Rendered{.head = is_word ? internal::OneLineText(text) : text};
}

StatusOr<Rendered> RenderDouble(const FieldDescriptor& field, double value) {
  if (!std::isfinite(value)) {
    return InvalidArgument("%s must be finite to stand in a document",
                           internal::KeyOf(field).c_str());
  }
  return Rendered{.head = internal::ShortestDecimal(value)};
}

StatusOr<Rendered> RenderEnum(const FieldDescriptor& field, const EnumValueDescriptor& value) {
  const std::string word = internal::EnumWord(value);
  if (internal::FindEnumWord(*field.enum_type(), word) != &value) {
    return InvalidArgument("%s must be one of %s", internal::KeyOf(field).c_str(),
                           internal::JoinWords(internal::EnumWords(*field.enum_type())).c_str());
  }
  return Rendered{.head = word};
}

StatusOr<Rendered> RenderMessage(const Message& message);

// One value of `field`: the item `index` of a list, or kNoIndex for a field that is no list.
StatusOr<Rendered> RenderValue(const Message& message, const FieldDescriptor& field, int index) {
  const Reflection& r = *message.GetReflection();
  const bool item = index != kNoIndex;
  const FieldDescriptor* f = &field;
  const auto number = [](auto value) { return Rendered{.head = std::to_string(value)}; };
  switch (field.cpp_type()) {
    case FieldDescriptor::CPPTYPE_STRING:
      if (field.type() == FieldDescriptor::TYPE_BYTES) return Unsupported(field);
      return RenderText(field,
                        item ? r.GetRepeatedString(message, f, index) : r.GetString(message, f));
    case FieldDescriptor::CPPTYPE_ENUM:
      return RenderEnum(field,
                        item ? *r.GetRepeatedEnum(message, f, index) : *r.GetEnum(message, f));
    case FieldDescriptor::CPPTYPE_BOOL: {
      const bool value = item ? r.GetRepeatedBool(message, f, index) : r.GetBool(message, f);
      return Rendered{.head = value ? "true" : "false"};
    }
    case FieldDescriptor::CPPTYPE_INT32:
      return number(item ? r.GetRepeatedInt32(message, f, index) : r.GetInt32(message, f));
    case FieldDescriptor::CPPTYPE_INT64:
      return number(item ? r.GetRepeatedInt64(message, f, index) : r.GetInt64(message, f));
    case FieldDescriptor::CPPTYPE_UINT32:
      return number(item ? r.GetRepeatedUInt32(message, f, index) : r.GetUInt32(message, f));
    case FieldDescriptor::CPPTYPE_UINT64:
      return number(item ? r.GetRepeatedUInt64(message, f, index) : r.GetUInt64(message, f));
    case FieldDescriptor::CPPTYPE_DOUBLE:
      return RenderDouble(field,
                          item ? r.GetRepeatedDouble(message, f, index) : r.GetDouble(message, f));
    case FieldDescriptor::CPPTYPE_MESSAGE:
      return RenderMessage(item ? r.GetRepeatedMessage(message, f, index)
                                : r.GetMessage(message, f));
    default:
      return Unsupported(field);
  }
}

StatusOr<Rendered> RenderList(const Message& message, const FieldDescriptor& field) {
  const int size = message.GetReflection()->FieldSize(message, &field);
  std::string flow;
  std::string block;
  bool fits_flow = true;
  for (int i = 0; i < size; ++i) {
    WEIR_ASSIGN_OR_RETURN(const Rendered item, RenderValue(message, field, i));
    fits_flow = fits_flow && item.body.empty();
    if (fits_flow) flow += (flow.empty() ? "" : ", ") + item.head;
    fits_flow = fits_flow && flow.size() <= kMaxFlowColumns;
    block += ItemLine(item);
  }
  if (fits_flow) return Rendered{.head = "[" + flow + "]"};
  return Rendered{.body = std::move(block)};
}

StatusOr<Rendered> RenderMap(const Message& message, const FieldDescriptor& field) {
  const FieldDescriptor& key = *field.message_type()->map_key();
  const FieldDescriptor& value = *field.message_type()->map_value();
  if (key.cpp_type() != FieldDescriptor::CPPTYPE_STRING) return Unsupported(field);
  const Reflection& reflection = *message.GetReflection();
  std::vector<std::pair<std::string, const Message*>> entries;
  for (int i = 0; i < reflection.FieldSize(message, &field); ++i) {
    const Message& entry = reflection.GetRepeatedMessage(message, &field, i);
    entries.emplace_back(entry.GetReflection()->GetString(entry, &key), &entry);
  }
  std::sort(entries.begin(), entries.end());
  Rendered rendered;
  for (const auto& [name, entry] : entries) {
    WEIR_RETURN_IF_ERROR(
        Annotate(internal::CheckLexical(internal::LexicalOf(field), name), internal::KeyOf(field)));
    WEIR_ASSIGN_OR_RETURN(const Rendered content, RenderValue(*entry, value, kNoIndex));
    rendered.body += KeyLine(internal::OneLineText(name), content);
  }
  return rendered;
}

StatusOr<Rendered> RenderField(const Message& message, const FieldDescriptor& field) {
  if (field.is_map()) return RenderMap(message, field);
  if (field.is_repeated()) return RenderList(message, field);
  return RenderValue(message, field, kNoIndex);
}

StatusOr<Rendered> RenderMapping(const Message& message) {
  if (!message.GetReflection()->GetUnknownFields(message).empty()) {
    return Internal("a %s with unknown fields cannot be written", message.GetTypeName().c_str());
  }
  Rendered rendered;
  for (const FieldDescriptor* field : internal::FieldsInOrder(*message.GetDescriptor())) {
    if (!IsWritten(message, *field)) continue;
    WEIR_ASSIGN_OR_RETURN(const Rendered value, RenderField(message, *field));
    rendered.body += KeyLine(internal::KeyOf(*field), value);
  }
  if (rendered.body.empty()) rendered.head = "{}";
  return rendered;
}

// The field whose value alone, or whose name alone, says all of `message`; null if there is none.
const FieldDescriptor* OnlyField(const Message& message) {
  const FieldDescriptor* only = nullptr;
  for (const FieldDescriptor* field : internal::FieldsInOrder(*message.GetDescriptor())) {
    if (!IsWritten(message, *field)) continue;
    if (only != nullptr) return nullptr;
    only = field;
  }
  return only;
}

bool HasNoFields(const Message& message) {
  const std::vector<const FieldDescriptor*> fields =
      internal::FieldsInOrder(*message.GetDescriptor());
  return std::none_of(fields.begin(), fields.end(), [&message](const FieldDescriptor* field) {
    return IsWritten(message, *field);
  });
}

StatusOr<Rendered> RenderMessage(const Message& message) {
  const Descriptor& type = *message.GetDescriptor();
  WEIR_ASSIGN_OR_RETURN(Rendered mapping, RenderMapping(message));
  const FieldDescriptor* only = OnlyField(message);
  if (only == nullptr) return mapping;
  if (internal::ChoiceOf(type) != nullptr && internal::MayBeEmpty(*only) &&
      HasNoFields(message.GetReflection()->GetMessage(message, only))) {
    return Rendered{.head = internal::KeyOf(*only)};
  }
  if (internal::ShorthandField(type) == only) return RenderField(message, *only);
  return mapping;
}

// Reading back settles at once that every required field is there, every limit kept and nothing
// lost on the way.
Status CheckReadsBack(const std::string& text, const Message& message) {
  WEIR_ASSIGN_OR_RETURN(const internal::AnyDocument read,
                        internal::ParseAnyYaml(text, message.GetDescriptor()->name(), message,
                                               /*yaml_begin=*/0));
  if (google::protobuf::util::MessageDifferencer::Equals(*read.message, message)) {
    return OkStatus();
  }
  return Internal("a %s does not survive being written", message.GetTypeName().c_str());
}

}  // namespace

StatusOr<std::string> WriteYaml(const Message& message) {
  WEIR_ASSIGN_OR_RETURN(const Rendered rendered, RenderMapping(message));
  std::string text = rendered.head.empty() ? rendered.body : rendered.head + "\n";
  WEIR_RETURN_IF_ERROR(CheckReadsBack(text, message));
  return text;
}

}  // namespace weir::doc
