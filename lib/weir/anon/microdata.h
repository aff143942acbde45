// SPDX-License-Identifier: Apache-2.0
#ifndef WEIR_ANON_MICRODATA_H_
#define WEIR_ANON_MICRODATA_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <ostream>
#include <string>
#include <string_view>
#include <vector>

#include "weir/anon/dictionary.h"
#include "weir/base/random.h"
#include "weir/base/status.h"
#include "weir/privacy/passkeys.h"
#include "weir/privacy/private.h"
#include "weir/v1/recipe.pb.h"

namespace weir::anon {

// A file about people, as a recipe names it.
struct InputLocation {
  std::string path;  // absolute, or relative to the working folder
  v1::FileFormat format = v1::FILE_FORMAT_CSV;
  char delimiter = ',';  // CSV only
};

// `folder`: where relative paths start. The format follows from the end of the path (.parquet,
// .json, .jsonl, .ndjson, else CSV; before .gz or .zst) unless it is given. CSV and JSON lines that
// end in .gz or .zst are decompressed while they are read.
// Errors: INVALID_ARGUMENT  a delimiter that is not one ASCII character, is a quote or ends lines;
//                           a delimiter for a format that has none.
StatusOr<InputLocation> LocateInput(const v1::RecipeInput& input, const std::string& folder);
StatusOr<InputLocation> LocateInput(const v1::PopulationTable& table, const std::string& folder);

// The columns of a file, in its order. JSON: the members of the first object.
// Errors: INVALID_ARGUMENT  no such file, no header, a column twice, a name that is not UTF-8.
//         DATA_LOSS         damaged Parquet.
StatusOr<std::vector<std::string>> ReadColumnNames(const InputLocation& input);

enum class ColumnUse {
  // Quasi-identifiers, sensitive attributes and whatever is looked at value by value. Its
  // dictionary is ascending by the bytes of the texts, so the missing value "" has code 0.
  kAnalysed,
  // Carried to the output only. Its dictionary is in the order of first occurrence, and there is
  // none if the rows are not held.
  kKept,
};

// Numbers and times that a file holds as such are told apart in steps only: value v becomes
// origin + width * floor((v - origin) / width). Width in the unit of the column: 1 for integers,
// days for dates, microseconds for time stamps. Where a hierarchy's finest allowed level is as
// coarse, nothing is lost and the dictionary stays small.
struct ValueStep {
  int64_t width = 1;  // >= 1
  int64_t origin = 0;
};

struct ColumnRequest {
  std::string name;
  ColumnUse use = ColumnUse::kAnalysed;
  // Besides the empty text, these stand for "no value" and become "".
  std::vector<std::string> missing = {};
  // For columns of integers, dates and time stamps in Parquet; texts pay no heed to it.
  std::optional<ValueStep> step = {};
  // Applied to the text of a value before it enters the dictionary; not to the missing one. Must
  // be a pure function and thread-safe. Called at least once a distinct value, at most once a row.
  std::function<std::string(std::string_view)> reduce = {};
};

struct ReadRequest {
  std::vector<ColumnRequest> columns;  // distinct names
  // Columns that together name a privacy unit; none: rows are the units.
  std::vector<std::string> unit = {};
  // Texts that stand for "no value", for each unit column; empty: only the empty text.
  std::vector<std::vector<std::string>> unit_missing = {};
  // Largest k that a model asks for on units; see TupleTable.
  uint32_t unit_cap = 0;
};

// Whether the rows are held in memory. Held rows are in the order of the file.
enum class Holding {
  kAutomatic,  // held if their codes take at most a quarter of the memory
  kHeld,
  kStreamed,
};

struct ReadLimits {
  uint64_t memory_bytes = uint64_t{2} << 30;  // at least 64 MiB
  unsigned threads = 1;                       // in [1, 256]
  // For codes and keyed hashes that do not fit: unnamed files of mode 0600. Empty: nothing is
  // ever written, and what does not fit fails with RESOURCE_EXHAUSTED.
  std::string temp_folder = {};
  Holding holding = Holding::kAutomatic;
  // Called now and then from one thread at a time with the share done in [0, 1]; false cancels.
  std::function<bool(double)> progress = {};
};

// One column of the rows that were read. `codes` has one code a record: a row if the rows are
// held, else a distinct combination of the analysed columns.
struct CodedColumn {
  std::string name;
  ColumnUse use = ColumnUse::kAnalysed;
  Dictionary values;
  std::vector<uint32_t> codes;  // empty for a kept column that is not held
};

// Facts about the rows, for the owner.
struct MicrodataFacts {
  uint64_t rows = 0;
  uint64_t rows_without_unit = 0;  // kept; they count as rows and as no unit
  uint64_t records = 0;            // rows, or distinct combinations if they are not held
  std::string sha256;              // of the file, lower-case hexadecimal
  uint64_t spilled_bytes = 0;      // written to the temporary folder
};

namespace internal {
struct CodedTable;
}

// The rows of a file about people, in dictionary codes. Raw: nothing can print or serialise it, and
// only the classes that AnonKey names look inside; rows leave through WriteMicrodata alone.
//
// Immutable, thread-safe for reading; move-only.
class Microdata {
 public:
  Microdata(AnonKey, std::unique_ptr<internal::CodedTable> table);
  ~Microdata();
  Microdata(Microdata&&) noexcept;
  Microdata& operator=(Microdata&&) noexcept;
  Microdata(const Microdata&) = delete;
  Microdata& operator=(const Microdata&) = delete;

