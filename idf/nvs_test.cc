// nvs.h and nvs_flash.h as a program calls them. Byte equality is compared with recordings
// (tests/conformance/nvs.cc), power cuts in core/nvs_sweep_test.cc.
#include "nvs.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <optional>
#include <string>
#include <vector>

#include "esp_err.h"
#include "esp_partition.h"
#include "formats/nvs.h"
#include "formats/nvs_keys.h"
#include "idf/platform_for_test.h"
#include "idf/runtime.h"
#include "nvs_flash.h"
#include "nvs_handle.hpp"

namespace rota::idf {
namespace {

const esp_partition_t* find(const char* label) {
  return esp_partition_find_first(ESP_PARTITION_TYPE_ANY, ESP_PARTITION_SUBTYPE_ANY, label);
}

class NvsCalls : public testing::Test {
 protected:
  NvsCalls() {
    board.run_from("factory");
    boot.emplace(board);
  }
  void reset() {
    boot.reset();
    boot.emplace(board);
  }
  // With NVS started and a namespace opened for writing.
  nvs_handle_t opened(const char* name = "settings", nvs_open_mode_t mode = NVS_READWRITE) {
    EXPECT_EQ(nvs_flash_init(), ESP_OK);
    nvs_handle_t handle = 0;
    EXPECT_EQ(nvs_open(name, mode, &handle), ESP_OK);
    return handle;
  }
  static std::string text_of(nvs_handle_t handle, const char* key) {
    std::size_t length = 0;
    if (nvs_get_str(handle, key, nullptr, &length) != ESP_OK) return "(none)";
    std::string text(length, '\0');
    EXPECT_EQ(nvs_get_str(handle, key, text.data(), &length), ESP_OK);
    return text.c_str();
  }

