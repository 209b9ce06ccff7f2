#include "server/transport.h"

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <sys/sendfile.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

namespace rota::server {
namespace {

using net::Wait;

constexpr std::size_t kTlsPieceBytes = 16 * 1024;  // one TLS record
constexpr std::size_t kSendfilePieceBytes = 64 * 1024;

bool is_certificate_alert(std::uint64_t code) {
  switch (ERR_GET_REASON(static_cast<unsigned long>(code))) {
    case SSL_R_TLSV1_ALERT_UNKNOWN_CA:
    case SSL_R_SSLV3_ALERT_BAD_CERTIFICATE:
    case SSL_R_SSLV3_ALERT_CERTIFICATE_EXPIRED:
    case SSL_R_SSLV3_ALERT_CERTIFICATE_UNKNOWN:
    case SSL_R_SSLV3_ALERT_UNSUPPORTED_CERTIFICATE:
      return true;
    default:
      return false;
  }
}

}  // namespace

void Transport::start_tls(SharedTlsContext context) {
  context_ = std::move(context);
  tls_ = net::TlsStream::accept(*context_, socket_);
}

Wait Transport::failed_with(int error_number) {
  failure_ = std::strerror(error_number);
  return Wait::kFailed;
}

Wait Transport::tls_result(Wait wait) {
  if (wait == Wait::kFailed) {
    failure_ = tls_->failure().sentence;
    is_distrusted_ = is_certificate_alert(tls_->failure().code);
  }
  return wait;
}

Wait Transport::read(MutableBytes into, std::size_t& bytes) {
  bytes = 0;
  if (tls_) return tls_result(tls_->read(into, bytes));
  while (true) {
    const ssize_t got = ::recv(socket_, into.data(), into.size(), 0);
    if (got > 0) {
      bytes = static_cast<std::size_t>(got);
      return Wait::kDone;
    }
    if (got == 0) return Wait::kClosed;
    if (errno == EINTR) continue;
    return errno == EAGAIN ? Wait::kReadable : failed_with(errno);
  }
}

Wait Transport::write(Bytes from, bool more_follows, std::size_t& bytes) {
  bytes = 0;
  if (tls_) return tls_result(tls_->write(from, bytes));
  while (true) {
    const int flags = MSG_NOSIGNAL | (more_follows ? MSG_MORE : 0);
    const ssize_t sent = ::send(socket_, from.data(), from.size(), flags);
    if (sent >= 0) {
      bytes = static_cast<std::size_t>(sent);
      return Wait::kDone;
    }
    if (errno == EINTR) continue;
    return errno == EAGAIN ? Wait::kWritable : failed_with(errno);
  }
}

Wait Transport::flush_piece(std::size_t& bytes) {
  const Wait wait = tls_result(tls_->write(piece_, bytes));
  if (wait != Wait::kDone) return wait;
  if (bytes == piece_.size()) {
    std::vector<std::byte>().swap(piece_);  // an idle connection holds no buffer
  } else {
    piece_.erase(piece_.begin(), piece_.begin() + static_cast<std::ptrdiff_t>(bytes));
    piece_offset_ += bytes;
  }
  return Wait::kDone;
}

Wait Transport::send_file(int file, std::uint64_t offset, std::uint64_t count, std::size_t& bytes) {
  bytes = 0;
  if (tls_) {
    // TLS wants the very bytes again that it could not take before.
    if (!piece_.empty() && piece_offset_ == offset) return flush_piece(bytes);
    piece_.resize(static_cast<std::size_t>(std::min<std::uint64_t>(count, kTlsPieceBytes)));
    const ssize_t got = ::pread(file, piece_.data(), piece_.size(), static_cast<off_t>(offset));
    if (got < 0) return errno == EINTR ? Wait::kWritable : failed_with(errno);
    piece_.resize(static_cast<std::size_t>(got));
    piece_offset_ = offset;
    return got == 0 ? Wait::kDone : flush_piece(bytes);
  }
  while (true) {
    auto at = static_cast<off_t>(offset);
    const auto wanted =
        static_cast<std::size_t>(std::min<std::uint64_t>(count, kSendfilePieceBytes));
    const ssize_t sent = ::sendfile(socket_, file, &at, wanted);
    if (sent >= 0) {
      bytes = static_cast<std::size_t>(sent);
      return Wait::kDone;
    }
    if (errno == EINTR) continue;
    return errno == EAGAIN ? Wait::kWritable : failed_with(errno);
  }
}

void Transport::finish_writing() {
  if (tls_) static_cast<void>(tls_->shutdown());
  ::shutdown(socket_, SHUT_WR);
}

}  // namespace rota::server
