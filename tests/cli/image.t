Images: shown, checked, compared, stripped.

  $ make-image app.bin --version 1.0.0 && make-image new.bin --version 1.1.0 --bytes 2048 --date 'Mar  4 2025'
  $ make-image boot.bin --kind bootloader && make-image c3.bin --chip esp32c3
  $ rota image info app.bin
  app.bin: app image for ESP32
  ~
    project             blink
    version             1.0.0
    built               Jan  2 2025 12:00:00
    ESP-IDF             v5.5.1
    secure version      0
    ELF SHA-256         e14a51fded1fb9b43de815d3832da099053b583f1d2c01d0495a70f118df426c
    chip revision       v0.0 to any
    entry address       0x400d0020
    flash               4 MB, DIO, clock/1
    length              1,424 bytes
    checksum            0x07, good
    SHA-256             5a0931185f306c17f361a367cc34f62bd915f4b18fb94614aee9805e0f923206, good
  ~
    segment  offset      bytes         address     memory
    0        0x20        1,280         0x3f400020  flash, data (DROM)
    1        0x528       64            0x3ffb0000  RAM
  ~
  Sound: structure, checksum and digest are as they must be. Unsigned.
  $ rota image verify app.bin
  app.bin: app image for ESP32
  ~
    pass  chip              ESP32
    -     chip revision     v0.0 to any; --chip-revision checks it
    pass  segment count     2 of at most 16
    pass  segment lengths   multiples of 4, inside the file
    pass  app description   blink 1.0.0
    pass  mapped segments   aligned to pages of 64 KB
    pass  load addresses    RAM of the chip, or its flash mapping
    pass  checksum          0x07
    pass  SHA-256           5a0931185f306c17f361a367cc34f62bd915f4b18fb94614aee9805e0f923206
    -     size              1,424 bytes; --slot-size checks it
    -     signature         unsigned
  ~
    Sound: every check passed.
  $ rota image verify boot.bin
  boot.bin: bootloader image for ESP32
  ~
    pass  chip              ESP32
    -     chip revision     v0.0 to any; --chip-revision checks it
    pass  segment count     2 of at most 16
    pass  segment lengths   multiples of 4, inside the file
    pass  description       bootloader version 1
    pass  mapped segments   aligned to pages of 64 KB
    pass  load addresses    RAM of the chip, or its flash mapping
    pass  checksum          0x88
    pass  SHA-256           e9da8e2b8dab2fb8af2e625f5201ada53410c64c83fcdda6e40a28a47dde67ef
    -     size              1,184 bytes; --slot-size checks it
    -     signature         unsigned
  ~
    Sound: every check passed.
  $ rota image verify app.bin --chip esp32c3 --chip-revision 301 --slot-size 1K
  app.bin: app image for ESP32
  ~
    FAIL  chip              ESP32, not ESP32-C3
                            The image is for another chip. The project was built for another target,
                            or the server offers one file to all devices. Run `idf.py set-target` with
                            this chip and build again, or offer the right file.
    pass  chip revision     v3.1, accepts v0.0 to any
    pass  segment count     2 of at most 16
    pass  segment lengths   multiples of 4, inside the file
    pass  app description   blink 1.0.0
    pass  mapped segments   aligned to pages of 64 KB
    pass  load addresses    RAM of the chip, or its flash mapping
    pass  checksum          0x07
    pass  SHA-256           5a0931185f306c17f361a367cc34f62bd915f4b18fb94614aee9805e0f923206
    FAIL  size              1,424 bytes of 1 KB (400 too many)
                            The image is larger than the partition. The app grew, or the slots of this
                            device's table are smaller than those of the project. Make the app smaller
                            (`idf.py size`), or give the slots more room in the partition table.
    -     signature         unsigned
  ~
    Refused.
  [1]

