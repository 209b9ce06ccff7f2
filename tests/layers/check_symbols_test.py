#!/usr/bin/python3
"""Compiles one violation after the other and expects check_symbols.py to name it.

    check_symbols_test.py CXX AR NM
"""
import pathlib
import subprocess
import sys
import tempfile
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
sys.dont_write_bytecode = True
import check_symbols  # noqa: E402

CXX, AR, NM = (sys.argv[1:4] + ["c++", "ar", "nm"][len(sys.argv) - 1:])[:3]


class CheckSymbols(unittest.TestCase):
    def violations(self, source, exceptions=False):
        with tempfile.TemporaryDirectory() as name:
            folder = pathlib.Path(name)
            (folder / "a.cc").write_text(source)
            flags = [] if exceptions else ["-fno-exceptions", "-fno-rtti"]
            subprocess.run([CXX, "-std=c++20", "-O2", "-fPIC", *flags, "-c", "a.cc", "-o", "a.o"],
                           cwd=folder, check=True)
            subprocess.run([AR, "crs", "liba.a", "a.o"], cwd=folder, check=True)
            return check_symbols.check(NM, [str(folder / "liba.a")])[0]

    def assert_named(self, source, text, exceptions=False):
        found = self.violations(source, exceptions)
        self.assertTrue(any(text in violation for violation in found), (text, found))

    def test_accepts_constants_and_copies(self):
        self.assertEqual(self.violations('''
            #include <cstring>
            #include <string_view>
            constexpr std::string_view kNames[2] = {"a", "b"};
            const std::string_view& name(int i) { return kNames[i]; }
            void copy(void* to, const void* from, unsigned long n) { std::memcpy(to, from, n); }
            '''), [])

    def test_names_the_heap(self):
        self.assert_named("int* make() { return new int(1); }", "uses the heap")
        self.assert_named("void drop(int* p) { delete p; }", "uses the heap")
        self.assert_named("#include <cstdlib>\nvoid* make() { return std::malloc(3); }",
                          "uses the heap")

    def test_names_what_throws(self):
        self.assert_named("void f() { throw 1; }", "can throw", exceptions=True)
        self.assert_named("#include <string_view>\nint f(std::string_view s, unsigned long n)"
                          "{ return s.substr(n)[0]; }", "can throw")

    def test_names_what_ends_the_program(self):
        self.assert_named("#include <cstdlib>\nvoid f() { std::abort(); }", "ends the program")
        self.assert_named("#include <cassert>\nvoid f(int n) { assert(n); }", "ends the program")

    def test_names_what_prints(self):
        self.assert_named("#include <iostream>\nvoid f() { std::cout << 1; }", "prints")
        self.assert_named('#include <cstdio>\nvoid f() { std::printf("%d", 1); }', "prints")

    def test_names_the_clock(self):
        self.assert_named("#include <ctime>\nlong f() { return std::time(nullptr); }",
                          "needs an operating system")

    def test_names_mutable_globals(self):
        self.assert_named("int count = 3;", "can be changed")
        self.assert_named("int count;", "can be changed")
        self.assert_named("int next() { static int count = 0; return ++count; }", "can be changed")
        self.assert_named("thread_local int count;", "can be changed")


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
