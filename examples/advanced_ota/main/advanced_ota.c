// Updates the app over HTTPS with esp_https_ota in steps: esp_https_ota_begin asks for the image,
// esp_https_ota_get_img_desc says what it is before anything is written, esp_https_ota_perform
// downloads and writes a piece, esp_https_ota_finish checks all of it and switches.
//
// A download that breaks off is tried again, and goes on where it was (ota_progress.h). A version
// that runs already, was rolled back, or is too old for this board is declined. A new image starts
// on trial (ota_trial.h).
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "esp_app_desc.h"
#include "esp_crt_bundle.h"
#include "esp_efuse.h"
#include "esp_event.h"
#include "esp_http_client.h"
#include "esp_https_ota.h"
#include "esp_log.h"
#include "esp_netif.h"
#include "esp_ota_ops.h"
#include "esp_system.h"
#include "esp_wifi.h"
#include "freertos/FreeRTOS.h"
#include "freertos/task.h"
#include "nvs_flash.h"
#include "ota_events.h"
#include "ota_progress.h"
#include "ota_trial.h"
#include "protocol_examples_common.h"
#include "sdkconfig.h"

#define URL_SIZE 256
#define OTA_TASK_STACK 8192
// Events are printed by the task of the event loop: it gets this time at the end.
#define EVENTS_MS 100

static const char *TAG = "advanced_ota_example";

#ifndef CONFIG_EXAMPLE_USE_CERT_BUNDLE
extern const char server_cert_pem_start[] asm("_binary_ca_cert_pem_start");
#endif

// How an attempt, or a step of it, ended.
typedef enum {
    UPDATE_DONE,
    UPDATE_REFUSED,    // trying again would end in the same way
    UPDATE_BROKE_OFF,  // another attempt may succeed
} outcome_t;

// ---- Is the offered image wanted? ----

static bool same_version(const esp_app_desc_t *a, const esp_app_desc_t *b)
{
    return memcmp(a->version, b->version, sizeof(a->version)) == 0;
}

static bool was_rolled_back(const esp_app_desc_t *offered)
{
    esp_app_desc_t invalid;
    const esp_partition_t *last_invalid = esp_ota_get_last_invalid_partition();
    return last_invalid != NULL &&
           esp_ota_get_partition_description(last_invalid, &invalid) == ESP_OK &&
           same_version(offered, &invalid);
}

// The eFuses of a board only ever rise: what is below them never starts again, so there is no point
// in downloading it.
static bool is_too_old(const esp_app_desc_t *offered)
{
#ifdef CONFIG_BOOTLOADER_APP_ANTI_ROLLBACK
    const uint32_t least = esp_efuse_read_secure_version();
    if (offered->secure_version < least) {
        ESP_LOGE(TAG,
                 "New firmware security version is less than eFuse programmed, %u < %u. Version "
                 "%.32s can not run on this board any more; build it with "
                 "BOOTLOADER_APP_SECURE_VERSION %u or above.",
                 (unsigned)offered->secure_version, (unsigned)least, offered->version,
                 (unsigned)least);
        return true;
    }
#else
    (void)offered;
#endif
    return false;
}

static bool may_install(const esp_app_desc_t *offered)
{
    const esp_app_desc_t *running = esp_app_get_description();
    ESP_LOGI(TAG, "Running firmware version: %.32s", running->version);
    ESP_LOGI(TAG, "New firmware version: %.32s", offered->version);
    if (was_rolled_back(offered)) {
        ESP_LOGW(TAG,
                 "Version %.32s was installed before and rolled back, so it is not installed "
                 "again. Offer a corrected image with another version.",
                 offered->version);
        return false;
    }
#ifndef CONFIG_EXAMPLE_SKIP_VERSION_CHECK
    if (same_version(offered, running)) {
        ESP_LOGW(TAG,
                 "Version %.32s runs already: nothing to update. Offer another version "
                 "(version.txt), or set EXAMPLE_SKIP_VERSION_CHECK.",
                 offered->version);
        return false;
    }
#endif
    return !is_too_old(offered);
}

// ---- One attempt ----

static void print_progress(esp_https_ota_handle_t ota, int *tenths)
{
    const int total = esp_https_ota_get_image_size(ota);
    const int have = esp_https_ota_get_image_len_read(ota);
    if (total <= 0 || (int)((int64_t)have * 10 / total) == *tenths) {
        return;
    }
    *tenths = (int)((int64_t)have * 10 / total);
    ESP_LOGI(TAG, "%d of %d bytes (%d %%)", have, total, *tenths * 10);
}

