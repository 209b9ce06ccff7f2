// eFuse fields, the state of security features, and the ROM's CRCs.
#include "esp_efuse.h"

#include <cstring>

#include "esp_efuse_table.h"
#include "esp_flash_encrypt.h"
#include "esp_rom_crc.h"
#include "esp_secure_boot.h"
#include "idf/ota_ops_for_test.h"

namespace rota::idf {
namespace {

class EFuseFields : public OtaOps {};

TEST_F(EFuseFields, AreReadAsTheBoardHasThem) {
  board.fuses.secure_version = 0b111;
  start_with_image("factory");
  std::array<std::uint8_t, 6> mac{};
  EXPECT_EQ(esp_efuse_read_field_blob(ESP_EFUSE_MAC, mac.data(), 48), ESP_OK);
  EXPECT_EQ(mac, (std::array<std::uint8_t, 6>{0x24, 0x6F, 0x28, 0x01, 0x02, 0x03}));
  std::size_t burned = 0;
  EXPECT_EQ(esp_efuse_read_field_cnt(ESP_EFUSE_SECURE_VERSION, &burned), ESP_OK);
  EXPECT_EQ(burned, 3U);
  std::uint32_t first = 7;
  EXPECT_EQ(esp_efuse_read_field_blob(ESP_EFUSE_USER_DATA, &first, 32), ESP_OK);
  EXPECT_EQ(first, 0U) << "nobody burned it";
  EXPECT_EQ(esp_efuse_get_field_size(ESP_EFUSE_MAC), 48);
  EXPECT_EQ(esp_efuse_read_field_blob(nullptr, &first, 32), ESP_ERR_INVALID_ARG);
  const esp_efuse_desc_t other{"SPI_PAD", 5};
  const esp_efuse_desc_t* field[] = {&other, nullptr};
  EXPECT_EQ(esp_efuse_read_field_blob(field, &first, 5), ESP_ERR_NOT_SUPPORTED);
  EXPECT_EQ(esp_efuse_write_field_blob(ESP_EFUSE_USER_DATA, &first, 8), ESP_ERR_NOT_SUPPORTED);
}

TEST_F(EFuseFields, TheSecureVersionOnlyGrows) {
  start_with_image("factory");
  EXPECT_EQ(esp_efuse_update_secure_version(2), ESP_OK);
  EXPECT_EQ(board.fuses.secure_version, 0b11U);
  EXPECT_EQ(esp_efuse_update_secure_version(2), ESP_OK);
  EXPECT_EQ(esp_efuse_update_secure_version(1), ESP_FAIL);
  EXPECT_EQ(esp_efuse_update_secure_version(33), ESP_ERR_INVALID_ARG);
  board.fuses.burns_fail = true;
  EXPECT_EQ(esp_efuse_update_secure_version(3), ESP_FAIL);
}

TEST_F(EFuseFields, SecurityFeaturesAreWhatTheProjectChose) {
  for (const bool enabled : {false, true}) {
    config_for_test().secure_boot = enabled;
    config_for_test().flash_encryption = enabled;
    start_with_image("factory");
    EXPECT_EQ(esp_secure_boot_enabled(), enabled);
    EXPECT_EQ(esp_flash_encryption_enabled(), enabled);
    EXPECT_EQ(esp_get_flash_encryption_mode(),
              enabled ? ESP_FLASH_ENC_MODE_DEVELOPMENT : ESP_FLASH_ENC_MODE_DISABLED);
  }
}

// Check values of "123456789" in the catalogues of CRCs: HDLC, BZIP2, X-25, GENIBUS, ROHC inverted.
TEST(RomCrc, GivesTheKnownCheckValues) {
  const auto* text = reinterpret_cast<const std::uint8_t*>("123456789");
  EXPECT_EQ(esp_rom_crc32_le(0, text, 9), 0xCBF43926U);
  EXPECT_EQ(esp_rom_crc32_be(0, text, 9), 0xFC891918U);
  EXPECT_EQ(esp_rom_crc16_le(0, text, 9), 0x906EU);
  EXPECT_EQ(esp_rom_crc16_be(0, text, 9), 0xD64EU);
  EXPECT_EQ(esp_rom_crc8_le(0, text, 9), 0xD0U ^ 0xFFU);
  EXPECT_EQ(esp_rom_crc32_le(esp_rom_crc32_le(0, text, 4), text + 4, 5), 0xCBF43926U);
}

}  // namespace
}  // namespace rota::idf
