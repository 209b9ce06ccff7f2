#include <algorithm>
#include <charconv>

#include "rota_newlib.h"

namespace {

// A negative number has a sign in base 10 only; in other bases it is shown as its bits.
template <class Number>
char* write_digits(Number value, char* buffer, int base) {
  *buffer = '\0';
  if (base < 2 || base > 36) return buffer;
  constexpr std::size_t kLongest = 33;  // 32 binary digits and a sign
  *std::to_chars(buffer, buffer + kLongest, value, base).ptr = '\0';
  return buffer;
}

}  // namespace

extern "C" {

#if !defined(__GLIBC__) || !__GLIBC_PREREQ(2, 38)
size_t strlcpy(char* into, const char* from, size_t size) {
  const size_t length = ::strlen(from);
  if (size == 0) return length;
  const size_t copied = std::min(length, size - 1);
  ::memcpy(into, from, copied);
  into[copied] = '\0';
  return length;
}

size_t strlcat(char* into, const char* from, size_t size) {
  const size_t before = ::strnlen(into, size);
  return before + strlcpy(into + before, from, size - before);
}
#endif

char* itoa(int value, char* buffer, int base) {
  if (base == 10) return write_digits(value, buffer, base);
  return write_digits(static_cast<unsigned>(value), buffer, base);
}

char* utoa(unsigned value, char* buffer, int base) { return write_digits(value, buffer, base); }

}  // extern "C"