Damaged and cut images: every check that can still be made is made.

  $ cp app.bin bad.bin && printf 'X' | dd of=bad.bin bs=1 seek=1000 conv=notrunc status=none
  $ rota image verify bad.bin
  bad.bin: app image for ESP32
  ~
    pass  chip              ESP32
    -     chip revision     v0.0 to any; --chip-revision checks it
    pass  segment count     2 of at most 16
    pass  segment lengths   multiples of 4, inside the file
    pass  app description   blink 1.0.0
    pass  mapped segments   aligned to pages of 64 KB
    pass  load addresses    RAM of the chip, or its flash mapping
    FAIL  checksum          0x07 is stored, 0xe7 is right
                            The image is damaged: its checksum does not match. Some bytes were lost or
                            changed on the way, or the write was cut off. Repeat the update; if it
                            fails again, compare the file's SHA-256 on the server.
    FAIL  SHA-256           5a0931185f306c17f361a367cc34f62bd915f4b18fb94614aee9805e0f923206 is stored
                            The image is damaged: its SHA-256 does not match. Some bytes were lost or
                            changed on the way, or the file was edited after the build. Repeat the
                            update; if it fails again, compare the file's SHA-256 on the server.
    -     size              1,424 bytes; --slot-size checks it
    -     signature         unsigned
  ~
    Refused.
  [1]
  $ head -c 700 app.bin > cut.bin; rota image verify cut.bin
  cut.bin: app image for ESP32
  ~
    pass  chip              ESP32
    -     chip revision     v0.0 to any; --chip-revision checks it
    pass  segment count     2 of at most 16
    FAIL  segment lengths   there are 700 bytes; segment 0 begins at 0x20 and ends at 0x520
                            The image ends too early. The download was cut off, the file was not fully
                            copied, or the slot was not fully written. Repeat the download and compare
                            the file's length with the one on the server.
    pass  app description   blink 1.0.0
    pass  mapped segments   aligned to pages of 64 KB
    pass  load addresses    RAM of the chip, or its flash mapping
    -     checksum          the image is cut short
    -     SHA-256           the image is cut short
    -     signature         unsigned
  ~
    Refused.
  [1]
  $ make-image nodigest.bin --no-digest && rota image verify nodigest.bin | grep SHA
    -     SHA-256           none appended: only the one-byte checksum protects this image
  $ make-image old.bin --chip esp32c6 --no-description; rota image verify old.bin | grep -A 4 description
    FAIL  app description   none
                            The image has no app description where it must be. This is a bootloader, a
                            merged flash image, or an app that was not built with ESP-IDF. Use the
                            app's own file: build/PROJECT.bin, not the merged one and not the
                            bootloader.
    pass  mapped segments   aligned to pages of 64 KB
  $ printf '<html><title>404</title>' > page.bin; rota image verify page.bin
  ! rota image verify: page.bin is not an image. This is an HTML page titled '404', not a firmware
  ! image: check the URL, and whether a login page, a captive portal or an error page answers.
  [1]

