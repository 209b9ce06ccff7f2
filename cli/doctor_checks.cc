#include "cli/doctor_checks.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "cli/bootloader_code.h"
#include "cli/certificate_scan.h"
#include "cli/diagnosis.h"
#include "cli/known_keys.h"
#include "cli/table_source.h"
#include "core/partition_access.h"
#include "formats/partition_csv.h"

namespace rota::cli {
namespace {

using formats::OtaRecord;
using formats::OtaState;
using formats::PartitionRow;

constexpr unsigned kTightPercent = 95;
constexpr unsigned kRoomyPercent = 80;

class Examination {
 public:
  Examination(core::Flash& flash, const FlashPicture& picture, const DoctorQuestion& question)
      : flash_(flash), picture_(picture), forecast_(picture.forecast), question_(question) {}

  std::vector<DoctorFinding> run() {
    bootloader();
    rollback();
    anti_rollback();
    table();
    ota_data();
    slots();
    for (const SlotPicture& slot : picture_.slots) {
      if (slot.image) image(slot);
    }
    same_versions();
    return std::move(findings_);
  }

 private:
  void add(std::string_view key,
           Severity severity,
           std::string finding,
           std::string remedy = {},
           Certainty certainty = Certainty::kSure) {
    findings_.push_back({key, severity, certainty, std::move(finding), std::move(remedy)});
  }
  // True when this text stands in the bootloader: a message of something that it was built with.
  bool bootloader_says(std::string_view text);
  // Where its code gives images up that nobody confirmed; nullopt when it has no such code.
  std::optional<std::uint32_t> bootloader_gives_up();
  bool bootloader_has_code() const;
  void bootloader();
  void rollback();
  void rollback_by_code();
  void anti_rollback();
  void table();
  void ota_data();
  void slots();
  void image(const SlotPicture& slot);
  void header_of(const SlotPicture& slot);
  void keys_of(const SlotPicture& slot);
  void texts_of(const SlotPicture& slot);
  void certificate(const FoundCertificate& certificate, const std::string& where);
  void same_versions();

