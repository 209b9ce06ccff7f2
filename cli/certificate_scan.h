// Certificates, keys and URLs inside an app image, found by their texts: what decides whether a
// device will still reach its update server next year.
//
// Reads the image piece by piece. Certificates are those in PEM, as esp_https_ota takes them;
// ESP-IDF's certificate bundle (DER without subject) is not looked into.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"
#include "core/flash.h"

namespace rota::cli {

struct FoundCertificate {
  std::string subject;  // its common name, "" when it has none
  std::string issuer;
  std::string not_before;  // "2024-01-31"; texts of this form compare as dates do
  std::string not_after;
  bool is_sample = false;  // of an example: by its names, or by what openssl req proposes
};

struct ImageTexts {
  std::vector<FoundCertificate> certificates;
  unsigned broken_certificates = 0;  // PEM that does not decode
  bool has_private_key = false;
  std::vector<std::string> plain_urls;  // http:// that look like firmware, at most kMaxUrls
};

inline constexpr std::size_t kMaxUrls = 8;
inline constexpr std::size_t kMaxCertificates = 64;

// Errors: those of Flash::read.
Result<ImageTexts> scan_image(core::Flash& flash, core::FlashRange range);

// One certificate in DER; nullopt when it is none.
std::optional<FoundCertificate> parse_certificate(Bytes der);

}  // namespace rota::cli
