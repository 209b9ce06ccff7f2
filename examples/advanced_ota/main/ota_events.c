#include "ota_events.h"

#include <stdint.h>

#include "esp_event.h"
#include "esp_https_ota.h"
#include "esp_log.h"

static const char *TAG = "advanced_ota_example";

// What `data` points to depends on the event; most have none.
static void on_ota_event(void *argument, esp_event_base_t base, int32_t event, void *data)
{
    (void)argument;
    (void)base;
    switch (event) {
    case ESP_HTTPS_OTA_START:
        ESP_LOGI(TAG, "OTA started");
        break;
    case ESP_HTTPS_OTA_CONNECTED:
        ESP_LOGI(TAG, "Connected to server");
        break;
    case ESP_HTTPS_OTA_GET_IMG_DESC:
        ESP_LOGI(TAG, "Reading Image Description");
        break;
    case ESP_HTTPS_OTA_VERIFY_CHIP_ID:
        ESP_LOGI(TAG, "Verifying chip id of new image: %d", *(esp_chip_id_t *)data);
        break;
    case ESP_HTTPS_OTA_VERIFY_CHIP_REVISION:
        ESP_LOGI(TAG, "Verifying chip revision of new image: %d", *(uint16_t *)data);
        break;
    case ESP_HTTPS_OTA_DECRYPT_CB:
        ESP_LOGI(TAG, "Callback to decrypt function");
        break;
    case ESP_HTTPS_OTA_WRITE_FLASH:  // comes with every buffer, so only when it is asked for
        ESP_LOGD(TAG, "Writing to flash: %d written", *(int *)data);
        break;
    case ESP_HTTPS_OTA_UPDATE_BOOT_PARTITION:
        ESP_LOGI(TAG, "Boot partition updated. Next Partition: %d",
                 *(esp_partition_subtype_t *)data);
        break;
    case ESP_HTTPS_OTA_FINISH:
        ESP_LOGI(TAG, "OTA finish");
        break;
    case ESP_HTTPS_OTA_ABORT:
        ESP_LOGI(TAG, "OTA abort");
        break;
    }
}

esp_err_t ota_events_print(void)
{
    return esp_event_handler_register(ESP_HTTPS_OTA_EVENT, ESP_EVENT_ANY_ID, on_ota_event, NULL);
}
