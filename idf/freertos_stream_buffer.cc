// freertos/stream_buffer.h and message_buffer.h: bytes in a ring; a message stands behind its
// length (surface 2.9).
#include "freertos/stream_buffer.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <deque>

#include "freertos/message_buffer.h"
#include "idf/runtime.h"

using rota::idf::runtime;
using rota::idf::Scheduler;
using rota::idf::WaitList;

struct StreamBufferDef_t : rota::idf::KernelObject {
  StreamBufferDef_t(std::size_t size, std::size_t trigger_bytes, bool messages)
      : capacity(size), trigger(std::max<std::size_t>(trigger_bytes, 1)), has_messages(messages) {}
  ~StreamBufferDef_t() override = default;

  std::size_t room() const { return capacity - bytes.size(); }

  const std::size_t capacity;
  std::size_t trigger;
  const bool has_messages;
  std::deque<std::uint8_t> bytes;
  WaitList senders;
  WaitList receivers;
};

namespace {

constexpr std::size_t kLengthBytes = 4;

Scheduler& scheduler() { return runtime().scheduler(); }

// Waits until the condition holds. False when the time is over or the buffer is gone.
template <class Condition>
bool wait_until(StreamBufferDef_t* buffer,
                WaitList StreamBufferDef_t::*list,
                TickType_t ticks,
                Condition holds) {
  const auto until = scheduler().after_ticks(ticks);
  while (!holds()) {
    if (ticks == 0 || !scheduler().wait(buffer->*list, until)) {
      return runtime().holds(buffer) && holds();
    }
    if (!runtime().holds(buffer)) return false;
  }
  return true;
}

void put(StreamBufferDef_t& buffer, const void* data, std::size_t size) {
  const auto* from = static_cast<const std::uint8_t*>(data);
  buffer.bytes.insert(buffer.bytes.end(), from, from + size);
}

void take(StreamBufferDef_t& buffer, void* into, std::size_t size) {
  const auto end = buffer.bytes.begin() + static_cast<std::ptrdiff_t>(size);
  std::copy(buffer.bytes.begin(), end, static_cast<std::uint8_t*>(into));
  buffer.bytes.erase(buffer.bytes.begin(), end);
}

std::size_t next_length(const StreamBufferDef_t& buffer) {
  if (!buffer.has_messages || buffer.bytes.empty()) return 0;
  std::array<std::uint8_t, kLengthBytes> head;
  std::copy_n(buffer.bytes.begin(), head.size(), head.begin());
  std::uint32_t length = 0;
  std::memcpy(&length, head.data(), head.size());
  return length;
}

StreamBufferHandle_t create(std::size_t size, std::size_t trigger, bool has_messages) {
  if (size == 0 || trigger > size || (has_messages && size <= kLengthBytes)) return nullptr;
  return runtime().create<StreamBufferDef_t>(size, trigger, has_messages);
}

}  // namespace

