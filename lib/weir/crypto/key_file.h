// SPDX-License-Identifier: Apache-2.0
#ifndef WEIR_CRYPTO_KEY_FILE_H_
#define WEIR_CRYPTO_KEY_FILE_H_

#include <string>
#include <string_view>

#include "weir/base/files.h"
#include "weir/base/secret.h"
#include "weir/base/status.h"
#include "weir/crypto/age_key.h"
#include "weir/crypto/note_key.h"
#include "weir/crypto/tls_key.h"

namespace weir::crypto {

// Secret keys on disk: one key a file, text, mode 0600, at most 64 KiB, never overwritten.
//
// Errors of writing: ALREADY_EXISTS     `path` is taken; the file there is not touched.
//                    and those of Files::WriteDurably.
// Errors of reading: PERMISSION_DENIED  group or others may use the file, or it is another user's;
//                                       the message says how to repair that. Others may know the
//                                       key: replace it.
//                    DATA_LOSS          the file does not hold a key of this kind.
//                    and those of Files::Read.
// No message quotes anything from the file. Buffers that held a key are wiped.

// "# public key: age1..." and the identity, as `age-keygen` writes it and `age -d -i` reads it.
Status WriteAgeIdentity(Files& files, const std::string& path, const AgeIdentity& identity);
StatusOr<AgeIdentity> ReadAgeIdentity(Files& files, const std::string& path);

// The private key text of a note signer and a newline.
Status WriteNoteSigner(Files& files, const std::string& path, const NoteSigner& signer);
StatusOr<NoteSigner> ReadNoteSigner(Files& files, const std::string& path);

// PEM, PKCS #8.
Status WriteTlsKey(Files& files, const std::string& path, const TlsKey& key);
StatusOr<TlsKey> ReadTlsKey(Files& files, const std::string& path);

// Any other secret, as it is.
Status WriteSecret(Files& files, const std::string& path, const SecretBytes& secret);
StatusOr<SecretBytes> ReadSecret(Files& files, const std::string& path);

}  // namespace weir::crypto

#endif  // WEIR_CRYPTO_KEY_FILE_H_