static void note_progress(esp_https_ota_handle_t ota, ota_progress_t *progress)
{
    const int have = esp_https_ota_get_image_len_read(ota);
    esp_err_t err = have > 0 ? ota_progress_note(progress, (uint32_t)have) : ESP_OK;
    if (err != ESP_OK) {
        ESP_LOGW(TAG, "The progress can not be kept (%s): after a reset the download starts again.",
                 esp_err_to_name(err));
    }
}

// Writes all of the image that is still missing.
static outcome_t download(esp_https_ota_handle_t ota, ota_progress_t *progress)
{
    int tenths = 0;
    esp_err_t err;
    do {
        err = esp_https_ota_perform(ota);
        print_progress(ota, &tenths);
        if (progress != NULL) {
            note_progress(ota, progress);
        }
    } while (err == ESP_ERR_HTTPS_OTA_IN_PROGRESS);
    if (err == ESP_OK && esp_https_ota_is_complete_data_received(ota)) {
        return UPDATE_DONE;
    }
    ESP_LOGE(TAG, "The download ended (%s); the lines above say why.",
             err == ESP_OK ? "closed too early" : esp_err_to_name(err));
    const bool is_the_connection = err == ESP_OK || err == ESP_FAIL || err == ESP_ERR_TIMEOUT;
    return is_the_connection ? UPDATE_BROKE_OFF : UPDATE_REFUSED;
}

static outcome_t install(esp_https_ota_handle_t ota)
{
    esp_err_t err = esp_https_ota_finish(ota);
    if (err == ESP_ERR_OTA_VALIDATE_FAILED) {
        ESP_LOGE(TAG,
                 "Image validation failed, image is corrupted or not for this board; the line "
                 "above says which. Build it again and check the file on the server.");
    } else if (err != ESP_OK) {
        ESP_LOGE(TAG, "The new image is complete, but the board can not switch to it (%s).",
                 esp_err_to_name(err));
    }
    return err == ESP_OK ? UPDATE_DONE : UPDATE_REFUSED;
}

static outcome_t update(const esp_https_ota_config_t *config, ota_progress_t *progress)
{
    esp_https_ota_handle_t ota = NULL;
    esp_err_t err = esp_https_ota_begin(config, &ota);
    if (err != ESP_OK) {
        ESP_LOGE(TAG,
                 "The update can not begin (%s); the lines above say why. Check that the server "
                 "runs, that this board reaches it, and that server_certs/ca_cert.pem is the "
                 "server's.",
                 esp_err_to_name(err));
        return err == ESP_ERR_INVALID_ARG ? UPDATE_REFUSED : UPDATE_BROKE_OFF;
    }
    esp_app_desc_t offered;
    err = esp_https_ota_get_img_desc(ota, &offered);
    if (err != ESP_OK) {
        ESP_LOGE(TAG,
                 "What the server sent is not an app image (%s); the lines above say what it is. "
                 "Check the URL.",
                 esp_err_to_name(err));
    }
    outcome_t outcome = UPDATE_REFUSED;
    if (err == ESP_OK && may_install(&offered)) {
        outcome = download(ota, progress);
    }
    if (outcome != UPDATE_DONE) {
        esp_https_ota_abort(ota);
        return outcome;
    }
    return install(ota);
}

// ---- All attempts ----

#ifdef CONFIG_EXAMPLE_ENABLE_OTA_RESUMPTION

static outcome_t try_update(esp_https_ota_config_t *config)
{
    ota_progress_t progress;
    esp_err_t err = ota_progress_open(&progress, config->http_config->url);
    if (err != ESP_OK) {
        ESP_LOGW(TAG, "No progress can be kept (%s): the download starts from the beginning.",
                 esp_err_to_name(err));
        return update(config, NULL);
    }
    if (progress.written > 0) {
        ESP_LOGI(TAG, "%u bytes are here already: the download goes on.",
                 (unsigned)progress.written);
    }
    config->ota_resumption = true;
    config->ota_image_bytes_written = progress.written;
    const outcome_t outcome = update(config, &progress);
    if (outcome != UPDATE_BROKE_OFF) {
        ota_progress_forget(&progress);
    }
    ota_progress_close(&progress);
    return outcome;
}

#else

static outcome_t try_update(esp_https_ota_config_t *config)
{
    return update(config, NULL);
}

#endif  // CONFIG_EXAMPLE_ENABLE_OTA_RESUMPTION

