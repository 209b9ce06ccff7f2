#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>

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

constexpr std::string_view kHello = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello";

std::string with_length(const std::string& body) {
  return "HTTP/1.1 200 OK\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
}

TEST_F(Client, ReadsABodyWithALength) {
  const Download download = answer(std::string(kHello));
  EXPECT_FALSE(download.failure);
  EXPECT_EQ(download.status, 200);
  EXPECT_EQ(download.body, "hello");
}

TEST_F(Client, ReadsUntilTheEnd) {
  EXPECT_EQ(answer("HTTP/1.0 200 OK\r\n\r\nhello").body, "hello");
}

TEST_F(Client, LargeBodiesArriveWholeInPiecesOfAnySize) {
  std::string body(3'000'000, '\0');
  for (std::size_t i = 0; i < body.size(); ++i) body[i] = static_cast<char>(i * 7 / 3);
  for (const std::size_t piece : {289U, 4096U, 70'000U, 5'000'000U}) {
    EXPECT_TRUE(answer(with_length(body), piece).body == body) << piece;
  }
}

TEST_F(Client, ReadsFillTheBuffer) {
  const ScriptedServer server([](PeerForTest& peer) {
    peer.request();
    peer.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
    for (int i = 0; i < 10; ++i) {
      peer.send("3\r\nabc\r\n");
      peer.pause(1);
    }
    peer.send("0\r\n\r\n");
  });
  const auto url = Url::parse(server.url());
  auto connection = Connection::open(*url, tls_, deadlines_);
  ASSERT_TRUE(connection->send_head({}).ok());
  ASSERT_TRUE(connection->read_head().ok());
  std::vector<std::byte> buffer(20);
  const auto first = connection->read_body(buffer);
  EXPECT_EQ(first->bytes, 20U);
  EXPECT_FALSE(first->end);
  const auto second = connection->read_body(buffer);
  EXPECT_EQ(second->bytes, 10U);
  EXPECT_TRUE(second->end);
  const auto third = connection->read_body(buffer);
  EXPECT_EQ(third->bytes, 0U);
  EXPECT_TRUE(third->end);
}

TEST_F(Client, ChunksMayBeSplitAnywhere) {
  const std::string text =
      "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n6;x=y\r\n "
      "world\r\n0\r\n\r\n";
  for (std::size_t cut = 1; cut < text.size(); ++cut) {
    const ScriptedServer server([&](PeerForTest& peer) {
      peer.request();
      peer.send(text.substr(0, cut));
      peer.pause(0);
      peer.send(text.substr(cut));
    });
    const Download download = get(server);
    EXPECT_FALSE(download.failure) << cut;
    EXPECT_EQ(download.body, "hello world") << cut;
  }
}

TEST_F(Client, ACloseAtAnyByteIsNoEnd) {
  for (const std::string& text :
       {std::string(kHello),
        std::string(
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n")}) {
    for (std::size_t cut = 0; cut < text.size(); ++cut) {
      const Download download = answer(text.substr(0, cut));
      ASSERT_TRUE(download.failure) << cut;
      EXPECT_EQ(download.failure->reason, Reason::kClosed) << cut;
      EXPECT_THAT(download.failure->sentence, HasSubstr("closed the connection")) << cut;
      EXPECT_EQ(download.body, std::string("hello").substr(0, download.body.size()));
    }
  }
}

TEST_F(Client, WhatCameBeforeAFailureIsGivenFirst) {
  const Download download = answer("HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\nhello");
  EXPECT_EQ(download.body, "hello");
  EXPECT_THAT(download.failure->sentence, HasSubstr("after 5 of 500 bytes"));
}

TEST_F(Client, AResetIsToldApartFromAClose) {
  const ScriptedServer server([](PeerForTest& peer) {
    peer.request();
    peer.send("HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n");
    peer.receive();  // the client has its head: it says so below
    peer.reset();
  });
  const auto url = Url::parse(server.url());
  auto connection = Connection::open(*url, tls_, deadlines_);
  ASSERT_TRUE(connection->send_head({}).ok());
  ASSERT_TRUE(connection->read_head().ok());
  ASSERT_TRUE(connection->send_body(bytes_of("go on")).ok());
  std::vector<std::byte> buffer(100);
  const auto got = connection->read_body(buffer);
  ASSERT_FALSE(got.ok());
  EXPECT_EQ(got.error().reason, Reason::kReset);
  EXPECT_EQ(got.error().system_errno, ECONNRESET);
  EXPECT_THAT(got.error().sentence, HasSubstr("reset the connection after 0 of 500 bytes"));
  // Every later call says the same.
  EXPECT_EQ(connection->read_body(buffer).error().reason, Reason::kReset);
  EXPECT_EQ(connection->send_head({}).error().reason, Reason::kReset);
  EXPECT_FALSE(connection->is_reusable());
}

TEST_F(Client, ASecondRequestUsesTheConnection) {
  const ScriptedServer server([](PeerForTest& peer) {
    while (!peer.request().empty()) peer.send(kHello);
  });
  const auto url = Url::parse(server.url());
  auto connection = Connection::open(*url, tls_, deadlines_);
  for (int i = 0; i < 5; ++i) {
    ASSERT_TRUE(connection->send_head({}).ok());
    EXPECT_FALSE(connection->is_reusable());
    const Download download = read_whole(*connection);
    EXPECT_EQ(download.body, "hello");
    EXPECT_TRUE(download.is_reusable);
  }
  EXPECT_EQ(server.accepted(), 1);
}

TEST_F(Client, AConnectionWithLeftoversIsNotUsedAgain) {
  EXPECT_FALSE(answer(std::string(kHello) + "HTTP/1.1 200 OK\r\n\r\n").is_reusable);
  EXPECT_FALSE(answer("HTTP/1.0 200 OK\r\n\r\nhello").is_reusable);
  EXPECT_FALSE(
      answer("HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 5\r\n\r\nhello").is_reusable);
}

TEST_F(Client, NothingIsAskedWhileABodyIsUnread) {
  const ScriptedServer server([](PeerForTest& peer) {
    while (!peer.request().empty()) peer.send(kHello);
  });
  const auto url = Url::parse(server.url());
  auto connection = Connection::open(*url, tls_, deadlines_);
  ASSERT_TRUE(connection->send_head({}).ok());
  ASSERT_TRUE(connection->read_head().ok());
  EXPECT_THAT(connection->send_head({}).error().sentence, HasSubstr("not read to its end"));
  EXPECT_THAT(connection->read_head().error().sentence, HasSubstr("not read to its end"));
  EXPECT_FALSE(connection->body_is_complete());
  // And the body can still be read.
  std::vector<std::byte> buffer(100);
  EXPECT_EQ(connection->read_body(buffer)->bytes, 5U);
  EXPECT_TRUE(connection->body_is_complete());
}

TEST_F(Client, AnswersToHeadHaveNoBody) {
  const ScriptedServer server([](PeerForTest& peer) {
    while (!peer.request().empty()) peer.send("HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n");
  });
  const auto url = Url::parse(server.url());
  auto connection = Connection::open(*url, tls_, deadlines_);
  RequestHead head;
  head.method = "HEAD";
  ASSERT_TRUE(connection->send_head(head).ok());
  const auto answer = connection->read_head(true);
  ASSERT_TRUE(answer.ok());
  EXPECT_EQ(answer->content_length, 500U);
  EXPECT_TRUE(connection->body_is_complete());
  EXPECT_TRUE(connection->is_reusable());
}

TEST_F(Client, TheRequestIsSentAsGiven) {
  std::string seen;
  {
    const ScriptedServer server([&](PeerForTest& peer) {
      while (!seen.ends_with("abc")) seen += peer.receive();
      peer.send(kHello);
    });
    const auto url = Url::parse(server.url());
    auto connection = Connection::open(*url, tls_, deadlines_);
    RequestHead head;
    head.method = "POST";
    head.target = "/a?b";
    head.headers = {{"Content-Length", "3"}, {"X-Empty", ""}};
    ASSERT_TRUE(connection->send_head(head).ok());
    ASSERT_TRUE(connection->send_body(bytes_of("abc")).ok());
    ASSERT_TRUE(connection->read_head().ok());
    EXPECT_THAT(seen, AllOf(StartsWith("POST /a?b HTTP/1.1\r\nHost: " + url->authority() + "\r\n"),
                            HasSubstr("\r\nContent-Length: 3\r\nX-Empty: \r\n\r\nabc")));
  }
}

TEST_F(Client, NothingCanBeSmuggledIntoARequest) {
  const ScriptedServer server([](PeerForTest& peer) { peer.stall(); });
  const auto url = Url::parse(server.url());
  auto connection = Connection::open(*url, tls_, deadlines_);
  const auto refusal = [&](const RequestHead& head) {
    const Done sent = connection->send_head(head);
    return sent.ok() ? "" : sent.error().sentence;
  };
  EXPECT_EQ(connection->send_head({"GE T", "/", {}}).error().reason, Reason::kSend);
  EXPECT_THAT(refusal({"GE T", "/", {}}), HasSubstr("method must be a word"));
  EXPECT_THAT(refusal({"GET", "/a b", {}}), HasSubstr("path must not be empty"));
  EXPECT_THAT(refusal({"GET", "", {}}), HasSubstr("path must not be empty"));
  EXPECT_THAT(refusal({"GET", "/\r\nX: y", {}}), HasSubstr("path must not be empty"));
  EXPECT_THAT(refusal({"GET", "/", {{"X", "a\r\nY: b"}}}), HasSubstr("header 'X' can not be sent"));
  EXPECT_THAT(refusal({"GET", "/", {{"X: y\r\nZ", "a"}}}), HasSubstr("can not be sent"));
}

TEST_F(Client, APortWhereNobodyListensIsNamed) {
  std::uint16_t port = 0;
  {
    const ScriptedServer gone([](PeerForTest&) {});
    port = gone.port();
  }
  const Download download = get("http://127.0.0.1:" + std::to_string(port) + "/");
  EXPECT_EQ(download.failure->reason, Reason::kConnectRefused);
  EXPECT_EQ(download.failure->system_errno, ECONNREFUSED);
  EXPECT_THAT(
      download.failure->sentence,
      HasSubstr("Nothing listens at 127.0.0.1:" + std::to_string(port) + ": start the server"));
}

// TCP reaches no broadcast address: the system refuses before anything is sent.
TEST_F(Client, AnAddressWithoutAWayIsNamed) {
  const Download download = get("http://255.255.255.255/");
  ASSERT_TRUE(download.failure);
  EXPECT_EQ(download.failure->reason, Reason::kConnectFailed);
  EXPECT_THAT(download.failure->sentence, HasSubstr("255.255.255.255"));
}

TEST_F(Client, AnUnknownNameIsNamed) {
  const Download download = get("http://no-such-host.invalid/");
  EXPECT_EQ(download.failure->reason, Reason::kNameNotFound);
  EXPECT_THAT(download.failure->sentence, HasSubstr("'no-such-host.invalid'"));
}

TEST_F(Client, ANameIsTriedAtAllItsAddresses) {
  // localhost may be ::1 first, where this server does not listen.
  const ScriptedServer server([](PeerForTest& peer) {
    peer.request();
    peer.send(kHello);
  });
  EXPECT_EQ(get("http://localhost:" + std::to_string(server.port()) + "/").body, "hello");
}

// A listener whose queue is full answers no further connection.
TEST_F(Client, AServerThatDoesNotAcceptIsLate) {
  const net::Descriptor listener(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t length = sizeof address;
  ASSERT_EQ(::bind(listener.get(), reinterpret_cast<sockaddr*>(&address), length), 0);
  ASSERT_EQ(::listen(listener.get(), 0), 0);
  ASSERT_EQ(::getsockname(listener.get(), reinterpret_cast<sockaddr*>(&address), &length), 0);
  std::list<net::Descriptor> queue;
  for (int i = 0; i < 8; ++i) {
    queue.emplace_back(::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
    ::connect(queue.back().get(), reinterpret_cast<sockaddr*>(&address), length);
  }
  deadlines_.connect = milliseconds(50);
  const Download download =
      get("http://127.0.0.1:" + std::to_string(ntohs(address.sin_port)) + "/");
  ASSERT_TRUE(download.failure);
  EXPECT_EQ(download.failure->reason, Reason::kConnectTimeout);
  EXPECT_THAT(download.failure->sentence, HasSubstr("does not answer: check its address"));
}

TEST_F(Client, AServerThatStallsIsLeft) {
  for (const std::string& before :
       {std::string(), std::string("HTTP/1.1 200"), std::string("HTTP/1.1 200 OK\r\n\r\n"),
        std::string("HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\nhello"),
        std::string("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhel")}) {
    const ScriptedServer server([&](PeerForTest& peer) {
      peer.request();
      peer.send(before);
      peer.stall();
    });
    deadlines_.no_progress = milliseconds(30);
    const Download download = get(server);
    ASSERT_TRUE(download.failure) << before;
    EXPECT_EQ(download.failure->reason, Reason::kStalled) << before;
    EXPECT_THAT(download.failure->sentence,
                testing::AnyOf(HasSubstr("did not answer the request within"),
                               HasSubstr("sent nothing for 30 ms")))
        << before;
  }
}

TEST_F(Client, AServerThatTakesNothingIsLeft) {
  const ScriptedServer server([](PeerForTest& peer) {
    while (peer.pause(1000)) {
    }
  });
  deadlines_.no_progress = milliseconds(30);
  const auto url = Url::parse(server.url());
  auto connection = Connection::open(*url, tls_, deadlines_);
  ASSERT_TRUE(connection->send_head({}).ok());
  const std::string body(50'000'000, 'x');
  const Done sent = connection->send_body(bytes_of(body));
  ASSERT_FALSE(sent.ok());
  EXPECT_EQ(sent.error().reason, Reason::kStalled);
  EXPECT_THAT(sent.error().sentence, HasSubstr("took no byte of the request for 30 ms"));
}

TEST_F(Client, ADripIsEndedByTheDeadlineOfTheWhole) {
  const ScriptedServer server([](PeerForTest& peer) {
    peer.request();
    peer.send("HTTP/1.1 200 OK\r\nContent-Length: 500000\r\n\r\n");
    while (peer.send("x") && peer.pause(1)) {
    }
  });
  deadlines_.total = milliseconds(100);
  const Download download = get(server.url(), 10'000);
  ASSERT_TRUE(download.failure);
  EXPECT_EQ(download.failure->reason, Reason::kDeadline);
  EXPECT_THAT(download.failure->sentence,
              AllOf(HasSubstr("took longer than 100 ms after"), HasSubstr("of 500000 bytes")));
  EXPECT_GT(download.body.size(), 0U);
}

TEST_F(Client, AnEndlessStreamIsEndedByTheDeadlineOfTheWhole) {
  const ScriptedServer server([](PeerForTest& peer) {
    peer.request();
    peer.send("HTTP/1.1 200 OK\r\n\r\n");
    const std::string piece(64 * 1024, 'x');
    while (peer.send(piece)) {
    }
  });
  deadlines_.total = milliseconds(100);
  const auto url = Url::parse(server.url());
  auto connection = Connection::open(*url, tls_, deadlines_);
  ASSERT_TRUE(connection->send_head({}).ok());
  ASSERT_TRUE(connection->read_head().ok());
  std::vector<std::byte> buffer(4096);
  auto got = connection->read_body(buffer);
  while (got.ok()) got = connection->read_body(buffer);
  EXPECT_EQ(got.error().reason, Reason::kDeadline);
}

TEST_F(Client, AnotherThreadMayCancel) {
  const ScriptedServer server([](PeerForTest& peer) { peer.stall(); });
  const auto url = Url::parse(server.url());
  deadlines_.no_progress = milliseconds(0);  // for ever
  auto connection = Connection::open(*url, tls_, deadlines_);
  ASSERT_TRUE(connection->send_head({}).ok());
  std::thread other([&] { connection->cancel(); });
  const auto head = connection->read_head();
  other.join();
  ASSERT_FALSE(head.ok());
  EXPECT_EQ(head.error().reason, Reason::kCancelled);
  EXPECT_EQ(connection->send_head({}).error().reason, Reason::kCancelled);
}

TEST_F(Client, ATlsPortIsRecognizedFromPlainHttp) {
  const Download alert = answer(std::string("\x15\x03\x01\x00\x02\x02\x28", 7));
  ASSERT_TRUE(alert.failure);
  EXPECT_EQ(alert.failure->reason, Reason::kBadHead);
  EXPECT_THAT(alert.failure->sentence, HasSubstr("This port speaks TLS: use https:// in the URL"));
  // Others just leave.
  const auto leaf = net::make_certificate({});
  const ScriptedServer server(leaf, [](PeerForTest&) {});
  const Download download = get("http://127.0.0.1:" + std::to_string(server.port()) + "/");
  ASSERT_TRUE(download.failure);
  EXPECT_THAT(download.failure->sentence, HasSubstr("if this is the port of HTTPS, use https://"));
}

TEST_F(Client, APlainPortIsRecognizedFromTls) {
  const ScriptedServer server([](PeerForTest& peer) {
    peer.receive();
    peer.send("HTTP/1.1 400 Bad Request\r\n\r\n");
    peer.stall();
  });
  tls_.ca_pem = net::make_authority().pem;
  const Download download = get("https://127.0.0.1:" + std::to_string(server.port()) + "/");
  ASSERT_TRUE(download.failure);
  EXPECT_EQ(download.failure->reason, Reason::kTlsHandshake);
  EXPECT_THAT(download.failure->sentence, HasSubstr("it answered 'HTTP/1.1 400 Bad Request'"));
}

TEST_F(Client, AHandshakeThatStallsIsLate) {
  const ScriptedServer server([](PeerForTest& peer) { peer.stall(); });
  tls_.ca_pem = net::make_authority().pem;
  deadlines_.connect = milliseconds(50);
  const Download download = get("https://127.0.0.1:" + std::to_string(server.port()) + "/");
  ASSERT_TRUE(download.failure);
  EXPECT_EQ(download.failure->reason, Reason::kStalled);
  EXPECT_THAT(download.failure->sentence, HasSubstr("did not finish the TLS handshake in time"));
}

// A server with a certificate for 127.0.0.1, and a client that trusts its authority.
class ClientOverTls : public Client {
 protected:
  ClientOverTls() {
    net::CertificateWish wish;
    wish.issuer = &authority_;
    leaf_ = net::make_certificate(wish);
    tls_.ca_pem = authority_.pem;
  }
  const net::CertificateForTest authority_ = net::make_authority();
  net::CertificateForTest leaf_;
};

TEST_F(ClientOverTls, ReadsLargeBodiesAndUsesTheConnectionAgain) {
  const std::string body(3'000'000, 'x');
  const ScriptedServer server(leaf_, [&](PeerForTest& peer) {
    while (!peer.request().empty()) peer.send(with_length(body));
  });
  const auto url = Url::parse(server.url());
  auto connection = Connection::open(*url, tls_, deadlines_);
  ASSERT_TRUE(connection.ok()) << connection.error().sentence;
  for (int i = 0; i < 3; ++i) {
    ASSERT_TRUE(connection->send_head({}).ok());
    const Download download = read_whole(*connection);
    EXPECT_TRUE(download.body == body);
    EXPECT_TRUE(download.is_reusable);
  }
  EXPECT_EQ(server.accepted(), 1);
  EXPECT_GT(connection->times().tls_us, 0U);
}

TEST_F(ClientOverTls, OnlyAGoodbyeEndsABodyWithoutALength) {
  const ScriptedServer polite(leaf_, [](PeerForTest& peer) {
    peer.request();
    peer.send("HTTP/1.1 200 OK\r\n\r\nhello");
    peer.say_goodbye();
  });
  EXPECT_EQ(get(polite).body, "hello");
  EXPECT_FALSE(get(polite).failure);
  const ScriptedServer rude(leaf_, [](PeerForTest& peer) {
    peer.request();
    peer.send("HTTP/1.1 200 OK\r\n\r\nhello");
  });
  const Download download = get(rude);
  EXPECT_EQ(download.body, "hello");
  ASSERT_TRUE(download.failure);
  EXPECT_EQ(download.failure->reason, Reason::kClosed);
  EXPECT_THAT(download.failure->sentence, HasSubstr("nobody can tell whether that was all"));
}

TEST_F(ClientOverTls, ALengthNeedsNoGoodbye) {
  const ScriptedServer rude(leaf_, [](PeerForTest& peer) {
    peer.request();
    peer.send(kHello);
  });
  EXPECT_FALSE(get(rude).failure);
}

TEST_F(ClientOverTls, ACutIsTheSameAsWithoutTls) {
  const ScriptedServer server(leaf_, [](PeerForTest& peer) {
    peer.request();
    peer.send("HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\nhello");
  });
  const Download download = get(server);
  ASSERT_TRUE(download.failure);
  EXPECT_EQ(download.failure->reason, Reason::kClosed);
  EXPECT_THAT(download.failure->sentence, HasSubstr("closed the connection after 5 of 500 bytes"));
}

TEST_F(ClientOverTls, BytesAfterTheHandshakeThatAreNoTlsAreRefused) {
  const ScriptedServer server(leaf_, [](PeerForTest& peer) {
    peer.request();
    peer.send_raw("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello");
    peer.stall();
  });
  const Download download = get(server);
  ASSERT_TRUE(download.failure);
  EXPECT_EQ(download.failure->reason, Reason::kTlsHandshake);
  EXPECT_THAT(download.failure->sentence, HasSubstr("may have changed the bytes"));
}

TEST_F(ClientOverTls, AnotherNameMayBeExpected) {
  const ScriptedServer server(leaf_, [](PeerForTest& peer) {
    peer.request();
    peer.send(kHello);
  });
  tls_.expected_name = "localhost";
  EXPECT_EQ(get(server).body, "hello");
  tls_.expected_name = "updates.example";
  EXPECT_EQ(get(server).failure->reason, Reason::kTlsName);
}

TEST_F(ClientOverTls, AnUntrustedServerIsNotTalkedTo) {
  std::atomic<bool> was_asked = false;
  const ScriptedServer server(leaf_,
                              [&](PeerForTest& peer) { was_asked = !peer.request().empty(); });
  net::CertificateWish expired;
  expired.issuer = &authority_;
  expired.from_days = -20;
  expired.until_days = -10;
  const ScriptedServer late(net::make_certificate(expired), [](PeerForTest&) {});
  EXPECT_EQ(get(late).failure->reason, Reason::kTlsExpired);
  tls_.ca_pem = net::make_authority("Other").pem;
  EXPECT_EQ(get(server).failure->reason, Reason::kTlsUntrusted);
  tls_.ca_pem = "nonsense";
  EXPECT_EQ(get(server).failure->reason, Reason::kTlsConfiguration);
  EXPECT_FALSE(was_asked);
}

// What ROTA_CONNECT_TO says, for the life of the object.
class ConnectTo {
 public:
  explicit ConnectTo(const std::string& place) { ::setenv("ROTA_CONNECT_TO", place.c_str(), 1); }
  ~ConnectTo() { ::unsetenv("ROTA_CONNECT_TO"); }
  ConnectTo(const ConnectTo&) = delete;
  ConnectTo& operator=(const ConnectTo&) = delete;
};

TEST_F(Client, AnotherPlaceMayTakeTheServersPart) {
  std::string asked;
  const ScriptedServer server([&](PeerForTest& peer) {
    asked = peer.request();
    peer.send(kHello);
  });
  const ConnectTo there("127.0.0.1:" + std::to_string(server.port()));
  EXPECT_EQ(get("http://updates.example:8070/app.bin").body, "hello");
  EXPECT_THAT(asked,
              AllOf(StartsWith("GET /app.bin "), HasSubstr("Host: updates.example:8070\r\n")));
}

TEST_F(ClientOverTls, ThePlaceThatTakesTheServersPartMustProveThatItIsThatPlace) {
  const ScriptedServer server(leaf_, [](PeerForTest& peer) {
    peer.request();
    peer.send(kHello);
  });
  const ConnectTo there("127.0.0.1:" + std::to_string(server.port()));
  EXPECT_EQ(get("https://updates.example/app.bin").body, "hello");
  tls_.expected_name = "updates.example";  // of the server whose part it takes
  EXPECT_EQ(get("https://updates.example/app.bin").body, "hello");
  tls_.ca_pem = net::make_authority("Other").pem;
  EXPECT_EQ(get("https://updates.example/app.bin").failure->reason, Reason::kTlsUntrusted);
}

}  // namespace
}  // namespace rota::client
