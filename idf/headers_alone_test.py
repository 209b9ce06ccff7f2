#!/usr/bin/python3
"""Compiles each header in idf/include, and each that a list of names has (idf/surface_names.txt: what
real projects include), alone, as C and as C++: a project may include it first, and gets what it needs
with it.

    headers_alone_test.py INCLUDE_FOLDER NAMES.txt C_COMPILER CXX_COMPILER
"""

import concurrent.futures
import os
import subprocess
import sys


def headers_of(folder):
    for place, _, names in sorted(os.walk(folder)):
        for name in sorted(names):
            if name.endswith((".h", ".hpp")):
                yield os.path.relpath(os.path.join(place, name), folder)


def complaints(compiler, language, standard, folder, header):
    done = subprocess.run(
        [compiler, "-x", language, f"-std={standard}", "-fsyntax-only", "-Wall", "-Wextra",
         "-Wno-unused-parameter", "-Werror", "-isystem", folder, "-"],
        input=f'#include "{header}"\nint unused_but_not_empty;\n', capture_output=True, text=True)
    return f"{header} as {language}:\n{done.stderr}" if done.returncode != 0 else ""


def main():
    folder, names_path, c_compiler, cxx_compiler = sys.argv[1:]
    headers = list(headers_of(folder))
    with open(names_path, encoding="utf-8") as file:
        wanted = [line.split()[1] for line in file if line.startswith("header ")]
    # A project's build writes sdkconfig.h.
    headers += [name for name in wanted if name not in headers and name != "sdkconfig.h"]
    jobs = []
    with concurrent.futures.ThreadPoolExecutor(max_workers=2) as pool:
        for header in headers:
            if header.endswith(".h"):
                jobs.append(pool.submit(complaints, c_compiler, "c", "gnu17", folder, header))
            jobs.append(pool.submit(complaints, cxx_compiler, "c++", "gnu++20", folder, header))
    wrong = [job.result() for job in jobs if job.result()]
    print("\n".join(wrong) + f"{len(jobs) - len(wrong)} of {len(jobs)} headers compile alone")
    return 1 if wrong or not jobs else 0


if __name__ == "__main__":
    sys.exit(main())
