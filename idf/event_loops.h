// Event loops (surface 2.10): what tasks post is handled in the order of the posts, each event by
// its handlers in the order in which they were registered.
//
// A handler may register, unregister, post and delete its own loop. What it registers hears from
// the next event on; what was unregistered is not called any more, also for the event being
// handled.
#pragma once

#include <cstdint>
#include <deque>
#include <list>
#include <optional>
#include <vector>

#include "esp_err.h"
#include "esp_event.h"
#include "idf/runtime.h"
#include "idf/scheduler.h"

namespace rota::idf {

class EventLoop final : public KernelObject {
 public:
  // One registration; its address is ESP-IDF's esp_event_handler_instance_t.
  struct Handler {
    esp_event_base_t base = nullptr;
    std::int32_t id = 0;
    esp_event_handler_t call = nullptr;
    void* argument = nullptr;
    std::uint64_t number = 0;  // in order of registration
    bool is_removed = false;   // while the loop handles an event; dropped afterwards
  };

  explicit EventLoop(std::size_t queue_size) : queue_size_(queue_size) {}
  EventLoop(const EventLoop&) = delete;
  EventLoop& operator=(const EventLoop&) = delete;
  ~EventLoop() override;

  // Makes the task that handles the events. False when the host gives no thread.
  bool start_task(TaskSettings settings);

  // Copies the data. Waits for room, except in a handler of this loop, which would wait for itself.
  esp_err_t post(esp_event_base_t base,
                 std::int32_t id,
                 const void* data,
                 std::size_t size,
                 TickType_t ticks_to_wait);
  // Handles what is posted within the time given.
  void handle_for(TickType_t ticks);

  Handler& add(esp_event_base_t base, std::int32_t id, esp_event_handler_t call, void* argument);
  // The first registration with these, or nullptr.
  Handler* find(esp_event_base_t base, std::int32_t id, esp_event_handler_t call);
  // The registration at that address, or nullptr.
  Handler* find(const void* instance);
  void remove(Handler& handler);

  // Ends the loop's task and destroys the loop; while a handler runs: as soon as it has returned.
  static void destroy(EventLoop& loop);

 private:
  struct Event {
    esp_event_base_t base = nullptr;
    std::int32_t id = 0;
    std::vector<std::uint8_t> data;
    bool has_data = false;
  };

  bool is_handled_by_caller() const;
  void serve();
  void handle(Event& event);
  void drop_removed();

  std::size_t queue_size_;
  std::deque<Event> queue_;
  std::list<Handler> handlers_;
  std::uint64_t last_number_ = 0;
  WaitList readers_;
  WaitList writers_;
  Task* task_ = nullptr;            // of its own, if any
  const Task* handling_ = nullptr;  // who is in a handler
  bool must_go_ = false;
};

// The loops of a boot: the default one is known by no handle.
class EventLoops {
 public:
  // NO_MEM, INVALID_STATE when it exists.
  esp_err_t create_default();
  // INVALID_STATE when it does not exist.
  esp_err_t delete_default();
  EventLoop* default_loop() { return default_; }

 private:
  EventLoop* default_ = nullptr;
};

}  // namespace rota::idf
