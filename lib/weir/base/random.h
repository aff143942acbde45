// SPDX-License-Identifier: Apache-2.0
#ifndef WEIR_BASE_RANDOM_H_
#define WEIR_BASE_RANDOM_H_

#include <cstdint>
#include <span>
#include <string>

namespace weir {

// Where randomness comes from. The library has one implementation, SystemRandom; seeded and
// scripted ones live in tests/support and are never linked into a program.
class RandomSource {
 public:
  virtual ~RandomSource() = default;
  virtual void Fill(std::span<uint8_t> out) = 0;
  // A uniform 64-bit word; overridden where a faster path exists.
  virtual uint64_t Word();
};

// Cryptographically secure, buffered per thread: AES-256-CTR keystream under a key from the
// operating system, rekeyed after every buffer (fast key erasure), after fork in the child and
// after 2^30 bytes from the system again. Never returns weak bytes: a failure of the system's
// generator ends the process. Thread-safe; lives for ever.
//
// Assumes: the machine is not a restored memory snapshot of another (that needs a reseed: see
//          docs/explanation/threat-model.md).
// Source:  Bernstein, "Fast-key-erasure random-number generators", 2017; NIST SP 800-38A (CTR).
RandomSource& SystemRandom();

// `size` random bytes.
std::string RandomBytes(RandomSource& random, size_t size);

}  // namespace weir

#endif  // WEIR_BASE_RANDOM_H_
