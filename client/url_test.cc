#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "client/http_exchange.h"

namespace rota::client {
namespace {

using testing::HasSubstr;

TEST(Url, TakesApartWhatDevicesUse) {
  struct Row {
    const char* text;
    bool tls;
    const char* host;
    int port;
    const char* target;
    const char* authority;
  };
  const Row rows[] = {
      {"http://host", false, "host", 80, "/", "host"},
      {"https://host", true, "host", 443, "/", "host"},
      {"HTTPS://Host.Example/App.bin", true, "Host.Example", 443, "/App.bin", "Host.Example"},
      {"https://192.168.1.2:8070/hello-world.bin", true, "192.168.1.2", 8070, "/hello-world.bin",
       "192.168.1.2:8070"},
      {"http://h:80/", false, "h", 80, "/", "h"},
      {"https://h:80/", true, "h", 80, "/", "h:80"},
      {"http://h:/a", false, "h", 80, "/a", "h"},
      {"http://h?a=b", false, "h", 80, "/?a=b", "h"},
      {"http://h/a?b=c#part", false, "h", 80, "/a?b=c", "h"},
      {"http://h#part", false, "h", 80, "/", "h"},
      {"http://h/a@b:c", false, "h", 80, "/a@b:c", "h"},
      {"http://h/%41%zz", false, "h", 80, "/%41%zz", "h"},
      {"http://h//a/../b", false, "h", 80, "//a/../b", "h"},
      {"http://h/caf\xC3\xA9", false, "h", 80, "/caf%C3%A9", "h"},
      {"http://[::1]:8070/a", false, "::1", 8070, "/a", "[::1]:8070"},
      {"http://[fe80::1%25eth0]/a", false, "fe80::1%eth0", 80, "/a", "[fe80::1]"},
      {"http://[fe80::1%eth0]/a", false, "fe80::1%eth0", 80, "/a", "[fe80::1]"},
      {"http://my_host.local/", false, "my_host.local", 80, "/", "my_host.local"},
  };
  for (const Row& row : rows) {
    const auto url = Url::parse(row.text);
    ASSERT_TRUE(url.ok()) << row.text << ": " << url.error().sentence;
    EXPECT_EQ(url->tls, row.tls) << row.text;
    EXPECT_EQ(url->host, row.host) << row.text;
    EXPECT_EQ(url->port, row.port) << row.text;
    EXPECT_EQ(url->target, row.target) << row.text;
    EXPECT_EQ(url->authority(), row.authority) << row.text;
  }
}

TEST(Url, DecodesWhoAsks) {
  const auto url = Url::parse("https://us%40er:p%3Aw@d@host:8/");
  ASSERT_TRUE(url.ok());
  EXPECT_EQ(url->user, "us@er");
  EXPECT_EQ(url->password, "p:w@d");
  EXPECT_EQ(url->host, "host");
  EXPECT_EQ(url->authority(), "host:8");
}

TEST(Url, RefusesWithTheReason) {
  const std::pair<std::string, const char*> rows[] = {
      {"", "The URL is empty"},
      {"host/app.bin", "must start with https:// or http://"},
      {"//host/app.bin", "must start with https://"},
      {"ftp://host/", "must start with https://"},
      {"https:/host", "must start with https://"},
      {"http://", "name or address of the server is missing"},
      {"http:///path", "is missing"},
      {"http://:80/", "is missing"},
      {"http://user@/", "is missing"},
      {"http://h:0/", "a port is a number"},
      {"http://h:65536/", "a port is a number"},
      {"http://h:8o/", "a port is a number"},
      {"http://h:-1/", "a port is a number"},
      {"http://h:+1/", "a port is a number"},
      {"http://::1/", "in brackets"},
      {"http://fd00::1:8070/", "in brackets"},
      {"http://[::1/", "']' after the address is missing"},
      {"http://[::1]x/", "only :PORT"},
      {"http://[host]/", "no IPv6 address between"},
      {"http://[]/", "no IPv6 address between"},
      {"http://[::1%25]/", "no IPv6 address between"},
      {"http://a b/", "it holds a space"},
      {"http://h/a b", "write it as %20"},
      {"http://h/a\r\nX: y", "control character"},
      {std::string("http://h/\0", 10), "control character"},
      {"http://h\\@evil/", "backslash"},
      {"http://h/a\\b", "backslash"},
      {"http://caf\xC3\xA9/", "xn--"},
      {"http://h%41/", "letters, digits"},
      {"http://u%0a@h/", "broken %-escape"},
      {"http://u%4@h/", "broken %-escape"},
      {"http://" + std::string(254, 'a') + "/", "too long"},
      {"http://h/" + std::string(kMaxUrlBytes, 'a'), "longer than 8192"},
  };
  for (const auto& [text, reason] : rows) {
    const auto url = Url::parse(text);
    ASSERT_FALSE(url.ok()) << text;
    EXPECT_EQ(url.error().reason, Reason::kUrl) << text;
    EXPECT_THAT(url.error().sentence, HasSubstr(reason)) << text;
  }
}

}  // namespace
}  // namespace rota::client
