// What boots, and confirming or rejecting it (spec 5.4), up to whole journeys with the board's own
// bootloader.
#include <cstring>

#include "idf/ota_ops_for_test.h"

namespace rota::idf {
namespace {

using formats::OtaRecord;
using formats::OtaState;
using formats::PartitionType;

// ---- What boots ------------------------------------------------------------------------------

TEST_F(OtaOps, SetBootChecksItsArgument) {
  start_with_image("factory");
  EXPECT_EQ(esp_ota_set_boot_partition(nullptr), ESP_ERR_INVALID_ARG);
  EXPECT_EQ(esp_ota_set_boot_partition_skip_validate(nullptr), ESP_ERR_INVALID_ARG);
  EXPECT_EQ(esp_ota_set_boot_partition(find("ota_0")), ESP_ERR_OTA_VALIDATE_FAILED) << "erased";
  EXPECT_EQ(esp_ota_set_boot_partition_skip_validate(find("ota_0")), ESP_OK);
}

TEST_F(OtaOps, Trap32TheImageIsVerifiedBeforeTheTypeIsLookedAt) {
  start_with_image("factory");
  EXPECT_EQ(esp_ota_set_boot_partition(find("nvs")), ESP_ERR_OTA_VALIDATE_FAILED);
  EXPECT_EQ(esp_ota_set_boot_partition_skip_validate(find("nvs")), ESP_ERR_INVALID_ARG);
}

TEST_F(OtaOps, Trap9FactoryMeansThatOtaDataAreErased) {
  board.put_image("factory", {});
  board.put_records(PlatformForTest::record(1, OtaState::kValid),
                    PlatformForTest::record(2, OtaState::kValid));
  start_with_image("ota_1");
  EXPECT_EQ(esp_ota_set_boot_partition(find("factory")), ESP_OK);
  EXPECT_TRUE(board.is_erased("otadata"));
  EXPECT_EQ(esp_ota_get_boot_partition(), find("factory"));
  EXPECT_EQ(esp_ota_get_running_partition(), find("ota_1"));
}

// Repaired: the reference selects ota_0.
TEST_F(OtaOps, Trap10ATestPartitionIsNoSlot) {
  auto rows = PlatformForTest::tutorial_table();
  static_cast<void>(rows.push_back(
      PlatformForTest::row("test", PartitionType::kApp, formats::kAppTest, 0x320000, 0x10000)));
  board.put_table(rows);
  start_with_image("factory");
  EXPECT_EQ(esp_ota_set_boot_partition_skip_validate(find("test")), ESP_ERR_INVALID_ARG);
  EXPECT_TRUE(board.is_erased("otadata"));
}

TEST_F(OtaOps, Trap7SettingTheSelectedSlotAgainPutsItOnTrialAgain) {
  config_for_test().app_rollback_enable = true;
  config_for_test().ota_data_in_place = true;
  board.put_records(PlatformForTest::record(1, OtaState::kValid), OtaRecord::blank());
  start_with_image("ota_0");
  EXPECT_EQ(esp_ota_set_boot_partition(find("ota_0")), ESP_OK);
  EXPECT_EQ(board.records()[0], PlatformForTest::record(1, OtaState::kNew));
}

TEST_F(OtaOps, Trap33AnImageThatIsTooOldIsErased) {
  config_for_test().app_anti_rollback = true;
  board.fuses.secure_version = 1;
  start_with_image("factory");
  board.put_image("ota_0", {.secure_version = 0});
  EXPECT_EQ(esp_ota_set_boot_partition(find("ota_0")), ESP_ERR_OTA_SMALL_SEC_VER);
  EXPECT_TRUE(board.is_erased("ota_0"));
  EXPECT_TRUE(board.console_has("CONFIG_BOOTLOADER_APP_SECURE_VERSION")) << board.console;
}

TEST_F(OtaOps, Trap34TheSecureVersionIsTheNumberOfBurnedBits) {
  config_for_test().app_anti_rollback = true;
  board.fuses.secure_version = 0b101;
  start_with_image("factory");
  board.put_image("ota_0", {.secure_version = 2});
  EXPECT_EQ(esp_ota_set_boot_partition(find("ota_0")), ESP_OK);
}

TEST_F(OtaOps, Trap86SetBootVerifiesAgain) {
  start_with_image("factory");
  const auto image = board.make_image({.version = "new"});
  ASSERT_EQ(install("ota_0", image), ESP_OK);
  const std::byte flipped = image[9000] ^ std::byte{1};
  board.put(board.partition("ota_0").offset + 9000, Bytes(&flipped, 1));
  EXPECT_EQ(esp_ota_set_boot_partition(find("ota_0")), ESP_ERR_OTA_VALIDATE_FAILED);
  EXPECT_TRUE(board.is_erased("otadata"));
}

TEST_F(OtaOps, WithoutOtaDataNothingIsSelected) {
  auto rows = PlatformForTest::tutorial_table();
  rows[1].subtype = formats::kDataUndefined;
  board.put_table(rows);
  start_with_image("factory");
  board.put_image("ota_0", {});
  EXPECT_EQ(esp_ota_get_boot_partition(), nullptr);
  EXPECT_EQ(esp_ota_set_boot_partition(find("ota_0")), ESP_ERR_NOT_FOUND);
  EXPECT_EQ(esp_ota_set_boot_partition(find("factory")), ESP_ERR_NOT_FOUND);
  EXPECT_EQ(esp_ota_mark_app_valid_cancel_rollback(), ESP_ERR_NOT_FOUND);
  EXPECT_EQ(esp_ota_mark_app_invalid_rollback(), ESP_ERR_NOT_FOUND);
}

TEST_F(OtaOps, NextUpdateGoesRoundTheSlots) {
  start_with_image("factory");
  EXPECT_EQ(esp_ota_get_next_update_partition(nullptr), find("ota_0"));
  EXPECT_EQ(esp_ota_get_next_update_partition(find("ota_0")), find("ota_1"));
  EXPECT_EQ(esp_ota_get_next_update_partition(find("ota_1")), find("ota_0"));
  EXPECT_EQ(esp_ota_get_next_update_partition(find("nvs")), find("ota_0"));
  start_with_image("ota_0");
  EXPECT_EQ(esp_ota_get_next_update_partition(nullptr), find("ota_1"));
  esp_partition_t unknown = *find("ota_1");
  unknown.size -= 1;
  EXPECT_EQ(esp_ota_get_next_update_partition(&unknown), nullptr)
      << "an assertion in the reference";
}

TEST_F(OtaOps, Trap35ASingleSlotIsItsOwnNext) {
  formats::PartitionRows rows;
  for (const auto& row : PlatformForTest::tutorial_table()) {
    if (row.label() != "ota_1" && row.label() != "factory") static_cast<void>(rows.push_back(row));
  }
  board.put_table(rows);
  start_with_image("ota_0");
  EXPECT_EQ(esp_ota_get_next_update_partition(nullptr), find("ota_0"));
  EXPECT_EQ(begin("ota_0"), ESP_ERR_OTA_PARTITION_CONFLICT);
}

formats::PartitionRows table_of_slots(const std::vector<std::uint8_t>& subtypes) {
  formats::PartitionRows rows;
  static_cast<void>(rows.push_back(
      PlatformForTest::row("otadata", PartitionType::kData, formats::kDataOta, 0xD000, 0x2000)));
  std::uint32_t offset = 0x10000;
  for (const std::uint8_t subtype : subtypes) {
    static_cast<void>(rows.push_back(PlatformForTest::row(
        "app_" + std::to_string(subtype), PartitionType::kApp, subtype, offset, 0x10000)));
    offset += 0x10000;
  }
  return rows;
}

TEST_F(OtaOps, Trap11AppsCountConsecutiveSlots) {
  board.put_table(table_of_slots({0x10, 0x12}));
  start("app_16");
  EXPECT_EQ(esp_ota_get_app_partition_count(), 1);
}

// Repaired: an assertion in the reference.
TEST_F(OtaOps, Trap12SixteenSlotsAndATestPartition) {
  std::vector<std::uint8_t> subtypes;
  for (unsigned i = 0; i < 16; ++i) subtypes.push_back(static_cast<std::uint8_t>(0x10 + i));
  subtypes.push_back(formats::kAppTest);
  board.put_table(table_of_slots(subtypes));
  start("app_16");
  EXPECT_EQ(esp_ota_get_app_partition_count(), 16);
  EXPECT_EQ(esp_ota_get_next_update_partition(find("app_31")), find("app_16"));
}

TEST_F(OtaOps, TheRunningPartitionIsTheOneThatExecutesNotTheSelectedOne) {
  board.put_image("ota_1", {});
  board.put_records(PlatformForTest::record(1, OtaState::kValid),
                    PlatformForTest::record(2, OtaState::kValid));
  start_with_image("ota_0");
  EXPECT_EQ(esp_ota_get_running_partition(), find("ota_0"));
  EXPECT_EQ(esp_ota_get_boot_partition(), find("ota_1"));
}

// Repaired: the reference aborts.
TEST_F(OtaOps, AnAppOutsideOfEveryPartitionGetsAnAnswer) {
  start_with_image("factory");
  boot.reset();
  auto rows = table_of_slots({0x10});
  rows[1].offset = 0x200000;
  board.put_table(rows);
  boot.emplace(board);
  EXPECT_EQ(esp_ota_get_running_partition(), nullptr);
  EXPECT_EQ(esp_ota_get_boot_partition(), nullptr);
  esp_ota_handle_t handle = 0;
  EXPECT_EQ(esp_ota_begin(find("app_16"), 0, &handle), ESP_ERR_NOT_FOUND);
  EXPECT_TRUE(board.console_has("lies in no app partition")) << board.console;
}

TEST_F(OtaOps, DescriptionsAreReadFromFlash) {
  start_with_image("factory");
  board.put_image("ota_0", {.version = "2.7", .secure_version = 3});
  esp_app_desc_t description{};
  EXPECT_EQ(esp_ota_get_partition_description(nullptr, &description), ESP_ERR_INVALID_ARG);
  EXPECT_EQ(esp_ota_get_partition_description(find("ota_0"), nullptr), ESP_ERR_INVALID_ARG);
  EXPECT_EQ(esp_ota_get_partition_description(find("nvs"), &description), ESP_ERR_NOT_SUPPORTED);
  EXPECT_EQ(esp_ota_get_partition_description(find("ota_1"), &description), ESP_ERR_NOT_FOUND);
  EXPECT_EQ(esp_ota_get_partition_description(find("ota_0"), &description), ESP_OK);
  EXPECT_STREQ(description.version, "2.7");
  EXPECT_EQ(description.secure_version, 3U);
}

// ---- States, confirming, rejecting -----------------------------------------------------------

TEST_F(OtaOps, GetStateChecksItsArguments) {
  start_with_image("factory");
  esp_ota_img_states_t state{};
  EXPECT_EQ(esp_ota_get_state_partition(nullptr, &state), ESP_ERR_INVALID_ARG);
  EXPECT_EQ(esp_ota_get_state_partition(find("ota_0"), nullptr), ESP_ERR_INVALID_ARG);
  EXPECT_EQ(esp_ota_get_state_partition(find("factory"), &state), ESP_ERR_NOT_SUPPORTED);
  EXPECT_EQ(esp_ota_get_state_partition(find("nvs"), &state), ESP_ERR_NOT_SUPPORTED);
  EXPECT_EQ(esp_ota_get_state_partition(find("ota_0"), &state), ESP_ERR_NOT_FOUND);
}

TEST_F(OtaOps, Trap3AnAbortedRecordIsStillReported) {
  board.put_records(PlatformForTest::record(1, OtaState::kValid),
                    PlatformForTest::record(2, OtaState::kAborted));
  start_with_image("ota_0");
  esp_ota_img_states_t state{};
  EXPECT_EQ(esp_ota_get_state_partition(find("ota_1"), &state), ESP_OK);
  EXPECT_EQ(state, ESP_OTA_IMG_ABORTED);
  EXPECT_EQ(esp_ota_get_boot_partition(), find("ota_0"));
}

TEST_F(OtaOps, Trap36TheFirstSectorIsLookedAtFirst) {
  board.put_records(PlatformForTest::record(1, OtaState::kValid),
                    PlatformForTest::record(3, OtaState::kNew));
  start_with_image("ota_0");
  esp_ota_img_states_t state{};
  EXPECT_EQ(esp_ota_get_state_partition(find("ota_0"), &state), ESP_OK);
  EXPECT_EQ(state, ESP_OTA_IMG_VALID);
}

TEST_F(OtaOps, Trap37TheSmallerSequenceIsTheLastInvalidOne) {
  board.put_image("ota_1", {});
  board.put_image("ota_0", {});
  board.put_records(PlatformForTest::record(2, OtaState::kInvalid),
                    PlatformForTest::record(3, OtaState::kAborted));
  start_with_image("factory");
  EXPECT_EQ(esp_ota_get_last_invalid_partition(), find("ota_1"));
  board.put(board.partition("ota_1").offset + 500, repeated(1, 0x00));
  EXPECT_EQ(esp_ota_get_last_invalid_partition(), nullptr);
}

TEST_F(OtaOps, TheRunningImageIsConfirmed) {
  config_for_test().app_rollback_enable = true;
  board.put_records(PlatformForTest::record(1, OtaState::kPendingVerify), OtaRecord::blank());
  start_with_image("ota_0");
  EXPECT_EQ(esp_ota_mark_app_valid_cancel_rollback(), ESP_OK);
  esp_ota_img_states_t state{};
  EXPECT_EQ(esp_ota_get_state_partition(find("ota_0"), &state), ESP_OK);
  EXPECT_EQ(state, ESP_OTA_IMG_VALID);
  const std::uint64_t operations = board.flash_state().operation_count;
  EXPECT_EQ(esp_ota_mark_app_valid_cancel_rollback(), ESP_OK);
  EXPECT_EQ(board.flash_state().operation_count, operations) << "a second time writes nothing";
}

TEST_F(OtaOps, AFactoryAppHasNothingToConfirm) {
  start_with_image("factory");
  EXPECT_EQ(esp_ota_mark_app_valid_cancel_rollback(), ESP_FAIL);
  EXPECT_TRUE(board.console_has("Running firmware is factory")) << board.console;
  EXPECT_EQ(esp_ota_mark_app_invalid_rollback(), ESP_FAIL);
  EXPECT_FALSE(esp_ota_check_rollback_is_possible());
}

// Repaired by default; the option CONFIG_ROTA_REFERENCE_CONFIRMATION brings the reference back.
TEST_F(OtaOps, Trap38AnImageThatNeverRanIsNotConfirmed) {
  config_for_test().app_rollback_enable = true;
  for (const bool as_reference : {false, true}) {
    config_for_test().reference_confirmation = as_reference;
    board.put_records(PlatformForTest::record(1, OtaState::kValid), OtaRecord::blank());
    start_with_image("ota_0");
    board.put_image("ota_1", {});
    ASSERT_EQ(esp_ota_set_boot_partition(find("ota_1")), ESP_OK);
    EXPECT_EQ(esp_ota_mark_app_valid_cancel_rollback(),
              as_reference ? ESP_OK : ESP_ERR_INVALID_STATE);
    esp_ota_img_states_t state{};
    EXPECT_EQ(esp_ota_get_state_partition(find("ota_1"), &state), ESP_OK);
    EXPECT_EQ(state, as_reference ? ESP_OTA_IMG_VALID : ESP_OTA_IMG_NEW);
  }
}

TEST_F(OtaOps, Trap39FactoryCountsOnlyWhenTheOtherRecordIsNotSelectable) {
  board.put_image("factory", {});
  board.put_records(PlatformForTest::record(1, OtaState::kValid),
                    PlatformForTest::record(2, OtaState::kValid));
  start_with_image("ota_1");
  EXPECT_FALSE(esp_ota_check_rollback_is_possible()) << "ota_0 is erased";
  board.put_records(OtaRecord::blank(), PlatformForTest::record(2, OtaState::kValid));
  EXPECT_TRUE(esp_ota_check_rollback_is_possible());
}

TEST_F(OtaOps, RejectingNeedsSomethingToGoBackTo) {
  config_for_test().app_rollback_enable = true;
  board.put_records(PlatformForTest::record(1, OtaState::kPendingVerify), OtaRecord::blank());
  start_with_image("ota_0");
  EXPECT_EQ(esp_ota_mark_app_invalid_rollback(), ESP_ERR_OTA_ROLLBACK_FAILED);
  board.put_image("factory", {});
  EXPECT_EQ(esp_ota_mark_app_invalid_rollback(), ESP_OK);
  EXPECT_EQ(board.records()[0].state, OtaState::kInvalid);
  EXPECT_FALSE(board.restarted.has_value());
}

TEST_F(OtaOps, RejectingAndRebootingEndsTheBoot) {
  config_for_test().app_rollback_enable = true;
  board.put_image("factory", {});
  board.put_records(PlatformForTest::record(1, OtaState::kPendingVerify), OtaRecord::blank());
  board.put_image("ota_0", {});
  board.run_from("ota_0");
  const auto reason = board.run([] {
    esp_ota_mark_app_invalid_rollback_and_reboot();
    ADD_FAILURE() << "it must not return";
  });
  EXPECT_EQ(reason, ResetReason::kSoftware);
  EXPECT_EQ(board.reset(), "factory");
}

TEST_F(OtaOps, ConfirmingBurnsTheSecureVersion) {
  config_for_test().app_rollback_enable = true;
  config_for_test().app_anti_rollback = true;
  board.put_records(PlatformForTest::record(1, OtaState::kPendingVerify), OtaRecord::blank());
  board.put_image("ota_0", {.secure_version = 3});
  start("ota_0");
  EXPECT_EQ(esp_ota_mark_app_valid_cancel_rollback(), ESP_OK);
  EXPECT_EQ(board.fuses.secure_version, 0b111U);
}

TEST_F(OtaOps, TheInactiveRecordAndItsImageCanBeErased) {
  board.put_image("ota_1", {});
  board.put_records(PlatformForTest::record(1, OtaState::kValid),
                    PlatformForTest::record(2, OtaState::kValid));
  start_with_image("ota_1");
  board.put_image("ota_0", {});
  EXPECT_EQ(esp_ota_erase_last_boot_app_partition(), ESP_OK);
  EXPECT_TRUE(board.is_erased("ota_0"));
  EXPECT_EQ(board.records()[0], OtaRecord::blank());
  EXPECT_EQ(esp_ota_erase_last_boot_app_partition(), ESP_FAIL) << "there is none any more";
  EXPECT_EQ(esp_ota_invalidate_inactive_ota_data_slot(), ESP_FAIL);
}

TEST_F(OtaOps, TheRecordOfTheRunningSlotIsNotInvalidated) {
  board.put_records(PlatformForTest::record(1, OtaState::kValid),
                    PlatformForTest::record(2, OtaState::kValid));
  start_with_image("ota_0");
  EXPECT_EQ(esp_ota_invalidate_inactive_ota_data_slot(), ESP_FAIL);
  start_with_image("ota_1");
  EXPECT_EQ(esp_ota_invalidate_inactive_ota_data_slot(), ESP_OK);
  EXPECT_EQ(board.records()[0], OtaRecord::blank());
}

// ---- esp_ota_check_image_validity, key revocation --------------------------------------------

TEST_F(OtaOps, Trap47AnImageForAnotherChipHasItsOwnCodeBeforeItIsWritten) {
  start_with_image("factory");
  const auto header_of = [&](const ImageRecipe& recipe) {
    esp_image_header_t header{};
    const auto image = board.make_image(recipe);
    std::memcpy(&header, image.data(), sizeof(header));
    return header;
  };
  const esp_image_header_t good = header_of({});
  EXPECT_EQ(esp_ota_check_image_validity(ESP_PARTITION_TYPE_APP, nullptr, nullptr),
            ESP_ERR_INVALID_ARG);
  EXPECT_EQ(esp_ota_check_image_validity(ESP_PARTITION_TYPE_DATA, &good, nullptr),
            ESP_ERR_INVALID_ARG);
  EXPECT_EQ(esp_ota_check_image_validity(ESP_PARTITION_TYPE_APP, &good, nullptr), ESP_OK);
  for (const ImageRecipe& recipe :
       {ImageRecipe{.chip_id = 5}, ImageRecipe{.min_chip_revision = 301},
        ImageRecipe{.max_chip_revision = 299}}) {
    const esp_image_header_t bad = header_of(recipe);
    EXPECT_EQ(esp_ota_check_image_validity(ESP_PARTITION_TYPE_APP, &bad, nullptr),
              ESP_ERR_INVALID_VERSION);
  }
  const esp_image_header_t old_max = header_of({.max_chip_revision = 299});
  EXPECT_EQ(esp_ota_check_image_validity(ESP_PARTITION_TYPE_BOOTLOADER, &old_max, nullptr), ESP_OK);

  esp_app_desc_t description{};
  description.spi_flash_mode = 1;
  EXPECT_EQ(esp_ota_check_image_validity(ESP_PARTITION_TYPE_APP, &good, &description),
            ESP_ERR_OTA_SPI_MODE_MISMATCH);
  EXPECT_EQ(esp_ota_check_image_validity(ESP_PARTITION_TYPE_BOOTLOADER, &good, &description),
            ESP_OK);
  description.spi_flash_mode = 0;
  EXPECT_EQ(esp_ota_check_image_validity(ESP_PARTITION_TYPE_APP, &good, &description), ESP_OK);
}

TEST_F(OtaOps, AKeyIsNeverRevokedOnAGuess) {
  start_with_image("factory");
  EXPECT_EQ(esp_ota_revoke_secure_boot_public_key(SECURE_BOOT_PUBLIC_KEY_INDEX_0), ESP_FAIL);
  config_for_test().secure_boot = true;
  EXPECT_EQ(
      esp_ota_revoke_secure_boot_public_key(static_cast<esp_ota_secure_boot_public_key_index_t>(3)),
      ESP_ERR_INVALID_ARG);
  EXPECT_EQ(esp_ota_revoke_secure_boot_public_key(SECURE_BOOT_PUBLIC_KEY_INDEX_1), ESP_FAIL);
  EXPECT_EQ(board.fuses.revoked_keys, 0);
  board.fuses.revoked_keys = 0b010;
  EXPECT_EQ(esp_ota_revoke_secure_boot_public_key(SECURE_BOOT_PUBLIC_KEY_INDEX_1), ESP_OK);
}

// ---- Whole journeys, with the board's bootloader ---------------------------------------------

TEST_F(OtaOps, UpdatesAlternateBetweenTheSlotsAndNeverTouchFactory) {
  const auto factory = board.make_image({.version = "in-factory"});
  start_with_image("factory");
  for (int round = 0; round < 5; ++round) {
    const esp_partition_t* next = esp_ota_get_next_update_partition(nullptr);
    const auto image = board.make_image({.version = "round " + std::to_string(round)});
    ASSERT_EQ(install(next->label, image), ESP_OK);
    ASSERT_EQ(esp_ota_set_boot_partition(next), ESP_OK);
    EXPECT_EQ(reset(), round % 2 == 0 ? "ota_0" : "ota_1");
  }
  EXPECT_TRUE(holds("factory", factory));
}

TEST_F(OtaOps, AnImageThatIsNotConfirmedIsGivenUpAtTheNextReset) {
  board.put_bootloader({.rollback = true});
  config_for_test().app_rollback_enable = true;
  start_with_image("factory");
  ASSERT_EQ(install("ota_0", board.make_image({.version = "new"})), ESP_OK);
  ASSERT_EQ(esp_ota_set_boot_partition(find("ota_0")), ESP_OK);
  ASSERT_EQ(reset(), "ota_0");
  EXPECT_EQ(begin("ota_1"), ESP_ERR_OTA_ROLLBACK_INVALID_STATE);
  EXPECT_TRUE(board.console_has("rollback is armed")) << board.console;
  EXPECT_EQ(reset(), "factory");
  EXPECT_EQ(esp_ota_get_last_invalid_partition(), find("ota_0"));
}

TEST_F(OtaOps, AConfirmedImageStays) {
  board.put_bootloader({.rollback = true});
  config_for_test().app_rollback_enable = true;
  start_with_image("factory");
  ASSERT_EQ(install("ota_0", board.make_image({.version = "new"})), ESP_OK);
  ASSERT_EQ(esp_ota_set_boot_partition(find("ota_0")), ESP_OK);
  ASSERT_EQ(reset(), "ota_0");
  ASSERT_EQ(esp_ota_mark_app_valid_cancel_rollback(), ESP_OK);
  EXPECT_EQ(reset(), "ota_0");
  EXPECT_EQ(reset(), "ota_0");
}

TEST_F(OtaOps, Trap19ABootloaderWithoutRollbackIsNoticed) {
  config_for_test().app_rollback_enable = true;
  start_with_image("factory");
  ASSERT_EQ(install("ota_0", board.make_image({.version = "new"})), ESP_OK);
  ASSERT_EQ(esp_ota_set_boot_partition(find("ota_0")), ESP_OK);
  ASSERT_EQ(reset(), "ota_0");
  esp_ota_img_states_t state{};
  ASSERT_EQ(esp_ota_get_state_partition(esp_ota_get_running_partition(), &state), ESP_OK);
  EXPECT_EQ(state, ESP_OTA_IMG_NEW);
  EXPECT_TRUE(board.console_has("rollback is NOT armed")) << board.console;
  EXPECT_EQ(reset(), "ota_0") << "a bad update would run for ever";
}

// ---- What a person reads ---------------------------------------------------------------------

TEST_F(OtaOps, WhetherRollbackIsArmedIsSaidOncePerBoot) {
  start_with_image("factory");
  static_cast<void>(begin("ota_0"));
  static_cast<void>(begin("ota_1"));
  EXPECT_EQ(count_of(board.console, "rollback is NOT armed"), 1) << board.console;
}

TEST_F(OtaOps, ARefusalIsOneLineWithCauseAndNextStep) {
  start_with_image("ota_0");
  board.console.clear();
  static_cast<void>(begin("ota_0"));
  board.console.erase(0, board.console.find("E ("));
  EXPECT_EQ(count_of(board.console, "\n"), 1) << board.console;
  EXPECT_EQ(count_of(board.console, ".."), 0) << board.console;
  EXPECT_EQ(board.console.substr(0, 20), "E (0) esp_ota_ops: T") << board.console;
}

}  // namespace
}  // namespace rota::idf
