// Constructors of a program's global objects: what they may do before app_main.
#include <gtest/gtest.h>

#include <mutex>

#include "esp_log.h"
#include "esp_system.h"
#include "freertos/FreeRTOS.h"
#include "freertos/queue.h"
#include "freertos/semphr.h"
#include "freertos/task.h"
#include "idf/platform_for_test.h"
#include "idf/run_app.h"

namespace rota::idf {
namespace {

class Startup : public testing::Test {
 protected:
  PlatformForTest board;
};

SemaphoreHandle_t the_mutex;
QueueHandle_t the_queue;
bool task_ran;

TEST_F(Startup, WhatConstructorsCreateIsThereInAppMain) {
  task_ran = false;
  Boot boot(board);
  ESP_LOGI("global", "constructed");
  the_mutex = xSemaphoreCreateMutex();
  EXPECT_EQ(xSemaphoreTake(the_mutex, portMAX_DELAY), pdTRUE) << "it is free";
  EXPECT_EQ(xSemaphoreGive(the_mutex), pdTRUE);
  the_queue = xQueueCreate(2, sizeof(int));
  const int sent = 7;
  EXPECT_EQ(xQueueSend(the_queue, &sent, 0), pdTRUE);
  int got = 0;
  EXPECT_EQ(xQueueReceive(the_queue, &got, 0), pdTRUE);
  EXPECT_EQ(xQueueReceive(the_queue, &got, 0), pdFALSE) << "not to wait is no wait";
  EXPECT_EQ(xQueueSend(the_queue, &sent, 0), pdTRUE);
  std::mutex mutex;
  const std::lock_guard<std::mutex> lock(mutex);
  boot.run([] {
    int received = 0;
    EXPECT_EQ(xQueueReceive(the_queue, &received, portMAX_DELAY), pdTRUE);
    EXPECT_EQ(received, 7);
    EXPECT_EQ(xSemaphoreTake(the_mutex, portMAX_DELAY), pdTRUE);
  });
  EXPECT_LT(board.console.find("constructed"), board.console.find("Calling app_main"));
}

TEST_F(Startup, ATaskOfAConstructorBeginsWithTheMainTask) {
  task_ran = false;
  Boot boot(board);
  EXPECT_EQ(xTaskCreate(
                [](void*) {
                  task_ran = true;
                  vTaskDelete(nullptr);
                },
                "early", 4096, nullptr, 5, nullptr),
            pdPASS);
  taskYIELD();
  EXPECT_FALSE(task_ran);
  boot.run([] { EXPECT_TRUE(task_ran) << "its priority is higher"; });
  EXPECT_TRUE(task_ran);
}

TEST_F(Startup, AWaitIsAPanicThatSaysWhatToDo) {
  Boot boot(board);
  const SemaphoreHandle_t nobody_gives = xSemaphoreCreateBinary();
  EXPECT_THROW(xSemaphoreTake(nobody_gives, portMAX_DELAY), TaskEnd);
  EXPECT_EQ(board.restarted, ResetReason::kPanic);
  EXPECT_TRUE(board.console_has("A constructor of a global object waits"));
}

TEST_F(Startup, ABootThatEndsThereTakesItsTasksAlong) {
  task_ran = false;
  {
    Boot boot(board);
    xTaskCreate([](void*) { task_ran = true; }, "early", 4096, nullptr, 5, nullptr);
    EXPECT_THROW(esp_restart(), TaskEnd);
  }
  EXPECT_EQ(board.restarted, ResetReason::kSoftware);
  EXPECT_FALSE(task_ran);
}

}  // namespace
}  // namespace rota::idf
