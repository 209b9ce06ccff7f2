// rota-server: see options.cc for what it takes, run.cc for what it does.
#include <cstdio>
#include <exception>
#include <string_view>
#include <vector>

#include "server/options.h"
#include "server/run.h"

namespace {

int complain(std::string_view sentence, int status) {
  std::fprintf(stderr, "rota-server: %.*s\n", static_cast<int>(sentence.size()), sentence.data());
  return status;
}

}  // namespace

extern "C" void rota_assertion_failed(const char* condition, const char* file, int line) {
  std::fprintf(stderr,
               "rota-server: internal error at %s:%d: %s does not hold. Please report it.\n", file,
               line, condition);
  std::terminate();
}

int main(int count, char** words) {
  try {
    const std::vector<std::string_view> all(words + 1, words + count);
    const auto options = rota::server::parse_options(all);
    if (!options.ok()) return complain(options.error().sentence, 2);
    const auto done = rota::server::run(*options);
    return done.ok() ? 0 : complain(done.error().sentence, 1);
  } catch (const std::exception& error) {
    return complain(error.what(), 1);
  }
}
