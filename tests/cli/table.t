Tables by name, as CSV and as binary.

  $ rota table build two_ota -o t.bin
  $ rota table show t.bin
  t.bin: partition table, 6 partitions
  ~
    name             type       subtype    offset      end         size          flags
    nvs              data       nvs        0x9000      0xd000      16 KB
    otadata          data       ota        0xd000      0xf000      8 KB
    phy_init         data       phy        0xf000      0x10000     4 KB
    factory          app        factory    0x10000     0x110000    1 MB
    ota_0            app        ota_0      0x110000    0x210000    1 MB
    ota_1            app        ota_1      0x210000    0x310000    1 MB
  ~
  Bootloader, application and host tools accept this table.
  $ rota table build t.bin
  # ESP-IDF Partition Table
  # Name, Type, SubType, Offset, Size, Flags
  nvs,data,nvs,0x9000,16K,
  otadata,data,ota,0xd000,8K,
  phy_init,data,phy,0xf000,4K,
  factory,app,factory,0x10000,1M,
  ota_0,app,ota_0,0x110000,1M,
  ota_1,app,ota_1,0x210000,1M,
  $ rota table build two_ota --csv | rota table build - | cmp - t.bin
  $ rota table build two_ota_encr_nvs --csv
  # ESP-IDF Partition Table
  # Name, Type, SubType, Offset, Size, Flags
  nvs,data,nvs,0x9000,16K,
  otadata,data,ota,0xd000,8K,
  phy_init,data,phy,0xf000,4K,
  factory,app,factory,0x10000,1M,
  ota_0,app,ota_0,0x110000,1M,
  ota_1,app,ota_1,0x210000,1M,
  nvs_key,data,nvs_keys,0x310000,4K,encrypted

A table that its readers refuse, and CSV with a mistake.

  $ cp t.bin bad.bin && printf 'X' | dd of=bad.bin bs=1 seek=70 conv=notrunc status=none; rota table show bad.bin
  ! rota table show: bad.bin, row 6 at 0xc0: The partition table is damaged: its MD5 does not match its
  ! rows. A row was edited by hand, or a write to the table was cut off. Build the table again from its
  ! CSV and flash it.
  [1]
  $ printf 'a,data,nvs,0x9000,24K\nb,app,ota_0,0xa000,1M\n' > bad.csv; rota table build bad.csv
  ! rota table build: bad.csv: line 2: 'b' starts at 0xa000 but 'a' ends at 0xf000; leave the offset
  ! empty to have it placed, and keep rows in ascending order.
  [1]
  $ printf 'a,data,nvs,,24K\nb,app,ota_0,,8M\n' > big.csv; rota table build big.csv --flash-size 4MB
  ! rota table build: big.csv: line 2: 'b' ends at 0x810000, beyond the flash of 0x400000 (4 MiB); make
  ! partitions smaller or set the flash size that the board really has (ESP-IDF:
  ! CONFIG_ESPTOOLPY_FLASHSIZE).
  [1]
  $ rota table build three_ota
  ! rota table build: 'three_ota' is neither a file nor a predefined table; the predefined tables are
  ! singleapp, singleapp_large, singleapp_coredump, singleapp_large_coredump, singleapp_encr_nvs,
  ! singleapp_large_encr_nvs, two_ota, two_ota_coredump, two_ota_encr_nvs, two_ota_large, singleapp_tee,
  ! two_ota_tee.
  [1]
  $ head -c 100 t.bin > cut.bin; rota table show cut.bin
  ! rota table show: cut.bin, row 3 at 0x60: The partition table ends in the middle of a row. The file
  ! was cut off, or the wrong offset was read. Copy the table again; it is 3072 bytes long, at the
  ! offset in the settings (often 0x8000).
  [1]

What a change means for a device.

  $ printf '%s\n' 'nvs,data,nvs,0x9000,16K' 'otadata,data,ota,0xd000,8K' 'factory,app,factory,0x10000,1536K' \
  >   'ota_0,app,ota_0,,1M' 'ota_1,app,ota_1,,896K' 'log,data,0x40,,64K,readonly' > new.csv
  $ rota table diff two_ota new.csv
    removed  phy_init         data/phy at 0xf000, 4 KB
                              its content stays in flash, out of reach.
    changed  factory          app/factory at 0x10000, 1 MB
                              now app/factory at 0x10000, 1,536 KB
                              larger, its content stays.
    changed  ota_0            app/ota_0 at 0x110000, 1 MB
                              now app/ota_0 at 0x190000, 1 MB
                              moved: flash its image again.
    changed  ota_1            app/ota_1 at 0x210000, 1 MB
                              now app/ota_1 at 0x290000, 896 KB
                              moved: flash its image again.
    added    log              data/0x40 at 0x370000, 64 KB, readonly
                              new: reads whatever lay there before.
  [1]
  $ rota table diff two_ota t.bin
  Both tables have the same partitions.

