// freertos/queue.h and semphr.h: a semaphore is a queue of items without bytes, a mutex one that
// knows who holds it (surface 2.9).
#include "freertos/queue.h"

#include <cstring>
#include <vector>

#include "freertos/semphr.h"
#include "idf/runtime.h"

using rota::idf::runtime;
using rota::idf::Scheduler;
using rota::idf::Task;
using rota::idf::WaitList;

struct QueueDefinition : rota::idf::KernelObject {
  QueueDefinition(std::size_t max_count, std::size_t item_bytes)
      : capacity(max_count), item_size(item_bytes), storage(max_count * item_bytes) {}
  ~QueueDefinition() override = default;

  std::uint8_t* item(std::size_t index) {
    return storage.data() + (first + index) % capacity * item_size;
  }

  const std::size_t capacity;
  const std::size_t item_size;
  std::size_t count = 0;
  std::size_t first = 0;
  std::vector<std::uint8_t> storage;
  WaitList senders;
  WaitList receivers;

  bool is_mutex = false;
  Task* holder = nullptr;
  unsigned recursion = 0;
};

namespace {

Scheduler& scheduler() { return runtime().scheduler(); }

// Waits in one of the queue's lists. False when the time is over or the queue is gone.
bool wait_for_change(QueueDefinition* queue, WaitList& list, std::optional<std::uint64_t> until) {
  return scheduler().wait(list, until) && runtime().holds(queue);
}

// Waits until the queue has an item. The time runs once, however often others are faster.
bool wait_for_item(QueueDefinition* queue, TickType_t ticks) {
  if (!runtime().holds(queue)) return false;
  const auto until = scheduler().after_ticks(ticks);
  while (queue->count == 0) {
    if (ticks == 0 || !wait_for_change(queue, queue->receivers, until)) {
      return runtime().holds(queue) && queue->count > 0;
    }
  }
  return true;
}

void copy_out(QueueDefinition& queue, void* into) {
  if (queue.item_size > 0) std::memcpy(into, queue.item(0), queue.item_size);
}

void drop_first(QueueDefinition& queue) {
  queue.first = (queue.first + 1) % queue.capacity;
  --queue.count;
  scheduler().wake_first(queue.senders);
}

void put(QueueDefinition& queue, const void* item, bool in_front) {
  if (in_front) queue.first = (queue.first + queue.capacity - 1) % queue.capacity;
  if (queue.item_size > 0) {
    std::memcpy(queue.item(in_front ? 0 : queue.count), item, queue.item_size);
  }
  ++queue.count;
  scheduler().wake_first(queue.receivers);
}

// The holder runs with at least the priority of who waits for it.
void lend_priority(QueueDefinition& mutex) {
  Task& self = scheduler().current();
  if (mutex.holder != nullptr && scheduler().holds(mutex.holder) &&
      mutex.holder->priority < self.priority) {
    mutex.holder->priority = self.priority;
  }
}

QueueHandle_t create(std::size_t capacity, std::size_t item_size) {
  if (capacity == 0) return nullptr;
  return runtime().create<QueueDefinition>(capacity, item_size);
}

SemaphoreHandle_t create_mutex() {
  QueueDefinition* mutex = create(1, 0);
  if (mutex == nullptr) return nullptr;
  mutex->is_mutex = true;
  mutex->count = 1;
  return mutex;
}

}  // namespace

