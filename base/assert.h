// ROTA_ASSERT: our own bugs, in every build. Never for bytes read from flash or network: those are
// an Error. The port supplies rota_assertion_failed (a chip restarts, a tool prints and ends);
// base/assert.cc holds a weak default that stops the processor.
#pragma once

extern "C" [[noreturn]] void rota_assertion_failed(const char* condition,
                                                   const char* file,
                                                   int line);

#define ROTA_ASSERT(condition) \
  ((condition) ? static_cast<void>(0) : ::rota_assertion_failed(#condition, __FILE__, __LINE__))
