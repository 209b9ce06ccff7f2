#include "board/chip/control_block.h"

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <new>

#include "board/chip/mapped_file.h"

namespace rota::board {
namespace {

TEST(ControlBlockTest, TheChipIsFreeAgainWhenItsOwnerDied) {
  auto file = MappedFile::in_memory("test", sizeof(ControlBlock));
  ASSERT_TRUE(file.ok());
  auto* block = new (file.value().data()) ControlBlock;
  for (int round = 0; round < 3; ++round) {
    const pid_t owner = ::fork();
    if (owner == 0) {
      block->lock_chip();
      ::kill(::getpid(), SIGKILL);
    }
    int status = 0;
    ASSERT_EQ(::waitpid(owner, &status, 0), owner);
    const ChipLock lock(*block);  // Would wait for ever with a plain lock.
  }
  EXPECT_TRUE(block->is_sound());
}

}  // namespace
}  // namespace rota::board
