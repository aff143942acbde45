// SPDX-License-Identifier: Apache-2.0
#ifndef WEIR_TOOLS_WEIR_FILE_LEDGER_H_
#define WEIR_TOOLS_WEIR_FILE_LEDGER_H_

#include <memory>
#include <string>

#include "tools/weir/context.h"
#include "weir/base/status.h"
#include "weir/ledger/ledger.h"

namespace weir::tool {

// The ledger of a data set that no member has registered lies beside its document:
// crashes.dataset.yaml -> crashes.dataset.ledger/{ledger.db, releases/}. Whoever copies or deletes
// it voids the guarantee.
std::string FileLedgerFolder(const std::string& document);

bool FileLedgerExists(const Context& context, const std::string& document);

// Opens it, or makes it.
// Errors: of Ledger::Open; FAILED_PRECONDITION there are releases and no ledger.
StatusOr<std::unique_ptr<ledger::Ledger>> OpenFileLedger(const Context& context,
                                                         const std::string& document);
}  // namespace weir::tool

#endif  // WEIR_TOOLS_WEIR_FILE_LEDGER_H_
