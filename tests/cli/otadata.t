OTA data: explained, changed, played with.

  $ make-image old.bin --version 1.0.0 --date 'Jan  2 2025'
  $ make-image new.bin --version 1.1.0 --date 'Mar  4 2025'
  $ make-image s3.bin --chip esp32s3
  $ rota table build two_ota -o t.bin
  $ rota image bootloader --chip esp32 --rollback on -o boot.bin
  $ make-flash dump.bin 0x1000=boot.bin 0x8000=t.bin 0x10000=old.bin 0x110000=old.bin \
  > 0x210000=new.bin 0:1:VALID 1:2:NEW
  $ rota otadata show dump.bin
  dump.bin: OTA data at 0xd000, 2 slots, rollback on, records are written cut-safe
  ~
    record  sequence    names             state           check word
    0       1           ota_0             VALID           0x4743989a, good
    1       2           ota_1             NEW             0x55f63774, good, in charge
  ~
  ota_1 boots now: blink 1.1.0. That start writes record 1: sequence 2 names ota_1, PENDING_VERIFY.
  ~
    if next                  then boots     because
    the board restarts       ota_0          nothing is written
    the app confirms itself  ota_1          record 1: sequence 2 names ota_1, VALID
    the app rejects itself   ota_0          record 1: sequence 2 names ota_1, INVALID
    the app selects factory  factory        record 0: blank; record 1: blank
    the app selects ota_0    ota_0          record 1: sequence 3 names ota_0, NEW
    the app selects ota_1    ota_1          record 1: sequence 2 names ota_1, NEW
    OTA data are erased      factory        record 0: blank; record 1: blank
  $ rota otadata show dump.bin --ota-data-writing in-place --rollback off
  dump.bin: OTA data at 0xd000, 2 slots, rollback off, records are written in-place
  ~
    record  sequence    names             state           check word
    0       1           ota_0             VALID           0x4743989a, good
    1       2           ota_1             NEW             0x55f63774, good, in charge
  ~
  ota_1 boots now: blink 1.1.0.
  ~
    if next                  then boots     because
    the board restarts       ota_1          nothing is written
    the app confirms itself  ota_1          record 1: sequence 2 names ota_1, VALID
    the app rejects itself   ota_0          record 1: sequence 2 names ota_1, INVALID
    the app selects factory  factory        record 0: blank; record 1: blank
    the app selects ota_0    ota_0          record 0: sequence 3 names ota_0, UNDEFINED
    the app selects ota_1    ota_1          record 1: sequence 2 names ota_1, UNDEFINED
    OTA data are erased      factory        record 0: blank; record 1: blank

What is written must be right in a second reader's eyes, too.

  $ make-flash want.bin 0x1000=boot.bin 0x8000=t.bin 0x10000=old.bin 0x110000=old.bin \
  > 0x210000=new.bin 0:3:UNDEFINED 1:2:NEW
  $ cp dump.bin set.bin; rota otadata set set.bin ota_0 --ota-data-writing in-place && cmp set.bin want.bin
  Record 0: sequence 3 names ota_0, UNDEFINED. ota_0 boots next: blink 1.0.0.
  $ make-flash want.bin 0x1000=boot.bin 0x8000=t.bin 0x10000=old.bin 0x110000=old.bin \
  > 0x210000=new.bin 0:1:VALID 1:3:UNDEFINED
  $ cp dump.bin set.bin; rota otadata set set.bin ota_0 && cmp set.bin want.bin
  Record 1: sequence 3 names ota_0, UNDEFINED. ota_0 boots next: blink 1.0.0.
  $ rota otadata set set.bin factory && rota otadata show set.bin
  Both records are blank. factory boots next: blink 1.0.0.
  set.bin: OTA data at 0xd000, 2 slots, rollback on, records are written cut-safe
  ~
    record  sequence    names             state           check word
    0       blank
    1       blank
  ~
  factory boots now: blink 1.0.0.
  ~
    if next                  then boots     because
    the board restarts       factory        nothing is written
    the app confirms itself  factory        refused: No OTA data record is valid, so no slot was
                                            chosen by an update yet.
    the app rejects itself   factory        refused: No OTA data record is valid, so no slot was
                                            chosen by an update yet.
    the app selects factory  factory        nothing is written
    the app selects ota_0    ota_0          record 0: sequence 1 names ota_0, NEW
    the app selects ota_1    ota_1          record 0: sequence 2 names ota_1, NEW
    OTA data are erased      factory        nothing is written
  $ rota otadata set set.bin ota_1 --state new && rota otadata erase set.bin
  Record 0: sequence 2 names ota_1, NEW. ota_1 boots next: blink 1.1.0.
  Both records are blank. factory boots next: blink 1.0.0.

