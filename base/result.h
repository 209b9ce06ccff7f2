// Result<T, E>: a value or the reason why there is none. Status<E>: success or a reason.
//
// Used by every layer; the device side uses the default E = rota::Error (base/error.h). Both are
// [[nodiscard]]: a caller that does not look does not compile cleanly. Neither allocates nor
// throws. Reading the value of a failed result is our own bug and stops the program (ROTA_ASSERT).
#pragma once

#include <new>
#include <type_traits>
#include <utility>

#include "base/assert.h"
#include "base/error.h"

namespace rota {

// The reason, on its way into a Result or Status: `return Failed{Error::kImageBadMagic};`
template <class E>
struct Failed {
  E error;
};
template <class E>
Failed(E) -> Failed<E>;

template <class E = Error>
class [[nodiscard]] BasicStatus {
 public:
  constexpr BasicStatus() = default;
  constexpr BasicStatus(Failed<E> failed) : failed_(true), error_(failed.error) {}
  constexpr BasicStatus(E error) : failed_(true), error_(error) {}

  constexpr bool ok() const { return !failed_; }
  constexpr explicit operator bool() const { return !failed_; }
  constexpr E error() const {
    ROTA_ASSERT(failed_);
    return error_;
  }

 private:
  bool failed_ = false;
  E error_{};
};

using Status = BasicStatus<Error>;

template <class T, class E = Error>
class [[nodiscard]] Result {
 public:
  constexpr Result(const T& value) : ok_(true), value_(value) {}
  constexpr Result(T&& value) : ok_(true), value_(std::move(value)) {}
  // A default-made value, to be filled where it stands: large values on small stacks.
  constexpr explicit Result(std::in_place_t) : ok_(true), value_() {}
  constexpr Result(Failed<E> failed) : ok_(false), error_(failed.error) {}
  constexpr Result(E error) requires(!std::is_same_v<T, E>)
      : ok_(false), error_(std::move(error)) {}

  constexpr Result(Result&& other) noexcept : ok_(other.ok_) { take(std::move(other)); }
  constexpr Result(const Result& other) : ok_(other.ok_) {
    if (ok_) {
      ::new (static_cast<void*>(&value_)) T(other.value_);
    } else {
      ::new (static_cast<void*>(&error_)) E(other.error_);
    }
  }
  Result& operator=(const Result& other) {
    if (this != &other) {
      Result copy(other);
      *this = std::move(copy);
    }
    return *this;
  }
  Result& operator=(Result&& other) noexcept {
    if (this != &other) {
      destroy();
      ok_ = other.ok_;
      take(std::move(other));
    }
    return *this;
  }
  constexpr ~Result() { destroy(); }

  constexpr bool ok() const { return ok_; }
  constexpr explicit operator bool() const { return ok_; }

  constexpr const T& value() const& {
    ROTA_ASSERT(ok_);
    return value_;
  }
  constexpr T& value() & {
    ROTA_ASSERT(ok_);
    return value_;
  }
  constexpr T&& value() && {
    ROTA_ASSERT(ok_);
    return std::move(value_);
  }
  constexpr const T& operator*() const& { return value(); }
  constexpr T& operator*() & { return value(); }
  constexpr T&& operator*() && { return std::move(*this).value(); }
  constexpr const T* operator->() const { return &value(); }
  constexpr T* operator->() { return &value(); }
  constexpr T value_or(T other) const { return ok_ ? value_ : std::move(other); }

  constexpr const E& error() const {
    ROTA_ASSERT(!ok_);
    return error_;
  }
  constexpr BasicStatus<E> status() const {
    if (ok_) return {};
    return Failed<E>{error_};
  }

 private:
  constexpr void take(Result&& other) {
    if (ok_) {
      ::new (static_cast<void*>(&value_)) T(std::move(other.value_));
    } else {
      ::new (static_cast<void*>(&error_)) E(std::move(other.error_));
    }
  }
  constexpr void destroy() {
    if (ok_) {
      value_.~T();
    } else {
      error_.~E();
    }
  }

  bool ok_;
  union {
    T value_;
    E error_;
  };
};

}  // namespace rota

// Leaves the function with the error of `expression` if it failed. Works for Status and Result.
#define ROTA_TRY(expression)                                                   \
  do {                                                                         \
    if (const auto& rota_try_result_ = (expression); !rota_try_result_.ok()) { \
      return ::rota::Failed{rota_try_result_.error()};                         \
    }                                                                          \
  } while (false)
