// SPDX-License-Identifier: Apache-2.0
#ifndef WEIR_TESTS_DP_DENSE_LEAST_SQUARES_H_
#define WEIR_TESTS_DP_DENSE_LEAST_SQUARES_H_

#include <cmath>
#include <cstddef>
#include <utility>
#include <vector>

namespace weir::test {

using Matrix = std::vector<std::vector<double>>;

// Gauss-Jordan with pivots: for small, well-conditioned matrices.
inline Matrix Inverse(Matrix matrix) {
  const size_t n = matrix.size();
  Matrix inverse(n, std::vector<double>(n));
  for (size_t i = 0; i < n; ++i) inverse[i][i] = 1;
  for (size_t column = 0; column < n; ++column) {
    size_t pivot = column;
    for (size_t row = column; row < n; ++row) {
      if (std::abs(matrix[row][column]) > std::abs(matrix[pivot][column])) pivot = row;
    }
    std::swap(matrix[pivot], matrix[column]);
    std::swap(inverse[pivot], inverse[column]);
    for (size_t row = 0; row < n; ++row) {
      const double factor = matrix[row][column] / matrix[column][column];
      if (row == column || factor == 0) continue;
      for (size_t j = 0; j < n; ++j) {
        matrix[row][j] -= factor * matrix[column][j];
        inverse[row][j] -= factor * inverse[column][j];
      }
    }
  }
  for (size_t i = 0; i < n; ++i) {
    for (double& value : inverse[i]) value /= matrix[i][i];
  }
  return inverse;
}

// (W^T D W)^-1 for rows W and a diagonal of precisions D: the covariance of the weighted least
// squares estimate.
inline Matrix Covariance(const Matrix& rows, const std::vector<double>& precisions) {
  const size_t n = rows[0].size();
  Matrix normal(n, std::vector<double>(n));
  for (size_t r = 0; r < rows.size(); ++r) {
    for (size_t i = 0; i < n; ++i) {
      if (rows[r][i] == 0) continue;
      for (size_t j = 0; j < n; ++j) normal[i][j] += precisions[r] * rows[r][i] * rows[r][j];
    }
  }
  return Inverse(normal);
}

inline double Product(const std::vector<double>& a, const std::vector<double>& b) {
  double sum = 0;
  for (size_t i = 0; i < a.size(); ++i) sum += a[i] * b[i];
  return sum;
}

inline std::vector<double> Product(const Matrix& a, const std::vector<double>& b) {
  std::vector<double> result;
  for (const std::vector<double>& row : a) result.push_back(Product(row, b));
  return result;
}

}  // namespace weir::test

#endif  // WEIR_TESTS_DP_DENSE_LEAST_SQUARES_H_
