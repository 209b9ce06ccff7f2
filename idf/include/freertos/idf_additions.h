// What ESP-IDF adds to the kernel. Memory of a certain kind is memory here.
#pragma once

#include "freertos/event_groups.h"
#include "freertos/message_buffer.h"
#include "freertos/queue.h"
#include "freertos/semphr.h"
#include "freertos/stream_buffer.h"
#include "freertos/task.h"

#define xTaskCreatePinnedToCoreWithCaps(code, name, stack, arg, priority, handle, core, caps) \
  ((void)(caps), xTaskCreatePinnedToCore(code, name, stack, arg, priority, handle, core))
#define xTaskCreateWithCaps(code, name, stack, arg, priority, handle, caps) \
  ((void)(caps), xTaskCreate(code, name, stack, arg, priority, handle))
#define vTaskDeleteWithCaps vTaskDelete
#define xQueueCreateWithCaps(length, size, caps) ((void)(caps), xQueueCreate(length, size))
#define vQueueDeleteWithCaps vQueueDelete
#define xSemaphoreCreateBinaryWithCaps(caps) ((void)(caps), xSemaphoreCreateBinary())
#define xSemaphoreCreateMutexWithCaps(caps) ((void)(caps), xSemaphoreCreateMutex())
#define xSemaphoreCreateCountingWithCaps(max, initial, caps) \
  ((void)(caps), xSemaphoreCreateCounting(max, initial))
#define vSemaphoreDeleteWithCaps vSemaphoreDelete
#define xEventGroupCreateWithCaps(caps) ((void)(caps), xEventGroupCreate())
#define vEventGroupDeleteWithCaps vEventGroupDelete
#define xStreamBufferCreateWithCaps(size, trigger, caps) \
  ((void)(caps), xStreamBufferCreate(size, trigger))
#define vStreamBufferDeleteWithCaps vStreamBufferDelete
#define xMessageBufferCreateWithCaps(size, caps) ((void)(caps), xMessageBufferCreate(size))
#define vMessageBufferDeleteWithCaps vMessageBufferDelete
