#!/usr/bin/python3
"""Compiles each header in idf/include, and each that a list of names has (idf/surface_names.txt: what
real projects include), alone, as C and as C++: a project may include it first, and gets what it needs
with it. "brings HEADER NAME..." in that list are names of other headers that come with it in ESP-IDF.

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


def use_of(name):
    """A line of C that needs the name, which is a type, a function, a macro or a variable."""
    return f"{name}* a_{name};" if name.endswith("_t") else f"void u_{name}(void) {{ (void){name}; }}"


def complaints(compiler, language, standard, folder, header, names=()):
    uses = "\n".join(use_of(name) for name in names)
    done = subprocess.run(
        [compiler, "-x", language, f"-std={standard}", "-fsyntax-only", "-Wall", "-Wextra",
         "-Wno-unused-parameter", "-Werror", "-isystem", folder, "-"],
        input=f'#include "{header}"\nint unused_but_not_empty;\n{uses}\n', capture_output=True, text=True)
    return f"{header} as {language}:\n{done.stderr}" if done.returncode != 0 else ""


def main():
    folder, names_path, c_compiler, cxx_compiler = sys.argv[1:]
    headers = list(headers_of(folder))
    with open(names_path, encoding="utf-8") as file:
        lines = [line.split() for line in file if not line.startswith("#")]
    wanted = [line[1] for line in lines if line[0] == "header"]
    brings = {line[1]: line[2:] for line in lines if line[0] == "brings"}
    # A project's build writes sdkconfig.h.
    headers += [name for name in wanted if name not in headers and name != "sdkconfig.h"]
    jobs = []
    with concurrent.futures.ThreadPoolExecutor(max_workers=2) as pool:
        for header in headers:
            if header.endswith(".h"):
                jobs.append(pool.submit(complaints, c_compiler, "c", "gnu17", folder, header,
                                        brings.get(header, ())))
            jobs.append(pool.submit(complaints, cxx_compiler, "c++", "gnu++20", folder, header,
                                    brings.get(header, ())))
    wrong = [job.result() for job in jobs if job.result()]
    print("\n".join(wrong) + f"{len(jobs) - len(wrong)} of {len(jobs)} headers compile alone")
    return 1 if wrong or not jobs or not brings else 0


if __name__ == "__main__":
    sys.exit(main())
