// SPDX-License-Identifier: Apache-2.0
#include "services/wire/own_certificate.h"

#include <chrono>
#include <filesystem>
#include <system_error>
#include <utility>

#include <openssl/bio.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

#include "weir/base/secret.h"
#include "weir/crypto/key_file.h"
#include "weir/crypto/tls_key.h"

namespace weir::wire {
namespace {

constexpr uint64_t kMaxCertificateBytes = uint64_t{64} * 1024;

// DER of the public key that `certificate_pem` speaks for; empty if it cannot be read.
std::string PublicKeyOf(const std::string& certificate_pem) {
  const std::unique_ptr<BIO, decltype(&BIO_free)> bio(
      BIO_new_mem_buf(certificate_pem.data(), static_cast<int>(certificate_pem.size())), BIO_free);
  const std::unique_ptr<X509, decltype(&X509_free)> certificate(
      PEM_read_bio_X509(bio.get(), nullptr, nullptr, nullptr), X509_free);
  if (certificate == nullptr) return {};
  unsigned char* der = nullptr;
  const int size = i2d_PUBKEY(X509_get0_pubkey(certificate.get()), &der);
  if (size <= 0) return {};
  std::string key(reinterpret_cast<const char*>(der), static_cast<size_t>(size));
  OPENSSL_free(der);
  return key;
}

Status FileSystemError(const std::error_code& error, const std::string& path) {
  return Unavailable("cannot exchange %s: %s", path.c_str(), error.message().c_str());
}

}  // namespace

CertificateAndKey::~CertificateAndKey() { WipeText(key_pem); }

StatusOr<std::unique_ptr<OwnCertificate>> OwnCertificate::Load(const Options& options,
                                                               const TrustStore& trust,
                                                               Files& files) {
  std::unique_ptr<OwnCertificate> own(new OwnCertificate(options, trust, files));
  WEIR_RETURN_IF_ERROR(own->Reload().status());
  return own;
}

StatusOr<bool> OwnCertificate::Reload() {
  WEIR_ASSIGN_OR_RETURN(std::string certificate,
                        files_.Read(options_.certificate_path, kMaxCertificateBytes));
  WEIR_ASSIGN_OR_RETURN(const crypto::TlsKey key, crypto::ReadTlsKey(files_, options_.key_path));
  WEIR_RETURN_IF_ERROR(
      Annotate(crypto::ParseCertificate(certificate).status(), options_.certificate_path));
  if (PublicKeyOf(certificate) != key.public_key()) {
    return FailedPrecondition("the key in %s does not belong to the certificate in %s",
                              options_.key_path.c_str(), options_.certificate_path.c_str());
  }
  const auto identity = trust_.Identify(certificate, crypto::CertificatePurpose::kClient);
  if (!identity.ok()) {
    return FailedPrecondition("%s: %s", options_.certificate_path.c_str(),
                              MessageOf(identity.status()).c_str());
  }
  const SecretBytes key_text =
      key.FormatPem(DangerouslyRevealKey::Because("gRPC takes the key of a connection as text"));
  const std::string_view key_pem =
      key_text.Bytes(DangerouslyRevealKey::Because("gRPC takes the key of a connection as text"));
  const std::lock_guard lock(mutex_);
  if (current_ != nullptr && current_->certificate_pem == certificate &&
      current_->key_pem == key_pem) {
    return false;
  }
  current_ = std::make_shared<CertificateAndKey>(std::move(certificate), std::string(key_pem));
  identity_ = *identity;
  ++generation_;
  return true;
}

std::shared_ptr<const CertificateAndKey> OwnCertificate::Get() const {
  const std::lock_guard lock(mutex_);
  return current_;
}

CallerIdentity OwnCertificate::identity() const {
  const std::lock_guard lock(mutex_);
  return *identity_;
}

uint64_t OwnCertificate::generation() const {
  const std::lock_guard lock(mutex_);
  return generation_;
}

StatusOr<std::unique_ptr<PublishedCertificate>> PublishedCertificate::Create(std::string folder,
                                                                             Files& files) {
  WEIR_RETURN_IF_ERROR(files.RemoveTree(folder));
  WEIR_RETURN_IF_ERROR(files.MakeFolder(folder));
  return std::unique_ptr<PublishedCertificate>(new PublishedCertificate(std::move(folder), files));
}

PublishedCertificate::~PublishedCertificate() {
  // A folder that cannot be removed is emptied by the next start.
  static_cast<void>(files_.RemoveTree(folder_));
}

Status PublishedCertificate::Publish(const CertificateAndKey& own,
                                     const std::string& authority_bundle) {
  if (authority_bundle.empty()) {
    return FailedPrecondition("no certificate authority is trusted yet");
  }
  const std::lock_guard lock(mutex_);
  const std::string name = "generation-" + std::to_string(generation_ + 1);
  const std::string folder = JoinPath(folder_, name);
  WEIR_RETURN_IF_ERROR(files_.MakeFolder(folder));
  const std::pair<const char*, const std::string*> contents[] = {
      {"key.pem", &own.key_pem},
      {"certificate.pem", &own.certificate_pem},
      {"authorities.pem", &authority_bundle}};
  // gRPC notices an exchange in the middle of its reading by modification times in whole seconds:
  // every generation gets its own.
  const auto age =
      std::filesystem::file_time_type::clock::now() + std::chrono::seconds(generation_ + 1);
  std::error_code error;
  for (const auto& [file, text] : contents) {
    WEIR_RETURN_IF_ERROR(files_.WriteDurably(JoinPath(folder, file), *text, FileMode::kPrivate));
    std::filesystem::last_write_time(JoinPath(folder, file), age, error);
    if (error) return FileSystemError(error, folder);
  }
  const std::string link = JoinPath(folder_, "current");
  std::filesystem::create_directory_symlink(name, link + ".new", error);
  if (!error) std::filesystem::rename(link + ".new", link, error);
  if (error) return FileSystemError(error, link);
  ++generation_;
  // The one before stays for whoever is reading it right now.
  if (generation_ < 3) return OkStatus();
  return files_.RemoveTree(JoinPath(folder_, "generation-" + std::to_string(generation_ - 2)));
}

}  // namespace weir::wire
