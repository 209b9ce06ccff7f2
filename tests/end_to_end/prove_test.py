#!/usr/bin/python3
"""`rota prove` and `idf.py prove`: our examples, a project that knows nothing of Rota, mistakes that the
proof must find, and the movie of a recorded run."""

import json
import os
import pathlib
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import unittest

import jsonschema

from rota_tools import BUILD, SOURCE, STATE, pack, rota, rota_json

IDF = os.path.join(SOURCE, "idf")
ENOUGH_SECONDS = "3000"  # what ends the work is its count, never the clock
CUTS = 14


def example_board(folder, name, *bootloader):
    """A board with a demo example in its factory partition."""
    image = os.path.join(folder, name + ".bin")
    pack(os.path.join(BUILD, "examples", name, name + ".payload.elf"), image, name, "1.0.0")
    board = os.path.join(folder, name)
    rota("board", "new", board, "--chip", "esp32", "--flash-size", "4MB", "--table", "two_ota", *bootloader)
    rota("board", "flash", board, "factory=" + image)
    return board


def check_schema(name, value):
    schema = pathlib.Path(SOURCE, "docs", "schemas", name + ".json").read_text(encoding="utf-8")
    jsonschema.validate(value, json.loads(schema))


def prove(board, *words, status=0):
    """rota prove as JSON; as long as it takes."""
    done = subprocess.run([os.path.join(BUILD, "rota"), "prove", board, "--budget", ENOUGH_SECONDS,
                           "--state", STATE, "--json", *words], stdin=subprocess.DEVNULL,
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, check=False)
    if done.returncode != status:
        raise AssertionError(f"exit status {done.returncode} instead of {status}; it said:\n"
                             f"{done.stdout}{done.stderr}")
    found = json.loads(done.stdout)
    check_schema("prove", found)
    return found, " ".join(done.stderr.split())


def model_of(page):
    """The movies in a page, and that it asks for nothing from elsewhere."""
    with open(page, encoding="utf-8") as file:
        html = file.read()
    for outside in ("http:", "https:", " src=", "@import", "url(", "<link"):
        text = re.sub(r'(?s)<script type="application/json".*?</script>', "", html)
        if outside in text:
            raise AssertionError(f"the page names something outside of it: {outside}")
    model = re.search(r'(?s)<script type="application/json" id="model">(.*?)</script>', html)
    movies = json.loads(model.group(1))["movies"]
    for movie in movies:
        check_schema("board_movie", movie)
    return html, movies


def snapshot(folder):
    facts = {}
    for name in ("flash.bin", "efuse.bin", "state.bin", "board.toml"):
        with open(os.path.join(folder, name), "rb") as file:
            facts[name] = file.read()
    return facts


