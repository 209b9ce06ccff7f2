Is this product's update sound?

  $ make-image app.bin --bytes 900000 --version 1.0.0 && make-image boot.bin --kind bootloader
  $ rota table build two_ota -o t.bin && rota image bootloader --chip esp32 --rollback on -o good.bin
  $ rota image bootloader --chip esp32 --rollback off -o bad.bin
  $ make-flash dump.bin 0x1000=good.bin 0x8000=t.bin 0x10000=app.bin 0x110000=app.bin 0:1:VALID
  $ rota doctor dump.bin --today 2026-01-31 --all
    ok       Bootloader for ESP32, rota 0.1.0.
    ok       Rollback is armed in the bootloader: an image that does not confirm itself is given up.
    ok       The partition table is sane: 6 partitions.
    ok       OTA data are sane.
    note     The largest app fills 85 % of the smallest slot (ota_0), 148,176 bytes are left.
    ok       factory holds blink 1.0.0, sound, 900,400 bytes, unsigned.
    ok       ota_0 holds blink 1.0.0, sound, 900,400 bytes, unsigned.
  ~
  Errors: 0, warnings: 0, notes: 1, in order: 6.
  $ rota doctor dump.bin --today 2026-01-31
    note     The largest app fills 85 % of the smallest slot (ota_0), 148,176 bytes are left.
  ~
  Errors: 0, warnings: 0, notes: 1, in order: 6 (--all lists them).
  $ make-flash dump.bin 0x1000=bad.bin 0x8000=t.bin 0x10000=app.bin 0x110000=app.bin 0:1:VALID
  $ rota doctor dump.bin --today 2026-01-31
    ERROR    Rollback is NOT armed: the bootloader was built without it, and a bad image stays for
             ever.
               Build the bootloader with CONFIG_BOOTLOADER_APP_ROLLBACK_ENABLE and flash it over USB;
               an app update can not switch it on.
    note     The largest app fills 85 % of the smallest slot (ota_0), 148,176 bytes are left.
  ~
  Errors: 1, warnings: 0, notes: 1, in order: 5 (--all lists them).
  [1]

A stock bootloader does not tell; OTA data may.

  $ make-flash dump.bin 0x1000=boot.bin 0x8000=t.bin 0x10000=app.bin 0x110000=app.bin 0:1:VALID
  $ rota doctor dump.bin --today 2026-01-31
    WARNING  Whether the bootloader arms rollback can not be read from this flash. (unknown)
               Install an update on one device and read its state while it runs: PENDING_VERIFY means
               armed, NEW means not. Default in ESP-IDF is off.
    note     The largest app fills 85 % of the smallest slot (ota_0), 148,176 bytes are left.
  ~
  Errors: 0, warnings: 1, notes: 1, in order: 5 (--all lists them).
  $ make-flash dump.bin 0x1000=boot.bin 0x8000=t.bin 0x10000=app.bin 0x110000=app.bin 0:1:VALID 1:2:ABORTED
  $ rota doctor dump.bin --today 2026-01-31 --all | grep -A 1 Rollback
    ok       Rollback is armed: OTA data hold a state that only a bootloader with rollback writes.
    ok       The partition table is sane: 6 partitions.

A key that everybody has, in a signature block of ECDSA P-256.

  $ cat > published.py <<'END'
  > import base64, hashlib, struct, sys, zlib
  > image = open("app.bin", "rb").read()
  > image += b"\xff" * (-len(image) % 4096)
  > point = base64.b64decode("y2N3ohJ1hIjU2AHNyVKGafSrmGhizG1/xOTOtASbJpiVI3ccUVXIzrDSnrTwg331qOAT7WWkY1p4ixZvP6HWzA==")
  > block = struct.pack("<BBH", 0xE7, 3, 0) + hashlib.sha256(image).digest()
  > block += b"\x02" + point[:32][::-1] + point[32:][::-1] + b"\x11" * 64
  > block += bytes(1196 - len(block))
  > block += struct.pack("<I", zlib.crc32(block)) + bytes(16)
  > open("published.bin", "wb").write(image + block.ljust(4096, b"\xff"))
  > END
  $ python3 published.py && rota doctor good.bin t.bin published.bin --today 2026-01-31 | head -n 4
    note     The largest app fills 85 % of the smallest slot (ota_0), 148,176 bytes are left.
    ERROR    The image in factory is signed with ESP-IDF's test key secure_boot/test_ecdsa_key.pem:
             everybody can sign for this device.
               Sign with a key of your own; a device whose eFuses hold this key's digest can not be

