// SPDX-License-Identifier: Apache-2.0
#include "tests/anon/random_problem.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <string>
#include <utility>

#include <rapidcheck.h>

namespace weir::anon::test {
namespace {

// Up to four levels; each label of a level is one of fewer at the next, the last often a root.
// Values mostly stand for 1 of the domain each, else for parts or several.
Hierarchy AnyHierarchy() {
  const auto values = *rc::gen::inRange<size_t>(1, 7);
  const auto levels = *rc::gen::inRange<size_t>(1, 5);
  std::vector<GroundPath> paths(values);
  std::vector<size_t> group(values);
  std::iota(group.begin(), group.end(), size_t{0});
  for (size_t level = 0; level < levels; ++level) {
    for (size_t i = 0; i < values; ++i) {
      paths[i].push_back(std::to_string(level) + ":" + std::to_string(group[i]));
    }
    const auto divisor = *rc::gen::inRange<size_t>(1, 5);
    for (size_t& number : group) number /= divisor;
  }
  std::vector<double> weights(values, 1.0);
  if (*rc::gen::inRange(0, 4) == 0) {
    for (double& weight : weights) weight = *rc::gen::element(0.125, 0.25, 1.0, 7.5);
  }
  return *Hierarchy::Create(paths, weights);
}

void DrawRows(RandomProblem& problem) {
  const auto count = *rc::gen::inRange<size_t>(1, 40);
  std::map<std::vector<uint32_t>, uint64_t> tuples;
  for (size_t i = 0; i < count; ++i) {
    std::vector<uint32_t> row;
    for (const Hierarchy& hierarchy : problem.hierarchies) {
      row.push_back(*rc::gen::inRange<uint32_t>(0, static_cast<uint32_t>(hierarchy.size(0))));
    }
    ++tuples[row];
    problem.rows.push_back(row);
  }
  problem.table.names.resize(problem.hierarchies.size(), "a");
  problem.table.codes.resize(problem.hierarchies.size());
  for (const auto& [row, rows] : tuples) {
    for (size_t a = 0; a < row.size(); ++a) problem.table.codes[a].push_back(row[a]);
    problem.table.rows.push_back(rows);
    problem.table.total_rows += rows;
  }
}

// The definitions of the measures, row by row.
class PlainMeasure {
 public:
  PlainMeasure(const RandomProblem& problem, const LevelList& levels)
      : problem_(problem),
        levels_(levels),
        n_(static_cast<double>(problem.rows.size())),
        ground_(levels.size()),
        of_label_(levels.size()),
        suppressed_of_label_(levels.size()) {
    const double factor = problem.quality.suppression_factor;
    s_ = factor < 0.5 ? 2 * factor : 1;
    g_ = factor <= 0.5 ? 1 : 1 - 2 * (factor - 0.5);
    for (const auto& row : problem.rows) {
      input_[row] += 1;
      ++classes_[LabelsOf(row)];
    }
    for (const Hierarchy& hierarchy : problem.hierarchies) area_ *= hierarchy.domain_size();
    for (const auto& row : problem.rows) {
      const std::vector<uint32_t> labels = LabelsOf(row);
      const bool is_out = IsOut(labels);
      suppressed_ += is_out ? 1 : 0;
      for (size_t a = 0; a < levels.size(); ++a) {
        ground_[a][row[a]] += 1;
        of_label_[a][labels[a]] += 1;
        if (is_out) suppressed_of_label_[a][labels[a]] += 1;
      }
    }
  }

  PlainResult Result() const {
    PlainResult result;
    for (const auto& [labels, rows] : classes_) {
      result.suppressed += rows < problem_.k ? rows : 0;
      result.classes += rows < problem_.k ? 0 : 1;
    }
    result.holds = result.suppressed <= problem_.limit;
    result.score = Score();
    return result;
  }

 private:
  std::vector<uint32_t> LabelsOf(const std::vector<uint32_t>& row) const {
    std::vector<uint32_t> labels;
    for (size_t a = 0; a < row.size(); ++a) {
      labels.push_back(problem_.hierarchies[a].codes(levels_[a])[row[a]]);
    }
    return labels;
  }
  bool IsOut(const std::vector<uint32_t>& labels) const {
    return !problem_.quality.ignore_suppression && classes_.at(labels) < problem_.k;
  }
  double AreaOf(const std::vector<uint32_t>& labels) const {
    double area = 1;
    for (size_t a = 0; a < labels.size(); ++a) {
      const Hierarchy& hierarchy = problem_.hierarchies[a];
      area *= hierarchy.share(levels_[a], labels[a]) * hierarchy.domain_size();
    }
    return area;
  }