static bool update_with(const esp_http_client_config_t *http)
{
    for (int attempt = 1;; ++attempt) {
        esp_https_ota_config_t config = {
            .http_config = http,
#ifdef CONFIG_EXAMPLE_ENABLE_PARTIAL_HTTP_DOWNLOAD
            .partial_http_download = true,
            .max_http_request_size = CONFIG_EXAMPLE_HTTP_REQUEST_SIZE,
#endif
        };
        const outcome_t outcome = try_update(&config);
        if (outcome != UPDATE_BROKE_OFF || attempt == CONFIG_EXAMPLE_OTA_ATTEMPTS) {
            return outcome == UPDATE_DONE;
        }
        ESP_LOGW(TAG, "Attempt %d of %d broke off; the next one begins in %d seconds.", attempt,
                 CONFIG_EXAMPLE_OTA_ATTEMPTS, CONFIG_EXAMPLE_OTA_RETRY_SECONDS);
        vTaskDelay(pdMS_TO_TICKS(CONFIG_EXAMPLE_OTA_RETRY_SECONDS * 1000));
    }
}

// One line from the console, without its line end. False when the console gives none.
static bool read_url_from_stdin(char *url, size_t size)
{
    ESP_LOGI(TAG, "Type the URL of the image and press Enter:");
    example_configure_stdin_stdout();
    if (fgets(url, (int)size, stdin) == NULL) {
        return false;
    }
    url[strcspn(url, "\r\n")] = '\0';
    return url[0] != '\0';
}

static const char *update_url(void)
{
    static char url[URL_SIZE];
    if (strcmp(CONFIG_EXAMPLE_FIRMWARE_UPGRADE_URL, "FROM_STDIN") != 0) {
        return CONFIG_EXAMPLE_FIRMWARE_UPGRADE_URL;
    }
    return read_url_from_stdin(url, sizeof(url)) ? url : NULL;
}

static bool update_from(const char *url)
{
    const esp_http_client_config_t http = {
        .url = url,
#ifdef CONFIG_EXAMPLE_USE_CERT_BUNDLE
        .crt_bundle_attach = esp_crt_bundle_attach,
#else
        .cert_pem = server_cert_pem_start,
#endif
        .timeout_ms = CONFIG_EXAMPLE_OTA_RECV_TIMEOUT,
        .buffer_size = CONFIG_EXAMPLE_OTA_BUF_SIZE,
#ifdef CONFIG_EXAMPLE_SKIP_COMMON_NAME_CHECK
        .skip_cert_common_name_check = true,
#endif
        .keep_alive_enable = true,
    };
    ota_trial_reach_server(&http);
    ESP_LOGI(TAG, "Attempting to download update from %s", url);
    return update_with(&http);
}

static void advanced_ota_example_task(void *parameter)
{
    (void)parameter;
    ESP_LOGI(TAG, "Starting Advanced OTA example");
    const char *url = update_url();
    if (url == NULL) {
        ESP_LOGE(TAG, "The console gave no URL. Reset the board and type one line.");
    } else {
        const bool is_installed = update_from(url);
        vTaskDelay(pdMS_TO_TICKS(EVENTS_MS));
        if (is_installed) {
            ESP_LOGI(TAG, "ESP_HTTPS_OTA upgrade successful. Rebooting ...");
            esp_restart();
        }
    }
    ESP_LOGI(TAG, "No update was installed. Waiting for a reset to look again ...");
    vTaskDelete(NULL);
}

static void start_nvs(void)
{
    esp_err_t err = nvs_flash_init();
    if (err == ESP_ERR_NVS_NO_FREE_PAGES || err == ESP_ERR_NVS_NEW_VERSION_FOUND) {
        // The partition's size or format changed with the update: its old content is of no use.
        ESP_ERROR_CHECK(nvs_flash_erase());
        err = nvs_flash_init();
    }
    ESP_ERROR_CHECK(err);
}

void app_main(void)
{
    ESP_LOGI(TAG, "OTA example app_main start");
    ESP_LOGI(TAG, "This is version %s", esp_app_get_description()->version);
    ota_trial_self_test();
    start_nvs();
    ESP_ERROR_CHECK(esp_netif_init());
    ESP_ERROR_CHECK(esp_event_loop_create_default());
    ESP_ERROR_CHECK(ota_events_print());
    ESP_ERROR_CHECK(example_connect());
#if CONFIG_EXAMPLE_CONNECT_WIFI
    esp_wifi_set_ps(WIFI_PS_NONE);  // Saving power would slow the download down.
#endif
    xTaskCreate(advanced_ota_example_task, "advanced_ota_example_task", OTA_TASK_STACK, NULL, 5,
                NULL);
}