A slot that would not boot needs --force, and names that do not fit are refused.

  $ make-flash part.bin 0x1000=boot.bin 0x8000=t.bin 0x10000=old.bin 0x110000=s3.bin; cp part.bin before
  $ rota otadata set part.bin ota_0
  ! rota otadata set: the bootloader would refuse ota_0 (blink 1.0.0, for ESP32-S3) and start another
  ! image. The image is for another chip. --force chooses it all the same.
  [1]
  $ rota otadata set part.bin ota_1
  ! rota otadata set: the bootloader would refuse ota_1 (empty) and start another image. The slot is
  ! empty: its flash reads FF. --force chooses it all the same.
  [1]
  $ rota otadata set part.bin nvs
  ! rota otadata set: nvs: The partition is not an update slot. Factory, test and data partitions never
  ! take part in updates. Use ota_0 to ota_15: esp_ota_get_next_update_partition() names the right one.
  [1]
  $ rota otadata set part.bin ota_7
  ! rota otadata set: the table has no partition 'ota_7'; it has nvs, otadata, phy_init, factory, ota_0,
  ! ota_1.
  [1]
  $ rota otadata set part.bin ota_0 --state maybe
  ! rota otadata set: --state is undefined, new or valid.
  [2]
  $ rota otadata set - ota_0 < part.bin
  ! rota otadata set: standard input can not be changed; name a dump or a board.
  [2]
  $ cmp part.bin before; ls
  before
  boot.bin
  dump.bin
  new.bin
  old.bin
  part.bin
  s3.bin
  set.bin
  t.bin
  want.bin
  $ rota otadata set part.bin ota_0 --force
  Record 0: sequence 1 names ota_0, UNDEFINED. factory boots next: blink 1.0.0.

OTA data alone in a file.

  $ head -c 8192 /dev/zero | tr '\0' '\377' > blank.bin
  $ rota otadata show blank.bin
  blank.bin: OTA data for 2 slots
  ~
    record  sequence    names             state           check word
    0       blank
    1       blank
  ~
  No record selects a slot: the factory image is tried first, or ota_0 without one. The images and the
  bootloader decide the rest: give a whole flash dump to see what boots.
  $ rota otadata set blank.bin ota_2 --slots 3 && rota otadata show blank.bin --slots 3
  Record 0: sequence 3 names ota_2, UNDEFINED.
  blank.bin: OTA data for 3 slots
  ~
    record  sequence    names             state           check word
    0       3           ota_2             UNDEFINED       0xed4a5011, good, in charge
    1       blank
  ~
  Record 0 selects ota_2. The images and the bootloader decide the rest: give a whole flash dump to
  see what boots.
  $ rota otadata set blank.bin ota_9
  ! rota otadata set: 'ota_9' is not one of the slots ota_0 to ota_1; --slots sets how many there are.
  [2]
  $ rota otadata erase blank.bin && rota otadata show blank.bin
  Both records are blank.
  blank.bin: OTA data for 2 slots
  ~
    record  sequence    names             state           check word
    0       blank
    1       blank
  ~
  No record selects a slot: the factory image is tried first, or ota_0 without one. The images and the
  bootloader decide the rest: give a whole flash dump to see what boots.
  $ make-flash damaged.bin --size 0x2000 --otadata 0 0:5:VALID:x 1:4:VALID && rota otadata show damaged.bin
  damaged.bin: OTA data for 2 slots
  ~
    record  sequence    names             state           check word
    0       5           ota_0             VALID           0xc8210fcc, WRONG: the record does not count
    1       4           ota_1             VALID           0x709d68a8, good, in charge
  ~
  Record 1 selects ota_1. The images and the bootloader decide the rest: give a whole flash dump to
  see what boots.
  $ rota otadata show t.bin
  ! rota otadata show: t.bin ends before 0x8000, where the partition table would be; give a whole flash
  ! dump, or --table-offset.
  [1]

