// rota-signature: `rota image verify --secure-boot`, in an executable of its own because it needs
// OpenSSL.
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include "base/assert.h"
#include "cli/dispatch.h"
#include "cli/image_verify.h"
#include "cli/json.h"
#include "cli/signature_check.h"
#include "cli/table_source.h"

namespace rota::cli {
namespace {

Result<formats::SignatureScheme, Refusal> chosen_scheme(const Invocation& invocation) {
  const auto name = invocation.value("--secure-boot").value_or("");
  if (name == "rsa") return formats::SignatureScheme::kRsa3072;
  if (name == "p256") return formats::SignatureScheme::kEcdsaP256;
  if (name == "p384") return formats::SignatureScheme::kEcdsaP384;
  return wrong_use("--secure-boot is rsa, p256 or p384.");
}

Result<KeyDigest, Refusal> key_digest_of(std::string_view text) {
  KeyDigest digest{};
  if (bytes_of_hex(text, digest)) return digest;
  if (text.size() != 2 * digest.size() && path_exists(std::string(text))) {
    auto file = InputFile::open(text);
    if (!file) return Failed{file.error()};
    const auto content = file->read_some(0, digest.size() + 1);
    if (content && content->size() == digest.size()) {
      std::copy(content->begin(), content->end(), digest.begin());
      return digest;
    }
    return refuse(
        fmt::format("{} does not hold the 32 bytes of a key digest (espsecure "
                    "digest-sbv2-public-key makes one).",
                    file->name()));
  }
  return wrong_use(
      fmt::format("--key-digest needs 64 hexadecimal digits or a file with the 32 bytes, not "
                  "'{}'.",
                  printable(text)));
}

Result<SignaturePolicy, Refusal> chosen_policy(const Invocation& invocation) {
  SignaturePolicy policy;
  const auto scheme = chosen_scheme(invocation);
  if (!scheme) return Failed{scheme.error()};
  policy.scheme = *scheme;
  for (const std::string_view text : invocation.values("--key-digest")) {
    const auto digest = key_digest_of(text);
    if (!digest) return Failed{digest.error()};
    policy.trusted.push_back(*digest);
  }
  if (policy.trusted.empty()) {
    return wrong_use("say whom to trust: --key-digest HEX, once for each trusted key.");
  }
  const auto blocks =
      invocation.number("--blocks", formats::kSignatureBlockCount, formats::kSignatureBlockCount);
  if (!blocks) return Failed{blocks.error()};
  if (*blocks == 0) return wrong_use("--blocks is 1 to 3.");
  policy.blocks = *blocks;
  return policy;
}

// The signed bytes: everything before the signature sector, which directly follows the padded
// image. A file must end with that sector; in a dump the image's own length tells.
Result<core::FlashRange, Refusal> signed_range_of(const Invocation& invocation,
                                                  InputFile& file,
                                                  core::FlashRange range,
                                                  const std::optional<ImageReport>& image) {
  constexpr std::uint32_t kSector = formats::kSignatureSectorBytes;
  const bool is_part = invocation.has("--offset") || invocation.has("--partition");
  const bool has_length = image && image->is_whole;
  const std::uint32_t behind_image =
      has_length ? formats::signature_sector_of(image->image_bytes) : 0;
  if (is_part) {
    if (!has_length) {
      return refuse(
          fmt::format("there is no whole image at 0x{:x} of {}, so its signature can not be "
                      "found.",
                      range.start.value, file.name()));
    }
    if (std::uint64_t{behind_image} + kSector > range.size_bytes) {
      return refuse(
          fmt::format("{} ends at 0x{:x}, before a signature sector.", file.name(), file.size()));
    }
    return core::FlashRange{range.start, behind_image};
  }
  if (range.size_bytes < 2 * kSector || range.size_bytes % kSector != 0) {
    return refuse(
        fmt::format("{} has {} bytes; a signed image is padded to a multiple of 4096 and ends with "
                    "a signature sector of 4096. It was cut, or never signed.",
                    file.name(), grouped(range.size_bytes)));
  }
  const std::uint32_t before_sector = range.size_bytes - kSector;
  if (has_length && behind_image != before_sector) {
    return refuse(
        fmt::format("the image in {} ends at 0x{:x}, so a device looks for its signature at "
                    "0x{:x}, but the last sector of the file is at 0x{:x}.",
                    file.name(), image->image_bytes, behind_image, before_sector));
  }
  return core::FlashRange{range.start, before_sector};
}

void print_text(Console& console,
                const InputFile& file,
                core::FlashRange signed_range,
                const std::vector<CheckedBlock>& blocks,
                std::optional<std::size_t> accepted) {
  console.print("{}: {} signed bytes, signature sector at 0x{:x}\n\n", printable(file.name()),
                grouped(signed_range.size_bytes),
                signed_range.start.value + signed_range.size_bytes);
  for (std::size_t i = 0; i < blocks.size(); ++i) {
    const CheckedBlock& block = blocks[i];
    if (block.verdict == BlockVerdict::kAbsent || block.verdict == BlockVerdict::kDamaged) {
      console.print("  block {}: {}\n", i, meaning_of(block.verdict));
      continue;
    }
    console.print("  block {}: {}, key {}\n           {}\n", i, name_of(block.scheme),
                  hex_text(block.key_digest), meaning_of(block.verdict));
  }
  console.write(
      accepted ? fmt::format("\n{} by block {}.\n", console.ink(Ink::kGreen, "Accepted"), *accepted)
               : "\n" + console.ink(Ink::kRed, "Refused") +
                     ": no block is accepted; a device with secure boot does not start this.\n");
}

Json json_of(const std::vector<CheckedBlock>& blocks,
             core::FlashRange signed_range,
             std::optional<std::size_t> accepted,
             const std::optional<Error>& image_error) {
  Json list = Json::array();
  for (const CheckedBlock& block : blocks) {
    const bool readable =
        block.verdict != BlockVerdict::kAbsent && block.verdict != BlockVerdict::kDamaged;
    list.push_back({{"verdict", name_of(block.verdict)},
                    {"scheme", readable ? Json(name_of(block.scheme)) : Json(nullptr)},
                    {"key_digest", readable ? Json(hex_text(block.key_digest)) : Json(nullptr)}});
  }
  return {{"accepted", accepted.has_value() && !image_error},
          {"block", accepted ? Json(*accepted) : Json(nullptr)},
          {"signed_bytes", signed_range.size_bytes},
          {"blocks", list},
          {"image_error", image_error ? Json(describe(*image_error).name) : Json(nullptr)}};
}

Outcome run(const Invocation& invocation) {
  const auto policy = chosen_policy(invocation);
  if (!policy) return Failed{policy.error()};
  auto file = InputFile::open(invocation.operands[0]);
  if (!file) return Failed{file.error()};
  const auto range = chosen_image_range(invocation, *file);
  if (!range) return Failed{range.error()};
  std::optional<ImageReport> image;
  if (const auto report = read_image(*file, *range, kind_of_image(*file, *range))) image = *report;
  const auto signed_range = signed_range_of(invocation, *file, *range, image);
  if (!signed_range) return Failed{signed_range.error()};
  const auto blocks = check_signatures(*file, *signed_range, *policy);
  if (!blocks) return Failed{blocks.error()};
  std::optional<std::size_t> accepted;
  for (std::size_t i = 0; i < blocks->size() && !accepted; ++i) {
    if ((*blocks)[i].verdict == BlockVerdict::kAccepted) accepted = i;
  }
  // A signature over a damaged image helps nobody: a device checks the image, too.
  const std::optional<Error> image_error = image ? image->refused : std::nullopt;
  Console& console = *invocation.console;
  if (invocation.has(kJsonOption.name)) {
    print_json(console, json_of(*blocks, *signed_range, accepted, image_error));
  } else {
    print_text(console, *file, *signed_range, *blocks, accepted);
    if (image_error)
      console.write("\n" + wrap(sentence_of("The image itself is refused", *image_error), 0));
  }
  return accepted && !image_error ? Outcome() : Outcome(answer_is_no());
}

constinit const CommandSpec kVerifySignature{
    .name = "image verify",
    .summary = "verify the Secure Boot v2 signature of an image",
    .usage = "--secure-boot rsa|p256|p384 --key-digest HEX ... [--blocks N] FILE",
    .about = "",
    .example =
        "rota image verify --secure-boot rsa --key-digest $(xxd -p -c 32 key.digest.bin) app.bin",
    .options = kImageVerifyOptions,
    .min_operands = 1,
    .max_operands = 1,
    .run = run,
};

}  // namespace
}  // namespace rota::cli

// Our own bug: say where, and end without running anything else.
extern "C" [[noreturn]] void rota_assertion_failed(const char* condition,
                                                   const char* file,
                                                   int line) {
  std::fprintf(
      stderr,
      "rota-signature: this is a bug in rota, not in your files (%s, %s:%d); please report it with "
      "the command line.\n",
      condition, file, line);
  std::_Exit(1);
}

int main(int argument_count, char** argument_values) {
  std::vector<std::string_view> arguments;
  for (int i = 1; i < argument_count; ++i) arguments.emplace_back(argument_values[i]);
  rota::cli::Console console(stdout, stderr, rota::cli::looks_of(stdout));
  return static_cast<int>(
      rota::cli::run_command(rota::cli::kVerifySignature, "rota-signature", arguments, console));
}
