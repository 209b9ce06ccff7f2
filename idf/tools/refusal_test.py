#!/usr/bin/python3
"""What the build says when something is wrong in a project."""

import os
import shutil
import sys
import unittest

from project_for_test import BENCH, IDF_PATH, ProjectTest, run


class RefusalTest(ProjectTest):
    def test_unreadable_kconfig_line_is_named_with_file_line_and_advice(self):
        self.give("main/Kconfig.projbuild", """
            menu "x"
            config A
                bool "a"
                set B=3
            endmenu
            """)
        text = self.configure(expect=1)
        self.assertIn("main/Kconfig.projbuild:4: cannot read 'set B=3': syntax error.", text)
        self.assertIn("Correct the line", text)

    def test_unreadable_setting_is_named_with_file_and_line(self):
        self.give("sdkconfig.defaults", "# fine\nPARTITION_TABLE_TWO_OTA=y\n")
        self.assertIn("sdkconfig.defaults:2: cannot read 'PARTITION_TABLE_TWO_OTA=y'; a setting is "
                      "written CONFIG_NAME=value", self.configure(expect=1))

    def test_missing_source(self):
        self.give("main/CMakeLists.txt", 'idf_component_register(SRCS "main.c" "ota.c")\n')
        self.assertIn("SRCS names 'ota.c', which does not exist. Create it or correct the name.",
                      self.configure(expect=1))

    def test_missing_certificate(self):
        self.give("main/CMakeLists.txt",
                  'idf_component_register(SRCS "main.c" EMBED_TXTFILES ../certs/ca_cert.pem)\n')
        text = self.configure(expect=1)
        self.assertIn("certs/ca_cert.pem, which does not exist", text)
        self.assertIn("rota serve", text)
        self.give("elsewhere.pem", "certificate")
        self.configure("-DROTA_CA_CERT=elsewhere.pem")

    def test_missing_component(self):
        self.give("main/CMakeLists.txt",
                  'idf_component_register(SRCS "main.c" REQUIRES led_strip)\n')
        self.assertIn("requires the component 'led_strip', which is neither in the project",
                      self.configure(expect=1))

    def test_missing_main(self):
        shutil.rmtree(os.path.join(self.project, "main"))
        self.assertIn("There is no main/CMakeLists.txt", self.configure(expect=1))

    def test_missing_rota_build(self):
        self.assertIn("There is no Rota build in /nowhere. Run './dev build'",
                      self.configure(expect=1, ROTA_BUILD_DIR="/nowhere"))

    def rota_build_with(self, lines):
        """A Rota build like the stand-in, with other lines at its end."""
        folder = os.path.join(self.folder, "rota-build")
        os.mkdir(folder)
        with open(os.path.join(BENCH.rota_build, "rota-idf-libraries.cmake"),
                  encoding="utf-8") as file:
            BENCH.write(os.path.join(folder, "rota-idf-libraries.cmake"), file.read() + lines)
        return folder

    def test_headers_that_are_not_those_of_the_rota_build(self):
        folder = self.rota_build_with('set(ROTA_IDF_STAMP_FILE "${ROTA_BUILD_DIR}/stamp.txt")\n')
        said = "a program built from both may hang at its start. Rebuild Rota: ./dev build"
        self.assertIn(said, self.configure(expect=1, ROTA_BUILD_DIR=folder))
        stamp = os.path.join(folder, "stamp.txt")
        run(["cmake", "-DIDF_FOLDER=" + IDF_PATH, "-DOUTPUT=" + stamp, "-P",
             os.path.join(IDF_PATH, "tools", "cmake", "face_stamp.cmake")])
        self.configure(ROTA_BUILD_DIR=folder)
        BENCH.write(stamp, "0" * 64)
        self.assertIn(said, self.configure(expect=1, ROTA_BUILD_DIR=folder))

    def test_rota_build_that_is_not_complete(self):
        folder = self.rota_build_with('set(ROTA_IDF_LIBRARIES "/nowhere/librota_idf.a")\n')
        self.assertIn("is not complete: /nowhere/librota_idf.a is missing. Rebuild Rota: ./dev build",
                      self.configure(expect=1, ROTA_BUILD_DIR=folder))

    def test_missing_header_and_function_are_explained_below_the_compilers_words(self):
        self.give("components/part/CMakeLists.txt", "idf_component_register(INCLUDE_DIRS include)\n")
        self.give("components/part/include/part.h", "int part(void);\n")
        self.give("main/CMakeLists.txt", 'idf_component_register(SRCS "main.c" REQUIRES log)\n')
        for source, said in (
                ('#include "driver/no_such_part.h"\n',
                 "main.c:1: driver/no_such_part.h is missing: it is a header of ESP-IDF that Rota "
                 "does not offer"),
                ('#include "part.h"\n', "Add REQUIRES part to idf_component_register() of 'main'"),
                ('#include "led_strip.h"\n', "the registry's component espressif/led_strip"),
                ("void app_main(void) { esp_restart(); }\n",
                 'main.c:1: esp_restart is not declared: include "esp_system.h", which has it.'),
                ("void app_main(void) { esp_restart_now(); }\n",
                 "esp_restart_now is not declared: Rota does not have it; like it there is"),
                ("void app_main(void) { xTaskHandle task = 0; (void)task; }\n",
                 "main.c:1: xTaskHandle is not declared: ESP-IDF v5 took it away; in its place: "
                 "TaskHandle_t."),
                ("void app_main(void) { tcpip_adapter_init(); }\n",
                 'tcpip_adapter_init is not declared: include "tcpip_adapter.h", which has it.'),
                ("int esp_https_ota(const char* config);\n"
                 "void app_main(void) { int config = 0; esp_https_ota(&config); }\n",
                 "main.c:2: since ESP-IDF v5 esp_https_ota() takes an esp_https_ota_config_t:"),
                ("int esp_other(void);\nvoid app_main(void) { esp_other(); }\n",
                 "esp_other is missing: no component defines it."),
                ('extern char text[] asm("_binary_a_txt_start");\n'
                 "void app_main(void) { text[0] = 1; }\n",
                 "_binary_a_txt_start is missing: no EMBED_FILES or EMBED_TXTFILES"),
                ("void main_app(void) {}\n", "app_main is missing: the program starts there.")):
            with self.subTest(said):
                self.give("main/main.c", source)
                self.configure()
                self.assertIn(said, self.make(expect=1))

    def test_a_folder_with_blanks_is_named_whole(self):
        shutil.move(self.project, os.path.join(self.folder, "my own project"))
        self.project = os.path.join(self.folder, "my own project")
        self.give("main/main.c", '#include "esp_logg.h"\n')
        self.configure()
        self.assertIn("my own project/main/main.c:1: esp_logg.h is missing: it is a header of "
                      "ESP-IDF that Rota does not offer; like it there is esp_log.h", self.make(expect=1))

    def test_unknown_target_and_contradicting_target(self):
        self.assertIn("'esp8266' is not a chip that Rota knows; choose one of esp32,",
                      self.configure("-DIDF_TARGET=esp8266", expect=1))
        shutil.rmtree(self.build)
        self.configure()
        self.assertIn("was made for 'esp32'. Delete that file",
                      self.configure("-DIDF_TARGET=esp32s3", expect=1))

    def test_missing_partition_csv(self):
        self.give("sdkconfig.defaults", "CONFIG_PARTITION_TABLE_CUSTOM=y\n")
        self.assertIn("partitions.csv, which does not exist", self.configure(expect=1))

    def test_missing_kconfiglib(self):
        script = os.path.join(IDF_PATH, "tools", "kconfig.py")
        outcome = run([sys.executable, "-I", "-S", script, "--help"])
        self.assertNotEqual(outcome.returncode, 0)
        self.assertIn("sudo apt-get install python3-kconfiglib", outcome.stdout)


if __name__ == "__main__":
    unittest.main()
