#!/usr/bin/python3
"""Holds the commands to the reference material beside the repository, through the command line.

    reference.py --build DIR secure-boot|tables|firmware|elf

secure-boot  every signed file: accepted exactly when the strict verdict of the vectors says so
tables       every recorded CSV: the same bytes, or a refusal; options included
firmware     every real image verified; every table to CSV and back; every flash put together, split and
             merged again: the same bytes
elf          every real image taken apart into the sections of its ELF file, and made again from them: the
             same layout, padding and header
Without the material it says so, and the test counts as skipped.
"""
import argparse
import csv
import gzip
import json
import os
import pathlib
import struct
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
SHARED = pathlib.Path(os.environ.get("ROTA_SHARED", ROOT.parent / "shared"))


class Checker:
    def __init__(self, build):
        self.rota = build / "rota"
        self.count = 0
        self.wrong = []

    def run(self, *arguments, stdin=b""):
        return subprocess.run([self.rota, *map(str, arguments)], input=stdin, capture_output=True, timeout=60,
                              check=False)

    def expect(self, condition, what):
        self.count += 1
        if not condition:
            self.wrong.append(str(what))

    def done(self, what):
        for line in self.wrong[:20]:
            print("wrong:", line)
        print(f"{self.count} {what}, {len(self.wrong)} wrong")
        return 1 if self.wrong or not self.count else 0


def secure_boot(check):
    folder = SHARED / "vectors" / "secure-boot"
    vectors = json.loads((folder / "vectors.json").read_text())
    accepted = 0
    for vector in vectors["vectors"]:
        if not (folder / vector["file"]).exists():
            continue
        keys = [word for name in vector["trusted_keys"]
                for word in ("--key-digest", vectors["keys"][name]["digest"])]
        result = check.run("image", "verify", "--secure-boot", vector["scheme"], "--blocks",
                           vector["blocks_examined"], *keys, folder / vector["file"])
        accepted += result.returncode == 0
        check.expect(result.returncode == (0 if vector["expect_strict"] else 1), vector["name"])
    print(f"{accepted} accepted")
    return check.done("signed files")


def table_words(options):
    words = []
    for key, option in (("offset", "--offset"), ("boot_off", "--primary-bootloader-offset"),
                        ("rec_off", "--recovery-bootloader-offset"), ("flash_size", "--flash-size"),
                        ("secure", "--secure")):
        if key in options:
            words += [option, options[key]]
    for key, option in (("disable_md5", "--disable-md5sum"), ("no_verify", "--no-verify")):
        if options.get(key):
            words.append(option)
    return words


def tables(check):
    accepted = 0
    with gzip.open(SHARED / "vectors" / "esp-ota" / "ptable_csv.jsonl.gz", "rt") as lines, \
            tempfile.TemporaryDirectory() as folder:
        source = pathlib.Path(folder) / "t.csv"
        for line in lines:
            vector = json.loads(line)
            text = bytes.fromhex(vector["csv_hex"]) if "csv_hex" in vector else vector["csv"].encode()
            source.write_bytes(text)
            result = check.run("table", "build", source, *table_words(vector.get("opt", {})))
            if vector["ok"]:
                accepted += 1
                want = bytes.fromhex(vector["bin"]).ljust(vector["len"], b"\xff")
                check.expect(result.returncode == 0 and result.stdout == want, vector["id"])
            else:
                check.expect(result.returncode == 1 and not result.stdout and b"rota table build: " in
                             result.stderr, (vector["id"], vector["cat"], result.returncode))
    print(f"{accepted} accepted")
    return check.done("tables as text")


def round_trip_of_table(check, path, folder):
    text = folder / "t.csv"
    binary = folder / "t.bin"
    original = path.read_bytes()[:0xC00].ljust(0xC00, b"\xff")
    to_text = check.run("table", "build", path, "-o", text)
    has_md5 = b"\xeb\xeb" + b"\xff" * 14 in original
    rows = original.split(b"\xeb\xeb" + b"\xff" * 14)[0]
    offset = ["--offset", hex(min(0x8000, min_offset(rows) - 0x1000 & ~0xFFF))]
    back = check.run("table", "build", text, "-o", binary, *offset, *([] if has_md5 else ["--disable-md5sum"]))
    check.expect(to_text.returncode == 0 and back.returncode == 0 and binary.read_bytes() == original, path.name)


