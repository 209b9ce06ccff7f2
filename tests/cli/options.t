Options that no other transcript needs.

A board and its bootloader.

  $ rota board new board --chip esp32 --table-offset 0xA000 --secure-version-bits 8 --factory-reset-pin 4 --hold-time 1 \
  >   --factory-reset-erases-otadata on --app-test-pin 5 --ota-data-writing in-place --emulate-secure-version on --timing off | sed -n 1p
  board is a new esp32 board with 4 MB flash, rollback on.
  $ rota board run board | sed -n 1p
  I (0) boot: 2nd stage bootloader, rollback on
  ! rota board run: the board stopped: stopped after 3 resets in a row without a word from an app; the
  ! bootloader: nothing is bootable: the bootloader resets and tries again, for ever
  $ rota board expect board --timeout 5 'never printed' 2>&1 | tail -n 2
  row without a word from an app; the bootloader: nothing is bootable: the bootloader resets and tries
  again, for ever
  $ rota board gpio board 4=0 && rota board gpio board 4=free && rota board gpio board 70=1
  pin 4   driven from outside: 0     by the app: free
  ! rota board gpio: '70=1' is no pin setting; write PIN=0, PIN=1 or PIN=free, with pins 0 to 63.
  [2]
  $ rota board cut board --at ota_0+0x20000 --moment before && rota board cut board --clear
  The power goes in the next run; rota board run board shows it.
  No power cut is planned.
  $ make-image app.bin && rota board flash board --erase-otadata factory=app.bin
  factory (0x20000): app.bin, blink 1.0.0, 1,424 bytes.
  factory boots next: blink 1.0.0.
  $ rota board erase board && rota why board
  The whole flash is erased, 4 MB: bootloader, table, apps and data are gone.
  Fuses and settings of the board stay.
  Nothing boots: the bootloader refuses the partition table: This is not a partition table: a row does
  not start with AA 50. Another file or another offset was read; the table often lies at 0x8000, in
  some projects elsewhere. Check the offset of the table (CONFIG_PARTITION_TABLE_OFFSET) and name it.
  ~
    esp32, 4 MB flash, partition table at 0x8000, no bootloader
      no app partitions in the table
      OTA data: none in the table
      free: 0x9000 to 0x400000 (4,060 KB)
      nothing boots
  [1]
  $ rota image bootloader --chip esp32 -o b.bin --secure-version-bits 8 --anti-rollback on --table-offset 0xA000 \
  >   --factory-reset-pin 4 --factory-reset-erases-otadata on --app-test-pin 5 --hold-time 2 --ota-data-writing in-place --emulate-secure-version on
  $ rota image info b.bin | grep -i -e rollback -e pin -e table
    rollback            on
    anti-rollback       on, 8 bits in a partition
    table at            0xa000

A table that lies elsewhere, for every command that reads one.

  $ printf 'nvs,data,nvs,,24K\notadata,data,ota,,8K\nold,data,phy,,4K,readonly\nfactory,app,factory,,1M\n' > t.csv
  $ printf 'ota_0,app,ota_0,,1M\nota_1,app,ota_1,,1M\n' >> t.csv
  $ rota table build t.csv --offset 0xA000 -o t.bin
  $ rota flash merge -o dump.bin --table-offset 0xA000 0xA000=t.bin factory=app.bin --pad-to-size 4MB
    0x0000a000         3,072 bytes  t.bin
    0x00020000         1,424 bytes  app.bin
  $ rota flash create same.bin --table-offset 0xA000 0xA000=t.bin factory=app.bin && cmp same.bin dump.bin
  same.bin: 4 MB of flash, 2 parts, the rest reads FF.
  $ rota part list dump.bin --table-offset 0xA000 | head -n 4
    name             type       subtype    offset     size        content
    nvs              data       nvs        0xb000     24 KB       blank
    otadata          data       ota        0x11000    8 KB        blank
    old              data       phy        0x13000    4 KB        blank
  $ rota part read dump.bin factory --table-offset 0xA000 -o part.bin && cmp -n 1424 part.bin app.bin
  part.bin: 1,048,576 bytes of factory (0x20000).
  $ rota part write dump.bin ota_1 app.bin --table-offset 0xA000
  ota_1 (0x220000): 1,424 bytes of app.bin.
  $ rota part erase dump.bin old --table-offset 0xA000
  ! rota part erase: old (0x13000): The partition is marked read-only. --ignore-readonly writes it all
  ! the same.
  [1]
  $ rota part erase dump.bin old --table-offset 0xA000 --ignore-readonly
  old (0x13000): 4 KB erased.
  $ rota otadata set dump.bin ota_1 --table-offset 0xA000 && rota otadata erase dump.bin --table-offset 0xA000
  Record 0: sequence 2 names ota_1, UNDEFINED. ota_1 boots next: blink 1.0.0.
  Both records are blank. factory boots next: blink 1.0.0.
  $ rota flash split dump.bin -o parts --table-offset 0xA000 | tail -n 1
  Together again: rota flash merge --manifest parts/manifest.json -o FILE
  $ rota why dump.bin --table-offset 0xA000 --efuse 0 | head -n 1
  factory boots: blink 1.0.0, entry address 0x400d0020.

