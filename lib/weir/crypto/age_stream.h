// SPDX-License-Identifier: Apache-2.0
#ifndef WEIR_CRYPTO_AGE_STREAM_H_
#define WEIR_CRYPTO_AGE_STREAM_H_

#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "weir/base/random.h"
#include "weir/base/status.h"
#include "weir/crypto/age_key.h"

namespace weir::crypto {

// Seals what does not fit into memory, or need not: the same file as Seal makes, piece by piece.
// Guarantee, limits and errors are those of Seal (weir/crypto/age_file.h). Move-only; not
// thread-safe.
//
//   write(sealer.Add(piece)) for every piece, then write(std::move(sealer).Finish())
class AgeSealer {
 public:
  static StatusOr<AgeSealer> Start(std::span<const AgeRecipient> recipients, RandomSource& random);

  // The next bytes of the file. Holds back at most one chunk of 64 KiB.
  std::string Add(std::string_view piece);
  // The last bytes. Without them the file does not open: it counts as truncated.
  std::string Finish() &&;

  AgeSealer(AgeSealer&&) noexcept;
  AgeSealer& operator=(AgeSealer&&) noexcept;
  ~AgeSealer();

 private:
  struct State;
  explicit AgeSealer(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

// Opens an age file piece by piece. Move-only; not thread-safe; keep `identity` alive.
//
// Guarantee: every byte that Add returns was sealed to this identity and stands at its place.
// Not secure when: anything is used before Finish returned OK. Until then the file may be a
//            truncated one, and what was returned a beginning only. Write to a temporary file and
//            rename it afterwards.
// Errors:    of Add and Finish: PERMISSION_DENIED, DATA_LOSS as in Open. After an error the opener
//            gives the same error for ever.
class AgeOpener {
 public:
  explicit AgeOpener(const AgeIdentity& identity);

  // The plaintext that can be told by now. Holds back at most one chunk, or the header.
  StatusOr<std::string> Add(std::string_view piece);
  // The last of the plaintext; only now the file is known to be whole.
  StatusOr<std::string> Finish() &&;

  AgeOpener(AgeOpener&&) noexcept;
  AgeOpener& operator=(AgeOpener&&) noexcept;
  ~AgeOpener();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace weir::crypto

#endif  // WEIR_CRYPTO_AGE_STREAM_H_
