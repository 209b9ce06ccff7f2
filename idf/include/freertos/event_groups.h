// Groups of 24 bits that tasks wait for.
#pragma once

#include "freertos/FreeRTOS.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct EventGroupDef_t* EventGroupHandle_t;
typedef uint32_t EventBits_t;

EventGroupHandle_t xEventGroupCreate(void);
#define xEventGroupCreateStatic(buffer) ((void)(buffer), xEventGroupCreate())
void vEventGroupDelete(EventGroupHandle_t xEventGroup);
// The bits as they were when the wait ended, before the clearing.
EventBits_t xEventGroupWaitBits(EventGroupHandle_t xEventGroup,
                                const EventBits_t uxBitsToWaitFor,
                                const BaseType_t xClearOnExit,
                                const BaseType_t xWaitForAllBits,
                                TickType_t xTicksToWait);
EventBits_t xEventGroupSetBits(EventGroupHandle_t xEventGroup, const EventBits_t uxBitsToSet);
// The bits before the clearing.
EventBits_t xEventGroupClearBits(EventGroupHandle_t xEventGroup, const EventBits_t uxBitsToClear);
EventBits_t xEventGroupSync(EventGroupHandle_t xEventGroup,
                            const EventBits_t uxBitsToSet,
                            const EventBits_t uxBitsToWaitFor,
                            TickType_t xTicksToWait);
#define xEventGroupGetBits(group) xEventGroupClearBits(group, 0)
#define xEventGroupSetBitsFromISR(group, bits, woken) \
  ((void)(woken), (void)xEventGroupSetBits(group, bits), pdPASS)

#ifdef __cplusplus
}
#endif
