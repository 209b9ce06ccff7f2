// The chip by address, and what apps ask about images on it.
#include "esp_flash.h"

#include <gtest/gtest.h>

#include <array>

#include "bootloader_common.h"
#include "esp_image_format.h"
#include "esp_partition.h"
#include "idf/platform_for_test.h"
#include "idf/runtime.h"

namespace rota::idf {
namespace {

class FlashByAddress : public testing::Test {
 protected:
  FlashByAddress() {
    board.put_bootloader({});
    board.put_image("factory", {.version = "1.0.0"});
    board.run_from("factory");
    boot.emplace(board);
  }
  PlatformForTest board;
  std::optional<Runtime> boot;
  std::array<std::uint8_t, 16> bytes{1, 2, 3};
};

TEST_F(FlashByAddress, WhatIsWrittenIsRead) {
  const std::uint32_t address = board.partition("storage").offset;
  EXPECT_EQ(esp_flash_erase_region(nullptr, address, SPI_FLASH_SEC_SIZE), ESP_OK);
  EXPECT_EQ(esp_flash_write(nullptr, bytes.data(), address, bytes.size()), ESP_OK);
  std::array<std::uint8_t, 16> back{};
  EXPECT_EQ(esp_flash_read(nullptr, back.data(), address, back.size()), ESP_OK);
  EXPECT_EQ(back, bytes);
}

TEST_F(FlashByAddress, WhatMustNotBeTouchedIsRefused) {
  const std::uint32_t running = board.partition("factory").offset;
  for (const std::uint32_t address : {0x1000U, 0x8000U, 0x8C00U, running}) {
    EXPECT_EQ(esp_flash_write(nullptr, bytes.data(), address, 4), ESP_ERR_INVALID_ARG) << address;
    EXPECT_FALSE(esp_partition_main_flash_region_safe(address, 4)) << address;
  }
  EXPECT_EQ(esp_flash_erase_region(nullptr, running, SPI_FLASH_SEC_SIZE), ESP_ERR_INVALID_ARG);
  config_for_test().spi_flash_dangerous_write = Config::DangerousWrite::kAllowed;
  EXPECT_EQ(esp_flash_write(nullptr, bytes.data(), running, 4), ESP_OK);
}

TEST_F(FlashByAddress, RangesOutsideOfTheChipAreRefused) {
  std::uint32_t size = 0;
  EXPECT_EQ(esp_flash_get_size(nullptr, &size), ESP_OK);
  EXPECT_EQ(size, 4U << 20U);
  EXPECT_EQ(esp_flash_read(nullptr, bytes.data(), size - 4, 8), ESP_ERR_INVALID_ARG);
  EXPECT_EQ(esp_flash_write(nullptr, bytes.data(), size, 4), ESP_ERR_INVALID_ARG);
  EXPECT_EQ(esp_flash_erase_region(nullptr, size - 100, 100), ESP_ERR_INVALID_ARG);
  EXPECT_EQ(esp_flash_erase_region(nullptr, 0xFFFFF000U, 0x1000), ESP_ERR_INVALID_ARG);
}

TEST_F(FlashByAddress, ImagesAreVerifiedWhereTheyLie) {
  const auto& factory = board.partition("factory");
  const esp_partition_pos_t place{factory.offset, factory.size};
  esp_image_metadata_t data{};
  EXPECT_EQ(esp_image_verify(ESP_IMAGE_VERIFY, &place, &data), ESP_OK) << board.console;
  EXPECT_EQ(data.start_addr, factory.offset);
  EXPECT_EQ(data.image.magic, ESP_IMAGE_HEADER_MAGIC);
  EXPECT_GT(data.image_len, 20000U);
  const auto& empty = board.partition("ota_0");
  const esp_partition_pos_t nothing{empty.offset, empty.size};
  EXPECT_EQ(esp_image_verify(ESP_IMAGE_VERIFY_SILENT, &nothing, &data), ESP_ERR_IMAGE_INVALID);
  EXPECT_EQ(data.image_len, 0U);
  EXPECT_EQ(esp_image_verify(ESP_IMAGE_VERIFY, nullptr, &data), ESP_ERR_INVALID_ARG);
}

TEST_F(FlashByAddress, TheBootloaderIsKnownByItsPlace) {
  std::uint32_t length = 0;
  EXPECT_EQ(esp_image_verify_bootloader(&length), ESP_OK) << board.console;
  EXPECT_GT(length, 0U);
  const esp_partition_t as_app{nullptr,
                               ESP_PARTITION_TYPE_APP,
                               ESP_PARTITION_SUBTYPE_APP_FACTORY,
                               0x1000,
                               0x7000,
                               0x1000,
                               {},
                               false,
                               false};
  std::array<std::uint8_t, 32> digest{};
  EXPECT_EQ(esp_partition_get_sha256(&as_app, digest.data()), ESP_OK);
}

TEST_F(FlashByAddress, ARecordIsJudgedAsTheBootloaderJudgesIt) {
  esp_ota_select_entry_t entry{};
  entry.ota_seq = 1;
  entry.ota_state = ESP_OTA_IMG_VALID;
  entry.crc = bootloader_common_ota_select_crc(&entry);
  EXPECT_EQ(entry.crc, 0x4743989AU);
  EXPECT_TRUE(bootloader_common_ota_select_valid(&entry));
  entry.crc ^= 1U;
  EXPECT_FALSE(bootloader_common_ota_select_valid(&entry));
  EXPECT_FALSE(bootloader_common_ota_select_invalid(&entry));
  entry.ota_state = ESP_OTA_IMG_ABORTED;
  EXPECT_TRUE(bootloader_common_ota_select_invalid(&entry));
}

}  // namespace
}  // namespace rota::idf
