// SPDX-License-Identifier: Apache-2.0
#ifndef WEIR_BASE_SECRET_H_
#define WEIR_BASE_SECRET_H_

#include <cstddef>
#include <cstdint>
#include <iosfwd>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "weir/base/random.h"
#include "weir/base/status.h"

namespace weir {

// The ticket for taking a secret out of its box. Searching the sources for this name lists every
// place that does, each with its reason.
class DangerouslyRevealKey final {
 public:
  // `reason`: for the reader of the source; nothing stores or prints it. Must not be empty.
  static constexpr DangerouslyRevealKey Because(std::string_view reason) {
    WEIR_CHECK(!reason.empty());
    return DangerouslyRevealKey();
  }

 private:
  constexpr DangerouslyRevealKey() = default;
};

// Bytes of a secret key. Move-only; overwritten with zeros when destroyed or moved from; cannot be
// compared with == (use ConstantTimeEqual on Bytes) and prints as SecretKey(redacted).
//
// Not secure when: memory is swapped, dumped or snapshotted; that is the administrator's part.
// Thread-safe for reading.
class SecretBytes {
 public:
  SecretBytes() = default;
  // Takes a copy and overwrites `bytes`, which is left empty.
  explicit SecretBytes(std::string&& bytes);
  static SecretBytes CopyOf(std::string_view bytes);
  static SecretBytes Random(RandomSource& random, size_t size_bytes);

  SecretBytes(SecretBytes&& other) noexcept;
  SecretBytes& operator=(SecretBytes&& other) noexcept;
  SecretBytes(const SecretBytes&) = delete;
  SecretBytes& operator=(const SecretBytes&) = delete;
  ~SecretBytes();

  bool operator==(const SecretBytes&) const = delete;

  size_t size_bytes() const { return size_bytes_; }
  // Valid as long as this object; copies of it are the caller's to wipe.
  std::string_view Bytes(DangerouslyRevealKey) const;

 private:
  // Room for a key that is about to be made; the bytes start as zeros.
  explicit SecretBytes(size_t size_bytes);
  void Wipe() noexcept;

  std::unique_ptr<uint8_t[]> bytes_;
  size_t size_bytes_ = 0;
};

std::ostream& operator<<(std::ostream& out, const SecretBytes& secret);

// Overwrites with zeros in a way that the compiler does not remove.
void WipeBytes(std::span<uint8_t> bytes) noexcept;
// The same for all that `text` has allocated; leaves it empty.
void WipeText(std::string& text) noexcept;

}  // namespace weir

#endif  // WEIR_BASE_SECRET_H_
