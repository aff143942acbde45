// SPDX-License-Identifier: Apache-2.0
#ifndef WEIR_DOC_INTERNAL_SCALAR_READER_H_
#define WEIR_DOC_INTERNAL_SCALAR_READER_H_

#include <cstdint>
#include <string_view>

#include "weir/base/status.h"

namespace weir::doc::internal {

// Numbers as documents write them; nothing is guessed. Messages read on after the field's name:
// `must be a whole number, got "0x1F"; ...`.

// -?digits: no leading zeros, no sign '+', no '_', no other base. INVALID_ARGUMENT otherwise or
// when it does not fit. T: int32_t, int64_t, uint32_t, uint64_t.
template <class T>
StatusOr<T> ReadInteger(std::string_view text);

// -?digits[.digits][e[-]digits], to the nearest double. INVALID_ARGUMENT otherwise or beyond
// the largest double.
StatusOr<double> ReadDouble(std::string_view text);

// true or false, nothing else.
StatusOr<bool> ReadBool(std::string_view text);

// What to do about a text that is no number: the usual slips by name.
Status NotANumber(std::string_view kind, std::string_view text);

}  // namespace weir::doc::internal

#endif  // WEIR_DOC_INTERNAL_SCALAR_READER_H_
