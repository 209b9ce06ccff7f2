#include "sim/update_time.h"

#include <algorithm>

#include "board/chip/efuse_file.h"
#include "core/app_update.h"
#include "sim/test_board.h"

namespace rota::sim {

namespace {

constexpr std::uint32_t kChipBytes = 4U << 20U;
constexpr std::uint32_t kTableEnd = 0x9000;
constexpr std::uint32_t kSlotBytes = 0x180000;
constexpr std::uint32_t kReadBytes = 4096;           // of our client's buffer
constexpr std::uint32_t kReferenceReadBytes = 1024;  // of the reference's, by default

// Bytes on their way. All in thousandths of a byte and microseconds, so nothing is rounded.
class Link {
 public:
  Link(std::uint32_t bytes_per_ms, std::uint32_t window_bytes, std::uint64_t total_bytes)
      : rate_(bytes_per_ms), window_(window_bytes * 1000ULL), total_(total_bytes * 1000ULL) {}

  void advance(std::uint64_t us) {
    arrived_ = std::min({arrived_ + us * rate_, taken_ + window_, total_});
  }
  // How long until this many bytes can be taken.
  std::uint64_t wait_for(std::uint32_t bytes) const {
    const std::uint64_t needed = taken_ + bytes * 1000ULL;
    return needed <= arrived_ ? 0 : (needed - arrived_ + rate_ - 1) / rate_;
  }
  void take(std::uint32_t bytes) { taken_ += bytes * 1000ULL; }

 private:
  std::uint64_t rate_;
  std::uint64_t window_;
  std::uint64_t total_;
  std::uint64_t arrived_ = 0;
  std::uint64_t taken_ = 0;
};

// The chip with a clock: every operation takes its time, and meanwhile the link goes on.
class TimedFlash final : public core::Flash {
 public:
  TimedFlash(const DeviceProfile& device, Link* link)
      : device_(device), memory_(kChipBytes, device.flash), link_(link) {}

  Status read(core::FlashAddress from, MutableBytes into) override {
    spend(into.size() * 1000ULL / device_.read_bytes_per_ms);
    if (hashes_) spend(into.size() * 1000ULL / device_.hash_bytes_per_ms);
    return memory_.chip.read(from, into);
  }
  Status program(core::FlashAddress to, Bytes bytes) override {
    return timed([&] { return memory_.chip.program(to, bytes); });
  }
  Status erase(core::FlashRange range) override {
    return timed([&] { return memory_.chip.erase(range); });
  }
  const core::FlashGeometry& geometry() const override { return memory_.chip.geometry(); }

  void spend(std::uint64_t us) {
    now_us_ += us;
    if (link_ != nullptr) link_->advance(us);
  }
  void stop_link() { link_ = nullptr; }
  // From now on what is read is hashed, too.
  void hash_what_is_read() { hashes_ = true; }
  std::uint64_t now_us() const { return now_us_; }

 private:
  template <class Call>
  Status timed(Call&& call) {
    const std::uint64_t before = memory_.state.busy_us;
    const Status status = call();
    spend(memory_.state.busy_us - before);
    return status;
  }

  const DeviceProfile& device_;
  board::MemoryChip memory_;
  Link* link_;
  bool hashes_ = false;
  std::uint64_t now_us_ = 0;
};

formats::PartitionRows two_slots() {
  formats::PartitionRows rows;
  formats::PartitionRow data;
  data.type = formats::PartitionType::kData;
  data.subtype = formats::kDataOta;
  data.offset = kTableEnd;
  data.size = 0x2000;
  formats::PartitionRow slot;
  slot.subtype = formats::kAppOtaFirst;
  slot.offset = 0x10000;
  slot.size = kSlotBytes;
  formats::PartitionRow second = slot;
  second.subtype = formats::kAppOtaFirst + 1;
  second.offset = slot.offset + kSlotBytes;
  const bool fits = rows.push_back(data) && rows.push_back(slot) && rows.push_back(second);
  ROTA_ASSERT(fits);
  return rows;
}

void compute_bound(const DeviceProfile& device,
                   std::uint32_t link_bytes_per_ms,
                   std::uint32_t bytes,
                   UpdateTime& time) {
  const std::uint64_t size = bytes;
  const std::uint64_t sectors = (size + core::kSectorBytes - 1) / core::kSectorBytes;
  const std::uint64_t rest = sectors % 16;
  time.download_us = size * 1000 / link_bytes_per_ms;
  time.flash_work_us =
      sectors / 16 * device.flash.erase_64k_us +
      std::min<std::uint64_t>(rest * device.flash.erase_4k_us, device.flash.erase_64k_us) +
      (size + 255) / 256 * device.flash.program_page_us;
  time.verification_us =
      size * 1000 / device.read_bytes_per_ms + size * 1000 / device.hash_bytes_per_ms;
  time.bound_us = std::max(time.download_us, time.flash_work_us) + 2 * time.verification_us;
}

}  // namespace

UpdateTime time_update(const DeviceProfile& device,
                       std::uint32_t link_bytes_per_ms,
                       std::uint32_t image_bytes,
                       Strategy strategy) {
  const bool ours = strategy == Strategy::kOurs;
  const formats::ChipFacts& chip = *formats::find_chip("esp32");
  const std::vector<std::byte> image = make_app_image(chip, ImageId::kVersion3, image_bytes);
  const auto size = static_cast<std::uint32_t>(image.size());

  Link link(link_bytes_per_ms, device.window_bytes, size);
  TimedFlash flash(device, strategy == Strategy::kNaive ? nullptr : &link);
  const formats::PartitionRows rows = two_slots();
  const core::Partition& running = rows[1];
  const core::Partition& target = rows[2];
  core::PartitionAccess access(flash, rows, false);
  access.protection() = {core::range_of(running), kTableEnd - 1, false};
  core::UpdateSettings settings;
  settings.chip.facts = &chip;
  settings.slot_writing = ours ? core::SlotWriting::kChecked : core::SlotWriting::kReference;
  settings.ota_data_writing =
      ours ? core::OtaDataWriting::kCutSafe : core::OtaDataWriting::kInPlace;
  board::EfuseRecord fuse_record;
  board::EfuseFile fuses(fuse_record, 32);
  core::BootSelection selection(access, fuses, running, settings);
  core::AppUpdate update(access, selection, running, settings);

  UpdateTime time;
  compute_bound(device, link_bytes_per_ms, size, time);
  const auto handle = update.begin(
      target, strategy == Strategy::kReferenceBulk ? size : core::kUpdateSequentialWrites);
  if (!handle) return time;
  for (std::uint32_t at = 0; at < size;) {
    const std::uint32_t bytes = std::min(ours ? kReadBytes : kReferenceReadBytes, size - at);
    // Without overlap every byte is waited for.
    flash.spend(strategy == Strategy::kNaive ? bytes * 1000ULL / link_bytes_per_ms
                                             : link.wait_for(bytes));
    link.take(bytes);
    if (!update.write(*handle, Bytes(image).subspan(at, bytes)).ok()) return time;
    at += bytes;
  }
  flash.stop_link();
  flash.hash_what_is_read();
  time.done = update.end(*handle).ok() && selection.set_boot(target).ok();
  time.total_us = flash.now_us();
  return time;
}

}  // namespace rota::sim