def min_offset(rows):
    return min(int.from_bytes(rows[at + 4:at + 8], "little") for at in range(0, len(rows) - 31, 32)
               if rows[at:at + 2] == b"\xaa\x50")


def round_trip_of_flash(check, bootloader, table, app, folder):
    """A flash of these parts, split and merged."""
    offsets = {"esp32": 0x1000, "esp32s2": 0x1000, "esp32c5": 0x2000, "esp32p4": 0x2000}
    chip = bootloader.name.split("_")[1]
    dump = folder / "dump.bin"
    parts = folder / "parts"
    created = check.run("flash", "create", dump, "--force", "--flash-size", "16MB",
                        f"{offsets.get(chip, 0):#x}={bootloader}", f"0x8000={table}", f"boot={app}")
    if created.returncode != 0:
        fits = b"has room for" not in created.stderr
        check.expect(not fits, (dump, created.stderr))
        return
    split = check.run("flash", "split", dump, "-o", parts, "--force")
    merged = check.run("flash", "merge", "--manifest", parts / "manifest.json", "-o", folder / "again.bin")
    check.expect(split.returncode == 0 and merged.returncode == 0 and
                 (folder / "again.bin").read_bytes() == dump.read_bytes(), bootloader.name)
    for command in (("why",), ("otadata", "show"), ("doctor",), ("part", "list"), ("image", "verify")):
        result = check.run(*command, dump, "--json")
        is_json = result.stdout.startswith((b"{", b"[")) and json.loads(result.stdout)
        # A table without OTA data, or with nothing that boots, gets a sentence instead.
        is_sentence = result.returncode == 1 and result.stderr.startswith(b"rota ")
        check.expect(is_json or is_sentence, (command, bootloader.name, table.name, result.stderr))


# Makers whose bootloaders were all built with rollback, or all without; of the others some were.
ARMED = ("awtrix3", "esp32c3_esp32_nat", "esp32s3_esp32_nat", "esp32c5_", "esp32c6_esp32_nat")
NOT_ARMED = ("tasmota", "LoBo", "esp-web-tools", "st7789_mpy")


def check_rollback(check, bootloader, table):
    """The doctor reads from every real bootloader's code whether rollback is armed."""
    result = check.run("doctor", bootloader, table, "--json")
    found = [one for one in json.loads(result.stdout)["findings"] if one["check"] == "rollback"]
    check.expect(len(found) == 1 and found[0]["certainty"] == "likely", bootloader.name)
    armed = found[0]["severity"] == "ok"
    if any(maker in bootloader.name for maker in ARMED):
        check.expect(armed, f"{bootloader.name}: armed")
    if any(maker in bootloader.name for maker in NOT_ARMED):
        check.expect(not armed, f"{bootloader.name}: not armed")


def firmware(check):
    folder = SHARED / "firmware"
    with open(folder / "manifest.csv", newline="", encoding="utf-8") as file:
        for row in csv.DictReader(file):
            path = folder / row["file"]
            if not path.exists():
                continue
            verdict = check.run("image", "verify", path, "--chip", row["chip"], "--json")
            check.expect(verdict.returncode == 0 and json.loads(verdict.stdout)["sound"], row["file"])
            facts = json.loads(check.run("image", "info", path, "--json").stdout)
            described = facts["description"]  # images from before ESP-IDF v3.3 have none
            check.expect(facts["chip"] == row["chip"] and
                         (described is None or described["idf_version"] == row["idf"]), row["file"])
    parts = folder / "flash_parts"
    with tempfile.TemporaryDirectory() as name:
        work = pathlib.Path(name)
        boots = sorted(parts.glob("bootloader_*.bin"))
        plans = sorted(parts.glob("partitions_*.bin"))
        for path in boots:
            result = check.run("image", "info", path, "--json")
            facts = json.loads(result.stdout)
            check.expect(result.returncode == 0 and facts["kind"] == "bootloader", path.name)
            check_rollback(check, path, plans[0])
        for path in plans:
            round_trip_of_table(check, path, work)
        for path in parts.glob("otadata_*.bin"):
            check.expect(check.run("otadata", "show", path, "--json").returncode == 0, path.name)
        apps = {path.name.split("_")[0]: path for path in folder.glob("*/esp32*.bin")}
        for index, path in enumerate(boots):
            app = apps.get(path.name.split("_")[1], apps["esp32"])
            round_trip_of_flash(check, path, plans[index % len(plans)], app, work)
    return check.done("checks of real firmware")


