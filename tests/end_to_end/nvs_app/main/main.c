// Counts its starts in NVS, as programs for ESP-IDF do, and keeps a text and a blob beside the
// number.
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "esp_err.h"
#include "nvs.h"
#include "nvs_flash.h"

void app_main(void) {
  esp_err_t err = nvs_flash_init();
  if (err == ESP_ERR_NVS_NO_FREE_PAGES || err == ESP_ERR_NVS_NEW_VERSION_FOUND) {
    ESP_ERROR_CHECK(nvs_flash_erase());
    err = nvs_flash_init();
  }
  ESP_ERROR_CHECK(err);

  nvs_handle_t handle;
  ESP_ERROR_CHECK(nvs_open("storage", NVS_READWRITE, &handle));
  uint32_t starts = 0;
  err = nvs_get_u32(handle, "starts", &starts);
  if (err != ESP_OK && err != ESP_ERR_NVS_NOT_FOUND) ESP_ERROR_CHECK(err);
  printf("started %" PRIu32 " times before\n", starts);

  ++starts;
  char text[64];
  char blob[600];
  snprintf(text, sizeof(text), "start %" PRIu32 " wrote this text of some length", starts);
  memset(blob, (int)(starts % 256), sizeof(blob));
  ESP_ERROR_CHECK(nvs_set_str(handle, "text", text));
  ESP_ERROR_CHECK(nvs_set_blob(handle, "blob", blob, sizeof(blob)));
  ESP_ERROR_CHECK(nvs_set_u32(handle, "starts", starts));
  ESP_ERROR_CHECK(nvs_commit(handle));
  nvs_close(handle);
  printf("stored %" PRIu32 "\n", starts);
}
