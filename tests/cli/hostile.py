#!/usr/bin/python3
"""Throws damaged, truncated and random files at every command that reads one.

    hostile.py --build DIR [--rounds N] [--seed N]

Invariants, for each command and file:
  - it ends by itself, within seconds, with status 0, 1 or 2: no signal, no assertion of its own
  - status 1 and 2 come with a sentence or with an answer on standard output
  - the input is unchanged, unless the command is one that changes it, and then it keeps its length
A failure prints the seed and leaves the file; --rounds 100 with a build of ROTA_SANITIZE is the long run.
"""
import argparse
import pathlib
import random
import shutil
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent

READERS = [
    ("identify", "FILE"), ("identify", "FILE", "--json"), ("why", "FILE"), ("why", "FILE", "--json", "--rollback"),
    ("image", "info", "FILE"), ("image", "info", "FILE", "--json"), ("image", "verify", "FILE"),
    ("image", "verify", "FILE", "--json", "--offset", "0x10000"), ("image", "diff", "FILE", "app.bin"),
    ("image", "diff", "app.bin", "FILE", "--json"), ("image", "strip", "FILE", "-o", "-"),
    ("image", "from-elf", "FILE", "--chip", "esp32c3", "-o", "-"),
    ("image", "verify", "--secure-boot", "rsa", "--key-digest", "00" * 32, "FILE"),
    ("image", "verify", "--secure-boot", "p384", "--key-digest", "00" * 32, "FILE", "--json"),
    ("otadata", "show", "FILE"), ("otadata", "show", "FILE", "--json", "--slots", "5"),
    ("otadata", "simulate", "FILE", "--do", "restart", "--do", "confirm", "--do", "set ota_1", "--do", "cut",
     "--do", "reject"),
    ("table", "show", "FILE"), ("table", "show", "FILE", "--json"), ("table", "build", "FILE"),
    ("table", "build", "FILE", "--csv", "--no-verify"), ("table", "diff", "FILE", "two_ota"),
    ("table", "plan", "FILE", "--json"), ("table", "plan", "two_ota", "--image", "FILE"),
    ("part", "list", "FILE"), ("part", "list", "FILE", "--json"), ("part", "read", "FILE", "boot", "-o", "-"),
    ("part", "read", "FILE", "0x10:64", "-o", "-"), ("flash", "merge", "-o", "-", "FILE"),
    ("flash", "merge", "-o", "-", "--manifest", "FILE"), ("flash", "merge", "-o", "-", "--format", "hex",
                                                          "0x8000=FILE"),
    ("flash", "split", "FILE", "-o", "parts", "--force", "--json"), ("flash", "compare", "FILE", "dump.bin"),
    ("doctor", "FILE", "--json"), ("doctor", "FILE", "t.bin", "app.bin"), ("nvs", "show", "FILE"),
]
WRITERS = [
    ("otadata", "set", "FILE", "ota_0", "--force"), ("otadata", "erase", "FILE"), ("part", "write", "FILE", "nvs", "t.bin"),
    ("part", "erase", "FILE", "ota_1"), ("part", "erase", "FILE", "0x0:0x1000"),
]


def run(build, words, folder):
    return subprocess.run([build / "rota", *words], cwd=folder, stdin=subprocess.DEVNULL, capture_output=True,
                          timeout=120, check=False)


