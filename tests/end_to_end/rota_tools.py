"""Rota's programs, as a test uses them. The environment says where the build lies (ROTA_BUILD)."""

import json
import os
import subprocess

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
