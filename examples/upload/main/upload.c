// Updates the app through a web page of its own: the browser sends the image, esp_http_server
// receives it piece by piece, esp_ota_begin, esp_ota_write, esp_ota_end and
// esp_ota_set_boot_partition put it into the other slot.
//
//   GET  /        the page
//   GET  /status  what runs, as JSON
//   POST /update  the image itself as the body: curl --data-binary @build/upload.bin
//
// Whatever is wrong with an upload is told to whoever sent it, in a sentence; the version that runs
// goes on running.
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "esp_app_desc.h"
#include "esp_app_format.h"
#include "esp_efuse.h"
#include "esp_event.h"
#include "esp_http_server.h"
#include "esp_log.h"
#include "esp_netif.h"
#include "esp_ota_ops.h"
#include "esp_partition.h"
#include "esp_system.h"
#include "esp_timer.h"
#include "freertos/FreeRTOS.h"
#include "freertos/task.h"
#include "nvs_flash.h"
#include "protocol_examples_common.h"
#include "sdkconfig.h"

#define BUFFER_SIZE 4096
#define SENTENCE_SIZE 256
#define SERVER_STACK 8192
// Each is the server's receive time of 5 seconds.
#define MAX_SILENCES 6
// So that the response reaches the browser before the board restarts.
#define RESTART_DELAY_US 500000
// The description of an app stands behind the image's header and the first segment's header.
#define APP_DESC_OFFSET (sizeof(esp_image_header_t) + sizeof(esp_image_segment_header_t))
#define FIRST_BYTES (APP_DESC_OFFSET + sizeof(esp_app_desc_t))

static const char *TAG = "upload_example";

extern const char page_start[] asm("_binary_upload_html_start");

// One upload: what is open and has to be closed when it ends, and why it failed.
typedef struct {
    httpd_req_t *request;
    const esp_partition_t *slot;
    esp_ota_handle_t update;
    bool update_is_open;
    bool sender_is_gone;
    size_t received;
    esp_app_desc_t offered;
    httpd_err_code_t error;
    char sentence[SENTENCE_SIZE];
    char buffer[BUFFER_SIZE];
} upload_t;

// ---- What runs ----

static bool is_on_trial(void)
{
    esp_ota_img_states_t state;
    return esp_ota_get_state_partition(esp_ota_get_running_partition(), &state) == ESP_OK &&
           state == ESP_OTA_IMG_PENDING_VERIFY;
}

// A visitor reached this image, so it can be updated again: the one thing it must be able to do.
static void confirm(void)
{
    if (!is_on_trial()) {
        return;
    }
    esp_err_t err = esp_ota_mark_app_valid_cancel_rollback();
    if (err == ESP_OK) {
        ESP_LOGI(TAG, "The page was reached: this version is confirmed.");
    } else {
        ESP_LOGE(TAG,
                 "This version could not be confirmed (%s): the next reset goes back to the one "
                 "before it.",
                 esp_err_to_name(err));
    }
}

static void give_up(void *parameter)
{
    (void)parameter;
    if (!is_on_trial()) {
        return;
    }
    ESP_LOGE(
        TAG,
        "Nobody reached the page within %d seconds. Start rollback to the previous version ...",
        CONFIG_EXAMPLE_CONFIRM_SECONDS);
    esp_err_t err = esp_ota_mark_app_invalid_rollback_and_reboot();
    ESP_LOGE(TAG,
             "There is no image to go back to (%s), so this one goes on running. Flash a good "
             "image over the cable.",
             esp_err_to_name(err));
}

static void call_later(esp_timer_cb_t callback, uint64_t after_us)
{
    const esp_timer_create_args_t settings = {.callback = callback, .name = "later"};
    esp_timer_handle_t timer;
    ESP_ERROR_CHECK(esp_timer_create(&settings, &timer));
    ESP_ERROR_CHECK(esp_timer_start_once(timer, after_us));
}

static void restart(void *parameter)
{
    (void)parameter;
    ESP_LOGI(TAG, "Prepare to restart system!");
    esp_restart();
}

// ---- An upload ----

static bool refuse(upload_t *upload, httpd_err_code_t error)
{
    upload->error = error;
    return false;
}

