Help, the error catalogue, completion, manual pages.

  $ rota | head -n 4; rota --help | tail -n 4
  rota: over-the-air firmware update for ESP32-class devices, without hardware at hand.
  ~
  usage: rota COMMAND [OPTIONS]
  ~
  rota COMMAND --help explains one command with an example. Exit status: 0 done, 1 the answer is
  no or it could not be done, 2 the command line makes no sense. - is standard input or output.
  rota help TOPIC explains more; the topics are errors (also by name or number), exit-status, files,
  language, numbers, places, rollback, originals.
  $ rota help exit-status
  0: done, or the answer is yes. 1: the answer is no, or it could not be done; standard error says why
  and what to do. 2: the command line makes no sense. Commands that judge (why, image verify, doctor,
  image diff, flash compare) answer with 0 and 1, so that scripts need not read their text.
  $ rota help rollback
  An update is written to the other slot, and OTA data record it as NEW. A bootloader that was built
  with rollback starts it once, on trial (PENDING_VERIFY). If the app confirms itself
  (esp_ota_mark_app_valid_cancel_rollback) it is VALID; if the board restarts before that, the
  bootloader gives it up (ABORTED) and starts the previous image. A bootloader without rollback starts
  a NEW image again and again, whatever it does: rota why and rota doctor say which kind a flash has,
  as far as it tells.
  $ rota help ImageWrongChip
  307 ImageWrongChip
      The image is for another chip. The project was built for another target, or the server offers
      one file to all devices. Run `idf.py set-target` with this chip and build again, or offer the
      right file.
  $ rota help 307
  307 ImageWrongChip
      The image is for another chip. The project was built for another target, or the server offers
      one file to all devices. Run `idf.py set-target` with this chip and build again, or offer the
      right file.
  $ rota help 999
  ! rota help: '999' is neither a command, nor an error's name or number, nor a topic; the topics are
  ! errors, language, exit-status, files, numbers, places, rollback, originals.
  [2]
  $ rota help errors | grep -A 2 '^300'
  300 ImageBadMagic
      This is not an app image: its first byte is not E9. The slot holds other data, or the server
      sent something else, often an error page. Look at what it is with `rota image info FILE`, then
  $ rota help -0x2700
  -0x2700 MBEDTLS_ERR_X509_CERT_VERIFY_FAILED
      The server's certificate is not accepted. Its CA is not in the app, it is for another name, it
      has expired, or the device's clock is wrong. Read the flags in the log; embed the CA (not the
      leaf), set the time, check the name with openssl s_client.
  $ rota help 0x1503 --language zh
  0x1503 ESP_ERR_OTA_VALIDATE_FAILED
      写入的映像无效，因此设备保留旧映像。它被截断或在途中损坏、属于另一种芯片、没有签名，或者根本不是
      应用映像。对服务器提供的文件运行 `rota image verify FILE`；之前的日志行说明哪项检查失败。
  $ LC_ALL=zh_CN.UTF-8 rota help PendingBecomesAborted
  PendingBecomesAborted
      试运行的映像没有被确认，因此被放弃。应用在调用 esp_ota_mark_app_valid_cancel_rollback() 之前重
      启、崩溃或断电。查明它没有确认自己的原因，修复后重新更新。
  $ LC_ALL=zh_CN.UTF-8 rota help 9 --language=en
  9 ESP_RST_BROWNOUT
      The supply voltage fell too low. A weak supply, a long cable, or the radio and the flash at work
      together. Use a stronger supply and a short cable; the sector that was being written may be
      damaged.
  $ rota help PendingBecomesAborte
  ! rota help: 'PendingBecomesAborte' is neither a command, nor an error's name or number, nor a topic
  ! (did you mean PendingBecomesAborted?); the topics are errors, language, exit-status, files, numbers,
  ! places, rollback, originals.
  [2]
  $ rota help 307 --language fr
  ! rota help: --language is followed by en or zh.
  [2]
  $ rota tabel show
  ! rota: 'tabel show' is not a command; did you mean 'table show'? rota --help lists them.
  [2]
  $ rota table
  ! rota table: say what to do with it:
  !   table show        show a partition table: binary, CSV, or inside a flash dump
  !   table build       make a binary partition table from CSV, or CSV from a binary table
  !   table diff        compare two partition tables, and say what a change means for a device
  !   table plan        picture how a table divides the flash, what fits, or propose a table
  [2]
  $ rota table show --jsno
  ! rota table show: --jsno is not an option of rota table show; did you mean --json? See rota table
  ! show --help.
  [2]
  $ rota --version
  rota 0.1.0

Every command explains itself with an example.

  $ rota completion bash | sed -n "s/^    '\(.*\)') options.*/\1/p" | sed "s/'.*//" | while read -r words; do
  >   rota $words --help | grep -q '^example:' || echo "$words: no example"
  > done

Completion is a script that its shell accepts.

  $ rota completion bash > c.sh && bash -n c.sh && bash -c '. ./c.sh; COMP_WORDS=(rota table s); COMP_CWORD=2; _rota; echo "${COMPREPLY[@]}"'
  show
  $ bash -c '. ./c.sh; COMP_WORDS=(rota otadata set --st); COMP_CWORD=3; _rota; echo "${COMPREPLY[@]}"'
  --state
  $ rota completion fish | head -n 1; rota completion zsh | sed -n 2p
  # rota completion for fish: rota completion fish | source
  autoload -Uz bashcompinit && bashcompinit
  $ rota completion tcsh
  ! rota completion: the shells are bash, zsh and fish.
  [2]

Manual pages, from the same text.

  $ rota help --man-pages man && head -n 6 man/rota-table-diff.1
  .TH rota\-table\-diff 1 "" "rota" "rota manual"
  .SH NAME
  rota\-table\-diff \- compare two partition tables, and say what a change means for a device
  .SH SYNOPSIS
  .nf
  rota table diff TABLE TABLE [\-\-json]
  $ grep -L '^\.SH EXAMPLE' man/*.1
  man/rota.1
