// SPDX-License-Identifier: Apache-2.0
#ifndef WEIR_TESTS_DOC_RANDOM_MESSAGE_H_
#define WEIR_TESTS_DOC_RANDOM_MESSAGE_H_

#include <string>

#include <google/protobuf/message.h>

#include "weir/base/random.h"

namespace weir::test {

// Fills `message`, which is empty, with random content that a document may hold: required fields
// are set, lexical rules kept, lists up to four long, texts drawn from words and characters that
// are known to mislead YAML readers.
void FillRandomly(google::protobuf::Message& message, RandomSource& random);

// Text as for a field without lexical rule.
std::string RandomText(RandomSource& random);

}  // namespace weir::test

#endif  // WEIR_TESTS_DOC_RANDOM_MESSAGE_H_
