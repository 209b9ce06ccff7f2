#include "core/update_conversation.h"

#include <algorithm>

namespace rota::core {

using formats::PartitionType;

namespace {
bool is_redirect(int status) {
  return status == 301 || status == 302 || status == 303 || status == 307 || status == 308;
}
bool has_image_header(const Partition& partition) {
  return partition.type == PartitionType::kApp || partition.type == PartitionType::kBootloader;
}
}  // namespace

UpdateConversation::UpdateConversation(AppUpdate& update,
                                       BootSelection& selection,
                                       PartitionAccess& access,
                                       const Partition& running,
                                       const UpdateSettings& settings,
                                       const Options& options)
    : update_(update),
      selection_(selection),
      access_(access),
      running_(running),
      settings_(settings),
      options_(options),
      phase_(options.partial_download ? Phase::kProbe : Phase::kConnect) {
  if (options_.max_request_bytes == 0) options_.max_request_bytes = 65536;
  if (options_.resumption && options_.resume_at >= kFirstReadBytes) {
    // Back to the sector boundary: the sector that was being written is fetched and checked again.
    resume_at_ = options_.resume_at / kSectorBytes * kSectorBytes;
  }
  bytes_done_ = resume_at_;
  received_ = resume_at_;
}

std::int64_t UpdateConversation::image_bytes() const {
  if (served_bytes_ < 0) return -1;
  return std::max<std::int64_t>(served_bytes_ - options_.encrypted_header_bytes, 0);
}

void UpdateConversation::fail(Error error) {
  error_ = error;
  phase_ = Phase::kFailed;
}

std::optional<ByteInterval> UpdateConversation::range_of_next_request() const {
  if (!options_.partial_download) {
    // Also for a fresh start: the answer tells whether the server knows ranges at all.
    if (options_.resumption) return ByteInterval{received_, std::nullopt};
    return std::nullopt;
  }
  const auto total = static_cast<std::uint32_t>(served_bytes_);
  if (received_ == 0 && total <= options_.max_request_bytes) return std::nullopt;
  if (total - received_ <= options_.max_request_bytes) {
    return ByteInterval{received_, total - 1};
  }
  return ByteInterval{received_, received_ + options_.max_request_bytes - 1};
}

Wish UpdateConversation::request() const {
  Wish wish;
  wish.kind = Wish::Kind::kRequest;
  wish.new_connection = new_connection_;
  wish.range = range_of_next_request();
  return wish;
}

Wish UpdateConversation::next() {
  Wish wish;
  if (phase_ == Phase::kOpen) {
    const Status opened = open_update();
    if (!opened.ok()) {
      error_ = opened.error();
      return wish;
    }
  }
  switch (phase_) {
    case Phase::kProbe:
    case Phase::kAwaitProbe:
      phase_ = Phase::kAwaitProbe;
      wish.kind = Wish::Kind::kRequest;
      wish.head_only = true;
      return wish;
    case Phase::kProbeByRange:
    case Phase::kAwaitProbeByRange:
      phase_ = Phase::kAwaitProbeByRange;
      wish.kind = Wish::Kind::kRequest;
      wish.range = ByteInterval{0, 0};
      wish.new_connection = true;
      return wish;
    case Phase::kConnect:
    case Phase::kNextPart:
    case Phase::kAwaitAnswer:
      if (phase_ == Phase::kConnect && options_.partial_download) new_connection_ = true;
      wish = request();
      phase_ = Phase::kAwaitAnswer;
      new_connection_ = false;
      return wish;
    case Phase::kRedirect:
      wish.kind = Wish::Kind::kRedirect;
      return wish;
    case Phase::kAuthorize:
      wish.kind = Wish::Kind::kAuthorize;
      return wish;
    case Phase::kHeader:
      wish.kind = Wish::Kind::kRead;
      wish.read_exactly = kFirstReadBytes;
      return wish;
    case Phase::kBody:
      wish.kind = Wish::Kind::kRead;
      return wish;
    case Phase::kComplete:
      wish.kind = Wish::Kind::kComplete;
      return wish;
    default:  // kOpen is over by now; kFailed is what an untouched wish says
      return wish;
  }
}

// Spec 6.3: what a status means for the image request.
void UpdateConversation::judge_status(const HttpAnswer& answer) {
  const int status = answer.status;
  if (is_redirect(status)) {
    if (++redirects_ > options_.max_redirects) return fail(Error::kHttpTooManyRedirects);
    after_detour_ = Phase::kConnect;
    phase_ = Phase::kRedirect;
  } else if (status == 401) {
    after_detour_ = Phase::kConnect;
    phase_ = Phase::kAuthorize;
  } else if (status == 304) {
    fail(Error::kHttpNotModified);
  } else if (status == 416 || (answer.is_other_content && status < 400) ||
             (options_.resumption && !options_.partial_download && status != 206 && status < 400)) {
    // The server can not continue: start again from the first byte, in this same call.
    if (options_.resumption && handle_ == 0) return start_over();
    fail(answer.is_other_content ? Error::kHttpBodyChanged : Error::kHttpRangeRefused);
  } else if (status == 403) {
    fail(Error::kHttpForbidden);
  } else if (status == 404) {
    fail(Error::kHttpNotFound);
  } else if (status >= 500) {
    fail(Error::kHttpServerError);
  } else if (status >= 400) {
    fail(Error::kHttpStatus);
  } else {
    accept(answer);
  }
}

void UpdateConversation::start_from_zero() {
  resume_at_ = 0;
  bytes_done_ = 0;
  received_ = 0;
}

void UpdateConversation::start_over() {
  options_.resumption = false;
  start_from_zero();
  new_connection_ = true;
  phase_ = Phase::kConnect;
}

void UpdateConversation::accept(const HttpAnswer& answer) {
  if (answer.status == 206 && answer.range_first >= 0 &&
      answer.range_first != static_cast<std::int64_t>(received_)) {
    return fail(Error::kHttpRangeMismatch);
  }
  if (options_.partial_download) {
    if (answer.status == 206 && answer.range_total >= 0 && answer.range_total != served_bytes_) {
      return fail(Error::kHttpBodyChanged);
    }
    if (answer.status != 206 && received_ != 0) return fail(Error::kHttpRangeMismatch);
  } else {
    served_bytes_ = answer.content_length;
  }
  phase_ = handle_ == 0 ? Phase::kOpen : Phase::kBody;
}

void UpdateConversation::answer_to_probe(const HttpAnswer& answer) {
  const bool by_range = phase_ == Phase::kAwaitProbeByRange;
  if (answer.status == 304) return fail(Error::kHttpNotModified);
  if (answer.status == 200) {
    served_bytes_ = answer.content_length;
  } else if (by_range && answer.status == 206) {
    served_bytes_ = answer.range_total;
  } else if (!by_range) {
    phase_ = Phase::kProbeByRange;
    return;
  } else {
    const Phase probing = phase_;
    judge_status(answer);
    if (phase_ == Phase::kRedirect || phase_ == Phase::kAuthorize) after_detour_ = probing;
    return;
  }
  if (served_bytes_ < 0 || served_bytes_ > 0xFFFFFFFE) return fail(Error::kHttpLengthUnknown);
  if (received_ >= served_bytes_) start_from_zero();
  phase_ = Phase::kConnect;
}

void UpdateConversation::on_response(const HttpAnswer& answer) {
  status_code_ = answer.status;
  if (phase_ == Phase::kAwaitProbe || phase_ == Phase::kAwaitProbeByRange) {
    answer_to_probe(answer);
  } else if (phase_ == Phase::kAwaitAnswer) {
    judge_status(answer);
  } else {
    fail(Error::kSequenceOfCallsWrong);
  }
}

void UpdateConversation::on_connection_failed() { fail(Error::kHttpReadFailed); }

void UpdateConversation::on_redirected(bool ok) {
  if (!ok) return fail(Error::kHttpStatus);
  phase_ = after_detour_;
}

void UpdateConversation::on_authorized(bool ok) {
  if (!ok) return fail(Error::kHttpUnauthorized);
  phase_ = after_detour_;
}

// What can not fit is refused before anything is erased.
bool UpdateConversation::may_fit() const {
  if (options_.caller_decrypts || served_bytes_ < 0) return true;
  const std::int64_t before = options_.partial_download ? 0 : resume_at_;
  return before + served_bytes_ <= static_cast<std::int64_t>(options_.staging->size);
}

Status UpdateConversation::open_update() {
  std::uint32_t erase_size = kUpdateSequentialWrites;
  if (options_.bulk_erase) {
    constexpr std::int64_t kLargerThanAnySlot = 0x80000000;
    erase_size = image_bytes() > 0
                     ? static_cast<std::uint32_t>(std::min(image_bytes(), kLargerThanAnySlot))
                     : kUpdateSizeUnknown;
  }
  const auto opened = resume_at_ != 0 ? update_.resume(*options_.staging, erase_size, resume_at_)
                                      : update_.begin(*options_.staging, erase_size);
  ROTA_TRY(opened);
  if (settings_.slot_writing == SlotWriting::kChecked && !may_fit()) {
    static_cast<void>(update_.abort(*opened));
    return Error::kPartitionOverrun;
  }
  handle_ = *opened;
  static_cast<void>(update_.set_final(handle_, *options_.final, options_.finalize_with_copy));
  phase_ = resume_at_ == 0 && has_image_header(*options_.final) ? Phase::kHeader : Phase::kBody;
  return {};
}

Status UpdateConversation::check_spi_mode_of(Bytes bytes) const {
  if (!options_.check_spi_mode || options_.final->type != PartitionType::kApp) return {};
  const auto incoming = formats::decode_app_description(
      bytes.subspan(formats::kDescriptionOffset).first<formats::kAppDescriptionBytes>());
  const auto running = read_app_description(access_, running_);
  if (!incoming || !running) return {};
  const bool differs = incoming->spi_flash_mode != running->spi_flash_mode;
  const bool both_known = incoming->spi_flash_mode != 0 && running->spi_flash_mode != 0;
  return differs && both_known ? Status{Error::kImageSpiModeMismatch} : Status{};
}

std::size_t UpdateConversation::header_bytes() const {
  return formats::kDescriptionOffset + (options_.final->type == PartitionType::kApp
                                            ? formats::kAppDescriptionBytes
                                            : formats::kBootloaderDescriptionBytes);
}

void UpdateConversation::judge_header(Bytes bytes) {
  if (bytes.size() < header_bytes()) return fail(Error::kImageTooShort);
  const bool is_app = options_.final->type == PartitionType::kApp;
  const formats::ImageHeader header =
      formats::decode_image_header(bytes.first<formats::kImageHeaderBytes>());
  if (header.magic == formats::kImageMagic) {  // a wrong first byte is refused by the writer
    const Status fits = check_image_fits_chip(
        header, is_app ? ImageKind::kApp : ImageKind::kBootloader, settings_.chip);
    if (!fits.ok()) return fail(fits.error());
    const Status spi_mode = check_spi_mode_of(bytes);
    if (!spi_mode.ok()) return fail(spi_mode.error());
  }
  write(bytes);
}

void UpdateConversation::write(Bytes bytes) {
  const Status written = update_.write(handle_, bytes);
  if (!written.ok()) return fail(written.error());
  bytes_done_ += static_cast<std::uint32_t>(bytes.size());
  phase_ = Phase::kBody;
}

void UpdateConversation::on_bytes(Bytes bytes, std::uint32_t received) {
  if (received == 0) return;
  stalls_ = 0;
  if (phase_ != Phase::kHeader && phase_ != Phase::kBody) {
    return fail(Error::kSequenceOfCallsWrong);
  }
  received_ += received;
  if (phase_ == Phase::kHeader) {
    judge_header(bytes);
  } else {
    write(bytes);
  }
}

void UpdateConversation::on_end(bool complete) {
  if (phase_ == Phase::kHeader) return fail(Error::kImageTooShort);
  if (phase_ != Phase::kBody) return fail(Error::kSequenceOfCallsWrong);
  if (!options_.partial_download) {
    if (!complete) return fail(Error::kHttpConnectionClosed);
    phase_ = Phase::kComplete;
    return;
  }
  if (received_ == served_bytes_) {
    phase_ = Phase::kComplete;
  } else if (received_ > served_bytes_) {
    fail(Error::kHttpBodyChanged);
  } else if (!complete) {
    fail(Error::kHttpConnectionClosed);
  } else {
    phase_ = Phase::kNextPart;
  }
}

void UpdateConversation::on_stalled() {
  if (++stalls_ >= options_.max_stalls) fail(Error::kHttpStalled);
}

void UpdateConversation::on_read_failed() { fail(Error::kHttpReadFailed); }

bool UpdateConversation::all_data_arrived(bool http_complete) const {
  if (options_.partial_download) return served_bytes_ == static_cast<std::int64_t>(received_);
  return http_complete;
}

Status UpdateConversation::finish() {
  if (handle_ != 0) {
    const std::uint32_t handle = handle_;
    handle_ = 0;
    const Status ended = update_.end(handle);
    if (!ended.ok()) {
      detail_ = update_.detail();
      return ended;
    }
  }
  const bool switches = options_.final->is_ota_slot();
  if (phase_ != Phase::kComplete || !switches) return {};
  const Status status = selection_.set_boot(*options_.staging);
  switched_ = status.ok();
  if (!switched_) detail_ = selection_.detail();
  return status;
}

Status UpdateConversation::abort() {
  if (handle_ == 0) return {};
  const std::uint32_t handle = handle_;
  handle_ = 0;
  return update_.abort(handle);
}

}  // namespace rota::core
