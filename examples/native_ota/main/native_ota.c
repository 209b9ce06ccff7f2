// Updates the app over HTTPS with the native API: esp_http_client brings the bytes, esp_ota_begin,
// esp_ota_write, esp_ota_end and esp_ota_set_boot_partition put them into the other slot.
//
// One attempt per start. Whatever ends it is told in a sentence with its cause and the next step;
// then the app goes on running and waits for a reset.
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "driver/gpio.h"
#include "esp_app_desc.h"
#include "esp_app_format.h"
#include "esp_event.h"
#include "esp_flash_partitions.h"
#include "esp_http_client.h"
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
#include "sdkconfig.h"

#define BUFFER_SIZE 1024
#define URL_SIZE 256
#define OTA_TASK_STACK 8192
#define HASH_LEN 32
#define MAX_REDIRECTS 10
// The description of an app stands behind the image's header and the first segment's header.
#define APP_DESC_OFFSET (sizeof(esp_image_header_t) + sizeof(esp_image_segment_header_t))
#define FIRST_BYTES (APP_DESC_OFFSET + sizeof(esp_app_desc_t))

static const char *TAG = "native_ota_example";

extern const char server_cert_pem_start[] asm("_binary_ca_cert_pem_start");

// One attempt: what is open and has to be closed when it ends.
typedef struct {
    esp_http_client_handle_t client;
    esp_ota_handle_t update;
    bool update_is_open;
    const esp_partition_t *slot;
    char buffer[BUFFER_SIZE + 1];
    int received;
    int64_t total;  // 0 or less: the server did not say
} attempt_t;

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
    const esp_partition_t table = {
        .type = ESP_PARTITION_TYPE_DATA,
        .address = ESP_PARTITION_TABLE_OFFSET,
        .size = ESP_PARTITION_TABLE_MAX_LEN,
    };
    const esp_partition_t bootloader = {
        .type = ESP_PARTITION_TYPE_APP,
        .address = ESP_BOOTLOADER_OFFSET,
        .size = ESP_PARTITION_TABLE_OFFSET - ESP_BOOTLOADER_OFFSET,
    };
    print_digest("SHA-256 for the partition table: ", &table);
    print_digest("SHA-256 for bootloader: ", &bootloader);
    print_digest("SHA-256 for current firmware: ", esp_ota_get_running_partition());
}

static bool diagnostics_pass(void)
{
    const gpio_config_t pin = {
        .pin_bit_mask = 1ULL << CONFIG_EXAMPLE_GPIO_DIAGNOSTIC,
        .mode = GPIO_MODE_INPUT,
        .pull_up_en = GPIO_PULLUP_ENABLE,
        .pull_down_en = GPIO_PULLDOWN_DISABLE,
        .intr_type = GPIO_INTR_DISABLE,
    };
    gpio_config(&pin);
    ESP_LOGI(TAG, "Diagnostics (%d sec)...", CONFIG_EXAMPLE_DIAGNOSTIC_SECONDS);
    vTaskDelay(pdMS_TO_TICKS(CONFIG_EXAMPLE_DIAGNOSTIC_SECONDS * 1000));
    const bool is_good = gpio_get_level(CONFIG_EXAMPLE_GPIO_DIAGNOSTIC) == 1;
    gpio_reset_pin(CONFIG_EXAMPLE_GPIO_DIAGNOSTIC);
    return is_good;
}

