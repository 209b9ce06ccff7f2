#include "board/chip/board_folder.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <filesystem>
#include <fstream>

namespace rota::board {
namespace {

using Kind = BoardProblem::Kind;
using testing::HasSubstr;
namespace fs = std::filesystem;

class BoardFolderTest : public testing::Test {
 protected:
  void SetUp() override {
    std::string name = (fs::temp_directory_path() / "rota-folder-XXXXXX").string();
    ASSERT_NE(::mkdtemp(name.data()), nullptr);
    above_ = name;
    path_ = name + "/board";
  }
  void TearDown() override { fs::remove_all(above_); }

  static BoardSettings settings() {
    BoardSettings settings;
    settings.chip = formats::find_chip("esp32");
    settings.revision = 300;
    settings.flash_bytes = 1U << 20U;
    return settings;
  }
  void create() {
    const auto made = BoardFolder::create(path_, settings());
    ASSERT_TRUE(made.ok()) << made.error().sentence;
  }
  BoardFolder open(Access access = Access::kReadWrite) {
    auto folder = BoardFolder::open(path_, access);
    EXPECT_TRUE(folder.ok()) << folder.error().sentence;
    return std::move(folder).value();
  }
  BoardProblem open_problem(Access access = Access::kReadWrite) {
    const auto folder = BoardFolder::open(path_, access);
    return folder.ok() ? BoardProblem{Kind::kSystem, "no problem"} : folder.error();
  }
  void overwrite(const std::string& file, const std::string& bytes) {
    std::ofstream(path_ + "/" + file, std::ios::binary) << bytes;
  }

