#!/usr/bin/python3
"""Every command is shown by a transcript: its text, its JSON held to a schema, and each of its options.

    every_verb.py ROTA

The commands are those that `rota --help` lists, their options those of `rota COMMAND --help`. Demo and
serve print what changes from run to run: tests/end_to_end runs them.
"""
import pathlib
import re
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent
SCHEMAS = HERE.parent.parent / "docs" / "schemas"
RUN_ELSEWHERE = ("demo", "serve")


def output(rota, *words):
    return subprocess.run([rota, *words], capture_output=True, text=True, check=True).stdout


def commands_of_transcripts():
    """Each command of every transcript, with the schema that its output is held to."""
    found = []
    for path in sorted(HERE.glob("*.t")):
        schema, lines = None, path.read_text().split("\n")
        for number, line in enumerate(lines):
            if line.startswith("%schema "):
                schema = line.split()[1]
            if not line.startswith("  $ "):
                continue
            command = line[4:]
            while number + 1 < len(lines) and lines[number + 1].startswith("  > "):
                number += 1
                command += " " + lines[number][4:]
            found.append((command, schema))
            schema = None
    return found


def main():
    rota = sys.argv[1]
    shown = commands_of_transcripts()
    # What other tests run, with a running app for instance.
    elsewhere = "\n".join(path.read_text() for pattern in ("*.py", "*.sh") for path in HERE.parent.rglob(pattern)
                          if path != pathlib.Path(__file__).resolve())
    verbs = re.findall(r"(?m)^  ([a-z]+(?: [a-z-]+)?)  +\S", output(rota, "--help"))
    problems, schemas, options_seen = [], set(), 0
    for verb in verbs:
        if verb in RUN_ELSEWHERE:
            continue
        mine = [(command, schema) for command, schema in shown
                if re.search(r"\brota %s\b(?! --help)" % verb, command)]
        if not any("--json" not in command for command, _ in mine):
            problems.append(f"rota {verb}: no transcript shows its text")
        name = verb.replace(" ", "_").replace("-", "_")
        # Short name, if it has one, and name.
        options = dict.fromkeys(re.findall(r"(?m)^  (?:(-\w+), )?(--[a-z0-9-]+)",
                                           output(rota, *verb.split(), "--help").split("\nexample:")[0]))
        if ("", "--json") in options:
            held = {schema for command, schema in mine if "--json" in command and schema}
            schemas |= held
            if name not in held:
                problems.append(f"rota {verb}: no transcript holds its --json to docs/schemas/{name}.json")
        text = " ".join(command for command, _ in mine)
        for short, option in options:
            options_seen += 1
            spellings = "|".join(re.escape(word) for word in (option, short) if word)
            if not re.search(rf"(?<![\w-])(?:{spellings})(?![\w-])", text) and not re.search(
                    rf"""["' ]{option}["'= ]""", elsewhere):
                problems.append(f"rota {verb}: no transcript uses {option}")
    for path in sorted(SCHEMAS.glob("*.json")):
        if path.stem not in schemas:
            problems.append(f"docs/schemas/{path.name}: no transcript holds output to it")
    for problem in problems:
        print(problem)
    print(f"{len(verbs)} commands, {options_seen} options: {len(problems)} problems")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
