// Every option of sdkconfig that reaches esp_ota_ops and esp_https_ota: flipped, and the change
// observed.
#include "esp_app_desc.h"
#include "esp_efuse.h"
#include "esp_event.h"
#include "esp_flash.h"
#include "formats/signature_block.h"
#include "freertos/task.h"
#include "idf/https_ota_for_test.h"
#include "idf/ota_ops_for_test.h"

namespace rota::idf {
namespace {

using formats::OtaRecord;
using formats::OtaState;

class OptionOfOtaOps : public OtaOps {};
class OptionOfHttpsOta : public HttpsOta {};

TEST_F(OptionOfOtaOps, PartitionTableOffset) {
  std::array<std::byte, formats::kTableBytes> table{};
  auto rows = PlatformForTest::tutorial_table();
  rows[rows.size() - 1].size = 0x20000;
  ASSERT_TRUE(formats::write_table(rows, true, table).ok());
  board.put(0x320000, table);
  start("factory");
  EXPECT_EQ(find("storage")->size, 0x10000U);
  config_for_test().partition_table_offset = 0x320000;
  start("factory");
  EXPECT_EQ(find("storage")->size, 0x20000U);
}

TEST_F(OptionOfOtaOps, PartitionTableMd5) {
  board.put_table(PlatformForTest::tutorial_table(), false);
  start("factory");
  EXPECT_EQ(esp_ota_get_running_partition(), nullptr);
  config_for_test().partition_table_md5 = false;
  start("factory");
  EXPECT_EQ(esp_ota_get_running_partition(), find("factory"));
}

TEST_F(OptionOfOtaOps, BootloaderOffset) {
  esp_bootloader_desc_t description{};
  start("factory");
  EXPECT_EQ(esp_ota_get_bootloader_description(nullptr, &description), ESP_OK);
  config_for_test().bootloader_offset = 0x2000;
  start("factory");
  EXPECT_EQ(esp_ota_get_bootloader_description(nullptr, &description), ESP_ERR_NOT_FOUND);
}

TEST_F(OptionOfOtaOps, AppRollbackEnable) {
  for (const bool enabled : {false, true}) {
    config_for_test().app_rollback_enable = enabled;
    board.put_records(OtaRecord::blank(), OtaRecord::blank());
    start_with_image("factory");
    board.put_image("ota_0", {});
    ASSERT_EQ(esp_ota_set_boot_partition(find("ota_0")), ESP_OK);
    EXPECT_EQ(board.records()[0].state, enabled ? OtaState::kNew : OtaState::kUndefined);
  }
}

TEST_F(OptionOfOtaOps, AppAntiRollback) {
  board.fuses.secure_version = 1;
  for (const bool enabled : {false, true}) {
    config_for_test().app_anti_rollback = enabled;
    start_with_image("factory");
    board.put_image("ota_0", {.secure_version = 0});
    EXPECT_EQ(esp_ota_set_boot_partition(find("ota_0")),
              enabled ? ESP_ERR_OTA_SMALL_SEC_VER : ESP_OK);
  }
}

TEST_F(OptionOfOtaOps, SecureVersionWidth) {
  config_for_test().app_anti_rollback = true;
  board.fuses.secure_version = 0b11111;
  board.put_image("factory", {});
  for (const std::uint8_t width : {std::uint8_t{4}, std::uint8_t{32}}) {
    config_for_test().secure_version_width = width;
    start("factory");
    board.put_image("ota_0", {.secure_version = 4});
    EXPECT_EQ(esp_ota_set_boot_partition(find("ota_0")),
              width == 4 ? ESP_OK : ESP_ERR_OTA_SMALL_SEC_VER)
        << "bits beyond the width do not count";
  }
}

TEST_F(OptionOfOtaOps, SecureBoot) {
  board.fuses.revoked_keys = 1;
  for (const bool enabled : {false, true}) {
    config_for_test().secure_boot = enabled;
    start_with_image("factory");
    EXPECT_EQ(esp_ota_revoke_secure_boot_public_key(SECURE_BOOT_PUBLIC_KEY_INDEX_0),
              enabled ? ESP_OK : ESP_FAIL);
  }
}

TEST_F(OptionOfOtaOps, SecureSignedOnUpdate) {
  for (const bool enabled : {false, true}) {
    config_for_test().secure_signed_on_update = enabled;
    start_with_image("factory");
    EXPECT_EQ(install("ota_0", board.make_image({.version = "unsigned"})),
              enabled ? ESP_ERR_OTA_VALIDATE_FAILED : ESP_OK);
    EXPECT_EQ(board.console_has("signature is missing"), enabled) << board.console;
  }
}

TEST_F(OptionOfOtaOps, SecureSignedOnUpdateTakesWhatCarriesASignatureAndSaysWhatItDidNotCheck) {
  config_for_test().secure_signed_on_update = true;
  start_with_image("factory");
  auto image = board.make_image({.version = "signed", .signature_block = true});
  ASSERT_EQ(install("ota_0", image), ESP_OK) << board.console;
  EXPECT_EQ(esp_ota_set_boot_partition(find("ota_0")), ESP_OK);
  EXPECT_TRUE(board.console_has("neither the signature nor its key is verified")) << board.console;

  const std::size_t padding = image.size() - formats::kSignatureSectorBytes - 1;
  image[padding] ^= std::byte{1};
  EXPECT_EQ(install("ota_1", image), ESP_ERR_OTA_VALIDATE_FAILED)
      << "the block is over other bytes";
  board.put(board.partition("ota_0").offset + static_cast<std::uint32_t>(padding),
            Bytes(image).subspan(padding, 1));
  EXPECT_EQ(esp_ota_set_boot_partition(find("ota_0")), ESP_ERR_OTA_VALIDATE_FAILED);
}

// Each scheme takes its own blocks only (spec 4.8, 4.9).
TEST_F(OptionOfOtaOps, SecureSignedAppsScheme) {
  config_for_test().secure_signed_on_update = true;
  using Scheme = Config::SignedApps;
  for (const Scheme scheme : {Scheme::kRsa, Scheme::kEcdsaV2, Scheme::kEcdsaV1}) {
    config_for_test().secure_signed_apps_scheme = scheme;
    start_with_image("factory");
    const unsigned own = scheme == Scheme::kRsa ? 2 : scheme == Scheme::kEcdsaV2 ? 3 : 0;
    for (const unsigned version : {0U, 2U, 3U}) {
      const auto image = board.make_image(
          {.version = "signed", .signature_block = true, .signature_version = version});
      EXPECT_EQ(install("ota_0", image), version == own ? ESP_OK : ESP_ERR_OTA_VALIDATE_FAILED)
          << "scheme " << static_cast<int>(scheme) << ", block " << version;
    }
    EXPECT_EQ(install("ota_0", board.make_image({.version = "unsigned"})),
              ESP_ERR_OTA_VALIDATE_FAILED);
  }
}

// Without secure boot only the first block of the sector counts (spec 4.9).
TEST_F(OptionOfOtaOps, SecureSignedAppsNoSecureBoot) {
  config_for_test().secure_signed_on_update = true;
  for (const bool enabled : {false, true}) {
    config_for_test().secure_signed_apps_no_secure_boot = enabled;
    start_with_image("factory");
    const auto image = [&](unsigned place) {
      return board.make_image(
          {.version = "signed", .signature_block = true, .signature_place = place});
    };
    EXPECT_EQ(install("ota_0", image(0)), ESP_OK);
    EXPECT_EQ(install("ota_0", image(1)), enabled ? ESP_ERR_OTA_VALIDATE_FAILED : ESP_OK);
  }
}

TEST_F(OptionOfOtaOps, SpiFlashVerifyWrite) {
  for (const bool enabled : {false, true}) {
    config_for_test().spi_flash_verify_write = enabled;
    start("factory");
    const auto* storage = find("storage");
    const std::array<std::uint8_t, 2> first{0xF0, 0x0F};
    const std::array<std::uint8_t, 2> second{0x0F, 0x0F};  // bits that only an erase can set
    ASSERT_EQ(esp_partition_erase_range(storage, 0, 4096), ESP_OK);
    EXPECT_EQ(esp_partition_write(storage, 300, first.data(), first.size()), ESP_OK);
    EXPECT_EQ(esp_partition_write(storage, 300, second.data(), second.size()),
              enabled ? ESP_FAIL : ESP_OK);
    ASSERT_EQ(esp_partition_erase_range(storage, 0, 4096), ESP_OK);
    EXPECT_EQ(esp_flash_write(nullptr, first.data(), storage->address, 2), ESP_OK);
    EXPECT_EQ(esp_flash_write(nullptr, second.data(), storage->address, 2),
              enabled ? ESP_FAIL : ESP_OK);
  }
}

// The secure version of the project's options stands in its image's description, is what the app
// reads of itself, and what anti-rollback burns when the image confirms itself.
TEST_F(OptionOfOtaOps, AppSecureVersion) {
  config_for_test().app_anti_rollback = true;
  config_for_test().app_rollback_enable = true;
  for (const std::uint32_t version : {0U, 2U}) {
    board.fuses.secure_version = 0;
    board.put_image("ota_0", {.secure_version = version});
    board.put_records(PlatformForTest::record(1, OtaState::kPendingVerify), OtaRecord::blank());
    start("ota_0");
    EXPECT_EQ(esp_app_get_description()->secure_version, version);
    EXPECT_EQ(esp_ota_mark_app_valid_cancel_rollback(), ESP_OK);
    EXPECT_EQ(esp_efuse_read_secure_version(), version);
    EXPECT_EQ(esp_efuse_check_secure_version(1), version <= 1);
  }
}

TEST_F(OptionOfOtaOps, EfuseSecureVersionEmulate) {
  config_for_test().app_anti_rollback = true;
  config_for_test().app_rollback_enable = true;
  auto rows = PlatformForTest::tutorial_table();
  const std::uint32_t at = rows[rows.size() - 1].offset + rows[rows.size() - 1].size;
  ASSERT_TRUE(rows.push_back(
      PlatformForTest::row("emul_efuse", formats::PartitionType::kData, 5, at, 0x2000)));
  board.put_table(rows);
  for (const bool emulated : {true, false}) {
    config_for_test().efuse_secure_version_emulate = emulated;
    board.put_image("ota_0", {.secure_version = 3});
    board.put_records(PlatformForTest::record(1, OtaState::kPendingVerify), OtaRecord::blank());
    start("ota_0");
    ASSERT_EQ(esp_ota_mark_app_valid_cancel_rollback(), ESP_OK);
    EXPECT_EQ(esp_efuse_read_secure_version(), 3U);
    EXPECT_EQ(board.fuses.secure_version, emulated ? 0U : 0b111U) << "the chip's own fuses";
    board.put_image("ota_1", {.secure_version = 2});
    EXPECT_EQ(esp_ota_set_boot_partition(find("ota_1")), ESP_ERR_OTA_SMALL_SEC_VER);
  }
}

// The bootloader, too: it reads the partition when it was built so.
TEST_F(OptionOfOtaOps, EfuseSecureVersionEmulateInTheBootloader) {
  auto rows = PlatformForTest::tutorial_table();
  const std::uint32_t at = rows[rows.size() - 1].offset + rows[rows.size() - 1].size;
  ASSERT_TRUE(rows.push_back(
      PlatformForTest::row("emul_efuse", formats::PartitionType::kData, 5, at, 0x2000)));
  board.put_table(rows);
  board.put(at, std::array{std::byte{0xF8}});  // three bits burned
  board.put_image("factory", {.secure_version = 3});
  board.put_image("ota_0", {.secure_version = 2});
  board.put_records(PlatformForTest::record(1, OtaState::kValid), OtaRecord::blank());
  for (const bool emulated : {false, true}) {
    formats::BootloaderSettings settings;
    settings.anti_rollback = true;
    settings.rollback = true;
    settings.emulate_secure_version = emulated;
    board.put_bootloader(settings);
    EXPECT_EQ(board.reset(), emulated ? "factory" : "ota_0");
  }
}

TEST_F(OptionOfOtaOps, EfuseSecureVersionEmulateWithoutItsPartition) {
  config_for_test().app_anti_rollback = true;
  config_for_test().efuse_secure_version_emulate = true;
  start_with_image("factory");
  EXPECT_EQ(esp_efuse_read_secure_version(), 0U);
  EXPECT_TRUE(board.console_has("Add: emul_efuse, data, efuse, , 0x2000")) << board.console;
}

TEST_F(OptionOfOtaOps, FlashEncryption) {
  for (const bool enabled : {false, true}) {
    config_for_test().flash_encryption = enabled;
    start_with_image("factory");
    EXPECT_EQ(find("ota_0")->encrypted, enabled);
    const esp_ota_handle_t handle = begun("ota_0", 0);
    const auto bytes = repeated(10, 0x11);
    EXPECT_EQ(esp_ota_write_with_offset(handle, bytes.data(), bytes.size(), 0),
              enabled ? ESP_ERR_INVALID_ARG : ESP_OK);
  }
}

TEST_F(OptionOfOtaOps, RotaOtaDataInPlace) {
  for (const bool in_place : {false, true}) {
    config_for_test().ota_data_in_place = in_place;
    board.put_records(PlatformForTest::record(1, OtaState::kUndefined), OtaRecord::blank());
    start_with_image("ota_0");
    ASSERT_EQ(esp_ota_mark_app_valid_cancel_rollback(), ESP_OK);
    EXPECT_EQ(board.records()[1] == OtaRecord::blank(), in_place)
        << "the default never erases the only confirmed record";
  }
}

TEST_F(OptionOfOtaOps, RotaSlotWritingReference) {
  for (const bool reference : {false, true}) {
    config_for_test().slot_writing_reference = reference;
    start_with_image("factory");
    board.put_image("ota_0", {});
    begun("ota_0", 0);
    EXPECT_EQ(board.is_erased("ota_0"), reference);
  }
}

TEST_F(OptionOfOtaOps, RotaReferenceConfirmation) {
  board.put_image("ota_1", {});
  for (const bool reference : {false, true}) {
    config_for_test().reference_confirmation = reference;
    board.put_records(PlatformForTest::record(1, OtaState::kValid),
                      PlatformForTest::record(2, OtaState::kUndefined));
    start_with_image("ota_0");
    EXPECT_EQ(esp_ota_mark_app_valid_cancel_rollback(), reference ? ESP_OK : ESP_ERR_INVALID_STATE);
  }
}

TEST_F(OptionOfOtaOps, RotaAcceptMissingDigest) {
  for (const bool accept : {false, true}) {
    config_for_test().accept_missing_digest = accept;
    start_with_image("factory");
    EXPECT_EQ(install("ota_0", board.make_image({.digest = false})),
              accept ? ESP_OK : ESP_ERR_OTA_VALIDATE_FAILED);
  }
}

TEST_F(OptionOfHttpsOta, AllowHttp) {
  serve_image();
  for (const bool allowed : {false, true}) {
    config_for_test().https_ota_allow_http = allowed;
    EXPECT_EQ(esp_https_ota(&ota), allowed ? ESP_OK : ESP_ERR_INVALID_ARG);
  }
}

TEST_F(OptionOfHttpsOta, DecryptCallback) {
  serve_image();
  for (const bool enabled : {false, true}) {
    config_for_test().https_ota_decrypt_cb = enabled;
    EXPECT_EQ(esp_https_ota(&ota), enabled ? ESP_ERR_INVALID_ARG : ESP_OK)
        << "with the option a callback is a must";
  }
}

TEST_F(OptionOfHttpsOta, EnablePartialDownload) {
  serve_image();
  ota.partial_http_download = true;
  for (const bool enabled : {false, true}) {
    config_for_test().https_ota_partial_download = enabled;
    EXPECT_EQ(esp_https_ota(&ota), ESP_OK);
    EXPECT_EQ(server->requests().back().method(), "GET");
    EXPECT_EQ(server->requests().size(), enabled ? 3U : 1U) << "HEAD comes first";
  }
}

TEST_F(OptionOfHttpsOta, VerifySpiMode) {
  image = board.make_image({.spi_flash_mode = 1});
  serve_image();
  for (const bool verify : {false, true}) {
    config_for_test().https_ota_verify_spi_mode = verify;
    EXPECT_EQ(esp_https_ota(&ota), verify ? ESP_ERR_OTA_SPI_MODE_MISMATCH : ESP_OK);
  }
}

// A handler that never comes back in time: the update goes on and says which event was lost.
TEST_F(OptionOfHttpsOta, EventPostTimeout) {
  image = board.make_image({.payload_bytes = 60'000});  // more events than the loop's queue holds
  serve_image();
  boot.reset();
  for (const std::int32_t timeout_ms : {100, 60'000}) {
    config_for_test().https_ota_event_post_timeout_ms = timeout_ms;
    board.console.clear();
    board.run([&] {
      ASSERT_EQ(esp_event_loop_create_default(), ESP_OK);
      const auto slow = [](void*, esp_event_base_t, std::int32_t, void*) {
        vTaskDelay(pdMS_TO_TICKS(1000));
      };
      ASSERT_EQ(esp_event_handler_register(ESP_HTTPS_OTA_EVENT, ESP_EVENT_ANY_ID, slow, nullptr),
                ESP_OK);
      EXPECT_EQ(esp_https_ota(&ota), ESP_OK);
    });
    EXPECT_EQ(board.console_has("of the update was lost"), timeout_ms == 100) << board.console;
  }
}

}  // namespace
}  // namespace rota::idf
