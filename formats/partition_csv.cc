#include "formats/partition_csv.h"

#include <algorithm>
#include <limits>

#include "crypto/crc32.h"
#include "formats/partition_csv_rules.h"
#include "formats/partition_csv_text.h"
#include "formats/text_writer.h"

namespace rota::formats {
namespace {

constexpr std::uint8_t kRecovery = 0x02;

// Far beyond 32 bits: numbers stop growing here and are refused when they are encoded.
constexpr std::int64_t kHuge = std::int64_t{1} << 60;

constexpr std::int64_t limited(std::int64_t value) { return std::clamp(value, -kHuge, kHuge); }
constexpr std::int64_t times(std::int64_t value, std::int64_t factor) {
  return value > kHuge / factor || value < -kHuge / factor ? (value < 0 ? -kHuge : kHuge)
                                                           : value * factor;
}
constexpr std::int64_t rounded_up(std::int64_t value, std::int64_t unit) {
  return (value + unit - 1) / unit * unit;
}

constexpr char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

bool same_word(std::string_view a, std::string_view b) {
  return a.size() == b.size() && std::equal(a.begin(), a.end(), b.begin(),
                                            [](char x, char y) { return lower(x) == lower(y); });
}

// Python's int(text, 0): sign, base prefix, digits with single underscores between them. A decimal
// other than zero has no leading zero.
std::optional<std::int64_t> parse_literal(std::string_view text) {
  text = stripped(text);
  bool negative = false;
  if (!text.empty() && (text[0] == '-' || text[0] == '+')) {
    negative = text[0] == '-';
    text.remove_prefix(1);
  }
  std::int64_t base = 10;
  if (text.size() > 1 && text[0] == '0') {
    const char mark = lower(text[1]);
    base = mark == 'x' ? 16 : mark == 'o' ? 8 : mark == 'b' ? 2 : 10;
  }
  const bool has_prefix = base != 10;
  if (has_prefix) text.remove_prefix(2);
  const bool leading_zero = !has_prefix && text.size() > 1 && text[0] == '0';
  std::int64_t value = 0;
  bool digit_before = has_prefix;  // "0x_1" is allowed
  for (const char c : text) {
    if (c == '_') {
      if (!digit_before) return std::nullopt;
      digit_before = false;
      continue;
    }
    const char l = lower(c);
    const std::int64_t digit = l >= '0' && l <= '9'   ? l - '0'
                               : l >= 'a' && l <= 'f' ? l - 'a' + 10
                                                      : 99;
    if (digit >= base) return std::nullopt;
    value = limited(times(value, base) + digit);
    digit_before = true;
  }
  if (text.empty() || !digit_before || (leading_zero && value != 0)) return std::nullopt;
  return negative ? -value : value;
}

// What words may stand where a number is expected.
class Words {
 public:
  static Words none() { return Words(); }
  static Words types() {
    Words words;
    words.are_types_ = true;
    return words;
  }
  static Words subtypes(std::int64_t type, std::span<const ExtraSubtype> extra) {
    Words words;
    if (type < 0 || type > 0xFF) return words;
    words.subtypes_of_ = static_cast<PartitionType>(type);
    words.extra_ = extra;
    return words;
  }

  bool has_any() const {
    if (are_types_) return true;
    if (!subtypes_of_) return false;
    return !type_keyword(*subtypes_of_).empty() ||
           std::any_of(extra_.begin(), extra_.end(),
                       [this](const ExtraSubtype& e) { return e.type == *subtypes_of_; });
  }
  PartitionType type() const { return subtypes_of_.value_or(PartitionType::kAny); }

  std::optional<std::int64_t> find(std::string_view word) const {
    if (are_types_) {
      for (unsigned type = 0; type <= 0xFF; ++type) {
        const std::string_view known = type_keyword(static_cast<PartitionType>(type));
        if (!known.empty() && same_word(known, word)) return type;
      }
    }
    if (!subtypes_of_) return std::nullopt;
    for (unsigned subtype = 0; subtype <= 0xFF; ++subtype) {
      const std::string_view known =
          subtype_keyword(*subtypes_of_, static_cast<std::uint8_t>(subtype));
      if (!known.empty() && same_word(known, word)) return subtype;
    }
    for (const ExtraSubtype& extra : extra_) {
      if (extra.type == *subtypes_of_ && same_word(extra.keyword, word)) return extra.subtype;
    }
    return std::nullopt;
  }

