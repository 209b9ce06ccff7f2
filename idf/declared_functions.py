#!/usr/bin/python3
"""Writes a C program that refers to every function that the headers in idf/include declare, and to
every name of a list (idf/surface_names.txt: what real projects use).

    declared_functions.py INCLUDE_FOLDER NAMES.txt OUTPUT.c

It compiles and links only when all of them are there: a function that a project can call but not link
is found here and not by a user.
"""

import os
import re
import sys

COMMENT = re.compile(r"//[^\n]*|/\*.*?\*/", re.S)
DIRECTIVE = re.compile(r"^[ \t]*#(?:[^\n\\]|\\.|\\\n)*$", re.M)
ATTRIBUTE = re.compile(r"__attribute__\s*\(\(.*?\)\)")
EXTERN_C = re.compile(r'extern "C" \{')
BODY = re.compile(r"\{[^{}]*\}")
DECLARATION = re.compile(r"^[A-Za-z_][\w\s\*]*?[\s\*]([A-Za-z_]\w*)\s*\((?:.*)\)$", re.S)


def functions_of(text):
    text = ATTRIBUTE.sub("", DIRECTIVE.sub("", COMMENT.sub("", text)))
    text = EXTERN_C.sub("", text)
    while BODY.search(text):
        text = BODY.sub(";", text)
    for statement in text.replace("}", ";").split(";"):
        statement = statement.strip()
        if re.match(r"(typedef|static|struct|union|enum|extern)\b", statement):
            continue
        found = DECLARATION.match(statement)
        if found and not found.group(1).isupper() and "(*" not in statement.split(")")[0]:
            yield found.group(1)


def names_of(path):
    """kind -> names, without the comments; headers are a kind, too."""
    names = {"header": [], "function": [], "macro": [], "type": [], "value": []}
    with open(path, encoding="utf-8") as file:
        for line in file:
            if not line.startswith(("#", "brings ")):
                kind, name = line.split()
                names[kind].append(name)
    return names


def write_uses(file, names):
    """One statement for each name that is no function; a macro may have taken a function's place."""
    for name in names["macro"]:
        file.write("#ifndef %s\n#error \"idf/include lacks the macro %s\"\n#endif\n" % (name, name))
    file.write("static const unsigned long kSizes[] = {\n")
    for name in names["type"]:
        file.write("    sizeof(%s),\n" % name)
    file.write("};\nstatic const long long kValues[] = {\n")
    for name in names["value"]:
        file.write("    (long long)(%s),\n" % name)
    file.write("};\n")


def main():
    include, names_path, output = sys.argv[1:]
    wanted = names_of(names_path)
    headers, functions = [], []
    for folder, _, names in sorted(os.walk(include)):
        for name in sorted(name for name in names if name.endswith(".h")):
            path = os.path.join(folder, name)
            headers.append(os.path.relpath(path, include))
            with open(path, encoding="utf-8") as file:
                functions += functions_of(file.read())
    functions = sorted(set(functions))
    with open(output, "w", encoding="utf-8") as file:
        file.write("// Written by idf/declared_functions.py.\n#include <stdio.h>\n")
        file.write('#include "freertos/FreeRTOS.h"\n')
        for header in headers + [name for name in wanted["header"] if name not in headers]:
            file.write('#include "%s"\n' % header)
        write_uses(file, wanted)
        file.write("typedef void (*function_t)(void);\n")
        file.write("static const function_t volatile kFunctions[] = {\n")
        for name in functions:
            file.write("    (function_t)%s,\n" % name)
        for name in wanted["function"]:
            file.write("#ifndef %s\n    (function_t)%s,\n#endif\n" % (name, name))
        file.write("};\n\nint main(void) {\n"
                   "  const size_t count = sizeof(kFunctions) / sizeof(kFunctions[0]);\n"
                   "  if (kSizes[0] == 0 || kValues[0] < -1) return 1;\n"
                   "  for (size_t i = 0; i < count; ++i) {\n"
                   "    if (!kFunctions[i]) return 1;\n  }\n"
                   '  printf("%zu declared functions are defined\\n", count);\n'
                   "  return 0;\n}\n")


if __name__ == "__main__":
    main()
