#include "board/supervisor/supervisor.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "board/supervisor/app_process.h"
#include "board/supervisor/board_for_test.h"

namespace rota::board {
namespace {

using testing::HasSubstr;

class SupervisorTest : public BoardTest {};

TEST_F(SupervisorTest, RunsTheProgramInsideTheImage) {
  power_on();
  expect_line("ready, reset reason 1");
  ASSERT_NE(board_->running(), nullptr);
  EXPECT_EQ(board_->running()->position, "factory");
  EXPECT_EQ(board_->running()->range.start.value, kAppStart);
  ask("who", "chip esp32 image 0x10000 table 0x8000 mac 01");
  EXPECT_EQ(folder_->state().boot_count, 1U);
}

TEST_F(SupervisorTest, TheAppHasNoPrivilegesAndOnlyItsFiles) {
  power_on();
  const unsigned user = ::geteuid() == 0 ? kUnprivilegedUser : ::geteuid();
  const unsigned group = ::geteuid() == 0 ? kUnprivilegedUser : ::getegid();
  // Descriptors 0..7 and the one that counts them.
  ask("who", "user " + std::to_string(user) + " group " + std::to_string(group) +
                 " session 1 privileges 0 core 0 files 8");
}

// In a folder of root's into which the app's user may not look.
TEST_F(SupervisorTest, TheAppReadsTheCertificatesThatThePersonNames) {
  const std::filesystem::path folder = std::filesystem::path(folder_->path()) / "private";
  std::filesystem::create_directory(folder);
  std::filesystem::permissions(folder, std::filesystem::perms::owner_all);
  std::ofstream(folder / "ca.pem") << "certificates\n";
  ::setenv("ROTA_CA_FILE", (folder / "ca.pem").c_str(), 1);
  power_on();
  ::unsetenv("ROTA_CA_FILE");
  ask("trust", "trusts: certificates");
  board_->power_off();
  power_on();
  ask("trust", "trusts: no file");
}

TEST_F(SupervisorTest, TheAppHasAFolderForFilesThatStay) {
  power_on();
  ask("note", "note: ");
  ask("keep hello", "kept");
  board_->power_off();
  power_on();
  ask("note", "note: hello");
}

TEST_F(SupervisorTest, WhatTheAppWritesIsInFlashAndStaysThere) {
  power_on();
  ask("program 180000 hello", "ok");
  EXPECT_EQ(flash_text(kScratchStart, 5), "hello");
  ask("burn 2", "ok");
  board_->power_off();
  EXPECT_EQ(board_->stop_reason(), StopReason::kPoweredOff);
  board_.reset();
  folder_.reset();
  open_folder();
  EXPECT_EQ(flash_text(kScratchStart, 5), "hello");
  EXPECT_EQ(folder_->efuses().secure_version_bits(), 4U);
  power_on();
  ask("read 180000", "read hello");
  ask("erase 180000", "ok");
  EXPECT_EQ(folder_->wear()[kScratchStart / 0x1000], 1U);
}

TEST_F(SupervisorTest, ACutInsideAProgramLeavesExactlyTheTornBytesAndADeadProcess) {
  power_on();
  expect_line("ready");
  const int process = board_->running()->process;
  CutPlan plan;
  plan.moment = CutMoment::kInside;
  plan.kind = ChipOperation::kProgram;
  plan.range_start = kScratchStart + 4;
  plan.range_bytes = 1;
  plan.nth = 2;
  plan.bytes_done = 3;
  board_->schedule_cut(plan);
  ask("program 180010 elsewhere", "ok");
  ask("program 180000 AAAAAA", "ok");
  tell("program 180002 !!!!!!");
  expect_stop(StopReason::kPowerCut);
  EXPECT_EQ(flash_text(kScratchStart + 2, 6),
            (std::string{'!' & 'A', '!' & 'A', '!' & 'A', 'A', '\xff', '\xff'}));
  EXPECT_EQ(::kill(process, 0), -1);
  EXPECT_EQ(errno, ESRCH);
  EXPECT_EQ(board_->why_stopped(),
            "the power was cut inside the program of 6 bytes at 0x180002, 3 of them done");
  EXPECT_EQ(folder_->state().last_exit, ExitKind::kPowerCut);
  power_on();
  expect_line("ready, reset reason 1");
}

TEST_F(SupervisorTest, NoOperationOfAnyThreadFollowsACut) {
  power_on();
  CutPlan plan;
  plan.moment = CutMoment::kAfter;
  plan.nth = 2000;
  board_->schedule_cut(plan);
  tell("hammer");
  expect_stop(StopReason::kPowerCut);
  const NorState& state = folder_->state().flash;
  EXPECT_EQ(state.operation_count, state.last_cut.operation);
  EXPECT_EQ(state.program_count + state.erase_count, state.operation_count);
}

TEST_F(SupervisorTest, PowerCanBeCutFromOutsideAtAnyMoment) {
  power_on();
  expect_line("ready");
  tell("hammer");
  const std::uint64_t before = folder_->state().flash.operation_count;
  while (folder_->state().flash.operation_count < before + 100) {
    EXPECT_EQ(board_->run_until_stopped(std::chrono::milliseconds(1)), RunEnd::kTimedOut);
  }
  board_->power_off();
  EXPECT_EQ(folder_->state().last_exit, ExitKind::kPowerOff);
  power_on();
  ask("program 190000 again", "ok");
}

TEST_F(SupervisorTest, TheNextBootKnowsWhyTheLastOneEnded) {
  power_on();
  ask("restart 3", "last words");
  expect_line("booting for software restart");
  expect_line("ready, reset reason 3");
  tell("restart 6");
  expect_line("ready, reset reason 6");
  tell("signal 11");
  expect_line("ended by signal 11 (SIGSEGV): a panic reset follows");
  expect_line("ready, reset reason 4");
  tell("exit 7");
  expect_line("ended with code 7 without a restart");
  expect_line("ready, reset reason 4");
  tell("restart 99");  // not a reason that a chip knows
  expect_line("ready, reset reason 4");
  board_->press_reset();
  expect_line("ready, reset reason 2");
  EXPECT_EQ(board_->boots(), 7);
}

TEST_F(SupervisorTest, RetainedMemorySurvivesARestartAndNotAPowerCut) {
  power_on();
  ask("remember", "remembers noise of 8192");
  ask("retain precious", "retained");
  ask("restart 3", "ready, reset reason 3");  // What is typed to a dying app is lost with it.
  ask("remember", "remembers precious");
  ask("signal 6", "ready, reset reason 4");
  ask("remember", "remembers precious");
  board_->power_off();
  power_on();
  ask("remember", "remembers noise");
}

TEST_F(SupervisorTest, DeepSleepEndsByTimeOrFromOutside) {
  power_on();
  ask("retain dream", "retained");
  ask("doze 1000", "in deep sleep for 1 ms");
  expect_line("ready, reset reason 8");
  ask("remember", "remembers dream");
  ask("doze 0", "until it is woken");
  EXPECT_TRUE(board_->is_asleep());
  EXPECT_EQ(board_->run_until_stopped(std::chrono::milliseconds(20)), RunEnd::kTimedOut);
  board_->wake();
  expect_line("ready, reset reason 8");
}

TEST_F(SupervisorTest, PinsGoBothWays) {
  power_on();
  ask("pin 4", "pin reads 1");
  EXPECT_TRUE(board_->set_pin(4, 0));
  ask("pin 4", "pin reads 0");
  EXPECT_TRUE(board_->set_pin(4, std::nullopt));
  ask("pin 4", "pin reads 1");
  EXPECT_FALSE(board_->set_pin(64, 0));
  tell("drive 5");
  ask("pin 5", "pin reads");
  EXPECT_EQ(board_->driven_pin(5), 1);
}

TEST_F(SupervisorTest, APromptWithoutAnEndOfLineIsSeen) {
  power_on();
  ask("ask", "your name?");
  ask("pin 4", "pin reads");
}

TEST_F(SupervisorTest, LinesThatCameTogetherAreSeenOneAfterTheOther) {
  power_on();
  tell("program 180000 a");
  tell("program 180001 b");
  tell("pin 4");
  tell("flood 300");
  expect_line("booting for power on");
  expect_line("ready");
  expect_line("ok");
  expect_line("ok");
  expect_line("pin reads");
  expect_line("flood is over");
}

TEST_F(SupervisorTest, AnAppThatClosesItsConsoleIsStillWatched) {
  power_on();
  tell("silent");
  tell("restart 3");
  expect_line("ready, reset reason 3");
}

TEST_F(SupervisorTest, ResetsWithoutAWordEndInASentence) {
  flash(kScratchStart - 0x1000, bytes_of("q"));
  power_on();
  expect_stop(StopReason::kResetLoop);
  EXPECT_EQ(board_->boots(), kFastResetLimit);
  EXPECT_THAT(board_->why_stopped(), HasSubstr("20 resets in a row without a word from an app"));
}

TEST_F(SupervisorTest, ABootloaderThatGivesUpIsNotAskedForEver) {
  options_.boot_stage = [](core::Flash&, core::EFuses&, const BootContext&, const Console&) {
    BootOutcome outcome;
    outcome.kind = BootOutcome::Kind::kResets;
    outcome.sentence = "no bootable app partitions";
    return outcome;
  };
  power_on();
  EXPECT_EQ(board_->stop_reason(), StopReason::kResetLoop);
  EXPECT_THAT(board_->why_stopped(), HasSubstr("no bootable app partitions"));
  EXPECT_EQ(board_->boots(), kBootloaderResetLimit);
}

TEST_F(SupervisorTest, ACutDuringTheBootloaderIsAPowerCut) {
  options_.boot_stage = [](core::Flash& flash, core::EFuses&, const BootContext&, const Console&) {
    static_cast<void>(flash.program({kScratchStart}, bytes_of("record")));
    BootOutcome outcome;
    outcome.kind = BootOutcome::Kind::kStarts;  // It did not notice.
    return outcome;
  };
  CutPlan plan;
  plan.moment = CutMoment::kInside;
  folder_->chip().plan_cut(plan);
  power_on();
  EXPECT_EQ(board_->stop_reason(), StopReason::kPowerCut);
  EXPECT_EQ(flash_text(kScratchStart, 6), "rec\xff\xff\xff");
}

TEST_F(SupervisorTest, AProgramForAnotherMachineIsNamed) {
  flash(kAppStart, pack_native_image(bytes_of("\x7f"
                                              "ELF but not really"),
                                     {}, *formats::find_chip("esp32")));
  power_on();
  EXPECT_EQ(board_->stop_reason(), StopReason::kSystem);
  EXPECT_THAT(board_->why_stopped(), HasSubstr("its program does not run on this machine"));
}

TEST_F(SupervisorTest, ASecondSupervisorIsRefused) {
  power_on();
  const auto second = BoardFolder::open(path_, Access::kReadWrite);
  ASSERT_FALSE(second.ok());
  EXPECT_THAT(second.error().sentence, HasSubstr("already running as process"));
  EXPECT_TRUE(BoardFolder::open(path_, Access::kRead).ok());
}

TEST_F(SupervisorTest, AStopRequestInterruptsAndTheBoardGoesOn) {
  power_on();
  expect_line("ready");
  board_->request_stop();
  EXPECT_EQ(board_->run_until_stopped(kPatience), RunEnd::kInterrupted);
  ask("pin 4", "pin reads");
}

TEST_F(SupervisorTest, TheAppDiesWithItsSupervisorAndTheFolderIsFree) {
  folder_.reset();
  // What loses its parent becomes a child of this process, which can wait for it then.
  ASSERT_EQ(::prctl(PR_SET_CHILD_SUBREAPER, 1), 0);
  std::array<int, 2> channel{};
  ASSERT_EQ(::pipe(channel.data()), 0);
  const pid_t owner = ::fork();
  if (owner == 0) {
    open_folder();
    power_on();
    expect_line("ready");
    const pid_t app = board_->running()->process;
    static_cast<void>(!::write(channel[1], &app, sizeof app));
    ::kill(::getpid(), SIGKILL);
  }
  pid_t app = 0;
  ASSERT_EQ(::read(channel[0], &app, sizeof app), ssize_t{sizeof app});
  int status = 0;
  ASSERT_EQ(::waitpid(owner, &status, 0), owner);
  ASSERT_EQ(::waitpid(app, &status, 0), app);
  EXPECT_TRUE(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
  ::close(channel[0]);
  ::close(channel[1]);
  open_folder();
  power_on();
  expect_line("ready, reset reason 1");
}

TEST_F(SupervisorTest, EverythingThatWasSaidIsInTheLog) {
  power_on();
  ask("pin 4", "pin reads 1");
  board_->power_off();
  std::ifstream file(path_ + "/console.log");
  const std::string log{std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
  EXPECT_EQ(log, console_);
  EXPECT_THAT(log, HasSubstr("booting for power on\nready, reset reason 1\npin reads 1\n"));
}

}  // namespace
}  // namespace rota::board
