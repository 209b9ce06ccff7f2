// The simplified interface: arguments, what a server may answer (spec 6.3), the steps of a
// download. How updates end: esp_https_ota_ends_test.cc. Partial downloads, resumption and
// decryption: esp_https_ota_parts_test.cc.
#include "esp_https_ota.h"

#include "esp_event.h"
#include "idf/https_ota_for_test.h"

namespace rota::idf {
namespace {

const esp_partition_t* find(const char* label) {
  return esp_partition_find_first(ESP_PARTITION_TYPE_ANY, ESP_PARTITION_SUBTYPE_ANY, label);
}

// ---- One call --------------------------------------------------------------------------------

TEST_F(HttpsOta, OneCallDownloadsVerifiesAndSwitches) {
  serve_image();
  EXPECT_EQ(esp_https_ota(&ota), ESP_OK) << board.console;
  EXPECT_TRUE(holds("ota_0", image));
  EXPECT_EQ(selected(), "ota_0");
  EXPECT_EQ(server->requests().size(), 1U);
  EXPECT_EQ(server->requests()[0].header("Range"), "");
}

TEST_F(HttpsOta, OneCallChecksItsArguments) {
  serve_image();
  EXPECT_EQ(esp_https_ota(nullptr), ESP_ERR_INVALID_ARG);
  ota.http_config = nullptr;
  EXPECT_EQ(esp_https_ota(&ota), ESP_ERR_INVALID_ARG);
  ota.http_config = &http;
  ota.ota_resumption = true;
  EXPECT_EQ(esp_https_ota(&ota), ESP_ERR_NOT_SUPPORTED);
  EXPECT_TRUE(server->requests().empty());
}

TEST_F(HttpsOta, AFailedCallLeavesNoHandleOpen) {
  auto broken = image;
  broken[9000] ^= std::byte{1};
  int asked = 0;
  serve([&](const RequestForTest& request) {
    return serve_file(request, asked++ == 0 ? text_of(broken) : image_text());
  });
  EXPECT_EQ(esp_https_ota(&ota), ESP_ERR_OTA_VALIDATE_FAILED);
  EXPECT_EQ(selected(), "factory");
  EXPECT_EQ(esp_https_ota(&ota), ESP_OK) << "the slot is free for the next try";
}

// ---- esp_https_ota_begin: arguments ----------------------------------------------------------

TEST_F(HttpsOta, BeginChecksItsArguments) {
  serve_image();
  EXPECT_EQ(esp_https_ota_begin(&ota, nullptr), ESP_ERR_INVALID_ARG);
  handle = this;
  EXPECT_EQ(esp_https_ota_begin(nullptr, &handle), ESP_ERR_INVALID_ARG);
  EXPECT_EQ(handle, nullptr);
  ota.http_config = nullptr;
  EXPECT_EQ(begin(), ESP_ERR_INVALID_ARG);
}

TEST_F(HttpsOta, PlainHttpIsRefusedUnlessTheOptionAllowsIt) {
  config_for_test().https_ota_allow_http = false;
  serve_image();
  EXPECT_EQ(begin(), ESP_ERR_INVALID_ARG) << "nothing verifies the server";
  EXPECT_TRUE(board.console_has("No option for server verification is enabled")) << board.console;
  http.cert_pem = "-----BEGIN CERTIFICATE-----";
  EXPECT_EQ(begin(), ESP_ERR_INVALID_ARG) << "a certificate is of no use without TLS";
  EXPECT_TRUE(board.console_has("CONFIG_ESP_HTTPS_OTA_ALLOW_HTTP")) << board.console;
  EXPECT_TRUE(server->requests().empty());
}

TEST_F(HttpsOta, TheProgramsCallbackSetsUpTheClient) {
  serve_image();
  ota.http_client_init_cb = [](esp_http_client_handle_t client) {
    return esp_http_client_set_header(client, "X-Device", "board 7");
  };
  EXPECT_EQ(esp_https_ota(&ota), ESP_OK);
  EXPECT_EQ(server->requests()[0].header("X-Device"), "board 7");
}

TEST_F(HttpsOta, TheProgramsCallbackCanRefuse) {
  serve_image();
  ota.http_client_init_cb = [](esp_http_client_handle_t) -> esp_err_t { return ESP_ERR_NO_MEM; };
  EXPECT_EQ(begin(), ESP_ERR_NO_MEM);
  EXPECT_EQ(handle, nullptr);
  EXPECT_TRUE(server->requests().empty());
}

TEST_F(HttpsOta, AnUnknownPartitionIsRefused) {
  serve_image();
  esp_partition_t unknown = *find("ota_1");
  unknown.size -= 1;
  ota.partition.staging = &unknown;
  EXPECT_EQ(begin(), ESP_FAIL);
  ota.partition.staging = nullptr;
  ota.partition.final = &unknown;
  EXPECT_EQ(begin(), ESP_FAIL);
}

TEST_F(HttpsOta, AServerThatIsNotThereIsAConnectError) {
  std::string gone;
  {
    const FileServerForTest closed([](const RequestForTest&) { return reply(200, "", ""); });
    gone = closed.url();
  }
  serve_image();
  use(gone);
  EXPECT_EQ(begin(), ESP_ERR_HTTP_CONNECT);
  EXPECT_EQ(handle, nullptr);
  EXPECT_TRUE(board.console_has("Nothing listens at")) << board.console;
  EXPECT_TRUE(board.console_has("No update without a connection")) << board.console;
  EXPECT_FALSE(board.console_has("Reading from the connection failed"))
      << "nothing was read, and the signal is not the cause: " << board.console;
}

// ---- Spec 6.3: what a status means -----------------------------------------------------------

struct StatusRow {
  int status;
  esp_err_t begins_with;
  const char* headers = "";
  const char* says = "";
};

class HttpsOtaStatus : public HttpsOta, public testing::WithParamInterface<StatusRow> {};

TEST_P(HttpsOtaStatus, DecidesHowTheUpdateBegins) {
  const StatusRow& row = GetParam();
  serve([&](const RequestForTest&) { return reply(row.status, row.headers, image_text()); });
  EXPECT_EQ(begin(), row.begins_with) << board.console;
  EXPECT_TRUE(board.console_has(row.says)) << board.console;
  if (row.begins_with == ESP_OK) {
    EXPECT_EQ(esp_https_ota_get_status_code(handle), row.status);
    EXPECT_EQ(perform(), ESP_OK);
    EXPECT_EQ(esp_https_ota_finish(handle), ESP_OK);
    EXPECT_TRUE(holds("ota_0", image));
  } else {
    EXPECT_EQ(handle, nullptr);
    EXPECT_EQ(board.flash_state().operation_count, 0U) << "flash was touched";
  }
}

INSTANTIATE_TEST_SUITE_P(
    EveryRow,
    HttpsOtaStatus,
    testing::Values(StatusRow{200, ESP_OK},
                    StatusRow{201, ESP_OK},
                    StatusRow{203, ESP_OK},
                    StatusRow{206, ESP_OK},
                    StatusRow{300, ESP_OK},
                    StatusRow{305, ESP_OK},
                    StatusRow{301, ESP_ERR_INVALID_ARG},
                    StatusRow{302, ESP_ERR_INVALID_ARG},
                    StatusRow{303, ESP_ERR_INVALID_ARG},
                    StatusRow{307, ESP_ERR_INVALID_ARG},
                    StatusRow{308, ESP_ERR_INVALID_ARG},
                    StatusRow{304, ESP_ERR_HTTP_NOT_MODIFIED},
                    StatusRow{416, ESP_ERR_HTTP_RANGE_NOT_SATISFIABLE},
                    StatusRow{401, ESP_ERR_NOT_SUPPORTED, "", "Set the user name and password"},
                    StatusRow{401, ESP_ERR_NOT_SUPPORTED, "WWW-Authenticate: Negotiate\r\n"},
                    StatusRow{403, ESP_FAIL, "", "403"},
                    StatusRow{404, ESP_FAIL, "", "404"},
                    StatusRow{400, ESP_FAIL},
                    StatusRow{405, ESP_FAIL},
                    StatusRow{410, ESP_FAIL},
                    StatusRow{429, ESP_FAIL},
                    StatusRow{499, ESP_FAIL},
                    StatusRow{500, ESP_FAIL},
                    StatusRow{503, ESP_FAIL},
                    StatusRow{599, ESP_FAIL}),
    [](const testing::TestParamInfo<StatusRow>& row) {
      return "Status" + std::to_string(row.param.status) + "Row" + std::to_string(row.index);
    });

class HttpsOtaRedirect : public HttpsOta, public testing::WithParamInterface<int> {};

TEST_P(HttpsOtaRedirect, IsFollowed) {
  serve([&](const RequestForTest& request) {
    if (request.target() == "/app.bin") {
      return reply(GetParam(), "Location: " + server->url("/moved.bin") + "\r\n", "moved");
    }
    return serve_file(request, image_text());
  });
  EXPECT_EQ(esp_https_ota(&ota), ESP_OK) << board.console;
  EXPECT_TRUE(holds("ota_0", image));
  const auto requests = server->requests();
  ASSERT_EQ(requests.size(), 2U);
  EXPECT_EQ(requests[1].method(), "GET");
  EXPECT_EQ(requests[1].connection, requests[0].connection) << "the body was read to its end";
}

INSTANTIATE_TEST_SUITE_P(EveryStatus, HttpsOtaRedirect, testing::Values(301, 302, 303, 307, 308));

TEST_F(HttpsOta, TheBodyOfARedirectIsNotReadForEver) {
  client::ScriptedServer endless([&](client::PeerForTest& peer) {
    const std::string request = peer.request();
    if (request.starts_with("GET /fw.bin")) {
      peer.send(serve_file({request, 0}, image_text()).text);
      return;
    }
    bool is_there = peer.send(
        "HTTP/1.1 302 Found\r\nLocation: /fw.bin\r\n"
        "Transfer-Encoding: chunked\r\n\r\n");
    const std::string chunk = "1000\r\n" + std::string(0x1000, 'x') + "\r\n";
    while (is_there) is_there = peer.send(chunk);
  });
  boot.emplace(board);
  use(endless.url());
  EXPECT_EQ(esp_https_ota(&ota), ESP_OK) << board.console;
  EXPECT_TRUE(holds("ota_0", image));
}

TEST_F(HttpsOta, ARedirectMayBeRelative) {
  serve([&](const RequestForTest& request) {
    if (request.target() == "/app.bin") return reply(302, "Location: /moved.bin\r\n", "");
    return serve_file(request, image_text());
  });
  EXPECT_EQ(esp_https_ota(&ota), ESP_OK) << board.console;
  EXPECT_EQ(server->requests()[1].target(), "/moved.bin");
}

TEST_F(HttpsOta, ARedirectLeadsToAnotherServer) {
  FileServerForTest other(
      [&](const RequestForTest& request) { return serve_file(request, image_text()); });
  serve([&](const RequestForTest&) {
    return reply(302, "Location: " + other.url("/fw.bin") + "\r\n", "elsewhere");
  });
  EXPECT_EQ(esp_https_ota(&ota), ESP_OK) << board.console;
  ASSERT_EQ(other.requests().size(), 1U);
  EXPECT_EQ(other.requests()[0].target(), "/fw.bin");
}

// Repaired: the reference follows redirects for ever.
TEST_F(HttpsOta, Trap60RedirectsInACircleEnd) {
  serve([&](const RequestForTest&) { return reply(302, "Location: " + url + "\r\n", ""); });
  EXPECT_EQ(begin(), ESP_ERR_HTTP_MAX_REDIRECT);
  EXPECT_EQ(server->requests().size(), 11U);
}

TEST_F(HttpsOta, TheLimitOfRedirectsIsThatOfTheClient) {
  http.max_redirection_count = 2;
  serve([&](const RequestForTest&) { return reply(302, "Location: " + url + "\r\n", ""); });
  EXPECT_EQ(begin(), ESP_ERR_HTTP_MAX_REDIRECT);
  EXPECT_EQ(server->requests().size(), 3U);
}

TEST_F(HttpsOta, CredentialsAreSentWhenTheServerAsks) {
  http.username = "u";
  http.password = "p";
  serve([&](const RequestForTest& request) {
    if (request.header("Authorization").empty()) {
      return reply(401, "WWW-Authenticate: Basic realm=\"files\"\r\n", "who are you?");
    }
    return serve_file(request, image_text());
  });
  EXPECT_EQ(esp_https_ota(&ota), ESP_OK) << board.console;
  ASSERT_EQ(server->requests().size(), 2U);
  EXPECT_EQ(server->requests()[1].header("Authorization"), "Basic dTpw");
}

TEST_F(HttpsOta, WrongCredentialsAreNotTriedForEver) {
  http.username = "u";
  http.password = "p";
  http.max_authorization_retries = 3;
  serve([&](const RequestForTest&) {
    return reply(401, "WWW-Authenticate: Basic realm=\"files\"\r\n", "no");
  });
  EXPECT_EQ(begin(), ESP_FAIL);
  EXPECT_EQ(server->requests().size(), 4U);
}

TEST_F(HttpsOta, NoAuthorizationIsTriedWhenTheProgramForbidsIt) {
  http.username = "u";
  http.password = "p";
  http.max_authorization_retries = -1;
  serve([&](const RequestForTest&) {
    return reply(401, "WWW-Authenticate: Basic realm=\"files\"\r\n", "no");
  });
  EXPECT_EQ(begin(), ESP_FAIL);
  EXPECT_EQ(server->requests().size(), 1U);
}

// ---- Over TLS --------------------------------------------------------------------------------

class HttpsOtaOverTls : public HttpsOta {
 protected:
  const net::CertificateForTest certificate = net::make_certificate(net::CertificateWish{});

