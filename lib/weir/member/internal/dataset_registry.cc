// SPDX-License-Identifier: Apache-2.0
#include "weir/member/internal/dataset_registry.h"

#include <algorithm>
#include <string_view>
#include <utility>

#include "weir/doc/yaml_reader.h"
#include "weir/member/charge_records.h"
#include "weir/release/store.h"

namespace weir::member::internal {
namespace {

constexpr char kDocumentName[] = "dataset.yaml";
constexpr char kFolderName[] = "folder";
constexpr uint64_t kFolderLimitBytes = 64 << 10;

StatusOr<DatasetPtr> ReadDataset(const std::string& document, const std::string& folder) {
  WEIR_ASSIGN_OR_RETURN(const doc::Document<v1::Dataset> parsed,
                        doc::ParseYaml<v1::Dataset>(document, kDocumentName));
  WEIR_ASSIGN_OR_RETURN(data::DatasetDescription description,
                        data::DatasetDescription::Create(parsed, folder));
  return std::make_shared<const RegisteredDataset>(RegisteredDataset{
      .document = document, .folder = folder, .description = std::move(description)});
}

ledger::Budget BudgetOf(const data::AccountBudget& budget) {
  return {.epsilon = budget.epsilon, .delta = budget.delta};
}

Status CheckSuccessor(const RegisteredDataset& registered, const data::DatasetDescription& after) {
  const data::DatasetDescription& before = registered.description;
  const char* changed = nullptr;
  if (before.unit() != after.unit()) changed = "privacy unit";
  if (before.budget().account != after.budget().account) changed = "account";
  if (BudgetOf(before.budget()) != BudgetOf(after.budget())) changed = "budget";
  if (changed == nullptr) return OkStatus();
  return FailedPrecondition(
      "the %s of data set %s cannot change: what was spent so far would mean nothing; describe the "
      "data under another id",
      changed, after.id().c_str());
}

}  // namespace

std::string ThemeWord(v1::Theme theme) {
  std::string word = v1::Theme_Name(theme);
  constexpr std::string_view kPrefix = "THEME_";
  if (word.starts_with(kPrefix)) word.erase(0, kPrefix.size());
  std::transform(word.begin(), word.end(), word.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  });
  return word;
}

StatusOr<std::unique_ptr<DatasetRegistry>> DatasetRegistry::Load(const Context& context,
                                                                 ledger::Ledger& ledger) {
  std::unique_ptr<DatasetRegistry> registry(new DatasetRegistry(context, ledger));
  WEIR_ASSIGN_OR_RETURN(const std::vector<std::string> ids,
                        RecoverFolders(context.paths.datasets(), context.files));
  for (const std::string& id : ids) {
    if (const Status loaded = registry->LoadOne(id); !loaded.ok()) {
      return DataLoss("data set in %s: %s", registry->FolderOf(id).c_str(),
                      MessageOf(loaded).c_str());
    }
  }
  return registry;
}

Status DatasetRegistry::LoadOne(const std::string& id) {
  WEIR_ASSIGN_OR_RETURN(
      const std::string document,
      context_.files.Read(JoinPath(FolderOf(id), kDocumentName), doc::kMaxDocumentBytes));
  WEIR_ASSIGN_OR_RETURN(
      const std::string folder,
      context_.files.Read(JoinPath(FolderOf(id), kFolderName), kFolderLimitBytes));
  WEIR_ASSIGN_OR_RETURN(DatasetPtr dataset, ReadDataset(document, folder));
  if (dataset->description.id() != id) {
    return DataLoss("the document describes %s", dataset->description.id().c_str());
  }
  datasets_.emplace(id, std::move(dataset));
  return OkStatus();
}

StatusOr<std::string> DatasetRegistry::Add(const std::string& document, const std::string& folder,
                                           const v1::ChargeRecordList& imported) {
  if (!folder.starts_with('/') || folder.size() > kFolderLimitBytes) {
    return InvalidArgument("folder must be an absolute path, got %s", QuoteText(folder).c_str());
  }
  WEIR_ASSIGN_OR_RETURN(DatasetPtr dataset, ReadDataset(document, folder));
  const data::DatasetDescription& description = dataset->description;
  const std::lock_guard adding(add_mutex_);
  const DatasetPtr before = Find(description.id());
  if (before != nullptr) {
    WEIR_RETURN_IF_ERROR(CheckSuccessor(*before, description));
  }
  const data::AccountBudget& budget = description.budget();
  WEIR_RETURN_IF_ERROR(ledger_.Grant(budget.account, BudgetOf(budget), description.unit()));
  WEIR_RETURN_IF_ERROR(Import(imported, budget.account));
  WEIR_RETURN_IF_ERROR(context_.files.MakeFolder(context_.paths.datasets()));
  WEIR_RETURN_IF_ERROR(PutFolder(
      FolderOf(description.id()),
      {{.name = kDocumentName, .content = document}, {.name = kFolderName, .content = folder}},
      context_.files));
  const std::lock_guard lock(mutex_);
  datasets_.insert_or_assign(description.id(), dataset);
  return description.id();
}

Status DatasetRegistry::Import(const v1::ChargeRecordList& imported, const std::string& account) {
  if (imported.records().empty()) return OkStatus();
  WEIR_ASSIGN_OR_RETURN(std::vector<ledger::ChargeRecord> records,
                        ChargeRecordsFromProto(imported));
  const release::ReleaseStore releases(context_.paths.releases(), context_.files);
  for (ledger::ChargeRecord& record : records) {
    if (record.account != account) {
      return InvalidArgument("an imported charge is of account %s, the data set's is %s",
                             record.account.c_str(), account.c_str());
    }
    if (record.state == ledger::ChargeState::kCompleted &&
        !releases.Get(record.payload_sha256, record.manifest_sha256).ok()) {
      record.state = ledger::ChargeState::kFailed;
      record.payload_sha256.clear();
      record.manifest_sha256.clear();
    }
  }
  return ledger_.Import(records);
}

DatasetPtr DatasetRegistry::Find(const std::string& id) const {
  const std::lock_guard lock(mutex_);
  const auto found = datasets_.find(id);
  return found == datasets_.end() ? nullptr : found->second;
}

std::vector<DatasetPtr> DatasetRegistry::All() const {
  const std::lock_guard lock(mutex_);
  std::vector<DatasetPtr> all;
  for (const auto& [id, dataset] : datasets_) all.push_back(dataset);
  return all;
}

std::string DatasetRegistry::FolderOf(const std::string& id) const {
  return JoinPath(context_.paths.datasets(), id);
}

}  // namespace weir::member::internal
