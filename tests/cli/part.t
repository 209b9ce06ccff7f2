Partitions of a dump or a board: listed, read, written, erased.

  $ make-image app.bin && make-image boot.bin --kind bootloader && make-image big.bin --bytes 1100000
  $ printf '%s\n' 'nvs,data,nvs,0x9000,16K' 'otadata,data,ota,0xd000,8K' 'cert,data,0x40,0xf000,4K,readonly' \
  >   'factory,app,factory,0x10000,1M' 'ota_0,app,ota_0,,1M' 'ota_1,app,ota_1,,1M' > t.csv
  $ rota table build t.csv -o t.bin && printf 'secret' > cert.txt
  $ make-flash dump.bin 0x1000=boot.bin 0x8000=t.bin 0xf000=cert.txt 0x10000=app.bin; cp dump.bin old.bin
  $ rota part list dump.bin
    name             type       subtype    offset     size        content
    nvs              data       nvs        0x9000     16 KB       blank
    otadata          data       ota        0xd000     8 KB        blank
    cert             data       0x40       0xf000     4 KB        a text
    factory          app        factory    0x10000    1 MB        blink 1.0.0
    ota_0            app        ota_0      0x110000   1 MB        blank
    ota_1            app        ota_1      0x210000   1 MB        blank

Read by name, by type, as what boots, by address.

  $ rota part read dump.bin factory -o f.bin && head -c 1424 f.bin | cmp - app.bin
  f.bin: 1,048,576 bytes of factory (0x10000).
  $ rota part read dump.bin app/factory -o - | cmp - f.bin
  $ rota part read dump.bin boot -o - | cmp - f.bin
  $ rota part read dump.bin 0xf000:6 -o -; echo
  secret
  $ rota part read dump.bin factory -o f.bin
  ! rota part read: f.bin is there already; name another file, or overwrite it with --force.
  [1]
  $ rota part read dump.bin nothing -o x
  ! rota part read: 'nothing' is neither a partition nor an address such as 0x9000 or 0x9000:0x1000; the
  ! partitions are nvs, otadata, cert, factory, ota_0, ota_1.
  [2]
  $ rota part read dump.bin 0x400000 -o x
  ! rota part read: 0x400000 lies beyond the end of this flash at 0x400000.
  [1]
  $ rota part read dump.bin data/0x77 -o x
  ! rota part read: the table has no partition of type and subtype data/0x77; it has nvs, otadata, cert,
  ! factory, ota_0, ota_1.
  [1]

Written: nothing of the old content stays, sizes are checked first, read-only is respected.

  $ rota part write dump.bin ota_0 app.bin && rota part read dump.bin ota_0 -o - | cmp - f.bin
  ota_0 (0x110000): 1,424 bytes of app.bin.
  $ rota part write dump.bin nvs app.bin --force && rota part write dump.bin nvs cert.txt && rota part list dump.bin
  nvs (0x9000): 1,424 bytes of app.bin.
  nvs (0x9000): 6 bytes of cert.txt.
    name             type       subtype    offset     size        content
    nvs              data       nvs        0x9000     16 KB       a text
    otadata          data       ota        0xd000     8 KB        blank
    cert             data       0x40       0xf000     4 KB        a text
    factory          app        factory    0x10000    1 MB        blink 1.0.0
    ota_0            app        ota_0      0x110000   1 MB        blink 1.0.0
    ota_1            app        ota_1      0x210000   1 MB        blank
  $ cp dump.bin before.bin
  $ rota part write dump.bin ota_1 big.bin
  ! rota part write: big.bin has 1,100,400 bytes and ota_1 (0x210000) has room for 1,048,576; nothing
  ! was changed.
  [1]
  $ rota part write dump.bin cert app.bin
  ! rota part write: cert (0xf000): The partition is marked read-only. --ignore-readonly writes it all
  ! the same.
  [1]
  $ rota part write dump.bin ota_1 cert.txt
  ! rota part write: ota_1 (0x210000) is an app partition. cert.txt: This is a text that starts with
  ! 'secret', not a firmware image: check the URL; this may be the text of an error. --force writes it
  ! all the same.
  [1]
  $ rota part write dump.bin cert cert.txt --ignore-readonly
  cert (0xf000): 6 bytes of cert.txt.
  $ rota part write dump.bin 0x400000 app.bin
  ! rota part write: 0x400000 lies beyond the end of this flash at 0x400000.
  [1]
  $ rota part write - ota_1 app.bin < dump.bin
  ! rota part write: standard input can not be changed; name a dump or a board.
  [2]
  $ cmp dump.bin before.bin; ls
  app.bin
  before.bin
  big.bin
  boot.bin
  cert.txt
  dump.bin
  f.bin
  old.bin
  t.bin
  t.csv

Erased again: the dump is what it was.

  $ rota part erase dump.bin nvs && rota part erase dump.bin app/ota_0 && cmp dump.bin old.bin
  nvs (0x9000): 16 KB erased.
  ota_0 (0x110000): 1 MB erased.
  $ rota part erase dump.bin 0x9000
  ! rota part erase: say how much to erase: 0x9000:SIZE.
  [2]
  $ rota part erase dump.bin 0x9000:0x1000
  0x9000: 4 KB erased.
  $ rota part erase dump.bin cert
  ! rota part erase: cert (0xf000): The partition is marked read-only. --ignore-readonly writes it all
  ! the same.
  [1]

On a board.

  $ rota board new board > /dev/null && rota part write board factory app.bin --force && rota part list board | tail -n 3
  factory (0x10000): 1,424 bytes of app.bin.
    factory          app        factory    0x10000    1 MB        blink 1.0.0
    ota_0            app        ota_0      0x110000   1 MB        blank
    ota_1            app        ota_1      0x210000   1 MB        blank
  $ exec 9> board/lock && flock 9 && rota part erase board nvs
  ! rota part erase: this board is already running as another process; stop it or use another folder
  ! (board)
  [1]

%schema part_list
  $ rota part list dump.bin --json
  [
    {
      "name": "nvs",
      "type": "data",
      "subtype": "nvs",
      "offset": 36864,
      "size": 16384,
      "encrypted": false,
      "readonly": false,
      "blank": true,
      "content": "blank"
    },
    {
      "name": "otadata",
      "type": "data",
      "subtype": "ota",
      "offset": 53248,
      "size": 8192,
      "encrypted": false,
      "readonly": false,
      "blank": true,
      "content": "blank"
    },
    {
      "name": "cert",
      "type": "data",
      "subtype": "0x40",
      "offset": 61440,
      "size": 4096,
      "encrypted": false,
      "readonly": true,
      "blank": false,
      "content": "a text"
    },
    {
      "name": "factory",
      "type": "app",
      "subtype": "factory",
      "offset": 65536,
      "size": 1048576,
      "encrypted": false,
      "readonly": false,
      "blank": false,
      "content": "blink 1.0.0"
    },
    {
      "name": "ota_0",
      "type": "app",
      "subtype": "ota_0",
      "offset": 1114112,
      "size": 1048576,
      "encrypted": false,
      "readonly": false,
      "blank": true,
      "content": "blank"
    },
    {
      "name": "ota_1",
      "type": "app",
      "subtype": "ota_1",
      "offset": 2162688,
      "size": 1048576,
      "encrypted": false,
      "readonly": false,
      "blank": true,
      "content": "blank"
    }
  ]
