#include "board/supervisor/line_splitter.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <vector>

namespace rota::board {
namespace {

using testing::ElementsAre;

class LineSplitterTest : public testing::Test {
 protected:
  void add(std::string_view bytes) {
    splitter_.add(bytes, [this](std::string_view line) { lines_.emplace_back(line); });
  }
  LineSplitter splitter_;
  std::vector<std::string> lines_;
};

TEST_F(LineSplitterTest, LinesComeWholeHoweverTheBytesArrive) {
  for (const char c : std::string_view("one\r\ntwo\n\nth")) add({&c, 1});
  EXPECT_THAT(lines_, ElementsAre("one", "two", ""));
  EXPECT_EQ(splitter_.unfinished(), "th");
  add("ree\nfour\n");
  EXPECT_THAT(lines_, ElementsAre("one", "two", "", "three", "four"));
}

TEST_F(LineSplitterTest, TheRestComesAtTheEnd) {
  add("last words");
  splitter_.finish([this](std::string_view line) { lines_.emplace_back(line); });
  splitter_.finish([this](std::string_view line) { lines_.emplace_back(line); });
  EXPECT_THAT(lines_, ElementsAre("last words"));
}

TEST_F(LineSplitterTest, ALineThatNeverEndsComesInPieces) {
  add(std::string(2 * LineSplitter::kMaxLineBytes + 5, 'x'));
  ASSERT_EQ(lines_.size(), 2U);
  EXPECT_EQ(lines_[0].size(), LineSplitter::kMaxLineBytes);
  EXPECT_EQ(splitter_.unfinished().size(), 5U);
}

}  // namespace
}  // namespace rota::board
