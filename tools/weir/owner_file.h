// SPDX-License-Identifier: Apache-2.0
#ifndef WEIR_TOOLS_WEIR_OWNER_FILE_H_
#define WEIR_TOOLS_WEIR_OWNER_FILE_H_

#include <cstdint>
#include <string>

#include "tools/weir/context.h"
#include "weir/anon/microdata.h"

namespace weir::tool {

// A data file that a command names. `delimiter`: empty is the usual one; "\t" may be written as two
// characters.
StatusOr<anon::InputLocation> LocateOwnerFile(const std::string& path,
                                              const std::string& delimiter);

// Its threads (or `threads`, if not 0), half of its memory (or `memory_bytes`, if not 0) and its
// temporary folder; never beyond what ReadLimits allows.
anon::ReadLimits LimitsOfMachine(unsigned threads, uint64_t memory_bytes = 0);

// Where a CSV file seems to be one column of cells that another character separates: a hint.
void HintAtDelimiter(const Context& context, const anon::InputLocation& input);

}  // namespace weir::tool

#endif  // WEIR_TOOLS_WEIR_OWNER_FILE_H_
