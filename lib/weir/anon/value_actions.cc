// SPDX-License-Identifier: Apache-2.0
#include "weir/anon/value_actions.h"

#include <algorithm>
#include <atomic>
#include <optional>
#include <utility>
#include <vector>

#include "weir/base/bytes.h"
#include "weir/crypto/format_cipher.h"

namespace weir::anon {
namespace {

using Step = std::function<std::optional<std::string>(std::string_view)>;

constexpr size_t kPseudonymBytes = 16;
// 10^36: what a Decimal holds.
constexpr int kMostDigits = 36;

bool IsContinuation(char c) { return (static_cast<unsigned char>(c) & 0xC0) == 0x80; }

// RFC 4648 in small letters, without padding.
std::string Base32(std::string_view bytes) {
  static constexpr std::string_view kLetters = "abcdefghijklmnopqrstuvwxyz234567";
  std::string text;
  uint32_t buffer = 0;
  unsigned bits = 0;
  for (const char c : bytes) {
    buffer = (buffer << 8) | static_cast<unsigned char>(c);
    for (bits += 8; bits >= 5; bits -= 5) text += kLetters[(buffer >> (bits - 5)) & 31U];
    buffer &= (1U << bits) - 1;
  }
  if (bits > 0) text += kLetters[(buffer << (5 - bits)) & 31U];
  return text;
}

Step CodingStep(const v1::CodingAction& coding) {
  std::optional<Decimal> bottom;
  std::optional<Decimal> top;
  if (!coding.bottom().empty()) bottom = *ParseDecimal(coding.bottom());
  if (!coding.top().empty()) top = *ParseDecimal(coding.top());
  return [bottom, top](std::string_view text) -> std::optional<std::string> {
    const StatusOr<Decimal> value = ParseDecimal(text);
    if (!value.ok()) return std::nullopt;
    if (bottom.has_value() && Compare(*value, *bottom) < 0) return FormatDecimal(*bottom);
    if (top.has_value() && Compare(*value, *top) > 0) return FormatDecimal(*top);
    return std::string(text);
  };
}

Step RoundStep(const v1::RoundAction& round) {
  const Decimal multiple = *ParseDecimal(round.to());
  return [multiple](std::string_view text) -> std::optional<std::string> {
    const StatusOr<Decimal> value = ParseDecimal(text);
    if (!value.ok()) return std::nullopt;
    const StatusOr<Decimal> rounded = RoundToMultiple(*value, multiple);
    if (!rounded.ok()) return std::nullopt;
    return FormatDecimal(*rounded);
  };
}

StatusOr<Step> PseudonymStep(const v1::PseudonymAction& action, const ActionContext& context,
                             Files& files) {
  WEIR_ASSIGN_OR_RETURN(SecretBytes derived, PseudonymKey(action, context, files));
  if (action.form() == v1::PSEUDONYM_FORM_FF1) {
    WEIR_ASSIGN_OR_RETURN(crypto::FormatCipher made, crypto::FormatCipher::Create(derived));
    const auto cipher = std::make_shared<const crypto::FormatCipher>(std::move(made));
    return Step([cipher](std::string_view text) -> std::optional<std::string> {
      StatusOr<std::string> encrypted = cipher->Encrypt(text);
      if (!encrypted.ok()) return std::nullopt;
      return *std::move(encrypted);
    });
  }
  const auto key = std::make_shared<const SecretBytes>(std::move(derived));
  return Step([key](std::string_view text) -> std::optional<std::string> {
    return HmacPseudonym(*key, text);
  });
}

StatusOr<Step> MakeStep(const v1::Action& action, const ActionContext& context, Files& files) {
  switch (action.action_case()) {
    case v1::Action::kCoding:
      return CodingStep(action.coding());
    case v1::Action::kRound:
      return RoundStep(action.round());
    case v1::Action::kMask:
      return Step([mask = action.mask()](std::string_view text) -> std::optional<std::string> {
        return MaskText(text, mask);
      });
    default:
      return PseudonymStep(action.pseudonym(), context, files);
  }
}

}  // namespace

struct ValueActions::State {
  std::string column;
  std::vector<Step> steps;
  std::vector<bool> takes_numbers;
  // One more than the step that could not take a value; 0: none.
  std::atomic<size_t> failed = 0;
};

ValueActions::ValueActions(std::shared_ptr<State> state) : state_(std::move(state)) {}

StatusOr<ValueActions> ValueActions::Create(const RecipeColumn& column,
                                            const ActionContext& context, Files& files) {
  auto state = std::make_shared<State>();
  state->column = column.name;
  for (const v1::Action& action : column.actions) {
    if (!IsValueAction(action)) continue;
    WEIR_ASSIGN_OR_RETURN(Step step, MakeStep(action, context, files));
    state->steps.push_back(std::move(step));
    state->takes_numbers.push_back(action.has_coding() || action.has_round());
  }
  return ValueActions(std::move(state));
}

bool ValueActions::empty() const { return state_->steps.empty(); }

std::function<std::string(std::string_view)> ValueActions::function() const {
  return [state = state_](std::string_view text) {
    std::string value(text);
    for (size_t i = 0; i < state->steps.size(); ++i) {
      std::optional<std::string> next = state->steps[i](value);
      if (!next.has_value()) {
        state->failed = i + 1;
        return std::string();
      }
      value = *std::move(next);
    }
    return value;
  };
}

Status ValueActions::Check() const {
  const size_t failed = state_->failed;
  if (failed == 0) return OkStatus();
  if (state_->takes_numbers[failed - 1]) {
    return InvalidArgument(
        "column %s has values that are no decimal numbers of up to 36 digits; "
        "name those that mean no value in `missing`",
        state_->column.c_str());
  }
  return InvalidArgument(
      "column %s has values of whose form there are fewer than 1,000,000 texts, "
      "or that are longer than 1,024 bytes: FF1 cannot encrypt them; use the "
      "form hmac",
      state_->column.c_str());
}

bool IsValueAction(const v1::Action& action) {
  return action.has_coding() || action.has_round() || action.has_mask() || action.has_pseudonym();
}

bool IsRowAction(const v1::Action& action) {
  return action.has_date_shift() || action.has_pram() || action.has_rank_swap() ||
         action.has_microaggregate();
}

bool IsWritten(const RecipeColumn& column) {
  if (column.role != v1::ATTRIBUTE_ROLE_IDENTIFIER) return true;
  return std::any_of(column.actions.begin(), column.actions.end(), IsValueAction);
}

// NOLINTNEXTLINE(bugprone-easily-swappable-parameters): value, then multiple
StatusOr<Decimal> RoundToMultiple(const Decimal& value, const Decimal& multiple) {
  const int digits = -std::min(value.exponent, multiple.exponent);
  WEIR_ASSIGN_OR_RETURN(const int128 number, ScaleDecimal(value, digits, Rounding::kExact));
  WEIR_ASSIGN_OR_RETURN(const int128 width, ScaleDecimal(multiple, digits, Rounding::kExact));
  int128 most = 1;
  for (int i = 0; i < kMostDigits; ++i) most *= 10;
  if (number <= -most || number >= most || width >= most) {
    return OutOfRange("a number of more than %d digits", kMostDigits);
  }
  int128 quotient = number / width;
  int128 rest = number % width;
  if (rest < 0) {
    rest += width;
    --quotient;
  }
  const bool is_up = rest > width - rest || (rest == width - rest && quotient % 2 != 0);
  const int128 rounded = (is_up ? quotient + 1 : quotient) * width;
  if (rounded <= -most || rounded >= most) {
    return OutOfRange("a number of more than %d digits", kMostDigits);
  }
  return MakeDecimal(rounded, digits);
}

std::string MaskText(std::string_view text, const v1::MaskAction& action) {
  const std::string with = action.with().empty() ? "*" : action.with();
  const auto characters = static_cast<uint64_t>(
      std::count_if(text.begin(), text.end(), [](char c) { return !IsContinuation(c); }));
  uint64_t first = action.keep_first();
  uint64_t last = action.keep_last();
  if (first + last >= characters) first = last = 0;
  std::string masked;
  uint64_t character = 0;
  for (size_t begin = 0; begin < text.size(); ++character) {
    size_t end = begin + 1;
    while (end < text.size() && IsContinuation(text[end])) ++end;
    const bool is_kept = character < first || character + last >= characters;
    masked += is_kept ? text.substr(begin, end - begin) : std::string_view(with);
    begin = end;
  }
  return masked;
}

std::string HmacPseudonym(const SecretBytes& key, std::string_view text) {
  const Sha256Digest digest =
      HmacSha256(key.Bytes(DangerouslyRevealKey::Because("HMAC of an identifier")), text);
  return Base32(AsText(digest).substr(0, kPseudonymBytes));
}

}  // namespace weir::anon
