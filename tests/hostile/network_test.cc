// A server that does one thing wrong, and a board that updates itself from it. See README.md for
// what must hold after each fault.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <openssl/ssl.h>

#include <atomic>
#include <fstream>

#include "client/scripted_server_for_test.h"
#include "idf/https_ota_for_test.h"

namespace rota::idf {
namespace {

using client::PeerForTest;
using client::ScriptedServer;
using testing::HasSubstr;

// What a fault may cost at its peak, the server's own buffers in this process included. The address
// sanitizer keeps what is freed for a while.
#ifdef __SANITIZE_ADDRESS__
constexpr std::uint64_t kMaxGrowthBytes = 400U << 20U;
#else
constexpr std::uint64_t kMaxGrowthBytes = 16U << 20U;
#endif

// VmHWM of this process and the like, in bytes.
std::uint64_t memory_now(const std::string& name) {
  std::ifstream status("/proc/self/status");
  std::string word;
  std::uint64_t kilobytes = 0;
  while (status >> word) {
    if (word == name + ":" && status >> kilobytes) return kilobytes * 1024;
  }
  return 0;
}

std::string head_of(int status, const std::string& lines) {
  return "HTTP/1.1 " + std::to_string(status) + " Answer\r\n" + lines + "\r\n";
}
std::string length_line(std::size_t bytes) {
  return "Content-Length: " + std::to_string(bytes) + "\r\n";
}

class HostileNetwork : public HttpsOta {
 protected:
  using Fault = std::function<void(PeerForTest&, const RequestForTest&)>;

  HostileNetwork() {
    http.timeout_ms = kPatientMs;
    boot.emplace(board);
  }

  // The server's own mistake first; once healed, it gives the image.
  ScriptedServer::Script script(Fault fault) {
    return [this, fault = std::move(fault)](PeerForTest& peer) {
      while (true) {
        const RequestForTest request{peer.request(), peer.number()};
        if (request.head.empty()) return;
        if (!is_healed_) return fault(peer, request);
        if (!peer.send(serve_file(request, image_text()).text)) return;
      }
    };
  }

  struct Before {
    std::vector<std::byte> otadata, factory;
    std::string boots;
  };
  std::vector<std::byte> copy_of(std::string_view label) const {
    const Bytes bytes = board.bytes_of(label);
    return {bytes.begin(), bytes.end()};
  }

  // The update fails with a sentence that holds `sentence`, costs nothing, and works once healed.
  void survive(const std::string& sentence) {
    const Before before{copy_of("otadata"), copy_of("factory"), selected()};
    std::ofstream("/proc/self/clear_refs") << 5;  // the peak starts anew
    const std::uint64_t memory = memory_now("VmHWM");
    board.console.clear();

    EXPECT_NE(esp_https_ota(&ota), ESP_OK);
    EXPECT_THAT(board.console, HasSubstr(sentence));
    EXPECT_LT(memory_now("VmHWM"), memory + kMaxGrowthBytes);
    EXPECT_TRUE(copy_of("otadata") == before.otadata);
    EXPECT_TRUE(copy_of("factory") == before.factory);
    EXPECT_EQ(selected(), before.boots);

    is_healed_ = true;
    http.timeout_ms = kPatientMs;
    board.console.clear();
    EXPECT_EQ(esp_https_ota(&ota), ESP_OK) << board.console;
    EXPECT_EQ(selected(), "ota_0");
    EXPECT_TRUE(holds("ota_0", image));
  }
  void survive(Fault fault, const std::string& sentence) {
    const ScriptedServer hostile(script(std::move(fault)));
    use(hostile.url());
    survive(sentence);
  }
  // A fixed answer, after which the connection closes.
  void survive_answer(const std::string& answer, const std::string& sentence) {
    survive([answer](PeerForTest& peer, const RequestForTest&) { peer.send(answer); }, sentence);
  }
  // The whole image, described by `lines`.
  std::string image_with(const std::string& lines) const {
    return head_of(200, lines) + std::string(image_text());
  }

