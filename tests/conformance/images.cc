// Application images: the verdicts of the update API ("app"), of the metadata reader ("meta") and
// of the bootloader ("boot"), the lengths that they find, whether a board with only this image
// starts
// ("start"), and the fields that the image tool prints ("info").
#include <algorithm>
#include <array>
#include <map>
#include <string>
#include <vector>

#include "core/image_verifier.h"
#include "kinds.h"
#include "tests/support/sparse_flash.h"
#include "vectors.h"

namespace rota::conformance {
namespace {

using core::ImageChecks;
using core::ImageKind;
using nlohmann::json;

// The RAM that the recorded build of the bootloader occupies. It belongs to that build, not to the
// chip, so it comes from the recording. RAM with two ports is occupied at both addresses.
std::vector<formats::AddressRange> reserved_ram_of(const json& chip) {
  const auto range_of = [&](const char* name) {
    return chip[name].is_array() ? formats::AddressRange{chip[name][0], chip[name][1]}
                                 : formats::AddressRange{};
  };
  const formats::AddressRange as_data = range_of("dual_ram_as_data");
  const formats::AddressRange as_code = range_of("dual_ram_as_code");
  std::vector<formats::AddressRange> ranges;
  for (const char* name : {"reserved_stack", "reserved_data", "reserved_code"}) {
    const formats::AddressRange range = range_of(name);
    ranges.push_back(range);
    const auto shifted_to = [&](const formats::AddressRange& from,
                                const formats::AddressRange& to) {
      if (!from.holds(range.low)) return;
      ranges.push_back({range.low - from.low + to.low, range.high - from.low + to.low});
    };
    shifted_to(as_data, as_code);
    shifted_to(as_code, as_data);
  }
  return ranges;
}

class ImageCase {
 public:
  ImageCase(const json& vector, std::span<const formats::AddressRange> reserved_ram)
      : vector_(vector), flash_(vector["flash"].get<std::uint32_t>()) {
    chip_.facts = formats::find_chip(vector["chip"].get<std::string>());
    chip_.revision = vector["rev"].get<std::uint16_t>();
    chip_.efuse_block_revision = vector["blk"].get<std::uint16_t>();
    chip_.max_revision_ignored = vector["no_max_rev"] != 0;
    chip_.block_max_ignored = vector["no_max_blk"] != 0;
    chip_.reserved_ram = reserved_ram;
    const auto offset = vector["off"].get<std::uint32_t>();
    file_ = from_hex(vector["img"].get<std::string>());
    flash_.put(offset, file_);
    request_.range = {core::FlashAddress{offset}, vector["size"].get<std::uint32_t>()};
    if (offset == chip_.facts->bootloader_offset) request_.kind = ImageKind::kBootloader;
  }

  Verdict compare() {
    compare_reader("app", ImageChecks::kApplication);
    compare_reader("meta", ImageChecks::kStructureOnly);
    compare_reader("boot", ImageChecks::kBootloader);
    if (vector_.contains("start")) compare_start();
    compare_info();
    return verdict_;
  }

 private:
  Result<core::ImageFacts> verify(ImageChecks checks) {
    request_.checks = checks;
    return core::verify_image(flash_, chip_, request_);
  }

  void compare_reader(const char* reader, ImageChecks checks) {
    ++verdict_.steps_present;
    ++verdict_.steps_compared;
    const json& recorded = vector_[reader];
    // A string instead of an object: the reference crashed. It did not accept the image.
    const bool crashed = !recorded.is_object() || !recorded["err"].is_number();
    const bool accepted = !crashed && recorded["err"] == 0;
    const auto facts = verify(checks);
    if (facts.ok() && !accepted && checks == ImageChecks::kBootloader && may_be_occupied(*facts)) {
      verdict_.deviates(deviation::kUnknownReservedRam);
    } else if (facts.ok() != accepted) {
      verdict_.differs(std::string(reader) + ": recorded " + recorded.dump() + ", got " +
                       (facts.ok() ? "accepted" : std::string(describe(facts.error()).what)));
    }
    if (!facts.ok() || !accepted) return;
    verdict_.expect_equal(std::string(reader) + " length", facts->image_bytes, recorded["len"]);
    verdict_.expect_equal(std::string(reader) + " segments", facts->header.segment_count,
                          recorded["nseg"]);
  }

