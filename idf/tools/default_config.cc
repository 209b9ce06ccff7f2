// The configuration of an untouched sdkconfig, for programs that are no project's app: tests.
#include "idf/config.h"

namespace rota::idf {

const Config& config() {
  static constexpr Config kDefaults{};
  return kDefaults;
}

}  // namespace rota::idf