def seeds_in(folder, build):
    """One sound file of each kind."""
    def helper(name, *words):
        subprocess.run([HERE / name, *words], cwd=folder, check=True, stdout=subprocess.DEVNULL)

    helper("make-image", "app.bin", "--bytes", "3000", "--text", "-----BEGIN CERTIFICATE-----\nMIIB\n-----END "
           "CERTIFICATE-----\nhttp://example.org/a.bin")
    helper("make-image", "c6.bin", "--chip", "esp32c6")
    helper("make-image", "boot.bin", "--kind", "bootloader")
    helper("make-elf", "app.elf", ".flash.appdesc:0x3c000020:256", ".flash.text:0x42010020:3000",
           ".dram0.data:0x3fc90000:700")
    helper("make-signed", "app.bin", "signed.bin", "--scheme", "p384")
    (folder / "t.bin").write_bytes(run(build, ["table", "build", "two_ota"], folder).stdout)
    (folder / "t.csv").write_bytes(run(build, ["table", "build", "two_ota", "--csv"], folder).stdout)
    helper("make-flash", "dump.bin", "--size", "0x310000", "0x1000=boot.bin", "0x8000=t.bin", "0x10000=app.bin",
           "0x110000=app.bin", "0:1:VALID", "1:2:NEW")
    helper("make-flash", "otadata.bin", "--size", "0x2000", "--otadata", "0", "0:5:VALID", "1:4:ABORTED")
    run(build, ["flash", "merge", "-o", "all.hex", "--format", "hex", "0x8000=t.bin"], folder)
    run(build, ["flash", "split", "dump.bin", "-o", "split"], folder)
    shutil.copy(folder / "split" / "manifest.json", folder / "manifest.json")
    return [folder / name for name in ("app.bin", "c6.bin", "boot.bin", "app.elf", "signed.bin", "t.bin", "t.csv",
                                       "dump.bin", "otadata.bin", "all.hex", "manifest.json")]


def mutated(content, chance):
    """The content with one kind of damage."""
    data = bytearray(content)
    kind = chance.randrange(6)
    if kind == 0:
        return bytes(data[:chance.randrange(len(data) + 1)])
    if kind == 1:
        return chance.randbytes(chance.choice([0, 1, 31, 288, 4096, 70000]))
    head = min(len(data), 0x400)
    hot = [0, 0x1000, 0x8000, 0xD000, 0xE000, 0x10000, 0x110000]
    for _ in range(chance.choice([1, 1, 4, 40])):
        at = chance.choice([start for start in hot if start < len(data)]) + chance.randrange(head)
        if at >= len(data):
            continue
        if kind == 2:
            data[at] ^= 1 << chance.randrange(8)
        elif kind == 3:
            data[at] = chance.choice([0, 1, 0x7F, 0x80, 0xFE, 0xFF])
        elif kind == 4:
            data[at & ~3:(at & ~3) + 4] = chance.choice([0, 4, 0xFFFFFFFF, 0x80000000, 0x7FFFFFFC, 0x1000000]
                                                        ).to_bytes(4, "little")
        else:
            data[at:at + 16] = chance.randbytes(16)
    return bytes(data)


def problem_of(result, words):
    if result.returncode not in (0, 1, 2):
        return f"status {result.returncode}"
    if b"bug in rota" in result.stderr or b"runtime error" in result.stderr or b"Sanitizer" in result.stderr:
        return "a bug of its own"
    if result.returncode != 0 and not result.stderr and not result.stdout:
        return "no sentence and no answer"
    if result.returncode == 2 and b"rota " not in result.stderr:
        return "wrong use without a word"
    return None


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--build", required=True, type=pathlib.Path)
    parser.add_argument("--rounds", type=int, default=1)
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    build = arguments.build.resolve()
    count = 0
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        seeds = seeds_in(folder, build)
        for number in range(arguments.rounds):
            chance = random.Random(arguments.seed + number)
            for seed in seeds:
                content = mutated(seed.read_bytes(), chance)
                victim = folder / "victim"
                for words in READERS + WRITERS:
                    victim.write_bytes(content)
                    words = ["victim" if word == "FILE" else word.replace("=FILE", "=victim") for word in words]
                    result = run(build, words, folder)
                    count += 1
                    problem = problem_of(result, words)
                    after = victim.read_bytes()
                    if len(after) != len(content) or (after != content and tuple(words[:2]) not in
                                                      {writer[:2] for writer in WRITERS}):
                        problem = "the input was changed"
                    if problem:
                        kept = pathlib.Path(tempfile.gettempdir()) / f"rota-hostile-{arguments.seed + number}-{seed.name}"
                        kept.write_bytes(content)
                        print(f"{problem}: rota {' '.join(words)} with {kept} (seed {arguments.seed + number})")
                        print(result.stderr.decode(errors="replace")[-2000:])
                        return 1
    print(f"{count} commands on damaged files, none misbehaved")
    return 0


if __name__ == "__main__":
    sys.exit(main())
