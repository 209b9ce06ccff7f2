// A web server for the tests of this folder: answers every request with what a function says, and
// remembers what it was asked. Not a test by itself.
#pragma once

#include <algorithm>
#include <charconv>
#include <functional>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "client/scripted_server_for_test.h"

namespace rota::idf {

struct RequestForTest {
  std::string head;    // request line and headers
  int connection = 0;  // number of the connection it came on

  std::string method() const { return head.substr(0, head.find(' ')); }
  std::string target() const {
    const std::size_t start = head.find(' ') + 1;
    return head.substr(start, head.find(' ', start) - start);
  }
  // The value of a header, "" without it. `name` as the client writes it.
  std::string header(std::string_view name) const {
    const std::string mark = "\r\n" + std::string(name) + ": ";
    const std::size_t found = head.find(mark);
    if (found == std::string::npos) return "";
    const std::size_t start = found + mark.size();
    return head.substr(start, head.find("\r\n", start) - start);
  }
};

struct ReplyForTest {
  enum class Then { kNextRequest, kClose, kStall, kDrip };
  std::string text;  // head and body as they go over the wire
  Then then = Then::kNextRequest;
  std::string drops = {};  // kDrip: after the text, one every few milliseconds
};

inline ReplyForTest reply(int status, std::string_view headers, std::string_view body) {
  return {"HTTP/1.1 " + std::to_string(status) + " Answer\r\nContent-Length: " +
          std::to_string(body.size()) + "\r\n" + std::string(headers) + "\r\n" + std::string(body)};
}

class FileServerForTest {
 public:
  using Answer = std::function<ReplyForTest(const RequestForTest&)>;

  explicit FileServerForTest(Answer answer)
      : answer_(std::move(answer)), server_([this](client::PeerForTest& peer) { serve(peer); }) {}
  FileServerForTest(const net::CertificateForTest& certificate, Answer answer)
      : answer_(std::move(answer)),
        server_(certificate, [this](client::PeerForTest& peer) { serve(peer); }) {}

  std::string url(const std::string& path = "/app.bin") const { return server_.url(path); }
  std::vector<RequestForTest> requests() {
    const std::lock_guard<std::mutex> lock(mutex_);
    return requests_;
  }

 private:
  void serve(client::PeerForTest& peer) {
    while (true) {
      const RequestForTest request{peer.request(), peer.number()};
      if (request.head.empty()) return;
      ReplyForTest reply;
      {
        const std::lock_guard<std::mutex> lock(mutex_);
        requests_.push_back(request);
        reply = answer_(request);
      }
      if (!peer.send(reply.text)) return;
      if (reply.then == ReplyForTest::Then::kClose) return peer.say_goodbye();
      if (reply.then == ReplyForTest::Then::kStall) return peer.stall();
      if (reply.then == ReplyForTest::Then::kDrip && !peer.drip(reply.drops)) return;
    }
  }

  std::mutex mutex_;
  std::vector<RequestForTest> requests_;
  Answer answer_;
  client::ScriptedServer server_;
};

// How a good server answers for a file: HEAD, Range, and If-Range when `etag` is set.
inline ReplyForTest serve_file(const RequestForTest& request,
                               std::string_view file,
                               const std::string& etag = "") {
  std::string headers = "Accept-Ranges: bytes\r\n";
  if (!etag.empty()) headers += "ETag: " + etag + "\r\n";
  const std::string range = request.header("Range");
  const std::string if_range = request.header("If-Range");
  std::size_t first = 0;
  std::size_t last = file.size() - 1;
  if (range.starts_with("bytes=") && (if_range.empty() || if_range == etag)) {
    const char* end = range.data() + range.size();
    const auto parsed = std::from_chars(range.data() + 6, end, first);
    if (parsed.ptr + 1 < end) std::from_chars(parsed.ptr + 1, end, last);
    if (first >= file.size()) {
      return reply(416, "Content-Range: bytes */" + std::to_string(file.size()) + "\r\n", "");
    }
    last = std::min(last, file.size() - 1);
    headers += "Content-Range: bytes " + std::to_string(first) + "-" + std::to_string(last) + "/" +
               std::to_string(file.size()) + "\r\n";
    return reply(206, headers, file.substr(first, last - first + 1));
  }
  ReplyForTest whole = reply(200, headers, file);
  if (request.method() == "HEAD") whole.text.resize(whole.text.size() - file.size());
  return whole;
}

}  // namespace rota::idf
