#!/usr/bin/python3
"""Writes a C program that refers to every function that the headers in idf/include declare.

    declared_functions.py INCLUDE_FOLDER OUTPUT.c

It links only when all of them are defined: a function that a project can call but not link is found
here and not by a user.
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


def main():
    include, output = sys.argv[1:]
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
        for header in headers:
            file.write('#include "%s"\n' % header)
        file.write("typedef void (*function_t)(void);\n")
        file.write("static const function_t volatile kFunctions[] = {\n")
        for name in functions:
            file.write("    (function_t)%s,\n" % name)
        file.write("};\n\nint main(void) {\n"
                   "  const size_t count = sizeof(kFunctions) / sizeof(kFunctions[0]);\n"
                   "  for (size_t i = 0; i < count; ++i) {\n"
                   "    if (!kFunctions[i]) return 1;\n  }\n"
                   '  printf("%zu declared functions are defined\\n", count);\n'
                   "  return 0;\n}\n")


if __name__ == "__main__":
    main()
