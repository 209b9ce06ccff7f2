#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <utility>

#include "client/body_framing.h"
#include "client/characters.h"
#include "client/dial.h"
#include "client/failures.h"
#include "client/response_head.h"
#include "client/waiting.h"
#include "net/descriptor.h"
#include "net/tls.h"

namespace rota::client {
namespace {

using net::Wait;
using std::chrono::milliseconds;

constexpr std::size_t kBufferBytes = 16 * 1024;  // what one TLS record holds
// Fewer body bytes than that are not worth a read of their own.
constexpr std::size_t kDirectBytes = 4 * 1024;

std::string seconds_of(milliseconds limit) {
  if (limit.count() < 1000) return std::to_string(limit.count()) + " ms";
  const auto whole = limit.count() / 1000;
  const auto tenths = limit.count() % 1000 / 100;
  return std::to_string(whole) + (tenths == 0 ? "" : "." + std::to_string(tenths)) + " s";
}

std::uint64_t microseconds_since(Clock::time_point from) {
  return static_cast<std::uint64_t>(
      std::chrono::duration_cast<std::chrono::microseconds>(Clock::now() - from).count());
}

Reason reason_of(const net::TlsFailure& failure) {
  using Kind = net::TlsFailure::Kind;
  switch (failure.kind) {
    case Kind::kConfiguration:
      return Reason::kTlsConfiguration;
    case Kind::kUntrusted:
      return Reason::kTlsUntrusted;
    case Kind::kExpired:
      return Reason::kTlsExpired;
    case Kind::kName:
      return Reason::kTlsName;
    case Kind::kCut:
      return failure.system_errno == 0 ? Reason::kClosed : Reason::kReset;
    case Kind::kHandshake:
    case Kind::kOther:
      break;
  }
  return Reason::kTlsHandshake;
}

Failed<Failure> failed_tls(const net::TlsFailure& failure, bool is_in_handshake) {
  auto failed = fail(reason_of(failure), failure.sentence, failure.system_errno);
  const bool is_cut = failure.kind == net::TlsFailure::Kind::kCut;
  if (is_in_handshake && is_cut) failed.error.reason = Reason::kTlsHandshake;
  failed.error.tls_code = failure.code;
  return failed;
}

net::TlsClientOptions tls_options(const TlsOptions& options) {
  net::TlsClientOptions given;
  given.ca_pem = options.ca_pem;
  given.use_system_store = options.use_system_store;
  given.verify_nothing = options.verify_nothing;
  given.skip_name_check = options.skip_name_check;
  given.min_version = options.min_version;
  given.max_version = options.max_version;
  given.certificate_pem = options.client_certificate_pem;
  given.key_pem = options.client_key_pem;
  given.key_password = options.client_key_password;
  given.alpn = options.alpn;
  return given;
}

// The head as text; refuses what would end a line early.
Outcome<std::string> text_of_head(const RequestHead& head, const std::string& authority) {
  const auto is_clean = [](std::string_view text) {
    return text.find_first_of(std::string_view("\0\r\n", 3)) == std::string_view::npos;
  };
  if (!is_token(head.method)) {
    return fail(Reason::kSend, "The request's method must be a word like GET.");
  }
  const bool is_target = !head.target.empty() && head.target.find(' ') == std::string::npos;
  if (!is_target || !is_clean(head.target)) {
    return fail(Reason::kSend,
                "The request's path must not be empty, nor hold spaces or line ends.");
  }
  std::string text = head.method + " " + head.target + " HTTP/1.1\r\n";
  const bool has_host =
      std::any_of(head.headers.begin(), head.headers.end(),
                  [](const auto& header) { return same_word(header.name, "Host"); });
  if (!has_host) text += "Host: " + authority + "\r\n";
  for (const Header& header : head.headers) {
    if (!is_token(header.name) || !is_clean(header.value)) {
      return fail(Reason::kSend, "The header '" + header.name +
                                     "' can not be sent: names are words, and values have no line "
                                     "ends.");
    }
    text += header.name + ": " + header.value + "\r\n";
  }
  return text + "\r\n";
}

}  // namespace

struct Connection::State {
  State(const Url& given, const Deadlines& limits) : url(given) { set(limits); }

