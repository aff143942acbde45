// SPDX-License-Identifier: Apache-2.0
#ifndef WEIR_PRIVACY_PRIVATE_H_
#define WEIR_PRIVACY_PRIVATE_H_

#include <cstddef>
#include <ostream>
#include <type_traits>
#include <utility>

#include "weir/base/secret.h"
#include "weir/privacy/charge.h"
#include "weir/privacy/passkeys.h"
#include "weir/privacy/privacy_cost.h"

namespace weir {

// A value computed from private data, bounded per privacy unit and paid for, without noise yet.
// Nothing can be done with it but to carry it to the noise step: no getter, no printing, no
// serialisation, no copy. The charge that paid travels inside.
template <class T>
class Private {
 public:
  Private(EngineKey, T value, Charge charge)
      : value_(std::move(value)), charge_(std::move(charge)) {}
  Private(Private&&) noexcept = default;
  Private(const Private&) = delete;
  Private& operator=(const Private&) = delete;
  Private& operator=(Private&&) = delete;

  // Which charge paid: public knowledge.
  const Charge& charge() const { return charge_; }
  T Open(ReleaseKey) && { return std::move(value_); }
  // For what is left to do of what the charge paid for, once the value is opened.
  Charge TakeCharge(ReleaseKey) && { return std::move(charge_); }

 private:
  T value_;
  Charge charge_;
};

// A value that has passed the door: noise is in it, and what it cost is beside it. Safe to show.
template <class T>
class Released {
 public:
  Released(ReleaseKey, T value, PrivacyCost cost)
      : value_(std::move(value)), cost_(std::move(cost)) {}
  const T& value() const { return value_; }
  const PrivacyCost& cost() const { return cost_; }

 private:
  T value_;
  PrivacyCost cost_;
};

// Exact facts about a file for the eyes of its owner, on the owner's machine: findings of
// `dataset check`, profiles, risk reports. Converts to no message, and no RPC returns it.
template <class T>
class OwnerView {
 public:
  explicit OwnerView(T value) : value_(std::move(value)) {}
  // The name is searchable: every place that shows exact facts says so.
  const T& ShowToOwner() const { return value_; }

 private:
  T value_;
};

// What may be written to a message, a log or a stream. Never a Private, an OwnerView or a secret,
// nor a pointer, array or template instance that holds one: StatusOr<Private<T>> is as hidden as
// Private<T>. Plain structs that hold one are hidden by having no conversion of their own.
template <class T>
inline constexpr bool kHidden = false;
template <class T>
inline constexpr bool kHidden<Private<T>> = true;
template <class T>
inline constexpr bool kHidden<OwnerView<T>> = true;
template <>
inline constexpr bool kHidden<SecretBytes> = true;
template <class T>
inline constexpr bool kHidden<T*> = kHidden<std::remove_cv_t<T>>;
template <class T, size_t N>
inline constexpr bool kHidden<T[N]> = kHidden<std::remove_cv_t<T>>;
template <template <class...> class Holder, class... Held>
inline constexpr bool kHidden<Holder<Held...>> = (kHidden<std::remove_cvref_t<Held>> || ...);
template <template <class, size_t> class Holder, class Held, size_t N>
inline constexpr bool kHidden<Holder<Held, N>> = kHidden<std::remove_cvref_t<Held>>;
template <class T>
concept WireWritable = !kHidden<std::remove_cvref_t<T>>;

// Printing a hidden value is a compile error with a reason.
template <class T>
requires(!WireWritable<T>) std::ostream& operator<<(std::ostream&, const T&) = delete;

}  // namespace weir

#endif  // WEIR_PRIVACY_PRIVATE_H_
