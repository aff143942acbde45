// SPDX-License-Identifier: Apache-2.0
#include "tools/weir/text_table.h"

#include <algorithm>
#include <cmath>
#include <cstdio>

namespace weir::tool {
namespace {

// Display width of UTF-8 text whose characters are one column wide.
size_t Width(const std::string& text) {
  return static_cast<size_t>(std::count_if(text.begin(), text.end(), [](char byte) {
    return (static_cast<unsigned char>(byte) & 0xC0U) != 0x80U;
  }));
}

bool LooksNumeric(const std::string& text) {
  return !text.empty() && text.find_first_not_of("0123456789.,-+e") == std::string::npos;
}

std::string Pad(const std::string& text, size_t width, bool right) {
  const std::string space(width - std::min(width, Width(text)), ' ');
  return right ? space + text : text + space;
}

void AppendLine(const std::vector<std::string>& row, const std::vector<size_t>& widths,
                const std::vector<bool>& right, std::string& out) {
  std::string line;
  for (size_t i = 0; i < row.size(); ++i) {
    if (i > 0) line += "  ";
    line += Pad(row[i], widths[i], right[i]);
  }
  line.erase(line.find_last_not_of(' ') + 1);
  out += line + "\n";
}

}  // namespace

std::string TextTable::ToString() const {
  std::vector<size_t> widths;
  std::vector<bool> right;
  for (size_t i = 0; i < header_.size(); ++i) {
    size_t width = Width(header_[i]);
    bool numeric = !rows_.empty();
    for (const std::vector<std::string>& row : rows_) {
      width = std::max(width, Width(row[i]));
      numeric = numeric && (row[i].empty() || LooksNumeric(row[i]));
    }
    widths.push_back(width);
    right.push_back(numeric);
  }
  std::string out;
  AppendLine(header_, widths, right, out);
  for (const std::vector<std::string>& row : rows_) AppendLine(row, widths, right, out);
  return out;
}

std::string DrawBars(const std::vector<Bar>& bars, int width) {
  double highest = 1;
  size_t label_width = 0;
  for (const Bar& bar : bars) {
    highest = std::max(highest, bar.high);
    label_width = std::max(label_width, Width(bar.label));
  }
  const auto place = [highest, width](double value) {
    const double share = std::clamp(value / highest, 0.0, 1.0);
    return static_cast<size_t>(std::lround(share * width));
  };
  std::string out;
  for (const Bar& bar : bars) {
    std::string line(static_cast<size_t>(width) + 1, ' ');
    std::fill_n(line.begin(), place(bar.value), '#');
    const size_t low = place(bar.low);
    const size_t high = place(bar.high);
    for (size_t i = std::max(low, place(bar.value)); i < high; ++i) line[i] = '-';
    line[high] = '|';
    out += Pad(bar.label, label_width, false) + "  " + line + "  " + ShowNumber(bar.value) + " [" +
           ShowNumber(bar.low) + ", " + ShowNumber(bar.high) + "]\n";
  }
  return out;
}

std::string ShowNumber(double value) {
  std::string text(64, '\0');
  const int size = std::snprintf(text.data(), text.size(), "%.4f", value);
  if (size < 0 || static_cast<size_t>(size) >= text.size()) return std::to_string(value);
  text.resize(static_cast<size_t>(size));
  text.erase(text.find_last_not_of('0') + 1);
  if (text.back() == '.') text.pop_back();
  return text == "-0" ? "0" : text;
}

}  // namespace weir::tool
