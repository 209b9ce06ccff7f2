// What the tests of esp_ota_ops.cc share: a board, a boot, and the calls in short. Not a test by
// itself.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <optional>
#include <string>
#include <vector>

#include "esp_ota_ops.h"
#include "esp_partition.h"
#include "idf/platform_for_test.h"
#include "idf/runtime.h"

namespace rota::idf {

inline constexpr esp_ota_handle_t kNoHandle = 999;
inline constexpr std::uint32_t kSector = 0x1000;

inline const esp_partition_t* find(const char* label) {
  return esp_partition_find_first(ESP_PARTITION_TYPE_ANY, ESP_PARTITION_SUBTYPE_ANY, label);
}

inline int count_of(const std::string& text, std::string_view word) {
  int count = 0;
  for (std::size_t at = text.find(word); at != std::string::npos; at = text.find(word, at + 1)) {
    ++count;
  }
  return count;
}

class OtaOps : public testing::Test {
 protected:
  PlatformForTest board;
  std::optional<Runtime> boot;

  // Begins a boot in which this partition's image runs. The test may have set options before.
  void start(std::string_view label) {
    boot.reset();
    board.console.clear();
    board.run_from(label);
    boot.emplace(board);
  }
  void start_with_image(std::string_view label) {
    board.put_image(label, {.version = std::string("in-") + std::string(label)});
    start(label);
  }
  // Ends the boot and asks the bootloader; begins the next boot. "" = nothing starts.
  std::string reset() {
    boot.reset();
    const std::string label = board.reset();
    board.console.clear();
    boot.emplace(board);
    return label;
  }

  static esp_err_t begin(const char* label, std::size_t size = OTA_WITH_SEQUENTIAL_WRITES) {
    esp_ota_handle_t handle = 0;
    return esp_ota_begin(find(label), size, &handle);
  }
  static esp_ota_handle_t begun(const char* label, std::size_t size = OTA_WITH_SEQUENTIAL_WRITES) {
    esp_ota_handle_t handle = 0;
    EXPECT_EQ(esp_ota_begin(find(label), size, &handle), ESP_OK);
    return handle;
  }
  static esp_err_t write(esp_ota_handle_t handle, Bytes bytes) {
    return esp_ota_write(handle, bytes.data(), bytes.size());
  }
  // Writes in pieces as a download does.
  static esp_err_t write_in_pieces(esp_ota_handle_t handle, Bytes bytes, std::size_t piece = 1000) {
    while (!bytes.empty()) {
      const std::size_t count = std::min(piece, bytes.size());
      const esp_err_t written = write(handle, bytes.first(count));
      if (written != ESP_OK) return written;
      bytes = bytes.subspan(count);
    }
    return ESP_OK;
  }
  // The whole native way; the result of esp_ota_end.
  static esp_err_t install(const char* label, Bytes image) {
    const esp_ota_handle_t handle = begun(label);
    EXPECT_EQ(write_in_pieces(handle, image), ESP_OK);
    return esp_ota_end(handle);
  }
  bool holds(const char* label, Bytes bytes) const {
    const Bytes found = board.bytes_of(label).first(bytes.size());
    return std::equal(found.begin(), found.end(), bytes.begin());
  }
};

inline std::vector<std::byte> repeated(std::size_t count, std::uint8_t value) {
  return std::vector<std::byte>(count, static_cast<std::byte>(value));
}

}  // namespace rota::idf
