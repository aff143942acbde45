// SPDX-License-Identifier: Apache-2.0
#include "weir/doc/internal/message_reader.h"

#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "weir/doc/internal/field_rules.h"
#include "weir/doc/internal/scalar_reader.h"
#include "weir/doc/internal/suggestion.h"
#include "weir/doc/internal/utf8.h"

namespace weir::doc::internal {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::EnumValueDescriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::OneofDescriptor;
using google::protobuf::Reflection;
using Kind = YamlNode::Kind;

bool IsText(const YamlNode& node) {
  return node.kind == Kind::kPlain || node.kind == Kind::kQuoted;
}

std::string Join(const std::string& path, std::string_view key) {
  return path.empty() ? std::string(key) : path + "." + std::string(key);
}

std::string Or(const std::string& path, std::string_view word) {
  return path.empty() ? std::string(word) : path;
}

class Reader {
 public:
  explicit Reader(const SourceText& source) : source_(source) {}

  Status Fill(const YamlNode& node, const std::string& path, Message& message);
  Locations TakeLocations() { return {source_.file_name(), std::move(places_)}; }

 private:
  void Remember(const YamlNode& node, const std::string& path) {
    places_.emplace(path, source_.At(node.offset));
  }
  Status Error(const YamlNode& node, const std::string& path, std::string_view what) const {
    return source_.Error(node.offset, Or(path, "the document") + " " + std::string(what));
  }
  Status At(const YamlNode& node, const std::string& path, const Status& status) const {
    return status.ok() ? status : Error(node, path, MessageOf(status));
  }

  Status FillFromMapping(const YamlNode& node, const std::string& path, Message& message);
  Status FillFromScalar(const YamlNode& node, const std::string& path, Message& message);
  Status CheckComplete(const YamlNode& node, const std::string& path, const Message& message,
                       const std::set<const FieldDescriptor*>& given) const;
  Status UnknownKey(const YamlNode& child, const std::string& path, const Descriptor& type) const;
  Status ReadField(const YamlNode& node, const std::string& path, const FieldDescriptor& field,
                   Message& message);
  Status ReadList(const YamlNode& node, const std::string& path, const FieldDescriptor& field,
                  Message& message);
  Status ReadMap(const YamlNode& node, const std::string& path, const FieldDescriptor& field,
                 Message& message);
  Status ReadScalar(const YamlNode& node, const std::string& path, const FieldDescriptor& field,
                    Message& message) const;
  Status ReadText(const YamlNode& node, const FieldDescriptor& field, Message& message) const;
  Status ReadEnum(const YamlNode& node, const FieldDescriptor& field, Message& message) const;

