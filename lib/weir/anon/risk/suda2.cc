// SPDX-License-Identifier: Apache-2.0
#include "weir/anon/risk/suda2.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <functional>
#include <map>
#include <numeric>
#include <span>
#include <utility>

namespace weir::anon {
namespace {

// A value of an attribute. Items are numbered by their rank: rare ones first.
struct Item {
  uint32_t attribute = 0;
  uint32_t code = 0;
};

struct Unique {
  uint32_t tuple = 0;
  uint32_t size = 0;
  std::array<uint32_t, kLargestUnique> items = {};

  std::span<const uint32_t> list() const { return {items.data(), size}; }
};

// The rows of some tuples that have each of the items above a rank.
class Postings {
 public:
  explicit Postings(size_t items) : begin_(items, 0), rows_(items, 0), count_(items, 0) {}

  // Forgets what it had.
  void Fill(const std::vector<std::vector<uint32_t>>& item_of, std::span<const uint64_t> rows,
            std::span<const uint32_t> tuples, uint32_t least) {
    for (const uint32_t item : touched_) begin_[item] = rows_[item] = count_[item] = 0;
    touched_.clear();
    for (const std::vector<uint32_t>& items : item_of) {
      for (const uint32_t tuple : tuples) {
        const uint32_t item = items[tuple];
        if (item < least) continue;
        if (count_[item]++ == 0) touched_.push_back(item);
        rows_[item] += rows[tuple];
      }
    }
    std::sort(touched_.begin(), touched_.end());
    uint64_t end = 0;
    for (const uint32_t item : touched_) {
      begin_[item] = end;
      end += count_[item];
      count_[item] = 0;
    }
    tuples_.resize(end);
    for (const std::vector<uint32_t>& items : item_of) {
      for (const uint32_t tuple : tuples) {
        const uint32_t item = items[tuple];
        if (item >= least) tuples_[begin_[item] + count_[item]++] = tuple;
      }
    }
  }

  std::span<const uint32_t> items() const { return touched_; }
  uint64_t rows(uint32_t item) const { return rows_[item]; }
  std::span<const uint32_t> tuples(uint32_t item) const {
    return {tuples_.data() + begin_[item], count_[item]};
  }

 private:
  std::vector<uint64_t> begin_;
  std::vector<uint64_t> rows_;
  std::vector<uint32_t> count_;
  std::vector<uint32_t> touched_;
  std::vector<uint32_t> tuples_;
};

class UniqueSearch {
 public:
  using Found = std::function<void(const Unique&)>;

  UniqueSearch(const TupleTable& table, const Suda2Options& options)
      : rows_(table.rows),
        most_steps_(options.most_steps),
        largest_(std::min(options.largest, table.attributes())) {
    RankItems(table);
    for (size_t depth = 0; depth < largest_; ++depth) postings_.emplace_back(items_);
  }

  // Calls `found` for each minimal sample unique; false if the steps did not suffice.
  bool Run(const Found& found) {
    std::vector<uint32_t> tuples;
    for (uint32_t i = 0; i < rows_.size(); ++i) {
      if (rows_[i] > 0) tuples.push_back(i);
    }
    Search(tuples, 0, 0, found);
    return steps_ <= most_steps_;
  }

  uint32_t AttributeOf(uint32_t item) const { return attribute_of_[item]; }

 private:
  void RankItems(const TupleTable& table) {
    std::vector<std::pair<uint64_t, std::pair<uint32_t, uint32_t>>> by_rows;
    for (uint32_t a = 0; a < table.attributes(); ++a) {
      std::map<uint32_t, uint64_t> rows;
      for (size_t i = 0; i < rows_.size(); ++i) {
        if (rows_[i] > 0) rows[table.codes[a][i]] += rows_[i];
      }
      for (const auto& [code, count] : rows) by_rows.push_back({count, {a, code}});
    }
    std::sort(by_rows.begin(), by_rows.end());
    items_ = by_rows.size();
    std::map<std::pair<uint32_t, uint32_t>, uint32_t> rank;
    for (uint32_t i = 0; i < by_rows.size(); ++i) {
      attribute_of_.push_back(by_rows[i].second.first);
      rank.emplace(by_rows[i].second, i);
    }
    item_of_.assign(table.attributes(), std::vector<uint32_t>(rows_.size(), 0));
    for (uint32_t a = 0; a < table.attributes(); ++a) {
      for (size_t i = 0; i < rows_.size(); ++i) {
        if (rows_[i] > 0) item_of_[a][i] = rank.at({a, table.codes[a][i]});
      }
    }
  }

  bool HasAll(uint32_t tuple, std::span<const uint32_t> items) const {
    return std::all_of(items.begin(), items.end(),
                       [&](uint32_t item) { return item_of_[attribute_of_[item]][tuple] == item; });
  }

  // Whether a row beside the unique one has the same items, among the rows of `postings`.
  bool HasSupport(const Postings& postings, const Unique& unique) {
    uint32_t rarest = unique.items[0];
    for (const uint32_t item : unique.list()) {
      if (postings.tuples(item).size() < postings.tuples(rarest).size()) rarest = item;
    }
    if (unique.size == 1) return postings.rows(rarest) > 1;
    for (const uint32_t tuple : postings.tuples(rarest)) {
      ++steps_;
      if (tuple != unique.tuple && HasAll(tuple, unique.list())) return true;
    }
    return false;
  }

