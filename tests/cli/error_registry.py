#!/usr/bin/python3
"""Every code that a person can be given is documented, and every code of our own is reachable.

    error_registry.py ROTA

1. Each enumerator of our own error-like enumerations, each ESP_ERR_ and MBEDTLS_ERR_ number and each
   ESP_RST_ of the ESP-IDF face has its entry in the catalogue under the same number, and the catalogue
   has none beyond them (mbedTLS aside: logs of real devices show more of its numbers than the face).
2. Each enumerator of our own is given by the product's code and expected by a test, as an enumerator
   or by its printed name. A test that only returns one (a flash that fails on purpose) does not expect
   it.
3. docs/errors.md and docs/errors.zh-CN.md are what `rota help --error-pages` writes.
"""
import pathlib
import re
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
FOLDERS = ("base", "crypto", "formats", "core", "net", "client", "idf", "board", "server", "cli",
           "sim", "tests")
# What maps or describes codes without giving them.
DESCRIBERS = {"base/error.cc", "idf/errors.cc", "formats/partition_csv_error.cc"}
# Our own enumerations: name, header, how code spells an enumerator, catalogue file.
OWN = (
    ("Error", "base/error.h", r"\bError::k(\w+)", "rota"),
    ("BootRule", "core/boot_plan.h", r"\bBootRule::k(\w+)", "boot_rules"),
    ("CsvProblem", "formats/partition_csv.h", r"\bCsvProblem::k(\w+)", "csv"),
    ("Reason", "client/http_exchange.h", r"\bReason::k(\w+)", "connection"),
)


def text_of(path):
    return (ROOT / path).read_text()


def enumerators(name, header):
    body = re.search(r"enum class %s\b[^{]*\{(.*?)\n\};" % name, text_of(header), re.S).group(1)
    body = re.sub(r"//[^\n]*", "", body)
    return [match.group(1) for match in re.finditer(r"\bk(\w+)", body)]


def catalogue(group):
    """Name -> number as it stands there, of one file of cli/errors."""
    entries = {}
    for paragraph in re.split(r"\n\s*\n", re.sub(r"(?m)^#.*\n", "", text_of(f"cli/errors/{group}.txt"))):
        words = paragraph.strip().split("\n")[0].split()
        entries[words[-1]] = words[0] if len(words) == 2 else ""
    return entries


def csv_names():
    """Enumerator -> the word that name_of() gives it."""
    return dict(re.findall(r"case CsvProblem::k(\w+):\s*return \"(\w+)\"",
                           text_of("formats/partition_csv_error.cc")))


def numbers_of_headers():
    """Name -> value of every ESP_ERR_, ESP_OK, ESP_FAIL and MBEDTLS_ERR_ of the face's headers."""
    expressions = {}
    for header in sorted((ROOT / "idf/include").rglob("*.h")):
        for name, value in re.findall(
                r"(?m)^#define ((?:ESP_ERR_|ESP_OK|ESP_FAIL|MBEDTLS_ERR_)\w*)\s+(.+?)\s*$",
                header.read_text()):
            expressions[name] = re.sub(r"//.*|/\*.*", "", value)
    values = {}

    def value_of(name):
        if name not in values:
            expression = re.sub(r"\b[A-Z]\w+", lambda word: str(value_of(word.group(0))),
                                expressions[name])
            values[name] = eval(expression, {"__builtins__": {}})  # digits, x, +, - and brackets
        return values[name]

    for name in expressions:
        value_of(name)
    return values


def check_documented(problems):
    for name, header, _, group in OWN:
        documented = set(catalogue(group))
        words = csv_names() if name == "CsvProblem" else None
        declared = {words.get(one, one) if words else one for one in enumerators(name, header)}
        problems += [f"{header}: {one} of {name} has no entry in cli/errors/{group}.txt"
                     for one in sorted(declared - documented)]
        problems += [f"cli/errors/{group}.txt: {one} is no {name} of {header}"
                     for one in sorted(documented - declared)]
    faces = numbers_of_headers()
    bases = {name for name in faces if name.endswith("_BASE")}
    listed = {**catalogue("esp_idf"), **catalogue("mbedtls")}
    for name in sorted(set(faces) - bases):
        if name not in listed:
            problems.append(f"idf/include: {name} has no entry in cli/errors")
        elif int(listed[name], 0) != faces[name]:
            problems.append(f"cli/errors: {name} is {listed[name]}, in idf/include {faces[name]:#x}")
    for name in sorted(set(catalogue("esp_idf")) - set(faces)):
        problems.append(f"cli/errors/esp_idf.txt: idf/include has no {name}")
    resets = {name: number for name, number in
              re.findall(r"(ESP_RST_\w+) = (\d+)", text_of("idf/include/esp_system.h"))}
    if resets != catalogue("reset_reasons"):
        problems.append("cli/errors/reset_reasons.txt and idf/include/esp_system.h differ: "
                        f"{sorted(set(resets.items()) ^ set(catalogue('reset_reasons').items()))}")
    return len(faces) - len(bases) + len(resets)


def is_test(path):
    return path.parts[0] == "tests" or path.stem.endswith(("_test", "_for_test", "_fuzz", "_sweep"))


def check_reachable(problems):
    words = csv_names()
    all_of = {name: enumerators(name, header) for name, header, *_ in OWN}

    def printed(name, one):
        return words.get(one, one) if name == "CsvProblem" else one

    given = {name: set() for name, *_ in OWN}
    expected = {name: set() for name, *_ in OWN}
    for folder in FOLDERS:
        for file in sorted((ROOT / folder).rglob("*")):
            path = file.relative_to(ROOT)
            if file.suffix not in (".cc", ".h", ".c") or str(path) in DESCRIBERS:
                continue
            text = re.sub(r"//[^\n]*", "", file.read_text())
            if is_test(path):
                text = re.sub(r"\breturn [^;]*;", "", text)
            quoted = set(re.findall(r"\"(\w+)\"", text)) if is_test(path) else set()
            for name, _, pattern, _ in OWN:
                (expected if is_test(path) else given)[name] |= set(re.findall(pattern, text))
                expected[name] |= {one for one in all_of[name] if printed(name, one) in quoted}
    count = 0
    for name, header, _, _ in OWN:
        for one in all_of[name]:
            count += 1
            if one not in given[name]:
                problems.append(f"{header}: nothing gives {name}::k{one}; remove it")
            if one not in expected[name]:
                problems.append(f"{header}: no test expects {name}::k{one}; write one that reaches it")
    return count


def check_pages(rota, problems):
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run([rota, "help", "--error-pages", folder], check=True)
        for page in ("errors.md", "errors.zh-CN.md"):
            kept = ROOT / "docs" / page
            if not kept.exists() or kept.read_text() != (pathlib.Path(folder) / page).read_text():
                problems.append(f"docs/{page} is not what the catalogue says now; run: "
                                "build/rota help --error-pages docs")


def main():
    problems = []
    documented = check_documented(problems)
    own = check_reachable(problems)
    check_pages(sys.argv[1], problems)
    for problem in problems:
        print(problem)
    print(f"{own} codes of our own, {documented} of the ESP-IDF face: {len(problems)} problems")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
