// Event loops: who is called, in which order, and what happens when handlers change the loop.
#include "idf/event_loops.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "esp_event.h"
#include "idf/platform_for_test.h"

namespace rota::idf {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

ESP_EVENT_DEFINE_BASE(SENSOR);
ESP_EVENT_DEFINE_BASE(DOOR);

// What the handlers wrote down. One boot at a time, so one list.
std::vector<std::string>& heard() {
  static std::vector<std::string> list;
  return list;
}

void note(void* name, esp_event_base_t base, std::int32_t id, void*) {
  heard().push_back(std::string(static_cast<const char*>(name)) + ":" + base + std::to_string(id));
}

void note_number(void*, esp_event_base_t, std::int32_t, void* data) {
  heard().push_back(data == nullptr ? "none" : std::to_string(*static_cast<int*>(data)));
}

char* named(const char* name) { return const_cast<char*>(name); }

class Events : public testing::Test {
 protected:
  Events() { heard().clear(); }

  // Runs a program to its end: until every task waits for ever.
  void run(std::function<void()> program) { board.run(std::move(program)); }

  static esp_event_loop_handle_t loop_without_task(std::int32_t queue_size = 4) {
    const esp_event_loop_args_t arguments{queue_size, nullptr, 0, 0, 0};
    esp_event_loop_handle_t loop = nullptr;
    EXPECT_EQ(esp_event_loop_create(&arguments, &loop), ESP_OK);
    return loop;
  }