  // All sets of items from `least` on that are minimal and unique among the rows of `tuples`, which
  // are at least two rows. Rows outside of `tuples` do not count.
  void Search(std::span<const uint32_t> tuples, uint32_t least, size_t depth, const Found& found) {
    steps_ += tuples.size() * item_of_.size();
    if (steps_ > most_steps_) return;
    Postings& postings = postings_[depth];
    postings.Fill(item_of_, rows_, tuples, least);
    uint64_t all_rows = 0;
    for (const uint32_t tuple : tuples) all_rows += rows_[tuple];
    for (const uint32_t item : postings.items()) {
      const std::span<const uint32_t> with_item = postings.tuples(item);
      if (postings.rows(item) == 1) {
        found(Unique{.tuple = with_item[0], .size = 1, .items = {item}});
        continue;
      }
      // An item that all rows have makes nothing smaller: no minimal set holds it.
      if (postings.rows(item) == all_rows || depth + 1 == largest_) continue;
      if (std::none_of(with_item.begin(), with_item.end(),
                       [&](uint32_t tuple) { return rows_[tuple] == 1; })) {
        continue;
      }
      // What is minimal among the rows with this item is minimal together with it if another row,
      // which then lacks the item, has the rest.
      Search(with_item, item + 1, depth + 1, [&](const Unique& rest) {
        if (!HasSupport(postings, rest)) return;
        Unique unique = rest;
        unique.items[unique.size++] = item;
        found(unique);
      });
    }
  }

  std::span<const uint64_t> rows_;
  uint64_t most_steps_;
  size_t largest_;
  uint64_t steps_ = 0;
  size_t items_ = 0;
  std::vector<uint32_t> attribute_of_;          // of an item
  std::vector<std::vector<uint32_t>> item_of_;  // by attribute, then tuple
  std::vector<Postings> postings_;              // by depth
};

double WeightOf(size_t size, size_t attributes, size_t largest) {
  const size_t last = std::min(largest, attributes - 1);
  double weight = 1;
  for (size_t i = size; i <= last; ++i) weight *= static_cast<double>(attributes - i);
  return weight;
}

uint64_t TuplesOf(const TupleTable& table, uint64_t rows) {
  return static_cast<uint64_t>(std::count(table.rows.begin(), table.rows.end(), rows));
}

void AddDisScores(const TupleTable& table, double sampling_fraction, Suda2Result& result) {
  result.dis_scores.assign(table.tuples(), 0);
  const uint64_t uniques = TuplesOf(table, 1);
  if (uniques == 0) return;
  // Against a right match, for a row that is alone with its values: (1 - dis) / dis.
  const double odds = 2 * static_cast<double>(TuplesOf(table, 2)) * (1 - sampling_fraction) /
                      (static_cast<double>(uniques) * sampling_fraction);
  result.dis = 1 / (1 + odds);
  const double power = 1 + (8 - static_cast<double>(table.attributes())) / 20;
  double sum = 0;
  for (const double score : result.scores) {
    if (score > 0) sum += std::pow(score, -power);
  }
  for (size_t i = 0; i < table.tuples(); ++i) {
    if (result.scores[i] == 0) continue;
    const double share = std::pow(result.scores[i], -power) / sum;
    result.dis_scores[i] = 1 / (1 + odds * static_cast<double>(result.rows_with_unique) * share);
  }
}

}  // namespace

StatusOr<Suda2Result> FindSpecialUniques(const TupleTable& table, const Suda2Options& options) {
  if (table.attributes() == 0) return InvalidArgument("special uniques need an attribute");
  if (options.largest == 0 || options.largest > kLargestUnique) {
    return InvalidArgument("the size of special uniques must be in [1, %zu], got %zu",
                           kLargestUnique, options.largest);
  }
  if (!(options.sampling_fraction > 0 && options.sampling_fraction < 1)) {
    return InvalidArgument("the sampling fraction must be in (0, 1)");
  }
  Suda2Result result;
  result.scores.assign(table.tuples(), 0);
  result.smallest.assign(table.tuples(), 0);
  result.uniques.assign(std::min(options.largest, table.attributes()), 0);
  result.contributions.assign(table.attributes(), 0);
  const uint64_t rows = std::accumulate(table.rows.begin(), table.rows.end(), uint64_t{0});
  UniqueSearch search(table, options);
  double total = 0;
  // A single row is unique without a look at any value.
  const bool is_complete = rows < 2 || search.Run([&](const Unique& unique) {
    const double weight = WeightOf(unique.size, table.attributes(), options.largest);
    result.scores[unique.tuple] += weight;
    uint32_t& smallest = result.smallest[unique.tuple];
    if (smallest == 0 || unique.size < smallest) smallest = unique.size;
    ++result.uniques[unique.size - 1];
    total += weight;
    for (const uint32_t item : unique.list()) {
      result.contributions[search.AttributeOf(item)] += weight;
    }
  });
  if (!is_complete) {
    return ResourceExhausted(
        "the search for special uniques of up to %zu attributes takes too long",
        std::min(options.largest, table.attributes()));
  }
  for (double& contribution : result.contributions) contribution /= total > 0 ? total : 1;
  for (const uint32_t smallest : result.smallest) result.rows_with_unique += smallest > 0 ? 1 : 0;
  AddDisScores(table, options.sampling_fraction, result);
  return result;
}

}  // namespace weir::anon
