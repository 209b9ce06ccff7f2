// Buffers of bytes between tasks (surface 2.9): a stream, or with freertos/message_buffer.h whole
// messages.
#pragma once

#include "freertos/FreeRTOS.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct StreamBufferDef_t* StreamBufferHandle_t;
typedef struct {
  void* rota_unused[2];
} StaticStreamBuffer_t;

// Room for `size` bytes. A reader waits until `trigger` bytes are there, or its time is over and
// takes what is there. NULL: a trigger above the size.
StreamBufferHandle_t xStreamBufferCreate(size_t xBufferSizeBytes, size_t xTriggerLevelBytes);
StreamBufferHandle_t xStreamBufferCreateStatic(size_t xBufferSizeBytes,
                                               size_t xTriggerLevelBytes,
                                               uint8_t* pucStreamBufferStorageArea,
                                               StaticStreamBuffer_t* pxStaticStreamBuffer);
void vStreamBufferDelete(StreamBufferHandle_t xStreamBuffer);
// The number of bytes taken. Waits for room for all of them; when the time is over, sends as many
// as there is room for (a message: none).
size_t xStreamBufferSend(StreamBufferHandle_t xStreamBuffer,
                         const void* pvTxData,
                         size_t xDataLengthBytes,
                         TickType_t xTicksToWait);
// The number of bytes got; 0 for a message that has no room in the buffer, which stays.
size_t xStreamBufferReceive(StreamBufferHandle_t xStreamBuffer,
                            void* pvRxData,
                            size_t xBufferLengthBytes,
                            TickType_t xTicksToWait);
// The next message's length; 0 without one, and for a stream.
size_t xStreamBufferNextMessageLengthBytes(StreamBufferHandle_t xStreamBuffer);
// pdFAIL while a task waits on it.
BaseType_t xStreamBufferReset(StreamBufferHandle_t xStreamBuffer);
BaseType_t xStreamBufferIsFull(StreamBufferHandle_t xStreamBuffer);
BaseType_t xStreamBufferIsEmpty(StreamBufferHandle_t xStreamBuffer);
size_t xStreamBufferSpacesAvailable(StreamBufferHandle_t xStreamBuffer);
size_t xStreamBufferBytesAvailable(StreamBufferHandle_t xStreamBuffer);
BaseType_t xStreamBufferSetTriggerLevel(StreamBufferHandle_t xStreamBuffer, size_t xTriggerLevel);

#define xStreamBufferSendFromISR(buffer, data, size, woken) \
  ((void)(woken), xStreamBufferSend(buffer, data, size, 0))
#define xStreamBufferReceiveFromISR(buffer, data, size, woken) \
  ((void)(woken), xStreamBufferReceive(buffer, data, size, 0))

#ifdef __cplusplus
}
#endif
