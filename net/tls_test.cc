#include "net/tls.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <openssl/x509_vfy.h>
#include <sys/socket.h>

#include <csignal>
#include <vector>

#include "net/certificate_for_test.h"
#include "net/descriptor.h"

namespace rota::net {
namespace {

using Kind = TlsFailure::Kind;
using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

// A client and a server at the two ends of a socket pair, driven in turns by one thread.
class Tls : public testing::Test {
 protected:
  Tls() {
    int ends[2] = {-1, -1};
    EXPECT_EQ(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, ends), 0);
    client_end_ = Descriptor(ends[0]);
    server_end_ = Descriptor(ends[1]);
    options_.ca_pem = authority_.pem;
    wish_.issuer = &authority_;
  }

  // The handshake of both, as far as it goes; what the client's came to.
  Wait meet(const std::string& name = "localhost") {
    const CertificateForTest leaf = make_certificate(wish_);
    auto server_context = TlsContext::server(leaf.pem + chain_, leaf.key_pem);
    EXPECT_TRUE(server_context.ok()) << server_context.error().sentence;
    server_context_.emplace(std::move(server_context).value());
    server_.emplace(TlsStream::accept(*server_context_, server_end_.get()));
    return meet_server(name, [this] { return server_->handshake(); });
  }
  // A client beside whatever `server` does.
  template <class Server>
  Wait meet_server(const std::string& name, Server server) {
    auto client_context = TlsContext::client(options_);
    EXPECT_TRUE(client_context.ok()) << client_context.error().sentence;
    client_context_.emplace(std::move(client_context).value());
    client_.emplace(TlsStream::connect(*client_context_, client_end_.get(), name));
    Wait wait = Wait::kReadable;
    for (int turn = 0; turn < 20; ++turn) {
      wait = client_->handshake();
      const Wait other = server();
      if (wait == Wait::kFailed || (wait == Wait::kDone && other == Wait::kDone)) break;
    }
    return wait;
  }
  TlsFailure refusal(const std::string& name = "localhost") {
    EXPECT_EQ(meet(name), Wait::kFailed);
    return client_->failure();
  }
  // By a server that nobody keeps from serving weak certificates.
  std::string refusal_of_weak_leaf() {
    const CertificateForTest leaf = make_certificate(wish_);
    EXPECT_THAT(TlsContext::server(leaf.pem, leaf.key_pem).error().sentence,
                HasSubstr("server certificate is too weak to be used"));
    const SslContextPointer context(SSL_CTX_new(TLS_server_method()));
    SSL_CTX_set_security_level(context.get(), 0);
    SSL_CTX_use_certificate(context.get(), leaf.certificate.get());
    SSL_CTX_use_PrivateKey(context.get(), leaf.key.get());
    const SslPointer server(SSL_new(context.get()));
    SSL_set_fd(server.get(), server_end_.get());
    const Wait wait = meet_server("localhost", [&] {
      SSL_accept(server.get());
      return Wait::kReadable;
    });
    EXPECT_EQ(wait, Wait::kFailed);
    EXPECT_EQ(client_->failure().kind, Kind::kUntrusted);
    return client_->failure().sentence;
  }
  std::string configuration_refusal() {
    const auto made = TlsContext::client(options_);
    if (made.ok()) return "";
    EXPECT_EQ(made.error().kind, Kind::kConfiguration);
    return made.error().sentence;
  }

  // What the server writes, as the client reads it; the last Wait in `end`.
  std::string pass(std::string_view text, Wait& end) {
    std::string received;
    std::vector<std::byte> buffer(64 * 1024);
    while (true) {
      std::size_t moved = 0;
      if (!text.empty() && server_->write(bytes_of(text), moved) == Wait::kDone) {
        text.remove_prefix(moved);
      }
      end = client_->read(buffer, moved);
      if (end == Wait::kDone) received += text_of(Bytes(buffer).first(moved));
      if (end == Wait::kClosed || end == Wait::kFailed) return received;
      if (end == Wait::kReadable && text.empty()) return received;
    }
  }

