// SPDX-License-Identifier: Apache-2.0
#ifndef WEIR_ANON_INTERNAL_REPORT_STYLE_H_
#define WEIR_ANON_INTERNAL_REPORT_STYLE_H_

namespace weir::anon::internal {

// The style sheet of a report: light and dark, narrow, wide and printed.
extern const char* const kReportStyle;

}  // namespace weir::anon::internal

#endif  // WEIR_ANON_INTERNAL_REPORT_STYLE_H_
