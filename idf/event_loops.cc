#include "idf/event_loops.h"

#include <algorithm>
#include <utility>

namespace rota::idf {

namespace {

constexpr std::size_t kDefaultQueueSize = 32;
constexpr unsigned kDefaultTaskPriority = 20;
constexpr std::uint32_t kDefaultTaskStackBytes = 2304;

Scheduler& scheduler() { return runtime().scheduler(); }

bool concerns(const EventLoop::Handler& handler, esp_event_base_t base, std::int32_t id) {
  const bool base_fits = handler.base == ESP_EVENT_ANY_BASE || handler.base == base;
  return base_fits && (handler.id == ESP_EVENT_ANY_ID || handler.id == id);
}

}  // namespace

EventLoop::~EventLoop() {
  // Who waits finds the loop gone.
  scheduler().wake_all(readers_);
  scheduler().wake_all(writers_);
}

bool EventLoop::start_task(TaskSettings settings) {
  task_ = scheduler().create(std::move(settings), [this] { serve(); });
  return task_ != nullptr;
}

bool EventLoop::is_handled_by_caller() const {
  return handling_ != nullptr && handling_ == &scheduler().current();
}

esp_err_t EventLoop::post(esp_event_base_t base,
                          std::int32_t id,
                          const void* data,
                          std::size_t size,
                          TickType_t ticks_to_wait) {
  const TickType_t ticks = is_handled_by_caller() ? 0 : ticks_to_wait;
  const auto until = scheduler().after_ticks(ticks);
  while (queue_.size() >= queue_size_) {
    if (ticks == 0) return ESP_ERR_TIMEOUT;
    const bool was_woken = scheduler().wait(writers_, until);
    if (!runtime().holds(this)) return ESP_ERR_INVALID_STATE;
    if (!was_woken && queue_.size() >= queue_size_) return ESP_ERR_TIMEOUT;
  }
  Event event{base, id, {}, data != nullptr && size > 0};
  if (event.has_data) {
    const auto* bytes = static_cast<const std::uint8_t*>(data);
    event.data.assign(bytes, bytes + size);
  }
  queue_.push_back(std::move(event));
  scheduler().wake_first(readers_);
  return ESP_OK;
}

void EventLoop::serve() {
  while (!must_go_) handle_for(portMAX_DELAY);
  runtime().destroy(this);
}

void EventLoop::handle_for(TickType_t ticks) {
  const auto until = scheduler().after_ticks(ticks);
  do {
    while (queue_.empty()) {
      if (ticks == 0) return;
      const bool was_woken = scheduler().wait(readers_, until);
      if (!runtime().holds(this) || (!was_woken && queue_.empty())) return;
    }
    Event event = std::move(queue_.front());
    queue_.pop_front();
    scheduler().wake_first(writers_);
    handle(event);
    if (must_go_) {
      if (task_ == nullptr) runtime().destroy(this);
      return;
    }
  } while (!until || scheduler().now_us() < *until);
}

void EventLoop::handle(Event& event) {
  const std::uint64_t last_asked = last_number_;
  void* data = event.has_data ? event.data.data() : nullptr;
  // Also when the task is ended inside of a handler.
  struct Handling {
    explicit Handling(EventLoop& of) : loop(of) { loop.handling_ = &scheduler().current(); }
    Handling(const Handling&) = delete;
    Handling& operator=(const Handling&) = delete;
    ~Handling() {
      loop.handling_ = nullptr;
      loop.drop_removed();
    }
    EventLoop& loop;
  };
  const Handling handling(*this);
  for (Handler& handler : handlers_) {
    if (handler.number > last_asked || must_go_) break;
    if (handler.is_removed || !concerns(handler, event.base, event.id)) continue;
    handler.call(handler.argument, event.base, event.id, data);
  }
}

EventLoop::Handler& EventLoop::add(esp_event_base_t base,
                                   std::int32_t id,
                                   esp_event_handler_t call,
                                   void* argument) {
  return handlers_.emplace_back(Handler{base, id, call, argument, ++last_number_, false});
}

EventLoop::Handler* EventLoop::find(esp_event_base_t base,
                                    std::int32_t id,
                                    esp_event_handler_t call) {
  const auto found = std::find_if(handlers_.begin(), handlers_.end(), [&](const Handler& handler) {
    return !handler.is_removed && handler.base == base && handler.id == id && handler.call == call;
  });
  return found == handlers_.end() ? nullptr : &*found;
}

EventLoop::Handler* EventLoop::find(const void* instance) {
  const auto found = std::find_if(handlers_.begin(), handlers_.end(), [&](const Handler& handler) {
    return !handler.is_removed && &handler == instance;
  });
  return found == handlers_.end() ? nullptr : &*found;
}

void EventLoop::remove(Handler& handler) {
  handler.is_removed = true;
  if (handling_ == nullptr) drop_removed();
}

void EventLoop::drop_removed() {
  handlers_.remove_if([](const Handler& handler) { return handler.is_removed; });
}

void EventLoop::destroy(EventLoop& loop) {
  if (loop.handling_ != nullptr) {
    loop.must_go_ = true;
    return;
  }
  if (loop.task_ != nullptr) scheduler().end_task(*loop.task_);
  runtime().destroy(&loop);
}

esp_err_t EventLoops::create_default() {
  if (default_ != nullptr) return ESP_ERR_INVALID_STATE;
  auto* loop = runtime().create<EventLoop>(kDefaultQueueSize);
  if (loop == nullptr) return ESP_ERR_NO_MEM;
  if (!loop->start_task({"sys_evt", kDefaultTaskPriority, kDefaultTaskStackBytes})) {
    runtime().destroy(loop);
    return ESP_ERR_NO_MEM;
  }
  default_ = loop;
  return ESP_OK;
}

esp_err_t EventLoops::delete_default() {
  if (default_ == nullptr) return ESP_ERR_INVALID_STATE;
  EventLoop::destroy(*std::exchange(default_, nullptr));
  return ESP_OK;
}

}  // namespace rota::idf
