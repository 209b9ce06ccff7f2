"Why did it boot that?": each case is a dump that surprises its owner; one command finds the cause.

  $ make-image old.bin --version 1.0.0 --date 'Jan  2 2025'
  $ make-image new.bin --version 1.1.0 --date 'Mar  4 2025'
  $ make-image s3.bin --chip esp32s3 --version 1.1.0 --date 'Mar  4 2025'
  $ rota table build two_ota -o t.bin
  $ rota image bootloader --chip esp32 --rollback on -o boot.bin
  $ rota image bootloader --chip esp32 --rollback off -o noroll.bin

Flashed over USB, but OTA data still point to ota_1.

  $ make-flash dump.bin 0x1000=boot.bin 0x8000=t.bin 0x10000=new.bin 0x110000=old.bin \
  > 0x210000=old.bin 0:1:VALID 1:2:VALID
  $ rota why dump.bin
  ota_1 boots: blink 1.0.0, entry address 0x400d0020.
  ~
     1. both records are usable; sector 1 holds the larger sequence 2: ota_1 is tried first
        [LargerSequenceWins 2.3]
     2. ota_1 passes every check and starts [ImageAccepted 3.4]
  ~
    esp32, 4 MB flash, partition table at 0x8000, rollback on
      +---------+----------+------+-------------+-----------------+-----------------------+
      | factory | 0x010000 | 1 MB | blink 1.1.0 | #.........   0% |                       |
      | ota_0   | 0x110000 | 1 MB | blink 1.0.0 | #.........   0% | confirmed             |
    > | ota_1   | 0x210000 | 1 MB | blink 1.0.0 | #.........   0% | confirmed, boots next |
      +---------+----------+------+-------------+-----------------+-----------------------+
      OTA data 0: sequence 1 names ota_0, VALID
      OTA data 1: sequence 2 names ota_1, VALID, in charge
      free: 0x310000 to 0x400000 (960 KB)
  ~
  factory holds blink 1.1.0, newer than blink 1.0.0 in ota_1, and does not start because OTA data
  still point to ota_1 (record 1, sequence 2). Flashing over USB leaves OTA data as they were. To
  start factory: rota otadata erase dump.bin
  The next update writes ota_0 (blink 1.0.0 now).
  A rollback is possible: ota_0 (blink 1.0.0) would start.

A new image was aborted because nobody confirmed it.

  $ make-flash dump.bin 0x1000=boot.bin 0x8000=t.bin 0x10000=old.bin 0x110000=old.bin \
  > 0x210000=new.bin 0:1:VALID 1:2:PENDING
  $ rota why dump.bin
  ota_0 boots: blink 1.0.0, entry address 0x400d0020.
  ~
     1. sector 1 (sequence 2) was PENDING_VERIFY: its image ran once and nobody confirmed it, so it
        becomes ABORTED [PendingBecomesAborted 2.6]
     2. only sector 0 (sequence 1) holds a usable record: ota_0 is tried first [OneRecordUsable 2.3]
     3. ota_0 passes every check and starts [ImageAccepted 3.4]
  ~
    esp32, 4 MB flash, partition table at 0x8000, rollback on
      +---------+----------+------+-------------+-----------------+-----------------------+
      | factory | 0x010000 | 1 MB | blink 1.0.0 | #.........   0% |                       |
    > | ota_0   | 0x110000 | 1 MB | blink 1.0.0 | #.........   0% | confirmed, boots next |
      | ota_1   | 0x210000 | 1 MB | blink 1.1.0 | #.........   0% | on trial              |
      +---------+----------+------+-------------+-----------------+-----------------------+
      OTA data 0: sequence 1 names ota_0, VALID
      OTA data 1: sequence 2 names ota_1, PENDING_VERIFY, in charge: on trial; a restart before it is
                  confirmed gives it up
      free: 0x310000 to 0x400000 (960 KB)
  ~
  ota_1 holds blink 1.1.0, which ran on trial and was given up because nobody confirmed it: it
  restarted or lost power before it called esp_ota_mark_app_valid_cancel_rollback(), so ota_0 boots.
  Record 1 stays ABORTED until the image is installed again; let the app confirm itself once it works.
  This start writes OTA data sector 1: it becomes ABORTED.
  The next update writes ota_1 (blink 1.1.0 now).
  A rollback is possible: factory (blink 1.0.0) would start.

