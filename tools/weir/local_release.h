// SPDX-License-Identifier: Apache-2.0
#ifndef WEIR_TOOLS_WEIR_LOCAL_RELEASE_H_
#define WEIR_TOOLS_WEIR_LOCAL_RELEASE_H_

#include <memory>
#include <string>

#include "tools/weir/context.h"
#include "tools/weir/watched_engine.h"
#include "weir/base/status.h"
#include "weir/data/dataset.h"
#include "weir/doc/yaml_reader.h"
#include "weir/ledger/ledger.h"
#include "weir/release/door.h"
#include "weir/release/plan.h"
#include "weir/release/store.h"
#include "weir/v1/release.pb.h"
#include "weir/v1/steward.pb.h"

namespace weir::tool {

// A release from a file that no member has registered: the door, with the ledger that lies beside
// the dataset document.
class LocalRelease {
 public:
  // Reads documents only. A preview writes nothing; the ledger is made when it is needed.
  // Errors: INVALID_ARGUMENT and so on of both documents and the plan.
  static StatusOr<std::unique_ptr<LocalRelease>> Prepare(
      const Context& context, const std::string& document,
      const doc::Document<v1::ReleaseSpec>& spec);

  const data::DatasetDescription& dataset() const { return dataset_; }
  StatusOr<v1::ReleasePreview> Preview();
  // Reads the whole file and tells its owner what does not fit the description.
  // Errors: INVALID_ARGUMENT names the first fault with row and column, unless they are accepted.
  Status CheckData(bool accept_faults);

  struct Result {
    std::string charge;
    bool from_store;
    release::StoredRelease stored;
  };
  // Pays and releases, or gives the bytes that were paid for before. A charge whose run failed is
  // run again by the next call, ledger::kMaxStarts times in all.
  StatusOr<Result> Run();

 private:
  LocalRelease(const Context& context, std::string document, data::DatasetDescription dataset,
               release::ReleasePlan plan, std::unique_ptr<WatchedEngine> engine);
  StatusOr<v1::ReleasePreview> PreviewUncharged(v1::ReleasePreview shown) const;
  Status OpenLedger();
  release::Door MakeDoor();

  const Context& context_;
  std::string document_;
  data::DatasetDescription dataset_;
  release::ReleasePlan plan_;
  std::unique_ptr<WatchedEngine> engine_;
  release::ReleaseStore store_;
  std::unique_ptr<ledger::Ledger> ledger_;
};

// The id in a dataset document.
StatusOr<std::string> DatasetIdOf(const Context& context, const std::string& document);

}  // namespace weir::tool

#endif  // WEIR_TOOLS_WEIR_LOCAL_RELEASE_H_
