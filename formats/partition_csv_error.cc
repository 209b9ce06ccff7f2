// What a person reads when a partition CSV is refused.
#include "formats/partition_csv.h"
#include "formats/text_writer.h"

namespace rota::formats {
namespace {

std::string_view text_in(const std::array<char, kCsvNameBytes + 1>& field) { return field.data(); }

// The keywords that would have been understood, for a mistyped one.
void list_keywords(TextWriter& out, PartitionType type) {
  std::string_view between;
  for (unsigned value = 0; value <= 0xFF; ++value) {
    const auto byte = static_cast<std::uint8_t>(value);
    const std::string_view word = type == PartitionType::kAny
                                      ? type_keyword(static_cast<PartitionType>(byte))
                                      : subtype_keyword(type, byte);
    if (word.empty()) continue;
    out << between << word;
    between = ", ";
  }
}

void say_bytes(TextWriter& out, std::int64_t bytes) {
  out.hex(bytes) << " (";
  if (bytes % 0x100000 == 0) {
    out.decimal(bytes / 0x100000) << " MiB)";
  } else {
    out.decimal(bytes / 1024) << " KiB)";
  }
}

void describe_field(TextWriter& out, const CsvError& error) {
  const std::string_view name = text_in(error.name);
  const std::string_view other = text_in(error.other);
  switch (error.problem) {
    case CsvProblem::kTypeEmpty:
      out << "the type of ";
      out.quoted(name) << " is empty; write app, data, bootloader, partition_table or a number.";
      break;
    case CsvProblem::kSubtypeEmpty:
      out << "the subtype of the app ";
      out.quoted(name) << " is empty; write factory, ota_0 to ota_15 or test.";
      break;
    case CsvProblem::kSizeEmpty:
      out << "the size of ";
      out.quoted(name) << " is empty; write one such as 0x6000, 64K or 1M.";
      break;
    case CsvProblem::kBadNumber:
      out.quoted(other) << " in the row of ";
      out.quoted(name) << " is not a number; write decimal, 0x..., or a number with K or M.";
      break;
    case CsvProblem::kBadKeyword:
      out.quoted(other) << " in the row of ";
      out.quoted(name) << " is neither a number nor a known word; known here: ";
      list_keywords(out, error.type);
      out << ".";
      break;
    case CsvProblem::kBadFlag:
      out << "flag ";
      out.quoted(other) << " of ";
      out.quoted(name) << " is not known; write encrypted, readonly, or both with a colon between. "
                          "A comment needs a line of its own.";
      break;
    case CsvProblem::kNumberDoesNotFit:
      out << "the " << other << " of ";
      out.quoted(name) << " is ";
      out.hex(error.value) << ", but its field holds 0 to ";
      out.hex(error.wanted) << "; use a smaller number"
                            << (error.value < 0 ? " that is not negative." : ".");
      break;
    case CsvProblem::kBootloaderOffsetUnknown:
      out.quoted(name) << " depends on the offset of the " << other << " bootloader; give --"
                       << other << "-bootloader-offset.";
      break;
    default:
      break;
  }
}

void describe_place(TextWriter& out, const CsvError& error) {
  const std::string_view name = text_in(error.name);
  const std::string_view other = text_in(error.other);
  out.quoted(name);
  switch (error.problem) {
    case CsvProblem::kOutOfOrder:
    case CsvProblem::kOverlap:
      out << " starts at ";
      out.hex(error.value) << " but ";
      if (error.type == PartitionType::kPartitionTable) {
        out << "the partition table's sector";
      } else {
        out.quoted(other);
      }
      out << " ends at ";
      out.hex(error.wanted) << "; leave the offset empty to have it placed, and keep rows in "
                               "ascending order.";
      break;
    case CsvProblem::kBelowTable:
      out << " starts at ";
      out.hex(error.value) << ", in or before the partition table's sector; use ";
      out.hex(error.wanted) << " or higher.";
      break;
    case CsvProblem::kMisaligned:
      out << " has the " << other << " ";
      out.hex(error.value) << ", which is not a multiple of ";
      out.hex(error.wanted) << (other == "offset" ? "; leave it empty to have it placed."
                                                  : "; round it up.");
      break;
    case CsvProblem::kFlashTooSmall:
      out << " ends at ";
      out.hex(error.value) << ", beyond the flash of ";
      say_bytes(out, error.wanted);
      out << "; make partitions smaller or set the flash size that the board really has (ESP-IDF: "
             "CONFIG_ESPTOOLPY_FLASHSIZE).";
      break;
    default:
      break;
  }
}

void describe_content_rule(TextWriter& out, const CsvError& error) {
  const std::string_view name = text_in(error.name);
  const std::string_view other = text_in(error.other);
  out.quoted(name);
  switch (error.problem) {
    case CsvProblem::kMustBeWritable:
      out << " is " << other << " partition, which is written at run time; remove readonly.";
      break;
    case CsvProblem::kNvsTooSmall:
      out << " has ";
      out.hex(error.value) << " bytes, but NVS needs ";
      out.hex(error.wanted) << " to be writable; make it larger or flag it readonly.";
      break;
    case CsvProblem::kDuplicateName:
      out << " is the name of another row, too";
      if (error.wanted != 0) {
        out << " (line ";
        out.decimal(error.wanted) << ")";
      }
      out << "; programs find partitions by name, so give each its own.";
      break;
    case CsvProblem::kTwoOtaData:
    case CsvProblem::kTwoTeeOtaData:
      out << " is a second "
          << (error.problem == CsvProblem::kTwoOtaData ? "OTA data" : "TEE OTA data")
          << " partition beside ";
      out.quoted(other) << "; the bootloader uses one, so remove the other.";
      break;
    case CsvProblem::kOtaDataSize:
    case CsvProblem::kTeeOtaDataSize:
      out << " has ";
      out.hex(error.value) << " bytes, but OTA data has exactly ";
      out.hex(error.wanted) << ": two sectors of 4 KiB.";
      break;
    case CsvProblem::kSubtypeTaken:
      out << " can not have the subtype ";
      out.hex(error.value) << ": it is ";
      out.quoted(other) << "; choose another value.";
      break;
    default:
      break;
  }
}

void describe_text(TextWriter& out, const CsvError& error) {
  switch (error.problem) {
    case CsvProblem::kNotText:
      if (text_in(error.name).empty()) {
        out << "this is not UTF-8 text; save the file as UTF-8, and check that it is a partition "
               "CSV.";
      } else {
        out << "the label ";
        out.quoted(text_in(error.name)) << " is not UTF-8 text, so it can not be printed as CSV.";
      }
      break;
    case CsvProblem::kLineTooLong:
      out << "more than ";
      out.decimal(error.wanted) << " bytes; check that this is a partition CSV.";
      break;
    case CsvProblem::kTooManyRows:
      out << "a table holds at most ";
      out.decimal(error.wanted) << " rows; remove some.";
      break;
    case CsvProblem::kUnknownVariable:
      out << "the environment has no variable ";
      out.quoted(text_in(error.other)) << "; set it, or write its value.";
      break;
    default:
      break;
  }
}

}  // namespace

std::string_view name_of(CsvProblem problem) {
  switch (problem) {
    case CsvProblem::kNotText:
      return "not_text";
    case CsvProblem::kLineTooLong:
      return "line_too_long";
    case CsvProblem::kTooManyRows:
      return "too_many_rows";
    case CsvProblem::kUnknownVariable:
      return "unknown_variable";
    case CsvProblem::kTypeEmpty:
      return "type_empty";
    case CsvProblem::kSubtypeEmpty:
      return "subtype_empty";
    case CsvProblem::kSizeEmpty:
      return "size_empty";
    case CsvProblem::kBadNumber:
      return "bad_int";
    case CsvProblem::kBadKeyword:
      return "bad_keyword";
    case CsvProblem::kBadFlag:
      return "bad_flag";
    case CsvProblem::kBootloaderOffsetUnknown:
      return "bootloader_offset_undefined";
    case CsvProblem::kOutOfOrder:
      return "overlap_order";
    case CsvProblem::kMisaligned:
      return "align";
    case CsvProblem::kMustBeWritable:
      return "ro_not_allowed";
    case CsvProblem::kNvsTooSmall:
      return "nvs_too_small";
    case CsvProblem::kDuplicateName:
      return "dup_name";
    case CsvProblem::kBelowTable:
      return "below_table";
    case CsvProblem::kOverlap:
      return "overlap";
    case CsvProblem::kTwoOtaData:
      return "multi_otadata";
    case CsvProblem::kOtaDataSize:
      return "otadata_size";
    case CsvProblem::kTwoTeeOtaData:
      return "multi_tee_otadata";
    case CsvProblem::kTeeOtaDataSize:
      return "tee_otadata_size";
    case CsvProblem::kFlashTooSmall:
      return "flash_size";
    case CsvProblem::kNumberDoesNotFit:
      return "number_does_not_fit";
    case CsvProblem::kSubtypeTaken:
      return "subtype_taken";
  }
  return "unknown";
}

std::string_view describe(const CsvError& error, std::span<char> into) {
  TextWriter out(into);
  if (error.line != 0) {
    out << "line ";
    out.decimal(error.line) << ": ";
  }
  switch (error.problem) {
    case CsvProblem::kNotText:
    case CsvProblem::kLineTooLong:
    case CsvProblem::kTooManyRows:
    case CsvProblem::kUnknownVariable:
      describe_text(out, error);
      break;
    case CsvProblem::kTypeEmpty:
    case CsvProblem::kSubtypeEmpty:
    case CsvProblem::kSizeEmpty:
    case CsvProblem::kBadNumber:
    case CsvProblem::kBadKeyword:
    case CsvProblem::kBadFlag:
    case CsvProblem::kBootloaderOffsetUnknown:
    case CsvProblem::kNumberDoesNotFit:
      describe_field(out, error);
      break;
    case CsvProblem::kOutOfOrder:
    case CsvProblem::kMisaligned:
    case CsvProblem::kBelowTable:
    case CsvProblem::kOverlap:
    case CsvProblem::kFlashTooSmall:
      describe_place(out, error);
      break;
    case CsvProblem::kMustBeWritable:
    case CsvProblem::kNvsTooSmall:
    case CsvProblem::kDuplicateName:
    case CsvProblem::kTwoOtaData:
    case CsvProblem::kOtaDataSize:
    case CsvProblem::kTwoTeeOtaData:
    case CsvProblem::kTeeOtaDataSize:
    case CsvProblem::kSubtypeTaken:
      describe_content_rule(out, error);
      break;
  }
  return out.text();
}

}  // namespace rota::formats