 private:
  std::optional<PartitionType> subtypes_of_;
  std::span<const ExtraSubtype> extra_;
  bool are_types_ = false;
};

// A number with K and M suffixes, or one of the words. A suffix is taken off first, so that a word
// that ends in k or m is never found: the reference does the same.
Result<std::int64_t, CsvError> parse_number(std::string_view text, const Words& words) {
  std::int64_t factor = 1;
  std::string_view rest = text;
  while (!rest.empty() && (lower(rest.back()) == 'k' || lower(rest.back()) == 'm')) {
    factor = times(factor, lower(rest.back()) == 'k' ? 1024 : 1024 * 1024);
    rest.remove_suffix(1);
  }
  if (const auto literal = parse_literal(rest)) return times(*literal, factor);
  if (const auto word = words.find(rest)) return times(*word, factor);
  CsvError error =
      problem_at(words.has_any() ? CsvProblem::kBadKeyword : CsvProblem::kBadNumber, 0, {}, text);
  error.type = words.type();
  return error;
}

// The six fields of a row; a seventh and later ones are ignored, missing ones are empty.
struct Fields {
  std::array<std::string_view, 6> field;

  explicit Fields(std::string_view line) {
    for (std::string_view& part : field) {
      const std::size_t comma = std::min(line.find(','), line.size());
      part = stripped(line.substr(0, comma));
      line.remove_prefix(std::min(comma + 1, line.size()));
    }
  }
  std::string_view name() const { return field[0]; }
  std::string_view type() const { return field[1]; }
  std::string_view subtype() const { return field[2]; }
  std::string_view offset() const { return field[3]; }
  std::string_view size() const { return field[4]; }
  std::string_view flags() const { return field[5]; }
};

// One line to one row. Errors come without line and name; the caller adds them.
class RowParser {
 public:
  RowParser(const Fields& fields, const CsvOptions& options) : fields_(fields), options_(options) {}

  Result<CsvRow, CsvError> parse() {
    const std::string_view name = fields_.name();
    row_.name_bytes = static_cast<std::uint32_t>(name.size());
    row_.name_check = crypto::crc32(bytes_of(name));
    std::copy_n(name.begin(), std::min(name.size(), kCsvNameBytes), row_.name_storage.begin());
    ROTA_TRY(parse_kind());
    ROTA_TRY(parse_offset());
    ROTA_TRY(parse_size());
    ROTA_TRY(parse_flags());
    return row_;
  }

 private:
  bool is_bootloader() const {
    return row_.type == static_cast<std::int64_t>(PartitionType::kBootloader);
  }

  CsvStatus parse_kind() {
    if (fields_.type().empty()) return problem_at(CsvProblem::kTypeEmpty, 0);
    const auto type = parse_number(fields_.type(), Words::types());
    ROTA_TRY(type);
    row_.type = *type;
    if (!fields_.subtype().empty()) {
      const auto subtype =
          parse_number(fields_.subtype(), Words::subtypes(row_.type, options_.extra_subtypes));
      ROTA_TRY(subtype);
      row_.subtype = *subtype;
      return {};
    }
    if (row_.type == 0) return problem_at(CsvProblem::kSubtypeEmpty, 0);
    row_.subtype = kDataUndefined;
    return {};
  }

  CsvStatus parse_offset() {
    std::optional<std::int64_t> fixed;
    if (row_.is(PartitionType::kBootloader, kPrimary)) {
      if (!options_.primary_bootloader_offset) return offset_unknown("primary");
      fixed = *options_.primary_bootloader_offset;
    } else if (row_.is(PartitionType::kBootloader, kRecovery)) {
      if (!options_.recovery_bootloader_offset) return offset_unknown("recovery");
      fixed = *options_.recovery_bootloader_offset;
    } else if (row_.is(PartitionType::kPartitionTable, kPrimary)) {
      fixed = options_.table_offset;
    } else if (!fields_.offset().empty()) {
      const auto offset = parse_number(fields_.offset(), Words::none());
      ROTA_TRY(offset);
      fixed = *offset;
    }
    row_.has_offset = fixed.has_value();
    row_.offset = fixed.value_or(0);
    return {};
  }

  CsvStatus parse_size() {
    if (is_bootloader()) {
      if (!options_.primary_bootloader_offset) return offset_unknown("primary");
      row_.size = std::int64_t{options_.table_offset} - *options_.primary_bootloader_offset;
      return {};
    }
    if (row_.type == static_cast<std::int64_t>(PartitionType::kPartitionTable)) {
      row_.size = kTableSectorBytes;
      return {};
    }
    if (fields_.size().empty()) return problem_at(CsvProblem::kSizeEmpty, 0);
    const auto size = parse_number(fields_.size(), Words::none());
    ROTA_TRY(size);
    row_.size = *size;
    return {};
  }

