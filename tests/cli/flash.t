A flash from its parts and back.

  $ make-image app.bin && make-image boot.bin --kind bootloader && rota table build two_ota -o t.bin
  $ make-flash want.bin 0x1000=boot.bin 0x8000=t.bin 0x10000=app.bin

Merge: raw, padded, by name, with a table put in.

  $ rota flash merge -o all.bin 0x1000=boot.bin 0x8000=t.bin factory=app.bin && cmp -n 66960 all.bin want.bin
    0x00001000         1,184 bytes  boot.bin
    0x00008000         3,072 bytes  t.bin
    0x00010000         1,424 bytes  app.bin
  $ rota flash merge -o all.bin 0x1000 boot.bin 0x8000 t.bin 0x10000 app.bin --pad-to-size 4MB && cmp all.bin want.bin
    0x00001000         1,184 bytes  boot.bin
    0x00008000         3,072 bytes  t.bin
    0x00010000         1,424 bytes  app.bin
  $ rota flash merge -o - --table two_ota 0x1000=boot.bin factory=app.bin --pad-to-size 4MB | cmp - want.bin
  $ rota flash merge -o part.bin --target-offset 0x8000 0x8000=t.bin 0x10000=app.bin
    0x00008000         3,072 bytes  t.bin
    0x00010000         1,424 bytes  app.bin
  $ rota flash merge -o part.bin --target-offset 0x9000 0x8000=t.bin
  ! rota flash merge: t.bin at 0x8000 lies before the start of the output at 0x9000.
  [1]
  $ rota flash merge -o part.bin 0x1000=app.bin 0x1100=boot.bin
  ! rota flash merge: app.bin at 0x1000 reaches to 0x1590 and overlaps boot.bin at 0x1100; move one of
  ! them.
  [1]
  $ rota flash merge -o part.bin factory=app.bin
  ! rota flash merge: 'factory=app.bin' names a partition, and there is no table at 0x8000 among the
  ! parts: give it, or --table.
  [2]
  $ rota flash merge -o part.bin 0x10000=app.bin --pad-to-size 64K
  ! rota flash merge: app.bin at 0x10000 has 1,424 bytes and reaches beyond the end at 0x10000.
  [1]
  $ rota flash merge -o part.bin app.bin
  ! rota flash merge: say where app.bin goes: 0x10000=app.bin or factory=app.bin.
  [2]
  $ rota flash merge
  ! rota flash merge: say where to write: -o FILE.
  [2]

Intel HEX, there and back.

  $ rota flash merge -o all.hex --format hex 0x1000=boot.bin 0x8000=t.bin 0x10000=app.bin > /dev/null; head -n 3 all.hex; tail -n 2 all.hex
  :10100000E902022F20000D40EE0000000000000069
  :1010100000FFFF00000000010000FB3F5000000047
  :10102000500000000100000076352E352E31000002
  :10058000D915F4B18FB94614AEE9805E0F923206E8
  :00000001FF
  $ rota flash merge -o back.bin all.hex --pad-to-size 4MB > /dev/null; cmp back.bin want.bin
  $ sed '5s/0/1/5' all.hex > bad.hex; rota flash merge -o x.bin bad.hex
  ! rota flash merge: bad.hex, line 5: not an Intel HEX record: its checksum is wrong.
  [1]

UF2: blocks that name their address and the chip.

  $ rota flash merge -o all.uf2 --format uf2 0x1000=boot.bin 0x8000=t.bin 0x10000=app.bin
    0x00001000         1,184 bytes  boot.bin
    0x00008000         3,072 bytes  t.bin
    0x00010000         1,424 bytes  app.bin
  $ cat > uf2.py <<'END'
  > import hashlib, struct
  > data, flash = open("all.uf2", "rb").read(), bytearray(b"\xff" * (4 << 20))
  > for at in range(0, len(data), 512):
  >     block = data[at:at + 512]
  >     first, second, flags, address, size, number, count, family = struct.unpack("<8I", block[:32])
  >     assert (first, second, flags) == (0x0A324655, 0x9E5D5157, 0x6000), at
  >     content, last = block[32:32 + size], struct.unpack("<I", block[508:])[0]
  >     assert block[32 + size:56 + size] == struct.pack("<II", address, size) + hashlib.md5(content).digest()
  >     assert last == 0x0AB16F30 and not any(block[56 + size:508])
  >     flash[address:address + size] = content
  >     if number == 0:
  >         print(hex(address), count, hex(family))
  > open("back.bin", "wb").write(flash)
  > END
  $ python3 uf2.py && cmp back.bin want.bin
  0x1000 5 0x1c5f21b0
  0x8000 12 0x1c5f21b0
  0x10000 6 0x1c5f21b0
  $ rota flash merge -o x.uf2 --format uf2 0x8000=t.bin
  ! rota flash merge: no image among the parts names a chip, and a UF2 file does: give --chip.
  [2]
  $ rota flash merge -o x.uf2 --format uf2 0x8000=t.bin --chip esp32s3 && file x.uf2 | cut -d, -f1
    0x00008000         3,072 bytes  t.bin
  x.uf2: UF2 firmware image
  $ rota flash merge -o x.uf2 --format elf 0x8000=t.bin
  ! rota flash merge: --format is raw, hex or uf2.
  [2]

