// The Authorization header of Basic and Digest authentication (RFC 7617, RFC 7616), as far as
// devices use it: Digest with MD5 or SHA-256, with or without qop=auth.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "esp_http_client.h"

namespace rota::idf {

struct Credentials {
  std::string user;
  std::string password;
};

// What a server asked for in WWW-Authenticate.
struct Challenge {
  esp_http_client_auth_type_t type = HTTP_AUTH_TYPE_NONE;
  std::string realm;
  std::string nonce;
  std::string opaque;
  std::string algorithm = "MD5";
  bool wants_qop_auth = false;

  // nullopt for a scheme or an algorithm that is not known.
  static std::optional<Challenge> parse(std::string_view header);
};

// One request that is to be authorized by a digest.
struct DigestRequest {
  std::string_view method;
  std::string_view target;
  std::uint32_t count = 1;        // how often this nonce was used, this time included
  std::string_view client_nonce;  // any text that is new each time
};

std::string basic_authorization(const Credentials& credentials);
std::string digest_authorization(const Credentials& credentials,
                                 const Challenge& challenge,
                                 const DigestRequest& request);

}  // namespace rota::idf
