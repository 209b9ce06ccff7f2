// One update over HTTP (spec 6): carries out the wishes of a core::UpdateConversation with the
// program's esp_http_client, one step at a time. esp_https_ota.cc is thin over it.
//
// Ownership: lives in the Runtime; close() frees the client and the buffer, and must be called
// before the object is destroyed by the program. Partitions and callbacks of the configuration are
// borrowed.
#pragma once

#include <cstdint>
#include <cstdlib>
#include <memory>
#include <optional>
#include <string>

#include "core/update_conversation.h"
#include "esp_https_ota.h"
#include "idf/download_pace.h"
#include "idf/resume_journal.h"
#include "idf/runtime.h"
#include "idf/update_service.h"

namespace rota::idf {

class HttpsUpdate final : public KernelObject {
 public:
  // Copies `config`, but not `config.http_config`, which is used until begin() returns. The service
  // is ready.
  HttpsUpdate(const esp_https_ota_config_t& config, UpdateService& service);

  // Chooses the partitions, connects, and gets to where the body of the image can be read.
  esp_err_t begin();
  // One step: ESP_ERR_HTTPS_OTA_IN_PROGRESS, ESP_OK after the last byte, or why it can not go on.
  esp_err_t perform();
  // Verifies, and switches if the image is complete.
  esp_err_t finish();
  esp_err_t abort();
  void close();

  // The description of the image that arrives, whose bytes are read if they were not before.
  esp_err_t read_app_description(esp_app_desc_t& into);
  esp_err_t read_bootloader_description(esp_bootloader_desc_t& into);

  bool is_complete_data_received() const;
  bool has_begun() const { return conversation_->has_begun() || resumes(); }
  std::uint32_t bytes_done() const { return conversation_->bytes_done(); }
  std::int64_t image_bytes() const { return conversation_->image_bytes(); }
  int status_code() const { return conversation_->status_code(); }
  bool decrypts() const { return service_.config().https_ota_decrypt_cb; }

 private:
  using Wish = core::Wish;

  struct Freed {
    void operator()(char* memory) const { std::free(memory); }
  };

  bool resumes() const { return conversation_->resumed_at() != 0; }
  esp_err_t choose_partitions();
  esp_err_t make_client();
  core::UpdateConversation::Options options() const;
  std::uint32_t resume_position();

  // The exchange of requests and answers.
  esp_err_t connect();
  void carry_out(const Wish& wish);
  void send_request(const Wish& wish);
  esp_err_t exchange(bool on_open_connection);
  esp_err_t send(bool on_open_connection);
  void set_range(const Wish& wish);
  void set_header(const char* name, const std::string& value);
  core::HttpAnswer read_answer() const;
  void remember_content();
  void redirect();
  void authorize();
  void drain();

  // The body.
  esp_err_t fill_first_read();
  esp_err_t read_first();
  esp_err_t read_more();
  esp_err_t take(Bytes received, bool is_first);
  esp_err_t decrypt(Bytes& bytes, std::unique_ptr<char, Freed>& plain);
  void post_header_events(Bytes first);
  esp_err_t description_bytes(MutableBytes into);

  int read_body(char* into, std::uint32_t bytes);
  void settle_journal(bool is_valid);
  void log_times() const;
  esp_err_t refuse(Error error);
  esp_err_t give_up_slow_server();

  esp_https_ota_config_t config_;
  UpdateService& service_;
  const core::Partition* staging_ = nullptr;
  const core::Partition* final_ = nullptr;
  std::optional<core::UpdateConversation> conversation_;
  esp_http_client_handle_t client_ = nullptr;
  std::unique_ptr<char, Freed> buffer_;
  std::uint32_t buffer_bytes_ = 0;
  std::uint32_t first_read_bytes_ = 0;  // in the buffer, not handed on yet
  FirstBytes first_bytes_{Bytes{}};
  UpdateTimes times_;
  DownloadPace pace_;
  // The file that the parts so far came from; kept over a reset when the program wants to resume.
  ResumeEntry content_;
  bool content_is_known_ = false;
  int timeout_ms_ = 0;
  // What the client said, where the conversation only knows that something failed.
  esp_err_t client_error_ = ESP_FAIL;
};

}  // namespace rota::idf
