#!/usr/bin/python3
"""docs/guides/test-your-ota.md says how somebody tests their OTA in a few lines of shell. These lines are
run as they stand there; and what `rota board expect` says when a board does not do what it should."""

import os
import re
import shutil
import subprocess
import tempfile
import unittest

from rota_tools import BUILD, SOURCE, STATE, pack, rota

GUIDE = os.path.join(SOURCE, "docs", "guides", "test-your-ota.md")
EXAMPLE = os.path.join(BUILD, "examples", "native_ota")


def flashed_board(folder):
    board = os.path.join(folder, "board")
    rota("board", "new", board, "--flash-size", "4MB", "--table", "two_ota", "--flash-time", "off")
    rota("board", "flash", board, "factory=" + os.path.join(EXAMPLE, "native_ota.bin"))
    return board


class TheGuide(unittest.TestCase):
    def test_its_script_runs_as_it_stands_there(self):
        with open(GUIDE, encoding="utf-8") as guide:
            script = re.search(r"```sh\n(.*?)```", guide.read(), re.DOTALL).group(1)
        with tempfile.TemporaryDirectory(prefix="rota-guide-") as folder:
            project = os.path.join(folder, "native_ota")
            shutil.copytree(os.path.join(SOURCE, "examples", "native_ota"), project)
            shutil.copy(os.path.join(STATE, "ca_cert.pem"), os.path.join(project, "server_certs"))
            with open(os.path.join(project, "sdkconfig.defaults"), "a", encoding="utf-8") as defaults:
                defaults.write('CONFIG_EXAMPLE_FIRMWARE_UPG_URL="FROM_STDIN"\n'
                               "CONFIG_EXAMPLE_DIAGNOSTIC_SECONDS=0\n")
            done = subprocess.run(
                ["bash", "-c", '. "$0/idf/export.sh"\n' + script, SOURCE], cwd=project,
                env={**os.environ, "ROTA_BUILD_DIR": BUILD, "ROTA_STATE_DIR": STATE},
                stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                timeout=300)
            self.assertEqual(done.returncode, 0, done.stdout)
            self.assertEqual(done.stdout.count("\nok: "), script.count("\nexpect '"), done.stdout)


class TheGuideInCpp(unittest.TestCase):
    """The program of the guide, built as it says, on a board with the example."""

    def block(self, language):
        with open(GUIDE, encoding="utf-8") as guide:
            return re.search(rf"```{language}\n(.*?)```", guide.read(), re.DOTALL).group(1)

    def test_its_program_builds_and_sees_the_power_go_and_the_update_come(self):
        with tempfile.TemporaryDirectory(prefix="rota-guide-") as folder:
            for name, language in (("CMakeLists.txt", "cmake"), ("ota_test.cc", "cpp")):
                with open(os.path.join(folder, name), "w", encoding="utf-8") as file:
                    file.write(self.block(language))
            environment = {**os.environ, "ROTA_BUILD_DIR": BUILD, "ROTA_STATE_DIR": STATE}
            for words in (["cmake", "-S", folder, "-B", folder, "-G", "Ninja"], ["ninja", "-C", folder]):
                done = subprocess.run(words, env=environment, stdin=subprocess.DEVNULL, text=True,
                                      stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=300)
                self.assertEqual(done.returncode, 0, done.stdout)
            new = os.path.join(folder, "build_next")
            os.mkdir(new)
            pack(os.path.join(EXAMPLE, "native_ota.payload.elf"),
                 os.path.join(new, "native_ota.bin"), "native_ota", "1.1.0")
            done = subprocess.run(
                [os.path.join(folder, "ota_test"), flashed_board(folder), new], cwd=folder,
                env=environment, stdin=subprocess.DEVNULL, text=True, stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT, timeout=300)
            self.assertEqual(done.returncode, 0, done.stdout)
            self.assertEqual(done.stdout, "ok: This is version 1.0.0\nok: This is version 1.1.0\n")


class Expect(unittest.TestCase):
    """What it answers when the board does something else."""

    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory(prefix="rota-expect-")
        cls.board = flashed_board(cls.folder.name)

    @classmethod
    def tearDownClass(cls):
        cls.folder.cleanup()

    def expect(self, *words, status):
        said = rota("board", "expect", self.board, *words, "--quiet", status=status)
        return " ".join(said.split())

    def test_texts_come_in_their_order(self):
        self.assertEqual(self.expect("app_main start", "Type the URL", status=0), "")
        said = self.expect("Type the URL", "app_main start", "--timeout", "1", status=1)
        self.assertIn("the console did not show 'app_main start' in time; the last line was:", said)
        self.assertIn("console.log", said)

    def test_another_slot_runs(self):
        said = self.expect("app_main start", "--runs", "ota_1", status=1)
        self.assertIn("ota_1 should run, but factory does.", said)
        said = self.expect("app_main start", "--runs", "ota_7", status=2)
        self.assertIn("no such partition; it has", said)

    def test_a_forbidden_line_ends_the_run(self):
        said = self.expect("Type the URL", "--never", "app_main start", status=1)
        self.assertIn("the console showed 'app_main start', which it must not", said)

    def test_a_cut_that_does_not_come_is_a_failure_and_does_not_wait_for_a_later_run(self):
        said = self.expect("app_main start", "--cut", "ota_0+0x1000", "--timeout", "1", status=1)
        self.assertIn("nothing wrote or erased at ota_0+0x1000 in time", said)
        self.assertIn("none planned", rota("board", "show", self.board))

    def test_a_board_that_can_not_start_says_so_at_once(self):
        board = os.path.join(self.folder.name, "blank")
        rota("board", "new", board, "--flash-size", "4MB", "--table", "two_ota")
        said = " ".join(rota("board", "expect", board, "app_main", "--quiet", status=1).split())
        self.assertIn("the board stopped before it showed 'app_main':", said)

    def test_an_input_for_a_server_needs_one(self):
        said = self.expect("app_main", "--input", "{server}/app.bin", status=2)
        self.assertIn("say what is served: --serve FOLDER", said)


if __name__ == "__main__":
    unittest.main(verbosity=2)
