#!/usr/bin/python3
"""What the build face builds: programs, embedded files, components, what is flashed."""

import os
import textwrap
import unittest

from project_for_test import BENCH, IDF_PATH, SOURCES, ProjectTest, run


class BuildTest(ProjectTest):
    def test_project_builds_runs_and_leaves_what_is_flashed(self):
        self.configure()
        self.make()
        self.assertEqual(self.run_app(), "project demo version 1.2.3 rollback 0\nhello\n")
        self.assertEqual(self.text_of("flash_args"), textwrap.dedent("""\
            --flash-mode dio --flash-freq 40m --flash-size 4MB
            0x1000 bootloader/bootloader.bin
            0x8000 partition_table/partition-table.bin
            0xd000 ota_data_initial.bin
            0x10000 demo.bin
            """))
        with open(os.path.join(self.build, "ota_data_initial.bin"), "rb") as file:
            self.assertEqual(file.read(), b"\xff" * 0x2000)
        packed = self.text_of("demo.bin.command")
        for part in ("--chip esp32", "--project demo", "--project-version 1.2.3",
                     "--idf-version v6.2", "--flash-size 4MB"):
            self.assertIn(part, packed)
        self.assertRegex(packed, "--elf-sha256 [0-9a-f]{64} ")
        self.assertIn("ninja: no work to do.", self.make())

    def test_changed_option_is_built_in_without_a_new_cmake_call(self):
        self.configure()
        self.make()
        self.give("sdkconfig.defaults", """
            CONFIG_PARTITION_TABLE_TWO_OTA=y
            CONFIG_ESPTOOLPY_FLASHSIZE_4MB=y
            CONFIG_BOOTLOADER_APP_ROLLBACK_ENABLE=y
            """)
        os.remove(os.path.join(self.project, "sdkconfig"))
        self.make()
        self.assertIn("rollback 1", self.run_app())
        self.assertIn("--rollback on", self.text_of("bootloader/bootloader.bin.command"))

    def test_embedded_files_stand_between_their_symbols(self):
        self.give("main/CMakeLists.txt", """
            idf_component_register(SRCS "main.c" EMBED_TXTFILES "a note.txt" EMBED_FILES raw.bin)
            target_add_binary_data(${COMPONENT_TARGET} "raw.bin" BINARY RENAME_TO second)
            """)
        self.give("main/a note.txt", "text")
        self.give("main/raw.bin", "raw")
        self.give("main/main.c", r"""
            #include <stdio.h>
            #include <string.h>
            extern const char text[] asm("_binary_a_note_txt_start");
            extern const char text_end[] asm("_binary_a_note_txt_end");
            extern const char raw[] asm("_binary_raw_bin_start");
            extern const char raw_end[] asm("_binary_raw_bin_end");
            extern const unsigned length asm("raw_bin_length");
            extern const char second[] asm("_binary_second_start");
            void app_main(void) {
              printf("%s %d %d %u %.3s\n", text, (int)(text_end - text), (int)(raw_end - raw),
                     length, second);
            }
            """)
        self.configure()
        self.make()
        self.assertIn("text 5 3 3 raw\n", self.run_app())
        self.give("main/a note.txt", "other text")
        self.make()
        self.assertIn("other text 11 3", self.run_app())

    def test_an_embedded_file_may_be_made_by_a_rule_that_follows(self):
        self.give("main/make.py", "import sys\nopen(sys.argv[1], 'w').write('made')\n")
        self.give("main/CMakeLists.txt", """
            idf_component_register(SRCS "main.c" EMBED_FILES page.gz)
            add_custom_command(OUTPUT ${COMPONENT_DIR}/page.gz
                COMMAND python ${COMPONENT_DIR}/make.py ${COMPONENT_DIR}/page.gz VERBATIM)
            """)
        self.give("main/main.c", r"""
            #include <stdio.h>
            extern const char page[] asm("_binary_page_gz_start");
            void app_main(void) { printf("%.4s\n", page); }
            """)
        no_python = {"PATH": "/usr/bin:/bin"}  # Debian has python3 alone
        self.configure(**no_python)
        outcome = run(["ninja", "-C", self.build], env=self.environment(
            PATH=no_python["PATH"] + ":" + os.path.join(IDF_PATH, "tools", "fallbacks")))
        self.assertEqual(outcome.returncode, 0, outcome.stdout)
        self.assertIn("made\n", self.run_app())

    def test_components_reach_what_they_require(self):
        self.give("components/blink/CMakeLists.txt", """
            idf_component_register(SRCS "blink.cpp" INCLUDE_DIRS "include" REQUIRES "driver" log)
            """)
        self.give("components/blink/include/blink.h", """
            #ifdef __cplusplus
            extern "C"
            #endif
            int blink_count(void);
            """)
        self.give("components/blink/blink.cpp", """
            #include "blink.h"
            #include "sdkconfig.h"
            int blink_count(void) { return CONFIG_BLINK_COUNT; }
            """)
        self.give("components/blink/Kconfig", """
            menu "Blink"
                config BLINK_COUNT
                    int "How often"
                    range 1 9
                    default 7
            endmenu
            """)
        self.give("main/CMakeLists.txt", """
            idf_component_get_property(library blink COMPONENT_LIB)
            idf_component_register(SRCS "main.c" PRIV_REQUIRES blink)
            target_compile_definitions(${COMPONENT_LIB} PRIVATE "LIBRARY=\\"${library}\\"")
            """)
        self.give("main/main.c", """
            #include <stdio.h>
            #include "blink.h"
            void app_main(void) { printf("%s %d\\n", LIBRARY, blink_count()); }
            """)
        self.configure()
        self.make()
        self.assertIn("__idf_blink 7\n", self.run_app())

    def test_cjson_is_the_systems_under_each_of_its_names(self):
        if not os.path.exists("/usr/include/cjson/cJSON.h"):
            self.skipTest("libcjson-dev is not installed")
        self.give("main/CMakeLists.txt", """
            idf_component_register(SRCS "main.c" REQUIRES json cjson PRIV_REQUIRES espressif__cjson)
            """)
        self.give("main/main.c", """
            #include <stdio.h>
            #include "cJSON.h"
            void app_main(void) {
                cJSON *json = cJSON_Parse("{\\"version\\": 7}");
                printf("version %d\\n", cJSON_GetObjectItem(json, "version")->valueint);
                cJSON_Delete(json);
            }
            """)
        with open(os.path.join(SOURCES, "idf", "include", "cJSON.h"), encoding="utf-8") as header:
            self.give("main/cJSON.h", header.read())
        self.configure()
        self.make()
        self.assertIn("version 7\n", self.run_app())

    def test_app_larger_than_its_slots_is_refused_with_sizes_and_advice(self):
        BENCH.set_tool(app_bytes=(1 << 20) + 2048)
        try:
            self.configure()
            text = self.make(expect=1)
        finally:
            BENCH.set_tool(app_bytes=1000)
        self.assertIn("demo.bin has 1026.0 KB, but factory, ota_0, ota_1 (the partition table "
                      "'two_ota') has 1024.0 KB: 2.0 KB too much.", text)
        self.assertIn("CONFIG_PARTITION_TABLE_TWO_OTA_LARGE=y", text)

    def test_the_row_of_an_own_table_is_named_by_file_and_line(self):
        self.give("partitions.csv", """
            # Name, Type, SubType, Offset, Size
            nvs,     data, nvs,     0x9000,  0x4000,
            otadata, data, ota,     0xd000,  0x2000,
            factory, app,  factory, 0x10000, 1M,
            ota_0,   app,  ota_0,   ,        1M,
            ota_1,   app,  ota_1,   ,        1M,
            """)
        self.give("sdkconfig.defaults", "CONFIG_PARTITION_TABLE_CUSTOM=y\n")
        self.configure()
        text = self.make(expect=1)
        self.assertIn("partitions.csv:6: the partition 'ota_1' ends at 3136.0 KB, but the board "
                      "has 2MB of flash. Set CONFIG_ESPTOOLPY_FLASHSIZE_4MB=y", text)

    def test_flash_smaller_than_the_table_is_refused(self):
        self.give("sdkconfig.defaults", "CONFIG_PARTITION_TABLE_TWO_OTA=y\n")
        self.configure()
        self.assertIn("Set CONFIG_ESPTOOLPY_FLASHSIZE_4MB=y", self.make(expect=1))


if __name__ == "__main__":
    unittest.main()
