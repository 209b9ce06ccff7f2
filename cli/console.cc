#include "cli/console.h"

#include <unistd.h>

#include <charconv>
#include <cstdlib>

namespace rota::cli {
namespace {

bool set_and_not_empty(const char* name) {
  const char* value = std::getenv(name);
  return value != nullptr && *value != '\0';
}

bool locale_is_utf8() {
  for (const char* name : {"LC_ALL", "LC_CTYPE", "LANG"}) {
    const char* value = std::getenv(name);
    if (value == nullptr || *value == '\0') continue;
    const std::string_view text(value);
    return text.find("UTF-8") != std::string_view::npos ||
           text.find("utf8") != std::string_view::npos;
  }
  return false;
}

// The number of bytes of the well-formed UTF-8 character at the start of `text`; 0 if there is
// none.
std::size_t utf8_length(std::string_view text) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned char first = byte(0);
  const std::size_t length = first < 0x80                    ? 1U
                             : first >= 0xC2 && first < 0xE0 ? 2U
                             : first >= 0xE0 && first < 0xF0 ? 3U
                             : first >= 0xF0 && first < 0xF5 ? 4U
                                                             : 0U;
  if (length == 0 || length > text.size()) return 0;
  for (std::size_t i = 1; i < length; ++i) {
    if ((byte(i) & 0xC0U) != 0x80U) return 0;
  }
  if (first == 0xE0 && byte(1) < 0xA0) return 0;
  if (first == 0xED && byte(1) > 0x9F) return 0;  // surrogates
  if (first == 0xF0 && byte(1) < 0x90) return 0;
  if (first == 0xF4 && byte(1) > 0x8F) return 0;
  if (first == 0xC2 && byte(1) < 0xA0) return 0;  // C1 control characters
  return length;
}

}  // namespace

std::string Looks::ink(Ink ink, std::string_view text) const {
  if (!colours || ink == Ink::kPlain) return std::string(text);
  const char* code = "";
  switch (ink) {
    case Ink::kPlain:
      break;
    case Ink::kBold:
      code = "1";
      break;
    case Ink::kDim:
      code = "2";
      break;
    case Ink::kGreen:
      code = "32";
      break;
    case Ink::kYellow:
      code = "33";
      break;
    case Ink::kRed:
      code = "31";
      break;
    case Ink::kCyan:
      code = "36";
      break;
  }
  return fmt::format("\x1b[{}m{}\x1b[0m", code, text);
}

Looks looks_of(std::FILE* stream) {
  Looks looks;
  looks.is_terminal = isatty(fileno(stream)) == 1;
  const char* term = std::getenv("TERM");
  const bool dumb = term == nullptr || std::string_view(term) == "dumb";
  looks.colours = looks.is_terminal && !dumb && !set_and_not_empty("NO_COLOR");
  looks.unicode = looks.is_terminal && locale_is_utf8();
  looks.progress = looks.is_terminal && !dumb;
  return looks;
}

void Console::write(std::string_view text) { std::fwrite(text.data(), 1, text.size(), out_); }

void Console::write_error(std::string_view text) {
  std::fflush(out_);
  std::fwrite(text.data(), 1, text.size(), err_);
  std::fflush(err_);
}

void Console::flush() { std::fflush(out_); }

bool Console::output_is_whole() { return std::fflush(out_) == 0 && std::ferror(out_) == 0; }

std::string printable(std::string_view text, Tabs tabs) {
  std::string result;
  result.reserve(text.size());
  while (!text.empty()) {
    const std::size_t length = utf8_length(text);
    const auto first = static_cast<unsigned char>(text[0]);
    const bool is_kept_tab = first == '\t' && tabs == Tabs::kKept;
    if (length == 0 || (first < 0x20 && !is_kept_tab) || first == 0x7F) {
      result += '?';
      text.remove_prefix(1);
    } else {
      result += text.substr(0, length);
      text.remove_prefix(length);
    }
  }
  return result;
}

std::size_t columns(std::string_view text) {
  std::size_t count = 0;
  bool in_code = false;
  for (const char c : text) {
    if (c == '\x1b') {
      in_code = true;
    } else if (in_code) {
      in_code = c != 'm';
    } else if ((static_cast<unsigned char>(c) & 0xC0U) != 0x80U) {
      ++count;
    }
  }
  return count;
}

std::string padded(std::string_view text, std::size_t width) {
  std::string result(text);
  const std::size_t used = columns(text);
  if (used < width) result.append(width - used, ' ');
  return result;
}

std::string grouped(std::uint64_t number) {
  const std::string digits = fmt::format("{}", number);
  std::string text;
  for (std::size_t i = 0; i < digits.size(); ++i) {
    if (i != 0 && (digits.size() - i) % 3 == 0) text += ',';
    text += digits[i];
  }
  return text;
}

std::string size_text(std::uint64_t bytes) {
  if (bytes != 0 && bytes % 0x100000 == 0) return fmt::format("{} MB", bytes / 0x100000);
  if (bytes != 0 && bytes % 0x400 == 0) return fmt::format("{} KB", grouped(bytes / 0x400));
  return fmt::format("{} byte{}", grouped(bytes), bytes == 1 ? "" : "s");
}

std::string hex_text(std::span<const std::byte> bytes) {
  std::string text;
  text.reserve(bytes.size() * 2);
  for (const std::byte byte : bytes) text += fmt::format("{:02x}", std::to_integer<unsigned>(byte));
  return text;
}

bool bytes_of_hex(std::string_view text, std::span<std::byte> into) {
  if (text.size() != 2 * into.size()) return false;
  for (std::size_t i = 0; i < into.size(); ++i) {
    unsigned value = 0;
    const char* end = text.data() + 2 * i + 2;
    const auto result = std::from_chars(text.data() + 2 * i, end, value, 16);
    if (result.ec != std::errc{} || result.ptr != end) return false;
    into[i] = static_cast<std::byte>(value);
  }
  return true;
}

}  // namespace rota::cli
