// The confirm policy on a board in memory: attempts fail and succeed as the test says, and the
// clock moves only while the program waits.
#include "rota_confirm.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "esp_ota_ops.h"
#include "esp_partition.h"
#include "esp_timer.h"
#include "idf/file_server_for_test.h"
#include "idf/ota_ops_for_test.h"
#include "idf/platform_for_test.h"
#include "nvs_flash.h"

namespace rota::idf {
namespace {

using formats::OtaState;

// An image in factory that was there before, and a new one in ota_0.
class ConfirmPolicy : public testing::Test {
 protected:
  ConfirmPolicy() {
    config_for_test().app_rollback_enable = true;
    formats::BootloaderSettings settings;
    settings.rollback = true;
    board.put_bootloader(settings);
    board.put_image("factory", {.version = "1.0.0"});
    board.put_image("ota_0", {.version = "2.0.0"});
    policy.check = [](void* test) { return static_cast<ConfirmPolicy*>(test)->attempt(); };
    policy.check_argument = this;
    board.run_from("factory");
  }

  esp_err_t attempt() {
    attempts_at_ms.push_back(static_cast<std::uint64_t>(esp_timer_get_time()) / 1000);
    return reached_at_attempt != 0 && attempts_at_ms.size() >= reached_at_attempt ? ESP_OK
                                                                                  : ESP_FAIL;
  }

  // One boot that calls the policy. `attempt` 0: the server is never reached.
  std::optional<ResetReason> boot(std::size_t attempt) {
    reached_at_attempt = attempt;
    attempts_at_ms.clear();
    result = ESP_FAIL;
    board.console.clear();
    return board.run([this] {
      ASSERT_EQ(nvs_flash_init(), ESP_OK);
      result = rota_confirm_when_reached(&policy, &report);
    });
  }
  // A boot of the old image that saw the server, or did not, and then switches to the new one.
  void update_to_ota_0() {
    board.run([] { ASSERT_EQ(esp_ota_set_boot_partition(find("ota_0")), ESP_OK); });
    ASSERT_EQ(board.reset(), "ota_0");
  }
  OtaState state_of_ota_0() const { return board.records()[0].state; }

