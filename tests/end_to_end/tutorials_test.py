#!/usr/bin/python3
"""The README of each example is a tutorial: certificate, serve, menuconfig, flash, watch, what you should
see. Its commands are typed as they stand there, in their order, and each excerpt of a console is held to
what is really printed; … in it stands for anything. The translation has the same commands and excerpts.

A block that is marked `rota` or `openssl` belongs to one of two ways to get a certificate and to serve."""

import os
import re
import select
import shutil
import subprocess
import tempfile
import unittest

from idf_shell import ENVIRONMENT, GIVE_UP_SECONDS, IDF, IN_A_SHELL, Terminal, typed
from rota_tools import SOURCE, STATE, rota_json

EXAMPLES = os.path.join(SOURCE, "examples")
BLOCK = re.compile(r"^```(sh|console)(?: (\w+))?\n(.*?)^```", re.MULTILINE | re.DOTALL)
COLOURS = re.compile("\x1b\\[[0-9;]*m")
SERVER_OF_OPENSSL = re.compile(r"openssl s_server (.*) -port 8070$")


def examples():
    return [name for name in os.listdir(EXAMPLES) if os.path.isdir(os.path.join(EXAMPLES, name))]


def blocks_of(example, readme):
    """[(kind, mark, text)] of what is typed and what is printed."""
    with open(os.path.join(EXAMPLES, example, readme), encoding="utf-8") as file:
        return BLOCK.findall(file.read())


def pattern_of(line):
    return "^" + re.escape(line).replace("…", ".*") + r"\s*$"


def missing_line(excerpt, printed):
    """The first line of the excerpt that does not come, in its order, in what was printed; else None."""
    at = 0
    for line in filter(None, excerpt.splitlines()):
        found = re.compile(pattern_of(line), re.MULTILINE).search(printed, at)
        if not found:
            return line
        at = found.end()
    return None


class ServerInAShell:
    """A server as it is typed, but on loopback and at a port that the system chooses."""

    def __init__(self, project, line, environment):
        self.said = ""
        read_end, write_end = os.pipe()
        is_ours = line.startswith("rota serve")
        if is_ours:
            line = f"exec {line} --port 0 --bind 127.0.0.1 --ready-fd {write_end}"
        else:
            line = SERVER_OF_OPENSSL.sub(r"exec openssl s_server \1 -accept 127.0.0.1:0", line)
        self.process = subprocess.Popen(
            ["bash", "-c", IN_A_SHELL, IDF, "bash", "-c", line], cwd=project, env=environment,
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
            pass_fds=[write_end] if is_ours else [])
        os.close(write_end)
        os.set_blocking(self.process.stdout.fileno(), False)
        with os.fdopen(read_end) as ready:
            words = ready.readline().split()
        if is_ours:
            self.base = f"{words[2]}://{words[0]}:{words[1]}"
        else:
            self.base = "https://127.0.0.1:" + self.expect(r"^ACCEPT .*:(\d+)$").group(1)

    def expect(self, pattern):
        while True:
            found = re.compile(pattern, re.MULTILINE).search(self.said)
            if found:
                return found
            ready = select.select([self.process.stdout], [], [], GIVE_UP_SECONDS)[0]
            piece = self.process.stdout.read() if ready else b""
            if not piece:
                raise AssertionError(f"the server did not print '{pattern}'; it said:\n{self.said}")
            self.said += piece.decode("utf-8", "replace")

    def stop(self):
        self.process.terminate()
        self.process.wait()
        self.process.stdout.close()


