#!/usr/bin/python3
"""README.md in this folder says which test shows what for which example: each test that it names exists."""

import os
import re
import unittest

HERE = os.path.dirname(os.path.abspath(__file__))
FILES = {"advanced": "advanced_ota_test.py", "tutorials": "tutorials_test.py", "upload": "upload_test.py",
         "variants": "variants_test.py"}
WORD = re.compile(rf"\b({'|'.join(FILES)})\b(?![_-])|`([^`]+)`")


def read(name):
    with open(os.path.join(HERE, name), encoding="utf-8") as file:
        return file.read()


def named_tests(table):
    """[(file, pattern of a test's name)]; names stand behind the word for their file, in one cell."""
    for cell in re.findall(r"[^|\n]+", table):
        file = None
        for word, name in WORD.findall(cell):
            if word:
                file = FILES[word]
            elif file:
                yield file, re.escape(name).replace("…", r"\w+")


class TheTable(unittest.TestCase):
    def test_names_tests_that_exist(self):
        table = read("README.md").split("| Variant |")[1]
        tests = list(named_tests(table))
        self.assertGreater(len(tests), 40)
        for file, pattern in tests:
            self.assertRegex(read(file), rf"def test_{pattern}\(", f"{file} has no such test")


if __name__ == "__main__":
    unittest.main(verbosity=2)
