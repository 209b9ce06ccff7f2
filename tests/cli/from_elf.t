From the linker's ELF file to an image that the chip starts.

  $ make-elf app.elf .dram0.data:0x3fc90000:70000 .iram0.text:0x40380000:1000 .flash.text:0x42010020:3000 \
  >   .flash.appdesc:0x3c000020:256 .flash.rodata:0x3c000120:2000
  $ rota image from-elf app.elf --chip esp32c3 --project blink --project-version 1.2.3 -o app.bin
  app.bin: 76,368 bytes, 5 segments.
  $ rota image info app.bin | sed "s/$(sha256sum app.elf | cut -c 1-64)/DIGEST OF ELF/; s/  SHA-256 .*good/  SHA-256 good/"
  app.bin: app image for ESP32-C3
  ~
    project             blink
    version             1.2.3
    built               Jan  2 2025 12:00:00
    ESP-IDF             v5.5.1
    secure version      0
    ELF SHA-256         DIGEST OF ELF
    chip revision       v0.0 to any
    entry address       0x42000020
    flash               4 MB, DIO, clock/2
    length              76,368 bytes
    checksum            0x02, good
    SHA-256 good
  ~
    segment  offset      bytes         address     memory
    0        0x20        2,256         0x3c000020  flash, data (DROM)
    1        0x8f8       63,264        0x3fc90000  RAM
    2        0x10020     3,000         0x42010020  flash, code (IROM)
    3        0x10be0     6,736         0x3fc9f720  RAM
    4        0x12638     1,000         0x40380000  RAM
  ~
  Sound: structure, checksum and digest are as they must be. Unsigned.
  $ rota image verify app.bin --chip esp32c3 | tail -n 1
    Sound: every check passed.
  $ rota image from-elf app.elf --chip esp32c3 --secure-pad-v2 -o padded.bin && stat -c %s padded.bin
  padded.bin: 131,072 bytes, 6 segments.
  131072
  $ rota image verify padded.bin | tail -n 1
    Sound: every check passed.

What does not go.

  $ rota image from-elf app.elf --chip esp32 -o x.bin
  ! rota image from-elf: app.elf is a program for RISC-V, and the ESP32 is Xtensa; choose the chip that
  ! it was built for.
  [1]
  $ rota image from-elf app.elf -o x.bin
  ! rota image from-elf: say which chip is to run it: --chip esp32.
  [2]
  $ rota image from-elf app.bin --chip esp32c3 -o x.bin
  ! rota image from-elf: app.bin is not an ELF file. This is an app image for ESP32-C3: it can be
  ! installed into an app slot.
  [1]
  $ head -c 60000 app.elf > cut.elf; rota image from-elf cut.elf --chip esp32c3 -o x.bin
  ! rota image from-elf: cut.elf: the table of section headers at 0x12a56 has 280 bytes and reaches
  ! beyond the end at 0xea60; the file is cut short or damaged, link the program again.
  [1]
  $ make-elf odd.elf .flash.text:0x42010022:3000; rota image from-elf odd.elf --chip esp32c3 -o x.bin
  ! rota image from-elf: a section at 0x42010022 does not begin at a multiple of 4, and chips load whole
  ! words; align it in the linker script.
  [1]
  $ make-elf bare.elf .iram0.text:0x40380000:1000; rota image from-elf bare.elf --chip esp32c3 --project x -o x.bin
  ! rota image from-elf: --project has no place to go: the program has no app description in its first
  ! segment; link it with esp_app_format.
  [1]
  $ make-elf none.elf; rota image from-elf none.elf --chip esp32c3 -o x.bin
  ! rota image from-elf: the program has no section that is loaded.
  [1]
  $ make-elf far.elf .flash.appdesc:0x3c000020:256 .data:0x20000000:16; rota image from-elf far.elf --chip esp32c3 -o x.bin
  ! rota image from-elf: the ESP32-C3 would refuse the image of this program, so it was not written. A
  ! segment wants to be loaded where this chip has no memory for it. Check with `rota image info FILE`
  ! which chip it is for, and build for this one.
  [1]
  $ rota image from-elf /bin/true --chip esp32c3 -o x.bin
  ! rota image from-elf: /bin/true is a 64-bit little-endian ELF file, and these chips are 32-bit
  ! little-endian; rota image pack takes programs of this machine.
  [1]
  $ rota image from-elf app.elf --chip esp32c3 --flash-mmu-page-size 16KB -o x.bin
  ! rota image from-elf: --flash-mmu-page-size of ESP32-C3 is 64KB.
  [2]
