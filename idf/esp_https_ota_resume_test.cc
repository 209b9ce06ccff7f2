// Resumed downloads with NVS: the file that was begun is the file that is gone on with.
#include "esp_https_ota.h"
#include "idf/https_ota_for_test.h"
#include "idf/resume_journal.h"
#include "nvs.h"
#include "nvs_flash.h"

namespace rota::idf {
namespace {

class HttpsOtaJournal : public HttpsOta {
 protected:
  HttpsOtaJournal() { ota.ota_resumption = true; }

  // Downloads so much, and loses the power; the program remembers how much.
  void download_and_lose_power(int bytes) {
    ASSERT_EQ(nvs_flash_init(), ESP_OK);
    ASSERT_EQ(begin(), ESP_OK);
    perform_until(bytes);
    ota.ota_image_bytes_written =
        static_cast<std::size_t>(esp_https_ota_get_image_len_read(handle));
    restart();
    ASSERT_EQ(nvs_flash_init(), ESP_OK);
  }
  void complete() {
    ASSERT_EQ(begin(), ESP_OK);
    ASSERT_EQ(perform(), ESP_OK) << board.console;
    EXPECT_EQ(esp_https_ota_finish(handle), ESP_OK) << board.console;
    EXPECT_TRUE(holds("ota_0", image));
  }
  RequestForTest last_request() { return server->requests().back(); }

