// rota image verify: each check of an image with pass or fail and what it means, for any chip.
#include "cli/image_verify.h"

#include <unistd.h>

#include <cerrno>

#include "cli/board_access.h"
#include "cli/commands.h"
#include "cli/json.h"
#include "cli/neighbour.h"
#include "cli/table_source.h"
#include "formats/identify.h"

namespace rota::cli {
namespace {

enum class Verdict : std::uint8_t { kPass, kFail, kSkipped };

struct Check {
  std::string_view key;
  std::string_view name;
  Verdict verdict = Verdict::kPass;
  std::string detail;          // what was found
  std::optional<Error> error;  // of a failure: its meaning is in the catalogue
};

// What the person says about the device.
struct Device {
  const formats::ChipFacts* chip = nullptr;
  std::optional<std::uint16_t> revision;
  std::uint32_t slot_bytes = 0;  // 0: not given
};

class Checklist {
 public:
  Checklist(const ImageReport& report, const Device& device) : report_(report), device_(device) {}

  std::vector<Check> run() {
    header();
    segments();
    description();
    placement();
    integrity();
    size();
    signature();
    return std::move(checks_);
  }

 private:
  void add(std::string_view key,
           std::string_view name,
           std::optional<Error> error,
           std::string detail) {
    checks_.push_back(
        {key, name, error ? Verdict::kFail : Verdict::kPass, std::move(detail), error});
  }
  void skip(std::string_view key, std::string_view name, std::string why) {
    checks_.push_back({key, name, Verdict::kSkipped, std::move(why), std::nullopt});
  }
  bool is_app() const { return report_.kind == core::ImageKind::kApp; }

  void header();
  void segments();
  void description();
  void placement();
  void integrity();
  void size();
  void signature();

