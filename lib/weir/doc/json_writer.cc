// SPDX-License-Identifier: Apache-2.0
#include "weir/doc/json_writer.h"

#include <algorithm>
#include <utility>
#include <vector>

#include <nlohmann/json.hpp>

#include "weir/base/bytes.h"
#include "weir/doc/internal/field_rules.h"

namespace weir::doc {
namespace {

using google::protobuf::EnumValueDescriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::Reflection;
using Json = nlohmann::ordered_json;

constexpr int kNoIndex = -1;

Json MessageToJson(const Message& message);

Json EnumToJson(const EnumValueDescriptor& value) {
  if (value.number() == 0) return nullptr;
  return internal::EnumWord(value);
}

Json StringToJson(const FieldDescriptor& field, const std::string& text) {
  if (field.type() != FieldDescriptor::TYPE_BYTES) return text;
  return Base64Encode(text, Base64Padding::kPadded);
}

// One value of `field`: the item `index` of a list, or kNoIndex for a field that is no list.
Json ValueToJson(const Message& message, const FieldDescriptor& field, int index) {
  const Reflection& r = *message.GetReflection();
  const bool item = index != kNoIndex;
  const FieldDescriptor* f = &field;
  switch (field.cpp_type()) {
    case FieldDescriptor::CPPTYPE_STRING:
      return StringToJson(field,
                          item ? r.GetRepeatedString(message, f, index) : r.GetString(message, f));
    case FieldDescriptor::CPPTYPE_ENUM:
      return EnumToJson(item ? *r.GetRepeatedEnum(message, f, index) : *r.GetEnum(message, f));
    case FieldDescriptor::CPPTYPE_BOOL:
      return item ? r.GetRepeatedBool(message, f, index) : r.GetBool(message, f);
    case FieldDescriptor::CPPTYPE_INT32:
      return item ? r.GetRepeatedInt32(message, f, index) : r.GetInt32(message, f);
    case FieldDescriptor::CPPTYPE_INT64:
      return item ? r.GetRepeatedInt64(message, f, index) : r.GetInt64(message, f);
    case FieldDescriptor::CPPTYPE_UINT32:
      return item ? r.GetRepeatedUInt32(message, f, index) : r.GetUInt32(message, f);
    case FieldDescriptor::CPPTYPE_UINT64:
      return item ? r.GetRepeatedUInt64(message, f, index) : r.GetUInt64(message, f);
    case FieldDescriptor::CPPTYPE_DOUBLE:
      return item ? r.GetRepeatedDouble(message, f, index) : r.GetDouble(message, f);
    case FieldDescriptor::CPPTYPE_FLOAT:
      return item ? r.GetRepeatedFloat(message, f, index) : r.GetFloat(message, f);
    case FieldDescriptor::CPPTYPE_MESSAGE:
      return MessageToJson(item ? r.GetRepeatedMessage(message, f, index)
                                : r.GetMessage(message, f));
  }
  return nullptr;
}

Json ListToJson(const Message& message, const FieldDescriptor& field) {
  Json list = Json::array();
  const int size = message.GetReflection()->FieldSize(message, &field);
  for (int i = 0; i < size; ++i) list.push_back(ValueToJson(message, field, i));
  return list;
}

Json MapToJson(const Message& message, const FieldDescriptor& field) {
  const Reflection& reflection = *message.GetReflection();
  const FieldDescriptor& key = *field.message_type()->map_key();
  const FieldDescriptor& value = *field.message_type()->map_value();
  std::vector<std::pair<std::string, Json>> entries;
  for (int i = 0; i < reflection.FieldSize(message, &field); ++i) {
    const Message& entry = reflection.GetRepeatedMessage(message, &field, i);
    const Json name = ValueToJson(entry, key, kNoIndex);
    entries.emplace_back(name.is_string() ? name.get<std::string>() : name.dump(),
                         ValueToJson(entry, value, kNoIndex));
  }
  std::sort(entries.begin(), entries.end(),
            [](const auto& a, const auto& b) { return a.first < b.first; });
  Json object = Json::object();
  for (auto& [name, content] : entries) object[name] = std::move(content);
  return object;
}

Json FieldToJson(const Message& message, const FieldDescriptor& field) {
  if (field.is_map()) return MapToJson(message, field);
  if (field.is_repeated()) return ListToJson(message, field);
  const bool unset_message = field.cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE &&
                             !message.GetReflection()->HasField(message, &field);
  return unset_message ? Json(nullptr) : ValueToJson(message, field, kNoIndex);
}

Json MessageToJson(const Message& message) {
  Json object = Json::object();
  for (const FieldDescriptor* field : internal::FieldsInOrder(*message.GetDescriptor())) {
    const bool other_member = field->real_containing_oneof() != nullptr &&
                              !message.GetReflection()->HasField(message, field);
    if (!other_member) object[internal::KeyOf(*field)] = FieldToJson(message, *field);
  }
  return object;
}

}  // namespace

std::string WriteJson(const Message& message, const JsonOptions& options) {
  Json object = Json::object();
  if (options.with_schema) object["schema"] = "weir.v1";
  const Json content = MessageToJson(message);
  for (auto entry = content.begin(); entry != content.end(); ++entry) {
    object[entry.key()] = entry.value();
  }
  return object.dump(options.indent, ' ', /*ensure_ascii=*/false, Json::error_handler_t::replace);
}

}  // namespace weir::doc
