#include "board/chip/recording.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <array>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

namespace rota::board {
namespace {

class RecordingTest : public testing::Test {
 protected:
  void SetUp() override {
    std::string name = (std::filesystem::temp_directory_path() / "rota-recording-XXXXXX").string();
    ASSERT_NE(::mkdtemp(name.data()), nullptr);
    folder_ = name;
    path_ = folder_ + "/run.jsonl";
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }

  Recording open() {
    auto opened = Recording::open(path_);
    EXPECT_TRUE(opened.ok());
    return std::move(opened).value();
  }
  // What was written, without the times.
  std::string recorded() const {
    std::ifstream file(path_, std::ios::binary);
    const std::string all{std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
    std::string text;
    for (std::size_t at = 0; at < all.size(); ++at) {
      text += all[at];
      if (!text.ends_with("{\"t\":")) continue;
      while (at + 1 < all.size() && all[at + 1] >= '0' && all[at + 1] <= '9') ++at;
      text += 'T';
    }
    return text;
  }

  std::string folder_;
  std::string path_;
};

TEST_F(RecordingTest, OperationsOfAChipAreWrittenDownAsTheyHappen) {
  Recording recording = open();
  MemoryChip memory(0x4000);
  memory.chip.show_operations_to(&recording);
  const std::array<std::byte, 3> bytes{std::byte{0x12}, std::byte{0xAB}, std::byte{0}};
  const std::vector<std::byte> many(64, std::byte{1});

  ASSERT_TRUE(memory.chip.erase({{0x1000}, 0x1000}).ok());
  ASSERT_TRUE(memory.chip.program({0x1000}, bytes).ok());
  ASSERT_TRUE(memory.chip.program({0x2000}, many).ok());

  EXPECT_EQ(recorded(),
            "{\"t\":T,\"op\":\"erase\",\"at\":4096,\"bytes\":4096}\n"
            "{\"t\":T,\"op\":\"program\",\"at\":4096,\"bytes\":3,\"data\":\"12ab00\"}\n"
            "{\"t\":T,\"op\":\"program\",\"at\":8192,\"bytes\":64}\n");
}

TEST_F(RecordingTest, AnOperationThatACutEndedTellsHowFarItCame) {
  Recording recording = open();
  MemoryChip memory(0x4000);
  memory.chip.show_operations_to(&recording);
  CutPlan plan;
  plan.moment = CutMoment::kInside;
  plan.bytes_done = 10;
  memory.chip.plan_cut(plan);

  const std::vector<std::byte> many(64, std::byte{1});
  EXPECT_FALSE(memory.chip.program({0x2000}, many).ok());
  EXPECT_FALSE(memory.chip.program({0x2100}, many).ok()) << "nothing happens without power";

  EXPECT_EQ(recorded(), "{\"t\":T,\"op\":\"program\",\"at\":8192,\"bytes\":64,\"done\":10}\n");
}

TEST_F(RecordingTest, TextIsJsonWhateverIsInIt) {
  Recording recording = open();
  recording.console("app", "a \"quote\", a \\, a\ttab\nand \x1b[0m");
  recording.event("start", "ota_0", 0x10000);
  EXPECT_EQ(recorded(),
            "{\"t\":T,\"console\":\"app\",\"text\":\"a \\\"quote\\\", a \\\\, a\\u0009tab\\nand "
            "\\u001b[0m\"}\n"
            "{\"t\":T,\"event\":\"start\",\"text\":\"ota_0\",\"at\":65536}\n");
}

TEST_F(RecordingTest, TwoWritersShareOneFileAndNeitherReplacesTheOther) {
  Recording supervisor = open();
  Recording app(::dup(supervisor.descriptor()));
  supervisor.event("boot");
  app.console("app", "one\n");
  supervisor.event("power_off");
  open().event("power_on");  // a later run goes on at the end
  EXPECT_EQ(recorded(),
            "{\"t\":T,\"event\":\"boot\"}\n{\"t\":T,\"console\":\"app\",\"text\":\"one\\n\"}\n"
            "{\"t\":T,\"event\":\"power_off\"}\n{\"t\":T,\"event\":\"power_on\"}\n");
  ::close(app.descriptor());
}

TEST_F(RecordingTest, ARecordingEndsAtItsLargestSizeAndSaysSo) {
  ASSERT_EQ(::truncate(path_.c_str(), 0), -1);
  { const std::ofstream made(path_); }
  ASSERT_EQ(::truncate(path_.c_str(), static_cast<off_t>(kRecordingMaxBytes) - 1), 0);
  Recording recording = open();
  recording.event("boot");
  recording.event("boot");
  std::ifstream file(path_, std::ios::binary);
  file.seekg(static_cast<std::streamoff>(kRecordingMaxBytes) - 1);
  const std::string end{std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
  EXPECT_NE(end.find("\"event\":\"boot\"}\n"), std::string::npos) << end;
  EXPECT_TRUE(end.ends_with(",\"event\":\"full\"}\n")) << end;
  EXPECT_EQ(end.find("boot"), end.rfind("boot")) << "nothing comes after the end";
}

}  // namespace
}  // namespace rota::board
