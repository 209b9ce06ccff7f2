#include "server/connection.h"

#include <fmt/format.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <cerrno>
#include <cstring>
#include <ctime>

#include "server/listing.h"

namespace rota::server {
namespace {

using net::Wait;

constexpr std::size_t kReadBytes = 4096;
// What one connection may do before the next gets its turn.
constexpr std::size_t kTurnBytes = 64 * 1024;
constexpr std::size_t kRequestCost = 8 * 1024;  // a request counts as so many bytes
constexpr unsigned char kTlsHandshakeRecord = 0x16;

double seconds_between(Connection::Clock::time_point from, Connection::Clock::time_point to) {
  return std::chrono::duration<double>(to - from).count();
}

}  // namespace

Connection::Connection(
    Service service, int socket, std::string peer, SharedTlsContext context, Clock::time_point now)
    : service_(service),
      socket_(socket),
      peer_(std::move(peer)),
      context_(std::move(context)),
      transport_(socket),
      is_https_(context_ != nullptr),
      deadline_(now),
      since_(now),
      latest_(now) {
  enter(State::kFirstByte, now);
}

void Connection::enter(State state, Clock::time_point now) {
  state_ = state;
  since_ = now;
  switch (state) {
    case State::kFirstByte:
    case State::kHead:
      deadline_ = now + service_.limits.idle;
      break;
    case State::kHandshake:
      deadline_ = now + service_.limits.handshake;
      break;
    case State::kSending:
      deadline_ = now + service_.limits.stall;
      break;
    case State::kLinger:
      deadline_ = now + service_.limits.linger;
      break;
    case State::kClosed:
      break;
  }
}

Wait Connection::advance(Clock::time_point now) {
  latest_ = now;
  std::size_t budget = kTurnBytes;
  while (budget > 0) {
    const Wait wait = step(now, budget);
    if (state_ == State::kClosed) return Wait::kClosed;
    if (wait != Wait::kDone) return wait;
  }
  // The socket is most likely still writable: this comes back at once, after the others.
  return Wait::kWritable;
}

// kDone: go on with the next step.
Wait Connection::step(Clock::time_point now, std::size_t& budget) {
  switch (state_) {
    case State::kFirstByte:
      return meet(now);
    case State::kHandshake:
      return shake_hands(now);
    case State::kHead:
      return read_head(now, budget);
    case State::kSending:
      return send(now, budget);
    case State::kLinger:
      return drain(budget);
    case State::kClosed:
      break;
  }
  return Wait::kClosed;
}

// Looks at the first byte without taking it: people often mix up http:// and https://, and deserve
// a sentence in the language that they speak.
Wait Connection::meet(Clock::time_point now) {
  unsigned char first = 0;
  const ssize_t got = ::recv(socket_, &first, 1, MSG_PEEK);
  if (got < 0 && errno == EINTR) return Wait::kDone;
  if (got < 0 && errno == EAGAIN) return Wait::kReadable;
  if (got <= 0) {
    state_ = State::kClosed;
    return Wait::kClosed;
  }
  if (is_https_ && std::isalpha(first) == 0) {
    transport_.start_tls(std::move(context_));
    enter(State::kHandshake, now);
    return Wait::kDone;
  }
  enter(State::kHead, now);
  tells_failure_ = is_https_ || first == kTlsHandshakeRecord;
  if (first == kTlsHandshakeRecord) {
    refuse({400,
            "This server was started with --http: use http:// in the URL, or start it without "
            "--http."},
           now);
  }
  return Wait::kDone;
}

Wait Connection::shake_hands(Clock::time_point now) {
  const Wait wait = transport_.handshake();
  if (wait == Wait::kDone) {
    enter(State::kHead, now);
  } else if (wait == Wait::kFailed || wait == Wait::kClosed) {
    return break_off(wait == Wait::kClosed ? "" : "TLS handshake failed");
  }
  return wait;
}

Wait Connection::read_head(Clock::time_point now, std::size_t& budget) {
  const auto length = head_length(input_);
  if (length && *length <= kMaxHeadBytes) {
    budget -= std::min(budget, kRequestCost);
    const std::string head = input_.substr(0, *length);
    input_.erase(0, *length);
    if (input_.empty()) std::string().swap(input_);
    if (tells_failure_) {
      refuse({400,
              "This port speaks HTTPS: use https:// in the URL, or start the server with "
              "--http."},
             now);
      return Wait::kDone;
    }
    const auto request = parse_request(head);
    if (request.ok()) {
      start_answer(service_.answerer.answer(*request, std::time(nullptr)), now);
    } else {
      refuse(request.error(), now);
    }
    return Wait::kDone;
  }
  if (input_.size() >= kMaxHeadBytes) {
    refuse({431, fmt::format("The head of the request is larger than {} bytes; send fewer or "
                             "shorter header lines.",
                             kMaxHeadBytes)},
           now);
    return Wait::kDone;
  }
  std::array<std::byte, kReadBytes> buffer;
  std::size_t bytes = 0;
  const Wait wait = transport_.read(buffer, bytes);
  if (wait == Wait::kDone) {
    if (input_.empty()) deadline_ = now + service_.limits.head;
    input_.append(text_of(Bytes(buffer).first(bytes)));
    return Wait::kDone;
  }
  if (wait == Wait::kClosed || wait == Wait::kFailed) {
    const bool is_quiet = input_.empty() && !transport_.is_distrusted();
    return break_off(is_quiet ? "" : "the client left before its request was complete");
  }
  return wait;
}

void Connection::refuse(const BadRequest& bad, Clock::time_point now) {
  start_answer(Answerer::refuse(bad, std::time(nullptr)), now);
}

void Connection::start_answer(Answer answer, Clock::time_point now) {
  answer_ = std::move(answer);
  head_sent_ = 0;
  body_sent_ = 0;
  enter(State::kSending, now);
}

std::uint64_t Connection::body_bytes() const {
  if (answer_.file) return answer_.range.count;
  return answer_.text == nullptr ? 0 : answer_.text->size();
}

Wait Connection::send_body_piece(std::size_t& bytes) {
  if (answer_.file) {
    return transport_.send_file(answer_.file->file.get(), answer_.range.first + body_sent_,
                                answer_.range.count - body_sent_, bytes);
  }
  const Bytes rest = bytes_of(*answer_.text).subspan(static_cast<std::size_t>(body_sent_));
  return transport_.write(rest.first(std::min(rest.size(), kTurnBytes)), false, bytes);
}

Wait Connection::send(Clock::time_point now, std::size_t& budget) {
  std::size_t bytes = 0;
  Wait wait = Wait::kDone;
  const bool is_head = head_sent_ < answer_.head.size();
  if (is_head) {
    const Bytes rest = bytes_of(answer_.head).subspan(head_sent_);
    wait = transport_.write(rest, body_bytes() > 0, bytes);
  } else if (body_sent_ < body_bytes()) {
    wait = send_body_piece(bytes);
    // Another image was written over this one: the device must not get half of each.
    const bool is_spliced =
        answer_.file && (!answer_.file->is_unchanged() || (wait == Wait::kDone && bytes == 0));
    if (is_spliced) {
      const linger hard{1, 0};  // no orderly end: the device must see that this was not all
      ::setsockopt(socket_, SOL_SOCKET, SO_LINGER, &hard, sizeof hard);
      return break_off(
          "broken: the file was changed while it was sent; build or copy to another "
          "name, then rename");
    }
  }
  if (wait == Wait::kFailed || wait == Wait::kClosed) {
    return break_off("broken: the client closed the connection");
  }
  if (wait != Wait::kDone) return wait;
  if (bytes > 0) deadline_ = now + service_.limits.stall;
  (is_head ? head_sent_ : body_sent_) += bytes;
  budget -= std::min(budget, bytes);
  if (head_sent_ == answer_.head.size() && body_sent_ == body_bytes()) finish_answer(now);
  return Wait::kDone;
}

void Connection::finish_answer(Clock::time_point now) {
  log_answer("sent");
  const bool closes = answer_.closes;
  answer_ = Answer();  // closes the file
  if (!closes) {
    enter(State::kHead, now);
    if (!input_.empty()) deadline_ = now + service_.limits.head;
    return;
  }
  transport_.finish_writing();
  std::string().swap(input_);
  enter(State::kLinger, now);
}

// Takes what the client still sends until it has read the answer and closes: closing with unread
// bytes would make the kernel throw away the answer.
Wait Connection::drain(std::size_t& budget) {
  std::array<char, kReadBytes> thrown_away;
  budget -= std::min(budget, thrown_away.size());
  const ssize_t got = ::recv(socket_, thrown_away.data(), thrown_away.size(), 0);
  if (got > 0 || (got < 0 && errno == EINTR)) return Wait::kDone;
  if (got < 0 && errno == EAGAIN) return Wait::kReadable;
  state_ = State::kClosed;
  return Wait::kClosed;
}

Wait Connection::break_off(std::string_view result) {
  if (transport_.is_distrusted()) {
    log_line(
        "the device does not trust this server's certificate: embed ca_cert.pem into its "
        "project (the cp line above) and flash it again");
  } else if (state_ == State::kSending) {
    log_answer(result);
  } else if (!result.empty()) {
    const std::string& why = transport_.failure_sentence();
    log_line(why.empty() ? std::string(result) : fmt::format("{}: {}", result, why));
  }
  state_ = State::kClosed;
  return Wait::kClosed;
}

void Connection::expire() {
  const auto seconds = [](std::chrono::milliseconds limit) {
    return std::chrono::duration<double>(limit).count();
  };
  switch (state_) {
    case State::kHandshake:
      break_off(
          fmt::format("no TLS handshake within {:.3g} s", seconds(service_.limits.handshake)));
      break;
    case State::kHead:
      break_off(input_.empty() ? "" : "closed: the request was not complete in time");
      break;
    case State::kSending:
      break_off(fmt::format("broken: the client took nothing for {:.3g} s",
                            seconds(service_.limits.stall)));
      break;
    case State::kFirstByte:
    case State::kLinger:
    case State::kClosed:
      break;
  }
  state_ = State::kClosed;
}

void Connection::stop() { break_off(state_ == State::kSending ? "broken: the server stops" : ""); }

void Connection::log_line(std::string_view text) const {
  service_.log(fmt::format("{}  {}", peer_, text));
}

void Connection::log_answer(std::string_view result) const {
  if (!answer_.explanation.empty()) {
    log_line(fmt::format("{}  {}: {}", answer_.subject, answer_.status, answer_.explanation));
    return;
  }
  if (!answer_.file) {
    // Lists are looked at all the time; the rest is of interest to who waits for a device.
    if (answer_.status == 304) log_line(answer_.subject + "  304: the client has this content");
    if (answer_.status == 200 && answer_.text == nullptr) log_line(answer_.subject + "  200");
    return;
  }
  const CatalogEntry& entry = answer_.file->entry;
  std::string what = answer_.subject;
  if (!entry.version.empty()) what += " " + entry.version;
  if (entry.is_damaged) what += " (damaged)";
  std::string part;
  if (answer_.status == 206) {
    part = fmt::format(" (from {} of {})", answer_.range.first, entry.bytes);
  }
  log_line(fmt::format("{}  {} of {} bytes{}  {:.1f} s  {}", what, body_sent_, answer_.range.count,
                       part, seconds_between(since_, latest_), result));
}

}  // namespace rota::server
