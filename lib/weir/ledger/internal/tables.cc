// SPDX-License-Identifier: Apache-2.0
#include "weir/ledger/internal/tables.h"

#include <limits>
#include <memory>
#include <utility>

#include "weir/base/bytes.h"

namespace weir::ledger::internal {
namespace {

#define WEIR_CHARGE_COLUMNS                                                         \
  "SELECT id, account, plan, salt, share, state, payload_sha256, manifest_sha256, " \
  "debit_sequence, final_sequence, starts FROM charges "

int64_t Signed(uint64_t value) { return static_cast<int64_t>(value); }
uint64_t SequenceAt(const Cursor& cursor, int column) {
  return static_cast<uint64_t>(cursor.IntegerAt(column));
}

StatusOr<Budget> BudgetAt(const Cursor& cursor, int column) {
  const auto epsilon = Epsilon::FromUnits(cursor.IntegerAt(column));
  const auto delta = Delta::FromUnits(cursor.IntegerAt(column + 1));
  if (!epsilon.ok() || !delta.ok()) return DataLoss("a stored budget is out of range");
  return Budget{.epsilon = *epsilon, .delta = *delta};
}

// Stored on disk: do not renumber.
int64_t NumberOf(WindowPeriod period) {
  switch (period) {
    case WindowPeriod::kYear:
      return 1;
    case WindowPeriod::kMonth:
      return 2;
    case WindowPeriod::kDay:
      return 3;
  }
  return 0;
}

// Names of columns hold no line feed.
std::string JoinLines(const std::vector<std::string>& lines) {
  std::string joined;
  for (const std::string& line : lines) joined += (joined.empty() ? "" : "\n") + line;
  return joined;
}

std::vector<std::string> SplitLines(const std::string& text) {
  std::vector<std::string> lines;
  size_t start = 0;
  for (size_t end = text.find('\n'); end != std::string::npos; end = text.find('\n', start)) {
    lines.push_back(text.substr(start, end - start));
    start = end + 1;
  }
  lines.push_back(text.substr(start));
  return lines;
}

StatusOr<PrivacyUnit> UnitAt(const Cursor& cursor, int column) {
  std::optional<PrivacyUnit::Window> window;
  if (!cursor.IsNullAt(column + 1)) {
    const int64_t period = cursor.IntegerAt(column + 2);
    window = {.column = cursor.BytesAt(column + 1),
              .period = period == 1   ? WindowPeriod::kYear
                        : period == 2 ? WindowPeriod::kMonth
                                      : WindowPeriod::kDay};
  }
  auto unit = PrivacyUnit::Create(SplitLines(cursor.BytesAt(column)), std::move(window));
  if (!unit.ok()) return DataLoss("a stored privacy unit is none");
  return unit;
}

ChargeRow ChargeAt(const Cursor& cursor) {
  return {.id = cursor.BytesAt(0),
          .account = cursor.BytesAt(1),
          .plan = cursor.BytesAt(2),
          .salt = cursor.BytesAt(3),
          .share = cursor.BytesAt(4),
          .state = static_cast<ChargeState>(cursor.IntegerAt(5)),
          .payload_sha256 = cursor.BytesAt(6),
          .manifest_sha256 = cursor.BytesAt(7),
          .debit_sequence = SequenceAt(cursor, 8),
          .final_sequence = SequenceAt(cursor, 9),
          .starts = cursor.IntegerAt(10)};
}

StatusOr<std::optional<ChargeRow>> OneCharge(Cursor& cursor) {
  WEIR_ASSIGN_OR_RETURN(const bool row, cursor.Step());
  return row ? std::optional(ChargeAt(cursor)) : std::nullopt;
}

StatusOr<std::vector<ChargeRow>> AllCharges(Cursor& cursor) {
  std::vector<ChargeRow> rows;
  for (;;) {
    WEIR_ASSIGN_OR_RETURN(const bool row, cursor.Step());
    if (!row) return rows;
    rows.push_back(ChargeAt(cursor));
  }
}

Cursor& TextOrNull(Cursor& cursor, const std::string& text) {
  return text.empty() ? cursor.Null() : cursor.Text(text);
}

Cursor& SequenceOrNull(Cursor& cursor, uint64_t sequence) {
  return sequence == 0 ? cursor.Null() : cursor.Integer(Signed(sequence));
}

Cursor& BindUnit(Cursor& cursor, const PrivacyUnit& unit) {
  cursor.Text(JoinLines(unit.columns()));
  if (!unit.window().has_value()) return cursor.Null().Null();
  return cursor.Text(unit.window()->column).Integer(NumberOf(unit.window()->period));
}

}  // namespace

Status Tables::Insert(const Batch& batch) {
  return database_.Write([&] { return InsertRows(batch); });
}

Status Tables::CountStart(const std::string& charge_id) {
  return database_.Write([&]() -> Status {
    WEIR_ASSIGN_OR_RETURN(
        const auto update,
        database_.Prepare("UPDATE charges SET starts = starts + 1 WHERE id = ? AND state = 1"));
    return update->Text(charge_id).Run();
  });
}

Status Tables::InsertRows(const Batch& batch) {
  for (const StoredEntry& entry : batch.entries) {
    WEIR_ASSIGN_OR_RETURN(const std::string digest, HexDecode(entry.sha256));
    WEIR_ASSIGN_OR_RETURN(const auto insert,
                          database_.Prepare("INSERT INTO entries VALUES (?, ?, ?)"));
    insert->Integer(Signed(entry.sequence)).Blob(entry.bytes).Blob(digest);
    WEIR_RETURN_IF_ERROR(insert->Run());
  }
  for (const AccountRow& row : batch.accounts) {
    WEIR_ASSIGN_OR_RETURN(
        const auto insert,
        database_.Prepare("INSERT INTO accounts VALUES (?, ?, ?, ?, ?, ?, ?, ?)"));
    insert->Text(row.name).Blob(row.salt).Integer(row.budget.epsilon.units());
    insert->Integer(row.budget.delta.units());
    BindUnit(*insert, row.unit).Integer(Signed(row.sequence));
    WEIR_RETURN_IF_ERROR(insert->Run());
  }
  for (const ShareRow& row : batch.shares) {
    WEIR_ASSIGN_OR_RETURN(const auto insert,
                          database_.Prepare("INSERT INTO shares VALUES (?, ?, ?)"));
    insert->Text(row.name).Integer(row.budget.epsilon.units());
    WEIR_RETURN_IF_ERROR(insert->Integer(row.budget.delta.units()).Run());
  }
  for (const ChargeRow& row : batch.charges) WEIR_RETURN_IF_ERROR(InsertCharge(row));
  for (const FinalRow& row : batch.finals) WEIR_RETURN_IF_ERROR(InsertFinal(row));
  if (!batch.moved.has_value()) return OkStatus();
  WEIR_ASSIGN_OR_RETURN(const auto insert, database_.Prepare("INSERT INTO moved VALUES (?, ?, ?)"));
  insert->Text(batch.moved->destination).Blob(batch.moved->salt);
  return insert->Integer(Signed(batch.moved->sequence)).Run();
}

Status Tables::InsertCharge(const ChargeRow& row) {
  WEIR_ASSIGN_OR_RETURN(
      const auto insert,
      database_.Prepare("INSERT INTO charges VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"));
  insert->Text(row.id).Text(row.account).Text(row.plan).Blob(row.salt);
  TextOrNull(*insert, row.share).Integer(static_cast<int64_t>(row.state));
  TextOrNull(*insert, row.payload_sha256);
  TextOrNull(*insert, row.manifest_sha256).Integer(Signed(row.debit_sequence));
  return SequenceOrNull(*insert, row.final_sequence).Integer(row.starts).Run();
}

Status Tables::InsertFinal(const FinalRow& row) {
  WEIR_ASSIGN_OR_RETURN(
      const auto update,
      database_.Prepare("UPDATE charges SET state = ?, payload_sha256 = ?, manifest_sha256 = ?, "
                        "final_sequence = ? WHERE id = ? AND state = 1 RETURNING id"));
  update->Integer(static_cast<int64_t>(row.state));
  TextOrNull(*update, row.payload_sha256);
  TextOrNull(*update, row.manifest_sha256);
  update->Integer(Signed(row.final_sequence)).Text(row.charge_id);
  WEIR_ASSIGN_OR_RETURN(const bool found, update->Step());
  if (!found) return Internal("charge %s is not there to be finished", row.charge_id.c_str());
  return update->Run();
}

Status Tables::VisitEntries(uint64_t first_sequence, uint64_t limit,
                            const std::function<Status(const StoredEntry&)>& visit) {
  constexpr uint64_t kMost = std::numeric_limits<int64_t>::max();
  if (first_sequence > kMost) return OkStatus();
  WEIR_ASSIGN_OR_RETURN(
      const auto cursor,
      database_.Prepare("SELECT sequence, bytes, sha256 FROM entries WHERE sequence >= ? "
                        "ORDER BY sequence LIMIT ?"));
  cursor->Integer(Signed(first_sequence)).Integer(Signed(limit < kMost ? limit : kMost));
  for (;;) {
    WEIR_ASSIGN_OR_RETURN(const bool row, cursor->Step());
    if (!row) return OkStatus();
    WEIR_RETURN_IF_ERROR(visit(StoredEntry{.sequence = SequenceAt(*cursor, 0),
                                           .bytes = cursor->BytesAt(1),
                                           .sha256 = HexEncode(cursor->BytesAt(2))}));
  }
}

StatusOr<std::string> Tables::EntryBytes(uint64_t sequence) {
  WEIR_ASSIGN_OR_RETURN(const auto cursor,
                        database_.Prepare("SELECT bytes FROM entries WHERE sequence = ?"));
  cursor->Integer(Signed(sequence));
  WEIR_ASSIGN_OR_RETURN(const bool row, cursor->Step());
  if (row) return cursor->BytesAt(0);
  return DataLoss("ledger entry %llu: it is missing", static_cast<unsigned long long>(sequence));
}

StatusOr<std::vector<AccountRow>> Tables::Accounts() {
  WEIR_ASSIGN_OR_RETURN(const auto cursor,
                        database_.Prepare("SELECT name, salt, epsilon, delta, unit, window_column, "
                                          "window_period, sequence FROM accounts ORDER BY name"));
  std::vector<AccountRow> rows;
  for (;;) {
    WEIR_ASSIGN_OR_RETURN(const bool row, cursor->Step());
    if (!row) return rows;
    WEIR_ASSIGN_OR_RETURN(const Budget budget, BudgetAt(*cursor, 2));
    WEIR_ASSIGN_OR_RETURN(PrivacyUnit unit, UnitAt(*cursor, 4));
    rows.push_back({.name = cursor->BytesAt(0),
                    .salt = cursor->BytesAt(1),
                    .budget = budget,
                    .unit = std::move(unit),
                    .sequence = SequenceAt(*cursor, 7)});
  }
}

StatusOr<std::vector<ShareRow>> Tables::Shares() {
  WEIR_ASSIGN_OR_RETURN(const auto cursor,
                        database_.Prepare("SELECT name, epsilon, delta FROM shares ORDER BY name"));
  std::vector<ShareRow> rows;
  for (;;) {
    WEIR_ASSIGN_OR_RETURN(const bool row, cursor->Step());
    if (!row) return rows;
    WEIR_ASSIGN_OR_RETURN(const Budget budget, BudgetAt(*cursor, 1));
    rows.push_back({.name = cursor->BytesAt(0), .budget = budget});
  }
}

StatusOr<std::optional<MovedRow>> Tables::Moved() {
  WEIR_ASSIGN_OR_RETURN(const auto cursor,
                        database_.Prepare("SELECT destination, salt, sequence FROM moved"));
  WEIR_ASSIGN_OR_RETURN(const bool row, cursor->Step());
  if (!row) return std::optional<MovedRow>();
  return std::optional(MovedRow{.destination = cursor->BytesAt(0),
                                .salt = cursor->BytesAt(1),
                                .sequence = SequenceAt(*cursor, 2)});
}

StatusOr<std::optional<ChargeRow>> Tables::ChargeById(const std::string& id) {
  WEIR_ASSIGN_OR_RETURN(const auto cursor, database_.Prepare(WEIR_CHARGE_COLUMNS "WHERE id = ?"));
  return OneCharge(cursor->Text(id));
}

StatusOr<std::optional<ChargeRow>> Tables::ChargeByDebit(uint64_t sequence) {
  WEIR_ASSIGN_OR_RETURN(const auto cursor,
                        database_.Prepare(WEIR_CHARGE_COLUMNS "WHERE debit_sequence = ?"));
  return OneCharge(cursor->Integer(Signed(sequence)));
}

StatusOr<std::optional<ChargeRow>> Tables::ChargeByFinal(uint64_t sequence) {
  WEIR_ASSIGN_OR_RETURN(const auto cursor,
                        database_.Prepare(WEIR_CHARGE_COLUMNS "WHERE final_sequence = ?"));
  return OneCharge(cursor->Integer(Signed(sequence)));
}

StatusOr<std::optional<ChargeRow>> Tables::ChargeByPlan(const std::string& account,
                                                        const std::string& plan) {
  WEIR_ASSIGN_OR_RETURN(
      const auto cursor,
      database_.Prepare(WEIR_CHARGE_COLUMNS "WHERE account = ? AND plan = ? AND state <> 3 "
                                            "ORDER BY debit_sequence DESC LIMIT 1"));
  return OneCharge(cursor->Text(account).Text(plan));
}

StatusOr<std::vector<ChargeRow>> Tables::Charges() {
  WEIR_ASSIGN_OR_RETURN(const auto cursor,
                        database_.Prepare(WEIR_CHARGE_COLUMNS "ORDER BY debit_sequence"));
  return AllCharges(*cursor);
}

StatusOr<std::vector<ChargeRow>> Tables::UnfinishedCharges() {
  WEIR_ASSIGN_OR_RETURN(
      const auto cursor,
      database_.Prepare(WEIR_CHARGE_COLUMNS "WHERE state = 1 ORDER BY debit_sequence"));
  return AllCharges(*cursor);
}

StatusOr<uint64_t> Tables::CountCharges() {
  WEIR_ASSIGN_OR_RETURN(const int64_t count, database_.ReadInteger("SELECT count(*) FROM charges"));
  return static_cast<uint64_t>(count);
}

StatusOr<uint64_t> Tables::CountFinals() {
  WEIR_ASSIGN_OR_RETURN(
      const int64_t count,
      database_.ReadInteger("SELECT count(*) FROM charges WHERE final_sequence IS NOT NULL"));
  return static_cast<uint64_t>(count);
}

#undef WEIR_CHARGE_COLUMNS

}  // namespace weir::ledger::internal
