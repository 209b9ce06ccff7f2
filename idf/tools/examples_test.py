#!/usr/bin/python3
"""Our examples configure in a fresh copy, with the values that their READMEs name."""

import os
import shutil
import unittest

from project_for_test import SOURCES, ProjectTest


class ExampleTest(ProjectTest):
    """Our examples configure in a fresh copy, with the values that their READMEs name."""

    def copy_example(self, name):
        shutil.rmtree(self.project)
        shutil.copytree(os.path.join(SOURCES, "examples", name), self.project,
                        ignore=shutil.ignore_patterns("build", "sdkconfig", "ca_cert.pem"))
        self.give("server_certs/ca_cert.pem", "certificate")

    def check_update_settings(self):
        self.assertEqual(self.option("PARTITION_TABLE_TWO_OTA"), "1")
        self.assertEqual(self.option("BOOTLOADER_APP_ROLLBACK_ENABLE"), "1")
        self.assertEqual(self.option("ESPTOOLPY_FLASHSIZE"), '"4MB"')
        self.assertEqual(self.option("EXAMPLE_OTA_RECV_TIMEOUT"), "5000")
        self.assertIn(".app_rollback_enable = true", self.text_of("config/rota_idf_config.cc"))

    def test_native_ota(self):
        self.copy_example("native_ota")
        self.assertNotIn("warning", self.configure())
        self.check_update_settings()
        self.assertEqual(self.option("EXAMPLE_GPIO_DIAGNOSTIC"), "4")
        self.assertEqual(self.option("EXAMPLE_DIAGNOSTIC_SECONDS"), "5")
        self.assertIsNone(self.option("EXAMPLE_SKIP_VERSION_CHECK"))

    def test_simple_ota(self):
        self.copy_example("simple_ota")
        self.assertNotIn("warning", self.configure())
        self.check_update_settings()
        self.assertIsNone(self.option("EXAMPLE_ONE_CALL"))

    def test_defaults_of_the_demo(self):
        for name, option in (("native_ota", "EXAMPLE_FIRMWARE_UPG_URL"),
                             ("simple_ota", "EXAMPLE_FIRMWARE_UPGRADE_URL")):
            self.copy_example(name)
            shutil.rmtree(self.build, ignore_errors=True)
            self.assertNotIn("warning", self.configure(
                "-DSDKCONFIG_DEFAULTS=sdkconfig.defaults;demo.defaults"))
            self.assertEqual(self.option(option), '"FROM_STDIN"')


if __name__ == "__main__":
    unittest.main()
