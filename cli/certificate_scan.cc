#include "cli/certificate_scan.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <set>
#include <string_view>

#include "cli/console.h"

namespace rota::cli {
namespace {

constexpr std::size_t kWindowBytes = 64U * 1024U;
constexpr std::size_t kOverlapBytes = 8U * 1024U;  // the longest text that is found
constexpr std::string_view kBegin = "-----BEGIN CERTIFICATE-----";
constexpr std::string_view kEnd = "-----END CERTIFICATE-----";

// One element of DER: tag, content, and the whole of it.
struct Element {
  unsigned tag = 0;
  Bytes content;
};

class DerReader {
 public:
  explicit DerReader(Bytes bytes) : rest_(bytes) {}

  // nullopt at the end, and when the length does not fit.
  std::optional<Element> next() {
    if (rest_.size() < 2) return std::nullopt;
    const auto tag = std::to_integer<unsigned>(rest_[0]);
    std::size_t length = std::to_integer<std::size_t>(rest_[1]);
    std::size_t header = 2;
    if (length >= 0x80) {
      const std::size_t count = length & 0x7FU;
      if (count == 0 || count > 3 || rest_.size() < 2 + count) return std::nullopt;
      length = 0;
      for (std::size_t i = 0; i < count; ++i) {
        length = length << 8U | std::to_integer<std::size_t>(rest_[2 + i]);
      }
      header += count;
    }
    if (length > rest_.size() - header) return std::nullopt;
    Element element{tag, rest_.subspan(header, length)};
    rest_ = rest_.subspan(header + length);
    return element;
  }

