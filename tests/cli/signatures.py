#!/usr/bin/python3
"""Signs an image with new keys of every scheme, changes the result in every place, and holds
`rota image verify --secure-boot` to what a device with secure boot does (spec 4.9).

    signatures.py --build DIR

Invariants:
  - a sound file is accepted, whatever the block, the order of the trusted keys, and the signature's numbers
  - every changed byte that a device looks at is refused, with and without a CRC that fits again
  - numbers out of range, other paddings, hashes, salts, schemes, places and lengths are refused
  - bytes that no device looks at (reserved, padding) change nothing
"""
import argparse
import hashlib
import importlib.machinery
import importlib.util
import os
import pathlib
import struct
import subprocess
import sys
import tempfile
import zlib

HERE = pathlib.Path(__file__).resolve().parent
LOADER = importlib.machinery.SourceFileLoader("make_signed", str(HERE / "make-signed"))
SIGNED = importlib.util.module_from_spec(importlib.util.spec_from_loader("make_signed", LOADER))
LOADER.exec_module(SIGNED)

SECTOR, BLOCK, CHECKED = 4096, 1216, 1196
# Field -> first byte, bytes; looked at by a device.
FIELDS = {
    "rsa": {"magic": (0, 1), "version": (1, 1), "digest": (4, 32), "modulus": (36, 384), "exponent": (420, 4),
            "rinv": (424, 384), "mdash": (808, 4), "signature": (812, 384)},
    "p256": {"magic": (0, 1), "version": (1, 1), "hash": (2, 1), "digest": (4, 32), "curve": (36, 1), "x": (37, 32),
             "y": (69, 32), "r": (101, 32), "s": (133, 32)},
    "p384": {"magic": (0, 1), "version": (1, 1), "hash": (2, 1), "digest": (4, 48), "curve": (52, 1), "x": (53, 48),
             "y": (101, 48), "r": (149, 48), "s": (197, 48)},
}
RESERVED = {"rsa": (2, 3), "p256": (3, 165, 1195), "p384": (3, 245, 1195)}


def block_of(body, key, scheme):
    block, digest, _ = (SIGNED.rsa_block(body, key) if scheme == "rsa" else
                        SIGNED.ecdsa_block(body, key, scheme, ""))
    return bytes(block).ljust(CHECKED, b"\0"), digest


def closed(block):
    """The block with its CRC and the zeros behind it."""
    return (bytes(block) + struct.pack("<I", zlib.crc32(bytes(block)))).ljust(BLOCK, b"\0")


def sector(*blocks):
    return b"".join(blocks).ljust(SECTOR, b"\xff")


def changed(data, at, mask):
    data = bytearray(data)
    data[at] ^= mask
    return bytes(data)


def replaced(data, at, value):
    return data[:at] + value + data[at + len(value):]


class Judge:
    def __init__(self, build, scheme):
        self.build, self.scheme = build, scheme
        self.count = 0

    def accepts(self, content, digests, *options):
        with open("signed.bin", "wb") as file:
            file.write(content)
        words = [word for digest in digests for word in ("--key-digest", digest)]
        result = subprocess.run([self.build / "rota", "image", "verify", "--secure-boot", self.scheme, *words,
                                 *options, "signed.bin"], capture_output=True, check=False, timeout=60)
        if result.returncode not in (0, 1):
            sys.exit(f"{self.scheme}: status {result.returncode}: {result.stderr.decode()}")
        return result.returncode == 0

    def expect(self, wanted, what, content, digests, *options):
        self.count += 1
        if self.accepts(content, digests, *options) != wanted:
            os.system("cp signed.bin /tmp/rota-signature-failed.bin")
            sys.exit(f"{self.scheme}: {what}: {'refused' if wanted else 'accepted'} (/tmp/rota-signature-failed.bin)")


