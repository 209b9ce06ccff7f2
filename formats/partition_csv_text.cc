#include "formats/partition_csv_text.h"

#include <algorithm>

#include "formats/text_writer.h"

namespace rota::formats {
namespace {

constexpr char32_t kByteOrderMark = 0xFEFF;

constexpr bool is_surrogate(char32_t point) { return point >= 0xD800 && point <= 0xDFFF; }
constexpr bool is_scalar(char32_t point) { return point <= 0x10FFFF && !is_surrogate(point); }

// Line ends of Python's str.splitlines; "\r\n" is one.
constexpr bool ends_line(char32_t point) {
  return (point >= 0x0A && point <= 0x0D) || (point >= 0x1C && point <= 0x1E) || point == 0x85 ||
         point == 0x2028 || point == 0x2029;
}

constexpr bool is_space(char32_t point) {
  return ends_line(point) || point == 0x09 || point == 0x1F || point == 0x20 || point == 0xA0 ||
         point == 0x1680 || (point >= 0x2000 && point <= 0x200A) || point == 0x202F ||
         point == 0x205F || point == 0x3000;
}

constexpr bool is_name_start(char c) {
  return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == '_';
}
constexpr bool is_name_char(char c) { return is_name_start(c) || (c >= '0' && c <= '9'); }

// Writes into a fixed line; false when it is full.
class LineWriter {
 public:
  explicit LineWriter(std::span<char> into) : into_(into) {}
  bool append(std::string_view text) {
    if (text.size() > into_.size() - length_) return false;
    std::copy(text.begin(), text.end(), into_.begin() + static_cast<std::ptrdiff_t>(length_));
    length_ += text.size();
    return true;
  }
  bool append(char32_t point) {
    char bytes[4];
    std::size_t count = 0;
    const auto put = [&](char32_t value) { bytes[count++] = static_cast<char>(value); };
    if (point < 0x80) {
      put(point);
    } else if (point < 0x800) {
      put(0xC0 | (point >> 6));
    } else if (point < 0x10000) {
      put(0xE0 | (point >> 12));
      put(0x80 | ((point >> 6) & 0x3F));
    } else {
      put(0xF0 | (point >> 18));
      put(0x80 | ((point >> 12) & 0x3F));
      put(0x80 | ((point >> 6) & 0x3F));
    }
    if (point >= 0x80) put(0x80 | (point & 0x3F));
    return append(std::string_view(bytes, count));
  }
  std::string_view text() const { return {into_.data(), length_}; }

