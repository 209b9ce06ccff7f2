#!/usr/bin/python3
"""What the device libraries cost on rv32imc with -Os: code, constants, RAM and worst stack.

Reads the linker's map of a program that uses the whole update path (project/device_probe.cc), and the
call graphs that the compiler wrote beside the objects. Prints by library and for the largest functions,
and fails where a figure is above its limit in size_limits.json.

  size.py BUILD_FOLDER [--limits FILE] [--functions N]
"""

import argparse
import collections
import glob
import json
import os
import re
import subprocess
import sys

CODE, CONSTANTS, DATA, ZERO = "code", "constants", "data", "zero"
KINDS = (("text", CODE), ("rodata", CONSTANTS), ("srodata", CONSTANTS), ("data", DATA), ("sdata", DATA),
         ("bss", ZERO), ("sbss", ZERO))
# A section's name, address, size and object; a long name stands on a line of its own.
SECTION = re.compile(r"^ \.(\w+)(\.\S+)?\s+0x([0-9a-f]+)\s+0x([0-9a-f]+)\s+(\S+)$", re.M)
NODE = re.compile(r'node: \{ title: "([^"]+)" label: "([^"]*)"')
EDGE = re.compile(r'edge: \{ sourcename: "([^"]+)" targetname: "([^"]+)"')
FRAME = re.compile(r"\\n(\d+) bytes \((\w+)")


def library_of(path):
    match = re.search(r"librota_(\w+)\.a\(", path)
    if match:
        return match.group(1)
    if "device_probe" in path:
        return None  # stands for the port
    return "C library"


def sizes_of(map_file):
    """{library: {kind: bytes}} of what the linker kept."""
    with open(map_file, encoding="utf-8") as file:
        text = file.read().split("Linker script and memory map", 1)[1]
    text = re.sub(r"(?m)^( \.\S+)\n +0x", r"\1 0x", text)
    kinds = dict(KINDS)
    sizes = collections.defaultdict(lambda: dict.fromkeys((CODE, CONSTANTS, DATA, ZERO), 0))
    for kind, _, address, size, path in SECTION.findall(text):
        library = library_of(path)
        if kind in kinds and int(address, 16) != 0 and library:
            sizes[library][kinds[kind]] += int(size, 16)
    return sizes


def functions_of(program):
    """[(bytes, name)] of the program's own functions, largest first."""
    listing = subprocess.run(["riscv64-unknown-elf-nm", "--size-sort", "-S", "-C", program],
                             stdout=subprocess.PIPE, text=True, check=True).stdout
    found = []
    for line in listing.splitlines():
        fields = line.split(maxsplit=3)
        if len(fields) == 4 and fields[2] in "tTwW" and "rota::" in fields[3]:
            found.append((int(fields[1], 16), short(fields[3])))
    return sorted(found, reverse=True)


def linked_functions(program):
    listing = subprocess.run(["riscv64-unknown-elf-nm", program], stdout=subprocess.PIPE, text=True,
                             check=True).stdout
    return {line.split()[2] for line in listing.splitlines() if line.split()[1] in "tTwW"}


def short(name):
    """The function without its arguments and without our namespace."""
    depth = 0
    for at, character in enumerate(name):
        depth += {"<": 1, ">": -1}.get(character, 0)
        if character == "(" and depth == 0 and not name.startswith("(anonymous", at):
            name = name[:at]
            break
    return name.replace("(anonymous namespace)::", "").replace("rota::", "")


def function_name(label):
    """The name in a call graph's label, which begins with the type that the function returns."""
    name = short(label.split("\\n")[0].split(" [with")[0])
    return re.split(r" [*&]?(?=[\w:~{}<>]+(?: \w+)?$)", name)[-1]


