// SPDX-License-Identifier: Apache-2.0
#include "weir/base/random.h"

#include <algorithm>
#include <array>
#include <atomic>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <new>

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <pthread.h>
#include <sys/mman.h>
#include <sys/random.h>

#include "weir/base/status.h"

namespace weir {
namespace {

constexpr size_t kBufferBytes = size_t{64} * 1024;
constexpr size_t kKeyBytes = 32;
constexpr size_t kSeedBytes = kKeyBytes + 16;  // AES-256 key, then the first counter block
constexpr uint64_t kBytesPerReseed = uint64_t{1} << 30;

// Counts forks that this process descends from, plus one: a state of another generation, or one
// that the kernel has wiped to zero, must not be used.
std::atomic<uint64_t> fork_generation{1};

// One thread's generator. Lives in pages of its own, which a forked child finds wiped.
struct Generator {
  uint64_t generation = 0;
  size_t position = kBufferBytes;  // next byte of `buffer` to hand out; all before it are zero
  uint64_t bytes_until_reseed = 0;
  std::array<uint8_t, kSeedBytes> seed{};
  alignas(64) std::array<uint8_t, kBufferBytes> buffer{};
};

struct ThreadState {
  Generator* generator = nullptr;
  EVP_CIPHER_CTX* cipher = nullptr;
};
constinit thread_local ThreadState thread_state;

[[noreturn]] void Fail(const char* what) {
  static_cast<void>(
      std::fprintf(stderr, "weir: no secure randomness: %s failed, stopping\n", what));
  std::abort();
}

void Require(bool condition, const char* what) {
  if (!condition) Fail(what);
}

void FillFromSystem(std::span<uint8_t> out) {
  while (!out.empty()) {
    const ssize_t size = ::getrandom(out.data(), out.size(), 0);
    if (size < 0 && errno == EINTR) continue;
    Require(size > 0, "getrandom");
    out = out.subspan(static_cast<size_t>(size));
  }
}

void CountFork() { fork_generation.fetch_add(1, std::memory_order_relaxed); }

// Runs after the thread's C++ destructors, so they may still draw.
void EndThread(void*) {
  OPENSSL_cleanse(thread_state.generator, sizeof(Generator));
  ::munmap(thread_state.generator, sizeof(Generator));
  EVP_CIPHER_CTX_free(thread_state.cipher);
  thread_state = {};
}

const EVP_CIPHER* Aes256Ctr() {
  static const EVP_CIPHER* const kCipher = EVP_CIPHER_fetch(nullptr, "AES-256-CTR", nullptr);
  Require(kCipher != nullptr, "EVP_CIPHER_fetch");
  return kCipher;
}

pthread_key_t ThreadEndKey() {
  static const pthread_key_t kKey = [] {
    pthread_key_t key = 0;
    Require(::pthread_key_create(&key, EndThread) == 0, "pthread_key_create");
    Require(::pthread_atfork(nullptr, nullptr, CountFork) == 0, "pthread_atfork");
    return key;
  }();
  return kKey;
}

[[gnu::noinline]] void StartThread() {
  void* pages = ::mmap(nullptr, sizeof(Generator), PROT_READ | PROT_WRITE,
                       MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  Require(pages != MAP_FAILED, "mmap");
  // Both are second lines of defence; CountFork covers kernels without the first.
  ::madvise(pages, sizeof(Generator), MADV_WIPEONFORK);
  ::madvise(pages, sizeof(Generator), MADV_DONTDUMP);
  thread_state.generator = new (pages) Generator;
  thread_state.cipher = EVP_CIPHER_CTX_new();
  Require(thread_state.cipher != nullptr, "EVP_CIPHER_CTX_new");
  Require(::pthread_setspecific(ThreadEndKey(), thread_state.generator) == 0,
          "pthread_setspecific");
}

void SetKey(std::span<const uint8_t, kSeedBytes> seed) {
  Require(EVP_EncryptInit_ex2(thread_state.cipher, Aes256Ctr(), seed.data(),
                              seed.data() + kKeyBytes, nullptr) == 1,
          "EVP_EncryptInit_ex2");
}

// Fast key erasure: keystream under the old seed fills the buffer, its first bytes are the next
// seed, and the old one is forgotten before any byte is handed out.
[[gnu::noinline]] void Refill(uint64_t generation) {
  Generator& generator = *thread_state.generator;
  if (generator.generation != generation || generator.bytes_until_reseed < kBufferBytes) {
    FillFromSystem(generator.seed);
    generator.generation = generation;
    generator.bytes_until_reseed = kBytesPerReseed;
  }
  static constexpr std::array<uint8_t, kSeedBytes> kNoSeed{};
  generator.buffer.fill(0);
  SetKey(generator.seed);
  int size = 0;
  Require(EVP_EncryptUpdate(thread_state.cipher, generator.buffer.data(), &size,
                            generator.buffer.data(), static_cast<int>(kBufferBytes)) == 1 &&
              size == static_cast<int>(kBufferBytes),
          "EVP_EncryptUpdate");
  SetKey(kNoSeed);  // overwrites the key schedule
  std::copy_n(generator.buffer.begin(), kSeedBytes, generator.seed.begin());
  std::fill_n(generator.buffer.begin(), kSeedBytes, uint8_t{0});
  generator.position = kSeedBytes;
  generator.bytes_until_reseed -= kBufferBytes;
}

// This thread's generator with at least `size` fresh bytes in its buffer.
inline Generator& ReadyGenerator(size_t size) {
  if (thread_state.generator == nullptr) [[unlikely]] {
    StartThread();
  }
  const uint64_t generation = fork_generation.load(std::memory_order_relaxed);
  Generator& generator = *thread_state.generator;
  if (generator.generation != generation || generator.position + size > kBufferBytes) [[unlikely]] {
    Refill(generation);
  }
  return generator;
}

class BufferedSystemRandom final : public RandomSource {
 public:
  void Fill(std::span<uint8_t> out) override {
    while (!out.empty()) {
      Generator& generator = ReadyGenerator(1);
      const size_t size = std::min(out.size(), kBufferBytes - generator.position);
      uint8_t* fresh = generator.buffer.data() + generator.position;
      std::memcpy(out.data(), fresh, size);
      std::memset(fresh, 0, size);
      generator.position += size;
      out = out.subspan(size);
    }
  }

  uint64_t Word() override {
    uint64_t word = 0;
    Generator& generator = ReadyGenerator(sizeof(word));
    uint8_t* fresh = generator.buffer.data() + generator.position;
    std::memcpy(&word, fresh, sizeof(word));
    std::memset(fresh, 0, sizeof(word));
    generator.position += sizeof(word);
    return word;
  }
};

}  // namespace

uint64_t RandomSource::Word() {
  std::array<uint8_t, 8> bytes{};
  Fill(bytes);
  uint64_t word = 0;
  for (size_t i = 0; i < bytes.size(); ++i) word |= uint64_t{bytes[i]} << (8 * i);
  return word;
}

RandomSource& SystemRandom() {
  static BufferedSystemRandom random;
  return random;
}

std::string RandomBytes(RandomSource& random, size_t size) {
  std::string bytes(size, '\0');
  random.Fill(std::span(reinterpret_cast<uint8_t*>(bytes.data()), bytes.size()));
  return bytes;
}

}  // namespace weir
