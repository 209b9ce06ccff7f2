#include "cli/certificate_scan.h"

#include <gtest/gtest.h>

#include "cli/diagnosis.h"
#include "cli/input_file.h"

namespace rota::cli {
namespace {

std::vector<std::byte> element(unsigned tag, const std::vector<std::byte>& content) {
  std::vector<std::byte> result{static_cast<std::byte>(tag),
                                static_cast<std::byte>(content.size())};
  result.insert(result.end(), content.begin(), content.end());
  return result;
}
std::vector<std::byte> element(unsigned tag, std::string_view text) {
  const Bytes bytes = bytes_of(text);
  return element(tag, std::vector<std::byte>(bytes.begin(), bytes.end()));
}
std::vector<std::byte> operator+(std::vector<std::byte> a, const std::vector<std::byte>& b) {
  a.insert(a.end(), b.begin(), b.end());
  return a;
}
std::vector<std::byte> name(std::string_view text) {
  return element(0x30,
                 element(0x31, element(0x30, element(0x06, "\x55\x04\x03") + element(0x0C, text))));
}
// The fields of a certificate that matter here; the rest may be missing.
std::vector<std::byte> certificate(std::string_view from, std::string_view to, unsigned time_tag) {
  const auto validity = element(0x30, element(time_tag, from) + element(time_tag, to));
  return element(0x30, element(0x30, element(0xA0, "v") + element(0x02, "7") + element(0x30, "a") +
                                         name("Root") + validity + name("Leaf")));
}

TEST(CertificateScan, ReadsNamesAndBothFormsOfTime) {
  const auto utc = parse_certificate(certificate("240131000000Z", "991231235959Z", 0x17));
  ASSERT_TRUE(utc.has_value());
  EXPECT_EQ(utc->issuer, "Root");
  EXPECT_EQ(utc->subject, "Leaf");
  EXPECT_EQ(utc->not_before, "2024-01-31");
  EXPECT_EQ(utc->not_after, "1999-12-31");
  const auto general = parse_certificate(certificate("20240131000000Z", "20991231235959Z", 0x18));
  ASSERT_TRUE(general.has_value());
  EXPECT_EQ(general->not_after, "2099-12-31");
}

TEST(CertificateScan, EveryTruncationIsNoCertificate) {
  const auto whole = certificate("240131000000Z", "301231235959Z", 0x17);
  for (std::size_t length = 0; length < whole.size(); ++length) {
    EXPECT_FALSE(parse_certificate(Bytes(whole).first(length)).has_value()) << length;
  }
}

TEST(CertificateScan, TextsAcrossTheWindowsOfTheScanAreFoundOnce) {
  constexpr std::string_view kUrl = "http://example.org/firmware.bin";
  for (const std::size_t at :
       {std::size_t{0}, std::size_t{65520}, std::size_t{65535}, std::size_t{131000}}) {
    std::vector<std::byte> image(200000);
    const Bytes text = bytes_of(kUrl);
    std::copy(text.begin(), text.end(), image.begin() + static_cast<std::ptrdiff_t>(at));
    auto file = InputFile::of_bytes("image", std::move(image));
    const auto found = scan_image(file, {{0}, file.size()});
    ASSERT_TRUE(found.ok());
    EXPECT_EQ(found->plain_urls, std::vector<std::string>{std::string(kUrl)}) << at;
    EXPECT_FALSE(found->has_private_key);
  }
}

TEST(Diagnosis, AgeIsThatOfTheBuildElseOfTheVersion) {
  const auto app = [](std::string_view version, std::string_view date, std::string_view time) {
    formats::AppDescription description;
    formats::set_text(description.version_field, version);
    formats::set_text(description.date_field, date);
    formats::set_text(description.time_field, time);
    return description;
  };
  EXPECT_EQ(
      compare_age(app("1.0", "Feb 10 2025", "00:00:01"), app("2.0", "Feb  9 2025", "23:59:59")), 1);
  EXPECT_EQ(
      compare_age(app("1.0", "Dec 31 2024", "10:00:00"), app("1.0", "Jan  1 2025", "09:00:00")),
      -1);
  EXPECT_EQ(compare_age(app("v1.10.0", "", ""), app("v1.9.9", "", "")), 1);
  EXPECT_EQ(compare_age(app("1.2", "", ""), app("1.2.1", "", "")), -1);
  EXPECT_EQ(compare_age(app("dev", "", ""), app("main", "", "")), 0);
}

}  // namespace
}  // namespace rota::cli