// A new image starts on trial. It has to say that it is good before the next reset, or the
// bootloader goes back to the image before it.
static void finish_trial(void)
{
    esp_ota_img_states_t state;
    if (esp_ota_get_state_partition(esp_ota_get_running_partition(), &state) != ESP_OK ||
        state != ESP_OTA_IMG_PENDING_VERIFY) {
        return;
    }
    if (diagnostics_pass()) {
        ESP_LOGI(TAG, "Diagnostics completed successfully! Continuing execution ...");
        esp_err_t err = esp_ota_mark_app_valid_cancel_rollback();
        if (err != ESP_OK) {
            ESP_LOGE(TAG,
                     "The image could not be confirmed (%s): the next reset goes back to the "
                     "version before it.",
                     esp_err_to_name(err));
        }
        return;
    }
    ESP_LOGE(TAG, "Diagnostics failed: GPIO %d is low. Start rollback to the previous version ...",
             CONFIG_EXAMPLE_GPIO_DIAGNOSTIC);
    esp_err_t err = esp_ota_mark_app_invalid_rollback_and_reboot();
    ESP_LOGE(TAG,
             "There is no image to go back to (%s), so this one goes on running. Flash a good "
             "image over the cable.",
             esp_err_to_name(err));
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
    if (strcmp(CONFIG_EXAMPLE_FIRMWARE_UPG_URL, "FROM_STDIN") != 0) {
        return CONFIG_EXAMPLE_FIRMWARE_UPG_URL;
    }
    return read_url_from_stdin(url, sizeof(url)) ? url : NULL;
}

static bool is_redirect(int status)
{
    return status == 301 || status == 302 || status == 303 || status == 307 || status == 308;
}

// Sends the request and reads the head of the answer.
static bool ask_server(attempt_t *attempt, const char *url)
{
    esp_err_t err = esp_http_client_open(attempt->client, 0);
    if (err != ESP_OK) {
        ESP_LOGE(TAG,
                 "No connection to %s (%s). Check that the server runs, that this board reaches "
                 "its address, and that server_certs/ca_cert.pem is the server's.",
                 url, esp_err_to_name(err));
        return false;
    }
    attempt->total = esp_http_client_fetch_headers(attempt->client);
    if (attempt->total == -ESP_ERR_HTTP_EAGAIN) {
        ESP_LOGE(TAG, "The server at %s gave no answer within %d ms. Check the server's log.", url,
                 CONFIG_EXAMPLE_OTA_RECV_TIMEOUT);
    } else if (attempt->total < 0) {
        ESP_LOGE(TAG,
                 "The server at %s did not answer the request; the line above says what it did. "
                 "Check the port in the URL and the server's log.",
                 url);
    }
    return attempt->total >= 0;
}

// True when the body of the image can be read. Follows redirects, as esp_http_client_perform does.
static bool connect_to_server(attempt_t *attempt, const char *url)
{
    const esp_http_client_config_t config = {
        .url = url,
        .cert_pem = server_cert_pem_start,
        .timeout_ms = CONFIG_EXAMPLE_OTA_RECV_TIMEOUT,
#ifdef CONFIG_EXAMPLE_SKIP_COMMON_NAME_CHECK
        .skip_cert_common_name_check = true,
#endif
        .keep_alive_enable = true,
    };
    attempt->client = esp_http_client_init(&config);
    if (attempt->client == NULL) {
        ESP_LOGE(TAG,
                 "'%s' is not a URL that can be opened; write it as https://host:port/file.bin.",
                 url);
        return false;
    }
    for (int redirects = 0; ask_server(attempt, url); ++redirects) {
        const int status = esp_http_client_get_status_code(attempt->client);
        if (status == HttpStatus_Ok) {
            return true;
        }
        if (!is_redirect(status) || redirects == MAX_REDIRECTS) {
            ESP_LOGE(TAG,
                     "The server answered %d instead of 200 to %s. Check the file's name in the "
                     "URL and the server's listing.",
                     status, url);
            return false;
        }
        esp_err_t err = esp_http_client_set_redirection(attempt->client);
        if (err != ESP_OK) {
            ESP_LOGE(TAG, "The server answered %d to %s, which leads nowhere (%s).", status, url,
                     esp_err_to_name(err));
            return false;
        }
        esp_http_client_close(attempt->client);
    }
    return false;
}

