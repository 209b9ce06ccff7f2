// Updates itself with esp_https_ota and remembers in NVS how far it came, so that a download that
// broke off goes on. Pins that a test pulls low say what goes wrong during the trial of a new
// version.
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "driver/gpio.h"
#include "esp_app_desc.h"
#include "esp_event.h"
#include "esp_https_ota.h"
#include "esp_netif.h"
#include "esp_ota_ops.h"
#include "esp_system.h"
#include "freertos/FreeRTOS.h"
#include "freertos/task.h"
#include "nvs.h"
#include "nvs_flash.h"
#include "protocol_examples_common.h"

#define PIN_PANIC GPIO_NUM_4
#define PIN_HANG GPIO_NUM_5
#define PIN_WAIT GPIO_NUM_12
#define PIN_PARTS GPIO_NUM_13
#define PART_BYTES 4096

extern const char ca_cert[] asm("_binary_ca_cert_pem_start");

static bool is_low(gpio_num_t pin) {
  const gpio_config_t input = {
      .pin_bit_mask = 1ULL << pin, .mode = GPIO_MODE_INPUT, .pull_up_en = GPIO_PULLUP_ENABLE};
  ESP_ERROR_CHECK(gpio_config(&input));
  return gpio_get_level(pin) == 0;
}

static void stand_trial(void) {
  esp_ota_img_states_t state;
  if (esp_ota_get_state_partition(esp_ota_get_running_partition(), &state) != ESP_OK ||
      state != ESP_OTA_IMG_PENDING_VERIFY) {
    return;
  }
  printf("on trial\n");
  if (is_low(PIN_PANIC)) abort();
  if (is_low(PIN_HANG)) {
    for (;;) {
    }
  }
  if (is_low(PIN_WAIT)) {
    printf("waits during its trial\n");
    vTaskDelay(portMAX_DELAY);
  }
  ESP_ERROR_CHECK(esp_ota_mark_app_valid_cancel_rollback());
  printf("confirmed\n");
}

static esp_err_t download(esp_https_ota_handle_t ota, nvs_handle_t progress) {
  esp_err_t err;
  while ((err = esp_https_ota_perform(ota)) == ESP_ERR_HTTPS_OTA_IN_PROGRESS) {
    ESP_ERROR_CHECK(
        nvs_set_u32(progress, "written", (uint32_t)esp_https_ota_get_image_len_read(ota)));
    ESP_ERROR_CHECK(nvs_commit(progress));
  }
  return err;
}

static esp_err_t update_from(const char* url, nvs_handle_t progress) {
  uint32_t written = 0;
  nvs_get_u32(progress, "written", &written);
  const esp_http_client_config_t http = {.url = url, .cert_pem = ca_cert, .timeout_ms = 10000};
  const esp_https_ota_config_t config = {
      .http_config = &http,
      .partial_http_download = is_low(PIN_PARTS),
      .max_http_request_size = PART_BYTES,
      .ota_resumption = true,
      .ota_image_bytes_written = written,
  };
  esp_https_ota_handle_t ota = NULL;
  esp_err_t err = esp_https_ota_begin(&config, &ota);
  if (err != ESP_OK) return err;
  err = download(ota, progress);
  if (err != ESP_OK) {
    esp_https_ota_abort(ota);
    return err;
  }
  err = esp_https_ota_finish(ota);
  if (err == ESP_OK) {
    nvs_erase_key(progress, "written");
    nvs_commit(progress);
  }
  return err;
}

void app_main(void) {
  printf("runs version %s\n", esp_app_get_description()->version);
  ESP_ERROR_CHECK(nvs_flash_init());
  ESP_ERROR_CHECK(esp_netif_init());
  ESP_ERROR_CHECK(esp_event_loop_create_default());
  ESP_ERROR_CHECK(example_connect());
  stand_trial();

  nvs_handle_t progress;
  ESP_ERROR_CHECK(nvs_open("progress", NVS_READWRITE, &progress));
  char url[256];
  printf("asks for a URL\n");
  if (fgets(url, sizeof(url), stdin) == NULL) return;
  url[strcspn(url, "\r\n")] = '\0';
  const esp_err_t err = update_from(url, progress);
  nvs_close(progress);
  printf("the update ended: %s\n", esp_err_to_name(err));
  if (err == ESP_OK) esp_restart();
}
