// SPDX-License-Identifier: Apache-2.0
#ifndef WEIR_ANON_INTERNAL_TABLE_CODER_H_
#define WEIR_ANON_INTERNAL_TABLE_CODER_H_

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "weir/anon/internal/column_encoder.h"
#include "weir/anon/microdata.h"
#include "weir/base/status.h"
#include "weir/data/batch.h"
#include "weir/data/sip_hash.h"

namespace weir::anon::internal {

// What a pass over a file asks for: the encoded columns first, then the unit's that are not among
// them, then those whose cells are taken as they are.
struct ScanPlan {
  std::vector<std::string> columns;  // distinct
  std::vector<size_t> encoded;       // places in ReadRequest::columns
  std::vector<size_t> unit;          // places in `columns`
};

// With `kept`, the columns of that use are encoded as well.
ScanPlan PlanScan(const ReadRequest& request, bool kept);

// The text of a cell as the request wants it, without a dictionary.
// Errors: INVALID_ARGUMENT not UTF-8, or a time outside the calendar.
StatusOr<std::string> TextOfCell(const ColumnRequest& request, const data::BatchColumn& column,
                                 size_t row);

// The dictionaries that the threads of one pass share.
using SharedDictionaries = std::vector<std::unique_ptr<SharedDictionary>>;

// Turns batches into codes and keyed hashes of units, on one thread.
class TableCoder {
 public:
  // All must outlive the coder; one dictionary for each encoded column.
  TableCoder(const ReadRequest& request, const ScanPlan& plan, SharedDictionaries& dictionaries,
             const data::SipKey& unit_key);

  // The batch's columns are those of the plan.
  Status Encode(const data::Batch& batch);

  // Of the last batch.
  size_t rows() const { return rows_; }
  std::span<const uint32_t> codes(size_t column) const { return {codes_[column].data(), rows_}; }
  // The unit of each row; 0: none. Empty without a unit.
  std::span<const uint64_t> units() const { return units_; }
  // Of the batch for which Encode gave an error.
  size_t failed_row() const { return failed_row_; }
  const ColumnEncoder& encoder(size_t column) const { return encoders_[column]; }

 private:
  Status HashUnits(const data::Batch& batch);
  Status AppendUnitCell(const data::Batch& batch, size_t part, size_t row, bool& missing);

  const ReadRequest& request_;
  const ScanPlan& plan_;
  const data::SipKey& unit_key_;
  std::vector<ColumnEncoder> encoders_;
  size_t rows_ = 0;
  size_t failed_row_ = 0;
  std::vector<std::vector<uint32_t>> codes_;
  std::vector<uint64_t> units_;
  std::string unit_text_;
};

}  // namespace weir::anon::internal

#endif  // WEIR_ANON_INTERNAL_TABLE_CODER_H_
