// SPDX-License-Identifier: Apache-2.0
#include "weir/anon/prediction.h"

#include <algorithm>
#include <cmath>
#include <compare>
#include <optional>
#include <span>
#include <unordered_map>
#include <utility>

#include "weir/anon/internal/text_hash.h"

namespace weir::anon {
namespace {

// The code of suppressed cells: no label has it.
constexpr uint32_t kNothing = UINT32_MAX;

// Codes from 0 in the order of first occurrence.
struct CompactCodes {
  std::vector<uint32_t> codes;
  uint32_t values = 0;
};

CompactCodes Compact(const std::vector<uint32_t>& codes) {
  CompactCodes compact;
  std::unordered_map<uint32_t, uint32_t> known;
  compact.codes.reserve(codes.size());
  for (const uint32_t code : codes) {
    compact.codes.push_back(known.emplace(code, static_cast<uint32_t>(known.size())).first->second);
  }
  compact.values = static_cast<uint32_t>(known.size());
  return compact;
}

// The smaller of the original codes gets the smaller code.
CompactCodes CompactInOrder(const std::vector<uint32_t>& codes) {
  std::vector<uint32_t> ordered = codes;
  std::sort(ordered.begin(), ordered.end());
  ordered.erase(std::unique(ordered.begin(), ordered.end()), ordered.end());
  CompactCodes compact;
  compact.values = static_cast<uint32_t>(ordered.size());
  compact.codes.reserve(codes.size());
  for (const uint32_t code : codes) {
    const auto place = std::lower_bound(ordered.begin(), ordered.end(), code) - ordered.begin();
    compact.codes.push_back(static_cast<uint32_t>(place));
  }
  return compact;
}

// Counts of a naive Bayes classifier; rows can be taken out again.
class NaiveBayes {
 public:
  explicit NaiveBayes(const LabelledRows& rows)
      : target_(CompactInOrder(rows.target)), rows_of_(target_.values, 0) {
    size_t most_values = target_.values;
    for (const std::vector<uint32_t>& feature : rows.features) {
      features_.push_back(Compact(feature));
      most_values = std::max<size_t>(most_values, features_.back().values);
      counts_.emplace_back(size_t{features_.back().values} * target_.values, 0);
    }
    logarithms_.reserve(target_.codes.size() + most_values + 2);
    for (size_t i = 0; i < target_.codes.size() + most_values + 2; ++i) {
      logarithms_.push_back(std::log(static_cast<double>(std::max<size_t>(i, 1))));
    }
    for (size_t row = 0; row < target_.codes.size(); ++row) Learn(row);
  }

  uint32_t target(size_t row) const { return target_.codes[row]; }

  void Learn(size_t row) { Count(row, 1); }
  void Forget(size_t row) { Count(row, UINT32_MAX); }

  uint32_t values() const { return target_.values; }
  // Rows of the most frequent value.
  uint32_t MostRows() const { return *std::max_element(rows_of_.begin(), rows_of_.end()); }

  uint32_t Guess(size_t row) {
    scores_.assign(target_.values, 0);
    for (uint32_t value = 0; value < target_.values; ++value) {
      scores_[value] = logarithms_[rows_of_[value] + 1];
    }
    for (size_t f = 0; f < features_.size(); ++f) {
      const uint32_t* counts = &counts_[f][size_t{features_[f].codes[row]} * target_.values];
      for (uint32_t value = 0; value < target_.values; ++value) {
        scores_[value] +=
            logarithms_[counts[value] + 1] - logarithms_[rows_of_[value] + features_[f].values];
      }
    }
    return static_cast<uint32_t>(std::max_element(scores_.begin(), scores_.end()) -
                                 scores_.begin());
  }

 private:
  // UINT32_MAX takes one away: unsigned sums wrap.
  void Count(size_t row, uint32_t change) {
    const uint32_t value = target_.codes[row];
    rows_of_[value] += change;
    for (size_t f = 0; f < features_.size(); ++f) {
      counts_[f][size_t{features_[f].codes[row]} * target_.values + value] += change;
    }
  }

  CompactCodes target_;
  std::vector<uint32_t> rows_of_;
  std::vector<CompactCodes> features_;
  std::vector<std::vector<uint32_t>> counts_;  // by feature, then code, then value of the target
  std::vector<double> logarithms_;
  std::vector<double> scores_;
};

// The rows of each fold. Those of one target after those of another take turns in the folds. They
// are mixed before: rows that are alike stand side by side, and if these took turns, what is
// guessed would be spread over the folds more evenly than chance does it, and look easier than it
// is.
std::vector<std::vector<size_t>> StratifiedFolds(const NaiveBayes& bayes, size_t count) {
  struct Mixed {
    uint64_t place;
    size_t row;
    auto operator<=>(const Mixed&) const = default;
  };
  std::vector<std::vector<Mixed>> rows_of(bayes.values());
  for (size_t row = 0; row < count; ++row) {
    const uint64_t place = internal::HashWord(internal::HashWord(row));
    rows_of[bayes.target(row)].push_back({.place = place, .row = row});
  }
  std::vector<std::vector<size_t>> folds(kFolds);
  size_t next = 0;
  for (std::vector<Mixed>& rows : rows_of) {
    std::sort(rows.begin(), rows.end());
    for (const Mixed& mixed : rows) folds[next++ % kFolds].push_back(mixed.row);
  }
  return folds;
}

// Rows of a table, taken singly: which tuple each is of and what is to be guessed.
struct Sample {
  uint64_t step = 1;
  std::vector<uint32_t> tuple;
  std::vector<uint32_t> target;
};

class Sampler {
 public:
  explicit Sampler(uint64_t rows)
      : sample_{.step =
                    std::max<uint64_t>(1, (rows + kMostPredictedRows - 1) / kMostPredictedRows)} {}

