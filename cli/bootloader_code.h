// Was a bootloader built with rollback? Read from its machine code, because a stock bootloader has
// no message and no setting that tells.
//
// With rollback, the code that chooses a slot stores ABORTED (4) into the state of both records of
// OTA data, which lie one behind the other on its stack: one constant, stored through one base at
// two places 32 bytes apart (state is at 24 of a record's 32 bytes, spec 2.1, 3.3). Without
// rollback no code stores that number there. Both instruction sets are read: Xtensa (ESP32, S2, S3)
// at every byte, RISC-V instruction by instruction.
#pragma once

#include <cstdint>
#include <optional>

#include "base/bytes.h"

namespace rota::cli {

enum class Processor : std::uint8_t { kXtensa, kRiscV };

// Where the code, which starts at `load_address`, gives both records up; nullopt when nothing in it
// does.
std::optional<std::uint32_t> rollback_code_address(Bytes code,
                                                   std::uint32_t load_address,
                                                   Processor processor);

}  // namespace rota::cli
