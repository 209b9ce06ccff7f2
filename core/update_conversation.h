// An update over HTTP without the I/O: what esp_https_ota does (spec section 6), as a machine that
// asks and is told. It never waits, reads a clock or opens a connection; the same events give the
// same wishes. idf/esp_https_ota.cc drives it with a real client, sim/ with a simulated link.
//
//   while (true) {
//     switch (const Wish wish = conversation.next(); wish.kind) {
//       kRequest:   send it, read the response head      -> on_response() or on_connection_failed()
//       kRedirect:  take the Location, drop the body     -> on_redirected(status of doing so)
//       kAuthorize: add credentials, drop the body       -> on_authorized(status of doing so)
//       kRead:      read body bytes                      -> on_bytes(), on_end(), on_stalled(), ...
//       kComplete:  all data are written: finish()
//       kFailed:    conversation.error() says why: abort(), or call next() again: when the update
//                   could not be opened, that tries again
//     }
//   }
//
// Power contract: until finish() switched OTA data, what boots is what booted before.
#pragma once

#include <cstdint>
#include <optional>

#include "base/result.h"
#include "core/app_update.h"
#include "core/boot_selection.h"

namespace rota::core {

// The smallest first read: header, descriptions and room for what a decrypter adds (spec 6.1).
inline constexpr std::uint32_t kFirstReadBytes = 1024;

struct ByteInterval {  // of a Range header; `last` is inclusive, absent = to the end
  std::uint32_t first = 0;
  std::optional<std::uint32_t> last;
};

struct HttpAnswer {
  int status = 0;
  std::int64_t content_length = -1;  // -1: chunked or unknown
  std::int64_t range_first = -1;     // of Content-Range; -1: absent
  std::int64_t range_total = -1;
  bool is_other_content = false;  // its strong ETag is not that of the parts before
};

struct Wish {
  enum class Kind : std::uint8_t {
    kRequest,
    kRedirect,
    kAuthorize,
    kRead,
    kComplete,
    kFailed,
  };
  Kind kind = Kind::kFailed;
  bool head_only = false;             // kRequest: HEAD instead of GET
  bool new_connection = false;        // kRequest: close the old connection first
  std::optional<ByteInterval> range;  // kRequest
  std::uint32_t read_exactly = 0;     // kRead: 0 = whatever the caller's buffer takes
};

class UpdateConversation {
 public:
  struct Options {
    const Partition* staging = nullptr;
    const Partition* final = nullptr;
    bool finalize_with_copy = false;
    bool bulk_erase = false;
    bool resumption = false;
    std::uint32_t resume_at = 0;  // bytes that an earlier session wrote; below 1024 starts over
    bool partial_download = false;
    std::uint32_t max_request_bytes = 65536;
    std::uint32_t max_redirects = 10;  // the reference has no limit here (trap 60)
    std::uint32_t max_stalls = 3;      // read timeouts in a row without a byte
    // The caller decrypts: what is served begins with so many bytes that are no part of the image.
    std::uint32_t encrypted_header_bytes = 0;
    bool caller_decrypts = false;  // so the image may be shorter than what is served
    bool check_spi_mode = true;
  };

  // Borrows everything; `running` is the row of the image that executes.
  UpdateConversation(AppUpdate& update,
                     BootSelection& selection,
                     PartitionAccess& access,
                     const Partition& running,
                     const UpdateSettings& settings,
                     const Options& options);

  Wish next();

  void on_response(const HttpAnswer& answer);
  void on_connection_failed();
  void on_redirected(bool ok);
  void on_authorized(bool ok);
  // `received`: how many bytes of the body became `bytes`; more or less after decryption, which may
  // also hold bytes back. Ranges count what was received, so nothing is asked for twice (trap 73).
  void on_bytes(Bytes bytes, std::uint32_t received);
  void on_bytes(Bytes bytes) { on_bytes(bytes, static_cast<std::uint32_t>(bytes.size())); }
  // The body ended. `complete`: the whole message arrived, as far as HTTP can tell.
  void on_end(bool complete);
  void on_stalled();
  void on_read_failed();

  // After kComplete: verifies and switches. Before: verifies what is there, switches nothing, as
  // the reference does (trap 57). Errors: those of AppUpdate::end and BootSelection::set_boot.
  Status finish();
  // Gives the update up; flash stays as it is, what boots is untouched. Errors: kUnknownHandle.
  Status abort();

  Error error() const { return error_; }
  // The reason behind a kValidationFailed of finish().
  Error detail() const { return detail_; }
  bool is_connected() const { return phase_ >= Phase::kOpen && phase_ < Phase::kFailed; }
  bool is_complete() const { return phase_ == Phase::kComplete; }
  bool all_data_arrived(bool http_complete) const;
  bool has_begun() const { return handle_ != 0; }
  bool switched() const { return switched_; }
  int status_code() const { return status_code_; }
  // Of the whole image; of the remaining part in a resumed transfer; -1 unknown.
  std::int64_t image_bytes() const;
  std::uint32_t bytes_done() const { return bytes_done_; }
  std::uint32_t resumed_at() const { return resume_at_; }
  Bytes first_bytes() const { return update_.first_bytes(handle_); }

 private:
  enum class Phase : std::uint8_t {
    kProbe,
    kAwaitProbe,
    kProbeByRange,
    kAwaitProbeByRange,
    kConnect,
    kAwaitAnswer,
    kRedirect,
    kAuthorize,
    kOpen,
    kHeader,
    kBody,
    kNextPart,
    kComplete,
    kFailed,
  };

  void fail(Error error);
  void accept(const HttpAnswer& answer);
  void judge_status(const HttpAnswer& answer);
  void answer_to_probe(const HttpAnswer& answer);
  void start_from_zero();
  void start_over();
  bool may_fit() const;
  Status open_update();
  void judge_header(Bytes bytes);
  std::size_t header_bytes() const;
  void write(Bytes bytes);
  Status check_spi_mode_of(Bytes bytes) const;
  Wish request() const;
  std::optional<ByteInterval> range_of_next_request() const;

  AppUpdate& update_;
  BootSelection& selection_;
  PartitionAccess& access_;
  const Partition& running_;
  const UpdateSettings& settings_;
  Options options_;
  Phase phase_;
  Phase after_detour_ = Phase::kConnect;  // where a redirect or an authorization leads back to
  Error error_ = Error::kWrongState;
  Error detail_ = Error::kValidationFailed;
  std::uint32_t handle_ = 0;
  std::uint32_t resume_at_ = 0;
  std::uint32_t redirects_ = 0;
  std::uint32_t stalls_ = 0;
  std::uint32_t received_ = 0;    // where the next range starts in what is served
  std::uint32_t bytes_done_ = 0;  // of the image, in flash
  std::int64_t served_bytes_ = -1;
  int status_code_ = 0;
  bool new_connection_ = false;
  bool switched_ = false;
};

}  // namespace rota::core
