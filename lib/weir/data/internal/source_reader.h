// SPDX-License-Identifier: Apache-2.0
#ifndef WEIR_DATA_INTERNAL_SOURCE_READER_H_
#define WEIR_DATA_INTERNAL_SOURCE_READER_H_

#include <string>

#include "weir/base/status.h"
#include "weir/data/dataset.h"
#include "weir/doc/yaml_reader.h"
#include "weir/v1/dataset.pb.h"

namespace weir::data::internal {

// `source` of a dataset document; relative paths start at `folder`, which is absolute. Opens
// nothing. INVALID_ARGUMENT, naming file and line: no or two sources, a path or name that cannot
// be one, a url that is not one of a server, a password that would cross a network in the clear, a
// sharding key that is no column of the unit.
StatusOr<Source> ReadSource(const doc::Document<v1::Dataset>& document, const std::string& folder);

}  // namespace weir::data::internal

#endif  // WEIR_DATA_INTERNAL_SOURCE_READER_H_