  double Score() const {
    switch (problem_.quality.measure) {
      case v1::QUALITY_MEASURE_HEIGHT:
        return static_cast<double>(std::accumulate(levels_.begin(), levels_.end(), size_t{0}));
      case v1::QUALITY_MEASURE_AVERAGE_CLASS_SIZE:
        return AverageClassSize();
      case v1::QUALITY_MEASURE_LOSS:
        return GeometricMean();
      case v1::QUALITY_MEASURE_PRECISION:
      case v1::QUALITY_MEASURE_NON_UNIFORM_ENTROPY:
      case v1::QUALITY_MEASURE_NORMALIZED_ENTROPY: {
        double sum = 0;
        for (size_t a = 0; a < levels_.size(); ++a) sum += Weight(a) * AttributeValue(a);
        const bool is_mean = problem_.quality.measure == v1::QUALITY_MEASURE_PRECISION;
        return is_mean ? sum / static_cast<double>(levels_.size()) : sum;
      }
      default: {
        double sum = 0;
        for (const auto& row : problem_.rows) sum += RowValue(row);
        return sum;
      }
    }
  }

  // The digits of an area of less than 1 are 0.
  double EntropyLoss(const std::vector<uint32_t>& labels, bool is_out) const {
    double digits = 0;
    double most = 0;
    for (size_t a = 0; a < labels.size(); ++a) {
      const Hierarchy& hierarchy = problem_.hierarchies[a];
      const double share = is_out ? 1 : hierarchy.share(levels_[a], labels[a]);
      digits += std::log10(std::max(1.0, share * hierarchy.domain_size()));
      most += std::log10(std::max(1.0, hierarchy.domain_size()));
    }
    return most == 0 ? 0 : (is_out ? s_ : g_) * digits / most;
  }

  double AverageClassSize() const {
    double kept = 0;
    for (const auto& [labels, rows] : classes_) kept += IsOut(labels) ? 0 : 1;
    return n_ / (kept * s_ + (suppressed_ > 0 ? g_ : 0));
  }

  // As a share of the largest weight.
  double Weight(size_t a) const {
    const std::vector<double>& weights = problem_.quality.weights;
    return weights.empty() ? 1 : weights[a] / *std::max_element(weights.begin(), weights.end());
  }

  double GeometricMean() const {
    double product = 1;
    for (size_t a = 0; a < levels_.size(); ++a) {
      product *=
          std::pow(1 + Weight(a) * AttributeValue(a), 1.0 / static_cast<double>(levels_.size()));
    }
    return product - 1;
  }

  double AttributeValue(size_t a) const {
    double sum = 0;
    for (const auto& row : problem_.rows) sum += CellValue(a, row);
    if (problem_.quality.measure == v1::QUALITY_MEASURE_PRECISION) return sum / n_;
    if (problem_.quality.measure == v1::QUALITY_MEASURE_LOSS) {
      const double least = g_ * n_ / problem_.hierarchies[a].domain_size();
      return n_ <= least ? 0 : std::max(0.0, (sum - least) / (n_ - least));
    }
    if (problem_.quality.measure == v1::QUALITY_MEASURE_NON_UNIFORM_ENTROPY) return sum;
    double most = 0;
    for (const auto& [code, count] : ground_[a]) most += g_ * count * std::log2(n_ / count);
    return most == 0 ? 0 : sum / most;
  }

  double CellValue(size_t a, const std::vector<uint32_t>& row) const {
    const std::vector<uint32_t> labels = LabelsOf(row);
    const bool is_out = IsOut(labels);
    const Hierarchy& hierarchy = problem_.hierarchies[a];
    if (problem_.quality.measure == v1::QUALITY_MEASURE_LOSS) {
      const double share = hierarchy.share(levels_[a], labels[a]);
      if (!is_out) return share * g_;
      return s_ == 1 ? 1 : share + s_ * (1 - share);
    }
    if (problem_.quality.measure == v1::QUALITY_MEASURE_PRECISION) {
      if (is_out) return s_;
      const auto height = static_cast<double>(hierarchy.levels() - 1);
      return height == 0 ? 0 : g_ * static_cast<double>(levels_[a]) / height;
    }
    double bits = g_ * std::log2(of_label_[a].at(labels[a]) / ground_[a].at(row[a]));
    if (is_out) bits += s_ * std::log2(suppressed_ / suppressed_of_label_[a].at(labels[a]));
    return bits;
  }