The same dump under a bootloader without rollback: the image just starts again.

  $ make-flash noroll.dump 0x1000=noroll.bin 0x8000=t.bin 0x10000=old.bin 0x110000=old.bin \
  > 0x210000=new.bin 0:1:VALID 1:2:PENDING
  $ rota why noroll.dump
  ota_1 boots: blink 1.1.0, entry address 0x400d0020.
  ~
     1. both records are usable; sector 1 holds the larger sequence 2: ota_1 is tried first
        [LargerSequenceWins 2.3]
     2. sector 1 is PENDING_VERIFY, but this bootloader was built without rollback: ota_1 runs again
        [PendingButRollbackOff 2.6]
     3. ota_1 passes every check and starts [ImageAccepted 3.4]
  ~
    esp32, 4 MB flash, partition table at 0x8000, rollback off
      +---------+----------+------+-------------+-----------------+----------------------+
      | factory | 0x010000 | 1 MB | blink 1.0.0 | #.........   0% |                      |
      | ota_0   | 0x110000 | 1 MB | blink 1.0.0 | #.........   0% | confirmed            |
    > | ota_1   | 0x210000 | 1 MB | blink 1.1.0 | #.........   0% | on trial, boots next |
      +---------+----------+------+-------------+-----------------+----------------------+
      OTA data 0: sequence 1 names ota_0, VALID
      OTA data 1: sequence 2 names ota_1, PENDING_VERIFY, in charge: a bootloader without rollback
                  starts it again
      free: 0x310000 to 0x400000 (960 KB)
  ~
  The next update writes ota_0 (blink 1.0.0 now).
  A rollback is possible: ota_0 (blink 1.0.0) would start.

An image for another chip.

  $ make-flash dump.bin 0x1000=boot.bin 0x8000=t.bin 0x10000=old.bin 0x110000=s3.bin 0:1:VALID
  $ rota why dump.bin
  factory boots: blink 1.0.0, entry address 0x400d0020.
  ~
     1. only sector 0 (sequence 1) holds a usable record: ota_0 is tried first [OneRecordUsable 2.3]
     2. ota_0 is not bootable: The image is for another chip [ImageRefused 3.4]
     3. factory is the next bootable image in the trial order and starts [NextInTrialOrder 3.4]
  ~
    esp32, 4 MB flash, partition table at 0x8000, rollback on
      +---------+----------+------+---------------------------+-----------------+------------+
    > | factory | 0x010000 | 1 MB | blink 1.0.0               | #.........   0% | boots next |
      | ota_0   | 0x110000 | 1 MB | blink 1.1.0, for ESP32-S3 | #.........   0% | confirmed  |
      | ota_1   | 0x210000 | 1 MB | empty                     | ..........      |            |
      +---------+----------+------+---------------------------+-----------------+------------+
      OTA data 0: sequence 1 names ota_0, VALID, in charge
      OTA data 1: blank
      free: 0x310000 to 0x400000 (960 KB)
  ~
  OTA data select ota_0, but its image is for ESP32-S3 and this chip is an ESP32: the bootloader
  refuses it, and factory boots. Install an image that was built for ESP32 (idf.py set-target esp32).
  The next update writes ota_0 (blink 1.1.0, for ESP32-S3 now).
  A rollback counts as possible, but it leads nowhere: factory (blink 1.0.0) would start again.

