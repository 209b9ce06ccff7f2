// The confirm policy, in C over ESP-IDF's public functions alone, so that it runs on a chip as it
// is.
#include "rota_confirm.h"

#include <string.h>

#include "esp_app_desc.h"
#include "esp_log.h"
#include "esp_ota_ops.h"
#include "esp_random.h"
#include "esp_timer.h"
#include "freertos/FreeRTOS.h"
#include "freertos/task.h"
#include "nvs.h"

#define FIRST_WAIT_MS 1000U
#define LONGEST_WAIT_MS 60000U
#define LONGEST_WAIT_LIMIT_MS 3600000U
#define DEADLINE_MS 600000U

static const char* const TAG = "rota_confirm";
static const char* const NAMESPACE = "rota_confirm";
static const char* const KEY_REACHED = "reached";
static const char* const KEY_GIVEN_UP = "given_up";

typedef enum { REACHED_NOT_KNOWN, REACHED_NO, REACHED_YES } reached_t;

// What the versions before this start saw.
typedef struct {
  reached_t reached;  // by the version that was confirmed last
  char given_up[32];  // the version that did not reach the server, until one has judged it
} record_t;

static record_t read_record(void) {
  record_t record = {REACHED_NOT_KNOWN, ""};
  nvs_handle_t nvs;
  esp_err_t err = nvs_open(NAMESPACE, NVS_READONLY, &nvs);
  if (err == ESP_ERR_NVS_NOT_FOUND) return record;  // nobody has written one
  if (err != ESP_OK) {
    ESP_LOGW(TAG,
             "What the version before this one saw of the network can not be read (%s); call "
             "nvs_flash_init() first.",
             esp_err_to_name(err));
    return record;
  }
  uint8_t reached = 0;
  if (nvs_get_u8(nvs, KEY_REACHED, &reached) == ESP_OK) {
    record.reached = reached != 0 ? REACHED_YES : REACHED_NO;
  }
  size_t length = sizeof(record.given_up);
  if (nvs_get_str(nvs, KEY_GIVEN_UP, record.given_up, &length) != ESP_OK) {
    record.given_up[0] = '\0';
  }
  nvs_close(nvs);
  return record;
}

static esp_err_t write_values(nvs_handle_t nvs, const record_t* before, const record_t* now) {
  esp_err_t err = ESP_OK;
  if (now->reached != before->reached) {
    err = nvs_set_u8(nvs, KEY_REACHED, now->reached == REACHED_YES);
  }
  if (err == ESP_OK && strcmp(now->given_up, before->given_up) != 0) {
    err = now->given_up[0] != '\0' ? nvs_set_str(nvs, KEY_GIVEN_UP, now->given_up)
                                   : nvs_erase_key(nvs, KEY_GIVEN_UP);
  }
  return err == ESP_OK ? nvs_commit(nvs) : err;
}

// Flash is written only for what changed. A failure costs a verdict, never the image.
static void write_record(const record_t* before, const record_t* now) {
  if (now->reached == before->reached && strcmp(now->given_up, before->given_up) == 0) return;
  nvs_handle_t nvs;
  esp_err_t err = nvs_open(NAMESPACE, NVS_READWRITE, &nvs);
  if (err == ESP_OK) {
    err = write_values(nvs, before, now);
    nvs_close(nvs);
  }
  if (err != ESP_OK) {
    ESP_LOGW(TAG, "What this version saw of the network can not be kept (%s).",
             esp_err_to_name(err));
  }
}

static esp_err_t ask_server(const esp_http_client_config_t* http) {
  esp_http_client_config_t config = *http;
  config.method = HTTP_METHOD_HEAD;
  esp_http_client_handle_t client = esp_http_client_init(&config);
  if (client == NULL) return ESP_ERR_INVALID_ARG;
  esp_err_t err = esp_http_client_open(client, 0);
  if (err == ESP_OK) {
    (void)esp_http_client_fetch_headers(client);
    // Whatever it says: it has answered.
    if (esp_http_client_get_status_code(client) <= 0) err = ESP_ERR_HTTP_FETCH_HEADER;
    esp_http_client_close(client);
  }
  esp_http_client_cleanup(client);
  return err;
}

static esp_err_t try_once(const rota_confirm_config_t* config) {
  return config->check != NULL ? config->check(config->check_argument) : ask_server(config->http);
}

static uint32_t or_default(uint32_t value, uint32_t if_zero) {
  return value != 0 ? value : if_zero;
}

static uint32_t at_most(uint64_t value, uint64_t limit) {
  return (uint32_t)(value < limit ? value : limit);
}

