// stdin and stdout of a program as the board's console.
#include "idf/console_streams.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <array>
#include <cstdio>
#include <string>

#include "freertos/FreeRTOS.h"
#include "freertos/task.h"
#include "idf/platform_for_test.h"

namespace rota::idf {
namespace {

// What a person types: a pipe in the place of the process's standard input.
class TypedInput {
 public:
  TypedInput() : before_(::dup(STDIN_FILENO)) {
    std::array<int, 2> ends{};
    EXPECT_EQ(::pipe(ends.data()), 0);
    ::dup2(ends[0], STDIN_FILENO);
    ::close(ends[0]);
    keyboard_ = ends[1];
  }
  TypedInput(const TypedInput&) = delete;
  TypedInput& operator=(const TypedInput&) = delete;
  ~TypedInput() {
    ::close(keyboard_);
    ::dup2(before_, STDIN_FILENO);
    ::close(before_);
  }
  void type(std::string_view text) const {
    EXPECT_EQ(::write(keyboard_, text.data(), text.size()), static_cast<ssize_t>(text.size()));
  }

 private:
  int before_;
  int keyboard_ = -1;
};

TEST(ConsoleStreams, WhatIsPrintedAppearsOnTheConsole) {
  PlatformForTest board;
  board.run([] {
    std::printf("number %d\n", 42);
    std::fputs("error\n", stderr);
  });
  EXPECT_TRUE(board.console_has("number 42\n"));
  EXPECT_TRUE(board.console_has("error\n"));
}

TEST(ConsoleStreams, AReadWaitsForALineWhileOtherTasksRun) {
  const TypedInput input;
  PlatformForTest board;
  static const TypedInput* keyboard;
  keyboard = &input;
  std::string line;
  board.run([&] {
    // Types as soon as the main task waits: before, it has no turn.
    xTaskCreate(
        [](void*) {
          keyboard->type("https://server/app.bin\n");
          vTaskDelete(nullptr);
        },
        "typist", 4096, nullptr, 1, nullptr);
    std::array<char, 64> buffer{};
    if (std::fgets(buffer.data(), buffer.size(), stdin) != nullptr) line = buffer.data();
  });
  EXPECT_EQ(line, "https://server/app.bin\n");
}

}  // namespace
}  // namespace rota::idf
