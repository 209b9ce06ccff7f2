#!/usr/bin/python3
"""Real firmware of public projects: served as it lies there, downloaded through esp_https_ota into a
board of its chip, verified, switched to. `rota why` says that it boots and where; the virtual board
then says plainly that it can not execute it. Skipped where there is no such firmware."""

import csv
import os
import shutil
import sys
import tempfile
import unittest

from rota_tools import BUILD, SHARED, Server, rota, rota_json

FIRMWARE = os.path.join(SHARED, "firmware")
TABLE = """# Room for the largest of them.
nvs,      data, nvs,     0x9000,  0x4000
otadata,  data, ota,     0xd000,  0x2000
factory,  app,  factory, 0x10000, 1M
ota_0,    app,  ota_0,   ,        3M
ota_1,    app,  ota_1,   ,        3M
"""


def real_images():
    with open(os.path.join(FIRMWARE, "manifest.csv"), newline="") as manifest:
        return [(row["file"], row["chip"]) for row in csv.DictReader(manifest)]


class RealImages(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory(prefix="rota-real-images-")
        cls.table = os.path.join(cls.folder.name, "partitions.csv")
        with open(cls.table, "w") as table:
            table.write(TABLE)

    @classmethod
    def tearDownClass(cls):
        cls.folder.cleanup()

    def board_of(self, chip, revision):
        """A board that runs the updater from factory, and the updater's image for that chip."""
        board = os.path.join(self.folder.name, "board")
        app = os.path.join(self.folder.name, f"updater-{chip}.bin")
        if os.path.exists(board):
            shutil.rmtree(board)
        # Without rollback: an image that can not run here never confirms itself, and `rota why` would
        # rightly say that the next start gives it up.
        rota("board", "new", board, "--rollback", "off", "--chip", chip, "--flash-size", "16MB", "--table", self.table,
             "--revision", str(revision), "--flash-time", "off")
        if not os.path.exists(app):
            payload = os.path.join(BUILD, "examples", "one_call", "simple_ota.payload.elf")
            rota("image", "pack", payload, "--chip", chip, "--flash-size", "16MB", "--project",
                 "simple_ota", "--project-version", "1.0.0", "-o", app)
        rota("board", "flash", board, f"factory={app}")
        return board

    def test_every_image_is_installed_and_selected(self):
        images = real_images()
        log = os.path.join(self.folder.name, "server.log")
        with Server(FIRMWARE, log) as server:
            for file, chip in images:
                with self.subTest(file):
                    self.install(server, file, chip)
            listing = server.said()
        for file, _ in images:
            self.assertIn(os.path.basename(file), listing)
        print(f"{len(images)} real images of {len({chip for _, chip in images})} chips: served, "
              "downloaded, verified, selected")

    def install(self, server, file, chip):
        facts = rota_json("image", "info", os.path.join(FIRMWARE, file))
        board = self.board_of(chip, facts["min_chip_revision"])
        said = rota("board", "run", board, "--input", server.url(file), "--timeout", "60")
        self.assertIn("is verified and selected; this machine cannot execute it", said)

        why = rota_json("why", board)
        self.assertEqual(why["boots"]["partition"], "ota_0")
        self.assertEqual(why["boots"]["entry_address"], facts["entry_address"])
        with open(os.path.join(board, "flash.bin"), "rb") as flash:
            flash.seek(why["boots"]["offset"])
            written = flash.read(facts["image_bytes"])
        with open(os.path.join(FIRMWARE, file), "rb") as image:
            self.assertEqual(written, image.read(facts["image_bytes"]), "flash differs from the file")


if __name__ == "__main__":
    if not os.path.exists(os.path.join(FIRMWARE, "manifest.csv")):
        print(f"real firmware is absent: {FIRMWARE}")
        sys.exit(0)
    unittest.main()