The flash settings of the bootloader's header, and its digest with them.

  $ rota image bootloader --chip esp32c3 -o c3.bin && rota image info c3.bin | grep 'flash  '
    flash               4 MB, DIO, clock/1
  $ rota flash merge -o c3.all 0x0=c3.bin 0x8000=t.bin --flash-mode qio --flash-freq 80m --flash-size 8MB
    0x00000000           288 bytes  c3.bin
    0x00008000         3,072 bytes  t.bin
  $ head -c $(stat -c %s c3.bin) c3.all > c3.new; rota image info c3.new | grep 'flash  '; rota image verify c3.new | tail -n 1
    flash               8 MB, QIO, clock/1
    Sound: every check passed.
  $ rota flash merge -o kept.all 0x0=c3.bin 0x8000=t.bin -fm keep -ff keep -fs keep > c3.log; cmp -n 288 kept.all c3.bin
  $ rota flash merge -o x.all 0x0=c3.bin --flash-freq 26m --chip esp32c3 --flash-mode fast
  ! rota flash merge: --flash-mode is qio, qout, dio, dout, fast_read or slow_read.
  [2]
  $ rota flash merge -o x.all 0x0=c3.bin --flash-freq 60m
  ! rota flash merge: --flash-freq of ESP32-C3 is one of 80m, 40m, 26m, 20m.
  [2]
  $ rota flash merge -o x.all 0x10000=app.bin --flash-mode qio
  ! rota flash merge: there is no bootloader among the parts whose flash mode, clock or size could be
  ! set: it is the image at its chip's bootloader offset (0x1000 for ESP32, 0 for most others).
  [1]
  $ rota flash merge -o x.all 0x0=c3.bin --chip esp32 --flash-mode qio
  ! rota flash merge: there is no bootloader among the parts whose flash mode, clock or size could be
  ! set: it is the image at its chip's bootloader offset (0x1000 for ESP32, 0 for most others).
  [1]

Create: the whole flash; what is there already is kept.

  $ rota flash create new.bin --table two_ota 0x1000=boot.bin factory=app.bin && cmp new.bin want.bin
  new.bin: 4 MB of flash, 3 parts, the rest reads FF.
  $ rota flash create new.bin --flash-size 2MB
  ! rota flash create: new.bin is there already; name another file, or overwrite it with --force.
  [1]
  $ rota flash create new.bin --flash-size 2MB --force && rota flash create odd.bin --flash-size 1000
  new.bin: 2 MB of flash, 0 parts, the rest reads FF.
  ! rota flash create: --flash-size is a multiple of 4096 up to 128MB.
  [2]

