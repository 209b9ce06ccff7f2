"""Rota's programs, as a test uses them. The environment says where the build lies (ROTA_BUILD)."""

import json
import os
import re
import select
import shutil
import subprocess
import sys
import time

BUILD = os.environ["ROTA_BUILD"]
SOURCE = os.environ["ROTA_SOURCE"]
SHARED = os.environ.get("ROTA_SHARED", os.path.join(os.path.dirname(SOURCE), "shared"))
STATE = os.path.join(BUILD, "demo", "state")  # of the certificate authority that examples trust


def rota(*words, status=0):
    """Runs rota; returns what it printed. Fails with all of it when the exit status is another."""
    done = subprocess.run([os.path.join(BUILD, "rota"), *words], stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL, text=True, timeout=120)
    if status is not None and done.returncode != status:
        raise AssertionError(f"rota {' '.join(words)}: exit status {done.returncode} instead of "
                             f"{status}; it said:\n{done.stdout}")
    return done.stdout


def rota_json(*words, status=0):
    return json.loads(rota(*words, "--json", status=status))


def idf_py(project, *words):
    """Runs idf.py in a project's folder; returns what it printed. Fails with all of it."""
    idf = os.path.join(SOURCE, "idf")
    done = subprocess.run([sys.executable, os.path.join(idf, "tools", "idf.py"), *words], cwd=project,
                          stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                          text=True, timeout=300,
                          env={**os.environ, "IDF_PATH": idf, "ROTA_BUILD_DIR": BUILD})
    if done.returncode != 0:
        raise AssertionError(f"idf.py {' '.join(words)} failed; it said:\n{done.stdout}")
    return done.stdout


def build_test_app(name, folder):
    """Builds a test app of this folder in a copy that trusts the demo's certificate; returns the copy."""
    project = os.path.join(folder, name)
    shutil.copytree(os.path.join(SOURCE, "tests", "end_to_end", name), project)
    os.mkdir(os.path.join(project, "server_certs"))
    shutil.copy(os.path.join(STATE, "ca_cert.pem"), os.path.join(project, "server_certs"))
    idf_py(project, "build")
    return project


def pack(payload, output, project, version, chip="esp32", secure_version=0):
    """Makes the image of a program that is built already, with another description."""
    rota("image", "pack", payload, "--chip", chip, "--flash-size", "4MB", "--project", project,
         "--project-version", version, "--secure-version", str(secure_version), "-o", output)
    with open(output, "rb") as image:
        return image.read()


class Server:
    """rota-server over a folder, until the end of the `with` block."""

    def __init__(self, folder, log, *words):
        self.folder, self.log, self.words = folder, log, words

    def __enter__(self):
        read_end, write_end = os.pipe()
        with open(self.log, "wb") as log:
            self.process = subprocess.Popen(
                [os.path.join(BUILD, "rota-server"), self.folder, "--port", "0", "--bind", "127.0.0.1",
                 "--state", STATE, "--ready-fd", str(write_end), *self.words],
                stdout=log, stderr=log, stdin=subprocess.DEVNULL, pass_fds=[write_end])
        os.close(write_end)
        with os.fdopen(read_end) as ready:
            words = ready.readline().split()
        if len(words) != 3:
            self.process.wait()
            raise AssertionError(f"the server did not start; it said:\n{self.said()}")
        self.base = f"{words[2]}://{words[0]}:{words[1]}"
        return self

    def __exit__(self, *exception):
        self.process.terminate()
        self.process.wait()

    def url(self, path):
        return f"{self.base}/{path}"

    def said(self):
        with open(self.log, encoding="utf-8", errors="replace") as log:
            return log.read()


def downloads(log, name):
    """[(bytes sent, first byte)] of the downloads of that file in a server's log."""
    # "GET /new.bin 2.0.0  200000 of 200000 bytes (from 1000 of 201000)"
    line = re.compile(rf"GET /{re.escape(name)} .*?  (\d+) of \d+ bytes(?: \(from (\d+) of)?")
    return [(int(sent), int(first or 0)) for sent, first in line.findall(log)]


class RunningBoard:
    """`rota board run`, until the end of the `with` block; what it prints is read as it comes."""

    def __init__(self, board, **environment):
        self.board, self.environment = board, environment
        self.console = ""

    def __enter__(self):
        self.process = subprocess.Popen(
            [os.path.join(BUILD, "rota"), "board", "run", self.board], stdin=subprocess.PIPE,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, env={**os.environ, **self.environment})
        os.set_blocking(self.process.stdout.fileno(), False)
        self.seen = 0
        return self

    def __exit__(self, *exception):
        self.process.terminate()
        self.process.wait()
        self.process.stdin.close()
        self.process.stdout.close()

    def type(self, line):
        self.process.stdin.write(line.encode() + b"\n")
        self.process.stdin.flush()

    def read_more(self, deadline, wanted):
        left = deadline - time.monotonic()
        ready = left > 0 and select.select([self.process.stdout], [], [], left)[0]
        piece = self.process.stdout.read() if ready else b""
        if not piece:
            raise AssertionError(f"the board did not print '{wanted}'; it printed:\n{self.console}")
        self.console += piece.decode(errors="replace")

    def expect(self, pattern, seconds=120):
        """Waits for this regular expression behind the place of the last one; returns the match."""
        deadline = time.monotonic() + seconds
        while True:
            found = re.compile(pattern).search(self.console, self.seen)
            if found:
                self.seen = found.end()
                return found
            self.read_more(deadline, pattern)
