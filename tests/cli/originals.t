The command lines of ESP-IDF's tools.

  $ for tool in gen_esp32part.py parttool.py otatool.py; do ln -s "$(command -v rota)" $tool; done
  $ make-image app.bin && rota table build two_ota -o t.bin && rota table build two_ota --csv > t.csv

gen_esp32part

  $ ./gen_esp32part.py -q --flash-size 4MB t.csv out.bin && cmp out.bin t.bin
  $ ./gen_esp32part.py t.bin | diff - t.csv
  $ ./gen_esp32part.py -q t.csv - | cmp - t.bin
  $ ./gen_esp32part.py -o 0x9000 t.csv out.bin
  ! rota table build: t.csv: line 3: 'nvs' starts at 0x9000 but the partition table's sector ends at
  ! 0xa000; leave the offset empty to have it placed, and keep rows in ascending order.
  [2]
  $ printf 'x,app,mine,0x10000,64K\n' > own.csv
  $ ./gen_esp32part.py --disable-md5sum own.csv out.bin --extra-partition-subtypes app,mine,0x41 && ./gen_esp32part.py --disable-md5sum out.bin
  # ESP-IDF Partition Table
  # Name, Type, SubType, Offset, Size, Flags
  x,app,65,0x10000,64K,
  $ ./gen_esp32part.py --secure v2 t.csv out.bin && ./gen_esp32part.py --secure t.csv out.bin
  $ ./gen_esp32part.py --colour t.csv
  ! usage: gen_esp32part [-h] [--flash-size SIZE] [--disable-md5sum] [--no-verify] [--verify] [--quiet]
  !                      [--offset N] [--primary-bootloader-offset N] [--recovery-bootloader-offset N]
  !                      [--secure [v1|v2]] [--extra-partition-subtypes [TYPE,NAME,HEX ...]]
  !                      input [output]
  ! gen_esp32part: unrecognized arguments: --colour
  [2]
  $ ./gen_esp32part.py
  ! usage: gen_esp32part [-h] [--flash-size SIZE] [--disable-md5sum] [--no-verify] [--verify] [--quiet]
  !                      [--offset N] [--primary-bootloader-offset N] [--recovery-bootloader-offset N]
  !                      [--secure [v1|v2]] [--extra-partition-subtypes [TYPE,NAME,HEX ...]]
  !                      input [output]
  ! gen_esp32part: give an input file, and an output file or - for standard output
  [2]

parttool, with a dump in place of the port

  $ make-flash dump.bin 0x8000=t.bin 0x10000=app.bin 0:1:VALID 1:2:VALID
  $ ./parttool.py -q -f t.csv get_partition_info --partition-name ota_0
  0x110000 0x100000
  $ ./parttool.py -p dump.bin get_partition_info -t app -s ota_1 --info name type subtype offset size encrypted readonly
  ota_1 0 17 0x210000 0x100000 False False
  $ ./parttool.py -p dump.bin get_partition_info -d --info name
  factory
  $ ./parttool.py -p dump.bin get_partition_info -n nothing
  $ ./parttool.py --port dump.bin read_partition -n factory --output f.bin && head -c 1424 f.bin | cmp - app.bin
  f.bin: 1,048,576 bytes of 0x10000.
  $ ./parttool.py --port dump.bin write_partition -n ota_0 --input app.bin && ./parttool.py --port dump.bin erase_partition -n factory
  0x110000: 1,424 bytes of app.bin.
  0x10000: 1 MB erased.
  $ ./parttool.py --port /dev/ttyUSB0 erase_partition -n factory
  ! parttool: /dev/ttyUSB0 is a serial port, and rota does not talk to chips: read the flash with
  ! esptool (read_flash 0 ALL dump.bin), and name the dump in place of the port.
  [2]
  $ ./parttool.py erase_partition -n factory
  ! parttool: this talks to a chip, which does not go without hardware; name a flash dump or a board in
  ! place of the port: --port dump.bin.
  [2]
  $ ./parttool.py --port dump.bin read_partition -n factory
  ! parttool: the following arguments are required: --output
  [2]

