#include "server/file_server.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/resource.h>

#include <atomic>
#include <nlohmann/json.hpp>

#include "server/certificates.h"
#include "server/folder_for_test.h"
#include "server/image_for_test.h"
#include "server/server_for_test.h"

namespace rota::server {
namespace {

using std::chrono::milliseconds;
using testing::AllOf;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

class ServedFolder : public testing::Test {
 protected:
  ServedFolder() {
    place_.write("app.bin", image_);
    place_.write("large.bin", large_);
  }
  ServerForTest& start(FileServerOptions options = {}) {
    server_ = std::make_unique<ServerForTest>(place_.path(), std::move(options));
    return *server_;
  }
  std::string once(const std::string& request) {
    ClientForTest client(server_->port());
    client.send(request);
    client.half_close();
    return client.receive();
  }

  FolderForTest place_;
  const std::string image_ = ImageForTest{}.build();
  const std::string large_ = ImageForTest{.version = "9.9", .code_bytes = 6'000'000}.build();
  std::unique_ptr<ServerForTest> server_;
};

TEST_F(ServedFolder, GivesAFileAndALineInTheLog) {
  start();
  ClientForTest client(server_->port());
  const ReplyForTest reply = client.get("/app.bin");
  EXPECT_EQ(reply.status(), 200);
  EXPECT_EQ(reply.body, image_);
  EXPECT_THAT(server_->logged("app.bin"), AllOf(StartsWith("127.0.0.1  GET /app.bin 1.2.3  "),
                                                HasSubstr(std::to_string(image_.size()) + " of " +
                                                          std::to_string(image_.size()) + " bytes"),
                                                HasSubstr(" s  sent")));
}

TEST_F(ServedFolder, ALargeFileArrivesWhole) {
  start();
  ClientForTest client(server_->port());
  EXPECT_TRUE(client.get("/large.bin").body == large_);
}

TEST_F(ServedFolder, PartsAreExact) {
  start();
  ClientForTest client(server_->port());
  EXPECT_EQ(client.get("/app.bin", "Range: bytes=0-\r\n").body, image_);
  EXPECT_EQ(client.get("/app.bin", "Range: bytes=100-199\r\n").body, image_.substr(100, 100));
  EXPECT_EQ(client.get("/app.bin", "Range: bytes=-7\r\n").body, image_.substr(image_.size() - 7));
  const std::string size = std::to_string(image_.size());
  const ReplyForTest clamped = client.get("/app.bin", "Range: bytes=0-" + size + "\r\n");
  EXPECT_EQ(clamped.status(), 206);
  EXPECT_EQ(clamped.body, image_);
  const ReplyForTest behind = client.get("/app.bin", "Range: bytes=" + size + "-\r\n");
  EXPECT_EQ(behind.status(), 416);
  EXPECT_EQ(behind.field("Content-Range"), "bytes */" + size);
  EXPECT_THAT(server_->logged("(from 100 of"), HasSubstr("100 of 100 bytes"));
}

TEST_F(ServedFolder, ConditionsAndHeadKeepTheConnection) {
  start();
  ClientForTest client(server_->port());
  client.send("HEAD /app.bin HTTP/1.1\r\nHost: h\r\n\r\n");
  const ReplyForTest head = client.reply(false);
  EXPECT_EQ(head.field("Content-Length"), std::to_string(image_.size()));
  const std::string etag = head.field("ETag");
  EXPECT_EQ(client.get("/app.bin", "If-None-Match: " + etag + "\r\n").status(), 304);
  EXPECT_EQ(client.get("/app.bin", "Range: bytes=5-\r\nIf-Range: " + etag + "\r\n").body,
            image_.substr(5));
  EXPECT_EQ(client.get("/nothing.bin").status(), 404);
  EXPECT_EQ(client.get("/app.bin").body, image_);
}

TEST_F(ServedFolder, PipelinedRequestsAreAnsweredInOrder) {
  start();
  ClientForTest client(server_->port());
  std::string requests;
  for (int i = 0; i < 50; ++i) {
    requests += "GET /app.bin HTTP/1.1\r\nHost: h\r\nRange: bytes=" + std::to_string(i) + "-" +
                std::to_string(i) + "\r\n\r\n";
  }
  client.send(requests);
  for (std::size_t i = 0; i < 50; ++i) EXPECT_EQ(client.reply().body, image_.substr(i, 1)) << i;
}

TEST_F(ServedFolder, ARequestMayComeByteByByte) {
  start();
  ClientForTest client(server_->port());
  for (const char c : std::string("GET /app.bin HTTP/1.1\r\nHost: h\r\n\r\n")) {
    client.send(std::string(1, c));
  }
  EXPECT_EQ(client.reply().body, image_);
}

TEST_F(ServedFolder, AnOldClientGetsItsFileAndTheEnd) {
  start();
  const std::string all = once("GET /app.bin HTTP/1.0\r\n\r\n");
  EXPECT_THAT(all, AllOf(StartsWith("HTTP/1.1 200 OK\r\n"), HasSubstr("Connection: close")));
  EXPECT_EQ(all.substr(all.find("\r\n\r\n") + 4), image_);
  EXPECT_THAT(once("GET /app.bin HTTP/1.0\n\n"), StartsWith("HTTP/1.1 200 OK\r\n"));
}

TEST_F(ServedFolder, NothingOutsideTheFolderIsReached) {
  FolderForTest outside;
  outside.write("secret.bin", "the secret");
  std::filesystem::create_symlink(outside / "secret.bin", place_ / "link.bin");
  start();
  const std::string up = "../" + outside.path().substr(outside.path().rfind('/') + 1);
  for (const std::string& path :
       {"/" + up + "/secret.bin", "/%2e%2e" + up.substr(2) + "/secret.bin",
        "/app.bin/" + up + "/secret.bin", "/..%2f" + up.substr(3) + "/secret.bin",
        "http://h/" + up + "/secret.bin", outside.path() + "/secret.bin",
        "/" + outside.path() + "/secret.bin", std::string("/link.bin"),
        std::string("/..\\secret.bin"), std::string("/%00/secret.bin")}) {
    const std::string reply = once("GET " + path + " HTTP/1.1\r\nHost: h\r\n\r\n");
    EXPECT_THAT(reply, testing::AnyOf(StartsWith("HTTP/1.1 404"), StartsWith("HTTP/1.1 400")))
        << path;
    EXPECT_THAT(reply, Not(HasSubstr("the secret"))) << path;
  }
}

TEST_F(ServedFolder, RefusalsSayWhatToDoAndEndTheConnection) {
  start();
  const auto refusal = [this](const std::string& request) {
    const std::string reply = once(request);
    EXPECT_THAT(reply, AllOf(HasSubstr("Connection: close"), HasSubstr("Content-Length: ")));
    return reply;
  };
  EXPECT_THAT(refusal("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\n\r\nabc"),
              AllOf(StartsWith("HTTP/1.1 405"), HasSubstr("Allow: GET, HEAD"),
                    HasSubstr("nothing can be uploaded")));
  EXPECT_THAT(refusal("nonsense\r\n\r\n"), StartsWith("HTTP/1.1 400"));
  EXPECT_THAT(refusal(std::string("GET /\0 HTTP/1.1\r\nHost: h\r\n\r\n", 28)),
              StartsWith("HTTP/1.1 400"));
  EXPECT_THAT(
      refusal("GET / HTTP/1.1\r\nHost: h\r\nCookie: " + std::string(9000, 'c') + "\r\n\r\n"),
      StartsWith("HTTP/1.1 431"));
  EXPECT_THAT(refusal("GET /" + std::string(2'000'000, 'a')), StartsWith("HTTP/1.1 431"));
  EXPECT_THAT(refusal("\x16\x03\x01 a TLS hello"), HasSubstr("use http:// in the URL"));
}

TEST_F(ServedFolder, AClientThatStopsInTheMiddleOfItsHeadIsClosed) {
  FileServerOptions options;
  options.limits.head = milliseconds(50);
  start(std::move(options));
  ClientForTest client(server_->port());
  client.send("GET /app.bin HTTP/1.1\r\nHo");
  EXPECT_TRUE(client.is_closed_by_server());
  EXPECT_THAT(server_->logged("not complete"), HasSubstr("the request was not complete in time"));
}

TEST_F(ServedFolder, AnIdleConnectionIsClosed) {
  FileServerOptions options;
  options.limits.idle = milliseconds(50);
  start(std::move(options));
  ClientForTest silent(server_->port());
  EXPECT_TRUE(silent.is_closed_by_server());
  ClientForTest client(server_->port());
  EXPECT_EQ(client.get("/app.bin").status(), 200);
  EXPECT_TRUE(client.is_closed_by_server());
}

TEST_F(ServedFolder, AClientThatTakesNothingIsClosed) {
  FileServerOptions options;
  options.limits.stall = milliseconds(50);
  start(std::move(options));
  ClientForTest client(server_->port(), 4096);
  client.send("GET /large.bin HTTP/1.1\r\nHost: h\r\n\r\n");
  EXPECT_THAT(server_->logged("large.bin"),
              HasSubstr("broken: the client took nothing for 0.05 s"));
  EXPECT_LT(client.receive().size(), large_.size());
}

TEST_F(ServedFolder, AClientThatLeavesIsToldInTheLog) {
  start();
  {
    ClientForTest client(server_->port(), 4096);
    client.send("GET /large.bin HTTP/1.1\r\nHost: h\r\n\r\n");
    client.receive(1000);
  }
  EXPECT_THAT(server_->logged("large.bin"),
              AllOf(HasSubstr("9.9"), HasSubstr("broken: the client closed the connection")));
}

TEST_F(ServedFolder, AReplacedFileKeepsStreaming) {
  start();
  ClientForTest client(server_->port(), 4096);
  client.send("GET /large.bin HTTP/1.1\r\nHost: h\r\n\r\n");
  const std::string beginning = client.receive(1000);
  place_.replace("large.bin", ImageForTest{.version = "10", .code_bytes = 5'000'000}.build());
  EXPECT_EQ(ClientForTest(server_->port()).get("/large.bin").body.size(),
            place_.read("large.bin").size());
  const std::size_t head = beginning.find("\r\n\r\n") + 4;
  const std::string rest = client.receive(large_.size() + head - beginning.size());
  EXPECT_TRUE(beginning.substr(head) + rest == large_);
}

TEST_F(ServedFolder, AFileThatIsOverwrittenInPlaceIsNeverMixed) {
  start();
  ClientForTest client(server_->port(), 4096);
  client.send("GET /large.bin HTTP/1.1\r\nHost: h\r\n\r\n");
  client.receive(1000);
  place_.write("large.bin", ImageForTest{.version = "10", .code_bytes = 5'000'000}.build());
  EXPECT_LT(client.receive().size(), large_.size());
  EXPECT_THAT(server_->logged("broken"), HasSubstr("the file was changed while it was sent"));
}

TEST_F(ServedFolder, ManyDownloadsAtOnce) {
  start();
  const std::string medium = ImageForTest{.version = "5", .code_bytes = 200'000}.build();
  place_.write("medium.bin", medium);
  std::atomic<int> whole = 0;
  std::vector<std::thread> clients;
  for (int i = 0; i < 200; ++i) {
    clients.emplace_back([&] {
      ClientForTest client(server_->port(), 8192);
      if (client.get("/medium.bin").body == medium) ++whole;
    });
  }
  for (std::thread& client : clients) client.join();
  EXPECT_EQ(whole, 200);
}

TEST_F(ServedFolder, WhenConnectionsRunShortIdleOnesGoFirst) {
  FileServerOptions options;
  options.limits.connections = 2;
  start(std::move(options));
  ClientForTest first(server_->port());
  EXPECT_EQ(first.get("/app.bin").status(), 200);
  ClientForTest busy(server_->port(), 4096);
  busy.send("GET /large.bin HTTP/1.1\r\nHost: h\r\n\r\n");
  busy.receive(100);
  ClientForTest second(server_->port());
  EXPECT_EQ(second.get("/app.bin").status(), 200);
  EXPECT_TRUE(first.is_closed_by_server());
  ClientForTest also_busy(server_->port(), 4096);
  also_busy.send("GET /large.bin HTTP/1.1\r\nHost: h\r\n\r\n");
  also_busy.receive(100);
  ClientForTest third(server_->port());
  EXPECT_TRUE(third.is_closed_by_server());
  EXPECT_THAT(server_->logged("turned away"), HasSubstr("2 connections are open and busy"));
}

TEST_F(ServedFolder, StoppingBreaksOffAndTells) {
  start();
  ClientForTest client(server_->port(), 4096);
  client.send("GET /large.bin HTTP/1.1\r\nHost: h\r\n\r\n");
  client.receive(100);
  server_->stop();
  EXPECT_TRUE(client.is_closed_by_server());
  EXPECT_THAT(server_->logged("large.bin"), HasSubstr("broken: the server stops"));
}

TEST_F(ServedFolder, TheListingIsServed) {
  start();
  ClientForTest client(server_->port());
  EXPECT_THAT(client.get("/").body, HasSubstr("<a href=\"/app.bin\">"));
  const auto json = nlohmann::json::parse(client.get("/?format=json").body);
  EXPECT_EQ(json["files"].size(), 2U);
}

TEST_F(ServedFolder, APortThatIsTakenIsNamed) {
  start();
  auto catalog = Catalog::open(place_.path());
  FileServerOptions options;
  options.bind = "127.0.0.1";
  options.port = server_->port();
  const auto second = FileServer::listen(*catalog, options);
  ASSERT_FALSE(second.ok());
  EXPECT_THAT(second.error().sentence,
              AllOf(HasSubstr(std::to_string(server_->port())), HasSubstr("--port 0")));
  options.port = 0;
  options.bind = "203.0.113.1";
  EXPECT_THAT(FileServer::listen(*catalog, options).error().sentence,
              HasSubstr("no address of this computer"));
  options.bind = "nonsense";
  EXPECT_THAT(FileServer::listen(*catalog, options).error().sentence,
              HasSubstr("not an IP address"));
}

class ServedOverTls : public ServedFolder {
 protected:
  ServerIdentity identity(std::vector<std::string> addresses = {"127.0.0.1"}) {
    auto folder = StateFolder::open(state_ / "state", place_.path());
    EXPECT_TRUE(folder.ok());
    auto made = ensure_identity(*folder, {{"host", std::move(addresses)}, std::time(nullptr)});
    EXPECT_TRUE(made.ok()) << (made.ok() ? "" : made.error().sentence);
    return std::move(made).value();
  }
  ServerForTest& start_tls(FileServerOptions options = {}) {
    const ServerIdentity made = identity();
    ca_pem_ = made.authority.certificate_pem;
    options.tls = TlsMaterial{made.chain_pem, made.key_pem};
    return start(std::move(options));
  }
  FolderForTest state_;
  std::string ca_pem_;
};

TEST_F(ServedOverTls, ADeviceThatEmbedsTheAuthorityGetsItsFile) {
  start_tls();
  ClientForTest client(server_->port());
  bool connected = false;
  EXPECT_EQ(client.start_tls(ca_pem_, "127.0.0.1", connected), X509_V_OK);
  ASSERT_TRUE(connected);
  EXPECT_TRUE(client.get("/large.bin").body == large_);
  EXPECT_EQ(client.get("/app.bin", "Range: bytes=3-9\r\n").body, image_.substr(3, 7));
  EXPECT_THAT(server_->logged("large.bin"), HasSubstr("sent"));
}

TEST_F(ServedOverTls, ADeviceWithAnotherAuthorityIsExplainedInTheLog) {
  start_tls();
  FolderForTest elsewhere;
  auto folder = StateFolder::open(elsewhere / "state", "");
  const auto other = ensure_authority(*folder, {{"host", {}}, std::time(nullptr)});
  {
    ClientForTest client(server_->port());
    bool connected = true;
    EXPECT_NE(client.start_tls(other->certificate_pem, "127.0.0.1", connected), X509_V_OK);
    EXPECT_FALSE(connected);
  }
  EXPECT_THAT(server_->logged("embed ca_cert.pem"), HasSubstr("does not trust this server"));
}

TEST_F(ServedOverTls, PlainHttpOnTheTlsPortIsAnsweredPlainly) {
  start_tls();
  const std::string reply = once("GET /app.bin HTTP/1.1\r\nHost: h\r\n\r\n");
  EXPECT_THAT(reply, AllOf(StartsWith("HTTP/1.1 400"), HasSubstr("use https:// in the URL")));
  EXPECT_THAT(reply, Not(HasSubstr("octet-stream")));
}

TEST_F(ServedOverTls, NoiseInPlaceOfAHandshakeIsClosed) {
  start_tls();
  EXPECT_THAT(once(std::string("\x16\x03\x01\x00\x05 nonsense", 14)), Not(HasSubstr("HTTP")));
  EXPECT_THAT(server_->logged("TLS handshake failed"), HasSubstr("127.0.0.1"));
}

TEST_F(ServedOverTls, AHandshakeThatNeverComesIsClosed) {
  FileServerOptions options;
  options.limits.handshake = milliseconds(50);
  start_tls(std::move(options));
  ClientForTest client(server_->port());
  client.send("\x16");
  EXPECT_TRUE(client.is_closed_by_server());
  EXPECT_THAT(server_->logged("no TLS handshake"), HasSubstr("within 0.05 s"));
}

TEST_F(ServedOverTls, ANewCertificateServesWithoutARestart) {
  std::atomic<bool> moved = false;
  FileServerOptions options;
  options.renew_interval = milliseconds(1);
  options.renew = [&]() -> std::optional<TlsMaterial> {
    if (moved.exchange(true)) return std::nullopt;
    const ServerIdentity made = identity({"127.0.0.1", "192.168.55.5"});
    return TlsMaterial{made.chain_pem, made.key_pem};
  };
  start_tls(std::move(options));
  // Each connection sees the old or the new leaf; soon all see the new one.
  bool connected = false;
  for (int i = 0; i < 20'000 && !connected; ++i) {
    ClientForTest client(server_->port());
    client.start_tls(ca_pem_, "192.168.55.5", connected);
    if (connected) {
      EXPECT_EQ(client.get("/app.bin").body, image_);
    }
  }
  EXPECT_TRUE(connected);
  server_->stop();  // its thread looks at `moved`
}

TEST_F(ServedOverTls, ManyDownloadsAtOnce) {
  start_tls();
  const std::string medium = ImageForTest{.version = "5", .code_bytes = 200'000}.build();
  place_.write("medium.bin", medium);
  std::atomic<int> whole = 0;
  std::vector<std::thread> clients;
  for (int i = 0; i < 200; ++i) {
    clients.emplace_back([&] {
      ClientForTest client(server_->port(), 8192);
      bool connected = false;
      client.start_tls(ca_pem_, "127.0.0.1", connected);
      if (connected && client.get("/medium.bin").body == medium) ++whole;
    });
  }
  for (std::thread& client : clients) client.join();
  EXPECT_EQ(whole, 200);
}

}  // namespace
}  // namespace rota::server
