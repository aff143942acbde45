// SPDX-License-Identifier: Apache-2.0
#include <filesystem>
#include <memory>
#include <optional>
#include <string>

#include "tools/weir/commands.h"
#include "tools/weir/dataset_report.h"
#include "tools/weir/file_ledger.h"
#include "tools/weir/session.h"
#include "tools/weir/text_table.h"
#include "tools/weir/watched_engine.h"
#include "weir/data/dataset.h"
#include "weir/member/charge_records.h"

namespace weir::tool {
namespace {

struct AddOptions {
  std::string document;
  bool accept_faults = false;
};

// Reads the whole file. Faults are an error unless they are accepted: such values count as missing.
Status CheckData(const Context& context, const data::DatasetDescription& dataset,
                 const AddOptions& options) {
  WEIR_ASSIGN_OR_RETURN(const std::unique_ptr<WatchedEngine> engine,
                        WatchedEngine::Create(context, AbsoluteFolder(options.document)));
  WEIR_ASSIGN_OR_RETURN(const OwnerView<data::SourceReport> report, engine->Check(dataset));
  PrintReport(context, dataset, report);
  return JudgeReport(context, dataset, report, options.accept_faults);
}

Status Check(const Context& context, const AddOptions& options) {
  WEIR_ASSIGN_OR_RETURN(const data::DatasetDescription dataset,
                        ReadDescription(context, options.document));
  WEIR_RETURN_IF_ERROR(CheckData(context, dataset, options));
  context.Say("data set " + dataset.id() + " fits its description");
  return OkStatus();
}

// The ledger beside the document, which may still be charged or went to `state` before. None if it
// is absent in a folder that we may not write: nobody like us can make one there either.
StatusOr<std::unique_ptr<ledger::Ledger>> OpenForTakeover(const Context& context,
                                                          const std::string& document,
                                                          const std::string& state) {
  auto opened = OpenFileLedger(context, document);
  if (opened.status().code() == StatusCode::kPermissionDenied &&
      !FileLedgerExists(context, document)) {
    context.Warn("no ledger can be made beside " + document + ": " + MessageOf(opened.status()));
    return std::unique_ptr<ledger::Ledger>();
  }
  WEIR_RETURN_IF_ERROR(opened.status());
  const std::optional<std::string> moved_to = (*opened)->MovedTo();
  if (!moved_to.has_value() || *moved_to == state) return opened;
  return PolicyRefusal("ledger_moved", "the data set of " + document +
                                           " is charged by the member of " + *moved_to +
                                           ": it cannot be registered twice");
}

Status Add(const Context& context, const AddOptions& options) {
  WEIR_RETURN_IF_ERROR(context.NeedState());
  WEIR_ASSIGN_OR_RETURN(const data::DatasetDescription dataset,
                        ReadDescription(context, options.document));
  WEIR_RETURN_IF_ERROR(CheckData(context, dataset, options));
  v1::AddDatasetRequest request;
  WEIR_ASSIGN_OR_RETURN(*request.mutable_document(),
                        ReadDocument(context.files(), options.document));
  request.set_folder(AbsoluteFolder(options.document));
  const std::string state = std::filesystem::absolute(context.state).lexically_normal().string();
  // The ledger beside the file is held open until the member has taken its charges over, so that
  // nobody can charge it in between. Where there is none one is made: closed, it says to whoever
  // releases without --state where the data set is charged.
  WEIR_ASSIGN_OR_RETURN(const std::unique_ptr<ledger::Ledger> beside,
                        OpenForTakeover(context, options.document, state));
  if (beside != nullptr) {
    WEIR_ASSIGN_OR_RETURN(const std::vector<ledger::ChargeRecord> records, beside->Export());
    WEIR_ASSIGN_OR_RETURN(*request.mutable_imported(), member::ChargeRecordsToProto(records));
  }
  WEIR_ASSIGN_OR_RETURN(const std::unique_ptr<Session> session, Session::Open(context));
  WEIR_ASSIGN_OR_RETURN(const v1::AddDatasetResponse answer,
                        session->Call(&member::Member::AddDataset, "AddDataset", request));
  if (beside != nullptr) {
    WEIR_RETURN_IF_ERROR(beside->MarkMoved(state));
    const int records = request.imported().records_size();
    if (records > 0) {
      context.Say("took over " + std::to_string(records) +
                  " charges from the ledger beside the file");
    }
  }
  if (context.json) context.PrintJson(answer);
  context.Say("registered data set " + answer.dataset() + " of " + session->member_id());
  return OkStatus();
}

std::string ShowBudget(const v1::AccountBalance& balance) {
  return balance.spent_epsilon() + " of " + balance.budget_epsilon();
}

Status List(const Context& context) {
  WEIR_ASSIGN_OR_RETURN(const std::unique_ptr<Session> session, Session::Open(context));
  WEIR_ASSIGN_OR_RETURN(
      const v1::ListDatasetsResponse answer,
      session->Call(&member::Member::ListDatasets, "ListDatasets", v1::ListDatasetsRequest()));
  if (context.json) {
    context.PrintJson(answer);
    return OkStatus();
  }
  TextTable table({"DATASET", "THEME", "PRIVACY UNIT", "EPSILON SPENT", "LEFT"});
  for (const v1::DatasetSummary& dataset : answer.datasets()) {
    table.Add({dataset.dataset(), dataset.theme(), dataset.privacy_unit(),
               ShowBudget(dataset.balance()), dataset.balance().remaining_epsilon()});
  }
  context.PrintData(table.ToString());
  return OkStatus();
}

Status Show(const Context& context, const std::string& id) {
  v1::GetDatasetRequest request;
  request.set_dataset(id);
  WEIR_ASSIGN_OR_RETURN(const std::unique_ptr<Session> session, Session::Open(context));
  WEIR_ASSIGN_OR_RETURN(const v1::GetDatasetResponse answer,
                        session->Call(&member::Member::GetDataset, "GetDataset", request));
  if (context.json) {
    context.PrintJson(answer);
  } else {
    context.PrintData(answer.document());
  }
  return OkStatus();
}

}  // namespace

void AddDatasetCommands(CLI::App& app, Context& context) {
  CLI::App* dataset = app.add_subcommand("dataset", "Data sets of this region");
  dataset->require_subcommand(1);
  auto options = std::make_shared<AddOptions>();
  const auto take_document = [&context, &options](CLI::App* command) {
    command->add_option("document", options->document, "Dataset document: <id>.dataset.yaml")
        ->required();
    command->add_flag("--accept-faults", options->accept_faults,
                      "Values that do not fit count as missing");
    context.TakeMemoryLimit(command);
  };
  CLI::App* add = dataset->add_subcommand("add", "Check the data and register the data set");
  add->footer("example: weir dataset add crashes.dataset.yaml");
  take_document(add);
  context.OnCommand(add, [&context, options] { return Add(context, *options); });
  CLI::App* check = dataset->add_subcommand("check", "Compare the data with its description");
  check->footer("example: weir dataset check crashes.dataset.yaml");
  take_document(check);
  context.OnCommand(check, [&context, options] { return Check(context, *options); });
  CLI::App* list = dataset->add_subcommand("list", "Registered data sets and their budgets");
  list->footer("example: weir dataset list");
  context.OnCommand(list, [&context] { return List(context); });
  auto id = std::make_shared<std::string>();
  CLI::App* show = dataset->add_subcommand("show", "The document of one");
  show->footer("example: weir dataset show crashes");
  show->add_option("dataset", *id, "Id of the data set")->required();
  context.OnCommand(show, [&context, id] { return Show(context, *id); });
}

}  // namespace weir::tool