  void set(const Deadlines& limits) {
    deadlines = limits;
    total_until = deadline_after(limits.total);
  }
  Done dial(const TlsOptions& tls_wishes);
  Done start_tls(const TlsOptions& wishes, Clock::time_point until);
  Done write_all(Bytes bytes);
  // At least one byte, or 0: the peer ended.
  Outcome<std::size_t> read_some(MutableBytes into);
  Done fill_buffer();
  Done wait_until_moved(Wait wait, Clock::time_point stalled_at, bool sends);
  Wait try_read(MutableBytes into, std::size_t& bytes);
  Wait try_write(Bytes from, std::size_t& bytes);
  Outcome<std::size_t> read_body_piece(MutableBytes into);
  Done refuse(Failed<Failure> why);
  Failure refuse_unless_stalled(const Failure& why);
  Failed<Failure> broken(bool sends) const;
  Failed<Failure> too_late() const;
  std::string progress() const;
  std::string next_step() const;
  bool is_peer_silent() const;

  Url url;
  Deadlines deadlines;
  Clock::time_point total_until;
  Cancellation cancellation;
  net::Descriptor socket;
  std::optional<net::TlsContext> context;
  std::optional<net::TlsStream> tls;  // borrows the context and the socket
  int system_errno = 0;

  std::array<std::byte, kBufferBytes> buffer;
  Bytes unread;  // within the buffer
  bool has_ended = false;

