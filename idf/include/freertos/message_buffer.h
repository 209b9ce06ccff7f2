// Buffers of messages between tasks: each one takes four bytes more than its own (surface 2.9).
#pragma once

#include "freertos/stream_buffer.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef StreamBufferHandle_t MessageBufferHandle_t;
typedef StaticStreamBuffer_t StaticMessageBuffer_t;

MessageBufferHandle_t xMessageBufferCreate(size_t xBufferSizeBytes);
MessageBufferHandle_t xMessageBufferCreateStatic(size_t xBufferSizeBytes,
                                                 uint8_t* pucMessageBufferStorageArea,
                                                 StaticMessageBuffer_t* pxStaticMessageBuffer);
#define vMessageBufferDelete vStreamBufferDelete
#define xMessageBufferSend xStreamBufferSend
#define xMessageBufferReceive xStreamBufferReceive
#define xMessageBufferSendFromISR xStreamBufferSendFromISR
#define xMessageBufferReceiveFromISR xStreamBufferReceiveFromISR
#define xMessageBufferReset xStreamBufferReset
#define xMessageBufferIsFull xStreamBufferIsFull
#define xMessageBufferIsEmpty xStreamBufferIsEmpty
#define xMessageBufferSpaceAvailable xStreamBufferSpacesAvailable
#define xMessageBufferSpacesAvailable xStreamBufferSpacesAvailable
#define xMessageBufferNextLengthBytes xStreamBufferNextMessageLengthBytes

#ifdef __cplusplus
}
#endif
