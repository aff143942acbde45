// SPDX-License-Identifier: Apache-2.0
#ifndef WEIR_DOC_INTERNAL_FIELD_RULES_H_
#define WEIR_DOC_INTERNAL_FIELD_RULES_H_

#include <string>
#include <string_view>
#include <vector>

#include <google/protobuf/descriptor.h>

#include "weir/base/status.h"
#include "weir/v1/options.pb.h"

namespace weir::doc::internal {

// What the options of options.proto say about a message or field: one place for reader and writers.

bool IsRequired(const google::protobuf::FieldDescriptor& field);
// Whether one mapping may stand for a list of it.
bool MayBeLone(const google::protobuf::FieldDescriptor& field);
v1::Lexical LexicalOf(const google::protobuf::FieldDescriptor& field);

// The field's key in documents: its option, else its name. Null unless a key of this message.
const std::string& KeyOf(const google::protobuf::FieldDescriptor& field);
const google::protobuf::FieldDescriptor* FindKey(const google::protobuf::Descriptor& type,
                                                 std::string_view key);

// A field whose values are numbers in documents: integers, doubles, and text that is a decimal.
bool IsNumber(const google::protobuf::FieldDescriptor& field);

// Whether a value of this field is one scalar (for a list: whether an item is).
bool IsScalar(const google::protobuf::FieldDescriptor& field);

// The field that a bare scalar sets; null if the message has no shorthand.
const google::protobuf::FieldDescriptor* ShorthandField(const google::protobuf::Descriptor& type);

// The oneof that is all there is in this message; null if there is more, or none. A bare scalar
// may name a member of it that MayBeEmpty: a message without choices and required fields.
const google::protobuf::OneofDescriptor* ChoiceOf(const google::protobuf::Descriptor& type);
bool MayBeEmpty(const google::protobuf::FieldDescriptor& field);

// "own_key" for MISSING_RULE_OWN_KEY: the value's option, else lower case without the name of the
// enum.
std::string EnumWord(const google::protobuf::EnumValueDescriptor& value);
// The words a document may use: all but the one of number 0.
std::vector<std::string> EnumWords(const google::protobuf::EnumDescriptor& type);
// Null unless one of EnumWords.
const google::protobuf::EnumValueDescriptor* FindEnumWord(
    const google::protobuf::EnumDescriptor& type, std::string_view word);

// By field number.
std::vector<const google::protobuf::FieldDescriptor*> FieldsInOrder(
    const google::protobuf::Descriptor& type);
std::vector<std::string> Keys(const google::protobuf::Descriptor& type);

// "a, b, c"
std::string JoinWords(const std::vector<std::string>& words);

// INVALID_ARGUMENT "must be an id, got "Foo"; use ..." unless `text` has the form that `lexical`
// asks for. Every text has the unspecified one.
Status CheckLexical(v1::Lexical lexical, std::string_view text);

}  // namespace weir::doc::internal

#endif  // WEIR_DOC_INTERNAL_FIELD_RULES_H_
