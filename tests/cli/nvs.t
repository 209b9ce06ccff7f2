NVS partitions: what they hold.

  $ make-nvs nvs.bin --pages 4 wifi/ssid:str=home wifi/channel:u8=6 wifi/rssi:i8=-71 \
  > ota_resumption/nvs_ota_url:str=https://example.org/fw.bin ota_resumption/nvs_ota_wr_len:u16=512 \
  > app/cert:blob=2d2d2d2d2d424547494e20434552544946 app/scale:float=1.5 app/serial:u64=18446744073709551615 \
  > empty/
  $ rota nvs show nvs.bin
  nvs.bin: an NVS partition alone, 16 KB, 16 entries used, 362 available
  ~
    page  state      sequence  written   erased    empty
    0     active            0       16        0      110
    1     blank
    2     blank
    3     blank
  ~
    wifi
      ssid             string   "home"
      channel          u8       6
      rssi             i8       -71
  ~
    ota_resumption
      nvs_ota_url      string   "https://example.org/fw.bin"
      nvs_ota_wr_len   u16      512
  ~
    app
      cert             blob     17 bytes: 2d2d2d2d2d424547494e204345525449 ...
      scale            float    1.5
      serial           u64      18446744073709551615
  ~
    empty
      no keys

In a flash dump the table says where it lies; in a file of its own it is found, too.

  $ rota table build two_ota -o t.bin
  $ make-flash dump.bin 0x8000=t.bin 0x9000=nvs.bin
  $ rota nvs show dump.bin --names-only
  dump.bin: nvs at 0x9000, 16 KB, 16 entries used, 362 available
  ~
    page  state      sequence  written   erased    empty
    0     active            0       16        0      110
    1     blank
    2     blank
    3     blank
  ~
    wifi
      ssid             string
      channel          u8
      rssi             i8
  ~
    ota_resumption
      nvs_ota_url      string
      nvs_ota_wr_len   u16
  ~
    app
      cert             blob
      scale            float
      serial           u64
  ~
    empty
      no keys
  $ rota nvs show dump.bin --partition otadata
  ! rota nvs show: dump.bin has no NVS partition named 'otadata'. Name one with --partition: nvs.
  [1]
%schema nvs_show
  $ rota nvs show dump.bin --json
  {
    "file": "dump.bin",
    "partition": "nvs",
    "offset": 36864,
    "size": 16384,
    "starts": true,
    "error": null,
    "repairs": 0,
    "entries": {
      "used": 16,
      "free": 488,
      "available": 362,
      "total": 504
    },
    "pages": [
      {
        "state": "active",
        "sequence": 0,
        "written": 16,
        "erased": 0,
        "empty": 110
      },
      {
        "state": "blank",
        "sequence": 0,
        "written": 0,
        "erased": 0,
        "empty": 126
      },
      {
        "state": "blank",
        "sequence": 0,
        "written": 0,
        "erased": 0,
        "empty": 126
      },
      {
        "state": "blank",
        "sequence": 0,
        "written": 0,
        "erased": 0,
        "empty": 126
      }
    ],
    "namespaces": [
      {
        "index": 1,
        "name": "wifi",
        "keys": [
          {
            "key": "ssid",
            "type": "string",
            "bytes": 5,
            "damaged": false,
            "value": "home"
          },
          {
            "key": "channel",
            "type": "u8",
            "bytes": 1,
            "damaged": false,
            "value": 6
          },
          {
            "key": "rssi",
            "type": "i8",
            "bytes": 1,
            "damaged": false,
            "value": -71
          }
        ]
      },
      {
        "index": 2,
        "name": "ota_resumption",
        "keys": [
          {
            "key": "nvs_ota_url",
            "type": "string",
            "bytes": 27,
            "damaged": false,
            "value": "https://example.org/fw.bin"
          },
          {
            "key": "nvs_ota_wr_len",
            "type": "u16",
            "bytes": 2,
            "damaged": false,
            "value": 512
          }
        ]
      },
      {
        "index": 3,
        "name": "app",
        "keys": [
          {
            "key": "cert",
            "type": "blob",
            "bytes": 17,
            "damaged": false,
            "value": "2d2d2d2d2d424547494e20434552544946"
          },
          {
            "key": "scale",
            "type": "float",
            "bytes": 4,
            "damaged": false,
            "value": 1.5
          },
          {
            "key": "serial",
            "type": "u64",
            "bytes": 8,
            "damaged": false,
            "value": 18446744073709551615
          }
        ]
      },
      {
        "index": 4,
        "name": "empty",
        "keys": []
      }
    ]
  }

Damage is named; nothing is changed in the file.

  $ make-nvs bad.bin a/text:str=hello! a/fine:u8=1
  $ cp bad.bin before.bin; rota nvs show bad.bin; cmp bad.bin before.bin
  bad.bin: an NVS partition alone, 12 KB, 4 entries used, 248 available
  ~
    page  state      sequence  written   erased    empty
    0     active            0        4        0      122
    1     blank
    2     blank
  ~
    a
      text             string   damaged: its CRC is wrong, a read of the device erases it
      fine             u8       1
  $ head -c 4096 nvs.bin > one.bin; rota nvs show one.bin | head -1
  one.bin: an NVS partition alone, 4 KB, 0 entries used, 0 available
  ! rota nvs show: a device can not start NVS: The NVS partition has no free page left. The partition
  ! was made smaller, or holds something else than NVS. Erase the partition and start NVS again; its
  ! values are lost.
  $ make-nvs blank.bin; rota nvs show blank.bin
  ! rota nvs show: blank.bin holds no partition table. This is erased flash (all FF): nothing was ever
  ! written there; check the offset, or flash an image first.
  [1]

Encrypted partitions need their keys.

  $ make-nvs nvs.bin --keys keys.bin a/b:u8=1
  $ python3 -c "b=bytearray(open('nvs.bin','rb').read()); b[64:128]=bytes(range(64)); open('enc.bin','wb').write(b)"
  $ rota nvs show enc.bin
  ! rota nvs show: no entry of this partition in enc.bin can be read: it is encrypted, or damaged. Give
  ! the dump of its key partition with --keys.
  [1]
  $ rota nvs show enc.bin --keys nvs.bin
  ! rota nvs show: nvs.bin: The NVS keys do not match their checksum. The key partition was written in
  ! part, or is read without flash encryption. Flash the keys again; without them the values can not be
  ! read.
  [1]
  $ rota nvs show enc.bin --keys keys.bin
  ! rota nvs show: no entry of this partition in enc.bin can be read with these keys; it was encrypted
  ! with others, or is damaged.
  [1]
  $ rota nvs show
  ! rota nvs show: rota nvs show needs more: rota nvs show DUMP|BOARD|NVS [--partition NAME] [--offset
  ! N] [--keys FILE] [--names-only] [--json]. See rota nvs show --help.
  [2]
