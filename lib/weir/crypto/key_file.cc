// SPDX-License-Identifier: Apache-2.0
#include "weir/crypto/key_file.h"

#include <cstdint>

namespace weir::crypto {
namespace {

constexpr uint64_t kMaxKeyFileBytes = uint64_t{64} << 10;

DangerouslyRevealKey ForFile() { return DangerouslyRevealKey::Because("write a key file"); }
DangerouslyRevealKey FromFile() { return DangerouslyRevealKey::Because("parse a key file"); }

Status Write(Files& files, const std::string& path, std::string_view text) {
  if (files.Exists(path)) {
    return AlreadyExists("%s exists; keys are never overwritten", path.c_str());
  }
  return files.WriteDurably(path, text, FileMode::kPrivate);
}

Status WriteLine(Files& files, const std::string& path, const SecretBytes& line) {
  std::string text;
  text.reserve(line.size_bytes() + 1);
  text.append(line.Bytes(ForFile())).append(1, '\n');
  Status status = Write(files, path, text);
  WipeText(text);
  return status;
}

std::string_view WithoutLineEnd(std::string_view line) {
  while (!line.empty() && (line.back() == '\n' || line.back() == '\r')) line.remove_suffix(1);
  return line;
}

Status NotAKey(const std::string& path, const Status& reason) {
  return DataLoss("%s: %s", path.c_str(), MessageOf(reason).c_str());
}

// The only line of `text` that is neither empty nor a comment.
StatusOr<std::string_view> OnlyLine(std::string_view text) {
  std::string_view found;
  while (!text.empty()) {
    const size_t end = text.find('\n');
    const std::string_view line = WithoutLineEnd(text.substr(0, end));
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    if (line.empty() || line.front() == '#') continue;
    if (!found.empty()) return InvalidArgument("the file must hold one key");
    found = line;
  }
  return found;
}

}  // namespace

Status WriteAgeIdentity(Files& files, const std::string& path, const AgeIdentity& identity) {
  const SecretBytes key = identity.Format(ForFile());
  const std::string comment = "# public key: " + identity.recipient().ToString() + "\n";
  std::string text;
  text.reserve(comment.size() + key.size_bytes() + 1);
  text.append(comment).append(key.Bytes(ForFile()));
  return WriteLine(files, path, SecretBytes(std::move(text)));
}

StatusOr<AgeIdentity> ReadAgeIdentity(Files& files, const std::string& path) {
  WEIR_ASSIGN_OR_RETURN(const SecretBytes text, ReadSecret(files, path));
  const StatusOr<std::string_view> line = OnlyLine(text.Bytes(FromFile()));
  if (!line.ok()) return NotAKey(path, line.status());
  StatusOr<AgeIdentity> identity = AgeIdentity::Parse(*line);
  if (!identity.ok()) return NotAKey(path, identity.status());
  return identity;
}

Status WriteNoteSigner(Files& files, const std::string& path, const NoteSigner& signer) {
  return WriteLine(files, path, signer.Format(ForFile()));
}

StatusOr<NoteSigner> ReadNoteSigner(Files& files, const std::string& path) {
  WEIR_ASSIGN_OR_RETURN(const SecretBytes text, ReadSecret(files, path));
  StatusOr<NoteSigner> signer = NoteSigner::Parse(WithoutLineEnd(text.Bytes(FromFile())));
  if (!signer.ok()) return NotAKey(path, signer.status());
  return signer;
}

Status WriteTlsKey(Files& files, const std::string& path, const TlsKey& key) {
  return WriteSecret(files, path, key.FormatPem(ForFile()));
}

StatusOr<TlsKey> ReadTlsKey(Files& files, const std::string& path) {
  WEIR_ASSIGN_OR_RETURN(const SecretBytes text, ReadSecret(files, path));
  StatusOr<TlsKey> key = TlsKey::ParsePem(text.Bytes(FromFile()));
  if (!key.ok()) return NotAKey(path, key.status());
  return key;
}

Status WriteSecret(Files& files, const std::string& path, const SecretBytes& secret) {
  return Write(files, path, secret.Bytes(ForFile()));
}

StatusOr<SecretBytes> ReadSecret(Files& files, const std::string& path) {
  WEIR_ASSIGN_OR_RETURN(std::string text, files.ReadPrivate(path, kMaxKeyFileBytes));
  return SecretBytes(std::move(text));
}

}  // namespace weir::crypto
