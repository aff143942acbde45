// SPDX-License-Identifier: Apache-2.0
#ifndef WEIR_DATA_CLICKHOUSE_INTERNAL_RANDOM_TEXT_H_
#define WEIR_DATA_CLICKHOUSE_INTERNAL_RANDOM_TEXT_H_

#include <string>

#include "weir/base/random.h"

namespace weir::data::internal {

// 32 random bytes as 64 hexadecimal digits.
std::string RandomText(RandomSource& random);

}  // namespace weir::data::internal

#endif  // WEIR_DATA_CLICKHOUSE_INTERNAL_RANDOM_TEXT_H_