The table was changed under the slots: they began at 0x110000 and 0x210000.

  $ printf '%s\n' 'nvs,data,nvs,0x9000,16K' 'otadata,data,ota,0xd000,8K' 'phy,data,phy,0xf000,4K' \
  >   'factory,app,factory,0x10000,1536K' 'ota_0,app,ota_0,,1M' 'ota_1,app,ota_1,,1M' > large.csv
  $ rota table build large.csv -o large.bin
  $ make-flash dump.bin 0x1000=boot.bin 0x8000=large.bin 0x10000=old.bin 0x110000=new.bin 0:1:VALID
  $ rota why dump.bin
  factory boots: blink 1.0.0, entry address 0x400d0020.
  ~
     1. only sector 0 (sequence 1) holds a usable record: ota_0 is tried first [OneRecordUsable 2.3]
     2. ota_0 is not bootable: The slot is empty: its flash reads FF [ImageRefused 3.4]
     3. factory is the next bootable image in the trial order and starts [NextInTrialOrder 3.4]
  ~
    esp32, 4 MB flash, partition table at 0x8000, rollback on
      +---------+----------+----------+-------------+-----------------+------------+
    > | factory | 0x010000 | 1,536 KB | blink 1.0.0 | #.........   0% | boots next |
      | ota_0   | 0x190000 | 1 MB     | empty       | ..........      | confirmed  |
      | ota_1   | 0x290000 | 1 MB     | empty       | ..........      |            |
      +---------+----------+----------+-------------+-----------------+------------+
      OTA data 0: sequence 1 names ota_0, VALID, in charge
      OTA data 1: blank
      free: 0x390000 to 0x400000 (448 KB)
  ~
  OTA data select ota_0, but ota_0 is empty, so factory boots. Install an image there, or let the
  bootloader choose anew: rota otadata erase dump.bin
  At 0x110000, inside factory, starts an app image (blink 1.1.0), but no partition of this table
  starts there: the partition table was changed after that image was written. Flash the table that
  belongs to the images, or install the images again where this table has its slots.
  The next update writes ota_0 (empty now).
  A rollback counts as possible, but it leads nowhere: factory (blink 1.0.0) would start again.

Both records name one slot.

  $ make-flash dump.bin 0x1000=boot.bin 0x8000=t.bin 0x10000=old.bin 0x110000=new.bin \
  > 0x210000=old.bin 0:1:VALID 1:3:NEW
  $ rota why dump.bin
  ota_0 boots: blink 1.1.0, entry address 0x400d0020.
  ~
     1. both records are usable; sector 1 holds the larger sequence 3: ota_0 is tried first
        [LargerSequenceWins 2.3]
     2. sector 1 (sequence 3) was NEW: ota_0 starts on trial, the record becomes PENDING_VERIFY
        [NewBecomesPending 2.6]
     3. ota_0 passes every check and starts [ImageAccepted 3.4]
  ~
    esp32, 4 MB flash, partition table at 0x8000, rollback on
      +---------+----------+------+-------------+-----------------+----------------------------------+
      | factory | 0x010000 | 1 MB | blink 1.0.0 | #.........   0% |                                  |
    > | ota_0   | 0x110000 | 1 MB | blink 1.1.0 | #.........   0% | trial starts at boot, boots next |
      | ota_1   | 0x210000 | 1 MB | blink 1.0.0 | #.........   0% |                                  |
      +---------+----------+------+-------------+-----------------+----------------------------------+
      OTA data 0: sequence 1 names ota_0, VALID
      OTA data 1: sequence 3 names ota_0, NEW, in charge: its first start is its trial
      free: 0x310000 to 0x400000 (960 KB)
  ~
  Both OTA data records name ota_0 (sequences 1 and 3), so neither names the other image any more: if
  ota_0 fails its checks, the bootloader tries the rest by position, not by age. The next update that
  completes writes a correct pair again.
  This start writes OTA data sector 1: it becomes PENDING_VERIFY.
  The next update writes ota_1 (blink 1.0.0 now).
  A rollback counts as possible, but it leads nowhere: ota_0 (blink 1.1.0) would start again.

Nothing boots: exit status 1.

  $ make-flash dump.bin 0x1000=boot.bin 0x8000=t.bin
  $ rota why dump.bin
  Nothing boots: the bootloader finds no image that it accepts and resets, again and again.
  ~
     1. no record names an image (blank, INVALID or ABORTED): the factory image is tried first
        [BothRejectedFactory 3.3]
     2. factory is not bootable: The slot is empty: its flash reads FF [ImageRefused 3.4]
     3. ota_0 is not bootable: The slot is empty: its flash reads FF [ImageRefused 3.4]
     4. ota_1 is not bootable: The slot is empty: its flash reads FF [ImageRefused 3.4]
     5. nothing is bootable: the bootloader resets and tries again, for ever [NothingBootable 3.4]
  ~
    esp32, 4 MB flash, partition table at 0x8000, rollback on
      +---------+----------+------+-------+-----------------+--+
      | factory | 0x010000 | 1 MB | empty | ..........      |  |
      | ota_0   | 0x110000 | 1 MB | empty | ..........      |  |
      | ota_1   | 0x210000 | 1 MB | empty | ..........      |  |
      +---------+----------+------+-------+-----------------+--+
      OTA data 0: blank
      OTA data 1: blank
      free: 0x310000 to 0x400000 (960 KB)
      nothing boots
  [1]