  const SourceText& source_;
  Locations::Places places_;
};

Status Reader::Fill(const YamlNode& node, const std::string& path, Message& message) {
  Remember(node, path);
  const Descriptor& type = *message.GetDescriptor();
  if (node.kind == Kind::kMapping) return FillFromMapping(node, path, message);
  if (IsText(node) && (ChoiceOf(type) != nullptr || ShorthandField(type) != nullptr)) {
    return FillFromScalar(node, path, message);
  }
  const FieldDescriptor* field = ShorthandField(type);
  if (node.kind == Kind::kSequence && field != nullptr && field->is_repeated()) {
    return ReadList(node, Join(path, KeyOf(*field)), *field, message);
  }
  const std::string what = node.kind == Kind::kNull ? "has no value" : "must be a mapping";
  return Error(node, path, what + "; known keys are: " + JoinWords(Keys(type)));
}

Status Reader::FillFromMapping(const YamlNode& node, const std::string& path, Message& message) {
  const Descriptor& type = *message.GetDescriptor();
  std::set<const FieldDescriptor*> given;
  for (const YamlNode& child : node.children) {
    const FieldDescriptor* field = FindKey(type, child.key);
    if (field == nullptr) return UnknownKey(child, path, type);
    if (const OneofDescriptor* choice = field->real_containing_oneof()) {
      const FieldDescriptor* other =
          message.GetReflection()->GetOneofFieldDescriptor(message, choice);
      if (other != nullptr) {
        return source_.Error(child.key_offset, Or(path, "the document") + " has both " +
                                                   Quoted(KeyOf(*other)) + " and " +
                                                   Quoted(KeyOf(*field)) + "; keep one of them");
      }
    }
    WEIR_RETURN_IF_ERROR(ReadField(child, Join(path, child.key), *field, message));
    given.insert(field);
  }
  return CheckComplete(node, path, message, given);
}

Status Reader::FillFromScalar(const YamlNode& node, const std::string& path, Message& message) {
  const Descriptor& type = *message.GetDescriptor();
  if (const FieldDescriptor* field = ShorthandField(type)) {
    WEIR_RETURN_IF_ERROR(ReadField(node, Join(path, KeyOf(*field)), *field, message));
    return CheckComplete(node, path, message, {field});
  }
  const FieldDescriptor* member = FindKey(type, node.text);
  if (member == nullptr) {
    return Error(
        node, path,
        "has the unknown key " + Quoted(node.text) + "; " + Suggest(node.text, Keys(type)));
  }
  if (!MayBeEmpty(*member)) {
    return Error(
        node, path,
        "needs a value for " + Quoted(node.text) + "; write " + node.text + ": and the value");
  }
  message.GetReflection()->MutableMessage(&message, member);
  Remember(node, Join(path, KeyOf(*member)));
  return OkStatus();
}

Status Reader::UnknownKey(const YamlNode& child, const std::string& path,
                          const Descriptor& type) const {
  const std::string where = path.empty() ? "" : " in " + path;
  return source_.Error(child.key_offset, "unknown key " + Quoted(child.key) + where + "; " +
                                             Suggest(child.key, Keys(type)));
}

Status Reader::CheckComplete(const YamlNode& node, const std::string& path, const Message& message,
                             const std::set<const FieldDescriptor*>& given) const {
  const Descriptor& type = *message.GetDescriptor();
  for (int i = 0; i < type.field_count(); ++i) {
    if (!IsRequired(*type.field(i)) || given.contains(type.field(i))) continue;
    return Error(node, path, "lacks the required key " + Quoted(KeyOf(*type.field(i))));
  }
  const OneofDescriptor* choice = ChoiceOf(type);
  if (choice != nullptr && given.empty()) {
    return Error(node, path, "needs one of: " + JoinWords(Keys(type)));
  }
  return OkStatus();
}

Status Reader::ReadField(const YamlNode& node, const std::string& path,
                         const FieldDescriptor& field, Message& message) {
  if (node.kind == Kind::kNull) {
    return Error(node, path,
                 "has no value; give one, leave the key out, or quote \"null\" if that "
                 "is the text");
  }
  if (field.is_map()) return ReadMap(node, path, field, message);
  if (field.is_repeated()) return ReadList(node, path, field, message);
  if (!IsScalar(field)) {
    return Fill(node, path, *message.GetReflection()->MutableMessage(&message, &field));
  }
  Remember(node, path);
  return ReadScalar(node, path, field, message);
}

Status Reader::ReadList(const YamlNode& node, const std::string& path, const FieldDescriptor& field,
                        Message& message) {
  Remember(node, path);
  if (node.kind != Kind::kSequence && MayBeLone(field)) {
    return Fill(node, path + "[0]", *message.GetReflection()->AddMessage(&message, &field));
  }
  if (node.kind != Kind::kSequence) {
    return Error(node, path, "must be a list; write [first, second] or one '- item' a line");
  }
  if (node.children.empty() && IsRequired(field)) return Error(node, path, "must not be empty");
  for (size_t i = 0; i < node.children.size(); ++i) {
    const YamlNode& child = node.children[i];
    const std::string item = path + "[" + std::to_string(i) + "]";
    if (child.kind == Kind::kNull) {
      return Error(child, item, "has no value; give one, or quote \"null\" if that is the text");
    }
    if (!IsScalar(field)) {
      WEIR_RETURN_IF_ERROR(
          Fill(child, item, *message.GetReflection()->AddMessage(&message, &field)));
    } else {
      Remember(child, item);
      WEIR_RETURN_IF_ERROR(ReadScalar(child, item, field, message));
    }
  }
  return OkStatus();
}

Status Reader::ReadMap(const YamlNode& node, const std::string& path, const FieldDescriptor& field,
                       Message& message) {
  const FieldDescriptor& key = *field.message_type()->map_key();
  const FieldDescriptor& value = *field.message_type()->map_value();
  if (key.cpp_type() != FieldDescriptor::CPPTYPE_STRING) {
    return Internal("documents cannot hold the map %s", field.full_name().c_str());
  }
  Remember(node, path);
  if (node.kind != Kind::kMapping) {
    return Error(node, path, "must be a mapping; write one 'name: value' a line");
  }
  if (node.children.empty() && IsRequired(field)) return Error(node, path, "must not be empty");
  for (const YamlNode& child : node.children) {
    const Status name = CheckLexical(LexicalOf(field), child.key);
    if (!name.ok()) {
      return source_.Error(child.key_offset, "a key of " + path + " " + MessageOf(name));
    }
    Message* entry = message.GetReflection()->AddMessage(&message, &field);
    entry->GetReflection()->SetString(entry, &key, child.key);
    WEIR_RETURN_IF_ERROR(ReadField(child, Join(path, child.key), value, *entry));
  }
  return OkStatus();
}

// The reflection methods that store a T: in a field, and behind the items of a list.
template <class T>
struct Setter {
  void (Reflection::*one)(Message*, const FieldDescriptor*, T) const;
  void (Reflection::*item)(Message*, const FieldDescriptor*, T) const;
};

template <class T>
Status Put(const FieldDescriptor& field, const StatusOr<T>& value, Message& message,
           const Setter<T>& setter) {
  if (!value.ok()) return value.status();
  const auto store = field.is_repeated() ? setter.item : setter.one;
  (message.GetReflection()->*store)(&message, &field, *value);
  return OkStatus();
}

Status Reader::ReadScalar(const YamlNode& node, const std::string& path,
                          const FieldDescriptor& field, Message& message) const {
  if (!IsText(node)) return Error(node, path, "must be a single value");
  const std::string& text = node.text;
  const bool quoted = node.kind == Kind::kQuoted;
  if (quoted && (IsNumber(field) || field.cpp_type() == FieldDescriptor::CPPTYPE_BOOL)) {
    return Error(node, path, "must stand without quotes; quotes make it text");
  }
  using R = Reflection;
  switch (field.cpp_type()) {
    case FieldDescriptor::CPPTYPE_STRING:
      return At(node, path, ReadText(node, field, message));
    case FieldDescriptor::CPPTYPE_ENUM:
      return At(node, path, ReadEnum(node, field, message));
    case FieldDescriptor::CPPTYPE_BOOL:
      return At(node, path,
                Put(field, ReadBool(text), message, Setter<bool>{&R::SetBool, &R::AddBool}));
    case FieldDescriptor::CPPTYPE_INT32:
      return At(node, path,
                Put(field, ReadInteger<int32_t>(text), message,
                    Setter<int32_t>{&R::SetInt32, &R::AddInt32}));
    case FieldDescriptor::CPPTYPE_INT64:
      return At(node, path,
                Put(field, ReadInteger<int64_t>(text), message,
                    Setter<int64_t>{&R::SetInt64, &R::AddInt64}));
    case FieldDescriptor::CPPTYPE_UINT32:
      return At(node, path,
                Put(field, ReadInteger<uint32_t>(text), message,
                    Setter<uint32_t>{&R::SetUInt32, &R::AddUInt32}));
    case FieldDescriptor::CPPTYPE_UINT64:
      return At(node, path,
                Put(field, ReadInteger<uint64_t>(text), message,
                    Setter<uint64_t>{&R::SetUInt64, &R::AddUInt64}));
    case FieldDescriptor::CPPTYPE_DOUBLE:
      return At(
          node, path,
          Put(field, ReadDouble(text), message, Setter<double>{&R::SetDouble, &R::AddDouble}));
    default:
      return Internal("documents cannot hold the field %s", field.full_name().c_str());
  }
}

Status Reader::ReadText(const YamlNode& node, const FieldDescriptor& field,
                        Message& message) const {
  if (field.type() == FieldDescriptor::TYPE_BYTES) {
    return Internal("documents cannot hold the field %s", field.full_name().c_str());
  }
  WEIR_RETURN_IF_ERROR(CheckLexical(LexicalOf(field), node.text));
  const bool must_have_text = IsRequired(field) && !field.is_repeated();
  if (node.text.empty() && must_have_text) return InvalidArgument("must not be empty");
  return Put<std::string>(field, node.text, message,
                          {&Reflection::SetString, &Reflection::AddString});
}

Status Reader::ReadEnum(const YamlNode& node, const FieldDescriptor& field,
                        Message& message) const {
  const EnumValueDescriptor* value = FindEnumWord(*field.enum_type(), node.text);
  if (value == nullptr) {
    return MakeError(StatusCode::kInvalidArgument, "must be one of " +
                                                       JoinWords(EnumWords(*field.enum_type())) +
                                                       "; got " + Quoted(node.text));
  }
  return Put<const EnumValueDescriptor*>(field, value, message,
                                         {&Reflection::SetEnum, &Reflection::AddEnum});
}

}  // namespace

StatusOr<AnyDocument> ReadMessage(const SourceText& source, const YamlNode& root,
                                  const Message& prototype) {
  if (root.kind != Kind::kMapping) {
    return source.Error(root.offset,
                        "the document must be a mapping; write one 'key: value' a "
                        "line, with a space after the colon");
  }
  AnyDocument document{.message = std::unique_ptr<Message>(prototype.New()), .locations = {}};
  Reader reader(source);
  WEIR_RETURN_IF_ERROR(reader.Fill(root, "", *document.message));
  document.locations = reader.TakeLocations();
  return document;
}

}  // namespace weir::doc::internal