How the flash is divided, and what fits.

  $ make-image app.bin --bytes 900000 && make-image large.bin --bytes 1100000
  $ rota table plan two_ota --flash-size 4MB --image app.bin
    0x0         (bootloader)                32 KB  #
    0x8000      (partition table)            4 KB  #
    0x9000      nvs                         16 KB  #
    0xd000      otadata                      8 KB  #
    0xf000      phy_init                     4 KB  #
    0x10000     factory                      1 MB  ##########
    0x110000    ota_0                        1 MB            ##########
    0x210000    ota_1                        1 MB                      ##########
    0x310000    (free)                     960 KB                                ..........
  ~
  app.bin has 900,400 bytes:
    factory                1 MB  85 % full, 148,176 bytes left
    ota_0                  1 MB  85 % full, 148,176 bytes left
    ota_1                  1 MB  85 % full, 148,176 bytes left
  $ rota table plan two_ota --image app.bin --image large.bin
    0x0         (bootloader)                32 KB  #
    0x8000      (partition table)            4 KB  #
    0x9000      nvs                         16 KB  #
    0xd000      otadata                      8 KB  #
    0xf000      phy_init                     4 KB  #
    0x10000     factory                      1 MB  #############
    0x110000    ota_0                        1 MB               #############
    0x210000    ota_1                        1 MB                            ##############
  ~
  app.bin has 900,400 bytes:
    factory                1 MB  85 % full, 148,176 bytes left
    ota_0                  1 MB  85 % full, 148,176 bytes left
    ota_1                  1 MB  85 % full, 148,176 bytes left
  ~
  large.bin has 1,100,400 bytes:
    factory                1 MB  does NOT fit: 51,824 bytes too many
    ota_0                  1 MB  does NOT fit: 51,824 bytes too many
    ota_1                  1 MB  does NOT fit: 51,824 bytes too many
  [1]
  $ rota table plan two_ota --image t.bin
  ! rota table plan: t.bin is not a whole app image. This is a partition table, not a firmware image:
  ! send the app's .bin for an update; a table is shown with: rota table show.
  [1]

A table for wishes.

  $ rota table plan --propose --flash-size 4MB --image app.bin --storage 512K
  # Name, Type, SubType, Offset, Size, Flags
  nvs, data, nvs, , 24K,
  otadata, data, ota, , 8K,
  phy_init, data, phy, , 4K,
  ota_0, app, ota_0, , 1344K,
  ota_1, app, ota_1, , 1344K,
  storage, data, littlefs, , 512K,
  ~
    0x0         (bootloader)                32 KB  #
    0x8000      (partition table)            4 KB  #
    0x9000      nvs                         24 KB  #
    0xf000      otadata                      8 KB  #
    0x11000     phy_init                     4 KB  #
    0x12000     (free)                      56 KB  .
    0x20000     ota_0                    1,344 KB   #############
    0x170000    ota_1                    1,344 KB                #############
    0x2c0000    storage                    512 KB                             #####
    0x340000    (free)                     768 KB                                  ........
  $ rota table plan --propose --flash-size 8MB --factory -o p.csv && rota table build p.csv --flash-size 8MB -o p.bin
    0x0         (bootloader)                32 KB  #
    0x8000      (partition table)            4 KB  #
    0x9000      nvs                         24 KB  #
    0xf000      otadata                      8 KB  #
    0x11000     phy_init                     4 KB  #
    0x12000     (free)                      56 KB  .
    0x20000     factory                  2,688 KB  #############
    0x2c0000    ota_0                    2,688 KB               #############
    0x560000    ota_1                    2,688 KB                            ##############
  $ rota table plan --propose --flash-size 8MB -o p.csv
  ! rota table plan: p.csv is there already; name another file, or overwrite it with --force.
  [1]
  $ rota table plan --propose --flash-size 2MB --app-size 1M
  ! rota table plan: 2 app partitions of 1,572,864 bytes (1,048,576 bytes and 50 % to grow) do not fit 2
  ! MB: each could have 960 KB. Use fewer slots, less growth, or a larger flash.
  [1]
  $ rota table plan --propose --slots 1
  ! rota table plan: an update needs two OTA slots, or one and a factory partition: --slots 2.
  [2]
  $ rota table plan
  ! rota table plan: name a table, or let one be proposed: --propose.
  [2]

JSON.

