#include "server/certificates.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <openssl/x509_vfy.h>
#include <openssl/x509v3.h>
#include <sys/file.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include <csignal>
#include <thread>

#include "server/certificate_codec.h"
#include "server/folder_for_test.h"

namespace rota::server {
namespace {

using std::chrono::milliseconds;
using testing::AllOf;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

constexpr std::time_t kNow = 1'800'000'000;
constexpr std::time_t kDay = 86'400;

IdentityRequest request(std::vector<std::string> addresses = {"127.0.0.1", "192.168.7.20", "::1"},
                        std::time_t now = kNow) {
  return {{"workbench", std::move(addresses)}, now, milliseconds(10'000)};
}

class Certificates : public testing::Test {
 protected:
  StateFolder folder() {
    auto opened = StateFolder::open(place_ / "state", "");
    EXPECT_TRUE(opened.ok()) << (opened.ok() ? "" : opened.error().sentence);
    return std::move(opened).value();
  }
  ServerIdentity identity(const IdentityRequest& wanted = request()) {
    auto made = ensure_identity(folder(), wanted);
    EXPECT_TRUE(made.ok()) << (made.ok() ? "" : made.error().sentence);
    return made.ok() ? std::move(made).value() : ServerIdentity();
  }
  std::string refusal(const IdentityRequest& wanted = request()) {
    const auto made = ensure_identity(folder(), wanted);
    EXPECT_FALSE(made.ok());
    return made.ok() ? "" : made.error().sentence;
  }
  unsigned mode_of(const std::string& name) {
    struct stat facts {};
    EXPECT_EQ(stat((place_ / name).c_str(), &facts), 0) << name;
    return facts.st_mode & 0777U;
  }
  // 0 (X509_V_OK), or why a client would refuse the certificate for that name.
  static int verify(const std::string& ca_pem,
                    const std::string& leaf_pem,
                    const std::string& name,
                    std::time_t at = kNow) {
    const X509Pointer ca = certificate_from_pem(ca_pem);
    const X509Pointer leaf = certificate_from_pem(leaf_pem);
    X509_STORE* store = X509_STORE_new();
    X509_STORE_add_cert(store, ca.get());
    X509_STORE_CTX* context = X509_STORE_CTX_new();
    X509_STORE_CTX_init(context, store, leaf.get(), nullptr);
    X509_VERIFY_PARAM* rules = X509_STORE_CTX_get0_param(context);
    X509_VERIFY_PARAM_set_time(rules, at);
    X509_VERIFY_PARAM_set_purpose(rules, X509_PURPOSE_SSL_SERVER);
    X509_VERIFY_PARAM_set_flags(rules, X509_V_FLAG_X509_STRICT);
    if (X509_VERIFY_PARAM_set1_ip_asc(rules, name.c_str()) != 1) {
      X509_VERIFY_PARAM_set1_host(rules, name.c_str(), 0);
    }
    X509_verify_cert(context);
    const int verdict = X509_STORE_CTX_get_error(context);
    X509_STORE_CTX_free(context);
    X509_STORE_free(store);
    return verdict;
  }

  FolderForTest place_;
};

TEST_F(Certificates, AreMadeOnceAndKept) {
  const ServerIdentity first = identity();
  EXPECT_TRUE(first.is_new);
  EXPECT_TRUE(first.authority.is_new);
  const ServerIdentity second = identity();
  EXPECT_FALSE(second.is_new);
  EXPECT_FALSE(second.authority.is_new);
  EXPECT_EQ(second.chain_pem, first.chain_pem);
  EXPECT_EQ(second.authority.fingerprint, first.authority.fingerprint);
  EXPECT_EQ(first.authority.fingerprint.size(), 95U);
  EXPECT_EQ(place_.read("state/ca_cert.pem"), first.authority.certificate_pem);
}

TEST_F(Certificates, AClientAcceptsEveryNameOfThisHost) {
  const ServerIdentity made = identity();
  for (const char* name :
       {"localhost", "workbench", "workbench.local", "127.0.0.1", "192.168.7.20", "::1"}) {
    EXPECT_EQ(verify(made.authority.certificate_pem, made.chain_pem, name), X509_V_OK) << name;
  }
  EXPECT_EQ(verify(made.authority.certificate_pem, made.chain_pem, "192.168.7.21"),
            X509_V_ERR_IP_ADDRESS_MISMATCH);
  EXPECT_EQ(verify(made.authority.certificate_pem, made.chain_pem, "example.org"),
            X509_V_ERR_HOSTNAME_MISMATCH);
}

TEST_F(Certificates, LastAsLongAsTheyShould) {
  const ServerIdentity made = identity();
  EXPECT_EQ(made.not_after, kNow - kDay + 397 * kDay);
  EXPECT_EQ(made.authority.not_after, kNow + 3652 * kDay);
  EXPECT_EQ(verify(made.authority.certificate_pem, made.chain_pem, "localhost", kNow - kDay / 2),
            X509_V_OK)
      << "a device's clock may be late";
}

TEST_F(Certificates, TheAuthorityCanNotVouchForPublicNames) {
  identity();
  const X509Pointer ca = certificate_from_pem(place_.read("state/ca_cert.pem"));
  const KeyPointer ca_key = key_from_pem(place_.read("state/ca_key.pem"));
  const KeyPointer key = make_key();
  CertificatePlan plan;
  plan.common_name = "stolen";
  plan.not_before = kNow - kDay;
  plan.not_after = kNow + kDay;
  plan.dns = {"example.org"};
  EXPECT_EQ(verify(pem_of(*ca), pem_of(*issue(plan, *key, ca.get(), *ca_key)), "example.org"),
            X509_V_ERR_PERMITTED_VIOLATION);
  plan.dns = {"localhost"};
  plan.addresses = {"8.8.8.8"};
  EXPECT_EQ(verify(pem_of(*ca), pem_of(*issue(plan, *key, ca.get(), *ca_key)), "8.8.8.8"),
            X509_V_ERR_PERMITTED_VIOLATION);
}

TEST_F(Certificates, EmbeddedClientsMeetNoUnknownCriticalExtension) {
  identity();
  const X509Pointer ca = certificate_from_pem(place_.read("state/ca_cert.pem"));
  const int at = X509_get_ext_by_NID(ca.get(), NID_name_constraints, -1);
  ASSERT_GE(at, 0);
  EXPECT_EQ(X509_EXTENSION_get_critical(X509_get_ext(ca.get(), at)), 0);
}

TEST_F(Certificates, PublicAddressesOfThisHostAreVouchedForOneByOne) {
  const ServerIdentity made = identity(request({"10.1.2.3", "203.0.113.9", "2001:db8::7"}));
  EXPECT_THAT(made.left_out, testing::IsEmpty());
  for (const char* name : {"10.1.2.3", "127.0.0.1", "::1", "203.0.113.9", "2001:db8::7"}) {
    EXPECT_EQ(verify(made.authority.certificate_pem, made.chain_pem, name), X509_V_OK) << name;
  }
  // Given a host that moved to the address beside it
  const ServerIdentity moved = identity(request({"203.0.113.8", "2001:db8::7", "10.1.2.4"}));
  EXPECT_FALSE(moved.authority.is_new);
  EXPECT_THAT(moved.left_out, ElementsAre("203.0.113.8"));
  EXPECT_THAT(moved.names, Not(Contains("203.0.113.8")));
  for (const char* name : {"10.1.2.4", "2001:db8::7"}) {
    EXPECT_EQ(verify(moved.authority.certificate_pem, moved.chain_pem, name), X509_V_OK) << name;
  }
}

TEST_F(Certificates, AHostThatWasRenamedKeepsItsAuthority) {
  const ServerIdentity before = identity();
  IdentityRequest renamed = request();
  renamed.names.host_name = "lab.example.org";
  const ServerIdentity after = identity(renamed);
  EXPECT_EQ(after.authority.fingerprint, before.authority.fingerprint);
  EXPECT_THAT(after.left_out, ElementsAre("lab.example.org"));
  EXPECT_EQ(verify(after.authority.certificate_pem, after.chain_pem, "lab.local"), X509_V_OK);
  EXPECT_EQ(verify(after.authority.certificate_pem, after.chain_pem, "localhost"), X509_V_OK);
}

TEST_F(Certificates, ANewAddressGetsANewLeafFromTheSameAuthority) {
  const ServerIdentity before = identity();
  const ServerIdentity after = identity(request({"127.0.0.1", "192.168.7.99"}));
  EXPECT_TRUE(after.is_new);
  EXPECT_FALSE(after.authority.is_new);
  EXPECT_EQ(after.authority.fingerprint, before.authority.fingerprint);
  EXPECT_EQ(verify(before.authority.certificate_pem, after.chain_pem, "192.168.7.99"), X509_V_OK);
}

TEST_F(Certificates, TheLeafIsRenewedAMonthBeforeItEnds) {
  const ServerIdentity first = identity();
  EXPECT_FALSE(
      identity(request({"127.0.0.1", "192.168.7.20", "::1"}, first.not_after - 31 * kDay)).is_new);
  const ServerIdentity next =
      identity(request({"127.0.0.1", "192.168.7.20", "::1"}, first.not_after - 29 * kDay));
  EXPECT_TRUE(next.is_new);
  EXPECT_GT(next.not_after, first.not_after);
}

TEST_F(Certificates, TheLeafNeverOutlivesTheAuthority) {
  const std::time_t end = identity().authority.not_after;
  const auto late = request({"127.0.0.1"}, end - 10 * kDay);
  const ServerIdentity last = identity(late);
  EXPECT_EQ(last.not_after, end);
  EXPECT_FALSE(identity(late).is_new) << "it can not last longer: no new one at every start";
  EXPECT_THAT(refusal(request({"127.0.0.1"}, end + 1)), HasSubstr("expired on"));
}

TEST_F(Certificates, KeysAreForTheirOwnerOnly) {
  identity();
  EXPECT_EQ(mode_of("state"), 0700U);
  EXPECT_EQ(mode_of("state/ca_key.pem"), 0600U);
  EXPECT_EQ(mode_of("state/server.pem"), 0600U);
  EXPECT_EQ(mode_of("state/ca_cert.pem"), 0644U);
  EXPECT_THAT(place_.read("state/ca_cert.pem"), Not(HasSubstr("PRIVATE")));
  chmod((place_ / "state/ca_key.pem").c_str(), 0644);
  identity();
  EXPECT_EQ(mode_of("state/ca_key.pem"), 0600U) << "made private again";
}

TEST_F(Certificates, DamagedAuthorityFilesAreNamedAndKept) {
  identity();
  for (const char* file : {"state/ca_key.pem", "state/ca_cert.pem"}) {
    const std::string whole = place_.read(file);
    place_.write(file, whole.substr(0, whole.size() / 2));
    EXPECT_THAT(refusal(),
                AllOf(HasSubstr(place_ / file), HasSubstr("is damaged"), HasSubstr("backup")));
    EXPECT_EQ(place_.read(file), whole.substr(0, whole.size() / 2)) << "evidence stays";
    place_.write(file, whole);
    EXPECT_FALSE(identity().authority.is_new);
  }
}

TEST_F(Certificates, AKeyOfAnotherAuthorityIsNoticed) {
  identity();
  place_.write("state/ca_key.pem", pem_of(*make_key()));
  EXPECT_THAT(refusal(), HasSubstr("does not belong to ca_cert.pem"));
}

TEST_F(Certificates, ALostKeyIsNotReplacedSilently) {
  identity();
  std::filesystem::remove(place_ / "state/ca_key.pem");
  EXPECT_THAT(refusal(), AllOf(HasSubstr("ca_key.pem is missing"), HasSubstr("embed anew")));
}

TEST_F(Certificates, AStartCutBetweenKeyAndCertificateIsCompleted) {
  identity();
  const std::string key = place_.read("state/ca_key.pem");
  std::filesystem::remove(place_ / "state/ca_cert.pem");
  EXPECT_TRUE(identity().authority.is_new);
  EXPECT_EQ(place_.read("state/ca_key.pem"), key);
}

TEST_F(Certificates, ADamagedLeafIsJustMadeAgain) {
  const ServerIdentity before = identity();
  place_.write("state/server.pem", "nonsense");
  const ServerIdentity after = identity();
  EXPECT_TRUE(after.is_new);
  EXPECT_EQ(verify(before.authority.certificate_pem, after.chain_pem, "localhost"), X509_V_OK);
}

TEST_F(Certificates, ManyStartsAtOnceAgree) {
  std::vector<std::string> fingerprints(8), chains(8);
  std::vector<std::thread> starts;
  for (std::size_t i = 0; i < fingerprints.size(); ++i) {
    starts.emplace_back([&, i] {
      const ServerIdentity made = identity();
      fingerprints[i] = made.authority.fingerprint;
      chains[i] = made.chain_pem;
    });
  }
  for (std::thread& start : starts) start.join();
  EXPECT_THAT(fingerprints, testing::Each(fingerprints[0]));
  EXPECT_THAT(chains, testing::Each(chains[0]));
}

TEST_F(Certificates, ALockThatIsNotReleasedIsExplained) {
  const auto held = folder().lock(milliseconds(0));
  ASSERT_TRUE(held.ok());
  IdentityRequest impatient = request();
  impatient.lock_patience = milliseconds(20);
  EXPECT_THAT(refusal(impatient), AllOf(HasSubstr("Another process"), HasSubstr("pid"),
                                        HasSubstr("/state/lock"), HasSubstr("--state")));
}

TEST_F(Certificates, TheStateFolderMayNotBeServed) {
  std::filesystem::create_directories(place_ / "images/sub");
  std::filesystem::create_directory_symlink(place_ / "images", place_ / "alias");
  for (const char* inside : {"images", "images/sub", "images/new/deep", "alias/sub", "images/."}) {
    const auto opened = StateFolder::open(place_ / inside, place_ / "images/");
    ASSERT_FALSE(opened.ok()) << inside;
    EXPECT_THAT(opened.error().sentence, HasSubstr("private keys must not lie there"));
  }
  EXPECT_FALSE(std::filesystem::exists(place_ / "images/new"));
  EXPECT_TRUE(StateFolder::open(place_ / "images-state", place_ / "images").ok());
}

TEST_F(Certificates, AFileInTheWayIsNamed) {
  place_.write("file", "x");
  const auto opened = StateFolder::open(place_ / "file/state", "");
  ASSERT_FALSE(opened.ok());
  EXPECT_THAT(opened.error().sentence, HasSubstr("file/state"));
  const auto itself = StateFolder::open(place_ / "file", "");
  ASSERT_FALSE(itself.ok());
  EXPECT_THAT(itself.error().sentence, HasSubstr("a file is in the way"));
}

TEST_F(Certificates, AFolderWithoutPermissionIsNamed) {
  if (geteuid() == 0) GTEST_SKIP() << "root may write everywhere";
  std::filesystem::create_directory(place_ / "closed");
  chmod((place_ / "closed").c_str(), 0500);
  const auto opened = StateFolder::open(place_ / "closed/state", "");
  ASSERT_FALSE(opened.ok());
  EXPECT_THAT(opened.error().sentence, HasSubstr("owner and mode"));
}

// A limit on file sizes is the nearest thing to a full disk that every machine has.
TEST_F(Certificates, AWriteThatFailsLeavesTheOldFileWhole) {
  const ServerIdentity before = identity();
  const pid_t child = fork();
  ASSERT_GE(child, 0);
  if (child == 0) {
    std::signal(SIGXFSZ, SIG_IGN);
    const rlimit tiny{100, 100};
    setrlimit(RLIMIT_FSIZE, &tiny);
    const auto made = ensure_identity(folder(), request({"10.0.0.9"}));
    const bool explained = !made.ok() &&
                           made.error().sentence.find("server.pem") != std::string::npos &&
                           made.error().sentence.find("limit") != std::string::npos;
    _exit(explained ? 0 : 1);
  }
  int status = 0;
  waitpid(child, &status, 0);
  EXPECT_EQ(status, 0);
  EXPECT_FALSE(identity().is_new);
  EXPECT_EQ(identity().chain_pem, before.chain_pem);
  for (const auto& file : std::filesystem::directory_iterator(place_ / "state")) {
    EXPECT_THAT(file.path().filename().string(), Not(HasSubstr("new-"))) << "nothing left behind";
  }
}

TEST(StateFolderPlace, FollowsTheUsersSettings) {
  const auto place = [](const char* own, const char* xdg, const char* home) {
    own == nullptr ? unsetenv("ROTA_STATE_DIR") : setenv("ROTA_STATE_DIR", own, 1);
    xdg == nullptr ? unsetenv("XDG_STATE_HOME") : setenv("XDG_STATE_HOME", xdg, 1);
    home == nullptr ? unsetenv("HOME") : setenv("HOME", home, 1);
    const auto found = default_state_folder();
    return found.ok() ? *found : "refused: " + found.error().sentence;
  };
  EXPECT_EQ(place("/own", "/xdg", "/home/me"), "/own");
  EXPECT_EQ(place(nullptr, "/xdg", "/home/me"), "/xdg/rota");
  EXPECT_EQ(place("", "relative", "/home/me"), "/home/me/.local/state/rota");
  EXPECT_THAT(place(nullptr, nullptr, nullptr), HasSubstr("--state DIR"));
}

TEST(LocalNames, KnowPrivateRanges) {
  for (const char* inside : {"127.0.0.1", "10.9.8.7", "172.16.0.1", "172.31.255.1", "192.168.1.1",
                             "169.254.3.4", "::1", "fe80::1", "fd12::9", "fc00::1"}) {
    EXPECT_TRUE(is_private_address(inside)) << inside;
  }
  for (const char* outside : {"8.8.8.8", "172.32.0.1", "172.15.0.1", "192.169.0.1", "2001:db8::1",
                              "ff02::1", "nonsense", ""}) {
    EXPECT_FALSE(is_private_address(outside)) << outside;
  }
}

TEST(LocalNames, PreferWhatADeviceCanReach) {
  const LocalNames names{"h", {"127.0.0.1", "192.168.7.20", "::1", "fd00::5", "fe80::1"}};
  EXPECT_THAT(addresses_for_devices(names), ElementsAre("192.168.7.20", "fd00::5"));
  EXPECT_THAT(addresses_for_devices({"h", {"127.0.0.1", "::1"}}), ElementsAre("127.0.0.1"));
  EXPECT_THAT(local_names().addresses, Contains("127.0.0.1"));
}

}  // namespace
}  // namespace rota::server
