// SPDX-License-Identifier: Apache-2.0
#ifndef WEIR_ANON_OUTPUT_FILE_H_
#define WEIR_ANON_OUTPUT_FILE_H_

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "weir/anon/collapse.h"
#include "weir/anon/microdata.h"
#include "weir/base/random.h"
#include "weir/base/status.h"
#include "weir/privacy/private.h"

namespace weir::anon {

// Where the cells of an output column come from.
enum class CellSource {
  kKept,     // the cell as it was read
  kByValue,  // text_of[dictionary code of `column`]
  kByTuple,  // text_of[tuple of the row]; "suppressed" in suppressed tuples
  kByRow,    // text_of[row]; held rows only; "suppressed" in suppressed tuples if `starred`
};

struct OutputColumn {
  std::string name;    // in the output
  std::string column;  // of the microdata: kKept, kByValue
  CellSource source = CellSource::kKept;
  std::vector<std::string> texts = {};  // what cells may be; "" is missing
  std::vector<uint32_t> text_of = {};   // places in `texts`
  bool starred = false;                 // kKept, kByValue, kByRow: starred with the row
  // Of the values in Parquet; texts that are none of this type fail. Text if unspecified.
  v1::ValueType type = v1::VALUE_TYPE_UNSPECIFIED;
};

struct OutputPlan {
  std::vector<OutputColumn> columns;  // distinct names, at least one
  // By tuple: whether its rows are suppressed. Rows of suppressed tuples keep their cells outside
  // the quasi-identifiers, or are left out with `drop_suppressed`.
  std::vector<bool> suppressed;
  bool drop_suppressed = false;
  std::string suppressed_text = "*";
  bool shuffle = true;
};

struct OutputLocation {
  std::string path;
  v1::FileFormat format = v1::FILE_FORMAT_CSV;  // CSV or Parquet
  char delimiter = ',';
  bool replace = false;  // an existing file is replaced, else refused
  // Called when all is written and proved, before the file gets its name: what is there still is
  // what was there before. An error ends the writing.
  std::function<Status()> before_naming = {};
};

// Whether WriteMicrodata could begin: ask before long work.
// Errors: as there, as far as they can be known; INVALID_ARGUMENT a format that is not written.
Status CheckOutput(const OutputLocation& location);

// What was written; made by the writer alone.
struct OutputFacts {
  uint64_t rows = 0;
  uint64_t suppressed_rows = 0;  // starred or left out
  std::string sha256;            // of the file
};

// Asked of the finished file while it has no name yet: unless it gives OK, there is never a file.
// `written` names the bytes, which can be read there until it returns.
using OutputCheck = std::function<Status(const InputLocation& written, const OutputFacts& facts)>;

// Writes the anonymized rows: the one way by which rows of a Microdata leave.
//
// `check`: none, or asked before the file gets its name; its error is given back.
//
// Guarantee: with `shuffle` every order of the rows is equally likely (Fisher-Yates on held rows;
//            streamed rows are dealt to random buckets, each of which is then shuffled) under a
//            cryptographic random source. The file appears whole, under its name, durable, or not
//            at all: a temporary file without a name, where the file system has such, then fsync.
// Reveals:   the file.
// Errors:    ALREADY_EXISTS     the file exists and `replace` is not set.
//            INVALID_ARGUMENT   a column twice, a text place out of range, kByRow on streamed rows,
//                               a text that is no value of its type.
//            as FileError       no such folder, one that cannot be written to.
//            DATA_LOSS          streamed rows: the input is not what it was.
//            RESOURCE_EXHAUSTED the disk is full, or the memory limit too small.
//            CANCELLED          `limits.progress` gave false.
// Source:    Fisher-Yates: Knuth, TAOCP vol. 2, algorithm 3.4.2P. Buckets: Sandelius, "A simple
//            randomization procedure", J. R. Stat. Soc. B 24(2), 1962.
StatusOr<OwnerView<OutputFacts>> WriteMicrodata(const Microdata& microdata,
                                                const CollapsedTable& collapsed,
                                                const OutputPlan& plan,
                                                const OutputLocation& location,
                                                const ReadLimits& limits, RandomSource& random,
                                                const OutputCheck& check = {});

// An output file, read again from the disk and grouped with nothing but its own content.
struct GroupedFile {
  uint64_t rows = 0;
  uint64_t suppressed_rows = 0;                  // every one of the columns is the suppressed text
  uint64_t classes = 0;                          // without the suppressed one
  std::map<uint64_t, uint64_t> classes_of_size;  // rows in the class -> number of such classes
  std::string sha256;
};

// Groups by the columns' texts. Tells rows only: privacy units are not in an output, so nothing can
// count them there; that claim rests on the pipeline.
// Errors: as ReadMicrodata.
StatusOr<OwnerView<GroupedFile>> GroupFile(const InputLocation& file,
                                           const std::vector<std::string>& columns,
                                           std::string_view suppressed_text,
                                           const ReadLimits& limits);

}  // namespace weir::anon

#endif  // WEIR_ANON_OUTPUT_FILE_H_
