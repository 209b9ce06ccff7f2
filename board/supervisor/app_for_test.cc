// The app of the supervisor's tests: does what its console tells it, one command a line. It stands
// in the place of the ESP-IDF face behind board/native's main().
#include <dirent.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <iostream>
#include <sstream>
#include <string>
#include <thread>
#include <vector>

#include "idf/config.h"
#include "idf/platform.h"

namespace rota::idf {
namespace {

constexpr std::uint32_t kScratch = 0x180000;

const char* text_of_status(const Status& status) { return status.ok() ? "ok" : "failed"; }

void say_who(Platform& platform) {
  int open_files = 0;
  DIR* folder = ::opendir("/proc/self/fd");
  while (::readdir(folder) != nullptr) ++open_files;
  ::closedir(folder);
  rlimit core{};
  ::getrlimit(RLIMIT_CORE, &core);
  std::printf("user %u group %u session %d privileges %d core %llu files %d\n", ::getuid(),
              ::getgid(), ::getsid(0) == ::getpid() ? 1 : 0,
              ::prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) == 1 ? 0 : 1,
              static_cast<unsigned long long>(core.rlim_cur), open_files - 3);
  std::printf("chip %.*s image 0x%x table 0x%x mac %02x\n",
              static_cast<int>(platform.chip().facts->target.size()),
              platform.chip().facts->target.data(), platform.running_image().value,
              platform.table_offset(), unsigned{platform.mac_address()[5]});
}

// Four threads that program as fast as they can until the power goes.
[[noreturn]] void hammer(Platform& platform) {
  std::vector<std::thread> threads;
  for (std::uint32_t i = 0; i < 4; ++i) {
    threads.emplace_back([&platform, i] {
      const std::array<std::byte, 4> zeros{};
      for (std::uint32_t n = 0;; n = (n + 1) % 0x400) {
        static_cast<void>(platform.flash().program({kScratch + i * 0x1000 + n * 4}, zeros));
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  std::abort();
}

void on_flash(Platform& platform, const std::string& verb, std::istringstream& words) {
  std::uint32_t address = 0;
  words >> std::hex >> address >> std::dec;
  if (verb == "program") {
    std::string text;
    words >> text;
    std::printf("%s\n", text_of_status(platform.flash().program({address}, bytes_of(text))));
  } else if (verb == "erase") {
    std::printf("%s\n", text_of_status(platform.flash().erase({{address}, 0x1000})));
  } else {
    std::array<std::byte, 8> bytes{};
    static_cast<void>(platform.flash().read({address}, bytes));
    std::printf("read %.8s\n", reinterpret_cast<const char*>(bytes.data()));
  }
}

void on_memory(Platform& platform, const std::string& verb, std::istringstream& words) {
  const auto memory = platform.retained_memory();
  if (verb == "retain") {
    std::string text;
    words >> text;
    std::memcpy(memory.data(), text.c_str(), text.size() + 1);
    std::printf("retained\n");
  } else {
    const bool is_text = std::memchr(memory.data(), 0, 16) != nullptr;
    std::printf("remembers %s of %zu\n",
                is_text ? reinterpret_cast<const char*>(memory.data()) : "noise", memory.size());
  }
}

void on_file(Platform& platform, const std::string& verb, std::istringstream& words) {
  const std::string path = platform.files_folder() + "/note";
  std::string text;
  if (verb == "keep") {
    words >> text;
    std::printf("%s\n", (std::ofstream(path) << text).flush().good() ? "kept" : "failed");
  } else {
    std::ifstream(path) >> text;
    std::printf("note: %s\n", text.c_str());
  }
}

void say_whom_to_trust() {
  const char* file = std::getenv("ROTA_CA_FILE");
  std::string text = "no file";
  if (file != nullptr && !std::getline(std::ifstream(file), text)) text = "a file without a word";
  std::printf("trusts: %s\n", text.c_str());
}

void obey(Platform& platform, const std::string& line) {
  std::istringstream words(line);
  std::string verb;
  std::int64_t number = 0;
  words >> verb;
  if (verb == "program" || verb == "erase" || verb == "read")
    return on_flash(platform, verb, words);
  if (verb == "retain" || verb == "remember") return on_memory(platform, verb, words);
  if (verb == "keep" || verb == "note") return on_file(platform, verb, words);
  if (verb == "who") return say_who(platform);
  if (verb == "trust") return say_whom_to_trust();
  if (verb == "hammer") hammer(platform);
  words >> number;
  const int value = static_cast<int>(number);
  if (verb == "restart") {
    std::printf("last words");
    platform.restart(static_cast<ResetReason>(value));
  }
  if (verb == "doze") platform.restart(ResetReason::kDeepSleep, static_cast<std::uint64_t>(value));
  if (verb == "exit") std::exit(value);
  if (verb == "signal") ::raise(value);
  if (verb == "burn") {
    std::printf("%s\n", text_of_status(platform.efuses().burn_secure_version_bits(1U << value)));
  }
  if (verb == "pin") std::printf("pin reads %d\n", platform.pin_level(value, true));
  if (verb == "drive") platform.drive_pin(value, 1);
  if (verb == "ask") std::printf("your name? ");
  if (verb == "flood") {
    const std::string piece(1000, 'x');
    for (int i = 0; i < value; ++i) platform.write_console(piece + "\n");
    platform.write_console("flood is over\n");
  }
  if (verb == "silent") {
    ::close(1);
    ::close(2);
  }
}

}  // namespace

// The border that board/native calls; the ESP-IDF face implements it for real apps.
const Config& config() {
  static const Config kDefaults;
  return kDefaults;
}

class Boot {
 public:
  Platform& platform;
};
Boot& begin_boot(Platform& platform);
Boot& begin_boot(Platform& platform) { return *new Boot{platform}; }

int run_app(Boot& boot);
int run_app(Boot& boot) {
  Platform& platform = boot.platform;
  // An app that is to reset without a word finds this where nothing else ever writes.
  std::array<std::byte, 1> quiet{};
  if (platform.flash().read({kScratch - 0x1000}, quiet).ok() && quiet[0] == std::byte{'q'}) {
    platform.restart(ResetReason::kSoftware);
  }
  std::printf("ready, reset reason %d\n", static_cast<int>(platform.reset_reason()));
  for (std::string line; std::getline(std::cin, line);) obey(platform, line);
  return 0;
}

}  // namespace rota::idf
