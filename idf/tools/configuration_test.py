#!/usr/bin/python3
"""Options: sdkconfig, defaults, targets, Kconfig, the version."""

import os
import shutil
import unittest

from project_for_test import IDF_PATH, ProjectTest, flat

import config_object


class ConfigurationTest(ProjectTest):
    def test_later_settings_win_and_targets_have_their_own_defaults(self):
        self.give("main/Kconfig.projbuild", """
            config EXAMPLE_A
                string "a"
                default "kconfig"
            config EXAMPLE_B
                int "b"
                default 1 if IDF_TARGET_ESP32C3
                default 2
            """)
        self.give("sdkconfig.defaults", 'CONFIG_EXAMPLE_A="defaults"\n')
        self.give("sdkconfig.defaults.esp32c3", 'CONFIG_EXAMPLE_A="defaults of the c3"\n')
        self.give("more.defaults", "CONFIG_EXAMPLE_B=5\n")
        self.configure("-DIDF_TARGET=esp32c3")
        self.assertEqual(self.option("EXAMPLE_A"), '"defaults of the c3"')
        self.assertEqual(self.option("EXAMPLE_B"), "1")
        self.assertEqual(self.option("IDF_FIRMWARE_CHIP_ID"), "0x0005")
        self.assertEqual(self.option("BOOTLOADER_OFFSET_IN_FLASH"), "0x0")
        self.assertIsNone(self.option("IDF_TARGET_ESP32"))
        os.remove(os.path.join(self.project, "sdkconfig"))
        shutil.rmtree(self.build)
        self.configure("-DSDKCONFIG_DEFAULTS=sdkconfig.defaults;more.defaults")
        self.assertEqual(self.option("EXAMPLE_A"), '"defaults"')
        self.assertEqual(self.option("EXAMPLE_B"), "5")
        with open(os.path.join(self.project, "sdkconfig"), "a", encoding="utf-8") as file:
            file.write('CONFIG_EXAMPLE_A="own"\n')
        text = self.configure()
        self.assertEqual(self.option("EXAMPLE_A"), '"own"')
        self.assertIn("sdkconfig overrides sdkconfig.defaults in: EXAMPLE_A", text)

    def test_unknown_options_are_kept_and_named_once(self):
        self.give("sdkconfig.defaults", "CONFIG_SPIRAM=y\nCONFIG_LWIP_TCP_WND_DEFAULT=5744\n")
        text = self.configure()
        self.assertIn("no Kconfig file declares CONFIG_LWIP_TCP_WND_DEFAULT, CONFIG_SPIRAM", text)
        self.assertEqual(self.option("SPIRAM"), "1")
        text = self.configure()
        self.assertNotIn("declares", text)
        self.assertEqual(self.option("LWIP_TCP_WND_DEFAULT"), "5744")

    def test_many_unknown_options_are_all_in_sdkconfig(self):
        self.give("sdkconfig.defaults", "".join("CONFIG_SPIRAM_%d=y\n" % n for n in range(10, 30)))
        self.assertIn("CONFIG_SPIRAM_17 and 12 more; kept as written, but nothing in Rota reads "
                      "them. All of them stand at the end of sdkconfig.", self.configure())
        with open(os.path.join(self.project, "sdkconfig"), encoding="utf-8") as file:
            written = file.read().split("# Options that no Kconfig file here declares")[1]
        self.assertEqual(written.count("CONFIG_SPIRAM_"), 20)

    def test_older_names_of_options_reach_their_new_ones(self):
        self.give("components/part/CMakeLists.txt", "idf_component_register()\n")
        self.give("components/part/Kconfig", "config PART_QUIET\n    bool \"Quiet\"\n")
        self.give("components/part/sdkconfig.rename", "CONFIG_PART_LOUD !CONFIG_PART_QUIET\n")
        self.give("sdkconfig.defaults", "CONFIG_APP_ROLLBACK_ENABLE=y\nCONFIG_MAIN_TASK_STACK_SIZE=5000\n"
                                        "CONFIG_LOG_BOOTLOADER_LEVEL_WARN=y\n"
                                        "# CONFIG_PART_LOUD is not set\n")
        text = self.configure()
        self.assertIn("sdkconfig.defaults uses older names of options: APP_ROLLBACK_ENABLE is "
                      "BOOTLOADER_APP_ROLLBACK_ENABLE", text)
        self.assertNotIn("declares", text)
        for name, value in (("BOOTLOADER_APP_ROLLBACK_ENABLE", "1"), ("ESP_MAIN_TASK_STACK_SIZE", "5000"),
                            ("BOOTLOADER_LOG_LEVEL", "2"), ("PART_QUIET", "1"),
                            ("APP_ROLLBACK_ENABLE", "CONFIG_BOOTLOADER_APP_ROLLBACK_ENABLE"),
                            ("MAIN_TASK_STACK_SIZE", "CONFIG_ESP_MAIN_TASK_STACK_SIZE")):
            self.assertEqual(self.option(name), value, name)
        self.assertIsNone(self.option("PART_LOUD"))
        self.assertIsNone(self.option("APP_ANTI_ROLLBACK"))

    def test_the_block_of_old_names_in_a_sdkconfig_does_not_count(self):
        self.give("sdkconfig", "CONFIG_ESP_MAIN_TASK_STACK_SIZE=6000\n"
                               "# Deprecated options for backward compatibility\n"
                               "CONFIG_MAIN_TASK_STACK_SIZE=3584\n"
                               "# End of deprecated options\n")
        self.configure()
        self.assertEqual(self.option("ESP_MAIN_TASK_STACK_SIZE"), "6000")

    def test_a_wish_that_is_not_granted_is_explained(self):
        self.give("sdkconfig.defaults", "CONFIG_BOOTLOADER_APP_ANTI_ROLLBACK=y\n")
        self.assertIn("asks for CONFIG_BOOTLOADER_APP_ANTI_ROLLBACK=y, but it is n: it depends on "
                      "BOOTLOADER_APP_ROLLBACK_ENABLE.", self.configure())

    def test_version_comes_from_the_first_place_that_has_one(self):
        self.assertIn('App "demo" version: 1.2.3', self.configure())
        self.assertIn("version: 9.9", self.configure("-DPROJECT_VER=9.9"))
        self.give("sdkconfig", 'CONFIG_APP_PROJECT_VER_FROM_CONFIG=y\nCONFIG_APP_PROJECT_VER="7"\n')
        self.assertIn("version: 7", self.configure())

    def test_cmake_lists_see_the_options(self):
        self.give("main/CMakeLists.txt", """
            if(CONFIG_PARTITION_TABLE_TWO_OTA AND NOT CONFIG_BOOTLOADER_APP_ROLLBACK_ENABLE)
              message(STATUS "seen ${CONFIG_PARTITION_TABLE_FILENAME} ${IDF_TARGET}")
            endif()
            idf_component_register(SRCS "main.c")
            """)
        self.assertIn("seen partitions_two_ota.csv esp32", self.configure())

    def test_ranges_follow_the_pins_of_the_chip(self):
        self.give("main/Kconfig.projbuild", """
            orsource "$IDF_PATH/examples/common_components/env_caps/$IDF_TARGET/Kconfig.env_caps"
            config BUTTON
                int "Button"
                range ENV_GPIO_RANGE_MIN ENV_GPIO_IN_RANGE_MAX
                default 4
            config LAMP
                int "Lamp"
                range ENV_GPIO_RANGE_MIN ENV_GPIO_OUT_RANGE_MAX
                default 5
            """)
        self.give("sdkconfig.defaults", "CONFIG_BUTTON=36\nCONFIG_LAMP=36\n")
        text = flat(self.configure())
        self.assertNotIn("CONFIG_BUTTON", text)
        self.assertIn("CONFIG_LAMP=36, but it is 5: another option selects it, or it is out of range", text)
        os.remove(os.path.join(self.project, "sdkconfig"))
        shutil.rmtree(self.build)
        self.assertIn("CONFIG_BUTTON=36, but it is 4", flat(self.configure("-DIDF_TARGET=esp32c3")))

    def test_every_chip_has_its_pins_and_the_shared_connection_may_be_named_as_a_component(self):
        folder = os.path.join(IDF_PATH, "examples", "common_components")
        self.assertEqual(set(os.listdir(os.path.join(folder, "env_caps"))), set(config_object.TARGETS))
        self.give("CMakeLists.txt", """
            cmake_minimum_required(VERSION 3.16)
            include($ENV{IDF_PATH}/tools/cmake/project.cmake)
            set(EXTRA_COMPONENT_DIRS $ENV{IDF_PATH}/examples/common_components/protocol_examples_common)
            project(demo)
            """)
        self.give("main/CMakeLists.txt",
                  'idf_component_register(SRCS "main.c" REQUIRES protocol_examples_common)\n')
        self.configure()


if __name__ == "__main__":
    unittest.main()
