// SPDX-License-Identifier: Apache-2.0
#ifndef WEIR_TOOLS_WEIR_DATASET_REPORT_H_
#define WEIR_TOOLS_WEIR_DATASET_REPORT_H_

#include <string>

#include "tools/weir/context.h"
#include "weir/base/status.h"
#include "weir/data/dataset.h"
#include "weir/data/engine.h"
#include "weir/privacy/private.h"

namespace weir::tool {

// A dataset document, read and validated; reads no data.
StatusOr<data::DatasetDescription> ReadDescription(const Context& context, const std::string& path);

// Exact facts about the file, to the owner's terminal.
void PrintReport(const Context& context, const data::DatasetDescription& dataset,
                 const OwnerView<data::SourceReport>& view);
// Warns of the first faults. INVALID_ARGUMENT if there are any, unless they are accepted: such
// values then count as missing.
Status JudgeReport(const Context& context, const data::DatasetDescription& dataset,
                   const OwnerView<data::SourceReport>& view, bool accept_faults);

}  // namespace weir::tool

#endif  // WEIR_TOOLS_WEIR_DATASET_REPORT_H_