 private:
  Bytes rest_;
};

constexpr unsigned kSequence = 0x30;
constexpr unsigned kUtcTime = 0x17;
constexpr unsigned kGeneralizedTime = 0x18;

std::string date_of(const Element& time) {
  std::string_view text = text_of(time.content);
  std::string century;
  if (time.tag == kUtcTime && text.size() >= 6) {
    century = text.substr(0, 2) < "50" ? "20" : "19";
  } else if (time.tag != kGeneralizedTime || text.size() < 8) {
    return {};
  }
  const std::string digits = century + std::string(text.substr(0, century.empty() ? 8 : 6));
  const bool all_digits =
      std::all_of(digits.begin(), digits.end(), [](char c) { return c >= '0' && c <= '9'; });
  if (!all_digits) return {};
  return digits.substr(0, 4) + "-" + digits.substr(4, 2) + "-" + digits.substr(6, 2);
}

// The common name (2.5.4.3) inside a Name.
std::string common_name(Bytes name) {
  constexpr std::array kCommonName{std::byte{0x55}, std::byte{0x04}, std::byte{0x03}};
  DerReader sets(name);
  while (const auto set = sets.next()) {
    DerReader pairs(set->content);
    while (const auto pair = pairs.next()) {
      DerReader parts(pair->content);
      const auto type = parts.next();
      const auto value = parts.next();
      if (type && value &&
          std::equal(type->content.begin(), type->content.end(), kCommonName.begin(),
                     kCommonName.end())) {
        return printable(text_of(value->content));
      }
    }
  }
  return {};
}

// Certificates that come with examples are signed by themselves or their like, and keep the words
// of the example or the organization that `openssl req` proposes.
bool is_sample(std::string_view subject, const FoundCertificate& found) {
  if (subject.find("Internet Widgits Pty Ltd") != subject.npos) return true;
  std::string names = found.subject + "\n" + found.issuer;
  std::transform(names.begin(), names.end(), names.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  const auto has = [&](std::string_view word) { return names.find(word) != names.npos; };
  return has("esp32 https server") ||
         (found.subject == found.issuer && (has("example") || has("test") || has("localhost")));
}

// Base64 with anything between its letters ignored; nullopt when it ends oddly.
std::optional<std::vector<std::byte>> decode_base64(std::string_view text) {
  constexpr std::string_view kLetters =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::vector<std::byte> bytes;
  unsigned bits = 0;
  unsigned count = 0;
  for (const char c : text) {
    if (c == '=') break;
    const std::size_t value = kLetters.find(c);
    if (value == kLetters.npos) continue;
    bits = bits << 6U | static_cast<unsigned>(value);
    count += 6;
    if (count < 8) continue;
    count -= 8;
    bytes.push_back(static_cast<std::byte>(bits >> count));
    bits &= (1U << count) - 1U;
  }
  if (bits != 0) return std::nullopt;
  return bytes;
}

// Keeps what was found, also when windows overlap.
class Scanner {
 public:
  void look_at(std::string_view window, bool is_last) {
    find_certificates(window, is_last);
    texts_.has_private_key =
        texts_.has_private_key || (window.find("-----BEGIN ") != window.npos &&
                                   window.find(" PRIVATE KEY-----") != window.npos);
    find_urls(window);
  }
  ImageTexts take() { return std::move(texts_); }

 private:
  void find_certificates(std::string_view window, bool is_last);
  void find_urls(std::string_view window);

  ImageTexts texts_;
  std::set<std::string, std::less<>> seen_;
};

void Scanner::find_certificates(std::string_view window, bool is_last) {
  for (std::size_t at = window.find(kBegin); at != window.npos; at = window.find(kBegin, at + 1)) {
    const std::size_t end = window.find(kEnd, at);
    if (end == window.npos || end - at > kOverlapBytes) {
      // It may be whole in the next window.
      if (is_last || window.size() - at > kOverlapBytes) ++texts_.broken_certificates;
      continue;
    }
    const std::string_view body = window.substr(at + kBegin.size(), end - at - kBegin.size());
    if (!seen_.insert(std::string(body)).second) continue;
    const auto der = decode_base64(body);
    auto certificate = der ? parse_certificate(*der) : std::nullopt;
    if (!certificate) {
      ++texts_.broken_certificates;
    } else if (texts_.certificates.size() < kMaxCertificates) {
      texts_.certificates.push_back(std::move(*certificate));
    }
  }
}

void Scanner::find_urls(std::string_view window) {
  constexpr std::string_view kScheme = "http://";
  for (std::size_t at = window.find(kScheme); at != window.npos;
       at = window.find(kScheme, at + 1)) {
    const std::size_t end =
        std::min(window.find_first_of(std::string_view("\0\"'<> \r\n\t", 9), at), window.size());
    const std::string_view url = window.substr(at, std::min<std::size_t>(end - at, 120));
    const bool is_whole = url.size() > kScheme.size() + 3 && printable(url) == url;
    const auto mentions = [&](std::string_view word) { return url.find(word) != url.npos; };
    const bool is_firmware =
        mentions(".bin") || mentions("firmware") || mentions("/ota") || mentions("update");
    if (!is_whole || !is_firmware || texts_.plain_urls.size() >= kMaxUrls) continue;
    if (seen_.insert(std::string(url)).second) texts_.plain_urls.emplace_back(url);
  }
}

}  // namespace

std::optional<FoundCertificate> parse_certificate(Bytes der) {
  const auto outer = DerReader(der).next();
  if (!outer || outer->tag != kSequence) return std::nullopt;
  const auto body = DerReader(outer->content).next();
  if (!body || body->tag != kSequence) return std::nullopt;
  DerReader fields(body->content);
  auto field = fields.next();
  if (field && field->tag == 0xA0) field = fields.next();  // version, when it is not the first one
  fields.next();  // signature algorithm; `field` is the serial
  const auto issuer = fields.next();
  const auto validity = fields.next();
  const auto subject = fields.next();
  if (!field || !issuer || !validity || !subject) return std::nullopt;
  DerReader times(validity->content);
  const auto from = times.next();
  const auto to = times.next();
  if (!from || !to) return std::nullopt;
  FoundCertificate found{common_name(subject->content), common_name(issuer->content),
                         date_of(*from), date_of(*to), false};
  if (found.not_before.empty() || found.not_after.empty()) return std::nullopt;
  found.is_sample = is_sample(text_of(subject->content), found);
  return found;
}

Result<ImageTexts> scan_image(core::Flash& flash, core::FlashRange range) {
  Scanner scanner;
  std::vector<std::byte> window;
  for (std::uint32_t done = 0; done < range.size_bytes;) {
    const std::size_t kept = std::min(window.size(), kOverlapBytes);
    window.erase(window.begin(), window.end() - static_cast<std::ptrdiff_t>(kept));
    const std::size_t fresh = std::min<std::size_t>(kWindowBytes, range.size_bytes - done);
    window.resize(kept + fresh);
    ROTA_TRY(flash.read(range.start + done, MutableBytes(window).subspan(kept)));
    done += static_cast<std::uint32_t>(fresh);
    scanner.look_at(text_of(window), done == range.size_bytes);
  }
  return scanner.take();
}

}  // namespace rota::cli
