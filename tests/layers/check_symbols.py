#!/usr/bin/python3
"""Checks what the freestanding libraries ask of the world, and that they keep nothing.

    check_symbols.py --nm NM ARCHIVE...     prints each violation; status 1 if any

Together the archives may leave undefined only what a compiler itself needs (ALLOWED). So there is
no heap, no exception, no abort, no clock, no file, no stream: each would be an undefined name. And
no object may lie in a section that can be written: a simulated reset must be a real reset.
"""
import argparse
import re
import subprocess
import sys

# What compiled code needs everywhere, on a chip too.
ALLOWED = re.compile(
    r"^(mem(cpy|move|set|cmp|chr)|strlen|bcmp|_GLOBAL_OFFSET_TABLE_|__stack_chk_fail"
    r"|__cxa_pure_virtual|rota_assertion_failed|__u?(div|mod)[dt]i3|__(popcount|clz|ctz)[sd]i2)$")

# Read-only once the program is loaded; the rest of .data is not.
WRITABLE = re.compile(r"^(\.data(?!\.rel\.ro)|\.bss|\.tdata|\.tbss|\*COM\*)")

REASONS = [
    (r"^_Zn[wa]|^_Zd[la]|^(m|c|re)alloc$|^free$|^strdup$|^aligned_alloc$", "uses the heap"),
    (r"^__cxa_(throw|rethrow|allocate|begin|end)|^_Unwind|^_ZSt\d+__throw|^__gxx", "can throw"),
    (r"^(abort|_?exit|_?Exit|raise|__assert_fail)$|terminate", "ends the program"),
    (r"^_ZN?K?St.*(ios|stream)|^_ZSt(4cout|4cerr|3cin|4clog)|printf$|^puts$", "prints"),
    (r"^__cxa_(guard|atexit)|^__tls", "keeps a global"),
    (r"pthread|time$|^sleep|rand", "needs an operating system"),
]


def reason(name):
    for pattern, text in REASONS:
        if re.search(pattern, name):
            return text
    return "is not defined in the freestanding libraries"


def symbols(nm, archive):
    """(member, name, class, section) of each symbol."""
    output = subprocess.run([nm, "--format=sysv", archive], check=True, capture_output=True,
                            text=True, env={"LC_ALL": "C", "PATH": "/usr/bin:/bin"}).stdout
    member = archive
    for line in output.splitlines():
        header = re.match(r"^(?:Symbols|Undefined symbols) from (.*):$", line)
        if header:
            member = header.group(1)
        columns = [column.strip() for column in line.split("|")]
        if len(columns) == 7 and columns[0] != "Name":
            yield member, columns[0], columns[2], columns[6]


def check(nm, archives):
    """All violations, as lines of text, and how many symbols were read."""
    found = [symbol for archive in archives for symbol in symbols(nm, archive)]
    defined = {name for _, name, kind, _ in found if kind not in "Uw"}
    violations = []
    for member, name, kind, section in found:
        if kind in "Uw":
            if name not in defined and not ALLOWED.match(name):
                violations.append(f"{member}: {name} {reason(name)}")
        elif WRITABLE.match(section):
            violations.append(f"{member}: {name} can be changed (it lies in {section})")
    return violations, len(found)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--nm", default="nm")
    parser.add_argument("archives", nargs="+")
    arguments = parser.parse_args()
    violations, count = check(arguments.nm, arguments.archives)
    for violation in violations:
        print(violation)
    if violations:
        print(f"{len(violations)} symbols that freestanding code must not have. c++filt explains a "
              "name; a global must become a constant or a member.")
        return 1
    if count == 0:
        print("The archives hold no symbols; were they built?")
        return 1
    print(f"{count} symbols: no heap, no exceptions, no abort, no mutable globals.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
