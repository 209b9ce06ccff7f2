#!/usr/bin/python3
"""Checks that each folder of the house includes only what stands below it.

    check_includes.py [ROOT]        prints each violation as FILE:LINE: reason; status 1 if any

Three rules, for the #include lines and for the USES of rota_layer() in the CMakeLists.txt files:
the arrows of the design (MAY_USE), the standard headers of the freestanding folders, and no path
that climbs out of a folder ("../").
"""
import pathlib
import re
import sys

# folder -> the folders it may include. What those may use, it may use too.
MAY_USE = {
    "base": [],
    "crypto": ["base"],
    "formats": ["crypto"],
    "core": ["formats"],
    "board/chip": ["formats"],
    "board/bootloader": ["core", "board/chip"],
    "net": ["base"],
    "client": ["net"],
    "idf": ["core", "client"],
    "board/native": ["idf", "board/chip", "board/bootloader"],
    "board/supervisor": ["board/chip", "board/bootloader"],
    "sim": ["core", "board/chip", "board/bootloader"],
    "server": ["formats", "net"],
    "cli": ["board/native", "board/supervisor", "sim", "server"],
}
# Borders that a folder implements for one that it must not use otherwise.
MAY_INCLUDE_FILE = {
    "board/chip": ["core/flash.h", "core/efuses.h", "core/image_verifier.h"],  # last: ChipIdentity
}
FREESTANDING = ["base", "crypto", "formats", "core"]
FREESTANDING_HEADERS = set(
    "algorithm array bit compare concepts cstddef cstdint cstring limits new optional span "
    "string_view type_traits utility variant".split())
# The one file that knows a processor.
MAY_INCLUDE_HEADER = {"crypto/sha256_x86.cc": {"cpuid.h", "immintrin.h"}}

SOURCES = {".h", ".cc", ".c", ".cpp", ".hpp"}
INCLUDE = re.compile(r'^\s*#\s*include\s*(?:"([^"]+)"|<([^>]+)>)')
LAYER = re.compile(r"rota_layer\(\s*(\S+)([^)]*)\)")
LAYER_WORDS = {"FREESTANDING", "SOURCES", "USES", "LINKS"}


def reachable(folder):
    """The folder itself, base, and everything that its arrows lead to."""
    found = {folder, "base"}
    for below in MAY_USE[folder]:
        found |= reachable(below)
    return found


def folder_of(path):
    """The folder of the house that a path like "core/flash.h" belongs to, or None."""
    fitting = [folder for folder in MAY_USE if path.startswith(folder + "/")]
    return max(fitting, key=len) if fitting else None


def is_test(path):
    """Tests see what they need; the compiler holds them to the USES of their rota_tests()."""
    return re.search(r"_(test|fuzz|bench)\.\w+$|for_test|testing", path.name) is not None


def standard_header_problem(folder, name, path, root):
    relative = path.relative_to(root).as_posix()
    if folder not in FREESTANDING or is_test(path):
        return None
    if name in FREESTANDING_HEADERS or name in MAY_INCLUDE_HEADER.get(relative, ()):
        return None
    return f"<{name}> is not among the headers that freestanding code may use"


def own_header_problem(folder, name, path):
    if name.startswith("..") or "/../" in name:
        return f'"{name}" climbs out of its folder; write the path from the root'
    target = folder_of(name)
    if target is None:
        if folder in FREESTANDING and not is_test(path):
            return f'"{name}" is no header of ours; write the path from the root'
        return None
    if is_test(path) or target in reachable(folder):
        return None
    if name in MAY_INCLUDE_FILE.get(folder, ()):
        return None
    return f'{folder} may not include "{name}": no arrow leads from {folder} to {target}'


def check_file(path, folder, root):
    lines = path.read_text(encoding="utf-8", errors="replace").splitlines()
    for number, line in enumerate(lines, 1):
        match = INCLUDE.match(line)
        if not match:
            continue
        own, standard = match.groups()
        if own:
            problem = own_header_problem(folder, own, path)
        else:
            problem = standard_header_problem(folder, standard, path, root)
        if problem:
            yield f"{path.relative_to(root)}:{number}: {problem}"


def check_uses(path, root):
    """The USES of each rota_layer() in a CMakeLists.txt."""
    text = re.sub(r"#.*", "", path.read_text(encoding="utf-8"))
    for folder, rest in LAYER.findall(text):
        where = path.relative_to(root)
        if folder not in MAY_USE:
            yield f"{where}: {folder} is not in the table of tests/layers/check_includes.py"
            continue
        allowed = reachable(folder) | {folder_of(name) for name in MAY_INCLUDE_FILE.get(folder, ())}
        keyword = None
        for word in rest.split():
            if word in LAYER_WORDS:
                keyword = word
            elif keyword == "USES" and word not in allowed:
                yield f"{where}: {folder} may not use {word}: no arrow leads there"


def check(root):
    """All violations below root, as lines of text, and how many files were read."""
    violations, count = [], 0
    for folder in MAY_USE:
        for path in sorted((root / folder).rglob("*")):
            relative = path.relative_to(root).as_posix()
            if not path.is_file() or folder_of(relative) != folder:
                continue
            if path.suffix in SOURCES:
                violations += check_file(path, folder, root)
                count += 1
            elif path.name == "CMakeLists.txt":
                violations += check_uses(path, root)
    return violations, count


def main():
    here = pathlib.Path(__file__).resolve().parents[2]
    root = pathlib.Path(sys.argv[1]).resolve() if len(sys.argv) > 1 else here
    violations, count = check(root)
    for violation in violations:
        print(violation)
    if violations:
        print(f"{len(violations)} includes against the arrows of the house; the table stands at the "
              "top of tests/layers/check_includes.py.")
        return 1
    if count == 0:
        print(f"No source files of the house below {root}.")
        return 1
    print(f"{count} files include only what stands below them.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
