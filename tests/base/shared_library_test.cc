// SPDX-License-Identifier: Apache-2.0
#include "weir/base/shared_library.h"

#include <cmath>

#include "tests/support/status_matchers.h"

namespace weir {
namespace {

using test::IsOk;
using test::StatusIs;
using ::testing::AllOf;
using ::testing::HasSubstr;

TEST(SharedLibraryTest, TakesTheFirstPlaceThatIsThere) {
  for (const bool is_large : {false, true}) {
    WEIR_ASSERT_OK_AND_ASSIGN(
        const SharedLibrary opened,
        SharedLibrary::Open(
            {.name = "libm", .places = {"/nowhere/libm.so", "libm.so.6"}, .is_large = is_large}));
    double (*cosine)(double) = nullptr;
    ASSERT_THAT(opened.Find("cos", cosine), IsOk());
    EXPECT_EQ(cosine(0), 1);
    EXPECT_THAT(opened.Find("no_such_function", cosine),
                StatusIs(StatusCode::kUnavailable,
                         HasSubstr("libm has no function no_such_function: it is too old")));
  }
}

TEST(SharedLibraryTest, NamesThePlacesThatItTried) {
  EXPECT_THAT(SharedLibrary::Open({.name = "libodd",
                                   .purpose = ", which is odd,",
                                   .places = {"/nowhere/a.so", "/nowhere/b.so"}}),
              StatusIs(StatusCode::kUnavailable,
                       AllOf(HasSubstr("libodd, which is odd, cannot be loaded: "),
                             HasSubstr("/nowhere/a.so"), HasSubstr("; /nowhere/b.so"))));
}

}  // namespace
}  // namespace weir
