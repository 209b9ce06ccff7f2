// What an application was built with, as far as updates are concerned: values, never #ifdef.
#pragma once

#include <cstdint>

#include "core/image_signature.h"
#include "core/image_verifier.h"
#include "core/ota_data_writer.h"
#include "core/slot_writer.h"

namespace rota::core {

struct UpdateSettings {
  bool rollback = false;       // CONFIG_BOOTLOADER_APP_ROLLBACK_ENABLE
  bool anti_rollback = false;  // CONFIG_BOOTLOADER_APP_ANTI_ROLLBACK
  std::uint8_t secure_version_width = 32;
  OtaDataWriting ota_data_writing = OtaDataWriting::kCutSafe;
  SlotWriting slot_writing = SlotWriting::kChecked;
  ChipIdentity chip;
  bool demand_signature = false;  // CONFIG_SECURE_SIGNED_ON_UPDATE
  SignatureDemand signature;      // which one

  // Safer than the reference; conformance runs switch these off (docs/compatibility.md).
  bool confirm_only_running = true;  // refuse to confirm a record that is not the running slot's
  bool demand_digest = true;         // refuse an image without digest when the running one has one
};

}  // namespace rota::core
