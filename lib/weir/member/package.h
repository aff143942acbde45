// SPDX-License-Identifier: Apache-2.0
#ifndef WEIR_MEMBER_PACKAGE_H_
#define WEIR_MEMBER_PACKAGE_H_

#include <cstdint>
#include <string>
#include <string_view>

#include "weir/base/random.h"
#include "weir/base/status.h"
#include "weir/base/time.h"
#include "weir/coalition/charter.h"
#include "weir/member/identity.h"
#include "weir/v1/package.pb.h"

namespace weir::member {

// Largest ciphertext and payload of a package.
inline constexpr uint64_t kMaxPackageBytes = uint64_t{256} << 20;
inline constexpr uint64_t kMaxPayloadBytes = kMaxPackageBytes - (uint64_t{4} << 20);

// What travels: a detached label, all that a carrier learns, and one age file.
struct SealedPackage {
  std::string id;     // the delivery's id
  std::string label;  // weir/package/v1, signed by the sender's node key
  std::string body;   // age file
};

struct SealOptions {
  std::string delivery;   // UUIDv7
  std::string recipient;  // member id
  std::string request;    // id of the request that this answers
  Time created;           // read by the hub too: must not depend on how long the work took
};

// A release as the door stored it.
struct PackageContent {
  std::string manifest;  // note signed by the provider's node key
  std::string payload;   // Parquet
};

// Seals a release for one member.
//
// Shapes:    plaintext: a ustar archive of delivery.note, manifest.note, payload.parquet.
// Guarantee: only the holder of the recipient's age key in `charter` can read it; the delivery note
//            inside names sender, recipient with its key, request, coalition, charter version and
//            the manifest's digest, so that the recipient cannot pass the package on as its own
//            and nobody can exchange a part. The label says whose ciphertext it is.
// Reveals:   to who carries it: sender, recipient, time, size.
// Errors:    INVALID_ARGUMENT  recipient not in the charter, or too large.
// Cost:      two copies of the payload in memory. Thread-safe.
// Source:    C2SP, "age"; C2SP, "signed-note"; Davis, "Defective Sign & Encrypt in S/MIME, PKCS#7,
//            MOSS, PEM, PGP, and XML", USENIX 2001 (why the recipient is named inside).
StatusOr<SealedPackage> SealPackage(const SealOptions& options, const PackageContent& content,
                                    const Identity& sender, const coalition::Charter& charter,
                                    RandomSource& random);

// A package whose every layer has verified.
struct OpenedPackage {
  v1::PackageLabel label;
  v1::Delivery delivery;
  v1::Manifest manifest;
  std::string delivery_note;  // as it stood in the package
  std::string manifest_note;
  std::string payload;
};

// Verifies label, ciphertext, delivery and manifest, in this order, and returns the content.
//
// Guarantee: nothing of the plaintext is used before delivery note and manifest note have verified.
//            The label's sender signed label, delivery and manifest; the delivery names
//            `recipient` with its own age key, this coalition, and this manifest; the payload is
//            the one that the manifest describes.
// Not secure when: taken as the answer to a question. That the request is one's own, was sent to
//            this sender, and is answered by this plan is for the caller to check.
// Errors:    PERMISSION_DENIED    not from a member, not for this recipient, or a signature that
//                                 does not verify.
//            DATA_LOSS            truncated or altered ciphertext, another archive, a part that
//                                 does not fit the others.
//            INVALID_ARGUMENT     a label or note that is none.
//            FAILED_PRECONDITION  sealed under a newer charter than `charter`: get that one first.
// Cost:      O(body) time, two copies of it in memory. Thread-safe.
StatusOr<OpenedPackage> OpenPackage(std::string_view label, std::string_view body,
                                    const Identity& recipient, const coalition::Charter& charter);

}  // namespace weir::member

#endif  // WEIR_MEMBER_PACKAGE_H_
