Secure Boot v2: exit status 0 only when a block is accepted. Keys are made anew for each run.

  $ make-image app.bin --chip esp32c6 --bytes 9000
  $ for s in rsa p256 p384; do make-signed app.bin $s.bin --scheme $s > $s.key; done
  $ for s in rsa p256 p384; do
  >   rota image verify --secure-boot $s --key-digest $(cat $s.key) $s.bin | tail -n 1
  > done
  Accepted by block 0.
  Accepted by block 0.
  Accepted by block 0.

What is shown, key digests aside.

  $ rota image verify --secure-boot p384 --key-digest $(cat p384.key) p384.bin | sed "s/$(cat p384.key)/KEY/"
  p384.bin: 12,288 signed bytes, signature sector at 0x3000
  ~
    block 0: ECDSA P-384, key KEY
             accepted: trusted key, right image, valid signature
    block 1: no block
    block 2: no block
  ~
  Accepted by block 0.
  $ rota image info p384.bin | sed "s/$(cat p384.key)/KEY/" | grep -A 1 -e signature -e Sound
    signature block 0   ECDSA P-384, key KEY
  ~
  --
  Sound: structure, checksum and digest are as they must be. Its signature was not verified.

Each spoiled signature is refused.

  $ for s in rsa p256 p384; do for f in digest signature key crc version; do
  >   make-signed app.bin bad.bin --scheme $s --spoil $f > /dev/null
  >   rota image verify --secure-boot $s --key-digest $(cat $s.key) bad.bin > out; echo "$s $f $? $(sed -n '/^  block 0/,/^  block 1/p' out | sed '/block 1/d' | tail -n 1)"
  > done; done
  rsa digest 1            made for other bytes: the image was changed or exchanged
  rsa signature 1            the signature is wrong
  rsa key 1            the key is not among those given with --key-digest
  rsa crc 1   block 0: damaged: its CRC does not match
  rsa version 1            another scheme or curve than the device's
  p256 digest 1            made for other bytes: the image was changed or exchanged
  p256 signature 1            the signature is wrong
  p256 key 1            the key is not among those given with --key-digest
  p256 crc 1   block 0: damaged: its CRC does not match
  p256 version 1            another scheme or curve than the device's
  p384 digest 1            made for other bytes: the image was changed or exchanged
  p384 signature 1            the signature is wrong
  p384 key 1            the key is not among those given with --key-digest
  p384 crc 1   block 0: damaged: its CRC does not match
  p384 version 1            another scheme or curve than the device's
  $ for s in p256 p384; do for f in curve r0 s-order; do
  >   make-signed app.bin bad.bin --scheme $s --spoil $f > /dev/null
  >   rota image verify --secure-boot $s --key-digest $(cat $s.key) bad.bin > /dev/null; echo "$s $f $?"
  > done; done
  p256 curve 1
  p256 r0 1
  p256 s-order 1
  p384 curve 1
  p384 r0 1
  p384 s-order 1

The image must be the very one that was signed, and the sector must follow it.

  $ cp rsa.bin changed.bin && printf 'X' | dd of=changed.bin bs=1 seek=5000 conv=notrunc status=none
  $ rota image verify --secure-boot rsa --key-digest $(cat rsa.key) changed.bin | sed "s/$(cat rsa.key)/KEY/"
  changed.bin: 12,288 signed bytes, signature sector at 0x3000
  ~
    block 0: RSA-3072, key KEY
             made for other bytes: the image was changed or exchanged
    block 1: no block
    block 2: no block
  ~
  Refused: no block is accepted; a device with secure boot does not start this.
  ~
  The image itself is refused: The image is damaged: its checksum does not match. Some bytes were lost
  or changed on the way, or the write was cut off. Repeat the update; if it fails again, compare the
  file's SHA-256 on the server.
  $ head -c 12288 rsa.bin > cut.bin; rota image verify --secure-boot rsa --key-digest $(cat rsa.key) cut.bin > /dev/null
  ! rota image verify: the image in cut.bin ends at 0x24c0, so a device looks for its signature at
  ! 0x3000, but the last sector of the file is at 0x2000.
  [1]
  $ (head -c 12288 rsa.bin; head -c 4096 /dev/zero; tail -c 4096 rsa.bin) > gap.bin
  $ rota image verify --secure-boot rsa --key-digest $(cat rsa.key) gap.bin
  ! rota image verify: the image in gap.bin ends at 0x24c0, so a device looks for its signature at
  ! 0x3000, but the last sector of the file is at 0x4000.
  [1]
  $ head -c 16383 rsa.bin > short.bin; rota image verify --secure-boot rsa --key-digest $(cat rsa.key) short.bin
  ! rota image verify: short.bin has 16,383 bytes; a signed image is padded to a multiple of 4096 and
  ! ends with a signature sector of 4096. It was cut, or never signed.
  [1]
  $ rota image verify --secure-boot rsa --key-digest $(cat rsa.key) app.bin
  ! rota image verify: app.bin has 9,408 bytes; a signed image is padded to a multiple of 4096 and ends
  ! with a signature sector of 4096. It was cut, or never signed.
  [1]

A device of another scheme, and a key that nobody trusts.

  $ rota image verify --secure-boot p256 --key-digest $(cat rsa.key) rsa.bin > /dev/null
  [1]
  $ rota image verify --secure-boot rsa --key-digest $(cat p256.key) rsa.bin > /dev/null
  [1]

In a dump the image's own length tells where its signature is; more than one key may be trusted.

  $ make-image other.bin; rota table build two_ota -o t.bin
  $ make-flash dump.bin 0x8000=t.bin 0x10000=other.bin 0x110000=p256.bin
  $ rota image verify --secure-boot p256 --key-digest $(cat rsa.key) --key-digest $(cat p256.key) \
  > --partition ota_0 dump.bin | tail -n 1
  Accepted by block 0.
  $ rota image verify --secure-boot p256 --key-digest $(cat p256.key) --partition factory dump.bin | tail -n 1
  Refused: no block is accepted; a device with secure boot does not start this.

Wrong use.

  $ rota image verify --secure-boot rsa2048 rsa.bin
  ! rota image verify: --secure-boot is rsa, p256 or p384.
  [2]
  $ rota image verify --secure-boot rsa rsa.bin
  ! rota image verify: say whom to trust: --key-digest HEX, once for each trusted key.
  [2]
  $ rota image verify --secure-boot rsa --key-digest 12 rsa.bin
  ! rota image verify: --key-digest needs 64 hexadecimal digits or a file with the 32 bytes, not '12'.
  [2]
  $ rota image verify --key-digest 12 rsa.bin
  ! rota image verify: --key-digest and --blocks go with --secure-boot rsa, p256 or p384.
  [2]

JSON.

%schema image_verify_signature
  $ rota image verify --secure-boot rsa --key-digest $(printf '0%.0s' $(seq 64)) app.bin --json > e; rota image verify --secure-boot p384 --key-digest $(cat p384.key) p384.bin --json | sed "s/$(cat p384.key)/KEY/"
  {
    "accepted": true,
    "block": 0,
    "signed_bytes": 12288,
    "blocks": [
      {
        "verdict": "accepted",
        "scheme": "ECDSA P-384",
        "key_digest": "KEY"
      },
      {
        "verdict": "absent",
        "scheme": null,
        "key_digest": null
      },
      {
        "verdict": "absent",
        "scheme": null,
        "key_digest": null
      }
    ],
    "image_error": null
  }
  ! rota image verify: app.bin has 9,408 bytes; a signed image is padded to a multiple of 4096 and ends
  ! with a signature sector of 4096. It was cut, or never signed.
