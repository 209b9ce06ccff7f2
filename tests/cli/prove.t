What rota prove refuses before it begins, and the movie of a recorded run. The proofs themselves are in
tests/end_to_end/prove_test.py.

  $ make-image app.bin --version 2.0.0 && rota board new board --table two_ota >/dev/null
  $ rota prove board
  ! rota prove: board boots nothing; flash it first. rota why board says what it lacks.
  [1]
  $ rota board flash board factory=app.bin >/dev/null
  $ rota prove board --core-only --program-only
  ! rota prove: --core-only and --program-only together leave nothing to prove.
  [2]
  $ rota prove board --budget soon
  ! rota prove: --budget needs seconds, such as 30 or 2.5.
  [2]
  $ rota prove board --ota-data-writing sometimes
  ! rota prove: --ota-data-writing is cut-safe or in-place.
  [2]
  $ rota prove board --slot-writing never
  ! rota prove: --slot-writing is checked or reference.
  [2]
  $ rota prove board --update app.bin
  ! rota prove: app.bin is what runs already; offer another version.
  [1]
  $ rota prove board --update board/board.toml
  ! rota prove: board/board.toml is no app image: it has 285 bytes.
  [1]
  $ rota prove nowhere
  ! rota prove: cannot open nowhere: No such file or directory; check the path.
  [1]
  $ printf 'nvs,data,nvs,0x9000,0x4000\nfactory,app,factory,0x10000,1M\n' > one.csv
  $ rota board new one --table one.csv >/dev/null && rota board flash one factory=app.bin >/dev/null
  $ rota prove one
  ! rota prove: one: the table has 0 OTA slots; updates over the air need two that take turns. rota
  ! table plan makes such a table.
  [1]
  $ echo mine > mine.html && rota prove board --core-only --html mine.html
  ! rota prove: mine.html is there already and no page of rota; name another file with --html, or give
  ! --force.
  [1]

A time that is too short proves nothing, and says so.

%schema prove
  $ rota prove board --core-only --budget 0 --seed 2 --boards 1 --cuts 5 --path app.bin --http \
  > --html other.html --force --json | sed 's/"seconds": [0-9.e-]*/"seconds": 0/'
  {
    "fine": false,
    "summary": "0 faults in the core (0 operations x up to 0 kinds, and pairs): 0 lost, 22 stories NOT FINISHED in time; your program was not cut.",
    "proven": {
      "board": "board: esp32, 4 MB flash, table at 0x8000",
      "table": "nvs 16 KB, otadata 8 KB, phy_init 4 KB, factory 1 MB, ota_0 1 MB, ota_1 1 MB",
      "runs now": "blink 2.0.0, 1,424 bytes in factory",
      "update": "blink 2.0.1, 1,424 bytes (the same program under the next version)",
      "bootloader": "of Rota, rollback armed, anti-rollback off, records written cut-safe",
      "program": "OTA data written cut-safe, slots checked"
    },
    "core": {
      "lost": 0,
      "seconds": 0,
      "images_of_your_size": {
        "image_bytes": 9392,
        "stories": 0,
        "operations": 0,
        "operations_without_chip_errors": 0,
        "most_kinds": 0,
        "single_faults": 0,
        "pairs": 0,
        "triples": 0,
        "states": 0,
        "lost": 0,
        "lost_between_operations": 0,
        "lost_by": {},
        "unfinished": [],
        "wrong_without_faults": []
      },
      "small_images": {
        "image_bytes": 9392,
        "stories": 22,
        "operations": 0,
        "operations_without_chip_errors": 0,
        "most_kinds": 0,
        "single_faults": 0,
        "pairs": 0,
        "triples": 0,
        "states": 0,
        "lost": 0,
        "lost_between_operations": 0,
        "lost_by": {},
        "unfinished": [
          "first boots of a blank board",
          "first update of a blank board, native API",
          "update by native API, erasing as data arrive",
          "update by native API, erasing first",
          "update by the update conversation",
          "the same, erasing first",
          "the same, with a request for each part",
          "a download that goes on after a cut",
          "a download that goes on after a lost connection",
          "first start of a good image",
          "an image that fails its self-test rejects itself",
          "an image that panics on trial",
          "an image that hangs on trial until the watchdog bites",
          "update to an image that rejects itself",
          "begin, abort, then set_boot of the slot that runs",
          "an application that confirms at every start",
          "the same, and no other image is recorded",
          "two updates in a row",
          "update while NVS is written",
          "an update whose data arrive damaged",
          "set_boot of the factory image",
          "the previous image and its record are given up"
        ],
        "wrong_without_faults": []
      },
      "stock": {
        "image_bytes": 9392,
        "stories": 22,
        "operations": 0,
        "operations_without_chip_errors": 0,
        "most_kinds": 0,
        "single_faults": 0,
        "pairs": 0,
        "triples": 0,
        "states": 0,
        "lost": 0,
        "lost_between_operations": 0,
        "lost_by": {},
        "unfinished": [
          "first boots of a blank board",
          "first update of a blank board, native API",
          "update by native API, erasing as data arrive",
          "update by native API, erasing first",
          "update by the update conversation",
          "the same, erasing first",
          "the same, with a request for each part",
          "a download that goes on after a cut",
          "a download that goes on after a lost connection",
          "first start of a good image",
          "an image that fails its self-test rejects itself",
          "an image that panics on trial",
          "an image that hangs on trial until the watchdog bites",
          "update to an image that rejects itself",
          "begin, abort, then set_boot of the slot that runs",
          "an application that confirms at every start",
          "the same, and no other image is recorded",
          "two updates in a row",
          "update while NVS is written",
          "an update whose data arrive damaged",
          "set_boot of the factory image",
          "the previous image and its record are given up"
        ],
        "wrong_without_faults": []
      }
    },
    "program": null,
    "not_tested": [
      "Downloads that go on after a cut, and faults in pairs, are tried with images of 9,392 bytes; the next update that each state must accept has that size, too.",
      "Not finished in time (--budget gives more): images of 9,392 bytes, 22 of 22 stories.",
      "Not finished in time (--budget gives more): the stock bootloader, images of 9,392 bytes, 22 of 22 stories.",
      "Your program: left alone, as you asked (--core-only).",
      "Real silicon: the chip is a model. Radio, sensors and whatever else your program needs of a real board.",
      "Cuts before the bootloader runs; damage to bootloader and partition table, which no update here writes."
    ]
  }
  $ rota prove board --core-only --budget 0 --json >prove.json
  [1]
  $ grep -c 'Not finished in time' prove.json; grep -E '"(fine|single_faults)"' prove.json
  2
    "fine": false,
        "single_faults": 0,
        "single_faults": 0,
        "single_faults": 0,