  CsvStatus parse_flags() {
    std::string_view rest = fields_.flags();
    while (!rest.empty()) {
      const std::size_t colon = std::min(rest.find(':'), rest.size());
      const std::string_view flag = rest.substr(0, colon);
      if (flag == "encrypted") {
        row_.encrypted = true;
      } else if (flag == "readonly") {
        row_.readonly = true;
      } else if (!flag.empty()) {
        return problem_at(CsvProblem::kBadFlag, 0, {}, flag);
      }
      rest.remove_prefix(std::min(colon + 1, rest.size()));
    }
    return {};
  }

  static CsvError offset_unknown(std::string_view which) {
    return problem_at(CsvProblem::kBootloaderOffsetUnknown, 0, {}, which);
  }

  const Fields& fields_;
  const CsvOptions& options_;
  CsvRow row_;
};

}  // namespace

CsvStatus PartitionCsvReader::read(Bytes text, const CsvOptions& options, PartitionRows& into) {
  count_ = 0;
  into.clear();
  if (!is_valid_text(text)) return problem_at(CsvProblem::kNotText, 0);
  ROTA_TRY(parse(text, options));
  ROTA_TRY(place(options));
  const std::span<const CsvRow> rows(rows_.data(), count_);
  if (options.verifies) ROTA_TRY(verify(rows, options));
  if (options.flash_bytes != 0) ROTA_TRY(fits_flash(rows, options.flash_bytes));
  return encode(options, into);
}

CsvStatus PartitionCsvReader::parse(Bytes text, const CsvOptions& options) {
  CsvLines lines(text, options);
  while (true) {
    const auto next = lines.next();
    if (!next) return next.error();
    if (!next->has_value()) return {};
    const std::string_view line = stripped(**next);
    if (line.empty() || line[0] == '#') continue;
    if (count_ == kCsvMaxRows) {
      return with_numbers(problem_at(CsvProblem::kTooManyRows, lines.line_number()), 0,
                          static_cast<std::int64_t>(kCsvMaxRows));
    }
    const Fields fields(line);
    auto row = RowParser(fields, options).parse();
    if (!row) {
      CsvError error = row.error();
      error.line = lines.line_number();
      error.name = problem_at(error.problem, 0, fields.name()).name;
      return error;
    }
    row->line = lines.line_number();
    rows_[count_++] = *row;
  }
}

CsvStatus PartitionCsvReader::place(const CsvOptions& options) {
  std::int64_t end = options.table_offset + kTableSectorBytes;
  const CsvRow* before = nullptr;
  for (CsvRow& row : std::span(rows_.data(), count_)) {
    if (is_fixed_by_options(row)) continue;
    if (row.has_offset && row.offset < end) {
      const std::string_view previous = before != nullptr ? before->name() : std::string_view();
      CsvError error = about(CsvProblem::kOutOfOrder, row, previous);
      error.type = before != nullptr ? PartitionType::kAny : PartitionType::kPartitionTable;
      return with_numbers(error, row.offset, end);
    }
    if (!row.has_offset) row.offset = rounded_up(end, alignment_of(row));
    row.has_offset = true;
    if (row.size < 0) row.size = -row.size - row.offset;
    end = limited(row.offset + row.size);
    before = &row;
  }
  return {};
}

CsvStatus PartitionCsvReader::encode(const CsvOptions& options, PartitionRows& into) const {
  constexpr std::int64_t kLargestByte = 0xFF;
  constexpr std::int64_t kLargestWord = 0xFFFFFFFF;
  for (const CsvRow& row : std::span(rows_.data(), count_)) {
    struct Field {
      std::string_view name;
      std::int64_t value;
      std::int64_t largest;
    };
    for (const Field& field :
         {Field{"type", row.type, kLargestByte}, Field{"subtype", row.subtype, kLargestByte},
          Field{"offset", row.offset, kLargestWord}, Field{"size", row.size, kLargestWord}}) {
      if (field.value >= 0 && field.value <= field.largest) continue;
      return with_numbers(about(CsvProblem::kNumberDoesNotFit, row, field.name), field.value,
                          field.largest);
    }
    PartitionRow encoded;
    encoded.type = static_cast<PartitionType>(row.type);
    encoded.subtype = static_cast<std::uint8_t>(row.subtype);
    encoded.offset = static_cast<std::uint32_t>(row.offset);
    encoded.size = static_cast<std::uint32_t>(row.size);
    encoded.encrypted = row.encrypted;
    encoded.readonly = row.readonly;
    constexpr std::size_t kLabelBytes = 16;  // longer names are cut, even within a character
    const std::string_view name = row.name();
    std::copy_n(name.begin(), std::min(name.size(), kLabelBytes), encoded.label_storage.begin());
    const std::size_t limit = kTableMaxRows - (options.with_md5 ? 2 : 1);
    if (into.size() == limit || !into.push_back(encoded)) {
      return with_numbers(about(CsvProblem::kTooManyRows, row), 0,
                          static_cast<std::int64_t>(limit));
    }
  }
  return {};
}

Result<ExtraSubtype, CsvError> parse_extra_subtype(std::string_view text,
                                                   std::span<const ExtraSubtype> known) {
  const Fields fields(text);
  if (fields.name().empty()) return problem_at(CsvProblem::kTypeEmpty, 0);
  const auto type = parse_number(fields.name(), Words::types());
  if (!type) return type.error();
  if (*type < 0 || *type > 0xFE) {
    return with_numbers(problem_at(CsvProblem::kNumberDoesNotFit, 0, {}, "type"), *type, 0xFE);
  }
  // The value is in base 16, with or without 0x.
  std::string_view digits = fields.subtype();
  if (digits.starts_with("0x") || digits.starts_with("0X")) digits.remove_prefix(2);
  char spelled[20] = {'0', 'x'};
  if (digits.empty() || digits.size() > 16) {
    return problem_at(CsvProblem::kBadNumber, 0, fields.type(), fields.subtype());
  }
  std::copy(digits.begin(), digits.end(), spelled + 2);
  const auto value = parse_literal(std::string_view(spelled, digits.size() + 2));
  if (!value) return problem_at(CsvProblem::kBadNumber, 0, fields.type(), fields.subtype());
  if (*value > 0xFF) {
    return with_numbers(problem_at(CsvProblem::kNumberDoesNotFit, 0, fields.type(), "subtype"),
                        *value, 0xFF);
  }
  const ExtraSubtype result{static_cast<PartitionType>(*type), fields.type(),
                            static_cast<std::uint8_t>(*value)};
  const std::string_view standard = subtype_keyword(result.type, result.subtype);
  if (!standard.empty()) {
    return with_numbers(problem_at(CsvProblem::kSubtypeTaken, 0, result.keyword, standard), *value,
                        0);
  }
  for (const ExtraSubtype& extra : known) {
    if (extra.type != result.type || extra.subtype != result.subtype) continue;
    return with_numbers(problem_at(CsvProblem::kSubtypeTaken, 0, result.keyword, extra.keyword),
                        *value, 0);
  }
  return result;
}

bool label_suggests_another_kind(const PartitionRow& row) {
  const std::string_view label = row.label();
  if (const auto type = Words::types().find(label)) {
    if (*type != static_cast<std::int64_t>(row.type)) return true;
  }
  bool names_a_subtype = false;
  for (unsigned type = 0; type <= static_cast<unsigned>(PartitionType::kPartitionTable); ++type) {
    const auto subtype = Words::subtypes(type, {}).find(label);
    if (!subtype) continue;
    if (type == static_cast<unsigned>(row.type) && *subtype == row.subtype) return false;
    names_a_subtype = true;
  }
  return names_a_subtype;
}

Result<std::string_view, CsvError> write_csv(const PartitionRows& rows, std::span<char> into) {
  TextWriter out(into);
  out << "# ESP-IDF Partition Table\n# Name, Type, SubType, Offset, Size, Flags\n";
  const auto word_or_number = [&out](std::string_view word, unsigned number) {
    if (word.empty()) {
      out.decimal(number);
    } else {
      out << word;
    }
    out << ",";
  };
  for (const PartitionRow& row : rows) {
    if (!is_utf8(row.label())) return problem_at(CsvProblem::kNotText, 0, row.label());
    out << row.label() << ",";
    word_or_number(type_keyword(row.type), static_cast<unsigned>(row.type));
    word_or_number(subtype_keyword(row.type, row.subtype), row.subtype);
    out.hex(row.offset) << ",";
    if (row.size % 0x100000 == 0) {
      out.decimal(row.size / 0x100000) << "M,";
    } else if (row.size % 0x400 == 0) {
      out.decimal(row.size / 0x400) << "K,";
    } else {
      out.hex(row.size) << ",";
    }
    out << (row.encrypted ? "encrypted" : "") << (row.encrypted && row.readonly ? ":" : "")
        << (row.readonly ? "readonly\n" : "\n");
  }
  if (out.overflowed()) {
    return with_numbers(problem_at(CsvProblem::kLineTooLong, 0), 0,
                        static_cast<std::int64_t>(into.size()));
  }
  return out.text();
}

}  // namespace rota::formats
