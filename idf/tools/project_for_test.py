"""Small ESP-IDF projects for the tests of the build face, and a stand-in for the Rota build.

The stand-in has a runtime that prints the configuration and calls app_main, and a `rota` that
writes files of the right form. So these tests need neither the face nor the tool, only CMake,
Ninja, a compiler, kconfiglib and PyYAML. What the real ones do together is tested in
tests/end_to_end.
"""

import atexit
import os
import re
import shutil
import stat
import subprocess
import sys
import tempfile
import textwrap
import unittest

IDF_PATH = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
SOURCES = os.path.dirname(IDF_PATH)
sys.path.insert(0, os.path.join(IDF_PATH, "tools"))

RUNTIME = r'''
#include <cstdio>
#include "idf/config.h"
extern "C" void app_main(void);
int main() {
  const rota::idf::Config& config = rota::idf::config();
  std::printf("project %s version %s rollback %d\n", config.project_name, config.version,
              config.app_rollback_enable);
  app_main();
}
'''

TOOL = r'''#!/usr/bin/python3
import struct, sys
arguments = sys.argv[1:]
output = arguments[arguments.index("-o" if "-o" in arguments else "--output") + 1]
with open(output + ".command", "w") as file:
    file.write(" ".join(arguments))
def row(kind, subtype, offset, size, label):
    return struct.pack("<HBBII16sI", 0x50AA, kind, subtype, offset, size, label, 0)
content = b"\xe9" * APP_BYTES
if arguments[0] == "table":
    content = (row(1, 2, 0x9000, 0x4000, b"nvs") + row(1, 0, 0xD000, 0x2000, b"otadata") +
               row(0, 0, 0x10000, 1 << 20, b"factory") + row(0, 0x10, 0x110000, 1 << 20, b"ota_0") +
               row(0, 0x11, 0x210000, 1 << 20, b"ota_1")) + b"\xff" * 32
with open(output, "wb") as file:
    file.write(content)
'''


def run(command, **options):
    return subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                          **options)


def flat(text):
    """One line: CMake breaks the lines of its messages as it likes."""
    return " ".join(text.split())


class Workbench:
    """A stand-in Rota build and a folder for projects; made once."""

    def __init__(self):
        self.folder = tempfile.mkdtemp(prefix="rota-build-face-")
        self.rota_build = os.path.join(self.folder, "rota-build")
        os.mkdir(self.rota_build)
        self.runtime = os.path.join(self.rota_build, "librota_runtime.a")
        source = os.path.join(self.rota_build, "runtime.cc")
        self.write(source, RUNTIME)
        subprocess.check_call(["c++", "-std=c++20", "-fPIC", "-I", SOURCES, "-c", source, "-o",
                               source + ".o"])
        subprocess.check_call(["ar", "rcs", self.runtime, source + ".o"])
        self.set_tool(app_bytes=1000)
        self.write(os.path.join(self.rota_build, "rota-idf-libraries.cmake"), textwrap.dedent(f"""
            set(ROTA_IDF_LIBRARIES "{self.runtime}")
            set(ROTA_IDF_SYSTEM_LIBRARIES "-pthread")
            set(ROTA_IDF_INCLUDE_DIRS "{self.rota_build}/include")
            set(ROTA_TOOL "{self.rota_build}/rota")
            """))
        os.mkdir(os.path.join(self.rota_build, "include"))

    def set_tool(self, app_bytes):
        path = os.path.join(self.rota_build, "rota")
        self.write(path, TOOL.replace("APP_BYTES", str(app_bytes)))
        os.chmod(path, os.stat(path).st_mode | stat.S_IXUSR)

    @staticmethod
    def write(path, text):
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)


BENCH = Workbench()
atexit.register(shutil.rmtree, BENCH.folder)


class ProjectTest(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.mkdtemp(dir=BENCH.folder)
        self.project = os.path.join(self.folder, "project")
        self.build = os.path.join(self.folder, "build")
        self.give("CMakeLists.txt", """
            cmake_minimum_required(VERSION 3.16)
            include($ENV{IDF_PATH}/tools/cmake/project.cmake)
            project(demo)
            """)
        self.give("main/CMakeLists.txt", """
            idf_component_register(SRCS "main.c" INCLUDE_DIRS ".")
            """)
        self.give("main/main.c", """
            #include <stdio.h>
            void app_main(void) { puts("hello"); }
            """)
        self.give("sdkconfig.defaults", """
            CONFIG_PARTITION_TABLE_TWO_OTA=y
            CONFIG_ESPTOOLPY_FLASHSIZE_4MB=y
            """)
        self.give("version.txt", "1.2.3\n")

    def tearDown(self):
        shutil.rmtree(self.folder)

    def give(self, path, text):
        BENCH.write(os.path.join(self.project, path), textwrap.dedent(text).lstrip("\n"))

    def text_of(self, path):
        with open(os.path.join(self.build, path), encoding="utf-8") as file:
            return file.read()

    @staticmethod
    def environment(**changed):
        variables = {name: value for name, value in os.environ.items()
                     if name not in ("IDF_TARGET", "SDKCONFIG_DEFAULTS", "ROTA_CA_CERT")}
        variables.update({"IDF_PATH": IDF_PATH, "ROTA_BUILD_DIR": BENCH.rota_build}, **changed)
        return variables

    def configure(self, *options, expect=0, **environment):
        outcome = run(["cmake", "-G", "Ninja", "-S", self.project, "-B", self.build, *options],
                      env=self.environment(**environment))
        self.assertEqual(outcome.returncode != 0, expect != 0, outcome.stdout)
        return flat(outcome.stdout)

    def make(self, expect=0):
        outcome = run(["ninja", "-j", "1", "-C", self.build], env=self.environment())
        self.assertEqual(outcome.returncode != 0, expect != 0, outcome.stdout)
        return flat(outcome.stdout)

    def run_app(self):
        outcome = run([os.path.join(self.build, "demo.elf")])
        self.assertEqual(outcome.returncode, 0, outcome.stdout)
        return outcome.stdout

    def option(self, name):
        match = re.search(r"^#define CONFIG_%s (.*)$" % name, self.text_of("config/sdkconfig.h"),
                          re.MULTILINE)
        return match.group(1) if match else None
