#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "client/http_exchange.h"
#include "client/scripted_server_for_test.h"

namespace rota::client {
namespace {

using std::chrono::milliseconds;
using testing::AllOf;
using testing::HasSubstr;
using testing::StartsWith;

// What a download came to: its bytes, or the failure with the bytes before it.
struct Download {
  int status = 0;
  std::string body;
  std::optional<Failure> failure;
  bool is_reusable = false;
};

Download read_whole(Connection& connection, std::size_t piece_bytes = 4096) {
  Download download;
  const auto head = connection.read_head();
  if (!head.ok()) {
    download.failure = head.error();
    return download;
  }
  download.status = head->status;
  std::vector<std::byte> piece(piece_bytes);
  while (true) {
    const auto got = connection.read_body(piece);
    if (!got.ok()) {
      download.failure = got.error();
      return download;
    }
    download.body += text_of(Bytes(piece).first(got->bytes));
    if (got->end) break;
  }
  download.is_reusable = connection.is_reusable();
  return download;
}

class Client : public testing::Test {
 protected:
  Download get(const std::string& text, std::size_t piece_bytes = 4096) {
    const auto url = Url::parse(text);
    EXPECT_TRUE(url.ok());
    auto opened = Connection::open(*url, tls_, deadlines_);
    if (!opened.ok()) return {0, "", opened.error()};
    RequestHead head;
    head.target = url->target;
    if (const Done sent = opened->send_head(head); !sent.ok()) return {0, "", sent.error()};
    return read_whole(*opened, piece_bytes);
  }
  Download get(const ScriptedServer& server) { return get(server.url()); }
  // Of a server that answers each request with these bytes and closes.
  Download answer(const std::string& bytes, std::size_t piece_bytes = 4096) {
    const ScriptedServer server([&](PeerForTest& peer) {
      peer.request();
      peer.send(bytes);
    });
    return get(server.url(), piece_bytes);
  }

  TlsOptions tls_;
  // Long enough for any machine: only what a test makes late is late.
  Deadlines deadlines_{milliseconds(20'000), milliseconds(20'000), milliseconds(0)};
};

TEST_F(Client, ReadsABodyWithALength) {
  const Download download = answer("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello");
  EXPECT_FALSE(download.failure);
  EXPECT_EQ(download.status, 200);
  EXPECT_EQ(download.body, "hello");
}

TEST_F(Client, ReadsChunks) {
  EXPECT_EQ(
      answer("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n").body,
      "hello");
}

TEST_F(Client, ReadsOverTls) {
  const auto authority = net::make_authority();
  net::CertificateWish wish;
  wish.issuer = &authority;
  const ScriptedServer server(net::make_certificate(wish), [](PeerForTest& peer) {
    peer.request();
    peer.send("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello");
  });
  tls_.ca_pem = authority.pem;
  const Download download = get(server);
  EXPECT_FALSE(download.failure) << download.failure->sentence;
  EXPECT_EQ(download.body, "hello");
}

}  // namespace
}  // namespace rota::client
