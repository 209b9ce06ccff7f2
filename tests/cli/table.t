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
