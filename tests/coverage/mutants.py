#!/usr/bin/python3
"""Changes one operator at a time in the files that decide an update, and runs the tests: each must notice.

    mutants.py [--jobs N] BUILD [FILE...]

A mutant is one line with one change: == for !=, < for <=, && for ||, true for false, a "not" gone, a result
that is not looked at, a number one larger. It is built in a copy of the sources inside BUILD, never in the
working tree, and tried with the unit tests of core and formats and then with the short sweep. Prints the
mutants that no test noticed, and why that is right (tests/coverage/mutants_explained.txt). Status 1 when one
has no reason, or a reason has no mutant. Controls: the copy without a change passes, and mutants are noticed.
"""
import argparse
import concurrent.futures
import pathlib
import queue
import re
import shutil
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
FILES = ("core/app_update.cc", "core/boot_plan.cc", "core/boot_selection.cc", "core/ota_data_writer.cc",
         "core/partition_access.cc", "core/slot_writer.cc", "core/update_conversation.cc", "formats/ota_data.cc")
EXPLANATIONS = ROOT / "tests" / "coverage" / "mutants_explained.txt"
CHANGES = ((r"(?<![=!<>])==(?!=)", "!="), (r"!=", "=="), (r" < (?=[\w(*])", " <= "), (r" <= ", " < "),
           (r" > (?=[\w(*])", " >= "), (r" >= ", " > "), (r" && ", " || "), (r" \|\| ", " && "),
           (r" \+ 1\b", " + 2"), (r"\b1 - ", "2 - "), (r"return true", "return false"),
           (r"return false", "return true"), (r"!(?=[a-z_*])", ""),
           (r"ROTA_TRY\((.*)\);$", r"static_cast<void>(\1);"))
# Texts are no decisions, and checks of our own mistakes are not reached.
NOT_CODE = re.compile(r'^\s*(//|#|"|template|case BootRule::k)|ROTA_ASSERT')
TESTS = (("core_test", "--gtest_brief=1", "--gtest_fail_fast", "--gtest_filter=-*Nvs*:*ChangesOfAnything*"),
         ("formats_test", "--gtest_brief=1", "--gtest_fail_fast"),
         ("sweep", "--brief"))
BUILD_SECONDS, TEST_SECONDS = 900, 120


def mutants_of(name, text):
    """(line number from 0, the line, the changed line)"""
    for number, line in enumerate(text.splitlines()):
        if NOT_CODE.search(line):
            continue
        code, _, _ = line.partition("  //")
        for pattern, replacement in CHANGES:
            for match in re.finditer(pattern, code):
                changed = code[:match.start()] + match.expand(replacement) + code[match.end():]
                if changed != code:
                    yield name, number, line, changed


class Workshop:
    """A copy of the sources, and its build."""

    def __init__(self, folder):
        self.source, self.build = folder / "source", folder / "build"
        self.bring_up_to_date()
        self.command("cmake", "-S", self.source, "-B", self.build, "-G", "Ninja", "-DROTA_TESTS=ON",
                     "-DROTA_EXAMPLES=OFF", "-DROTA_WERROR=OFF", "-DCMAKE_BUILD_TYPE=Debug",
                     "-DCMAKE_CXX_FLAGS=-O1", "-DCMAKE_CXX_COMPILER_LAUNCHER=ccache")

    def bring_up_to_date(self):
        """Writes what differs, with the time of now: a run that was ended left a mutant, and its object."""
        listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, check=True, capture_output=True, text=True)
        names = {name for name in listed.stdout.split("\0") if name and (ROOT / name).is_file()}
        for path in [path for path in self.source.rglob("*") if path.is_file()]:
            if str(path.relative_to(self.source)) not in names:
                path.unlink()
        for name in names:
            copy = self.source / name
            if not copy.is_file() or copy.read_bytes() != (ROOT / name).read_bytes():
                copy.parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(ROOT / name, copy)
            shutil.copymode(ROOT / name, copy)

    @staticmethod
    def command(*words):
        done = subprocess.run(words, capture_output=True, text=True, timeout=BUILD_SECONDS)
        if done.returncode != 0:
            sys.exit(f"{words[0]} failed:\n{done.stdout[-3000:]}{done.stderr[-3000:]}")

    def verdict(self):
        """What noticed: a test, "the compiler", or None."""
        for program, *arguments in TESTS:
            try:
                built = subprocess.run(["ninja", "-C", self.build, program], capture_output=True,
                                       timeout=BUILD_SECONDS)
                if built.returncode != 0:
                    return "the compiler"
                ran = subprocess.run([self.build / program, *arguments], capture_output=True,
                                     timeout=TEST_SECONDS)
                if ran.returncode != 0:
                    return program
            except subprocess.TimeoutExpired:
                return program + " (without end)"
        return None

    def try_mutant(self, name, number, changed):
        path = self.source / name
        text = path.read_text(encoding="utf-8")
        lines = text.splitlines(keepends=True)
        lines[number] = changed + "\n"
        path.write_text("".join(lines), encoding="utf-8")
        try:
            return self.verdict()
        finally:
            path.write_text(text, encoding="utf-8")


def explanations():
    """{(file, changed line): reason}"""
    found = {}
    for line in EXPLANATIONS.read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("#"):
            name, changed, reason = line.split(" | ", 2)
            found[name, changed] = reason
    return found


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("build", type=pathlib.Path)
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("files", nargs="*")
    options = parser.parse_args()
    names = options.files or FILES
    if unknown := [name for name in names if name not in FILES]:
        sys.exit(f"{unknown[0]} is not one of the files that decide an update: {', '.join(FILES)}")
    mutants = [mutant for name in names for mutant in mutants_of(name, (ROOT / name).read_text(encoding="utf-8"))]
    free = queue.Queue()
    for job in range(options.jobs):
        free.put(Workshop(options.build.resolve() / f"copy{job}"))
    workshop = free.get()
    if by := workshop.verdict():
        sys.exit(f"Without a change {by} fails; nothing can be measured.")
    free.put(workshop)
    print(f"  {len(mutants)} mutants of {len(names)} files", flush=True)

    def try_one(mutant):
        name, number, _, changed = mutant
        workshop = free.get()
        try:
            return mutant, workshop.try_mutant(name, number, changed)
        finally:
            free.put(workshop)

    noticed, explained, used, left = 0, 0, set(), 0
    reasons = explanations()
    with concurrent.futures.ThreadPoolExecutor(options.jobs) as pool:
        for (name, number, line, changed), by in pool.map(try_one, mutants):
            key = name, changed.strip()
            if by is not None:
                noticed += 1
            elif key in reasons:
                explained += 1
                used.add(key)
            else:
                left += 1
                print(f"  NOT NOTICED {name}:{number + 1}: {line.strip()}\n      as {changed.strip()}", flush=True)
    stale = [key for key in reasons if key[0] in names and key not in used]
    for name, changed in stale:
        print(f"  EXPLAINS NOTHING {name}: {changed}")
    print(f"  {noticed} noticed, {explained} change nothing that matters, {left} not noticed")
    return 1 if left or stale or not noticed else 0


if __name__ == "__main__":
    sys.exit(main())
