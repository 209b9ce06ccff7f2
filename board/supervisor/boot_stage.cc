#include "board/supervisor/boot_stage.h"

#include "board/bootloader/bootloader.h"

namespace rota::board {
namespace {

BootOutcome run_bootloader(core::Flash& flash,
                           core::EFuses& efuses,
                           const BootContext& context,
                           const Console& console) {
  BootCircumstances circumstances;
  circumstances.chip = context.chip;
  circumstances.is_power_on_reset = context.reason == ResetReason::kPowerOn;
  circumstances.woke_from_deep_sleep = context.reason == ResetReason::kDeepSleep;
  circumstances.retained_image = context.retained_image;
  circumstances.pin_level = context.pin_level;
  circumstances.log = console;
  circumstances.now_ms = context.now_ms;
  const BootReport report = boot(flash, efuses, circumstances);

  BootOutcome outcome;
  outcome.sentence = report.sentence;
  outcome.range = report.range;
  outcome.table_offset = report.settings.table_offset;
  for (const core::AppliedRule& rule : report.rules) outcome.rules.push_back(sentence_of(rule));
  switch (report.result) {
    case BootReport::Result::kStarts:
      outcome.kind = BootOutcome::Kind::kStarts;
      outcome.position = name_of(report.position);
      if (report.image) outcome.image = *report.image;
      break;
    case BootReport::Result::kResets:
      outcome.kind = BootOutcome::Kind::kResets;
      break;
    case BootReport::Result::kDoesNotStart:
      outcome.kind = BootOutcome::Kind::kDoesNotStart;
      break;
    case BootReport::Result::kPowerLost:
      outcome.kind = BootOutcome::Kind::kPowerLost;
      break;
  }
  return outcome;
}

}  // namespace

BootStage flash_bootloader() { return run_bootloader; }

core::ChipIdentity identity_of(const BoardSettings& settings) {
  core::ChipIdentity identity;
  identity.facts = settings.chip;
  identity.revision = settings.revision;
  identity.efuse_block_revision = settings.efuse_block_revision;
  identity.accepts_native_payload = true;
  return identity;
}

}  // namespace rota::board