Not a dump at all.

  $ printf '<html><title>Login</title>' > page.bin
  $ rota why page.bin
  ! rota why: page.bin ends before 0x8000, where the partition table would be; give a whole flash dump,
  ! or --table-offset. This is an HTML page titled 'Login', not a firmware image: check the URL, and
  ! whether a login page, a captive portal or an error page answers.
  [1]
  $ rota why old.bin
  ! rota why: old.bin ends before 0x8000, where the partition table would be; give a whole flash dump,
  ! or --table-offset. This is an app image for ESP32: it can be installed into an app slot.
  [1]
  $ head -c 40000 dump.bin > cut.bin; rota why cut.bin
  ! rota why: cut.bin ends at 0x9c40, before the end of OTA data at 0xf000; give a whole flash dump.
  [1]

JSON.

%schema why
  $ make-flash dump.bin 0x8000=t.bin 0x10000=old.bin 0x110000=new.bin 0:1:VALID; rota why dump.bin --json
  {
    "boots": {
      "partition": "ota_0",
      "offset": 1114112,
      "entry_address": 1074593824
    },
    "rules": [
      {
        "rule": "OneRecordUsable",
        "text": "only sector 0 (sequence 1) holds a usable record: ota_0 is tried first",
        "spec": "2.3",
        "image_error": null
      },
      {
        "rule": "ImageAccepted",
        "text": "ota_0 passes every check and starts",
        "spec": "3.4",
        "image_error": null
      }
    ],
    "findings": [
      {
        "key": "no_bootloader",
        "sentence": "There is no bootloader for ESP32 at 0x1000: a chip with this flash does not start. The decision is that of a bootloader with rollback off."
      },
      {
        "key": "next_update",
        "sentence": "The next update writes ota_1 (empty now)."
      },
      {
        "key": "rollback_possible",
        "sentence": "A rollback is possible: factory (blink 1.0.0) would start."
      }
    ],
    "flash": {
      "chip": "esp32",
      "flash_bytes": 4194304,
      "table_offset": 32768,
      "bootloader": false,
      "rollback": false,
      "anti_rollback": false,
      "settings_assumed": true,
      "slots": [
        {
          "name": "factory",
          "offset": 65536,
          "size": 1048576,
          "empty": false,
          "image": {
            "project": "blink",
            "version": "1.0.0",
            "chip": "esp32",
            "native": false,
            "bytes": 1424,
            "sha256": "5a0931185f306c17f361a367cc34f62bd915f4b18fb94614aee9805e0f923206",
            "sound": true,
            "error": null
          },
          "state": "none",
          "runs": false,
          "boots_next": false
        },
        {
          "name": "ota_0",
          "offset": 1114112,
          "size": 1048576,
          "empty": false,
          "image": {
            "project": "blink",
            "version": "1.1.0",
            "chip": "esp32",
            "native": false,
            "bytes": 1424,
            "sha256": "7c2514cbf5bd54a7dbd4dc6e845240493bee7960fb055ac61247e7482bd17a48",
            "sound": true,
            "error": null
          },
          "state": "confirmed",
          "runs": false,
          "boots_next": true
        },
        {
          "name": "ota_1",
          "offset": 2162688,
          "size": 1048576,
          "empty": true,
          "image": null,
          "state": "none",
          "runs": false,
          "boots_next": false
        }
      ],
      "ota_data": [
        {
          "sequence": 1,
          "state": "VALID",
          "check_good": true,
          "slot": "ota_0",
          "in_charge": true
        },
        {
          "sequence": 4294967295,
          "state": "UNDEFINED",
          "check_good": false,
          "slot": null,
          "in_charge": false
        }
      ],
      "boots_next": "ota_0"
    }
  }