  PlatformForTest board;
  rota_confirm_config_t policy{};
  rota_confirm_report_t report{};
  esp_err_t result = ESP_FAIL;
  std::size_t reached_at_attempt = 0;
  std::vector<std::uint64_t> attempts_at_ms;
};

TEST_F(ConfirmPolicy, TheFirstAnswerEndsTheTrial) {
  update_to_ota_0();
  EXPECT_EQ(boot(1), std::nullopt);
  EXPECT_EQ(result, ESP_OK);
  EXPECT_TRUE(report.was_on_trial);
  EXPECT_EQ(report.attempts, 1U);
  EXPECT_EQ(state_of_ota_0(), OtaState::kValid);
  EXPECT_TRUE(board.console_has("this version is confirmed and stays")) << board.console;
  EXPECT_EQ(board.reset(), "ota_0");
}

TEST_F(ConfirmPolicy, WaitsGrowUpToTheLongest) {
  policy.first_wait_ms = 1000;
  policy.longest_wait_ms = 4000;
  update_to_ota_0();
  boot(6);
  EXPECT_EQ(result, ESP_OK);
  ASSERT_EQ(attempts_at_ms.size(), 6U);
  constexpr std::uint64_t kBackoff[] = {1000, 2000, 4000, 4000, 4000};
  constexpr std::uint64_t kTwoTicks = 20;
  for (std::size_t i = 0; i < 5; ++i) {
    const std::uint64_t waited = attempts_at_ms[i + 1] - attempts_at_ms[i];
    EXPECT_GE(waited, kBackoff[i] / 2) << i;
    EXPECT_LE(waited, kBackoff[i] + kTwoTicks) << i;
  }
}

TEST_F(ConfirmPolicy, AnImageThatReachesNothingIsGivenUpWhereTheOneBeforeDid) {
  policy.deadline_ms = 30000;
  boot(1);
  update_to_ota_0();
  EXPECT_EQ(boot(0), ResetReason::kSoftware);
  EXPECT_GE(attempts_at_ms.back() - attempts_at_ms.front(), 30000U)
      << "the last comes at the deadline";
  EXPECT_TRUE(board.console_has("although the version before it reached it")) << board.console;
  EXPECT_EQ(state_of_ota_0(), OtaState::kInvalid);
  ASSERT_EQ(board.reset(), "factory");

  // The version that runs again reaches the server: so it was the image.
  boot(1);
  EXPECT_EQ(result, ESP_OK);
  EXPECT_FALSE(report.was_on_trial);
  EXPECT_EQ(report.verdict, ROTA_CONFIRM_IMAGE_AT_FAULT);
  EXPECT_STREQ(report.given_up, "2.0.0");
  // Said once.
  boot(1);
  EXPECT_EQ(report.verdict, ROTA_CONFIRM_NO_VERDICT);
}

TEST_F(ConfirmPolicy, TheNetworkThatIsDownForTheOldVersionTooIsNotTheImagesFault) {
  boot(1);
  update_to_ota_0();
  boot(0);
  ASSERT_EQ(board.reset(), "factory");
  // The network went down with the update, for everybody.
  boot(0);
  EXPECT_EQ(result, ESP_ERR_TIMEOUT);
  EXPECT_EQ(report.verdict, ROTA_CONFIRM_NETWORK_AT_FAULT);
  EXPECT_STREQ(report.given_up, "2.0.0");
  // Installed again, it is not given up: the version before saw no server.
  update_to_ota_0();
  EXPECT_EQ(boot(0), std::nullopt);
  EXPECT_EQ(result, ESP_ERR_TIMEOUT);
  EXPECT_EQ(state_of_ota_0(), OtaState::kPendingVerify);
  EXPECT_TRUE(board.console_has("the network is down")) << board.console;
}

TEST_F(ConfirmPolicy, TheNetworkMayComeBackDuringTheTrial) {
  boot(0);
  update_to_ota_0();
  reached_at_attempt = 0;
  board.run([this] {
    ASSERT_EQ(nvs_flash_init(), ESP_OK);
    EXPECT_EQ(rota_confirm_when_reached(&policy, nullptr), ESP_ERR_TIMEOUT);
    reached_at_attempt = 1;
    EXPECT_EQ(rota_confirm_when_reached(&policy, nullptr), ESP_OK);
  });
  EXPECT_EQ(state_of_ota_0(), OtaState::kValid);
}

TEST_F(ConfirmPolicy, WithoutAnyRecordAnImageThatReachesNothingIsGivenUp) {
  update_to_ota_0();
  EXPECT_EQ(boot(0), ResetReason::kSoftware);
  EXPECT_TRUE(board.console_has("nothing says that the network is down")) << board.console;
  EXPECT_EQ(board.reset(), "factory");
}

TEST_F(ConfirmPolicy, WithoutAWayBackTheImageGoesOn) {
  update_to_ota_0();
  board.put(board.partition("factory").offset, repeated(16, 0));
  EXPECT_EQ(boot(0), std::nullopt);
  EXPECT_EQ(result, ESP_ERR_OTA_ROLLBACK_FAILED);
  EXPECT_TRUE(board.console_has("no other image to go back to")) << board.console;
}

TEST_F(ConfirmPolicy, FlashIsWrittenOnlyForWhatChanged) {
  boot(1);
  const std::vector<std::byte> before(board.bytes_of("nvs").begin(), board.bytes_of("nvs").end());
  for (int i = 0; i < 3; ++i) boot(1);
  EXPECT_TRUE(std::equal(before.begin(), before.end(), board.bytes_of("nvs").begin()));
}

TEST_F(ConfirmPolicy, AnyAnswerOfTheServerCounts) {
  FileServerForTest server([](const RequestForTest&) { return reply(503, "", "busy"); });
  const std::string url = server.url();
  esp_http_client_config_t http{};
  http.url = url.c_str();
  http.timeout_ms = 60000;
  policy.check = nullptr;
  policy.http = &http;
  update_to_ota_0();
  boot(0);
  EXPECT_EQ(result, ESP_OK);
  EXPECT_EQ(state_of_ota_0(), OtaState::kValid);
  ASSERT_EQ(server.requests().size(), 1U);
  EXPECT_EQ(server.requests()[0].method(), "HEAD");
}

TEST_F(ConfirmPolicy, NothingToTryIsAMistake) {
  board.run([] {
    const rota_confirm_config_t nothing{};
    EXPECT_EQ(rota_confirm_when_reached(nullptr, nullptr), ESP_ERR_INVALID_ARG);
    EXPECT_EQ(rota_confirm_when_reached(&nothing, nullptr), ESP_ERR_INVALID_ARG);
  });
}

}  // namespace
}  // namespace rota::idf
