#!/usr/bin/python3
"""Which branches of the files that decide an update are taken by the tests.

    measure.py BUILD [--write DOCUMENT]

BUILD was made with ROTA_COVERAGE=ON and its tests have run. Prints lines and branches of each file, and
each branch that is not taken with its line and why that is right. --write puts the table between the marks
in DOCUMENT. Status 1 when a branch or a line is left without a reason, or a reason without a branch.

A reason is a line of core/coverage_explained.txt. Branches inside ROTA_ASSERT explain themselves: they are
taken when our own code is wrong, which no input reaches. The measured libraries are compiled without
exceptions, so gcc adds no branches for unwinding; should one appear, it is counted like any other.
"""
import json
import pathlib
import re
import subprocess
import sys

COVERED = ("core/boot_plan", "formats/ota_data", "core/ota_data_writer", "core/app_update",
           "core/slot_writer", "core/boot_selection", "core/partition_access", "core/update_conversation")
EXPLANATIONS = "core/coverage_explained.txt"
ASSERTION = "our own bug: no input reaches it"
BEGIN, END = "<!-- ./dev coverage --write: begin -->", "<!-- end -->"


class Line:
    """What was counted at one line of one file, over all objects that hold it."""

    def __init__(self):
        self.runs = 0
        self.branches = {}  # function: [times taken]; inline functions are in many objects

    def add(self, function, runs, branches):
        self.runs += runs
        known = self.branches.setdefault(function, [0] * len(branches))
        for index, branch in enumerate(branches):
            known[index] += branch["count"]

    def all_branches(self):
        return [count for counts in self.branches.values() for count in counts]


def is_covered(name):
    return any(name in (part + ".cc", part + ".h") for part in COVERED)


def read_report(report, root, files):
    """Adds what gcov says of one object to `files`: {name: {line number: Line}}."""
    where = pathlib.Path(report["current_working_directory"])
    for file in report["files"]:
        path = (where / file["file"]).resolve()
        if root not in path.parents or not is_covered(name := str(path.relative_to(root))):
            continue
        lines = files.setdefault(name, {})
        for line in file["lines"]:
            lines.setdefault(line["line_number"], Line()).add(
                line.get("function_name", ""), line["count"], line["branches"])


def counted(build, root):
    files = {}
    objects = sorted(build.glob("core/**/*.gcda")) + sorted(build.glob("formats/**/*.gcda"))
    for data in objects:
        output = subprocess.run(["gcov", "--json-format", "--stdout", "--branch-probabilities", str(data)],
                                check=True, capture_output=True, text=True, cwd=build).stdout
        for report in output.splitlines():
            read_report(json.loads(report), root, files)
    return files


def read_explanations(text):
    """{(file, text of the line): (number of branches, reason)}"""
    explained = {}
    for line in text.splitlines():
        if not line or line.startswith("#"):
            continue
        file, count, source, reason = line.split(" | ", 3)
        explained[file, source] = (int(count), reason)
    return explained


def gaps_of(name, lines, source, explained, used):
    """(line number, text, what is missing, reason or None) of what the tests do not reach."""
    for number, line in sorted(lines.items()):
        text = source[number - 1].strip()
        branches = line.all_branches()
        untaken = branches.count(0)
        if line.runs > 0 and untaken == 0:
            continue
        missing = f"{untaken} of {len(branches)} branches" if branches else "never runs"
        if "ROTA_ASSERT(" in text and untaken <= 1:
            yield number, text, missing, ASSERTION
            continue
        count, reason = explained.get((name, text), (0, None))
        if reason is not None:
            used.add((name, text))
        yield number, text, missing, reason if count == untaken else None



def measure(files, sources, explained):
    """(rows of the table, gaps, explanations that explain nothing)."""
    rows, gaps, used = [], [], set()
    for name in sorted(files):
        lines = files[name]
        found = list(gaps_of(name, lines, sources[name], explained, used))
        gaps += [(name, *gap) for gap in found]
        branches = [count for line in lines.values() for count in line.all_branches()]
        untaken = {number: lines[number].all_branches().count(0) for number, *_ in found}
        rows.append({
            "file": name,
            "lines": len(lines),
            "lines_run": sum(line.runs > 0 for line in lines.values()),
            "branches": len(branches),
            "taken": sum(count > 0 for count in branches),
            "explained": sum(untaken[number] for number, _, _, reason in found if reason),
        })
    return rows, gaps, sorted(set(explained) - used)


def share(part, whole):
    return f"{100.0 * part / whole:.1f} %" if whole else "-"


def table(rows):
    total = {key: sum(row[key] for row in rows) for key in rows[0] if key != "file"} if rows else {}
    lines = ["| File | lines | run | branches | taken | explained | taken or explained |",
             "|---|---|---|---|---|---|---|"]
    for row in [*rows, {"file": "all", **total}]:
        lines.append(f"| {row['file']} | {row['lines']} | {share(row['lines_run'], row['lines'])} | "
                     f"{row['branches']} | {row['taken']} | {row['explained']} | "
                     f"{share(row['taken'] + row['explained'], row['branches'])} |")
    return lines


def write_into(document, lines):
    text = document.read_text(encoding="utf-8")
    pattern = re.compile(re.escape(BEGIN) + ".*?" + re.escape(END), re.DOTALL)
    if not pattern.search(text):
        sys.exit(f"{document} has no place for the table. Put '{BEGIN}' and '{END}' where it belongs.")
    document.write_text(pattern.sub(lambda _: "\n".join([BEGIN, *lines, END]), text), encoding="utf-8")


def report(rows, gaps, stale):
    """Prints everything; True when nothing is left without a reason."""
    for line in table(rows):
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if not cells[0].startswith("---"):
            print(f"  {cells[0]:<28}" + "".join(f"{cell:>12}" for cell in cells[1:-1]) + f"{cells[-1]:>20}")
    print("\n  Not taken, and why that is right:")
    for name, number, text, missing, reason in gaps:
        if reason:
            print(f"  {name}:{number}: {missing}: {text[:70]}\n      {reason}")
    left = [gap for gap in gaps if not gap[4]]
    for name, number, text, missing, _ in left:
        print(f"  NOT EXPLAINED {name}:{number}: {missing}: {text}")
    for name, text in stale:
        print(f"  EXPLAINS NOTHING {name}: {text}")
    if left:
        print(f"  Write a test that takes it, remove it, or give the reason in {EXPLANATIONS}.")
    if stale:
        print(f"  Take these lines out of {EXPLANATIONS}: the tests take every branch there.")
    return not left and not stale


def main(arguments):
    build = pathlib.Path(arguments[0]).resolve()
    root = pathlib.Path(__file__).resolve().parents[2]
    files = counted(build, root)
    if not files:
        sys.exit(f"There are no counts in {build}. Build it with -DROTA_COVERAGE=ON and run its tests first.")
    sources = {name: (root / name).read_text(encoding="utf-8").splitlines() for name in files}
    explained = read_explanations((root / EXPLANATIONS).read_text(encoding="utf-8"))
    rows, gaps, stale = measure(files, sources, explained)
    if "--write" in arguments:
        write_into(pathlib.Path(arguments[arguments.index("--write") + 1]), table(rows))
    return 0 if report(rows, gaps, stale) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
