// SPDX-License-Identifier: Apache-2.0
#include "weir/data/clickhouse/internal/sharding_check.h"

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <mutex>
#include <set>
#include <string>
#include <vector>

#include "weir/data/clickhouse/internal/each_server.h"
#include "weir/data/clickhouse/internal/random_text.h"
#include "weir/data/clickhouse/internal/shard_value.h"
#include "weir/data/clickhouse/internal/sql_text.h"

namespace weir::data::internal {
namespace {

constexpr size_t kMostBlockBytes = size_t{64} << 20;
constexpr uint64_t kMostRounds = 4096;

// Divisions that were looked at and are right.
class KnownDivisions {
 public:
  bool Has(const std::string& name) {
    const std::lock_guard lock(mutex_);
    return names_.contains(name);
  }
  void Add(const std::string& name) {
    const std::lock_guard lock(mutex_);
    names_.insert(name);
  }

 private:
  std::mutex mutex_;
  std::set<std::string> names_;
};

KnownDivisions& Known() {
  static auto& known = *new KnownDivisions;
  return known;
}

// With the description: what counts as missing decides which values are compared.
std::string NameOfDivision(const ClickHouseSource& source, const DatasetDescription& dataset) {
  std::string name = dataset.public_sha256() + ClickHouseText(source.user) + TableSql(source);
  for (const std::string& url : source.urls) name += ClickHouseText(url);
  for (const std::string& column : source.sharding_key) name += ClickHouseName(column);
  return name;
}

// The key's values of rows that have all of them; empty: SQL cannot tell them apart as we do.
struct KeySql {
  std::vector<std::string> values = {};
  std::vector<std::string> present = {};
};

KeySql KeyOf(const ClickHouseSource& source, const DatasetDescription& dataset,
             const std::vector<ServerColumn>& found) {
  KeySql key;
  for (const std::string& name : source.sharding_key) {
    const auto at = std::find_if(found.begin(), found.end(),
                                 [&name](const auto& column) { return column.name == name; });
    const ColumnDescription* column = dataset.FindColumn(name);
    if (at == found.end() || column == nullptr) return {};
    const auto value = ShardValueOf(*column, *at);
    if (!value.has_value()) return {};
    key.values.push_back(value->value);
    key.present.push_back(value->present);
  }
  return key;
}

// What a server is asked: its key, what follows the SELECT, and a name that hides none of its
// columns, which the conditions use.
struct Place {
  KeySql key;
  std::string from;
  std::string name;
};

// Takes numbers in the one column of an answer.
NativeReader::BlockHandler Numbers(const std::function<void(uint64_t)>& take) {
  return [take](const NativeBlock& block) {
    if (block.columns[0].type != "UInt64") return DataLoss("the server's answer is not of numbers");
    for (size_t row = 0; row < block.rows; ++row) {
      take(static_cast<uint64_t>(block.columns[0].IntAt(row)));
    }
    return OkStatus();
  };
}

class Check {
 public:
  Check(const ClickHouseSource& source, const DatasetDescription& dataset,
        const EngineOptions& options, RandomSource& random)
      : source_(source), dataset_(dataset), options_(options), secret_(RandomText(random)) {}

  StatusOr<Division> Run() {
    std::atomic<uint64_t> count{0};
    WEIR_RETURN_IF_ERROR(ForEach([&count](Server& server, const Place& place) {
      const ServerQuery query{.sql = "SELECT uniq(" + JoinSql(place.key.values, ", ") + ") AS " +
                                     place.name + place.from,
                              .names = {place.name},
                              .is_small = true};
      return server.Ask(query, kMostBlockBytes, Numbers([&count](uint64_t n) { count += n; }));
    }));
    if (!is_comparable_) return Division::kUnknown;
    const uint64_t a_round =
        std::max<uint64_t>(options_.memory_limit_bytes / 4 / sizeof(uint64_t), 1);
    const uint64_t rounds = std::min(count / a_round + 1, kMostRounds);
    for (uint64_t round = 0; round < rounds; ++round) {
      WEIR_ASSIGN_OR_RETURN(const bool is_right, Compare(round, rounds));
      if (!is_right) return Division::kByOther;
    }
    return Division::kByUnit;
  }

 private:
  using Step = std::function<Status(Server&, const Place&)>;

  Status ForEach(const Step& step) {
    return ForEachServer(source_, source_.urls.size(), options_.control,
                         [&](Server& server, size_t) -> Status {
                           WEIR_ASSIGN_OR_RETURN(const auto found, server.DescribeTable(source_));
                           Place place{.key = KeyOf(source_, dataset_, found),
                                       .from = " FROM " + TableSql(source_) + " WHERE ",
                                       .name = FreePrefix(found) + "h"};
                           if (place.key.values.empty()) {
                             is_comparable_ = false;
                             return OkStatus();
                           }
                           place.from += JoinSql(place.key.present, " AND ");
                           return step(server, place);
                         });
  }

  // Whether the hashes of this round are on one server each.
  StatusOr<bool> Compare(uint64_t round, uint64_t rounds) {
    std::mutex mutex;
    std::vector<uint64_t> all;
    const uint64_t most = options_.memory_limit_bytes / sizeof(uint64_t);
    WEIR_RETURN_IF_ERROR(ForEach([&](Server& server, const Place& place) {
      const ServerQuery query{.sql = "SELECT sipHash64(" + ClickHouseText(secret_) + ", " +
                                     JoinSql(place.key.values, ", ") + ") AS " + place.name +
                                     place.from + " AND modulo(" + place.name + ", " +
                                     std::to_string(rounds) + ") = " + std::to_string(round) +
                                     " GROUP BY " + place.name,
                              .names = {place.name}};
      const auto take = Numbers([&all](uint64_t hash) { all.push_back(hash); });
      return server.Ask(query, kMostBlockBytes, [&](const NativeBlock& block) {
        const std::lock_guard lock(mutex);
        if (all.size() + block.rows > most) {
          return MakeError(StatusCode::kResourceExhausted, "the units do not fit the memory");
        }
        return take(block);
      });
    }));
    std::sort(all.begin(), all.end());
    return std::adjacent_find(all.begin(), all.end()) == all.end();
  }

  const ClickHouseSource& source_;
  const DatasetDescription& dataset_;
  const EngineOptions& options_;
  std::string secret_;
  std::atomic<bool> is_comparable_{true};
};

}  // namespace

StatusOr<Division> FindDivision(const ClickHouseSource& source, const DatasetDescription& dataset,
                                const EngineOptions& options, RandomSource& random) {
  if (source.sharding_key.empty()) return Division::kByOther;
  const std::string name = NameOfDivision(source, dataset);
  if (source.urls.size() == 1 || Known().Has(name)) return Division::kByUnit;
  WEIR_ASSIGN_OR_RETURN(const Division division, Check(source, dataset, options, random).Run());
  if (division == Division::kByUnit) Known().Add(name);
  return division;
}

}  // namespace weir::data::internal
