#include "cli/elf_image.h"

#include <algorithm>

#include "cli/console.h"
#include "crypto/sha256.h"

namespace rota::cli {
namespace {

constexpr std::size_t kSegmentHeader = formats::kSegmentHeaderBytes;
// Old bootloaders of the ESP32 can not map a segment that ends less than this into a page.
constexpr std::size_t kMinLastPageBytes = 0x24;
constexpr std::size_t kChecksumAndDigestBytes = 1 + 32;

struct Segment {
  std::uint32_t address = 0;
  std::vector<std::byte> data;
  bool is_mapped = false;
  bool has_description = false;
};

void pad_to_words(std::vector<std::byte>& data) {
  data.resize(align_up(static_cast<std::uint32_t>(data.size()), 4));
}

// Sections that follow each other in the same kind of memory become one segment.
std::vector<Segment> segments_of(const ElfProgram& program, const formats::ChipFacts& chip) {
  std::vector<Segment> segments;
  for (const ElfSection& section : program.sections) {
    Segment next{section.address, section.data, chip.maps(section.address),
                 section.name == ".flash.appdesc" || section.name == ".rodata_desc"};
    pad_to_words(next.data);
    if (!segments.empty()) {
      Segment& last = segments.back();
      if (last.is_mapped == next.is_mapped && last.address + last.data.size() == next.address) {
        last.data.insert(last.data.end(), next.data.begin(), next.data.end());
        last.has_description = last.has_description || next.has_description;
        continue;
      }
    }
    segments.push_back(std::move(next));
  }
  return segments;
}

class Layout {
 public:
  Layout(const ElfImageWish& wish, std::vector<Segment> segments)
      : page_(wish.page_bytes), wish_(wish) {
    for (Segment& segment : segments) {
      (segment.is_mapped ? mapped_ : ram_).push_back(std::move(segment));
    }
    std::stable_sort(mapped_.begin(), mapped_.end(), [](const Segment& a, const Segment& b) {
      if (a.has_description != b.has_description) return a.has_description;
      return a.address < b.address;
    });
  }

  std::vector<std::byte> write(std::uint32_t entry_address) {
    bytes_.resize(formats::kImageHeaderBytes);
    for (Segment& segment : mapped_) {
      for (std::size_t gap = gap_before(segment.address); gap != 0;
           gap = gap_before(segment.address)) {
        fill(gap - kSegmentHeader);
      }
      extend_last_page(segment);
      append(segment.address, segment.data);
    }
    for (const Segment& segment : ram_) append(segment.address, segment.data);
    formats::ImageHeader header = wish_.header;
    header.segment_count = static_cast<std::uint8_t>(std::min<std::size_t>(count_, 255));
    header.entry_address = entry_address;
    header.chip_id = static_cast<std::uint16_t>(wish_.chip->id);
    const auto raw = formats::encode(header);
    std::copy(raw.begin(), raw.end(), bytes_.begin());
    return std::move(bytes_);
  }
  std::size_t segment_count() const { return count_; }

 private:
  // Bytes from here until a segment with this address may begin; 0: here. Otherwise at least a
  // header.
  std::size_t gap_before(std::uint32_t address) const {
    const std::size_t data_at = bytes_.size() + kSegmentHeader;
    std::size_t gap = (address % page_ + page_ - data_at % page_) % page_;
    if (gap != 0 && gap < kSegmentHeader) gap += page_;
    return gap;
  }
  // A segment of exactly `bytes` of data: a piece of RAM content where there is enough, else zeros
  // that nobody loads.
  void fill(std::size_t bytes) {
    if (bytes > kSegmentHeader && !ram_.empty()) {
      Segment& ram = ram_.front();
      const std::size_t taken = std::min(bytes, ram.data.size());
      append(ram.address, Bytes(ram.data).first(taken));
      ram.address += static_cast<std::uint32_t>(taken);
      ram.data.erase(ram.data.begin(), ram.data.begin() + static_cast<std::ptrdiff_t>(taken));
      if (ram.data.empty()) ram_.erase(ram_.begin());
      return;
    }
    append(0, std::vector<std::byte>(bytes));
  }
  void extend_last_page(Segment& segment) const {
    if (wish_.chip->id != formats::ChipId::kEsp32) return;
    const std::size_t into_page = (bytes_.size() + kSegmentHeader + segment.data.size()) % page_;
    if (into_page < kMinLastPageBytes)
      segment.data.resize(segment.data.size() + kMinLastPageBytes - into_page);
  }
  void append(std::uint32_t address, Bytes data) {
    const auto header =
        formats::encode(formats::SegmentHeader{address, static_cast<std::uint32_t>(data.size())});
    bytes_.insert(bytes_.end(), header.begin(), header.end());
    bytes_.insert(bytes_.end(), data.begin(), data.end());
    ++count_;
  }

