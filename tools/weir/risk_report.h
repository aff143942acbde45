// SPDX-License-Identifier: Apache-2.0
#ifndef WEIR_TOOLS_WEIR_RISK_REPORT_H_
#define WEIR_TOOLS_WEIR_RISK_REPORT_H_

#include <string>

#include "weir/anon/risk/risk_analysis.h"
#include "weir/privacy/private.h"

namespace weir::tool {

// Tables for a reader who is no statistician: each figure with what it means. `name` of the file.
std::string RiskReportToText(const OwnerView<anon::RiskReport>& report, const std::string& name);

// All figures, as one JSON object and a newline.
std::string RiskReportToJson(const OwnerView<anon::RiskReport>& report);

// A share as people read it: "12.5 %".
std::string ShowShare(double share);

}  // namespace weir::tool

#endif  // WEIR_TOOLS_WEIR_RISK_REPORT_H_
