// SPDX-License-Identifier: Apache-2.0
#include "weir/data/canonical_condition.h"

#include <algorithm>

#include "weir/data/internal/value_text.h"

namespace weir::data {

StatusOr<Condition> CanonicalCondition(const DatasetDescription& dataset, Condition condition) {
  const ColumnDescription* column = dataset.FindColumn(condition.column);
  if (column == nullptr) {
    return InvalidArgument("data set %s has no column %s", dataset.id().c_str(),
                           condition.column.c_str());
  }
  const auto canonical = [column](const std::string& text) -> StatusOr<std::string> {
    StatusOr<std::string> written = internal::CanonicalText(column->type, text);
    if (written.ok()) return written;
    return InvalidArgument("condition on column %s: %s", column->name.c_str(),
                           MessageOf(written.status()).c_str());
  };
  for (std::vector<std::string>* list : {&condition.in, &condition.not_in}) {
    for (std::string& text : *list) {
      WEIR_ASSIGN_OR_RETURN(text, canonical(text));
    }
    std::sort(list->begin(), list->end());
    list->erase(std::unique(list->begin(), list->end()), list->end());
  }
  for (std::optional<std::string>* end :
       {&condition.at_least, &condition.above, &condition.at_most, &condition.below}) {
    if (!end->has_value()) continue;
    WEIR_ASSIGN_OR_RETURN(*end, canonical(**end));
  }
  return condition;
}

}  // namespace weir::data
