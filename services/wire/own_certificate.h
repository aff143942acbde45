// SPDX-License-Identifier: Apache-2.0
#ifndef WEIR_SERVICES_WIRE_OWN_CERTIFICATE_H_
#define WEIR_SERVICES_WIRE_OWN_CERTIFICATE_H_

#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include "services/wire/caller.h"
#include "services/wire/trust.h"
#include "weir/base/files.h"
#include "weir/base/status.h"

namespace weir::wire {

// A certificate and its key as gRPC takes them. The key is secret: do not log or copy it.
struct CertificateAndKey {
  std::string certificate_pem;
  std::string key_pem;

  CertificateAndKey(std::string certificate, std::string key)
      : certificate_pem(std::move(certificate)), key_pem(std::move(key)) {}
  CertificateAndKey(const CertificateAndKey&) = delete;
  CertificateAndKey& operator=(const CertificateAndKey&) = delete;
  ~CertificateAndKey();  // wipes the key
};

// This process's own certificate, as it lies on disk, checked. Thread-safe.
//
// An administrator replaces the two files one after the other; a Reload in between finds a pair
// that does not match, says so, and the last good pair stays in use.
class OwnCertificate {
 public:
  struct Options {
    std::string certificate_path;  // one certificate, PEM
    std::string key_path;          // PKCS #8, PEM, mode 0600
  };
  // `files` and `trust` must outlive it.
  // Errors: those of Reload.
  static StatusOr<std::unique_ptr<OwnCertificate>> Load(const Options& options,
                                                        const TrustStore& trust, Files& files);

  // Reads both files again. True if they hold something new. On an error the pair of before stays
  // in use.
  //
  // Errors: FAILED_PRECONDITION  the key is not the certificate's, or the trust store does not
  //                              accept the certificate: expired, revoked, of another authority.
  //         INVALID_ARGUMENT     unreadable certificate.
  //         and those of crypto::ReadTlsKey and Files::Read.
  StatusOr<bool> Reload();

  std::shared_ptr<const CertificateAndKey> Get() const;
  // Who this process is.
  CallerIdentity identity() const;
  // Grows with every Reload that changed something.
  uint64_t generation() const;

 private:
  OwnCertificate(const Options& options, const TrustStore& trust, Files& files)
      : options_(options), trust_(trust), files_(files) {}

  const Options options_;
  const TrustStore& trust_;
  Files& files_;
  mutable std::mutex mutex_;
  std::shared_ptr<const CertificateAndKey> current_;
  std::optional<CallerIdentity> identity_;
  uint64_t generation_ = 0;
};

// The pair in the form in which gRPC's servers follow it: a folder that always holds one complete,
// matching generation (own key, own certificate, accepted authorities) and is exchanged as a whole.
// Thread-safe; one a folder. Removes the folder at the end.
//
//     <folder>/current -> generation-7/{key.pem, certificate.pem, authorities.pem}
class PublishedCertificate {
 public:
  // `folder`: private to this process, emptied first.
  // Errors: those of Files::MakeFolder.
  static StatusOr<std::unique_ptr<PublishedCertificate>> Create(std::string folder, Files& files);
  ~PublishedCertificate();
  PublishedCertificate(const PublishedCertificate&) = delete;
  PublishedCertificate& operator=(const PublishedCertificate&) = delete;

  // Replaces what the folder holds, in one step. On an error the generation of before stands.
  // Errors: those of Files::WriteDurably. FAILED_PRECONDITION  no authority in the bundle.
  Status Publish(const CertificateAndKey& own, const std::string& authority_bundle);

  std::string key_path() const { return folder_ + "/current/key.pem"; }
  std::string certificate_path() const { return folder_ + "/current/certificate.pem"; }
  std::string authorities_path() const { return folder_ + "/current/authorities.pem"; }

 private:
  PublishedCertificate(std::string folder, Files& files)
      : folder_(std::move(folder)), files_(files) {}

  const std::string folder_;
  Files& files_;
  std::mutex mutex_;
  uint64_t generation_ = 0;
};

}  // namespace weir::wire

#endif  // WEIR_SERVICES_WIRE_OWN_CERTIFICATE_H_