class Reader:
    """Somebody who follows the README of an example in a copy of its folder."""

    def __init__(self, example, folder, way):
        self.example, self.way = example, way
        self.project = os.path.join(folder, "examples", example)
        shutil.copytree(os.path.join(EXAMPLES, example), self.project,
                        ignore=shutil.ignore_patterns("build", "sdkconfig", "*.pem", "images"))
        self.environment = {"HOME": folder, "ROTA_LISTEN": "127.0.0.1:0", "NO_COLOR": "1"}
        self.server = self.monitor = None
        self.printed = ""  # by the last command that ended

    def follow(self):
        for kind, mark, text in blocks_of(self.example, "README.md"):
            if mark in ("rota", "openssl") and mark != self.way:
                continue
            if kind == "console":
                self.compare(mark, text)
                continue
            if not text.startswith("curl"):
                self.close_monitor()
            for line in text.splitlines():
                self.type(line)

    def type(self, line):
        if line.startswith("rota serve") or SERVER_OF_OPENSSL.search(line):
            whole = {**ENVIRONMENT, **self.environment}
            self.server = ServerInAShell(self.project, line, whole)
            self.printed = None
        elif line == "idf.py menuconfig":
            self.choose()
        elif line == "idf.py monitor":
            self.monitor = Terminal(self.project, "idf.py", "monitor", **self.environment)
            self.printed = None
        elif line.startswith("curl"):
            self.visit(line)
        else:
            line = line.replace("192.168.2.106", "127.0.0.1")
            self.printed = typed(self.project, "bash", "-c", line, **self.environment)

    def choose(self):
        """What a person does in menuconfig."""
        typed(self.project, "idf.py", "reconfigure", **self.environment)
        if self.server is None:
            return  # there is nothing that must be chosen
        path = os.path.join(self.project, "sdkconfig")
        with open(path, encoding="utf-8") as file:
            chosen = re.sub(r'^(CONFIG_EXAMPLE_FIRMWARE_\w+_URL)=".*"$',
                            rf'\1="{self.server.base}/{self.example}.bin"', file.read(),
                            flags=re.MULTILINE)
        assert self.server.base in chosen  # else the board would ask some address of the default
        chosen = re.sub("^# (CONFIG_EXAMPLE_ENABLE_OTA_RESUMPTION) is not set$", r"\1=y", chosen,
                        flags=re.MULTILINE)
        with open(path, "w", encoding="utf-8") as file:
            file.write(chosen)

    def visit(self, line):
        """curl, at the port that the board chose; for the new version once that runs."""
        base = self.monitor.expect(r"Serving at (http://[\d.:]+)/").group(1)
        line = line.replace("http://127.0.0.1:8080", base).replace("curl", "curl -sS", 1)
        self.printed = typed(self.project, "bash", "-c", line, **self.environment)

    def compare(self, mark, text):
        if mark == "rota":
            for line in filter(None, text.splitlines()):
                self.server.expect(pattern_of(line))
            return
        if mark == "monitor" or self.printed is None:
            last = text.strip().splitlines()[-1]
            self.monitor.expect(pattern_of(last))
            self.printed = self.monitor.said
        missing = missing_line(text, COLOURS.sub("", self.printed))
        if missing is not None:
            raise AssertionError(f"the README shows '{missing}', but this was printed:\n{self.printed}")

    def close_monitor(self):
        if self.monitor is not None:
            self.monitor.press(b"\x1d")  # Ctrl-]
            self.monitor.exit_status()
            self.monitor = None

    def stop(self):
        self.close_monitor()
        if self.server is not None:
            self.server.stop()


class Tutorials(unittest.TestCase):
    def follow(self, example, way="rota"):
        with tempfile.TemporaryDirectory(prefix="rota-tutorial-") as folder:
            reader = Reader(example, folder, way)
            try:
                reader.follow()
            finally:
                reader.stop()

    def test_native_ota(self):
        self.follow("native_ota")

    def test_native_ota_with_openssl(self):
        self.follow("native_ota", "openssl")

    def test_simple_ota(self):
        self.follow("simple_ota")

    def test_advanced_ota(self):
        self.follow("advanced_ota")

    def test_upload(self):
        self.follow("upload")

    def test_plain_cmake_builds_each_example(self):
        for example in examples():
            with self.subTest(example), tempfile.TemporaryDirectory(prefix="rota-tutorial-") as folder:
                project = Reader(example, folder, "rota").project
                if os.path.isdir(os.path.join(project, "server_certs")):
                    shutil.copy(os.path.join(STATE, "ca_cert.pem"), os.path.join(project, "server_certs"))
                typed(project, "cmake", "-S", ".", "-B", "build", "-G", "Ninja")
                typed(project, "ninja", "-C", "build")
                facts = rota_json("image", "info", f"{project}/build/{example}.bin")["description"]
                self.assertEqual((facts["project"], facts["version"]), (example, "1.0.0"))

    def test_the_translations_type_and_show_the_same(self):
        self.assertGreaterEqual(len(examples()), 4)
        for example in examples():
            with self.subTest(example):
                self.assertEqual(blocks_of(example, "README.zh-CN.md"), blocks_of(example, "README.md"))

    def test_an_excerpt_that_was_not_printed_is_noticed(self):
        printed = "I (7) app: one\nI (8) app: two of 3\n"
        self.assertIsNone(missing_line("I (…) app: one\nI (…) app: two of …\n", printed))
        self.assertEqual(missing_line("I (…) app: on\n", printed), "I (…) app: on")
        self.assertEqual(missing_line("I (…) app: two of 3\nI (…) app: one\n", printed), "I (…) app: one")


if __name__ == "__main__":
    unittest.main(verbosity=2)
