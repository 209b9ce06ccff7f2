// ESP-IDF's ring buffers: items stay in the buffer while their reader works on them.
#pragma once

#include "freertos/FreeRTOS.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct RingbufferDefinition* RingbufHandle_t;
typedef enum {
  RINGBUF_TYPE_NOSPLIT = 0,  // an item is read as it was sent
  RINGBUF_TYPE_ALLOWSPLIT,   // here as NOSPLIT: items are never split
  RINGBUF_TYPE_BYTEBUF,      // bytes: what is there comes as one item
  RINGBUF_TYPE_MAX,
} RingbufferType_t;
typedef struct {
  void* rota_unused[2];
} StaticRingbuffer_t;

// Room for `xBufferSize` bytes; an item takes 8 more than its own, rounded up to 4, as on a chip.
RingbufHandle_t xRingbufferCreate(size_t xBufferSize, RingbufferType_t xBufferType);
RingbufHandle_t xRingbufferCreateNoSplit(size_t xItemSize, size_t xItemNum);
RingbufHandle_t xRingbufferCreateStatic(size_t xBufferSize,
                                        RingbufferType_t xBufferType,
                                        uint8_t* pucRingbufferStorage,
                                        StaticRingbuffer_t* pxStaticRingbuffer);
RingbufHandle_t xRingbufferCreateWithCaps(size_t xBufferSize,
                                          RingbufferType_t xBufferType,
                                          UBaseType_t uxMemoryCaps);
void vRingbufferDelete(RingbufHandle_t xRingbuffer);
#define vRingbufferDeleteWithCaps vRingbufferDelete
// pdFALSE: no room in time, or larger than the buffer.
BaseType_t xRingbufferSend(RingbufHandle_t xRingbuffer,
                           const void* pvItem,
                           size_t xItemSize,
                           TickType_t xTicksToWait);
// NULL: nothing in time. The reader returns the item with vRingbufferReturnItem().
void* xRingbufferReceive(RingbufHandle_t xRingbuffer, size_t* pxItemSize, TickType_t xTicksToWait);
// Of a byte buffer: at most `xMaxSize` bytes.
void* xRingbufferReceiveUpTo(RingbufHandle_t xRingbuffer,
                             size_t* pxItemSize,
                             TickType_t xTicksToWait,
                             size_t xMaxSize);
void vRingbufferReturnItem(RingbufHandle_t xRingbuffer, void* pvItem);
size_t xRingbufferGetMaxItemSize(RingbufHandle_t xRingbuffer);
size_t xRingbufferGetCurFreeSize(RingbufHandle_t xRingbuffer);

#define xRingbufferSendFromISR(ring, item, size, woken) \
  ((void)(woken), xRingbufferSend(ring, item, size, 0))
#define xRingbufferReceiveFromISR(ring, size) xRingbufferReceive(ring, size, 0)
#define xRingbufferReceiveUpToFromISR(ring, size, max) xRingbufferReceiveUpTo(ring, size, 0, max)
#define vRingbufferReturnItemFromISR(ring, item, woken) \
  ((void)(woken), vRingbufferReturnItem(ring, item))

#ifdef __cplusplus
}
#endif
