#include "idf/update_times.h"

#include <algorithm>
#include <cstdio>
#include <numeric>

namespace rota::idf {

namespace {

constexpr std::array<const char*, 5> kNames = {"network", "TLS", "erase", "write", "verify"};

// "12.3 s", "45 ms"
std::string duration_text(std::uint64_t us) {
  std::array<char, 32> text{};
  if (us >= 1'000'000) {
    std::snprintf(text.data(), text.size(), "%.1f s", static_cast<double>(us) / 1e6);
  } else {
    std::snprintf(text.data(), text.size(), "%u ms", static_cast<unsigned>(us / 1000));
  }
  return text.data();
}

}  // namespace

Status TimedFlash::program(core::FlashAddress to, Bytes bytes) {
  ROTA_TRY(platform_.flash().program(to, bytes));
  std::array<std::byte, 256> found;
  for (Bytes rest = bytes; reads_back_ && !rest.empty();) {
    const MutableBytes piece = MutableBytes(found).first(std::min(rest.size(), found.size()));
    const auto done = static_cast<std::uint32_t>(bytes.size() - rest.size());
    ROTA_TRY(platform_.flash().read(to + done, piece));
    if (!std::equal(piece.begin(), piece.end(), rest.begin())) return Error::kFlashVerifyMismatch;
    rest = rest.subspan(piece.size());
  }
  return {};
}

Status TimedFlash::erase(core::FlashRange range) {
  const std::uint64_t started = platform_.time_us();
  const Status status = platform_.flash().erase(range);
  erase_us_ += platform_.time_us() - started;
  return status;
}

UpdateTimes::UpdateTimes(Platform& platform, TimedFlash& flash)
    : platform_(platform), flash_(flash), started_us_(platform.time_us()) {}

UpdateTimes::Stopwatch::Stopwatch(UpdateTimes& times, Part part, const char* name)
    : times_(times),
      part_(part),
      name_(name),
      started_us_(times.platform_.time_us()),
      erased_us_(times.flash_.erase_us()) {}

UpdateTimes::Stopwatch::~Stopwatch() {
  const std::uint64_t us = times_.platform_.time_us() - started_us_;
  const std::uint64_t erased_us = times_.flash_.erase_us() - erased_us_;
  times_.of(Part::kErase) += erased_us;
  times_.of(part_) += us - std::min(us, erased_us);
  if (us > times_.longest_us_) {
    times_.longest_us_ = us;
    times_.longest_name_ = erased_us > us / 2 ? "erasing flash" : name_;
  }
}

void UpdateTimes::move_to_tls(std::uint64_t us) {
  const std::uint64_t moved = std::min(us, of(Part::kNetwork));
  of(Part::kNetwork) -= moved;
  of(Part::kTls) += moved;
}

std::string UpdateTimes::sentence() const {
  std::string text;
  for (std::size_t i = 0; i < kNames.size(); ++i) {
    ((text += i == 0 ? "" : ", ") += kNames[i]) += " " + duration_text(spent_us_[i]);
  }
  const std::uint64_t sum = std::accumulate(spent_us_.begin(), spent_us_.end(), std::uint64_t{0});
  if (sum == 0) return text += ".";
  const auto largest = std::max_element(spent_us_.begin(), spent_us_.end());
  const std::uint64_t percent = *largest * 100 / sum;
  ((text += ". Bottleneck: ") += kNames[static_cast<std::size_t>(largest - spent_us_.begin())]) +=
      " (" + std::to_string(percent) + " %). Longest blocking call: ";
  return (text += longest_name_) += ", " + duration_text(longest_us_) + ".";
}

}  // namespace rota::idf
