// What the tests of esp_https_ota share: a board whose factory app runs and updates itself from a
// server in the test's own process. Not a test by itself.
#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "esp_https_ota.h"
#include "idf/file_server_for_test.h"
#include "idf/platform_for_test.h"
#include "idf/runtime.h"

namespace rota::idf {

class HttpsOta : public testing::Test {
 protected:
  static constexpr int kShortTimeoutMs = 50;

  PlatformForTest board;
  std::optional<Runtime> boot;
  std::vector<std::byte> image;
  std::unique_ptr<FileServerForTest> server;
  esp_http_client_config_t http{};
  esp_https_ota_config_t ota{};
  std::string url;
  esp_https_ota_handle_t handle = nullptr;

  HttpsOta() {
    config_for_test().https_ota_allow_http = true;
    config_for_test().https_ota_partial_download = true;
    config_for_test().http_client_basic_auth = true;
    board.put_image("factory", {.version = "1.0.0"});
    board.run_from("factory");
    image = board.make_image({.version = "2.0.0"});
    ota.http_config = &http;
  }

  std::string_view image_text() const { return text_of(image); }
  // The server answers so from now on; the boot begins if it has not.
  void serve(FileServerForTest::Answer answer) {
    server = std::make_unique<FileServerForTest>(std::move(answer));
    use(server->url());
    if (!boot) boot.emplace(board);
  }
  void serve_image(const std::string& etag = "") {
    serve([this, etag](const RequestForTest& request) {
      return serve_file(request, image_text(), etag);
    });
  }
  void use(std::string address) {
    url = std::move(address);
    http.url = url.c_str();
  }
  // A new boot of the same app: what was in memory is gone.
  void restart() {
    boot.reset();
    handle = nullptr;
    boot.emplace(board);
  }

  esp_err_t begin() { return esp_https_ota_begin(&ota, &handle); }
  // Until it is no longer in progress.
  esp_err_t perform() {
    esp_err_t result = ESP_ERR_HTTPS_OTA_IN_PROGRESS;
    while (result == ESP_ERR_HTTPS_OTA_IN_PROGRESS) result = esp_https_ota_perform(handle);
    return result;
  }
  // Until so many bytes are written, at least.
  void perform_until(int bytes) {
    while (esp_https_ota_get_image_len_read(handle) < bytes) {
      ASSERT_EQ(esp_https_ota_perform(handle), ESP_ERR_HTTPS_OTA_IN_PROGRESS);
    }
  }
  bool holds(const char* label, Bytes bytes) const {
    const Bytes found = board.bytes_of(label).first(bytes.size());
    return std::equal(found.begin(), found.end(), bytes.begin());
  }
  // "" when nothing was selected.
  static std::string selected() {
    const esp_partition_t* partition = esp_ota_get_boot_partition();
    return partition == nullptr ? "" : partition->label;
  }
};

}  // namespace rota::idf
