// SPDX-License-Identifier: Apache-2.0
#ifndef WEIR_DATA_CLICKHOUSE_INTERNAL_SHARDING_CHECK_H_
#define WEIR_DATA_CLICKHOUSE_INTERNAL_SHARDING_CHECK_H_

#include "weir/base/random.h"
#include "weir/base/status.h"
#include "weir/data/dataset.h"
#include "weir/data/source_engine.h"

namespace weir::data::internal {

enum class Division {
  kByUnit,   // no value of the sharding key is on two servers
  kByOther,  // some value is, or no key is declared
  kUnknown,  // SQL cannot tell the key's values apart as we do
};

// How the rows are divided: only by unit may each server bound what the units of its rows
// contribute.
//
// Each server gives the keyed hashes (64 bits, a fresh key) of its distinct values, which meet
// here, in as many rounds by hash as the memory limit asks for: what a server holds is compared,
// not what a configuration says. Two values that share a hash make a right division look wrong, for
// n values with probability below n^2 / 2^65; a wrong one never looks right. A yes is remembered
// for the process and this description of the data set; rows that are put on a wrong server after
// that are the owner's to prevent.
//
// Errors: as RowSource::Scan.
StatusOr<Division> FindDivision(const ClickHouseSource& source, const DatasetDescription& dataset,
                                const EngineOptions& options, RandomSource& random);

}  // namespace weir::data::internal

#endif  // WEIR_DATA_CLICKHOUSE_INTERNAL_SHARDING_CHECK_H_
