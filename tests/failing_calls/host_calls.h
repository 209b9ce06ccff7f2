// The host's heap, network, descriptors and threads as borders: the linker leads the calls of our
// own code through host_calls.cc (--wrap), and operator new is replaced there. Calls of other
// libraries (OpenSSL's, the C library's own) do not pass.
//
// Only the thread that a HostCalls object was made in is concerned, and only while an attempt is
// on.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

#include "tests/failing_calls/calls.h"

namespace rota::failing {

class HostCalls {
 public:
  explicit HostCalls(Calls& calls);
  HostCalls(const HostCalls&) = delete;
  HostCalls& operator=(const HostCalls&) = delete;
  ~HostCalls();
};

// Blocks that the device's attempts took from the heap and did not give back.
std::size_t device_blocks();
// How many, and the sizes of a few, for a message.
std::string describe_device_blocks();
// Begins a new book: what is allocated until now is not the device's any more.
void forget_device_blocks();

std::size_t open_descriptors();
std::size_t running_threads();

}  // namespace rota::failing
