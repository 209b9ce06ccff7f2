"""idf.py and the build as a person uses them after `. idf/export.sh`: commands in a project's folder,
with and without a terminal, and a copy of an example to try them on."""

import os
import pty
import re
import select
import shutil
import subprocess
import time

from rota_tools import BUILD, SOURCE, STATE

IDF = os.path.join(SOURCE, "idf")
OUTER_PATH = os.pathsep.join(folder for folder in os.environ["PATH"].split(os.pathsep)
                             if folder not in (BUILD, os.path.join(IDF, "tools")))
ENVIRONMENT = {**os.environ, "ROTA_BUILD_DIR": BUILD, "PATH": OUTER_PATH}
for name in ("IDF_PATH", "IDF_TARGET", "SDKCONFIG_DEFAULTS"):
    ENVIRONMENT.pop(name, None)

IN_A_SHELL = '. "$0/export.sh" >/dev/null && exec "$@"'
GIVE_UP_SECONDS = 120


def typed(folder, *words, status=0, **environment):
    """What a command prints in a shell that has read export.sh."""
    done = subprocess.run(["bash", "-c", IN_A_SHELL, IDF, *words], cwd=folder,
                          env={**ENVIRONMENT, **environment}, stdin=subprocess.DEVNULL,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=300)
    if (done.returncode == 0) != (status == 0):
        raise AssertionError(f"{' '.join(words)}: exit status {done.returncode}; it said:\n{done.stdout}")
    return done.stdout


def as_one_line(text):
    """CMake breaks its messages into lines; a sentence is looked for without them."""
    return " ".join(text.split())


def copy_of_example(folder, version):
    """The native example, as somebody copies it: certificate and URL are theirs to fill in."""
    project = os.path.join(folder, "native_ota")
    shutil.copytree(os.path.join(SOURCE, "examples", "native_ota"), project,
                    ignore=shutil.ignore_patterns("build", "sdkconfig", "sdkconfig.old"))
    shutil.copy(os.path.join(STATE, "ca_cert.pem"), os.path.join(project, "server_certs"))
    write(project, "version.txt", version + "\n")
    with open(os.path.join(project, "sdkconfig.defaults"), "a", encoding="utf-8") as defaults:
        defaults.write('CONFIG_EXAMPLE_FIRMWARE_UPG_URL="FROM_STDIN"\n'
                       "CONFIG_EXAMPLE_DIAGNOSTIC_SECONDS=0\n")
    return project


def write(folder, name, text):
    with open(os.path.join(folder, name), "w", encoding="utf-8") as file:
        file.write(text)


def read(*path):
    with open(os.path.join(*path), encoding="utf-8") as file:
        return file.read()


class Terminal:
    """A command with a terminal of its own, where a key such as Ctrl-] is more than a byte."""

    def __init__(self, folder, *words, **environment):
        self.said = ""
        self.seen = 0  # how far expect() has come
        self.process, self.screen = pty.fork()
        if self.process == 0:
            os.chdir(folder)
            os.execvpe("bash", ["bash", "-c", IN_A_SHELL, IDF, *words], {**ENVIRONMENT, **environment})

    def read_more(self, wanted, give_up):
        """False at the end of what it says."""
        if not select.select([self.screen], [], [], max(0, give_up - time.monotonic()))[0]:
            raise AssertionError(f"'{wanted}' did not come; the screen shows:\n{self.said}")
        try:
            got = os.read(self.screen, 4096)
        except OSError:  # how Linux says that the other end is closed
            got = b""
        self.said += got.decode("utf-8", "replace")
        return bool(got)

    def read_until(self, text):
        """Reads on; None reads to the end."""
        give_up = time.monotonic() + GIVE_UP_SECONDS
        while text is None or text not in self.said:
            if not self.read_more(text, give_up):
                if text is None:
                    return
                raise AssertionError(f"it ended without '{text}'; the screen shows:\n{self.said}")

    def expect(self, pattern):
        """Reads on to what matches behind the last match; returns the match."""
        give_up = time.monotonic() + GIVE_UP_SECONDS
        while True:
            found = re.compile(pattern, re.MULTILINE).search(self.said, self.seen)
            if found:
                self.seen = found.end()
                return found
            if not self.read_more(pattern, give_up):
                raise AssertionError(f"it ended without '{pattern}'; the screen shows:\n{self.said}")

    def press(self, key):
        os.write(self.screen, key)

    def exit_status(self):
        self.read_until(None)
        os.close(self.screen)
        return os.waitstatus_to_exitcode(os.waitpid(self.process, 0)[1])
