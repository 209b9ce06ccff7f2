// esp_http_client.h (spec 7).
#include "esp_http_client.h"

#include <cstring>
#include <new>

#include "esp_log.h"
#include "esp_tls.h"
#include "idf/http_client.h"

using rota::idf::config;
using rota::idf::runtime;

namespace {

constexpr const char* kTag = "HTTP_CLIENT";

bool is_unknown(esp_http_client_handle_t client) { return !runtime().holds(client); }

// Calls a member of the client, or answers INVALID_ARG for a handle that is none.
template <class Call>
esp_err_t with(esp_http_client_handle_t client, Call call) try {
  if (is_unknown(client)) return ESP_ERR_INVALID_ARG;
  return call(*client);
} catch (const std::bad_alloc&) {
  return ESP_ERR_NO_MEM;
}

std::string url_of(const esp_http_client_config_t& given) {
  if (given.url != nullptr) return given.url;
  const bool tls = given.transport_type == HTTP_TRANSPORT_OVER_SSL;
  std::string url = std::string(tls ? "https://" : "http://") + given.host;
  if (given.port > 0) url += ":" + std::to_string(given.port);
  const std::string path = given.path == nullptr ? "" : given.path;
  url += path.starts_with('/') ? path : "/" + path;
  if (given.query != nullptr) url += std::string("?") + given.query;
  return url;
}

esp_err_t set_text(std::string& into, const char* text) {
  into = text == nullptr ? "" : text;
  return ESP_OK;
}

esp_err_t get_text(std::string& from, char** value) {
  if (value == nullptr) return ESP_ERR_INVALID_ARG;
  *value = from.empty() ? nullptr : from.data();
  return ESP_OK;
}

}  // namespace

