// SPDX-License-Identifier: Apache-2.0
#include "weir/anon/output_file.h"

#include <string_view>

#include "weir/anon/internal/new_file.h"
#include "weir/anon/internal/write_rows.h"

namespace weir::anon {

class MicrodataWriter final {
 public:
  static const internal::CodedTable& TableOf(const Microdata& microdata) {
    return microdata.table(AnonKey());
  }
};

Status CheckOutput(const OutputLocation& location) {
  if (location.format != v1::FILE_FORMAT_CSV && location.format != v1::FILE_FORMAT_PARQUET) {
    return InvalidArgument("the output is a CSV or a Parquet file");
  }
  const bool ascii = static_cast<unsigned char>(location.delimiter) < 0x80;
  if (!ascii ||
      std::string_view("\"\r\n\0", 4).find(location.delimiter) != std::string_view::npos) {
    return InvalidArgument("the delimiter must be one character, no quote and no line end");
  }
  return internal::CheckNewFile(location.path, location.replace);
}

StatusOr<OwnerView<OutputFacts>> WriteMicrodata(const Microdata& microdata,
                                                const CollapsedTable& collapsed,
                                                const OutputPlan& plan,
                                                const OutputLocation& location,
                                                const ReadLimits& limits, RandomSource& random,
                                                const OutputCheck& check) {
  WEIR_ASSIGN_OR_RETURN(OutputFacts facts,
                        internal::WriteRows(MicrodataWriter::TableOf(microdata), collapsed, plan,
                                            location, limits, random, check));
  return OwnerView<OutputFacts>(std::move(facts));
}

}  // namespace weir::anon