  core::Flash& flash_;
  const FlashPicture& picture_;
  const BootForecast& forecast_;
  const DoctorQuestion& question_;
  std::optional<ImageReport> bootloader_;
  std::vector<DoctorFinding> findings_;
};

void Examination::bootloader() {
  if (!forecast_.has_bootloader) {
    add("bootloader", Severity::kError,
        fmt::format("There is no bootloader for {} at 0x{:x}.", forecast_.chip->name,
                    forecast_.chip->bootloader_offset),
        "Flash the bootloader of the project's build there.");
    return;
  }
  const std::uint32_t at = forecast_.chip->bootloader_offset;
  const auto report =
      read_image(flash_, {{at}, forecast_.table_offset - at}, core::ImageKind::kBootloader);
  if (!report) return;
  bootloader_ = *report;
  if (report->refused) {
    add("bootloader", Severity::kError,
        fmt::format("The bootloader is damaged. {}", describe(*report->refused).what),
        "Flash the bootloader of the project's build again.");
  } else {
    const std::string version = report->bootloader ? printable(report->bootloader->idf_version())
                                                   : std::string("before ESP-IDF v5.2");
    add("bootloader", Severity::kOk,
        fmt::format("Bootloader for {}, {}.", forecast_.chip->name, version));
  }
  const std::uint32_t size = report->header.flash_bytes();
  if (size > flash_.geometry().size_bytes && question_.has_ota_data) {
    add("flash_size", Severity::kWarning,
        fmt::format("The bootloader takes the flash for {}, and this dump has {}.", size_text(size),
                    size_text(flash_.geometry().size_bytes)),
        "Set the flash size of the project to that of the chip, or dump the whole chip.",
        Certainty::kLikely);
  }
}

bool Examination::bootloader_says(std::string_view text) {
  if (!bootloader_ || !bootloader_->is_whole) return false;
  std::vector<std::byte> bytes(bootloader_->image_bytes);
  return flash_.read({forecast_.chip->bootloader_offset}, bytes).ok() &&
         rota::text_of(bytes).find(text) != std::string_view::npos;
}

std::optional<std::uint32_t> Examination::bootloader_gives_up() {
  const formats::ChipId chip = forecast_.chip->id;
  const bool is_xtensa = chip == formats::ChipId::kEsp32 || chip == formats::ChipId::kEsp32S2 ||
                         chip == formats::ChipId::kEsp32S3;
  for (const SegmentReport& segment : bootloader_->segments) {
    std::vector<std::byte> code(segment.header.data_bytes);
    if (!flash_.read({forecast_.chip->bootloader_offset + segment.offset}, code).ok()) continue;
    const auto address = rollback_code_address(code, segment.header.load_address,
                                               is_xtensa ? Processor::kXtensa : Processor::kRiscV);
    if (address) return address;
  }
  return std::nullopt;
}

// A stand-in without code, as a test or another tool makes it, says nothing.
bool Examination::bootloader_has_code() const {
  constexpr std::uint32_t kLeastBytes = 8192;  // every ESP-IDF bootloader has more
  return bootloader_ && bootloader_->is_whole && !bootloader_->refused &&
         bootloader_->image_bytes >= kLeastBytes;
}

void Examination::rollback_by_code() {
  const std::string_view test =
      "Install an update on one device and read its state while it runs: PENDING_VERIFY means "
      "armed, NEW means not.";
  if (!bootloader_has_code()) {
    add("rollback", Severity::kWarning,
        "Whether the bootloader arms rollback can not be read from this flash.",
        fmt::format("{} Default in ESP-IDF is off.", test), Certainty::kUnknown);
  } else if (const auto address = bootloader_gives_up()) {
    add("rollback", Severity::kOk,
        fmt::format("Rollback is armed: the bootloader's code at 0x{:08x} marks both records "
                    "ABORTED, which only a build with rollback does.",
                    *address),
        "", Certainty::kLikely);
  } else {
    add("rollback", Severity::kWarning,
        "Rollback is probably NOT armed: no code of this bootloader marks a record ABORTED.",
        fmt::format("{} It is switched on with CONFIG_BOOTLOADER_APP_ROLLBACK_ENABLE and a new "
                    "bootloader, flashed over USB.",
                    test),
        Certainty::kLikely);
  }
}

void Examination::rollback() {
  if (forecast_.settings_known) {
    const bool on = forecast_.settings.rollback;
    add("rollback", on ? Severity::kOk : Severity::kError,
        on ? "Rollback is armed in the bootloader: an image that does not confirm itself is given "
             "up."
           : "Rollback is NOT armed: the bootloader was built without it, and a bad image stays "
             "for ever.",
        on ? ""
           : "Build the bootloader with CONFIG_BOOTLOADER_APP_ROLLBACK_ENABLE and flash it over "
             "USB; an "
             "app update can not switch it on.");
    return;
  }
  if (bootloader_says("Anti-rollback is set")) {
    add("rollback", Severity::kOk,
        "Rollback is armed: the bootloader carries the message of anti-rollback, which needs it.",
        "", Certainty::kLikely);
    return;
  }
  const auto has_state = [&](OtaState state) {
    return std::any_of(
        forecast_.records.begin(), forecast_.records.end(),
        [&](const OtaRecord& record) { return record.check_is_good() && record.state == state; });
  };
  if (has_state(OtaState::kPendingVerify) || has_state(OtaState::kAborted)) {
    add("rollback", Severity::kOk,
        "Rollback is armed: OTA data hold a state that only a bootloader with rollback writes.");
    return;
  }
  rollback_by_code();
  if (has_state(OtaState::kNew)) {
    add("rollback", Severity::kNote,
        "OTA data hold a record in state NEW: if that image has run already, rollback is not "
        "armed.",
        "Start the board once and look again: PENDING_VERIFY means armed, NEW means not.",
        Certainty::kLikely);
  }
}

void Examination::anti_rollback() {
  if (!forecast_.settings.anti_rollback || !question_.burned_fuses) return;
  const unsigned width = forecast_.settings.secure_version_width;
  const unsigned used = *question_.burned_fuses;
  add("efuse_bits",
      used >= width           ? Severity::kError
      : used * 4 >= width * 3 ? Severity::kWarning
                              : Severity::kOk,
      fmt::format("{} of {} eFuse bits of the secure version are burned, {} are left.", used, width,
                  width - std::min(used, width)),
      used * 4 >= width * 3 ? "Raise the secure version only for security fixes." : "");
}

void Examination::table() {
  if (forecast_.table_refused) {
    add("table", Severity::kError,
        sentence_of("The bootloader refuses the table", *forecast_.table_refused));
    return;
  }
  std::vector<std::byte> raw(core::kSectorBytes, std::byte{0xFF});
  if (!flash_.read({forecast_.table_offset}, raw).ok()) return;
  const auto by_app = formats::read_table_as_app(raw);
  if (!by_app.ok()) {
    add("table", Severity::kError,
        sentence_of("The application refuses the table", by_app.error()));
    return;
  }
  formats::CsvOptions options;
  options.table_offset = forecast_.table_offset;
  const auto verified = formats::verify_rows(*by_app, options);
  std::array<char, 600> text{};
  if (!verified.ok()) {
    add("table", Severity::kWarning,
        "The table breaks a rule of ESP-IDF's tool: " +
            printable(formats::describe(verified.error(), text)),
        "Build the table anew from its CSV.");
  } else {
    add("table", Severity::kOk,
        fmt::format("The partition table is sane: {} partitions.", by_app->size()));
  }
  const std::uint32_t app_slots = core::app_slot_count(forecast_.rows);
  if (forecast_.table.slot_count < 2) {
    add("slots", Severity::kError,
        fmt::format("The table has {} OTA slot{}: an update needs two, or it overwrites what runs.",
                    forecast_.table.slot_count, forecast_.table.slot_count == 1 ? "" : "s"),
        "Use a table with ota_0 and ota_1: rota table plan --propose.");
  } else if (app_slots != forecast_.table.slot_count) {
    add("slots", Severity::kError,
        fmt::format(
            "The slots are not numbered ota_0, ota_1, ... without gaps: the bootloader counts {}, "
            "applications count {}.",
            forecast_.table.slot_count, app_slots),
        "Number the slots from ota_0 on without gaps.");
  }
  if (forecast_.table.ota_data.size_bytes == 0) {
    add("ota_data", Severity::kError,
        "The table has no OTA data partition: nothing can select a slot.",
        "Add a row of type data, subtype ota, size 0x2000.");
  }
}

void Examination::ota_data() {
  if (!question_.has_ota_data || forecast_.table.ota_data.size_bytes == 0) return;
  for (std::size_t i = 0; i < 2; ++i) {
    const OtaRecord& record = forecast_.records[i];
    if (record.sequence != formats::kBlankSequence && !record.check_is_good()) {
      add("ota_data", Severity::kWarning,
          fmt::format("OTA data record {} is damaged: its check word is wrong.", i),
          "The next update writes it anew; until then the other record decides.");
    }
    if (record.sequence >= 0xFFFFFF00U && record.sequence != formats::kBlankSequence) {
      add("ota_data", Severity::kError,
          fmt::format("OTA data record {} has the sequence {}, close to the "
                      "end of the numbers.",
                      i, record.sequence),
          "Erase OTA data: rota otadata erase.");
    }
  }
  const DiagnosisContext context{question_.flash_name, nullptr,
                                 question_.boot.secure_version_fuses};
  for (const Finding& finding : diagnose(flash_, picture_, context)) {
    const bool matters =
        finding.key == "never_confirmed" || finding.key == "rejected_itself" ||
        finding.key == "newer_image_not_selected" || finding.key == "table_changed" ||
        finding.key == "both_records_name_one_slot" || finding.key.starts_with("selected_");
    if (matters) add("ota_data", Severity::kWarning, finding.sentence);
  }
  if (!forecast_.starts) {
    add("boot", Severity::kError, "Nothing boots from this flash.",
        "rota why shows what each image lacks.");
  }
  if (std::none_of(findings_.begin(), findings_.end(),
                   [](const DoctorFinding& one) { return one.key == "ota_data"; })) {
    add("ota_data", Severity::kOk, "OTA data are sane.");
  }
}

// Room to grow: today's largest app against the smallest slot.
void Examination::slots() {
  const PartitionRow* smallest = nullptr;
  for (const PartitionRow& row : forecast_.rows) {
    if (row.is_ota_slot() && (smallest == nullptr || row.size < smallest->size)) smallest = &row;
  }
  std::uint32_t largest = 0;
  for (const SlotPicture& slot : picture_.slots) {
    if (slot.image && slot.image->is_whole) largest = std::max(largest, slot.image->image_bytes);
  }
  if (smallest == nullptr || largest == 0) return;
  const std::string slot = printable(smallest->label());
  if (largest > smallest->size) {
    add("growth", Severity::kError,
        fmt::format("The app has {} bytes and {} has room for {}: it can not be "
                    "updated to its own size.",
                    grouped(largest), slot, grouped(smallest->size)),
        "Make the slots larger: rota table plan --propose --image FILE.");
    return;
  }
  const auto percent = static_cast<unsigned>(largest * 100ULL / std::max(smallest->size, 1U));
  const std::string text =
      fmt::format("The largest app fills {} % of the smallest slot ({}), {} bytes are left.",
                  percent, slot, grouped(smallest->size - largest));
  if (percent >= kTightPercent) {
    add("growth", Severity::kWarning, text,
        "Make the app smaller or the slots larger before the next release; "
        "a table can not be changed over the air safely.");
  } else {
    add("growth", percent >= kRoomyPercent ? Severity::kNote : Severity::kOk, text);
  }
}

void Examination::header_of(const SlotPicture& slot) {
  const ImageReport& image = *slot.image;
  const std::string where = printable(slot.row.label());
  if (image.refused) {
    add("image", Severity::kError,
        fmt::format("{} holds {}. {}", where, content_text(slot), describe(*image.refused).what),
        std::string(describe(*image.refused).next));
  } else {
    add("image", Severity::kOk,
        fmt::format("{} holds {}, sound, {} bytes{}.", where, content_text(slot),
                    grouped(image.image_bytes),
                    image.signatures.empty() ? ", unsigned" : ", signed"));
  }
  if (!image.app) {
    add("description", Severity::kWarning,
        fmt::format("The image in {} has no description.", where),
        "Without it nobody can tell its version; link the app with esp_app_format.");
  }
  if (!image.has_digest) {
    add("digest", Severity::kWarning, fmt::format("The image in {} carries no SHA-256.", where),
        "Build it with the digest appended: a one-byte checksum misses damage.");
  }
  const std::uint32_t declared = image.header.flash_bytes();
  if (declared > forecast_.flash_bytes) {
    add("flash_size", Severity::kWarning,
        fmt::format("The image in {} was built for {} of flash, the bootloader for {}.", where,
                    size_text(declared), size_text(forecast_.flash_bytes)),
        "Build app and bootloader with one setting.", Certainty::kLikely);
  }
  if (bootloader_ && bootloader_->header.spi_mode != image.header.spi_mode) {
    add("spi_mode", Severity::kWarning,
        fmt::format("The image in {} was built for {}, the bootloader for {}.", where,
                    spi_mode_name(image.header.spi_mode),
                    spi_mode_name(bootloader_->header.spi_mode)),
        "Build both with one flash mode; the bootloader's is the one that counts at start.",
        Certainty::kLikely);
  }
  if (bootloader_ && bootloader_->bootloader && image.app && !forecast_.settings_known) {
    const std::string ours = printable(bootloader_->bootloader->idf_version());
    const std::string apps = printable(image.app->idf_version());
    if (ours != apps) {
      add("bootloader_version", Severity::kNote,
          fmt::format("The bootloader is of ESP-IDF {}, the app in {} of {}.", ours, where, apps),
          "Newer apps usually start under older bootloaders; test it before a rollout.",
          Certainty::kLikely);
    }
  }
}

void Examination::certificate(const FoundCertificate& certificate, const std::string& where) {
  const std::string name =
      certificate.subject.empty() ? "without a common name" : "'" + certificate.subject + "'";
  const std::string text = fmt::format("{} carries the certificate {}, valid to {}.", where, name,
                                       certificate.not_after);
  constexpr std::size_t kYearDigits = 4;
  const std::string in_a_year =
      fmt::format("{:04}{}", std::stoi(question_.today.substr(0, kYearDigits)) + 1,
                  question_.today.substr(kYearDigits));
  if (certificate.not_after < question_.today) {
    add("certificate", Severity::kError,
        text + " It has EXPIRED: the device reaches no server that needs it.",
        "Ship a new CA with an update that still gets through, or over USB.");
  } else if (certificate.not_after < in_a_year) {
    add("certificate", Severity::kWarning, text, "Ship its successor well before that day.");
  } else {
    add("certificate", Severity::kOk, text);
  }
  if (certificate.is_sample) {
    add("test_certificate", Severity::kWarning,
        fmt::format("The certificate {} looks like one of an example.", name),
        "Use a CA of your own: rota serve makes one.", Certainty::kLikely);
  }
}

void Examination::texts_of(const SlotPicture& slot) {
  if (!slot.image->is_whole) return;
  const auto texts = scan_image(flash_, {{slot.row.offset}, slot.image->image_bytes});
  if (!texts) return;
  const std::string where = "The app in " + printable(slot.row.label());
  for (const FoundCertificate& one : texts->certificates) certificate(one, where);
  if (texts->broken_certificates != 0) {
    add("certificate", Severity::kWarning,
        fmt::format("{} carries {} certificate{} that can not be read.", where,
                    texts->broken_certificates, texts->broken_certificates == 1 ? "" : "s"),
        "Check the PEM file that was embedded.");
  }
  if (texts->has_private_key) {
    add("private_key", Severity::kError,
        where + " carries a private key: whoever has the file has the key.",
        "Take it out, and give each device a key of its own.");
  }
  for (const std::string& url : texts->plain_urls) {
    add("plain_http", Severity::kWarning,
        fmt::format("{} names an update over plain HTTP: {}", where, url),
        "Use https, or sign the images.", Certainty::kLikely);
  }
}

void Examination::keys_of(const SlotPicture& slot) {
  for (const SignatureReport& one : slot.image->signatures) {
    if (one.is_v1 || one.form != formats::BlockForm::kReadable) continue;
    const auto published = published_key_of(one.key_digest);
    if (!published) continue;
    add("test_key", Severity::kError,
        fmt::format("The image in {} is signed with {}: everybody can sign for this device.",
                    printable(slot.row.label()), *published),
        "Sign with a key of your own; a device whose eFuses hold this key's digest can not be "
        "protected any more.");
  }
}

void Examination::image(const SlotPicture& slot) {
  header_of(slot);
  keys_of(slot);
  texts_of(slot);
}

void Examination::same_versions() {
  const auto& slots = picture_.slots;
  for (std::size_t i = 0; i < slots.size(); ++i) {
    for (std::size_t j = i + 1; j < slots.size(); ++j) {
      const SlotPicture& a = slots[i];
      const SlotPicture& b = slots[j];
      if (!a.image || !b.image || !a.image->app || !b.image->app) continue;
      if (a.image->app->version() != b.image->app->version() ||
          a.image->app->project_name() != b.image->app->project_name()) {
        continue;
      }
      if (a.image->is_whole && b.image->is_whole &&
          a.image->stored_digest == b.image->stored_digest)
        continue;
      add("same_version", Severity::kWarning,
          fmt::format("{} and {} hold different images with the same version {}.",
                      printable(a.row.label()), printable(b.row.label()),
                      printable(a.image->app->version())),
          "Give each build a version of its own; updates that compare versions skip such an "
          "image.");
    }
  }
}

}  // namespace

std::string_view name_of(Severity severity) {
  switch (severity) {
    case Severity::kOk:
      return "ok";
    case Severity::kNote:
      return "note";
    case Severity::kWarning:
      return "warning";
    case Severity::kError:
      return "error";
  }
  return "ok";
}

std::string_view name_of(Certainty certainty) {
  switch (certainty) {
    case Certainty::kSure:
      return "sure";
    case Certainty::kLikely:
      return "likely";
    case Certainty::kUnknown:
      return "unknown";
  }
  return "unknown";
}

Result<std::vector<DoctorFinding>, Refusal> examine(core::Flash& flash,
                                                    const std::string& name,
                                                    const DoctorQuestion& question) {
  const auto picture = picture_of(flash, name, question.boot);
  if (!picture) return Failed{picture.error()};
  return Examination(flash, *picture, question).run();
}

}  // namespace rota::cli
