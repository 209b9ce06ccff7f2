// Downloads in parts, downloads that go on after a reset, and images that the program decrypts
// (spec 6.2, 6.4).
#include "esp_https_ota.h"

#include <cstdlib>
#include <cstring>

#include "idf/https_ota_for_test.h"

namespace rota::idf {
namespace {

class HttpsOtaParts : public HttpsOta {
 protected:
  HttpsOtaParts() { ota.partial_http_download = true; }

  // What was asked for, in short: "HEAD", "GET 0-4095".
  std::vector<std::string> asked() {
    std::vector<std::string> all;
    for (const RequestForTest& request : server->requests()) {
      const std::string range = request.header("Range");
      all.push_back(request.method() + (range.empty() ? "" : " " + range.substr(6)));
    }
    return all;
  }
  std::string last_byte() const { return std::to_string(image.size() - 1); }
};

// ---- Partial download ------------------------------------------------------------------------

TEST_F(HttpsOtaParts, AnImageComesInPartsOverOneConnection) {
  ota.max_http_request_size = 8192;
  serve_image();
  EXPECT_EQ(esp_https_ota(&ota), ESP_OK) << board.console;
  EXPECT_TRUE(holds("ota_0", image));
  EXPECT_EQ(asked(), (std::vector<std::string>{"HEAD", "GET 0-8191", "GET 8192-16383",
                                               "GET 16384-" + last_byte()}));
  const auto requests = server->requests();
  EXPECT_EQ(requests[3].connection, requests[1].connection);
}

TEST_F(HttpsOtaParts, FourKilobyteParts) {
  ota.max_http_request_size = 4096;
  serve_image();
  EXPECT_EQ(esp_https_ota(&ota), ESP_OK) << board.console;
  EXPECT_TRUE(holds("ota_0", image));
  EXPECT_EQ(asked().size(), 1 + (image.size() + 4095) / 4096);
}

TEST_F(HttpsOtaParts, AnImageThatFitsOneRequestNeedsNoRange) {
  serve_image();
  ASSERT_EQ(begin(), ESP_OK);
  EXPECT_EQ(esp_https_ota_get_image_size(handle), static_cast<int>(image.size()));
  EXPECT_EQ(perform(), ESP_OK);
  EXPECT_TRUE(esp_https_ota_is_complete_data_received(handle));
  EXPECT_EQ(esp_https_ota_finish(handle), ESP_OK);
  EXPECT_EQ(asked(), (std::vector<std::string>{"HEAD", "GET"}));
}

TEST_F(HttpsOtaParts, AServerThatClosesAfterEachPart) {
  ota.max_http_request_size = 8192;
  serve([&](const RequestForTest& request) {
    ReplyForTest part = serve_file(request, image_text());
    part.then = ReplyForTest::Then::kClose;
    return part;
  });
  EXPECT_EQ(esp_https_ota(&ota), ESP_OK) << board.console;
  EXPECT_TRUE(holds("ota_0", image));
  EXPECT_TRUE(board.console_has("Connection closed")) << board.console;
}

TEST_F(HttpsOtaParts, AServerWithoutHeadTellsTheSizeWithOneByte) {
  ota.max_http_request_size = 16384;
  serve([&](const RequestForTest& request) {
    if (request.method() == "HEAD") return reply(405, "", "");
    return serve_file(request, image_text());
  });
  EXPECT_EQ(esp_https_ota(&ota), ESP_OK) << board.console;
  EXPECT_EQ(asked(), (std::vector<std::string>{"HEAD", "GET 0-0", "GET 0-16383",
                                               "GET 16384-" + last_byte()}));
}

TEST_F(HttpsOtaParts, AServerWithoutRangesSendsEverythingAtOnce) {
  ota.max_http_request_size = 4096;
  serve([&](const RequestForTest& request) {
    RequestForTest plain = request;
    const std::size_t range = plain.head.find("Range: ");
    if (range != std::string::npos) plain.head.replace(range, 5, "Xange");
    return serve_file(plain, image_text());
  });
  EXPECT_EQ(esp_https_ota(&ota), ESP_OK) << board.console;
  EXPECT_TRUE(holds("ota_0", image));
  EXPECT_EQ(asked(), (std::vector<std::string>{"HEAD", "GET 0-4095"}));
}

TEST_F(HttpsOtaParts, WithoutALengthThereAreNoParts) {
  serve([&](const RequestForTest&) {
    return ReplyForTest{"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n",
                        ReplyForTest::Then::kClose};
  });
  EXPECT_EQ(begin(), ESP_FAIL);
}

TEST_F(HttpsOtaParts, TheProbeMayFindThatNothingChanged) {
  serve([&](const RequestForTest&) { return reply(304, "", ""); });
  EXPECT_EQ(begin(), ESP_ERR_HTTP_NOT_MODIFIED);
}

TEST_F(HttpsOtaParts, TheProbeFollowsRedirects) {
  ota.max_http_request_size = 16384;
  serve([&](const RequestForTest& request) {
    if (request.target() == "/app.bin") return reply(302, "Location: /moved.bin\r\n", "");
    return serve_file(request, image_text());
  });
  EXPECT_EQ(esp_https_ota(&ota), ESP_OK) << board.console;
  EXPECT_TRUE(holds("ota_0", image));
}

TEST_F(HttpsOtaParts, AFileThatChangesBetweenTwoPartsIsNotMixed) {
  ota.max_http_request_size = 8192;
  const auto longer = board.make_image({.payload_bytes = 30000});
  serve([&](const RequestForTest& request) {
    const bool is_late = request.header("Range").starts_with("bytes=8192-");
    return serve_file(request, is_late ? text_of(longer) : image_text());
  });
  EXPECT_EQ(esp_https_ota(&ota), ESP_FAIL);
  EXPECT_EQ(selected(), "factory");
}

TEST_F(HttpsOtaParts, AnotherPartThanTheOneAskedForIsRefused) {
  ota.max_http_request_size = 8192;
  serve([&](const RequestForTest& request) {
    RequestForTest other = request;
    const std::size_t range = other.head.find("bytes=8192-");
    if (range != std::string::npos) other.head.replace(range, 11, "bytes=4096-");
    return serve_file(other, image_text());
  });
  EXPECT_EQ(esp_https_ota(&ota), ESP_FAIL);
  EXPECT_EQ(selected(), "factory");
}

TEST_F(HttpsOtaParts, APartThatIsRefusedEndsTheUpdate) {
  ota.max_http_request_size = 8192;
  serve([&](const RequestForTest& request) {
    if (request.header("Range").starts_with("bytes=8192-")) return reply(404, "", "gone");
    return serve_file(request, image_text());
  });
  EXPECT_EQ(esp_https_ota(&ota), ESP_FAIL);
  EXPECT_TRUE(board.console_has("404")) << board.console;
}

TEST_F(HttpsOtaParts, LaterPartsAreAskedForByETag) {
  ota.max_http_request_size = 8192;
  serve_image("\"v2\"");
  EXPECT_EQ(esp_https_ota(&ota), ESP_OK) << board.console;
  const auto requests = server->requests();
  ASSERT_EQ(requests.size(), 4U);
  EXPECT_EQ(requests[1].header("If-Range"), "") << "the first part may be of any file";
  EXPECT_EQ(requests[2].header("If-Range"), "\"v2\"");
  EXPECT_EQ(requests[3].header("If-Range"), "\"v2\"");
}

TEST_F(HttpsOtaParts, AWeakETagPromisesNothing) {
  ota.max_http_request_size = 8192;
  serve_image("W/\"v2\"");
  EXPECT_EQ(esp_https_ota(&ota), ESP_OK) << board.console;
  EXPECT_EQ(server->requests()[2].header("If-Range"), "");
}

TEST_F(HttpsOtaParts, AnotherFileOfTheSameLengthIsNoticedByItsETag) {
  ota.max_http_request_size = 8192;
  const auto other = board.make_image({.version = "2.0.1"});
  ASSERT_EQ(other.size(), image.size());
  serve([&](const RequestForTest& request) {  // a server that does not know If-Range
    RequestForTest plain = request;
    const std::size_t condition = plain.head.find("If-Range: ");
    if (condition != std::string::npos) plain.head.replace(condition, 2, "Xf");
    const bool is_late = request.header("Range").starts_with("bytes=8192-");
    return is_late ? serve_file(plain, text_of(other), "\"v3\"")
                   : serve_file(plain, image_text(), "\"v2\"");
  });
  EXPECT_EQ(esp_https_ota(&ota), ESP_FAIL);
  EXPECT_EQ(selected(), "factory");
}

TEST_F(HttpsOtaParts, ThePartsNeedTheirOption) {
  config_for_test().https_ota_partial_download = false;
  ota.max_http_request_size = 4096;
  serve_image();
  EXPECT_EQ(esp_https_ota(&ota), ESP_OK);
  EXPECT_EQ(asked(), (std::vector<std::string>{"GET"}));
  EXPECT_TRUE(board.console_has("CONFIG_ESP_HTTPS_OTA_ENABLE_PARTIAL_DOWNLOAD")) << board.console;
}

// ---- Going on after a reset ------------------------------------------------------------------

class HttpsOtaResume : public HttpsOtaParts {
 protected:
  HttpsOtaResume() {
    ota.partial_http_download = false;
    ota.ota_resumption = true;
  }
  // Downloads so much, and loses the power.
  void download_and_lose_power(int bytes) {
    ASSERT_EQ(begin(), ESP_OK);
    perform_until(bytes);
    ota.ota_image_bytes_written =
        static_cast<std::size_t>(esp_https_ota_get_image_len_read(handle));
    restart();
  }
  void complete() {
    ASSERT_EQ(begin(), ESP_OK);
    ASSERT_EQ(perform(), ESP_OK) << board.console;
    EXPECT_EQ(esp_https_ota_finish(handle), ESP_OK) << board.console;
    EXPECT_TRUE(holds("ota_0", image));
    EXPECT_EQ(selected(), "ota_0");
  }
};

TEST_F(HttpsOtaResume, AFreshStartAsksWhetherTheServerKnowsRanges) {
  serve_image();
  complete();
  EXPECT_EQ(asked(), (std::vector<std::string>{"GET 0-"}));
}

TEST_F(HttpsOtaResume, ADownloadGoesOnAtTheSectorThatWasBeingWritten) {
  serve_image();
  download_and_lose_power(10000);
  ASSERT_EQ(begin(), ESP_OK);
  EXPECT_EQ(esp_https_ota_get_image_len_read(handle), 8192);
  EXPECT_EQ(esp_https_ota_get_image_size(handle), static_cast<int>(image.size()) - 8192)
      << "of what is left";
  ASSERT_EQ(perform(), ESP_OK);
  EXPECT_EQ(esp_https_ota_finish(handle), ESP_OK);
  EXPECT_TRUE(holds("ota_0", image));
  EXPECT_EQ(asked(), (std::vector<std::string>{"GET 0-", "GET 8192-"}));
}

TEST_F(HttpsOtaResume, Trap61AnAnswerFromTheStartRestartsInTheSameBegin) {
  serve_image();
  download_and_lose_power(10000);
  serve([&](const RequestForTest&) { return reply(200, "", image_text()); });
  ASSERT_EQ(begin(), ESP_OK);
  EXPECT_TRUE(board.console_has("restarting download from beginning")) << board.console;
  EXPECT_EQ(esp_https_ota_get_image_len_read(handle), -1);
  ASSERT_EQ(perform(), ESP_OK);
  EXPECT_EQ(esp_https_ota_finish(handle), ESP_OK);
  EXPECT_EQ(asked(), (std::vector<std::string>{"GET 8192-", "GET"}));
}

TEST_F(HttpsOtaResume, ARangeThatTheServerCanNotSatisfyRestarts) {
  serve_image();
  download_and_lose_power(10000);
  ota.ota_image_bytes_written = 200000;
  complete();
  EXPECT_EQ(asked().back(), "GET");
}

TEST_F(HttpsOtaResume, Trap62LessThanOneKilobyteStartsOver) {
  ota.ota_image_bytes_written = 512;
  serve_image();
  complete();
  EXPECT_EQ(asked(), (std::vector<std::string>{"GET 0-"}));
}

TEST_F(HttpsOtaResume, Trap62TheHeaderOfAResumedImageIsJudgedAtTheEnd) {
  serve_image();
  download_and_lose_power(10000);
  const auto other_chip = static_cast<std::byte>(9);
  board.put(board.partition("ota_0").offset + 12, Bytes(&other_chip, 1));
  ASSERT_EQ(begin(), ESP_OK);
  EXPECT_EQ(perform(), ESP_OK);
  EXPECT_EQ(esp_https_ota_finish(handle), ESP_ERR_OTA_VALIDATE_FAILED);
}

// Repaired: the reference trusts the number and goes on in the middle of the damaged sector.
TEST_F(HttpsOtaResume, Trap63TheSectorThatWasBeingWrittenIsFetchedAgain) {
  serve_image();
  download_and_lose_power(5000);
  const std::vector<std::byte> torn(4096, std::byte{0x00});
  board.put(board.partition("ota_0").offset + 4096, torn);
  complete();
}

TEST_F(HttpsOtaResume, APowerCutInTheMiddleOfAWriteLosesAtMostOneSector) {
  serve_image();
  ASSERT_EQ(begin(), ESP_OK);
  perform_until(9000);
  const auto written = static_cast<std::size_t>(esp_https_ota_get_image_len_read(handle));
  board.plan_cut({.moment = board::CutMoment::kInside});
  EXPECT_NE(perform(), ESP_OK);
  board.power_on();
  restart();
  ota.ota_image_bytes_written = written;
  complete();
  const std::string again = asked().back();
  EXPECT_EQ(again, "GET 8192-");
}

TEST_F(HttpsOtaResume, OnEncryptedFlashToo) {
  config_for_test().flash_encryption = true;
  serve_image();
  download_and_lose_power(10000);
  complete();
  EXPECT_EQ(asked().back(), "GET 8192-");
}

TEST_F(HttpsOtaResume, InPartsToo) {
  ota.partial_http_download = true;
  ota.max_http_request_size = 8192;
  serve_image();
  download_and_lose_power(10000);
  ASSERT_EQ(begin(), ESP_OK);
  EXPECT_EQ(esp_https_ota_get_image_size(handle), static_cast<int>(image.size()));
  ASSERT_EQ(perform(), ESP_OK);
  EXPECT_TRUE(esp_https_ota_is_complete_data_received(handle));
  EXPECT_EQ(esp_https_ota_finish(handle), ESP_OK);
  EXPECT_TRUE(holds("ota_0", image));
  EXPECT_EQ(asked(), (std::vector<std::string>{"HEAD", "GET 0-8191", "GET 8192-16383", "HEAD",
                                               "GET 8192-16383", "GET 16384-" + last_byte()}));
}

TEST_F(HttpsOtaResume, TheDescriptionOfAResumedImageComesFromFlash) {
  serve_image();
  download_and_lose_power(10000);
  ASSERT_EQ(begin(), ESP_OK);
  esp_app_desc_t description{};
  EXPECT_EQ(esp_https_ota_get_img_desc(handle, &description), ESP_OK);
  EXPECT_STREQ(description.version, "2.0.0");
}

TEST_F(HttpsOtaResume, InPartsAnotherFileIsNotMixedIn) {
  ota.partial_http_download = true;
  ota.max_http_request_size = 8192;
  const auto other = board.make_image({.version = "2.0.1"});
  serve([&](const RequestForTest& request) {
    const bool is_late = request.header("Range").starts_with("bytes=8192-");
    ReplyForTest part = serve_file(request, is_late ? text_of(other) : image_text(), "\"v2\"");
    const std::size_t etag = part.text.find("\"v2\"");
    if (is_late) part.text.replace(etag, 4, "\"v3\"");
    return part;
  });
  ASSERT_EQ(begin(), ESP_OK);
  EXPECT_EQ(perform(), ESP_FAIL) << "what is written can not be taken back in this session";
  EXPECT_EQ(esp_https_ota_abort(handle), ESP_OK);
}

TEST_F(HttpsOtaResume, AnImageThatCanNotFitIsRefusedByItsWholeLength) {
  image = board.make_image({.payload_bytes = 0x100000});
  ota.ota_image_bytes_written = 10000;
  serve_image();
  ASSERT_EQ(begin(), ESP_OK);
  EXPECT_EQ(esp_https_ota_perform(handle), ESP_ERR_INVALID_SIZE);
  EXPECT_EQ(board.flash_state().operation_count, 0U);
}

TEST_F(HttpsOtaResume, MoreThan32BitsAreRefused) {
  serve_image();
  ota.ota_image_bytes_written = std::size_t{1} << 32U;
  EXPECT_EQ(begin(), ESP_ERR_INVALID_SIZE);
}

// ---- Images that the program decrypts --------------------------------------------------------

// Takes a header of 32 bytes away and turns whole blocks of 16 bytes around; a started block waits.
struct Decrypter {
  std::vector<char> waiting;
  std::size_t header_left = 32;
  int calls = 0;
  int fails_at = -1;
  bool gives_nothing = false;

