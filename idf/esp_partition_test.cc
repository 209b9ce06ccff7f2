// Partitions as a program uses them (spec section 9).
#include "esp_partition.h"

#include <set>

#include "idf/ota_ops_for_test.h"

namespace rota::idf {
namespace {

using formats::PartitionType;

class EspPartition : public OtaOps {
 protected:
  EspPartition() { start_with_image("factory"); }

  static std::vector<std::string> labels(
      esp_partition_type_t type,
      esp_partition_subtype_t subtype = ESP_PARTITION_SUBTYPE_ANY,
      const char* label = nullptr) {
    std::vector<std::string> found;
    esp_partition_iterator_t it = esp_partition_find(type, subtype, label);
    while (it != nullptr) {
      found.emplace_back(esp_partition_get(it)->label);
      it = esp_partition_next(it);
    }
    esp_partition_iterator_release(it);
    return found;
  }
  static std::vector<std::uint8_t> read(const esp_partition_t* partition,
                                        std::size_t offset,
                                        std::size_t size) {
    std::vector<std::uint8_t> bytes(size);
    EXPECT_EQ(esp_partition_read(partition, offset, bytes.data(), size), ESP_OK);
    return bytes;
  }
  static std::vector<std::uint8_t> bytes(std::size_t size, unsigned value) {
    return std::vector<std::uint8_t>(size, static_cast<std::uint8_t>(value));
  }
};

// ---- Lookup ----

TEST_F(EspPartition, AreListedInTableOrder) {
  EXPECT_EQ(labels(ESP_PARTITION_TYPE_ANY),
            (std::vector<std::string>{"nvs", "otadata", "phy_init", "factory", "ota_0", "ota_1",
                                      "storage"}));
  EXPECT_EQ(labels(ESP_PARTITION_TYPE_APP),
            (std::vector<std::string>{"factory", "ota_0", "ota_1"}));
  EXPECT_EQ(labels(ESP_PARTITION_TYPE_APP, ESP_PARTITION_SUBTYPE_APP_OTA_1),
            (std::vector<std::string>{"ota_1"}));
  EXPECT_EQ(labels(ESP_PARTITION_TYPE_ANY, ESP_PARTITION_SUBTYPE_ANY, "storage"),
            (std::vector<std::string>{"storage"}));
  EXPECT_TRUE(labels(ESP_PARTITION_TYPE_DATA, ESP_PARTITION_SUBTYPE_ANY, "ota_0").empty());
}

TEST_F(EspPartition, LookupErrorsAreThoseOfTheReference) {
  esp_partition_iterator_t it = nullptr;
  const auto any = ESP_PARTITION_SUBTYPE_ANY;
  EXPECT_EQ(esp_partition_find_err(ESP_PARTITION_TYPE_APP, any, nullptr, nullptr),
            ESP_ERR_INVALID_ARG);
  EXPECT_EQ(
      esp_partition_find_err(ESP_PARTITION_TYPE_ANY, ESP_PARTITION_SUBTYPE_APP_OTA_0, nullptr, &it),
      ESP_ERR_INVALID_ARG);
  EXPECT_EQ(esp_partition_find_err(ESP_PARTITION_TYPE_APP, any, "none", &it), ESP_ERR_NOT_FOUND);
  EXPECT_EQ(it, nullptr);
  const esp_partition_t* found = nullptr;
  EXPECT_EQ(esp_partition_find_first_err(ESP_PARTITION_TYPE_APP, any, nullptr, nullptr),
            ESP_ERR_INVALID_ARG);
  EXPECT_EQ(esp_partition_find_first_err(ESP_PARTITION_TYPE_APP, any, "none", &found),
            ESP_ERR_NOT_FOUND);
  EXPECT_EQ(esp_partition_find_first_err(ESP_PARTITION_TYPE_APP, any, "ota_0", &found), ESP_OK);
  EXPECT_STREQ(found->label, "ota_0");
  EXPECT_EQ(esp_partition_next(nullptr), nullptr);
  EXPECT_EQ(esp_partition_get(nullptr), nullptr);
  esp_partition_iterator_release(nullptr);
}

TEST_F(EspPartition, ShowTheFieldsOfTheirRow) {
  const esp_partition_t* slot = find("ota_0");
  EXPECT_EQ(slot->type, ESP_PARTITION_TYPE_APP);
  EXPECT_EQ(slot->subtype, ESP_PARTITION_SUBTYPE_APP_OTA_0);
  EXPECT_EQ(slot->address, board.partition("ota_0").offset);
  EXPECT_EQ(slot->size, board.partition("ota_0").size);
  EXPECT_EQ(slot->erase_size, 4096U);
  EXPECT_FALSE(slot->encrypted);
  EXPECT_FALSE(slot->readonly);
}

TEST_F(EspPartition, Trap40_ATableWithoutMd5IsNotForApplications) {
  board.put_table(PlatformForTest::tutorial_table(), false);
  start("factory");
  const esp_partition_t* found = nullptr;
  EXPECT_EQ(esp_partition_find_first_err(ESP_PARTITION_TYPE_APP, ESP_PARTITION_SUBTYPE_ANY, nullptr,
                                         &found),
            ESP_ERR_NOT_FOUND);
  config_for_test().partition_table_md5 = false;
  start("factory");
  EXPECT_NE(find("ota_0"), nullptr);
}

TEST_F(EspPartition, Trap70_AppsAndOtaDataAreEncryptedWhateverTheirRowSays) {
  config_for_test().flash_encryption = true;
  start("factory");
  for (const char* label : {"factory", "ota_0", "ota_1", "otadata"}) {
    EXPECT_TRUE(find(label)->encrypted) << label;
  }
  EXPECT_FALSE(find("storage")->encrypted);
  EXPECT_FALSE(find("nvs")->encrypted);
}

TEST_F(EspPartition, Trap80_AreVerifiedByPlaceTypeAndLabel) {
  const esp_partition_t* slot = find("ota_0");
  esp_partition_t copy = *slot;
  EXPECT_EQ(esp_partition_verify(&copy), slot);
  copy.readonly = true;
  copy.erase_size = 1;
  EXPECT_EQ(esp_partition_verify(&copy), slot);
  copy.label[0] = '\0';
  EXPECT_EQ(esp_partition_verify(&copy), slot);
  copy.size -= 1;
  EXPECT_EQ(esp_partition_verify(&copy), nullptr);
  EXPECT_EQ(esp_partition_verify_err(&copy), ESP_ERR_NOT_FOUND);
  EXPECT_EQ(esp_partition_verify_err(nullptr), ESP_ERR_INVALID_ARG);
  copy = *slot;
  copy.encrypted = true;
  EXPECT_EQ(esp_partition_verify(&copy), nullptr);
}

// ---- Data ----

TEST_F(EspPartition, ReadAndWriteWhatFlashHolds) {
  const esp_partition_t* storage = find("storage");
  const auto data = bytes(300, 0x5A);
  EXPECT_EQ(esp_partition_write(storage, 100, data.data(), data.size()), ESP_OK);
  EXPECT_EQ(read(storage, 100, 300), data);
  EXPECT_EQ(read(storage, 99, 1), bytes(1, 0xFF));
  const std::uint8_t other = 0x0F;
  EXPECT_EQ(esp_partition_write(storage, 100, &other, 1), ESP_OK);
  EXPECT_EQ(read(storage, 100, 1), bytes(1, 0x0A)) << "bits only go from 1 to 0";
  EXPECT_EQ(esp_partition_erase_range(storage, 0, 4096), ESP_OK);
  EXPECT_EQ(read(storage, 100, 300), bytes(300, 0xFF));
}

TEST_F(EspPartition, StayInsideTheirBounds) {
  const esp_partition_t* storage = find("storage");
  std::uint8_t byte = 0;
  const std::size_t size = storage->size;
  const std::size_t wide = std::size_t{1} << 32U;
  EXPECT_EQ(esp_partition_read(storage, size + 1, &byte, 0), ESP_ERR_INVALID_ARG);
  EXPECT_EQ(esp_partition_read(storage, size, &byte, 1), ESP_ERR_INVALID_SIZE);
  EXPECT_EQ(esp_partition_read(storage, wide, &byte, 1), ESP_ERR_INVALID_ARG);
  EXPECT_EQ(esp_partition_read(storage, 0, &byte, wide + 1), ESP_ERR_INVALID_SIZE);
  EXPECT_EQ(esp_partition_read(nullptr, 0, &byte, 1), ESP_ERR_INVALID_ARG);
  EXPECT_EQ(esp_partition_read(storage, 0, nullptr, 1), ESP_ERR_INVALID_ARG);
  EXPECT_EQ(esp_partition_write(storage, size + 1, &byte, 1), ESP_ERR_INVALID_ARG);
  EXPECT_EQ(esp_partition_write(storage, size - 1, &byte, 2), ESP_ERR_INVALID_SIZE);
  EXPECT_EQ(esp_partition_write(storage, 0, nullptr, 1), ESP_ERR_INVALID_ARG);
  EXPECT_EQ(esp_partition_erase_range(storage, 0, 100), ESP_ERR_INVALID_SIZE);
  EXPECT_EQ(esp_partition_erase_range(storage, 100, 4096), ESP_ERR_INVALID_ARG);
  EXPECT_EQ(esp_partition_erase_range(storage, 0, size + 4096), ESP_ERR_INVALID_SIZE);
  EXPECT_EQ(esp_partition_erase_range(nullptr, 0, 4096), ESP_ERR_INVALID_ARG);
}

TEST_F(EspPartition, AReadOnlyOneIsNotWritten) {
  auto rows = PlatformForTest::tutorial_table();
  rows[rows.size() - 1].readonly = true;  // storage
  board.put_table(rows);
  start("factory");
  const std::uint8_t byte = 0;
  EXPECT_TRUE(find("storage")->readonly);
  EXPECT_EQ(esp_partition_write(find("storage"), 0, &byte, 1), ESP_ERR_NOT_ALLOWED);
  EXPECT_EQ(esp_partition_erase_range(find("storage"), 0, 4096), ESP_ERR_NOT_ALLOWED);
  // Nor through a struct of the program's own that does not say so.
  esp_partition_t forged = *find("storage");
  forged.readonly = false;
  EXPECT_EQ(esp_partition_write(&forged, 0, &byte, 1), ESP_ERR_NOT_ALLOWED);
}

TEST_F(EspPartition, TheRunningSlotIsNotWritten) {
  const auto data = bytes(16, 0);
  EXPECT_EQ(esp_partition_write(find("factory"), 0, data.data(), 16), ESP_ERR_INVALID_ARG);
  EXPECT_EQ(esp_partition_erase_range(find("factory"), 0, 4096), ESP_ERR_INVALID_ARG);
  EXPECT_EQ(esp_partition_erase_range(find("ota_0"), 0, 4096), ESP_OK);
  start_with_image("ota_0");
  EXPECT_EQ(esp_partition_erase_range(find("ota_0"), 0, 4096), ESP_ERR_INVALID_ARG);
}

TEST_F(EspPartition, TheTableIsNotWrittenEvenBeforeAnythingWasLookedUp) {
  esp_partition_t own{};
  own.type = ESP_PARTITION_TYPE_DATA;
  own.address = 0x8000;
  own.size = 0x1000;
  const std::uint8_t byte = 0;
  EXPECT_EQ(esp_partition_write(&own, 0, &byte, 1), ESP_ERR_INVALID_ARG);
  own.address = board.partition("factory").offset;
  EXPECT_EQ(esp_partition_erase_range(&own, 0, 4096), ESP_ERR_INVALID_ARG);
  EXPECT_EQ(board.flash_state().operation_count, 0U);
}

TEST_F(EspPartition, AProjectMayAllowDangerousWrites) {
  config_for_test().spi_flash_dangerous_write = Config::DangerousWrite::kAllowed;
  start("factory");
  EXPECT_EQ(esp_partition_erase_range(find("factory"), 0, 4096), ESP_OK);
}

TEST_F(EspPartition, EncryptedOnesAreWrittenInUnitsOf16) {
  config_for_test().flash_encryption = true;
  start("factory");
  const auto data = bytes(32, 0);
  EXPECT_EQ(esp_partition_write(find("ota_0"), 8, data.data(), 16), ESP_ERR_INVALID_ARG);
  EXPECT_EQ(esp_partition_write(find("ota_0"), 0, data.data(), 20), ESP_ERR_INVALID_SIZE);
  EXPECT_EQ(esp_partition_write(find("ota_0"), 16, data.data(), 32), ESP_OK);
  EXPECT_EQ(esp_partition_write_raw(find("ota_0"), 100, data.data(), 5), ESP_OK);
  EXPECT_EQ(esp_partition_write(find("storage"), 3, data.data(), 5), ESP_OK);
}

TEST_F(EspPartition, AMappingShowsWhatWasThere) {
  const esp_partition_t* storage = find("storage");
  const auto data = bytes(100, 0x5A);
  ASSERT_EQ(esp_partition_write(storage, 5000, data.data(), data.size()), ESP_OK);
  const void* mapped = nullptr;
  esp_partition_mmap_handle_t handle = 0;
  ASSERT_EQ(esp_partition_mmap(storage, 5000, 100, ESP_PARTITION_MMAP_DATA, &mapped, &handle),
            ESP_OK);
  EXPECT_TRUE(std::equal(data.begin(), data.end(), static_cast<const std::uint8_t*>(mapped)));
  esp_partition_munmap(handle);
  esp_partition_munmap(handle);  // harmless
  EXPECT_EQ(
      esp_partition_mmap(storage, storage->size + 1, 0, ESP_PARTITION_MMAP_DATA, &mapped, &handle),
      ESP_ERR_INVALID_ARG);
  EXPECT_EQ(
      esp_partition_mmap(storage, 1, storage->size, ESP_PARTITION_MMAP_DATA, &mapped, &handle),
      ESP_ERR_INVALID_SIZE);
}

// ---- Digests and copies ----

TEST_F(EspPartition, AnImagesDigestIsItsOwn) {
  const std::vector<std::byte> image = board.make_image({.version = "3"});
  board.put_image("ota_0", {.version = "3"});
  board.put_image("ota_1", {.version = "3"});
  std::array<std::uint8_t, 32> sha{};
  EXPECT_EQ(esp_partition_get_sha256(find("ota_0"), sha.data()), ESP_OK);
  EXPECT_TRUE(std::equal(sha.begin(), sha.end(),
                         reinterpret_cast<const std::uint8_t*>(image.data() + image.size() - 32)));
  EXPECT_TRUE(esp_partition_check_identity(find("ota_0"), find("ota_1")));
  board.put_image("ota_1", {.version = "4"});
  EXPECT_FALSE(esp_partition_check_identity(find("ota_0"), find("ota_1")));
  EXPECT_FALSE(esp_partition_check_identity(find("ota_0"), nullptr));

  std::vector<std::byte> damaged = image;
  damaged[400] ^= std::byte{1};
  board.put(board.partition("ota_0").offset, damaged);
  EXPECT_EQ(esp_partition_get_sha256(find("ota_0"), sha.data()), ESP_ERR_IMAGE_INVALID);
  EXPECT_EQ(esp_partition_get_sha256(find("ota_0"), nullptr), ESP_ERR_INVALID_ARG);
}

TEST_F(EspPartition, ADataPartitionsDigestIsThatOfAllItsBytes) {
  std::array<std::uint8_t, 32> first{};
  std::array<std::uint8_t, 32> second{};
  ASSERT_EQ(esp_partition_get_sha256(find("storage"), first.data()), ESP_OK);
  const std::uint8_t byte = 0;
  ASSERT_EQ(esp_partition_write(find("storage"), find("storage")->size - 1, &byte, 1), ESP_OK);
  ASSERT_EQ(esp_partition_get_sha256(find("storage"), second.data()), ESP_OK);
  EXPECT_NE(first, second);
}

TEST_F(EspPartition, CopyWhatFits) {
  const esp_partition_t* from = find("storage");
  const esp_partition_t* to = find("ota_0");
  const auto data = bytes(5000, 0x21);
  ASSERT_EQ(esp_partition_write(from, 0, data.data(), data.size()), ESP_OK);
  const auto junk = bytes(0x11000, 0);
  ASSERT_EQ(esp_partition_write(to, 0, junk.data(), junk.size()), ESP_OK);

  EXPECT_EQ(esp_partition_copy(to, 0, from, 0, 5000), ESP_OK);
  EXPECT_EQ(read(to, 0, 5000), data);
  EXPECT_EQ(read(to, 8192, 1), bytes(1, 0));
  // SIZE_MAX: all of the source, and the rest of the destination is erased.
  EXPECT_EQ(esp_partition_copy(to, 0, from, 0, SIZE_MAX), ESP_OK);
  EXPECT_EQ(read(to, 0, 5000), data);
  EXPECT_EQ(read(to, from->size, 0x1000), bytes(0x1000, 0xFF));
}

TEST_F(EspPartition, ACopyThatDoesNotFitChangesNothing) {
  const esp_partition_t* storage = find("storage");
  const esp_partition_t* slot = find("ota_0");
  const auto data = bytes(16, 0x21);
  ASSERT_EQ(esp_partition_write(storage, 0, data.data(), 16), ESP_OK);
  EXPECT_EQ(esp_partition_copy(storage, 0, slot, 0, SIZE_MAX), ESP_ERR_INVALID_SIZE);
  EXPECT_EQ(esp_partition_copy(storage, storage->size + 1, slot, 0, 1), ESP_ERR_INVALID_SIZE);
  EXPECT_EQ(esp_partition_copy(storage, 0, slot, slot->size + 1, 1), ESP_ERR_INVALID_SIZE);
  EXPECT_EQ(esp_partition_copy(storage, 0, storage, 0, 1), ESP_ERR_INVALID_ARG);
  EXPECT_EQ(esp_partition_copy(nullptr, 0, slot, 0, 1), ESP_ERR_INVALID_ARG);
  EXPECT_EQ(read(storage, 0, 16), data);
}

// ---- Registered partitions ----

class RegisteredPartitions : public EspPartition {
 protected:
  static constexpr std::size_t kFree = 0x3F0000;