  std::string above_;
  std::string path_;
};

TEST_F(BoardFolderTest, ANewBoardIsBlank) {
  create();
  const BoardFolder folder = open();
  EXPECT_EQ(folder.flash_bytes().size(), 1U << 20U);
  EXPECT_EQ(std::count(folder.flash_bytes().begin(), folder.flash_bytes().end(), std::byte{0xFF}),
            1 << 20);
  EXPECT_EQ(folder.efuse_record().secure_version_bits, 0U);
  EXPECT_EQ(folder.state().flash.operation_count, 0U);
  EXPECT_EQ(folder.state().driven[4], kPinFree);
}

TEST_F(BoardFolderTest, EverythingIsStillThereWhenItIsOpenedAgain) {
  create();
  const auto text = bytes_of("hello");
  {
    BoardFolder folder = open();
    ASSERT_TRUE(folder.chip().erase({{0x1000}, 0x1000}).ok());
    ASSERT_TRUE(folder.chip().program({0x1000}, text).ok());
    ASSERT_TRUE(folder.efuses().burn_secure_version_bits(3).ok());
    ASSERT_TRUE(folder.efuses().revoke_key_slot(2).ok());
    folder.state().driven[4] = 0;
    EXPECT_TRUE(folder.append_console("one\n"));
  }
  BoardFolder folder = open();
  EXPECT_EQ(text_of(folder.flash_bytes().subspan(0x1000, 5)), "hello");
  EXPECT_EQ(folder.efuses().secure_version_bits(), 3U);
  EXPECT_EQ(folder.efuses().revoked_key_slots(), 4U);
  EXPECT_EQ(folder.state().driven[4], 0);
  EXPECT_EQ(folder.state().flash.operation_count, 2U);
  EXPECT_EQ(folder.wear()[1], 1U);
  EXPECT_TRUE(folder.append_console("two\n"));
  std::string log;
  std::getline(std::ifstream(path_ + "/console.log"), log, '\0');
  EXPECT_EQ(log, "one\ntwo\n");
}

TEST_F(BoardFolderTest, FusesOutsideTheChipsFieldCanNotBeBurned) {
  create();
  BoardFolder folder = open();
  EXPECT_TRUE(folder.efuses().burn_secure_version_bits(0x80000000U).ok());  // ESP32: 32 bits
  EfuseRecord record;
  EfuseFile narrow(record, 16);
  EXPECT_EQ(narrow.burn_secure_version_bits(0x10000).error(), Error::kEfuseBurnFailed);
  EXPECT_EQ(narrow.revoke_key_slot(3).error(), Error::kEfuseBurnFailed);
  EXPECT_EQ(record.secure_version_bits, 0U);
}

TEST_F(BoardFolderTest, OneBoardHasOneOwner) {
  create();
  const BoardFolder owner = open();
  const BoardProblem problem = open_problem();
  EXPECT_EQ(problem.kind, Kind::kInUse);
  EXPECT_THAT(problem.sentence,
              HasSubstr("already running as process " + std::to_string(::getpid()) +
                        "; stop it or use another folder"));
  EXPECT_EQ(open(Access::kRead).flash_bytes().size(), 1U << 20U);  // looking is allowed
}

TEST_F(BoardFolderTest, TheLockGoesWithTheProcessThatHeldIt) {
  create();
  const pid_t child = ::fork();
  if (child == 0) {
    const auto folder = BoardFolder::open(path_, Access::kReadWrite);
    ::kill(::getpid(), SIGKILL);
  }
  int status = 0;
  ASSERT_EQ(::waitpid(child, &status, 0), child);
  ASSERT_TRUE(WIFSIGNALED(status));
  EXPECT_EQ(open_problem().sentence, "no problem");
}

TEST_F(BoardFolderTest, AFolderThatHoldsSomethingIsLeftAlone) {
  fs::create_directory(path_);
  overwrite("precious.txt", "mine");
  const auto made = BoardFolder::create(path_, settings());
  ASSERT_FALSE(made.ok());
  EXPECT_EQ(made.error().kind, Kind::kExists);
  EXPECT_TRUE(fs::exists(path_ + "/precious.txt"));
}

TEST_F(BoardFolderTest, NothingStaysBehindWhenABoardCanNotBeMade) {
  path_ = above_ + "/missing/board";
  const auto made = BoardFolder::create(path_, settings());
  ASSERT_FALSE(made.ok());
  EXPECT_EQ(made.error().kind, Kind::kMissing);

  // A disk that is too small: the limit on file sizes stands for it.
  path_ = above_ + "/board";
  const pid_t child = ::fork();
  if (child == 0) {
    ::signal(SIGXFSZ, SIG_IGN);
    const rlimit limit{0x1000, 0x1000};
    ::setrlimit(RLIMIT_FSIZE, &limit);
    ::_exit(BoardFolder::create(path_, settings()).ok() ? 1 : 0);
  }
  int status = 0;
  ASSERT_EQ(::waitpid(child, &status, 0), child);
  EXPECT_EQ(status, 0);
  EXPECT_FALSE(fs::exists(path_));
}

TEST_F(BoardFolderTest, WhatIsMissingIsNamed) {
  EXPECT_THAT(open_problem().sentence, HasSubstr("is not a virtual board: it has no board.toml"));
  create();
  fs::remove(path_ + "/flash.bin");
  EXPECT_EQ(open_problem().kind, Kind::kMissing);
  EXPECT_THAT(open_problem().sentence, HasSubstr("flash.bin can not be opened"));
}

TEST_F(BoardFolderTest, WhatIsDamagedIsNamedWithTheNextStep) {
  create();
  fs::resize_file(path_ + "/flash.bin", 4096);
  EXPECT_EQ(open_problem().kind, Kind::kDamaged);
  EXPECT_THAT(open_problem().sentence,
              HasSubstr("flash.bin has 4096 bytes, but board.toml says 1048576; restore"));
  fs::resize_file(path_ + "/flash.bin", 0);
  EXPECT_EQ(open_problem().kind, Kind::kDamaged);
  fs::resize_file(path_ + "/flash.bin", 1U << 20U);

  fs::copy(path_ + "/efuse.bin", above_ + "/efuse.bin");
  overwrite("efuse.bin", "not fuses");
  EXPECT_THAT(open_problem().sentence, HasSubstr("efuse.bin is damaged"));
  fs::copy(above_ + "/efuse.bin", path_ + "/efuse.bin", fs::copy_options::overwrite_existing);

  overwrite("state.bin", std::string(state_file_bytes(1U << 20U), 'x'));
  EXPECT_THAT(open_problem().sentence, HasSubstr("state.bin is damaged"));
  fs::remove(path_ + "/state.bin");
  EXPECT_EQ(open_problem(Access::kRead).kind, Kind::kMissing);
  EXPECT_EQ(open_problem().sentence, "no problem");  // and it was made anew
  EXPECT_EQ(open_problem(Access::kRead).sentence, "no problem");
}

TEST_F(BoardFolderTest, AFlashingToolKeepsTheRestOfASectorAndIsNotStruckByAPlannedCut) {
  create();
  BoardFolder folder = open();
  ASSERT_TRUE(folder.flash_with_tool({0x2000}, bytes_of("neighbour")).ok());
  CutPlan plan;
  plan.moment = CutMoment::kBefore;
  folder.chip().plan_cut(plan);
  ASSERT_TRUE(folder.flash_with_tool({0x2FFE}, bytes_of("words")).ok());
  EXPECT_EQ(text_of(folder.flash_bytes().subspan(0x2000, 9)), "neighbour");
  EXPECT_EQ(text_of(folder.flash_bytes().subspan(0x2FFE, 5)), "words");
  EXPECT_TRUE(folder.state().flash.cut.is_armed());
  EXPECT_EQ(folder.flash_with_tool({0xFFFFF}, bytes_of("ab")).error(), Error::kFlashOutOfRange);
}

}  // namespace
}  // namespace rota::board