def each_field(judge, body, block, digest):
    for name, (first, count) in FIELDS[judge.scheme].items():
        places = {first, first + count // 2, first + count - 1}
        for at in sorted(places):
            for mask in (0x01, 0x80):
                spoiled = changed(block, at, mask)
                judge.expect(False, f"{name} at {at} ^ {mask:#x}", body + sector(closed(spoiled)), [digest])
                open_block = spoiled + closed(block)[CHECKED:]
                judge.expect(False, f"{name} at {at}, old CRC", body + sector(open_block), [digest])
    for at in range(CHECKED, CHECKED + 4):
        judge.expect(False, f"CRC at {at}", body + sector(changed(closed(block), at, 4)), [digest])
    for at in RESERVED[judge.scheme]:
        judge.expect(True, f"reserved {at}", body + sector(closed(changed(block, at, 1))), [digest])
    judge.expect(True, "behind the CRC", body + sector(changed(closed(block), 1210, 1)), [digest])
    for at in (0, 1, 24, 40, 300, len(body) // 2, len(body) - 1):
        judge.expect(False, f"image at {at}", changed(body, at, 0x10) + sector(closed(block)), [digest])


def places_and_keys(judge, body, block, digest, other, other_digest):
    hole = b"\xff" * BLOCK
    good = closed(block)
    stranger = closed(other)
    everywhere = {"alone": (good,), "second": (hole, good), "third": (hole, hole, good), "behind another": (stranger, good),
                  "behind damage": (changed(good, 900, 1), good), "three times": (good, good, good)}
    for name, blocks in everywhere.items():
        content = body + sector(*blocks)
        judge.expect(True, name, content, [digest])
        judge.expect(blocks[0] == good, f"{name}, one block", content, [digest], "--blocks", "1")
        judge.expect(other_digest is not None and stranger in blocks, f"{name}, for the other key", content,
                     [other_digest])
    strangers = [hashlib.sha256(bytes([i])).hexdigest() for i in range(3)]
    for at in range(4):
        keys = strangers[:at] + [digest] + strangers[at:]
        judge.expect(True, f"trusted at {at}", body + sector(good), keys)
    judge.expect(True, "upper case", body + sector(good), [digest.upper()])
    for name, key in {"reversed": bytes.fromhex(digest)[::-1].hex(), "zero": "00" * 32, "of the image":
                      hashlib.sha256(body).hexdigest(), "last byte": changed(bytes.fromhex(digest), 31, 1).hex()}.items():
        judge.expect(False, f"digest {name}", body + sector(good), [key])
    for name, content in {
            "one byte more": body + sector(good) + b"\0", "a sector more": body + sector(good) + b"\xff" * SECTOR,
            "two sectors": body + sector(good) * 2, "one byte less": (body + sector(good))[:-1],
            "no sector": body, "only a sector": sector(good), "nothing": b"",
            "unaligned block": body + (b"\xff" + good).ljust(SECTOR, b"\xff"),
            "a sector too far": body + b"\xff" * SECTOR + sector(good),
            "blank sector": body + b"\xff" * SECTOR, "zero sector": body + bytes(SECTOR)}.items():
        judge.expect(False, name, content, [digest])


def ecdsa_numbers(judge, body, block, digest, key):
    size = FIELDS[judge.scheme]["r"][1]
    order = SIGNED.ORDERS[judge.scheme]
    r_at, s_at = FIELDS[judge.scheme]["r"][0], FIELDS[judge.scheme]["s"][0]
    number = lambda at: int.from_bytes(block[at:at + size], "little")
    for name, at in (("r", r_at), ("s", s_at)):
        for value in (0, 1, order, order + 1, order - 1, (1 << 8 * size) - 1, (number(at) + order) % (1 << 8 * size)):
            spoiled = replaced(block, at, value.to_bytes(size, "little"))
            judge.expect(False, f"{name} = {value:#x}", body + sector(closed(spoiled)), [digest])
    both = replaced(replaced(block, r_at, bytes(size)), s_at, bytes(size))
    judge.expect(False, "r = s = 0", body + sector(closed(both)), [digest])
    swapped = replaced(replaced(block, r_at, block[s_at:s_at + size]), s_at, block[r_at:r_at + size])
    judge.expect(False, "r and s exchanged", body + sector(closed(swapped)), [digest])
    big = replaced(replaced(block, r_at, block[r_at:r_at + size][::-1]), s_at, block[s_at:s_at + size][::-1])
    judge.expect(False, "big-endian", body + sector(closed(big)), [digest])
    # The other root is as good for the arithmetic, and for the hardware.
    other = replaced(block, s_at, (order - number(s_at)).to_bytes(size, "little"))
    judge.expect(True, "n - s", body + sector(closed(other)), [digest])
    for _ in range(24):  # other random numbers, some of them short
        judge.expect(True, "signed again", body + sector(closed(block_of(body, key, judge.scheme)[0])), [digest])
    x_at = FIELDS[judge.scheme]["x"][0]
    public_end = r_at
    # A trusted digest does not make a point: beside the curve, at infinity, beyond the field.
    for name, point in {"beside the curve": changed(block[x_at:public_end], 0, 1), "zero": bytes(2 * size),
                        "beyond the field": b"\xff" * 2 * size}.items():
        spoiled = replaced(block, x_at, point)
        trusted = hashlib.sha256(spoiled[x_at - 1:public_end]).hexdigest()
        judge.expect(False, f"point {name}", body + sector(closed(spoiled)), [trusted])


def rsa_numbers(judge, body, block, digest, key):
    modulus = int.from_bytes(block[36:420], "little")
    for name, value in {"0": 0, "1": 1, "n": modulus, "n - 1": modulus - 1, "largest": (1 << 3072) - 1}.items():
        judge.expect(False, f"signature {name}", body + sector(closed(replaced(block, 812, value.to_bytes(384, "little")))),
                     [digest])
    judge.expect(False, "big-endian", body + sector(closed(replaced(block, 812, block[812:1196][::-1]))), [digest])

    def signed_with(*options, hash_name="sha256"):
        signature = SIGNED.openssl("dgst", f"-{hash_name}", "-sign", key, *options, data=body)
        return body + sector(closed(replaced(block, 812, signature[::-1])))

    pss = ("-sigopt", "rsa_padding_mode:pss")
    judge.expect(True, "PSS, salt 32", signed_with(*pss, "-sigopt", "rsa_pss_saltlen:32"), [digest])
    for salt in ("0", "20", "31", "33", "max"):
        judge.expect(False, f"salt {salt}", signed_with(*pss, "-sigopt", f"rsa_pss_saltlen:{salt}"), [digest])
    judge.expect(False, "PKCS #1 v1.5", signed_with(), [digest])
    judge.expect(False, "MGF1 with SHA-1", signed_with(*pss, "-sigopt", "rsa_pss_saltlen:32", "-sigopt",
                                                       "rsa_mgf1_md:sha1"), [digest])
    for name in ("sha384", "sha512"):
        judge.expect(False, name, signed_with(*pss, "-sigopt", "rsa_pss_saltlen:32", hash_name=name), [digest])
    # A trusted digest does not make a key: the hardware computes with rinv and mdash.
    for name, at, value in (("rinv", 424, b"\x01" * 384), ("mdash", 808, b"\x01" * 4), ("even modulus", 36, b"\x02"),
                            ("short modulus", 419, b"\x00"), ("exponent 0", 420, bytes(4))):
        spoiled = replaced(block, at, value)
        judge.expect(False, name, body + sector(closed(spoiled)), [hashlib.sha256(spoiled[36:812]).hexdigest()])


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--build", required=True, type=pathlib.Path)
    build = parser.parse_args().build.resolve()
    total = 0
    with tempfile.TemporaryDirectory() as folder:
        os.chdir(folder)
        subprocess.run([HERE / "make-image", "app.bin", "--chip", "esp32c6", "--bytes", "9000"], check=True,
                       stdout=subprocess.DEVNULL)
        body = pathlib.Path("app.bin").read_bytes()
        body += b"\xff" * (-len(body) % SECTOR)
        signed = {}
        for scheme in FIELDS:
            judge = Judge(build, scheme)
            key = SIGNED.private_key(scheme, "key")
            block, digest = block_of(body, key, scheme)
            other, other_digest = block_of(body, SIGNED.private_key(scheme, "other"), scheme)
            signed[scheme] = (block, digest)
            each_field(judge, body, block, digest)
            places_and_keys(judge, body, block, digest, other, other_digest)
            (rsa_numbers if scheme == "rsa" else ecdsa_numbers)(judge, body, block, digest, key)
            total += judge.count
        for device in FIELDS:  # a block of another scheme, trusted or not
            for scheme, (block, digest) in signed.items():
                judge = Judge(build, device)
                judge.expect(device == scheme, f"block of {scheme}", body + sector(closed(block)), [digest])
                total += 1
        os.chdir("/")
    print(f"{total} signed files judged")
    return 0


if __name__ == "__main__":
    sys.exit(main())
