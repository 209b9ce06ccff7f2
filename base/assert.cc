#include "base/assert.h"

extern "C" __attribute__((weak)) void rota_assertion_failed(const char*, const char*, int) {
  __builtin_trap();
}
