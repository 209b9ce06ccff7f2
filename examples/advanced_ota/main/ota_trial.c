#include "ota_trial.h"

#include <stdbool.h>

#include "driver/gpio.h"
#include "esp_flash_partitions.h"
#include "esp_log.h"
#include "esp_ota_ops.h"
#include "rota_confirm.h"
#include "sdkconfig.h"

static const char *TAG = "advanced_ota_example";

static bool is_on_trial(void)
{
    esp_ota_img_states_t state;
    return esp_ota_get_state_partition(esp_ota_get_running_partition(), &state) == ESP_OK &&
           state == ESP_OTA_IMG_PENDING_VERIFY;
}

// Stands for whatever shows that the new image can work on this board.
static bool self_test_passes(void)
{
    const gpio_config_t pin = {
        .pin_bit_mask = 1ULL << CONFIG_EXAMPLE_GPIO_DIAGNOSTIC,
        .mode = GPIO_MODE_INPUT,
        .pull_up_en = GPIO_PULLUP_ENABLE,
        .pull_down_en = GPIO_PULLDOWN_DISABLE,
        .intr_type = GPIO_INTR_DISABLE,
    };
    gpio_config(&pin);
    const bool is_good = gpio_get_level(CONFIG_EXAMPLE_GPIO_DIAGNOSTIC) == 1;
    gpio_reset_pin(CONFIG_EXAMPLE_GPIO_DIAGNOSTIC);
    return is_good;
}

void ota_trial_self_test(void)
{
    if (!is_on_trial()) {
        return;
    }
    if (self_test_passes()) {
        ESP_LOGI(TAG, "Diagnostics completed successfully! The trial goes on ...");
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

void ota_trial_reach_server(const esp_http_client_config_t *http)
{
    // An image on trial has some time. A confirmed one looks once, so that the next image can be
    // told from a network that is down.
    const rota_confirm_config_t policy = {
        .http = http,
        .deadline_ms = is_on_trial() ? CONFIG_EXAMPLE_CONFIRM_SECONDS * 1000 : 1,
    };
    rota_confirm_when_reached(&policy, NULL);
}