  void Add(size_t tuple, uint32_t target, uint64_t rows) {
    for (; next_ < seen_ + rows; next_ += sample_.step) {
      sample_.tuple.push_back(static_cast<uint32_t>(tuple));
      sample_.target.push_back(target);
    }
    seen_ += rows;
  }
  Sample Take() { return std::move(sample_); }

 private:
  Sample sample_;
  uint64_t seen_ = 0;
  uint64_t next_ = 0;
};

Accuracy Before(const PublishedTable& published, const Sample& sample,
                std::optional<size_t> without) {
  LabelledRows rows = {.features = {}, .target = sample.target};
  for (size_t a = 0; a < published.columns.size(); ++a) {
    if (a == without) continue;
    std::vector<uint32_t>& codes = rows.features.emplace_back();
    codes.reserve(sample.tuple.size());
    for (const uint32_t tuple : sample.tuple) codes.push_back(published.table->codes[a][tuple]);
  }
  return CrossValidate(rows);
}

Accuracy After(const PublishedTable& published, const Sample& sample, std::optional<size_t> without,
               bool drops_suppressed) {
  LabelledRows rows;
  std::vector<uint32_t> tuples;
  for (size_t i = 0; i < sample.tuple.size(); ++i) {
    if (drops_suppressed && published.suppressed[sample.tuple[i]]) continue;
    tuples.push_back(sample.tuple[i]);
    rows.target.push_back(sample.target[i]);
  }
  for (size_t a = 0; a < published.columns.size(); ++a) {
    if (a == without) continue;
    std::vector<uint32_t>& codes = rows.features.emplace_back();
    codes.reserve(tuples.size());
    for (const uint32_t tuple : tuples) {
      codes.push_back(published.suppressed[tuple] ? kNothing : published.columns[a].codes[tuple]);
    }
  }
  return CrossValidate(rows);
}

TargetAccuracy Predict(const PublishedTable& published, TargetAccuracy result, const Sample& sample,
                       std::optional<size_t> without, bool drops_suppressed) {
  result.sampled_every = sample.step;
  if (sample.tuple.size() < 2 * kFolds) {
    result.not_measured = "too few rows";
  } else if (result.values > kMostTargetValues) {
    result.not_measured = "more than " + std::to_string(kMostTargetValues) + " different values";
  } else if (published.columns.size() == (without.has_value() ? 1U : 0U)) {
    result.not_measured = "there is no other quasi-identifier";
  }
  if (!result.not_measured.empty()) return result;
  result.before = Before(published, sample, without);
  result.after = After(published, sample, without, drops_suppressed);
  return result;
}

}  // namespace

Accuracy CrossValidate(const LabelledRows& rows) {
  const size_t count = rows.target.size();
  if (count < 2 * kFolds) return {};
  NaiveBayes bayes(rows);
  const uint32_t most_frequent = bayes.MostRows();
  uint64_t right = 0;
  for (const std::vector<size_t>& fold : StratifiedFolds(bayes, count)) {
    for (const size_t row : fold) bayes.Forget(row);
    for (const size_t row : fold) {
      if (bayes.target(row) == bayes.Guess(row)) ++right;
    }
    for (const size_t row : fold) bayes.Learn(row);
  }
  const auto rows_guessed = static_cast<double>(count);
  return {.rows = count,
          .majority = static_cast<double>(most_frequent) / rows_guessed,
          .predicted = static_cast<double>(right) / rows_guessed};
}

TargetAccuracy PredictSensitive(const PublishedTable& published, size_t place,
                                bool drops_suppressed) {
  const TupleTable& table = *published.table;
  const SensitiveColumn& column = table.sensitive[place];
  Sampler sampler(table.total_rows);
  std::vector<bool> occurs(column.values, false);
  for (size_t i = 0; i < table.tuples(); ++i) {
    for (uint64_t at = column.counts.begin[i]; at < column.counts.begin[i + 1]; ++at) {
      const ValueCount& entry = column.counts.items[at];
      sampler.Add(i, entry.value, entry.rows);
      occurs[entry.value] = true;
    }
  }
  const auto values = std::count(occurs.begin(), occurs.end(), true);
  return Predict(published, {.name = column.name, .values = static_cast<uint64_t>(values)},
                 sampler.Take(), std::nullopt, drops_suppressed);
}

TargetAccuracy PredictAttribute(const PublishedTable& published, size_t place,
                                bool drops_suppressed) {
  const TupleTable& table = *published.table;
  Sampler sampler(table.total_rows);
  std::vector<bool> occurs(published.hierarchies[place]->size(0), false);
  for (size_t i = 0; i < table.tuples(); ++i) {
    if (table.rows[i] == 0) continue;
    sampler.Add(i, table.codes[place][i], table.rows[i]);
    occurs[table.codes[place][i]] = true;
  }
  const auto values = std::count(occurs.begin(), occurs.end(), true);
  return Predict(published, {.name = table.names[place], .values = static_cast<uint64_t>(values)},
                 sampler.Take(), place, drops_suppressed);
}

}  // namespace weir::anon
