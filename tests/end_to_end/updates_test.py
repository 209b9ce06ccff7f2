#!/usr/bin/python3
"""Updates of one app, with what may become of them: confirmed, given up after a panic, a hang and a power
cut during the trial, broken off by a power cut and taken up again, refused without TLS."""

import os
import tempfile
import unittest

from rota_tools import Server, build_test_app, downloads, idf_py, pack, rota

PIN_PANIC, PIN_HANG, PIN_WAIT, PIN_PARTS = 4, 5, 12, 13
CUT_AT = 0x30900  # within a sector: the first operation there is its erase, the second writes
SECTOR = 0x1000
HEADER_BYTES = 1024  # of the image, read to see what it is


class Updates(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory(prefix="rota-updates-")
        project = build_test_app("update_app", cls.folder.name)
        cls.project = project
        cls.served = os.path.join(cls.folder.name, "served")
        os.mkdir(cls.served)
        cls.image = os.path.join(cls.served, "new.bin")
        pack(os.path.join(project, "build", "update_app.payload.elf"), cls.image, "update_app", "2.0.0")

    @classmethod
    def tearDownClass(cls):
        cls.folder.cleanup()

    def setUp(self):
        self.board = os.path.join(self.folder.name, self.id().rsplit(".", 1)[1])
        idf_py(self.project, "-p", self.board, "flash")
        self.log = self.board + "-server.log"

    def pull_low(self, pin):
        rota("board", "gpio", self.board, f"{pin}=0")

    def expect(self, *words):
        return rota("board", "expect", self.board, *words)

    def update(self, *words):
        """The board is told where the new version lies; returns its console."""
        with Server(self.served, self.log) as server:
            return self.expect(*words, "--input", server.url("new.bin"))

    def test_a_good_version_is_confirmed_and_stays(self):
        self.update("runs version 2.0.0", "confirmed", "asks for a URL", "--runs", "ota_0")
        self.expect("runs version 2.0.0", "asks for a URL", "--never", "on trial", "--runs", "ota_0")

    def test_a_panic_during_the_trial_goes_back_and_is_told(self):
        self.pull_low(PIN_PANIC)
        console = self.update("on trial", "abort() was called", "runs version 1.0.0",
                                 "asks for a URL", "--runs", "factory")
        self.assertRegex(console, r"version 2\.0\.0 .* ended by a panic")

    def test_a_hang_during_the_trial_goes_back_and_is_told(self):
        self.pull_low(PIN_HANG)
        console = self.update("on trial", "runs version 1.0.0", "asks for a URL", "--runs", "factory")
        self.assertRegex(console, r"version 2\.0\.0 .* ended by .*watchdog")

    def test_a_power_cut_during_the_trial_goes_back(self):
        self.pull_low(PIN_WAIT)
        self.update("waits during its trial", "--runs", "ota_0")
        self.expect("runs version 1.0.0", "asks for a URL", "--runs", "factory")

    def test_a_download_goes_on_after_a_power_cut_where_it_was(self):
        for parts in (False, True):
            with self.subTest("in parts" if parts else "in one request"):
                if parts:
                    rota("board", "erase", self.board)
                    self.setUp()
                    self.pull_low(PIN_PARTS)
                self.check_resumption()

    def check_resumption(self):
        # The address stays the same: another URL may be another file, and is fetched from its start.
        with Server(self.served, self.log) as server:
            # Given a download that a power cut ended at this place of the slot.
            rota("board", "cut", self.board, "--at", f"ota_0+{CUT_AT:#x}", "--nth", "2")
            console = rota("board", "run", self.board, "--input", server.url("new.bin"), "--timeout", "60")
            self.assertIn("the power was cut", console)
            before = len(server.said())
            # When it is started again.
            self.expect("runs version 2.0.0", "confirmed", "--input", server.url("new.bin"))
        said = server.said()[before:]

        # Then no more than a sector is fetched twice.
        fetches = downloads(said, "new.bin")
        rest = os.path.getsize(self.image) - CUT_AT
        fetched = sum(sent for sent, _ in fetches)
        starts = [first for _, first in fetches if first != 0]
        self.assertTrue(starts, said)
        self.assertGreaterEqual(min(starts), CUT_AT - SECTOR, said)
        self.assertGreaterEqual(fetched, rest, said)
        self.assertLessEqual(fetched, rest + SECTOR + HEADER_BYTES, said)
        print(f"{len(fetches)} requests after the cut; {fetched - rest} bytes fetched again")

    def test_plain_http_is_refused(self):
        with Server(self.served, self.log, "--http") as server:
            console = self.expect("the update ended: ESP_ERR_INVALID_ARG", "--input",
                                  server.url("new.bin"))
        self.assertIn("CONFIG_ESP_HTTPS_OTA_ALLOW_HTTP", console)
        self.assertNotIn("GET", server.said())


if __name__ == "__main__":
    unittest.main(verbosity=2)
