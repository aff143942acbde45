// SPDX-License-Identifier: Apache-2.0
#include "weir/anon/risk/record_linkage.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <memory>
#include <numeric>
#include <optional>
#include <unordered_map>
#include <utility>

#include "weir/anon/internal/tuple_index.h"
#include "weir/base/decimal.h"

namespace weir::anon {
namespace {

// Sums of the same distances in another order may differ by as much.
constexpr double kSameDistance = 1e-9;

struct PersonRows {
  uint32_t person = kNobody;
  uint64_t rows = 0;
};

// Published rows, collapsed.
struct PublishedRows {
  std::vector<std::vector<uint32_t>> cells;      // by distinct row, then column
  std::vector<uint64_t> rows;                    // of each distinct row
  std::vector<std::vector<PersonRows>> persons;  // of each distinct row
};

PublishedRows CollapsePublished(const LinkageTable& table) {
  PublishedRows published;
  internal::TupleIndex index(table.codes.size());
  std::vector<uint64_t> key(table.codes.size());
  for (size_t record = 0; record < table.rows.size(); ++record) {
    if (table.rows[record] == 0) continue;
    for (size_t a = 0; a < key.size(); ++a) key[a] = table.codes[a][record];
    const uint32_t place = index.Add(key.data());
    if (place == published.rows.size()) {
      published.rows.push_back(0);
      published.cells.emplace_back(key.begin(), key.end());
      published.persons.emplace_back();
    }
    published.rows[place] += table.rows[record];
    if (table.persons.empty() || table.persons[record] == kNobody) continue;
    published.persons[place].push_back({table.persons[record], table.rows[record]});
  }
  return published;
}

class Linker {
 public:
  Linker(const LinkageTables& tables, std::span<const CellDistance> distances)
      : known_(tables.known),
        published_(CollapsePublished(tables.published)),
        distances_(distances) {}

  // Distinct published rows.
  uint64_t published() const { return published_.rows.size(); }

  // The chance that a known record is linked with a row of its own.
  double ChanceOf(size_t record) {
    FindNearest(record);
    uint64_t rows = 0;
    uint64_t own = 0;
    for (const size_t place : nearest_) {
      rows += published_.rows[place];
      if (known_.persons.empty()) continue;
      for (const PersonRows& one : published_.persons[place]) {
        if (one.person == known_.persons[record]) own += one.rows;
      }
    }
    if (known_.persons.empty()) own = std::min<uint64_t>(rows, 1);
    return rows == 0 ? 0 : static_cast<double>(own) / static_cast<double>(rows);
  }

 private:
  double DistanceTo(size_t record, size_t place, double give_up) const {
    const std::vector<uint32_t>& cells = published_.cells[place];
    double sum = 0;
    for (size_t a = 0; a < cells.size() && sum <= give_up; ++a) {
      sum += distances_[a](known_.codes[a][record], cells[a]);
    }
    return sum;
  }

  void FindNearest(size_t record) {
    nearest_.clear();
    reached_.clear();
    double least = std::numeric_limits<double>::infinity();
    for (size_t place = 0; place < published_.rows.size(); ++place) {
      const double distance = DistanceTo(record, place, least + kSameDistance);
      if (distance > least + kSameDistance) continue;
      least = std::min(least, distance);
      reached_.emplace_back(distance, place);
    }
    for (const auto& [distance, place] : reached_) {
      if (distance <= least + kSameDistance) nearest_.push_back(place);
    }
  }

  const LinkageTable& known_;
  PublishedRows published_;
  std::span<const CellDistance> distances_;
  std::vector<size_t> nearest_;
  std::vector<std::pair<double, size_t>> reached_;
};

Status CheckTable(const LinkageTable& table, size_t columns) {
  const bool has_persons = !table.persons.empty();
  bool fits = table.codes.size() == columns;
  fits = fits && (!has_persons || table.persons.size() == table.rows.size());
  for (const std::vector<uint32_t>& codes : table.codes) {
    fits = fits && codes.size() == table.rows.size();
  }
  return fits ? OkStatus()
              : InvalidArgument(
                    "record linkage needs as many rows in every column and a distance "
                    "for each column");
}

Status CheckTables(const LinkageTables& tables, std::span<const CellDistance> distances,
                   const LinkageOptions& options) {
  const auto& [known, published] = tables;
  if (distances.empty()) return InvalidArgument("record linkage needs a column");
  if (options.fewest_targets == 0) return InvalidArgument("record linkage needs a target");
  WEIR_RETURN_IF_ERROR(CheckTable(known, distances.size()));
  WEIR_RETURN_IF_ERROR(CheckTable(published, distances.size()));
  for (const CellDistance& distance : distances) {
    if (!distance) return InvalidArgument("record linkage needs a distance for each column");
  }
  const bool is_empty = known.rows.empty() || published.rows.empty();
  if (!is_empty && known.persons.empty() != published.persons.empty()) {
    return InvalidArgument("record linkage needs persons in both tables or in none");
  }
  return OkStatus();
}

uint64_t RowsOf(const LinkageTable& table) {
  return std::accumulate(table.rows.begin(), table.rows.end(), uint64_t{0});
}

std::optional<double> NumberIn(const std::string& text) {
  double number = 0;
  const char* const end = text.data() + text.size();
  const auto parsed = std::from_chars(text.data(), end, number);
  const bool is_number = parsed.ec == std::errc() && parsed.ptr == end && std::isfinite(number);
  return is_number ? std::optional<double>(number) : std::nullopt;
}

// Where a text stands in a hierarchy.
struct LabelPlace {
  size_t level = 0;
  uint32_t code = 0;
};

// What DistanceOfTexts knows of the texts, by code.
struct TextFacts {
  std::vector<std::optional<uint32_t>> known_ground;
  std::vector<uint32_t> same;  // by published code: the known code of the same text, or kNobody
  std::vector<bool> is_suppressed;
  std::vector<std::vector<LabelPlace>> labels;  // by published code
  std::vector<std::optional<double>> known_numbers;
  std::vector<std::optional<double>> published_numbers;
  double range = 0;
  const Hierarchy* hierarchy = nullptr;