  // The update API accepted it, and a segment goes to RAM: it can only have been refused for RAM
  // that the bootloader itself occupies.
  bool may_be_occupied(const core::ImageFacts& facts) const {
    if (vector_["app"]["err"] != 0) return false;
    const auto* const end = facts.segments.begin() + facts.header.segment_count;
    return std::any_of(facts.segments.begin(), end, [&](const formats::SegmentHeader& segment) {
      return chip_.facts->loads_into_ram(segment.load_address, segment.data_bytes);
    });
  }

  // The reference's assertion about the mapped segments is a reset here, as on a chip.
  void compare_start() {
    ++verdict_.steps_present;
    ++verdict_.steps_compared;
    const auto facts = verify(ImageChecks::kBootloader);
    const bool starts = facts.ok() && core::check_can_be_mapped(*facts, chip_).ok();
    if (starts && vector_["start"] == "reset" && !verdict_.deviations.empty()) return;
    verdict_.expect_equal("start", starts, vector_["start"] == "ok");
  }

  void compare_info() {
    const json& info = vector_["info"];
    if (info.is_null() || info["ok"] != true || file_.size() < formats::kImageHeaderBytes) return;
    ++verdict_.steps_present;
    ++verdict_.steps_compared;
    const auto header =
        formats::decode_image_header(Bytes(file_).first<formats::kImageHeaderBytes>());
    verdict_.expect_equal("info: entry", header.entry_address, info["entry"]);
    verdict_.expect_equal("info: segment count", header.segment_count, info["nseg"]);
    verdict_.expect_equal("info: mode", header.spi_mode, info["mode"]);
    verdict_.expect_equal("info: size and speed", header.spi_size * 16 + header.spi_speed,
                          info["size_freq"]);
    verdict_.expect_equal("info: WP pin", header.wp_pin, info["wp"]);
    verdict_.expect_equal("info: chip", header.chip_id, info["chip_id"]);
    verdict_.expect_equal("info: legacy revision", header.min_chip_revision_legacy,
                          info["min_rev"]);
    verdict_.expect_equal("info: lowest revision", header.min_chip_revision, info["min_rev_full"]);
    verdict_.expect_equal("info: highest revision", header.max_chip_revision, info["max_rev_full"]);
    verdict_.expect_equal("info: digest", header.digest_appended == 1, info["hash"]);
    const auto facts = verify(ImageChecks::kStructureOnly);
    if (!facts) return;
    json segments = json::array();
    for (std::size_t i = 0; i < facts->header.segment_count; ++i) {
      segments.push_back({facts->segments[i].load_address, facts->segments[i].data_bytes,
                          facts->segment_offsets[i] - formats::kSegmentHeaderBytes});
    }
    verdict_.expect_equal("info: segments", segments, info["segs"]);
  }

  const json& vector_;
  std::vector<std::byte> file_;
  support::SparseFlash flash_;
  core::ChipIdentity chip_;
  core::VerifyRequest request_;
  Verdict verdict_;
};

class Images final : public VectorKind {
 public:
  explicit Images(const std::filesystem::path& folder) {
    const json chips = read_json(folder / "images_chips.json");
    for (const auto& [name, chip] : chips.items()) {
      reserved_ram_[name] = reserved_ram_of(chip);
    }
  }

  Verdict compare(const json& vector) const override {
    return ImageCase(vector, reserved_ram_.at(vector["chip"].get<std::string>())).compare();
  }

 private:
  std::map<std::string, std::vector<formats::AddressRange>> reserved_ram_;
};

}  // namespace

std::unique_ptr<VectorKind> open_images(const std::filesystem::path& folder) {
  return std::make_unique<Images>(folder);
}

}  // namespace rota::conformance
