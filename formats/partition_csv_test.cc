#include "formats/partition_csv.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>

#include "formats/predefined_tables.h"

namespace rota::formats {
namespace {

using testing::HasSubstr;

std::string hex(Bytes bytes) {
  std::string text;
  for (const std::byte value : bytes) {
    constexpr char kDigits[] = "0123456789abcdef";
    text += kDigits[std::to_integer<unsigned>(value) >> 4U];
    text += kDigits[std::to_integer<unsigned>(value) & 15U];
  }
  return text;
}

class PartitionCsv : public testing::Test {
 protected:
  BasicStatus<CsvError> read(std::string_view text) {
    return reader_->read(bytes_of(text), options_, rows_);
  }
  CsvProblem problem_of(std::string_view text) {
    const auto status = read(text);
    EXPECT_FALSE(status.ok()) << text;
    return status.ok() ? CsvProblem::kNotText : status.error().problem;
  }
  std::string sentence_of(std::string_view text) {
    const auto status = read(text);
    if (status.ok()) return "accepted";
    std::array<char, 400> buffer{};
    return std::string(describe(status.error(), buffer));
  }
  std::uint32_t size_of(std::string_view number) {
    EXPECT_EQ(sentence_of("a,0x40,1,," + std::string(number)), "accepted");
    return rows_.empty() ? 0 : rows_[0].size;
  }
  bool reads_number(std::string_view number) {
    return sentence_of("a,0x40,1,," + std::string(number)) == "accepted";
  }