  static constexpr int kPatientMs = 20'000;
  std::atomic<bool> is_healed_ = false;
};

// ---- Time --------------------------------------------------------------------------------------

TEST_F(HostileNetwork, NeverAnswers) {
  http.timeout_ms = kShortTimeoutMs;
  survive([](PeerForTest& peer, const RequestForTest&) { peer.stall(); }, "did not answer");
}

TEST_F(HostileNetwork, StallsInTheMiddleOfTheHead) {
  http.timeout_ms = kShortTimeoutMs;
  survive(
      [](PeerForTest& peer, const RequestForTest&) {
        peer.send("HTTP/1.1 200 OK\r\nContent-Le");
        peer.stall();
      },
      "did not answer");
}

TEST_F(HostileNetwork, StallsInTheMiddleOfTheImage) {
  http.timeout_ms = kShortTimeoutMs;
  survive(
      [this](PeerForTest& peer, const RequestForTest&) {
        peer.send(image_with(length_line(image.size())).substr(0, 3000));
        peer.stall();
      },
      "sent nothing for");
}

// Slow is not broken: each byte is progress.
TEST_F(HostileNetwork, DripsAndIsServedAllTheSame) {
  const ScriptedServer dripping([this](PeerForTest& peer) {
    peer.request();
    const std::string answer = image_with(length_line(image.size()));
    for (std::size_t i = 0; i < 400; ++i) {
      peer.send(answer.substr(i, 1));
      peer.pause(1);
    }
    peer.send(answer.substr(400));
    peer.stall();
  });
  use(dripping.url());
  EXPECT_EQ(esp_https_ota(&ota), ESP_OK) << board.console;
}

// ---- Ends --------------------------------------------------------------------------------------

TEST_F(HostileNetwork, ClosesAtAnyByte) {
  const std::string answer = image_with(length_line(image.size()));
  for (std::size_t cut = 0; cut < answer.size(); cut += cut < 600 ? 37 : answer.size() / 7) {
    is_healed_ = false;
    const ScriptedServer hostile(script(
        [&](PeerForTest& peer, const RequestForTest&) { peer.send(answer.substr(0, cut)); }));
    use(hostile.url());
    const std::string boots = selected();
    board.console.clear();
    EXPECT_NE(esp_https_ota(&ota), ESP_OK) << cut;
    EXPECT_THAT(board.console, HasSubstr("closed the connection")) << cut;
    EXPECT_EQ(selected(), boots) << cut;
  }
  survive_answer(answer.substr(0, answer.size() - 1), "closed the connection after");
}

TEST_F(HostileNetwork, Resets) {
  survive(
      [this](PeerForTest& peer, const RequestForTest&) {
        peer.send(image_with(length_line(image.size())).substr(0, 5000));
        peer.reset();
      },
      "reset the connection");
}

TEST_F(HostileNetwork, SendsLessThanItPromised) {
  survive_answer(image_with(length_line(image.size() + 1000)), "closed the connection after");
}

// What comes after the promised length belongs to nothing.
TEST_F(HostileNetwork, SendsMoreThanItPromisedAndIsServedAllTheSame) {
  const ScriptedServer talkative([this](PeerForTest& peer) {
    peer.request();
    peer.send(image_with(length_line(image.size())) + std::string(5000, 'x'));
    peer.stall();
  });
  use(talkative.url());
  EXPECT_EQ(esp_https_ota(&ota), ESP_OK) << board.console;
}

TEST_F(HostileNetwork, NeverEnds) {
  survive(
      [this](PeerForTest& peer, const RequestForTest&) {
        peer.send(image_with(""));
        const std::string piece(64 * 1024, '\xFF');
        while (peer.send(piece)) {
        }
      },
      "The data do not fit");
}

// ---- Framing -----------------------------------------------------------------------------------

TEST_F(HostileNetwork, GivesALengthThatIsNoNumber) {
  survive_answer(image_with("Content-Length: many\r\n"), "'many', not a number");
}

TEST_F(HostileNetwork, GivesALengthAndChunks) {
  survive_answer(image_with(length_line(image.size()) + "Transfer-Encoding: chunked\r\n"),
                 "has a Content-Length and is chunked as well");
}

TEST_F(HostileNetwork, GivesTwoLengths) {
  survive_answer(image_with(length_line(image.size()) + length_line(5)), "two lengths");
}

TEST_F(HostileNetwork, BreaksItsChunks) {
  survive_answer(image_with("Transfer-Encoding: chunked\r\n"), "a chunk size was expected");
}

TEST_F(HostileNetwork, EndsWithinAChunk) {
  survive_answer(head_of(200, "Transfer-Encoding: chunked\r\n") + "4000\r\n" +
                     std::string(image_text().substr(0, 0x3000)),
                 "before the last chunk");
}

TEST_F(HostileNetwork, SendsGzipUnasked) {
  survive_answer(head_of(200, length_line(600) + "Content-Encoding: gzip\r\n") + "\x1F\x8B\x08" +
                     std::string(597, 'z'),
                 "This is a gzip file, not a firmware image");
}

TEST_F(HostileNetwork, SendsTenMegabytesOfHeaders) {
  survive(
      [](PeerForTest& peer, const RequestForTest&) {
        peer.send("HTTP/1.1 200 OK\r\n");
        const std::string line = "X-Filler: " + std::string(1000, 'x') + "\r\n";
        for (int i = 0; i < 10'000 && peer.send(line); ++i) {
        }
      },
      "larger than 65536 bytes");
}

TEST_F(HostileNetwork, SendsOneLongHeaderAndIsServedAllTheSame) {
  const ScriptedServer github([this](PeerForTest& peer) {
    peer.request();
    peer.send(image_with(length_line(image.size()) +
                         "Content-Security-Policy: " + std::string(3600, 'p') + "\r\n"));
    peer.stall();
  });
  use(github.url());
  EXPECT_EQ(esp_https_ota(&ota), ESP_OK) << board.console;
}

TEST_F(HostileNetwork, SpeaksNoHttp) {
  survive_answer("220 mail.example ESMTP ready\r\n",
                 "not an HTTP answer; it begins with '220 mail");
}

// ---- Redirections ------------------------------------------------------------------------------

TEST_F(HostileNetwork, RedirectsForEver) {
  std::atomic<int> asked = 0;
  const ScriptedServer hostile([&](PeerForTest& peer) {
    for (std::string head = peer.request(); !head.empty(); head = peer.request()) {
      const std::string next = "Location: /app.bin?" + std::to_string(++asked) + "\r\n";
      peer.send(is_healed_ ? serve_file({head, 0}, image_text()).text
                           : head_of(302, next + length_line(0)));
    }
  });
  use(hostile.url());
  http.max_redirection_count = 20;
  survive("from one address to the next too often");
  EXPECT_LE(asked, 23);  // one after the fault
}

TEST_F(HostileNetwork, RedirectsToAnotherHostWithItsOwnUserAndPassword) {
  std::string head;
  {
    const ScriptedServer thief([&](PeerForTest& peer) {
      head = peer.request();
      peer.send(head_of(403, length_line(0)));
    });
    http.username = "device";
    http.password = "secret";
    http.auth_type = HTTP_AUTH_TYPE_BASIC;
    survive_answer(head_of(302, "Location: http://user:word@127.0.0.1:" +
                                    std::to_string(thief.port()) + "/x\r\n" + length_line(0)),
                   "HTTP 403");
  }
  // base64 of device:secret
  EXPECT_THAT(head, testing::Not(HasSubstr("ZGV2aWNlOnNlY3JldA")));
}

// ---- Ranges ------------------------------------------------------------------------------------

class HostileParts : public HostileNetwork {
 protected:
  HostileParts() {
    ota.partial_http_download = true;
    ota.max_http_request_size = 4096;
  }
  // As a good server does it, but the second part.
  void survive_second_part(Fault fault, const std::string& sentence) {
    const ScriptedServer hostile([&](PeerForTest& peer) {
      while (true) {
        const RequestForTest request{peer.request(), peer.number()};
        if (request.head.empty()) return;
        const bool is_second = !request.header("Range").starts_with("bytes=0-") &&
                               request.method() == "GET" && !is_healed_;
        if (is_second) return fault(peer, request);
        if (!peer.send(serve_file(request, image_text()).text)) return;
      }
    });
    use(hostile.url());
    survive(sentence);
  }
};

TEST_F(HostileParts, SendsAnotherRange) {
  survive_second_part(
      [this](PeerForTest& peer, const RequestForTest&) {
        peer.send(head_of(206, length_line(4096) + "Content-Range: bytes 0-4095/" +
                                   std::to_string(image.size()) + "\r\n") +
                  std::string(image_text().substr(0, 4096)));
        peer.stall();
      },
      "another part of the file than was asked for");
}

TEST_F(HostileParts, SendsTheWholeInPlaceOfAPart) {
  survive_second_part(
      [this](PeerForTest& peer, const RequestForTest&) {
        peer.send(image_with(length_line(image.size())));
        peer.stall();
      },
      "another part of the file than was asked for");
}

TEST_F(HostileParts, SaysThatTheRangeIsBehindTheEnd) {
  survive_second_part(
      [](PeerForTest& peer, const RequestForTest&) {
        peer.send(head_of(416, "Content-Range: bytes */100\r\n" + length_line(0)));
        peer.stall();
      },
      "416");
}

TEST_F(HostileParts, ChangesTheFileBetweenTwoParts) {
  std::string other(image_text());
  other[other.size() - 100] = static_cast<char>(other[other.size() - 100] ^ 1);
  for (std::size_t i = 4096; i < 5000; ++i) other[i] = static_cast<char>(other[i] ^ 0x55);
  survive_second_part(
      [&](PeerForTest& peer, const RequestForTest& request) {
        RequestForTest next = request;
        while (!next.head.empty() && peer.send(serve_file(next, other).text)) {
          next.head = peer.request();
        }
      },
      "its checksum does not match");
}

// ---- TLS ---------------------------------------------------------------------------------------

class HostileTls : public HostileNetwork {
 protected:
  HostileTls() {
    ca_ = authority_.pem;
    wish_.issuer = &authority_;
  }
  void trust(const std::string& pem) {
    ca_ = pem;
    http.cert_pem = ca_.c_str();
  }
  // A server with this certificate is refused; one with a good certificate is not.
  void survive_certificate(const std::string& sentence) {
    trust(ca_);
    const ScriptedServer hostile(net::make_certificate(wish_),
                                 [](PeerForTest& peer) { peer.stall(); });
    use(hostile.url());
    refuse_then_heal(sentence);
  }
  void refuse_then_heal(const std::string& sentence) {
    const Before before{copy_of("otadata"), copy_of("factory"), selected()};
    board.console.clear();
    EXPECT_NE(esp_https_ota(&ota), ESP_OK);
    EXPECT_THAT(board.console, HasSubstr(sentence));
    EXPECT_TRUE(copy_of("otadata") == before.otadata);
    EXPECT_EQ(selected(), before.boots);

    is_healed_ = true;
    trust(authority_.pem);
    net::CertificateWish good;
    good.issuer = &authority_;
    const ScriptedServer healed(net::make_certificate(good), script(nullptr));
    use(healed.url());
    http.timeout_ms = kPatientMs;
    board.console.clear();
    EXPECT_EQ(esp_https_ota(&ota), ESP_OK) << board.console;
    EXPECT_EQ(selected(), "ota_0");
  }