  // What the server offers from now on; the address stays.
  std::vector<std::byte> offered;
  std::string offered_etag;
  bool knows_if_range = true;
  void offer(const ImageRecipe& recipe, const std::string& etag) {
    offered = board.make_image(recipe);
    offered_etag = etag;
    image = offered;
    if (server) return;
    serve([this](const RequestForTest& request) {
      RequestForTest asked = request;
      const std::size_t condition = asked.head.find("If-Range: ");
      if (!knows_if_range && condition != std::string::npos) asked.head[condition] = 'X';
      return serve_file(asked, text_of(offered), offered_etag);
    });
  }
};

TEST_F(HttpsOtaJournal, TheSameFileIsAskedForByItsETag) {
  offer({.version = "2"}, "\"v2\"");
  download_and_lose_power(10000);
  complete();
  EXPECT_EQ(last_request().header("Range"), "bytes=8192-");
  EXPECT_EQ(last_request().header("If-Range"), "\"v2\"");
}

TEST_F(HttpsOtaJournal, AFileThatWasReplacedMeanwhileIsDownloadedFromItsStart) {
  offer({.version = "2"}, "\"v2\"");
  download_and_lose_power(10000);
  offer({.version = "3"}, "\"v3\"");
  ASSERT_EQ(begin(), ESP_OK);
  EXPECT_TRUE(board.console_has("restarting download from beginning")) << board.console;
  ASSERT_EQ(perform(), ESP_OK);
  EXPECT_EQ(esp_https_ota_finish(handle), ESP_OK);
  EXPECT_TRUE(holds("ota_0", image));
}

TEST_F(HttpsOtaJournal, AReplacedFileIsNoticedOnAServerWithoutIfRange) {
  knows_if_range = false;
  offer({.version = "2"}, "\"v2\"");
  download_and_lose_power(10000);
  offer({.version = "3"}, "\"v3\"");
  complete();
  EXPECT_EQ(last_request().header("Range"), "");
}

TEST_F(HttpsOtaJournal, AfterARestartTheNewFileIsTheOneToGoOnWith) {
  offer({.version = "2"}, "\"v2\"");
  download_and_lose_power(10000);
  offer({.version = "3"}, "\"v3\"");
  download_and_lose_power(12500);
  complete();
  EXPECT_EQ(last_request().header("Range"), "bytes=12288-");
  EXPECT_EQ(last_request().header("If-Range"), "\"v3\"");
}

// Without the journal the program's number would lead to the same failure for ever.
TEST_F(HttpsOtaJournal, AfterADamagedImageTheNextDownloadStartsOver) {
  offer({.version = "2"}, "");
  download_and_lose_power(10000);
  const std::byte flipped{0x00};
  board.put(board.partition("ota_0").offset + 3000, Bytes(&flipped, 1));
  ASSERT_EQ(begin(), ESP_OK);
  ASSERT_EQ(perform(), ESP_OK);
  EXPECT_EQ(esp_https_ota_finish(handle), ESP_ERR_OTA_VALIDATE_FAILED);
  restart();
  ASSERT_EQ(nvs_flash_init(), ESP_OK);
  complete();
  EXPECT_EQ(last_request().header("Range"), "bytes=0-");
  EXPECT_TRUE(board.console_has("did not give a valid image")) << board.console;
}

TEST_F(HttpsOtaJournal, AnotherUrlStartsOver) {
  offer({.version = "2"}, "\"v2\"");
  download_and_lose_power(10000);
  use(server->url("/other.bin"));
  complete();
  EXPECT_EQ(last_request().header("Range"), "bytes=0-");
}

TEST_F(HttpsOtaJournal, AnotherPartitionStartsOver) {
  offer({.version = "2"}, "\"v2\"");
  download_and_lose_power(10000);
  ota.partition.staging =
      esp_partition_find_first(ESP_PARTITION_TYPE_APP, ESP_PARTITION_SUBTYPE_APP_OTA_1, nullptr);
  ASSERT_EQ(begin(), ESP_OK);
  EXPECT_EQ(last_request().header("Range"), "bytes=0-");
}

TEST_F(HttpsOtaJournal, ACompletedUpdateLeavesNothingBehind) {
  offer({.version = "2"}, "\"v2\"");
  ASSERT_EQ(nvs_flash_init(), ESP_OK);
  ASSERT_EQ(begin(), ESP_OK);
  EXPECT_TRUE(read_resume_journal().has_value());
  ASSERT_EQ(perform(), ESP_OK);
  EXPECT_EQ(esp_https_ota_finish(handle), ESP_OK);
  EXPECT_FALSE(read_resume_journal().has_value());
}

TEST_F(HttpsOtaJournal, AnUpdateThatDoesNotWantToResumeWritesNothing) {
  ota.ota_resumption = false;
  offer({.version = "2"}, "\"v2\"");
  ASSERT_EQ(nvs_flash_init(), ESP_OK);
  ASSERT_EQ(begin(), ESP_OK);
  EXPECT_FALSE(read_resume_journal().has_value());
}

TEST_F(HttpsOtaJournal, WithoutNvsTheProgramsNumberIsTrusted) {
  offer({.version = "2"}, "\"v2\"");
  ASSERT_EQ(begin(), ESP_OK);
  perform_until(10000);
  ota.ota_image_bytes_written = 10000;
  restart();
  complete();
  EXPECT_EQ(last_request().header("Range"), "bytes=8192-");
  EXPECT_EQ(last_request().header("If-Range"), "");
}

TEST_F(HttpsOtaJournal, AnEntryThatIsNotOneIsIgnored) {
  offer({.version = "2"}, "\"v2\"");
  download_and_lose_power(10000);
  nvs_handle_t storage = 0;
  ASSERT_EQ(nvs_open("rota_ota", NVS_READWRITE, &storage), ESP_OK);
  ASSERT_EQ(nvs_set_blob(storage, "download", "short", 5), ESP_OK);
  nvs_close(storage);
  EXPECT_FALSE(read_resume_journal().has_value());
  complete();
}

TEST_F(HttpsOtaJournal, ALongETagIsNotKept) {
  offer({.version = "2"}, "\"" + std::string(200, 'e') + "\"");
  download_and_lose_power(10000);
  complete();
  EXPECT_EQ(last_request().header("If-Range"), "");
}

}  // namespace
}  // namespace rota::idf
