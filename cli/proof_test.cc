#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <set>
#include <string>

#include "cli/proof_core.h"
#include "cli/proof_image.h"
#include "cli/proof_movie.h"
#include "cli/proof_plan.h"
#include "cli/proof_report.h"
#include "formats/chips.h"

namespace rota::cli {
namespace {

using board::ChipOperation;

// As the two_ota table of ESP-IDF, with smaller slots.
formats::PartitionRows rows() {
  using formats::PartitionType;
  formats::PartitionRows made;
  const auto add = [&made](PartitionType type, std::uint8_t subtype, std::uint32_t offset,
                           std::uint32_t size, std::string_view label) {
    formats::PartitionRow row;
    row.type = type;
    row.subtype = subtype;
    row.offset = offset;
    row.size = size;
    std::copy(label.begin(), label.end(), row.label_storage.begin());
    EXPECT_TRUE(made.push_back(row));
  };
  add(PartitionType::kData, formats::kDataNvs, 0x9000, 0x4000, "nvs");
  add(PartitionType::kData, formats::kDataOta, 0xD000, 0x2000, "otadata");
  add(PartitionType::kApp, formats::kAppFactory, 0x10000, 0x20000, "factory");
  add(PartitionType::kApp, formats::kAppOtaFirst, 0x30000, 0x20000, "ota_0");
  add(PartitionType::kApp, formats::kAppOtaFirst + 1, 0x50000, 0x20000, "ota_1");
  return made;
}

ProofSubject subject() {
  ProofSubject made;
  made.rows = rows();
  made.settings.rollback = true;
  made.installed_bytes = 20'000;
  made.update_bytes = 24'000;
  return made;
}

// ---- Images -------------------------------------------------------------------------------------

TEST(ProofImage, TheNextVersionIsALaterOne) {
  EXPECT_EQ(version_after("1.0.0"), "1.0.1");
  EXPECT_EQ(version_after("v2.9"), "v2.10");
  EXPECT_EQ(version_after("7"), "8");
  EXPECT_EQ(version_after("v1.2-3-gabc-dirty"), "v1.3");
  EXPECT_EQ(version_after("nightly"), "nightly.1");
  EXPECT_EQ(version_after(""), ".1");
  EXPECT_EQ(version_after(std::string(32, 'x')).size(), 31U);
}

TEST(ProofImage, ARenamedImageIsSoundAndDiffersInItsVersionOnly) {
  const auto bytes =
      sim::make_app_image(*formats::find_chip("esp32"), sim::ImageId::kVersion1, 20'000);
  const auto image = image_of(bytes, "image");
  ASSERT_TRUE(image.ok());
  const ProofImage made = renamed(*image, "2.0.0");
  const auto again = image_of(made.bytes, "renamed");
  ASSERT_TRUE(again.ok()) << again.error().sentence;
  EXPECT_EQ(again->version, "2.0.0");
  EXPECT_EQ(again->project, image->project);
  EXPECT_EQ(again->bytes.size(), image->bytes.size());
  std::size_t different = 0;
  for (std::size_t i = 0; i < made.bytes.size(); ++i) {
    if (made.bytes[i] != image->bytes[i]) ++different;
  }
  EXPECT_LE(different, 32U + 1U + 32U);
}

TEST(ProofImage, WhatIsNoImageIsRefused) {
  EXPECT_FALSE(image_of(std::vector<std::byte>(20, std::byte{0xE9}), "short").ok());
  EXPECT_FALSE(image_of(std::vector<std::byte>(9000, std::byte{0x3C}), "page").ok());
}

TEST(ProofImage, TheProgramsUrlsSayUnderWhichNamesItLooksForItsUpdate) {
  const std::string program = std::string("xx") + '\0' +
                              "https://192.168.2.106:8070/native_ota.bin" + '\0' +
                              "http://host/fw/app.bin?chip=1 https://host/ https://host/../secret "
                              "https://a/b/.hidden see http://docs.example.org/page";
  const ProgramUrls urls = urls_in(bytes_of(program));
  EXPECT_EQ(urls.paths, (std::vector<std::string>{"native_ota.bin", "fw/app.bin", "page"}));
  EXPECT_TRUE(urls.uses_plain_http);
  EXPECT_FALSE(urls_in(bytes_of("https://host/a.bin http://host/page")).uses_plain_http);
}

// ---- The sample ---------------------------------------------------------------------------------

std::vector<SeenOperation> update_operations() {
  std::vector<SeenOperation> operations;
  for (std::uint32_t at = 0x30000; at < 0x38000; at += 0x1000) {
    operations.push_back({ChipOperation::kErase, at, 0x1000, 1});
    for (std::uint32_t piece = 0; piece < 0x1000; piece += 0x400) {
      operations.push_back({ChipOperation::kProgram, at + piece, 0x400, 1});
    }
  }
  operations.push_back({ChipOperation::kErase, 0xD000, 0x1000, 1});
  operations.push_back({ChipOperation::kProgram, 0xD000, 32, 1});
  operations.push_back({ChipOperation::kErase, 0xD000, 0x1000, 2});
  operations.push_back({ChipOperation::kProgram, 0xD000, 32, 2});
  operations.push_back({ChipOperation::kProgram, 0x9000, 32, 2});
  return operations;
}

TEST(CutSampler, EachCutComesOnceAndAllComeInTheEnd) {
  const CutSampler sampler(update_operations(), rows(), 1);
  std::set<std::pair<std::size_t, CutWay>> seen;
  for (std::size_t i = 0; i < sampler.size(); ++i) {
    const PlannedCut cut = sampler.cut(i);
    seen.emplace(cut.operation, cut.way);
  }
  EXPECT_EQ(seen.size(), update_operations().size() * kCutWays);
}

TEST(CutSampler, AFewCutsReachEveryKindOfPlace) {
  const CutSampler sampler(update_operations(), rows(), 1);
  std::set<std::string> names;
  for (const CutStratum& stratum : sampler.strata()) names.insert(stratum.name);
  EXPECT_TRUE(names.contains("slot erase, first sector"));
  EXPECT_TRUE(names.contains("slot write, middle"));
  EXPECT_TRUE(names.contains("slot write, last sector"));
  EXPECT_TRUE(names.contains("OTA data write at 0x0"));
  EXPECT_TRUE(names.contains("OTA data erase at 0x0 after the restart"));
  EXPECT_TRUE(names.contains("nvs write after the restart"));
  std::set<std::string> reached;
  for (std::size_t i = 0; i < names.size(); ++i) reached.insert(sampler.cut(i).stratum);
  EXPECT_EQ(reached, names);
}

TEST(CutSampler, APlaceIsNamedByWhatTouchesItNotByNumber) {
  const CutSampler sampler(update_operations(), rows(), 1);
  const std::size_t second_erase = update_operations().size() - 3;
  for (std::size_t i = 0; i < sampler.size(); ++i) {
    const PlannedCut cut = sampler.cut(i);
    if (cut.operation != second_erase || cut.way != CutWay::kHalf) continue;
    EXPECT_EQ(cut.plan.nth, 2U) << "the second erase there";
    EXPECT_EQ(cut.plan.kind, ChipOperation::kErase);
    EXPECT_EQ(cut.plan.range_start, 0xD000U);
    EXPECT_EQ(cut.plan.moment, board::CutMoment::kInside);
    EXPECT_EQ(cut.sentence, "inside the erase of 4 KB at otadata+0x0, half done");
  }
}

TEST(CutSampler, TheSeedChoosesTheOrder) {
  const auto order = [](std::uint64_t seed) {
    const CutSampler sampler(update_operations(), rows(), seed);
    std::string text;
    for (std::size_t i = 0; i < sampler.size(); ++i) text += sampler.cut(i).sentence + "\n";
    return text;
  };
  EXPECT_EQ(order(7), order(7));
  EXPECT_NE(order(7), order(8));
}

// ---- The core -----------------------------------------------------------------------------------

TEST(CoreProof, NothingIsLostOnATableOfSomebodysOwn) {
  CoreProver prover(subject());
  const CoreProof proof = prover.prove({std::chrono::hours(1), 2, nullptr});
  EXPECT_TRUE(proof.is_fine());
  EXPECT_EQ(proof.lost(), 0U);
  EXPECT_GT(proof.whole.points[1], 5'000U);
  EXPECT_GT(proof.small.points[2], 10'000U) << "pairs";
  EXPECT_TRUE(proof.whole.unfinished.empty());
  // What it is compared with must lose something on the same table.
  EXPECT_GT(proof.stock.lost, 0U);
  EXPECT_GT(proof.stock.lost_between_operations, 0U);
  ASSERT_TRUE(proof.stock.worst_loss.has_value());
  const Json movie = movie_of_sweep(*proof.stock.worst_loss, "t", "s");
  ASSERT_FALSE(movie.is_null());
  const Json& steps = movie.at("steps");
  EXPECT_EQ(steps.back().at("good"), false);
  EXPECT_TRUE(std::any_of(steps.begin(), steps.end(),
                          [](const Json& step) { return step.at("kind") == "fault"; }));
}

TEST(CoreProof, AProgramThatWritesInPlaceLosesBoardsAndTheProofSaysSo) {
  ProofSubject given = subject();
  given.app_writes_in_place = true;
  given.update_bytes = given.installed_bytes = 9'000;
  CoreProver prover(given);
  Proof proof;
  proof.core = prover.prove({std::chrono::hours(1), 2, nullptr});
  EXPECT_GT(proof.core->lost(), 0U);
  EXPECT_TRUE(proof.core->small.missed_goal.empty()) << "without a fault the update is made";
  EXPECT_FALSE(proof.is_fine());
  EXPECT_EQ(summary_of(proof).find(": 0 lost"), std::string::npos);
}

TEST(CoreProof, ATimeThatIsTooShortIsToldAndNotCountedAsProof) {
  CoreProver prover(subject());
  const CoreProof proof = prover.prove({std::chrono::milliseconds(0), 1, nullptr});
  EXPECT_FALSE(proof.whole.unfinished.empty());
  EXPECT_EQ(proof.whole.points[1], 0U);
}

TEST(CoreProof, TablesThatCanNotTakeUpdatesAreRefusedWithAReason) {
  ProofSubject given = subject();
  given.update_bytes = 0x30000;
  EXPECT_NE(given.problem().find("does not fit"), std::string::npos);
  given = subject();
  formats::PartitionRows fewer;
  for (const formats::PartitionRow& row : given.rows) {
    if (row.label() == "ota_1") continue;
    EXPECT_TRUE(fewer.push_back(row));
  }
  given.rows = fewer;
  EXPECT_NE(given.problem().find("need two"), std::string::npos);
  fewer.clear();
  for (const formats::PartitionRow& row : rows()) {
    if (row.label() == "otadata") continue;
    EXPECT_TRUE(fewer.push_back(row));
  }
  given.rows = fewer;
  EXPECT_NE(given.problem().find("OTA data"), std::string::npos);
  EXPECT_EQ(subject().problem(), "");
}

}  // namespace
}  // namespace rota::cli
