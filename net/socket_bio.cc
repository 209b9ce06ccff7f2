#include "net/socket_bio.h"

#include <sys/socket.h>

#include <array>
#include <cerrno>

namespace rota::net {
namespace {

constexpr unsigned char kFirstRecordType = 20, kLastRecordType = 23;  // of TLS

SocketTrace& trace_of(BIO* bio) { return *static_cast<SocketTrace*>(BIO_get_data(bio)); }

// Looks at the first bytes without taking them: a web server that speaks no TLS tells so in words.
// Returns what recv() did.
ssize_t look(SocketTrace& trace) {
  std::array<char, 64> bytes;
  const ssize_t got = ::recv(trace.socket, bytes.data(), bytes.size(), MSG_PEEK);
  if (got <= 0) return got;
  trace.has_read = true;
  const auto type = static_cast<unsigned char>(bytes[0]);
  if (type < kFirstRecordType || type > kLastRecordType) {
    trace.first_bytes.assign(bytes.data(), static_cast<std::size_t>(got));
  }
  return got;
}

// What recv() or send() returned, for OpenSSL: the count, or -1 with the retry flag where it helps.
int outcome(BIO* bio, ssize_t moved, bool reads) {
  if (moved > 0) return static_cast<int>(moved);
  SocketTrace& trace = trace_of(bio);
  if (moved < 0 && (errno == EAGAIN || errno == EINTR)) {
    reads ? BIO_set_retry_read(bio) : BIO_set_retry_write(bio);
    return -1;
  }
  // The first end counts: OpenSSL may still try to send an alert after it.
  if (!trace.has_ended) trace.system_errno = moved < 0 ? errno : 0;
  trace.has_ended = true;
  if (moved == 0 && reads) BIO_set_flags(bio, BIO_FLAGS_IN_EOF);
  return static_cast<int>(moved);
}

int read_socket(BIO* bio, char* into, int size) {
  SocketTrace& trace = trace_of(bio);
  BIO_clear_retry_flags(bio);
  if (!trace.has_read) {
    // Nothing is taken before it was looked at: else the middle of a record would be taken for the
    // first bytes.
    const ssize_t seen = look(trace);
    if (seen <= 0) return outcome(bio, seen, true);
  }
  return outcome(bio, ::recv(trace.socket, into, static_cast<std::size_t>(size), 0), true);
}

int write_socket(BIO* bio, const char* from, int size) {
  BIO_clear_retry_flags(bio);
  return outcome(
      bio, ::send(trace_of(bio).socket, from, static_cast<std::size_t>(size), MSG_NOSIGNAL), false);
}

long control(BIO* bio, int command, long, void*) {
  if (command == BIO_CTRL_FLUSH) return 1;
  if (command == BIO_CTRL_EOF) return BIO_test_flags(bio, BIO_FLAGS_IN_EOF) != 0 ? 1 : 0;
  return 0;
}

struct Method {
  Method() : pointer(BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "rota socket")) {
    if (pointer == nullptr) return;
    BIO_meth_set_read(pointer, read_socket);
    BIO_meth_set_write(pointer, write_socket);
    BIO_meth_set_ctrl(pointer, control);
  }
  ~Method() { BIO_meth_free(pointer); }
  Method(const Method&) = delete;
  Method& operator=(const Method&) = delete;
  BIO_METHOD* pointer;
};

}  // namespace

BIO* new_socket_bio(SocketTrace& trace) {
  static const Method method;
  BIO* bio = method.pointer == nullptr ? nullptr : BIO_new(method.pointer);
  if (bio == nullptr) return nullptr;
  BIO_set_data(bio, &trace);
  BIO_set_init(bio, 1);
  return bio;
}

}  // namespace rota::net