On a board.

  $ rota board new board --table two_ota > /dev/null
  $ rota otadata set board ota_0
  ! rota otadata set: the bootloader would refuse ota_0 (empty) and start another image. The slot is
  ! empty: its flash reads FF. --force chooses it all the same.
  [1]
  $ rota otadata set board ota_0 --force
  Record 0: sequence 1 names ota_0, UNDEFINED. Nothing boots; rota why board shows what each partition
  lacks.
  $ rota board show board | grep 'OTA data 0'
      OTA data 0: sequence 1 names ota_0, UNDEFINED, in charge

A board that runs is not touched.

  $ exec 9> board/lock && flock 9 && rota otadata erase board
  ! rota otadata erase: this board is already running as another process; stop it or use another folder
  ! (board)
  [1]

Played with on paper: in place, as ESP-IDF writes, a power cut loses the confirmed record.

  $ make-flash sure.bin 0x1000=boot.bin 0x8000=t.bin 0x10000=old.bin 0x110000=old.bin \
  > 0x210000=new.bin 0:1:VALID 1:2:VALID
  $ rota otadata simulate sure.bin --ota-data-writing in-place --do cut --do reject --do restart
  sure.bin: rollback on, records are written in-place. Nothing is changed here.
    both records are usable; sector 1 holds the larger sequence 2: ota_1 is tried first; ota_1 passes
    every check and starts.
      record 0: sequence 1 names ota_0, VALID
      record 1: sequence 2 names ota_1, VALID, in charge
      ota_1 runs
  cut
    The power will go inside the next write, after its erase.
      record 0: sequence 1 names ota_0, VALID
      record 1: sequence 2 names ota_1, VALID, in charge
      ota_1 runs
  reject
    The power went inside the write: the board is off. Next: restart.
      record 0: sequence 1 names ota_0, VALID, in charge
      record 1: blank
      the board is off
  restart
    only sector 0 (sequence 1) holds a usable record: ota_0 is tried first; ota_0 passes every check
    and starts.
      record 0: sequence 1 names ota_0, VALID, in charge
      record 1: blank
      ota_0 runs
  $ rota otadata simulate dump.bin --do 'set ota_0' --do restart --do restart
  dump.bin: rollback on, records are written cut-safe. Nothing is changed here.
    both records are usable; sector 1 holds the larger sequence 2: ota_1 is tried first; sector 1
    (sequence 2) was NEW: ota_1 starts on trial, the record becomes PENDING_VERIFY; ota_1 passes every
    check and starts.
      record 0: sequence 1 names ota_0, VALID
      record 1: sequence 2 names ota_1, PENDING_VERIFY, in charge
      ota_1 runs
  set ota_0
    ota_0 is selected for the next start.
      record 0: sequence 1 names ota_0, VALID
      record 1: sequence 3 names ota_0, NEW, in charge
      ota_1 runs
  restart
    both records are usable; sector 1 holds the larger sequence 3: ota_0 is tried first; sector 1
    (sequence 3) was NEW: ota_0 starts on trial, the record becomes PENDING_VERIFY; ota_0 passes every
    check and starts.
      record 0: sequence 1 names ota_0, VALID
      record 1: sequence 3 names ota_0, PENDING_VERIFY, in charge
      ota_0 runs
  restart
    sector 1 (sequence 3) was PENDING_VERIFY: its image ran once and nobody confirmed it, so it
    becomes ABORTED; only sector 0 (sequence 1) holds a usable record: ota_0 is tried first; ota_0
    passes every check and starts.
      record 0: sequence 1 names ota_0, VALID, in charge
      record 1: sequence 3 names ota_0, ABORTED
      ota_0 runs
  $ printf 'confirm\ndance\nset nvs\nquit\n' | rota otadata simulate dump.bin
  dump.bin: rollback on, records are written cut-safe. Nothing is changed here.
    both records are usable; sector 1 holds the larger sequence 2: ota_1 is tried first; sector 1
    (sequence 2) was NEW: ota_1 starts on trial, the record becomes PENDING_VERIFY; ota_1 passes every
    check and starts.
      record 0: sequence 1 names ota_0, VALID
      record 1: sequence 2 names ota_1, PENDING_VERIFY, in charge
      ota_1 runs
  Actions:
    confirm     the app that runs confirms itself
    reject      the app that runs rejects itself, and the board restarts
    set SLOT    the app selects a slot (ota_0, factory) for the next start
    restart     reset or power-on: the bootloader decides
    cut         the power will go inside the next write, after its erase
    erase       a flashing tool erases OTA data
    quit        the end
  > confirm
    The app that runs is confirmed.
      record 0: sequence 1 names ota_0, VALID
      record 1: sequence 2 names ota_1, VALID, in charge
      ota_1 runs
  > dance
  Actions:
    confirm     the app that runs confirms itself
    reject      the app that runs rejects itself, and the board restarts
    set SLOT    the app selects a slot (ota_0, factory) for the next start
    restart     reset or power-on: the bootloader decides
    cut         the power will go inside the next write, after its erase
    erase       a flashing tool erases OTA data
    quit        the end
  > set nvs
    Refused: The partition is not an update slot. Factory, test and data partitions never take part in
    updates. Use ota_0 to ota_15: esp_ota_get_next_update_partition() names the right one.
      record 0: sequence 1 names ota_0, VALID
      record 1: sequence 2 names ota_1, VALID, in charge
      ota_1 runs
  $ rota otadata simulate dump.bin --do dance
  dump.bin: rollback on, records are written cut-safe. Nothing is changed here.
    both records are usable; sector 1 holds the larger sequence 2: ota_1 is tried first; sector 1
    (sequence 2) was NEW: ota_1 starts on trial, the record becomes PENDING_VERIFY; ota_1 passes every
    check and starts.
      record 0: sequence 1 names ota_0, VALID
      record 1: sequence 2 names ota_1, PENDING_VERIFY, in charge
      ota_1 runs
  ! rota otadata simulate: 'dance' is not an action; the actions are confirm, reject, set SLOT, restart,
  ! cut and erase.
  [2]

