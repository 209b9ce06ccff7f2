#include "board/chip/board_settings.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace rota::board {
namespace {

using testing::HasSubstr;

constexpr const char* kGood =
    "chip = \"esp32\"\nrevision = 300\nflash_size = \"4MB\"\ntiming = \"typical\"\n"
    "flash_time = \"slept\" # waits\nmac = \"24:0a:c4:00:00:7f\"\n";

std::string problem_with(std::string text) {
  const auto settings = read_board_settings(text, "board.toml");
  return settings.ok() ? "no problem" : settings.error().sentence;
}
std::string replaced(std::string text, std::string_view old, std::string_view by) {
  return text.replace(text.find(old), old.size(), by);
}

TEST(BoardSettingsTest, ReadsWhatABoardIsMadeOf) {
  const auto settings = read_board_settings(kGood, "board.toml");
  ASSERT_TRUE(settings.ok()) << settings.error().sentence;
  EXPECT_EQ(settings->chip->target, "esp32");
  EXPECT_EQ(settings->revision, 300);
  EXPECT_EQ(settings->flash_bytes, 4U << 20U);
  EXPECT_EQ(settings->flash_time, FlashTime::kSlept);
  EXPECT_EQ(settings->mac[5], 0x7f);
}

TEST(BoardSettingsTest, WritesWhatItReads) {
  BoardSettings settings;
  settings.chip = formats::find_chip("esp32c3");
  settings.revision = 4;
  settings.flash_bytes = 16U << 20U;
  settings.timing = "off";
  settings.flash_time = FlashTime::kOff;
  const auto read = read_board_settings(write_board_settings(settings), "board.toml");
  ASSERT_TRUE(read.ok()) << read.error().sentence;
  EXPECT_EQ(read->chip, settings.chip);
  EXPECT_EQ(read->flash_bytes, settings.flash_bytes);
  EXPECT_EQ(read->timing, "off");
  EXPECT_EQ(read->flash_time, FlashTime::kOff);
  EXPECT_EQ(read->mac, settings.mac);
}

TEST(BoardSettingsTest, EveryProblemNamesItsLineAndWhatToDo) {
  EXPECT_THAT(problem_with(std::string("\n# a note\ncolour = 3\n") + kGood),
              HasSubstr("board.toml, line 3: unknown key 'colour'; a board has: chip, revision"));
  EXPECT_THAT(problem_with(std::string(kGood) + "chip = \"esp32\"\n"),
              HasSubstr("line 7: 'chip' was given before, in line 1"));
  EXPECT_THAT(problem_with(replaced(kGood, "revision = 300\n", "")),
              HasSubstr("'revision' is missing"));
  EXPECT_THAT(problem_with(replaced(kGood, "300", "v3")), HasSubstr("is a whole number"));
  EXPECT_THAT(problem_with(replaced(kGood, "esp32", "esp99")), HasSubstr("known are: esp32"));
  EXPECT_THAT(problem_with(replaced(kGood, "4MB", "3MB")), HasSubstr("use 1MB, 2MB"));
  EXPECT_THAT(problem_with(replaced(kGood, "typical", "warp")), HasSubstr("typical, slow, off"));
  EXPECT_THAT(problem_with(replaced(kGood, "slept", "never")), HasSubstr("accounted or slept"));
  EXPECT_THAT(problem_with(replaced(kGood, ":7f", ":7g")), HasSubstr("is not a MAC address"));
  EXPECT_THAT(problem_with(replaced(kGood, "\"4MB\"", "4MB")), HasSubstr("in double quotes"));
  EXPECT_THAT(problem_with(replaced(kGood, "chip =", "chip")), HasSubstr("`key = value`"));
  EXPECT_THAT(problem_with(replaced(kGood, "# waits", "waits")), HasSubstr("line 5"));
}

TEST(BoardSettingsTest, HostileTextIsAProblemAndNothingWorse) {
  for (const std::string& text :
       {std::string("="), std::string("mac = \""), std::string("\0\0=\0", 4),
        std::string("chip=\""), std::string("revision = 99999999999999999999"),
        std::string(10000, '=')}) {
    EXPECT_NE(problem_with(text), "no problem");
  }
}

}  // namespace
}  // namespace rota::board
