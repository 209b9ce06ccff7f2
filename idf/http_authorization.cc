#include "idf/http_authorization.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <cstdio>
#include <span>

#include "crypto/md5.h"
#include "crypto/sha256.h"

namespace rota::idf {

namespace {

bool same_word(std::string_view a, std::string_view b) {
  return std::ranges::equal(
      a, b, [](unsigned char x, unsigned char y) { return std::tolower(x) == std::tolower(y); });
}

std::string hex_of(Bytes bytes) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string text;
  for (const std::byte byte : bytes) {
    text += kDigits[std::to_integer<unsigned>(byte) >> 4U];
    text += kDigits[std::to_integer<unsigned>(byte) & 0xFU];
  }
  return text;
}

std::string base64_of(std::string_view text) {
  constexpr std::string_view kLetters =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string encoded;
  for (std::size_t at = 0; at < text.size(); at += 3) {
    const std::size_t count = std::min<std::size_t>(3, text.size() - at);
    std::uint32_t group = 0;
    for (std::size_t i = 0; i < 3; ++i) {
      group = group << 8U | (i < count ? static_cast<unsigned char>(text[at + i]) : 0U);
    }
    for (std::size_t i = 0; i < 4; ++i) {
      encoded += i <= count ? kLetters[group >> (18U - 6U * i) & 0x3FU] : '=';
    }
  }
  return encoded;
}

bool is_sha256(const Challenge& challenge) {
  return same_word(challenge.algorithm.substr(0, 7), "SHA-256");
}

bool is_session(const Challenge& challenge) {
  return challenge.algorithm.size() > 5 &&
         same_word(std::string_view(challenge.algorithm).substr(challenge.algorithm.size() - 5),
                   "-sess");
}

std::string digest_of(const Challenge& challenge, std::string_view text) {
  const Bytes bytes = std::as_bytes(std::span(text));
  if (is_sha256(challenge)) {
    crypto::Sha256 sha256;
    sha256.update(bytes);
    return hex_of(sha256.finish());
  }
  crypto::Md5 md5;
  md5.update(bytes);
  return hex_of(md5.finish());
}

// Takes `name=value` or `name="value"` from the front of a challenge. False at its end.
bool take_parameter(std::string_view& rest, std::string_view& name, std::string& value) {
  const std::size_t begin = rest.find_first_not_of(" \t,");
  if (begin == std::string_view::npos) return false;
  rest.remove_prefix(begin);
  const std::size_t equals = rest.find('=');
  if (equals == std::string_view::npos) return false;
  name = rest.substr(0, equals);
  rest.remove_prefix(equals + 1);
  value.clear();
  if (rest.empty() || rest.front() != '"') {
    const std::size_t end = std::min(rest.find_first_of(", \t"), rest.size());
    value = rest.substr(0, end);
    rest.remove_prefix(end);
    return true;
  }
  rest.remove_prefix(1);
  while (!rest.empty() && rest.front() != '"') {
    if (rest.front() == '\\' && rest.size() > 1) rest.remove_prefix(1);
    value += rest.front();
    rest.remove_prefix(1);
  }
  if (!rest.empty()) rest.remove_prefix(1);
  return true;
}

bool lists_auth(std::string_view qop) {
  while (!qop.empty()) {
    const std::size_t end = std::min(qop.find_first_of(", "), qop.size());
    if (same_word(qop.substr(0, end), "auth")) return true;
    qop.remove_prefix(std::min(end + 1, qop.size()));
  }
  return false;
}

std::string quoted(std::string_view text) {
  std::string value = "\"";
  for (const char letter : text) {
    if (letter == '"' || letter == '\\') value += '\\';
    value += letter;
  }
  return value + '"';
}

}  // namespace

std::optional<Challenge> Challenge::parse(std::string_view header) {
  const std::size_t end = std::min(header.find_first_of(" \t"), header.size());
  Challenge challenge;
  if (same_word(header.substr(0, end), "Basic")) {
    challenge.type = HTTP_AUTH_TYPE_BASIC;
  } else if (same_word(header.substr(0, end), "Digest")) {
    challenge.type = HTTP_AUTH_TYPE_DIGEST;
  } else {
    return std::nullopt;
  }
  std::string_view rest = header.substr(end);
  std::string_view name;
  std::string value;
  while (take_parameter(rest, name, value)) {
    if (same_word(name, "realm")) challenge.realm = value;
    if (same_word(name, "nonce")) challenge.nonce = value;
    if (same_word(name, "opaque")) challenge.opaque = value;
    if (same_word(name, "algorithm")) challenge.algorithm = value;
    if (same_word(name, "qop")) challenge.wants_qop_auth = lists_auth(value);
  }
  const std::string_view algorithm = challenge.algorithm;
  const std::string_view base =
      algorithm.substr(0, algorithm.size() - (is_session(challenge) ? 5 : 0));
  if (!same_word(base, "MD5") && !same_word(base, "SHA-256")) return std::nullopt;
  return challenge;
}

std::string basic_authorization(const Credentials& credentials) {
  return "Basic " + base64_of(credentials.user + ":" + credentials.password);
}

std::string digest_authorization(const Credentials& credentials,
                                 const Challenge& challenge,
                                 const DigestRequest& request) {
  std::array<char, 9> count{};
  std::snprintf(count.data(), count.size(), "%08x", static_cast<unsigned>(request.count));
  const std::string client_nonce(request.client_nonce);
  const std::string target(request.target);

  std::string secret =
      digest_of(challenge, credentials.user + ":" + challenge.realm + ":" + credentials.password);
  if (is_session(challenge)) {
    secret = digest_of(challenge, secret + ":" + challenge.nonce + ":" + client_nonce);
  }
  const std::string asked = digest_of(challenge, std::string(request.method) + ":" + target);
  std::string text = secret + ":" + challenge.nonce + ":";
  if (challenge.wants_qop_auth) text += std::string(count.data()) + ":" + client_nonce + ":auth:";
  const std::string response = digest_of(challenge, text + asked);

  std::string header = "Digest username=" + quoted(credentials.user) +
                       ", realm=" + quoted(challenge.realm) + ", nonce=" + quoted(challenge.nonce) +
                       ", uri=" + quoted(target) + ", algorithm=" + challenge.algorithm +
                       ", response=" + quoted(response);
  if (!challenge.opaque.empty()) header += ", opaque=" + quoted(challenge.opaque);
  if (challenge.wants_qop_auth || is_session(challenge)) {
    header += ", qop=auth, nc=" + std::string(count.data()) + ", cnonce=" + quoted(client_nonce);
  }
  return header;
}

}  // namespace rota::idf