def elf_file(machine, entry, sections):
    """A 32-bit program whose loaded sections are these: (name, address, bytes)."""
    names, data, headers, start = b"\0", b"", bytes(40), 52
    for name, address, content in sections:
        headers += struct.pack("<10I", len(names), 1, 6, address, start + len(data), len(content), 0, 0, 4, 0)
        names += name.encode() + b"\0"
        data += content
    headers += struct.pack("<10I", len(names), 3, 0, 0, start + len(data), len(names) + 10, 0, 0, 1, 0)
    names += b".shstrtab\0"
    count = len(sections) + 2
    head = b"\x7fELF\x01\x01\x01".ljust(16, b"\0") + struct.pack(
        "<HHIIIIIHHHHHH", 2, machine, 1, entry, 0, start + len(data) + len(names), 0, 52, 0, 0, 40, count, count - 1)
    return head + data + names + headers


def sections_of(image, segments):
    """The linker's sections: pieces of RAM that filled gaps put together again, padding left away."""
    mapped, ram = [], []
    for segment in segments:
        address, at = segment["load_address"], segment["offset"]
        content = image[at:at + segment["bytes"]]
        if segment["memory"].startswith("flash"):
            mapped.append((address, content))
        elif address and ram and ram[-1][0] + len(ram[-1][1]) == address:
            ram[-1] = (ram[-1][0], ram[-1][1] + content)
        elif address:
            ram.append((address, content))
    names = [".flash.appdesc"] + [f".flash.{i}" for i in range(1, len(mapped))] + [f".ram.{i}" for i in range(len(ram))]
    return [(name, *section) for name, section in zip(names, mapped + ram)]


def elf(check):
    with tempfile.TemporaryDirectory() as name:
        work = pathlib.Path(name)
        for path in sorted((SHARED / "firmware").glob("*/esp32*.bin")):
            facts = json.loads(check.run("image", "info", path, "--json").stdout)
            segments = facts["segments"]
            # Old tools kept empty segments, and addresses that are no multiple of 4.
            if any(one["bytes"] == 0 or one["load_address"] % 4 for one in segments):
                continue
            image = path.read_bytes()[:facts["image_bytes"]]
            machine = 94 if facts["chip"] in ("esp32", "esp32s2", "esp32s3") else 243  # Xtensa, RISC-V
            (work / "x.elf").write_bytes(elf_file(machine, facts["entry_address"], sections_of(image, segments)))
            speed = {0xF: "80m", 0: "40m", 1: "26m", 2: "20m"}[image[3] & 15]
            made = check.run("image", "from-elf", work / "x.elf", "--chip", facts["chip"], "--flash-mode",
                             facts["spi_mode"].lower(), "--flash-freq", speed, "--flash-size", facts["flash_bytes"],
                             "--min-rev", image[14], "--min-rev-full", facts["min_chip_revision"], "--max-rev-full",
                             facts["max_chip_revision"], "-o", work / "x.bin", stdin=b"")
            again = (work / "x.bin").read_bytes() if made.returncode == 0 else b""
            # What depends on the ELF file itself: its digest, and with it the checksum and the image's digest.
            same = [bytes(data[:0xB0]) + bytes(data[0xD0:-33]) for data in (image, again)]
            check.expect(len(image) == len(again) and same[0] == same[1], f"{path.name}: {made.stderr.decode()}")
            (work / "x.bin").unlink(missing_ok=True)
    check.expect(check.count >= 12, "too few images could be made again")
    return check.done("images made again from their sections")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--build", required=True, type=pathlib.Path)
    parser.add_argument("what", choices=["secure-boot", "tables", "firmware", "elf"])
    arguments = parser.parse_args()
    needed = SHARED / ("firmware" if arguments.what in ("firmware", "elf") else "vectors")
    if not needed.is_dir():
        print(f"skipped: {needed} is absent")
        return 0
    check = Checker(arguments.build.resolve())
    checks = {"secure-boot": secure_boot, "tables": tables, "firmware": firmware, "elf": elf}
    return checks[arguments.what](check)


if __name__ == "__main__":
    sys.exit(main())