Split and merge again: the same bytes.

  $ make-flash dump.bin 0x1000=boot.bin 0x8000=t.bin 0x10000=app.bin 0x110000=app.bin 0x350000=t.bin 0:1:VALID
  $ rota flash split dump.bin -o parts
    0x00001000         1,184 bytes  bootloader.bin            a bootloader image
    0x00008000           224 bytes  partition-table.bin       a partition table
    0x0000d000            32 bytes  otadata.bin               an OTA data partition
    0x00010000         1,424 bytes  factory.bin               an app image
    0x00110000         1,424 bytes  ota_0.bin                 an app image
    0x00350000           224 bytes  gap_0x350000.bin          a partition table
  Together again: rota flash merge --manifest parts/manifest.json -o FILE
  $ rota flash merge --manifest parts/manifest.json -o again.bin > /dev/null && cmp again.bin dump.bin
  $ rota flash split dump.bin -o parts
  ! rota flash split: parts holds a split flash already; name another folder, or overwrite it with
  ! --force.
  [1]
  $ printf 'X' >> parts/factory.bin; rota flash merge --manifest parts/manifest.json -o again.bin
  ! rota flash merge: parts/factory.bin was changed since the flash was split; split it again, or merge
  ! with OFFSET=FILE, which checks no manifest.
  [1]
  $ sed -i 's/factory.bin/..\/app.bin/' parts/manifest.json; rota flash merge --manifest parts/manifest.json -o again.bin
  ! rota flash merge: the manifest names the file '../app.bin', which does not lie beside it.
  [1]
  $ rota flash merge --manifest t.bin -o again.bin
  ! rota flash merge: t.bin is not a manifest of rota flash split: it is not a JSON object.
  [1]
  $ rota flash split t.bin -o other
  ! rota flash split: t.bin is a partition table alone; there is nothing to split.
  [1]

Compare.

  $ rota flash compare want.bin dump.bin
    otadata                             12 bytes differ, from 0xd000 to 0xd01f
    ota_0                            1,420 bytes differ, from 0x110000 to 0x11058f
    (outside the partitions)           210 bytes differ, from 0x350000 to 0x3500df
  [1]
  $ rota flash compare want.bin all.bin
  Both hold the same bytes.
  $ rota flash compare want.bin new.bin
    (before the table)               1,182 bytes differ, from 0x1000 to 0x149f
    (partition table)                  210 bytes differ, from 0x8000 to 0x80df
    factory                          1,420 bytes differ, from 0x10000 to 0x1058f
  want.bin has 4,194,304 bytes, new.bin has 2,097,152; compared up to 0x200000.
  [1]

%schema flash_split
  $ rota flash split dump.bin -o more --json
  {
    "manifest": 1,
    "flash_bytes": 4194304,
    "parts": [
      {
        "name": "bootloader",
        "file": "bootloader.bin",
        "offset": 4096,
        "size": 28672,
        "bytes": 1184,
        "sha256": "56947d8bf8aa707cd9a595765bacba81724fade64f9d83a0a140129680ced1ca",
        "content": "a bootloader image"
      },
      {
        "name": "partition-table",
        "file": "partition-table.bin",
        "offset": 32768,
        "size": 4096,
        "bytes": 224,
        "sha256": "f82c9d015a13a95758a66f3fdb9970942b189a0aeb2d1139cf388ebe057072d7",
        "content": "a partition table"
      },
      {
        "name": "otadata",
        "file": "otadata.bin",
        "offset": 53248,
        "size": 8192,
        "bytes": 32,
        "sha256": "1df301673888f901cc9b889efa487532a39ce457673f8fd618cc0bcdb09052e6",
        "content": "an OTA data partition"
      },
      {
        "name": "factory",
        "file": "factory.bin",
        "offset": 65536,
        "size": 1048576,
        "bytes": 1424,
        "sha256": "988427b19e2a962c856f33ff7e995abcff2b928221ffdadc69ee56d49d30e839",
        "content": "an app image"
      },
      {
        "name": "ota_0",
        "file": "ota_0.bin",
        "offset": 1114112,
        "size": 1048576,
        "bytes": 1424,
        "sha256": "988427b19e2a962c856f33ff7e995abcff2b928221ffdadc69ee56d49d30e839",
        "content": "an app image"
      },
      {
        "name": "gap_0x350000",
        "file": "gap_0x350000.bin",
        "offset": 3473408,
        "size": 720896,
        "bytes": 224,
        "sha256": "f82c9d015a13a95758a66f3fdb9970942b189a0aeb2d1139cf388ebe057072d7",
        "content": "a partition table"
      }
    ]
  }
%schema flash_compare
  $ rota flash compare want.bin dump.bin --json
  {
    "same": false,
    "first_bytes": 4194304,
    "second_bytes": 4194304,
    "parts": [
      {
        "name": "otadata",
        "bytes_that_differ": 12,
        "first": 53248,
        "last": 53279
      },
      {
        "name": "ota_0",
        "bytes_that_differ": 1420,
        "first": 1114112,
        "last": 1115535
      },
      {
        "name": "(outside the partitions)",
        "bytes_that_differ": 210,
        "first": 3473408,
        "last": 3473631
      }
    ]
  }
  [1]
