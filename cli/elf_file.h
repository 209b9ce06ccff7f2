// The loadable contents of a 32-bit little-endian ELF file, as the linkers of these chips write it:
// what an app image is made from.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "cli/input_file.h"
#include "cli/refusal.h"

namespace rota::cli {

inline constexpr std::uint32_t kMaxElfBytes = 256U << 20U;
inline constexpr std::uint32_t kMaxElfContentBytes = 32U << 20U;  // more than any chip maps

struct ElfSection {
  std::string name;
  std::uint32_t address = 0;
  std::vector<std::byte> data;
};

struct ElfProgram {
  std::uint32_t entry_address = 0;
  std::uint16_t machine = 0;         // EM_XTENSA 94, EM_RISCV 243
  std::vector<ElfSection> sections;  // with content that is loaded, in file order
};

inline constexpr std::uint16_t kElfXtensa = 94;
inline constexpr std::uint16_t kElfRiscV = 243;

// Refuses, with the offset and the field: not an ELF file, 64-bit or big-endian, not an executable,
// headers or sections beyond the end of the file.
Result<ElfProgram, Refusal> read_elf(InputFile& file);

}  // namespace rota::cli
