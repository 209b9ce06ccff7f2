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
  $ rota board run bare --record bare.jsonl | sed 's/([0-9]*)/(0)/'

%schema board_movie
  $ rota board movie bare.jsonl --json | sed 's/"ms": [0-9]*/"ms": 0/; s/([0-9]*)/(0)/'
  $ echo '{"recording":1}' > wrong.jsonl && rota board movie wrong.jsonl
  ! rota board movie: wrong.jsonl, line 1: this is no line of a recording: {"recording":1}
  [1]

