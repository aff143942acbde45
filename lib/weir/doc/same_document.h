// SPDX-License-Identifier: Apache-2.0
#ifndef WEIR_DOC_SAME_DOCUMENT_H_
#define WEIR_DOC_SAME_DOCUMENT_H_

#include <google/protobuf/message.h>

namespace weir::doc {

// Whether two messages of one type say the same: equal fields, and decimals that are equal as
// numbers however they are written ("0.5", "0.50"). Lists are compared in order, maps by key.
bool SameDocument(const google::protobuf::Message& a, const google::protobuf::Message& b);

}  // namespace weir::doc

#endif  // WEIR_DOC_SAME_DOCUMENT_H_