A whole dump: each image in it.

  $ rota table build two_ota -o t.bin
  $ make-flash dump.bin 0x1000=boot.bin 0x8000=t.bin 0x10000=app.bin 0x110000=bad.bin 0x210000=c3.bin
  $ rota image verify dump.bin
  bootloader at 0x1000: bootloader image for ESP32
  ~
    pass  chip              ESP32
    -     chip revision     v0.0 to any; --chip-revision checks it
    pass  segment count     2 of at most 16
    pass  segment lengths   multiples of 4, inside the file
    pass  description       bootloader version 1
    pass  mapped segments   aligned to pages of 64 KB
    pass  load addresses    RAM of the chip, or its flash mapping
    pass  checksum          0x88
    pass  SHA-256           e9da8e2b8dab2fb8af2e625f5201ada53410c64c83fcdda6e40a28a47dde67ef
    pass  size              1,184 bytes of 28 KB (27,488 free)
    -     signature         unsigned
  ~
    Sound: every check passed.
  ~
  factory at 0x10000: app image for ESP32
  ~
    pass  chip              ESP32
    -     chip revision     v0.0 to any; --chip-revision checks it
    pass  segment count     2 of at most 16
    pass  segment lengths   multiples of 4, inside the file
    pass  app description   blink 1.0.0
    pass  mapped segments   aligned to pages of 64 KB
    pass  load addresses    RAM of the chip, or its flash mapping
    pass  checksum          0x07
    pass  SHA-256           5a0931185f306c17f361a367cc34f62bd915f4b18fb94614aee9805e0f923206
    pass  size              1,424 bytes of 1 MB (1,047,152 free)
    -     signature         unsigned
  ~
    Sound: every check passed.
  ~
  ota_0 at 0x110000: app image for ESP32
  ~
    pass  chip              ESP32
    -     chip revision     v0.0 to any; --chip-revision checks it
    pass  segment count     2 of at most 16
    pass  segment lengths   multiples of 4, inside the file
    pass  app description   blink 1.0.0
    pass  mapped segments   aligned to pages of 64 KB
    pass  load addresses    RAM of the chip, or its flash mapping
    FAIL  checksum          0x07 is stored, 0xe7 is right
                            The image is damaged: its checksum does not match. Some bytes were lost or
                            changed on the way, or the write was cut off. Repeat the update; if it
                            fails again, compare the file's SHA-256 on the server.
    FAIL  SHA-256           5a0931185f306c17f361a367cc34f62bd915f4b18fb94614aee9805e0f923206 is stored
                            The image is damaged: its SHA-256 does not match. Some bytes were lost or
                            changed on the way, or the file was edited after the build. Repeat the
                            update; if it fails again, compare the file's SHA-256 on the server.
    pass  size              1,424 bytes of 1 MB (1,047,152 free)
    -     signature         unsigned
  ~
    Refused.
  ~
  ota_1 at 0x210000: app image for ESP32-C3
  ~
    FAIL  chip              ESP32-C3, not ESP32
                            The image is for another chip. The project was built for another target,
                            or the server offers one file to all devices. Run `idf.py set-target` with
                            this chip and build again, or offer the right file.
    -     chip revision     v0.0 to any; --chip-revision checks it
    pass  segment count     2 of at most 16
    pass  segment lengths   multiples of 4, inside the file
    pass  app description   blink 1.0.0
    pass  mapped segments   aligned to pages of 64 KB
    pass  load addresses    RAM of the chip, or its flash mapping
    pass  checksum          0x07
    pass  SHA-256           2022e9518dc2ad844dd61e6fd60269a198a3a3b1492f06afef73033d9c5513ae
    pass  size              1,424 bytes of 1 MB (1,047,152 free)
    -     signature         unsigned
  ~
    Refused.
  [1]
  $ rota image verify dump.bin --partition factory | tail -n 1
    Sound: every check passed.
  $ rota image verify dump.bin --partition ota_9
  ! rota image verify: the table has no partition 'ota_9'; it has nvs, otadata, phy_init, factory,
  ! ota_0, ota_1.
  [1]
  $ rota image verify dump.bin --offset 0x210000 | head -n 1
  dump.bin: app image for ESP32-C3

Two images.

  $ rota image diff app.bin new.bin
    version           1.0.0                               1.1.0
    built             Jan  2 2025 12:00:00                Mar  4 2025 12:00:00
    length            1,424 bytes                         2,448 bytes
  ~
    segment  address     bytes        memory                 difference
    0        0x3f400020  1,280        flash, data (DROM)     +1,024 bytes, 1,028 differ from 0x12
    1        0x3ffb0000  64           RAM                    64 differ from 0x0
  [1]
  $ cp app.bin same.bin; rota image diff app.bin same.bin
  app.bin and same.bin hold the same image.
  $ rota image diff app.bin page.bin
  ! rota image diff: page.bin is not an image. This is an HTML page titled '404', not a firmware image:
  ! check the URL, and whether a login page, a captive portal or an error page answers.
  [1]

The image alone.

  $ (cat app.bin; printf 'trailing') > long.bin; rota image strip long.bin -o short.bin && cmp short.bin app.bin
  short.bin: 1,424 bytes of image, 8 bytes behind it left out.
  $ rota image strip dump.bin --partition factory -o short.bin
  ! rota image strip: short.bin is there already; name another file, or overwrite it with --force.
  [1]
  $ rota image strip dump.bin --partition factory -o short.bin --force && cmp short.bin app.bin
  short.bin: 1,424 bytes of image, 1,047,152 bytes behind it left out.
  $ rota image strip long.bin -o - | cmp - app.bin
  $ rota image strip bad.bin -o out.bin
  ! rota image strip: bad.bin: The image is damaged: its checksum does not match. Some bytes were lost
  ! or changed on the way, or the write was cut off. Repeat the update; if it fails again, compare the
  ! file's SHA-256 on the server.
  [1]
  $ rota image strip long.bin
  ! rota image strip: say where to write the image: -o FILE.
  [2]

JSON.