JSON.

%schema otadata_show
  $ rota otadata show dump.bin --json
  {
    "file": "dump.bin",
    "offset": 53248,
    "slots": [
      "ota_0",
      "ota_1"
    ],
    "records": [
      {
        "sequence": 1,
        "slot": "ota_0",
        "state": "VALID",
        "check": 1195612314,
        "check_good": true
      },
      {
        "sequence": 2,
        "slot": "ota_1",
        "state": "NEW",
        "check": 1442199412,
        "check_good": true
      }
    ],
    "in_charge": 1,
    "rollback": true,
    "writing": "cut-safe",
    "boots": "ota_1",
    "actions": [
      {
        "action": "the board restarts",
        "error": null,
        "records": [
          {
            "sequence": 1,
            "slot": "ota_0",
            "state": "VALID",
            "check": 1195612314,
            "check_good": true
          },
          {
            "sequence": 2,
            "slot": "ota_1",
            "state": "PENDING_VERIFY",
            "check": 1442199412,
            "check_good": true
          }
        ],
        "then_boots": "ota_0"
      },
      {
        "action": "the app confirms itself",
        "error": null,
        "records": [
          {
            "sequence": 1,
            "slot": "ota_0",
            "state": "VALID",
            "check": 1195612314,
            "check_good": true
          },
          {
            "sequence": 2,
            "slot": "ota_1",
            "state": "VALID",
            "check": 1442199412,
            "check_good": true
          }
        ],
        "then_boots": "ota_1"
      },
      {
        "action": "the app rejects itself",
        "error": null,
        "records": [
          {
            "sequence": 1,
            "slot": "ota_0",
            "state": "VALID",
            "check": 1195612314,
            "check_good": true
          },
          {
            "sequence": 2,
            "slot": "ota_1",
            "state": "INVALID",
            "check": 1442199412,
            "check_good": true
          }
        ],
        "then_boots": "ota_0"
      },
      {
        "action": "the app selects factory",
        "error": null,
        "records": [
          {
            "sequence": 4294967295,
            "slot": null,
            "state": "UNDEFINED",
            "check": 4294967295,
            "check_good": false
          },
          {
            "sequence": 4294967295,
            "slot": null,
            "state": "UNDEFINED",
            "check": 4294967295,
            "check_good": false
          }
        ],
        "then_boots": "factory"
      },
      {
        "action": "the app selects ota_0",
        "error": null,
        "records": [
          {
            "sequence": 1,
            "slot": "ota_0",
            "state": "VALID",
            "check": 1195612314,
            "check_good": true
          },
          {
            "sequence": 3,
            "slot": "ota_0",
            "state": "NEW",
            "check": 3981070353,
            "check_good": true
          }
        ],
        "then_boots": "ota_0"
      },
      {
        "action": "the app selects ota_1",
        "error": null,
        "records": [
          {
            "sequence": 1,
            "slot": "ota_0",
            "state": "VALID",
            "check": 1195612314,
            "check_good": true
          },
          {
            "sequence": 2,
            "slot": "ota_1",
            "state": "NEW",
            "check": 1442199412,
            "check_good": true
          }
        ],
        "then_boots": "ota_1"
      },
      {
        "action": "OTA data are erased",
        "error": null,
        "records": [
          {
            "sequence": 4294967295,
            "slot": null,
            "state": "UNDEFINED",
            "check": 4294967295,
            "check_good": false
          },
          {
            "sequence": 4294967295,
            "slot": null,
            "state": "UNDEFINED",
            "check": 4294967295,
            "check_good": false
          }
        ],
        "then_boots": "factory"
      }
    ]
  }
