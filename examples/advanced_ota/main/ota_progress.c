#include "ota_progress.h"

#include <stdbool.h>
#include <string.h>

#define URL_SIZE 256
#define SECTOR_BYTES 4096

static const char *NAMESPACE = "ota_progress";
static const char *KEY_URL = "url";
static const char *KEY_WRITTEN = "written";

static bool is_about(nvs_handle_t nvs, const char *url)
{
    char noted[URL_SIZE];
    size_t size = sizeof(noted);
    return nvs_get_str(nvs, KEY_URL, noted, &size) == ESP_OK && strcmp(noted, url) == 0;
}

// The count goes first: a power cut in between must not leave it beside the new URL.
static esp_err_t begin_with(ota_progress_t *progress, const char *url)
{
    esp_err_t err = ota_progress_forget(progress);
    if (err == ESP_OK) {
        err = nvs_set_str(progress->nvs, KEY_URL, url);
    }
    if (err == ESP_OK) {
        err = nvs_commit(progress->nvs);
    }
    return err;
}

esp_err_t ota_progress_open(ota_progress_t *progress, const char *url)
{
    progress->written = 0;
    esp_err_t err = nvs_open(NAMESPACE, NVS_READWRITE, &progress->nvs);
    if (err != ESP_OK) {
        return err;
    }
    if (!is_about(progress->nvs, url)) {
        err = begin_with(progress, url);
    } else {
        err = nvs_get_u32(progress->nvs, KEY_WRITTEN, &progress->written);
    }
    if (err == ESP_ERR_NVS_NOT_FOUND) {
        err = ESP_OK;  // nothing was written yet
    }
    if (err != ESP_OK) {
        nvs_close(progress->nvs);
    }
    return err;
}

esp_err_t ota_progress_note(ota_progress_t *progress, uint32_t written)
{
    if (written / SECTOR_BYTES == progress->written / SECTOR_BYTES) {
        return ESP_OK;
    }
    esp_err_t err = nvs_set_u32(progress->nvs, KEY_WRITTEN, written);
    if (err == ESP_OK) {
        err = nvs_commit(progress->nvs);
    }
    if (err == ESP_OK) {
        progress->written = written;
    }
    return err;
}

esp_err_t ota_progress_forget(ota_progress_t *progress)
{
    progress->written = 0;
    esp_err_t err = nvs_erase_key(progress->nvs, KEY_WRITTEN);
    if (err == ESP_ERR_NVS_NOT_FOUND) {
        return ESP_OK;
    }
    return err == ESP_OK ? nvs_commit(progress->nvs) : err;
}

void ota_progress_close(ota_progress_t *progress)
{
    nvs_close(progress->nvs);
}