class OurExamples(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory(prefix="rota-prove-test-")

    @classmethod
    def tearDownClass(cls):
        cls.folder.cleanup()

    def cut_program(self, name):
        board = example_board(self.folder.name, name)
        before = snapshot(board)
        page = os.path.join(self.folder.name, name + ".html")
        found, _ = prove(board, "--program-only", "--cuts", str(CUTS), "--html", page)
        self.assertTrue(found["fine"], found)
        program = found["program"]
        self.assertEqual(program["lost"], 0)
        # A place may be passed by in another run, as sockets have it; most are not.
        self.assertGreaterEqual(program["cuts"], CUTS // 2)
        self.assertGreaterEqual(program["worst_boots_to_image"], 1)
        self.assertGreater(program["operations"], 100)
        self.assertEqual(snapshot(board), before, "the person's own board was touched")

        html, movies = model_of(page)
        self.assertLess(len(html), 2_000_000)
        steps = movies[0]["steps"]
        kinds = [step["kind"] for step in steps]
        self.assertEqual(kinds.count("fault"), 1)
        self.assertIn("boot", kinds[kinds.index("fault"):])
        self.assertTrue(any(step.get("lines") for step in steps))
        self.assertTrue(any(step.get("ota") for step in steps))
        self.assertTrue(any(step.get("rules") for step in steps))

    def test_native_ota_survives(self):
        self.cut_program("native_ota")

    def test_simple_ota_survives(self):
        self.cut_program("simple_ota")

    def test_nothing_stays_behind(self):
        board = example_board(self.folder.name, "native_ota", "--rollback", "on")
        temporary = os.path.join(self.folder.name, "temporary")
        os.mkdir(temporary)
        subprocess.run([os.path.join(BUILD, "rota"), "prove", board, "--program-only", "--cuts", "2",
                        "--budget", ENOUGH_SECONDS, "--state", STATE, "--html",
                        os.path.join(self.folder.name, "left.html")], check=True,
                       stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                       env={**os.environ, "TMPDIR": temporary})
        self.assertEqual(os.listdir(temporary), [])

    def test_a_proof_that_is_stopped_tells_what_it_found_and_leaves_nothing(self):
        board = example_board(self.folder.name, "native_ota")
        for number, half in enumerate(("--core-only", "--program-only")):
            temporary = os.path.join(self.folder.name, f"stopped{number}")
            os.mkdir(temporary)
            process = subprocess.Popen(
                [os.path.join(BUILD, "rota"), "prove", board, half, "--budget", ENOUGH_SECONDS, "--state",
                 STATE, "--html", os.path.join(temporary + ".html")], stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                env={**os.environ, "TMPDIR": temporary})
            said = ""
            while "slots checked" not in said:  # all that is proven is told: the work begins
                line = process.stdout.readline()
                self.assertNotEqual(line, "", said)
                said += line
            process.send_signal(signal.SIGINT)
            said += process.stdout.read()
            process.stdout.close()
            self.assertEqual(process.wait(), 1, said)
            self.assertEqual(os.listdir(temporary), [])
            self.assertTrue("stopped" in said or "interrupted" in said, said)

    def setUp(self):
        shutil.rmtree(os.path.join(self.folder.name, "native_ota"), ignore_errors=True)


class Mistakes(unittest.TestCase):
    """What the proof must not let pass."""

    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory(prefix="rota-prove-test-")
        cls.page = os.path.join(cls.folder.name, "page.html")

    @classmethod
    def tearDownClass(cls):
        cls.folder.cleanup()

    def small_board(self, name, *bootloader):
        """Small images: what the core loses does not depend on their size."""
        image = os.path.join(self.folder.name, "small.bin")
        subprocess.run([os.path.join(SOURCE, "tests", "cli", "make-image"), image], check=True)
        board = os.path.join(self.folder.name, name)
        rota("board", "new", board, "--chip", "esp32", "--flash-size", "4MB", "--table", "two_ota",
             *bootloader)
        rota("board", "flash", board, "factory=" + image)
        return board

    def test_records_written_in_place_lose_boards(self):
        board = self.small_board("in_place", "--ota-data-writing", "in-place")
        found, _ = prove(board, "--html", self.page, status=1)
        self.assertFalse(found["fine"])
        self.assertGreater(found["core"]["lost"], 0)
        self.assertGreater(found["core"]["small_images"]["lost_between_operations"], 0)
        self.assertEqual(found["core"]["small_images"]["wrong_without_faults"], [])
        _, movies = model_of(self.page)
        self.assertEqual(movies[0]["title"], "The core: a board is lost")
        self.assertFalse(movies[0]["steps"][-1]["good"])

    def test_the_default_way_loses_none_and_is_shown_beside_what_stock_loses(self):
        board = self.small_board("cut_safe")
        found, _ = prove(board, "--html", self.page)
        self.assertEqual(found["core"]["lost"], 0)
        self.assertGreater(found["core"]["small_images"]["pairs"], 10_000)
        self.assertEqual(found["core"]["small_images"]["unfinished"], [])
        self.assertGreater(found["core"]["stock"]["lost_between_operations"], 0)
        self.assertIn("machine code of the chip", " ".join(found["not_tested"]))

    def test_a_program_that_does_not_update_is_no_proof(self):
        board = example_board(self.folder.name, "native_ota")
        found, said = prove(board, "--program-only", "--input", "no URL", "--patience", "3", "--html",
                            self.page, status=1)
        self.assertFalse(found["fine"])
        self.assertIsNone(found["program"])
        self.assertIn("your program was not cut: within 3 s your program asked the update server for "
                      "nothing", said)


class SomebodysProject(unittest.TestCase):
    """A project as somebody has it who never heard of Rota: its URL is fixed, its table is its own, its
    certificate is another server's."""

    def test_idf_py_prove(self):
        with tempfile.TemporaryDirectory(prefix="rota-prove-test-") as folder:
            project = os.path.join(folder, "greenhouse")
            shutil.copytree(os.path.join(SOURCE, "tests", "end_to_end", "projects", "greenhouse"), project)
            done = subprocess.run(
                [sys.executable, os.path.join(IDF, "tools", "idf.py"), "prove", "--program-only", "--cuts",
                 str(CUTS), "--budget", ENOUGH_SECONDS, "--state", STATE, "--json"],
                cwd=project, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                text=True, env={**os.environ, "IDF_PATH": IDF, "ROTA_BUILD_DIR": BUILD,
                                "ROTA_STATE_DIR": STATE})
            self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
            found = json.loads(done.stdout[done.stdout.index("\n{\n"):])
            self.assertEqual(found["program"]["lost"], 0)
            self.assertGreaterEqual(found["program"]["cuts"], CUTS // 2)
            self.assertIn("greenhouse 3.2.1", found["proven"]["update"])
            self.assertIn("ota_1 1,536 KB", found["proven"]["table"])
            _, movies = model_of(os.path.join(project, "build", "prove", "prove.html"))
            self.assertIn("fault", [step["kind"] for step in movies[0]["steps"]])


class Movie(unittest.TestCase):
    def test_a_recorded_run_becomes_a_page(self):
        with tempfile.TemporaryDirectory(prefix="rota-movie-test-") as folder:
            board = example_board(folder, "native_ota")
            recording, page = os.path.join(folder, "run.jsonl"), os.path.join(folder, "movie.html")
            rota("board", "run", board, "--until", "Type the URL", "--record", recording)
            # A second run of the same board goes on in the same recording.
            rota("board", "cut", board, "--operation", "1")
            rota("board", "run", board, "--until", "Type the URL", "--record", recording, status=None)
            rota("board", "movie", recording, "-o", page)
            _, movies = model_of(page)
            steps = movies[0]["steps"]
            self.assertEqual(sum(step["text"] == "The power comes on." for step in steps), 2)
            starts = [step for step in steps if step["kind"] == "start"]
            self.assertEqual(starts[0]["runs"], "factory")
            self.assertEqual(starts[0]["holds"], {"factory": "native_ota 1.0.0"})
            said = [line for step in steps for line in step.get("lines", [])]
            self.assertTrue(any(source == "app" and "This is version 1.0.0" in text
                                for source, text in said), said)
            self.assertEqual(rota_json("board", "movie", recording)["steps"], steps)


if __name__ == "__main__":
    unittest.main(verbosity=2)
