// The calls of esp_http_server.h that look for something in a text: URI templates, headers, query
// and cookies.
#include <algorithm>
#include <cstring>

#include "client/characters.h"
#include "idf/http_server.h"

using rota::client::same_word;
using rota::client::trimmed;
using rota::idf::HttpExchange;
using rota::idf::HttpServer;
using rota::idf::runtime;

namespace {

const HttpExchange* exchange_of(httpd_req_t* request) {
  if (request == nullptr) return nullptr;
  auto* server = static_cast<HttpServer*>(request->handle);
  return runtime().holds(server) ? server->exchange_of(request) : nullptr;
}

// As much as fits, with a NUL.
esp_err_t copy(std::string_view from, char* into, std::size_t size) {
  if (size == 0) return ESP_ERR_HTTPD_RESULT_TRUNC;
  const std::size_t copied = from.copy(into, size - 1);
  into[copied] = '\0';
  return copied == from.size() ? ESP_OK : ESP_ERR_HTTPD_RESULT_TRUNC;
}

// Takes "key=value" off the front of a list.
struct Pair {
  std::string_view key, value;
};
Pair take_pair(std::string_view& list, char separator) {
  const std::size_t end = std::min(list.find(separator), list.size());
  const std::string_view pair = list.substr(0, end);
  list.remove_prefix(std::min(end + 1, list.size()));
  const std::size_t equals = pair.find('=');
  if (equals == std::string_view::npos) return {trimmed(pair), {}};
  return {trimmed(pair.substr(0, equals)), pair.substr(equals + 1)};
}

}  // namespace

extern "C" {

bool httpd_uri_match_wildcard(const char* uri_template,
                              const char* uri_to_match,
                              size_t match_upto) {
  std::string_view pattern = uri_template;
  const std::string_view uri(uri_to_match, match_upto);
  bool any_end = false;
  bool last_is_optional = false;
  // Each of the two marks may stand once, in either order.
  for (int marks = 0; marks < 2 && !pattern.empty(); ++marks) {
    if (pattern.back() == '*' && !any_end) {
      any_end = true;
    } else if (pattern.back() == '?' && !last_is_optional) {
      last_is_optional = true;
    } else {
      break;
    }
    pattern.remove_suffix(1);
  }
  const std::size_t needed = pattern.size() - (last_is_optional && !pattern.empty() ? 1 : 0);
  if (!uri.starts_with(pattern.substr(0, needed))) return false;
  if (uri.size() == needed) return last_is_optional || needed == pattern.size();
  if (!uri.starts_with(pattern)) return false;
  return any_end || uri.size() == pattern.size();
}

size_t httpd_req_get_hdr_value_len(httpd_req_t* r, const char* field) {
  const HttpExchange* exchange = exchange_of(r);
  if (exchange == nullptr || field == nullptr) return 0;
  const std::string* value = exchange->head.header(field);
  return value == nullptr ? 0 : value->size();
}

esp_err_t httpd_req_get_hdr_value_str(httpd_req_t* r,
                                      const char* field,
                                      char* val,
                                      size_t val_size) {
  if (r == nullptr || field == nullptr || val == nullptr) return ESP_ERR_INVALID_ARG;
  const HttpExchange* exchange = exchange_of(r);
  if (exchange == nullptr) return ESP_ERR_HTTPD_INVALID_REQ;
  const std::string* value = exchange->head.header(field);
  return value == nullptr ? ESP_ERR_NOT_FOUND : copy(*value, val, val_size);
}

size_t httpd_req_get_url_query_len(httpd_req_t* r) {
  const HttpExchange* exchange = exchange_of(r);
  return exchange == nullptr ? 0 : exchange->head.query().value_or("").size();
}

esp_err_t httpd_req_get_url_query_str(httpd_req_t* r, char* buf, size_t buf_len) {
  if (r == nullptr || buf == nullptr) return ESP_ERR_INVALID_ARG;
  const HttpExchange* exchange = exchange_of(r);
  if (exchange == nullptr) return ESP_ERR_HTTPD_INVALID_REQ;
  const auto query = exchange->head.query();
  return query && !query->empty() ? copy(*query, buf, buf_len) : ESP_ERR_NOT_FOUND;
}

esp_err_t httpd_query_key_value(const char* qry, const char* key, char* val, size_t val_size) {
  if (qry == nullptr || key == nullptr || val == nullptr) return ESP_ERR_INVALID_ARG;
  std::string_view list = qry;
  while (!list.empty()) {
    const Pair pair = take_pair(list, '&');
    if (same_word(pair.key, key)) return copy(pair.value, val, val_size);
  }
  return ESP_ERR_NOT_FOUND;
}

esp_err_t httpd_req_get_cookie_val(httpd_req_t* req,
                                   const char* cookie_name,
                                   char* val,
                                   size_t* val_size) {
  if (req == nullptr || cookie_name == nullptr || val == nullptr || val_size == nullptr) {
    return ESP_ERR_INVALID_ARG;
  }
  const HttpExchange* exchange = exchange_of(req);
  if (exchange == nullptr) return ESP_ERR_HTTPD_INVALID_REQ;
  const std::string* cookies = exchange->head.header("Cookie");
  std::string_view list = cookies == nullptr ? std::string_view() : *cookies;
  while (!list.empty()) {
    const Pair pair = take_pair(list, ';');
    if (pair.key != cookie_name) continue;
    const esp_err_t copied = copy(pair.value, val, *val_size);
    *val_size = pair.value.size() + 1;
    return copied;
  }
  return ESP_ERR_NOT_FOUND;
}

}  // extern "C"
