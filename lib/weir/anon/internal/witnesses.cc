// SPDX-License-Identifier: Apache-2.0
#include "weir/anon/internal/witnesses.h"

#include <algorithm>
#include <array>
#include <bit>
#include <span>
#include <utility>

namespace weir::anon::internal {
namespace {

constexpr size_t kMostKnown = 16;
constexpr size_t kMostLowestLabels = 512;
// Bitmaps are of whole blocks.
constexpr size_t kBlockWords = 4;
constexpr size_t kBlockItems = 64 * kBlockWords;
// Suspects who are looked at, at a time.
constexpr size_t kMostSuspects = 8;
// Fewer items are counted as fast as suspects are.
constexpr size_t kLeastItems = 1024;

}  // namespace

Witnesses::Witnesses(const Prepared& prepared, const KeyList& items)
    : prepared_(prepared),
      items_(items),
      words_((items.size + kBlockItems - 1) / kBlockItems * kBlockWords),
      all_(words_, 0) {
  std::fill_n(all_.begin(), items.size / 64, ~uint64_t{0});
  if (items.size % 64 != 0) all_[items.size / 64] = (uint64_t{1} << (items.size % 64)) - 1;
  const Packing& packing = *prepared.packing;
  bitmaps_.resize(packing.attributes());
  for (size_t a = 0; a < bitmaps_.size(); ++a) {
    bitmaps_[a].resize(packing.hierarchy(a).levels());
    for (size_t level = 0; level < bitmaps_[a].size(); ++level) {
      bitmaps_[a][level].resize(packing.hierarchy(a).size(level));
    }
  }
}

Levels Witnesses::Add(const Levels& levels, std::vector<uint64_t> key) {
  if (known_.size() >= kMostKnown) known_.pop_back();
  known_.insert(known_.begin(), std::move(key));
  return Rise(levels, known_[0]);
}

// All labels of the lowest levels in one pass over the items, but those of attributes that have
// very many.
void Witnesses::MakeLowestBitmaps() {
  struct Column {
    BitField field = {};
    const uint64_t* keys = nullptr;
    std::vector<uint64_t*> words = {};  // by ground value, of its label's bitmap
  };
  std::vector<Column> columns;
  columns.reserve(bitmaps_.size());
  value_of_lowest_.resize(bitmaps_.size());
  for (size_t a = 0; a < bitmaps_.size(); ++a) {
    const size_t lowest = prepared_.lattice->bottom()[a];
    std::vector<Bitmap>& bitmaps = bitmaps_[a][lowest];
    // Nobody asks for a label that all have.
    if (bitmaps.size() > kMostLowestLabels || bitmaps.size() == 1) continue;
    for (Bitmap& bitmap : bitmaps) bitmap.assign(words_, 0);
    const BitField& field = prepared_.packing->field(a);
    Column& column = columns.emplace_back();
    column = {.field = field, .keys = items_.keys.data() + field.word * items_.size};
    const std::span<const uint32_t> labels = prepared_.packing->hierarchy(a).codes(lowest);
    column.words.reserve(labels.size());
    value_of_lowest_[a].resize(bitmaps.size());
    for (uint32_t value = 0; value < labels.size(); ++value) {
      column.words.push_back(bitmaps[labels[value]].data());
      value_of_lowest_[a][labels[value]] = value;
    }
  }
  for (size_t i = 0; i < items_.size; ++i) {
    const uint64_t bit = uint64_t{1} << (i % 64);
    for (const Column& column : columns) {
      column.words.data()[column.field.Of(column.keys[i])][i / 64] |= bit;
    }
  }
}

void Witnesses::Scan(size_t attribute, size_t level, uint32_t label, Bitmap& bitmap) const {
  const BitField& field = prepared_.packing->field(attribute);
  const uint32_t* codes = prepared_.packing->hierarchy(attribute).codes(level).data();
  const size_t n = items_.size;
  const uint64_t* keys = items_.keys.data() + field.word * n;
  for (size_t w = 0; 64 * w < n; ++w) {
    const size_t end = std::min(n, 64 * w + 64);
    uint64_t bits = 0;
    for (size_t i = 64 * w; i < end; ++i) {
      bits |= static_cast<uint64_t>(codes[field.Of(keys[i])] == label) << (i % 64);
    }
    bitmap[w] = bits;
  }
}

// Labels have a bitmap when they are asked for. An attribute of very many labels at its lowest
// level has none for the others of these: the items are looked through instead.
const uint64_t* Witnesses::BitmapOf(size_t attribute, size_t level, uint32_t label) {
  Bitmap& bitmap = bitmaps_[attribute][level][label];
  if (!bitmap.empty()) return bitmap.data();
  const std::vector<Bitmap>& lowest = bitmaps_[attribute][prepared_.lattice->bottom()[attribute]];
  const bool are_many = lowest.size() > kMostLowestLabels;
  if (!are_many && value_of_lowest_.empty()) MakeLowestBitmaps();
  if (!bitmap.empty()) return bitmap.data();
  bitmap.assign(words_, 0);
  if (are_many) {
    Scan(attribute, level, label, bitmap);
    return bitmap.data();
  }
  const std::span<const uint32_t> labels = prepared_.packing->hierarchy(attribute).codes(level);
  uint64_t* const to = bitmap.data();
  for (size_t part = 0; part < lowest.size(); ++part) {
    if (labels[value_of_lowest_[attribute][part]] != label) continue;
    const uint64_t* const from = lowest[part].data();
    for (size_t w = 0; w < words_; ++w) to[w] |= from[w];
  }
  return to;
}

bool Witnesses::IsSmall(const Levels& levels, const std::vector<uint64_t>& key) {
  chosen_.clear();
  for (size_t a = 0; a < levels.size(); ++a) {
    const uint64_t* const label = LabelBitmap(a, levels[a], key);
    if (label != all_.data()) chosen_.push_back(label);
  }
  if (chosen_.empty()) chosen_.push_back(all_.data());
  const uint64_t found = RowsOf(chosen_);
  // A class of the population alone has nothing to suppress.
  return found > 0 && found < prepared_.least_rows;
}

const uint64_t* Witnesses::LabelBitmap(size_t attribute, size_t level,
                                       const std::vector<uint64_t>& key) {
  const Hierarchy& hierarchy = prepared_.packing->hierarchy(attribute);
  if (hierarchy.size(level) == 1) return all_.data();
  const BitField& field = prepared_.packing->field(attribute);
  return BitmapOf(attribute, level, hierarchy.codes(level)[field.Of(key[field.word])]);
}

uint64_t Witnesses::RowsOf(std::span<const uint64_t* const> bitmaps) const {
  const uint64_t* const rows = items_.rows.data();
  uint64_t found = 0;
  std::array<uint64_t, kBlockWords> block;  // NOLINT(*-member-init): written before it is read
  for (size_t begin = 0; begin < words_; begin += kBlockWords) {
    std::copy_n(bitmaps[0] + begin, kBlockWords, block.begin());
    for (const uint64_t* const bitmap : bitmaps.subspan(1)) {
      for (size_t w = 0; w < kBlockWords; ++w) block.data()[w] &= bitmap[begin + w];
    }
    for (size_t w = 0; w < kBlockWords; ++w) {
      for (uint64_t bits = block.data()[w]; bits != 0; bits &= bits - 1) {
        found += rows[64 * (begin + w) + static_cast<size_t>(std::countr_zero(bits))];
        if (found >= prepared_.least_rows) return found;
      }
    }
  }
  return found;
}

// What is in both, in `room` unless one of them has all.
// NOLINTNEXTLINE(bugprone-easily-swappable-parameters): both are read alike
const uint64_t* Witnesses::Both(const uint64_t* some, const uint64_t* label, uint64_t* room) const {
  if (label == all_.data()) return some;
  if (some == all_.data()) return label;
  for (size_t w = 0; w < words_; ++w) room[w] = some[w] & label[w];
  return room;
}

// Of each attribute, the tuples that agree with that of `key` in all others: in those before it at
// the levels that they rose to, in those behind it at their first levels.
Levels Witnesses::Rise(Levels levels, const std::vector<uint64_t>& key) {
  const size_t attributes = levels.size();
  room_.resize((attributes + 1) * words_);
  behind_.resize(attributes);
  const uint64_t* rest = all_.data();
  for (size_t a = attributes; a-- > 0;) {
    behind_[a] = rest;
    rest = Both(rest, LabelBitmap(a, levels[a], key), room_.data() + a * words_);
  }
  uint64_t* const room = room_.data() + attributes * words_;
  const uint64_t* before = all_.data();
  for (size_t a = 0; a < attributes; ++a) {
    uint8_t& level = levels[a];
    while (level < prepared_.lattice->top()[a] &&
           RowsOf(std::array{behind_[a], before, LabelBitmap(a, level + 1U, key)}) <
               prepared_.least_rows) {
      ++level;
    }
    before = Both(before, LabelBitmap(a, level, key), room);
  }
  return levels;
}

std::vector<Levels> Witnesses::Refute(const Levels& levels) {
  for (size_t place = 0; place < known_.size(); ++place) {
    if (!IsSmall(levels, known_[place])) continue;
    std::rotate(known_.begin(), known_.begin() + static_cast<ptrdiff_t>(place),
                known_.begin() + static_cast<ptrdiff_t>(place) + 1);
    return {Rise(levels, known_[0])};
  }
  std::vector<Levels> found;
  if (known_.empty() || items_.size < kLeastItems) return found;
  if (!suspects_) suspects_.emplace(prepared_, items_);
  for (std::vector<uint64_t>& key : suspects_->InSmallClasses(levels, kMostSuspects)) {
    if (IsSmall(levels, key)) found.push_back(Add(levels, std::move(key)));
  }
  return found;
}

}  // namespace weir::anon::internal