  std::uint32_t page_;
  const ElfImageWish& wish_;
  std::vector<Segment> mapped_, ram_;
  std::vector<std::byte> bytes_;
  std::size_t count_ = 0;
};

std::byte checksum_of(Bytes image) {
  auto sum = static_cast<std::byte>(formats::kChecksumSeed);
  const auto count = std::to_integer<unsigned>(image[1]);
  std::size_t at = formats::kImageHeaderBytes;
  for (unsigned i = 0; i < count; ++i) {
    const std::uint32_t length = load_u32(&image[at + 4]);
    at += kSegmentHeader;
    for (std::size_t k = 0; k < length; ++k) sum ^= image[at + k];
    at += length;
  }
  return sum;
}

}  // namespace

Result<ElfImage, Refusal> lay_out(const ElfProgram& program, const ElfImageWish& wish) {
  if (program.sections.empty()) return refuse("the program has no section that is loaded.");
  std::vector<Segment> segments = segments_of(program, *wish.chip);
  for (const Segment& segment : segments) {
    if (segment.address % 4 == 0) continue;
    return refuse(fmt::format(
        "a section at 0x{:08x} does not begin at a multiple of 4, and chips load whole words; "
        "align it in the linker script.",
        segment.address));
  }
  Layout layout(wish, std::move(segments));
  ElfImage image;
  image.bytes = layout.write(program.entry_address);
  if (layout.segment_count() > formats::kMaxSegments) {
    return refuse(fmt::format(
        "the program needs {} segments, and an image holds {} at most; join sections in the "
        "linker script.",
        layout.segment_count(), formats::kMaxSegments));
  }
  image.has_description =
      image.bytes.size() >= formats::kImagePreambleBytes &&
      load_u32(&image.bytes[formats::kDescriptionOffset]) == formats::kAppDescriptionMagic;
  return image;
}

Outcome seal(ElfImage& image, const ElfImageWish& wish) {
  const bool has_digest = wish.header.digest_appended != 0;
  std::vector<std::byte>& bytes = image.bytes;
  if (wish.secure_pad) {
    if (!has_digest) return wrong_use("--secure-pad-v2 needs the appended digest.");
    // One more segment of zeros, so that checksum and digest end exactly on a page.
    const std::size_t end = bytes.size() + kSegmentHeader + kChecksumAndDigestBytes;
    const std::size_t padding = (wish.page_bytes - end % wish.page_bytes) % wish.page_bytes / 4 * 4;
    const auto header =
        formats::encode(formats::SegmentHeader{0, static_cast<std::uint32_t>(padding)});
    bytes.insert(bytes.end(), header.begin(), header.end());
    bytes.resize(bytes.size() + padding);
    const auto count = std::to_integer<unsigned>(bytes[1]) + 1;
    if (count > formats::kMaxSegments)
      return refuse("there is no segment left for --secure-pad-v2.");
    bytes[1] = static_cast<std::byte>(count);
  }
  const std::byte checksum = checksum_of(bytes);
  bytes.resize(align_up(static_cast<std::uint32_t>(bytes.size() + 1), 16));
  bytes.back() = checksum;
  if (has_digest) {
    const auto digest = crypto::sha256(bytes);
    bytes.insert(bytes.end(), digest.begin(), digest.end());
  }
  return {};
}

}  // namespace rota::cli
