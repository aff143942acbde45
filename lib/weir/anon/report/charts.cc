// SPDX-License-Identifier: Apache-2.0
#include "weir/anon/report/charts.h"

#include <algorithm>
#include <array>
#include <cstdio>
#include <vector>

#include "weir/anon/report/html.h"

namespace weir::anon {
namespace {

// All in units of the view box; a phone shows one unit as one pixel.
constexpr double kWidth = 360;
constexpr double kHeight = 246;
constexpr double kLeft = 44;
constexpr double kRight = 340;
constexpr double kTop = 30;
constexpr double kBottom = 182;

struct Bin {
  uint64_t lowest = 1;
  const char* name = "";
};
constexpr std::array<Bin, 8> kBins = {{{1, "1"},
                                       {2, "2"},
                                       {3, "3-4"},
                                       {5, "5-9"},
                                       {10, "10-19"},
                                       {20, "20-99"},
                                       {100, "100-999"},
                                       {1000, "1000+"}}};
using Shares = std::array<double, kBins.size()>;

std::string Number(double value) {
  std::array<char, 32> buffer = {};
  static_cast<void>(std::snprintf(buffer.data(), buffer.size(), "%.2f", value));
  return buffer.data();
}

uint64_t RowsIn(const std::map<uint64_t, uint64_t>& sizes) {
  uint64_t rows = 0;
  for (const auto& [size, classes] : sizes) rows += size * classes;
  return rows;
}

Shares SharesOf(const std::map<uint64_t, uint64_t>& sizes, uint64_t all_rows) {
  Shares shares = {};
  for (const auto& [size, classes] : sizes) {
    size_t bin = kBins.size() - 1;
    while (kBins[bin].lowest > size) --bin;
    shares[bin] += static_cast<double>(size * classes) / static_cast<double>(all_rows);
  }
  return shares;
}

struct Point {
  double x = 0;
  double y = 0;
};

std::string TextAt(Point at, const char* anchor, const std::string& text,
                   const std::string& more = "") {
  return "<text x=\"" + Number(at.x) + "\" y=\"" + Number(at.y) + "\" text-anchor=\"" + anchor +
         "\"" + more + ">" + text + "</text>";
}

std::string Bar(Point corner, Point size, const char* kind) {
  return "<rect class=\"" + std::string(kind) + "\" x=\"" + Number(corner.x) + "\" y=\"" +
         Number(corner.y) + "\" width=\"" + Number(size.x) + "\" height=\"" + Number(size.y) +
         "\"/>";
}

std::string Begin(const std::string& id, const std::string& title, const std::string& description) {
  return "<svg class=\"chart\" role=\"img\" viewBox=\"0 0 " + Number(kWidth) + " " +
         Number(kHeight) + "\" aria-labelledby=\"" + id + "-title " + id + "-desc\"><title id=\"" +
         id + "-title\">" + html::Escape(title) + "</title><desc id=\"" + id + "-desc\">" +
         html::Escape(description) + "</desc>";
}

std::string Legend() {
  return Bar({kLeft, 8}, {14, 10}, "before") + TextAt({kLeft + 20, 17}, "start", "before") +
         Bar({kLeft + 84, 8}, {14, 10}, "after") + TextAt({kLeft + 104, 17}, "start", "after");
}

// Horizontal lines at 0, 25, ... 100 % of `top`.
std::string Grid(double top) {
  std::string grid;
  for (int i = 0; i <= 4; ++i) {
    const double y = kBottom - (kBottom - kTop) * i / 4;
    grid += "<line class=\"grid\" x1=\"" + Number(kLeft) + "\" x2=\"" + Number(kRight) +
            "\" y1=\"" + Number(y) + "\" y2=\"" + Number(y) + "\"/>";
    char label[16];
    static_cast<void>(std::snprintf(label, sizeof(label), "%.4g %%", top * 25 * i));
    grid += TextAt({kLeft - 4, y + 4}, "end", label);
  }
  return grid;
}

// The scale ends at the next of these.
double TopOf(double largest) {
  for (const double top : {0.04, 0.1, 0.2, 0.4, 0.6, 0.8}) {
    if (largest <= top) return top;
  }
  return 1;
}

// Corners of the steps: the share of all rows whose risk is above x.
std::vector<Point> StepsOf(const std::map<uint64_t, uint64_t>& rows_of_size, uint64_t all_rows) {
  std::vector<Point> steps = {{0, rows_of_size.empty() ? 0.0 : 1.0}};
  // From the smallest risk on.
  for (auto entry = rows_of_size.rbegin(); entry != rows_of_size.rend(); ++entry) {
    const double risk = 1 / static_cast<double>(entry->first);
    const double share = static_cast<double>(entry->second) / static_cast<double>(all_rows);
    steps.push_back({risk, steps.back().y});
    steps.push_back({risk, std::max(0.0, steps.back().y - share)});
  }
  steps.push_back({1, 0});
  return steps;
}

std::string Path(const std::vector<Point>& steps, const char* kind) {
  std::string path = "<polyline class=\"line " + std::string(kind) + "\" points=\"";
  std::string last;
  for (const Point& step : steps) {
    const std::string point = Number(kLeft + (kRight - kLeft) * step.x) + "," +
                              Number(kBottom - (kBottom - kTop) * step.y);
    // Thousands of small classes fall on one point of the picture.
    if (point != last) path += point + " ";
    last = point;
  }
  return path + "\"/>";
}

}  // namespace

std::string DrawClassSizes(const ClassSizes& sizes) {
  const uint64_t before_rows = std::max<uint64_t>(1, RowsIn(*sizes.before));
  const uint64_t after_rows = std::max<uint64_t>(1, RowsIn(*sizes.after) + sizes.suppressed_rows);
  const Shares before = SharesOf(*sizes.before, before_rows);
  const Shares after = SharesOf(*sizes.after, after_rows);
  const double suppressed =
      static_cast<double>(sizes.suppressed_rows) / static_cast<double>(after_rows);
  const double top = TopOf(std::max({*std::max_element(before.begin(), before.end()),
                                     *std::max_element(after.begin(), after.end()), suppressed}));
  std::string bars;
  std::string description;
  const double step = (kRight - kLeft) / (kBins.size() + 1);
  const auto height = [top](double share) { return (kBottom - kTop) * share / top; };
  for (size_t i = 0; i <= kBins.size(); ++i) {
    const bool is_suppressed = i == kBins.size();
    const double b = is_suppressed ? 0 : before[i];
    const double a = is_suppressed ? suppressed : after[i];
    const std::string name = is_suppressed ? "suppressed" : std::string(kBins[i].name);
    const double x = kLeft + step * static_cast<double>(i) + 4;
    bars += Bar({x, kBottom - height(b)}, {step / 2 - 4, height(b)}, "before");
    bars += Bar({x + step / 2 - 3, kBottom - height(a)}, {step / 2 - 4, height(a)}, "after");
    const Point at = {x + step / 2 - 3, kBottom + 12};
    bars += TextAt(at, "end", name,
                   " transform=\"rotate(-35 " + Number(at.x) + " " + Number(at.y) + ")\"");
    description +=
        name + ": " + html::PlainPercent(b) + " before, " + html::PlainPercent(a) + " after. ";
  }
  return Begin("class-sizes", "Share of the rows by the size of their class", description) +
         Grid(top) + bars + Legend() +
         TextAt({(kLeft + kRight) / 2, kHeight - 4}, "middle", "rows that are alike") + "</svg>";
}

std::string DrawRiskCurve(const RiskSizes& sizes) {
  const auto rows_in = [](const std::map<uint64_t, uint64_t>& rows_of_size) {
    uint64_t rows = 0;
    for (const auto& [size, count] : rows_of_size) rows += count;
    return std::max<uint64_t>(1, rows);
  };
  const uint64_t before_rows = rows_in(*sizes.before);
  const uint64_t after_rows = rows_in(*sizes.after);
  const std::vector<Point> before = StepsOf(*sizes.before, before_rows);
  const std::vector<Point> after = StepsOf(*sizes.after, after_rows);
  const auto above = [](const std::map<uint64_t, uint64_t>& list, uint64_t rows, uint64_t below) {
    uint64_t counted = 0;
    for (const auto& [size, count] : list) counted += size < below ? count : 0;
    return html::PlainPercent(static_cast<double>(counted) / static_cast<double>(rows));
  };
  std::string description;
  for (const auto& [risk, size] :
       {std::pair<const char*, uint64_t>{"50 %", 2}, {"20 %", 5}, {"10 %", 10}}) {
    description += "Risk above " + std::string(risk) + ": " +
                   above(*sizes.before, before_rows, size) + " of the rows before, " +
                   above(*sizes.after, after_rows, size) + " after. ";
  }
  std::string ticks;
  for (int i = 0; i <= 5; ++i) {
    ticks += TextAt({kLeft + (kRight - kLeft) * i / 5, kBottom + 16}, "middle",
                    std::to_string(20 * i) + " %");
  }
  return Begin("risk-curve", "Share of the rows whose risk is above x", description) + Grid(1) +
         ticks + Path(before, "before") + Path(after, "after") + Legend() +
         TextAt({(kLeft + kRight) / 2, kBottom + 36}, "middle", "risk x") + "</svg>";
}

// NOLINTNEXTLINE(bugprone-easily-swappable-parameters): before, then after
std::string DrawPair(double before, double after) {
  return "<svg class=\"pair\" viewBox=\"0 0 100 14\" preserveAspectRatio=\"none\" "
         "aria-hidden=\"true\">" +
         Bar({0, 0}, {100 * before, 6}, "before") + Bar({0, 8}, {100 * after, 6}, "after") +
         "</svg>";
}

}  // namespace weir::anon