static bool reach_until_deadline(const rota_confirm_config_t* config,
                                 rota_confirm_report_t* report) {
  const int64_t start_us = esp_timer_get_time();
  const uint32_t deadline_ms = or_default(config->deadline_ms, DEADLINE_MS);
  const uint32_t longest_ms =
      at_most(or_default(config->longest_wait_ms, LONGEST_WAIT_MS), LONGEST_WAIT_LIMIT_MS);
  uint32_t backoff_ms = at_most(or_default(config->first_wait_ms, FIRST_WAIT_MS), longest_ms);
  for (;;) {
    ++report->attempts;
    const esp_err_t err = try_once(config);
    const uint64_t elapsed_ms = (uint64_t)(esp_timer_get_time() - start_us) / 1000U;
    report->elapsed_ms = at_most(elapsed_ms, UINT32_MAX);
    if (err == ESP_OK) return true;
    if (elapsed_ms >= deadline_ms) return false;
    uint32_t wait_ms = backoff_ms / 2 + esp_random() % (backoff_ms - backoff_ms / 2 + 1);
    wait_ms = at_most(wait_ms, deadline_ms - elapsed_ms);
    ESP_LOGW(TAG, "Attempt %u: the update server was not reached (%s); next in %u ms.",
             (unsigned)report->attempts, esp_err_to_name(err), (unsigned)wait_ms);
    // One tick more: the delay rounds down, and a wait of nothing would keep other tasks waiting.
    vTaskDelay(pdMS_TO_TICKS(wait_ms) + 1);
    backoff_ms = at_most((uint64_t)backoff_ms * 2, longest_ms);
  }
}

static bool is_on_trial(void) {
  esp_ota_img_states_t state;
  return esp_ota_get_state_partition(esp_ota_get_running_partition(), &state) == ESP_OK &&
         state == ESP_OTA_IMG_PENDING_VERIFY;
}

// What this version's own attempt says about the one that was given up.
static void judge_given_up(const record_t* record, bool reached, rota_confirm_report_t* report) {
  if (record->given_up[0] == '\0') return;
  memcpy(report->given_up, record->given_up, sizeof(report->given_up));
  report->verdict = reached ? ROTA_CONFIRM_IMAGE_AT_FAULT : ROTA_CONFIRM_NETWORK_AT_FAULT;
  if (reached) {
    ESP_LOGW(TAG,
             "Version %s was given up because it did not reach the update server. This version "
             "reaches it: %s is at fault; offer a corrected image.",
             record->given_up, record->given_up);
  } else {
    ESP_LOGW(TAG,
             "Version %s was given up because it did not reach the update server. This version "
             "does not reach it either: the network is at fault; %s may be installed again.",
             record->given_up, record->given_up);
  }
}

static esp_err_t confirm(const rota_confirm_report_t* report) {
  const esp_err_t err = esp_ota_mark_app_valid_cancel_rollback();
  if (err == ESP_OK) {
    ESP_LOGI(TAG,
             "The update server was reached (attempt %u): this version is confirmed and stays.",
             (unsigned)report->attempts);
  } else {
    ESP_LOGE(TAG,
             "The image could not be confirmed (%s): the next reset goes back to the version "
             "before it.",
             esp_err_to_name(err));
  }
  return err;
}

// Returns only when there is no way back.
static esp_err_t give_up(const record_t* record, const rota_confirm_report_t* report) {
  const char* before = record->reached == REACHED_YES ? "although the version before it reached it"
                                                      : "and nothing says that the network is down";
  ESP_LOGE(TAG,
           "This version did not reach the update server in %u ms and %u attempts, %s: it is "
           "given up.",
           (unsigned)report->elapsed_ms, (unsigned)report->attempts, before);
  if (!esp_ota_check_rollback_is_possible()) {
    ESP_LOGE(TAG, "There is no other image to go back to: this version goes on running.");
    return ESP_ERR_OTA_ROLLBACK_FAILED;
  }
  record_t now = *record;
  const char* version = esp_app_get_description()->version;
  memset(now.given_up, 0, sizeof(now.given_up));
  memcpy(now.given_up, version, strnlen(version, sizeof(now.given_up) - 1));
  write_record(record, &now);
  const esp_err_t err = esp_ota_mark_app_invalid_rollback_and_reboot();
  ESP_LOGE(TAG, "The rollback failed (%s): this version goes on running.", esp_err_to_name(err));
  write_record(&now, record);
  return err;
}

esp_err_t rota_confirm_when_reached(const rota_confirm_config_t* config,
                                    rota_confirm_report_t* report) {
  rota_confirm_report_t own_report;
  if (config == NULL || (config->http == NULL && config->check == NULL)) return ESP_ERR_INVALID_ARG;
  if (report == NULL) report = &own_report;
  memset(report, 0, sizeof(*report));
  report->was_on_trial = is_on_trial();
  const record_t record = read_record();

  const bool reached = reach_until_deadline(config, report);
  if (!reached && report->was_on_trial) {
    if (record.reached != REACHED_NO) return give_up(&record, report);
    ESP_LOGW(
        TAG,
        "The update server was not reached, and the version before did not reach it either: "
        "the network is down. This version stays on trial; a reset before it is confirmed goes "
        "back.");
    return ESP_ERR_TIMEOUT;
  }
  if (reached && report->was_on_trial) {
    const esp_err_t err = confirm(report);
    if (err != ESP_OK) return err;
  } else {
    judge_given_up(&record, reached, report);
  }
  const record_t now = {reached ? REACHED_YES : REACHED_NO, ""};
  write_record(&record, &now);
  return reached ? ESP_OK : ESP_ERR_TIMEOUT;
}
