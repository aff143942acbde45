// SPDX-License-Identifier: Apache-2.0
// Hierarchies of numbers: intervals with a stated domain, and cells of a coordinate grid.
#include <algorithm>
#include <map>
#include <optional>
#include <utility>

#include "weir/anon/internal/rule_makers.h"

namespace weir::anon::internal {
namespace {

constexpr int128 kFarthest = int128{1} << 100;

int128 FloorDivide(int128 value, int128 divisor) {
  const int128 quotient = value / divisor;
  return value % divisor < 0 ? quotient - 1 : quotient;
}

// Nested half-open intervals; all numbers are multiples of 10^-digits.
struct Scale {
  int digits = 0;
  int128 origin = 0;
  int128 lowest = 0;
  int128 highest = 0;
  std::vector<int128> widths = {};

  std::string Label(size_t level, int128 value) const {
    const int128 begin = origin + FloorDivide(value - origin, widths[level]) * widths[level];
    const int128 low = std::max(begin, lowest);
    const int128 high = std::min(begin + widths[level], highest);
    return "[" + FormatDecimal(MakeDecimal(low, digits)) + ", " +
           FormatDecimal(MakeDecimal(high, digits)) + ")";
  }
};

// The decimal as a multiple of 10^-digits.
StatusOr<int128> Steps(const Decimal& value, int digits, Rounding rounding) {
  WEIR_ASSIGN_OR_RETURN(const int128 steps, ScaleDecimal(value, digits, rounding));
  if (steps < kFarthest && steps > -kFarthest) return steps;
  return InvalidArgument("the figures of the rule are too large or too fine together");
}

StatusOr<Scale> MakeScale(const google::protobuf::RepeatedPtrField<std::string>& widths,
                          const std::vector<Decimal>& domain) {
  Scale scale;
  std::vector<Decimal> numbers;
  for (const std::string& width : widths) {
    WEIR_ASSIGN_OR_RETURN(const Decimal number, ParseDecimal(width));
    numbers.push_back(number);
    scale.digits = std::max(scale.digits, -number.exponent);
  }
  for (const Decimal& number : domain) scale.digits = std::max(scale.digits, -number.exponent);
  for (const Decimal& number : numbers) {
    WEIR_ASSIGN_OR_RETURN(const int128 width, Steps(number, scale.digits, Rounding::kExact));
    scale.widths.push_back(width);
  }
  WEIR_ASSIGN_OR_RETURN(scale.origin, Steps(domain[0], scale.digits, Rounding::kExact));
  WEIR_ASSIGN_OR_RETURN(scale.lowest, Steps(domain[1], scale.digits, Rounding::kExact));
  WEIR_ASSIGN_OR_RETURN(scale.highest, Steps(domain[2], scale.digits, Rounding::kExact));
  return scale;
}

// Puts values into the intervals of one domain.
class IntervalMaker {
 public:
  // `unit`: the width of one value, in steps; 0: values may lie anywhere.
  IntervalMaker(Scale scale, int128 unit) : scale_(std::move(scale)), unit_(unit) {}

  StatusOr<RuleResult> Apply(Values values) && {
    const int128 first = IntervalOf(scale_.lowest);
    const int128 last = IntervalOf(scale_.highest - 1);
    if (last - first >= kMostDomainParts) {
      return InvalidArgument(
          "the domain has more than %lld intervals of the first width; begin "
          "with a wider one",
          static_cast<long long>(kMostDomainParts));
    }
    for (size_t i = 0; i < values.size(); ++i) {
      if (!values[i].empty()) Place(values, i);
    }
    for (int128 interval = first; interval <= last; ++interval) AddInterval(interval);
    AddOutside(below_, "<" + Text(scale_.lowest));
    AddOutside(above_, ">=" + Text(scale_.highest));
    return std::move(result_);
  }

 private:
  std::string Text(int128 steps) const { return FormatDecimal(MakeDecimal(steps, scale_.digits)); }
  int128 IntervalOf(int128 value) const {
    return FloorDivide(value - scale_.origin, scale_.widths[0]);
  }

  void Place(Values values, size_t i) {
    const StatusOr<Decimal> number = ReadDataDecimal(values[i]);
    // Rounding down to the grid of the rule moves no value across an edge.
    StatusOr<int128> steps =
        number.ok() ? Steps(*number, scale_.digits, Rounding::kDown) : number.status();
    if (!steps.ok()) {
      result_.unplaced.push_back(static_cast<uint32_t>(i));
    } else if (*steps < scale_.lowest) {
      below_.emplace_back(values[i]);
    } else if (*steps >= scale_.highest) {
      above_.emplace_back(values[i]);
    } else {
      inside_[IntervalOf(*steps)].emplace_back(values[i]);
    }
  }

  void AddInterval(int128 interval) {
    const int128 begin = scale_.origin + interval * scale_.widths[0];
    const int128 low = std::max(begin, scale_.lowest);
    const int128 high = std::min(begin + scale_.widths[0], scale_.highest);
    const int128 unit = unit_ == 0 ? scale_.widths[0] : unit_;
    const double size = static_cast<double>(high - low) / static_cast<double>(unit);
    const auto found = inside_.find(interval);
    const size_t occurring = found == inside_.end() ? 0 : found->second.size();
    const bool is_full = occurring > 0 && (unit_ == 0 || static_cast<double>(occurring) >= size);
    for (size_t i = 0; i < occurring; ++i) {
      AddPath(found->second[i], low, is_full ? size / static_cast<double>(occurring) : 1.0);
    }
    // Stands for the values of the domain that do not occur.
    if (!is_full) AddPath(scale_.Label(0, low), low, size - static_cast<double>(occurring));
  }

