// SPDX-License-Identifier: Apache-2.0
#include "tools/weir/file_ledger.h"

#include <string_view>
#include <utility>

namespace weir::tool {
namespace {

constexpr std::string_view kYamlSuffix = ".yaml";

std::string LedgerPath(const std::string& document) {
  return JoinPath(FileLedgerFolder(document), "ledger.db");
}

}  // namespace

std::string FileLedgerFolder(const std::string& document) {
  std::string stem = document;
  if (stem.ends_with(kYamlSuffix)) stem.resize(stem.size() - kYamlSuffix.size());
  return stem + ".ledger";
}

bool FileLedgerExists(const Context& context, const std::string& document) {
  return context.files().Exists(LedgerPath(document));
}

StatusOr<std::unique_ptr<ledger::Ledger>> OpenFileLedger(const Context& context,
                                                         const std::string& document) {
  const std::string folder = FileLedgerFolder(document);
  if (!FileLedgerExists(context, document) &&
      context.files().Exists(JoinPath(folder, "releases"))) {
    return FailedPrecondition(
        "%s holds releases but no ledger.db: what was spent is not known. Put "
        "the ledger back; there is no guarantee without it",
        folder.c_str());
  }
  WEIR_RETURN_IF_ERROR(context.files().MakeFolder(folder));
  return ledger::Ledger::Open({.path = LedgerPath(document), .vfs = {}}, context.clock(),
                              context.random(), context.files());
}

}  // namespace weir::tool
