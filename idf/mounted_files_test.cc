// SPIFFS, littlefs and FAT as folders of the board: mounting and formatting, and the C library's
// calls below a mount point (this test is linked as apps are, with --wrap).
#include "idf/mounted_files.h"

#include <dirent.h>
#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>
#include <utime.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <set>
#include <string>

#include "crypto/crc32.h"
#include "esp_littlefs.h"
#include "esp_spiffs.h"
#include "esp_vfs_fat.h"
#include "idf/platform_for_test.h"

namespace rota::idf {
namespace {

class MountedFilesTest : public testing::Test {
 protected:
  MountedFilesTest() {
    auto rows = PlatformForTest::tutorial_table();
    std::uint32_t at = rows[rows.size() - 1].offset + rows[rows.size() - 1].size;
    for (const auto& [label, subtype] :
         {std::pair{"spiffs", 0x82}, {"littlefs", 0x83}, {"fat", 0x81}}) {
      EXPECT_TRUE(rows.push_back(PlatformForTest::row(
          label, formats::PartitionType::kData, static_cast<std::uint8_t>(subtype), at, 0x10000)));
      at += 0x10000;
    }
    board.put_table(rows);
    restart();
  }
  void restart() {
    boot.reset();
    boot.emplace(board);
  }
  static esp_err_t mount(bool format = true) {
    const esp_vfs_spiffs_conf_t conf{"/spiffs", nullptr, 5, format};
    return esp_vfs_spiffs_register(&conf);
  }
  static void write(const char* path, const std::string& text, const char* mode = "w") {
    std::FILE* file = std::fopen(path, mode);
    ASSERT_NE(file, nullptr) << path << ": " << std::strerror(errno);
    std::fputs(text.c_str(), file);
    std::fclose(file);
  }
  static std::string read(const char* path) {
    std::FILE* file = std::fopen(path, "r");
    if (file == nullptr) return "<missing>";
    char text[64] = "";
    const std::size_t got = std::fread(text, 1, sizeof(text) - 1, file);
    std::fclose(file);
    return {text, got};
  }