  bool awaits_head = false;  // a request went out, its response has not begun
  bool keeps_alive = false;
  BodyFraming framing = BodyFraming::none();
  std::optional<ResponseHeadReader> head_reader;  // of a head that is under way
  std::optional<Failure> failure;                 // final
  Times times;
};

// Every later call fails for the same reason.
Done Connection::State::refuse(Failed<Failure> why) {
  failure = why.error;
  return why;
}

// A peer that was silent for a while may still go on.
Failure Connection::State::refuse_unless_stalled(const Failure& why) {
  if (why.reason != Reason::kStalled) failure = why;
  return why;
}

// " after 100 of 200 bytes", when a body is under way.
std::string Connection::State::progress() const {
  if (awaits_head || framing.is_complete()) return "";
  std::string text = " after " + std::to_string(framing.body_bytes_taken());
  if (const std::uint64_t left = framing.body_bytes_left(); left > 0 && !framing.is_chunked()) {
    text += " of " + std::to_string(framing.body_bytes_taken() + left);
  }
  return text + " bytes";
}

// After a connection that ended too soon.
std::string Connection::State::next_step() const {
  return awaits_head && !url.tls
             ? ": try again; if this is the port of HTTPS, use https:// in the URL."
             : ": try again; the server may have been restarted.";
}

Done Connection::State::start_tls(const TlsOptions& wishes, Clock::time_point until) {
  auto made = net::TlsContext::client(tls_options(wishes));
  if (!made.ok()) return failed_tls(made.error(), true);
  context.emplace(std::move(made).value());
  const std::string dialled = place_to_dial(url).host;
  const bool is_elsewhere = dialled != url.host;
  const std::string& name =
      wishes.expected_name.empty() || is_elsewhere ? dialled : wishes.expected_name;
  tls.emplace(net::TlsStream::connect(*context, socket.get(), name));
  while (true) {
    const Wait wait = tls->handshake();
    if (wait == Wait::kDone) return {};
    if (wait == Wait::kFailed) return failed_tls(tls->failure(), true);
    if (wait == Wait::kClosed) {
      return fail(Reason::kTlsHandshake, place_of(url) + " ended the TLS handshake.");
    }
    pollfd polled{socket.get(), static_cast<short>(wait == Wait::kReadable ? POLLIN : POLLOUT), 0};
    switch (wait_for({&polled, 1}, cancellation, until)) {
      case Woken::kReady:
        break;
      case Woken::kCancelled:
        return fail(Reason::kCancelled, "The connection was cancelled.");
      case Woken::kLate:
        return fail(Reason::kStalled, place_of(url) +
                                          " accepted the connection, but did not finish "
                                          "the TLS handshake in time: check that the "
                                          "port is the one of HTTPS.");
    }
  }
}

Done Connection::State::dial(const TlsOptions& wishes) {
  const Clock::time_point until = std::min(deadline_after(deadlines.connect), total_until);
  Clock::time_point begun = Clock::now();
  const Url place = place_to_dial(url);
  const auto endpoints = resolve(place, cancellation, until);
  if (!endpoints.ok()) return Failed{endpoints.error()};
  times.resolve_us = microseconds_since(begun);
  begun = Clock::now();
  auto connected = connect_to_first(*endpoints, place, cancellation, until);
  if (!connected.ok()) return Failed{connected.error()};
  socket = std::move(connected).value();
  times.connect_us = microseconds_since(begun);
  if (!url.tls) return {};
  begun = Clock::now();
  ROTA_TRY(start_tls(wishes, until));
  times.tls_us = microseconds_since(begun);
  return {};
}

Wait Connection::State::try_read(MutableBytes into, std::size_t& bytes) {
  if (tls) return tls->read(into, bytes);
  const ssize_t got = ::recv(socket.get(), into.data(), into.size(), 0);
  bytes = got > 0 ? static_cast<std::size_t>(got) : 0;
  if (got > 0) return Wait::kDone;
  if (got == 0) return Wait::kClosed;
  if (errno == EAGAIN || errno == EINTR) return Wait::kReadable;
  system_errno = errno;
  return Wait::kFailed;
}

Wait Connection::State::try_write(Bytes from, std::size_t& bytes) {
  if (tls) return tls->write(from, bytes);
  const ssize_t sent = ::send(socket.get(), from.data(), from.size(), MSG_NOSIGNAL);
  bytes = sent > 0 ? static_cast<std::size_t>(sent) : 0;
  if (sent >= 0) return Wait::kDone;
  if (errno == EAGAIN || errno == EINTR) return Wait::kWritable;
  system_errno = errno;
  return Wait::kFailed;
}

Failed<Failure> Connection::State::broken(bool sends) const {
  if (tls) {
    auto failed = failed_tls(tls->failure(), false);
    const bool is_body = !awaits_head && !framing.is_complete();
    const bool is_reset = failed.error.reason == Reason::kReset;
    if (sends && is_reset) failed.error.reason = Reason::kSend;
    if (!sends && is_body && is_reset) {
      failed.error.sentence = place_of(url) + " reset the connection" + progress() + next_step();
    }
    if (!sends && is_body && failed.error.reason == Reason::kClosed) {
      failed.error.sentence =
          place_of(url) + " closed the connection" + progress() +
          (framing.ends_with_connection()
               ? ", without the goodbye of TLS: nobody can tell whether that was all. Let the "
                 "server send a Content-Length."
               : next_step());
    }
    return failed;
  }
  const std::string place = place_of(url);
  if (system_errno == ECONNRESET || system_errno == EPIPE) {
    return fail(sends ? Reason::kSend : Reason::kReset,
                place + " reset the connection" +
                    (sends ? " while the request was sent" : progress()) + next_step(),
                system_errno);
  }
  return fail(sends ? Reason::kSend : Reason::kReset,
              "The connection to " + place + " broke" + progress() + " (" +
                  std::strerror(system_errno) + "): check the network of this device.",
              system_errno);
}

Failed<Failure> Connection::State::too_late() const {
  return fail(Reason::kDeadline, "The transfer from " + place_of(url) + " took longer than " +
                                     seconds_of(deadlines.total) + progress() +
                                     ": allow more time, or look for what slows it down.");
}

Done Connection::State::wait_until_moved(Wait wait, Clock::time_point stalled_at, bool sends) {
  pollfd polled{socket.get(), static_cast<short>(wait == Wait::kReadable ? POLLIN : POLLOUT), 0};
  const Clock::time_point begun = Clock::now();
  const Woken woken = wait_for({&polled, 1}, cancellation, std::min(stalled_at, total_until));
  times.waiting_us += microseconds_since(begun);
  if (woken == Woken::kReady) return {};
  if (woken == Woken::kCancelled) return fail(Reason::kCancelled, "The transfer was cancelled.");
  if (total_until <= stalled_at) return too_late();
  const std::string limit = seconds_of(deadlines.no_progress);
  if (sends) {
    return fail(Reason::kStalled,
                place_of(url) + " took no byte of the request for " + limit + ".");
  }
  return fail(Reason::kStalled, awaits_head
                                    ? place_of(url) + " did not answer the request within " +
                                          limit + ": the server may be overloaded; try again later."
                                    : place_of(url) + " sent nothing for " + limit + progress() +
                                          ": the network or the server stalls; try again.");
}

Done Connection::State::write_all(Bytes bytes) {
  while (!bytes.empty()) {
    const Clock::time_point stalled_at = deadline_after(deadlines.no_progress);
    std::size_t moved = 0;
    Wait wait = try_write(bytes, moved);
    while (wait == Wait::kReadable || wait == Wait::kWritable) {
      ROTA_TRY(wait_until_moved(wait, stalled_at, true));
      wait = try_write(bytes, moved);
    }
    if (wait != Wait::kDone) return broken(true);
    bytes = bytes.subspan(moved);
  }
  return {};
}

Outcome<std::size_t> Connection::State::read_some(MutableBytes into) {
  if (cancellation.is_set()) return fail(Reason::kCancelled, "The transfer was cancelled.");
  const Clock::time_point stalled_at = deadline_after(deadlines.no_progress);
  std::size_t moved = 0;
  Wait wait = try_read(into, moved);
  while (wait == Wait::kReadable || wait == Wait::kWritable) {
    ROTA_TRY(wait_until_moved(wait, stalled_at, false));
    wait = try_read(into, moved);
  }
  if (wait == Wait::kFailed) return broken(false);
  // Bytes that never stop must not outrun the deadline of the whole.
  const bool is_limited = total_until != Clock::time_point::max();
  if (is_limited && Clock::now() >= total_until) return too_late();
  return moved;
}

// Leaves at least one byte in `unread`, or has_ended.
Done Connection::State::fill_buffer() {
  if (!unread.empty() || has_ended) return {};
  const auto got = read_some(buffer);
  if (!got.ok()) return Failed{got.error()};
  unread = Bytes(buffer).first(*got);
  has_ended = *got == 0;
  return {};
}

// Some body bytes, or 0 when the body is complete or framing bytes were taken.
Outcome<std::size_t> Connection::State::read_body_piece(MutableBytes into) {
  const auto most =
      static_cast<std::size_t>(std::min<std::uint64_t>(framing.body_bytes_next(), into.size()));
  std::size_t moved = 0;
  if (unread.empty() && most >= kDirectBytes && !has_ended) {
    const auto got = read_some(into.first(most));
    if (!got.ok()) return got;
    moved = *got;
    has_ended = moved == 0;
  } else {
    ROTA_TRY(fill_buffer());
    moved = std::min(most, unread.size());
    std::copy_n(unread.begin(), moved, into.begin());
    unread = unread.subspan(moved);
  }
  framing.took(moved);
  if (moved > 0) return moved;
  if (has_ended) ROTA_TRY(framing.end());
  ROTA_TRY(framing.take(unread));
  return moved;
}

// Between two exchanges: nothing has come unasked, and the peer is still there.
bool Connection::State::is_peer_silent() const {
  char byte = 0;
  const ssize_t got = ::recv(socket.get(), &byte, 1, MSG_PEEK);
  if (got > 0) return tls.has_value();  // a record may be a new session ticket
  return got < 0 && errno == EAGAIN;
}

Connection::Connection(std::unique_ptr<State> state) : state_(std::move(state)) {}
Connection::Connection(Connection&&) noexcept = default;
Connection& Connection::operator=(Connection&&) noexcept = default;

Connection::~Connection() {
  // Says goodbye as far as that goes without waiting.
  if (state_ && state_->tls && !state_->failure) static_cast<void>(state_->tls->shutdown());
}

Outcome<Connection> Connection::open(const Url& url,
                                     const TlsOptions& tls,
                                     const Deadlines& deadlines) {
  auto state = std::make_unique<State>(url, deadlines);
  ROTA_TRY(state->dial(tls));
  return Connection(std::move(state));
}

Done Connection::send_head(const RequestHead& head) {
  State& state = *state_;
  if (state.failure) return Failed{*state.failure};
  if (!state.framing.is_complete()) {
    return fail(Reason::kSend, "The answer before was not read to its end.");
  }
  const auto text = text_of_head(head, state.url.authority());
  if (!text.ok()) return Failed{text.error()};
  state.awaits_head = true;
  const Done sent = state.write_all(bytes_of(*text));
  return sent.ok() ? sent : state.refuse(Failed{sent.error()});
}

Done Connection::send_body(Bytes bytes) {
  if (state_->failure) return Failed{*state_->failure};
  const Done sent = state_->write_all(bytes);
  return sent.ok() ? sent : state_->refuse(Failed{sent.error()});
}

Outcome<ResponseHead> Connection::read_head(bool head_request) {
  State& state = *state_;
  if (state.failure) return Failed{*state.failure};
  if (!state.framing.is_complete()) {
    return fail(Reason::kBadFraming, "The answer before was not read to its end.");
  }
  state.awaits_head = true;
  if (!state.head_reader) state.head_reader.emplace(head_request);
  ResponseHeadReader& reader = *state.head_reader;
  while (true) {
    if (const Done filled = state.fill_buffer(); !filled.ok()) {
      return state.refuse_unless_stalled(filled.error());
    }
    if (state.has_ended) {
      const std::string when =
          reader.has_begun() ? " in the middle of its answer's head" : " without an answer";
      return state
          .refuse(fail(Reason::kClosed,
                       place_of(state.url) + " closed the connection" + when + state.next_step()))
          .error();
    }
    const auto step = reader.take(state.unread);
    if (step == ResponseHeadReader::Step::kFailed) {
      return state.refuse(Failed{reader.failure()}).error();
    }
    if (step == ResponseHeadReader::Step::kDone) break;
  }
  state.awaits_head = false;
  state.keeps_alive = reader.head().keep_alive;
  state.framing = reader.has_no_body() ? BodyFraming::none() : BodyFraming::of(reader.head());
  ResponseHead head = std::move(reader.head());
  state.head_reader.reset();
  return head;
}

Outcome<ReadResult> Connection::read_body(MutableBytes into) {
  State& state = *state_;
  if (state.failure) return Failed{*state.failure};
  ReadResult result;
  while (result.bytes < into.size() && !state.framing.is_complete()) {
    const auto got = state.read_body_piece(into.subspan(result.bytes));
    if (!got.ok()) {
      const Failure why = state.refuse_unless_stalled(got.error());
      if (result.bytes > 0) return result;
      return why;
    }
    result.bytes += *got;
  }
  result.end = state.framing.is_complete();
  return result;
}

bool Connection::is_reusable() const {
  const State& state = *state_;
  return !state.failure && !state.awaits_head && state.keeps_alive && state.framing.is_complete() &&
         !state.framing.ends_with_connection() && state.unread.empty() && !state.has_ended &&
         state.is_peer_silent();
}

bool Connection::body_is_complete() const {
  return !state_->awaits_head && state_->framing.is_complete();
}

void Connection::cancel() { state_->cancellation.set(); }
const Connection::Times& Connection::times() const { return state_->times; }
void Connection::set_deadlines(const Deadlines& deadlines) { state_->set(deadlines); }
void Connection::set_no_progress(milliseconds limit) { state_->deadlines.no_progress = limit; }

}  // namespace rota::client