// Reads until the buffer holds `wanted` bytes or the body ends. Returns the count, below 0 for a
// download that broke off (the reason is told).
static int read_body(attempt_t *attempt, int wanted)
{
    int have = 0;
    while (have < wanted) {
        int got = esp_http_client_read(attempt->client, attempt->buffer + have, wanted - have);
        if (got == -ESP_ERR_HTTP_EAGAIN) {
            ESP_LOGE(TAG,
                     "The download stands still: no byte for %d ms after the first %d. Check the "
                     "server and the network, then reset the board to try again.",
                     CONFIG_EXAMPLE_OTA_RECV_TIMEOUT, attempt->received + have);
            return -1;
        }
        if (got < 0) {
            ESP_LOGE(
                TAG,
                "The connection broke after %d bytes; the line above says why. Reset the board "
                "to try again.",
                attempt->received + have);
            return -1;
        }
        if (got == 0) {
            break;
        }
        have += got;
    }
    attempt->received += have;
    return have;
}

static bool same_version(const esp_app_desc_t *a, const esp_app_desc_t *b)
{
    return memcmp(a->version, b->version, sizeof(a->version)) == 0;
}

// Judges the description in the first bytes. What is no app image at all passes: esp_ota_write
// names what it is.
static bool may_install(const attempt_t *attempt, int length)
{
    esp_app_desc_t offered;
    if (length < (int)FIRST_BYTES) {
        return true;
    }
    memcpy(&offered, attempt->buffer + APP_DESC_OFFSET, sizeof(offered));
    if (offered.magic_word != ESP_APP_DESC_MAGIC_WORD) {
        return true;
    }
    ESP_LOGI(TAG, "New firmware version: %.32s", offered.version);

    const esp_app_desc_t *running = esp_app_get_description();
    ESP_LOGI(TAG, "Running firmware version: %.32s", running->version);

    esp_app_desc_t invalid;
    const esp_partition_t *last_invalid = esp_ota_get_last_invalid_partition();
    if (last_invalid != NULL &&
        esp_ota_get_partition_description(last_invalid, &invalid) == ESP_OK) {
        ESP_LOGI(TAG, "Last invalid firmware version: %.32s", invalid.version);
        if (same_version(&offered, &invalid)) {
            ESP_LOGW(TAG,
                     "Version %.32s was installed before and rolled back, so it is not installed "
                     "again. Offer a corrected image with another version.",
                     offered.version);
            return false;
        }
    }
#ifndef CONFIG_EXAMPLE_SKIP_VERSION_CHECK
    if (same_version(&offered, running)) {
        ESP_LOGW(TAG,
                 "Version %.32s runs already: nothing to update. Offer another version "
                 "(version.txt), or set EXAMPLE_SKIP_VERSION_CHECK.",
                 offered.version);
        return false;
    }
#endif
    return true;
}

static bool write_bytes(attempt_t *attempt, int length)
{
    esp_err_t err = esp_ota_write(attempt->update, attempt->buffer, (size_t)length);
    if (err != ESP_OK) {
        ESP_LOGE(TAG,
                 "The bytes that arrived were refused (%s); the line above says why. This version "
                 "goes on running.",
                 esp_err_to_name(err));
    }
    return err == ESP_OK;
}

static void print_progress(const attempt_t *attempt, int length)
{
    const int step = attempt->total > 0 ? (int)(attempt->total / 10) + 1 : 128 * 1024;
    if (attempt->received / step == (attempt->received - length) / step) {
        return;
    }
    if (attempt->total > 0) {
        ESP_LOGI(TAG, "%d of %lld bytes (%d %%)", attempt->received, (long long)attempt->total,
                 (int)((int64_t)attempt->received * 100 / attempt->total));
    } else {
        ESP_LOGI(TAG, "%d bytes", attempt->received);
    }
}