  const net::CertificateForTest authority_ = net::make_authority();
  std::string ca_;
  net::CertificateWish wish_;
};

TEST_F(HostileTls, TheCertificateExpired) {
  wish_.from_days = -30;
  wish_.until_days = -1;
  survive_certificate("expired at");
}

TEST_F(HostileTls, TheCertificateIsOfTomorrow) {
  wish_.from_days = 1;
  survive_certificate("is valid only from");
}

TEST_F(HostileTls, TheCertificateIsForAnotherHost) {
  wish_.alternative_names = "DNS:updates.example,IP:192.168.1.5";
  survive_certificate("is for 'updates.example', 192.168.1.5, not for '127.0.0.1'");
}

TEST_F(HostileTls, AnotherAuthoritySignedTheCertificate) {
  ca_ = net::make_authority("Another CA").pem;
  survive_certificate("signed by 'Test CA', which is not trusted");
}

TEST_F(HostileTls, TheCertificateSignsItself) {
  wish_.issuer = nullptr;
  survive_certificate("is signed by itself");
}

TEST_F(HostileTls, TheAuthorityIsWeak) {
  net::CertificateWish weak;
  weak.common_name = "Weak CA";
  weak.is_authority = true;
  weak.rsa_bits = 1024;
  const net::CertificateForTest authority = net::make_certificate(weak);
  wish_.issuer = &authority;
  ca_ = authority.pem;
  survive_certificate("'Weak CA' has a weak key (1024-bit RSA key)");
}

TEST_F(HostileTls, TheHandshakeIsCut) {
  trust(ca_);
  const ScriptedServer hostile([](PeerForTest& peer) { peer.receive(); });
  use("https://127.0.0.1:" + std::to_string(hostile.port()) + "/app.bin");
  refuse_then_heal("in the middle of the TLS handshake");
}

TEST_F(HostileTls, TheHandshakeStalls) {
  trust(ca_);
  http.timeout_ms = kShortTimeoutMs;
  const ScriptedServer hostile([](PeerForTest& peer) { peer.stall(); });
  use("https://127.0.0.1:" + std::to_string(hostile.port()) + "/app.bin");
  refuse_then_heal("did not finish the TLS handshake in time");
}

TEST_F(HostileTls, ThePortSpeaksNoTls) {
  trust(ca_);
  const ScriptedServer hostile([](PeerForTest& peer) {
    peer.receive();
    peer.send("HTTP/1.1 400 Bad Request\r\n\r\n");
    peer.stall();
  });
  use("https://127.0.0.1:" + std::to_string(hostile.port()) + "/app.bin");
  refuse_then_heal("does not speak TLS at this port; it answered 'HTTP/1.1 400 Bad Request'");
}

TEST_F(HostileTls, TheSessionIsCutInTheMiddleOfARecord) {
  trust(ca_);
  const ScriptedServer hostile(net::make_certificate(wish_), [this](PeerForTest& peer) {
    peer.request();
    peer.send(image_with(length_line(image.size())).substr(0, 3000));
    peer.send_raw(std::string("\x17\x03\x03\x40\x00half a record", 18));
  });
  use(hostile.url());
  refuse_then_heal("closed the connection after");
}

TEST_F(HostileTls, TheServerRedirectsToPlainHttp) {
  trust(ca_);
  std::atomic<bool> was_asked = false;
  const ScriptedServer plain([&](PeerForTest& peer) { was_asked = !peer.request().empty(); });
  const ScriptedServer hostile(net::make_certificate(wish_), [&](PeerForTest& peer) {
    peer.request();
    peer.send(head_of(302, "Location: " + plain.url() + "\r\n" + length_line(0)));
    peer.stall();
  });
  use(hostile.url());
  config_for_test().https_ota_allow_http = false;
  refuse_then_heal("http://");
  EXPECT_FALSE(was_asked);
}

}  // namespace
}  // namespace rota::idf
