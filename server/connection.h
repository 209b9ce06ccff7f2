// One client's conversation, from its first byte to the end: TLS, requests one after the other,
// answers, limits, and a line in the log for what came of it. Does as much as it can without
// waiting and says what it waits for; who waits, and how, is the event loop's business.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "server/answer.h"
#include "server/limits.h"
#include "server/transport.h"

namespace rota::server {

using Log = std::function<void(std::string_view line)>;

// What all connections of a server share; outlives them.
struct Service {
  Answerer& answerer;
  const Limits& limits;
  const Log& log;
};

class Connection {
 public:
  using Clock = std::chrono::steady_clock;

  // Borrows `socket`: connected, non-blocking. `peer` names the client in the log. Without a
  // context the conversation is plain HTTP.
  Connection(Service service,
             int socket,
             std::string peer,
             SharedTlsContext context,
             Clock::time_point now);

  // Returns kReadable or kWritable to be called again when the socket is, or kClosed: over, the
  // socket may be closed. Does a bounded amount of work, so that others get their turn.
  net::Wait advance(Clock::time_point now);

  // When expire() is due, if nothing happens before. Only ever moves when advance() is called.
  Clock::time_point deadline() const { return deadline_; }
  void expire();
  // The server stops: whatever is under way is broken off and logged.
  void stop();

  // Between two requests: the first to go when connections run short.
  bool is_idle() const {
    return state_ == State::kFirstByte || (state_ == State::kHead && input_.empty());
  }
  Clock::time_point idle_since() const { return since_; }

 private:
  enum class State : std::uint8_t { kFirstByte, kHandshake, kHead, kSending, kLinger, kClosed };

  net::Wait step(Clock::time_point now, std::size_t& budget);
  net::Wait meet(Clock::time_point now);
  net::Wait shake_hands(Clock::time_point now);
  net::Wait read_head(Clock::time_point now, std::size_t& budget);
  net::Wait send(Clock::time_point now, std::size_t& budget);
  net::Wait send_body_piece(std::size_t& bytes);
  net::Wait drain(std::size_t& budget);
  void enter(State state, Clock::time_point now);
  void start_answer(Answer answer, Clock::time_point now);
  void refuse(const BadRequest& bad, Clock::time_point now);
  void finish_answer(Clock::time_point now);
  net::Wait break_off(std::string_view result);
  void log_answer(std::string_view result) const;
  void log_line(std::string_view text) const;

  std::uint64_t body_bytes() const;

  Service service_;
  int socket_;
  std::string peer_;
  SharedTlsContext context_;
  Transport transport_;
  State state_ = State::kFirstByte;
  bool is_https_;
  bool tells_failure_ = false;  // the head is answered with a refusal whatever it says
  Clock::time_point deadline_;
  Clock::time_point since_;   // when the present state was entered
  Clock::time_point latest_;  // of the last call of advance()

  std::string input_;
  Answer answer_;
  std::size_t head_sent_ = 0;
  std::uint64_t body_sent_ = 0;
};

}  // namespace rota::server
