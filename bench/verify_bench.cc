// Digests and image verification beside OpenSSL's EVP, over the same bytes in one process.
#include <fmt/format.h>
#include <openssl/evp.h>

#include <array>
#include <cstdlib>
#include <vector>

#include "bench/report.h"
#include "board/chip/native_image.h"
#include "board/chip/nor_chip.h"
#include "core/image_verifier.h"
#include "crypto/sha256.h"

namespace rota::bench {
namespace {

constexpr std::size_t kBytes = 64U << 20U;
constexpr std::size_t kRounds = 9;

void openssl_digest(const EVP_MD* kind, Bytes bytes) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> result{};
  EVP_MD_CTX* context = EVP_MD_CTX_new();
  EVP_DigestInit_ex(context, kind, nullptr);
  EVP_DigestUpdate(context, bytes.data(), bytes.size());
  EVP_DigestFinal_ex(context, result.data(), nullptr);
  EVP_MD_CTX_free(context);
}

// A 64 MB image of a chip without the 16 MB limit, at the start of its flash.
struct LargeImage {
  LargeImage() {
    formats::AppDescription description;
    formats::set_text(description.project_name_field, "bench");
    const std::vector<std::byte> payload(kBytes - 4096, std::byte{0x5A});
    image = board::pack_native_image(payload, description, *chip.facts);
    std::copy(image.begin(), image.end(), flash.cells.begin());
  }
  core::ChipIdentity chip{
      .facts = formats::find_chip("esp32p4"), .reserved_ram = {}, .accepts_native_payload = true};
  std::vector<std::byte> image;
  board::MemoryChip flash{128U << 20U};
};

std::string rate(double seconds) {
  return fmt::format("{:.0f} MB/s", static_cast<double>(kBytes) / 1e6 / seconds);
}

int run() {
  Report report("Digests and verification");
  LargeImage large;
  const core::VerifyRequest request{{{0}, 128U << 20U}};
  if (!core::verify_image(large.flash.chip, large.chip, request)) {
    fmt::print(stderr, "the image of the benchmark is not accepted\n");
    return EXIT_FAILURE;
  }
  const Medians verify = take_turns(
      kRounds,
      [&] { static_cast<void>(core::verify_image(large.flash.chip, large.chip, request)); },
      [&] { openssl_digest(EVP_sha256(), large.image); });
  report.at_least("verify a 64 MB image in flash", rate(verify.ours_s), verify.ratio, 0.9,
                  "OpenSSL's SHA-256");
  const Medians sha256 = take_turns(
      kRounds, [&] { static_cast<void>(crypto::sha256(large.image)); },
      [&] { openssl_digest(EVP_sha256(), large.image); });
  report.at_least("SHA-256", rate(sha256.ours_s), sha256.ratio, 0.9, "OpenSSL's SHA-256");
  return report.status();
}

}  // namespace
}  // namespace rota::bench

int main() { return rota::bench::run(); }
