// Mistakes that a device could have, as values: the sweep must find each of them, or it is blind.
// They exist in this program only: a layer between the core and the chip, an application that does
// a step wrong, a bootloader with another setting. The core itself is never changed for it.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

namespace rota::sim {

enum class DefectKind : std::uint8_t {
  kNone,
  // Writing records
  kErasesNewest,
  kErasesConfirmedFirst,
  kErasesBoth,
  kNoDisarm,
  kDisarmsBySequence,
  kCheckWordFirst,
  kStateLast,
  kOneWrite,
  kNoReadBack,
  kRecordNotErased,
  kWrongSector,
  kStateUndefined,
  kNewIsValid,
  kSequenceOffByOne,
  kRecordTwice,
  kNoCheckWord,
  // Reading records
  kCheckWordIgnored,
  kReadsOneSector,
  kNoSettling,
  kRecordsSurviveReset,
  // The bootloader
  kPendingIsValid,
  kTrialNeverEnds,
  kBootsWithoutRollback,
  // Slots
  kSlotNotErased,
  kErasesSectorBefore,
  kErasesTooMuch,
  kTailHeldBack,
  kVerifiesMemory,
  kOneReadIsEnough,
  // The application
  kSwitchesBeforeVerify,
  kNeverVerifies,
  kConfirmsFirst,
  kNeverConfirms,
  kRejectsByErasing,
  kBootsNextSlot,
  kWritesRunningSlot,
  kProgressFirst,
  kProgressRoundedUp,
  kProgressSurvivesReset,
  kErasesFactory,
  kForgetsOthersOnTrial,
  kNvsIntoOtaData,
  kUpdatesAfterFailedConfirm,
  // Fuses
  kBurnsOneMore,
  kBurnsOnTrial,
  kBurnsAtSwitch,
};

struct Defect {
  DefectKind kind = DefectKind::kNone;
  std::string_view name;
  std::string_view what;
};

std::span<const Defect> all_defects();

}  // namespace rota::sim
