#include "sim/defect.h"

#include <array>

namespace rota::sim {

namespace {

using Kind = DefectKind;

constexpr std::array kDefects{
    Defect{Kind::kErasesNewest, "erases-newest",
           "the sector with the newest record is erased first"},
    Defect{Kind::kErasesConfirmedFirst, "erases-confirmed-first",
           "the bootloader erases a confirmed record before it writes a new one"},
    Defect{Kind::kErasesBoth, "erases-both", "one erase takes both records"},
    Defect{Kind::kNoDisarm, "no-disarm", "a live record is erased without spoiling its check word"},
    Defect{Kind::kDisarmsBySequence, "disarms-by-sequence", "a record is spoiled by sequence 0"},
    Defect{Kind::kCheckWordFirst, "check-word-first", "the check word is programmed first"},
    Defect{Kind::kStateLast, "state-last", "the state is programmed after the check word"},
    Defect{Kind::kOneWrite, "one-write", "all 32 bytes of a record in one program"},
    Defect{Kind::kNoReadBack, "no-read-back", "what was written to OTA data is not read back"},
    Defect{Kind::kRecordNotErased, "record-not-erased", "a record is programmed over the old one"},
    Defect{Kind::kWrongSector, "wrong-sector", "records are written to the other sector"},
    Defect{Kind::kStateUndefined, "state-undefined", "every record is written without a state"},
    Defect{Kind::kNewIsValid, "new-is-valid", "a new image is recorded as confirmed"},
    Defect{Kind::kSequenceOffByOne, "sequence-off-by-one", "the record names the next slot"},
    Defect{Kind::kRecordTwice, "record-twice", "a new record is written to both sectors"},
    Defect{Kind::kNoCheckWord, "no-check-word", "the check word is not written"},
    Defect{Kind::kCheckWordIgnored, "check-word-ignored", "records are used without looking at it"},
    Defect{Kind::kReadsOneSector, "reads-one-sector", "the bootloader reads sector 0 only"},
    Defect{Kind::kNoSettling, "no-settling", "the bootloader reads each record once"},
    Defect{Kind::kRecordsSurviveReset, "records-survive-reset",
           "the application keeps OTA data in memory that a reset does not clear"},
    Defect{Kind::kPendingIsValid, "pending-is-valid", "the bootloader confirms at the first start"},
    Defect{Kind::kTrialNeverEnds, "trial-never-ends",
           "the bootloader starts a trial again and again"},
    Defect{Kind::kBootsWithoutRollback, "no-rollback",
           "the bootloader has no rollback, the app has"},
    Defect{Kind::kSlotNotErased, "slot-not-erased", "a slot is programmed over the old image"},
    Defect{Kind::kErasesSectorBefore, "erases-sector-before",
           "each erase takes the sector before, too"},
    Defect{Kind::kErasesTooMuch, "erases-too-much", "an erase takes an aligned 32 KB"},
    Defect{Kind::kTailHeldBack, "tail-held-back", "the last bytes are reported, and written later"},
    Defect{Kind::kVerifiesMemory, "verifies-memory",
           "the image is verified as sent, not as stored"},
    Defect{Kind::kOneReadIsEnough, "one-read-is-enough", "a sector is trusted after one read"},
    Defect{Kind::kSwitchesBeforeVerify, "switches-before-verify", "set_boot comes before end"},
    Defect{Kind::kNeverVerifies, "never-verifies", "nobody looks at the image before it is chosen"},
    Defect{Kind::kConfirmsFirst, "confirms-first", "confirmation before the self-test"},
    Defect{Kind::kNeverConfirms, "never-confirms", "a good image does not confirm itself"},
    Defect{Kind::kRejectsByErasing, "rejects-by-erasing", "a bad image erases OTA data to go back"},
    Defect{Kind::kBootsNextSlot, "boots-next-slot", "the slot after the written one is chosen"},
    Defect{Kind::kWritesRunningSlot, "writes-running-slot", "the update goes to the running slot"},
    Defect{Kind::kProgressFirst, "progress-first", "progress is stored before the bytes are"},
    Defect{Kind::kProgressRoundedUp, "progress-rounded-up",
           "a download goes on at the next sector"},
    Defect{Kind::kProgressSurvivesReset, "progress-survives-reset",
           "progress is kept in memory that a reset does not clear"},
    Defect{Kind::kErasesFactory, "erases-factory", "the factory image is erased to make room"},
    Defect{Kind::kForgetsOthersOnTrial, "forgets-others",
           "an image on trial erases the other record"},
    Defect{Kind::kNvsIntoOtaData, "nvs-into-ota-data", "NVS is written one partition too early"},
    Defect{Kind::kUpdatesAfterFailedConfirm, "updates-after-failed-confirm",
           "an image that could not confirm itself installs the next update"},
    Defect{Kind::kBurnsOneMore, "burns-one-more", "one fuse too many is burned"},
    Defect{Kind::kBurnsOnTrial, "burns-on-trial",
           "the secure version is raised before confirmation"},
    Defect{Kind::kBurnsAtSwitch, "burns-at-switch", "the secure version is raised by set_boot"},
};

}  // namespace

std::span<const Defect> all_defects() { return kDefects; }

}  // namespace rota::sim
