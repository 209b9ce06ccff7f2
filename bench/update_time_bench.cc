// How long an update of 1 MB takes in virtual time, beside the limit that link and chip set and
// beside the reference's strategies on the same profile (sim/update_time.h states it).
#include <fmt/format.h>

#include "bench/report.h"
#include "sim/update_time.h"

namespace rota::bench {
namespace {

constexpr std::uint32_t kImageBytes = 1'000'000;
constexpr std::uint32_t kDefaultWindowBytes = 5760;  // of ESP-IDF's TCP/IP stack
constexpr double kSlack = 1.05;

double seconds(std::uint64_t us) { return static_cast<double>(us) * 1e-6; }

int run() {
  Report report(
      "Update of 1 MB, virtual time (chip 45/120/150 ms erase, 0.4 ms page; window 16 KB)");
  sim::DeviceProfile small_window = sim::kTypicalDevice;
  small_window.window_bytes = kDefaultWindowBytes;
  for (const std::uint32_t rate : {50U, 500U, 2000U}) {
    const auto timed = [rate](const sim::DeviceProfile& device, sim::Strategy strategy) {
      return sim::time_update(device, rate, kImageBytes, strategy);
    };
    const sim::UpdateTime ours = timed(sim::kTypicalDevice, sim::Strategy::kOurs);
    report.at_most(fmt::format("at {} KB/s", rate), seconds(ours.total_us),
                   seconds(ours.bound_us) * kSlack, "s", "1.05 x bound");
    const auto note = [&](const char* what, const sim::DeviceProfile& device,
                          sim::Strategy strategy) {
      const sim::UpdateTime time = timed(device, strategy);
      report.note(fmt::format("  {}", what),
                  time.done ? fmt::format("{:.2f} s, {:.2f} x ours", seconds(time.total_us),
                                          seconds(time.total_us) / seconds(ours.total_us))
                            : "failed");
    };
    note("ours, ESP-IDF's default window of 5760", small_window, sim::Strategy::kOurs);
    note("reference, bulk erase", sim::kTypicalDevice, sim::Strategy::kReferenceBulk);
    note("reference, sequential erase", sim::kTypicalDevice, sim::Strategy::kReferenceSequential);
    note("sequential, link and chip take turns", sim::kTypicalDevice, sim::Strategy::kNaive);
  }
  return report.status();
}

}  // namespace
}  // namespace rota::bench

int main() { return rota::bench::run(); }
