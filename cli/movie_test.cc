#include "cli/movie.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

namespace rota::cli {
namespace {

using core::kSectorBytes;
using formats::OtaState;

constexpr std::uint32_t kOtaDataAt = 0x9000;
constexpr std::uint32_t kSlot0At = 0x10000;
constexpr std::uint32_t kSlotBytes = 0x20000;

formats::PartitionRow row(formats::PartitionType type,
                          std::uint8_t subtype,
                          std::uint32_t offset,
                          std::uint32_t size,
                          std::string_view label) {
  formats::PartitionRow made;
  made.type = type;
  made.subtype = subtype;
  made.offset = offset;
  made.size = size;
  std::copy(label.begin(), label.end(), made.label_storage.begin());
  return made;
}

formats::OtaRecord record(std::uint32_t sequence, OtaState state) {
  formats::OtaRecord made = formats::OtaRecord::blank();
  made.sequence = sequence;
  made.state = state;
  made.check = formats::ota_check(sequence);
  return made;
}

class MovieTest : public testing::Test {
 protected:
  MovieTest() : flash_(0x60000, std::byte{0xFF}) {
    using formats::PartitionType;
    bool fits = rows_.push_back(row(PartitionType::kData, 0, kOtaDataAt, 0x2000, "otadata"));
    fits = rows_.push_back(row(PartitionType::kApp, 0x10, kSlot0At, kSlotBytes, "ota_0")) && fits;
    fits = rows_.push_back(
               row(PartitionType::kApp, 0x11, kSlot0At + kSlotBytes, kSlotBytes, "ota_1")) &&
           fits;
    EXPECT_TRUE(fits);
    const auto first = formats::encode(record(1, OtaState::kValid));
    std::copy(first.begin(), first.end(), flash_.begin() + kOtaDataAt);
    std::fill_n(flash_.begin() + kSlot0At, 3 * kSectorBytes, std::byte{0x42});
  }

  MovieMaker maker() const { return MovieMaker(movie_board("esp32", flash_, rows_)); }
  static void write_slot(MovieMaker& maker, std::uint32_t from, std::uint32_t bytes) {
    for (std::uint32_t at = from; at < from + bytes; at += 1024) {
      if (at % kSectorBytes == 0) maker.erases({{at}, kSectorBytes}, kSectorBytes);
      maker.programs({{at}, 1024}, 1024, {});
    }
  }