class Stacks:
    """The frames of all functions and who calls whom; calls through pointers are the port's."""

    def __init__(self, folder):
        self.frames = {}
        self.names = {}
        self.calls = collections.defaultdict(set)
        self.deepest = {}
        for path in glob.glob(os.path.join(folder, "**", "*.ci"), recursive=True):
            if "rota_" in path and "_test" not in path:
                self.read(path)

    @staticmethod
    def key(title):
        return title.rsplit(":", 1)[1] if ".cc:" in title else title

    def read(self, path):
        with open(path, encoding="utf-8") as file:
            text = file.read()
        for title, label in NODE.findall(text):
            frame = FRAME.search(label)
            if frame:
                self.frames[self.key(title)] = int(frame.group(1))
                self.names[self.key(title)] = function_name(label)
        for source, target in EDGE.findall(text):
            self.calls[self.key(source)].add(self.key(target))

    def worst(self, function, path=()):
        """(bytes, call path) of the deepest chain from here; a recursion ends the process."""
        if function in path:
            sys.exit("%s calls itself: its stack has no bound." % self.names.get(function, function))
        if function not in self.deepest:
            best = (0, ())
            for called in self.calls[function]:
                if called in self.frames:
                    best = max(best, self.worst(called, path + (function,)))
            self.deepest[function] = (best[0] + self.frames[function], (function,) + best[1])
        return self.deepest[function]

    def entries(self, linked):
        """(bytes, name, path) of the linked functions that no other one calls, deepest first."""
        called = set().union(*(self.calls[function] for function in linked))
        found = []
        for function in linked:
            if function in self.frames and function not in called and "rota" in function:
                size, path = self.worst(function)
                found.append((size, self.names[function], [self.names[step] for step in path]))
        return sorted(found, reverse=True)


def print_row(name, *figures):
    print("  %-34s" % name + "".join("%10s" % figure for figure in figures))


def check(name, value, limits, problems):
    limit = limits.get(name)
    if limit is not None and value > limit:
        problems.append("%s: %d bytes, the limit is %d" % (name, value, limit))
    return "" if limit is None else "<= %d" % limit


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder")
    parser.add_argument("--limits", default=os.path.join(os.path.dirname(__file__), "size_limits.json"))
    parser.add_argument("--functions", type=int, default=12)
    arguments = parser.parse_args()
    if not os.path.exists(os.path.join(arguments.folder, "device_probe.map")):
        print("The device libraries were not built in %s." % arguments.folder)
        return 0
    with open(arguments.limits, encoding="utf-8") as file:
        limits = json.load(file)
    problems = []

    print("Linked for rv32imc, -Os: boot plan, boot selection, handles, slot writer, conversation")
    print_row("library", "code", "constants", "RAM", "limit")
    sizes = sizes_of(os.path.join(arguments.folder, "device_probe.map"))
    for library in sorted(sizes):
        row = sizes[library]
        ram = row[DATA] + row[ZERO]
        limit = check(library + " code", row[CODE], limits, problems)
        if library != "C library":
            check("RAM", ram, limits, problems)
        print_row(library, row[CODE], row[CONSTANTS], ram, limit)
    without_crypto = sum(row[CODE] for name, row in sizes.items()
                         if name not in ("crypto", "C library"))
    print_row("code without crypto", without_crypto, "", "",
              check("code without crypto", without_crypto, limits, problems))

    print("\nLargest functions")
    program = os.path.join(arguments.folder, "device_probe")
    for size, name in functions_of(program)[:arguments.functions]:
        print_row(name[:60].ljust(60), size)

    stacks = Stacks(arguments.folder)
    print("\nWorst stack, down to the port's functions")
    entries = stacks.entries(linked_functions(program))
    for size, name, path in entries[:arguments.functions]:
        print_row(name[:60].ljust(60), size, check("stack", size, limits, problems))
    print("  deepest: " + " > ".join(entries[0][2]))

    if problems:
        print("\nAbove the limit (%s):" % os.path.basename(arguments.limits))
        for problem in problems:
            print("  " + problem)
        return 1
    print("\nAll figures are within their limits.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
