// Tasks, queues, semaphores, notifications, event groups and timers under the baton. Times are
// those of a clock that moves only when every task waits.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "esp_system.h"
#include "esp_timer.h"
#include "freertos/FreeRTOS.h"
#include "freertos/event_groups.h"
#include "freertos/queue.h"
#include "freertos/semphr.h"
#include "freertos/task.h"
#include "freertos/timers.h"
#include "idf/platform_for_test.h"
#include "idf/runtime.h"

namespace rota::idf {
namespace {

using testing::ElementsAre;

class Tasks : public testing::Test {
 protected:
  std::optional<ResetReason> run(std::function<void()> program) {
    return board.run(std::move(program));
  }
  // A task that runs `body` once and ends.
  TaskHandle_t start(const char* name, unsigned priority, std::function<void()> body) {
    bodies.push_back(std::make_unique<std::function<void()>>(std::move(body)));
    TaskHandle_t task = nullptr;
    EXPECT_EQ(xTaskCreate(
                  [](void* given) {
                    (*static_cast<std::function<void()>*>(given))();
                    vTaskDelete(nullptr);
                  },
                  name, 4096, bodies.back().get(), priority, &task),
              pdPASS);
    return task;
  }
  void note(const std::string& text) { order.push_back(text); }

  PlatformForTest board;
  std::vector<std::unique_ptr<std::function<void()>>> bodies;
  std::vector<std::string> order;
};

TEST_F(Tasks, TheHighestPriorityIsNextAndAmongEqualsTheOneThatWaitsLongest) {
  run([&] {
    start("low", 2, [&] { note("low"); });
    start("first", 5, [&] { note("first"); });
    start("second", 5, [&] { note("second"); });
    note("main");
  });
  EXPECT_THAT(order, ElementsAre("main", "first", "second", "low"));
}

TEST_F(Tasks, ATaskKeepsTheBatonUntilItWaits) {
  run([&] {
    start("high", 20, [&] { note("high"); });
    note("still main");
    vTaskDelay(1);
    note("main again");
  });
  EXPECT_THAT(order, ElementsAre("still main", "high", "main again"));
}

TEST_F(Tasks, DelaysEndInTheOrderOfTheirTimes) {
  run([&] {
    for (const unsigned ticks : {30U, 10U, 20U}) {
      start("sleeper", 3, [this, ticks] {
        vTaskDelay(ticks);
        note(std::to_string(ticks) + " at " + std::to_string(xTaskGetTickCount()));
      });
    }
  });
  EXPECT_THAT(order, ElementsAre("10 at 10", "20 at 20", "30 at 30"));
}

TEST_F(Tasks, DelayUntilKeepsItsPeriodWhateverTheWorkTakes) {
  run([&] {
    TickType_t last = xTaskGetTickCount();
    for (int i = 0; i < 3; ++i) {
      vTaskDelay(3);  // the work
      xTaskDelayUntil(&last, 10);
      note(std::to_string(xTaskGetTickCount()));
    }
  });
  EXPECT_THAT(order, ElementsAre("10", "20", "30"));
}

TEST_F(Tasks, ADeletedTaskUnwindsItsStack) {
  struct Guard {
    explicit Guard(std::vector<std::string>& list) : into(list) {}
    Guard(const Guard&) = delete;
    Guard& operator=(const Guard&) = delete;
    ~Guard() { into.emplace_back("unwound"); }
    std::vector<std::string>& into;
  };
  run([&] {
    TaskHandle_t victim = start("victim", 3, [&] {
      const Guard guard(order);
      vTaskDelay(portMAX_DELAY);
      note("never");
    });
    vTaskDelay(1);
    vTaskDelete(victim);
    note("deleted");
    EXPECT_EQ(eTaskGetState(victim), eDeleted);
  });
  EXPECT_THAT(order, ElementsAre("unwound", "deleted"));
}

TEST_F(Tasks, ASuspendedTaskRunsOnlyWhenItIsResumed) {
  run([&] {
    TaskHandle_t sleeper = start("sleeper", 3, [&] {
      vTaskSuspend(nullptr);
      note("resumed");
    });
    vTaskDelay(5);
    EXPECT_EQ(eTaskGetState(sleeper), eSuspended);
    note("before");
    vTaskResume(sleeper);
    vTaskDelay(1);
  });
  EXPECT_THAT(order, ElementsAre("before", "resumed"));
}

TEST_F(Tasks, ATaskThatReturnsIsAPanic) {
  const auto reason = run([&] {
    xTaskCreate([](void*) {}, "careless", 4096, nullptr, 3, nullptr);
    vTaskDelay(portMAX_DELAY);
  });
  EXPECT_EQ(reason, ResetReason::kPanic);
  EXPECT_TRUE(board.console_has("FreeRTOS Task \"careless\" should not return"));
}

TEST_F(Tasks, AQueueGivesItemsInOrderAndBlocksWhenFull) {
  run([&] {
    QueueHandle_t queue = xQueueCreate(2, sizeof(int));
    start("producer", 3, [this, queue] {
      for (int i = 1; i <= 4; ++i) {
        EXPECT_EQ(xQueueSend(queue, &i, portMAX_DELAY), pdTRUE);
        note("sent " + std::to_string(i));
      }
    });
    vTaskDelay(1);
    EXPECT_EQ(uxQueueMessagesWaiting(queue), 2U);
    for (int i = 1; i <= 4; ++i) {
      int item = 0;
      EXPECT_EQ(xQueueReceive(queue, &item, portMAX_DELAY), pdTRUE);
      EXPECT_EQ(item, i);
    }
    vTaskDelay(1);
  });
  EXPECT_THAT(order, ElementsAre("sent 1", "sent 2", "sent 3", "sent 4"));
}

TEST_F(Tasks, AnEmptyQueueIsWaitedForAsLongAsAllowed) {
  run([&] {
    QueueHandle_t queue = xQueueCreate(1, sizeof(int));
    int item = 0;
    EXPECT_EQ(xQueueReceive(queue, &item, 0), pdFALSE);
    EXPECT_EQ(xQueueReceive(queue, &item, 7), pdFALSE);
    note(std::to_string(xTaskGetTickCount()));
  });
  EXPECT_THAT(order, ElementsAre("7"));
}

TEST_F(Tasks, TheHolderOfAMutexRunsWithThePriorityOfWhoWaitsForIt) {
  run([&] {
    SemaphoreHandle_t mutex = xSemaphoreCreateMutex();
    TaskHandle_t holder = start("holder", 2, [&, mutex] {
      xSemaphoreTake(mutex, portMAX_DELAY);
      vTaskDelay(10);
      xSemaphoreGive(mutex);
      note("given at " + std::to_string(uxTaskPriorityGet(nullptr)));
    });
    start("urgent", 9, [&, mutex] {
      vTaskDelay(5);
      EXPECT_EQ(xSemaphoreTake(mutex, portMAX_DELAY), pdTRUE);
      note("urgent has it");
    });
    vTaskDelay(7);
    note("lent " + std::to_string(uxTaskPriorityGet(holder)));
    vTaskDelay(10);
  });
  EXPECT_THAT(order, ElementsAre("lent 9", "given at 2", "urgent has it"));
}

TEST_F(Tasks, ARecursiveMutexIsGivenAsOftenAsItWasTaken) {
  run([&] {
    SemaphoreHandle_t mutex = xSemaphoreCreateRecursiveMutex();
    EXPECT_EQ(xSemaphoreTakeRecursive(mutex, 0), pdTRUE);
    EXPECT_EQ(xSemaphoreTakeRecursive(mutex, 0), pdTRUE);
    EXPECT_EQ(xSemaphoreGiveRecursive(mutex), pdTRUE);
    start("other", 3, [&, mutex] {
      note(xSemaphoreTakeRecursive(mutex, 1) == pdTRUE ? "other has it" : "still held");
    });
    vTaskDelay(3);
    EXPECT_EQ(xSemaphoreGiveRecursive(mutex), pdTRUE);
    EXPECT_EQ(xSemaphoreGiveRecursive(mutex), pdFALSE);
  });
  EXPECT_THAT(order, ElementsAre("still held"));
}

TEST_F(Tasks, ACountingSemaphoreCounts) {
  run([&] {
    SemaphoreHandle_t semaphore = xSemaphoreCreateCounting(2, 1);
    EXPECT_EQ(xSemaphoreGive(semaphore), pdTRUE);
    EXPECT_EQ(xSemaphoreGive(semaphore), pdFALSE);
    EXPECT_EQ(xSemaphoreTake(semaphore, 0), pdTRUE);
    EXPECT_EQ(xSemaphoreTake(semaphore, 0), pdTRUE);
    EXPECT_EQ(xSemaphoreTake(semaphore, 0), pdFALSE);
    EXPECT_EQ(xSemaphoreCreateCounting(1, 2), nullptr);
  });
}

TEST_F(Tasks, NotificationsWakeAndCarryBits) {
  run([&] {
    TaskHandle_t waiter = start("waiter", 3, [&] {
      std::uint32_t bits = 0;
      EXPECT_EQ(xTaskNotifyWait(0, 0xFFFFFFFF, &bits, portMAX_DELAY), pdTRUE);
      note("bits " + std::to_string(bits));
      note("count " + std::to_string(ulTaskNotifyTake(pdTRUE, portMAX_DELAY)));
    });
    vTaskDelay(1);
    xTaskNotify(waiter, 5, eSetBits);
    vTaskDelay(1);
    xTaskNotifyGive(waiter);
    vTaskDelay(1);
  });
  EXPECT_THAT(order, ElementsAre("bits 5", "count 1"));
}

TEST_F(Tasks, AnEventGroupWaitsForAllOrAnyOfItsBits) {
  run([&] {
    EventGroupHandle_t group = xEventGroupCreate();
    start("all", 3, [&, group] {
      const EventBits_t bits = xEventGroupWaitBits(group, 3, pdTRUE, pdTRUE, portMAX_DELAY);
      note("all " + std::to_string(bits));
    });
    start("any", 3, [&, group] {
      const EventBits_t bits = xEventGroupWaitBits(group, 3, pdFALSE, pdFALSE, portMAX_DELAY);
      note("any " + std::to_string(bits));
    });
    vTaskDelay(1);
    xEventGroupSetBits(group, 1);
    vTaskDelay(1);
    xEventGroupSetBits(group, 2);
    vTaskDelay(1);
    note("left " + std::to_string(xEventGroupGetBits(group)));
  });
  EXPECT_THAT(order, ElementsAre("any 1", "all 3", "left 0"));
}

TEST_F(Tasks, ASoftwareTimerFiresEveryPeriodUntilItIsStopped) {
  static std::vector<TickType_t> fired;
  fired.clear();
  run([&] {
    TimerHandle_t timer = xTimerCreate("beat", 10, pdTRUE, nullptr,
                                       [](TimerHandle_t) { fired.push_back(xTaskGetTickCount()); });
    xTimerStart(timer, 0);
    vTaskDelay(35);
    xTimerStop(timer, 0);
    vTaskDelay(35);
  });
  EXPECT_THAT(fired, ElementsAre(10U, 20U, 30U));
}

TEST_F(Tasks, APreciseTimerFiresOnceAndMayDeleteItself) {
  static esp_timer_handle_t timer;
  static std::vector<std::int64_t> fired;
  fired.clear();
  run([&] {
    esp_timer_create_args_t arguments{};
    arguments.callback = [](void*) {
      fired.push_back(esp_timer_get_time());
      EXPECT_EQ(esp_timer_delete(timer), ESP_OK);
    };
    EXPECT_EQ(esp_timer_create(&arguments, &timer), ESP_OK);
    EXPECT_EQ(esp_timer_start_once(timer, 1234), ESP_OK);
    EXPECT_EQ(esp_timer_start_once(timer, 1), ESP_ERR_INVALID_STATE);
    vTaskDelay(10);
    EXPECT_EQ(esp_timer_stop(timer), ESP_ERR_INVALID_ARG);
  });
  EXPECT_THAT(fired, ElementsAre(1234));
}

std::vector<int>& shutdowns() {
  static std::vector<int> list;
  return list;
}

TEST_F(Tasks, RestartRunsTheShutdownHandlersLastOneFirst) {
  shutdowns().clear();
  const auto reason = run([&] {
    EXPECT_EQ(esp_register_shutdown_handler([] { shutdowns().push_back(1); }), ESP_OK);
    const shutdown_handler_t second = [] { shutdowns().push_back(2); };
    EXPECT_EQ(esp_register_shutdown_handler(second), ESP_OK);
    EXPECT_EQ(esp_register_shutdown_handler(second), ESP_ERR_INVALID_STATE);
    esp_restart();
  });
  EXPECT_EQ(reason, ResetReason::kSoftware);
  EXPECT_THAT(shutdowns(), ElementsAre(2, 1));
}

TEST_F(Tasks, AbortIsAPanicThatNamesTheTask) {
  const auto reason = run([&] { std::abort(); });
  EXPECT_EQ(reason, ResetReason::kPanic);
  EXPECT_TRUE(board.console_has("abort() was called on core 0, in task 'main'"));
  EXPECT_TRUE(board.console_has("Backtrace:"));
}

}  // namespace
}  // namespace rota::idf