extern "C" {

ESP_EVENT_DEFINE_BASE(ESP_HTTP_CLIENT_EVENT);

esp_http_client_handle_t esp_http_client_init(const esp_http_client_config_t* config) {
  if (config == nullptr || (config->url == nullptr && config->host == nullptr)) {
    ESP_LOGE(kTag, "The configuration has neither a URL nor a host.");
    return nullptr;
  }
  esp_http_client_handle_t client = nullptr;
  try {
    client = runtime().create<esp_http_client>(*config);
    if (client != nullptr && client->set_url(url_of(*config)) == ESP_OK) return client;
  } catch (const std::bad_alloc&) {
    ESP_LOGE(kTag, "There is no memory for the client's URL.");
  }
  runtime().destroy(client);
  return nullptr;
}

esp_err_t esp_http_client_cleanup(esp_http_client_handle_t client) {
  const esp_err_t closed = esp_http_client_close(client);
  if (closed == ESP_OK) runtime().destroy(client);
  return closed;
}

esp_err_t esp_http_client_perform(esp_http_client_handle_t client) {
  return with(client, [](esp_http_client& it) { return it.perform(); });
}

esp_err_t esp_http_client_cancel_request(esp_http_client_handle_t client) {
  return with(client, [](esp_http_client& it) {
    if (it.state < HTTP_STATE_CONNECTED) return esp_err_t{ESP_ERR_INVALID_STATE};
    it.forget_request();
    return it.connect();
  });
}

esp_err_t esp_http_client_open(esp_http_client_handle_t client, int write_len) {
  return with(client, [&](esp_http_client& it) { return it.send_request(write_len); });
}

esp_err_t esp_http_client_prepare(esp_http_client_handle_t client) {
  return with(client, [](esp_http_client&) { return ESP_OK; });
}

esp_err_t esp_http_client_request_send(esp_http_client_handle_t client, int write_len) {
  return esp_http_client_open(client, write_len);
}

int esp_http_client_write(esp_http_client_handle_t client, const char* buffer, int len) try {
  return is_unknown(client) || buffer == nullptr ? -1 : client->write(buffer, len);
} catch (const std::bad_alloc&) {
  return -1;
}

int64_t esp_http_client_fetch_headers(esp_http_client_handle_t client) try {
  return is_unknown(client) ? -1 : client->fetch_headers();
} catch (const std::bad_alloc&) {
  return -1;
}

int esp_http_client_read(esp_http_client_handle_t client, char* buffer, int len) try {
  return is_unknown(client) ? -1 : client->read(buffer, len);
} catch (const std::bad_alloc&) {
  return -1;
}

int esp_http_client_read_response(esp_http_client_handle_t client, char* buffer, int len) try {
  if (is_unknown(client)) return -1;
  int have = 0;
  while (have < len) {
    const int got = client->read(buffer + have, len - have);
    if (got <= 0) return have > 0 ? have : got;
    have += got;
  }
  return have;
} catch (const std::bad_alloc&) {
  return -1;
}

esp_err_t esp_http_client_flush_response(esp_http_client_handle_t client, int* len) {
  return with(client, [&](esp_http_client& it) {
    int bytes = 0;
    if (it.state < HTTP_STATE_REQ_COMPLETE_HEADER) return esp_err_t{ESP_ERR_INVALID_STATE};
    const bool is_whole = it.drain(bytes);
    if (len != nullptr) *len = bytes;
    return esp_err_t{is_whole ? ESP_OK : ESP_FAIL};
  });
}

esp_err_t esp_http_client_clear_response_buffer(esp_http_client_handle_t client) {
  return with(client, [](esp_http_client&) { return ESP_OK; });
}

esp_err_t esp_http_client_close(esp_http_client_handle_t client) {
  return with(client, [](esp_http_client& it) {
    it.close();
    return ESP_OK;
  });
}

bool esp_http_client_is_complete_data_received(esp_http_client_handle_t client) {
  return !is_unknown(client) && client->is_complete();
}

bool esp_http_client_is_persistent_connection(esp_http_client_handle_t client) {
  return !is_unknown(client) && client->keeps_alive();
}

esp_err_t esp_http_client_set_url(esp_http_client_handle_t client, const char* url) {
  if (url == nullptr) return ESP_ERR_INVALID_ARG;
  return with(client, [&](esp_http_client& it) { return it.set_url(url); });
}

esp_err_t esp_http_client_get_url(esp_http_client_handle_t client, char* url, const int len) {
  if (url == nullptr || len <= 0) return ESP_ERR_INVALID_ARG;
  return with(client, [&](esp_http_client& it) {
    const std::string text = it.url_text();
    if (text.size() >= static_cast<std::size_t>(len)) return esp_err_t{ESP_ERR_INVALID_SIZE};
    std::memcpy(url, text.c_str(), text.size() + 1);
    return esp_err_t{ESP_OK};
  });
}

esp_err_t esp_http_client_set_method(esp_http_client_handle_t client,
                                     esp_http_client_method_t method) {
  if (method < HTTP_METHOD_GET || method >= HTTP_METHOD_MAX) return ESP_ERR_INVALID_ARG;
  return with(client, [&](esp_http_client& it) {
    it.method = method;
    return ESP_OK;
  });
}

esp_err_t esp_http_client_set_header(esp_http_client_handle_t client,
                                     const char* key,
                                     const char* value) {
  if (key == nullptr) return ESP_ERR_INVALID_ARG;
  return with(client, [&](esp_http_client& it) {
    if (value == nullptr) {
      it.delete_header(key);
    } else {
      it.set_header(key, value);
    }
    return ESP_OK;
  });
}

esp_err_t esp_http_client_get_header(esp_http_client_handle_t client,
                                     const char* key,
                                     char** value) {
  if (key == nullptr || value == nullptr) return ESP_ERR_INVALID_ARG;
  return with(client, [&](esp_http_client& it) {
    *value = it.header(key);
    return ESP_OK;
  });
}

esp_err_t esp_http_client_delete_header(esp_http_client_handle_t client, const char* key) {
  if (key == nullptr) return ESP_ERR_INVALID_ARG;
  return with(client, [&](esp_http_client& it) {
    return esp_err_t{it.delete_header(key) ? ESP_OK : ESP_ERR_NOT_FOUND};
  });
}

esp_err_t esp_http_client_delete_all_headers(esp_http_client_handle_t client) {
  return with(client, [](esp_http_client& it) {
    it.delete_all_headers();
    return ESP_OK;
  });
}

esp_err_t esp_http_client_set_post_field(esp_http_client_handle_t client,
                                         const char* data,
                                         int len) {
  if (len < 0) return ESP_ERR_INVALID_ARG;
  return with(client, [&](esp_http_client& it) {
    it.set_post_data(data, len);
    return ESP_OK;
  });
}

int esp_http_client_get_post_field(esp_http_client_handle_t client, char** data) {
  if (is_unknown(client) || data == nullptr) return 0;
  *data = client->post_data;
  return client->post_data == nullptr ? 0 : client->post_bytes;
}

esp_err_t esp_http_client_set_username(esp_http_client_handle_t client, const char* username) {
  return with(client, [&](esp_http_client& it) { return set_text(it.username, username); });
}

esp_err_t esp_http_client_get_username(esp_http_client_handle_t client, char** value) {
  return with(client, [&](esp_http_client& it) { return get_text(it.username, value); });
}

esp_err_t esp_http_client_set_password(esp_http_client_handle_t client, const char* password) {
  return with(client, [&](esp_http_client& it) { return set_text(it.password, password); });
}

esp_err_t esp_http_client_get_password(esp_http_client_handle_t client, char** value) {
  return with(client, [&](esp_http_client& it) { return get_text(it.password, value); });
}

esp_err_t esp_http_client_set_authtype(esp_http_client_handle_t client,
                                       esp_http_client_auth_type_t auth_type) {
  return with(client, [&](esp_http_client& it) {
    it.auth_type = auth_type;
    return ESP_OK;
  });
}

esp_err_t esp_http_client_set_timeout_ms(esp_http_client_handle_t client, int timeout_ms) {
  return with(client, [&](esp_http_client& it) {
    it.set_timeout(timeout_ms);
    return ESP_OK;
  });
}

esp_err_t esp_http_client_set_user_data(esp_http_client_handle_t client, void* data) {
  return with(client, [&](esp_http_client& it) {
    it.user_data = data;
    return ESP_OK;
  });
}

esp_err_t esp_http_client_get_user_data(esp_http_client_handle_t client, void** data) {
  if (data == nullptr) return ESP_ERR_INVALID_ARG;
  return with(client, [&](esp_http_client& it) {
    *data = it.user_data;
    return ESP_OK;
  });
}

esp_err_t esp_http_client_set_redirection(esp_http_client_handle_t client) {
  return with(client, [](esp_http_client& it) { return it.follow_redirection(); });
}

// What came as WWW-Authenticate in a header event.
esp_err_t esp_http_client_set_auth_data(esp_http_client_handle_t client,
                                        const char* auth_data,
                                        int len) {
  if (auth_data == nullptr || len <= 0) return ESP_ERR_INVALID_ARG;
  return with(client, [&](esp_http_client& it) {
    return it.set_challenge({auth_data, static_cast<std::size_t>(len)});
  });
}

esp_err_t esp_http_client_add_auth(esp_http_client_handle_t client) {
  return with(client, [](esp_http_client& it) { return it.add_authorization(); });
}

esp_err_t esp_http_client_reset_redirect_counter(esp_http_client_handle_t client) {
  return with(client, [](esp_http_client& it) {
    it.redirect_count = 0;
    return ESP_OK;
  });
}

int esp_http_client_get_status_code(esp_http_client_handle_t client) {
  return is_unknown(client) ? -1 : client->status();
}

int64_t esp_http_client_get_content_length(esp_http_client_handle_t client) {
  return is_unknown(client) ? -1 : client->content_length();
}

int64_t esp_http_client_get_content_range(esp_http_client_handle_t client) {
  return is_unknown(client) ? -1 : client->content_range_total();
}

bool esp_http_client_is_chunked_response(esp_http_client_handle_t client) {
  return !is_unknown(client) && client->is_chunked();
}

// The length of single chunks is not known here; programs have no use for it.
esp_err_t esp_http_client_get_chunk_length(esp_http_client_handle_t client, int* len) {
  if (is_unknown(client) || len == nullptr) return ESP_ERR_INVALID_ARG;
  return client->is_chunked() ? ESP_ERR_NOT_SUPPORTED : ESP_FAIL;
}

esp_err_t esp_http_client_get_response_header(esp_http_client_handle_t client,
                                              const char* key,
                                              char** value) {
  if (key == nullptr || value == nullptr) return ESP_ERR_INVALID_ARG;
  if (!config().http_client_save_response_headers) return ESP_ERR_NOT_SUPPORTED;
  return with(client, [&](esp_http_client& it) {
    *value = it.saved_response_header(key);
    return esp_err_t{*value == nullptr ? ESP_ERR_NOT_FOUND : ESP_OK};
  });
}

int esp_http_client_get_errno(esp_http_client_handle_t client) {
  return is_unknown(client) ? -1 : client->take_errno();
}

esp_err_t esp_http_client_get_and_clear_last_tls_error(esp_http_client_handle_t client,
                                                       int* esp_tls_error_code,
                                                       int* esp_tls_flags) {
  return with(client, [&](esp_http_client& it) {
    return esp_tls_get_and_clear_last_error(&it.tls_error, esp_tls_error_code, esp_tls_flags);
  });
}

esp_http_client_transport_t esp_http_client_get_transport_type(esp_http_client_handle_t client) {
  if (is_unknown(client)) return HTTP_TRANSPORT_UNKNOWN;
  return client->uses_tls() ? HTTP_TRANSPORT_OVER_SSL : HTTP_TRANSPORT_OVER_TCP;
}

esp_http_state_t esp_http_client_get_state(esp_http_client_handle_t client) {
  return is_unknown(client) ? HTTP_STATE_UNINIT : client->state;
}

}  // extern "C"
