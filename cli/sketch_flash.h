// What would happen to a flash, without touching it: reads come from the flash below, changes stay
// in memory, sector by sector. `rota otadata` plays actions on it.
//
// Behaves as NOR: program clears bits, erase sets them. A planned power cut strikes at the first
// program of a record after an erase; from then on nothing is written until power_on().
#pragma once

#include <array>
#include <cstdint>
#include <map>

#include "core/flash.h"

namespace rota::cli {

class SketchFlash final : public core::Flash {
 public:
  // Borrows the flash below.
  explicit SketchFlash(core::Flash& below) : below_(below) {}

  // The power goes at the next program: what was to be erased before it is erased.
  void cut_at_next_program() { cut_is_planned_ = true; }
  bool is_powered() const { return is_powered_; }
  void power_on() { is_powered_ = true; }

  Status read(core::FlashAddress from, MutableBytes into) override;
  // Errors: kFlashProgramFailed, kFlashEraseFailed while the power is off.
  Status program(core::FlashAddress to, Bytes bytes) override;
  Status erase(core::FlashRange range) override;
  const core::FlashGeometry& geometry() const override { return below_.geometry(); }

 private:
  using Sector = std::array<std::byte, core::kSectorBytes>;
  // The sector's copy, made when it is first changed. Errors: those of the flash below.
  Result<Sector*> changed_sector(std::uint32_t number);

  core::Flash& below_;
  std::map<std::uint32_t, Sector> changed_;
  bool cut_is_planned_ = false;
  bool is_powered_ = true;
};

}  // namespace rota::cli
