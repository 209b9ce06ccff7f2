#include "idf/update_times.h"

#include <gtest/gtest.h>

#include "idf/platform_for_test.h"

namespace rota::idf {
namespace {

using Part = UpdateTimes::Part;

class TimesOfAnUpdate : public testing::Test {
 protected:
  PlatformForTest board;
  TimedFlash flash{board, false};
  UpdateTimes times{board, flash};

  void spend(Part part, const char* name, std::uint64_t ms) {
    times.measure(part, name, [&] { board.now_us += ms * 1000; });
  }
};

TEST_F(TimesOfAnUpdate, ArePutDownToTheirParts) {
  spend(Part::kNetwork, "reading from the server", 1500);
  spend(Part::kNetwork, "connecting to the server", 500);
  times.move_to_tls(300'000);
  spend(Part::kWrite, "writing flash", 40);
  spend(Part::kVerify, "verifying the image", 160);
  EXPECT_EQ(
      times.sentence(),
      "network 1.7 s, TLS 300 ms, erase 0 ms, write 40 ms, verify 160 ms. Bottleneck: network "
      "(77 %). Longest blocking call: reading from the server, 1.5 s.");
  EXPECT_EQ(times.total_us(), 2'200'000U);
}

TEST_F(TimesOfAnUpdate, ErasesAreToldFromWrites) {
  board.flash_takes_time = true;
  times.measure(Part::kWrite, "writing flash", [&] {
    ASSERT_TRUE(flash.erase({{0x110000}, 0x10000}).ok());
    board.now_us += 20'000;
  });
  EXPECT_EQ(times.sentence(),
            "network 0 ms, TLS 0 ms, erase 150 ms, write 20 ms, verify 0 ms. Bottleneck: erase "
            "(88 %). Longest blocking call: erasing flash, 170 ms.");
}

TEST_F(TimesOfAnUpdate, HandshakesAreAPartOfTheNetwork) {
  spend(Part::kNetwork, "connecting to the server", 100);
  times.move_to_tls(1'000'000);
  EXPECT_TRUE(times.sentence().starts_with("network 0 ms, TLS 100 ms")) << times.sentence();
}

TEST_F(TimesOfAnUpdate, NothingHasNoBottleneck) {
  EXPECT_EQ(times.sentence(), "network 0 ms, TLS 0 ms, erase 0 ms, write 0 ms, verify 0 ms.");
}

}  // namespace
}  // namespace rota::idf
