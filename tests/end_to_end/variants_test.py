#!/usr/bin/python3
"""The examples that download, against servers good and bad: each is told on its console where an image
lies, and each ends as it should: with the new version, or with the old one and a sentence that says why.
README.md in this folder has the table of what is shown for which example."""

import os
import tempfile
import threading
import unittest

import scripted_server as scripts
from examples_on_boards import ExampleOnBoards
from rota_tools import RunningBoard, build_test_app, pack, rota, rota_json
from scripted_server import ScriptedServer

SLOT_BYTES = 1 << 20
PIN_BAD = 4  # low: the self-test of native_ota and advanced_ota fails; the trial app panics
PIN_HANG, PIN_WAIT = 5, 12  # of the trial app
LOGIN_PAGE = b"<!DOCTYPE html><html><head><title>Login</title></head>" + b"<p>Log in.</p>" * 200

# Shared by the classes, made when the first of them needs it.
FOLDER = tempfile.TemporaryDirectory(prefix="rota-variants-")
TRIAL_APP = []


def setUpModule():
    TRIAL_APP.append(build_test_app("update_app", FOLDER.name))


def tearDownModule():
    FOLDER.cleanup()


class Example(ExampleOnBoards):
    """What one example installs and refuses: as it stands, and with its options flipped."""

    after_an_update = ""  # what the new version says when it is confirmed
    asks_before_it_confirms = True
    waits_again_after_a_pause = True
    refuses_plain_http = True
    words = {}            # what it says, where the examples differ

    @property
    def flipped(self):
        return self.name + "_flipped"

    def trial_image(self):
        """A version of another app that reads pins to see how it must fail during its trial."""
        pack(os.path.join(TRIAL_APP[0], "build", "update_app.payload.elf"),
             os.path.join(self.served, "2.0.0.bin"), self.name, "2.0.0")

    def update_from_script(self, script, build=None):
        with ScriptedServer({"new.bin": script}) as server:
            console = self.expect_update(self.board(build), server.url("new.bin"))
        return server, console

    def refuse_script(self, script, *sentences, build=None):
        with ScriptedServer({"new.bin": script}) as server:
            return self.expect_refusal(self.board(build), server.url("new.bin"), *sentences)

    # ---- The whole cycle -------------------------------------------------------------------------

    def test_url_from_stdin_update_trial_confirmed(self):
        board, url = self.board(), self.server.url("1.1.0.bin")
        with RunningBoard(board) as running:
            self.tell(running, url)
            running.expect("This is version 1.1.0")
            if self.asks_before_it_confirms:
                self.tell(running, url)
            running.expect(self.after_an_update)
            if not self.asks_before_it_confirms:
                self.tell(running, url)
            running.expect("Version 1.1.0 runs already")
        self.image(self.name, "1.2.0")
        self.expect(board, self.server.url("1.2.0.bin"), "This is version 1.1.0",
                    "This is version 1.2.0", "--runs", "ota_1")

    # ---- Options ---------------------------------------------------------------------------------

    def test_the_version_that_runs_is_declined(self):
        self.image(self.name, "1.0.0")
        self.expect_refusal(self.board(), self.server.url("1.0.0.bin"), "Version 1.0.0 runs already",
                            "EXAMPLE_SKIP_VERSION_CHECK")

    def test_skip_version_check(self):
        self.image(self.flipped, "1.0.0")
        self.expect_update(self.board(self.flipped), self.server.url("1.0.0.bin"), "1.0.0")

    def test_skip_common_name_check(self):
        # The certificate names 127.0.0.1, not 127.0.0.2.
        with ScriptedServer({"new.bin": scripts.whole(self.good)}, host="127.0.0.2") as server:
            self.expect_refusal(self.board(), server.url("new.bin"), "127.0.0.2")
            self.assertEqual(server.bytes_sent(), 0)
            self.expect_update(self.board(self.flipped), server.url("new.bin"))

    def test_plain_http(self):
        with ScriptedServer({"new.bin": scripts.whole(self.good)}, tls=False) as server:
            if self.refuses_plain_http:
                self.expect_refusal(self.board(), server.url("new.bin"),
                                    "CONFIG_ESP_HTTPS_OTA_ALLOW_HTTP")
                self.assertEqual(server.bytes_sent(), 0)
            self.expect_update(self.board(self.flipped), server.url("new.bin"))

    # ---- Servers that are good in their own way ----------------------------------------------------

    def test_chunked(self):
        self.update_from_script(scripts.in_chunks(self.good))

    def test_without_length(self):
        self.update_from_script(scripts.without_length(self.good))

    def test_redirected(self):
        for status in (301, 302, 307):
            with self.subTest(status):
                self.update_from_script(scripts.redirecting(status, self.server.url("1.1.0.bin")))

    def test_slow(self):
        self.update_from_script(scripts.in_crumbs(self.good))

    def test_a_pause_longer_than_the_timeout(self):
        go_on = threading.Event()
        script = scripts.standing_still(self.good, 100000, go_on)
        with ScriptedServer({"new.bin": script}) as server:
            board = self.board(self.flipped)
            if not self.waits_again_after_a_pause:
                self.expect_refusal(board, server.url("new.bin"), "The download stands still")
                return
            with RunningBoard(board) as running:
                self.tell(running, server.url("new.bin"))
                running.expect("No data within 3000 ms; waiting again")
                go_on.set()
                running.expect("This is version 1.1.0")

    # ---- Servers that are broken -------------------------------------------------------------------

    def test_broken_servers(self):
        rows = [
            ("hangs up at once", scripts.hanging_up, "The server closed the connection"),
            ("speaks another protocol", scripts.babbling, "begins with '220 mail.example ESMTP'"),
            ("an error of its own", scripts.saying(500, b"<title>Oops</title>"),
             self.words["error of the server"]),
            ("leads to where nobody listens", scripts.redirecting(302, "https://127.0.0.1:1/new.bin"),
             "Nothing listens at 127.0.0.1:1"),
            ("breaks off for ever", scripts.breaking_off(self.good, 100000, times=1000),
             f"closed the connection after 100000 of {len(self.good)} bytes"),
            ("ends early in good order, without a length", scripts.without_length(self.good[:100000]),
             "Image validation failed, image is corrupted"),
            ("breaks off, without a length", scripts.without_length(self.good[:100000], False),
             "nobody can tell whether that was all"),
        ]
        for name, script, sentence in rows:
            with self.subTest(name):
                self.refuse_script(script, sentence)

    def test_a_server_that_does_not_speak_tls(self):
        with ScriptedServer({"new.bin": scripts.whole(self.good)}, tls=False) as server:
            self.expect_refusal(self.board(), server.url("new.bin").replace("http:", "https:"),
                                "The server does not speak TLS at this port")
            self.assertEqual(server.bytes_sent(), 0)

    def test_no_such_file(self):
        self.expect_refusal(self.board(), self.server.url("missing.bin"), "404")

    def test_redirected_without_end(self):
        with ScriptedServer({}) as server:
            server.scripts["new.bin"] = scripts.redirecting(302, server.url("new.bin"))
            self.expect_refusal(self.board(), server.url("new.bin"), self.words["redirected"])

    # ---- Files that are no image for this board ----------------------------------------------------

    def test_wrong_chip(self):
        self.image(self.name, "1.1.0-c3", chip="esp32c3")
        self.expect_refusal(self.board(), self.server.url("1.1.0-c3.bin"),
                            "mismatch chip ID, expected 0, found 5", "the image is for ESP32-C3")

    def test_truncated(self):
        for length, sentence in ((180, "The image ends too early"),
                                 (64000, "Image validation failed, image is corrupted"),
                                 (len(self.good) - 1, "Image validation failed, image is corrupted")):
            with self.subTest(length):
                self.offer("truncated.bin", self.good[:length])
                self.expect_refusal(self.board(), self.server.url("truncated.bin"), sentence)

    def test_random(self):
        noise = bytes((i * i * 7 + i // 251 + 1) % 256 for i in range(32000))
        self.offer("random.bin", noise)
        self.expect_refusal(self.board(), self.server.url("random.bin"), self.words["random"])

    def test_a_page_instead_of_an_image(self):
        self.refuse_script(scripts.saying(200, LOGIN_PAGE), "HTML page titled 'Login'")

    def test_oversize(self):
        self.offer("oversize.bin", self.good + bytes(2 * SLOT_BYTES - len(self.good)))
        self.expect_refusal(self.board(), self.server.url("oversize.bin"),
                            "The image is larger than the slot")

    def test_unsigned_where_a_signature_is_demanded(self):
        self.expect_refusal(self.board(self.name + "_signed"), self.server.url("1.1.0.bin"),
                            "The image's signature is missing")

    def test_anti_rollback(self):
        # Given a board whose eFuses rose when a version of the app was confirmed.
        board = self.board(self.flipped, "--anti-rollback", "on")
        self.image(self.flipped, "2.0.0", secure_version=1)
        with RunningBoard(board) as running:
            self.tell(running, self.server.url("2.0.0.bin"))
            running.expect("This is version 2.0.0")
            if self.asks_before_it_confirms:
                self.tell(running, self.server.url("missing.bin"))
            running.expect(self.after_an_update)
            if not self.asks_before_it_confirms:
                running.expect("Type the URL of the image")
        self.assertEqual(rota_json("efuse", "show", board)["secure_version"], 1)

        # Then an older one is refused, and one that is new enough is installed.
        self.image(self.flipped, "2.1.0", secure_version=0)
        self.expect_refusal(board, self.server.url("2.1.0.bin"), self.words["too old"])
        self.image(self.flipped, "2.2.0", secure_version=1)
        self.expect(board, self.server.url("2.2.0.bin"), "This is version 2.2.0", "--runs", "ota_1")

    # ---- The trial ---------------------------------------------------------------------------------

    def go_back(self, pin, *words):
        """The new version fails as the pin says; the old one runs again."""
        self.trial_image()
        board = self.board()
        rota("board", "gpio", board, f"{pin}=0")
        return board, self.expect(board, self.server.url("2.0.0.bin"), "on trial", *words)

    def test_rollback_by_panic(self):
        board, console = self.go_back(PIN_BAD, "abort() was called", "This is version 1.0.0", "--runs",
                                      "factory")
        self.assertRegex(console, r"version 2\.0\.0 .* ended by a panic")
        rota("board", "gpio", board, f"{PIN_BAD}=1")
        self.expect_refusal(board, self.server.url("2.0.0.bin"), "installed before and rolled back")

    def test_rollback_by_watchdog(self):
        _, console = self.go_back(PIN_HANG, "This is version 1.0.0", "--runs", "factory")
        self.assertRegex(console, r"version 2\.0\.0 .* ended by .*watchdog")

    def test_rollback_by_power_cut(self):
        board, _ = self.go_back(PIN_WAIT, "waits during its trial", "--runs", "ota_0")
        rota("board", "expect", board, "This is version 1.0.0", "Type the URL", "--runs", "factory")

    def test_rollback_by_failed_diagnostic(self):
        board = self.board()
        rota("board", "gpio", board, f"{PIN_BAD}=0")
        self.expect(board, self.server.url("1.1.0.bin"), "Diagnostics failed", "This is version 1.0.0",
                    "--runs", "factory")

    # ---- Power -------------------------------------------------------------------------------------

    def test_a_power_cut_during_the_download(self):
        board = self.board()
        self.expect(board, self.server.url("1.1.0.bin"), "This is version 1.0.0", "--cut",
                    "ota_0+0x20000", "--runs", "factory")
        self.expect_update(board, self.server.url("1.1.0.bin"))


class NativeOta(Example, unittest.TestCase):
    name = "native_ota"
    after_an_update = "Diagnostics completed successfully"
    asks_before_it_confirms = False
    waits_again_after_a_pause = False
    refuses_plain_http = False  # esp_http_client itself takes it, as in ESP-IDF
    words = {"random": "OTA image has invalid magic byte",
             "redirected": "The server answered 302 instead of 200",
             "error of the server": "The server answered 500 instead of 200",
             "too old": "The new image is complete, but the board can not switch to it"}


WORDS_OF_HTTPS_OTA = {
    "random": "Incorrect app descriptor magic",
    "redirected": "The server sent the device from one address to the next too often",
    "error of the server": "The server failed to answer (HTTP 5xx)",
}


class SimpleOta(Example, unittest.TestCase):
    name = "simple_ota"
    after_an_update = "this version is confirmed and stays"
    words = {**WORDS_OF_HTTPS_OTA,
             "too old": "The new image is complete, but the board can not switch to it"}

    def test_one_call(self):
        self.expect_update(self.board("one_call"), self.server.url("1.1.0.bin"))
        self.offer("truncated.bin", self.good[:64000])
        self.expect_refusal(self.board("one_call"), self.server.url("truncated.bin"),
                            "Firmware upgrade failed (ESP_ERR_OTA_VALIDATE_FAILED)")

    def test_rollback_by_failed_diagnostic(self):
        """Its diagnostic: it reaches its update server."""
        self.image("simple_ota_impatient", "1.1.0-impatient")
        board = self.board()
        with RunningBoard(board) as running:
            self.tell(running, self.server.url("1.1.0-impatient.bin"))
            running.expect("This is version 1.1.0-impatient")
            self.tell(running, "https://127.0.0.1:1/nobody.bin")
            running.expect("did not reach the update server .* it is given up")
            running.expect("This is version 1.0.0")
            running.expect("was rolled back: it rejected itself")
        self.assertEqual(rota_json("why", board)["boots"]["partition"], "factory")


class AdvancedOta(Example, unittest.TestCase):
    name = "advanced_ota"
    after_an_update = "this version is confirmed and stays"
    words = {**WORDS_OF_HTTPS_OTA,
             "too old": "New firmware security version is less than eFuse programmed, 0 < 1"}


if __name__ == "__main__":
    unittest.main(verbosity=2)