  bool Covers(uint32_t known, uint32_t published) const {
    if (same[published] == known || is_suppressed[published]) return true;
    if (hierarchy == nullptr || !known_ground[known].has_value()) return false;
    return std::any_of(labels[published].begin(), labels[published].end(), [&](LabelPlace place) {
      return hierarchy->codes(place.level)[*known_ground[known]] == place.code;
    });
  }
};

std::unordered_map<std::string_view, std::vector<LabelPlace>> PlacesOf(const Hierarchy& hierarchy) {
  std::unordered_map<std::string_view, std::vector<LabelPlace>> places;
  for (size_t level = 0; level < hierarchy.levels(); ++level) {
    for (uint32_t code = 0; code < hierarchy.size(level); ++code) {
      places[hierarchy.label(level, code)].push_back({level, code});
    }
  }
  return places;
}

void AddLabels(const LinkageTexts& texts, TextFacts& facts) {
  const auto& [known, published] = texts;
  if (facts.hierarchy == nullptr) return;
  facts.known_ground.reserve(known.size());
  for (const std::string& text : known) facts.known_ground.push_back(facts.hierarchy->Find(text));
  const auto places = PlacesOf(*facts.hierarchy);
  facts.labels.resize(published.size());
  for (size_t i = 0; i < published.size(); ++i) {
    const auto found = places.find(published[i]);
    if (found != places.end()) facts.labels[i] = found->second;
  }
}

void AddNumbers(const LinkageTexts& texts, TextFacts& facts) {
  const auto& [known, published] = texts;
  facts.known_numbers.reserve(known.size());
  facts.published_numbers.reserve(published.size());
  double low = std::numeric_limits<double>::infinity();
  double high = -low;
  for (const std::string& text : known) {
    facts.known_numbers.push_back(NumberIn(text));
    if (!facts.known_numbers.back().has_value()) continue;
    low = std::min(low, *facts.known_numbers.back());
    high = std::max(high, *facts.known_numbers.back());
  }
  for (const std::string& text : published) facts.published_numbers.push_back(NumberIn(text));
  facts.range = std::max(0.0, high - low);
}

}  // namespace

CellDistance DistanceOfTexts(const LinkageTexts& texts, const Hierarchy* hierarchy,
                             std::string_view suppressed_text) {
  const auto& [known, published] = texts;
  const auto facts = std::make_shared<TextFacts>();
  facts->hierarchy = hierarchy;
  std::unordered_map<std::string_view, uint32_t> known_codes;
  for (uint32_t i = 0; i < known.size(); ++i) known_codes.emplace(known[i], i);
  for (const std::string& text : published) {
    const auto found = known_codes.find(text);
    facts->same.push_back(found == known_codes.end() ? kNobody : found->second);
    facts->is_suppressed.push_back(text == suppressed_text);
  }
  AddLabels(texts, *facts);
  AddNumbers(texts, *facts);
  return [facts](uint32_t a, uint32_t b) {
    if (facts->Covers(a, b)) return 0.0;
    const std::optional<double>& left = facts->known_numbers[a];
    const std::optional<double>& right = facts->published_numbers[b];
    if (!left.has_value() || !right.has_value()) return 1.0;
    const double gap = std::abs(*left - *right);
    return facts->range > 0 ? std::min(1.0, gap / facts->range) : (gap > 0 ? 1.0 : 0.0);
  };
}

StatusOr<LinkageRisk> LinkRecords(const LinkageTables& tables,
                                  std::span<const CellDistance> distances,
                                  const LinkageOptions& options) {
  WEIR_RETURN_IF_ERROR(CheckTables(tables, distances, options));
  const auto& [known, published] = tables;
  LinkageRisk risk = {.known_rows = RowsOf(known), .published_rows = RowsOf(published)};
  risk.knows_persons = !known.persons.empty();
  Linker linker(tables, distances);
  const uint64_t affordable =
      options.most_comparisons / std::max<uint64_t>(1, linker.published() * distances.size());
  risk.targets = std::min(risk.known_rows, std::max(affordable, options.fewest_targets));
  size_t record = 0;
  uint64_t rows_before = 0;  // rows of the records before `record`
  std::optional<double> chance;
  for (uint64_t i = 0; i < risk.targets; ++i) {
    const auto row =
        static_cast<uint64_t>(static_cast<uint128>(i) * risk.known_rows / risk.targets);
    while (rows_before + known.rows[record] <= row) {
      rows_before += known.rows[record++];
      chance.reset();
    }
    if (!chance.has_value()) chance = linker.ChanceOf(record);
    risk.right_links += *chance;
    if (*chance == 1.0) ++risk.certain_links;
  }
  if (risk.targets > 0) risk.share = risk.right_links / static_cast<double>(risk.targets);
  return risk;
}

}  // namespace weir::anon