  esp_err_t add(std::size_t offset,
                std::size_t size,
                const char* label,
                const esp_partition_t** out = nullptr) {
    return esp_partition_register_external(nullptr, offset, size, label, ESP_PARTITION_TYPE_DATA,
                                           ESP_PARTITION_SUBTYPE_DATA_UNDEFINED, out);
  }
};

TEST_F(RegisteredPartitions, AreUsedAsThoseOfTheTable) {
  const esp_partition_t* added = nullptr;
  ASSERT_EQ(add(kFree, 0x1000, "extra", &added), ESP_OK);
  EXPECT_EQ(find("extra"), added);
  EXPECT_EQ(labels(ESP_PARTITION_TYPE_ANY).back(), "extra");
  const std::uint8_t byte = 0x11;
  EXPECT_EQ(esp_partition_write(added, 0, &byte, 1), ESP_OK);
  EXPECT_EQ(esp_partition_deregister_external(added), ESP_OK);
  EXPECT_EQ(find("extra"), nullptr);
}

TEST_F(RegisteredPartitions, MustLieInFlashAndApart) {
  EXPECT_EQ(add(0x400000, 0x1000, "beyond"), ESP_ERR_INVALID_SIZE);
  EXPECT_EQ(add(0x3FF000, 0x2000, "beyond"), ESP_ERR_INVALID_SIZE);
  EXPECT_EQ(add(std::size_t{1} << 32U, 0x1000, "beyond"), ESP_ERR_INVALID_SIZE);
  EXPECT_EQ(add(board.partition("ota_0").offset, 0x1000, "inside"), ESP_ERR_INVALID_ARG);
  ASSERT_EQ(add(kFree, 0x1000, "extra"), ESP_OK);
  EXPECT_EQ(add(kFree, 0x1000, "again"), ESP_ERR_INVALID_ARG);
}

TEST_F(RegisteredPartitions, KeepTheirPlaceWhenAnotherGoes) {
  const esp_partition_t* first = nullptr;
  const esp_partition_t* second = nullptr;
  ASSERT_EQ(add(kFree, 0x1000, "first", &first), ESP_OK);
  ASSERT_EQ(add(kFree + 0x1000, 0x1000, "second", &second), ESP_OK);
  ASSERT_EQ(esp_partition_deregister_external(first), ESP_OK);
  EXPECT_STREQ(second->label, "second");
  EXPECT_EQ(find("second"), second);
  EXPECT_EQ(labels(ESP_PARTITION_TYPE_ANY).size(), 8U);
  ASSERT_EQ(add(kFree, 0x1000, "third", &first), ESP_OK);
  EXPECT_EQ(find("third"), first);
  EXPECT_EQ(labels(ESP_PARTITION_TYPE_ANY).size(), 9U);
}

TEST_F(RegisteredPartitions, ThoseOfTheTableStay) {
  EXPECT_EQ(esp_partition_deregister_external(find("storage")), ESP_ERR_INVALID_ARG);
  esp_partition_t unknown = *find("storage");
  unknown.size -= 1;
  EXPECT_EQ(esp_partition_deregister_external(&unknown), ESP_ERR_NOT_FOUND);
  EXPECT_EQ(esp_partition_deregister_external(nullptr), ESP_ERR_NOT_FOUND);
}

TEST_F(RegisteredPartitions, AreForgottenByUnloadAll) {
  ASSERT_EQ(add(kFree, 0x1000, "extra"), ESP_OK);
  esp_partition_unload_all();
  EXPECT_EQ(find("extra"), nullptr);
  EXPECT_NE(find("storage"), nullptr);
}

TEST_F(RegisteredPartitions, MayBeAsManyAsTheListHolds) {
  std::set<const esp_partition_t*> added;
  esp_err_t last = ESP_OK;
  for (std::size_t i = 0; i < 200 && last == ESP_OK; ++i) {
    const esp_partition_t* one = nullptr;
    last = add(0x330000 + i * 0x1000, 0x1000, "many", &one);
    if (last == ESP_OK) added.insert(one);
  }
  EXPECT_EQ(last, ESP_ERR_NO_MEM);
  EXPECT_EQ(added.size(), formats::kAppTableMaxRows - 7);
}

TEST_F(EspPartition, ASectorHas4096Bytes) {
  EXPECT_EQ(esp_partition_get_main_flash_sector_size(), 4096U);
}

}  // namespace
}  // namespace rota::idf