  HttpsOtaOverTls() {
    config_for_test().https_ota_allow_http = false;
    http.cert_pem = certificate.pem.c_str();
  }
  void serve_tls(FileServerForTest::Answer answer) {
    server = std::make_unique<FileServerForTest>(certificate, std::move(answer));
    use(server->url());
    boot.emplace(board);
  }
};

TEST_F(HttpsOtaOverTls, TheServerIsVerified) {
  serve_tls([&](const RequestForTest& request) { return serve_file(request, image_text()); });
  EXPECT_EQ(esp_https_ota(&ota), ESP_OK) << board.console;
  EXPECT_TRUE(holds("ota_0", image));
}

TEST_F(HttpsOtaOverTls, AnotherServersCertificateIsRefused) {
  const net::CertificateForTest other = net::make_certificate(net::CertificateWish{});
  http.cert_pem = other.pem.c_str();
  serve_tls([&](const RequestForTest& request) { return serve_file(request, image_text()); });
  EXPECT_EQ(begin(), ESP_ERR_HTTP_CONNECT);
  EXPECT_TRUE(server->requests().empty());
}

class HttpsOtaDowngrade : public HttpsOtaOverTls,
                          public testing::WithParamInterface<const char*> {};

TEST_P(HttpsOtaDowngrade, Trap65TlsIsNotLeftByARedirect) {
  serve_tls([&](const RequestForTest&) {
    return reply(302, "Location: " + std::string(GetParam()) + "\r\n", "");
  });
  EXPECT_EQ(begin(), ESP_ERR_HTTP_REDIRECT_DOWNGRADE) << board.console;
}

INSTANTIATE_TEST_SUITE_P(Locations,
                         HttpsOtaDowngrade,
                         testing::Values("http://127.0.0.1/fw.bin", "/fw.bin", "fw.bin"));

// ---- The steps of a download -----------------------------------------------------------------

TEST_F(HttpsOta, StepByStep) {
  serve_image();
  ASSERT_EQ(begin(), ESP_OK);
  EXPECT_EQ(esp_https_ota_get_image_len_read(handle), -1) << "nothing has begun";
  EXPECT_EQ(esp_https_ota_get_image_size(handle), static_cast<int>(image.size()));
  EXPECT_FALSE(esp_https_ota_is_complete_data_received(handle));
  EXPECT_EQ(esp_https_ota_perform(handle), ESP_ERR_HTTPS_OTA_IN_PROGRESS);
  EXPECT_EQ(esp_https_ota_get_image_len_read(handle), 1024);
  EXPECT_EQ(perform(), ESP_OK);
  EXPECT_TRUE(esp_https_ota_is_complete_data_received(handle));
  EXPECT_EQ(esp_https_ota_get_image_len_read(handle), static_cast<int>(image.size()));
  EXPECT_EQ(esp_https_ota_perform(handle), ESP_FAIL) << "there is nothing left to perform";
  EXPECT_EQ(selected(), "factory") << "not before finish";
  EXPECT_EQ(esp_https_ota_finish(handle), ESP_OK);
  EXPECT_EQ(selected(), "ota_0");
}

TEST_F(HttpsOta, ABufferSizeBelowTheMinimumIsRaised) {
  http.buffer_size = 100;
  serve_image();
  EXPECT_EQ(esp_https_ota(&ota), ESP_OK);
}

TEST_F(HttpsOta, ALargeBufferTakesLargeSteps) {
  http.buffer_size = 16384;
  ota.buffer_caps = 1U << 12U;
  serve_image();
  ASSERT_EQ(begin(), ESP_OK);
  int steps = 0;
  while (esp_https_ota_perform(handle) == ESP_ERR_HTTPS_OTA_IN_PROGRESS) ++steps;
  EXPECT_EQ(steps, 3) << "1024, then 16384, then the rest of " << image.size();
  EXPECT_EQ(esp_https_ota_finish(handle), ESP_OK);
}

TEST_F(HttpsOta, HandlesThatAreNotOpenAreRefused) {
  serve_image();
  esp_app_desc_t description{};
  EXPECT_EQ(esp_https_ota_perform(nullptr), ESP_ERR_INVALID_ARG);
  EXPECT_EQ(esp_https_ota_finish(nullptr), ESP_ERR_INVALID_ARG);
  EXPECT_EQ(esp_https_ota_abort(nullptr), ESP_ERR_INVALID_ARG);
  EXPECT_EQ(esp_https_ota_get_img_desc(nullptr, &description), ESP_ERR_INVALID_ARG);
  EXPECT_EQ(esp_https_ota_get_image_len_read(nullptr), -1);
  EXPECT_EQ(esp_https_ota_get_image_size(nullptr), -1);
  EXPECT_EQ(esp_https_ota_get_status_code(nullptr), -1);
  EXPECT_FALSE(esp_https_ota_is_complete_data_received(nullptr));
  ASSERT_EQ(begin(), ESP_OK);
  ASSERT_EQ(esp_https_ota_abort(handle), ESP_OK);
  EXPECT_EQ(esp_https_ota_perform(handle), ESP_ERR_INVALID_ARG) << "aborted";
  EXPECT_EQ(esp_https_ota_finish(handle), ESP_ERR_INVALID_ARG);
}

TEST_F(HttpsOta, AChunkedBodyHasNoSize) {
  serve([&](const RequestForTest&) {
    std::string text = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";
    for (std::string_view rest = image_text(); !rest.empty();) {
      const std::string_view piece = rest.substr(0, 3000);
      char size[16];
      std::snprintf(size, sizeof(size), "%zx\r\n", piece.size());
      (text += size).append(piece).append("\r\n");
      rest.remove_prefix(piece.size());
    }
    return ReplyForTest{text + "0\r\n\r\n"};
  });
  ASSERT_EQ(begin(), ESP_OK);
  EXPECT_EQ(esp_https_ota_get_image_size(handle), -1);
  EXPECT_EQ(perform(), ESP_OK);
  EXPECT_EQ(esp_https_ota_finish(handle), ESP_OK);
  EXPECT_TRUE(holds("ota_0", image));
}

TEST_F(HttpsOta, AServerThatClosesInsteadOfSendingALength) {
  serve([&](const RequestForTest&) {
    return ReplyForTest{"HTTP/1.0 200 ok\r\n\r\n" + std::string(image_text()),
                        ReplyForTest::Then::kClose};
  });
  EXPECT_EQ(esp_https_ota(&ota), ESP_OK);
  EXPECT_TRUE(holds("ota_0", image));
}

TEST_F(HttpsOta, BulkEraseErasesForTheWholeImage) {
  ota.bulk_flash_erase = true;
  config_for_test().slot_writing_reference = true;
  board.put(board.partition("ota_0").offset, std::vector<std::byte>(0x100000, std::byte{0}));
  serve_image();
  ASSERT_EQ(begin(), ESP_OK);
  EXPECT_EQ(esp_https_ota_perform(handle), ESP_ERR_HTTPS_OTA_IN_PROGRESS);
  const Bytes slot = board.bytes_of("ota_0");
  EXPECT_EQ(slot[align_up(static_cast<std::uint32_t>(image.size()), 4096) - 1], std::byte{0xFF});
  EXPECT_EQ(slot[align_up(static_cast<std::uint32_t>(image.size()), 4096)], std::byte{0});
  EXPECT_EQ(perform(), ESP_OK);
  EXPECT_EQ(esp_https_ota_finish(handle), ESP_OK);
}

// ---- Where the image goes --------------------------------------------------------------------

TEST_F(HttpsOta, AnotherSlotCanBeChosen) {
  serve_image();
  ota.partition.staging = find("ota_1");
  EXPECT_EQ(esp_https_ota(&ota), ESP_OK);
  EXPECT_EQ(selected(), "ota_1");
}

// Repaired: the reference follows a null pointer.
TEST_F(HttpsOta, Trap58StagingAndFinalMayBeTheSame) {
  serve_image();
  ota.partition.staging = find("ota_1");
  ota.partition.final = find("ota_1");
  EXPECT_EQ(esp_https_ota(&ota), ESP_OK);
  EXPECT_EQ(selected(), "ota_1");
}

TEST_F(HttpsOta, AFileForADataPartitionIsStagedAndCopied) {
  const std::string data(0x10000, 'd');
  serve([&](const RequestForTest& request) { return serve_file(request, data); });
  ota.partition.final = find("storage");
  ota.partition.finalize_with_copy = true;
  EXPECT_EQ(esp_https_ota(&ota), ESP_OK);
  EXPECT_TRUE(holds("storage", bytes_of(data)));
  EXPECT_EQ(selected(), "factory") << "data do not boot";
}

TEST_F(HttpsOta, AFileForFactoryIsCopiedAndNothingIsSwitched) {
  boot.reset();
  board.put_image("ota_0", {.version = "1.0.0"});
  board.put_records(PlatformForTest::record(1, formats::OtaState::kValid),
                    formats::OtaRecord::blank());
  board.run_from("ota_0");
  serve_image();
  ota.partition.final = find("factory");
  ota.partition.finalize_with_copy = true;
  EXPECT_EQ(esp_https_ota(&ota), ESP_OK);
  EXPECT_TRUE(holds("factory", image));
  EXPECT_EQ(selected(), "ota_0");
}

TEST_F(HttpsOta, AnAppOnTrialMayConfirmItselfAndGoOn) {
  boot.reset();
  config_for_test().app_rollback_enable = true;
  board.put_image("ota_0", {.version = "1.0.0"});
  board.put_records(PlatformForTest::record(1, formats::OtaState::kPendingVerify),
                    formats::OtaRecord::blank());
  board.run_from("ota_0");
  serve_image();
  ASSERT_EQ(begin(), ESP_OK);
  EXPECT_EQ(esp_https_ota_perform(handle), ESP_ERR_OTA_ROLLBACK_INVALID_STATE);
  EXPECT_EQ(esp_ota_mark_app_valid_cancel_rollback(), ESP_OK);
  EXPECT_EQ(perform(), ESP_OK);
  EXPECT_EQ(esp_https_ota_finish(handle), ESP_OK);
}

}  // namespace
}  // namespace rota::idf
