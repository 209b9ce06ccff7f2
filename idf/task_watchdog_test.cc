#include "idf/task_watchdog.h"

#include <gtest/gtest.h>

#include "esp_task_wdt.h"
#include "idf/platform_for_test.h"

namespace rota::idf {
namespace {

constexpr TickType_t kSecond = 100;  // ticks

TEST(TaskWatchdogTest, ATaskThatReportsIsLeftAlone) {
  PlatformForTest board;
  board.run([] {
    EXPECT_EQ(esp_task_wdt_add(nullptr), ESP_OK);
    for (int i = 0; i < 5; ++i) {
      vTaskDelay(3 * kSecond);
      EXPECT_EQ(esp_task_wdt_reset(), ESP_OK);
    }
    EXPECT_EQ(esp_task_wdt_delete(nullptr), ESP_OK);
    vTaskDelay(20 * kSecond);
  });
  EXPECT_FALSE(board.console_has("task_wdt"));
}

TEST(TaskWatchdogTest, ATaskThatDoesNotReportIsNamed) {
  PlatformForTest board;
  const auto reason = board.run([] {
    esp_task_wdt_add(nullptr);
    vTaskDelay(6 * kSecond);
    esp_task_wdt_delete(nullptr);
  });
  EXPECT_EQ(reason, std::nullopt);
  EXPECT_TRUE(board.console_has("for 5000 ms the task 'main' did not call esp_task_wdt_reset()"));
}

TEST(TaskWatchdogTest, ItResetsTheBoardWhenItIsSetTo) {
  PlatformForTest board;
  const auto reason = board.run([] {
    const esp_task_wdt_config_t strict{1000, 0, true};
    EXPECT_EQ(esp_task_wdt_init(&strict), ESP_ERR_INVALID_STATE);
    EXPECT_EQ(esp_task_wdt_reconfigure(&strict), ESP_OK);
    esp_task_wdt_add(nullptr);
    vTaskDelay(portMAX_DELAY);
  });
  EXPECT_EQ(reason, ResetReason::kTaskWatchdog);
  EXPECT_EQ(board.now_us, 1'000'000U);
}

TEST(TaskWatchdogTest, ATaskIsWatchedOnceAndOnlyWhileItRuns) {
  PlatformForTest board;
  board.run([] {
    EXPECT_EQ(esp_task_wdt_status(nullptr), ESP_ERR_NOT_FOUND);
    EXPECT_EQ(esp_task_wdt_reset(), ESP_ERR_NOT_FOUND);
    EXPECT_EQ(esp_task_wdt_add(nullptr), ESP_OK);
    EXPECT_EQ(esp_task_wdt_add(nullptr), ESP_ERR_INVALID_ARG);
    EXPECT_EQ(esp_task_wdt_deinit(), ESP_ERR_INVALID_STATE);
    EXPECT_EQ(esp_task_wdt_delete(nullptr), ESP_OK);
    EXPECT_EQ(esp_task_wdt_deinit(), ESP_OK);
    EXPECT_EQ(esp_task_wdt_add(nullptr), ESP_ERR_INVALID_STATE);
  });
}

TEST(TaskWatchdogTest, ATaskThatEndedIsForgotten) {
  PlatformForTest board;
  board.run([] {
    xTaskCreate(
        [](void*) {
          esp_task_wdt_add(nullptr);
          vTaskDelete(nullptr);
        },
        "short", 4096, nullptr, 3, nullptr);
    vTaskDelay(20 * kSecond);
  });
  EXPECT_FALSE(board.console_has("task_wdt"));
}

}  // namespace
}  // namespace rota::idf