 private:
  std::span<char> into_;
  std::size_t length_ = 0;
};

// The name in "$NAME" or "${NAME}" at the start of `text`; empty when there is none.
struct Variable {
  std::string_view name;
  std::size_t whole_bytes = 0;
};

Variable variable_at(std::string_view text) {
  if (text.size() >= 2 && text[1] == '{') {
    const std::size_t close = text.find('}');
    if (close == std::string_view::npos) return {};
    return {behind(text, 2).substr(0, close - 2), close + 1};
  }
  std::size_t end = 1;
  while (end < text.size() && is_name_char(text[end])) ++end;
  return {behind(text, 1).substr(0, end - 1), end};
}

// False when the line became too long.
bool put_variables_in(std::string_view line, const CsvOptions& options, LineWriter& into) {
  while (!line.empty()) {
    const std::size_t dollar = std::min(line.find('$'), line.size());
    if (!into.append(line.substr(0, dollar))) return false;
    line.remove_prefix(dollar);
    if (line.empty()) break;
    const Variable variable = variable_at(line);
    std::optional<std::string_view> value;
    if (!variable.name.empty() && options.variable != nullptr)
      value = options.variable(variable.name);
    const std::size_t taken = value ? variable.whole_bytes : 1;
    if (!into.append(value ? *value : line.substr(0, 1))) return false;
    line.remove_prefix(taken);
  }
  return true;
}

}  // namespace

CodePoints::CodePoints(Bytes text) : text_(text) {
  using Mark = std::string_view;
  const std::string_view bytes = text_of(text);
  if (bytes.starts_with("\xEF\xBB\xBF")) {
    at_ = 3;
  } else if (bytes.starts_with(Mark("\xFF\xFE\0\0", 4)) ||
             bytes.starts_with(Mark("\0\0\xFE\xFF", 4))) {
    encoding_ = Encoding::kUtf32;
    big_endian_ = bytes[0] == '\0';
    at_ = 4;
  } else if (bytes.starts_with("\xFF\xFE") || bytes.starts_with("\xFE\xFF")) {
    encoding_ = Encoding::kUtf16;
    big_endian_ = bytes[0] == '\xFE';
    at_ = 2;
  }
}

CodePoints CodePoints::of_utf8(std::string_view text) {
  CodePoints points;
  points.text_ = bytes_of(text);
  return points;
}

std::optional<char32_t> CodePoints::next() {
  switch (encoding_) {
    case Encoding::kUtf16:
      return next_utf16();
    case Encoding::kUtf32:
      return next_utf32();
    case Encoding::kUtf8:
      break;
  }
  return next_utf8();
}

std::optional<char32_t> CodePoints::next_utf8() {
  const auto byte_at = [this](std::size_t at) { return std::to_integer<char32_t>(text_[at]); };
  const char32_t first = byte_at(at_);
  if (first < 0x80) {
    ++at_;
    return first;
  }
  const std::size_t more = first >= 0xF0 ? 3 : first >= 0xE0 ? 2 : 1;
  constexpr char32_t kSmallest[] = {0, 0x80, 0x800, 0x10000};
  if (first < 0xC2 || first > 0xF4 || text_.size() - at_ <= more) return std::nullopt;
  char32_t point = first & (0x3FU >> more);
  for (std::size_t i = 1; i <= more; ++i) {
    const char32_t next = byte_at(at_ + i);
    if ((next & 0xC0) != 0x80) return std::nullopt;
    point = (point << 6) | (next & 0x3F);
  }
  if (point < kSmallest[more] || !is_scalar(point)) return std::nullopt;
  at_ += more + 1;
  return point;
}

std::uint32_t CodePoints::unit_at(std::size_t at, std::size_t bytes) const {
  std::uint32_t unit = 0;
  for (std::size_t i = 0; i < bytes; ++i) {
    const std::size_t from = big_endian_ ? at + i : at + bytes - 1 - i;
    unit = (unit << 8U) | std::to_integer<std::uint32_t>(text_[from]);
  }
  return unit;
}

std::optional<char32_t> CodePoints::next_utf16() {
  if (text_.size() - at_ < 2) return std::nullopt;
  const char32_t high = unit_at(at_, 2);
  at_ += 2;
  if (!is_surrogate(high)) return high;
  if (high > 0xDBFF || text_.size() - at_ < 2) return std::nullopt;
  const char32_t low = unit_at(at_, 2);
  at_ += 2;
  if (low < 0xDC00 || low > 0xDFFF) return std::nullopt;
  return 0x10000 + ((high - 0xD800) << 10) + (low - 0xDC00);
}

std::optional<char32_t> CodePoints::next_utf32() {
  if (text_.size() - at_ < 4) return std::nullopt;
  const char32_t point = unit_at(at_, 4);
  at_ += 4;
  return is_scalar(point) ? std::optional(point) : std::nullopt;
}

namespace {
bool all_are_valid(CodePoints points) {
  while (!points.at_end()) {
    if (!points.next()) return false;
  }
  return true;
}
}  // namespace

bool is_valid_text(Bytes text) { return all_are_valid(CodePoints(text)); }
bool is_utf8(std::string_view text) { return all_are_valid(CodePoints::of_utf8(text)); }

std::string_view stripped(std::string_view text) {
  std::size_t begin = 0;
  CodePoints points = CodePoints::of_utf8(text);
  while (!points.at_end()) {
    const auto point = points.next();
    if (!point || !is_space(*point)) break;
    begin += *point < 0x80 ? 1U : *point < 0x800 ? 2U : 3U;
  }
  text.remove_prefix(begin);
  while (!text.empty()) {
    std::size_t start = text.size() - 1;
    while (start > 0 && (static_cast<unsigned char>(text[start]) & 0xC0U) == 0x80U) --start;
    const auto point = CodePoints::of_utf8(behind(text, start)).next();
    if (!point || !is_space(*point)) break;
    text = text.substr(0, start);
  }
  return text;
}

CsvError CsvLines::too_long() const {
  CsvError error;
  error.problem = CsvProblem::kLineTooLong;
  error.line = line_number_;
  error.wanted = static_cast<std::int64_t>(kCsvMaxLineBytes);
  return error;
}

Result<std::optional<std::string_view>, CsvError> CsvLines::next() {
  if (points_.at_end()) return std::optional<std::string_view>();
  ++line_number_;
  LineWriter raw(raw_);
  while (!points_.at_end()) {
    const char32_t point = points_.next().value_or(kByteOrderMark);
    if (ends_line(point)) {
      CodePoints ahead = points_;
      if (point == '\r' && !ahead.at_end() && ahead.next() == U'\n') points_ = ahead;
      break;
    }
    if (!raw.append(point)) return too_long();
  }
  LineWriter expanded(expanded_);
  if (!put_variables_in(raw.text(), options_, expanded)) return too_long();
  const std::string_view line = expanded.text();
  if (line.size() >= 2 && line[0] == '$' && is_name_start(line[1])) {
    const std::string_view name = variable_at(line).name;
    CsvError error;
    error.problem = CsvProblem::kUnknownVariable;
    error.line = line_number_;
    std::copy_n(name.begin(), std::min(name.size(), kCsvNameBytes), error.other.begin());
    return error;
  }
  return std::optional(line);
}

}  // namespace rota::formats
