#include "cli/elf_file.h"

#include <algorithm>
#include <array>

#include "cli/console.h"
#include "cli/table_source.h"

namespace rota::cli {
namespace {

constexpr std::size_t kHeaderBytes = 52;
constexpr std::size_t kSectionHeaderBytes = 40;
constexpr std::uint16_t kExecutable = 2;
constexpr std::uint32_t kProgramBits = 1;  // SHT_PROGBITS
constexpr std::uint32_t kInitArray = 14;
constexpr std::uint32_t kFiniArray = 15;

struct SectionHeader {
  std::uint32_t name = 0, type = 0, address = 0, offset = 0, size = 0;
};

SectionHeader decode_section_header(const std::byte* raw) {
  return {load_u32(raw), load_u32(raw + 4), load_u32(raw + 12), load_u32(raw + 16),
          load_u32(raw + 20)};
}

Failed<Refusal> broken(const InputFile& file, std::string_view what) {
  return refuse(fmt::format("{}: {}; the file is cut short or damaged, link the program again.",
                            file.name(), what));
}

Result<std::vector<std::byte>, Refusal> read_exactly(InputFile& file,
                                                     std::uint32_t offset,
                                                     std::size_t bytes,
                                                     std::string_view what) {
  if (offset > file.size() || bytes > file.size() - offset) {
    return broken(
        file, fmt::format("{} at 0x{:x} has {} bytes and reaches beyond the end at 0x{:x}", what,
                          offset, grouped(bytes), file.size()));
  }
  return file.read_some(offset, bytes);
}

bool is_loaded(const SectionHeader& section) {
  const bool has_content =
      section.type == kProgramBits || section.type == kInitArray || section.type == kFiniArray;
  return has_content && section.address != 0 && section.size != 0;
}

std::string name_at(Bytes names, std::uint32_t at) {
  return at < names.size() ? std::string(text_field(names.subspan(at))) : std::string();
}

}  // namespace

Result<ElfProgram, Refusal> read_elf(InputFile& file) {
  constexpr std::array kIdentity{std::byte{0x7F}, std::byte{'E'}, std::byte{'L'}, std::byte{'F'}};
  const auto header = file.read_some(0, kHeaderBytes);
  if (!header) return Failed{header.error()};
  if (header->size() < kHeaderBytes ||
      !std::equal(kIdentity.begin(), kIdentity.end(), header->begin())) {
    return refuse(fmt::format("{} is not an ELF file. {}", file.name(), what_it_is(file)));
  }
  const std::byte* raw = header->data();
  if (raw[4] != std::byte{1} || raw[5] != std::byte{1}) {
    return refuse(fmt::format(
        "{} is a {}-bit {}-endian ELF file, and these chips are 32-bit little-endian; "
        "rota image pack takes programs of this machine.",
        file.name(), raw[4] == std::byte{2} ? 64 : 32, raw[5] == std::byte{2} ? "big" : "little"));
  }
  if (file.size() > kMaxElfBytes)
    return broken(file, "it is larger than any program of these chips");
  if (load_u16(raw + 16) != kExecutable) {
    return refuse(
        fmt::format("{} is not a linked program (ELF type {}); give the .elf of the build.",
                    file.name(), load_u16(raw + 16)));
  }
  ElfProgram program;
  program.machine = load_u16(raw + 18);
  program.entry_address = load_u32(raw + 24);
  const std::uint32_t table_offset = load_u32(raw + 32);
  const std::uint16_t entry_bytes = load_u16(raw + 46);
  const std::uint16_t count = load_u16(raw + 48);
  const std::uint16_t names_index = load_u16(raw + 50);
  if (entry_bytes != kSectionHeaderBytes || names_index >= count) {
    return broken(
        file, fmt::format("its section headers have {} bytes at field 0x2e, not {}, or its names "
                          "section {} is missing",
                          entry_bytes, kSectionHeaderBytes, names_index));
  }
  const auto table = read_exactly(file, table_offset, std::size_t{count} * kSectionHeaderBytes,
                                  "the table of section headers");
  if (!table) return Failed{table.error()};
  const SectionHeader names_header =
      decode_section_header(&(*table)[std::size_t{names_index} * kSectionHeaderBytes]);
  const auto names =
      read_exactly(file, names_header.offset, names_header.size, "the section of names");
  if (!names) return Failed{names.error()};
  std::uint64_t total = 0;
  for (std::size_t i = 0; i < count; ++i) {
    const SectionHeader section = decode_section_header(&(*table)[i * kSectionHeaderBytes]);
    if (!is_loaded(section)) continue;
    const std::string name = name_at(*names, section.name);
    total += section.size;
    if (total > kMaxElfContentBytes)
      return broken(file, "its sections hold more than any chip can map");
    auto data = read_exactly(file, section.offset, section.size, "section " + printable(name));
    if (!data) return Failed{data.error()};
    program.sections.push_back({name, section.address, std::move(data).value()});
  }
  return program;
}

}  // namespace rota::cli