  std::unique_ptr<PartitionCsvReader> reader_ = std::make_unique<PartitionCsvReader>();
  CsvOptions options_;
  PartitionRows rows_;
};

TEST_F(PartitionCsv, TheTutorialsTable) {
  ASSERT_TRUE(read(find_predefined_table("two_ota")->csv).ok());
  ASSERT_EQ(rows_.size(), 6U);
  EXPECT_EQ(rows_[1].offset, 0xD000U);
  EXPECT_EQ(rows_[3].offset, 0x10000U);
  EXPECT_EQ(rows_[4].label(), "ota_0");
  EXPECT_EQ(rows_[5].offset, 0x210000U);
  std::array<std::byte, kTableBytes> binary{};
  ASSERT_TRUE(write_table(rows_, true, binary).ok());
  EXPECT_EQ(hex(Bytes(binary).subspan(6 * 32 + 16, 16)), "bf25822c0fa6d8641bd930251e06b4c4");
}

TEST_F(PartitionCsv, EveryPredefinedTableIsAccepted) {
  EXPECT_EQ(predefined_tables().size(), 12U);
  for (const PredefinedTable& table : predefined_tables()) {
    EXPECT_EQ(sentence_of(table.csv), "accepted") << table.name;
    EXPECT_EQ(find_predefined_table("partitions_" + std::string(table.name) + ".csv"), &table);
  }
  EXPECT_EQ(find_predefined_table("three_ota"), nullptr);
  ASSERT_TRUE(read(find_predefined_table("two_ota_coredump")->csv).ok());
  EXPECT_EQ(rows_[5].offset, 0x120000U);
  EXPECT_EQ(rows_[6].offset, 0x220000U);
  ASSERT_TRUE(read(find_predefined_table("two_ota_large")->csv).ok());
  EXPECT_EQ(rows_[2].offset, 0x11000U);
  EXPECT_EQ(rows_[3].offset, 0x20000U);
  EXPECT_EQ(rows_[4].offset, 0x1D0000U);
  ASSERT_TRUE(read(find_predefined_table("singleapp")->csv).ok());
  std::array<std::byte, kTableBytes> binary{};
  ASSERT_TRUE(write_table(rows_, true, binary).ok());
  EXPECT_EQ(hex(Bytes(binary).subspan(3 * 32 + 16, 16)), "f4ad4f4538564b5d7435b62c75b69524");
}

TEST_F(PartitionCsv, Numbers) {
  EXPECT_EQ(size_of("4096"), 4096U);
  EXPECT_EQ(size_of("0x1000"), 0x1000U);
  EXPECT_EQ(size_of("0B1_1"), 3U);
  EXPECT_EQ(size_of("0o17"), 15U);
  EXPECT_EQ(size_of("+5"), 5U);
  EXPECT_EQ(size_of("00"), 0U);
  EXPECT_EQ(size_of("1_000"), 1000U);
  EXPECT_EQ(size_of("0x_10"), 16U);
  EXPECT_EQ(size_of("0x10K"), 16384U);
  EXPECT_EQ(size_of("1KK"), 1048576U);
  EXPECT_EQ(size_of("2 k"), 2048U);
  for (const char* wrong :
       {"010", "0x", "1__0", "_1", "1_", "K", "1.5", "0b2", "- 5", "1G", "ten"}) {
    EXPECT_FALSE(reads_number(wrong)) << wrong;
  }
  EXPECT_EQ(problem_of("a,0x40,1,,99999999999999999999999"), CsvProblem::kNumberDoesNotFit);
}

TEST_F(PartitionCsv, Trap43_OrderSizesCommentsAndNumbers) {
  EXPECT_EQ(problem_of("a,data,fat,0x20000,4K\nb,data,fat,0x10000,4K\n"), CsvProblem::kOutOfOrder)
      << "offsets ascend";
  ASSERT_TRUE(read("app,app,factory,0x10000,-4M\n").ok());
  EXPECT_EQ(rows_[0].size, 0x3F0000U) << "up to the address 4 MiB";
  EXPECT_FALSE(reads_number("010"));
  EXPECT_EQ(size_of("1KK"), 0x100000U);
  EXPECT_EQ(problem_of("a,data,fat,,4K # comment\n"), CsvProblem::kBadNumber);
}

TEST_F(PartitionCsv, ANegativeSizeReachesUpToThatAddress) {
  EXPECT_EQ(size_of("-0x400000"), 0x400000U - 0x9000U);
}

TEST_F(PartitionCsv, LinesFieldsAndFlags) {
  ASSERT_TRUE(
      read("# comment\r\n\r\n  # indented\r a , DATA , Nvs , , 0x3000 , encrypted::readonly , x\n")
          .ok());
  ASSERT_EQ(rows_.size(), 1U);
  EXPECT_EQ(rows_[0].label(), "a");
  EXPECT_TRUE(rows_[0].encrypted);
  EXPECT_TRUE(rows_[0].readonly);
  EXPECT_EQ(problem_of("a,data,nvs,,0x3000,encrypted # comment"), CsvProblem::kBadFlag);
  ASSERT_TRUE(read("").ok());
  EXPECT_TRUE(rows_.empty());
}

TEST_F(PartitionCsv, Encodings) {
  const std::string_view plain = "\u00e9,data,nvs,,0x3000";
  ASSERT_TRUE(read(plain).ok());
  const PartitionRow expected = rows_[0];
  EXPECT_EQ(expected.label(), "\u00e9");
  ASSERT_TRUE(read("\xEF\xBB\xBF" + std::string(plain)).ok());
  EXPECT_EQ(rows_[0], expected);
  for (const unsigned bytes : {2U, 4U}) {
    for (const bool big_endian : {false, true}) {
      std::string text;
      const auto put = [&](unsigned point) {
        for (unsigned i = 0; i < bytes; ++i) {
          text += static_cast<char>(point >> (8 * (big_endian ? bytes - 1 - i : i)));
        }
      };
      put(0xFEFF);
      put(0xE9);
      for (const char c : std::string_view(",data,nvs,,0x3000")) put(static_cast<unsigned char>(c));
      ASSERT_TRUE(read(text).ok()) << bytes << big_endian;
      EXPECT_EQ(rows_[0], expected);
      EXPECT_EQ(problem_of(text + "x"), CsvProblem::kNotText);
    }
  }
  for (const char* wrong : {"\xFF", "\xC0\x80", "\xE9", "\xED\xA0\x80", "\xF5\x80\x80\x80"}) {
    EXPECT_EQ(problem_of(wrong), CsvProblem::kNotText);
  }
}

TEST_F(PartitionCsv, EnvironmentVariables) {
  options_.variable = [](std::string_view name) -> std::optional<std::string_view> {
    if (name == "SIZE") return "0x3000";
    return std::nullopt;
  };
  ASSERT_TRUE(read("a,data,nvs,,$SIZE\nb,data,nvs,,${SIZE},\n").ok());
  EXPECT_EQ(rows_[1].size, 0x3000U);
  EXPECT_EQ(problem_of("$NAME,data,nvs,,0x3000"), CsvProblem::kUnknownVariable);
  EXPECT_EQ(sentence_of("$NAME,data,nvs,,0x3000"),
            "line 1: the environment has no variable 'NAME'; set it, or write its value.");
  EXPECT_EQ(problem_of("a,data,nvs,,$NAME"), CsvProblem::kBadNumber);  // only a line start is seen
  const std::string long_line(kCsvMaxLineBytes + 1, 'x');
  EXPECT_EQ(problem_of(long_line), CsvProblem::kLineTooLong);
}

TEST_F(PartitionCsv, RowsThatOptionsPlace) {
  const std::string_view csv =
      "bl,bootloader,primary,N/A,N/A\npt,partition_table,primary,,\nrec,bootloader,recovery,,\n";
  EXPECT_EQ(problem_of(csv), CsvProblem::kBootloaderOffsetUnknown);
  options_.primary_bootloader_offset = 0x2000;
  EXPECT_THAT(sentence_of(csv), HasSubstr("line 3: 'rec' depends on the offset of the recovery"));
  options_.recovery_bootloader_offset = 0x3F0000;
  ASSERT_TRUE(read(csv).ok());
  EXPECT_EQ(rows_[0].offset, 0x2000U);
  EXPECT_EQ(rows_[0].size, 0x6000U);
  EXPECT_EQ(rows_[1].offset, 0x8000U);
  EXPECT_EQ(rows_[1].size, 0x1000U);
  EXPECT_EQ(rows_[2].offset, 0x3F0000U);
}

TEST_F(PartitionCsv, TheSentenceNamesBothRowsAndTheNextStep) {
  EXPECT_EQ(
      sentence_of("ota_0,app,ota_0,0x20000,1M\nota_1,app,ota_1,0x110000,1M\n"),
      "line 2: 'ota_1' starts at 0x110000 but 'ota_0' ends at 0x120000; leave the offset empty "
      "to have it placed, and keep rows in ascending order.");
  EXPECT_THAT(sentence_of("a,data,nvs,0x8000,0x3000"),
              HasSubstr("the partition table's sector ends"));
  EXPECT_THAT(sentence_of("a,app,ota_99,,1M"), HasSubstr("known here: factory, ota_0"));
  EXPECT_THAT(sentence_of("a,ap,ota_0,,1M"), HasSubstr("known here: app, data, bootloader"));
}

// In text the order is looked at first; a binary table may hold its rows in any order.
TEST_F(PartitionCsv, RowsOfABinaryTableAreVerifiedToo) {
  const auto row = [](std::string_view label, std::uint32_t offset, std::uint32_t size) {
    PartitionRow made;
    made.type = PartitionType::kData;
    made.subtype = kDataPhy;
    made.offset = offset;
    made.size = size;
    std::copy(label.begin(), label.end(), made.label_storage.begin());
    return made;
  };
  const auto problem = [&](std::initializer_list<PartitionRow> rows) {
    PartitionRows table;
    for (const PartitionRow& one : rows) EXPECT_TRUE(table.push_back(one));
    const auto status = verify_rows(table, options_);
    EXPECT_FALSE(status.ok());
    return status.ok() ? CsvProblem::kNotText : status.error().problem;
  };
  EXPECT_EQ(problem({row("b", 0xA000, 0x2000), row("a", 0x9000, 0x2000)}), CsvProblem::kOverlap);
  EXPECT_EQ(problem({row("a", 0x8000, 0x1000)}), CsvProblem::kBelowTable);
}

TEST_F(PartitionCsv, VerificationRules) {
  EXPECT_EQ(problem_of("a,app,ota_0,0x11000,1M"), CsvProblem::kMisaligned);
  EXPECT_EQ(problem_of("a,app,ota_0,,0x1100"), CsvProblem::kMisaligned);
  EXPECT_EQ(problem_of("a,data,ota,,0x2000,readonly"), CsvProblem::kMustBeWritable);
  EXPECT_EQ(problem_of("a,data,coredump,,64K,readonly"), CsvProblem::kMustBeWritable);
  EXPECT_EQ(problem_of("a,data,nvs,,0x2000"), CsvProblem::kNvsTooSmall);
  EXPECT_EQ(sentence_of("a,data,nvs,,0x2000,readonly"), "accepted");
  EXPECT_EQ(problem_of("a,data,fat,,4K\na,data,fat,,4K"), CsvProblem::kDuplicateName);
  EXPECT_EQ(problem_of("a,data,ota,,8K\nb,data,ota,,8K"), CsvProblem::kTwoOtaData);
  EXPECT_EQ(problem_of("a,data,ota,,0x3000"), CsvProblem::kOtaDataSize);
  EXPECT_EQ(problem_of("a,data,tee_ota,,4K"), CsvProblem::kTeeOtaDataSize);
  EXPECT_EQ(problem_of("a,data,tee_ota,,8K\nb,data,tee_ota,,8K"), CsvProblem::kTwoTeeOtaData);
  EXPECT_EQ(problem_of("a,data,,,"), CsvProblem::kSizeEmpty);
  EXPECT_EQ(problem_of("a,,,,"), CsvProblem::kTypeEmpty);
  EXPECT_EQ(problem_of("a,app,,,1M"), CsvProblem::kSubtypeEmpty);
  EXPECT_EQ(problem_of("a,256,0,,1M"), CsvProblem::kNumberDoesNotFit);
  options_.signing = TableSigning::kSecureBootV1;
  EXPECT_EQ(problem_of("a,app,ota_0,,0x11000"), CsvProblem::kMisaligned);
  options_.verifies = false;
  EXPECT_EQ(sentence_of("a,app,ota_0,,0x11000"), "accepted");
}

TEST_F(PartitionCsv, Trap44_NamesAreComparedWholeAndStoredCut) {
  const std::string name(60, 'n');
  ASSERT_TRUE(read(name + "a,data,fat,,4K\n" + name + "b,data,fat,,4K\n").ok());
  EXPECT_EQ(rows_[0].label(), std::string(16, 'n'));
  EXPECT_EQ(problem_of(name + ",data,fat,,4K\n" + name + ",data,fat,,4K\n"),
            CsvProblem::kDuplicateName);
}

TEST_F(PartitionCsv, Trap45_RowAndFlashLimits) {
  std::string csv;
  for (int i = 0; i < 94; ++i) csv += "p" + std::to_string(i) + ",data,fat,,4K\n";
  EXPECT_EQ(sentence_of(csv), "accepted");
  csv += "last,data,fat,,4K\n";
  EXPECT_EQ(problem_of(csv), CsvProblem::kTooManyRows);
  options_.with_md5 = false;
  EXPECT_EQ(sentence_of(csv), "accepted");
  options_ = CsvOptions();
  options_.flash_bytes = 0x200000;
  EXPECT_THAT(sentence_of(find_predefined_table("two_ota")->csv),
              HasSubstr("'ota_1' ends at 0x310000, beyond the flash of 0x200000 (2 MiB)"));
  options_.flash_bytes = 0;
  ASSERT_TRUE(read(find_predefined_table("two_ota")->csv).ok());
  EXPECT_TRUE(check_fits_flash(rows_, 0x310000).ok());
  EXPECT_FALSE(check_fits_flash(rows_, 0x30FFFF).ok());
}

TEST_F(PartitionCsv, ExtraSubtypes) {
  const auto first = parse_extra_subtype("app, recovery_app, 0x40", {});
  ASSERT_TRUE(first.ok());
  EXPECT_EQ(first->subtype, 0x40);
  const ExtraSubtype known[] = {*first, {PartitionType::kData, "disk", 0x50}};
  options_.extra_subtypes = known;
  ASSERT_TRUE(read("a,app,RECOVERY_APP,,1M").ok());
  EXPECT_EQ(rows_[0].subtype, 0x40);
  // A word that ends in k is taken for a number with a suffix: so says the reference.
  EXPECT_EQ(problem_of("a,data,disk,,1M"), CsvProblem::kBadKeyword);
  EXPECT_EQ(parse_extra_subtype("app,x,40", known).error().problem, CsvProblem::kSubtypeTaken);
  EXPECT_EQ(parse_extra_subtype("data,x,0x02", {}).error().problem, CsvProblem::kSubtypeTaken);
  EXPECT_EQ(parse_extra_subtype("data,x,0x102", {}).error().problem, CsvProblem::kNumberDoesNotFit);
  EXPECT_EQ(parse_extra_subtype("data,x,", {}).error().problem, CsvProblem::kBadNumber);
  EXPECT_EQ(parse_extra_subtype("dat,x,1", {}).error().problem, CsvProblem::kBadKeyword);
  EXPECT_EQ(parse_extra_subtype(",x,1", {}).error().problem, CsvProblem::kTypeEmpty);
}

TEST_F(PartitionCsv, PrintedTextReadsBackToTheSameRows) {
  ASSERT_TRUE(read("nvs,data,nvs,,0x6000,encrypted:readonly\nodd,data,fat,,0x1234\nown,0x40,5,,2M\n"
                   "none,data,fat,,0\n")
                  .ok());
  const PartitionRows rows = rows_;
  std::array<char, kCsvMaxTextBytes> buffer{};
  const auto text = write_csv(rows, buffer);
  ASSERT_TRUE(text.ok());
  EXPECT_EQ(*text,
            "# ESP-IDF Partition Table\n# Name, Type, SubType, Offset, Size, Flags\n"
            "nvs,data,nvs,0x9000,24K,encrypted:readonly\nodd,data,fat,0xf000,0x1234,\n"
            "own,64,5,0x11000,2M,\nnone,data,fat,0x211000,0M,\n");
  ASSERT_TRUE(read(*text).ok());
  for (std::size_t i = 0; i < rows.size(); ++i) EXPECT_EQ(rows_[i], rows[i]);
  EXPECT_EQ(write_csv(rows, std::span(buffer).first(100)).error().problem,
            CsvProblem::kLineTooLong);
}

TEST_F(PartitionCsv, LabelsThatNameAnotherKind) {
  ASSERT_TRUE(
      read("nvs,data,fat,,4K\nota_0,app,ota_0,,64K\ndata,app,ota_1,,64K\nmine,data,nvs,,12K\n"
           "ota,data,ota,,8K\n")
          .ok());
  EXPECT_TRUE(label_suggests_another_kind(rows_[0]));
  EXPECT_FALSE(label_suggests_another_kind(rows_[1]));
  EXPECT_TRUE(label_suggests_another_kind(rows_[2]));
  EXPECT_FALSE(label_suggests_another_kind(rows_[3]));
  EXPECT_FALSE(label_suggests_another_kind(rows_[4]));
}

TEST_F(PartitionCsv, EveryProblemHasANameAndASentence) {
  for (int i = 0; i <= static_cast<int>(CsvProblem::kSubtypeTaken); ++i) {
    CsvError error;
    error.problem = static_cast<CsvProblem>(i);
    std::array<char, 400> buffer{};
    EXPECT_GT(describe(error, buffer).size(), 20U) << i;
    EXPECT_NE(name_of(error.problem), "unknown") << i;
  }
}

}  // namespace
}  // namespace rota::formats
