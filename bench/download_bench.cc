// A download of 12 MB over HTTPS beside curl's, from the same rota-server, both over a connection
// that stands already: our client into a buffer, `curl -o` into /dev/null.
#include <fmt/format.h>

#include <array>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <vector>

#include "bench/report.h"
#include "cli/demo_server.h"
#include "cli/neighbour.h"
#include "client/http_exchange.h"

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
    std::string bytes(kFileBytes, '\0');
    std::uint32_t state = 1;
    for (char& byte : bytes) {
      state = state * 1664525U + 1013904223U;
      byte = static_cast<char>(state >> 24U);
    }
    std::ofstream(folder + "/files/app.bin", std::ios::binary) << bytes;
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
  std::unique_ptr<cli::UpdateServer> server;
  std::string ca_path() const { return folder + "/state/ca_cert.pem"; }
};

// The bytes that came; short when something failed, with a sentence on stderr.
std::size_t fetch(client::Connection& connection, const std::string& target) {
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
    bytes += got->bytes;
    if (got->end) return bytes;
  }
}

// Seconds that curl says its second transfer took, on the connection of the first.
double seconds_of_curl(const Place& place) {
  const std::string command = fmt::format(
      "curl -s --cacert '{}' -o /dev/null -o /dev/null -w '%{{num_connects}} "
      "%{{size_download}} %{{time_total}}\\n' {} {}",
      place.ca_path(), place.server->url_of("small.bin"), place.server->url_of("app.bin"));
  FILE* output = popen(command.c_str(), "r");
  if (output == nullptr) return 0;
  int connects = -1;
  unsigned long bytes = 0;
  double seconds = 0;
  bool is_good = std::fscanf(output, "%d %lu %lf", &connects, &bytes, &seconds) == 3;
  is_good = std::fscanf(output, "%d %lu %lf", &connects, &bytes, &seconds) == 3 && is_good;
  is_good = pclose(output) == 0 && is_good && connects == 0 && bytes == kFileBytes;
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

  std::vector<double> ours, theirs, ratios;
  for (std::size_t round = 0; round <= kRounds; ++round) {
    std::size_t bytes = 0;
    const double our_seconds = seconds_of([&] { bytes = fetch(*connection, "/app.bin"); });
    if (bytes != kFileBytes) return fail("our download is not complete");
    const double curl_seconds = seconds_of_curl(place);
    if (curl_seconds == 0) return fail("curl did not download the file over a standing connection");
    if (round == 0) continue;  // warm
    ours.push_back(our_seconds);
    theirs.push_back(curl_seconds);
    ratios.push_back(curl_seconds / our_seconds);
  }
  const auto rate = [](double seconds) { return static_cast<double>(kFileBytes) / 1e6 / seconds; };
  report.at_least("12 MB over HTTPS, into a buffer", fmt::format("{:.0f} MB/s", rate(median(ours))),
                  median(ratios), 0.7, fmt::format("curl ({:.0f} MB/s)", rate(median(theirs))));
  return report.status();
}

}  // namespace
}  // namespace rota::bench

int main() { return rota::bench::run(); }
