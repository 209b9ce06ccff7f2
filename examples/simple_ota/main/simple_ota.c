// Updates the app over HTTPS with esp_https_ota, which downloads, writes and checks by itself.
//
// A new image of this app is confirmed once it has reached the update server: then it can be
// replaced again, whatever else is wrong with it. One that does not reach it is given up, unless
// the network was down before, too (rota_confirm.h). A version that runs already or was rolled back
// is not installed again. One attempt per start; then the app waits for a reset.
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "esp_app_desc.h"
#include "esp_crt_bundle.h"
#include "esp_event.h"
#include "esp_flash_partitions.h"
#include "esp_http_client.h"
#include "esp_https_ota.h"
#include "esp_log.h"
#include "esp_netif.h"
#include "esp_ota_ops.h"
#include "esp_partition.h"
#include "esp_system.h"
#include "esp_wifi.h"
#include "freertos/FreeRTOS.h"
#include "freertos/task.h"
#include "nvs_flash.h"
#include "protocol_examples_common.h"
#include "rota_confirm.h"
#include "sdkconfig.h"

#define URL_SIZE 256
#define OTA_TASK_STACK 8192
#define HASH_LEN 32

static const char *TAG = "simple_ota_example";

#ifndef CONFIG_EXAMPLE_USE_CERT_BUNDLE
extern const char server_cert_pem_start[] asm("_binary_ca_cert_pem_start");
#endif

static void print_digest(const char *label, const esp_partition_t *partition)
{
    uint8_t digest[HASH_LEN] = {0};
    if (esp_partition_get_sha256(partition, digest) != ESP_OK) {
        return;
    }
    char text[HASH_LEN * 2 + 1];
    for (int i = 0; i < HASH_LEN; ++i) {
        snprintf(&text[i * 2], 3, "%02x", digest[i]);
    }
    ESP_LOGI(TAG, "%s%s", label, text);
}

static void print_digests(void)
{
    const esp_partition_t bootloader = {
        .type = ESP_PARTITION_TYPE_APP,
        .address = ESP_BOOTLOADER_OFFSET,
        .size = ESP_PARTITION_TABLE_OFFSET - ESP_BOOTLOADER_OFFSET,
    };
    print_digest("SHA-256 for bootloader: ", &bootloader);
    print_digest("SHA-256 for current firmware: ", esp_ota_get_running_partition());
}

// When the image before this start was given up, says which and why.
static void explain_rollback(void)
{
    const esp_partition_t *last_invalid = esp_ota_get_last_invalid_partition();
    esp_ota_img_states_t state;
    esp_app_desc_t app;
    if (last_invalid == NULL || last_invalid == esp_ota_get_running_partition() ||
        esp_ota_get_state_partition(last_invalid, &state) != ESP_OK ||
        esp_ota_get_partition_description(last_invalid, &app) != ESP_OK) {
        return;
    }
    if (state == ESP_OTA_IMG_INVALID) {
        ESP_LOGW(TAG,
                 "Version %.32s in %s was rolled back: it rejected itself (its own check failed). "
                 "Version %.32s runs again.",
                 app.version, last_invalid->label, esp_app_get_description()->version);
    } else {
        ESP_LOGW(
            TAG,
            "Version %.32s in %s was rolled back: it never confirmed itself (it crashed, hung, "
            "or was reset during its trial). Version %.32s runs again.",
            app.version, last_invalid->label, esp_app_get_description()->version);
    }
}

static bool is_on_trial(void)
{
    esp_ota_img_states_t state;
    return esp_ota_get_state_partition(esp_ota_get_running_partition(), &state) == ESP_OK &&
           state == ESP_OTA_IMG_PENDING_VERIFY;
}

// An image on trial has some time to reach the update server. A confirmed one looks once, so that
// the next image can be told from a network that is down.
static void confirm_at_server(const esp_http_client_config_t *http)
{
    const rota_confirm_config_t policy = {
        .http = http,
        .deadline_ms = is_on_trial() ? CONFIG_EXAMPLE_CONFIRM_SECONDS * 1000 : 1,
    };
    rota_confirm_when_reached(&policy, NULL);
}