  PlatformForTest board;
};

TEST_F(Events, HandlersAreCalledInTheOrderOfRegistrationWhateverTheyAskFor) {
  run([] {
    esp_event_loop_create_default();
    esp_event_handler_register(SENSOR, 7, note, named("one"));
    esp_event_handler_register(ESP_EVENT_ANY_BASE, ESP_EVENT_ANY_ID, note, named("all"));
    esp_event_handler_register(SENSOR, ESP_EVENT_ANY_ID, note, named("base"));
    esp_event_handler_register(DOOR, 7, note, named("other"));
    esp_event_post(SENSOR, 7, nullptr, 0, 0);
    esp_event_post(SENSOR, 8, nullptr, 0, 0);
  });
  EXPECT_THAT(heard(), ElementsAre("one:SENSOR7", "all:SENSOR7", "base:SENSOR7", "all:SENSOR8",
                                   "base:SENSOR8"));
}

TEST_F(Events, TheDataAreCopiedWhenTheyArePosted) {
  run([] {
    esp_event_loop_create_default();
    esp_event_handler_register(SENSOR, 1, note_number, nullptr);
    int number = 41;
    esp_event_post(SENSOR, 1, &number, sizeof(number), 0);
    number = 42;
    esp_event_post(SENSOR, 1, nullptr, 0, 0);
  });
  EXPECT_THAT(heard(), ElementsAre("41", "none"));
}

TEST_F(Events, WithoutTheDefaultLoopNothingCanBeRegisteredOrPosted) {
  run([] {
    EXPECT_EQ(esp_event_handler_register(SENSOR, 1, note, nullptr), ESP_ERR_INVALID_STATE);
    EXPECT_EQ(esp_event_post(SENSOR, 1, nullptr, 0, 0), ESP_ERR_INVALID_STATE);
    EXPECT_EQ(esp_event_loop_delete_default(), ESP_ERR_INVALID_STATE);
    EXPECT_EQ(esp_event_loop_create_default(), ESP_OK);
    EXPECT_EQ(esp_event_loop_create_default(), ESP_ERR_INVALID_STATE);
    EXPECT_EQ(esp_event_loop_delete_default(), ESP_OK);
    EXPECT_EQ(esp_event_loop_create_default(), ESP_OK);
  });
  EXPECT_TRUE(board.console_has("call esp_event_loop_create_default() first"));
}

TEST_F(Events, ArgumentsThatNameNothingAreRefused) {
  run([] {
    esp_event_loop_create_default();
    EXPECT_EQ(esp_event_handler_register(SENSOR, 1, nullptr, nullptr), ESP_ERR_INVALID_ARG);
    EXPECT_EQ(esp_event_handler_register(ESP_EVENT_ANY_BASE, 1, note, nullptr),
              ESP_ERR_INVALID_ARG);
    EXPECT_EQ(esp_event_post(ESP_EVENT_ANY_BASE, 1, nullptr, 0, 0), ESP_ERR_INVALID_ARG);
    EXPECT_EQ(esp_event_post(SENSOR, ESP_EVENT_ANY_ID, nullptr, 0, 0), ESP_ERR_INVALID_ARG);
    EXPECT_EQ(esp_event_post_to(nullptr, SENSOR, 1, nullptr, 0, 0), ESP_ERR_INVALID_ARG);
    EXPECT_EQ(esp_event_loop_delete(nullptr), ESP_ERR_INVALID_ARG);
    const esp_event_loop_args_t no_room{0, nullptr, 0, 0, 0};
    esp_event_loop_handle_t loop = nullptr;
    EXPECT_EQ(esp_event_loop_create(&no_room, &loop), ESP_ERR_INVALID_ARG);
  });
}

TEST_F(Events, ASecondRegistrationOfTheSameHandlerReplacesItsArgument) {
  run([] {
    esp_event_loop_create_default();
    esp_event_handler_register(SENSOR, 1, note, named("old"));
    esp_event_handler_register(SENSOR, 1, note, named("new"));
    esp_event_post(SENSOR, 1, nullptr, 0, 0);
  });
  EXPECT_THAT(heard(), ElementsAre("new:SENSOR1"));
}

TEST_F(Events, EachInstanceOfAHandlerCounts) {
  run([] {
    esp_event_loop_create_default();
    esp_event_handler_instance_t first = nullptr;
    esp_event_handler_instance_t second = nullptr;
    esp_event_handler_instance_register(SENSOR, 1, note, named("first"), &first);
    esp_event_handler_instance_register(SENSOR, 1, note, named("second"), &second);
    esp_event_post(SENSOR, 1, nullptr, 0, 0);
    vTaskDelay(1);
    esp_event_handler_instance_unregister(SENSOR, 1, first);
    esp_event_post(SENSOR, 1, nullptr, 0, 0);
  });
  EXPECT_THAT(heard(), ElementsAre("first:SENSOR1", "second:SENSOR1", "second:SENSOR1"));
}

void leave_and_note(void* name, esp_event_base_t base, std::int32_t id, void* data) {
  note(name, base, id, data);
  EXPECT_EQ(esp_event_handler_unregister(base, id, leave_and_note), ESP_OK);
  EXPECT_EQ(esp_event_handler_register(base, id, note, named("late")), ESP_OK);
}

TEST_F(Events, WhatAHandlerRegistersHearsFromTheNextEventOn) {
  run([] {
    esp_event_loop_create_default();
    esp_event_handler_register(SENSOR, 1, leave_and_note, named("early"));
    esp_event_post(SENSOR, 1, nullptr, 0, 0);
    esp_event_post(SENSOR, 1, nullptr, 0, 0);
  });
  EXPECT_THAT(heard(), ElementsAre("early:SENSOR1", "late:SENSOR1"));
}

TEST_F(Events, PostingToAFullQueueWaitsAsLongAsAllowed) {
  std::vector<esp_err_t> posted;
  std::uint32_t waited = 0;
  run([&] {
    esp_event_loop_handle_t loop = loop_without_task(1);
    posted.push_back(esp_event_post_to(loop, SENSOR, 1, nullptr, 0, 0));
    posted.push_back(esp_event_post_to(loop, SENSOR, 2, nullptr, 0, 0));
    const TickType_t before = xTaskGetTickCount();
    posted.push_back(esp_event_post_to(loop, SENSOR, 2, nullptr, 0, 5));
    waited = xTaskGetTickCount() - before;
  });
  EXPECT_THAT(posted, ElementsAre(ESP_OK, ESP_ERR_TIMEOUT, ESP_ERR_TIMEOUT));
  EXPECT_EQ(waited, 5U);
}

TEST_F(Events, ALoopWithoutATaskIsRunByItsOwner) {
  run([] {
    esp_event_loop_handle_t loop = loop_without_task();
    esp_event_handler_register_with(loop, SENSOR, ESP_EVENT_ANY_ID, note, named("it"));
    esp_event_post_to(loop, SENSOR, 1, nullptr, 0, 0);
    esp_event_post_to(loop, SENSOR, 2, nullptr, 0, 0);
    vTaskDelay(2);
    EXPECT_THAT(heard(), IsEmpty());
    EXPECT_EQ(esp_event_loop_run(loop, 1), ESP_OK);
    EXPECT_EQ(esp_event_loop_delete(loop), ESP_OK);
    EXPECT_EQ(esp_event_loop_run(loop, 1), ESP_ERR_INVALID_ARG);
  });
  EXPECT_THAT(heard(), ElementsAre("it:SENSOR1", "it:SENSOR2"));
}

void post_until_full(void* loop, esp_event_base_t base, std::int32_t, void*) {
  esp_err_t posted = ESP_OK;
  for (int i = 0; i < 10 && posted == ESP_OK; ++i) {
    posted = esp_event_post_to(loop, base, 2, nullptr, 0, portMAX_DELAY);
  }
  heard().push_back(posted == ESP_ERR_TIMEOUT ? "full" : "posted");
}

TEST_F(Events, AHandlerThatPostsDoesNotWaitForItself) {
  run([] {
    esp_event_loop_handle_t loop = loop_without_task(2);
    esp_event_handler_register_with(loop, SENSOR, 1, post_until_full, loop);
    esp_event_post_to(loop, SENSOR, 1, nullptr, 0, 0);
    esp_event_loop_run(loop, 1);
  });
  EXPECT_THAT(heard(), ElementsAre("full"));
}

void delete_loop(void* loop, esp_event_base_t base, std::int32_t id, void* data) {
  EXPECT_EQ(esp_event_loop_delete(loop), ESP_OK);
  note(named("deleted"), base, id, data);
}

TEST_F(Events, AHandlerMayDeleteItsOwnLoop) {
  run([] {
    const esp_event_loop_args_t arguments{4, "doors", 5, 4096, 0};
    esp_event_loop_handle_t loop = nullptr;
    EXPECT_EQ(esp_event_loop_create(&arguments, &loop), ESP_OK);
    esp_event_handler_register_with(loop, DOOR, 1, delete_loop, loop);
    esp_event_handler_register_with(loop, DOOR, 1, note, named("too late"));
    esp_event_post_to(loop, DOOR, 1, nullptr, 0, 0);
    vTaskDelay(1);
    EXPECT_EQ(esp_event_post_to(loop, DOOR, 1, nullptr, 0, 0), ESP_ERR_INVALID_ARG);
  });
  EXPECT_THAT(heard(), ElementsAre("deleted:DOOR1"));
}

}  // namespace
}  // namespace rota::idf