  const ImageReport& report_;
  const Device& device_;
  std::vector<Check> checks_;
};

void Checklist::header() {
  const formats::ImageHeader& header = report_.header;
  const formats::ChipFacts* wanted = device_.chip != nullptr ? device_.chip : report_.chip;
  std::string names = report_.chip != nullptr
                          ? std::string(report_.chip->name)
                          : fmt::format("an unknown chip, id 0x{:04x}", header.chip_id);
  if (wanted != nullptr && wanted != report_.chip) names += fmt::format(", not {}", wanted->name);
  add("chip", "chip",
      report_.chip == nullptr || wanted != report_.chip ? std::optional(Error::kImageWrongChip)
                                                        : std::nullopt,
      names);
  const bool has_maximum =
      is_app() && header.max_chip_revision != 0 && header.max_chip_revision != 0xFFFF;
  const std::string range =
      fmt::format("{} to {}", revision_text(header.min_chip_revision),
                  has_maximum ? revision_text(header.max_chip_revision) : "any");
  if (!device_.revision) {
    skip("revision", "chip revision", range + "; --chip-revision checks it");
  } else {
    std::optional<Error> error;
    if (*device_.revision < header.min_chip_revision) error = Error::kImageChipTooOld;
    if (has_maximum && *device_.revision > header.max_chip_revision)
      error = Error::kImageChipTooNew;
    add("revision", "chip revision", error,
        fmt::format("{}, accepts {}", revision_text(*device_.revision), range));
  }
}

void Checklist::segments() {
  const std::uint8_t count = report_.header.segment_count;
  add("segment_count", "segment count",
      count > formats::kMaxSegments ? std::optional(Error::kImageTooManySegments) : std::nullopt,
      fmt::format("{} of at most {}", count, formats::kMaxSegments));
  std::optional<Error> error;
  std::string detail = "multiples of 4, inside the file";
  for (std::size_t i = 0; i < report_.segments.size() && !error; ++i) {
    const SegmentReport& segment = report_.segments[i];
    if (segment.header.data_bytes % 4 == 0 && segment.header.data_bytes < 0x1000000) continue;
    error = Error::kImageSegmentLength;
    detail = fmt::format("segment {} at 0x{:x} has {} bytes", i, segment.offset,
                         grouped(segment.header.data_bytes));
  }
  if (!error && !report_.is_whole && count <= formats::kMaxSegments) {
    error = Error::kImageTooShort;
    detail = fmt::format("there are {} bytes", grouped(report_.range_bytes));
    if (!report_.segments.empty()) {
      const SegmentReport& last = report_.segments.back();
      detail += fmt::format("; segment {} begins at 0x{:x} and ends at 0x{:x}",
                            report_.segments.size() - 1, last.offset,
                            std::uint64_t{last.offset} + last.header.data_bytes);
    }
  }
  add("segment_lengths", "segment lengths", error, detail);
}

void Checklist::description() {
  if (!is_app()) {
    add("description", "description", std::nullopt,
        report_.bootloader ? fmt::format("bootloader version {}", report_.bootloader->version)
                           : "none, as bootloaders from before ESP-IDF v5.2");
    return;
  }
  if (report_.app) {
    add("description", "app description", std::nullopt,
        printable(fmt::format("{} {}", report_.app->project_name(), report_.app->version())));
    return;
  }
  const bool is_short = report_.segments.empty() ||
                        report_.segments[0].header.data_bytes < formats::kAppDescriptionBytes;
  const bool is_needed = report_.chip != nullptr && report_.chip->page_size_in_image;
  if (is_short || is_needed) {
    add("description", "app description",
        is_short ? Error::kImageFirstSegmentTooShort : Error::kDescriptionMissing, "none");
  } else {
    skip("description", "app description",
         "none: this chip starts it, but nobody can tell its version");
  }
}

void Checklist::placement() {
  if (report_.chip == nullptr) {
    skip("alignment", "mapped segments", "the chip is not known");
    skip("load_addresses", "load addresses", "the chip is not known");
    return;
  }
  const std::uint32_t page = mmu_page_bytes(report_);
  std::optional<Error> misaligned;
  std::optional<Error> homeless;
  std::string where = fmt::format("aligned to pages of {}", size_text(page));
  std::string address = "RAM of the chip, or its flash mapping";
  for (std::size_t i = 0; i < report_.segments.size(); ++i) {
    const formats::SegmentHeader& segment = report_.segments[i].header;
    const bool is_mapped = report_.chip->maps(segment.load_address);
    if (is_mapped && ((report_.segments[i].offset ^ segment.load_address) & (page - 1)) != 0) {
      misaligned = Error::kImageSegmentMisaligned;
      where = fmt::format("segment {} at 0x{:x} can not be mapped to 0x{:08x}", i,
                          report_.segments[i].offset, segment.load_address);
    }
    const bool is_loaded = segment.data_bytes > 0 && segment.load_address >= 0x10000000 &&
                           !is_mapped && segment.load_address != formats::kNativePayloadAddress;
    if (is_app() && is_loaded &&
        !report_.chip->loads_into_ram(segment.load_address, segment.data_bytes)) {
      homeless = Error::kImageBadLoadAddress;
      address = fmt::format("segment {} wants to be at 0x{:08x}", i, segment.load_address);
    }
  }
  add("alignment", "mapped segments", misaligned, where);
  add("load_addresses", "load addresses", homeless,
      report_.is_native ? "Rota native payload: virtual boards only" : address);
}

void Checklist::integrity() {
  if (!report_.is_whole) {
    skip("checksum", "checksum", "the image is cut short");
    skip("sha256", "SHA-256", "the image is cut short");
    return;
  }
  add("checksum", "checksum",
      report_.checksum_is_good() ? std::nullopt : std::optional(Error::kImageBadChecksum),
      report_.checksum_is_good() ? fmt::format("0x{:02x}", report_.stored_checksum)
                                 : fmt::format("0x{:02x} is stored, 0x{:02x} is right",
                                               report_.stored_checksum, report_.computed_checksum));
  if (!report_.has_digest) {
    skip("sha256", "SHA-256", "none appended: only the one-byte checksum protects this image");
  } else if (report_.digest_is_good()) {
    add("sha256", "SHA-256", std::nullopt, hex_text(report_.stored_digest));
  } else if (!is_app()) {
    skip("sha256", "SHA-256", "differs; flashing tools patch a bootloader's header");
  } else {
    add("sha256", "SHA-256", Error::kImageBadDigest,
        fmt::format("{} is stored", hex_text(report_.stored_digest)));
  }
}

void Checklist::size() {
  if (!report_.is_whole) return;
  const std::string bytes = fmt::format("{} bytes", grouped(report_.image_bytes));
  if (device_.slot_bytes == 0) {
    skip("size", "size", bytes + "; --slot-size checks it");
    return;
  }
  const bool fits = report_.image_bytes <= device_.slot_bytes;
  add("size", "size", fits ? std::nullopt : std::optional(Error::kImageLargerThanPartition),
      fmt::format(
          "{} of {} ({})", bytes, size_text(device_.slot_bytes),
          fits ? fmt::format("{} free", grouped(device_.slot_bytes - report_.image_bytes))
               : fmt::format("{} too many", grouped(report_.image_bytes - device_.slot_bytes))));
}

void Checklist::signature() {
  if (report_.signatures.empty()) {
    skip("signature", "signature", "unsigned");
    return;
  }
  skip("signature", "signature",
       fmt::format("{} block{}; --secure-boot verifies", report_.signatures.size(),
                   report_.signatures.size() == 1 ? "" : "s"));
}

std::string_view word_of(Verdict verdict) {
  switch (verdict) {
    case Verdict::kPass:
      return "pass";
    case Verdict::kFail:
      return "FAIL";
    case Verdict::kSkipped:
      return "-";
  }
  return "-";
}

Ink ink_of(Verdict verdict) {
  return verdict == Verdict::kPass   ? Ink::kGreen
         : verdict == Verdict::kFail ? Ink::kRed
                                     : Ink::kDim;
}

void print_text(Console& console, const std::string& heading, const std::vector<Check>& checks) {
  console.print("{}\n\n", heading);
  for (const Check& check : checks) {
    constexpr std::size_t kIndent = 26;
    const std::string lead = "  " +
                             console.ink(ink_of(check.verdict), padded(word_of(check.verdict), 6)) +
                             padded(check.name, 18);
    std::string text = wrap(printable(check.detail), kIndent);
    console.write(text.replace(0, kIndent, lead));
    if (check.error) {
      const ErrorText& why = describe(*check.error);
      console.write(wrap(fmt::format("{} {} {}", why.what, why.cause, why.next), kIndent));
    }
  }
}

Json json_of(const std::vector<Check>& checks) {
  Json list = Json::array();
  for (const Check& check : checks) {
    list.push_back({{"check", check.key},
                    {"verdict", check.verdict == Verdict::kPass   ? "pass"
                                : check.verdict == Verdict::kFail ? "fail"
                                                                  : "skipped"},
                    {"detail", printable(check.detail)},
                    {"error", check.error ? Json(describe(*check.error).name) : Json(nullptr)}});
  }
  return list;
}

Result<Device, Refusal> chosen_device(const Invocation& invocation) {
  Device device;
  if (const auto name = invocation.value("--chip")) {
    const auto chip = chip_named(*name);
    if (!chip) return Failed{chip.error()};
    device.chip = *chip;
  }
  if (invocation.has("--chip-revision")) {
    const auto revision = invocation.number("--chip-revision", 0, 65535);
    if (!revision) return Failed{revision.error()};
    device.revision = static_cast<std::uint16_t>(*revision);
  }
  const auto slot_bytes = invocation.number("--slot-size", 0);
  if (!slot_bytes) return Failed{slot_bytes.error()};
  device.slot_bytes = *slot_bytes;
  return device;
}

struct Verified {
  std::string name;  // "app.bin", "ota_0 at 0x110000"
  ImageReport report;
  std::vector<Check> checks;
  bool is_sound = true;
};

Verified verified(std::string name, ImageReport report, const Device& device) {
  Verified result{std::move(name), std::move(report), {}, true};
  result.checks = Checklist(result.report, device).run();
  for (const Check& check : result.checks) {
    if (check.verdict == Verdict::kFail) result.is_sound = false;
  }
  // Whatever the list shows, core's verifier has the last word.
  const auto& refused = result.report.refused;
  if (result.is_sound && refused) {
    result.is_sound = false;
    result.checks.push_back(
        {"verifier", "verifier", Verdict::kFail, "refuses the image", *refused});
  }
  return result;
}

std::string heading_of(const Verified& one) {
  const std::string chip = one.report.chip != nullptr ? std::string(one.report.chip->name)
                                                      : std::string("an unknown chip");
  return fmt::format("{}: {} for {}", printable(one.name),
                     one.report.is_native ? "Rota native image with the header"
                     : one.report.kind == core::ImageKind::kBootloader ? "bootloader image"
                                                                       : "app image",
                     chip);
}

// Where a dump's bootloader lies: at the offset of the chip that it names.
std::optional<Verified> verify_bootloader(InputFile& file,
                                          const Device& device,
                                          std::uint32_t table_offset) {
  for (const std::uint32_t at : {0x1000U, 0x0U, 0x2000U}) {
    if (at >= table_offset) continue;
    const core::FlashRange range{{at}, table_offset - at};
    auto report = read_image(file, range, core::ImageKind::kBootloader);
    if (!report || report->chip == nullptr || report->chip->bootloader_offset != at) continue;
    const formats::ChipFacts* chip = device.chip != nullptr ? device.chip : report->chip;
    return verified(fmt::format("bootloader at 0x{:x}", at), std::move(report).value(),
                    {chip, device.revision, range.size_bytes});
  }
  return std::nullopt;
}

// A whole dump: its bootloader, and every image that its table has a place for.
Result<std::vector<Verified>, Refusal> verify_dump(InputFile& file, const Device& given) {
  const auto source = find_table(file, std::nullopt, std::nullopt);
  if (!source) return Failed{source.error()};
  std::vector<Verified> all;
  Device device = given;
  if (auto bootloader = verify_bootloader(file, device, source->table_offset)) {
    if (device.chip == nullptr) device.chip = bootloader->report.chip;
    all.push_back(std::move(*bootloader));
  }
  for (const formats::PartitionRow& row : source->rows) {
    if (!row.is_app()) continue;
    auto report = read_image(file, {{row.offset}, row.size}, core::ImageKind::kApp);
    if (!report && report.error() == Error::kImageIsErased) continue;
    const std::string name = fmt::format("{} at 0x{:x}", row.label(), row.offset);
    if (!report) {
      Verified broken{name, {}, {}, false};
      broken.report.chip = device.chip;
      broken.checks.push_back({"image", "image", Verdict::kFail, "none", report.error()});
      all.push_back(std::move(broken));
      continue;
    }
    if (device.chip == nullptr) device.chip = report->chip;
    all.push_back(
        verified(name, std::move(report).value(), {device.chip, device.revision, row.size}));
  }
  return all;
}

Outcome run_signature_program(const Invocation& invocation) {
  const auto program = neighbour_program("rota-signature");
  if (!program) return Failed{program.error()};
  std::vector<std::string> words{*program};
  for (const auto& [name, value] : invocation.given) {
    words.emplace_back(name);
    if (!value.empty()) words.emplace_back(value);
  }
  words.emplace_back("--");
  words.emplace_back(invocation.operands[0]);
  std::vector<char*> arguments;
  arguments.reserve(words.size() + 1);
  for (std::string& word : words) arguments.push_back(word.data());
  arguments.push_back(nullptr);
  invocation.console->flush();
  execv(program->c_str(), arguments.data());
  return refuse(system_sentence("start", *program, errno));
}

Outcome run(const Invocation& invocation) {
  if (invocation.has("--secure-boot")) return run_signature_program(invocation);
  if (invocation.has("--key-digest") || invocation.has("--blocks")) {
    return wrong_use("--key-digest and --blocks go with --secure-boot rsa, p256 or p384.");
  }
  const auto device = chosen_device(invocation);
  if (!device) return Failed{device.error()};
  auto file = InputFile::open(invocation.operands[0]);
  if (!file) return Failed{file.error()};
  const bool is_part = invocation.has("--offset") || invocation.has("--partition");
  const auto first = file->read_some(0, 64U * 1024U);
  if (!first) return Failed{first.error()};
  std::vector<Verified> all;
  if (!is_part &&
      formats::identify(*first, file->size()).kind == formats::ContentKind::kMergedFlash) {
    auto found = verify_dump(*file, *device);
    if (!found) return Failed{found.error()};
    all = std::move(found).value();
    if (all.empty()) return refuse(fmt::format("{} holds no image.", file->name()));
  } else {
    const auto range = chosen_image_range(invocation, *file);
    if (!range) return Failed{range.error()};
    auto report = read_image(*file, *range, kind_of_image(*file, *range));
    if (!report) {
      return is_part ? Outcome(refuse(fmt::format("{} at 0x{:x}", file->name(), range->start.value),
                                      report.error()))
                     : Outcome(refuse(
                           fmt::format("{} is not an image. {}", file->name(), what_it_is(*file))));
    }
    Device with_slot = *device;
    if (invocation.has("--partition") && with_slot.slot_bytes == 0)
      with_slot.slot_bytes = range->size_bytes;
    all.push_back(verified(file->name(), std::move(report).value(), with_slot));
  }
  bool all_sound = true;
  Json images = Json::array();
  Console& console = *invocation.console;
  for (std::size_t i = 0; i < all.size(); ++i) {
    const Verified& one = all[i];
    all_sound = all_sound && one.is_sound;
    if (invocation.has(kJsonOption.name)) {
      images.push_back({{"image", printable(one.name)},
                        {"sound", one.is_sound},
                        {"checks", json_of(one.checks)}});
      continue;
    }
    print_text(console, fmt::format("{}{}", i == 0 ? "" : "\n", heading_of(one)), one.checks);
    console.print("\n  {}\n", one.is_sound ? console.ink(Ink::kGreen, "Sound: every check passed.")
                                           : console.ink(Ink::kRed, "Refused."));
  }
  if (invocation.has(kJsonOption.name))
    print_json(console, {{"sound", all_sound}, {"images", images}});
  return all_sound ? Outcome() : Outcome(answer_is_no());
}

}  // namespace

Result<core::FlashRange, Refusal> chosen_image_range(const Invocation& invocation,
                                                     InputFile& file) {
  if (const auto name = invocation.value("--partition")) {
    const auto source = find_table(file, std::nullopt, std::nullopt);
    if (!source) return Failed{source.error()};
    const formats::PartitionRow* row = find_partition(source->rows, *name);
    if (row == nullptr) {
      return refuse(fmt::format("the table has no partition '{}'; it has {}.", printable(*name),
                                partition_names(source->rows)));
    }
    if (row->offset >= file.size() || row->size > file.size() - row->offset) {
      return refuse(fmt::format("{} ends at 0x{:x}, before {} does; give a whole flash dump.",
                                file.name(), file.size(), printable(row->label())));
    }
    return core::FlashRange{{row->offset}, row->size};
  }
  const auto offset = invocation.number("--offset", 0);
  if (!offset) return Failed{offset.error()};
  if (*offset != 0 && *offset >= file.size()) {
    return refuse(fmt::format("{} has {} bytes, so there is nothing at 0x{:x}.", file.name(),
                              grouped(file.size()), *offset));
  }
  return core::FlashRange{{*offset}, file.size() - *offset};
}

core::ImageKind kind_of_image(core::Flash& flash, core::FlashRange range) {
  return is_bootloader_image(flash, range) ? core::ImageKind::kBootloader : core::ImageKind::kApp;
}

constinit const CommandSpec kImageVerify{
    .name = "image verify",
    .summary = "check an image, each check with its verdict; with --secure-boot its signature",
    .usage =
        "FILE [--offset N | --partition NAME] [--chip NAME] [--slot-size SIZE] [--json]\n"
        "       rota image verify --secure-boot rsa|p256|p384 --key-digest HEX ... [--blocks N] "
        "FILE",
    .about =
        "Goes through every check that a bootloader makes, for any chip. A flash dump or board has "
        "all its images checked. With --secure-boot, exit status 0 only when a signature block is "
        "accepted: CRC, scheme, curve, trusted key, the digest of this very image, and a valid "
        "signature.",
    .example =
        "rota image verify build/app.bin --chip esp32c3 --slot-size 1500K\n"
        "rota image verify --secure-boot rsa --key-digest $(xxd -p -c 32 key.digest.bin) app.bin",
    .options = kImageVerifyOptions,
    .min_operands = 1,
    .max_operands = 1,
    .run = run,
};

}  // namespace rota::cli
