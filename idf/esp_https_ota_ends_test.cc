// The simplified interface: what arrives instead of an image, networks that fail, the description,
// finishing and giving up in every phase, events.
#include "esp_https_ota.h"

#include "esp_event.h"
#include "idf/https_ota_for_test.h"

namespace rota::idf {
namespace {

const esp_partition_t* find(const char* label) {
  return esp_partition_find_first(ESP_PARTITION_TYPE_ANY, ESP_PARTITION_SUBTYPE_ANY, label);
}

// ---- What arrives ----------------------------------------------------------------------------

struct WrongFile {
  const char* name;
  std::function<std::vector<std::byte>(const PlatformForTest&)> make;
  esp_err_t perform;
  esp_err_t finish;  // only when perform succeeds
  const char* says;
};

class HttpsOtaWrongFile : public HttpsOta, public testing::WithParamInterface<WrongFile> {};

std::vector<std::byte> bytes_from(std::string_view text) {
  const Bytes bytes = bytes_of(text);
  return {bytes.begin(), bytes.end()};
}

TEST_P(HttpsOtaWrongFile, IsRefusedWithItsCause) {
  const auto file = GetParam().make(board);
  board.put_image("ota_0", {.version = "old"});
  serve([&](const RequestForTest& request) { return serve_file(request, text_of(file)); });
  ASSERT_EQ(begin(), ESP_OK);
  EXPECT_EQ(perform(), GetParam().perform) << board.console;
  if (GetParam().perform == ESP_OK) {
    EXPECT_EQ(esp_https_ota_finish(handle), GetParam().finish);
  } else {
    EXPECT_EQ(esp_https_ota_abort(handle), ESP_OK);
    EXPECT_TRUE(holds("ota_0", board.make_image({.version = "old"}))) << "the old image is lost";
  }
  EXPECT_TRUE(board.console_has(GetParam().says)) << board.console;
  EXPECT_EQ(selected(), "factory");
}

INSTANTIATE_TEST_SUITE_P(
    Scenario,
    HttpsOtaWrongFile,
    testing::Values(
        WrongFile{
            "Trap55UnderOneKilobyte",
            [](const PlatformForTest&) { return std::vector<std::byte>(900, std::byte{0xE9}); },
            ESP_FAIL, ESP_OK, "Complete headers were not received"},
        WrongFile{"AWebPage",
                  [](const PlatformForTest&) {
                    return bytes_from("<html><head><title>Login</title></head>" +
                                      std::string(2000, ' ') + "</html>");
                  },
                  ESP_ERR_OTA_VALIDATE_FAILED, ESP_OK, "an HTML page titled 'Login'"},
        WrongFile{"AShortErrorText",
                  [](const PlatformForTest&) { return bytes_from("Error opening 'app.bin'"); },
                  ESP_FAIL, ESP_OK, "Error opening"},
        WrongFile{
            "RandomBytes",
            [](const PlatformForTest&) { return std::vector<std::byte>(32000, std::byte{0x5A}); },
            ESP_ERR_OTA_VALIDATE_FAILED, ESP_OK, "OTA image has invalid magic byte 0x5a"},
        WrongFile{"AnotherChip",
                  [](const PlatformForTest& board) { return board.make_image({.chip_id = 9}); },
                  ESP_ERR_INVALID_VERSION, ESP_OK, "mismatch chip ID, expected 0, found 9"},
        WrongFile{"ATooNewMinimumRevision",
                  [](const PlatformForTest& board) {
                    return board.make_image({.min_chip_revision = 400});
                  },
                  ESP_ERR_INVALID_VERSION, ESP_OK, "chip revision check failed."},
        WrongFile{"ATooOldMaximumRevision",
                  [](const PlatformForTest& board) {
                    return board.make_image({.max_chip_revision = 200});
                  },
                  ESP_ERR_INVALID_VERSION, ESP_OK, "chip revision check failed."},
        WrongFile{
            "AnotherSpiMode",
            [](const PlatformForTest& board) { return board.make_image({.spi_flash_mode = 1}); },
            ESP_ERR_OTA_SPI_MODE_MISMATCH, ESP_OK, "flash mode"},
        WrongFile{"CutTo64000Bytes",
                  [](const PlatformForTest& board) {
                    auto whole = board.make_image({.payload_bytes = 100000});
                    whole.resize(64000);
                    return whole;
                  },
                  ESP_OK, ESP_ERR_OTA_VALIDATE_FAILED, "New image failed verification"},
        WrongFile{"ADamagedByte",
                  [](const PlatformForTest& board) {
                    auto whole = board.make_image({.version = "2"});
                    whole[15000] ^= std::byte{0x10};
                    return whole;
                  },
                  ESP_OK, ESP_ERR_OTA_VALIDATE_FAILED, "New image failed verification"},
        WrongFile{"WithoutDigest",
                  [](const PlatformForTest& board) { return board.make_image({.digest = false}); },
                  ESP_OK, ESP_ERR_OTA_VALIDATE_FAILED, "digest"}),
    [](const testing::TestParamInfo<WrongFile>& row) { return row.param.name; });

TEST_F(HttpsOta, AnImageLargerThanItsSlotIsRefused) {
  const auto large = board.make_image({.payload_bytes = 0x100000});
  board.put_image("ota_0", {.version = "old"});
  serve([&](const RequestForTest& request) { return serve_file(request, text_of(large)); });
  EXPECT_EQ(esp_https_ota(&ota), ESP_ERR_INVALID_SIZE);
  ota.bulk_flash_erase = true;
  EXPECT_EQ(esp_https_ota(&ota), ESP_ERR_INVALID_SIZE);
  EXPECT_EQ(selected(), "factory");
  EXPECT_TRUE(holds("ota_0", board.make_image({.version = "old"}))) << "refused before an erase";
}

TEST_F(HttpsOta, AnImageOfUnknownSizeIsRefusedWhereTheSlotEnds) {
  const auto large = board.make_image({.payload_bytes = 0x100000});
  serve([&](const RequestForTest&) {
    return ReplyForTest{"HTTP/1.0 200 ok\r\n\r\n" + std::string(text_of(large)),
                        ReplyForTest::Then::kClose};
  });
  EXPECT_EQ(esp_https_ota(&ota), ESP_ERR_INVALID_SIZE);
  EXPECT_EQ(selected(), "factory");
}

TEST_F(HttpsOta, ALengthBeyond32BitsIsNotCutOff) {
  serve([&](const RequestForTest&) {
    return ReplyForTest{
        "HTTP/1.1 200 OK\r\nContent-Length: 4294987776\r\n\r\n" + std::string(image_text()),
        ReplyForTest::Then::kClose};
  });
  ota.bulk_flash_erase = true;
  ASSERT_EQ(begin(), ESP_OK);
  EXPECT_EQ(esp_https_ota_get_image_size(handle), 0x7FFFFFFF);
  EXPECT_EQ(esp_https_ota_perform(handle), ESP_ERR_INVALID_SIZE);
}

TEST_F(HttpsOta, AnOldSecureVersionIsRefusedAtTheEnd) {
  boot.reset();
  config_for_test().app_anti_rollback = true;
  board.fuses.secure_version = 1;
  serve_image();
  EXPECT_EQ(esp_https_ota(&ota), ESP_ERR_OTA_SMALL_SEC_VER);
  EXPECT_EQ(selected(), "factory");
}

TEST_F(HttpsOta, AFlashThatFailsIsReported) {
  serve_image();
  ASSERT_EQ(begin(), ESP_OK);
  board.next_erase_fails = Error::kFlashEraseFailed;
  EXPECT_EQ(perform(), ESP_ERR_FLASH_OP_FAIL);
  EXPECT_EQ(esp_https_ota_abort(handle), ESP_OK);
  EXPECT_EQ(selected(), "factory");
}

// ---- The network fails -----------------------------------------------------------------------

ReplyForTest cut(ReplyForTest whole, std::size_t missing, ReplyForTest::Then then) {
  whole.text.resize(whole.text.size() - missing);
  whole.then = then;
  return whole;
}

TEST_F(HttpsOta, AConnectionThatEndsEarlyIsAnError) {
  serve([&](const RequestForTest& request) {
    return cut(serve_file(request, image_text()), 5000, ReplyForTest::Then::kClose);
  });
  ASSERT_EQ(begin(), ESP_OK);
  EXPECT_EQ(perform(), ESP_FAIL);
  EXPECT_FALSE(esp_https_ota_is_complete_data_received(handle));
  EXPECT_EQ(esp_https_ota_abort(handle), ESP_OK);
  EXPECT_EQ(selected(), "factory");
}

TEST_F(HttpsOta, Trap64WithoutALengthAnEarlyEndIsOnlySeenAtTheEnd) {
  serve([&](const RequestForTest&) {
    return ReplyForTest{"HTTP/1.0 200 ok\r\n\r\n" + std::string(image_text().substr(0, 9000)),
                        ReplyForTest::Then::kClose};
  });
  ASSERT_EQ(begin(), ESP_OK);
  EXPECT_EQ(perform(), ESP_OK);
  EXPECT_EQ(esp_https_ota_finish(handle), ESP_ERR_OTA_VALIDATE_FAILED);
  EXPECT_EQ(selected(), "factory");
}

// Repaired: the reference waits for ever.
TEST_F(HttpsOta, AStalledServerEndsInATimeout) {
  http.timeout_ms = kShortTimeoutMs;
  serve([&](const RequestForTest& request) {
    return cut(serve_file(request, image_text()), 5000, ReplyForTest::Then::kStall);
  });
  ASSERT_EQ(begin(), ESP_OK);
  EXPECT_EQ(perform(), ESP_ERR_TIMEOUT);
  EXPECT_TRUE(board.console_has("The download stood still")) << board.console;
  EXPECT_EQ(esp_https_ota_abort(handle), ESP_OK);
}

// A byte before each timeout is no progress for ever. Repaired: the reference is held for days.
TEST_F(HttpsOta, ADrippingServerEndsInATimeout) {
  struct Case {
    std::size_t at_once;
    const char* where;
  };
  for (const Case& drips : {Case{20, "in the head of its answer"}, Case{300, "in the first read"},
                            Case{9000, "in the body"}}) {
    config_for_test().https_ota_pace_bytes = 1U << 20U;
    config_for_test().https_ota_pace_window_ms = 100;
    serve([&](const RequestForTest& request) {
      const std::string whole = serve_file(request, image_text()).text;
      return ReplyForTest{whole.substr(0, drips.at_once), ReplyForTest::Then::kDrip,
                          whole.substr(drips.at_once)};
    });
    EXPECT_EQ(esp_https_ota(&ota), ESP_ERR_TIMEOUT) << drips.where << board.console;
    EXPECT_TRUE(board.console_has("The server is too slow")) << drips.where << board.console;
    EXPECT_FALSE(board.console_has("Reading from the connection failed"))
        << "said once, with its own cause: " << drips.where << board.console;
    EXPECT_EQ(selected(), "factory");
    board.console.clear();
  }
}

TEST_F(HttpsOta, OptionRotaHttpsOtaPace) {
  for (const std::uint32_t bytes : {0U, 1U << 20U}) {
    config_for_test().https_ota_pace_bytes = bytes;
    config_for_test().https_ota_pace_window_ms = 50;
    serve([&](const RequestForTest& request) {
      const std::string whole = serve_file(request, image_text()).text;
      const std::size_t rest = whole.size() - 40;
      return ReplyForTest{whole.substr(0, rest), ReplyForTest::Then::kDrip, whole.substr(rest)};
    });
    EXPECT_EQ(esp_https_ota(&ota), bytes == 0 ? ESP_OK : ESP_ERR_TIMEOUT) << board.console;
  }
}

TEST_F(HttpsOta, AServerThatStallsBeforeTheHeaderEndsInATimeout) {
  http.timeout_ms = kShortTimeoutMs;
  serve([&](const RequestForTest& request) {
    return cut(serve_file(request, image_text()), image.size() - 500, ReplyForTest::Then::kStall);
  });
  ASSERT_EQ(begin(), ESP_OK);
  EXPECT_EQ(esp_https_ota_perform(handle), ESP_ERR_TIMEOUT);
  EXPECT_EQ(esp_https_ota_abort(handle), ESP_OK);
}

TEST_F(HttpsOta, AServerThatNeverAnswersIsACodeOfTheClient) {
  http.timeout_ms = kShortTimeoutMs;
  serve([&](const RequestForTest&) { return ReplyForTest{"", ReplyForTest::Then::kStall}; });
  EXPECT_EQ(begin(), -ESP_ERR_HTTP_EAGAIN);
  EXPECT_EQ(handle, nullptr);
}

// ---- get_img_desc ----------------------------------------------------------------------------

TEST_F(HttpsOta, TheDescriptionIsReadBeforeAnythingIsWritten) {
  serve_image();
  esp_app_desc_t description{};
  ASSERT_EQ(begin(), ESP_OK);
  EXPECT_EQ(esp_https_ota_get_img_desc(handle, nullptr), ESP_ERR_INVALID_ARG);
  EXPECT_EQ(esp_https_ota_get_img_desc(handle, &description), ESP_OK);
  EXPECT_STREQ(description.version, "2.0.0");
  EXPECT_EQ(board.flash_state().operation_count, 0U);
  EXPECT_EQ(perform(), ESP_OK);
  EXPECT_EQ(esp_https_ota_finish(handle), ESP_OK);
  EXPECT_TRUE(holds("ota_0", image));
}

// Repaired: the second call of the reference overwrites the first bytes with those in flash.
TEST_F(HttpsOta, Trap56TheDescriptionMayBeReadTwice) {
  board.put_image("ota_0", {.version = "old"});
  serve_image();
  esp_app_desc_t description{};
  ASSERT_EQ(begin(), ESP_OK);
  EXPECT_EQ(esp_https_ota_get_img_desc(handle, &description), ESP_OK);
  EXPECT_EQ(esp_https_ota_get_img_desc(handle, &description), ESP_OK);
  EXPECT_STREQ(description.version, "2.0.0");
  EXPECT_EQ(esp_https_ota_perform(handle), ESP_ERR_HTTPS_OTA_IN_PROGRESS);
  description = {};
  EXPECT_EQ(esp_https_ota_get_img_desc(handle, &description), ESP_OK) << "from flash";
  EXPECT_STREQ(description.version, "2.0.0");
  EXPECT_EQ(perform(), ESP_OK);
  EXPECT_EQ(esp_https_ota_finish(handle), ESP_OK);
  EXPECT_TRUE(holds("ota_0", image));
}

TEST_F(HttpsOta, WhatIsNoAppHasNoDescription) {
  serve([&](const RequestForTest& request) {
    return serve_file(request, "<html><title>404</title>" + std::string(40000, ' '));
  });
  esp_app_desc_t description{};
  esp_bootloader_desc_t bootloader{};
  ASSERT_EQ(begin(), ESP_OK);
  EXPECT_EQ(esp_https_ota_get_img_desc(handle, &description), ESP_FAIL);
  EXPECT_TRUE(board.console_has("Incorrect app descriptor magic")) << board.console;
  EXPECT_TRUE(board.console_has("an HTML page titled '404'")) << board.console;
  EXPECT_EQ(esp_https_ota_get_bootloader_img_desc(handle, &bootloader), ESP_FAIL);
}

TEST_F(HttpsOta, AShortFileHasNoDescription) {
  serve([&](const RequestForTest& request) { return serve_file(request, std::string(180, 'x')); });
  esp_app_desc_t description{};
  ASSERT_EQ(begin(), ESP_OK);
  EXPECT_EQ(esp_https_ota_get_img_desc(handle, &description), ESP_FAIL);
  EXPECT_EQ(esp_https_ota_abort(handle), ESP_OK);
}

TEST_F(HttpsOta, DataHaveNoDescription) {
  serve_image();
  ota.partition.final = find("storage");
  esp_app_desc_t description{};
  ASSERT_EQ(begin(), ESP_OK);
  EXPECT_EQ(esp_https_ota_get_img_desc(handle, &description), ESP_FAIL);
}

// ---- finish and abort in every phase ---------------------------------------------------------

TEST_F(HttpsOta, Trap57FinishBeforeTheEndSwitchesNothing) {
  serve_image();
  ASSERT_EQ(begin(), ESP_OK);
  EXPECT_EQ(esp_https_ota_finish(handle), ESP_OK);
  EXPECT_TRUE(board.is_erased("otadata"));
  EXPECT_TRUE(board.console_has("before all data were received")) << board.console;

  ASSERT_EQ(begin(), ESP_OK);
  perform_until(2048);
  EXPECT_EQ(esp_https_ota_finish(handle), ESP_ERR_OTA_VALIDATE_FAILED);
  EXPECT_TRUE(board.is_erased("otadata"));
}

TEST_F(HttpsOta, FinishAfterTheLastByteButBeforePerformSaidSoSwitchesNothing) {
  serve_image();
  ASSERT_EQ(begin(), ESP_OK);
  perform_until(static_cast<int>(image.size()));
  EXPECT_EQ(esp_https_ota_finish(handle), ESP_OK);
  EXPECT_TRUE(board.is_erased("otadata"));
}

TEST_F(HttpsOta, AbortInEveryPhaseLeavesWhatBootsAlone) {
  serve_image();
  for (const int phase : {0, 1, 2, 3, 4}) {
    ASSERT_EQ(begin(), ESP_OK);
    if (phase == 1) {
      esp_app_desc_t description{};
      ASSERT_EQ(esp_https_ota_get_img_desc(handle, &description), ESP_OK);
    }
    if (phase == 2) perform_until(1);
    if (phase == 3) perform_until(10000);
    if (phase == 4) {
      ASSERT_EQ(perform(), ESP_OK);
    }
    EXPECT_EQ(esp_https_ota_abort(handle), ESP_OK) << "phase " << phase;
    EXPECT_EQ(esp_https_ota_abort(handle), ESP_ERR_INVALID_ARG) << "phase " << phase;
    EXPECT_TRUE(board.is_erased("otadata"));
  }
  EXPECT_EQ(esp_https_ota(&ota), ESP_OK) << "no handle is left open";
}

TEST_F(HttpsOta, TwoUpdatesOfOneSlotAtATimeAreRefused) {
  serve_image();
  ASSERT_EQ(begin(), ESP_OK);
  perform_until(1);
  EXPECT_EQ(esp_https_ota(&ota), ESP_ERR_OTA_ALREADY_IN_PROGRESS);
  EXPECT_EQ(perform(), ESP_OK);
  EXPECT_EQ(esp_https_ota_finish(handle), ESP_OK);
}

TEST_F(HttpsOta, TheLastLineSaysWhereTheTimeWent) {
  board.flash_takes_time = true;
  serve_image();
  EXPECT_EQ(esp_https_ota(&ota), ESP_OK);
  EXPECT_TRUE(board.console_has("Updated <ota_0> with " + std::to_string(image.size()) + " bytes"))
      << board.console;
  // One erase of 64 KiB, 80 pages, and the record of the slot.
  EXPECT_TRUE(board.console_has("network 0 ms, TLS 0 ms, erase 195 ms, write 32 ms, verify 1 ms"))
      << board.console;
  EXPECT_TRUE(board.console_has("Bottleneck: erase")) << board.console;
  EXPECT_TRUE(board.console_has("Longest blocking call: erasing flash, 151 ms")) << board.console;
}

TEST_F(HttpsOta, AnUpdateThatFailsHasNoSuchLine) {
  image[9000] ^= std::byte{1};
  serve_image();
  EXPECT_EQ(esp_https_ota(&ota), ESP_ERR_OTA_VALIDATE_FAILED);
  EXPECT_FALSE(board.console_has("Bottleneck")) << board.console;
}

// ---- Events ----------------------------------------------------------------------------------

struct EventForTest {
  int id;
  int value;  // of those that carry one; else -1
  friend bool operator==(const EventForTest&, const EventForTest&) = default;
  friend void PrintTo(const EventForTest& event, std::ostream* out) {
    *out << event.id << ":" << event.value;
  }
};

// Runs `program` in a boot with a default event loop and returns the events of the update.
std::vector<EventForTest> events_of(PlatformForTest& board, std::function<void()> program) {
  std::vector<EventForTest> events;
  const auto record = [](void* argument, esp_event_base_t, std::int32_t id, void* data) {
    int value = -1;
    if (id == ESP_HTTPS_OTA_WRITE_FLASH || id == ESP_HTTPS_OTA_UPDATE_BOOT_PARTITION) {
      value = *static_cast<int*>(data);
    } else if (id == ESP_HTTPS_OTA_VERIFY_CHIP_ID || id == ESP_HTTPS_OTA_VERIFY_CHIP_REVISION) {
      value = *static_cast<std::uint16_t*>(data);
    }
    static_cast<std::vector<EventForTest>*>(argument)->push_back({id, value});
  };
  board.run([&] {
    ASSERT_EQ(esp_event_loop_create_default(), ESP_OK);
    ASSERT_EQ(esp_event_handler_register(ESP_HTTPS_OTA_EVENT, ESP_EVENT_ANY_ID, record, &events),
              ESP_OK);
    program();
  });
  return events;
}

TEST_F(HttpsOta, EventsTellTheStoryOfAnUpdate) {
  image = board.make_image({.payload_bytes = 2000, .min_chip_revision = 100});
  serve_image();
  boot.reset();
  const auto events = events_of(board, [&] {
    ASSERT_EQ(begin(), ESP_OK);
    esp_app_desc_t description{};
    ASSERT_EQ(esp_https_ota_get_img_desc(handle, &description), ESP_OK);
    ASSERT_EQ(perform(), ESP_OK);
    ASSERT_EQ(esp_https_ota_finish(handle), ESP_OK);
  });
  const int size = static_cast<int>(image.size());
  const std::vector<EventForTest> expected = {
      {ESP_HTTPS_OTA_START, -1},
      {ESP_HTTPS_OTA_CONNECTED, -1},
      {ESP_HTTPS_OTA_GET_IMG_DESC, -1},
      {ESP_HTTPS_OTA_VERIFY_CHIP_ID, 0},
      {ESP_HTTPS_OTA_VERIFY_CHIP_REVISION, 100},
      {ESP_HTTPS_OTA_WRITE_FLASH, 1024},
      {ESP_HTTPS_OTA_WRITE_FLASH, 2048},
      {ESP_HTTPS_OTA_WRITE_FLASH, size},
      {ESP_HTTPS_OTA_UPDATE_BOOT_PARTITION, ESP_PARTITION_SUBTYPE_APP_OTA_0},
      {ESP_HTTPS_OTA_FINISH, -1}};
  EXPECT_EQ(events, expected) << board.console;
}

TEST_F(HttpsOta, EventsOfFailures) {
  image = board.make_image({.chip_id = 5});
  serve_image();
  boot.reset();
  const auto events = events_of(board, [&] {
    EXPECT_EQ(esp_https_ota_begin(nullptr, nullptr), ESP_ERR_INVALID_ARG);
    EXPECT_EQ(esp_https_ota(&ota), ESP_ERR_INVALID_VERSION);
    EXPECT_EQ(esp_https_ota_abort(nullptr), ESP_ERR_INVALID_ARG);
  });
  const std::vector<EventForTest> expected = {{ESP_HTTPS_OTA_START, -1},
                                              {ESP_HTTPS_OTA_START, -1},
                                              {ESP_HTTPS_OTA_CONNECTED, -1},
                                              {ESP_HTTPS_OTA_VERIFY_CHIP_ID, 5},
                                              {ESP_HTTPS_OTA_VERIFY_CHIP_REVISION, 0},
                                              {ESP_HTTPS_OTA_ABORT, -1},
                                              {ESP_HTTPS_OTA_ABORT, -1}};
  EXPECT_EQ(events, expected) << board.console;
}

}  // namespace
}  // namespace rota::idf
