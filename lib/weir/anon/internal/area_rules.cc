// SPDX-License-Identifier: Apache-2.0
// Administrative areas of the United States.
#include <algorithm>
#include <array>
#include <map>

#include "weir/anon/internal/rule_makers.h"

namespace weir::anon::internal {
namespace {

struct State {
  std::string_view fips;
  std::string_view name;
  int counties;  // and what counts as one: parishes, boroughs, independent cities, ...
};

// FIPS 5-2 codes. Counties as of the Census Bureau's 2020 geography (3,143 in the states and the
// District of Columbia).
constexpr std::array<State, 56> kStates = {{
    {"01", "Alabama", 67},
    {"02", "Alaska", 30},
    {"04", "Arizona", 15},
    {"05", "Arkansas", 75},
    {"06", "California", 58},
    {"08", "Colorado", 64},
    {"09", "Connecticut", 8},
    {"10", "Delaware", 3},
    {"11", "District of Columbia", 1},
    {"12", "Florida", 67},
    {"13", "Georgia", 159},
    {"15", "Hawaii", 5},
    {"16", "Idaho", 44},
    {"17", "Illinois", 102},
    {"18", "Indiana", 92},
    {"19", "Iowa", 99},
    {"20", "Kansas", 105},
    {"21", "Kentucky", 120},
    {"22", "Louisiana", 64},
    {"23", "Maine", 16},
    {"24", "Maryland", 24},
    {"25", "Massachusetts", 14},
    {"26", "Michigan", 83},
    {"27", "Minnesota", 87},
    {"28", "Mississippi", 82},
    {"29", "Missouri", 115},
    {"30", "Montana", 56},
    {"31", "Nebraska", 93},
    {"32", "Nevada", 17},
    {"33", "New Hampshire", 10},
    {"34", "New Jersey", 21},
    {"35", "New Mexico", 33},
    {"36", "New York", 62},
    {"37", "North Carolina", 100},
    {"38", "North Dakota", 53},
    {"39", "Ohio", 88},
    {"40", "Oklahoma", 77},
    {"41", "Oregon", 36},
    {"42", "Pennsylvania", 67},
    {"44", "Rhode Island", 5},
    {"45", "South Carolina", 46},
    {"46", "South Dakota", 66},
    {"47", "Tennessee", 95},
    {"48", "Texas", 254},
    {"49", "Utah", 29},
    {"50", "Vermont", 14},
    {"51", "Virginia", 133},
    {"53", "Washington", 39},
    {"54", "West Virginia", 55},
    {"55", "Wisconsin", 72},
    {"56", "Wyoming", 23},
    {"60", "American Samoa", 5},
    {"66", "Guam", 1},
    {"69", "Northern Mariana Islands", 4},
    {"72", "Puerto Rico", 78},
    {"78", "U.S. Virgin Islands", 3},
}};

bool IsDigits(std::string_view text, size_t count) {
  return text.size() == count &&
         std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

const State* StateOf(std::string_view county) {
  const auto found = std::find_if(kStates.begin(), kStates.end(), [county](const State& state) {
    return county.starts_with(state.fips);
  });
  return found == kStates.end() ? nullptr : &*found;
}

RuleResult ApplyCounties(Values values) {
  RuleResult result;
  std::map<std::string_view, int> occurring;
  for (size_t i = 0; i < values.size(); ++i) {
    if (values[i].empty()) continue;
    const State* state = IsDigits(values[i], 5) ? StateOf(values[i]) : nullptr;
    if (state == nullptr) {
      result.unplaced.push_back(static_cast<uint32_t>(i));
      continue;
    }
    ++occurring[state->fips];
    result.paths.push_back(
        {std::string(values[i]), std::string(state->name), std::string(kSuppressed)});
    result.weights.push_back(1.0);
  }
  for (const State& state : kStates) {
    const auto found = occurring.find(state.fips);
    const int others = state.counties - (found == occurring.end() ? 0 : found->second);
    if (others <= 0) continue;
    result.paths.push_back({"other counties of " + std::string(state.name), std::string(state.name),
                            std::string(kSuppressed)});
    result.weights.push_back(others);
  }
  return result;
}

RuleResult ApplyZipCodes(Values values) {
  RuleResult result;
  for (size_t i = 0; i < values.size(); ++i) {
    if (values[i].empty()) continue;
    if (!IsDigits(values[i], 5)) {
      result.unplaced.push_back(static_cast<uint32_t>(i));
      continue;
    }
    const std::string code(values[i]);
    result.paths.push_back(
        {code, code.substr(0, 3) + "**", code.substr(0, 1) + "****", std::string(kSuppressed)});
  }
  return result;
}

}  // namespace

StatusOr<RuleResult> ApplyArea(const v1::AreaRule& rule, Values values) {
  return rule.kind() == v1::AREA_KIND_US_COUNTY ? ApplyCounties(values) : ApplyZipCodes(values);
}

}  // namespace weir::anon::internal
