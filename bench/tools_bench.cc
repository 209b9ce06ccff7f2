// The offline tools: from process start to result beside /bin/true, the verification of a 16 MB
// dump beside OpenSSL's EVP over the bytes hashed, and the memory that it takes.
#include <fcntl.h>
#include <fmt/format.h>
#include <openssl/evp.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <string>
#include <vector>

#include "bench/report.h"
#include "cli/image_report.h"
#include "cli/input_file.h"
#include "crypto/sha256.h"
#include "formats/app_image.h"
#include "formats/chips.h"

extern char** environ;

namespace rota::bench {
namespace {

constexpr std::size_t kRounds = 101;
constexpr std::size_t kVerifyRounds = 41;
constexpr std::uint32_t kAppOffset = 0x10000;
constexpr std::uint32_t kDumpBytes = 16U << 20U;

// Runs a program with its output thrown away. False when it does not end with status 0 or 1.
bool run(const std::vector<std::string>& words) {
  std::vector<char*> arguments;
  for (const std::string& word : words) arguments.push_back(const_cast<char*>(word.c_str()));
  arguments.push_back(nullptr);
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
  pid_t process = 0;
  const int failed =
      posix_spawnp(&process, arguments[0], &actions, nullptr, arguments.data(), environ);
  posix_spawn_file_actions_destroy(&actions);
  if (failed != 0) return false;
  int status = 0;
  return waitpid(process, &status, 0) == process && WIFEXITED(status) && WEXITSTATUS(status) <= 1;
}

// The smallest limit on private memory (heap and private mappings) under which a program does its
// work.
double private_megabytes(const std::string& command) {
  long enough_kb = 64 * 1024;
  long too_little_kb = 0;
  while (enough_kb - too_little_kb > 64) {
    const long middle_kb = (enough_kb + too_little_kb) / 2;
    const bool does =
        run({"sh", "-c", fmt::format("ulimit -d {}; exec {} 2>/dev/null", middle_kb, command)});
    (does ? enough_kb : too_little_kb) = middle_kb;
  }
  return static_cast<double>(enough_kb) / 1024;
}

// An app for the ESP32 that fills a partition of nearly 16 MB.
std::vector<std::byte> large_app(std::uint32_t data_bytes) {
  formats::ImageHeader header;
  header.segment_count = 1;
  header.entry_address = 0x400D0020;
  header.spi_size = 4;
  formats::AppDescription description;
  formats::set_text(description.project_name_field, "bench");
  formats::set_text(description.version_field, "1.0.0");
  std::vector<std::byte> image;
  const auto append = [&](const auto& bytes) {
    image.insert(image.end(), bytes.begin(), bytes.end());
  };
  append(formats::encode(header));
  append(formats::encode(formats::SegmentHeader{0x3F400020, data_bytes}));
  append(formats::encode(description));
  image.resize(formats::kDescriptionOffset + data_bytes, std::byte{0x5A});
  std::byte checksum{formats::kChecksumSeed};
  for (std::size_t i = formats::kDescriptionOffset; i < image.size(); ++i) checksum ^= image[i];
  image.resize(align_up(static_cast<std::uint32_t>(image.size() + 1), 16));
  image.back() = checksum;
  append(crypto::sha256(image));
  return image;
}

void openssl_sha256(Bytes bytes) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> result{};
  EVP_Digest(bytes.data(), bytes.size(), result.data(), nullptr, EVP_sha256(), nullptr);
}

// What a verifier of files has to do at least: read the bytes piece by piece, and hash them.
void openssl_sha256_of_file(int file, std::size_t bytes) {
  constexpr std::size_t kPieceBytes = 16U * 1024U;  // as openssl dgst and esptool read
  std::array<std::byte, kPieceBytes> piece{};
  std::array<unsigned char, EVP_MAX_MD_SIZE> result{};
  EVP_MD_CTX* context = EVP_MD_CTX_new();
  EVP_DigestInit_ex(context, EVP_sha256(), nullptr);
  for (std::size_t done = 0; done < bytes;) {
    const std::size_t wanted = std::min(piece.size(), bytes - done);
    const ssize_t got = pread(file, piece.data(), wanted, static_cast<off_t>(kAppOffset + done));
    if (got <= 0) break;
    EVP_DigestUpdate(context, piece.data(), static_cast<std::size_t>(got));
    done += static_cast<std::size_t>(got);
  }
  EVP_DigestFinal_ex(context, result.data(), nullptr);
  EVP_MD_CTX_free(context);
}

class Workshop {
 public:
  Workshop() {
    std::array<char, 32> name{"/tmp/rota-tools-XXXXXX"};
    if (mkdtemp(name.data()) == nullptr) std::exit(EXIT_FAILURE);
    folder_ = name.data();
    std::array<char, 4096> self{};
    const ssize_t length = readlink("/proc/self/exe", self.data(), self.size() - 1);
    rota_ = std::string(self.data(), static_cast<std::size_t>(length < 0 ? 0 : length));
    rota_ = rota_.substr(0, rota_.rfind('/') + 1) + "rota";
  }
  ~Workshop() { run({"rm", "-r", folder_}); }