// True when a page of another site asks: a visitor of that site did not mean to update this board.
static bool comes_from_elsewhere(httpd_req_t *request)
{
    static const char scheme[] = "http://";
    char origin[128];
    char host[128];
    if (httpd_req_get_hdr_value_len(request, "Origin") == 0) {
        return false;
    }
    if (httpd_req_get_hdr_value_str(request, "Origin", origin, sizeof(origin)) != ESP_OK ||
        httpd_req_get_hdr_value_str(request, "Host", host, sizeof(host)) != ESP_OK) {
        return true;
    }
    return strncmp(origin, scheme, strlen(scheme)) != 0 ||
           strcmp(origin + strlen(scheme), host) != 0;
}

static bool is_form(httpd_req_t *request)
{
    char type[32];
    httpd_req_get_hdr_value_str(request, "Content-Type", type, sizeof(type));
    return httpd_req_get_hdr_value_len(request, "Content-Type") > 0 &&
           strncmp(type, "multipart/", 10) == 0;
}

// What can be said before the first byte of the body.
static bool may_begin(upload_t *upload)
{
    httpd_req_t *request = upload->request;
    if (comes_from_elsewhere(request)) {
        strcpy(upload->sentence,
               "Only this board's own page may update it. Open it and upload "
               "there.");
        return refuse(upload, HTTPD_403_FORBIDDEN);
    }
    if (is_form(request)) {
        strcpy(upload->sentence,
               "The image came wrapped into a form. Send the file itself: curl "
               "--data-binary @build/upload.bin");
        return refuse(upload, HTTPD_400_BAD_REQUEST);
    }
    if (request->content_len == 0) {
        strcpy(upload->sentence, "The upload is empty. Choose the file build/upload.bin.");
        return refuse(upload, HTTPD_400_BAD_REQUEST);
    }
    upload->slot = esp_ota_get_next_update_partition(NULL);
    if (upload->slot == NULL) {
        strcpy(upload->sentence,
               "The partition table has no slot to update into. Choose one with "
               "two OTA slots and flash the board again.");
        return refuse(upload, HTTPD_500_INTERNAL_SERVER_ERROR);
    }
    if (request->content_len > upload->slot->size) {
        snprintf(upload->sentence, sizeof(upload->sentence),
                 "The file has %u bytes, but the slot %s has room for %u. Make the app smaller or "
                 "the slots larger.",
                 (unsigned)request->content_len, upload->slot->label, (unsigned)upload->slot->size);
        return refuse(upload, HTTPD_413_CONTENT_TOO_LARGE);
    }
    return true;
}

// Reads until the buffer holds `wanted` bytes or the body ends. Returns the count; 0 and a sentence
// when it broke off.
static size_t read_body(upload_t *upload, size_t wanted)
{
    const size_t left = upload->request->content_len - upload->received;
    size_t have = 0;
    int silences = 0;
    wanted = wanted < left ? wanted : left;
    while (have < wanted) {
        int got = httpd_req_recv(upload->request, upload->buffer + have, wanted - have);
        if (got == HTTPD_SOCK_ERR_TIMEOUT && ++silences < MAX_SILENCES) {
            continue;
        }
        if (got <= 0) {
            snprintf(upload->sentence, sizeof(upload->sentence),
                     "The upload broke off after %u of %u bytes. Try again.",
                     (unsigned)(upload->received + have), (unsigned)upload->request->content_len);
            upload->sender_is_gone = true;
            refuse(upload, HTTPD_408_REQ_TIMEOUT);
            return 0;
        }
        silences = 0;
        have += (size_t)got;
    }
    upload->received += have;
    return have;
}

static bool is_image(upload_t *upload, size_t length)
{
    esp_image_header_t header;
    if (length < sizeof(header) || (uint8_t)upload->buffer[0] != ESP_IMAGE_HEADER_MAGIC) {
        const bool is_page = upload->buffer[0] == '<';
        snprintf(upload->sentence, sizeof(upload->sentence),
                 "This is %s, not an app image (its first byte is 0x%02x, not 0x%02x). Choose the "
                 "file build/upload.bin.",
                 is_page ? "an HTML page" : "another kind of file", (uint8_t)upload->buffer[0],
                 ESP_IMAGE_HEADER_MAGIC);
        return false;
    }
    memcpy(&header, upload->buffer, sizeof(header));
    if (header.chip_id != CONFIG_IDF_FIRMWARE_CHIP_ID) {
        snprintf(upload->sentence, sizeof(upload->sentence),
                 "The image is for another chip (its id is %d, this one's is %d). Build it with "
                 "idf.py set-target %s.",
                 (int)header.chip_id, CONFIG_IDF_FIRMWARE_CHIP_ID, CONFIG_IDF_TARGET);
        return false;
    }
    return true;
}

