// What survives a reset: the black box and the program's RTC memory.
#include "idf/black_box.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <string>

#include "esp_attr.h"
#include "esp_sleep.h"
#include "esp_system.h"
#include "freertos/FreeRTOS.h"
#include "freertos/task.h"
#include "idf/platform_for_test.h"
#include "rota_black_box.h"

namespace rota::idf {
namespace {

RTC_NOINIT_ATTR int kept_over_resets;
RTC_DATA_ATTR int kept_over_sleep;

class BlackBoxTest : public testing::Test {
 protected:
  BlackBoxTest() {
    board.put_image("factory", {.version = "1.2.3"});
    board.run_from("factory");
  }
  PlatformForTest board;
};

TEST_F(BlackBoxTest, TheNextBootTellsHowTheLastOneDied) {
  board.run([] {
    vTaskDelay(150);
    std::abort();
  });
  EXPECT_EQ(board.reset(ResetReason::kPanic), "factory");
  board.console.clear();
  rota_black_box_entry_t last{};
  board.run([&] { EXPECT_EQ(rota_black_box_read(1, &last), ESP_OK); });
  EXPECT_TRUE(
      board.console_has("(version 1.2.3 at 0x10000) ended by a panic after 1500 ms: abort() "
                        "was called on core 0, in task 'main'"))
      << board.console;
  EXPECT_EQ(last.ended_by, ESP_RST_PANIC);
  EXPECT_EQ(last.uptime_us, 1'500'000U);
  EXPECT_STREQ(last.version, "1.2.3");
}

TEST_F(BlackBoxTest, ABootThatMeantToEndIsNotMentioned) {
  board.run([] { esp_restart(); });
  board.reset(ResetReason::kSoftware);
  board.console.clear();
  board.run([] {});
  EXPECT_FALSE(board.console_has("black_box"));
}

TEST_F(BlackBoxTest, ABootThatCouldSayNothingIsToldByTheReset) {
  board.run([] {});
  board.reset(ResetReason::kOtherWatchdog);
  board.console.clear();
  board.run([] {});
  EXPECT_TRUE(board.console_has("ended by the start-up watchdog, without a word")) << board.console;
}

TEST_F(BlackBoxTest, APowerCutEmptiesIt) {
  board.run([] { std::abort(); });
  board.reset(ResetReason::kPowerOn);
  board.run([] {
    rota_black_box_entry_t entry{};
    EXPECT_EQ(rota_black_box_read(1, &entry), ESP_ERR_NOT_FOUND);
    EXPECT_EQ(rota_black_box_read(0, &entry), ESP_ERR_INVALID_ARG);
    EXPECT_EQ(rota_black_box_read(1, nullptr), ESP_ERR_INVALID_ARG);
  });
}

TEST_F(BlackBoxTest, ThreeBootsAreKept) {
  for (int i = 0; i < 5; ++i) {
    board.run([] { std::abort(); });
    board.reset(ResetReason::kPanic);
  }
  board.run([] {
    rota_black_box_entry_t entry{};
    EXPECT_EQ(rota_black_box_read(3, &entry), ESP_OK);
    EXPECT_EQ(entry.boot, 3U);
    EXPECT_EQ(rota_black_box_read(4, &entry), ESP_ERR_NOT_FOUND);
  });
}

TEST_F(BlackBoxTest, RtcMemoryComesBackAfterTheResetsItSurvives) {
  kept_over_resets = 1;
  kept_over_sleep = 1;
  board.run([] {
    kept_over_resets = 41;
    kept_over_sleep = 42;
    esp_restart();
  });
  kept_over_resets = 1;  // as a new process has it
  kept_over_sleep = 1;
  board.reset(ResetReason::kSoftware);
  board.run([] {
    EXPECT_EQ(kept_over_resets, 41);
    EXPECT_EQ(kept_over_sleep, 1);
    kept_over_sleep = 43;
    esp_deep_sleep(1000);
  });
  kept_over_sleep = 1;
  board.reset(ResetReason::kDeepSleep);
  board.run([] { EXPECT_EQ(kept_over_sleep, 43); });
  kept_over_resets = 1;
  board.reset(ResetReason::kPowerOn);
  board.run([] { EXPECT_EQ(kept_over_resets, 1); });
}

}  // namespace
}  // namespace rota::idf
