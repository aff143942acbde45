// SPDX-License-Identifier: Apache-2.0
#ifndef WEIR_TESTS_DP_GOLDEN_VECTORS_H_
#define WEIR_TESTS_DP_GOLDEN_VECTORS_H_

#include <cstdlib>
#include <string>
#include <vector>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "tests/support/temporary_folder.h"

namespace weir::test {

// Rows of tests/testdata/dp/<name>.json; numbers stand there as text or as JSON numbers.
inline std::vector<std::vector<std::string>> GoldenRows(const std::string& name) {
  const std::string path = std::string(WEIR_SOURCE_DIR) + "/tests/testdata/dp/" + name + ".json";
  std::vector<std::vector<std::string>> rows;
  const nlohmann::json document = nlohmann::json::parse(ReadTextFile(path));
  for (const auto& row : document.at("rows")) {
    std::vector<std::string> cells;
    for (const auto& cell : row) {
      cells.push_back(cell.is_string() ? cell.get<std::string>() : cell.dump());
    }
    rows.push_back(cells);
  }
  // A loop over no rows would pass.
  EXPECT_FALSE(rows.empty()) << path;
  return rows;
}

inline double Number(const std::string& text) { return std::strtod(text.c_str(), nullptr); }

}  // namespace weir::test

#endif  // WEIR_TESTS_DP_GOLDEN_VECTORS_H_
