Boards as the offline commands see them: made, flashed, shown, read by every tool that reads dumps.

  $ make-image app.bin --version 2.0.0 && make-image s3.bin --chip esp32s3
  $ rota board new board --chip esp32 --flash-size 4MB --table two_ota --rollback on
  board is a new esp32 board with 4 MB flash, rollback on.
  Next: rota board flash board factory=app.bin, then rota board run board.
  $ rota board new board
  ! rota board new: board is not empty; a new board needs a folder of its own: name another one, or
  ! remove this one
  [1]
  $ rota board flash board app.bin
  factory (0x10000): app.bin, blink 2.0.0, 1,424 bytes.
  factory boots next: blink 2.0.0.
  $ rota board flash board ota_0=s3.bin
  ! rota board flash: s3.bin is for ESP32-S3 and this board is an ESP32; build it for esp32, or flash it
  ! all the same with --force.
  [1]
  $ rota board show board
    esp32, 4 MB flash, partition table at 0x8000, rollback on
      +---------+----------+------+-------------+-----------------+------------+
    > | factory | 0x010000 | 1 MB | blink 2.0.0 | #.........   0% | boots next |
      | ota_0   | 0x110000 | 1 MB | empty       | ..........      |            |
      | ota_1   | 0x210000 | 1 MB | empty       | ..........      |            |
      +---------+----------+------+-------------+-----------------+------------+
      OTA data 0: blank
      OTA data 1: blank
      free: 0x310000 to 0x400000 (960 KB)
  ~
      power      off
      boots      0, the last after power on
      last end   no app ran yet
      pins       none is driven
      power cut  none planned
      flash      3 programs, 3 erases, worst sector erased 1 times, 154 ms busy
      fuses      secure version bits 0x0
  $ rota why board | head -n 1; rota identify board | head -n 1
  factory boots: blink 2.0.0, entry address 0x400d0020.
  board/flash.bin: This is a merged flash image for ESP32 with its partition table at 0x8000: it holds
  $ rota flash compare board board && rota image verify board --partition factory | tail -n 1
  Both hold the same bytes.
    Sound: every check passed.

%schema board_show
  $ rota board show board --json
  {
    "board": "board",
    "power": false,
    "boots": 0,
    "reset_reason": "power on",
    "last_end": "no app ran yet",
    "pins": {},
    "cut_planned": false,
    "programs": 3,
    "erases": 3,
    "most_worn_sector_erases": 1,
    "flash_busy_us": 154200,
    "secure_version_bits": 0,
    "flash": {
      "chip": "esp32",
      "flash_bytes": 4194304,
      "table_offset": 32768,
      "bootloader": true,
      "rollback": true,
      "anti_rollback": false,
      "settings_assumed": false,
      "slots": [
        {
          "name": "factory",
          "offset": 65536,
          "size": 1048576,
          "empty": false,
          "image": {
            "project": "blink",
            "version": "2.0.0",
            "chip": "esp32",
            "native": false,
            "bytes": 1424,
            "sha256": "9f12d7ff2b218ef390c4922745cce14d5f6e0459f5b5daa0c0cde71a28af65ff",
            "sound": true,
            "error": null
          },
          "state": "none",
          "runs": false,
          "boots_next": true
        },
        {
          "name": "ota_0",
          "offset": 1114112,
          "size": 1048576,
          "empty": true,
          "image": null,
          "state": "none",
          "runs": false,
          "boots_next": false
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
          "sequence": 4294967295,
          "state": "UNDEFINED",
          "check_good": false,
          "slot": null,
          "in_charge": false
        },
        {
          "sequence": 4294967295,
          "state": "UNDEFINED",
          "check_good": false,
          "slot": null,
          "in_charge": false
        }
      ],
      "boots_next": "factory"
    }
  }
