#!/usr/bin/python3
"""Checks docs/compatibility.md against the code that it speaks of.

    check_compatibility.py [ROOT]      prints each gap as a sentence; status 1 if any

Every deviation that a comparison declares (deviations.h) has a row; row names are unique; every file in
a row exists, and holds the tests that the row names; every trap of the specification has a test with its
number in the name, or stands in the list of traps without one; every function of the update headers is
listed, and what is said of it names rows that exist.
"""
import pathlib
import re
import sys

LAST_TRAP = 91
TEST_FILE = re.compile(r"(_test\.(cc|py)|\.t)$")
ROW = re.compile(r"^\| ([A-Z]+-\d+) \|(.*)\|$", re.MULTILINE)
NAMED_TEST = re.compile(r"`([\w./-]+)`((?: [\w…]+,?)*)")
UPDATE_HEADERS = ("esp_ota_ops.h", "esp_partition.h", "esp_https_ota.h")
FUNCTION = re.compile(r"\b(esp_(?:ota|partition|https_ota)\w*)\(")
UNTESTED_TRAP = re.compile(r"^\| (\d+) \|", re.MULTILINE)


def rows_of(text):
    """(name, cells) of each row that describes a deviation."""
    return [(name, [cell.strip() for cell in rest.split(" | ")]) for name, rest in ROW.findall(text)]


def declared_rows(root):
    text = (root / "tests/conformance/deviations.h").read_text(encoding="utf-8")
    return re.findall(r'Deviation \w+\{\s*"([A-Z]+-\d+)"', text)


def tested_traps(root):
    traps = set()
    for folder in ("base", "board", "cli", "client", "core", "crypto", "formats", "idf", "net", "server",
                   "sim", "tests"):
        for path in (root / folder).rglob("*"):
            if TEST_FILE.search(path.name) and path.is_file():
                text = path.read_text(encoding="utf-8", errors="replace")
                traps |= {int(number) for number in re.findall(r"Trap(\d+)", text)}
    return traps


def file_gaps(root, name, cell):
    """What is wrong with the tests that a row names."""
    named = NAMED_TEST.findall(cell)
    if not named:
        yield f"{name} names no test"
    for path, tests in named:
        if "/" not in path:
            yield f"{name}: write the file of `{path}`, from the root of the project"
            continue
        file = root / path
        if not file.is_file():
            yield f"{name}: there is no file {path}"
            continue
        text = file.read_text(encoding="utf-8", errors="replace")
        for test in re.findall(r"[\w…]+", tests):
            if test.rstrip("…") not in text:
                yield f"{name}: {path} has no test {test}"


def function_gaps(root, text, rows):
    section = text.partition("## Functions")[2].partition("\n## ")[0]
    listed = set(re.findall(r"`(\w+)`", section))
    declared = set()
    for header in UPDATE_HEADERS:
        source = (root / "idf/include" / header).read_text(encoding="utf-8")
        declared |= set(FUNCTION.findall(source))
    for name in sorted(declared - listed):
        yield f"the function {name} is not listed"
    for name in sorted(name for name in listed - declared if name.startswith("esp_")):
        yield f"the function {name} is listed and not declared"
    for row in sorted(set(re.findall(r"\b[A-Z]+-\d+\b", section)) - set(rows)):
        yield f"{row} is named by a function and has no row"


def check(root):
    text = (root / "docs/compatibility.md").read_text(encoding="utf-8")
    rows = rows_of(text)
    names = [name for name, _ in rows]
    for name in sorted({name for name in names if names.count(name) > 1}):
        yield f"{name} stands in more than one row"
    for name in declared_rows(root):
        if name not in names:
            yield f"{name} is declared in deviations.h and has no row"
    for name, cells in rows:
        yield from file_gaps(root, name, cells[-1])

    yield from function_gaps(root, text, names)
    listed = {int(number) for number in UNTESTED_TRAP.findall(text)}
    tested = tested_traps(root)
    for trap in range(1, LAST_TRAP + 1):
        if trap not in tested and trap not in listed:
            yield f"trap {trap} has neither a test nor a row"
        if trap in tested and trap in listed:
            yield f"trap {trap} has a test by now; take it off the list of traps without one"


def main():
    here = pathlib.Path(__file__).resolve().parents[2]
    gaps = list(check(pathlib.Path(sys.argv[1]).resolve() if len(sys.argv) > 1 else here))
    for gap in gaps:
        print(gap)
    return 1 if gaps else 0


if __name__ == "__main__":
    sys.exit(main())
