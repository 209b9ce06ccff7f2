#include "mqtt_client.h"

extern "C" {
ESP_EVENT_DEFINE_BASE(MQTT_EVENTS);
}
