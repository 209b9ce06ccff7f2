// Printing and ending where there is a C library with an operating system under it (32-bit x86).
#include <gtest/gtest.h>

#include <cstdio>
#include <cstdlib>

namespace testing {

void print_text(std::string_view text) { std::fwrite(text.data(), 1, text.size(), stdout); }
void end_program(int status) {
  std::fflush(stdout);
  std::_Exit(status);
}

}  // namespace testing
