// SPDX-License-Identifier: Apache-2.0
#ifndef WEIR_ANON_INTERNAL_INPUT_FILE_H_
#define WEIR_ANON_INTERNAL_INPUT_FILE_H_

#include "weir/anon/microdata.h"
#include "weir/data/dataset.h"

namespace weir::anon::internal {

// The same file, as the data module names it.
data::FileSource SourceOf(const InputLocation& input);

}  // namespace weir::anon::internal

#endif  // WEIR_ANON_INTERNAL_INPUT_FILE_H_
