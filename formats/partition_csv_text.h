// The lines of a CSV file: decodes UTF-8, UTF-16 and UTF-32 (the latter two by byte order mark),
// splits at every line end that Python's splitlines knows, and puts environment variables in, as
// the reference tool does (spec 1.3). Internal to partition_csv.
#pragma once

#include <array>
#include <optional>
#include <span>
#include <string_view>

#include "base/bytes.h"
#include "formats/partition_csv.h"

namespace rota::formats {

// Decodes one text; a copy of the object is a bookmark.
class CodePoints {
 public:
  // By its byte order mark, which is not part of the text; UTF-8 without one.
  explicit CodePoints(Bytes text);
  // UTF-8, where a byte order mark is a character like others.
  static CodePoints of_utf8(std::string_view text);

  bool at_end() const { return at_ == text_.size(); }
  // nullopt: the bytes are not valid in their encoding. Not at the end.
  std::optional<char32_t> next();

 private:
  enum class Encoding : std::uint8_t { kUtf8, kUtf16, kUtf32 };

  CodePoints() = default;
  std::optional<char32_t> next_utf8();
  std::optional<char32_t> next_utf16();
  std::optional<char32_t> next_utf32();
  std::uint32_t unit_at(std::size_t at, std::size_t bytes) const;

  Bytes text_;
  std::size_t at_ = 0;
  Encoding encoding_ = Encoding::kUtf8;
  bool big_endian_ = false;
};

bool is_valid_text(Bytes text);
bool is_utf8(std::string_view text);

// Removes what Python's str.strip removes.
std::string_view stripped(std::string_view text);

class CsvLines {
 public:
  CsvLines(Bytes text, const CsvOptions& options) : points_(text), options_(options) {}

  // The next line as UTF-8 with variables put in, not stripped; nullopt at the end. It stays valid
  // until the next call. Only for text that is_valid_text.
  Result<std::optional<std::string_view>, CsvError> next();
  std::uint32_t line_number() const { return line_number_; }

 private:
  using Buffer = std::array<char, kCsvMaxLineBytes>;

  CsvError too_long() const;

  CodePoints points_;
  const CsvOptions& options_;
  std::uint32_t line_number_ = 0;
  Buffer raw_;
  Buffer expanded_;
};

}  // namespace rota::formats
