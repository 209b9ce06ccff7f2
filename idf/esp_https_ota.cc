// esp_https_ota.h: argument checks, events and handles; the update itself is idf/https_update.h.
#include "esp_https_ota.h"

#include <algorithm>
#include <limits>
#include <new>

#include "esp_log.h"
#include "idf/https_events.h"
#include "idf/https_update.h"
#include "idf/runtime.h"
#include "idf/update_service.h"

using rota::idf::config;
using rota::idf::HttpsUpdate;
using rota::idf::post_update_event;
using rota::idf::runtime;
using rota::idf::update_service;
using rota::idf::UpdateService;

namespace {

constexpr const char* kTag = "esp_https_ota";
constexpr std::size_t kLargest = 0xFFFFFFFF;

// nullptr for NULL and for a handle that was finished or aborted already.
HttpsUpdate* update_of(esp_https_ota_handle_t handle) {
  auto* update = static_cast<HttpsUpdate*>(handle);
  if (update != nullptr && runtime().holds(update)) return update;
  ESP_LOGE(kTag, "This handle is not open: it is NULL, or was finished or aborted already.");
  return nullptr;
}

// A heap that is full ends a step of an update, and never the program.
template <class Step>
esp_err_t or_no_memory(Step step) try {
  return step();
} catch (const std::bad_alloc&) {
  return ESP_ERR_NO_MEM;
}

void end(HttpsUpdate& update) {
  update.close();
  runtime().destroy(&update);
}

esp_err_t check(const esp_https_ota_config_t& ota) {
  const esp_http_client_config_t& http = *ota.http_config;
  if (http.cert_pem == nullptr && !http.use_global_ca_store && http.crt_bundle_attach == nullptr) {
    if (!config().https_ota_allow_http) {
      ESP_LOGE(kTag,
               "No option for server verification is enabled in esp_http_client config. Set "
               "cert_pem to the server's CA certificate, or crt_bundle_attach to "
               "esp_crt_bundle_attach.");
      return ESP_ERR_INVALID_ARG;
    }
    ESP_LOGW(kTag,
             "The server is not verified: CONFIG_ESP_HTTPS_OTA_ALLOW_HTTP is enabled and no "
             "certificate is given.");
  }
  if (config().https_ota_decrypt_cb) {
    if (ota.decrypt_cb == nullptr) {
      ESP_LOGE(kTag, "CONFIG_ESP_HTTPS_OTA_DECRYPT_CB is enabled, but decrypt_cb is NULL.");
      return ESP_ERR_INVALID_ARG;
    }
    if (ota.ota_resumption) {
      ESP_LOGE(kTag, "An encrypted image can not be resumed. Set ota_resumption to false.");
      return ESP_ERR_NOT_SUPPORTED;
    }
  } else if (ota.decrypt_cb != nullptr) {
    ESP_LOGW(kTag, "decrypt_cb is not used: enable CONFIG_ESP_HTTPS_OTA_DECRYPT_CB.");
  }
  if (ota.partial_http_download && !config().https_ota_partial_download) {
    ESP_LOGW(kTag,
             "partial_http_download is not used: enable "
             "CONFIG_ESP_HTTPS_OTA_ENABLE_PARTIAL_DOWNLOAD.");
  }
  if (ota.ota_resumption && ota.ota_image_bytes_written > kLargest) return ESP_ERR_INVALID_SIZE;
  return ESP_OK;
}

}  // namespace