  double RowValue(const std::vector<uint32_t>& row) const {
    const std::vector<uint32_t> labels = LabelsOf(row);
    const bool is_out = IsOut(labels);
    const auto rows = static_cast<double>(classes_.at(labels));
    switch (problem_.quality.measure) {
      case v1::QUALITY_MEASURE_DISCERNIBILITY:
        return is_out ? n_ : rows;
      case v1::QUALITY_MEASURE_AMBIGUITY:
        return is_out ? area_ : AreaOf(labels);
      case v1::QUALITY_MEASURE_KL_DIVERGENCE: {
        const double in = input_.at(row) / n_;
        const double out = is_out ? suppressed_ / n_ / area_ : rows / n_ / AreaOf(labels);
        return in * std::log2(in / out);
      }
      default:
        return EntropyLoss(labels, is_out);
    }
  }

  const RandomProblem& problem_;
  const LevelList& levels_;
  double n_;
  double s_ = 1;
  double g_ = 1;
  double area_ = 1;
  double suppressed_ = 0;
  std::map<std::vector<uint32_t>, double> input_;
  std::map<std::vector<uint32_t>, uint64_t> classes_;
  std::vector<std::map<uint32_t, double>> ground_;
  std::vector<std::map<uint32_t, double>> of_label_;
  std::vector<std::map<uint32_t, double>> suppressed_of_label_;
};

}  // namespace

SearchProblem RandomProblem::Problem(std::vector<const Hierarchy*>& pointers) const {
  SearchProblem problem;
  problem.table = &table;
  pointers.clear();
  for (const Hierarchy& hierarchy : hierarchies) pointers.push_back(&hierarchy);
  problem.hierarchies = pointers;
  problem.k_anonymity = {{.k = k}};
  problem.suppression_limit_rows = limit;
  problem.quality = quality;
  return problem;
}

RandomProblem AnyProblem() {
  RandomProblem problem;
  const auto attributes = *rc::gen::inRange<size_t>(1, 5);
  for (size_t a = 0; a < attributes; ++a) problem.hierarchies.push_back(AnyHierarchy());
  DrawRows(problem);
  problem.k = *rc::gen::inRange<uint64_t>(1, 6);
  problem.limit = *rc::gen::element<uint64_t>(0, 0, 1, 3, 8, 40);
  problem.quality.measure =
      *rc::gen::element(v1::QUALITY_MEASURE_LOSS, v1::QUALITY_MEASURE_PRECISION,
                        v1::QUALITY_MEASURE_HEIGHT, v1::QUALITY_MEASURE_NON_UNIFORM_ENTROPY,
                        v1::QUALITY_MEASURE_NORMALIZED_ENTROPY, v1::QUALITY_MEASURE_ENTROPY_LOSS,
                        v1::QUALITY_MEASURE_DISCERNIBILITY, v1::QUALITY_MEASURE_AVERAGE_CLASS_SIZE,
                        v1::QUALITY_MEASURE_AMBIGUITY, v1::QUALITY_MEASURE_KL_DIVERGENCE);
  problem.quality.suppression_factor = *rc::gen::element(0.0, 0.25, 0.5, 0.8, 1.0);
  problem.quality.ignore_suppression = *rc::gen::arbitrary<bool>();
  const bool is_weighted = problem.quality.measure == v1::QUALITY_MEASURE_LOSS ||
                           problem.quality.measure == v1::QUALITY_MEASURE_PRECISION ||
                           problem.quality.measure == v1::QUALITY_MEASURE_NON_UNIFORM_ENTROPY;
  if (is_weighted && *rc::gen::arbitrary<bool>()) {
    for (size_t a = 0; a < attributes; ++a) {
      problem.quality.weights.push_back(*rc::gen::element(0.0, 0.25, 0.5, 1.0, 3.0));
    }
    problem.quality.weights[0] = 2;
  }
  return problem;
}

std::vector<LevelList> AllNodes(const RandomProblem& problem) {
  std::vector<LevelList> nodes = {{}};
  for (const Hierarchy& hierarchy : problem.hierarchies) {
    std::vector<LevelList> next;
    for (const LevelList& node : nodes) {
      for (size_t level = 0; level < hierarchy.levels(); ++level) {
        next.push_back(node);
        next.back().push_back(level);
      }
    }
    nodes = std::move(next);
  }
  return nodes;
}

PlainResult Plain(const RandomProblem& problem, const LevelList& levels) {
  return PlainMeasure(problem, levels).Result();
}

}  // namespace weir::anon::test