extern "C" {

QueueHandle_t xQueueCreate(UBaseType_t uxQueueLength, UBaseType_t uxItemSize) {
  return create(uxQueueLength, uxItemSize);
}

QueueHandle_t xQueueCreateStatic(UBaseType_t uxQueueLength,
                                 UBaseType_t uxItemSize,
                                 uint8_t*,
                                 StaticQueue_t*) {
  return create(uxQueueLength, uxItemSize);
}

void vQueueDelete(QueueHandle_t xQueue) {
  if (!runtime().holds(xQueue)) return;
  // Who waits finds the queue gone.
  scheduler().wake_all(xQueue->receivers);
  scheduler().wake_all(xQueue->senders);
  runtime().destroy(xQueue);
}

BaseType_t xQueueReset(QueueHandle_t xQueue) {
  if (!runtime().holds(xQueue)) return pdFAIL;
  xQueue->count = 0;
  xQueue->first = 0;
  scheduler().wake_first(xQueue->senders);
  return pdPASS;
}

BaseType_t xQueueGenericSend(QueueHandle_t xQueue,
                             const void* pvItemToQueue,
                             TickType_t xTicksToWait,
                             const BaseType_t xCopyPosition) {
  if (!runtime().holds(xQueue)) return errQUEUE_FULL;
  if (xCopyPosition == queueOVERWRITE && xQueue->count > 0) {
    std::memcpy(xQueue->item(xQueue->count - 1), pvItemToQueue, xQueue->item_size);
    return pdPASS;
  }
  const auto until = scheduler().after_ticks(xTicksToWait);
  while (xQueue->count == xQueue->capacity) {
    if (xTicksToWait != 0 && wait_for_change(xQueue, xQueue->senders, until)) continue;
    if (!runtime().holds(xQueue) || xQueue->count == xQueue->capacity) return errQUEUE_FULL;
  }
  put(*xQueue, pvItemToQueue, xCopyPosition == queueSEND_TO_FRONT);
  return pdPASS;
}

BaseType_t xQueueReceive(QueueHandle_t xQueue, void* pvBuffer, TickType_t xTicksToWait) {
  if (!wait_for_item(xQueue, xTicksToWait)) return errQUEUE_EMPTY;
  copy_out(*xQueue, pvBuffer);
  drop_first(*xQueue);
  return pdPASS;
}

BaseType_t xQueuePeek(QueueHandle_t xQueue, void* pvBuffer, TickType_t xTicksToWait) {
  if (!wait_for_item(xQueue, xTicksToWait)) return errQUEUE_EMPTY;
  copy_out(*xQueue, pvBuffer);
  scheduler().wake_first(xQueue->receivers);  // The item is still there for the next one.
  return pdPASS;
}

UBaseType_t uxQueueMessagesWaiting(const QueueHandle_t xQueue) {
  return runtime().holds(xQueue) ? static_cast<UBaseType_t>(xQueue->count) : 0;
}

UBaseType_t uxQueueSpacesAvailable(const QueueHandle_t xQueue) {
  if (!runtime().holds(xQueue)) return 0;
  return static_cast<UBaseType_t>(xQueue->capacity - xQueue->count);
}

SemaphoreHandle_t xSemaphoreCreateBinary(void) { return create(1, 0); }
SemaphoreHandle_t xSemaphoreCreateMutex(void) { return create_mutex(); }
SemaphoreHandle_t xSemaphoreCreateRecursiveMutex(void) { return create_mutex(); }

SemaphoreHandle_t xSemaphoreCreateCounting(UBaseType_t uxMaxCount, UBaseType_t uxInitialCount) {
  if (uxInitialCount > uxMaxCount) return nullptr;
  QueueDefinition* semaphore = create(uxMaxCount, 0);
  if (semaphore != nullptr) semaphore->count = uxInitialCount;
  return semaphore;
}

void vSemaphoreDelete(SemaphoreHandle_t xSemaphore) { vQueueDelete(xSemaphore); }

BaseType_t xSemaphoreTake(SemaphoreHandle_t xSemaphore, TickType_t xBlockTime) {
  if (!runtime().holds(xSemaphore)) return pdFAIL;
  if (xSemaphore->is_mutex && xSemaphore->count == 0 && xBlockTime != 0) {
    lend_priority(*xSemaphore);
  }
  if (!wait_for_item(xSemaphore, xBlockTime)) return pdFAIL;
  drop_first(*xSemaphore);
  if (xSemaphore->is_mutex) {
    xSemaphore->holder = &scheduler().current();
    ++xSemaphore->holder->mutexes_held;
  }
  return pdPASS;
}

BaseType_t xSemaphoreGive(SemaphoreHandle_t xSemaphore) {
  if (!runtime().holds(xSemaphore) || xSemaphore->count == xSemaphore->capacity) return pdFAIL;
  if (xSemaphore->is_mutex) {
    Task& self = scheduler().current();
    if (xSemaphore->holder != &self) return pdFAIL;
    xSemaphore->holder = nullptr;
    if (--self.mutexes_held == 0) self.priority = self.base_priority;
  }
  put(*xSemaphore, nullptr, false);
  return pdPASS;
}

BaseType_t xSemaphoreTakeRecursive(SemaphoreHandle_t xMutex, TickType_t xBlockTime) {
  if (!runtime().holds(xMutex)) return pdFAIL;
  if (xMutex->holder != &scheduler().current() && xSemaphoreTake(xMutex, xBlockTime) != pdPASS) {
    return pdFAIL;
  }
  ++xMutex->recursion;
  return pdPASS;
}

BaseType_t xSemaphoreGiveRecursive(SemaphoreHandle_t xMutex) {
  if (!runtime().holds(xMutex) || xMutex->holder != &scheduler().current()) return pdFAIL;
  if (--xMutex->recursion > 0) return pdPASS;
  return xSemaphoreGive(xMutex);
}

TaskHandle_t xSemaphoreGetMutexHolder(SemaphoreHandle_t xMutex) {
  return runtime().holds(xMutex) ? xMutex->holder : nullptr;
}

UBaseType_t uxSemaphoreGetCount(SemaphoreHandle_t xSemaphore) {
  return uxQueueMessagesWaiting(xSemaphore);
}

}  // extern "C"
