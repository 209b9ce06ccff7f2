#!/usr/bin/python3
"""Runs transcripts of the command line and compares what is printed with what stands in them.

    run_transcripts.py --build DIR [--update] FILE.t ...

A transcript is text; what is indented by two spaces is run or expected:

    Words that say what is shown.
      $ rota table show t.bin          a command, run by sh in a folder of this transcript alone
      > --json                         its next line
      t.bin: partition table           what it prints on standard output; ~ is an empty line
      ! rota table show: ...           what it prints on standard error
      [1]                              its exit status, if it is not 0

Every line of standard output and standard error may be 100 columns wide at most, JSON aside. A line
`%schema NAME` above a command demands that its output is JSON that docs/schemas/NAME.json accepts.
`%needs FOLDER` at the top skips the transcript when that folder of the reference material is absent.
--update writes what is printed now into the transcript.
"""
import argparse
import difflib
import json
import os
import pathlib
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent.parent
MAX_COLUMNS = 100


def schema_problem(name, text):
    import jsonschema
    schema = json.loads((ROOT / "docs" / "schemas" / (name + ".json")).read_text())
    try:
        jsonschema.validate(json.loads(text), schema)
    except ValueError as error:
        return f"not JSON: {error}"
    except jsonschema.ValidationError as error:
        return f"docs/schemas/{name}.json: {error.json_path}: {error.message}"
    return None


def shown(result):
    """The output of a command as a transcript shows it."""
    lines = ["  " + line for line in result.stdout.split("\n")]
    if lines[-1] == "  ":
        lines.pop()
    else:
        lines[-1] += "(no end of line)"
    lines += ["  ! " + line for line in result.stderr.split("\n")[:-1]]
    if result.returncode != 0:
        lines.append(f"  [{result.returncode}]")
    return [line.rstrip() or "  ~" for line in lines]


class Transcript:
    def __init__(self, path, build):
        self.path = path
        self.build = build
        self.problems = []

    def run(self):
        """The lines of the transcript with what the commands print now."""
        lines = self.path.read_text().split("\n")
        result = []
        schema = None
        with tempfile.TemporaryDirectory(prefix="rota-cli-") as folder:
            at = 0
            while at < len(lines):
                line = lines[at]
                at += 1
                if line.startswith("%schema "):
                    schema = line.split()[1]
                if not line.startswith("  $ "):
                    if not line.startswith("  "):
                        result.append(line)
                    continue
                result.append(line)
                command = line[4:]
                while at < len(lines) and lines[at].startswith("  > "):
                    result.append(lines[at])
                    command += "\n" + lines[at][4:]
                    at += 1
                while (at < len(lines) and lines[at].startswith("  ")
                       and not lines[at].startswith("  $ ")):
                    at += 1
                result += self.perform(command, folder, schema)
                schema = None
        return lines, result

    def perform(self, command, folder, schema):
        environment = {
            "PATH": f"{self.build}:{HERE}:/usr/bin:/bin", "HOME": folder, "LC_ALL": "C.UTF-8",
            "TZ": "UTC", "ROTA_TESTS": str(HERE), "PYTHONDONTWRITEBYTECODE": "1",
            "SHARED": str(shared_folder()), "SOURCE": str(ROOT)}
        if "ASAN_OPTIONS" in os.environ:
            environment["ASAN_OPTIONS"] = os.environ["ASAN_OPTIONS"]
        outcome = subprocess.run(["/bin/bash", "-c", command], cwd=folder, env=environment,
                                 stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                 stderr=subprocess.PIPE, text=True, errors="replace", timeout=60,
                                 check=False)
        if schema is not None:
            problem = schema_problem(schema, outcome.stdout)
            if problem:
                self.problems.append(f"{command}: {problem}")
        if schema is None and "--json" not in command:
            for line in (outcome.stdout + outcome.stderr).split("\n"):
                if len(line) > MAX_COLUMNS:
                    self.problems.append(f"{command}: {len(line)} columns: {line}")
        return shown(outcome)


def shared_folder():
    return pathlib.Path(os.environ.get("ROTA_SHARED", ROOT.parent / "shared"))


def needs_of(path):
    for line in path.read_text().split("\n"):
        if line.startswith("%needs "):
            return line.split()[1]
    return None


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--build", required=True, type=pathlib.Path)
    parser.add_argument("--update", action="store_true")
    parser.add_argument("transcripts", nargs="+", type=pathlib.Path)
    arguments = parser.parse_args()
    failed = False
    for path in arguments.transcripts:
        needed = needs_of(path)
        if needed and not (shared_folder() / needed).is_dir():
            print(f"skipped: {needed} is absent")
            continue
        transcript = Transcript(path, arguments.build.resolve())
        expected, got = transcript.run()
        for problem in transcript.problems:
            print(f"{path.name}: {problem}")
        failed |= bool(transcript.problems)
        if expected == got:
            continue
        if arguments.update:
            path.write_text("\n".join(got))
            continue
        failed = True
        sys.stdout.write("\n".join(difflib.unified_diff(
            expected, got, f"{path.name} (expected)", f"{path.name} (printed now)", lineterm="")))
        print(f"\nIf this is right: {sys.argv[0]} --build {arguments.build} --update {path}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
