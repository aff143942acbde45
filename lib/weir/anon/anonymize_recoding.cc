// SPDX-License-Identifier: Apache-2.0
// Recodings that give each class its own labels, on the way of a file.
#include <algorithm>
#include <cmath>
#include <utility>

#include "weir/anon/internal/anonymizer_state.h"

namespace weir::anon {
namespace {

// Share of all rows, rounded up: local recoding with slow rounds takes long and gains little.
constexpr int kDefaultShareCoefficient = 1;
constexpr int kDefaultShareExponent = -2;

StatusOr<uint64_t> LeastRowsPerRound(const v1::Transformation& transformation, uint64_t rows) {
  Decimal share{kDefaultShareCoefficient, kDefaultShareExponent};
  if (!transformation.least_share().empty()) {
    WEIR_ASSIGN_OR_RETURN(share, ParseDecimal(transformation.least_share()));
  }
  const Decimal product{share.coefficient * static_cast<int128>(rows), share.exponent};
  WEIR_ASSIGN_OR_RETURN(const int128 least, ScaleDecimal(product, 0, Rounding::kUp));
  return std::max<uint64_t>(1, static_cast<uint64_t>(least));
}

// Share of the domain that a row's cell stands for.
double CellShare(const SearchProblem& problem, const RecodedTable& recoded, size_t attribute,
                 size_t tuple) {
  const uint8_t level = recoded.recoding.levels[attribute][tuple];
  const bool is_starred = recoded.classes.suppressed[recoded.classes.class_of[tuple]];
  if (is_starred || level == kSuppressedCell) return 1;
  const Hierarchy& hierarchy = *problem.hierarchies[attribute];
  return hierarchy.share(level, hierarchy.codes(level)[problem.table->codes[attribute][tuple]]);
}

// The share of the rows in four digits, rounded up, so that it is enough as a limit.
// NOLINTNEXTLINE(bugprone-easily-swappable-parameters): integers
std::string LimitFor(uint64_t suppressed, uint64_t rows) {
  constexpr int128 kParts = 10'000;
  const int128 parts = (kParts * suppressed + rows - 1) / rows;
  return FormatDecimal(MakeDecimal(parts, 4));
}

}  // namespace

bool Anonymizer::IsGlobal(const Recipe& recipe) {
  const v1::Recoding recoding = recipe.transformation().recoding();
  return recoding == v1::RECODING_UNSPECIFIED || recoding == v1::RECODING_GLOBAL;
}

double Anonymizer::RecodedLoss(size_t attribute) const {
  const SearchProblem& problem = state_->problem;
  double sum = 0;
  uint64_t rows = 0;
  for (size_t i = 0; i < problem.table->tuples(); ++i) {
    sum += static_cast<double>(problem.table->rows[i]) *
           CellShare(problem, *state_->recoded, attribute, i);
    rows += problem.table->rows[i];
  }
  const double least = static_cast<double>(rows) / problem.hierarchies[attribute]->domain_size();
  const double span = static_cast<double>(rows) - least;
  return span <= 0 ? 0 : std::clamp((sum - least) / span, 0.0, 1.0);
}

StatusOr<Recoding> Anonymizer::MakeRecoding(SearchResult& search) {
  const v1::Transformation& transformation = state_->recipe.transformation();
  if (transformation.recoding() == v1::RECODING_MONDRIAN) {
    return RecodeByMondrian(state_->problem);
  }
  if (transformation.recoding() == v1::RECODING_CELL_SUPPRESSION) {
    return SuppressCells(state_->problem);
  }
  WEIR_ASSIGN_OR_RETURN(search, RunSearch(state_->problem));
  LocalRecodingOptions options;
  if (transformation.rounds() > 0) options.rounds = transformation.rounds();
  WEIR_ASSIGN_OR_RETURN(options.least_rows_per_round,
                        LeastRowsPerRound(transformation, state_->collapsed.table.total_rows));
  return RecodeLocally(state_->problem, search, options, LimitsOfSearch());
}

// The highest level that a row of the output has stands for the attribute, and the loss of all
// cells, aggregated as the default measure does, for the score: no bound is proved for it.
StatusOr<SearchResult> Anonymizer::UseRecoding(Recoding recoding, SearchResult search) {
  State& state = *state_;
  WEIR_ASSIGN_OR_RETURN(state.recoded,
                        ApplyRecoding(state.problem, std::move(recoding), SuppressedText()));
  const RecodedTable& recoded = *state.recoded;
  if (recoded.classes.suppressed_rows > state.problem.suppression_limit_rows) {
    return PolicyRefusal(
        "anonymization_models",
        "the recoding leaves more rows suppressed than the limit allows; a "
        "suppression limit of " +
            LimitFor(recoded.classes.suppressed_rows, state.collapsed.table.total_rows) +
            " would do for this file");
  }
  search.levels.assign(state.hierarchies.size(), 0);
  double product = 1;
  for (size_t a = 0; a < search.levels.size(); ++a) {
    const size_t height = state.hierarchies[a].levels() - 1;
    for (size_t i = 0; i < recoded.table.tuples(); ++i) {
      if (recoded.classes.suppressed[recoded.classes.class_of[i]]) continue;
      search.levels[a] =
          std::max(search.levels[a], std::min<size_t>(height, recoded.recoding.levels[a][i]));
    }
    product *= std::pow(1 + RecodedLoss(a), 1.0 / static_cast<double>(search.levels.size()));
  }
  search.score = product - 1;
  search.score_text.clear();
  search.suppressed_rows = recoded.classes.suppressed_rows;
  search.classes = recoded.classes.kept_classes;
  search.optimal = false;
  search.lower_bound = 0;
  return search;
}

StatusOr<SearchResult> Anonymizer::FindRecoding() {
  SearchResult search;
  StatusOr<Recoding> recoding = MakeRecoding(search);
  WEIR_RETURN_IF_ERROR(state_->recipe.At("transformation.recoding", recoding.status()));
  return UseRecoding(*std::move(recoding), std::move(search));
}

}  // namespace weir::anon
