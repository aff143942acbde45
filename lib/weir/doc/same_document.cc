// SPDX-License-Identifier: Apache-2.0
#include "weir/doc/same_document.h"

#include <string>

#include <google/protobuf/util/field_comparator.h>
#include <google/protobuf/util/message_differencer.h>

#include "weir/base/decimal.h"
#include "weir/doc/internal/field_rules.h"

namespace weir::doc {
// NOLINTBEGIN(bugprone-easily-swappable-parameters): symmetric
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;

class DecimalComparator : public google::protobuf::util::SimpleFieldComparator {
 public:
  ComparisonResult Compare(const Message& a, const Message& b, const FieldDescriptor* field,
                           int index_a, int index_b,
                           const google::protobuf::util::FieldContext* context) override {
    if (internal::LexicalOf(*field) != v1::LEXICAL_DECIMAL ||
        field->cpp_type() != FieldDescriptor::CPPTYPE_STRING) {
      return SimpleCompare(a, b, field, index_a, index_b, context);
    }
    const std::string first = TextOf(a, *field, index_a);
    const std::string second = TextOf(b, *field, index_b);
    const StatusOr<Decimal> x = ParseDecimal(first);
    const StatusOr<Decimal> y = ParseDecimal(second);
    const bool same = x.ok() && y.ok() ? *x == *y : first == second;
    return same ? SAME : DIFFERENT;
  }

 private:
  static std::string TextOf(const Message& message, const FieldDescriptor& field, int index) {
    const google::protobuf::Reflection& reflection = *message.GetReflection();
    return field.is_repeated() ? reflection.GetRepeatedString(message, &field, index)
                               : reflection.GetString(message, &field);
  }
};

}  // namespace

bool SameDocument(const Message& a, const Message& b) {
  DecimalComparator comparator;
  google::protobuf::util::MessageDifferencer differencer;
  differencer.set_field_comparator(&comparator);
  return differencer.Compare(a, b);
}

// NOLINTEND(bugprone-easily-swappable-parameters)
}  // namespace weir::doc
