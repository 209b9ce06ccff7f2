// A download of 12 MB over HTTPS beside curl's, from the same rota-server, both over a connection
// that stands already: our client into a slot of a virtual board's chip (first bytes judged,
// erased, programmed, read back), `curl -o` into a file of the same folder.
#include <fmt/format.h>

#include <array>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <vector>

#include "bench/report.h"
#include "board/chip/board_folder.h"
#include "board/chip/native_image.h"
#include "cli/demo_server.h"
#include "cli/neighbour.h"
#include "client/http_exchange.h"
#include "core/app_update.h"
#include "core/boot_selection.h"

namespace rota::bench {
namespace {

constexpr std::size_t kFileBytes = 12'000'000;
constexpr std::size_t kRounds = 11;
constexpr std::size_t kPieceBytes = 16 * 1024;

// Folder, server and CA of the benchmark; goes with it.
struct Place {
  Place() {
    std::string name = (std::filesystem::temp_directory_path() / "rota_bench_XXXXXX").string();
    folder = mkdtemp(name.data()) == nullptr ? "" : name;
    std::filesystem::create_directories(folder + "/files");
    std::vector<std::byte> payload(kFileBytes - 512);
    std::uint32_t state = 1;
    for (std::byte& byte : payload) {
      state = state * 1664525U + 1013904223U;
      byte = static_cast<std::byte>(state >> 24U);
    }
    const auto image = board::pack_native_image(payload, {}, *formats::find_chip("esp32s3"));
    file_bytes = image.size();
    std::ofstream(folder + "/files/app.bin", std::ios::binary)
        .write(reinterpret_cast<const char*>(image.data()),
               static_cast<std::streamsize>(file_bytes));
    std::ofstream(folder + "/files/small.bin", std::ios::binary) << "small";
  }
  ~Place() {
    server.reset();
    std::error_code ignored;
    std::filesystem::remove_all(folder, ignored);
  }
  Place(const Place&) = delete;
  Place& operator=(const Place&) = delete;

  std::string folder;
  std::size_t file_bytes = 0;
  std::unique_ptr<cli::UpdateServer> server;
  std::string ca_path() const { return folder + "/state/ca_cert.pem"; }
};

// A board whose app updates the slot beside it, as the ESP-IDF face does.
class Device {
 public:
  static std::unique_ptr<Device> make(const std::string& path) {
    board::BoardSettings settings;
    settings.chip = formats::find_chip("esp32s3");
    settings.flash_bytes = 16U << 20U;
    settings.timing = "off";
    settings.flash_time = board::FlashTime::kOff;
    if (!board::BoardFolder::create(path, settings).ok()) return nullptr;
    auto folder = board::BoardFolder::open(path, board::Access::kReadWrite);
    if (!folder.ok()) return nullptr;
    return std::unique_ptr<Device>(new Device(std::move(folder).value()));
  }

  bool begin() {
    const auto opened = update_.begin(rows_[1], core::kUpdateSequentialWrites);
    handle_ = opened.ok() ? *opened : 0;
    return opened.ok();
  }
  bool write(Bytes bytes) { return update_.write(handle_, bytes).ok(); }
  // Verifies what lies in the slot.
  bool end() { return update_.end(handle_).ok(); }

 private:
  explicit Device(board::BoardFolder folder) : folder_(std::move(folder)) {
    settings_.chip.facts = folder_.settings().chip;
    settings_.chip.accepts_native_payload = true;
    core::Partition row;
    row.type = formats::PartitionType::kApp;
    row.subtype = formats::kAppFactory;
    row.offset = 0x10000;
    row.size = 0x10000;
    static_cast<void>(rows_.push_back(row));
    row.subtype = formats::kAppOtaFirst;
    row.offset = 0x20000;
    row.size = 0xD00000;
    static_cast<void>(rows_.push_back(row));
  }