What apps carry: a CA that ends, a key, an update over plain HTTP.

  $ openssl req -x509 -newkey rsa:2048 -nodes -keyout key.pem -out ca.pem -days 3650 -subj '/CN=Update CA' \
  >   -set_serial 7 2> /dev/null
  $ openssl x509 -in ca.pem -noout -enddate -dateopt iso_8601 | cut -d= -f2 | cut -d' ' -f1 > day
  $ openssl req -x509 -newkey rsa:2048 -nodes -keyout other.pem -out sample.pem -days 3650 -set_serial 8 \
  >   -subj '/C=AU/ST=Some-State/O=Internet Widgits Pty Ltd' 2> /dev/null
  $ make-image sample.bin --text "$(cat sample.pem)"
  $ rota doctor good.bin t.bin sample.bin --today 2026-01-31 | grep -A 1 'looks like'
    WARNING  The certificate without a common name looks like one of an example. (likely)
               Use a CA of your own: rota serve makes one.
  $ make-image tls.bin --text "$(cat ca.pem; cat key.pem; echo http://example.org/fw/app.bin)"
  $ make-flash dump.bin 0x1000=good.bin 0x8000=t.bin 0x10000=tls.bin
  $ rota doctor dump.bin --today 2026-01-31 --all | sed "s/$(cat day)/DAY/" | sed -n '/carries/,$p'
    ok       The app in factory carries the certificate 'Update CA', valid to DAY.
    ERROR    The app in factory carries a private key: whoever has the file has the key.
               Take it out, and give each device a key of its own.
    WARNING  The app in factory names an update over plain HTTP: http://example.org/fw/app.bin
             (likely)
               Use https, or sign the images.
  ~
  Errors: 1, warnings: 1, notes: 0, in order: 7.
  $ rota doctor dump.bin --today 2099-01-31 | sed "s/$(cat day)/DAY/" | grep -A 1 EXPIRED
             EXPIRED: the device reaches no server that needs it.
               Ship a new CA with an update that still gets through, or over USB.

The files of a build.

  $ rota doctor boot.bin t.bin app.bin --today 2026-01-31
    WARNING  Whether the bootloader arms rollback can not be read from this flash. (unknown)
               Install an update on one device and read its state while it runs: PENDING_VERIFY means
               armed, NEW means not. Default in ESP-IDF is off.
    note     The largest app fills 85 % of the smallest slot (ota_0), 148,176 bytes are left.
  ~
  Errors: 0, warnings: 1, notes: 1, in order: 3 (--all lists them).
  $ make-image c3.bin --chip esp32c3; rota doctor boot.bin t.bin c3.bin --today 2026-01-31 --all | grep ERROR
    ERROR    factory holds blink 1.0.0, for ESP32-C3. The image is for another chip.
  $ make-image large.bin --bytes 1100000; rota doctor boot.bin t.bin large.bin
  ! rota doctor: large.bin has 1,100,400 bytes and factory has room for 1,048,576: it can not be
  ! flashed. Make the slots larger: rota table plan --propose --image large.bin.
  [1]
  $ rota doctor boot.bin app.bin
  ! rota doctor: there is no partition table among the files; give it, too: without it nobody knows the
  ! slots.
  [1]
  $ rota doctor boot.bin key.pem
  ! rota doctor: key.pem: This is a PEM file that starts with '-----BEGIN PRIVATE KEY-----', not a
  ! firmware image: a key or certificate must never be served in place of firmware; check the URL. The
  ! doctor takes a flash dump, or bootloader, table and apps.
  [1]

