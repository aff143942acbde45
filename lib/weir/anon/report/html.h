// SPDX-License-Identifier: Apache-2.0
#ifndef WEIR_ANON_REPORT_HTML_H_
#define WEIR_ANON_REPORT_HTML_H_

#include <cstdint>
#include <string>
#include <string_view>

namespace weir::anon::html {

// Text for HTML and XML, between tags or in a quoted attribute. What comes out has no markup, no
// control character and no mark that turns the direction of writing: these become U+FFFD.
std::string Escape(std::string_view text);

// Escaped, and cut after `most_characters` UTF-8 characters with an ellipsis.
std::string EscapeShort(std::string_view text, size_t most_characters);

// Figures as people read them, with the exact one in the `value` of a <data> element.
std::string Count(uint64_t value);  // 30,162
std::string Percent(double share);  // 12.5 %, at most three significant digits below 1 %
std::string Percent(double share, std::string_view id);  // the element has this id
std::string Count(uint64_t value, std::string_view id);

// The shortest text that reads back as `value`.
std::string Exact(double value);
// The figures alone, without an element.
std::string PlainPercent(double share);
std::string PlainCount(uint64_t value);

}  // namespace weir::anon::html

#endif  // WEIR_ANON_REPORT_HTML_H_
