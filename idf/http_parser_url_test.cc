#include <gtest/gtest.h>

#include <string>

#include "http_parser.h"

namespace {

struct Parts {
  bool is_url;
  std::uint16_t port;
  std::string scheme, host, path, query, fragment, user;
  bool operator==(const Parts&) const = default;
};

Parts parts_of(const std::string& text, bool is_connect = false) {
  http_parser_url url;
  http_parser_url_init(&url);
  const bool is_url = http_parser_parse_url(text.data(), text.size(), is_connect, &url) == 0;
  if (!is_url) return {};
  const auto part = [&](http_parser_url_fields field) {
    if ((url.field_set >> field & 1U) == 0) return std::string();
    return text.substr(url.field_data[field].off, url.field_data[field].len);
  };
  return {true,          url.port,       part(UF_SCHEMA),   part(UF_HOST),
          part(UF_PATH), part(UF_QUERY), part(UF_FRAGMENT), part(UF_USERINFO)};
}

TEST(HttpParserUrlTest, TellsThePartsOfAUrl) {
  EXPECT_EQ(parts_of("https://me:pw@host.example:8070/a/b.bin?x=1&y=?#top"),
            (Parts{true, 8070, "https", "host.example", "/a/b.bin", "x=1&y=?", "top", "me:pw"}));
  EXPECT_EQ(parts_of("http://host"), (Parts{true, 0, "http", "host", "", "", "", ""}));
  EXPECT_EQ(parts_of("http://[::1]:80/"), (Parts{true, 80, "http", "::1", "/", "", "", ""}));
  EXPECT_EQ(parts_of("/path?q"), (Parts{true, 0, "", "", "/path", "q", "", ""}));
  EXPECT_EQ(parts_of("host:443", true), (Parts{true, 443, "", "host", "", "", "", ""}));
}

TEST(HttpParserUrlTest, RefusesWhatIsNone) {
  for (const char* wrong :
       {"", "host/path", "http://", "http://:80/", "http://h:99999/", "http://h:x/", "1http://h/",
        "http://h /", "http://[::1/", "http://[::1]x/"}) {
    EXPECT_FALSE(parts_of(wrong).is_url) << wrong;
  }
  EXPECT_FALSE(parts_of("host", true).is_url);
}

}  // namespace
