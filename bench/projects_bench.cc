// What a person waits for with a project of their own: its first build and the next one, a board's
// start until the app speaks, and `idf.py flash` of 4 MB. And how large the images of the examples
// are. The projects are copies of our examples in a temporary folder, built by idf.py.
#include <fmt/format.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "bench/report.h"

namespace rota::bench {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kRounds = 5;
constexpr double kMaximumImageKilobytes = 700;
constexpr std::size_t kFlashedBytes = 4U << 20U;

// The folder of the benchmark; goes with it.
class Workshop {
 public:
  Workshop() {
    std::string name = (fs::temp_directory_path() / "rota_projects_XXXXXX").string();
    folder_ = mkdtemp(name.data()) == nullptr ? "" : name;
    build_ = fs::read_symlink("/proc/self/exe").parent_path();
  }
  ~Workshop() {
    std::error_code ignored;
    fs::remove_all(folder_, ignored);
  }
  Workshop(const Workshop&) = delete;
  Workshop& operator=(const Workshop&) = delete;

  // A copy of an example; the certificate of its update server is none, nothing connects.
  fs::path copy_of(const std::string& example) const {
    const fs::path project = folder_ / example;
    fs::create_directories(project);
    for (const auto& entry :
         fs::directory_iterator(fs::path(ROTA_SOURCE_DIR) / "examples" / example)) {
      const std::string name = entry.path().filename();
      if (name == "build" || name.starts_with("sdkconfig.old") || name == "sdkconfig") continue;
      fs::copy(entry.path(), project / name, fs::copy_options::recursive);
    }
    fs::create_directories(project / "server_certs");
    std::ofstream(project / "server_certs" / "ca_cert.pem") << "none\n";
    return project;
  }

  // A line as a person types it after `. idf/export.sh`. Ends the program when it fails.
  void type(const fs::path& project, const std::string& line) const {
    const std::string log = (folder_ / "log").string();
    const std::string command = fmt::format(
        "cd '{}' && export ROTA_BUILD_DIR='{}' && . '{}/idf/export.sh' >/dev/null && {} >'{}' 2>&1",
        project.string(), build_.string(), ROTA_SOURCE_DIR, line, log);
    if (std::system(fmt::format("bash -c \"{}\"", command).c_str()) == 0) return;
    fmt::print(stderr, "this failed: {}\n", line);
    std::ifstream said(log);
    for (std::string text; std::getline(said, text);) fmt::print(stderr, "  {}\n", text);
    std::exit(EXIT_FAILURE);
  }

 private:
  fs::path folder_, build_;
};

// The median of some rounds; `prepare` is not timed.
template <class Prepare, class Call>
double median_seconds(Prepare&& prepare, Call&& call) {
  std::vector<double> times;
  for (std::size_t round = 0; round < kRounds; ++round) {
    prepare();
    times.push_back(seconds_of(call));
  }
  return median(std::move(times));
}

void report_size(Report& report, const std::string& example, const fs::path& project) {
  const auto bytes = fs::file_size(project / "build" / (example + ".bin"));
  report.at_most(fmt::format("image of {}", example), static_cast<double>(bytes) / 1024,
                 kMaximumImageKilobytes, "KB");
}

// A project whose flash is full: a file of 4 MB lies beside the app.
void fill_flash(const fs::path& project) {
  std::vector<char> data(kFlashedBytes);
  for (std::size_t i = 0; i < data.size(); ++i) data[i] = static_cast<char>(i * 2654435761U >> 13U);
  std::ofstream(project / "data.bin", std::ios::binary)
      .write(data.data(), static_cast<std::streamsize>(data.size()));
  std::ofstream(project / "partitions.csv") << "otadata,data,ota,0xd000,8K\n"
                                               "ota_0,app,ota_0,0x10000,1M\n"
                                               "ota_1,app,ota_1,,1M\n"
                                               "storage,data,undefined,,4M\n";
  std::ofstream(project / "CMakeLists.txt", std::ios::app)
      << "esptool_py_flash_to_partition(flash storage data.bin)\n";
  std::ofstream(project / "sdkconfig.defaults", std::ios::app)
      << "CONFIG_PARTITION_TABLE_CUSTOM=y\nCONFIG_ESPTOOLPY_FLASHSIZE_8MB=y\n";
}

int run_all() {
  Report report("Projects");
  const Workshop shop;
  const fs::path project = shop.copy_of("native_ota");
  const fs::path source = project / "main" / "native_ota.c";

  report.wait("first build of an example",
              median_seconds([&] { fs::remove_all(project / "build"); },
                             [&] { shop.type(project, "idf.py build"); }),
              30);
  report.wait("build after a change",
              median_seconds([&] { std::ofstream(source, std::ios::app) << "// changed\n"; },
                             [&] { shop.type(project, "idf.py build"); }),
              5);
  shop.type(project, "idf.py flash");
  const auto nothing = [] {};
  report.wait(
      "board start to the app's first line",
      median_seconds(
          nothing,
          [&] { shop.type(project, "rota board run build/board --until 'This is version'"); }),
      0.15);
  report_size(report, "native_ota", project);

  for (const std::string example : {"simple_ota", "advanced_ota", "upload"}) {
    const fs::path other = shop.copy_of(example);
    shop.type(other, "idf.py build");
    report_size(report, example, other);
  }

  fill_flash(project);
  fs::remove_all(project / "build");
  fs::remove(project / "sdkconfig");
  shop.type(project, "idf.py build");
  report.wait("idf.py flash of 4 MB",
              median_seconds(nothing, [&] { shop.type(project, "idf.py flash"); }), 1);
  return report.status();
}

}  // namespace
}  // namespace rota::bench

int main() { return rota::bench::run_all(); }
