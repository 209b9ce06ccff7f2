// freertos/ringbuf.h: items that stay where they are until their reader returns them.
#include "freertos/ringbuf.h"

#include <algorithm>
#include <list>
#include <vector>

#include "idf/runtime.h"

using rota::idf::runtime;
using rota::idf::Scheduler;
using rota::idf::WaitList;

struct RingbufferDefinition : rota::idf::KernelObject {
  RingbufferDefinition(std::size_t size, RingbufferType_t kind) : capacity(size), type(kind) {}
  ~RingbufferDefinition() override = default;

  using Item = std::vector<std::uint8_t>;

  bool has_bytes() const { return type == RINGBUF_TYPE_BYTEBUF; }
  std::size_t cost(std::size_t size) const { return has_bytes() ? size : (size + 3) / 4 * 4 + 8; }
  std::size_t room() const { return capacity - used; }

  const std::size_t capacity;
  const RingbufferType_t type;
  std::size_t used = 0;
  std::list<Item> waiting;
  std::list<Item> lent;  // to readers
  WaitList senders;
  WaitList receivers;
};

namespace {

Scheduler& scheduler() { return runtime().scheduler(); }

template <class Condition>
bool wait_until(RingbufferDefinition* ring, WaitList& list, TickType_t ticks, Condition holds) {
  const auto until = scheduler().after_ticks(ticks);
  while (!holds()) {
    if (ticks == 0) return false;
    const bool woken = scheduler().wait(list, until);
    if (!runtime().holds(ring)) return false;
    if (!woken) return holds();
  }
  return true;
}

// Bytes that stand one behind the other become one item.
void join_bytes(RingbufferDefinition& ring, std::size_t max_size) {
  RingbufferDefinition::Item bytes;
  while (!ring.waiting.empty() && bytes.size() < max_size) {
    RingbufferDefinition::Item& first = ring.waiting.front();
    const auto end = first.begin() +
                     static_cast<std::ptrdiff_t>(std::min(first.size(), max_size - bytes.size()));
    bytes.insert(bytes.end(), first.begin(), end);
    first.erase(first.begin(), end);
    if (first.empty()) ring.waiting.pop_front();
  }
  ring.waiting.push_front(std::move(bytes));
}

}  // namespace

extern "C" {

RingbufHandle_t xRingbufferCreate(size_t xBufferSize, RingbufferType_t xBufferType) {
  if (xBufferSize == 0 || xBufferType >= RINGBUF_TYPE_MAX) return nullptr;
  return runtime().create<RingbufferDefinition>(xBufferSize, xBufferType);
}

RingbufHandle_t xRingbufferCreateNoSplit(size_t xItemSize, size_t xItemNum) {
  return xRingbufferCreate(((xItemSize + 3) / 4 * 4 + 8) * xItemNum, RINGBUF_TYPE_NOSPLIT);
}

RingbufHandle_t xRingbufferCreateStatic(size_t xBufferSize,
                                        RingbufferType_t xBufferType,
                                        uint8_t*,
                                        StaticRingbuffer_t*) {
  return xRingbufferCreate(xBufferSize, xBufferType);
}

RingbufHandle_t xRingbufferCreateWithCaps(size_t xBufferSize,
                                          RingbufferType_t xBufferType,
                                          UBaseType_t) {
  return xRingbufferCreate(xBufferSize, xBufferType);
}

void vRingbufferDelete(RingbufHandle_t xRingbuffer) {
  if (!runtime().holds(xRingbuffer)) return;
  scheduler().wake_all(xRingbuffer->receivers);
  scheduler().wake_all(xRingbuffer->senders);
  runtime().destroy(xRingbuffer);
}

BaseType_t xRingbufferSend(RingbufHandle_t xRingbuffer,
                           const void* pvItem,
                           size_t xItemSize,
                           TickType_t xTicksToWait) {
  if (!runtime().holds(xRingbuffer) || (pvItem == nullptr && xItemSize > 0)) return pdFALSE;
  RingbufferDefinition& ring = *xRingbuffer;
  const std::size_t cost = ring.cost(xItemSize);
  if (cost > ring.capacity ||
      !wait_until(&ring, ring.senders, xTicksToWait, [&] { return ring.room() >= cost; })) {
    return pdFALSE;
  }
  const auto* from = static_cast<const std::uint8_t*>(pvItem);
  ring.waiting.emplace_back(from, from + xItemSize);
  ring.used += cost;
  scheduler().wake_first(ring.receivers);
  return pdTRUE;
}

void* xRingbufferReceive(RingbufHandle_t xRingbuffer, size_t* pxItemSize, TickType_t xTicksToWait) {
  return xRingbufferReceiveUpTo(xRingbuffer, pxItemSize, xTicksToWait, SIZE_MAX);
}

void* xRingbufferReceiveUpTo(RingbufHandle_t xRingbuffer,
                             size_t* pxItemSize,
                             TickType_t xTicksToWait,
                             size_t xMaxSize) {
  if (!runtime().holds(xRingbuffer) || xMaxSize == 0) return nullptr;
  RingbufferDefinition& ring = *xRingbuffer;
  if (!wait_until(&ring, ring.receivers, xTicksToWait, [&] { return !ring.waiting.empty(); })) {
    return nullptr;
  }
  if (ring.has_bytes()) join_bytes(ring, xMaxSize);
  ring.lent.splice(ring.lent.end(), ring.waiting, ring.waiting.begin());
  RingbufferDefinition::Item& item = ring.lent.back();
  if (pxItemSize != nullptr) *pxItemSize = item.size();
  if (item.empty()) item.reserve(1);  // an address of its own
  return item.data();
}

void vRingbufferReturnItem(RingbufHandle_t xRingbuffer, void* pvItem) {
  if (!runtime().holds(xRingbuffer)) return;
  RingbufferDefinition& ring = *xRingbuffer;
  const auto found = std::find_if(ring.lent.begin(), ring.lent.end(),
                                  [&](const auto& item) { return item.data() == pvItem; });
  if (found == ring.lent.end()) return;
  ring.used -= ring.cost(found->size());
  ring.lent.erase(found);
  scheduler().wake_all(ring.senders);
}

size_t xRingbufferGetMaxItemSize(RingbufHandle_t xRingbuffer) {
  if (!runtime().holds(xRingbuffer)) return 0;
  if (xRingbuffer->has_bytes()) return xRingbuffer->capacity;
  return xRingbuffer->capacity < 8 ? 0 : xRingbuffer->capacity - 8;
}

size_t xRingbufferGetCurFreeSize(RingbufHandle_t xRingbuffer) {
  return runtime().holds(xRingbuffer) ? xRingbuffer->room() : 0;
}

}  // extern "C"
