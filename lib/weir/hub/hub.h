// SPDX-License-Identifier: Apache-2.0
#ifndef WEIR_HUB_HUB_H_
#define WEIR_HUB_HUB_H_

#include <chrono>
#include <memory>
#include <string>

#include "weir/base/files.h"
#include "weir/base/random.h"
#include "weir/base/status.h"
#include "weir/base/time.h"
#include "weir/coalition/charter.h"
#include "weir/v1/charter.pb.h"
#include "weir/v1/hub.pb.h"

namespace weir::hub {

struct HubOptions {
  std::string state_folder;
  // What the mailbox may hold. Every member has an equal part of each recipient's, as sender; who
  // is above its part is refused, and nobody else.
  uint64_t package_limit_bytes = uint64_t{256} << 20;
  uint64_t mailbox_limit_bytes = uint64_t{4} << 30;  // of one recipient
  uint64_t mailbox_limit_packages = 10'000;          // of one recipient
};

struct HubIdentityOptions {
  std::string hub;        // id
  std::string coalition;  // id
  std::string address;    // host:port
};

// Makes the hub's certificate authority, TLS certificate (spiffe://<hub>.<coalition>/hub), card
// (<state>/identity/hub.yaml) and an empty state. ALREADY_EXISTS when there is one.
Status CreateHubIdentity(const std::string& state_folder, const HubIdentityOptions& options,
                         Clock& clock, RandomSource& random, Files& files);

// The stranger that carries: a mailbox of sealed packages and the charter's newest version. It has
// no key that opens anything. Thread-safe; what it acknowledges is durable.
class Hub final {
 public:
  // Takes the lock of the state folder. Errors as member::Member::Open.
  static StatusOr<std::unique_ptr<Hub>> Open(const HubOptions& options, Clock& clock, Files& files);
  ~Hub();
  Hub(const Hub&) = delete;
  Hub& operator=(const Hub&) = delete;

  const std::string& id() const;
  // Null before the first charter.
  std::shared_ptr<const coalition::Charter> charter() const;
  // The first charter comes from the operator's hand; later ones also from members.
  Status InstallCharter(const std::string& note);

  // Removes abandoned uploads and what else is too old, if the last time was kSweepEvery ago by
  // `clock`. To be called now and then; what it cannot remove it tries again the next time.
  static constexpr std::chrono::hours kSweepEvery{1};
  Status Tidy();

  // `caller`: the member that the channel proved.
  StatusOr<v1::EnrollResponse> Enroll(const std::string& caller, const v1::EnrollRequest& request);
  StatusOr<v1::GetCharterResponse> GetCharter(const std::string& caller,
                                              const v1::GetCharterRequest& request);
  StatusOr<v1::PublishCharterResponse> PublishCharter(const std::string& caller,
                                                      const v1::PublishCharterRequest& request);
  // The label must be signed by the caller's node key and name a member as recipient; the bytes
  // must have its digest when complete. INVALID_ARGUMENT, PERMISSION_DENIED, RESOURCE_EXHAUSTED;
  // an offset that does not fit is answered with what is there, so the sender can go on.
  StatusOr<v1::PutPackageChunkResponse> PutPackageChunk(const std::string& caller,
                                                        const v1::PutPackageChunkRequest& request);
  // A recipient sees its own mail only; NOT_FOUND for anybody else's.
  StatusOr<v1::ListMailResponse> ListMail(const std::string& caller,
                                          const v1::ListMailRequest& request);
  StatusOr<v1::GetMailChunkResponse> GetMailChunk(const std::string& caller,
                                                  const v1::GetMailChunkRequest& request);
  StatusOr<v1::AcknowledgeMailResponse> AcknowledgeMail(const std::string& caller,
                                                        const v1::AcknowledgeMailRequest& request);

 private:
  class Impl;
  explicit Hub(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace weir::hub

#endif  // WEIR_HUB_HUB_H_
