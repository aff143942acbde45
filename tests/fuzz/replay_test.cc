// SPDX-License-Identifier: Apache-2.0
// Runs a fuzzer's entry point on its corpus as an ordinary test, where libFuzzer is not at hand.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "tests/support/temporary_folder.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size);

namespace weir {
namespace {

constexpr size_t kMaxVariedBytes = 2048;

std::vector<std::string> Seeds() {
  std::vector<std::string> seeds;
  for (const auto& entry : std::filesystem::directory_iterator(WEIR_CORPUS)) {
    seeds.push_back(test::ReadTextFile(entry.path().string()));
  }
  return seeds;
}

// A copy of its own for each run: a sanitizer sees a read behind the end.
void RunOn(const std::string& input) {
  const std::vector<uint8_t> bytes(input.begin(), input.end());
  EXPECT_EQ(LLVMFuzzerTestOneInput(bytes.data(), bytes.size()), 0);
}

TEST(ReplayTest, TakesEverySeed) {
  const std::vector<std::string> seeds = Seeds();
  ASSERT_FALSE(seeds.empty());
  for (const std::string& seed : seeds) RunOn(seed);
}

TEST(ReplayTest, TakesEveryTruncationAndFlippedByte) {
  for (const std::string& seed : Seeds()) {
    for (size_t i = 0; i < std::min(seed.size(), kMaxVariedBytes); ++i) {
      RunOn(seed.substr(0, i));
      std::string altered = seed;
      altered[i] = static_cast<char>(altered[i] ^ (1 << (i % 8)));
      RunOn(altered);
    }
  }
}

}  // namespace
}  // namespace weir
