#include "cli/error_catalogue.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <set>
#include <string>

#include "cli/boot_forecast.h"
#include "formats/partition_csv.h"

namespace rota::cli {
namespace {

std::vector<std::string> names_found(std::string_view word) {
  static const auto groups = read_catalogue();
  std::vector<std::string> names;
  for (const CatalogueEntry* entry : find_in_catalogue(groups, word))
    names.emplace_back(entry->name);
  return names;
}

using Names = std::vector<std::string>;

TEST(ErrorCatalogueSearch, ANameFindsItsEntryInAnyCase) {
  EXPECT_EQ(names_found("ImageWrongChip"), Names{"ImageWrongChip"});
  EXPECT_EQ(names_found("esp_err_ota_validate_failed"), Names{"ESP_ERR_OTA_VALIDATE_FAILED"});
  EXPECT_EQ(names_found("LargerSequenceWins"), Names{"LargerSequenceWins"});
  EXPECT_EQ(names_found("ImageWrongChi"), Names{});
}

TEST(ErrorCatalogueSearch, ANumberFindsWhatHasItInDecimalOrHexadecimal) {
  EXPECT_EQ(names_found("307"), Names{"ImageWrongChip"});
  EXPECT_EQ(names_found("0x1503"), Names{"ESP_ERR_OTA_VALIDATE_FAILED"});
  EXPECT_EQ(names_found("5379"), Names{"ESP_ERR_OTA_VALIDATE_FAILED"});
  EXPECT_EQ(names_found("-1"), Names{"ESP_FAIL"});
  EXPECT_EQ(names_found("0xffffffff"), Names{"ESP_FAIL"});
  EXPECT_EQ(names_found("9"), Names{"ESP_RST_BROWNOUT"});
  EXPECT_EQ(names_found("0"), (Names{"ESP_RST_UNKNOWN", "ESP_OK"}));
}

TEST(ErrorCatalogueSearch, NumbersOfMbedTlsAreFoundWithAndWithoutTheirMinus) {
  const Names expected{"MBEDTLS_ERR_X509_CERT_VERIFY_FAILED"};
  for (const char* word : {"-0x2700", "0x2700", "-9984"}) EXPECT_EQ(names_found(word), expected);
}

TEST(ErrorCatalogueSearch, WhatIsNoNumberIsNone) {
  for (const char* word : {"", "-", "0x", "0x15033333333", "15x", "--5"}) {
    EXPECT_EQ(names_found(word), Names{}) << word;
  }
}

TEST(ErrorCatalogueTexts, AreSentencesInBothLanguages) {
  for (const CatalogueGroup& group : read_catalogue()) {
    EXPECT_GT(group.entries.size(), 10U) << group.key;
    for (const CatalogueEntry& entry : group.entries) {
      for (const std::string_view text :
           {entry.english.what, entry.english.cause, entry.english.next}) {
        EXPECT_TRUE(text.size() > 10 && text.ends_with('.')) << entry.name << ": " << text;
        EXPECT_TRUE(text[0] != ' ' && static_cast<unsigned char>(text[0]) < 0x80) << text;
      }
      for (const std::string_view text :
           {entry.chinese.what, entry.chinese.cause, entry.chinese.next}) {
        EXPECT_TRUE(text.size() > 10 && text.ends_with("。")) << entry.name << ": " << text;
      }
    }
  }
}

TEST(ErrorCatalogueTexts, NoNameOrNumberIsGivenTwiceInAGroup) {
  for (const CatalogueGroup& group : read_catalogue()) {
    std::set<std::string_view> seen;
    for (const CatalogueEntry& entry : group.entries) {
      EXPECT_TRUE(seen.insert(entry.name).second) << entry.name;
      EXPECT_TRUE(entry.number.empty() || seen.insert(entry.number).second) << entry.number;
    }
  }
}

// The words that rota why prints, and those of the CSV's rules, are the catalogue's.
TEST(ErrorCatalogueTexts, RulesAreNamedAsTheyArePrinted) {
  for (int i = 0; i <= static_cast<int>(core::BootRule::kImageCanNotBeMapped); ++i) {
    const std::string name(name_of(static_cast<core::BootRule>(i)));
    EXPECT_EQ(names_found(name), Names{name});
  }
  for (int i = 0; i <= static_cast<int>(formats::CsvProblem::kSubtypeTaken); ++i) {
    const std::string name(formats::name_of(static_cast<formats::CsvProblem>(i)));
    EXPECT_EQ(names_found(name), Names{name});
  }
}

class LanguageOfEnvironment : public testing::Test {
 protected:
  void SetUp() override {
    for (const char* name : {"LC_ALL", "LC_MESSAGES", "LANG"}) unsetenv(name);
  }
  Language with(const char* name, const char* value) {
    setenv(name, value, 1);
    return language_of_environment();
  }
};

TEST_F(LanguageOfEnvironment, IsChineseForAChineseLocaleInUtf8) {
  EXPECT_EQ(language_of_environment(), Language::kEnglish);
  EXPECT_EQ(with("LANG", "zh_CN.UTF-8"), Language::kChinese);
  EXPECT_EQ(with("LC_MESSAGES", "en_US.UTF-8"), Language::kEnglish);
  EXPECT_EQ(with("LC_ALL", "zh_TW.utf8"), Language::kChinese);
  EXPECT_EQ(with("LC_ALL", "zh_CN.GB18030"), Language::kEnglish);
  EXPECT_EQ(with("LC_ALL", ""), Language::kEnglish) << "an empty one does not count: LC_MESSAGES";
}

TEST(WrapChinese, FillsLinesByColumnsAndKeepsMarksWithTheirWords) {
  EXPECT_EQ(wrap_chinese("映像属于另一种芯片。", 2, 12), "  映像属于另\n  一种芯片。\n");
  EXPECT_EQ(wrap_chinese("用 `rota help` 查看。", 0, 8), "用 `rota\nhelp` 查\n看。\n");
  EXPECT_EQ(wrap_chinese("abcdefghij。", 0, 4), "abcdefghij。\n") << "a word stays whole";
}

}  // namespace
}  // namespace rota::cli