  std::vector<std::byte> flash_;
  formats::PartitionRows rows_;
};

TEST_F(MovieTest, TheBoardIsShownAsItIsBeforeTheFirstStep) {
  const Json movie = maker().finish("t", "s");
  EXPECT_EQ(movie.at("board").at("flash_bytes"), 0x60000);
  EXPECT_EQ(movie.at("board").at("written"), Json::parse("[[9,1],[16,3]]"));
  EXPECT_EQ(movie.at("ota")[0].at("slot"), "ota_0");
  EXPECT_EQ(movie.at("ota")[0].at("in_charge"), true);
  EXPECT_EQ(movie.at("ota")[1].at("blank"), true);
}

TEST_F(MovieTest, OperationsThatCarryAnUpdateOnArePutTogether) {
  MovieMaker made = maker();
  write_slot(made, kSlot0At + kSlotBytes, kSlotBytes);
  const Json movie = made.finish("t", "s");
  const Json& steps = movie.at("steps");
  ASSERT_EQ(steps.size(), kSlotBytes / kMovieRunBytes);
  EXPECT_EQ(steps[0].at("write"), Json::parse("[[196608,65536]]"));
  EXPECT_EQ(steps[0].at("erase"), Json::parse("[[196608,65536]]"));
  EXPECT_EQ(steps[0].at("text"), "Erases and writes ota_1+0x0, 64 KB in 80 operations.");
}

TEST_F(MovieTest, EveryChangeOfOtaDataIsAStepThatSaysWhatItMeans) {
  MovieMaker made = maker();
  const std::uint32_t second = kOtaDataAt + kSectorBytes;
  made.erases({{second}, kSectorBytes}, kSectorBytes);
  made.programs({{second}, 32}, 32, formats::encode(record(2, OtaState::kNew)));
  const Json movie = made.finish("t", "s");
  const Json& steps = movie.at("steps");
  ASSERT_EQ(steps.size(), 2U);
  EXPECT_EQ(steps[0].at("text"), "Erases otadata+0x1000, 4 KB.");
  EXPECT_EQ(steps[1].at("text"), "OTA data record 1: blank -> sequence 2 (ota_1), NEW.");
  EXPECT_EQ(steps[1].at("ota")[1].at("in_charge"), true);
  EXPECT_EQ(steps[1].at("ota")[0].at("in_charge"), false);
}

TEST_F(MovieTest, ATornRecordIsShownAsFarAsItCame) {
  MovieMaker made = maker();
  const std::uint32_t second = kOtaDataAt + kSectorBytes;
  made.programs({{second}, 32}, 28, formats::encode(record(2, OtaState::kNew)));
  made.fault("FAULT: the power was cut.");
  const Json movie = made.finish("t", "s");
  const Json& steps = movie.at("steps");
  EXPECT_EQ(steps[0].at("ota")[1].at("check"), false);
  EXPECT_EQ(steps[0].at("torn"), Json::parse("[40960,32]"));
  EXPECT_EQ(steps[1].at("kind"), "fault");
}

TEST_F(MovieTest, ConsoleAndFlashKeepTheirOrder) {
  MovieMaker made = maker();
  made.console("app", "wri");
  made.console("app", "ting\nunfinished");
  write_slot(made, kSlot0At, kSectorBytes);
  made.console("app", "done\n");
  const Json movie = made.finish("t", "s");
  const Json& steps = movie.at("steps");
  ASSERT_EQ(steps.size(), 3U);
  EXPECT_EQ(steps[0].at("lines"), Json::parse(R"([["app","writing"],["app","unfinished"]])"));
  EXPECT_EQ(steps[1].at("kind"), "flash");
  EXPECT_EQ(steps[2].at("lines"), Json::parse(R"([["app","done"]])"));
}

TEST_F(MovieTest, ABootShowsItsRulesAndWhatStarts) {
  MovieMaker made = maker();
  made.boots("power on");
  made.rule("the only usable record names ota_0");
  made.starts("ota_0", "blink 1.0.0");
  const Json movie = made.finish("t", "s");
  const Json& steps = movie.at("steps");
  EXPECT_EQ(steps[1].at("runs"), "ota_0");
  EXPECT_EQ(steps[1].at("rules"), Json::parse(R"(["the only usable record names ota_0"])"));
  EXPECT_EQ(steps[1].at("holds").at("ota_0"), "blink 1.0.0");
}

TEST_F(MovieTest, ABoardSurvivesTheWayThroughARecording) {
  const MovieBoard board = movie_board("esp32", flash_, rows_);
  const auto back = movie_board_of(json_of(board));
  ASSERT_TRUE(back.has_value());
  EXPECT_EQ(json_of(*back), json_of(board));
  EXPECT_FALSE(movie_board_of(Json::parse("{\"chip\": 1}")).has_value());
}

TEST_F(MovieTest, AMovieHasALargestSizeAndStillTellsHowItEnded) {
  MovieMaker made = maker();
  for (int i = 0; i < 40'000; ++i) made.console("app", std::string(80, 'x') + "\n");
  made.verdict(true, "The board runs.");
  const Json movie = made.finish("t", "s");
  EXPECT_LT(movie.dump().size(), kMovieMaxBytes + 200'000);
  EXPECT_EQ(movie.at("steps").back().at("kind"), "verdict");
}

TEST_F(MovieTest, ThePageNeedsNothingFromElsewhereAndTextCanNotBreakOut) {
  MovieMaker made = maker();
  made.console("app", "</script><script>alert(1)</script> <!-- & \"\n");
  MoviePage page;
  page.title = "A <b>title</b> & more";
  page.facts = {{"image", "<img alt=x>"}};
  page.movies.push_back(made.finish("t", "s"));
  const std::string html = html_of(page);
  EXPECT_NE(html.find("A &lt;b&gt;title&lt;/b&gt; &amp; more"), std::string::npos);
  EXPECT_EQ(html.find("<img"), std::string::npos);
  EXPECT_EQ(html.find("alert(1)</script>"), std::string::npos);
  for (const char* outside : {"http:", "https:", " src=", "@import", "url(", "<link"}) {
    EXPECT_EQ(html.find(outside), std::string::npos) << outside;
  }
  // The model is what the page reads.
  const std::string open = "id=\"model\">";
  const std::size_t from = html.find(open) + open.size();
  const Json model = Json::parse(html.substr(from, html.find("</script>", from) - from));
  EXPECT_EQ(model.at("movies")[0].at("steps")[0].at("lines")[0][1],
            "</script><script>alert(1)</script> <!-- & \"");
}

}  // namespace
}  // namespace rota::cli
