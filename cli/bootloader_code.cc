#include "cli/bootloader_code.h"

#include <array>
#include <cstddef>
#include <vector>

#include "formats/ota_data.h"

namespace rota::cli {
namespace {

constexpr std::uint32_t kAborted = 4;
constexpr std::int32_t kRecordBytes = 32;
constexpr std::int32_t kStateOffset = 24;    // in a record
constexpr std::size_t kConstantReach = 300;  // bytes of code that a loaded constant is followed
constexpr std::size_t kPairReach = 200;      // bytes of code between the two stores

static_assert(static_cast<std::uint32_t>(formats::OtaState::kAborted) == kAborted);

// A store of the constant ABORTED at base + offset.
struct Store {
  std::size_t at = 0;
  std::uint32_t base = 0;  // register
  std::int32_t offset = 0;
};

// Registers that were given the constant, and where; a later load of another number takes it away.
class Constants {
 public:
  void load(std::uint32_t into, std::int32_t value, std::size_t at) {
    loaded_at_[into] = value == static_cast<std::int32_t>(kAborted) ? at + 1 : 0;
  }
  bool holds(std::uint32_t in, std::size_t at) const {
    return loaded_at_[in] != 0 && at - (loaded_at_[in] - 1) < kConstantReach;
  }

 private:
  std::array<std::size_t, 32> loaded_at_{};  // 0: never
};

constexpr std::int32_t sign_extended(std::uint32_t value, unsigned bits) {
  const std::uint32_t sign = 1U << (bits - 1);
  return static_cast<std::int32_t>((value ^ sign) - sign);
}

// MOVI.N at, imm; S32I.N at, as, 4 * imm; S32I at, as, 4 * imm. Instructions have two or three
// bytes and nothing marks where one starts, so every byte is tried.
std::vector<Store> stores_of_xtensa(Bytes code) {
  std::vector<Store> stores;
  Constants constants;
  const auto byte = [&](std::size_t at) { return std::to_integer<std::uint32_t>(code[at]); };
  for (std::size_t at = 0; at + 3 <= code.size(); ++at) {
    const std::uint32_t first = byte(at);
    const std::uint32_t second = byte(at + 1);
    const std::uint32_t value_register = first >> 4U;
    const std::uint32_t base = second & 15U;
    if (first == 0x0C) {
      constants.load(base, static_cast<std::int32_t>(second >> 4U), at);
    } else if ((first & 15U) == 9 && constants.holds(value_register, at)) {
      stores.push_back({at, base, static_cast<std::int32_t>((second >> 4U) * 4)});
    } else if ((first & 15U) == 2 && second >> 4U == 6 && constants.holds(value_register, at)) {
      stores.push_back({at, base, static_cast<std::int32_t>(byte(at + 2) * 4)});
    }
  }
  return stores;
}

void read_short(std::uint32_t word,
                std::size_t at,
                Constants& constants,
                std::vector<Store>& into) {
  const std::uint32_t quadrant = word & 3U;
  const std::uint32_t kind = word >> 13U;
  if (quadrant == 1 && kind == 2) {  // C.LI
    constants.load(word >> 7U & 31U,
                   sign_extended((word >> 12U & 1U) << 5U | (word >> 2U & 31U), 6), at);
  } else if (quadrant == 0 && kind == 6) {  // C.SW
    const std::uint32_t offset =
        (word >> 10U & 7U) << 3U | (word >> 6U & 1U) << 2U | (word >> 5U & 1U) << 6U;
    if (constants.holds((word >> 2U & 7U) + 8, at)) {
      into.push_back({at, (word >> 7U & 7U) + 8, static_cast<std::int32_t>(offset)});
    }
  } else if (quadrant == 2 && kind == 6) {  // C.SWSP
    const std::uint32_t offset = (word >> 9U & 15U) << 2U | (word >> 7U & 3U) << 6U;
    if (constants.holds(word >> 2U & 31U, at)) {
      into.push_back({at, 2, static_cast<std::int32_t>(offset)});
    }
  }
}

void read_long(std::uint32_t word, std::size_t at, Constants& constants, std::vector<Store>& into) {
  const std::uint32_t operation = word & 127U;
  const std::uint32_t kind = word >> 12U & 7U;
  if (operation == 0x13 && kind == 0 && (word >> 15U & 31U) == 0) {  // ADDI rd, x0, imm
    constants.load(word >> 7U & 31U, sign_extended(word >> 20U, 12), at);
  } else if (operation == 0x23 && kind == 2) {  // SW
    const std::int32_t offset = sign_extended((word >> 25U) << 5U | (word >> 7U & 31U), 12);
    if (constants.holds(word >> 20U & 31U, at)) into.push_back({at, word >> 15U & 31U, offset});
  }
}

std::vector<Store> stores_of_riscv(Bytes code) {
  std::vector<Store> stores;
  Constants constants;
  for (std::size_t at = 0; at + 2 <= code.size();) {
    const std::uint32_t half = load_u16(code.data() + at);
    if ((half & 3U) != 3) {
      read_short(half, at, constants, stores);
      at += 2;
    } else {
      if (at + 4 > code.size()) break;
      read_long(load_u32(code.data() + at), at, constants, stores);
      at += 4;
    }
  }
  return stores;
}

}  // namespace

std::optional<std::uint32_t> rollback_code_address(Bytes code,
                                                   std::uint32_t load_address,
                                                   Processor processor) {
  const std::vector<Store> stores =
      processor == Processor::kXtensa ? stores_of_xtensa(code) : stores_of_riscv(code);
  for (std::size_t i = 0; i < stores.size(); ++i) {
    for (std::size_t k = 0; k < stores.size(); ++k) {
      const std::size_t apart =
          stores[k].at > stores[i].at ? stores[k].at - stores[i].at : stores[i].at - stores[k].at;
      if (stores[k].base == stores[i].base && apart < kPairReach && stores[i].offset % 4 == 0 &&
          stores[i].offset >= kStateOffset && stores[k].offset == stores[i].offset + kRecordBytes) {
        return load_address + static_cast<std::uint32_t>(stores[i].at);
      }
    }
  }
  return std::nullopt;
}

}  // namespace rota::cli
