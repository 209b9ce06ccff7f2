// freertos/event_groups.h: 24 bits that tasks wait for (surface 2.9).
#include "freertos/event_groups.h"

#include <vector>

#include "idf/runtime.h"

using rota::idf::runtime;
using rota::idf::Scheduler;
using rota::idf::Task;
using rota::idf::WaitList;

struct EventGroupDef_t : rota::idf::KernelObject {
  EventGroupDef_t() = default;
  ~EventGroupDef_t() override = default;

  // What one task waits for. Lives on its stack while it waits.
  struct Waiter {
    EventBits_t wanted = 0;
    bool all = false;
    bool clear = false;
    bool is_met = false;
    EventBits_t seen = 0;  // the bits that met the wait
    WaitList list;
  };

  EventBits_t bits = 0;
  std::vector<Waiter*> waiters;  // in order of arrival
};

namespace {

using Waiter = EventGroupDef_t::Waiter;

constexpr EventBits_t kUsableBits = 0x00FFFFFF;

bool meets(EventBits_t bits, const Waiter& waiter) {
  const EventBits_t common = bits & waiter.wanted;
  return waiter.all ? common == waiter.wanted : common != 0;
}

// Wakes everyone whose bits are there; the clearing comes after all of them have seen the bits.
void serve_waiters(EventGroupDef_t& group) {
  EventBits_t to_clear = 0;
  for (Waiter* waiter : group.waiters) {
    if (waiter->is_met || !meets(group.bits, *waiter)) continue;
    waiter->is_met = true;
    waiter->seen = group.bits;
    if (waiter->clear) to_clear |= waiter->wanted;
    runtime().scheduler().wake_all(waiter->list);
  }
  group.bits &= ~to_clear;
}

// Keeps a waiter in the group's list, also when the task is ended while it waits.
class Listed {
 public:
  Listed(EventGroupDef_t* group, Waiter& waiter) : group_(group), waiter_(waiter) {
    group_->waiters.push_back(&waiter_);
  }
  Listed(const Listed&) = delete;
  Listed& operator=(const Listed&) = delete;
  ~Listed() {
    if (runtime().holds(group_)) std::erase(group_->waiters, &waiter_);
  }

 private:
  EventGroupDef_t* group_;
  Waiter& waiter_;
};

}  // namespace

extern "C" {

EventGroupHandle_t xEventGroupCreate(void) { return runtime().create<EventGroupDef_t>(); }

void vEventGroupDelete(EventGroupHandle_t xEventGroup) {
  if (!runtime().holds(xEventGroup)) return;
  for (Waiter* waiter : xEventGroup->waiters) runtime().scheduler().wake_all(waiter->list);
  runtime().destroy(xEventGroup);
}

EventBits_t xEventGroupWaitBits(EventGroupHandle_t xEventGroup,
                                const EventBits_t uxBitsToWaitFor,
                                const BaseType_t xClearOnExit,
                                const BaseType_t xWaitForAllBits,
                                TickType_t xTicksToWait) {
  if (!runtime().holds(xEventGroup)) return 0;
  Scheduler& scheduler = runtime().scheduler();
  Waiter waiter;
  waiter.wanted = uxBitsToWaitFor & kUsableBits;
  waiter.all = xWaitForAllBits != pdFALSE;
  waiter.clear = xClearOnExit != pdFALSE;
  const EventBits_t now = xEventGroup->bits;
  if (meets(now, waiter)) {
    if (waiter.clear) xEventGroup->bits &= ~waiter.wanted;
    return now;
  }
  if (xTicksToWait == 0) return now;
  const auto until = scheduler.after_ticks(xTicksToWait);
  const Listed listed(xEventGroup, waiter);
  static_cast<void>(scheduler.wait(waiter.list, until));
  if (waiter.is_met) return waiter.seen;
  return runtime().holds(xEventGroup) ? xEventGroup->bits : 0;
}

EventBits_t xEventGroupSetBits(EventGroupHandle_t xEventGroup, const EventBits_t uxBitsToSet) {
  if (!runtime().holds(xEventGroup)) return 0;
  xEventGroup->bits |= uxBitsToSet & kUsableBits;
  serve_waiters(*xEventGroup);
  return xEventGroup->bits;
}

EventBits_t xEventGroupClearBits(EventGroupHandle_t xEventGroup, const EventBits_t uxBitsToClear) {
  if (!runtime().holds(xEventGroup)) return 0;
  const EventBits_t before = xEventGroup->bits;
  xEventGroup->bits &= ~uxBitsToClear;
  return before;
}

EventBits_t xEventGroupSync(EventGroupHandle_t xEventGroup,
                            const EventBits_t uxBitsToSet,
                            const EventBits_t uxBitsToWaitFor,
                            TickType_t xTicksToWait) {
  if (!runtime().holds(xEventGroup)) return 0;
  const EventBits_t with_own = xEventGroup->bits | (uxBitsToSet & kUsableBits);
  xEventGroupSetBits(xEventGroup, uxBitsToSet);
  if ((with_own & uxBitsToWaitFor) == uxBitsToWaitFor) {
    xEventGroup->bits &= ~uxBitsToWaitFor;
    return with_own;
  }
  return xEventGroupWaitBits(xEventGroup, uxBitsToWaitFor, pdTRUE, pdTRUE, xTicksToWait);
}

}  // extern "C"
