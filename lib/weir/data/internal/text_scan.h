// SPDX-License-Identifier: Apache-2.0
#ifndef WEIR_DATA_INTERNAL_TEXT_SCAN_H_
#define WEIR_DATA_INTERNAL_TEXT_SCAN_H_

#include <vector>

#include "weir/base/status.h"
#include "weir/data/batch.h"
#include "weir/data/dataset.h"
#include "weir/data/internal/row_source.h"
#include "weir/data/internal/source_parts.h"

namespace weir::data::internal {

// Reads the parts of a source of CSV or JSON lines: ordered, one after the other; else on up to
// `scan.threads` threads. Which rows there are does not depend on the threads.
//
// Errors: as RowSource::Scan, naming the part.
Status ScanTextParts(const FileSource& source, const PartColumns& columns, const RowScan& scan,
                     std::vector<SourcePart>& parts, const BatchHandler& handler);

}  // namespace weir::data::internal

#endif  // WEIR_DATA_INTERNAL_TEXT_SCAN_H_
