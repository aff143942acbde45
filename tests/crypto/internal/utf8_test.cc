// SPDX-License-Identifier: Apache-2.0
#include "weir/crypto/internal/utf8.h"

#include <string>

#include <gtest/gtest.h>

namespace weir::crypto::internal {
namespace {

TEST(Utf8Test, ReadsTheSmallestAndLargestOfEachLength) {
  struct Case {
    std::string_view text;
    char32_t value;
  };
  for (const Case& good :
       {Case{std::string_view("\0", 1), 0}, Case{"\x7f", 0x7f}, Case{"\xc2\x80", 0x80},
        Case{"\xdf\xbf", 0x7ff}, Case{"\xe0\xa0\x80", 0x800}, Case{"\xed\x9f\xbf", 0xd7ff},
        Case{"\xee\x80\x80", 0xe000}, Case{"\xef\xbf\xbf", 0xffff},
        Case{"\xf0\x90\x80\x80", 0x10000}, Case{"\xf4\x8f\xbf\xbf", 0x10ffff}}) {
    const auto point = FirstCodePoint(good.text);
    ASSERT_TRUE(point.has_value()) << std::hex << static_cast<uint32_t>(good.value);
    EXPECT_EQ(point->value, good.value);
    EXPECT_EQ(point->size_bytes, good.text.size());
  }
}

TEST(Utf8Test, RefusesWhatIsNotWellFormed) {
  for (const std::string_view bad :
       {"\x80", "\xbf", "\xc0\x80", "\xc1\xbf", "\xc2", "\xc2 ", "\xe0\x9f\xbf", "\xe0\xa0",
        "\xed\xa0\x80", "\xed\xbf\xbf", "\xf0\x8f\xbf\xbf", "\xf4\x90\x80\x80", "\xf5\x80\x80\x80",
        "\xf8\x88\x80\x80\x80", "\xff"}) {
    EXPECT_FALSE(FirstCodePoint(bad).has_value()) << bad;
  }
}

TEST(Utf8Test, KnowsUnicodeSpaces) {
  for (const char32_t space : {0x09, 0x0a, 0x0d, 0x20, 0x85, 0xa0, 0x1680, 0x2000, 0x200a, 0x2028,
                               0x2029, 0x202f, 0x205f, 0x3000}) {
    EXPECT_TRUE(IsUnicodeSpace(space)) << std::hex << static_cast<uint32_t>(space);
  }
  for (const char32_t other : {0x08, 0x0e, 0x21, 0x61, 0x200b, 0x2014, 0x3001}) {
    EXPECT_FALSE(IsUnicodeSpace(other)) << std::hex << static_cast<uint32_t>(other);
  }
}

}  // namespace
}  // namespace weir::crypto::internal
