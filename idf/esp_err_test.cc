#include "esp_err.h"

#include <gtest/gtest.h>

#include <array>
#include <cerrno>

#include "esp_http_client.h"
#include "esp_ota_ops.h"
#include "idf/platform_for_test.h"
#include "nvs.h"

namespace rota::idf {
namespace {

TEST(ErrorNames, ACodeHasTheNameOfItsSymbol) {
  EXPECT_STREQ(esp_err_to_name(ESP_OK), "ESP_OK");
  EXPECT_STREQ(esp_err_to_name(ESP_FAIL), "ESP_FAIL");
  EXPECT_STREQ(esp_err_to_name(0x10D), "ESP_ERR_NOT_ALLOWED");
  EXPECT_STREQ(esp_err_to_name(ESP_ERR_NVS_NO_FREE_PAGES), "ESP_ERR_NVS_NO_FREE_PAGES");
  EXPECT_STREQ(esp_err_to_name(0x1503), "ESP_ERR_OTA_VALIDATE_FAILED");
  EXPECT_STREQ(esp_err_to_name(0x7007), "ESP_ERR_HTTP_EAGAIN");
  EXPECT_STREQ(esp_err_to_name(0x9001), "ESP_ERR_HTTPS_OTA_IN_PROGRESS");
}

TEST(ErrorNames, AnUnknownCodeIsAnError) {
  EXPECT_STREQ(esp_err_to_name(0x7777777), "ERROR");
  EXPECT_STREQ(esp_err_to_name(-2), "ERROR");
}

TEST(ErrorNames, NumbersOfTheCLibraryAreTranslatedIntoABuffer) {
  std::array<char, 40> text{};
  EXPECT_STREQ(esp_err_to_name_r(ENOENT, text.data(), text.size()), "No such file or directory");
  EXPECT_STREQ(esp_err_to_name_r(ESP_ERR_NO_MEM, text.data(), text.size()), "ESP_ERR_NO_MEM");
  EXPECT_STREQ(esp_err_to_name_r(0x7777777, text.data(), text.size()),
               "ERROR 0x7777777(125269879)");
  EXPECT_STREQ(esp_err_to_name_r(ESP_ERR_NO_MEM, text.data(), 8), "ESP_ERR");
}

TEST(ErrorChecks, AFailedCheckSaysWhereAndEndsTheBoot) {
  PlatformForTest board;
  const auto reason = board.run([] { ESP_ERROR_CHECK(ESP_ERR_NVS_NOT_FOUND); });
  EXPECT_EQ(reason, ResetReason::kPanic);
  EXPECT_TRUE(
      board.console_has("ESP_ERROR_CHECK failed: esp_err_t 0x1102 (ESP_ERR_NVS_NOT_FOUND) at 0x"));
  EXPECT_TRUE(board.console_has("expression: ESP_ERR_NVS_NOT_FOUND\n"));
}

TEST(ErrorChecks, ACheckWithoutAbortGoesOnWithTheValue) {
  PlatformForTest board;
  esp_err_t value = ESP_OK;
  const auto reason = board.run([&] { value = ESP_ERROR_CHECK_WITHOUT_ABORT(ESP_ERR_NO_MEM); });
  EXPECT_EQ(reason, std::nullopt);
  EXPECT_EQ(value, ESP_ERR_NO_MEM);
  EXPECT_TRUE(board.console_has("ESP_ERROR_CHECK_WITHOUT_ABORT failed: esp_err_t 0x101"));
}

}  // namespace
}  // namespace rota::idf