static esp_err_t on_http_event(esp_http_client_event_t *event)
{
    switch (event->event_id) {
    case HTTP_EVENT_ON_HEADER:
        ESP_LOGD(TAG, "%s: %s", event->header_key, event->header_value);
        break;
    case HTTP_EVENT_ERROR:
        ESP_LOGD(TAG, "HTTP_EVENT_ERROR");
        break;
    case HTTP_EVENT_DISCONNECTED:
        ESP_LOGD(TAG, "HTTP_EVENT_DISCONNECTED");
        break;
    default:
        break;
    }
    return ESP_OK;
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

#ifdef CONFIG_EXAMPLE_ONE_CALL

static bool update(const esp_https_ota_config_t *config)
{
    esp_err_t err = esp_https_ota(config);
    if (err != ESP_OK) {
        ESP_LOGE(TAG,
                 "Firmware upgrade failed (%s); the lines above say why. This version goes on "
                 "running.",
                 esp_err_to_name(err));
    }
    return err == ESP_OK;
}

#else

static bool same_version(const esp_app_desc_t *a, const esp_app_desc_t *b)
{
    return memcmp(a->version, b->version, sizeof(a->version)) == 0;
}

static bool may_install(const esp_app_desc_t *offered)
{
    const esp_app_desc_t *running = esp_app_get_description();
    ESP_LOGI(TAG, "Running firmware version: %.32s", running->version);
    ESP_LOGI(TAG, "New firmware version: %.32s", offered->version);

    esp_app_desc_t invalid;
    const esp_partition_t *last_invalid = esp_ota_get_last_invalid_partition();
    if (last_invalid != NULL &&
        esp_ota_get_partition_description(last_invalid, &invalid) == ESP_OK &&
        same_version(offered, &invalid)) {
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
    return true;
}

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

// Downloads and writes the whole image. False when it broke off; the reason is told.
static bool download(esp_https_ota_handle_t ota)
{
    int tenths = 0;
    esp_err_t err;
    do {
        err = esp_https_ota_perform(ota);
        print_progress(ota, &tenths);
    } while (err == ESP_ERR_HTTPS_OTA_IN_PROGRESS);
    if (err != ESP_OK) {
        ESP_LOGE(TAG,
                 "The download ended (%s); the lines above say why. Reset the board "
                 "to try again.",
                 esp_err_to_name(err));
        return false;
    }
    if (!esp_https_ota_is_complete_data_received(ota)) {
        ESP_LOGE(TAG,
                 "The server closed the connection after %d bytes, before the image was complete. "
                 "Reset the board to try again.",
                 esp_https_ota_get_image_len_read(ota));
        return false;
    }
    return true;
}

static bool update(const esp_https_ota_config_t *config)
{
    esp_https_ota_handle_t ota = NULL;
    esp_err_t err = esp_https_ota_begin(config, &ota);
    if (err != ESP_OK) {
        ESP_LOGE(
            TAG,
            "The update can not begin (%s); the lines above say why. Check that the server "
            "runs, that this board reaches it, and that server_certs/ca_cert.pem is the server's.",
            esp_err_to_name(err));
        return false;
    }
    esp_app_desc_t offered;
    err = esp_https_ota_get_img_desc(ota, &offered);
    if (err != ESP_OK) {
        ESP_LOGE(TAG,
                 "What the server sent is not an app image (%s); the lines above say what it is. "
                 "Check the URL.",
                 esp_err_to_name(err));
    }
    if (err != ESP_OK || !may_install(&offered) || !download(ota)) {
        esp_https_ota_abort(ota);
        return false;
    }
    err = esp_https_ota_finish(ota);
    if (err == ESP_ERR_OTA_VALIDATE_FAILED) {
        ESP_LOGE(TAG,
                 "Image validation failed, image is corrupted or not for this board; the line "
                 "above says which. Build it again and check the file on the server.");
    } else if (err != ESP_OK) {
        ESP_LOGE(TAG, "The new image is complete, but the board can not switch to it (%s).",
                 esp_err_to_name(err));
    }
    return err == ESP_OK;
}

#endif  // CONFIG_EXAMPLE_ONE_CALL

static bool update_from(const char *url)
{
    const esp_http_client_config_t http = {
        .url = url,
#ifdef CONFIG_EXAMPLE_USE_CERT_BUNDLE
        .crt_bundle_attach = esp_crt_bundle_attach,
#else
        .cert_pem = server_cert_pem_start,
#endif
        .event_handler = on_http_event,
        .timeout_ms = CONFIG_EXAMPLE_OTA_RECV_TIMEOUT,
#ifdef CONFIG_EXAMPLE_SKIP_COMMON_NAME_CHECK
        .skip_cert_common_name_check = true,
#endif
        .keep_alive_enable = true,
    };
    const esp_https_ota_config_t config = {
        .http_config = &http,
    };
    confirm_at_server(&http);
    ESP_LOGI(TAG, "Attempting to download update from %s", url);
    return update(&config);
}

static void simple_ota_example_task(void *parameter)
{
    (void)parameter;
    ESP_LOGI(TAG, "Starting OTA example task");
    const char *url = update_url();
    if (url == NULL) {
        ESP_LOGE(TAG, "The console gave no URL. Reset the board and type one line.");
    } else if (update_from(url)) {
        ESP_LOGI(TAG, "OTA Succeed, Rebooting...");
        esp_restart();
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
    explain_rollback();
    print_digests();
    start_nvs();
    ESP_ERROR_CHECK(esp_netif_init());
    ESP_ERROR_CHECK(esp_event_loop_create_default());
    ESP_ERROR_CHECK(example_connect());
#if CONFIG_EXAMPLE_CONNECT_WIFI
    esp_wifi_set_ps(WIFI_PS_NONE);  // Saving power would slow the download down.
#endif
    xTaskCreate(simple_ota_example_task, "ota_example_task", OTA_TASK_STACK, NULL, 5, NULL);
}
