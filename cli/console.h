// Where a command prints, and what that place can show. Colours, box characters and progress only
// on a terminal; NO_COLOR and TERM=dumb switch colours off, a locale without UTF-8 the box
// characters.
#pragma once

#include <fmt/format.h>

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <span>
#include <string>
#include <string_view>

namespace rota::cli {

enum class Ink : std::uint8_t { kPlain, kBold, kDim, kGreen, kYellow, kRed, kCyan };

// What the place of output can show.
struct Looks {
  bool is_terminal = false;
  bool colours = false;
  bool unicode = false;
  bool progress = false;

  // The text in a colour, or the text alone.
  std::string ink(Ink ink, std::string_view text) const;
};

Looks looks_of(std::FILE* stream);

class Console {
 public:
  // Borrows the streams.
  Console(std::FILE* out, std::FILE* err, Looks looks) : out_(out), err_(err), looks_(looks) {}

  template <class... Values>
  void print(fmt::format_string<Values...> format, Values&&... values) {
    write(fmt::format(format, std::forward<Values>(values)...));
  }
  void write(std::string_view text);        // to standard output
  void write_error(std::string_view text);  // to standard error
  void flush();
  // False once a write to standard output failed (closed pipe, full disk).
  bool output_is_whole();

  std::FILE* out() const { return out_; }
  const Looks& looks() const { return looks_; }
  std::string ink(Ink colour, std::string_view text) const { return looks_.ink(colour, text); }

 private:
  std::FILE* out_;
  std::FILE* err_;
  Looks looks_;
};

// Text that came from a file, made safe to print: control characters and broken UTF-8 become '?'.
// Tabs would break a table of ours; a line of a program's console keeps them.
enum class Tabs : std::uint8_t { kReplaced, kKept };
std::string printable(std::string_view text, Tabs tabs = Tabs::kReplaced);

// Columns that the text takes on a terminal: colour codes take none, a UTF-8 character takes one.
std::size_t columns(std::string_view text);
// The text with spaces up to `width` columns.
std::string padded(std::string_view text, std::size_t width);

// "1 MB", "960 KB", "12,345 bytes": exact, never rounded.
std::string size_text(std::uint64_t bytes);
std::string grouped(std::uint64_t number);  // 1,234,567
std::string hex_text(std::span<const std::byte> bytes);
// The way back, either case; false unless there are exactly two digits for each byte.
bool bytes_of_hex(std::string_view text, std::span<std::byte> into);

}  // namespace rota::cli