Images.

  $ make-elf app.elf .flash.appdesc:0x3c000020:256 .flash.text:0x42010020:3000 .dram0.data:0x3fc90000:700
  $ rota image from-elf app.elf --chip esp32c3 -o app.bin --flash-mode qio --flash-freq 80m --flash-size 8MB \
  >   --min-rev 0 --min-rev-full 3 --max-rev-full 199 --secure-version 2
  app.bin: 68,608 bytes, 4 segments.
  $ rota image info app.bin | sed -n '/chip/,/length/p'; rota image info app.bin | grep 'secure version'
    chip revision       v0.3 to v1.99
    entry address       0x42000020
    flash               8 MB, QIO, clock/1
    length              68,608 bytes
    secure version      2
  $ rota image from-elf app.elf --chip esp32c3 -o plain.bin --dont-append-digest && rota image info plain.bin | grep SHA
  plain.bin: 68,576 bytes, 4 segments.
    ELF SHA-256         60c43d64baacd1816c1693a7adcdf7cdd554ae09ed328676056a4d2df1ee4d18
    SHA-256             none appended: only the one-byte checksum protects this image
  $ rota image pack /bin/true -o native.bin --chip esp32c3 --project demo --project-version 1.2 --idf-version v5.5 \
  >   --elf-sha256 $(printf 'ab%.0s' $(seq 32)) --build-time 86400 --secure-version 1 | sed 's/[0-9,]* bytes/N bytes/'
  $ rota image info native.bin | grep -e project -e version -e built -e ELF
    project             demo
    version             1.2
    built               Jan  2 1970 00:00:00
    secure version      1
    ELF SHA-256         abababababababababababababababababababababababababababababababab

Tables that grow.

  $ rota table build t.csv --offset 0xA000 --extra-partition-subtypes 'data,mine,0x40' --csv | head -n 3
  # ESP-IDF Partition Table
  # Name, Type, SubType, Offset, Size, Flags
  nvs,data,nvs,0xb000,24K,
  $ rota table plan --propose --image app.bin --growth 50 --nvs 32K --flash-size 4MB
  # Name, Type, SubType, Offset, Size, Flags
  nvs, data, nvs, , 32K,
  otadata, data, ota, , 8K,
  phy_init, data, phy, , 4K,
  ota_0, app, ota_0, , 128K,
  ota_1, app, ota_1, , 128K,
  ~
    0x0         (bootloader)                32 KB  #
    0x8000      (partition table)            4 KB  #
    0x9000      nvs                         32 KB  #
    0x11000     otadata                      8 KB  #
    0x13000     phy_init                     4 KB  #
    0x14000     (free)                      48 KB  .
    0x20000     ota_0                      128 KB   #
    0x40000     ota_1                      128 KB    #
    0x60000     (free)                   3,712 KB     .....................................