%schema table_show
  $ rota table show t.bin --json
  {
    "table_offset": 32768,
    "flash_bytes": null,
    "md5": true,
    "partitions": [
      {
        "name": "nvs",
        "type": "data",
        "subtype": "nvs",
        "offset": 36864,
        "size": 16384,
        "encrypted": false,
        "readonly": false
      },
      {
        "name": "otadata",
        "type": "data",
        "subtype": "ota",
        "offset": 53248,
        "size": 8192,
        "encrypted": false,
        "readonly": false
      },
      {
        "name": "phy_init",
        "type": "data",
        "subtype": "phy",
        "offset": 61440,
        "size": 4096,
        "encrypted": false,
        "readonly": false
      },
      {
        "name": "factory",
        "type": "app",
        "subtype": "factory",
        "offset": 65536,
        "size": 1048576,
        "encrypted": false,
        "readonly": false
      },
      {
        "name": "ota_0",
        "type": "app",
        "subtype": "ota_0",
        "offset": 1114112,
        "size": 1048576,
        "encrypted": false,
        "readonly": false
      },
      {
        "name": "ota_1",
        "type": "app",
        "subtype": "ota_1",
        "offset": 2162688,
        "size": 1048576,
        "encrypted": false,
        "readonly": false
      }
    ],
    "free": [],
    "readers": {
      "bootloader": {
        "accepts": true
      },
      "application": {
        "accepts": true
      },
      "tool": {
        "accepts": true
      }
    }
  }
%schema table_diff
  $ rota table diff two_ota new.csv --json
  {
    "same": false,
    "changes": [
      {
        "name": "phy_init",
        "change": "removed",
        "before": {
          "type": "data",
          "subtype": "phy",
          "offset": 61440,
          "size": 4096,
          "encrypted": false,
          "readonly": false
        },
        "after": null,
        "meaning": "its content stays in flash, out of reach"
      },
      {
        "name": "factory",
        "change": "changed",
        "before": {
          "type": "app",
          "subtype": "factory",
          "offset": 65536,
          "size": 1048576,
          "encrypted": false,
          "readonly": false
        },
        "after": {
          "type": "app",
          "subtype": "factory",
          "offset": 65536,
          "size": 1572864,
          "encrypted": false,
          "readonly": false
        },
        "meaning": "larger, its content stays"
      },
      {
        "name": "ota_0",
        "change": "changed",
        "before": {
          "type": "app",
          "subtype": "ota_0",
          "offset": 1114112,
          "size": 1048576,
          "encrypted": false,
          "readonly": false
        },
        "after": {
          "type": "app",
          "subtype": "ota_0",
          "offset": 1638400,
          "size": 1048576,
          "encrypted": false,
          "readonly": false
        },
        "meaning": "moved: flash its image again"
      },
      {
        "name": "ota_1",
        "change": "changed",
        "before": {
          "type": "app",
          "subtype": "ota_1",
          "offset": 2162688,
          "size": 1048576,
          "encrypted": false,
          "readonly": false
        },
        "after": {
          "type": "app",
          "subtype": "ota_1",
          "offset": 2686976,
          "size": 917504,
          "encrypted": false,
          "readonly": false
        },
        "meaning": "moved: flash its image again"
      },
      {
        "name": "log",
        "change": "added",
        "before": null,
        "after": {
          "type": "data",
          "subtype": "0x40",
          "offset": 3604480,
          "size": 65536,
          "encrypted": false,
          "readonly": true
        },
        "meaning": "new: reads whatever lay there before"
      }
    ]
  }
  [1]
%schema table_plan
  $ rota table plan two_ota --flash-size 4MB --image app.bin --json
  {
    "table_offset": 32768,
    "flash_bytes": 4194304,
    "regions": [
      {
        "name": "(bootloader)",
        "offset": 0,
        "size": 32768,
        "type": null,
        "subtype": null,
        "free": false
      },
      {
        "name": "(partition table)",
        "offset": 32768,
        "size": 4096,
        "type": null,
        "subtype": null,
        "free": false
      },
      {
        "name": "nvs",
        "offset": 36864,
        "size": 16384,
        "type": "data",
        "subtype": "nvs",
        "free": false
      },
      {
        "name": "otadata",
        "offset": 53248,
        "size": 8192,
        "type": "data",
        "subtype": "ota",
        "free": false
      },
      {
        "name": "phy_init",
        "offset": 61440,
        "size": 4096,
        "type": "data",
        "subtype": "phy",
        "free": false
      },
      {
        "name": "factory",
        "offset": 65536,
        "size": 1048576,
        "type": "app",
        "subtype": "factory",
        "free": false
      },
      {
        "name": "ota_0",
        "offset": 1114112,
        "size": 1048576,
        "type": "app",
        "subtype": "ota_0",
        "free": false
      },
      {
        "name": "ota_1",
        "offset": 2162688,
        "size": 1048576,
        "type": "app",
        "subtype": "ota_1",
        "free": false
      },
      {
        "name": "(free)",
        "offset": 3211264,
        "size": 983040,
        "type": null,
        "subtype": null,
        "free": true
      }
    ],
    "images": [
      {
        "file": "app.bin",
        "bytes": 900400,
        "slots": [
          {
            "name": "factory",
            "fits": true,
            "percent": 85,
            "left": 148176
          },
          {
            "name": "ota_0",
            "fits": true,
            "percent": 85,
            "left": 148176
          },
          {
            "name": "ota_1",
            "fits": true,
            "percent": 85,
            "left": 148176
          }
        ]
      }
    ],
    "fits": true,
    "csv": null
  }