  std::string file(const std::string& name) const { return folder_ + "/" + name; }
  bool rota(std::vector<std::string> words) const {
    words.insert(words.begin(), rota_);
    return run(words);
  }
  const std::string& program() const { return rota_; }

 private:
  std::string folder_, rota_;
};

void start_to_result(Report& report,
                     const Workshop& shop,
                     const std::string& what,
                     const std::vector<std::string>& words) {
  const Medians times = take_turns(
      kRounds, [&] { static_cast<void>(shop.rota(words)); },
      [] { static_cast<void>(run({"/bin/true"})); });
  report.at_most(what, 1 / times.ratio, 4.0, fmt::format("x ({:.2f} ms)", times.ours_s * 1e3),
                 "/bin/true");
}

int run_all() {
  Report report("Offline tools");
  const Workshop shop;
  const std::vector<std::byte> app = large_app(kDumpBytes - kAppOffset - 0x10000);
  const std::string table = shop.file("table.csv");
  const std::string dump = shop.file("dump.bin");
  const std::string csv =
      "nvs,data,nvs,,16K\notadata,data,ota,,8K\nfactory,app,factory,0x10000,16320K\n";
  static_cast<void>(cli::write_file(table, bytes_of(csv), cli::FileContent::kText));
  static_cast<void>(cli::write_file(shop.file("app.bin"), app));
  const bool made =
      shop.rota({"table", "build", "two_ota", "-o", shop.file("table.bin")}) &&
      shop.rota({"flash", "create", dump, "--flash-size", "16MB", "--table", table,
                 "factory=" + shop.file("app.bin")}) &&
      shop.rota({"flash", "create", shop.file("otadata.bin"), "--flash-size", "8K"}) &&
      shop.rota({"otadata", "set", shop.file("otadata.bin"), "ota_1"});
  if (!made) {
    fmt::print(stderr, "the inputs could not be made with {}\n", shop.program());
    return EXIT_FAILURE;
  }
  const std::string small = shop.file("small.bin");
  static_cast<void>(cli::write_file(small, large_app(64 * 1024)));

  start_to_result(report, shop, "rota table show, start to result",
                  {"table", "show", shop.file("table.bin")});
  start_to_result(report, shop, "rota otadata show", {"otadata", "show", shop.file("otadata.bin")});
  start_to_result(report, shop, "rota image info", {"image", "info", small});
  const double python = seconds_of([] { static_cast<void>(run({"python3", "-c", "pass"})); });
  report.note("python3 -c pass", fmt::format("{:.1f} ms", python * 1e3));

  auto file = cli::InputFile::open(dump);
  if (!file) return EXIT_FAILURE;
  const core::FlashRange range{{kAppOffset}, kDumpBytes - kAppOffset};
  const int peer = open(dump.c_str(), O_RDONLY | O_CLOEXEC);
  bool sound = true;
  const auto verify_ours = [&] {
    const auto image = cli::read_image(*file, range, core::ImageKind::kApp);
    sound = sound && image.ok() && !image->refused;
  };
  const Medians verify =
      take_turns(kVerifyRounds, verify_ours, [&] { openssl_sha256_of_file(peer, app.size()); });
  const Medians in_memory = take_turns(kVerifyRounds, verify_ours, [&] { openssl_sha256(app); });
  close(peer);
  if (!sound) {
    fmt::print(stderr, "the image of the benchmark is not accepted\n");
    return EXIT_FAILURE;
  }
  report.at_least("verify a 16 MB dump",
                  fmt::format("{:.0f} MB/s", static_cast<double>(app.size()) / 1e6 / verify.ours_s),
                  verify.ratio, 0.9, "OpenSSL EVP, same file");
  report.note("  beside EVP on bytes in memory", fmt::format("{:.2f}", in_memory.ratio));
  report.at_most("private memory of that verification",
                 private_megabytes(shop.program() + " image verify " + dump), 16, "MB",
                 "RLIMIT_DATA");
  return report.status();
}

}  // namespace
}  // namespace rota::bench

extern "C" [[noreturn]] void rota_assertion_failed(const char* condition,
                                                   const char* file,
                                                   int line) {
  fmt::print(stderr, "{}:{}: {}\n", file, line, condition);
  std::abort();
}

int main() { return rota::bench::run_all(); }