extern "C" {

esp_err_t esp_https_ota_begin(const esp_https_ota_config_t* ota_config,
                              esp_https_ota_handle_t* handle) {
  post_update_event(ESP_HTTPS_OTA_START);
  if (handle != nullptr) *handle = nullptr;
  if (handle == nullptr || ota_config == nullptr || ota_config->http_config == nullptr) {
    update_service().log_refusal(kTag, rota::Error::kNullArgument);
    return ESP_ERR_INVALID_ARG;
  }
  if (const esp_err_t checked = check(*ota_config); checked != ESP_OK) return checked;
  UpdateService& service = update_service();
  if (!service.is_ready()) {
    service.log_refusal(kTag, rota::Error::kPartitionNotFound);
    return ESP_FAIL;
  }
  service.log_rollback_state();
  HttpsUpdate* update = nullptr;
  const esp_err_t begun = or_no_memory([&] {
    update = runtime().create<HttpsUpdate>(*ota_config, service);
    return update == nullptr ? ESP_ERR_NO_MEM : update->begin();
  });
  if (begun != ESP_OK) {
    if (update != nullptr) end(*update);
    return begun;
  }
  *handle = update;
  post_update_event(ESP_HTTPS_OTA_CONNECTED);
  return ESP_OK;
}

esp_err_t esp_https_ota_perform(esp_https_ota_handle_t https_ota_handle) {
  HttpsUpdate* update = update_of(https_ota_handle);
  if (update == nullptr) return ESP_ERR_INVALID_ARG;
  return or_no_memory([&] { return update->perform(); });
}

bool esp_https_ota_is_complete_data_received(esp_https_ota_handle_t https_ota_handle) {
  HttpsUpdate* update = update_of(https_ota_handle);
  return update != nullptr && update->is_complete_data_received();
}

esp_err_t esp_https_ota_finish(esp_https_ota_handle_t https_ota_handle) {
  HttpsUpdate* update = update_of(https_ota_handle);
  if (update == nullptr) return ESP_ERR_INVALID_ARG;
  const esp_err_t finished = or_no_memory([&] { return update->finish(); });
  end(*update);
  post_update_event(ESP_HTTPS_OTA_FINISH);
  return finished;
}

esp_err_t esp_https_ota_abort(esp_https_ota_handle_t https_ota_handle) {
  post_update_event(ESP_HTTPS_OTA_ABORT);
  HttpsUpdate* update = update_of(https_ota_handle);
  if (update == nullptr) return ESP_ERR_INVALID_ARG;
  const esp_err_t aborted = or_no_memory([&] { return update->abort(); });
  end(*update);
  return aborted;
}

esp_err_t esp_https_ota_get_img_desc(esp_https_ota_handle_t https_ota_handle,
                                     esp_app_desc_t* new_app_info) {
  post_update_event(ESP_HTTPS_OTA_GET_IMG_DESC);
  if (config().https_ota_decrypt_cb) return ESP_ERR_NOT_SUPPORTED;
  HttpsUpdate* update = update_of(https_ota_handle);
  if (update == nullptr || new_app_info == nullptr) return ESP_ERR_INVALID_ARG;
  return or_no_memory([&] { return update->read_app_description(*new_app_info); });
}

esp_err_t esp_https_ota_get_bootloader_img_desc(esp_https_ota_handle_t https_ota_handle,
                                                esp_bootloader_desc_t* new_img_info) {
  post_update_event(ESP_HTTPS_OTA_GET_IMG_DESC);
  if (config().https_ota_decrypt_cb) return ESP_ERR_NOT_SUPPORTED;
  HttpsUpdate* update = update_of(https_ota_handle);
  if (update == nullptr || new_img_info == nullptr) return ESP_ERR_INVALID_ARG;
  return or_no_memory([&] { return update->read_bootloader_description(*new_img_info); });
}

int esp_https_ota_get_image_len_read(esp_https_ota_handle_t https_ota_handle) {
  HttpsUpdate* update = update_of(https_ota_handle);
  return update != nullptr && update->has_begun() ? static_cast<int>(update->bytes_done()) : -1;
}

int esp_https_ota_get_image_size(esp_https_ota_handle_t https_ota_handle) {
  HttpsUpdate* update = update_of(https_ota_handle);
  if (update == nullptr) return -1;
  constexpr std::int64_t kMost = std::numeric_limits<int>::max();
  return static_cast<int>(std::min(update->image_bytes(), kMost));
}

int esp_https_ota_get_status_code(esp_https_ota_handle_t https_ota_handle) {
  HttpsUpdate* update = update_of(https_ota_handle);
  return update == nullptr ? -1 : update->status_code();
}

esp_err_t esp_https_ota(const esp_https_ota_config_t* ota_config) {
  if (ota_config == nullptr || ota_config->http_config == nullptr) {
    update_service().log_refusal(kTag, rota::Error::kNullArgument);
    return ESP_ERR_INVALID_ARG;
  }
  if (ota_config->ota_resumption) {
    ESP_LOGE(kTag,
             "esp_https_ota() can not resume. Use esp_https_ota_begin() and "
             "esp_https_ota_perform(), or set ota_resumption to false.");
    return ESP_ERR_NOT_SUPPORTED;
  }
  esp_https_ota_handle_t handle = nullptr;
  const esp_err_t begun = esp_https_ota_begin(ota_config, &handle);
  if (begun != ESP_OK) return begun;
  esp_err_t performed = ESP_ERR_HTTPS_OTA_IN_PROGRESS;
  while (performed == ESP_ERR_HTTPS_OTA_IN_PROGRESS) performed = esp_https_ota_perform(handle);
  if (performed != ESP_OK) {
    esp_https_ota_abort(handle);
    return performed;
  }
  return esp_https_ota_finish(handle);
}

}  // extern "C"