One slot, gaps, no OTA data, other mode than the bootloader.

  $ printf 'nvs,data,nvs,,24K\nfactory,app,factory,,1M\nota_1,app,ota_1,,1M\n' > one.csv
  $ rota table build one.csv -o one.bin; make-image qio.bin --mode 0 --no-digest --no-description
  $ rota doctor boot.bin one.bin qio.bin --today 2026-01-31
    WARNING  Whether the bootloader arms rollback can not be read from this flash. (unknown)
               Install an update on one device and read its state while it runs: PENDING_VERIFY means
               armed, NEW means not. Default in ESP-IDF is off.
    ERROR    The table has 1 OTA slot: an update needs two, or it overwrites what runs.
               Use a table with ota_0 and ota_1: rota table plan --propose.
    ERROR    The table has no OTA data partition: nothing can select a slot.
               Add a row of type data, subtype ota, size 0x2000.
    WARNING  The image in factory has no description.
               Without it nobody can tell its version; link the app with esp_app_format.
    WARNING  The image in factory carries no SHA-256.
               Build it with the digest appended: a one-byte checksum misses damage.
    WARNING  The image in factory was built for QIO, the bootloader for DIO. (likely)
               Build both with one flash mode; the bootloader's is the one that counts at start.
  ~
  Errors: 2, warnings: 4, notes: 0, in order: 4 (--all lists them).
  [1]
  $ rota doctor dump.bin --today soon
  ! rota doctor: --today is a date such as 2026-01-31.
  [2]

A board: how many fuse bits are left.

  $ rota board new board --anti-rollback > /dev/null; rota doctor board --today 2026-01-31 --all | grep -A 1 eFuse
    ok       0 of 32 eFuse bits of the secure version are burned, 32 are left.
    ok       The partition table is sane: 6 partitions.
  $ rota efuse show board
  board: eFuses of an ESP32
  ~
    secure version      0 (32 of 32 bits left, raw 0x0)
    key digest slot 0   not revoked
    key digest slot 1   not revoked
    key digest slot 2   not revoked

%schema doctor
  $ make-image url.bin --text http://example.org/fw/app.bin; make-flash dump.bin 0x1000=good.bin 0x8000=t.bin 0x10000=url.bin; rota doctor dump.bin --today 2026-01-31 --json
  {
    "sound": true,
    "findings": [
      {
        "check": "bootloader",
        "severity": "ok",
        "certainty": "sure",
        "finding": "Bootloader for ESP32, rota 0.1.0.",
        "remedy": null
      },
      {
        "check": "rollback",
        "severity": "ok",
        "certainty": "sure",
        "finding": "Rollback is armed in the bootloader: an image that does not confirm itself is given up.",
        "remedy": null
      },
      {
        "check": "table",
        "severity": "ok",
        "certainty": "sure",
        "finding": "The partition table is sane: 6 partitions.",
        "remedy": null
      },
      {
        "check": "ota_data",
        "severity": "ok",
        "certainty": "sure",
        "finding": "OTA data are sane.",
        "remedy": null
      },
      {
        "check": "growth",
        "severity": "ok",
        "certainty": "sure",
        "finding": "The largest app fills 0 % of the smallest slot (ota_0), 1,047,120 bytes are left.",
        "remedy": null
      },
      {
        "check": "image",
        "severity": "ok",
        "certainty": "sure",
        "finding": "factory holds blink 1.0.0, sound, 1,456 bytes, unsigned.",
        "remedy": null
      },
      {
        "check": "plain_http",
        "severity": "warning",
        "certainty": "likely",
        "finding": "The app in factory names an update over plain HTTP: http://example.org/fw/app.bin",
        "remedy": "Use https, or sign the images."
      }
    ]
  }
%schema efuse_show
  $ rota efuse show board --json
  {
    "chip": "esp32",
    "secure_version": 0,
    "secure_version_bits": 0,
    "secure_version_width": 32,
    "secure_version_left": 32,
    "revoked_key_slots": [
      false,
      false,
      false
    ]
  }
