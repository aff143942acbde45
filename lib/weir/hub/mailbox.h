// SPDX-License-Identifier: Apache-2.0
#ifndef WEIR_HUB_MAILBOX_H_
#define WEIR_HUB_MAILBOX_H_

#include <chrono>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "weir/base/files.h"
#include "weir/base/status.h"
#include "weir/base/time.h"
#include "weir/v1/hub.pb.h"
#include "weir/v1/package.pb.h"

namespace weir::hub {

// Of a recipient's mailbox every sender has an equal part, so that none can fill another's; the
// largest package fits into a part in any case.
struct MailboxLimits {
  uint64_t package_bytes;
  uint64_t recipient_bytes;
  uint64_t recipient_packages;
};

// A piece of a package, and how it comes.
struct Piece {
  uint64_t offset;
  std::string_view data;
  Time now;          // the hub's own time
  uint64_t senders;  // who share a recipient's mailbox; at least 1
};

// A label whose signature and parties were checked, and the note as it came.
struct CheckedLabel {
  v1::PackageLabel label;
  std::string note;
};

// Sealed packages on disk, by recipient:
//   incoming/<package>/{label.note, body.age, arrived}   uploads that are not complete
//   mail/<recipient>/<package>/{label.note, body.age, arrived}
//   done/<package>                                   time and label of what was fetched, so that a
//                                                    repeated upload is answered and not delivered
//                                                    again
// An upload takes the room that its label declares from its first piece on. Times are the hub's
// own, never those that a sender writes. Every answer stands for durable bytes. Not thread-safe:
// Hub calls it under its lock.
class Mailbox {
 public:
  static constexpr uint64_t kChunkBytes = uint64_t{512} << 10;

  Mailbox(std::string folder, const MailboxLimits& limits, Files& files)
      : folder_(std::move(folder)), limits_(limits), files_(files) {}

  // Appends a chunk. An offset other than what is held changes nothing and is answered with what
  // is held.
  // Errors: INVALID_ARGUMENT    too long, or the whole does not have the label's digest (it is
  //                             thrown away); ALREADY_EXISTS another label under this id;
  //         RESOURCE_EXHAUSTED  package, or the sender's part of the mailbox, over its limit, or
  //                             disk full.
  StatusOr<v1::PutPackageChunkResponse> Put(const CheckedLabel& label, const Piece& piece);
  // Oldest first, at most 1,000.
  StatusOr<std::vector<v1::MailSummary>> List(const std::string& recipient);
  StatusOr<v1::GetMailChunkResponse> Get(const std::string& recipient, const std::string& package,
                                         uint64_t offset);
  // Forgets the body. OK if it is gone already.
  struct Fetched {
    std::string recipient;
    std::string package;
  };
  Status Acknowledge(const Fetched& fetched, Time now);
  // Before anything else: what is held, and Sweep.
  Status Start(Time now);
  // Removes leftovers of a crash, uploads that were begun more than kUploadDays ago, and labels of
  // packages that were fetched more than kKeptDays ago. To be called now and then.
  Status Sweep(Time now);

  static constexpr std::chrono::days kUploadDays{1};
  static constexpr std::chrono::days kKeptDays{30};

 private:
  std::string MailFolder(std::string_view recipient, std::string_view package) const;
  StatusOr<bool> HeldUnderSameLabel(const CheckedLabel& label);
  Status OpenUpload(const CheckedLabel& label, const std::string& incoming, const Piece& piece);
  Status CheckRoom(const v1::PackageLabel& label, uint64_t senders) const;
  // Counts what lies in a folder of packages.
  Status CountHeld(const std::string& folder);
  Status Finish(const v1::PackageLabel& label, const std::string& incoming);
  Status SweepUploads(Time now);
  Status SweepDone(Time now);
  StatusOr<std::string> BodyDigest(const std::string& path, uint64_t size);

  std::string folder_;
  MailboxLimits limits_;
  Files& files_;
  struct Held {
    std::string sender;
    std::string recipient;
    uint64_t bytes;
  };
  std::map<std::string, Held> held_;  // uploads and mail, by folder
};

}  // namespace weir::hub

#endif  // WEIR_HUB_MAILBOX_H_