A board that boots nothing can be recorded, too.

  $ rota board new blank --table two_ota >/dev/null && rota board run blank --record run.jsonl >/dev/null
  ! rota board run: the board stopped: stopped after 3 resets in a row without a word from an app; the
  ! bootloader: nothing is bootable: the bootloader resets and tries again, for ever
  [1]
  $ rota board movie run.jsonl | sed 's/,.*//'; rota board movie run.jsonl
  movie.html: 11 steps
  ! rota board movie: movie.html is there already; name another file, or give --force.
  [1]
  $ rota board movie run.jsonl -o again.html --force | sed 's/,.*//'
  again.html: 11 steps
  $ rota board movie app.bin
  ! rota board movie: app.bin is no recording of a board; make one with rota board run BOARD --record
  ! FILE.
  [1]
  $ rota board run blank --record app.bin
  ! rota board run: app.bin is a file of another kind; name a new file to record into.
  [1]
  $ rota board new bare >/dev/null && rota board erase bare >/dev/null
  $ rota board run bare --record bare.jsonl >/dev/null
  ! rota board run: the board stopped: the board does not start: there is no usable bootloader at 0x1000
  ! (There is no bootloader where this chip looks for one.); write one with `rota board flash`
  [1]

%schema board_movie
  $ rota board movie bare.jsonl --json | sed 's/"ms": [0-9]*/"ms": 0/; s/([0-9]*)/(0)/'
  {
    "title": "Recorded run",
    "subtitle": "What happened on this esp32.",
    "board": {
      "chip": "esp32",
      "flash_bytes": 4194304,
      "lanes": [],
      "written": []
    },
    "ota": null,
    "steps": [
      {
        "kind": "power",
        "text": "The power comes on.",
        "ms": 0,
        "mark": true
      },
      {
        "kind": "boot",
        "text": "The bootloader starts after power on.",
        "ms": 0,
        "runs": null,
        "rules": [],
        "mark": true
      },
      {
        "kind": "console",
        "text": "board: the board does not start: there is no usable bootloader at 0x1000 (There is no bootloader where this chip looks for one.); write one with `rota board flash`",
        "ms": 0,
        "lines": [
          [
            "bootloader",
            "E (0) boot: the board does not start: there is no usable bootloader at 0x1000 (There is no bootloader where this chip looks for one.); write one with `rota board flash`"
          ],
          [
            "board",
            "board: the board does not start: there is no usable bootloader at 0x1000 (There is no bootloader where this chip looks for one.); write one with `rota board flash`"
          ]
        ]
      }
    ]
  }
  $ echo '{"recording":1}' > wrong.jsonl && rota board movie wrong.jsonl
  ! rota board movie: wrong.jsonl, line 1: this is no line of a recording: {"recording":1}
  [1]