%schema otadata_show
  $ rota otadata show blank.bin --json
  {
    "file": "blank.bin",
    "offset": 0,
    "slots": [
      "ota_0",
      "ota_1"
    ],
    "records": [
      {
        "sequence": 4294967295,
        "slot": null,
        "state": "UNDEFINED",
        "check": 4294967295,
        "check_good": false
      },
      {
        "sequence": 4294967295,
        "slot": null,
        "state": "UNDEFINED",
        "check": 4294967295,
        "check_good": false
      }
    ],
    "in_charge": null,
    "rollback": null,
    "writing": null,
    "boots": null,
    "actions": []
  }
%schema otadata_simulate
  $ rota otadata simulate dump.bin --do confirm --do 'set factory' --do restart --json
  [
    {
      "action": "confirm",
      "said": "The app that runs is confirmed.",
      "records": [
        {
          "sequence": 1,
          "slot": "ota_0",
          "state": "VALID",
          "check": 1195612314,
          "check_good": true
        },
        {
          "sequence": 2,
          "slot": "ota_1",
          "state": "VALID",
          "check": 1442199412,
          "check_good": true
        }
      ],
      "powered": true,
      "runs": "ota_1"
    },
    {
      "action": "set factory",
      "said": "factory is selected for the next start.",
      "records": [
        {
          "sequence": 4294967295,
          "slot": null,
          "state": "UNDEFINED",
          "check": 4294967295,
          "check_good": false
        },
        {
          "sequence": 4294967295,
          "slot": null,
          "state": "UNDEFINED",
          "check": 4294967295,
          "check_good": false
        }
      ],
      "powered": true,
      "runs": "ota_1"
    },
    {
      "action": "restart",
      "said": "no record names an image (blank, INVALID or ABORTED): the factory image is tried first; factory passes every check and starts.",
      "records": [
        {
          "sequence": 4294967295,
          "slot": null,
          "state": "UNDEFINED",
          "check": 4294967295,
          "check_good": false
        },
        {
          "sequence": 4294967295,
          "slot": null,
          "state": "UNDEFINED",
          "check": 4294967295,
          "check_good": false
        }
      ],
      "powered": true,
      "runs": "factory"
    }
  ]
