#!/usr/bin/python3
"""Seeds one violation after the other and expects check_includes.py to name it."""
import pathlib
import sys
import tempfile
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
sys.dont_write_bytecode = True
import check_includes  # noqa: E402


class CheckIncludes(unittest.TestCase):
    def violations(self, path, text):
        with tempfile.TemporaryDirectory() as folder:
            root = pathlib.Path(folder)
            (root / path).parent.mkdir(parents=True)
            (root / path).write_text(text)
            return check_includes.check(root)[0]

    def test_accepts_what_follows_the_arrows(self):
        self.assertEqual(self.violations("core/a.cc", '#include "formats/b.h"\n#include <span>\n'), [])
        self.assertEqual(self.violations("core/a.cc", '#include "crypto/b.h"\n'), [])
        self.assertEqual(self.violations("board/chip/a.h", '#include "core/flash.h"\n'), [])
        self.assertEqual(self.violations("core/a_test.cc", "#include <vector>\n"), [])
        self.assertEqual(self.violations("cli/a.cc", '#include "server/b.h"\n'), [])
        self.assertEqual(self.violations("board/native/a.cc", '#include "idf/b.h"\n'), [])

    def test_names_an_include_that_points_up(self):
        found = self.violations("formats/a.cc", '\n#include "core/b.h"\n')
        self.assertEqual(len(found), 1)
        self.assertIn("formats/a.cc:2: formats may not include", found[0])

    def test_names_an_include_that_points_sideways(self):
        self.assertTrue(self.violations("idf/a.cc", '#include "board/chip/b.h"\n'))
        self.assertTrue(self.violations("server/a.cc", '#include "core/b.h"\n'))
        self.assertTrue(self.violations("board/chip/a.cc", '#include "core/boot_plan.h"\n'))

    def test_names_a_header_that_needs_an_operating_system(self):
        self.assertTrue(self.violations("core/a.cc", "#include <vector>\n"))
        self.assertTrue(self.violations("crypto/a.h", "# include <unistd.h>\n"))
        self.assertTrue(self.violations("crypto/a.cc", "#include <immintrin.h>\n"))
        self.assertTrue(self.violations("base/a.h", "#include <tuple>\n"))

    def test_names_a_path_that_climbs(self):
        self.assertTrue(self.violations("cli/a.cc", '#include "../core/b.h"\n'))

    def test_names_a_library_that_uses_one_above(self):
        cmake = "rota_layer(formats FREESTANDING\n  SOURCES a.cc\n  USES base core)\n"
        self.assertTrue(self.violations("formats/CMakeLists.txt", cmake))
        self.assertEqual(self.violations("formats/CMakeLists.txt", cmake.replace(" core", "")), [])

    def test_accepts_linking_what_holds_a_border(self):
        cmake = "rota_layer(board/chip SOURCES a.cc USES core)\n"
        self.assertEqual(self.violations("board/chip/CMakeLists.txt", cmake), [])


if __name__ == "__main__":
    unittest.main()
