#include <string.h>

#include "esp_app_desc.h"
#include "esp_app_format.h"
#include "esp_http_client.h"
#include "esp_log.h"
#include "esp_ota_ops.h"
#include "esp_system.h"
#include "greenhouse.h"
#include "sdkconfig.h"

static const char *TAG = "update";
static char block[2048];

extern const char ca_cert_start[] asm("_binary_ca_cert_pem_start");

static int read_block(esp_http_client_handle_t http)
{
    int have = 0;
    while (have < (int)sizeof(block)) {
        int n = esp_http_client_read(http, block + have, sizeof(block) - have);
        if (n < 0) {
            return -1;
        }
        if (n == 0) {
            break;
        }
        have += n;
    }
    return have;
}

static bool is_new(int len)
{
    const size_t at = sizeof(esp_image_header_t) + sizeof(esp_image_segment_header_t);
    esp_app_desc_t desc;
    if (len < (int)(at + sizeof(desc))) {
        return false;
    }
    memcpy(&desc, block + at, sizeof(desc));
    if (strncmp(desc.version, esp_app_get_description()->version, sizeof(desc.version)) == 0) {
        ESP_LOGI(TAG, "%s is what runs already", desc.version);
        return false;
    }
    ESP_LOGI(TAG, "%s -> %s", esp_app_get_description()->version, desc.version);
    return true;
}

static esp_err_t install(esp_http_client_handle_t http, int len)
{
    const esp_partition_t *slot = esp_ota_get_next_update_partition(NULL);
    esp_ota_handle_t ota;
    esp_err_t err = esp_ota_begin(slot, OTA_SIZE_UNKNOWN, &ota);
    if (err != ESP_OK) {
        return err;
    }
    int total = 0;
    while (len > 0) {
        err = esp_ota_write(ota, block, len);
        if (err != ESP_OK) {
            esp_ota_abort(ota);
            return err;
        }
        total += len;
        len = read_block(http);
    }
    if (len < 0 || !esp_http_client_is_complete_data_received(http)) {
        esp_ota_abort(ota);
        return ESP_FAIL;
    }
    ESP_LOGI(TAG, "%d bytes in %s", total, slot->label);
    err = esp_ota_end(ota);
    return err == ESP_OK ? esp_ota_set_boot_partition(slot) : err;
}

void update_check(void)
{
    esp_http_client_config_t config = {
        .url = CONFIG_GREENHOUSE_FIRMWARE_URL,
        .cert_pem = ca_cert_start,
        .timeout_ms = 5000,
    };
    esp_http_client_handle_t http = esp_http_client_init(&config);
    esp_err_t err = esp_http_client_open(http, 0);
    if (err == ESP_OK) {
        esp_http_client_fetch_headers(http);
        if (esp_http_client_get_status_code(http) == 200) {
            int len = read_block(http);
            if (len > 0 && is_new(len)) {
                err = install(http, len);
                if (err == ESP_OK) {
                    ESP_LOGI(TAG, "restarting into it");
                    esp_restart();
                }
                ESP_LOGE(TAG, "not installed: %s", esp_err_to_name(err));
            }
        } else {
            ESP_LOGW(TAG, "status %d", esp_http_client_get_status_code(http));
        }
    } else {
        ESP_LOGW(TAG, "no server: %s", esp_err_to_name(err));
    }
    esp_http_client_cleanup(http);
}
