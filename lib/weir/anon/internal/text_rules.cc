// SPDX-License-Identifier: Apache-2.0
// Hierarchies of texts: values in an order, masked characters, dates.
#include <algorithm>
#include <map>
#include <set>
#include <utility>

#include "weir/anon/internal/date_label.h"
#include "weir/anon/internal/rule_makers.h"

namespace weir::anon::internal {
namespace {

// The characters of a UTF-8 text.
std::vector<std::string_view> Characters(std::string_view text) {
  std::vector<std::string_view> characters;
  for (size_t i = 0; i < text.size();) {
    size_t end = i + 1;
    while (end < text.size() && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80) ++end;
    characters.push_back(text.substr(i, end - i));
    i = end;
  }
  return characters;
}

std::string Mask(const std::vector<std::string_view>& characters, size_t masked,
                 v1::MaskSide side) {
  masked = std::min(masked, characters.size());
  const bool from_left = side == v1::MASK_SIDE_LEFT;
  std::string text;
  for (size_t i = 0; i < characters.size(); ++i) {
    const bool is_masked = from_left ? i < masked : i >= characters.size() - masked;
    text += is_masked ? kSuppressed : characters[i];
  }
  return text;
}

// Numbers by size if all are numbers, else by bytes.
std::vector<std::string> InNaturalOrder(Values values) {
  std::vector<std::string> ordered;
  std::vector<std::pair<Decimal, std::string>> numbers;
  for (const std::string_view value : values) {
    if (value.empty()) continue;
    ordered.emplace_back(value);
    const StatusOr<Decimal> number = ReadDataDecimal(value);
    if (number.ok()) numbers.emplace_back(*number, value);
  }
  if (numbers.size() < ordered.size()) {
    std::sort(ordered.begin(), ordered.end());
    return ordered;
  }
  std::sort(numbers.begin(), numbers.end(), [](const auto& a, const auto& b) {
    const int order = Compare(a.first, b.first);
    return order < 0 || (order == 0 && a.second < b.second);
  });
  for (size_t i = 0; i < numbers.size(); ++i) ordered[i] = numbers[i].second;
  return ordered;
}

// Days from first to last that have no value stand for themselves.
class DateMaker {
 public:
  explicit DateMaker(const v1::DateRule& rule) : rule_(rule) {}

  StatusOr<RuleResult> Apply(Values values) && {
    if (!rule_.first().empty()) {
      first_ = *ReadMinute(rule_.first()) / kMinutesPerDay;
      last_ = *ReadMinute(rule_.last()) / kMinutesPerDay;
      if (last_ - first_ >= kMostDomainParts) {
        return InvalidArgument("the domain has more than %lld days",
                               static_cast<long long>(kMostDomainParts));
      }
    }
    for (size_t i = 0; i < values.size(); ++i) {
      if (!values[i].empty()) Place(values, i);
    }
    const bool has_domain = !rule_.first().empty();
    for (const auto& [day, occurring] : days_) {
      const double weight = has_domain ? 1.0 / static_cast<double>(occurring.size()) : 1.0;
      for (const auto& [value, minute] : occurring) AddPath(std::string(value), minute, weight);
    }
    for (int64_t day = first_; has_domain && day <= last_; ++day) {
      if (days_.contains(day)) continue;
      const int64_t minute = day * kMinutesPerDay;
      AddPath(DateLabel(v1::DATE_UNIT_DAY, minute), minute, 1.0);
    }
    return std::move(result_);
  }

 private:
  void Place(Values values, size_t i) {
    const auto minute = ReadMinute(values[i]);
    if (minute.has_value()) {
      const int64_t remainder = *minute % kMinutesPerDay;
      const int64_t day = *minute / kMinutesPerDay - (remainder < 0 ? 1 : 0);
      if (rule_.first().empty() || (day >= first_ && day <= last_)) {
        days_[day].emplace_back(values[i], *minute);
        return;
      }
    }
    result_.unplaced.push_back(static_cast<uint32_t>(i));
  }

  void AddPath(std::string ground, int64_t minute, double weight) {
    GroundPath path = {std::move(ground)};
    for (const int unit : rule_.levels()) {
      path.push_back(DateLabel(static_cast<v1::DateUnit>(unit), minute));
    }
    path.emplace_back(kSuppressed);
    result_.paths.push_back(std::move(path));
    result_.weights.push_back(weight);
  }

  const v1::DateRule& rule_;
  int64_t first_ = 0;
  int64_t last_ = 0;
  std::map<int64_t, std::vector<std::pair<std::string_view, int64_t>>> days_;
  RuleResult result_;
};

// One label a value and level: what stands first and last in its group.
RuleResult PathsOfOrder(const v1::OrderRule& rule, const std::vector<std::string>& order) {
  RuleResult result;
  result.paths.reserve(order.size());
  for (size_t i = 0; i < order.size(); ++i) {
    GroundPath path = {order[i]};
    size_t width = 1;
    for (const uint32_t size : rule.sizes()) {
      // A group that holds everything grows no further.
      width = width >= order.size() ? width : width * size;
      const size_t begin = i / width * width;
      const size_t end = std::min(begin + width, order.size()) - 1;
      path.push_back(begin == end ? order[begin] : order[begin] + " .. " + order[end]);
    }
    path.emplace_back(kSuppressed);
    result.paths.push_back(std::move(path));
  }
  return result;
}

}  // namespace

StatusOr<RuleResult> ApplyOrder(const v1::OrderRule& rule, Values values) {
  if (rule.values().empty()) return PathsOfOrder(rule, InNaturalOrder(values));
  RuleResult result = PathsOfOrder(rule, {rule.values().begin(), rule.values().end()});
  const std::set<std::string_view> known(rule.values().begin(), rule.values().end());
  for (size_t i = 0; i < values.size(); ++i) {
    if (values[i].empty() || known.contains(values[i])) continue;
    result.unplaced.push_back(static_cast<uint32_t>(i));
  }
  return result;
}

StatusOr<RuleResult> ApplyPrefix(const v1::PrefixRule& rule, Values values) {
  size_t longest = 0;
  for (const std::string_view value : values) {
    longest = std::max(longest, Characters(value).size());
  }
  std::vector<size_t> masked(rule.masked().begin(), rule.masked().end());
  for (size_t i = 1; rule.masked().empty() && i < longest; ++i) masked.push_back(i);
  RuleResult result;
  for (const std::string_view value : values) {
    if (value.empty()) continue;
    const std::vector<std::string_view> characters = Characters(value);
    GroundPath path = {std::string(value)};
    for (const size_t count : masked) path.push_back(Mask(characters, count, rule.side()));
    path.emplace_back(kSuppressed);
    result.paths.push_back(std::move(path));
  }
  if (rule.domain_size() <= result.paths.size()) return result;
  // Nobody knows under which prefixes the others lie: under none but the root.
  result.weights.assign(result.paths.size(), 1.0);
  result.weights.push_back(static_cast<double>(rule.domain_size() - result.paths.size()));
  GroundPath others(masked.size() + 1, "(values that do not occur)");
  others.emplace_back(kSuppressed);
  result.paths.push_back(std::move(others));
  return result;
}

StatusOr<RuleResult> ApplyDate(const v1::DateRule& rule, Values values) {
  return DateMaker(rule).Apply(values);
}

}  // namespace weir::anon::internal
