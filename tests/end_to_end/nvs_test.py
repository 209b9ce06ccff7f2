#!/usr/bin/python3
"""An app that keeps values in NVS, on a virtual board whose power goes at one flash operation after the
other. After every cut each value is the old or the new one, `rota nvs show` and the app agree, and the
app goes on counting."""

import os
import shutil
import subprocess
import sys
import tempfile
import unittest

from rota_tools import BUILD, SOURCE, rota, rota_json

OPERATIONS = 32  # more than a start of the app makes
BLOB_BYTES = 600


def text_of(start):
    return f"start {start} wrote this text of some length"


class NvsOnABoard(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory(prefix="rota-nvs-")
        project = os.path.join(cls.folder.name, "nvs_app")
        shutil.copytree(os.path.join(SOURCE, "tests", "end_to_end", "nvs_app"), project)
        with open(os.path.join(project, "sdkconfig.defaults"), "w") as defaults:
            defaults.write("CONFIG_ESPTOOLPY_FLASHSIZE_4MB=y\n")
        idf = os.path.join(SOURCE, "idf")
        done = subprocess.run([sys.executable, os.path.join(idf, "tools", "idf.py"), "build"],
                              cwd=project, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, text=True, timeout=300,
                              env={**os.environ, "IDF_PATH": idf, "ROTA_BUILD_DIR": BUILD})
        if done.returncode != 0:
            raise AssertionError(done.stdout)
        cls.board = os.path.join(cls.folder.name, "board")
        rota("board", "new", cls.board, "--flash-size", "4MB", "--table", "two_ota", "--flash-time",
             "off")
        rota("board", "flash", cls.board,
             "factory=" + os.path.join(project, "build", "nvs_app.bin"))

    @classmethod
    def tearDownClass(cls):
        cls.folder.cleanup()

    def values(self):
        shown = rota_json("nvs", "show", self.board)
        self.assertEqual([space["name"] for space in shown["namespaces"]], ["storage"])
        keys = shown["namespaces"][0]["keys"]
        self.assertFalse(any(key["damaged"] for key in keys), keys)
        return {key["key"]: key["value"] for key in keys}

    def run_whole(self, before):
        console = rota("board", "run", self.board, "--until", "stored", "--timeout", "60")
        self.assertIn(f"started {before} times before", console)
        self.assertIn(f"stored {before + 1}", console)

    def test_no_cut_loses_a_value(self):
        self.run_whole(0)
        starts, cuts, old, new = 1, 0, 0, 0
        for operation in range(1, OPERATIONS + 1):
            rota("board", "cut", self.board, "--operation", str(operation))
            console = rota("board", "run", self.board, "--until", "stored", "--timeout", "60",
                           status=None)
            rota("board", "cut", self.board, "--clear")
            was_cut = "the power was cut" in console
            cuts += was_cut
            values = self.values()
            wanted = {starts, starts + 1}
            self.assertIn(values["starts"], wanted, console)
            self.assertIn(values["text"], {text_of(start) for start in wanted}, console)
            self.assertIn(values["blob"], {f"{start % 256:02x}" * BLOB_BYTES for start in wanted},
                          console)
            old += was_cut and values["starts"] == starts
            new += was_cut and values["text"] == text_of(starts + 1)
            starts = values["starts"]
            self.run_whole(starts)
            starts += 1
        print(f"{cuts} cuts; the number was still the old one after {old}, the text already the new "
              f"one after {new}")
        self.assertGreater(cuts, 15)
        self.assertGreater(old, 5)
        self.assertGreater(new, 5)


if __name__ == "__main__":
    unittest.main(verbosity=2)