  PlatformForTest board;
  std::optional<Runtime> boot;
};

TEST_F(NvsCalls, ValuesOfEveryTypeSurviveAReset) {
  nvs_handle_t handle = opened();
  const std::vector<std::uint8_t> blob(5000, 0x5A);
  EXPECT_EQ(nvs_set_i8(handle, "i8", -1), ESP_OK);
  EXPECT_EQ(nvs_set_u8(handle, "u8", 255), ESP_OK);
  EXPECT_EQ(nvs_set_i16(handle, "i16", -300), ESP_OK);
  EXPECT_EQ(nvs_set_u16(handle, "u16", 65535), ESP_OK);
  EXPECT_EQ(nvs_set_i32(handle, "i32", std::numeric_limits<std::int32_t>::min()), ESP_OK);
  EXPECT_EQ(nvs_set_u32(handle, "u32", 4000000000U), ESP_OK);
  EXPECT_EQ(nvs_set_i64(handle, "i64", std::numeric_limits<std::int64_t>::min()), ESP_OK);
  EXPECT_EQ(nvs_set_u64(handle, "u64", ~0ULL), ESP_OK);
  EXPECT_EQ(nvs_set_float(handle, "float", 1.5F), ESP_OK);
  EXPECT_EQ(nvs_set_double(handle, "double", -2.25), ESP_OK);
  EXPECT_EQ(nvs_set_str(handle, "text", "https://example.org/fw.bin"), ESP_OK);
  EXPECT_EQ(nvs_set_blob(handle, "blob", blob.data(), blob.size()), ESP_OK);
  EXPECT_EQ(nvs_commit(handle), ESP_OK);

  reset();
  handle = opened("settings", NVS_READONLY);
  std::int8_t i8 = 0;
  std::uint8_t u8 = 0;
  std::int16_t i16 = 0;
  std::uint16_t u16 = 0;
  std::int32_t i32 = 0;
  std::uint32_t u32 = 0;
  std::int64_t i64 = 0;
  std::uint64_t u64 = 0;
  float single = 0;
  double wide = 0;
  EXPECT_EQ(nvs_get_i8(handle, "i8", &i8), ESP_OK);
  EXPECT_EQ(nvs_get_u8(handle, "u8", &u8), ESP_OK);
  EXPECT_EQ(nvs_get_i16(handle, "i16", &i16), ESP_OK);
  EXPECT_EQ(nvs_get_u16(handle, "u16", &u16), ESP_OK);
  EXPECT_EQ(nvs_get_i32(handle, "i32", &i32), ESP_OK);
  EXPECT_EQ(nvs_get_u32(handle, "u32", &u32), ESP_OK);
  EXPECT_EQ(nvs_get_i64(handle, "i64", &i64), ESP_OK);
  EXPECT_EQ(nvs_get_u64(handle, "u64", &u64), ESP_OK);
  EXPECT_EQ(nvs_get_float(handle, "float", &single), ESP_OK);
  EXPECT_EQ(nvs_get_double(handle, "double", &wide), ESP_OK);
  EXPECT_EQ(i8, -1);
  EXPECT_EQ(u8, 255);
  EXPECT_EQ(i16, -300);
  EXPECT_EQ(u16, 65535);
  EXPECT_EQ(i32, std::numeric_limits<std::int32_t>::min());
  EXPECT_EQ(u32, 4000000000U);
  EXPECT_EQ(i64, std::numeric_limits<std::int64_t>::min());
  EXPECT_EQ(u64, ~0ULL);
  EXPECT_EQ(single, 1.5F);
  EXPECT_EQ(wide, -2.25);
  EXPECT_EQ(text_of(handle, "text"), "https://example.org/fw.bin");
  std::vector<std::uint8_t> read(blob.size());
  std::size_t length = read.size();
  EXPECT_EQ(nvs_get_blob(handle, "blob", read.data(), &length), ESP_OK);
  EXPECT_EQ(length, blob.size());
  EXPECT_EQ(read, blob);
}

TEST_F(NvsCalls, NothingIsOpenBeforeTheStartAndAfterAReset) {
  nvs_handle_t handle = 77;
  EXPECT_EQ(nvs_open("settings", NVS_READWRITE, &handle), ESP_ERR_NVS_NOT_INITIALIZED);
  EXPECT_EQ(handle, 77U);
  handle = opened();
  EXPECT_EQ(handle, 1U);
  EXPECT_EQ(nvs_open_from_partition("other", "x", NVS_READONLY, &handle),
            ESP_ERR_NVS_PART_NOT_FOUND);
  reset();
  std::uint8_t value = 0;
  EXPECT_EQ(nvs_get_u8(1, "key", &value), ESP_ERR_NVS_INVALID_HANDLE);
  EXPECT_EQ(nvs_flash_deinit(), ESP_ERR_NVS_NOT_INITIALIZED);
}

TEST_F(NvsCalls, ANamespaceIsMadeOnlyForWriting) {
  ASSERT_EQ(nvs_flash_init(), ESP_OK);
  nvs_handle_t handle = 0;
  EXPECT_EQ(nvs_open("new", NVS_READONLY, &handle), ESP_ERR_NVS_NOT_FOUND);
  EXPECT_EQ(nvs_open("sixteen_letters_", NVS_READWRITE, &handle), ESP_ERR_NVS_KEY_TOO_LONG);
  EXPECT_EQ(nvs_open("new", NVS_READWRITE, &handle), ESP_OK);
  nvs_handle_t reader = 0;
  EXPECT_EQ(nvs_open("new", NVS_READONLY, &reader), ESP_OK);
  EXPECT_EQ(nvs_set_u8(reader, "key", 1), ESP_ERR_NVS_READ_ONLY);
  EXPECT_EQ(nvs_erase_key(reader, "key"), ESP_ERR_NVS_READ_ONLY);
  EXPECT_EQ(nvs_erase_all(reader), ESP_ERR_NVS_READ_ONLY);
  EXPECT_EQ(nvs_purge_all(reader), ESP_ERR_NVS_READ_ONLY);
  EXPECT_EQ(nvs_commit(reader), ESP_OK);
}

TEST_F(NvsCalls, AReadSaysHowLongTheValueIs) {
  const nvs_handle_t handle = opened();
  EXPECT_EQ(nvs_set_str(handle, "text", "four"), ESP_OK);
  std::size_t length = 99;
  EXPECT_EQ(nvs_get_str(handle, "absent", nullptr, &length), ESP_ERR_NVS_NOT_FOUND);
  EXPECT_EQ(length, 99U) << "untouched";
  EXPECT_EQ(nvs_get_str(handle, "text", nullptr, &length), ESP_OK);
  EXPECT_EQ(length, 5U);
  char text[5] = "....";
  length = 4;
  EXPECT_EQ(nvs_get_str(handle, "text", text, &length), ESP_ERR_NVS_INVALID_LENGTH);
  EXPECT_EQ(length, 5U);
  EXPECT_STREQ(text, "....");
  EXPECT_EQ(nvs_get_str(handle, "text", text, nullptr), ESP_ERR_NVS_INVALID_LENGTH);
  EXPECT_EQ(nvs_get_str(handle, "text", text, &length), ESP_OK);
  EXPECT_STREQ(text, "four");
}

TEST_F(NvsCalls, AnotherTypeIsNotFoundAndReplacedWhenSet) {
  const nvs_handle_t handle = opened();
  EXPECT_EQ(nvs_set_u16(handle, "key", 1), ESP_OK);
  std::uint32_t wide = 5;
  EXPECT_EQ(nvs_get_u32(handle, "key", &wide), ESP_ERR_NVS_NOT_FOUND);
  EXPECT_EQ(wide, 5U);
  EXPECT_EQ(nvs_set_u32(handle, "key", 7), ESP_OK);
  nvs_type_t type{};
  EXPECT_EQ(nvs_find_key(handle, "key", &type), ESP_OK);
  EXPECT_EQ(type, NVS_TYPE_U32);
  std::uint16_t narrow = 0;
  EXPECT_EQ(nvs_get_u16(handle, "key", &narrow), ESP_ERR_NVS_NOT_FOUND);
  EXPECT_EQ(nvs_erase_key(handle, "key"), ESP_OK);
  EXPECT_EQ(nvs_find_key(handle, "key", nullptr), ESP_ERR_NVS_NOT_FOUND);
  EXPECT_EQ(nvs_erase_key(handle, "key"), ESP_ERR_NVS_NOT_FOUND);
}

TEST_F(NvsCalls, BadArgumentsAreErrorsAndNotCrashes) {
  const nvs_handle_t handle = opened();
  EXPECT_EQ(nvs_open(nullptr, NVS_READWRITE, nullptr), ESP_ERR_INVALID_ARG);
  EXPECT_EQ(nvs_set_u8(handle, nullptr, 1), ESP_ERR_INVALID_ARG);
  EXPECT_EQ(nvs_get_u8(handle, "key", nullptr), ESP_ERR_INVALID_ARG);
  EXPECT_EQ(nvs_set_str(handle, "key", nullptr), ESP_ERR_INVALID_ARG);
  EXPECT_EQ(nvs_set_blob(handle, "key", nullptr, 1), ESP_ERR_INVALID_ARG);
  EXPECT_EQ(nvs_set_float(handle, "key", std::nanf("")), ESP_ERR_INVALID_ARG);
  EXPECT_EQ(nvs_set_double(0, "key", std::nan("")), ESP_ERR_INVALID_ARG);
  EXPECT_EQ(nvs_set_u8(0, "key", 1), ESP_ERR_NVS_INVALID_HANDLE);
  EXPECT_EQ(nvs_set_u8(handle, "sixteen_letters_", 1), ESP_ERR_NVS_KEY_TOO_LONG);
  EXPECT_EQ(nvs_set_str(handle, "key", std::string(4000, 'x').c_str()), ESP_ERR_NVS_VALUE_TOO_LONG);
  EXPECT_EQ(nvs_set_str(handle, "key", std::string(3999, 'x').c_str()), ESP_OK);
  EXPECT_EQ(nvs_get_stats(nullptr, nullptr), ESP_ERR_INVALID_ARG);
  EXPECT_EQ(nvs_get_used_entry_count(handle, nullptr), ESP_ERR_INVALID_ARG);
  nvs_close(12345);
}

TEST_F(NvsCalls, EntriesAreCounted) {
  const nvs_handle_t handle = opened();
  EXPECT_EQ(nvs_set_u8(handle, "one", 1), ESP_OK);
  EXPECT_EQ(nvs_set_str(handle, "three", std::string(40, 'x').c_str()), ESP_OK);
  EXPECT_EQ(nvs_set_blob(handle, "three too", "abc", 3), ESP_OK);
  std::size_t used = 0;
  EXPECT_EQ(nvs_get_used_entry_count(handle, &used), ESP_OK);
  EXPECT_EQ(used, 1U + 3U + 3U);
  nvs_stats_t stats{};
  EXPECT_EQ(nvs_get_stats(nullptr, &stats), ESP_OK);
  EXPECT_EQ(stats.used_entries, used + 1) << "and the namespace's own";
  EXPECT_EQ(stats.total_entries, 4U * 126U);
  EXPECT_EQ(stats.free_entries, stats.total_entries - stats.used_entries);
  EXPECT_EQ(stats.available_entries, stats.free_entries - 126);
  EXPECT_EQ(stats.namespace_count, 1U);
}

TEST_F(NvsCalls, AWalkShowsEveryKeyOnce) {
  const nvs_handle_t first = opened("first");
  const nvs_handle_t second = opened("second");
  EXPECT_EQ(nvs_set_u8(first, "a", 1), ESP_OK);
  EXPECT_EQ(nvs_set_blob(second, "b", std::string(5000, 'x').data(), 5000), ESP_OK);
  EXPECT_EQ(nvs_set_str(first, "c", "text"), ESP_OK);
  const auto walked = [](nvs_iterator_t it) {
    std::string keys;
    for (esp_err_t more = ESP_OK; more == ESP_OK; more = nvs_entry_next(&it)) {
      nvs_entry_info_t info;
      EXPECT_EQ(nvs_entry_info(it, &info), ESP_OK);
      keys +=
          std::string(info.namespace_name) + "/" + info.key + ":" + std::to_string(info.type) + " ";
    }
    EXPECT_EQ(it, nullptr) << "released at the end";
    return keys;
  };
  nvs_iterator_t it = nullptr;
  ASSERT_EQ(nvs_entry_find("nvs", nullptr, NVS_TYPE_ANY, &it), ESP_OK);
  EXPECT_EQ(walked(it), "first/a:1 second/b:66 first/c:33 ");
  ASSERT_EQ(nvs_entry_find("nvs", "first", NVS_TYPE_STR, &it), ESP_OK);
  EXPECT_EQ(walked(it), "first/c:33 ");
  ASSERT_EQ(nvs_entry_find_in_handle(second, NVS_TYPE_ANY, &it), ESP_OK);
  EXPECT_EQ(walked(it), "second/b:66 ");
  EXPECT_EQ(nvs_entry_find("nvs", "third", NVS_TYPE_ANY, &it), ESP_ERR_NVS_NOT_FOUND);
  EXPECT_EQ(it, nullptr);
  EXPECT_EQ(nvs_entry_find("other", nullptr, NVS_TYPE_ANY, &it), ESP_ERR_NVS_NOT_FOUND);
  EXPECT_EQ(nvs_entry_find(nullptr, nullptr, NVS_TYPE_ANY, &it), ESP_ERR_INVALID_ARG);
}

TEST_F(NvsCalls, AnIteratorOutlivesItsPartitionWithoutHarm) {
  const nvs_handle_t handle = opened();
  EXPECT_EQ(nvs_set_u8(handle, "a", 1), ESP_OK);
  EXPECT_EQ(nvs_set_u8(handle, "b", 1), ESP_OK);
  nvs_iterator_t it = nullptr;
  ASSERT_EQ(nvs_entry_find("nvs", nullptr, NVS_TYPE_ANY, &it), ESP_OK);
  EXPECT_EQ(nvs_flash_deinit(), ESP_OK);
  EXPECT_EQ(nvs_entry_next(&it), ESP_ERR_NVS_NOT_FOUND);
  EXPECT_EQ(it, nullptr);
}

TEST_F(NvsCalls, ErasureForgetsEverythingAndEndsTheHandles) {
  const nvs_handle_t handle = opened();
  EXPECT_EQ(nvs_set_u8(handle, "a", 1), ESP_OK);
  EXPECT_EQ(nvs_flash_erase(), ESP_OK);
  EXPECT_EQ(nvs_set_u8(handle, "a", 1), ESP_ERR_NVS_INVALID_HANDLE);
  const nvs_handle_t again = opened();
  EXPECT_EQ(again, handle + 1) << "numbers are not used twice in a boot";
  EXPECT_EQ(nvs_find_key(again, "a", nullptr), ESP_ERR_NVS_NOT_FOUND);
  EXPECT_EQ(nvs_flash_erase_partition("absent"), ESP_ERR_NOT_FOUND);
  EXPECT_EQ(nvs_flash_init_partition("absent"), ESP_ERR_NOT_FOUND);
  EXPECT_EQ(nvs_flash_init_partition("a_label_of_17_let"), ESP_ERR_INVALID_ARG);
}

TEST_F(NvsCalls, TheUsualStartRecoversAPartitionThatIsFullOfSomethingElse) {
  board.put(0x9000, std::vector<std::byte>(0x4000, std::byte{0}));
  reset();
  EXPECT_EQ(nvs_flash_init(), ESP_OK) << "damaged pages are set aside";
  EXPECT_EQ(nvs_flash_deinit(), ESP_OK);

  const auto newer = [] {
    std::vector<std::byte> header(32, std::byte{0xFF});
    header[0] = std::byte{0xFE};
    header[8] = std::byte{0xFD};
    store_u32(header.data() + 28, formats::nvs_crc(Bytes(header).subspan(4, 24)));
    return header;
  }();
  ASSERT_EQ(nvs_flash_erase(), ESP_OK);
  board.put(0x9000, newer);
  EXPECT_EQ(nvs_flash_init(), ESP_ERR_NVS_NEW_VERSION_FOUND);
  EXPECT_EQ(nvs_flash_erase(), ESP_OK);
  EXPECT_EQ(nvs_flash_init(), ESP_OK);
}

TEST_F(NvsCalls, PurgingLeavesNoTraceOfAnOldValue) {
  const auto flash_holds = [&](std::string_view text) {
    std::vector<std::byte> bytes(0x4000);
    EXPECT_TRUE(board.flash().read({0x9000}, bytes).ok());
    return rota::text_of(bytes).find(text) != std::string_view::npos;
  };
  const nvs_handle_t plain = opened();
  EXPECT_EQ(nvs_set_str(plain, "password", "correct horse"), ESP_OK);
  EXPECT_EQ(nvs_set_str(plain, "password", "battery staple"), ESP_OK);
  EXPECT_TRUE(flash_holds("correct horse"));
  EXPECT_EQ(nvs_purge_all(plain), ESP_OK);
  EXPECT_FALSE(flash_holds("correct horse"));
  const nvs_handle_t purging = opened("settings", NVS_READWRITE_PURGE);
  EXPECT_EQ(nvs_erase_key(purging, "password"), ESP_OK);
  EXPECT_FALSE(flash_holds("battery staple"));
}

TEST_F(NvsCalls, EncryptedValuesAreReadWithTheirKeysOnly) {
  nvs_sec_cfg_t keys{};
  EXPECT_EQ(nvs_flash_read_security_cfg(find("storage"), &keys), ESP_ERR_NVS_KEYS_NOT_INITIALIZED);
  ASSERT_EQ(nvs_flash_generate_keys(find("storage"), &keys), ESP_OK);
  nvs_sec_cfg_t read{};
  ASSERT_EQ(nvs_flash_read_security_cfg(find("storage"), &read), ESP_OK);
  EXPECT_EQ(std::memcmp(&keys, &read, sizeof(keys)), 0);
  EXPECT_EQ(keys.eky[0], 0xFF);
  EXPECT_EQ(keys.tky[31], 0x88);

  ASSERT_EQ(nvs_flash_secure_init(&keys), ESP_OK);
  nvs_handle_t handle = opened();
  EXPECT_EQ(nvs_set_str(handle, "text", "a secret of more than 32 characters"), ESP_OK);
  std::vector<std::byte> bytes(0x4000);
  EXPECT_TRUE(board.flash().read({0x9000}, bytes).ok());
  EXPECT_EQ(rota::text_of(bytes).find("secret"), std::string_view::npos);

  reset();
  ASSERT_EQ(nvs_flash_secure_init(&keys), ESP_OK);
  handle = opened("settings", NVS_READONLY);
  EXPECT_EQ(text_of(handle, "text"), "a secret of more than 32 characters");
}

TEST_F(NvsCalls, AnEncryptingBuildMakesItsKeysOnce) {
  auto rows = PlatformForTest::tutorial_table();
  board.put_table(rows);
  config_for_test().nvs_encryption = true;
  reset();
  EXPECT_EQ(nvs_flash_init(), ESP_FAIL);
  EXPECT_TRUE(board.console_has("Add a row: nvs_key, data, nvs_keys, , 0x1000, encrypted"));

  ASSERT_TRUE(rows.push_back(PlatformForTest::row("nvs_key", formats::PartitionType::kData,
                                                  formats::kDataNvsKeys, 0x330000, 0x1000)));
  board.put_table(rows);
  reset();
  nvs_handle_t handle = opened();
  EXPECT_EQ(nvs_set_str(handle, "text", "readable"), ESP_OK);
  EXPECT_EQ(rota::text_of(board.bytes_of("nvs")).find("readable"), std::string_view::npos);
  reset();
  handle = opened("settings", NVS_READONLY);
  EXPECT_EQ(text_of(handle, "text"), "readable");
}

TEST_F(NvsCalls, AStartThatFailsSaysWhatToDo) {
  EXPECT_EQ(nvs_flash_init_partition("absent"), ESP_ERR_NOT_FOUND);
  EXPECT_TRUE(board.console_has("Add a row: absent, data, nvs, , 0x6000")) << board.console;
}

TEST_F(NvsCalls, ADamagedKeyPartitionIsRefused) {
  nvs_sec_cfg_t keys{};
  ASSERT_EQ(nvs_flash_generate_keys(find("storage"), &keys), ESP_OK);
  const std::uint8_t zero = 0;
  ASSERT_EQ(esp_partition_write(find("storage"), 5, &zero, 1), ESP_OK);
  EXPECT_EQ(nvs_flash_read_security_cfg(find("storage"), &keys), ESP_ERR_NVS_CORRUPT_KEY_PART);
  EXPECT_EQ(nvs_flash_generate_keys(nullptr, &keys), ESP_ERR_INVALID_ARG);
}

TEST_F(NvsCalls, AnEncryptedFlagOrAReadOnlyOneIsRespected) {
  esp_partition_t partition = *find("nvs");
  partition.encrypted = true;
  EXPECT_EQ(nvs_flash_init_partition_ptr(&partition), ESP_ERR_NVS_WRONG_ENCRYPTION);
  EXPECT_EQ(nvs_flash_erase_partition_ptr(&partition), ESP_ERR_NVS_WRONG_ENCRYPTION);
  (void)opened();
  partition.encrypted = false;
  partition.readonly = true;
  ASSERT_EQ(nvs_flash_init_partition_ptr(&partition), ESP_OK);
  nvs_handle_t handle = 0;
  EXPECT_EQ(nvs_open("settings", NVS_READWRITE, &handle), ESP_ERR_NOT_ALLOWED);
  EXPECT_EQ(nvs_open("settings", NVS_READONLY, &handle), ESP_OK);
  EXPECT_EQ(nvs_flash_init_partition_ptr(nullptr), ESP_ERR_INVALID_ARG);
}

TEST_F(NvsCalls, MountingAgainByPointerKeepsTheHandles) {
  const nvs_handle_t handle = opened();
  EXPECT_EQ(nvs_set_u8(handle, "a", 1), ESP_OK);
  EXPECT_EQ(nvs_flash_init_partition_ptr(find("nvs")), ESP_OK);
  std::uint8_t value = 0;
  EXPECT_EQ(nvs_get_u8(handle, "a", &value), ESP_OK);
  EXPECT_EQ(value, 1);
}

TEST_F(NvsCalls, SecuritySchemesAreKeptAndCalled) {
  nvs_sec_cfg_t keys{};
  EXPECT_EQ(nvs_flash_register_security_scheme(nullptr), ESP_ERR_INVALID_ARG);
  EXPECT_EQ(nvs_flash_generate_keys_v2(nvs_flash_get_default_security_scheme(), &keys),
            ESP_ERR_INVALID_ARG)
      << "none is registered";
  static const std::uint8_t mark = 0x42;
  nvs_sec_scheme_t scheme{};
  scheme.scheme_data = const_cast<std::uint8_t*>(&mark);
  scheme.nvs_flash_key_gen = [](const void* data, nvs_sec_cfg_t* cfg) -> esp_err_t {
    cfg->eky[0] = *static_cast<const std::uint8_t*>(data);
    return ESP_OK;
  };
  scheme.nvs_flash_read_cfg = [](const void*, nvs_sec_cfg_t*) -> esp_err_t {
    return ESP_ERR_NVS_KEYS_NOT_INITIALIZED;
  };
  EXPECT_EQ(nvs_flash_register_security_scheme(&scheme), ESP_OK);
  nvs_sec_scheme_t* registered = nvs_flash_get_default_security_scheme();
  EXPECT_EQ(nvs_flash_read_security_cfg_v2(registered, &keys), ESP_ERR_NVS_KEYS_NOT_INITIALIZED);
  EXPECT_EQ(nvs_flash_generate_keys_v2(registered, &keys), ESP_OK);
  EXPECT_EQ(keys.eky[0], mark);
  nvs_flash_deregister_security_scheme();
  EXPECT_EQ(nvs_flash_read_security_cfg_v2(registered, &keys), ESP_ERR_INVALID_ARG);
}

TEST_F(NvsCalls, TheCppHandleStoresAnyScalarAndClosesItself) {
  enum class Mode : std::int16_t { kSlow = -5 };
  ASSERT_EQ(nvs_flash_init(), ESP_OK);
  esp_err_t error = ESP_FAIL;
  {
    const auto handle = nvs::open_nvs_handle("settings", NVS_READWRITE, &error);
    ASSERT_EQ(error, ESP_OK);
    EXPECT_EQ(handle->set_item("mode", Mode::kSlow), ESP_OK);
    EXPECT_EQ(handle->set_item("ready", true), ESP_OK);
    EXPECT_EQ(handle->set_item("ratio", 0.25F), ESP_OK);
    EXPECT_EQ(handle->set_item("ratio", std::nanf("")), ESP_ERR_INVALID_ARG);
    EXPECT_EQ(handle->set_string("name", "Rota"), ESP_OK);
    EXPECT_EQ(handle->set_blob("blob", "abc", 3), ESP_OK);
    EXPECT_EQ(handle->commit(), ESP_OK);
  }
  std::uint8_t closed = 0;
  EXPECT_EQ(nvs_get_u8(1, "ready", &closed), ESP_ERR_NVS_INVALID_HANDLE);

  const auto handle = nvs::open_nvs_handle("settings", NVS_READONLY, &error);
  ASSERT_EQ(error, ESP_OK);
  Mode mode{};
  bool ready = false;
  float ratio = 0;
  char name[8] = {};
  char blob[3] = {};
  EXPECT_EQ(handle->get_item("mode", mode), ESP_OK);
  EXPECT_EQ(mode, Mode::kSlow);
  EXPECT_EQ(handle->get_item("ready", ready), ESP_OK);
  EXPECT_TRUE(ready);
  EXPECT_EQ(handle->get_item("ratio", ratio), ESP_OK);
  EXPECT_EQ(ratio, 0.25F);
  nvs_type_t type{};
  EXPECT_EQ(handle->find_key("mode", type), ESP_OK);
  EXPECT_EQ(type, NVS_TYPE_I16);
  std::size_t size = 0;
  EXPECT_EQ(handle->get_item_size(nvs::ItemType::SZ, "name", size), ESP_OK);
  EXPECT_EQ(size, 5U);
  EXPECT_EQ(handle->get_string("name", name, 4), ESP_ERR_NVS_INVALID_LENGTH);
  EXPECT_EQ(handle->get_string("name", name, sizeof(name)), ESP_OK);
  EXPECT_STREQ(name, "Rota");
  EXPECT_EQ(handle->get_blob("blob", blob, 2), ESP_FAIL);
  EXPECT_EQ(handle->get_blob("blob", blob, 3), ESP_OK);
  EXPECT_EQ(handle->get_used_entry_count(size), ESP_OK);
  EXPECT_EQ(size, 8U);
  EXPECT_EQ(handle->erase_item("name"), ESP_ERR_NVS_READ_ONLY);
  EXPECT_EQ(nvs::open_nvs_handle("absent", NVS_READONLY, &error), nullptr);
  EXPECT_EQ(error, ESP_ERR_NVS_NOT_FOUND);
  EXPECT_EQ(nvs::open_nvs_handle(nullptr, NVS_READONLY, &error), nullptr);
  EXPECT_EQ(error, ESP_ERR_INVALID_ARG);
}

TEST_F(NvsCalls, EveryErrorHasItsName) {
  EXPECT_STREQ(esp_err_to_name(ESP_ERR_NVS_NO_FREE_PAGES), "ESP_ERR_NVS_NO_FREE_PAGES");
  EXPECT_STREQ(esp_err_to_name(ESP_ERR_NVS_WRONG_ENCRYPTION), "ESP_ERR_NVS_WRONG_ENCRYPTION");
}

}  // namespace
}  // namespace rota::idf
