// The oracle against the recorded boots of the reference: where it says which slot is in charge,
// that slot's good image must be what really started; where it says that none is, the factory
// image.
#include "sim/oracle.h"

#include <gtest/gtest.h>

#include <cstring>
#include <string>

#include "tests/conformance/vectors.h"

namespace rota::sim {
namespace {

using nlohmann::json;

std::array<std::byte, 0x2000> ota_data_of(const json& records) {
  std::array<std::byte, 0x2000> ota_data;
  ota_data.fill(std::byte{0xFF});
  for (std::size_t sector = 0; sector < 2; ++sector) {
    const auto bytes = conformance::from_hex(records[sector].get<std::string>());
    std::memcpy(ota_data.data() + sector * 0x1000, bytes.data(), bytes.size());
  }
  return ota_data;
}

// Of a layout whose slots are numbered from 0 without a gap, once each: how many; else 0.
std::uint32_t plain_slots(const std::string& layout) {
  if (layout.front() != 'o' || layout.find('f') == std::string::npos) return 0;
  return static_cast<std::uint32_t>(std::stoul(layout.substr(1)));
}

// How many recorded boots the oracle has an opinion on. -1: there is no such recording.
int compare_boots(const std::string& configuration) {
  const std::filesystem::path file =
      conformance::usual_vectors_folder() / "esp-ota" / ("otadata_" + configuration + ".jsonl.gz");
  if (!std::filesystem::exists(file)) return -1;
  const std::string text = conformance::read_unpacked(file);
  int compared = 0;
  for (const std::string_view line : conformance::lines_of(text)) {
    const json vector = json::parse(line);
    const std::uint32_t slots = plain_slots(vector["layout"].get<std::string>());
    if (slots == 0 || vector["ota"].size() != 2) continue;
    json records = vector["ota"];
    for (const json& boot : vector["boots"]) {
      const auto ota_data = ota_data_of(records);
      const int slot = oracle_slot_in_charge(ota_data, slots, configuration == "rollback");
      const std::string expected = slot < 0 ? "factory" : "ota_" + std::to_string(slot);
      const json& image = vector["slots"].value(expected, json::array({"E", nullptr}));
      if (image[0] == "V") {
        EXPECT_EQ(boot["boot"].get<std::string>(), expected) << "recording " << vector["id"];
        ++compared;
      }
      if (!boot.contains("ota")) break;
      records = boot["ota"];
    }
  }
  return compared;
}

TEST(Oracle, AgreesWithTheRecordedBootsWithoutRollback) {
  const int compared = compare_boots("plain");
  if (compared < 0) GTEST_SKIP() << "there are no recordings";
  EXPECT_GT(compared, 300);
}

TEST(Oracle, AgreesWithTheRecordedBootsWithRollback) {
  const int compared = compare_boots("rollback");
  if (compared < 0) GTEST_SKIP() << "there are no recordings";
  EXPECT_GT(compared, 300);
}

struct Story {
  Start start;
  Facts facts;
  std::array<std::byte, 0x2000> ota_data;

  // Version 3 started from slot 0 of 2; version 2 is confirmed.
  Story() {
    ota_data.fill(std::byte{0xFF});
    start.image = ImageId::kVersion3;
    start.is_slot = true;
    start.slot_count = 2;
    start.has_rollback = true;
    facts.confirmed = ImageId::kVersion2;
    facts.confirmed_version = 1;
  }
  void record(std::uint8_t state) {
    const std::array<unsigned char, 4> check{0x11, 0x50, 0x4A, 0xED};  // of sequence 3
    ota_data[0] = std::byte{3};
    for (std::size_t i = 1; i < 4; ++i) ota_data[i] = std::byte{0};
    ota_data[24] = std::byte{state};
    for (std::size_t i = 25; i < 28; ++i) ota_data[i] = std::byte{0};
    std::memcpy(ota_data.data() + 28, check.data(), check.size());
  }
  Verdict verdict() {
    start.ota_data = ota_data;
    return judge_start(start, facts);
  }
};

TEST(Oracle, LetsTheNewImageRunOnTrial) {
  Story story;
  story.facts.candidate = ImageId::kVersion3;
  story.record(1);
  EXPECT_EQ(story.verdict(), Verdict::kFine);
}

TEST(Oracle, SeesAnImageThatRunsWithoutTrial) {
  Story story;
  story.facts.candidate = ImageId::kVersion3;
  story.record(2);
  EXPECT_EQ(story.verdict(), Verdict::kNoTrial);
}

TEST(Oracle, SeesAnImageThatNobodyChose) {
  Story story;
  story.record(1);
  EXPECT_EQ(story.verdict(), Verdict::kAnotherImage);
}

TEST(Oracle, SeesAnImageThatIsNone) {
  Story story;
  story.start.image = ImageId::kNone;
  EXPECT_EQ(story.verdict(), Verdict::kUnknownImage);
}

TEST(Oracle, SeesAFuseTooMany) {
  Story story;
  story.start.image = ImageId::kVersion2;
  story.start.fuses = 3;
  EXPECT_EQ(story.verdict(), Verdict::kCounterTooHigh);
}

TEST(Oracle, HoldsADeviceToWhatItSawConfirmed) {
  Story story;
  story.facts.candidate = ImageId::kVersion3;
  story.facts.confirmation_began = true;
  story.record(2);
  ASSERT_EQ(story.verdict(), Verdict::kFine);
  story.start.image = ImageId::kVersion2;
  EXPECT_EQ(story.verdict(), Verdict::kAnotherImage);
}

}  // namespace
}  // namespace rota::sim
