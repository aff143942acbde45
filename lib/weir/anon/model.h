// SPDX-License-Identifier: Apache-2.0
#ifndef WEIR_ANON_MODEL_H_
#define WEIR_ANON_MODEL_H_

#include <cstdint>
#include <memory>
#include <span>
#include <string>

#include "weir/anon/tuple_table.h"

namespace weir::anon {

// What a model may ask of one equivalence class.
struct ClassView {
  uint64_t rows = 0;
  // Distinct privacy units, counted up to the largest k that a model asks for; `rows` if the table
  // names no privacy unit.
  uint64_t units = 0;
  // Rows of the population table in this class.
  uint64_t population = 0;
  // For each sensitive attribute of the table: rows by value, dense (all values of the attribute).
  std::span<const std::span<const uint64_t>> sensitive = {};
};

// How a model behaves when classes are merged, which is what generalizing does. The search may
// only conclude what this allows.
enum class Merging {
  // Two classes of which at least one holds make one that holds (k-anonymity).
  kOneIsEnough,
  // Two classes that both hold make one that holds (entropy l-diversity, t-closeness).
  kBothNeeded,
  // Nothing follows (delta-disclosure).
  kNothing,
};

// A condition on every equivalence class by itself: a class for which it does not hold is
// suppressed. Immutable, thread-safe.
class ClassModel {
 public:
  virtual ~ClassModel() = default;
  virtual bool Holds(const ClassView& view) const = 0;
  virtual Merging merging() const = 0;
  // As in messages and reports: "5-anonymity", "0.2-closeness of occupation".
  virtual std::string name() const = 0;
  // No class of fewer rows holds: one may be suppressed without a look at its values. Follows from
  // the model and the shares in the whole table, and is itself monotone (Merging::kOneIsEnough).
  virtual uint64_t least_rows() const { return 1; }
  // Of a class that does not hold: however its rows are parted into classes, at least so many lie
  // in parts that do not hold. What a more special generalization keeps of the class, taken
  // together, is known to hold or nearly so (its parts do, and merging is convex), which bounds how
  // much that can be. 1 is always true where both are needed, 0 says that nothing is known.
  virtual uint64_t LeastSuppressed(const ClassView& view) const {
    return merging() == Merging::kOneIsEnough ? view.rows
                                              : (merging() == Merging::kBothNeeded ? 1 : 0);
  }
  // Whether a class that has nobody of the table (rows 0, population above 0) is judged too. There
  // is nothing in it to suppress: where one breaks the model, the whole generalization is refused.
  virtual bool judges_empty_classes() const { return false; }
  // Whether it asks for ClassView::population, which nobody can count in a published file.
  virtual bool needs_population() const { return false; }
};

using ClassModelPtr = std::shared_ptr<const ClassModel>;

// What a model may ask of the table that would be given away. The class of which every attribute is
// generalized to its root is a class like others: an average risk of 1 in 1,000 is not had by 500
// rows, whatever they show. Suppressed rows are left out, as all class models leave them.
struct TableView {
  // Sizes in rows of the classes that are not suppressed, ascending.
  std::span<const uint64_t> class_sizes = {};
  uint64_t rows = 0;        // in these classes
  uint64_t total_rows = 0;  // with the suppressed ones
};

// A condition on the table as a whole (average risk, uniqueness). Where it does not hold, classes
// are suppressed, smallest first, until it does. Immutable, thread-safe.
class TableModel {
 public:
  virtual ~TableModel() = default;
  virtual bool Holds(const TableView& view) const = 0;
  virtual std::string name() const = 0;
  // Of all classes with rows, none suppressed: however they are parted further, at least so many
  // rows are suppressed before the rest holds. 0 says that nothing is known.
  virtual uint64_t LeastSuppressed(const TableView& view) const;
};

inline uint64_t TableModel::LeastSuppressed(const TableView&) const { return 0; }

using TableModelPtr = std::shared_ptr<const TableModel>;

}  // namespace weir::anon

#endif  // WEIR_ANON_MODEL_H_