  PlatformForTest board;
  std::optional<Runtime> boot;
};

TEST_F(MountedFilesTest, FilesStayOverARestart) {
  EXPECT_EQ(mount(false), ESP_FAIL) << "nobody formatted it";
  EXPECT_TRUE(board.console_has("holds no file system of this board")) << board.console;
  ASSERT_EQ(mount(), ESP_OK) << board.console;
  write("/spiffs/config.json", "{}");
  EXPECT_EQ(mount(), ESP_ERR_INVALID_STATE);
  restart();
  EXPECT_EQ(read("/spiffs/config.json"), "<missing>") << "not mounted in this boot";
  ASSERT_EQ(mount(false), ESP_OK);
  EXPECT_EQ(read("/spiffs/config.json"), "{}");
}

TEST_F(MountedFilesTest, ErasingThePartitionLosesItsFiles) {
  ASSERT_EQ(mount(), ESP_OK);
  write("/spiffs/a", "old");
  const auto* partition =
      esp_partition_find_first(ESP_PARTITION_TYPE_DATA, ESP_PARTITION_SUBTYPE_DATA_SPIFFS, nullptr);
  ASSERT_EQ(esp_partition_erase_range(partition, 0, partition->size), ESP_OK);
  restart();
  EXPECT_EQ(mount(false), ESP_FAIL);
  ASSERT_EQ(mount(true), ESP_OK);
  EXPECT_EQ(read("/spiffs/a"), "<missing>");
  const auto folders = std::filesystem::directory_iterator(board.files_folder());
  EXPECT_EQ(std::distance(begin(folders), end(folders)), 1) << "the old folder is gone";
}

TEST_F(MountedFilesTest, EveryCallWithAPathIsLedThere) {
  ASSERT_EQ(mount(), ESP_OK);
  const int file = ::open("/spiffs/data.bin", O_CREAT | O_WRONLY, 0600);
  ASSERT_GE(file, 0);
  EXPECT_EQ(::write(file, "12345", 5), 5);
  ::close(file);
  struct stat facts {};
  EXPECT_EQ(::stat("/spiffs/data.bin", &facts), 0);
  EXPECT_EQ(facts.st_size, 5);
  EXPECT_EQ(::stat("/spiffs", &facts), 0);
  EXPECT_TRUE(S_ISDIR(facts.st_mode));
  EXPECT_EQ(::truncate("/spiffs/data.bin", 2), 0);
  EXPECT_EQ(read("/spiffs/data.bin"), "12");
  EXPECT_EQ(::access("/spiffs/data.bin", R_OK), 0);
  EXPECT_EQ(::utime("/spiffs/data.bin", nullptr), 0);
  EXPECT_EQ(std::rename("/spiffs/data.bin", "/spiffs/new.bin"), 0);
  EXPECT_EQ(::rename("/spiffs/new.bin", "/elsewhere"), -1);
  EXPECT_EQ(errno, EXDEV);
  std::set<std::string> names;
  DIR* folder = ::opendir("/spiffs/");
  ASSERT_NE(folder, nullptr);
  while (const dirent* entry = ::readdir(folder)) {
    if (entry->d_name[0] != '.') names.insert(entry->d_name);
  }
  ::closedir(folder);
  EXPECT_EQ(names, std::set<std::string>{"new.bin"});
  write("/spiffs/new.bin", "3", "a");
  EXPECT_EQ(read("/spiffs/new.bin"), "123");
  EXPECT_EQ(::unlink("/spiffs/new.bin"), 0);
  EXPECT_EQ(read("/spiffs/new.bin"), "<missing>");
  EXPECT_EQ(std::remove("/spiffs"), -1) << "the mount point stays";
  EXPECT_EQ(esp_vfs_spiffs_unregister(nullptr), ESP_OK);
  EXPECT_EQ(esp_vfs_spiffs_unregister(nullptr), ESP_ERR_INVALID_STATE);
  EXPECT_EQ(::opendir("/spiffs"), nullptr);
}

TEST_F(MountedFilesTest, SpiffsHasSlashesInNamesAndTheOthersHaveFolders) {
  ASSERT_EQ(mount(), ESP_OK);
  write("/spiffs/web/js/app.js", "x");
  EXPECT_EQ(read("/spiffs/web/js/app.js"), "x");
  esp_vfs_littlefs_conf_t conf{};
  conf.base_path = "/lfs";
  conf.format_if_mount_failed = 1;
  ASSERT_EQ(esp_vfs_littlefs_register(&conf), ESP_OK);
  EXPECT_EQ(std::fopen("/lfs/web/app.js", "w"), nullptr);
  EXPECT_EQ(::mkdir("/lfs/web", 0700), 0);
  write("/lfs/web/app.js", "y");
  EXPECT_EQ(read("/lfs/web/../web/./app.js"), "y");
  EXPECT_EQ(::rmdir("/lfs/web"), -1) << "not empty";
  EXPECT_TRUE(esp_littlefs_mounted(nullptr));
}

TEST_F(MountedFilesTest, NoPathLeadsOutOfTheFolder) {
  ASSERT_EQ(mount(), ESP_OK);
  EXPECT_EQ(read("/spiffs/../../../../etc/hostname"), "<missing>");
  EXPECT_EQ(std::fopen("/spiffs/../escaped", "w"), nullptr);
  write("/spiffs/..hidden", "a name, not a way");
  EXPECT_EQ(read("/spiffs/..hidden"), "a name, not a way");
}

TEST_F(MountedFilesTest, FatTellsItsRoomAndMayBeMountedToBeReadAlone) {
  esp_vfs_fat_mount_config_t config{};
  config.format_if_mount_failed = true;
  wl_handle_t handle = WL_INVALID_HANDLE;
  ASSERT_EQ(esp_vfs_fat_spiflash_mount_rw_wl("/fat", "fat", &config, &handle), ESP_OK);
  write("/fat/a.txt", std::string(5000, 'x'));
  std::uint64_t total = 0;
  std::uint64_t free = 0;
  EXPECT_EQ(esp_vfs_fat_info("/fat", &total, &free), ESP_OK);
  EXPECT_EQ(total, 0x10000U);
  EXPECT_EQ(free, 0x10000U - 8192U);
  EXPECT_EQ(esp_vfs_fat_spiflash_unmount_rw_wl("/fat", handle), ESP_OK);
  ASSERT_EQ(esp_vfs_fat_spiflash_mount_ro("/fat", "fat", &config), ESP_OK);
  EXPECT_EQ(read("/fat/a.txt").substr(0, 3), "xxx");
  EXPECT_EQ(std::fopen("/fat/b.txt", "w"), nullptr);
  EXPECT_EQ(errno, EROFS);
  EXPECT_EQ(::unlink("/fat/a.txt"), -1);
  EXPECT_EQ(esp_vfs_fat_spiflash_mount_rw_wl("/x", "none", &config, &handle), ESP_ERR_NOT_FOUND);
}

TEST_F(MountedFilesTest, FormattingEmptiesAMountedOne) {
  ASSERT_EQ(mount(), ESP_OK);
  write("/spiffs/a", std::string(300, 'x'));
  std::size_t total = 0;
  std::size_t used = 0;
  EXPECT_EQ(esp_spiffs_info(nullptr, &total, &used), ESP_OK);
  EXPECT_EQ(used, 512U);
  EXPECT_EQ(esp_spiffs_format("spiffs"), ESP_OK);
  EXPECT_EQ(read("/spiffs/a"), "<missing>");
  write("/spiffs/b", "new");
  EXPECT_EQ(read("/spiffs/b"), "new");
}

// A partition that the build made from a folder (docs/formats/file-systems.md).
std::vector<std::byte> built(const std::string& name, const std::string& content) {
  std::string archive;
  const auto add_u32 = [](std::string& to, std::size_t value) {
    for (unsigned i = 0; i < 4; ++i) to += static_cast<char>(value >> 8U * i & 0xFFU);
  };
  add_u32(archive, name.size());
  add_u32(archive, content.size());
  archive += name + content;
  std::string image("RotaFS1\0", 8);
  add_u32(image, crypto::crc32(bytes_of(archive)));
  add_u32(image, archive.size());
  image += archive;
  const Bytes bytes = bytes_of(image);
  return {bytes.begin(), bytes.end()};
}

TEST_F(MountedFilesTest, FilesOfTheBuildAreThereAtTheFirstMount) {
  board.put(board.partition("spiffs").offset, built("www/index.html", "<html>"));
  ASSERT_EQ(mount(false), ESP_OK) << board.console;
  EXPECT_EQ(read("/spiffs/www/index.html"), "<html>");
  write("/spiffs/www/index.html", "changed");
  restart();
  ASSERT_EQ(mount(false), ESP_OK);
  EXPECT_EQ(read("/spiffs/www/index.html"), "changed") << "unpacked once";
}

TEST_F(MountedFilesTest, ADamagedArchiveIsNoFileSystem) {
  auto image = built("a", "content");
  image[16 + 4] = std::byte{0xFF};  // the content reaches beyond the end
  board.put(board.partition("spiffs").offset, image);
  EXPECT_EQ(mount(true), ESP_FAIL);
  board.put(board.partition("spiffs").offset, built("../escaped", "content"));
  EXPECT_EQ(mount(true), ESP_FAIL);
}

}  // namespace
}  // namespace rota::idf
