#include "formats/chips.h"

#include <array>

namespace rota::formats {
namespace {

// Where a bootloader may put a segment: data RAM, code RAM, then RTC memory. Ranges that overlap or
// touch are kept apart: a segment has to fit into one of them.
constexpr AddressRange kEsp32Ram[] = {{0x3FFAE000, 0x40000000},
                                      {0x40080000, 0x400AA000},
                                      {0x400C0000, 0x400C2000},
                                      {0x3FF80000, 0x3FF82000},
                                      {0x50000000, 0x50002000}};
constexpr AddressRange kEsp32S2Ram[] = {{0x3FFB0000, 0x40000000},
                                        {0x40020000, 0x40070000},
                                        {0x40070000, 0x40072000},
                                        {0x3FF9E000, 0x3FFA0000},
                                        {0x50000000, 0x50002000}};
constexpr AddressRange kEsp32C3Ram[] = {
    {0x3FC80000, 0x3FCE0000}, {0x4037C000, 0x403E0000}, {0x50000000, 0x50002000}};
constexpr AddressRange kEsp32S3Ram[] = {{0x3FC88000, 0x3FD00000},
                                        {0x40370000, 0x403E0000},
                                        {0x600FE000, 0x60100000},
                                        {0x50000000, 0x50002000}};
constexpr AddressRange kEsp32C2Ram[] = {{0x3FCA0000, 0x3FCE0000}, {0x4037C000, 0x403C0000}};
constexpr AddressRange kEsp32C6Ram[] = {{0x40800000, 0x40880000}, {0x50000000, 0x50004000}};
constexpr AddressRange kEsp32H2Ram[] = {{0x40800000, 0x40850000}, {0x50000000, 0x50001000}};
constexpr AddressRange kEsp32P4Ram[] = {
    {0x4FF00000, 0x4FFC0000}, {0x50108000, 0x50110000}, {0x30100000, 0x30102000}};
constexpr AddressRange kEsp32C61Ram[] = {{0x40800000, 0x40850000}};
constexpr AddressRange kEsp32C5Ram[] = {{0x40800000, 0x40860000}, {0x50000000, 0x50004000}};
constexpr AddressRange kEsp32H21Ram[] = {{0x40800000, 0x40850000}, {0x50000000, 0x50001000}};
constexpr AddressRange kEsp32H4Ram[] = {{0x40810000, 0x40860000}, {0x50000000, 0x50004000}};
constexpr AddressRange kEsp32S31Ram[] = {{0x2F000000, 0x2F080000}, {0x2E000000, 0x2E008000}};

struct Names {
  ChipId id;
  std::string_view target;
  std::string_view name;
};

constexpr ChipFacts chip(Names names,
                         std::uint32_t bootloader_offset,
                         AddressRange mapped_data,
                         AddressRange mapped_code,
                         std::span<const AddressRange> ram) {
  ChipFacts facts;
  facts.id = names.id;
  facts.target = names.target;
  facts.name = names.name;
  facts.bootloader_offset = bootloader_offset;
  facts.mapped_data = mapped_data;
  facts.mapped_code = mapped_code;
  facts.shared_map = mapped_data.low == mapped_code.low;
  facts.ram_ranges = ram;
  return facts;
}

// The description of an app chooses the MMU page, between these sizes (spec 4.6). On ESP32-C6 and
// ESP32-H2 the recorded verdicts of the reference take 128 KiB, too, though the chips have no such
// page.
constexpr ChipFacts choosing_pages(ChipFacts facts, std::uint8_t min_log2, std::uint8_t max_log2) {
  facts.page_size_in_image = true;
  facts.min_page_log2 = min_log2;
  facts.max_page_log2 = max_log2;
  return facts;
}

constexpr ChipFacts wide(ChipFacts facts) {
  facts.wide_flash = true;
  return facts;
}

constexpr ChipFacts fuse_width(ChipFacts facts, std::uint8_t bits) {
  facts.secure_version_width = bits;
  return facts;
}

constexpr ChipFacts external(ChipFacts facts, AddressRange range) {
  facts.mapped_external = range;
  return facts;
}

constexpr ChipFacts esp32() {
  ChipFacts facts = chip({ChipId::kEsp32, "esp32", "ESP32"}, 0x1000, {0x3F400000, 0x3F800000},
                         {0x400D0000, 0x40400000}, kEsp32Ram);
  facts.checks_efuse_block_revision = false;
  return fuse_width(facts, 32);
}

constexpr AddressRange kShared16M{0x42000000, 0x43000000};
constexpr AddressRange kShared32M{0x42000000, 0x44000000};
constexpr AddressRange kShared64M{0x40000000, 0x44000000};

constexpr std::array<ChipFacts, 13> kChips = {
    esp32(),
    chip({ChipId::kEsp32S2, "esp32s2", "ESP32-S2"},
         0x1000,
         {0x3F000000, 0x3FF80000},
         {0x40080000, 0x40800000},
         kEsp32S2Ram),
    chip({ChipId::kEsp32C3, "esp32c3", "ESP32-C3"},
         0x0,
         {0x3C000000, 0x3C800000},
         {0x42000000, 0x42800000},
         kEsp32C3Ram),
    wide(chip({ChipId::kEsp32S3, "esp32s3", "ESP32-S3"},
              0x0,
              {0x3C000000, 0x3E000000},
              {0x42000000, 0x44000000},
              kEsp32S3Ram)),
    fuse_width(choosing_pages(chip({ChipId::kEsp32C2, "esp32c2", "ESP32-C2"},
                                   0x0,
                                   {0x3C000000, 0x3C400000},
                                   {0x42000000, 0x42400000},
                                   kEsp32C2Ram),
                              14,
                              16),
               4),
    choosing_pages(
        chip({ChipId::kEsp32C6, "esp32c6", "ESP32-C6"}, 0x0, kShared16M, kShared16M, kEsp32C6Ram),
        13,
        17),
    choosing_pages(
        chip({ChipId::kEsp32H2, "esp32h2", "ESP32-H2"}, 0x0, kShared16M, kShared16M, kEsp32H2Ram),
        13,
        17),
    external(wide(chip({ChipId::kEsp32P4, "esp32p4", "ESP32-P4"},
                       0x2000,
                       kShared64M,
                       kShared64M,
                       kEsp32P4Ram)),
             {0x48000000, 0x4C000000}),
    choosing_pages(wide(chip({ChipId::kEsp32C61, "esp32c61", "ESP32-C61"},
                             0x0,
                             kShared32M,
                             kShared32M,
                             kEsp32C61Ram)),
                   13,
                   16),
    fuse_width(wide(chip({ChipId::kEsp32C5, "esp32c5", "ESP32-C5"},
                         0x2000,
                         kShared32M,
                         kShared32M,
                         kEsp32C5Ram)),
               9),
    choosing_pages(chip({ChipId::kEsp32H21, "esp32h21", "ESP32-H21"},
                        0x0,
                        kShared16M,
                        kShared16M,
                        kEsp32H21Ram),
                   13,
                   16),
    choosing_pages(wide(chip({ChipId::kEsp32H4, "esp32h4", "ESP32-H4"},
                             0x2000,
                             kShared32M,
                             kShared32M,
                             kEsp32H4Ram)),
                   13,
                   16),
    choosing_pages(external(wide(chip({ChipId::kEsp32S31, "esp32s31", "ESP32-S31"},
                                      0x2000,
                                      kShared64M,
                                      kShared64M,
                                      kEsp32S31Ram)),
                            {0x50000000, 0x54000000}),
                   14,
                   18),
};

constexpr char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

bool same_word(std::string_view a, std::string_view b) {
  if (a.size() != b.size()) return false;
  for (std::size_t i = 0; i < a.size(); ++i) {
    if (lower(a[i]) != lower(b[i])) return false;
  }
  return true;
}

}  // namespace

bool ChipFacts::loads_into_ram(std::uint32_t load_address, std::uint32_t bytes) const {
  // The whole destination lies in one range; a segment that crosses into a neighbour is refused.
  const std::uint64_t end = std::uint64_t{load_address} + bytes;
  for (const AddressRange& range : ram_ranges) {
    if (range.holds(load_address) && end <= range.high) return true;
  }
  return false;
}

std::span<const ChipFacts> all_chips() { return kChips; }

const ChipFacts* find_chip(std::uint16_t chip_id) {
  for (const ChipFacts& facts : kChips) {
    if (static_cast<std::uint16_t>(facts.id) == chip_id) return &facts;
  }
  return nullptr;
}

const ChipFacts* find_chip(std::string_view target_or_name) {
  for (const ChipFacts& facts : kChips) {
    if (same_word(facts.target, target_or_name) || same_word(facts.name, target_or_name)) {
      return &facts;
    }
  }
  return nullptr;
}

}  // namespace rota::formats
