// A device played through on paper: its bootloader and what an app may do to OTA data, on a flash
// that is not changed. `rota otadata show` asks it what each action would lead to, `simulate` plays
// along.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "cli/boot_forecast.h"
#include "cli/sketch_flash.h"
#include "core/boot_selection.h"
#include "core/efuses.h"
#include "core/ota_data_writer.h"
#include "core/partition_access.h"
#include "core/update_settings.h"

namespace rota::cli {

class OtaSimulator {
 public:
  // Borrows all of it. `judge` judges the images of `flash`; `writing` counts for bootloader and
  // app.
  OtaSimulator(core::Flash& flash,
               ImageJudge& judge,
               const BootForecast& forecast,
               const BootQuestion& question,
               core::OtaDataWriting writing);

  // A reset or power-on: the bootloader decides and writes its records.
  BootOutcome restart();

  // What the app that runs may do; each as the API call of that name. Errors: those of
  // core::BootSelection, kWrongState when nothing runs.
  Status confirm();
  Status reject();
  Status select(const formats::PartitionRow& row);  // the factory partition erases OTA data
  // As a flashing tool: both records become blank. Errors: kOtaDataMissing, flash errors.
  Status erase();
  // The power goes between the next erase and the program behind it.
  void plan_cut() { flash_.cut_at_next_program(); }
  bool is_powered() const { return flash_.is_powered(); }

  formats::OtaRecords records();
  core::BootPosition running() const { return running_; }
  std::uint32_t secure_version() const;

 private:
  // Fuses that are burned on paper.
  class Fuses final : public core::EFuses {
   public:
    explicit Fuses(std::uint32_t bits) : bits_(bits) {}
    std::uint32_t secure_version_bits() const override { return bits_; }
    Status burn_secure_version_bits(std::uint32_t bits) override {
      bits_ |= bits;
      return {};
    }
    std::uint8_t revoked_key_slots() const override { return 0; }
    Status revoke_key_slot(unsigned) override { return Error::kEfuseBurnFailed; }

   private:
    std::uint32_t bits_;
  };

  const formats::PartitionRow* running_row() const;
  core::OtaDataStore store() { return {flash_, forecast_.table.ota_data, writing_}; }
  template <class Act>
  Status act_as_app(Act act);

  SketchFlash flash_;
  ImageJudge& judge_;
  const BootForecast& forecast_;
  core::OtaDataWriting writing_;
  Fuses fuses_;
  core::UpdateSettings settings_;
  core::BootPosition running_;
  core::FlashRange running_range_;
};

std::string_view name_of(core::OtaDataWriting writing);  // "cut-safe", "in-place"

}  // namespace rota::cli
