// Threads, mutexes, conditions and sleeps of the C and C++ library in a program: tasks that wait
// give their turn away. Compiled as a project's sources are, with rota_newlib.h first.
#include "idf/program_threads.h"

#include <gtest/gtest.h>

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <shared_mutex>
#include <string>
#include <thread>
#include <vector>

#include "freertos/FreeRTOS.h"
#include "freertos/task.h"
#include "idf/platform_for_test.h"

namespace rota::idf {
namespace {

// What tasks of a test share; made anew by each test.
struct Shared {
  std::mutex mutex;
  std::shared_mutex shared_mutex;
  std::condition_variable changed;
  sem_t semaphore{};
  bool goes = false;
  std::string order;
};
Shared* shared = nullptr;

class ProgramThreadsTest : public testing::Test {
 protected:
  ProgramThreadsTest() { shared = &shared_; }
  static void start(TaskFunction_t body, const char* letter) {
    xTaskCreate(body, letter, 4096, const_cast<char*>(letter), 5, nullptr);
  }

  Shared shared_;
  PlatformForTest board;
};

TEST_F(ProgramThreadsTest, WhoWaitsForAMutexLetsItsHolderRun) {
  board.run([] {
    const auto body = [](void* letter) {
      for (int i = 0; i < 3; ++i) {
        const std::lock_guard<std::mutex> lock(shared->mutex);
        shared->order += static_cast<const char*>(letter);
        vTaskDelay(1);  // with the mutex held
        shared->order += static_cast<const char*>(letter);
      }
      vTaskDelete(nullptr);
    };
    start(body, "a");
    start(body, "b");
    vTaskDelay(1);
    const std::lock_guard<std::mutex> lock(shared->mutex);
  });
  ASSERT_EQ(shared_.order.size(), 12U) << board.console;
  for (std::size_t i = 0; i < shared_.order.size(); i += 2) {
    EXPECT_EQ(shared_.order[i], shared_.order[i + 1]) << "nobody came between: " << shared_.order;
  }
}

TEST_F(ProgramThreadsTest, WhoWaitsForAConditionLetsOthersRun) {
  board.run([] {
    start(
        [](void*) {
          vTaskDelay(1);
          {
            const std::lock_guard<std::mutex> lock(shared->mutex);
            shared->goes = true;
          }
          shared->changed.notify_all();
          vTaskDelete(nullptr);
        },
        "other");
    std::unique_lock<std::mutex> lock(shared->mutex);
    shared->changed.wait(lock, [] { return shared->goes; });
    shared->order = "seen";
    EXPECT_FALSE(
        shared->changed.wait_for(lock, std::chrono::milliseconds(1), [] { return false; }));
  });
  EXPECT_EQ(shared_.order, "seen") << board.console;
}

TEST_F(ProgramThreadsTest, ReadersAndSemaphoresToo) {
  board.run([] {
    sem_init(&shared->semaphore, 0, 0);
    start(
        [](void*) {
          const std::unique_lock<std::shared_mutex> lock(shared->shared_mutex);
          vTaskDelay(1);
          shared->order += "w";
          sem_post(&shared->semaphore);
          vTaskDelete(nullptr);
        },
        "writer");
    taskYIELD();
    EXPECT_EQ(sem_wait(&shared->semaphore), 0);
    const std::shared_lock<std::shared_mutex> lock(shared->shared_mutex);
    shared->order += "r";
  });
  EXPECT_EQ(shared_.order, "wr") << board.console;
}

TEST_F(ProgramThreadsTest, ThreadsAreTasks) {
  board.run([] {
    std::thread thread([] {
      shared->order = pcTaskGetName(nullptr);
      vTaskDelay(2);
      shared->goes = true;
    });
    EXPECT_TRUE(thread.joinable());
    thread.join();
    EXPECT_TRUE(shared->goes);
    EXPECT_EQ(xTaskGetTickCount(), 2U);
    EXPECT_FALSE(thread.joinable());
    EXPECT_THROW(thread.join(), std::system_error);
    std::thread([] { shared->order += " detached"; }).detach();
    vTaskDelay(1);
  });
  EXPECT_EQ(shared_.order, "pthread detached") << board.console;
}

TEST_F(ProgramThreadsTest, AThreadsResultIsWhatAJoinGets) {
  board.run([] {
    pthread_t thread{};
    EXPECT_EQ(pthread_create(
                  &thread, nullptr, [](void* given) { return given; }, &shared->order),
              0);
    void* result = nullptr;
    EXPECT_EQ(pthread_join(thread, &result), 0);
    EXPECT_EQ(result, &shared->order);
    EXPECT_EQ(pthread_create(
                  &thread, nullptr, [](void* given) { return given; }, nullptr),
              0);
    EXPECT_EQ(pthread_detach(thread), 0);
    vTaskDelay(1);
  });
}

TEST_F(ProgramThreadsTest, SleepsAreDelays) {
  board.run([] {
    start(
        [](void*) {
          shared->order += "o";
          vTaskDelete(nullptr);
        },
        "other");
    EXPECT_EQ(usleep(30'000), 0);
    shared->order += "m";
    EXPECT_EQ(xTaskGetTickCount(), 3U);
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
    EXPECT_EQ(xTaskGetTickCount(), 8U);
    EXPECT_EQ(sleep(1), 0U);
    EXPECT_EQ(xTaskGetTickCount(), 108U);
  });
  EXPECT_EQ(shared_.order, "om");
}

}  // namespace
}  // namespace rota::idf
