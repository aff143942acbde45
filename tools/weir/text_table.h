// SPDX-License-Identifier: Apache-2.0
#ifndef WEIR_TOOLS_WEIR_TEXT_TABLE_H_
#define WEIR_TOOLS_WEIR_TEXT_TABLE_H_

#include <cstdint>
#include <string>
#include <vector>

namespace weir::tool {

// Rows of text under a header, columns as wide as needed. Numbers go to the right.
class TextTable {
 public:
  explicit TextTable(std::vector<std::string> header) : header_(std::move(header)) {}
  // As many cells as the header has.
  void Add(std::vector<std::string> row) { rows_.push_back(std::move(row)); }
  bool empty() const { return rows_.empty(); }
  std::string ToString() const;

 private:
  std::vector<std::string> header_;
  std::vector<std::vector<std::string>> rows_;
};

// One line a value: label, bar from zero, interval as a thin line, number. Plain ASCII.
struct Bar {
  std::string label;
  double value;
  double low;
  double high;
};
std::string DrawBars(const std::vector<Bar>& bars, int width);

// A double as people read it: at most four digits after the point, none if there are none.
std::string ShowNumber(double value);

}  // namespace weir::tool

#endif  // WEIR_TOOLS_WEIR_TEXT_TABLE_H_
