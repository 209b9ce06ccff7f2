#include "idf/https_update.h"

#include <algorithm>
#include <charconv>
#include <cinttypes>
#include <limits>
#include <string_view>

#include "esp_heap_caps.h"
#include "esp_log.h"
#include "idf/errors.h"
#include "idf/http_client.h"
#include "idf/https_events.h"

namespace rota::idf {

using core::Wish;
using formats::PartitionType;

namespace {

constexpr const char* kTag = "esp_https_ota";
constexpr int kStalled = -ESP_ERR_HTTP_EAGAIN;
constexpr int kTooSlow = -ESP_ERR_TIMEOUT;
constexpr int kDefaultTimeoutMs = 5000;
constexpr std::size_t kMostDrainedBytes = 64 * 1024;  // more: a new connection is cheaper

// A number at the start of `text`, which then begins behind it; -1 without one.
std::int64_t take_number(std::string_view& text) {
  std::int64_t number = -1;
  const auto parsed = std::from_chars(text.data(), text.data() + text.size(), number);
  if (parsed.ec != std::errc() || number < 0) return -1;
  text.remove_prefix(static_cast<std::size_t>(parsed.ptr - text.data()));
  return number;
}

// "bytes 100-199/1000"; what does not parse leaves -1.
void read_content_range(std::string_view text, core::HttpAnswer& answer) {
  constexpr std::string_view kUnit = "bytes ";
  if (!text.starts_with(kUnit)) return;
  text.remove_prefix(kUnit.size());
  answer.range_first = take_number(text);
  const std::size_t slash = text.find('/');
  if (slash == std::string_view::npos) return;
  text.remove_prefix(slash + 1);
  answer.range_total = take_number(text);
}

// Empty when there is none, or one that does not promise the same bytes.
std::string_view strong_etag_of(const client::ResponseHead& head) {
  const std::string_view etag = head.header("ETag");
  return etag.starts_with('"') ? etag : std::string_view{};
}

bool is_image(const core::Partition& partition) {
  return partition.type == PartitionType::kApp || partition.type == PartitionType::kBootloader;
}

bool is_about_the_header(Error error) {
  return error == Error::kImageWrongChip || error == Error::kImageChipTooOld ||
         error == Error::kImageChipTooNew || error == Error::kImageSpiModeMismatch ||
         error == Error::kImageTooShort;
}

Bytes bytes_at(const char* memory, std::size_t count) {
  return std::as_bytes(std::span(memory, count));
}

}  // namespace

HttpsUpdate::HttpsUpdate(const esp_https_ota_config_t& config, UpdateService& service)
    : config_(config),
      service_(service),
      times_(service.platform(), service.flash()),
      pace_(service.config().https_ota_pace_bytes,
            DownloadPace::Time(service.config().https_ota_pace_window_ms)) {
  timeout_ms_ =
      config.http_config->timeout_ms > 0 ? config.http_config->timeout_ms : kDefaultTimeoutMs;
}

esp_err_t HttpsUpdate::begin() {
  if (const esp_err_t chosen = choose_partitions(); chosen != ESP_OK) return chosen;
  if (const esp_err_t made = make_client(); made != ESP_OK) return made;
  auto chosen_options = options();
  chosen_options.resume_at = resume_position();
  conversation_.emplace(service_.update(), service_.selection(), service_.access(),
                        *service_.running(), service_.settings(), chosen_options);
  const esp_err_t connected = connect();
  if (connected != ESP_OK) return connected;
  config_.http_config = nullptr;
  ESP_LOGI(kTag, "Starting OTA...");
  ESP_LOGI(kTag, "Writing to <%s> partition at offset 0x%" PRIx32, staging_->label_storage.data(),
           staging_->offset);
  return ESP_OK;
}

esp_err_t HttpsUpdate::choose_partitions() {
  const esp_partition_t* staging = config_.partition.staging;
  const esp_partition_t* final = config_.partition.final;
  staging_ = staging == nullptr ? service_.selection().next_update_partition(*service_.running())
                                : service_.row_of(staging);
  // The reference follows a null pointer when both are the same (trap 58).
  final_ = final == nullptr || final == staging ? staging_ : service_.row_of(final);
  if (staging_ != nullptr && final_ != nullptr) return ESP_OK;
  service_.log_refusal(kTag, Error::kPartitionNotFound);
  return ESP_FAIL;
}

esp_err_t HttpsUpdate::make_client() {
  client_ = esp_http_client_init(config_.http_config);
  if (client_ == nullptr) {
    ESP_LOGE(kTag, "The HTTP client could not be made; the line above says why.");
    return ESP_FAIL;
  }
  if (config_.http_client_init_cb != nullptr) {
    const esp_err_t set_up = config_.http_client_init_cb(client_);
    if (set_up != ESP_OK) {
      ESP_LOGE(kTag, "http_client_init_cb returned %s", esp_err_to_name(set_up));
      return set_up;
    }
  }
  if (esp_http_client_get_transport_type(client_) == HTTP_TRANSPORT_OVER_TCP &&
      !service_.config().https_ota_allow_http) {
    ESP_LOGE(kTag,
             "The URL is plain HTTP, where anybody on the way can replace the firmware. Use "
             "https://, or enable CONFIG_ESP_HTTPS_OTA_ALLOW_HTTP for a test.");
    return ESP_ERR_INVALID_ARG;
  }
  buffer_bytes_ = static_cast<std::uint32_t>(
      std::max(config_.http_config->buffer_size, static_cast<int>(core::kFirstReadBytes)));
  void* memory = config_.buffer_caps == 0 ? std::malloc(buffer_bytes_)
                                          : heap_caps_malloc(buffer_bytes_, config_.buffer_caps);
  buffer_.reset(static_cast<char*>(memory));
  return buffer_ == nullptr ? ESP_ERR_NO_MEM : ESP_OK;
}

core::UpdateConversation::Options HttpsUpdate::options() const {
  core::UpdateConversation::Options options;
  options.staging = staging_;
  options.final = final_;
  options.finalize_with_copy = config_.partition.finalize_with_copy;
  options.bulk_erase = config_.bulk_flash_erase;
  options.resumption = config_.ota_resumption;
  options.partial_download =
      config_.partial_http_download && service_.config().https_ota_partial_download;
  options.max_request_bytes =
      static_cast<std::uint32_t>(std::max(config_.max_http_request_size, 0));
  const int redirects = config_.http_config->max_redirection_count;
  if (redirects > 0) options.max_redirects = static_cast<std::uint32_t>(redirects);
  options.caller_decrypts = decrypts();
  options.encrypted_header_bytes = decrypts() ? config_.enc_img_header_size : 0U;
  options.check_spi_mode = service_.config().https_ota_verify_spi_mode;
  return options;
}

// Where the earlier download ended, unless what it wrote is of no use.
std::uint32_t HttpsUpdate::resume_position() {
  content_ = ResumeEntry(client_->url_text(), staging_->offset);
  if (!config_.ota_resumption || config_.ota_image_bytes_written == 0) return 0;
  const std::optional<ResumeEntry> before = read_resume_journal();
  if (before && (before->is_damaged || !before->is_about(content_))) {
    ESP_LOGW(kTag, "The earlier download %s; restarting download from beginning",
             before->is_damaged ? "did not give a valid image"
                                : "was of another URL or into another partition");
    return 0;
  }
  if (before) content_.etag = before->etag;
  return static_cast<std::uint32_t>(config_.ota_image_bytes_written);
}

// ---- The exchange ----------------------------------------------------------------------------

esp_err_t HttpsUpdate::connect() {
  while (!conversation_->is_connected()) {
    const Wish wish = conversation_->next();
    if (wish.kind == Wish::Kind::kFailed) return refuse(conversation_->error());
    carry_out(wish);
  }
  remember_content();
  return ESP_OK;
}

void HttpsUpdate::carry_out(const Wish& wish) {
  switch (wish.kind) {
    case Wish::Kind::kRequest:
      return send_request(wish);
    case Wish::Kind::kRedirect:
      return redirect();
    case Wish::Kind::kAuthorize:
      return authorize();
    default:
      return;
  }
}

void HttpsUpdate::send_request(const Wish& wish) {
  if (wish.new_connection) {
    esp_http_client_close(client_);
    esp_http_client_clear_response_buffer(client_);
  }
  if (config_.partial_http_download && service_.config().https_ota_partial_download) {
    esp_http_client_set_method(client_, wish.head_only ? HTTP_METHOD_HEAD : HTTP_METHOD_GET);
  }
  set_range(wish);
  // The answer's head has to come within one window.
  client_->set_patience(pace_.is_on() ? pace_.window() : DownloadPace::Time{0});
  const std::uint64_t tls_before_us = client_->tls_us();
  const bool goes_on = conversation_->has_begun() && !wish.new_connection &&
                       esp_http_client_is_persistent_connection(client_);
  client_error_ = exchange(goes_on);
  if (client_error_ != ESP_OK && goes_on) {
    // The server closed the connection between two parts without saying so.
    esp_http_client_close(client_);
    client_error_ = exchange(false);
  }
  times_.move_to_tls(client_->tls_us() - tls_before_us);
  if (client_error_ != ESP_OK && client_->lost_patience()) client_error_ = give_up_slow_server();
  if (client_error_ != ESP_OK) return conversation_->on_connection_failed();
  const bool resumed_before = resumes();
  conversation_->on_response(read_answer());
  if (resumed_before && !resumes()) {
    ESP_LOGW(kTag,
             "The server can not continue where the last download ended (HTTP %d); "
             "restarting download from beginning",
             conversation_->status_code());
  }
}

// Sends the request and reads the head of the answer.
esp_err_t HttpsUpdate::exchange(bool on_open_connection) {
  const esp_err_t sent = times_.measure(UpdateTimes::Part::kNetwork, "connecting to the server",
                                        [&] { return send(on_open_connection); });
  if (sent != ESP_OK) return sent;
  const std::int64_t length =
      times_.measure(UpdateTimes::Part::kNetwork, "waiting for the server's answer",
                     [&] { return esp_http_client_fetch_headers(client_); });
  return length < 0 ? static_cast<esp_err_t>(length) : ESP_OK;
}

esp_err_t HttpsUpdate::send(bool on_open_connection) {
  char* body = nullptr;
  const int body_bytes = std::max(esp_http_client_get_post_field(client_, &body), 0);
  esp_err_t sent = ESP_OK;
  if (on_open_connection) {
    sent = esp_http_client_prepare(client_);
    if (sent == ESP_OK) sent = esp_http_client_request_send(client_, body_bytes);
  } else {
    if (conversation_->has_begun()) esp_http_client_close(client_);
    sent = esp_http_client_open(client_, body_bytes);
  }
  if (sent != ESP_OK) return sent;
  for (int done = 0; done < body_bytes;) {
    const int written = esp_http_client_write(client_, body + done, body_bytes - done);
    if (written <= 0) return ESP_FAIL;
    done += written;
  }
  return ESP_OK;
}

void HttpsUpdate::set_header(const char* name, const std::string& value) {
  if (value.empty()) {
    esp_http_client_delete_header(client_, name);
  } else {
    esp_http_client_set_header(client_, name, value.c_str());
  }
}

// A later part is only of use when it is of the same file; a server that knows its ETag says so.
void HttpsUpdate::set_range(const Wish& wish) {
  std::string range;
  std::string if_range;
  if (wish.range) {
    range = "bytes=" + std::to_string(wish.range->first) + "-";
    if (wish.range->last) range += std::to_string(*wish.range->last);
    if (wish.range->first > 0) if_range = content_.etag;
  }
  set_header("Range", range);
  set_header("If-Range", if_range);
}

// From the head itself: what the C interface tells of it depends on options.
core::HttpAnswer HttpsUpdate::read_answer() const {
  core::HttpAnswer answer;
  const client::ResponseHead& head = *client_->head();
  answer.status = head.status;
  if (head.content_length && !head.chunked) {
    answer.content_length = static_cast<std::int64_t>(
        std::min<std::uint64_t>(*head.content_length, std::numeric_limits<std::int64_t>::max()));
  }
  read_content_range(head.header("Content-Range"), answer);
  const bool goes_on = conversation_->bytes_done() > 0;
  const std::string_view etag = strong_etag_of(head);
  answer.is_other_content =
      goes_on && !content_.etag.empty() && !etag.empty() && etag != content_.etag;
  return answer;
}

// Once the body of the image can be read: which file it is of.
void HttpsUpdate::remember_content() {
  if (content_is_known_) return;
  content_is_known_ = true;
  if (resumes()) return;
  content_.set_etag(strong_etag_of(*client_->head()));
  if (config_.ota_resumption) write_resume_journal(content_);
}

void HttpsUpdate::redirect() {
  client_error_ = esp_http_client_set_redirection(client_);
  if (client_error_ == ESP_OK) drain();
  conversation_->on_redirected(client_error_ == ESP_OK);
}

// The client counts how often it was tried.
void HttpsUpdate::authorize() {
  client_error_ = esp_http_client_add_auth(client_);
  if (client_error_ == ESP_OK) drain();
  conversation_->on_authorized(client_error_ == ESP_OK);
}

// Reads what is left of a body that nobody wants, so that the connection can be used again.
void HttpsUpdate::drain() {
  std::size_t drained = 0;
  while (drained < kMostDrainedBytes) {
    const int count = read_body(buffer_.get(), buffer_bytes_);
    if (count <= 0) return;
    drained += static_cast<std::size_t>(count);
  }
  esp_http_client_close(client_);
}

// ---- The body --------------------------------------------------------------------------------

esp_err_t HttpsUpdate::perform() {
  if (conversation_->is_complete()) {
    ESP_LOGE(kTag, "All data were received already. Call esp_https_ota_finish().");
    return ESP_FAIL;
  }
  const Wish wish = times_.measure(UpdateTimes::Part::kWrite, "beginning the update",
                                   [&] { return conversation_->next(); });
  switch (wish.kind) {
    case Wish::Kind::kFailed:
      return refuse(conversation_->error());
    case Wish::Kind::kRead:
      return wish.read_exactly != 0 ? read_first() : read_more();
    default:
      carry_out(wish);
      if (connect() == ESP_OK) return ESP_ERR_HTTPS_OTA_IN_PROGRESS;
      return client_error_ == ESP_ERR_TIMEOUT ? ESP_ERR_TIMEOUT : ESP_FAIL;
  }
}

int HttpsUpdate::read_body(char* into, std::uint32_t bytes) {
  client_->set_patience(pace_.patience());
  const auto began = std::chrono::steady_clock::now();
  const int count = times_.measure(UpdateTimes::Part::kNetwork, "reading from the server", [&] {
    return esp_http_client_read(client_, into, static_cast<int>(bytes));
  });
  pace_.waited(
      std::chrono::duration_cast<DownloadPace::Time>(std::chrono::steady_clock::now() - began),
      static_cast<std::uint64_t>(std::max(count, 0)));
  const bool is_slow = pace_.is_too_slow() || (count < 0 && client_->lost_patience());
  return is_slow && !esp_http_client_is_complete_data_received(client_) ? kTooSlow : count;
}

// Gets the first kFirstReadBytes of the body into the buffer, if they are not there.
esp_err_t HttpsUpdate::fill_first_read() {
  while (first_read_bytes_ < core::kFirstReadBytes) {
    const int count =
        read_body(buffer_.get() + first_read_bytes_, core::kFirstReadBytes - first_read_bytes_);
    if (count > 0) {
      first_read_bytes_ += static_cast<std::uint32_t>(count);
    } else if (count == kStalled) {
      conversation_->on_stalled();
      if (!conversation_->is_connected()) return refuse(conversation_->error());
    } else if (count < 0) {
      client_error_ = count == kTooSlow ? give_up_slow_server() : ESP_FAIL;
      return refuse(Error::kHttpReadFailed);
    } else {
      ESP_LOGE(kTag,
               "Complete headers were not received: the server sent %" PRIu32
               " bytes, the smallest image has 1024. Look at what the URL leads to.",
               first_read_bytes_);
      service_.log_image_refusal(kTag, Error::kImageTooShort,
                                 bytes_at(buffer_.get(), first_read_bytes_));
      return ESP_FAIL;
    }
  }
  return ESP_OK;
}

esp_err_t HttpsUpdate::read_first() {
  const esp_err_t filled = fill_first_read();
  if (filled != ESP_OK) {
    if (conversation_->is_connected()) conversation_->on_end(false);
    return filled;
  }
  first_read_bytes_ = 0;
  return take(bytes_at(buffer_.get(), core::kFirstReadBytes), true);
}

esp_err_t HttpsUpdate::read_more() {
  const int count = read_body(buffer_.get(), buffer_bytes_);
  if (count > 0) {
    return take(bytes_at(buffer_.get(), static_cast<std::size_t>(count)), false);
  }
  if (count == 0) {
    conversation_->on_end(esp_http_client_is_complete_data_received(client_));
    if (conversation_->is_complete()) return ESP_OK;
    if (conversation_->is_connected()) ESP_LOGI(kTag, "Connection closed");
  } else if (count == kStalled) {
    conversation_->on_stalled();
    if (conversation_->is_connected()) {
      ESP_LOGW(kTag, "No data within %d ms; waiting again", timeout_ms_);
    }
  } else {
    client_error_ = count == kTooSlow ? give_up_slow_server() : ESP_FAIL;
    conversation_->on_read_failed();
  }
  return conversation_->is_connected() ? ESP_ERR_HTTPS_OTA_IN_PROGRESS
                                       : refuse(conversation_->error());
}

esp_err_t HttpsUpdate::take(Bytes received, bool is_first) {
  Bytes bytes = received;
  std::unique_ptr<char, Freed> plain;
  if (decrypts()) {
    const esp_err_t decrypted = decrypt(bytes, plain);
    if (decrypted != ESP_OK) {
      conversation_->on_read_failed();
      return client_error_ = decrypted;
    }
    if (is_first && bytes.empty()) {
      ESP_LOGE(kTag,
               "Decryption of image header failed: decrypt_cb gave no data for the first %zu "
               "bytes.",
               received.size());
      conversation_->on_read_failed();
      return client_error_ = ESP_FAIL;
    }
  }
  if (is_first) {
    first_bytes_ = FirstBytes(bytes);
    post_header_events(bytes);
  }
  times_.measure(UpdateTimes::Part::kWrite, "writing flash", [&] {
    conversation_->on_bytes(bytes, static_cast<std::uint32_t>(received.size()));
  });
  const bool failed = !conversation_->is_connected();
  if (!bytes.empty() && !(failed && is_about_the_header(conversation_->error()))) {
    const int written = static_cast<int>(conversation_->bytes_done());
    post_update_event(ESP_HTTPS_OTA_WRITE_FLASH, &written, sizeof(written));
  }
  return failed ? refuse(conversation_->error()) : ESP_ERR_HTTPS_OTA_IN_PROGRESS;
}

// `bytes` become what the program's callback made of them; nothing is a valid answer (trap 59).
esp_err_t HttpsUpdate::decrypt(Bytes& bytes, std::unique_ptr<char, Freed>& plain) {
  post_update_event(ESP_HTTPS_OTA_DECRYPT_CB);
  decrypt_cb_arg_t arguments{};
  arguments.data_in = reinterpret_cast<const char*>(bytes.data());
  arguments.data_in_len = bytes.size();
  const esp_err_t decrypted = config_.decrypt_cb(&arguments, config_.decrypt_user_ctx);
  if (decrypted != ESP_OK) {
    ESP_LOGE(kTag, "decrypt_cb returned %s", esp_err_to_name(decrypted));
    return decrypted;
  }
  plain.reset(arguments.data_out);
  bytes = arguments.data_out == nullptr ? Bytes{}
                                        : bytes_at(arguments.data_out, arguments.data_out_len);
  return ESP_OK;
}

void HttpsUpdate::post_header_events(Bytes first) {
  if (!is_image(*final_) || first.size() < formats::kImageHeaderBytes) return;
  const formats::ImageHeader header =
      formats::decode_image_header(first.first<formats::kImageHeaderBytes>());
  post_update_event(ESP_HTTPS_OTA_VERIFY_CHIP_ID, &header.chip_id, sizeof(header.chip_id));
  post_update_event(ESP_HTTPS_OTA_VERIFY_CHIP_REVISION, &header.min_chip_revision,
                    sizeof(header.min_chip_revision));
}

// ---- The end ---------------------------------------------------------------------------------

esp_err_t HttpsUpdate::finish() {
  const FirstBytes first(conversation_->first_bytes());
  const Status status = times_.measure(UpdateTimes::Part::kVerify, "verifying the image",
                                       [&] { return conversation_->finish(); });
  if (config_.ota_resumption && conversation_->is_complete()) settle_journal(status.ok());
  if (!status.ok()) {
    return service_.refuse_end(kTag, status.error(), conversation_->detail(), first.bytes());
  }
  if (!conversation_->is_complete()) {
    ESP_LOGW(kTag, "The update was ended before all data were received; what boots is unchanged.");
    return ESP_OK;
  }
  log_times();
  if (conversation_->switched()) service_.log_what_is_not_verified(kTag);
  if (final_->is_app()) {
    const auto subtype = static_cast<esp_partition_subtype_t>(final_->subtype);
    post_update_event(ESP_HTTPS_OTA_UPDATE_BOOT_PARTITION, &subtype, sizeof(subtype));
  }
  return ESP_OK;
}

// What did not give a valid image must not be gone on with: the next begin starts over.
void HttpsUpdate::settle_journal(bool is_valid) {
  if (is_valid) return clear_resume_journal();
  content_.is_damaged = true;
  write_resume_journal(content_);
}

void HttpsUpdate::log_times() const {
  const std::uint64_t us = std::max<std::uint64_t>(times_.total_us(), 1);
  const std::uint64_t bytes = conversation_->bytes_done() - conversation_->resumed_at();
  ESP_LOGI(kTag, "Updated <%s> with %" PRIu64 " bytes in %.1f s (%" PRIu64 " KB/s): %s",
           final_->label_storage.data(), bytes, static_cast<double>(us) / 1e6, bytes * 1000 / us,
           times_.sentence().c_str());
}

esp_err_t HttpsUpdate::abort() { return esp_err_of(conversation_->abort()); }

void HttpsUpdate::close() {
  if (client_ != nullptr) esp_http_client_cleanup(client_);
  client_ = nullptr;
  buffer_.reset();
}

bool HttpsUpdate::is_complete_data_received() const {
  return conversation_->all_data_arrived(esp_http_client_is_complete_data_received(client_));
}

// ---- Looking at the image ----------------------------------------------------------------------

// From flash once it is there; before, from the first read, which stays for the next perform()
// (the reference overwrites it when asked twice, trap 56).
esp_err_t HttpsUpdate::description_bytes(MutableBytes into) {
  if (!is_image(*final_)) return ESP_FAIL;
  constexpr std::uint32_t kAt = formats::kDescriptionOffset;
  if (conversation_->bytes_done() >= kAt + into.size()) {
    return esp_err_of(service_.access().read(*staging_, kAt, into));
  }
  if (conversation_->has_begun()) return ESP_FAIL;
  const esp_err_t filled = fill_first_read();
  if (filled != ESP_OK) return filled;
  const Bytes found = bytes_at(buffer_.get() + kAt, into.size());
  std::copy(found.begin(), found.end(), into.begin());
  return ESP_OK;
}

esp_err_t HttpsUpdate::read_app_description(esp_app_desc_t& into) {
  esp_app_desc_t description{};
  const esp_err_t read = description_bytes(std::as_writable_bytes(std::span(&description, 1)));
  if (read != ESP_OK) return read;
  if (description.magic_word != ESP_APP_DESC_MAGIC_WORD) {
    ESP_LOGE(kTag, "Incorrect app descriptor magic: what arrives is not an app image.");
    service_.log_image_refusal(kTag, Error::kDescriptionMissing,
                               bytes_at(buffer_.get(), first_read_bytes_));
    return ESP_FAIL;
  }
  into = description;
  return ESP_OK;
}

esp_err_t HttpsUpdate::read_bootloader_description(esp_bootloader_desc_t& into) {
  esp_bootloader_desc_t description{};
  const esp_err_t read = description_bytes(std::as_writable_bytes(std::span(&description, 1)));
  if (read != ESP_OK) return read;
  if (description.magic_byte != ESP_BOOTLOADER_DESC_MAGIC_BYTE) {
    ESP_LOGE(kTag,
             "Incorrect bootloader descriptor magic: what arrives is not a bootloader image.");
    return ESP_FAIL;
  }
  into = description;
  return ESP_OK;
}

// ---- What failed -----------------------------------------------------------------------------

esp_err_t HttpsUpdate::give_up_slow_server() {
  ESP_LOGE(kTag,
           "The server is too slow: %" PRIu64 " of %" PRIu32
           " bytes in %.1f s. Look at it and at the network; CONFIG_ROTA_HTTPS_OTA_PACE_BYTES and "
           "_SECONDS say how slow it may be.",
           pace_.got(), pace_.needed(), static_cast<double>(pace_.window().count()) / 1000);
  return ESP_ERR_TIMEOUT;
}

esp_err_t HttpsUpdate::refuse(Error error) {
  switch (error) {
    case Error::kHttpReadFailed:
      if (client_error_ == ESP_ERR_HTTP_CONNECT) {
        ESP_LOGE(kTag, "No update without a connection to the server; HTTP_CLIENT says above why.");
        return client_error_;
      }
      // The slow server was named when it was given up.
      if (client_error_ != ESP_ERR_TIMEOUT) service_.log_refusal(kTag, error);
      return client_error_;
    case Error::kHttpUnauthorized:
      service_.log_refusal(kTag, error);
      return client_error_;
    case Error::kHttpStatus:
      service_.log_refusal(kTag, error);
      return client_error_ != ESP_OK ? client_error_ : ESP_FAIL;
    case Error::kImageTooShort:
      service_.log_image_refusal(kTag, error, first_bytes_.bytes());
      return ESP_FAIL;
    case Error::kImageWrongChip:
    case Error::kImageChipTooOld:
    case Error::kImageChipTooNew:
      service_.log_image_refusal(kTag, error, first_bytes_.bytes());
      return ESP_ERR_INVALID_VERSION;
    case Error::kImageSpiModeMismatch:
      service_.log_refusal(kTag, error);
      return esp_err_of(error);
    default:
      return service_.refuse_write(kTag, error, first_bytes_.bytes());
  }
}

}  // namespace rota::idf