  board::BoardFolder folder_;
  formats::PartitionRows rows_;
  core::UpdateSettings settings_;
  core::PartitionAccess access_{folder_.chip(), rows_, false};
  core::BootSelection selection_{access_, folder_.efuses(), rows_[0], settings_};
  core::AppUpdate update_{access_, selection_, rows_[0], settings_};
  std::uint32_t handle_ = 0;
};

// The bytes that are in flash; short when something failed, with a sentence on stderr.
std::size_t fetch(client::Connection& connection, const std::string& target, Device& device) {
  client::RequestHead head;
  head.target = target;
  std::size_t bytes = 0;
  const auto tell = [](const client::Failure& failure) {
    fmt::print(stderr, "{}\n", failure.sentence);
  };
  if (const auto sent = connection.send_head(head); !sent.ok()) {
    tell(sent.error());
    return 0;
  }
  if (const auto answer = connection.read_head(); !answer.ok()) {
    tell(answer.error());
    return 0;
  }
  std::array<std::byte, kPieceBytes> piece;
  while (true) {
    const auto got = connection.read_body(piece);
    if (!got.ok()) {
      tell(got.error());
      return bytes;
    }
    if (got->bytes > 0 && !device.write(Bytes(piece).first(got->bytes))) return bytes;
    bytes += got->bytes;
    if (got->end) return bytes;
  }
}

// Seconds that curl says its second transfer took, on the connection of the first.
double seconds_of_curl(const Place& place) {
  const std::string command = fmt::format(
      "curl -s --cacert '{}' -o /dev/null -o {}/curl.bin -w '%{{num_connects}} "
      "%{{size_download}} %{{time_total}}\\n' {} {}",
      place.ca_path(), place.folder, place.server->url_of("small.bin"),
      place.server->url_of("app.bin"));
  FILE* output = popen(command.c_str(), "r");
  if (output == nullptr) return 0;
  int connects = -1;
  unsigned long bytes = 0;
  double seconds = 0;
  bool is_good = std::fscanf(output, "%d %lu %lf", &connects, &bytes, &seconds) == 3;
  is_good = std::fscanf(output, "%d %lu %lf", &connects, &bytes, &seconds) == 3 && is_good;
  is_good = pclose(output) == 0 && is_good && connects == 0 && bytes == place.file_bytes;
  return is_good ? seconds : 0;
}

client::Outcome<client::Connection> open(const Place& place) {
  const auto url = client::Url::parse(place.server->base_url());
  if (!url.ok()) return Failed{url.error()};
  std::ifstream file(place.ca_path(), std::ios::binary);
  client::TlsOptions tls;
  tls.ca_pem = {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
  return client::Connection::open(*url, tls, {});
}

int fail(std::string_view sentence) {
  fmt::print(stderr, "{}\n", sentence);
  return EXIT_FAILURE;
}

int run() {
  Report report("Download");
  Place place;
  const auto program = cli::neighbour_program("rota-server");
  if (!program.ok()) return fail(program.error().sentence);
  auto started =
      cli::UpdateServer::start(*program, place.folder + "/files", place.folder + "/state",
                               place.folder + "/log", std::chrono::seconds(20));
  if (!started.ok()) return fail(started.error().sentence);
  place.server = std::move(started).value();
  auto connection = open(place);
  if (!connection.ok()) return fail(connection.error().sentence);

  const auto device = Device::make(place.folder + "/board");
  if (!device) return fail("the board can not be made");

  std::vector<double> ours, theirs, ratios;
  for (std::size_t round = 0; round <= kRounds; ++round) {
    std::size_t bytes = 0;
    if (!device->begin()) return fail("the update does not begin");
    const double our_seconds = seconds_of([&] { bytes = fetch(*connection, "/app.bin", *device); });
    if (bytes != place.file_bytes || !device->end()) return fail("our download is not complete");
    const double curl_seconds = seconds_of_curl(place);
    if (curl_seconds == 0) return fail("curl did not download the file over a standing connection");
    if (round == 0) continue;  // warm
    ours.push_back(our_seconds);
    theirs.push_back(curl_seconds);
    ratios.push_back(curl_seconds / our_seconds);
  }
  const auto rate = [](double seconds) { return static_cast<double>(kFileBytes) / 1e6 / seconds; };
  report.at_least("12 MB over HTTPS into a chip, read back",
                  fmt::format("{:.0f} MB/s", rate(median(ours))), median(ratios), 0.7,
                  fmt::format("curl ({:.0f} MB/s)", rate(median(theirs))));
  return report.status();
}

}  // namespace
}  // namespace rota::bench

int main() { return rota::bench::run(); }
