#!/usr/bin/python3
"""Ends every command that writes a file at every call that changes one: by a signal, and by a full disk.

    interrupted.py --build DIR --library failing_calls.so

Invariants, for each command, call and way to fail:
  - each file holds its old bytes or its new ones, whole
  - nothing else lies in the folder afterwards
  - a signal ends the command as that signal; an error comes with a sentence and status 1
Controls: the run without a fault changes the folder, and every command has calls to fail.
"""
import argparse
import errno
import pathlib
import shutil
import signal
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent

COMMANDS = [
    ("part", "write", "dump.bin", "ota_1", "t.bin"),
    ("part", "erase", "dump.bin", "ota_1"),
    ("part", "read", "dump.bin", "factory", "-o", "out.bin"),
    ("otadata", "set", "dump.bin", "ota_0"),
    ("otadata", "erase", "dump.bin"),
    ("table", "build", "two_ota", "-o", "t.bin"),
    ("image", "strip", "app.bin", "-o", "out.bin"),
    ("image", "bootloader", "--chip", "esp32", "-o", "out.bin"),
    ("flash", "merge", "-o", "out.bin", "0x8000=t.bin", "0x10000=app.bin"),
    ("flash", "split", "dump.bin", "-o", "parts"),
]
SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
ERRORS = (errno.ENOSPC, errno.EIO)


def contents(folder):
    return {str(path.relative_to(folder)): path.read_bytes()
            for path in sorted(folder.rglob("*")) if path.is_file()}


class Workshop:
    def __init__(self, build, library, folder):
        self.build, self.library, self.folder = build, library, folder
        self.start = folder / "start"
        self.start.mkdir()
        for words in (("make-image", "app.bin", "--bytes", "300000"),):
            subprocess.run([HERE / words[0], *words[1:]], cwd=self.start, check=True, stdout=subprocess.DEVNULL)
        self.rota(self.start, "table", "build", "two_ota", "-o", "t.bin")
        subprocess.run([HERE / "make-flash", "dump.bin", "0x8000=t.bin", "0x10000=app.bin", "0x110000=app.bin",
                        "0x210000=app.bin", "0:1:VALID"], cwd=self.start, check=True, stdout=subprocess.DEVNULL)
        # A table that differs from what is built over it.
        (self.start / "t.bin").write_bytes(b"\xff" * 3072)

    def rota(self, folder, *words, **fault):
        environment = {"PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8"}
        if fault:
            environment["LD_PRELOAD"] = str(self.library)
            environment.update({f"ROTA_TEST_{name}": str(int(value)) for name, value in fault.items()})
        return subprocess.run([self.build / "rota", *words], cwd=folder, env=environment, capture_output=True,
                              stdin=subprocess.DEVNULL, text=True, timeout=60, check=False)

    def run(self, words, **fault):
        """The command in a fresh folder: its result, and what lies there afterwards."""
        place = self.folder / "place"
        shutil.rmtree(place, ignore_errors=True)
        shutil.copytree(self.start, place)
        result = self.rota(place, *words, **fault)
        return result, contents(place)


def problem_of(result, after, before, whole, fault):
    for name, content in after.items():
        if content not in (before.get(name), whole.get(name)):
            return f"{name} is left over, or half of it"
    for name in before:
        if name not in after:
            return f"{name} is gone"
    if "SIGNAL" in fault and result.returncode != -fault["SIGNAL"]:
        return f"status {result.returncode} after a signal"
    if "ERRNO" in fault and (result.returncode != 1 or not result.stderr.startswith("rota ")):
        return f"status {result.returncode}, {result.stderr!r}"
    return None


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--build", required=True, type=pathlib.Path)
    parser.add_argument("--library", required=True, type=pathlib.Path)
    arguments = parser.parse_args()
    cuts = 0
    with tempfile.TemporaryDirectory() as name:
        shop = Workshop(arguments.build.resolve(), arguments.library.resolve(), pathlib.Path(name))
        before = contents(shop.start)
        for words in COMMANDS:
            sound, whole = shop.run(words)
            if sound.returncode != 0 or whole == before:
                print(f"rota {' '.join(words)}: changes nothing: {sound.stderr}")
                return 1
            faults = [{"SIGNAL": one} for one in SIGNALS] + [{"ERRNO": one} for one in ERRORS]
            for number, fault in enumerate(faults):
                at = 0
                while at < 400:
                    # Every call for the first signal and a full disk; a sample for the others.
                    at += 1 if number in (0, len(SIGNALS)) else 5
                    result, after = shop.run(words, AT=at, **fault)
                    if result.returncode == 0 and after == whole:
                        break
                    cuts += 1
                    problem = problem_of(result, after, before, whole, fault)
                    if problem:
                        print(f"rota {' '.join(words)}, call {at}, {fault}: {problem}")
                        return 1
                if at == 1:
                    print(f"rota {' '.join(words)}: no call was seen")
                    return 1
    print(f"{cuts} interrupted commands, {len(COMMANDS)} kinds: old or new, and nothing else")
    return 0


if __name__ == "__main__":
    sys.exit(main())
