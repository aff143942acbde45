// SPDX-License-Identifier: Apache-2.0
#ifndef WEIR_HUB_MAILBOX_H_
#define WEIR_HUB_MAILBOX_H_

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "weir/base/files.h"
#include "weir/base/status.h"
#include "weir/base/time.h"
#include "weir/v1/hub.pb.h"
#include "weir/v1/package.pb.h"

namespace weir::hub {

struct MailboxLimits {
  uint64_t package_bytes;
  uint64_t recipient_bytes;
  uint64_t recipient_packages;
};

// A label whose signature and parties were checked, and the note as it came.
struct CheckedLabel {
  v1::PackageLabel label;
  std::string note;
};

// Sealed packages on disk, by recipient:
//   incoming/<package>/{label.note, body.age}        uploads that are not complete
//   mail/<recipient>/<package>/{label.note, body.age}
//   done/<package>                                   labels of what was fetched, so that a repeated
//                                                    upload is answered and not delivered again
// Every answer stands for durable bytes. Not thread-safe: Hub calls it under its lock.
class Mailbox {
 public:
  static constexpr uint64_t kChunkBytes = uint64_t{512} << 10;

  Mailbox(std::string folder, const MailboxLimits& limits, Files& files)
      : folder_(std::move(folder)), limits_(limits), files_(files) {}

  // Appends a chunk. An offset other than what is held changes nothing and is answered with what
  // is held.
  // Errors: INVALID_ARGUMENT    too long, or the whole does not have the label's digest (it is
  //                             thrown away); ALREADY_EXISTS another label under this id;
  //         RESOURCE_EXHAUSTED  package or mailbox over its limit, or disk full.
  StatusOr<v1::PutPackageChunkResponse> Put(const CheckedLabel& label, uint64_t offset,
                                            std::string_view data);
  // Oldest first, at most 1,000.
  StatusOr<std::vector<v1::MailSummary>> List(const std::string& recipient);
  StatusOr<v1::GetMailChunkResponse> Get(const std::string& recipient, const std::string& package,
                                         uint64_t offset);
  // Forgets the body. OK if it is gone already.
  Status Acknowledge(const std::string& recipient, const std::string& package);
  // Removes leftovers of a crash, and uploads and labels of fetched packages that are older than
  // kKeptDays.
  Status Sweep(Time now);

  static constexpr std::chrono::days kKeptDays{30};

 private:
  std::string MailFolder(std::string_view recipient, std::string_view package) const;
  StatusOr<bool> HeldUnderSameLabel(const CheckedLabel& label);
  Status OpenUpload(const CheckedLabel& label, const std::string& incoming);
  // What the packages in a folder take.
  struct Room {
    uint64_t bytes = 0;
    uint64_t packages = 0;
  };
  StatusOr<Room> CountRoom(const std::string& folder);
  Status CheckRoom(const v1::PackageLabel& label);
  Status Finish(const v1::PackageLabel& label, const std::string& incoming);
  StatusOr<bool> IsOld(const std::string& label_path, Time now);
  StatusOr<std::string> BodyDigest(const std::string& path, uint64_t size);

  std::string folder_;
  MailboxLimits limits_;
  Files& files_;
};

}  // namespace weir::hub

#endif  // WEIR_HUB_MAILBOX_H_