  // The columns of the request, in its order.
  const std::vector<CodedColumn>& columns(AnonKey) const;
  const internal::CodedTable& table(AnonKey) const { return *table_; }
  // All of it, to be changed and made Microdata again.
  std::unique_ptr<internal::CodedTable> Take(AnonKey) &&;
  // Whether records are rows.
  bool held() const;
  OwnerView<MicrodataFacts> Facts() const;

 private:
  std::unique_ptr<internal::CodedTable> table_;
};

// Reads the columns asked for, in one pass, and hashes the file.
//
// Shapes:    n rows -> n records in the order of the file, or with streamed rows the distinct
//            combinations of the analysed columns, in an order that follows from the set of rows,
//            with the rows and units of each.
// Guarantee: every row of the file counts. The result depends on the content of the file only
//            (except for the hashes of units, whose key is fresh), not on threads or memory.
// Reveals:   nothing; see Microdata. Messages name lines, columns and rules, for the owner.
// Errors:    INVALID_ARGUMENT   the file is missing or has no such column; a column twice; a line
//                               with more or fewer cells than the header, a quote that is never
//                               closed, a line that is no JSON object, a text that is not UTF-8:
//                               names the line. An owner's file is repaired, not guessed at.
//            DATA_LOSS          damaged Parquet, or the file changed while it was read.
//            RESOURCE_EXHAUSTED memory and the temporary folder are too small, or the distinct
//                               combinations of streamed rows take more than half of the memory.
//            CANCELLED          `progress` gave false.
// Source:    the 64-bit unit hash: SipHash-2-4, Aumasson, Bernstein, INDOCRYPT 2012. Two units that
//            share a hash count as one: k is then under-stated, never over-stated.
StatusOr<Microdata> ReadMicrodata(const InputLocation& input, const ReadRequest& request,
                                  const ReadLimits& limits, RandomSource& random);

// Printing a hidden value is a compile error.
std::ostream& operator<<(std::ostream&, const Dictionary&) = delete;
std::ostream& operator<<(std::ostream&, const CodedColumn&) = delete;
std::ostream& operator<<(std::ostream&, const Microdata&) = delete;

}  // namespace weir::anon

namespace weir {
template <>
inline constexpr bool kHidden<anon::CodedColumn> = true;
template <>
inline constexpr bool kHidden<anon::Dictionary> = true;
template <>
inline constexpr bool kHidden<anon::Microdata> = true;
}  // namespace weir

#endif  // WEIR_ANON_MICRODATA_H_