  static esp_err_t call(decrypt_cb_arg_t* arguments, void* context) {
    auto& self = *static_cast<Decrypter*>(context);
    if (self.calls++ == self.fails_at) return ESP_ERR_INVALID_CRC;
    self.waiting.insert(self.waiting.end(), arguments->data_in,
                        arguments->data_in + arguments->data_in_len);
    const std::size_t skipped = std::min(self.header_left, self.waiting.size());
    self.waiting.erase(self.waiting.begin(),
                       self.waiting.begin() + static_cast<std::ptrdiff_t>(skipped));
    self.header_left -= skipped;
    const std::size_t ready = self.gives_nothing ? 0 : self.waiting.size() / 16 * 16;
    arguments->data_out_len = ready;
    arguments->data_out = ready == 0 ? nullptr : static_cast<char*>(std::malloc(ready));
    for (std::size_t i = 0; i < ready; ++i) {
      arguments->data_out[i] = static_cast<char>(self.waiting[i] ^ 0x55);
    }
    self.waiting.erase(self.waiting.begin(),
                       self.waiting.begin() + static_cast<std::ptrdiff_t>(ready));
    return ESP_OK;
  }
};

class HttpsOtaDecrypt : public HttpsOtaParts {
 protected:
  Decrypter decrypter;
  std::string encrypted;

