// JSON of the recordings. A member that a vector lacks is an exception, not an end of the program:
// the runner reports that vector and goes on. Include this instead of the library's header.
#pragma once

#include <stdexcept>

namespace rota::conformance {
[[noreturn]] inline void throw_missing_member() {
  throw std::out_of_range("a member that belongs to it is missing");
}
}  // namespace rota::conformance

#define JSON_ASSERT(condition) ((condition) ? void() : ::rota::conformance::throw_missing_member())
#include <nlohmann/json.hpp>