otatool

  $ ./otatool.py -p dump.bin read_otadata
  	 OTA_SEQ  	  CRC      | 	  OTA_SEQ  	   CRC
  Firmware:  0x00000001 	0x4743989a |	0x00000002 	 0x55f63774
  $ ./otatool.py -p dump.bin switch_ota_partition --slot 0 && ./otatool.py -p dump.bin read_otadata | tail -n 1
  Record 0: sequence 3 names ota_0, UNDEFINED. ota_0 boots next: blink 1.0.0.
  Firmware:  0x00000003 	0xed4a5011 |	0x00000002 	 0x55f63774
  $ ./otatool.py -p dump.bin read_ota_partition --slot 0 --output f.bin && head -c 1424 f.bin | cmp - app.bin
  f.bin: 1,048,576 bytes of 0x110000.
  $ ./otatool.py -p dump.bin write_ota_partition --name ota_1 --input app.bin && ./otatool.py -p dump.bin erase_ota_partition --slot 1
  0x210000: 1,424 bytes of app.bin.
  0x210000: 1 MB erased.
  $ ./otatool.py -p dump.bin erase_otadata
  0xd000: 8 KB erased.
  $ ./otatool.py switch_ota_partition --slot 0
  ! otatool: this talks to a chip, which does not go without hardware; name a flash dump or a board in
  ! place of the port: --port dump.bin.
  [2]
  $ ./otatool.py -p dump.bin switch_ota_partition
  ! otatool: one of the arguments --slot --name is required
  [2]

A table elsewhere, a table beside the dump, subtypes of the project, and options that do not exist.

  $ printf 'nvs,data,nvs,,24K\notadata,data,ota,,8K\nfactory,app,factory,,1M\nkeep,data,phy,,4K,readonly\n' > at.csv
  $ printf 'ota_0,app,ota_0,,1M\nota_1,app,ota_1,,1M\nmine,app,mine,,64K\n' >> at.csv
  $ rota table build at.csv --offset 0xA000 --extra-partition-subtypes app,mine,0x41 -o at.bin
  $ make-flash at.dump 0xA000=at.bin --otadata 0x11000 0:1:VALID
  $ ./parttool.py -o 0xA000 -p at.dump get_partition_info -n ota_1
  0x230000 0x100000
  $ ./parttool.py -f at.csv -o 0xA000 get_partition_info -t app -s 0x41
  ! parttool: at.csv: line 7: 'mine' in the row of 'mine' is neither a number nor a known word; known
  ! here: factory, ota_0, ota_1, ota_2, ota_3, ota_4, ota_5, ota_6, ota_7, ota_8, ota_9, ota_10, ota_11,
  ! ota_12, ota_13, ota_14, ota_15, test, tee_0, tee_1.
  [2]
  $ ./parttool.py -f at.csv -o 0xA000 --extra-partition-subtypes app,mine,0x41 get_partition_info -t app -s 0x41 --info name offset
  mine 0x330000
  $ ./parttool.py -q -o 0xA000 -p at.dump write_partition -n ota_0 --input app.bin; ./parttool.py -q -f at.bin -p at.dump read_partition -n ota_0 --output g.bin; head -c 1424 g.bin | cmp - app.bin
  $ ./parttool.py -o 0xA000 -p at.dump erase_partition -n keep
  ! parttool: keep is marked read-only; --ignore-readonly changes it all the same.
  [2]
  $ ./parttool.py -q -o 0xA000 -p at.dump erase_partition -n keep --ignore-readonly
  $ ./otatool.py -q -o 0xA000 -p at.dump switch_ota_partition --slot 1; ./otatool.py -o 0xA000 -p at.dump read_otadata | tail -n 1
  Firmware:  0x00000001 	0x4743989a |	0x00000002 	 0x55f63774
  $ ./otatool.py -o 0xA000 -p at.dump erase_otadata; ./otatool.py -o 0xA000 -p at.dump read_otadata --spi-flash-sec-size 0x1000 | tail -n 1
  0x11000: 8 KB erased.
  Firmware:  0xffffffff 	0xffffffff |	0xffffffff 	 0xffffffff
  $ ./otatool.py -o 0xA000 -p at.dump read_ota_partition --slot 7 --output g.bin
  ! otatool: partition 'app/ota_7' does not exist
  [2]
  $ ./parttool.py -p at.dump -o none get_partition_info -n nvs
  ! parttool: argument --partition-table-offset: 'none' is not a number
  [2]
  $ ./parttool.py -p dump.bin get_partition_info -n nvs -d
  ! parttool: --partition-name, --partition-type and --partition-boot-default exclude each other: give
  ! one.
  [2]
  $ ./parttool.py -p dump.bin --colour get_partition_info -n nvs
  ! parttool: unrecognized arguments: --colour
  [2]
  $ ./parttool.py -b 921600 -p dump.bin --esptool-args before=no_reset get_partition_info -n nvs
  0x9000 0x4000