  HttpsOtaDecrypt() {
    config_for_test().https_ota_decrypt_cb = true;
    ota.partial_http_download = false;
    ota.decrypt_cb = &Decrypter::call;
    ota.decrypt_user_ctx = &decrypter;
    ota.enc_img_header_size = 32;
    encrypted = std::string(32, 'h');
    for (const char letter : image_text()) encrypted += static_cast<char>(letter ^ 0x55);
    serve([this](const RequestForTest& request) { return serve_file(request, encrypted); });
  }
};

TEST_F(HttpsOtaDecrypt, TheImageIsWrittenInPlain) {
  ASSERT_EQ(begin(), ESP_OK);
  EXPECT_EQ(esp_https_ota_get_image_size(handle), static_cast<int>(image.size()));
  EXPECT_EQ(perform(), ESP_OK) << board.console;
  EXPECT_EQ(esp_https_ota_get_image_len_read(handle), static_cast<int>(image.size()));
  EXPECT_EQ(esp_https_ota_finish(handle), ESP_OK);
  EXPECT_TRUE(holds("ota_0", image));
}

TEST_F(HttpsOtaDecrypt, ItsArgumentsAreChecked) {
  ota.decrypt_cb = nullptr;
  EXPECT_EQ(begin(), ESP_ERR_INVALID_ARG);
  ota.decrypt_cb = &Decrypter::call;
  ota.ota_resumption = true;
  EXPECT_EQ(begin(), ESP_ERR_NOT_SUPPORTED);
  ota.ota_resumption = false;
  esp_app_desc_t description{};
  ASSERT_EQ(begin(), ESP_OK);
  EXPECT_EQ(esp_https_ota_get_img_desc(handle, &description), ESP_ERR_NOT_SUPPORTED);
}

TEST_F(HttpsOtaDecrypt, TheOptionDecidesWhetherTheCallbackIsUsed) {
  config_for_test().https_ota_decrypt_cb = false;
  EXPECT_EQ(esp_https_ota(&ota), ESP_ERR_OTA_VALIDATE_FAILED) << "the encrypted bytes are no image";
  EXPECT_EQ(decrypter.calls, 0);
  EXPECT_TRUE(board.console_has("CONFIG_ESP_HTTPS_OTA_DECRYPT_CB")) << board.console;
}

// Repaired: the reference returns the number of a state, which ends the program's loop.
TEST_F(HttpsOtaDecrypt, Trap59ACallWithoutOutputIsNoError) {
  ASSERT_EQ(begin(), ESP_OK);
  ASSERT_EQ(esp_https_ota_perform(handle), ESP_ERR_HTTPS_OTA_IN_PROGRESS);
  decrypter.gives_nothing = true;
  EXPECT_EQ(esp_https_ota_perform(handle), ESP_ERR_HTTPS_OTA_IN_PROGRESS);
  decrypter.gives_nothing = false;
  EXPECT_EQ(perform(), ESP_OK);
  EXPECT_EQ(esp_https_ota_finish(handle), ESP_OK);
  EXPECT_TRUE(holds("ota_0", image));
}

TEST_F(HttpsOtaDecrypt, TheFirstCallMustHaveOutput) {
  decrypter.gives_nothing = true;
  EXPECT_EQ(esp_https_ota(&ota), ESP_FAIL);
  EXPECT_TRUE(board.console_has("Decryption of image header failed")) << board.console;
}

TEST_F(HttpsOtaDecrypt, ACodeOfTheCallbackIsReturned) {
  decrypter.fails_at = 3;
  EXPECT_EQ(esp_https_ota(&ota), ESP_ERR_INVALID_CRC);
  EXPECT_EQ(selected(), "factory");
}

// Repaired: the reference asks again for bytes that the decrypter holds.
TEST_F(HttpsOtaDecrypt, Trap73PartsNeedNotBeWholeBlocks) {
  ota.partial_http_download = true;
  ota.max_http_request_size = 2008;
  EXPECT_EQ(esp_https_ota(&ota), ESP_OK) << board.console;
  EXPECT_TRUE(holds("ota_0", image));
  EXPECT_EQ(asked()[2], "GET 2008-4015");
}

}  // namespace
}  // namespace rota::idf
