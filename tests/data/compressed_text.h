// SPDX-License-Identifier: Apache-2.0
#ifndef WEIR_TESTS_DATA_COMPRESSED_TEXT_H_
#define WEIR_TESTS_DATA_COMPRESSED_TEXT_H_

#include <string>
#include <string_view>

namespace weir::data {

// One gzip member, one zstd frame. Abort when the library refuses.
std::string Gzip(std::string_view text);
std::string Zstd(std::string_view text);

}  // namespace weir::data

#endif  // WEIR_TESTS_DATA_COMPRESSED_TEXT_H_