static bool is_wanted(upload_t *upload, size_t length)
{
    if (length < FIRST_BYTES) {
        strcpy(upload->sentence,
               "The file ends within the image's header. Build it again and "
               "upload all of it.");
        return false;
    }
    memcpy(&upload->offered, upload->buffer + APP_DESC_OFFSET, sizeof(upload->offered));
    const esp_app_desc_t *running = esp_app_get_description();
    ESP_LOGI(TAG, "New firmware version: %.32s, running firmware version: %.32s",
             upload->offered.version, running->version);
#ifndef CONFIG_EXAMPLE_ACCEPT_OTHER_PROJECTS
    if (strncmp(upload->offered.project_name, running->project_name,
                sizeof(running->project_name)) != 0) {
        snprintf(upload->sentence, sizeof(upload->sentence),
                 "The image is of the project '%.32s', this board runs '%.32s'. Choose the right "
                 "file, or set EXAMPLE_ACCEPT_OTHER_PROJECTS.",
                 upload->offered.project_name, running->project_name);
        return false;
    }
#endif
#ifdef CONFIG_BOOTLOADER_APP_ANTI_ROLLBACK
    const uint32_t least = esp_efuse_read_secure_version();
    if (upload->offered.secure_version < least) {
        snprintf(upload->sentence, sizeof(upload->sentence),
                 "The image has the secure version %u, this board runs %u and above. Build it with "
                 "a higher BOOTLOADER_APP_SECURE_VERSION.",
                 (unsigned)upload->offered.secure_version, (unsigned)least);
        return false;
    }
#endif
    esp_app_desc_t invalid;
    const esp_partition_t *last_invalid = esp_ota_get_last_invalid_partition();
    if (last_invalid != NULL &&
        esp_ota_get_partition_description(last_invalid, &invalid) == ESP_OK &&
        memcmp(invalid.version, upload->offered.version, sizeof(invalid.version)) == 0) {
        snprintf(upload->sentence, sizeof(upload->sentence),
                 "Version %.32s was installed before and given up. Upload a corrected image with "
                 "another version.",
                 invalid.version);
        return false;
    }
    return true;
}

static void print_progress(const upload_t *upload, size_t length)
{
    const size_t total = upload->request->content_len;
    const size_t step = total / 10 + 1;
    if (upload->received / step != (upload->received - length) / step) {
        ESP_LOGI(TAG, "%u of %u bytes (%u %%)", (unsigned)upload->received, (unsigned)total,
                 (unsigned)((uint64_t)upload->received * 100 / total));
    }
}

static bool write_into_slot(upload_t *upload)
{
    size_t length = read_body(upload, BUFFER_SIZE);
    if (length == 0) {
        return false;
    }
    if (!is_image(upload, length) || !is_wanted(upload, length)) {
        return refuse(upload, HTTPD_400_BAD_REQUEST);
    }
    ESP_LOGI(TAG, "Writing to partition subtype %d at offset 0x%x", upload->slot->subtype,
             (unsigned)upload->slot->address);
    esp_err_t err = esp_ota_begin(upload->slot, OTA_WITH_SEQUENTIAL_WRITES, &upload->update);
    upload->update_is_open = err == ESP_OK;
    while (err == ESP_OK) {
        err = esp_ota_write(upload->update, upload->buffer, length);
        if (err != ESP_OK) {
            break;
        }
        print_progress(upload, length);
        if (upload->received == upload->request->content_len) {
            return true;
        }
        length = read_body(upload, BUFFER_SIZE);
        if (length == 0) {
            return false;
        }
    }
    snprintf(upload->sentence, sizeof(upload->sentence),
             "The image can not be written (%s); the board's console says why.",
             esp_err_to_name(err));
    return refuse(upload, HTTPD_500_INTERNAL_SERVER_ERROR);
}

static bool switch_to_slot(upload_t *upload)
{
    upload->update_is_open = false;  // esp_ota_end closes it in any case.
    esp_err_t err = esp_ota_end(upload->update);
    if (err == ESP_ERR_OTA_VALIDATE_FAILED) {
        strcpy(upload->sentence,
               "The image is damaged, or a part of it is missing. Build it again "
               "and upload the whole file; the board's console names the place.");
        return refuse(upload, HTTPD_400_BAD_REQUEST);
    }
    if (err == ESP_OK) {
        err = esp_ota_set_boot_partition(upload->slot);
    }
    if (err != ESP_OK) {
        snprintf(upload->sentence, sizeof(upload->sentence),
                 "The image arrived, but the board can not switch to it (%s); its console says "
                 "why.",
                 esp_err_to_name(err));
        return refuse(upload, HTTPD_500_INTERNAL_SERVER_ERROR);
    }
    return true;
}

