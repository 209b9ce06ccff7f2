// Requests, ranges and answers, without a socket.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "server/answer.h"
#include "server/folder_for_test.h"
#include "server/image_for_test.h"
#include "server/listing.h"

namespace rota::server {
namespace {

using namespace std::string_literals;
using testing::AllOf;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

Request parsed(const std::string& head) {
  const auto request = parse_request(head);
  EXPECT_TRUE(request.ok()) << (request.ok() ? "" : request.error().sentence);
  return request.ok() ? *request : Request();
}

int refused(const std::string& head) {
  const auto request = parse_request(head);
  if (request.ok()) return 0;
  EXPECT_THAT(request.error().sentence, Not(testing::IsEmpty()));
  return request.error().status;
}

Request get(const std::string& target, const std::string& lines = "") {
  return parsed("GET " + target + " HTTP/1.1\r\nHost: x\r\n" + lines + "\r\n");
}

TEST(RequestHead, EndsWithAnEmptyLine) {
  EXPECT_EQ(head_length("GET / HTTP/1.0\r\n\r\nmore"), 18U);
  EXPECT_EQ(head_length("GET / HTTP/1.0\n\n"), 16U);
  EXPECT_EQ(head_length("\r\n\r\nGET / HTTP/1.0\r\n\r\n"), 22U);
  EXPECT_EQ(head_length("GET / HTTP/1.0\r\n"), std::nullopt);
  EXPECT_EQ(head_length("\r\n\r\n"), std::nullopt);
  EXPECT_EQ(head_length(""), std::nullopt);
}

TEST(RequestHead, OfADevice) {
  const Request request = parsed(
      "GET /hello_world.bin HTTP/1.1\r\nUser-Agent: ESP32 HTTP Client/1.0\r\n"
      "Host: 192.168.1.2:8070\r\nRange: bytes=0-\r\n\r\n");
  EXPECT_EQ(request.path, "hello_world.bin");
  EXPECT_EQ(request.range, "bytes=0-");
  EXPECT_EQ(request.method, Method::kGet);
  EXPECT_TRUE(request.keeps_alive);
  EXPECT_FALSE(request.has_body);
}

TEST(RequestHead, OfAnArduino) {
  const Request request = parsed("GET /fw.bin HTTP/1.0\r\nHost: h\r\nConnection: close\r\n\r\n");
  EXPECT_TRUE(request.is_http_1_0);
  EXPECT_FALSE(request.keeps_alive);
  EXPECT_TRUE(parsed("GET / HTTP/1.0\r\nConnection: Keep-Alive\r\n\r\n").keeps_alive);
  EXPECT_FALSE(parsed("GET / HTTP/1.0\r\n\r\n").keeps_alive);
}

TEST(RequestHead, NamesFieldsInAnyCase) {
  EXPECT_EQ(get("/", "rAnGe:bytes=1-2 \t\r\n").range, "bytes=1-2");
  EXPECT_FALSE(get("/", "connection: TE, CLOSE\r\n").keeps_alive);
  EXPECT_TRUE(get("/", "content-length: 3\r\n").has_body);
  EXPECT_FALSE(get("/", "content-length: 0\r\n").has_body);
  EXPECT_TRUE(get("/", "transfer-encoding: chunked\r\n").has_body);
}

TEST(RequestHead, TakesTheAbsoluteForm) {
  EXPECT_EQ(get("http://host:80/a/b.bin").path, "a/b.bin");
  EXPECT_EQ(get("HTTPS://host").path, "");
  EXPECT_EQ(get("http://host?format=json").query, "format=json");
  EXPECT_EQ(refused("GET http://host/../x HTTP/1.1\r\nHost: h\r\n\r\n"), 400);
  EXPECT_EQ(refused("GET file.bin HTTP/1.1\r\nHost: h\r\n\r\n"), 400);
}

TEST(RequestHead, DecodesPaths) {
  EXPECT_EQ(decode_path("/a%20b/%C3%A9.bin"), "a b/\xC3\xA9.bin");
  EXPECT_EQ(decode_path("//a///b/"), "a/b");
  EXPECT_EQ(decode_path("/a..b/..c/d.."), "a..b/..c/d..");
  for (const char* bad : {"/..", "/../a", "/a/..", "/%2e%2e/a", "/.%2E/a", "/a/%2e/b",
                          "/%2e%2e%2fa", "/a%00b", "/%0a", "/%7f", "/%", "/%1", "/%zz", "/./a"}) {
    EXPECT_EQ(decode_path(bad), std::nullopt) << bad;
  }
  EXPECT_EQ(decode_path("/%252e%252e/a"), "%2e%2e/a") << "decoded once only";
}

TEST(RequestHead, RefusesWhatIsNoRequest) {
  EXPECT_EQ(refused("GET /\r\n\r\n"), 400);
  EXPECT_EQ(refused("GET  HTTP/1.1\r\nHost: h\r\n\r\n"), 400);
  EXPECT_EQ(refused("GET /a b HTTP/1.1\r\nHost: h\r\n\r\n"), 400);
  EXPECT_EQ(refused("G(T / HTTP/1.1\r\nHost: h\r\n\r\n"), 400);
  EXPECT_EQ(refused("GET / HTTP/2.0\r\nHost: h\r\n\r\n"), 505);
  EXPECT_EQ(refused("GET / HTTX/1.1\r\nHost: h\r\n\r\n"), 400);
  EXPECT_EQ(refused("POST / HTTP/1.1\r\nHost: h\r\n\r\n"), 405);
  EXPECT_EQ(refused("get / HTTP/1.1\r\nHost: h\r\n\r\n"), 405);
  EXPECT_EQ(refused("GET / HTTP/1.1\r\n\r\n"), 400) << "no Host";
  EXPECT_EQ(refused("GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n"), 400);
  EXPECT_EQ(refused("GET / HTTP/1.1\r\nHost: a\r\nRange : x\r\n\r\n"), 400);
  EXPECT_EQ(refused("GET / HTTP/1.1\r\nHost: a\r\n folded\r\n\r\n"), 400);
  EXPECT_EQ(refused("GET / HTTP/1.1\r\nHost: a\r\nA: b\rc\r\n\r\n"), 400);
  EXPECT_EQ(refused("GET /a\0b HTTP/1.1\r\nHost: a\r\n\r\n"s), 400);
  std::string many = "GET / HTTP/1.1\r\nHost: a\r\n";
  for (int i = 0; i < 100; ++i) many += "A: b\r\n";
  EXPECT_EQ(refused(many + "\r\n"), 431);
}

TEST(ByteRanges, ArePickedExactly) {
  struct Case {
    const char* header;
    RangeKind kind;
    std::uint64_t first, count;
  };
  constexpr std::uint64_t kTotal = 1000;
  for (const Case& c : {
           Case{"", RangeKind::kWhole, 0, 1000},
           Case{"bytes=0-", RangeKind::kPart, 0, 1000},
           Case{"bytes=0-0", RangeKind::kPart, 0, 1},
           Case{"bytes=0-999", RangeKind::kPart, 0, 1000},
           Case{"bytes=0-1000", RangeKind::kPart, 0, 1000},
           Case{"bytes=999-", RangeKind::kPart, 999, 1},
           Case{"bytes=500-99999999999999999999999", RangeKind::kPart, 500, 500},
           Case{"bytes=10-19", RangeKind::kPart, 10, 10},
           Case{"bytes= 10 - 19 ", RangeKind::kPart, 10, 10},
           Case{"bytes=-1", RangeKind::kPart, 999, 1},
           Case{"bytes=-5000", RangeKind::kPart, 0, 1000},
           Case{"bytes=-0", RangeKind::kUnsatisfiable, 0, 0},
           Case{"bytes=1000-", RangeKind::kUnsatisfiable, 0, 0},
           Case{"bytes=1000-2000", RangeKind::kUnsatisfiable, 0, 0},
           Case{"bytes=99999999999999999999999-", RangeKind::kUnsatisfiable, 0, 0},
           Case{"bytes=5-2", RangeKind::kWhole, 0, 1000},
           Case{"bytes=0-1,5-9", RangeKind::kWhole, 0, 1000},
           Case{"bytes=-", RangeKind::kWhole, 0, 1000},
           Case{"bytes=", RangeKind::kWhole, 0, 1000},
           Case{"bytes=a-b", RangeKind::kWhole, 0, 1000},
           Case{"bytes=1-2-3", RangeKind::kWhole, 0, 1000},
           Case{"lines=0-1", RangeKind::kWhole, 0, 1000},
           Case{"nonsense", RangeKind::kWhole, 0, 1000},
       }) {
    const RangeChoice choice = choose_range(c.header, kTotal);
    EXPECT_EQ(choice.kind, c.kind) << c.header;
    EXPECT_EQ(choice.range.first, c.first) << c.header;
    EXPECT_EQ(choice.range.count, c.count) << c.header;
  }
  EXPECT_EQ(choose_range("bytes=0-", 0).kind, RangeKind::kUnsatisfiable);
  EXPECT_EQ(choose_range("bytes=-5", 0).kind, RangeKind::kUnsatisfiable);
}

class Answers : public testing::Test {
 protected:
  void SetUp() override {
    place_.write("app.bin", image_);
    place_.write("two words.bin", "hello");
    auto opened = Catalog::open(place_.path());
    ASSERT_TRUE(opened.ok());
    catalog_.emplace(std::move(opened).value());
    answerer_.emplace(*catalog_);
  }
  Answer answer(const std::string& target, const std::string& lines = "") {
    return answerer_->answer(get(target, lines), 1'800'000'000);
  }
  std::string etag() { return catalog_->entries().at("app.bin").etag(); }

  FolderForTest place_;
  const std::string image_ = ImageForTest{.code_bytes = 1000}.build();
  std::optional<Catalog> catalog_;
  std::optional<Answerer> answerer_;
};

TEST_F(Answers, AWholeFile) {
  const Answer whole = answer("/app.bin");
  EXPECT_EQ(whole.status, 200);
  EXPECT_THAT(
      whole.head,
      AllOf(StartsWith("HTTP/1.1 200 OK\r\nDate: Fri, 15 Jan 2027 08:00:00 GMT"),
            HasSubstr("\r\nContent-Length: " + std::to_string(image_.size())),
            HasSubstr("\r\nAccept-Ranges: bytes\r\n"), HasSubstr("\r\nETag: " + etag() + "\r\n")));
  EXPECT_THAT(whole.head, Not(HasSubstr("Connection")));
  EXPECT_THAT(whole.head, Not(HasSubstr("Content-Range")));
  EXPECT_LT(whole.head.size(), 512U) << "the buffer of a device";
  EXPECT_EQ(whole.range.count, image_.size());
  EXPECT_TRUE(whole.file.has_value());
}

TEST_F(Answers, PartsOfAFile) {
  const Answer part = answer("/app.bin", "Range: bytes=16-31\r\n");
  EXPECT_EQ(part.status, 206);
  EXPECT_EQ(part.range.first, 16U);
  EXPECT_THAT(part.head, AllOf(HasSubstr("\r\nContent-Length: 16\r\n"),
                               HasSubstr("\r\nContent-Range: bytes 16-31/" +
                                         std::to_string(image_.size()) + "\r\n")));
  EXPECT_EQ(answer("/app.bin", "Range: bytes=0-\r\n").status, 206);
  const Answer behind = answer("/app.bin", "Range: bytes=9999-\r\n");
  EXPECT_EQ(behind.status, 416);
  EXPECT_THAT(behind.head,
              HasSubstr("\r\nContent-Range: bytes */" + std::to_string(image_.size())));
  EXPECT_THAT(*behind.text, HasSubstr("starts behind its end"));
  EXPECT_EQ(answer("/app.bin", "Range: bytes=0-1,4-5\r\n").status, 200);
}

TEST_F(Answers, IfRangeGivesAPartOnlyOfTheSameContent) {
  const std::string range = "Range: bytes=5-\r\nIf-Range: ";
  EXPECT_EQ(answer("/app.bin", range + etag() + "\r\n").status, 206);
  EXPECT_EQ(answer("/app.bin", range + "\"other\"\r\n").status, 200);
  EXPECT_EQ(answer("/app.bin", range + "W/" + etag() + "\r\n").status, 200);
  EXPECT_EQ(answer("/app.bin", range + "Fri, 15 Jan 2027 08:00:00 GMT\r\n").status, 200);
}

TEST_F(Answers, NotModified) {
  for (const std::string& list : {etag(), "W/" + etag(), "\"a\", " + etag(), std::string("*")}) {
    const Answer same = answer("/app.bin", "If-None-Match: " + list + "\r\nRange: bytes=0-\r\n");
    EXPECT_EQ(same.status, 304) << list;
    EXPECT_THAT(same.head, HasSubstr("ETag: " + etag()));
    EXPECT_FALSE(same.file.has_value());
    EXPECT_EQ(same.text, nullptr);
  }
  EXPECT_EQ(answer("/app.bin", "If-None-Match: \"other\"\r\n").status, 200);
}

TEST_F(Answers, HeadHasNoBody) {
  const auto head = [this](const std::string& target) {
    return answerer_->answer(
        parsed("HEAD " + target + " HTTP/1.1\r\nHost: x\r\nRange: bytes=0-3\r\n\r\n"), 0);
  };
  const Answer file = head("/app.bin");
  EXPECT_EQ(file.status, 200);
  EXPECT_THAT(file.head, HasSubstr("Content-Length: " + std::to_string(image_.size()) + "\r\n"));
  EXPECT_FALSE(file.file.has_value());
  EXPECT_EQ(head("/").text, nullptr);
  EXPECT_EQ(head("/nothing").text, nullptr);
  EXPECT_THAT(head("/nothing").head, HasSubstr("Content-Length: "));
}

TEST_F(Answers, NamesThatAreNotServed) {
  const Answer missing = answer("/App.bin");
  EXPECT_EQ(missing.status, 404);
  EXPECT_THAT(*missing.text, HasSubstr("did you mean /app.bin ?"));
  EXPECT_EQ(answer("/two%20words.bin").status, 200);
  EXPECT_EQ(answer("/sub/..app").status, 404);
}

TEST_F(Answers, TellWhetherTheConnectionStays) {
  EXPECT_FALSE(answer("/app.bin").closes);
  EXPECT_TRUE(answer("/app.bin", "Connection: close\r\n").closes);
  EXPECT_THAT(answer("/app.bin", "Connection: close\r\n").head, HasSubstr("Connection: close"));
  EXPECT_TRUE(answer("/app.bin", "Content-Length: 5\r\n").closes) << "nobody reads that body";
  const Request old = parsed("GET /app.bin HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
  EXPECT_THAT(answerer_->answer(old, 0).head, HasSubstr("Connection: keep-alive"));
  EXPECT_TRUE(Answerer::refuse({400, "why"}, 0).closes);
  EXPECT_THAT(Answerer::refuse({405, "why"}, 0).head, HasSubstr("Allow: GET, HEAD"));
}

TEST_F(Answers, TheListingAsPageAndAsJson) {
  const Answer page = answer("/");
  EXPECT_THAT(page.head, HasSubstr("Content-Type: text/html"));
  EXPECT_THAT(*page.text, AllOf(HasSubstr("<a href=\"/app.bin\">app.bin</a>"), HasSubstr("1.2.3"),
                                HasSubstr("ESP32-C3"), HasSubstr("/two%20words.bin")));
  EXPECT_EQ(answer("/").text, page.text) << "kept while nothing changes";
  for (const Answer& answered :
       {answer("/?format=json"), answer("/", "Accept: application/json\r\n")}) {
    const auto json = nlohmann::json::parse(*answered.text);
    EXPECT_EQ(json["files"].size(), 2U);
    EXPECT_EQ(json["files"][0]["version"], "1.2.3");
    EXPECT_EQ(json["files"][0]["kind"], "app");
    EXPECT_EQ(json["files"][1]["url"], "/two%20words.bin");
  }
  place_.write("more.bin", "x");
  EXPECT_THAT(*answer("/").text, HasSubstr("more.bin"));
}

TEST(Listing, IsSafeWithAnyName) {
  Entries entries;
  CatalogEntry& odd = entries["<b>\"\x1b\xFF&.bin"];
  odd.path = "<b>\"\x1b\xFF&.bin";
  odd.note = "<script>";
  EXPECT_THAT(listing_as_html(entries, {"<i>"}),
              AllOf(Not(HasSubstr("<b>")), Not(HasSubstr("<script>")), Not(HasSubstr("<i>")),
                    Not(HasSubstr("\x1b"))));
  EXPECT_THAT(listing_as_table(entries, false), Not(HasSubstr("\x1b")));
  EXPECT_TRUE(nlohmann::json::accept(listing_as_json(entries)));
  EXPECT_EQ(path_in_url("a b/\xFF%.bin"), "a%20b/%FF%25.bin");
}

TEST(Listing, FitsAHundredColumns) {
  Entries entries;
  CatalogEntry& wide = entries[std::string(200, 'x') + "tail.bin"];
  wide.kind = formats::ContentKind::kAppImage;
  wide.version = std::string(31, 'v');
  wide.project = std::string(31, 'p');
  wide.chip = "ESP32-C61";
  wide.bytes = 123'456'789;
  wide.sha256 = std::string(64, 'a');
  wide.note = "word " + std::string(300, 'n') + " word";
  std::istringstream lines(listing_as_table(entries, false));
  std::size_t count = 0;
  for (std::string line; std::getline(lines, line); ++count) EXPECT_LE(line.size(), 100U) << line;
  EXPECT_GE(count, 4U);
  EXPECT_THAT(listing_as_table(entries, false), HasSubstr("tail.bin"));
  EXPECT_EQ(size_text(9'999), "9999 B");
  EXPECT_EQ(size_text(12'345), "12 kB");
  EXPECT_EQ(size_text(1'048'576), "1.0 MB");
}

}  // namespace
}  // namespace rota::server
