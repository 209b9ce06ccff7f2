// A board in a folder of its own with the test app on it, for tests of the supervisor and above.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <memory>
#include <string>
#include <vector>

#include "board/chip/board_folder.h"
#include "board/chip/native_image.h"
#include "board/supervisor/supervisor.h"

namespace rota::board {

inline constexpr std::uint32_t kAppStart = 0x10000;
inline constexpr std::uint32_t kAppBytes = 0x100000;
inline constexpr std::uint32_t kScratchStart = 0x180000;
// Only a bound on a broken test; nothing asserts it.
inline constexpr std::chrono::seconds kPatience{60};

inline std::vector<std::byte> test_app_program() {
  std::ifstream file(ROTA_TEST_APP, std::ios::binary);
  const std::string bytes{std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
  const Bytes view = bytes_of(bytes);
  return {view.begin(), view.end()};
}

inline std::vector<std::byte> test_app_image(const std::string& version = "1.0.0") {
  formats::AppDescription description;
  formats::set_text(description.version_field, version);
  formats::set_text(description.project_name_field, "test_app");
  return pack_native_image(test_app_program(), description, *formats::find_chip("esp32"));
}

// Starts whatever is at kAppStart.
inline BootStage plain_boot_stage() {
  return [](core::Flash& flash, core::EFuses&, const BootContext& context, const Console& console) {
    BootOutcome outcome;
    outcome.position = "factory";
    outcome.range = {{kAppStart}, kAppBytes};
    outcome.table_offset = 0x8000;
    const auto facts =
        core::verify_image(flash, context.chip,
                           {outcome.range, core::ImageKind::kApp, core::ImageChecks::kBootloader});
    if (!facts.ok()) {
      outcome.sentence = std::string(describe(facts.error()).what);
      return outcome;
    }
    console("booting for " + std::string(name_of(context.reason)));
    outcome.kind = BootOutcome::Kind::kStarts;
    outcome.image = *facts;
    return outcome;
  };
}

class BoardTest : public testing::Test {
 protected:
  void SetUp() override {
    std::string name = (std::filesystem::temp_directory_path() / "rota-board-XXXXXX").string();
    ASSERT_NE(::mkdtemp(name.data()), nullptr);
    above_ = name;
    path_ = name + "/board";
    BoardSettings settings;
    settings.chip = formats::find_chip("esp32");
    settings.revision = 300;
    settings.flash_bytes = 2U << 20U;
    const auto made = BoardFolder::create(path_, settings);
    ASSERT_TRUE(made.ok()) << made.error().sentence;
    open_folder();
    flash(kAppStart, test_app_image());
  }
  void TearDown() override {
    board_.reset();
    folder_.reset();
    std::filesystem::remove_all(above_);
  }

  void open_folder() {
    auto folder = BoardFolder::open(path_, Access::kReadWrite);
    ASSERT_TRUE(folder.ok()) << folder.error().sentence;
    folder_ = std::make_unique<BoardFolder>(std::move(folder).value());
  }
  void flash(std::uint32_t address, Bytes bytes) {
    ASSERT_TRUE(folder_->flash_with_tool({address}, bytes).ok());
  }
  // Power on, with the plain boot stage unless another one was asked for.
  void power_on() {
    if (!board_) {
      if (!options_.boot_stage) options_.boot_stage = plain_boot_stage();
      options_.console = [this](const ConsoleLine& line) {
        console_ += std::string(line.text) + "\n";
      };
      board_ = std::make_unique<Supervisor>(*folder_, options_);
    }
    board_->power_on();
  }
  void expect_line(const std::string& text) {
    const RunEnd end = board_->run_until_text(text, kPatience);
    EXPECT_EQ(end, RunEnd::kLineSeen)
        << "no '" << text << "' on the console; " << board_->why_stopped() << "\n"
        << console_;
  }
  void tell(const std::string& command) { EXPECT_TRUE(board_->send_input(command + "\n")); }
  void ask(const std::string& command, const std::string& answer) {
    tell(command);
    expect_line(answer);
  }
  void expect_stop(StopReason reason) {
    EXPECT_EQ(board_->run_until_stopped(kPatience), RunEnd::kStopped);
    EXPECT_EQ(board_->stop_reason(), reason) << board_->why_stopped() << "\n" << console_;
  }
  std::string flash_text(std::uint32_t address, std::size_t bytes) {
    return std::string(text_of(folder_->flash_bytes().subspan(address, bytes)));
  }

  std::string above_;
  std::string path_;
  std::unique_ptr<BoardFolder> folder_;
  SupervisorOptions options_;
  std::unique_ptr<Supervisor> board_;
  std::string console_;
};

}  // namespace rota::board
