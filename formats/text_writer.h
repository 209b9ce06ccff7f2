// Text without heap and exceptions.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

namespace rota::formats {

// The text behind the first `count` <= text.size() bytes. Unlike substr, it can not throw.
constexpr std::string_view behind(std::string_view text, std::size_t count) {
  text.remove_prefix(count);
  return text;
}

// Builds a sentence in a caller's buffer. What does not fit is dropped at the end; the writer
// remembers that it was.
class TextWriter {
 public:
  explicit TextWriter(std::span<char> into) : into_(into) {}

  TextWriter& operator<<(std::string_view text) {
    for (const char c : text) put(c);
    return *this;
  }
  TextWriter& decimal(std::int64_t value) {
    if (value < 0) put('-');
    return digits(magnitude(value), 10);
  }
  // 0x1f, -0x1f
  TextWriter& hex(std::int64_t value) {
    if (value < 0) put('-');
    *this << "0x";
    return digits(magnitude(value), 16);
  }
  // Text from a file or the network: control characters become '?', so that nothing reaches a
  // terminal as a command.
  TextWriter& quoted(std::string_view text) {
    put('\'');
    for (const char c : text) put(static_cast<unsigned char>(c) < 0x20 || c == 0x7F ? '?' : c);
    put('\'');
    return *this;
  }

  std::string_view text() const { return {into_.data(), length_}; }
  bool overflowed() const { return overflowed_; }

 private:
  static std::uint64_t magnitude(std::int64_t value) {
    return value < 0 ? ~static_cast<std::uint64_t>(value) + 1 : static_cast<std::uint64_t>(value);
  }
  void put(char c) {
    if (length_ == into_.size()) {
      overflowed_ = true;
      return;
    }
    into_[length_++] = c;
  }
  TextWriter& digits(std::uint64_t value, unsigned base) {
    char reversed[20];
    std::size_t count = 0;
    do {
      reversed[count++] = "0123456789abcdef"[value % base];
      value /= base;
    } while (value != 0);
    while (count > 0) put(reversed[--count]);
    return *this;
  }

  std::span<char> into_;
  std::size_t length_ = 0;
  bool overflowed_ = false;
};

}  // namespace rota::formats