%schema image_info
  $ rota image info app.bin --json
  {
    "file_bytes": 1424,
    "offset": 0,
    "kind": "app",
    "native": false,
    "chip_id": 0,
    "chip": "esp32",
    "min_chip_revision": 0,
    "max_chip_revision": 65535,
    "entry_address": 1074593824,
    "spi_mode": "DIO",
    "spi_speed": "clock/1",
    "flash_bytes": 4194304,
    "description": {
      "project": "blink",
      "version": "1.0.0",
      "date": "Jan  2 2025",
      "time": "12:00:00",
      "idf_version": "v5.5.1",
      "secure_version": 0,
      "elf_sha256": "e14a51fded1fb9b43de815d3832da099053b583f1d2c01d0495a70f118df426c",
      "min_efuse_block_revision": 0,
      "max_efuse_block_revision": 65535,
      "mmu_page_size_log2": 16,
      "spi_flash_mode": 3
    },
    "bootloader_settings": null,
    "segments": [
      {
        "offset": 32,
        "bytes": 1280,
        "load_address": 1061158944,
        "memory": "flash, data (DROM)"
      },
      {
        "offset": 1320,
        "bytes": 64,
        "load_address": 1073414144,
        "memory": "RAM"
      }
    ],
    "image_bytes": 1424,
    "checksum": {
      "stored": 7,
      "computed": 7,
      "good": true
    },
    "sha256": {
      "stored": "5a0931185f306c17f361a367cc34f62bd915f4b18fb94614aee9805e0f923206",
      "computed": "5a0931185f306c17f361a367cc34f62bd915f4b18fb94614aee9805e0f923206",
      "good": true
    },
    "signatures": [],
    "sound": true,
    "error": null
  }
%schema image_verify
  $ rota image verify bad.bin --json
  {
    "sound": false,
    "images": [
      {
        "image": "bad.bin",
        "sound": false,
        "checks": [
          {
            "check": "chip",
            "verdict": "pass",
            "detail": "ESP32",
            "error": null
          },
          {
            "check": "revision",
            "verdict": "skipped",
            "detail": "v0.0 to any; --chip-revision checks it",
            "error": null
          },
          {
            "check": "segment_count",
            "verdict": "pass",
            "detail": "2 of at most 16",
            "error": null
          },
          {
            "check": "segment_lengths",
            "verdict": "pass",
            "detail": "multiples of 4, inside the file",
            "error": null
          },
          {
            "check": "description",
            "verdict": "pass",
            "detail": "blink 1.0.0",
            "error": null
          },
          {
            "check": "alignment",
            "verdict": "pass",
            "detail": "aligned to pages of 64 KB",
            "error": null
          },
          {
            "check": "load_addresses",
            "verdict": "pass",
            "detail": "RAM of the chip, or its flash mapping",
            "error": null
          },
          {
            "check": "checksum",
            "verdict": "fail",
            "detail": "0x07 is stored, 0xe7 is right",
            "error": "ImageBadChecksum"
          },
          {
            "check": "sha256",
            "verdict": "fail",
            "detail": "5a0931185f306c17f361a367cc34f62bd915f4b18fb94614aee9805e0f923206 is stored",
            "error": "ImageBadDigest"
          },
          {
            "check": "size",
            "verdict": "skipped",
            "detail": "1,424 bytes; --slot-size checks it",
            "error": null
          },
          {
            "check": "signature",
            "verdict": "skipped",
            "detail": "unsigned",
            "error": null
          }
        ]
      }
    ]
  }
  [1]
%schema image_diff
  $ rota image diff app.bin new.bin --json
  {
    "same": false,
    "fields": [
      {
        "field": "version",
        "first": "1.0.0",
        "second": "1.1.0"
      },
      {
        "field": "built",
        "first": "Jan  2 2025 12:00:00",
        "second": "Mar  4 2025 12:00:00"
      },
      {
        "field": "length",
        "first": "1,424 bytes",
        "second": "2,448 bytes"
      }
    ],
    "segments": [
      {
        "segment": 0,
        "first_address": 1061158944,
        "second_address": 1061158944,
        "first_bytes": 1280,
        "second_bytes": 2304,
        "bytes_that_differ": 1028,
        "same": false
      },
      {
        "segment": 1,
        "first_address": 1073414144,
        "second_address": 1073414144,
        "first_bytes": 64,
        "second_bytes": 64,
        "bytes_that_differ": 64,
        "same": false
      }
    ]
  }
  [1]
