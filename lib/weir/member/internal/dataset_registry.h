// SPDX-License-Identifier: Apache-2.0
#ifndef WEIR_MEMBER_INTERNAL_DATASET_REGISTRY_H_
#define WEIR_MEMBER_INTERNAL_DATASET_REGISTRY_H_

#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "weir/base/status.h"
#include "weir/data/dataset.h"
#include "weir/ledger/ledger.h"
#include "weir/member/internal/context.h"
#include "weir/v1/ledger.pb.h"

namespace weir::member::internal {

// A dataset document as the steward wrote it, and what it means.
struct RegisteredDataset {
  std::string document;
  std::string folder;  // relative source paths start here
  data::DatasetDescription description;
};
using DatasetPtr = std::shared_ptr<const RegisteredDataset>;

// "transportation": the word that documents use.
std::string ThemeWord(v1::Theme theme);

// The data sets that this region answers questions about. Thread-safe; reads no data.
class DatasetRegistry {
 public:
  // Errors: DATA_LOSS  a kept document does not read.
  static StatusOr<std::unique_ptr<DatasetRegistry>> Load(const Context& context,
                                                         ledger::Ledger& ledger);

  // Opens the account in the ledger, brings in charges made before, keeps the document; in this
  // order, so that after a crash nothing can be asked that is not accounted for.
  //
  // A document replaces the one of the same id. Its account, budget and privacy unit never change:
  // with another unit or account the charges made so far would guarantee nothing, another budget
  // would refill. Everything else may; what an answer depends on (epoch, columns) is part of the
  // question, so the same question on another description is a new one, with a new charge.
  //
  // Imported charges whose bytes are not here count as failed: the loss stands, and the question
  // can be asked anew for a new charge.
  // Errors: INVALID_ARGUMENT     the document or an imported charge; folder not absolute.
  //         FAILED_PRECONDITION  one of the three changed; the account has another budget, or
  //                              protects another unit than this data set or an imported charge.
  StatusOr<std::string> Add(const std::string& document, const std::string& folder,
                            const v1::ChargeRecordList& imported);

  // Null if there is none.
  DatasetPtr Find(const std::string& id) const;
  std::vector<DatasetPtr> All() const;  // by id

 private:
  DatasetRegistry(const Context& context, ledger::Ledger& ledger)
      : context_(context), ledger_(ledger) {}
  Status LoadOne(const std::string& id);
  Status Import(const v1::ChargeRecordList& imported, const std::string& account);
  std::string FolderOf(const std::string& id) const;

  const Context& context_;
  ledger::Ledger& ledger_;
  std::mutex add_mutex_;
  mutable std::mutex mutex_;
  std::map<std::string, DatasetPtr> datasets_;
};

}  // namespace weir::member::internal

#endif  // WEIR_MEMBER_INTERNAL_DATASET_REGISTRY_H_
