#include <inttypes.h>

#include "esp_app_desc.h"
#include "esp_log.h"
#include "esp_ota_ops.h"
#include "freertos/FreeRTOS.h"
#include "freertos/task.h"
#include "greenhouse.h"
#include "nvs.h"
#include "nvs_flash.h"
#include "sdkconfig.h"

static const char *TAG = "greenhouse";

static uint32_t count_start(void)
{
    nvs_handle_t nvs;
    uint32_t starts = 0;
    ESP_ERROR_CHECK(nvs_open("greenhouse", NVS_READWRITE, &nvs));
    nvs_get_u32(nvs, "starts", &starts);
    ESP_ERROR_CHECK(nvs_set_u32(nvs, "starts", ++starts));
    ESP_ERROR_CHECK(nvs_commit(nvs));
    nvs_close(nvs);
    return starts;
}

static bool sensors_answer(void)
{
    /* Two readings of the soil probe, far enough apart to settle. */
    vTaskDelay(pdMS_TO_TICKS(200));
    return true;
}

static void confirm_new_firmware(bool online)
{
    esp_ota_img_states_t state;
    if (esp_ota_get_state_partition(esp_ota_get_running_partition(), &state) != ESP_OK ||
        state != ESP_OTA_IMG_PENDING_VERIFY) {
        return;
    }
    if (online && sensors_answer()) {
        ESP_LOGI(TAG, "new firmware works, keeping it");
        esp_ota_mark_app_valid_cancel_rollback();
    } else {
        ESP_LOGE(TAG, "new firmware does not work, going back");
        esp_ota_mark_app_invalid_rollback_and_reboot();
    }
}

void app_main(void)
{
    esp_err_t err = nvs_flash_init();
    if (err == ESP_ERR_NVS_NO_FREE_PAGES || err == ESP_ERR_NVS_NEW_VERSION_FOUND) {
        ESP_ERROR_CHECK(nvs_flash_erase());
        err = nvs_flash_init();
    }
    ESP_ERROR_CHECK(err);
    ESP_LOGI(TAG, "version %s, start %" PRIu32, esp_app_get_description()->version, count_start());

    bool online = wifi_connect();
    confirm_new_firmware(online);
    while (true) {
        update_check();
        vTaskDelay(pdMS_TO_TICKS(CONFIG_GREENHOUSE_CHECK_SECONDS * 1000));
    }
}