  const CertificateForTest authority_ = make_authority();
  CertificateWish wish_;
  std::string chain_;  // after the leaf
  TlsClientOptions options_;
  Descriptor client_end_, server_end_;
  std::optional<TlsContext> client_context_, server_context_;
  std::optional<TlsStream> client_, server_;
};

TEST_F(Tls, MovesBytesBothWays) {
  ASSERT_EQ(meet(), Wait::kDone);
  EXPECT_EQ(client_->version(), "TLSv1.3");
  Wait end = Wait::kDone;
  const std::string large(300'000, 'x');
  EXPECT_TRUE(pass(large, end) == large);
  EXPECT_EQ(end, Wait::kReadable);
  std::size_t moved = 0;
  ASSERT_EQ(client_->write(bytes_of("ping"), moved), Wait::kDone);
  std::vector<std::byte> buffer(16);
  ASSERT_EQ(server_->read(buffer, moved), Wait::kDone);
  EXPECT_EQ(text_of(Bytes(buffer).first(moved)), "ping");
}

TEST_F(Tls, AddressesAreCheckedAsSuch) { EXPECT_EQ(meet("127.0.0.1"), Wait::kDone); }

TEST_F(Tls, AnAddressThatTheCertificateDoesNotNameIsRefusedWithTheNamesItHas) {
  const TlsFailure failure = refusal("192.168.1.9");
  EXPECT_EQ(failure.kind, Kind::kName);
  EXPECT_EQ(failure.code, static_cast<std::uint64_t>(X509_V_ERR_IP_ADDRESS_MISMATCH));
  EXPECT_THAT(failure.sentence, AllOf(HasSubstr("is for 127.0.0.1, 'localhost', not for "
                                                "'192.168.1.9'"),
                                      HasSubstr("make a certificate that names '192.168.1.9'")));
}

TEST_F(Tls, ANameThatTheCertificateDoesNotNameIsRefused) {
  wish_.alternative_names = "DNS:a.example,DNS:*.b.example";
  const TlsFailure failure = refusal("updates.example");
  EXPECT_EQ(failure.kind, Kind::kName);
  EXPECT_THAT(failure.sentence, HasSubstr("is for 'a.example', '*.b.example', not for "
                                          "'updates.example'"));
}

TEST_F(Tls, ManyNamesAreListedShort) {
  wish_.alternative_names = "DNS:n0";
  for (int i = 1; i < 50; ++i) wish_.alternative_names += ",DNS:n" + std::to_string(i);
  EXPECT_THAT(refusal().sentence, HasSubstr("'n5' and 44 more"));
}

TEST_F(Tls, AWildcardStandsForOneLabel) {
  wish_.alternative_names = "DNS:*.b.example";
  EXPECT_EQ(meet("x.b.example"), Wait::kDone);
}

TEST_F(Tls, AWildcardStandsForNoMoreThanOneLabel) {
  wish_.alternative_names = "DNS:*.b.example";
  EXPECT_EQ(refusal("x.y.b.example").kind, Kind::kName);
}

// `openssl req -x509` with the server's address as common name, as tutorials for ESP32 OTA teach
// it.
TEST_F(Tls, TheTutorialsCertificateIsAccepted) {
  wish_.issuer = nullptr;
  wish_.alternative_names = "";
  wish_.common_name = "192.168.1.5";
  const CertificateForTest leaf = make_certificate(wish_);
  options_.ca_pem = leaf.pem;
  auto context = TlsContext::server(leaf.pem, leaf.key_pem);
  ASSERT_TRUE(context.ok());
  server_.emplace(TlsStream::accept(*context, server_end_.get()));
  EXPECT_EQ(meet_server("192.168.1.5", [this] { return server_->handshake(); }), Wait::kDone);
}

TEST_F(Tls, ACommonNameCountsOnlyWithoutAlternativeNames) {
  wish_.common_name = "192.168.1.5";
  EXPECT_EQ(refusal("192.168.1.5").kind, Kind::kName);
}

TEST_F(Tls, AnotherCommonNameIsRefusedAndNamed) {
  wish_.alternative_names = "";
  wish_.common_name = "192.168.1.6";
  const TlsFailure failure = refusal("192.168.1.5");
  EXPECT_EQ(failure.kind, Kind::kName);
  EXPECT_THAT(failure.sentence, HasSubstr("is for '192.168.1.6'"));
}

TEST_F(Tls, ASkippedNameCheckStillChecksTheChain) {
  options_.skip_name_check = true;
  EXPECT_EQ(meet("another.example"), Wait::kDone);
}

TEST_F(Tls, AnUnknownAuthorityIsRefusedEvenWithoutANameCheck) {
  options_.skip_name_check = true;
  options_.ca_pem = make_authority("Another CA").pem;
  const TlsFailure failure = refusal();
  EXPECT_EQ(failure.kind, Kind::kUntrusted);
  EXPECT_THAT(failure.sentence, AllOf(HasSubstr("signed by 'Test CA', which is not trusted"),
                                      HasSubstr("embed the certificate of that authority")));
}

TEST_F(Tls, AnAuthorityMadeAnewUnderItsOldNameIsRecognized) {
  options_.ca_pem = make_authority("Test CA").pem;
  const TlsFailure failure = refusal();
  EXPECT_EQ(failure.kind, Kind::kUntrusted);
  EXPECT_THAT(failure.sentence, HasSubstr("was made anew"));
}

TEST_F(Tls, ASelfSignedCertificateIsNamedAsSuch) {
  wish_.issuer = nullptr;
  const TlsFailure failure = refusal();
  EXPECT_EQ(failure.kind, Kind::kUntrusted);
  EXPECT_THAT(failure.sentence, HasSubstr("is signed by itself"));
}

TEST_F(Tls, AnIntermediateMayEndTheChain) {
  CertificateWish intermediate;
  intermediate.common_name = "Middle";
  intermediate.is_authority = true;
  intermediate.issuer = &authority_;
  const CertificateForTest middle = make_certificate(intermediate);
  wish_.issuer = &middle;
  options_.ca_pem = middle.pem;
  EXPECT_EQ(meet(), Wait::kDone);
}

TEST_F(Tls, AMissingIntermediateIsNamed) {
  CertificateWish intermediate;
  intermediate.common_name = "Middle";
  intermediate.is_authority = true;
  intermediate.issuer = &authority_;
  const CertificateForTest middle = make_certificate(intermediate);
  wish_.issuer = &middle;
  EXPECT_THAT(refusal().sentence,
              AllOf(HasSubstr("signed by 'Middle'"), HasSubstr("let the server send it along")));
}

TEST_F(Tls, AnIntermediateThatIsSentCompletesTheChain) {
  CertificateWish intermediate;
  intermediate.common_name = "Middle";
  intermediate.is_authority = true;
  intermediate.issuer = &authority_;
  const CertificateForTest middle = make_certificate(intermediate);
  wish_.issuer = &middle;
  chain_ = middle.pem;
  EXPECT_EQ(meet(), Wait::kDone);
}

TEST_F(Tls, AnExpiredCertificateIsRefusedWithBothDates) {
  wish_.from_days = -30;
  wish_.until_days = -1;
  const TlsFailure failure = refusal();
  EXPECT_EQ(failure.kind, Kind::kExpired);
  EXPECT_THAT(failure.sentence,
              testing::ContainsRegex("'server' expired at 20[0-9-]+ .* UTC \\(the "
                                     "clock here says 20[0-9-]+ "));
}

TEST_F(Tls, ACertificateOfTomorrowIsRefusedWithBothDates) {
  wish_.from_days = 1;
  const TlsFailure failure = refusal();
  EXPECT_EQ(failure.kind, Kind::kExpired);
  EXPECT_THAT(failure.sentence, AllOf(HasSubstr("valid only from 20"), HasSubstr("set the clock")));
}

TEST_F(Tls, AWrongPurposeIsNamed) {
  wish_.extended_usage = "clientAuth";
  EXPECT_THAT(refusal().sentence, HasSubstr("not made for a TLS server"));
}

TEST_F(Tls, AWeakKeyIsNamed) {
  wish_.rsa_bits = 1024;
  EXPECT_THAT(refusal_of_weak_leaf(), HasSubstr("'server' has a weak key (1024-bit RSA key)"));
}

TEST_F(Tls, AWeakDigestIsNamed) {
  wish_.digest = EVP_sha1();
  EXPECT_THAT(refusal_of_weak_leaf(), HasSubstr("weak digest (ecdsa-with-SHA1)"));
}

TEST_F(Tls, AWeakKeyOfTheAuthorityIsNamed) {
  CertificateWish weak;
  weak.common_name = "Weak CA";
  weak.is_authority = true;
  weak.rsa_bits = 1024;
  const CertificateForTest authority = make_certificate(weak);
  wish_.issuer = &authority;
  options_.ca_pem = authority.pem;
  const TlsFailure failure = refusal();
  EXPECT_EQ(failure.kind, Kind::kUntrusted);
  EXPECT_THAT(failure.sentence, AllOf(HasSubstr("'Weak CA' has a weak key (1024-bit RSA key)"),
                                      HasSubstr("at least 2048 bits")));
}

TEST_F(Tls, APlainHttpServerIsQuoted) {
  ASSERT_GT(::send(server_end_.get(), "HTTP/1.1 400 Bad Request\r\n\r\n", 28, 0), 0);
  EXPECT_EQ(meet_server("localhost", [] { return Wait::kReadable; }), Wait::kFailed);
  EXPECT_EQ(client_->failure().kind, Kind::kHandshake);
  EXPECT_THAT(client_->failure().sentence,
              AllOf(HasSubstr("does not speak TLS at this port; it answered 'HTTP/1.1 400 Bad "
                              "Request'"),
                    HasSubstr("use http://")));
}

TEST_F(Tls, ACutHandshakeIsNamed) {
  EXPECT_EQ(meet_server("localhost",
                        [this] {
                          server_end_.reset();
                          return Wait::kReadable;
                        }),
            Wait::kFailed);
  EXPECT_EQ(client_->failure().kind, Kind::kCut);
  EXPECT_THAT(client_->failure().sentence, HasSubstr("in the middle of the TLS handshake"));
}

TEST_F(Tls, ACutInARecordIsNoEnd) {
  ASSERT_EQ(meet(), Wait::kDone);
  Wait end = Wait::kDone;
  pass("", end);  // the session tickets
  std::size_t moved = 0;
  ASSERT_EQ(server_->write(bytes_of("hello, this is cut"), moved), Wait::kDone);
  // Given a record of which only a part arrives
  std::vector<char> record(200);
  const ssize_t got = ::recv(client_end_.get(), record.data(), record.size(), 0);
  ASSERT_GT(got, 10);
  int ends[2] = {-1, -1};
  ASSERT_EQ(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, ends), 0);
  const Descriptor far(ends[0]);
  ASSERT_EQ(::send(ends[1], record.data(), static_cast<std::size_t>(got - 5), 0), got - 5);
  ASSERT_EQ(::dup2(ends[0], client_end_.get()), client_end_.get());
  ::close(ends[1]);

  std::vector<std::byte> buffer(100);
  EXPECT_EQ(client_->read(buffer, moved), Wait::kFailed);
  EXPECT_EQ(moved, 0U);
  EXPECT_EQ(client_->failure().kind, Kind::kCut);
}

TEST_F(Tls, AnEndWithoutAGoodbyeIsToldApart) {
  ASSERT_EQ(meet(), Wait::kDone);
  Wait end = Wait::kDone;
  EXPECT_EQ(pass("all of it", end), "all of it");
  server_end_.reset();
  EXPECT_EQ(pass("", end), "");
  EXPECT_EQ(end, Wait::kFailed);
  EXPECT_EQ(client_->failure().kind, Kind::kCut);
  EXPECT_EQ(client_->failure().system_errno, 0);
  EXPECT_THAT(client_->failure().sentence, HasSubstr("without the goodbye of TLS"));
}

TEST_F(Tls, AGoodbyeIsAnEnd) {
  ASSERT_EQ(meet(), Wait::kDone);
  Wait end = Wait::kDone;
  EXPECT_EQ(pass("all of it", end), "all of it");
  EXPECT_EQ(server_->shutdown(), Wait::kDone);
  server_end_.reset();
  EXPECT_EQ(pass("", end), "");
  EXPECT_EQ(end, Wait::kClosed);
}

TEST_F(Tls, ADamagedRecordIsRefused) {
  ASSERT_EQ(meet(), Wait::kDone);
  Wait end = Wait::kDone;
  pass("", end);
  const std::string record("\x17\x03\x03\x00\x20 0123456789abcdef0123456789abcdef", 37);
  ASSERT_EQ(::send(server_end_.get(), record.data(), record.size(), 0), 37);
  pass("", end);
  EXPECT_EQ(end, Wait::kFailed);
  EXPECT_THAT(client_->failure().sentence, HasSubstr("may have changed the bytes"));
}

TEST_F(Tls, APeerThatLeftRaisesNoSignal) {
  ASSERT_EQ(meet(), Wait::kDone);
  client_end_.reset();
  std::size_t moved = 0;
  Wait wait = Wait::kDone;
  for (int i = 0; i < 3 && wait != Wait::kFailed; ++i) wait = server_->write(bytes_of("x"), moved);
  EXPECT_EQ(wait, Wait::kFailed);
  EXPECT_EQ(server_->failure().kind, Kind::kCut);
}

TEST_F(Tls, AVersionThatTheServerLacksIsNamed) {
  options_.max_version = 12;
  EXPECT_EQ(meet(), Wait::kDone);
  EXPECT_EQ(client_->version(), "TLSv1.2");
}

TEST_F(Tls, AClientCertificateIsShown) {
  CertificateWish own;
  own.common_name = "device 7";
  own.key_password = "secret";
  const CertificateForTest device = make_certificate(own);
  options_.certificate_pem = device.pem;
  options_.key_pem = device.key_pem;
  options_.key_password = "secret";
  EXPECT_EQ(meet(), Wait::kDone);
}

TEST_F(Tls, TrustIsNeverAssumed) {
  options_.ca_pem.clear();
  EXPECT_THAT(configuration_refusal(), HasSubstr("No certificate is trusted"));
}

TEST_F(Tls, NothingIsVerifiedOnlyOnAnExplicitWish) {
  options_.ca_pem.clear();
  options_.verify_nothing = true;
  wish_.issuer = nullptr;
  EXPECT_EQ(meet("whatever.example"), Wait::kDone);
}

TEST_F(Tls, AnAuthorityMayBeDerOrEndWithANul) {
  options_.ca_pem = authority_.pem + '\0';
  EXPECT_EQ(configuration_refusal(), "");
  std::vector<unsigned char> der(4096);
  unsigned char* at = der.data();
  const int length = i2d_X509(authority_.certificate.get(), &at);
  options_.ca_pem.assign(der.begin(), der.begin() + length);
  EXPECT_EQ(meet(), Wait::kDone);
}

TEST_F(Tls, WhatIsNoCertificateIsQuoted) {
  options_.ca_pem = "<html>Not found</html>";
  EXPECT_THAT(configuration_refusal(), HasSubstr("22 bytes that begin with '<html>Not found"));
  options_.ca_pem = authority_.key_pem;
  EXPECT_THAT(configuration_refusal(), HasSubstr("begin with '-----BEGIN PRIVATE KEY"));
  options_.ca_pem = authority_.pem.substr(0, 200);
  EXPECT_THAT(configuration_refusal(), HasSubstr("all of it"));
  options_.ca_pem = "\x30\x82 something";
  EXPECT_THAT(configuration_refusal(), HasSubstr("looks like DER"));
}

TEST_F(Tls, KeysThatDoNotFitAreNamed) {
  options_.certificate_pem = make_certificate({}).pem;
  options_.key_pem = make_certificate({}).key_pem;
  EXPECT_THAT(configuration_refusal(), HasSubstr("does not belong to the client certificate"));
  CertificateWish locked;
  locked.key_password = "secret";
  options_.key_pem = make_certificate(locked).key_pem;
  EXPECT_THAT(configuration_refusal(), HasSubstr("locked with a password"));
  options_.key_pem = "no key";
  EXPECT_THAT(configuration_refusal(), AllOf(HasSubstr("key of the client certificate can not be "
                                                       "read"),
                                             Not(HasSubstr("password"))));
  const auto server = TlsContext::server("no certificate", "no key");
  ASSERT_FALSE(server.ok());
  EXPECT_THAT(server.error().sentence, HasSubstr("The server certificate can not be read"));
}

TEST_F(Tls, VersionsThatDoNotExistAreRefused) {
  options_.min_version = 13;
  options_.max_version = 12;
  EXPECT_THAT(configuration_refusal(), HasSubstr("Only TLS 1.2 and 1.3"));
}

}  // namespace
}  // namespace rota::net
