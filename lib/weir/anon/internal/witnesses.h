// SPDX-License-Identifier: Apache-2.0
#ifndef WEIR_ANON_INTERNAL_WITNESSES_H_
#define WEIR_ANON_INTERNAL_WITNESSES_H_

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "weir/anon/internal/lattice.h"
#include "weir/anon/internal/prepared.h"
#include "weir/anon/internal/suspects.h"

namespace weir::anon::internal {

// Tuples whose class was too small in some node. Where no row may be suppressed, one small class
// refuses a node: the class of a known tuple is counted from bitmaps of labels, without grouping
// all rows. A class that is small is small in every more special node, too, so from each refusal
// the most general node with the same fault is sought.
//
// Whatever else a problem asks, a class of fewer rows than Prepared::least_rows is suppressed.
// Not thread-safe.
class Witnesses {
 public:
  // `items` are the tuples, or classes from which every node of the lattice can be grouped; they
  // must live as long as this.
  Witnesses(const Prepared& prepared, const KeyList& items);

  // A tuple whose class in the node of these levels is too small. Returns a node at or above it
  // with the same fault, as general as one finds. `key`: one number a word.
  Levels Add(const Levels& levels, std::vector<uint64_t> key);
  // Such nodes for a known tuple whose class is too small here, or for tuples that become known;
  // nothing if neither known tuples nor suspects show a small class.
  std::vector<Levels> Refute(const Levels& levels);

 private:
  using Bitmap = std::vector<uint64_t>;  // empty: not made
  bool IsSmall(const Levels& levels, const std::vector<uint64_t>& key);
  // From a node in which the class of `key` is too small to one above, as general as one finds by
  // generalizing attribute after attribute.
  Levels Rise(Levels levels, const std::vector<uint64_t>& key);
  // Rows of the items in all bitmaps, of which there is one; from Prepared::least_rows on it stops.
  uint64_t RowsOf(std::span<const uint64_t* const> bitmaps) const;
  const uint64_t* Both(const uint64_t* some, const uint64_t* label, uint64_t* room) const;
  // Of the label that the tuple of `key` has; all_ if all tuples have it.
  const uint64_t* LabelBitmap(size_t attribute, size_t level, const std::vector<uint64_t>& key);
  const uint64_t* BitmapOf(size_t attribute, size_t level, uint32_t label);
  void MakeLowestBitmaps();
  void Scan(size_t attribute, size_t level, uint32_t label, Bitmap& bitmap) const;

  const Prepared& prepared_;
  KeyList items_;
  size_t words_;  // of a bitmap
  std::vector<uint64_t> all_;
  std::vector<std::vector<uint64_t>> known_;               // the last one to refute is first
  std::vector<std::vector<std::vector<Bitmap>>> bitmaps_;  // attribute, level, label
  // By attribute, one ground value for each label of its lowest level; empty before these have
  // bitmaps.
  std::vector<std::vector<uint32_t>> value_of_lowest_;
  std::vector<const uint64_t*> chosen_;
  std::vector<uint64_t> room_;
  std::vector<const uint64_t*> behind_;  // by attribute: tuples that agree in those behind it
  std::optional<Suspects> suspects_;     // made when known tuples do not do
};

}  // namespace weir::anon::internal

#endif  // WEIR_ANON_INTERNAL_WITNESSES_H_
