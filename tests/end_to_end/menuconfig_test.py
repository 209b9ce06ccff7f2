#!/usr/bin/python3
"""`idf.py menuconfig` in a terminal: an option is found, changed with keys and saved; the build takes
it."""

import os
import re
import tempfile
import unittest

from idf_shell import Terminal, copy_of_example, read, typed

ESCAPE, ENTER = b"\x1b", b"\n"


class MenuConfig(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory(prefix="rota-menuconfig-")
        self.addCleanup(self.folder.cleanup)
        self.project = copy_of_example(self.folder.name, "1.0.0")
        typed(self.project, "idf.py", "reconfigure")

    def open_menu(self):
        screen = Terminal(self.project, "idf.py", "menuconfig")
        screen.read_until("(Top)")
        return screen

    @staticmethod
    def jump_to(screen, option):
        screen.press(b"/")
        screen.read_until("Jump to symbol")
        screen.press(option.encode())
        screen.read_until("No matches" if not option else option[-4:])
        screen.press(ENTER)

    def test_an_option_is_changed_with_keys_and_saved(self):
        self.assertIn("# CONFIG_ESP_HTTPS_OTA_ALLOW_HTTP is not set", read(self.project, "sdkconfig"))
        screen = self.open_menu()
        self.jump_to(screen, "ESP_HTTPS_OTA_ALLOW_HTTP")
        screen.read_until("[ ] ")
        screen.press(b"y")
        screen.read_until("[*] ")
        screen.press(b"q")
        screen.read_until("Save configuration?")
        screen.press(b"y")
        self.assertEqual(screen.exit_status(), 0, screen.said)
        self.assertIn("\nCONFIG_ESP_HTTPS_OTA_ALLOW_HTTP=y\n", read(self.project, "sdkconfig"))

        typed(self.project, "idf.py", "reconfigure")
        self.assertIn("#define CONFIG_ESP_HTTPS_OTA_ALLOW_HTTP 1\n",
                      read(self.project, "build", "config", "sdkconfig.h"))
        self.assertIn(".https_ota_allow_http = true",
                      read(self.project, "build", "config", "rota_idf_config.cc"))

    def test_leaving_without_saving_changes_nothing(self):
        before = read(self.project, "sdkconfig")
        screen = self.open_menu()
        self.jump_to(screen, "BOOTLOADER_APP_ANTI_ROLLBACK")
        screen.read_until("[ ] ")
        screen.press(b"y")
        screen.read_until("[*] ")
        screen.press(b"q")
        screen.read_until("Save configuration?")
        screen.press(b"n")
        self.assertEqual(screen.exit_status(), 0, screen.said)
        self.assertEqual(read(self.project, "sdkconfig"), before)

    def test_a_projects_own_menu_is_there_and_no_terminal_is_said(self):
        screen = self.open_menu()
        screen.read_until("Example Configuration")
        screen.press(b"q")
        self.assertEqual(screen.exit_status(), 0, screen.said)
        said = typed(self.project, "idf.py", "menuconfig", status=1)
        self.assertIn("menuconfig needs a terminal; without one, edit", said)


if __name__ == "__main__":
    unittest.main(verbosity=2)
