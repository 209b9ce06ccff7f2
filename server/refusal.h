// Why the server could not do what was asked: sentences for a person, with the cause and the next
// step. Never a bare number.
#pragma once

#include <string>
#include <utility>

#include "base/result.h"

namespace rota::server {

struct Refusal {
  std::string sentence;
};

using Outcome = BasicStatus<Refusal>;

inline Failed<Refusal> refuse(std::string sentence) { return {Refusal{std::move(sentence)}}; }

}  // namespace rota::server