// ---- The pages ----

static esp_err_t get_page(httpd_req_t *request)
{
    confirm();
    return httpd_resp_sendstr(request, page_start);
}

static esp_err_t get_status(httpd_req_t *request)
{
    confirm();
    const esp_app_desc_t *running = esp_app_get_description();
    char json[SENTENCE_SIZE];
    snprintf(
        json, sizeof(json),
        "{\"project\":\"%.32s\",\"version\":\"%.32s\",\"partition\":\"%s\",\"state\":\"%s\"}\n",
        running->project_name, running->version, esp_ota_get_running_partition()->label,
        is_on_trial() ? "on trial" : "confirmed");
    httpd_resp_set_type(request, HTTPD_TYPE_JSON);
    httpd_resp_set_hdr(request, "Cache-Control", "no-store");
    return httpd_resp_sendstr(request, json);
}

static esp_err_t post_update(httpd_req_t *request)
{
    static upload_t upload;  // the server handles one request at a time
    memset(&upload, 0, sizeof(upload));
    upload.request = request;
    ESP_LOGI(TAG, "Starting OTA: an upload of %u bytes", (unsigned)request->content_len);
    if (may_begin(&upload) && write_into_slot(&upload) && switch_to_slot(&upload)) {
        char sentence[SENTENCE_SIZE];
        char version[sizeof(upload.offered.version) + 1] = {0};
        memcpy(version, upload.offered.version, sizeof(upload.offered.version));
        snprintf(sentence, sizeof(sentence),
                 "Version %s is complete and verified. The board restarts with it.\n", version);
        ESP_LOGI(TAG, "Total Write binary data length: %u", (unsigned)upload.received);
        httpd_resp_set_type(request, "text/plain");
        httpd_resp_set_hdr(request, "X-Version", version);
        call_later(restart, RESTART_DELAY_US);
        return httpd_resp_sendstr(request, sentence);
    }
    if (upload.update_is_open) {
        esp_ota_abort(upload.update);
    }
    ESP_LOGE(TAG, "%s", upload.sentence);
    ESP_LOGI(TAG, "No update was installed; version %.32s goes on running.",
             esp_app_get_description()->version);
    if (upload.sender_is_gone) {
        return ESP_FAIL;
    }
    // With ESP_OK the server reads what is left of the body, so that the sender gets the answer.
    httpd_resp_send_err(request, upload.error, upload.sentence);
    return ESP_OK;
}

static void start_server(void)
{
    httpd_config_t settings = HTTPD_DEFAULT_CONFIG();
    settings.server_port = CONFIG_EXAMPLE_HTTP_PORT;
    settings.stack_size = SERVER_STACK;
    settings.lru_purge_enable = true;
    const httpd_uri_t pages[] = {
        {.uri = "/", .method = HTTP_GET, .handler = get_page},
        {.uri = "/status", .method = HTTP_GET, .handler = get_status},
        {.uri = "/update", .method = HTTP_POST, .handler = post_update},
    };
    httpd_handle_t server = NULL;
    ESP_ERROR_CHECK(httpd_start(&server, &settings));
    for (size_t i = 0; i < sizeof(pages) / sizeof(pages[0]); ++i) {
        ESP_ERROR_CHECK(httpd_register_uri_handler(server, &pages[i]));
    }
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
    ESP_LOGI(TAG, "This is version %s, in %s", esp_app_get_description()->version,
             esp_ota_get_running_partition()->label);
    start_nvs();
    ESP_ERROR_CHECK(esp_netif_init());
    ESP_ERROR_CHECK(esp_event_loop_create_default());
    ESP_ERROR_CHECK(example_connect());
    start_server();
    if (is_on_trial()) {
        ESP_LOGI(TAG, "This version is on trial until somebody opens its page (%d seconds).",
                 CONFIG_EXAMPLE_CONFIRM_SECONDS);
        call_later(give_up, CONFIG_EXAMPLE_CONFIRM_SECONDS * 1000000ULL);
    }
    ESP_LOGI(TAG, "Ready for an upload");
}