static bool download_into_slot(attempt_t *attempt)
{
    int length = read_body(attempt, BUFFER_SIZE);
    if (length < 0) {
        return false;
    }
    if (length == 0) {
        ESP_LOGE(TAG, "The server sent an empty file. Check the image on the server.");
        return false;
    }
    if (!may_install(attempt, length)) {
        return false;
    }
    esp_err_t err = esp_ota_begin(attempt->slot, OTA_WITH_SEQUENTIAL_WRITES, &attempt->update);
    if (err != ESP_OK) {
        ESP_LOGE(TAG, "The update can not begin (%s).", esp_err_to_name(err));
        return false;
    }
    attempt->update_is_open = true;
    ESP_LOGI(TAG, "esp_ota_begin succeeded");
    while (length > 0) {
        if (!write_bytes(attempt, length)) {
            return false;
        }
        print_progress(attempt, length);
        length = read_body(attempt, BUFFER_SIZE);
    }
    if (length < 0) {
        return false;
    }
    ESP_LOGI(TAG, "Total Write binary data length: %d", attempt->received);
    if (!esp_http_client_is_complete_data_received(attempt->client)) {
        ESP_LOGE(TAG,
                 "The server closed the connection after %d bytes, too early. Reset the board to "
                 "try again.",
                 attempt->received);
        return false;
    }
    return true;
}

static bool switch_to_slot(attempt_t *attempt)
{
    attempt->update_is_open = false;  // esp_ota_end closes it in any case.
    esp_err_t err = esp_ota_end(attempt->update);
    if (err == ESP_ERR_OTA_VALIDATE_FAILED) {
        ESP_LOGE(TAG,
                 "Image validation failed, image is corrupted or not for this board; the line "
                 "above says which. Build it again and check the file on the server.");
        return false;
    }
    if (err == ESP_OK) {
        err = esp_ota_set_boot_partition(attempt->slot);
    }
    if (err != ESP_OK) {
        ESP_LOGE(TAG, "The new image is complete, but the board can not switch to it (%s).",
                 esp_err_to_name(err));
        return false;
    }
    return true;
}

static bool update(attempt_t *attempt)
{
    const esp_partition_t *configured = esp_ota_get_boot_partition();
    const esp_partition_t *running = esp_ota_get_running_partition();
    if (configured != running && configured != NULL) {
        ESP_LOGW(TAG,
                 "%s is selected to boot, but %s runs: OTA data or the selected image is damaged.",
                 configured->label, running->label);
    }
    ESP_LOGI(TAG, "Running partition type %d subtype %d (offset 0x%08x)", running->type,
             running->subtype, (unsigned)running->address);

    const char *url = update_url();
    if (url == NULL) {
        ESP_LOGE(TAG, "The console gave no URL. Reset the board and type one line.");
        return false;
    }
    attempt->slot = esp_ota_get_next_update_partition(NULL);
    if (attempt->slot == NULL) {
        ESP_LOGE(TAG,
                 "The partition table has no slot to update into. Choose one with two OTA slots "
                 "(CONFIG_PARTITION_TABLE_TWO_OTA) and flash the board again.");
        return false;
    }
    ESP_LOGI(TAG, "Downloading %s", url);
    if (!connect_to_server(attempt, url)) {
        return false;
    }
    ESP_LOGI(TAG, "Writing to partition subtype %d at offset 0x%x", attempt->slot->subtype,
             (unsigned)attempt->slot->address);
    return download_into_slot(attempt) && switch_to_slot(attempt);
}

static void ota_example_task(void *parameter)
{
    (void)parameter;
    static attempt_t attempt;
    ESP_LOGI(TAG, "Starting OTA example task");
    const bool is_done = update(&attempt);
    if (attempt.update_is_open) {
        esp_ota_abort(attempt.update);
    }
    if (attempt.client != NULL) {
        esp_http_client_close(attempt.client);
        esp_http_client_cleanup(attempt.client);
    }
    if (is_done) {
        ESP_LOGI(TAG, "Prepare to restart system!");
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
    print_digests();
    finish_trial();
    start_nvs();
    ESP_ERROR_CHECK(esp_netif_init());
    ESP_ERROR_CHECK(esp_event_loop_create_default());
    ESP_ERROR_CHECK(example_connect());
#if CONFIG_EXAMPLE_CONNECT_WIFI
    esp_wifi_set_ps(WIFI_PS_NONE);  // Saving power would slow the download down.
#endif
    xTaskCreate(ota_example_task, "ota_example_task", OTA_TASK_STACK, NULL, 5, NULL);
}
