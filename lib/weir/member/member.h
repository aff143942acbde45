// SPDX-License-Identifier: Apache-2.0
#ifndef WEIR_MEMBER_MEMBER_H_
#define WEIR_MEMBER_MEMBER_H_

#include <chrono>
#include <memory>
#include <string>

#include "weir/base/files.h"
#include "weir/base/messenger.h"
#include "weir/base/random.h"
#include "weir/base/status.h"
#include "weir/base/time.h"
#include "weir/coalition/charter.h"
#include "weir/data/engine.h"
#include "weir/v1/peer.pb.h"
#include "weir/v1/steward.pb.h"

namespace weir::member {

struct MemberOptions {
  std::string state_folder;  // made by `weir init`; this object holds its lock
  // Work on charged requests starts at one multiple of this and shows its result one later, or 2,
  // 4, 8 ... later if it took longer: a tick above the longest release hides how long it took.
  // Above zero; raising it delays answers.
  std::chrono::milliseconds tick{1000};
};

struct MemberParts {
  Clock& clock;
  RandomSource& random;
  Files& files;
  Messenger* messenger;  // null: a process of its own, without network
  data::Engine& engine;
};

// What a region's node does: its datasets, agreements, requests, ledger, releases, deliveries.
// Messages in, messages or a status out; no sockets, no threads of its own. The same object serves
// the node's RPCs and `weir` in its own process.
//
// Thread-safe. Everything that is acknowledged is durable.
class Member final {
 public:
  // Takes the lock of the state folder, migrates an older state, verifies the ledger, sweeps
  // leftovers of a crash: unfinished charges are kept to be run again.
  // Errors: FAILED_PRECONDITION another process owns the folder, or a newer version wrote it;
  //         NOT_FOUND no state there (weir init makes one); DATA_LOSS.
  static StatusOr<std::unique_ptr<Member>> Open(const MemberOptions& options,
                                                const MemberParts& parts);
  ~Member();
  Member(const Member&) = delete;
  Member& operator=(const Member&) = delete;

  const std::string& id() const;
  const std::string& coalition() const;
  // The charter in force; null before `weir join`. A new one replaces the object.
  std::shared_ptr<const coalition::Charter> charter() const;

  // --- for the region's own stewards; `steward` is the name that the channel proved -------------
  StatusOr<v1::GetStatusResponse> GetStatus(const std::string& steward,
                                            const v1::GetStatusRequest& request);
  StatusOr<v1::ListMembersResponse> ListMembers(const std::string& steward,
                                                const v1::ListMembersRequest& request);
  StatusOr<v1::InstallCharterResponse> InstallCharter(const std::string& steward,
                                                      const v1::InstallCharterRequest& request);
  StatusOr<v1::AddDatasetResponse> AddDataset(const std::string& steward,
                                              const v1::AddDatasetRequest& request);
  StatusOr<v1::ListDatasetsResponse> ListDatasets(const std::string& steward,
                                                  const v1::ListDatasetsRequest& request);
  StatusOr<v1::GetDatasetResponse> GetDataset(const std::string& steward,
                                              const v1::GetDatasetRequest& request);
  StatusOr<v1::ProposeAgreementResponse> ProposeAgreement(
      const std::string& steward, const v1::ProposeAgreementRequest& request);
  StatusOr<v1::SignAgreementResponse> SignAgreement(const std::string& steward,
                                                    const v1::SignAgreementRequest& request);
  StatusOr<v1::ListAgreementsResponse> ListAgreements(const std::string& steward,
                                                      const v1::ListAgreementsRequest& request);
  StatusOr<v1::PreviewRequestResponse> PreviewRequest(const std::string& steward,
                                                      const v1::PreviewRequestRequest& request);
  StatusOr<v1::SendRequestResponse> SendRequest(const std::string& steward,
                                                const v1::SendRequestRequest& request);
  StatusOr<v1::ListRequestsResponse> ListRequests(const std::string& steward,
                                                  const v1::ListRequestsRequest& request);
  StatusOr<v1::GetRequestResponse> GetRequest(const std::string& steward,
                                              const v1::GetRequestRequest& request);
  StatusOr<v1::ApproveRequestResponse> ApproveRequest(const std::string& steward,
                                                      const v1::ApproveRequestRequest& request);
  StatusOr<v1::ListPackagesResponse> ListPackages(const std::string& steward,
                                                  const v1::ListPackagesRequest& request);
  StatusOr<v1::GetPackageChunkResponse> GetPackageChunk(const std::string& steward,
                                                        const v1::GetPackageChunkRequest& request);
  StatusOr<v1::PreviewReleaseResponse> PreviewRelease(const std::string& steward,
                                                      const v1::PreviewReleaseRequest& request);
  StatusOr<v1::RunReleaseResponse> RunRelease(const std::string& steward,
                                              const v1::RunReleaseRequest& request);
  StatusOr<v1::GetReleaseChunkResponse> GetReleaseChunk(const std::string& steward,
                                                        const v1::GetReleaseChunkRequest& request);
  StatusOr<v1::GetLedgerResponse> GetLedger(const std::string& steward,
                                            const v1::GetLedgerRequest& request);
  StatusOr<v1::VerifyLedgerResponse> VerifyLedger(const std::string& steward,
                                                  const v1::VerifyLedgerRequest& request);

  // --- for other members' nodes; `caller` is the member that the channel proved -----------------
  // What they learn depends on public documents and the ledger only, never on data.
  StatusOr<v1::OfferAgreementResponse> OfferAgreement(const std::string& caller,
                                                      const v1::OfferAgreementRequest& request);
  StatusOr<v1::PreviewQuestionResponse> PreviewQuestion(const std::string& caller,
                                                        const v1::PreviewQuestionRequest& request);
  // Decides, charges durably, answers with the state. Repeating a request changes nothing.
  StatusOr<v1::SubmitRequestResponse> SubmitRequest(const std::string& caller,
                                                    const v1::SubmitRequestRequest& request);
  StatusOr<v1::GetRequestStateResponse> GetRequestState(const std::string& caller,
                                                        const v1::GetRequestStateRequest& request);

  // --- the node's own work ----------------------------------------------------------------------
  // Does what is due: starts charged releases, seals and hands over finished ones at their tick,
  // retries the outbox, collects mail. One caller at a time; returns when to call again at the
  // latest. Faults are kept for the steward (GetRequest, ListPackages), not returned.
  Time Work();
  // Says to the hub that this node is there and takes a newer charter if it has one.
  Status Enroll();

 private:
  class Impl;
  explicit Member(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace weir::member

#endif  // WEIR_MEMBER_MEMBER_H_