  void AddPath(std::string ground, int128 value, double weight) {
    GroundPath path = {std::move(ground)};
    for (size_t level = 0; level < scale_.widths.size(); ++level) {
      path.push_back(scale_.Label(level, value));
    }
    path.emplace_back(kSuppressed);
    result_.paths.push_back(std::move(path));
    result_.weights.push_back(weight);
  }

  void AddOutside(const std::vector<std::string>& values, const std::string& label) {
    for (const std::string& value : values) {
      GroundPath path = {value};
      path.resize(scale_.widths.size() + 1, label);
      path.emplace_back(kSuppressed);
      result_.paths.push_back(std::move(path));
      result_.weights.push_back(unit_ == 0 ? 1.0 / static_cast<double>(values.size()) : 1.0);
    }
  }

  Scale scale_;
  int128 unit_;
  std::map<int128, std::vector<std::string>> inside_;  // by first-level interval
  std::vector<std::string> below_;
  std::vector<std::string> above_;
  RuleResult result_;
};

// "39.1" or "39.1,-94.5" (latitude, longitude) in steps.
std::optional<std::vector<int128>> ReadCoordinates(std::string_view text, int digits) {
  std::vector<int128> coordinates;
  const bool is_pair = text.find(',') != std::string_view::npos;
  while (true) {
    const size_t comma = text.find(',');
    const StatusOr<Decimal> number = ReadDataDecimal(text.substr(0, comma));
    if (!number.ok()) return std::nullopt;
    const Decimal most = {is_pair && coordinates.empty() ? 90 : 180, 0};
    const Decimal least = {-most.coefficient, 0};
    if (Compare(*number, most) > 0 || Compare(*number, least) < 0) return std::nullopt;
    const StatusOr<int128> steps = Steps(*number, digits, Rounding::kDown);
    if (!steps.ok()) return std::nullopt;
    coordinates.push_back(*steps);
    if (comma == std::string_view::npos) break;
    text.remove_prefix(comma + 1);
  }
  if (coordinates.size() > 2) return std::nullopt;
  return coordinates;
}

}  // namespace

StatusOr<Decimal> ReadDataDecimal(std::string_view text) {
  const auto is_space = [](char c) { return c == ' ' || c == '\t'; };
  while (!text.empty() && is_space(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_space(text.back())) text.remove_suffix(1);
  std::string sign;
  if (text.starts_with('-')) sign = "-";
  if (text.starts_with('-') || text.starts_with('+')) text.remove_prefix(1);
  const auto is_digit = [](char c) { return c >= '0' && c <= '9'; };
  while (text.size() > 1 && text[0] == '0' && is_digit(text[1])) text.remove_prefix(1);
  if (text.empty() || !is_digit(text[0])) return InvalidArgument("not a number");
  return ParseDecimal(sign + std::string(text));
}

StatusOr<RuleResult> ApplyInterval(const v1::IntervalRule& rule, v1::ValueType type,
                                   Values values) {
  WEIR_ASSIGN_OR_RETURN(const Decimal origin,
                        ParseDecimal(rule.origin().empty() ? "0" : rule.origin()));
  WEIR_ASSIGN_OR_RETURN(const Decimal lowest, ParseDecimal(rule.lowest()));
  WEIR_ASSIGN_OR_RETURN(const Decimal highest, ParseDecimal(rule.highest()));
  WEIR_ASSIGN_OR_RETURN(Scale scale, MakeScale(rule.widths(), {origin, lowest, highest}));
  const bool is_whole =
      type == v1::VALUE_TYPE_INT || (type == v1::VALUE_TYPE_TEXT && scale.digits == 0);
  int128 unit = 0;
  if (is_whole) {
    WEIR_ASSIGN_OR_RETURN(unit, Steps(Decimal{1, 0}, scale.digits, Rounding::kExact));
  }
  return IntervalMaker(std::move(scale), unit).Apply(values);
}

StatusOr<RuleResult> ApplyGrid(const v1::GridRule& rule, Values values) {
  const Decimal zero = {0, 0};
  WEIR_ASSIGN_OR_RETURN(Scale scale, MakeScale(rule.degrees(), {zero, zero, zero}));
  scale.lowest = -kFarthest;
  scale.highest = kFarthest;
  RuleResult result;
  result.paths.reserve(values.size());
  for (size_t i = 0; i < values.size(); ++i) {
    if (values[i].empty()) continue;
    const auto coordinates = ReadCoordinates(values[i], scale.digits);
    if (!coordinates.has_value()) {
      result.unplaced.push_back(static_cast<uint32_t>(i));
      continue;
    }
    GroundPath path = {std::string(values[i])};
    for (size_t level = 0; level < scale.widths.size(); ++level) {
      std::string label = scale.Label(level, (*coordinates)[0]);
      if (coordinates->size() == 2) label += " x " + scale.Label(level, (*coordinates)[1]);
      path.push_back(std::move(label));
    }
    path.emplace_back(kSuppressed);
    result.paths.push_back(std::move(path));
  }
  return result;
}

}  // namespace weir::anon::internal