extern "C" {

StreamBufferHandle_t xStreamBufferCreate(size_t xBufferSizeBytes, size_t xTriggerLevelBytes) {
  return create(xBufferSizeBytes, xTriggerLevelBytes, false);
}

StreamBufferHandle_t xStreamBufferCreateStatic(size_t xBufferSizeBytes,
                                               size_t xTriggerLevelBytes,
                                               uint8_t*,
                                               StaticStreamBuffer_t*) {
  return create(xBufferSizeBytes, xTriggerLevelBytes, false);
}

MessageBufferHandle_t xMessageBufferCreate(size_t xBufferSizeBytes) {
  return create(xBufferSizeBytes, 0, true);
}

MessageBufferHandle_t xMessageBufferCreateStatic(size_t xBufferSizeBytes,
                                                 uint8_t*,
                                                 StaticMessageBuffer_t*) {
  return create(xBufferSizeBytes, 0, true);
}

void vStreamBufferDelete(StreamBufferHandle_t xStreamBuffer) {
  if (!runtime().holds(xStreamBuffer)) return;
  scheduler().wake_all(xStreamBuffer->receivers);
  scheduler().wake_all(xStreamBuffer->senders);
  runtime().destroy(xStreamBuffer);
}

size_t xStreamBufferSend(StreamBufferHandle_t xStreamBuffer,
                         const void* pvTxData,
                         size_t xDataLengthBytes,
                         TickType_t xTicksToWait) {
  if (!runtime().holds(xStreamBuffer) || pvTxData == nullptr) return 0;
  StreamBufferDef_t& buffer = *xStreamBuffer;
  std::size_t sent = xDataLengthBytes;
  const std::size_t needed = buffer.has_messages ? sent + kLengthBytes : sent;
  // What can never fit does not wait for ever.
  const std::size_t awaited = buffer.has_messages ? needed : std::min(needed, buffer.capacity);
  if (sent == 0 || awaited > buffer.capacity) return 0;
  const bool has_room = wait_until(&buffer, &StreamBufferDef_t::senders, xTicksToWait,
                                   [&] { return buffer.room() >= awaited; });
  if (!runtime().holds(xStreamBuffer)) return 0;
  if (buffer.has_messages) {
    if (!has_room) return 0;
    const auto length = static_cast<std::uint32_t>(sent);
    put(buffer, &length, kLengthBytes);
  } else {
    sent = std::min(sent, buffer.room());
  }
  put(buffer, pvTxData, sent);
  if (buffer.has_messages || buffer.bytes.size() >= buffer.trigger) {
    scheduler().wake_first(buffer.receivers);
  }
  return sent;
}

size_t xStreamBufferReceive(StreamBufferHandle_t xStreamBuffer,
                            void* pvRxData,
                            size_t xBufferLengthBytes,
                            TickType_t xTicksToWait) {
  if (!runtime().holds(xStreamBuffer) || pvRxData == nullptr) return 0;
  StreamBufferDef_t& buffer = *xStreamBuffer;
  // A reader that finds bytes takes them; only one that has to wait waits for the trigger.
  if (buffer.bytes.empty()) {
    const std::size_t awaited = buffer.has_messages ? 1 : buffer.trigger;
    wait_until(&buffer, &StreamBufferDef_t::receivers, xTicksToWait,
               [&] { return buffer.bytes.size() >= awaited; });
    if (!runtime().holds(xStreamBuffer)) return 0;
  }
  std::size_t got = std::min(xBufferLengthBytes, buffer.bytes.size());
  if (buffer.has_messages) {
    got = next_length(buffer);
    if (buffer.bytes.empty() || got > xBufferLengthBytes) return 0;
    std::array<std::uint8_t, kLengthBytes> head;
    take(buffer, head.data(), head.size());
  }
  take(buffer, pvRxData, got);
  scheduler().wake_first(buffer.senders);
  return got;
}

size_t xStreamBufferNextMessageLengthBytes(StreamBufferHandle_t xStreamBuffer) {
  return runtime().holds(xStreamBuffer) ? next_length(*xStreamBuffer) : 0;
}

BaseType_t xStreamBufferReset(StreamBufferHandle_t xStreamBuffer) {
  if (!runtime().holds(xStreamBuffer) || !xStreamBuffer->senders.tasks.empty() ||
      !xStreamBuffer->receivers.tasks.empty()) {
    return pdFAIL;
  }
  xStreamBuffer->bytes.clear();
  return pdPASS;
}

BaseType_t xStreamBufferIsFull(StreamBufferHandle_t xStreamBuffer) {
  if (!runtime().holds(xStreamBuffer)) return pdFALSE;
  const std::size_t least = xStreamBuffer->has_messages ? kLengthBytes : 0;
  return xStreamBuffer->room() <= least ? pdTRUE : pdFALSE;
}

BaseType_t xStreamBufferIsEmpty(StreamBufferHandle_t xStreamBuffer) {
  return runtime().holds(xStreamBuffer) && !xStreamBuffer->bytes.empty() ? pdFALSE : pdTRUE;
}

size_t xStreamBufferSpacesAvailable(StreamBufferHandle_t xStreamBuffer) {
  return runtime().holds(xStreamBuffer) ? xStreamBuffer->room() : 0;
}

size_t xStreamBufferBytesAvailable(StreamBufferHandle_t xStreamBuffer) {
  return runtime().holds(xStreamBuffer) ? xStreamBuffer->bytes.size() : 0;
}

BaseType_t xStreamBufferSetTriggerLevel(StreamBufferHandle_t xStreamBuffer, size_t xTriggerLevel) {
  if (!runtime().holds(xStreamBuffer) || xTriggerLevel > xStreamBuffer->capacity) return pdFALSE;
  xStreamBuffer->trigger = std::max<std::size_t>(xTriggerLevel, 1);
  return pdTRUE;
}

}  // extern "C"
