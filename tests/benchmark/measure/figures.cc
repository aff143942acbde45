// SPDX-License-Identifier: Apache-2.0
#include "tests/benchmark/measure/figures.h"

#include <cstdio>

#include <nlohmann/json.hpp>

namespace weir::bench {
namespace {

nlohmann::json OrNull(const std::optional<double>& value) {
  return value.has_value() ? nlohmann::json(*value) : nlohmann::json(nullptr);
}

nlohmann::json ToJson(const std::string& group, const Figure& figure) {
  std::optional<double> ratio;
  if (figure.baseline.value_or(0) != 0) ratio = figure.measured / *figure.baseline;
  nlohmann::json met = nullptr;
  if (figure.target.has_value()) {
    const double judged = figure.judged == Judged::kRatio ? ratio.value_or(0) : figure.measured;
    met = figure.better == Better::kLess ? judged <= *figure.target : judged >= *figure.target;
  }
  return {{"group", group},
          {"name", figure.name},
          {"measured", figure.measured},
          {"unit", figure.unit},
          {"spread", OrNull(figure.spread)},
          {"baseline", OrNull(figure.baseline)},
          {"ratio", OrNull(ratio)},
          {"target", OrNull(figure.target)},
          {"met", met}};
}

void PrintRows(const nlohmann::json& rows) { std::printf("%s\n", rows.dump(2).c_str()); }

}  // namespace

void Print(const std::string& group, const Figures& figures) {
  nlohmann::json rows = nlohmann::json::array();
  for (const Figure& figure : figures) rows.push_back(ToJson(group, figure));
  PrintRows(rows);
}

void Print(const Curves& curves) {
  nlohmann::json rows = nlohmann::json::array();
  for (const Curve& curve : curves) {
    rows.push_back({{"plot", curve.plot}, {"name", curve.name}, {"x", curve.x}, {"y", curve.y}});
  }
  PrintRows(rows);
}

}  // namespace weir::bench
