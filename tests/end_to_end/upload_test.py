#!/usr/bin/python3
"""The example `upload` on a virtual board: a good image that is uploaded runs and is confirmed by the
first visitor; one that nobody visits in time, that panics or hangs is given up; whatever is no good
image is refused with a sentence, and what boots stays as it was."""

import json
import os
import socket
import tempfile
import unittest
import urllib.error
import urllib.request

from rota_tools import BUILD, RunningBoard, build_test_app, pack, rota, rota_json

EXAMPLE = os.path.join(BUILD, "examples", "upload")
ANTI_ROLLBACK = os.path.join(BUILD, "examples", "upload_anti_rollback")
IMPATIENT = os.path.join(BUILD, "examples", "upload_impatient")
SIGNED = os.path.join(BUILD, "examples", "upload_signed")
PIN_PANIC, PIN_HANG = 4, 5  # of the trial app
HTML = b"<!doctype html><title>Login</title>" + b"<p>Please log in.</p>" * 1000


class Upload(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="rota-upload-")
        self.addCleanup(folder.cleanup)
        self.folder = folder.name
        self.board = os.path.join(self.folder, "board")
        rota("board", "new", self.board, "--table", "two_ota", "--flash-size", "4MB", "--rollback",
             "on", "--flash-time", "off")
        rota("board", "flash", self.board, "factory=" + os.path.join(EXAMPLE, "upload.bin"))

    def image(self, version, chip="esp32", project="upload", build=EXAMPLE, secure_version=0):
        path = os.path.join(self.folder, f"{project}-{version}-{chip}.bin")
        return pack(os.path.join(build, "upload.payload.elf"), path, project, version, chip,
                    secure_version)

    def run_board(self):
        return RunningBoard(self.board, ROTA_LISTEN="127.0.0.1:0")

    @staticmethod
    def base(board):
        return board.expect(r"Serving at (http://[\d.:]+)/").group(1)

    @staticmethod
    def ask(url, body=None, **headers):
        """Status, text and headers of the answer, whatever the status is."""
        request = urllib.request.Request(url, data=body, headers=headers)
        try:
            with urllib.request.urlopen(request, timeout=120) as answer:
                return answer.status, answer.read().decode(), answer.headers
        except urllib.error.HTTPError as refused:
            return refused.code, refused.read().decode(), refused.headers

    def status(self, base):
        return json.loads(self.ask(base + "/status")[1])

    def what_boots(self):
        return rota_json("why", self.board)["boots"]

    def test_a_good_image_runs_and_its_first_visitor_confirms_it(self):
        with self.run_board() as board:
            base = self.base(board)
            self.assertIn("<h1>Firmware update</h1>", self.ask(base + "/")[1])
            self.assertEqual(self.status(base)["version"], "1.0.0")
            code, text, headers = self.ask(base + "/update", self.image("1.1.0"))
            self.assertEqual((code, headers["X-Version"]), (200, "1.1.0"), text)
            self.assertIn("Version 1.1.0 is complete and verified", text)
            base = self.base(board)
            board.expect("This version is on trial until somebody opens its page")
            self.assertEqual(self.status(base), {"project": "upload", "version": "1.1.0",
                                                 "partition": "ota_0", "state": "confirmed"})
            board.expect("The page was reached: this version is confirmed")
        with self.run_board() as board:
            self.assertEqual(self.status(self.base(board))["partition"], "ota_0")
        self.assertEqual(self.what_boots()["partition"], "ota_0")

    def test_an_image_that_nobody_visits_is_given_up_and_not_taken_again(self):
        with self.run_board() as board:
            self.ask(self.base(board) + "/update", self.image("1.1.0"))
            self.base(board)
            board.expect("This version is on trial until somebody opens its page")
        with self.run_board() as board:  # a power cut during the trial
            base = self.base(board)
            self.assertEqual(self.status(base)["version"], "1.0.0")
            code, text, _ = self.ask(base + "/update", self.image("1.1.0"))
            self.assertEqual(code, 400)
            self.assertIn("Version 1.1.0 was installed before and given up", text)
            code, text, _ = self.ask(base + "/update", self.image("1.2.0"))
            self.assertEqual(code, 200, text)
            self.assertEqual(self.status(self.base(board))["version"], "1.2.0")

    def test_a_version_that_nobody_visits_in_time_gives_itself_up(self):
        with self.run_board() as board:
            self.ask(self.base(board) + "/update", self.image("1.1.0", build=IMPATIENT))
            board.expect(r"This version is on trial until somebody opens its page \(1 seconds\)")
            board.expect("Nobody reached the page within 1 seconds. Start rollback")
            board.expect("This is version 1.0.0, in factory")
            self.assertEqual(self.status(self.base(board))["version"], "1.0.0")
        self.assertEqual(self.what_boots()["partition"], "factory")

    def test_rollback_by_panic_and_by_watchdog(self):
        app = build_test_app("update_app", self.folder)
        failing = pack(os.path.join(app, "build", "update_app.payload.elf"),
                       os.path.join(self.folder, "failing.bin"), "upload", "2.0.0")
        for pin, reason in ((PIN_PANIC, "a panic"), (PIN_HANG, ".*watchdog")):
            with self.subTest(reason):
                self.setUp()
                rota("board", "gpio", self.board, f"{pin}=0")
                with self.run_board() as board:
                    self.assertEqual(self.ask(self.base(board) + "/update", failing)[0], 200)
                    board.expect("on trial")
                    board.expect("This is version 1.0.0, in factory")
                    self.assertEqual(self.status(self.base(board))["version"], "1.0.0")
                self.assertRegex(board.console, rf"version 2\.0\.0 .* ended by {reason}")

    def test_an_image_below_the_secure_version_is_refused(self):
        # Given a board whose eFuses rose when a version of the app was confirmed.
        self.board += "-anti-rollback"
        rota("board", "new", self.board, "--flash-size", "4MB", "--anti-rollback", "on",
             "--flash-time", "off")
        rota("board", "flash", self.board, "factory=" + os.path.join(ANTI_ROLLBACK, "upload.bin"))
        with self.run_board() as board:
            newer = self.image("2.0.0", build=ANTI_ROLLBACK, secure_version=1)
            self.assertEqual(self.ask(self.base(board) + "/update", newer)[0], 200)
            base = self.base(board)
            self.assertEqual(self.status(base)["state"], "confirmed")
            # When an older one is uploaded.
            older = self.image("2.1.0", build=ANTI_ROLLBACK, secure_version=0)
            code, text, _ = self.ask(base + "/update", older)
            # Then the visitor is told why.
            self.assertEqual(code, 400, text)
            self.assertIn("secure version 0, this board runs 1 and above", text)
            self.assertEqual(self.status(base)["version"], "2.0.0")
        self.assertEqual(self.what_boots()["partition"], "ota_0")

    def test_an_unsigned_image_is_refused_where_a_signature_is_demanded(self):
        rota("board", "flash", self.board, "factory=" + os.path.join(SIGNED, "upload.bin"))
        before = self.what_boots()
        with self.run_board() as board:
            code, text, _ = self.ask(self.base(board) + "/update", self.image("1.1.0"))
            self.assertEqual(code, 400, text)
            board.expect("version 1.0.0 goes on running")
        self.assertIn("signature", board.console)
        self.assertEqual(self.what_boots(), before)

    def test_what_is_no_good_image_is_refused_with_a_reason(self):
        good = self.image("1.1.0")
        damaged = bytearray(good)
        damaged[len(good) // 2] ^= 1
        rows = [
            ("an HTML page", HTML, {}, 400, "This is an HTML page, not an app image"),
            ("noise", bytes(range(256)) * 64, {}, 400, "another kind of file, not an app image"),
            ("a truncated file", good[:len(good) // 2], {}, 400, "a part of it is missing"),
            ("a truncated header", good[:100], {}, 400, "ends within the image's header"),
            ("a damaged file", bytes(damaged), {}, 400, "The image is damaged"),
            ("another chip", self.image("1.1.0", chip="esp32c3"), {}, 400,
             "The image is for another chip (its id is 5, this one's is 0)"),
            ("another project", self.image("1.1.0", project="blink"), {}, 400,
             "The image is of the project 'blink', this board runs 'upload'"),
            ("nothing", b"", {}, 400, "The upload is empty"),
            ("too much", bytes(2 << 20), {}, 413, "has room for 1048576"),
            ("a form", good, {"Content-Type": "multipart/form-data; boundary=x"}, 400,
             "The image came wrapped into a form"),
            ("another site's page", good, {"Origin": "http://elsewhere.example"}, 403,
             "Only this board's own page may update it"),
        ]
        before = self.what_boots()
        with self.run_board() as board:
            base = self.base(board)
            for name, body, headers, code, sentence in rows:
                with self.subTest(name):
                    answer = self.ask(base + "/update", body, **headers)
                    self.assertEqual(answer[0], code, answer[1])
                    self.assertIn(sentence, answer[1])
                    board.expect("version 1.0.0 goes on running")
            self.assertEqual(self.status(base)["version"], "1.0.0")
        self.assertEqual(self.what_boots(), before)

    def test_an_upload_that_breaks_off_leaves_everything_as_it_was(self):
        good = self.image("1.1.0")
        before = self.what_boots()
        with self.run_board() as board:
            base = self.base(board)
            host, port = base[len("http://"):].split(":")
            with socket.create_connection((host, int(port)), timeout=120) as connection:
                connection.sendall(b"POST /update HTTP/1.1\r\nHost: board\r\nContent-Length: %d\r\n\r\n"
                                   % len(good) + good[:100000])
            board.expect("The upload broke off after 100000 of")
            self.assertEqual(self.status(base)["version"], "1.0.0")
        self.assertEqual(self.what_boots(), before)

    def test_a_power_cut_during_the_upload_leaves_the_old_version(self):
        rota("board", "cut", self.board, "--at", "ota_0+0x20000")
        with self.run_board() as board:
            base = self.base(board)
            with self.assertRaises(OSError):
                self.ask(base + "/update", self.image("1.1.0"))
            board.expect("the power was cut")
        with self.run_board() as board:
            base = self.base(board)
            self.assertEqual(self.status(base)["version"], "1.0.0")
            self.assertEqual(self.ask(base + "/update", self.image("1.1.0"))[0], 200)
            self.assertEqual(self.status(self.base(board))["version"], "1.1.0")


if __name__ == "__main__":
    unittest.main()
