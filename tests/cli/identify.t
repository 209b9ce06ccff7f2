What a file really is, whatever its name says.

  $ make-image app.bin --chip esp32c3 && make-image boot.bin --kind bootloader --chip esp32s3
  $ printf '<html><head><title>Login - Router</title></head>' > firmware.bin
  $ printf '\x1f\x8b\x08\0\0\0\0\0' > packed.bin && : > nothing.bin
  $ rota board new board --chip esp32 > /dev/null
  $ rota identify app.bin boot.bin firmware.bin packed.bin nothing.bin board
  app.bin: This is an app image for ESP32-C3: it can be installed into an app slot.
  boot.bin: This is a bootloader image for ESP32-S3: it belongs at the chip's bootloader offset, not
  into an app slot; send the app's .bin from the build folder.
  firmware.bin: This is an HTML page titled 'Login - Router', not a firmware image: check the URL, and
  whether a login page, a captive portal or an error page answers.
  packed.bin: This is a gzip file, not a firmware image: unpack it first; if the file is not packed,
  the server compresses what it sends: switch that off for firmware.
  nothing.bin: This is nothing: there is nothing to install; check that the build wrote the file and
  that the server sends it.
  board/flash.bin: This is a merged flash image for ESP32 with its partition table at 0x8000: it holds
  a whole flash from address 0 and is written over serial; send the app's .bin alone for an update.

Standard input has no name.

  $ rota identify - < firmware.bin
  standard input: This is an HTML page titled 'Login - Router', not a firmware image: check the URL,
  and whether a login page, a captive portal or an error page answers.

What is like nothing that is known makes the answer no.

  $ printf '\x01\x02\x03\x04\x05' | rota identify -
  standard input: This is unknown content: it starts like nothing that is known; check the URL or the
  file name, and that the transfer was complete and binary.
  [1]
  $ rota identify missing.bin
  ! rota identify: cannot open missing.bin: No such file or directory; check the path.
  [1]

%schema identify
  $ rota identify app.bin firmware.bin board --json
  [
    {
      "file": "app.bin",
      "bytes": 1424,
      "kind": "app_image",
      "chip": "esp32c3",
      "table_offset": null,
      "title": null,
      "sentence": "This is an app image for ESP32-C3: it can be installed into an app slot."
    },
    {
      "file": "firmware.bin",
      "bytes": 48,
      "kind": "html",
      "chip": null,
      "table_offset": null,
      "title": "Login - Router",
      "sentence": "This is an HTML page titled 'Login - Router', not a firmware image: check the URL, and whether a login page, a captive portal or an error page answers."
    },
    {
      "file": "board/flash.bin",
      "bytes": 4194304,
      "kind": "merged_flash",
      "chip": "esp32",
      "table_offset": 32768,
      "title": null,
      "sentence": "This is a merged flash image for ESP32 with its partition table at 0x8000: it holds a whole flash from address 0 and is written over serial; send the app's .bin alone for an update."
    }
  ]

  $ rota identify --help
  rota identify: say what a file really is, and what to do with it
  ~
  usage: rota identify FILE ... [--json]
  ~
  Looks at the content, not at the name: app and bootloader images with their chip, merged flash
  images, tables, ELF, UF2, archives, and the web pages that servers send in their place. Exit status
  1 when a file starts like nothing that is known.
  ~
    --json  Print JSON.
  ~
  example:
    rota identify firmware.bin
    curl -s https://example.org/app.bin | rota identify -
