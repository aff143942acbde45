// SPDX-License-Identifier: Apache-2.0
#include "weir/anon/dictionary.h"

#include <algorithm>
#include <map>
#include <string>
#include <vector>

#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <rapidcheck/gtest.h>

namespace weir::anon {
namespace {

TEST(DictionaryTest, EmptyOneFindsNothing) {
  const Dictionary dictionary;
  EXPECT_EQ(dictionary.size(), 0u);
  EXPECT_EQ(dictionary.Find(""), std::nullopt);
}

TEST(DictionaryTest, TextsOfAllLengthsAreTold) {
  Dictionary dictionary;
  for (size_t length = 0; length < 70; ++length) {
    for (size_t changed = 0; changed <= length; ++changed) {
      std::string text(length, 'a');
      if (changed < length) text[changed] = 'b';
      const uint32_t code = dictionary.Add(text);
      EXPECT_EQ(dictionary[code], text);
      EXPECT_EQ(code + 1, dictionary.size()) << length << " " << changed;
    }
  }
}

RC_GTEST_PROP(DictionaryPropertyTest, CodesAreThoseOfAMap, ()) {
  // Of few short texts, so that they come again, zero bytes among them.
  const auto texts = *rc::gen::container<std::vector<std::string>>(
      rc::gen::container<std::string>(rc::gen::element('a', 'b', '\0')));
  Dictionary dictionary;
  std::map<std::string, uint32_t> codes;
  for (const std::string& text : texts) {
    const auto [entry, is_new] = codes.emplace(text, static_cast<uint32_t>(codes.size()));
    RC_ASSERT(dictionary.Add(text) == entry->second);
  }
  RC_ASSERT(dictionary.size() == codes.size());
  const std::vector<uint32_t> new_codes = dictionary.Sort();
  uint32_t place = 0;
  for (const auto& [text, code] : codes) {
    RC_ASSERT(dictionary[place] == text);
    RC_ASSERT(dictionary.Find(text) == place);
    RC_ASSERT(new_codes[code] == place);
    ++place;
  }
}

}  // namespace
}  // namespace weir::anon
