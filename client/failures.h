// Short ways to refuse, for the files of this folder.
#pragma once

#include <string>
#include <utility>

#include "client/http_exchange.h"

namespace rota::client {

inline Failed<Failure> fail(Reason reason, std::string sentence, int system_errno = 0) {
  Failure failure;
  failure.reason = reason;
  failure.sentence = std::move(sentence);
  failure.system_errno = system_errno;
  return {std::move(failure)};
}

}  // namespace rota::client
