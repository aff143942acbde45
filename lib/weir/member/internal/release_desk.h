// SPDX-License-Identifier: Apache-2.0
#ifndef WEIR_MEMBER_INTERNAL_RELEASE_DESK_H_
#define WEIR_MEMBER_INTERNAL_RELEASE_DESK_H_

#include <mutex>
#include <optional>
#include <string>

#include "weir/base/status.h"
#include "weir/data/engine.h"
#include "weir/doc/yaml_reader.h"
#include "weir/ledger/ledger.h"
#include "weir/member/internal/context.h"
#include "weir/member/internal/dataset_registry.h"
#include "weir/release/door.h"
#include "weir/release/store.h"
#include "weir/v1/release.pb.h"
#include "weir/v1/steward.pb.h"

namespace weir::member::internal {

// A question about a registered data set, planned.
struct PlannedQuestion {
  DatasetPtr dataset;
  release::ReleasePlan plan;
};

// The way to the one door for whoever asks: own stewards and, through the provider's desk, other
// members. Thread-safe.
class ReleaseDesk {
 public:
  ReleaseDesk(const Context& context, DatasetRegistry& datasets, ledger::Ledger& ledger,
              data::Engine& engine);

  // Removes released bytes that no ledger entry completed. Before anything else is done.
  Status Sweep();

  // Reads no data. Errors: NOT_FOUND no such data set; INVALID_ARGUMENT it does not fit.
  StatusOr<PlannedQuestion> Plan(const doc::Document<v1::ReleaseSpec>& spec) const;
  StatusOr<release::Preview> Preview(const PlannedQuestion& question, const release::Payer& payer);
  StatusOr<release::Door::Payment> Pay(const PlannedQuestion& question,
                                       const release::Payer& payer);

  // The bytes of a charge: stored ones, or made now. One release is made at a time.
  //
  // Guarantee: a charge that cannot be run, because its plan no longer fits the data set, say, is
  //            failed in the ledger. After an error that may pass (release::MayPass), as of data
  //            that cannot be read just now, the charge stands: whoever asks the question again has
  //            it run again, unpaid, ledger::kMaxStarts times in all.
  // Reveals:   the engine's faults, to the owner's steward only.
  StatusOr<release::StoredRelease> Produce(const std::string& charge);
  // Whether a run of it ended without bytes, and not because the ledger cannot be written.
  bool HasNoBytes(const std::string& charge);

  // --- own stewards ------------------------------------------------------------------------------
  StatusOr<v1::PreviewReleaseResponse> PreviewRelease(const v1::PreviewReleaseRequest& request);
  StatusOr<v1::RunReleaseResponse> RunRelease(const v1::RunReleaseRequest& request);
  StatusOr<v1::GetReleaseChunkResponse> GetReleaseChunk(const v1::GetReleaseChunkRequest& request);

 private:
  StatusOr<PlannedQuestion> PlanText(const std::string& spec) const;
  StatusOr<PlannedQuestion> Replan(const ledger::ChargeRecord& record) const;
  StatusOr<release::StoredRelease> Run(const ledger::ChargeRecord& record);
  StatusOr<v1::ReleasePreview> Describe(const PlannedQuestion& question);
  StatusOr<release::StoredRelease> FindStored(const std::string& payload_sha256);

  const Context& context_;
  DatasetRegistry& datasets_;
  ledger::Ledger& ledger_;
  release::ReleaseStore store_;
  release::Door door_;
  std::mutex run_mutex_;
  std::mutex shown_mutex_;
  std::optional<release::StoredRelease> shown_;  // the one whose chunks are being fetched
};

}  // namespace weir::member::internal

#endif  // WEIR_MEMBER_INTERNAL_RELEASE_DESK_H_
