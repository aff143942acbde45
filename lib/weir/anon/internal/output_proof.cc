// SPDX-License-Identifier: Apache-2.0
#include "weir/anon/internal/output_proof.h"

#include <algorithm>
#include <map>
#include <utility>

namespace weir::anon::internal {
namespace {

// The expected classes as a reader of the file sees them: one of which all labels are the
// suppressed text cannot be told from suppressed rows.
struct ExpectedClasses {
  std::map<uint64_t, uint64_t> sizes = {};
  uint64_t starred_rows = 0;
  std::vector<uint64_t> starred_classes = {};  // sizes of those that are not suppressed
};

ExpectedClasses Expect(const OutputClaim& claim) {
  ExpectedClasses expected;
  if (!claim.drops_suppressed) expected.starred_rows = claim.classes.suppressed_rows;
  for (size_t id = 0; id < claim.classes.rows.size(); ++id) {
    const uint64_t rows = claim.classes.rows[id];
    if (rows == 0 || claim.classes.suppressed[id]) continue;
    bool is_starred = true;
    for (size_t a = 0; a < claim.levels.size() && is_starred; ++a) {
      const Hierarchy& hierarchy = *claim.problem.hierarchies[a];
      const uint32_t code = claim.problem.table->codes[a][claim.classes.first_tuple[id]];
      const uint32_t label = hierarchy.codes(claim.levels[a])[code];
      is_starred = hierarchy.label(claim.levels[a], label) == claim.suppressed_text;
    }
    if (is_starred) {
      expected.starred_rows += rows;
      expected.starred_classes.push_back(rows);
    } else {
      ++expected.sizes[rows];
    }
  }
  return expected;
}

class Prover {
 public:
  explicit Prover(const OutputClaim& claim)
      : claim_(claim), output_(claim.output), expected_(Expect(claim)) {
    // Without suppressed rows among them, starred rows are a class like others.
    const bool judges_starred = expected_.starred_classes.size() == 1 &&
                                expected_.starred_classes[0] == expected_.starred_rows;
    for (size_t i = 0; i < output_.tuples(); ++i) {
      bool is_starred = true;
      for (size_t a = 0; a < output_.attributes() && is_starred; ++a) {
        is_starred = claim.star_codes[a] == output_.codes[a][i];
      }
      if (is_starred) {
        starred_rows_ += output_.rows[i];
        if (judges_starred) judged_.push_back(i);
      } else {
        kept_.push_back(i);
        judged_.push_back(i);
      }
    }
  }

  Status Prove() {
    WEIR_RETURN_IF_ERROR(CheckSizes());
    for (const KAnonymityRule& rule : claim_.problem.k_anonymity) {
      WEIR_RETURN_IF_ERROR(CheckRule(rule));
    }
    for (const ClassModelPtr& model : claim_.problem.class_models) {
      if (model->needs_population()) continue;
      WEIR_RETURN_IF_ERROR(CheckModel(*model));
    }
    return CheckTableModels();
  }

 private:
  Status CheckSizes() const {
    std::map<uint64_t, uint64_t> sizes;
    for (const size_t i : kept_) ++sizes[output_.rows[i]];
    if (sizes != expected_.sizes || starred_rows_ != expected_.starred_rows) {
      return Internal("the equivalence classes in the file are not those that were found");
    }
    return OkStatus();
  }

  Status CheckRule(const KAnonymityRule& rule) const {
    std::vector<size_t> attributes = rule.attributes;
    for (size_t a = 0; rule.attributes.empty() && a < output_.attributes(); ++a) {
      attributes.push_back(a);
    }
    std::map<std::vector<uint32_t>, uint64_t> rows;
    for (const size_t i : judged_) {
      std::vector<uint32_t> key;
      key.reserve(attributes.size());
      for (const size_t a : attributes) key.push_back(output_.codes[a][i]);
      rows[std::move(key)] += output_.rows[i];
    }
    for (const auto& [key, count] : rows) {
      if (count >= rule.k) continue;
      return Internal("the file has a class of fewer than %llu rows",
                      static_cast<unsigned long long>(rule.k));
    }
    return OkStatus();
  }

  Status CheckModel(const ClassModel& model) const {
    std::vector<std::vector<uint64_t>> counts;
    std::vector<std::span<const uint64_t>> views;
    counts.reserve(output_.sensitive.size());
    views.reserve(output_.sensitive.size());
    for (const SensitiveColumn& column : output_.sensitive) counts.emplace_back(column.values, 0);
    for (const std::vector<uint64_t>& count : counts) views.emplace_back(count);
    for (const size_t tuple : judged_) {
      for (size_t s = 0; s < counts.size(); ++s) {
        std::fill(counts[s].begin(), counts[s].end(), 0);
        const PerTuple<ValueCount>& all = output_.sensitive[s].counts;
        for (uint64_t i = all.begin[tuple]; i < all.begin[tuple + 1]; ++i) {
          counts[s][all.items[i].value] += all.items[i].rows;
        }
      }
      const ClassView view = {
          .rows = output_.rows[tuple], .units = output_.rows[tuple], .sensitive = views};
      if (model.Holds(view)) continue;
      return Internal("a class of the file does not hold %s", model.name().c_str());
    }
    return OkStatus();
  }

  Status CheckTableModels() const {
    std::vector<uint64_t> sizes;
    uint64_t rows = 0;
    for (const size_t i : kept_) {
      sizes.push_back(output_.rows[i]);
      rows += output_.rows[i];
    }
    for (const uint64_t starred : expected_.starred_classes) {
      sizes.push_back(starred);
      rows += starred;
    }
    std::sort(sizes.begin(), sizes.end());
    const TableView view = {
        .class_sizes = sizes, .rows = rows, .total_rows = claim_.problem.table->total_rows};
    for (const TableModelPtr& model : claim_.problem.table_models) {
      if (!model->Holds(view)) return Internal("the file does not hold %s", model->name().c_str());
    }
    return OkStatus();
  }

  const OutputClaim& claim_;
  const TupleTable& output_;
  ExpectedClasses expected_;
  std::vector<size_t> kept_ = {};    // tuples that are not starred
  std::vector<size_t> judged_ = {};  // with the starred one, if it is a class
  uint64_t starred_rows_ = 0;
};

}  // namespace

Status ProveOutput(const OutputClaim& claim) { return Prover(claim).Prove(); }

}  // namespace weir::anon::internal
