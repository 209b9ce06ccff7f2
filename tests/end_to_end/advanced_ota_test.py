#!/usr/bin/python3
"""What only the example advanced_ota shows: its steps as events, downloads part by part, downloads that go
on after a dropped connection and after a power cut, and images that are too old for a board."""

import os
import unittest

import scripted_server as scripts
from examples_on_boards import ExampleOnBoards
from rota_tools import RunningBoard, downloads, rota
from scripted_server import ScriptedServer

SECTOR = 0x1000
HEADER_BYTES = 1024  # of the image, read to see what it is
CUT_AT = 0x30900     # within a sector: the first operation there is its erase, the second writes
DROP_AT = 200123     # within a sector, and within a part
OTA_1_AT = 0x210000
RESUMING = ("advanced_ota_resuming", "advanced_ota_partial")


class AdvancedOta(ExampleOnBoards, unittest.TestCase):
    name = "advanced_ota"

    def assert_in_order(self, console, texts):
        at = 0
        for text in texts:
            found = console.find(text, at)
            self.assertNotEqual(found, -1, f"'{text}' is not behind what comes before it:\n{console}")
            at = found + len(text)

    def test_events_tell_the_steps(self):
        console = self.expect_update(self.board(), self.server.url("1.1.0.bin"))
        self.assert_in_order(console, [
            "OTA started", "Connected to server", "Reading Image Description",
            "Running firmware version: 1.0.0", "New firmware version: 1.1.0",
            "Verifying chip id of new image: 0", "Verifying chip revision of new image: 0",
            "(50 %)", "(100 %)", "Boot partition updated. Next Partition: 16", "OTA finish",
            "upgrade successful. Rebooting ..."])
        self.image(self.name, "1.0.0")
        console = self.expect_refusal(self.board(), self.server.url("1.0.0.bin"))
        self.assert_in_order(console, ["OTA started", "Reading Image Description", "OTA abort"])

    # ---- Part by part --------------------------------------------------------------------------------

    def test_partial_download_with_4_kib_requests(self):
        with ScriptedServer({"new.bin": scripts.whole(self.good)}) as server:
            self.expect_update(self.board("advanced_ota_partial"), server.url("new.bin"))
        size = len(self.good)
        self.assertEqual([(first, count) for _, first, count in server.sent],
                         [(first, min(4096, size - first)) for first in range(0, size, 4096)])

    def test_partial_download_from_rota_serve(self):
        before = len(self.server.said())
        self.expect_update(self.board("advanced_ota_partial"), self.server.url("1.1.0.bin"))
        self.assertEqual(sum(sent for sent, _ in downloads(self.server.said()[before:], "1.1.0.bin")),
                         len(self.good))

    # ---- Going on ------------------------------------------------------------------------------------

    def assert_little_twice(self, fetched, needed):
        self.assertGreaterEqual(fetched, needed)
        self.assertLessEqual(fetched - needed, SECTOR + HEADER_BYTES)

    def test_resumption_after_a_dropped_connection(self):
        for build in RESUMING:
            with self.subTest(build):
                with ScriptedServer({"new.bin": scripts.breaking_off(self.good, DROP_AT, times=1)}) as server:
                    console = self.expect_update(self.board(build), server.url("new.bin"))
                self.assertIn("Attempt 1 of 3 broke off", console)
                self.assertIn("the download goes on", console)
                self.assert_little_twice(server.bytes_sent(), len(self.good))

    def test_resumption_after_more_drops_than_attempts_and_a_reset(self):
        for build in RESUMING:
            with self.subTest(build):
                board = self.board(build)
                script = scripts.breaking_off(self.good, DROP_AT, times=3)
                with ScriptedServer({"new.bin": script}) as server:
                    self.expect_refusal(board, server.url("new.bin"), "The download ended")
                    before = server.bytes_sent()
                    self.expect_update(board, server.url("new.bin"))
                self.assert_little_twice(server.bytes_sent() - before, len(self.good) - DROP_AT)

    def test_resumption_after_a_power_cut(self):
        for build in RESUMING:
            with self.subTest(build):
                board, url = self.board(build), self.server.url("1.1.0.bin")
                # Given a download that a power cut ended at this place of the slot.
                rota("board", "cut", board, "--at", f"ota_0+{CUT_AT:#x}", "--nth", "2")
                console = rota("board", "run", board, "--input", url, "--timeout", "120")
                self.assertIn("the power was cut", console)
                before = len(self.server.said())
                # When it is started again.
                self.expect_update(board, url)
                # Then no more than a sector is fetched twice.
                said = self.server.said()[before:]
                fetches = [fetch for fetch in downloads(said, "1.1.0.bin") if fetch[1] != 0]
                self.assertTrue(fetches, said)
                self.assertGreaterEqual(min(first for _, first in fetches), CUT_AT - SECTOR)
                self.assert_little_twice(sum(sent for sent, _ in fetches), len(self.good) - CUT_AT)

    def broken_off(self, build, server):
        """A board whose download of /new.bin ended in the middle."""
        board = self.board(build)
        server.scripts["new.bin"] = scripts.breaking_off(self.good, DROP_AT, times=3)
        self.expect_refusal(board, server.url("new.bin"))
        return board

    def test_a_server_without_ranges_starts_again(self):
        with ScriptedServer({}) as server:
            board = self.broken_off("advanced_ota_resuming", server)
            server.scripts["new.bin"] = scripts.without_ranges(self.good)
            console = self.expect_update(board, server.url("new.bin"))
        self.assertIn("restarting download from beginning", console)

    def test_a_file_that_was_replaced_is_not_mixed_with_the_old_one(self):
        newer = self.image(self.name, "1.2.0")
        for build in RESUMING:
            with self.subTest(build):
                with ScriptedServer({}) as server:
                    board = self.broken_off(build, server)
                    server.scripts["new.bin"] = scripts.whole(newer, etag='"2"')
                    self.expect_update(board, server.url("new.bin"), "1.2.0")

    def test_another_url_starts_from_its_beginning(self):
        with ScriptedServer({}) as server:
            board = self.broken_off("advanced_ota_resuming", server)
            server.scripts["other.bin"] = scripts.whole(self.good)
            console = self.expect_update(board, server.url("other.bin"))
        self.assertNotIn("the download goes on", console)
        self.assertIn(("/other.bin", 0, len(self.good)), server.sent)

    def test_an_image_that_is_too_old_costs_no_flash(self):
        """variants_test.py shows that it is refused; this one, by its description alone."""
        build = "advanced_ota_flipped"
        board = self.board(build, "--anti-rollback", "on")
        self.image(build, "2.0.0", secure_version=1)
        with RunningBoard(board) as running:
            self.tell(running, self.server.url("2.0.0.bin"))
            running.expect("This is version 2.0.0")
            self.tell(running, self.server.url("missing.bin"))
            running.expect("this version is confirmed and stays")
        self.image(build, "2.1.0", secure_version=0)
        self.expect_refusal(board, self.server.url("2.1.0.bin"), "2.1.0 can not run on this board")
        with open(os.path.join(board, "flash.bin"), "rb") as flash:
            flash.seek(OTA_1_AT)
            self.assertEqual(flash.read(SECTOR).strip(b"\xff"), b"")


if __name__ == "__main__":
    unittest.main(verbosity=2)
