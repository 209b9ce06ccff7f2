#!/usr/bin/python3
"""Commands that change one dump at the same time: the second waits, and no change is lost.

    two_at_once.py --build DIR

Controls: the first test sees the command wait; the second ends with a dump that one command alone would not
have made.
"""
import argparse
import fcntl
import os
import pathlib
import subprocess
import sys
import tempfile
import unittest

HERE = pathlib.Path(__file__).resolve().parent
OFFSETS = {"factory": 0x10000, "ota_0": 0x110000, "ota_1": 0x210000}
ROTA = None


class TwoAtOnce(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="rota-two-")
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)
        self.dump = self.folder / "dump.bin"
        self.run_here(HERE / "make-image", "app.bin", "--bytes", "300000")
        self.run_here(ROTA, "table", "build", "two_ota", "-o", "t.bin")
        self.run_here(HERE / "make-flash", "dump.bin", "0x8000=t.bin", "0x10000=app.bin", "0x110000=app.bin",
                      "0x210000=app.bin", "0:1:VALID")

    def run_here(self, *words):
        subprocess.run(words, cwd=self.folder, check=True, stdout=subprocess.DEVNULL, timeout=60)

    def start(self, *words):
        process = subprocess.Popen([ROTA, *words], cwd=self.folder, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                                text=True, env={"PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8"})
        self.addCleanup(process.stdout.close)
        self.addCleanup(process.stderr.close)
        return process

    def test_the_second_command_works_on_what_the_first_one_left(self):
        with open(self.dump, "rb") as locked:
            fcntl.flock(locked, fcntl.LOCK_EX)
            second = self.start("otadata", "set", "dump.bin", "ota_1")
            self.assertEqual(second.stderr.readline(), "Waiting for another command that changes dump.bin ...\n")
            # What a command does that changed the slot: a whole file takes the old one's place.
            changed = bytearray(self.dump.read_bytes())
            changed[OFFSETS["ota_0"] + 0x50000] = 0x5A
            (self.folder / "beside").write_bytes(changed)
            os.rename(self.folder / "beside", self.dump)
        output, errors = second.communicate(timeout=60)
        self.assertEqual(second.returncode, 0, output + errors)
        self.assertEqual(errors, "", "it says once that it waits")
        content = self.dump.read_bytes()
        self.assertEqual(content[OFFSETS["ota_0"] + 0x50000], 0x5A, "the first change is lost")
        self.assertIn("ota_1 boots", subprocess.run([ROTA, "otadata", "show", "dump.bin"], cwd=self.folder,
                                                    capture_output=True, text=True, check=True).stdout)

    def test_no_change_of_many_is_lost(self):
        before = self.dump.read_bytes()
        self.run_here(HERE / "make-image", "new.bin", "--version", "2.0.0", "--bytes", "200000")
        image = (self.folder / "new.bin").read_bytes()
        for _ in range(10):
            self.dump.write_bytes(before)
            running = [self.start("part", "write", "dump.bin", name, "new.bin") for name in OFFSETS]
            running += [self.start("otadata", "set", "dump.bin", "ota_1")]
            for command in running:
                output, errors = command.communicate(timeout=60)
                self.assertEqual(command.returncode, 0, output + errors)
            content = self.dump.read_bytes()
            for name, offset in OFFSETS.items():
                self.assertTrue(content.startswith(image, offset), name)
            self.assertNotEqual(content[0xD000:0xF000], before[0xD000:0xF000])
            left = {path.name for path in self.folder.iterdir()}
            self.assertEqual(left, {"dump.bin", "app.bin", "t.bin", "new.bin"})


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--build", type=pathlib.Path, required=True)
    arguments, rest = parser.parse_known_args()
    ROTA = arguments.build.resolve() / "rota"
    unittest.main(argv=[sys.argv[0], *rest])
