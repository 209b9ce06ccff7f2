#!/usr/bin/python3
"""Builds small ESP-IDF projects with project.cmake, against a stand-in for the Rota build.

The stand-in has a runtime that prints the configuration and calls app_main, and a `rota` that
writes files of the right form. So these tests need neither the face nor the tool, only CMake,
Ninja, a compiler and kconfiglib. What the real ones do together is tested in tests/end_to_end.
"""

import os
import re
import shutil
import stat
import subprocess
import sys
import tempfile
import textwrap
import unittest

IDF_PATH = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
SOURCES = os.path.dirname(IDF_PATH)
sys.path.insert(0, os.path.join(IDF_PATH, "tools"))
import config_object  # noqa: E402

RUNTIME = r'''
#include <cstdio>
#include "idf/config.h"
extern "C" void app_main(void);
int main() {
  const rota::idf::Config& config = rota::idf::config();
  std::printf("project %s version %s rollback %d\n", config.project_name, config.version,
              config.app_rollback_enable);
  app_main();
}
'''

TOOL = r'''#!/usr/bin/python3
import struct, sys
arguments = sys.argv[1:]
output = arguments[arguments.index("-o" if "-o" in arguments else "--output") + 1]
with open(output + ".command", "w") as file:
    file.write(" ".join(arguments))
def row(kind, subtype, offset, size, label):
    return struct.pack("<HBBII16sI", 0x50AA, kind, subtype, offset, size, label, 0)
content = b"\xe9" * APP_BYTES
if arguments[0] == "table":
    content = (row(1, 2, 0x9000, 0x4000, b"nvs") + row(1, 0, 0xD000, 0x2000, b"otadata") +
               row(0, 0, 0x10000, 1 << 20, b"factory") + row(0, 0x10, 0x110000, 1 << 20, b"ota_0") +
               row(0, 0x11, 0x210000, 1 << 20, b"ota_1")) + b"\xff" * 32
with open(output, "wb") as file:
    file.write(content)
'''


def run(command, **options):
    return subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                          **options)


def flat(text):
    """One line: CMake breaks the lines of its messages as it likes."""
    return " ".join(text.split())


class Workbench:
    """A stand-in Rota build and a folder for projects; made once."""

    def __init__(self):
        self.folder = tempfile.mkdtemp(prefix="rota-build-face-")
        self.rota_build = os.path.join(self.folder, "rota-build")
        os.mkdir(self.rota_build)
        self.runtime = os.path.join(self.rota_build, "librota_runtime.a")
        source = os.path.join(self.rota_build, "runtime.cc")
        self.write(source, RUNTIME)
        subprocess.check_call(["c++", "-std=c++20", "-fPIC", "-I", SOURCES, "-c", source, "-o",
                               source + ".o"])
        subprocess.check_call(["ar", "rcs", self.runtime, source + ".o"])
        self.set_tool(app_bytes=1000)
        self.write(os.path.join(self.rota_build, "rota-idf-libraries.cmake"), textwrap.dedent(f"""
            set(ROTA_IDF_LIBRARIES "{self.runtime}")
            set(ROTA_IDF_SYSTEM_LIBRARIES "-pthread")
            set(ROTA_IDF_INCLUDE_DIRS "{self.rota_build}/include")
            set(ROTA_TOOL "{self.rota_build}/rota")
            """))
        os.mkdir(os.path.join(self.rota_build, "include"))

    def set_tool(self, app_bytes):
        path = os.path.join(self.rota_build, "rota")
        self.write(path, TOOL.replace("APP_BYTES", str(app_bytes)))
        os.chmod(path, os.stat(path).st_mode | stat.S_IXUSR)

    @staticmethod
    def write(path, text):
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)


BENCH = None


def setUpModule():
    global BENCH
    BENCH = Workbench()


def tearDownModule():
    shutil.rmtree(BENCH.folder)


class ProjectTest(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.mkdtemp(dir=BENCH.folder)
        self.project = os.path.join(self.folder, "project")
        self.build = os.path.join(self.folder, "build")
        self.give("CMakeLists.txt", """
            cmake_minimum_required(VERSION 3.16)
            include($ENV{IDF_PATH}/tools/cmake/project.cmake)
            project(demo)
            """)
        self.give("main/CMakeLists.txt", """
            idf_component_register(SRCS "main.c" INCLUDE_DIRS ".")
            """)
        self.give("main/main.c", """
            #include <stdio.h>
            void app_main(void) { puts("hello"); }
            """)
        self.give("sdkconfig.defaults", """
            CONFIG_PARTITION_TABLE_TWO_OTA=y
            CONFIG_ESPTOOLPY_FLASHSIZE_4MB=y
            """)
        self.give("version.txt", "1.2.3\n")

    def tearDown(self):
        shutil.rmtree(self.folder)

    def give(self, path, text):
        BENCH.write(os.path.join(self.project, path), textwrap.dedent(text).lstrip("\n"))

    def text_of(self, path):
        with open(os.path.join(self.build, path), encoding="utf-8") as file:
            return file.read()

    @staticmethod
    def environment(**changed):
        variables = {name: value for name, value in os.environ.items()
                     if name not in ("IDF_TARGET", "SDKCONFIG_DEFAULTS", "ROTA_CA_CERT")}
        variables.update({"IDF_PATH": IDF_PATH, "ROTA_BUILD_DIR": BENCH.rota_build}, **changed)
        return variables

    def configure(self, *options, expect=0, **environment):
        outcome = run(["cmake", "-G", "Ninja", "-S", self.project, "-B", self.build, *options],
                      env=self.environment(**environment))
        self.assertEqual(outcome.returncode != 0, expect != 0, outcome.stdout)
        return flat(outcome.stdout)

    def make(self, expect=0):
        outcome = run(["ninja", "-j", "1", "-C", self.build], env=self.environment())
        self.assertEqual(outcome.returncode != 0, expect != 0, outcome.stdout)
        return flat(outcome.stdout)

    def run_app(self):
        outcome = run([os.path.join(self.build, "demo.elf")])
        self.assertEqual(outcome.returncode, 0, outcome.stdout)
        return outcome.stdout

    def option(self, name):
        match = re.search(r"^#define CONFIG_%s (.*)$" % name, self.text_of("config/sdkconfig.h"),
                          re.MULTILINE)
        return match.group(1) if match else None


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
        self.assertIn("demo.bin has 1026.0 KB, but factory, ota_0, ota_1 of the partition table "
                      "'two_ota' has 1024.0 KB: 2.0 KB too much.", text)
        self.assertIn("CONFIG_PARTITION_TABLE_TWO_OTA_LARGE=y", text)

    def test_flash_smaller_than_the_table_is_refused(self):
        self.give("sdkconfig.defaults", "CONFIG_PARTITION_TABLE_TWO_OTA=y\n")
        self.configure()
        self.assertIn("Set CONFIG_ESPTOOLPY_FLASHSIZE_4MB=y", self.make(expect=1))


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


class ConfigObjectTest(ProjectTest):
    """Every option reaches config(), and an untouched sdkconfig is Config{}."""

    FLIPPED = """
        CONFIG_ESPTOOLPY_FLASHSIZE_16MB=y
        CONFIG_PARTITION_TABLE_OFFSET=0xC000
        # CONFIG_PARTITION_TABLE_MD5 is not set
        CONFIG_BOOTLOADER_APP_ROLLBACK_ENABLE=y
        CONFIG_BOOTLOADER_APP_ANTI_ROLLBACK=y
        CONFIG_BOOTLOADER_APP_SECURE_VERSION=3
        CONFIG_BOOTLOADER_EFUSE_SECURE_VERSION_EMULATE=y
        CONFIG_SECURE_FLASH_ENC_ENABLED=y
        CONFIG_ROTA_OTA_DATA_IN_PLACE=y
        CONFIG_ROTA_SLOT_WRITING_REFERENCE=y
        CONFIG_ROTA_REFERENCE_CONFIRMATION=y
        CONFIG_ROTA_ACCEPT_MISSING_DIGEST=y
        CONFIG_SPI_FLASH_VERIFY_WRITE=y
        CONFIG_SPI_FLASH_DANGEROUS_WRITE_ALLOWED=y
        # CONFIG_SPI_FLASH_YIELD_DURING_ERASE is not set
        CONFIG_ESP_HTTPS_OTA_ALLOW_HTTP=y
        CONFIG_ESP_HTTPS_OTA_DECRYPT_CB=y
        CONFIG_ESP_HTTPS_OTA_EVENT_POST_TIMEOUT=-1
        CONFIG_ESP_HTTPS_OTA_ENABLE_PARTIAL_DOWNLOAD=y
        # CONFIG_ESP_HTTPS_OTA_VERIFY_SPI_MODE is not set
        # CONFIG_ESP_HTTP_CLIENT_ENABLE_HTTPS is not set
        CONFIG_ESP_HTTP_CLIENT_ENABLE_BASIC_AUTH=y
        CONFIG_ESP_HTTP_CLIENT_ENABLE_DIGEST_AUTH=y
        CONFIG_ESP_HTTP_CLIENT_ENABLE_CUSTOM_TRANSPORT=y
        CONFIG_ESP_HTTP_CLIENT_EVENT_POST_TIMEOUT=7
        CONFIG_ESP_HTTP_CLIENT_SAVE_RESPONSE_HEADERS=y
        CONFIG_ESP_HTTP_CLIENT_MAX_SAVED_RESPONSE_HEADERS=3
        CONFIG_ESP_HTTP_CLIENT_MAX_RESPONSE_HEADER_SIZE=4
        # CONFIG_ESP_HTTP_CLIENT_STRICT_HEADER_BUFFER is not set
        CONFIG_HTTPD_SERVER_EVENT_POST_TIMEOUT=9
        CONFIG_LWIP_MAX_SOCKETS=16
        CONFIG_ESP_TLS_INSECURE=y
        CONFIG_ESP_TLS_SKIP_SERVER_CERT_VERIFY=y
        # CONFIG_MBEDTLS_CERTIFICATE_BUNDLE is not set
        CONFIG_LOG_DEFAULT_LEVEL_WARN=y
        CONFIG_LOG_MAXIMUM_LEVEL_VERBOSE=y
        CONFIG_LOG_COLORS=y
        CONFIG_ESP_MAIN_TASK_STACK_SIZE=8192
        CONFIG_FREERTOS_HZ=1000
        CONFIG_ESP_TASK_WDT_TIMEOUT_S=30
        CONFIG_ESP_TASK_WDT_PANIC=y
        CONFIG_ESP_INT_WDT_TIMEOUT_MS=800
        CONFIG_BOOTLOADER_WDT_TIME_MS=1234
        CONFIG_BOOTLOADER_WDT_DISABLE_IN_USER_CODE=y
        # CONFIG_APP_COMPILE_TIME_DATE is not set
        CONFIG_APP_RETRIEVE_LEN_ELF_SHA=64
        """
    SIGNED = "CONFIG_SECURE_BOOT=y\n"
    SIGNED_WITHOUT_SECURE_BOOT = "CONFIG_SECURE_SIGNED_APPS_NO_SECURE_BOOT=y\n"
    WITHOUT_WATCHDOGS = ("# CONFIG_ESP_TASK_WDT_INIT is not set\n"
                         "# CONFIG_BOOTLOADER_WDT_ENABLE is not set\n")

    def members(self, defaults, target="esp32"):
        """Member -> text, as a program sees config() after these settings."""
        self.give("sdkconfig.defaults", defaults)
        if os.path.exists(os.path.join(self.project, "sdkconfig")):
            os.remove(os.path.join(self.project, "sdkconfig"))
        shutil.rmtree(self.build, ignore_errors=True)
        self.configure("-DIDF_TARGET=" + target)
        return self.probe([os.path.join(self.build, "config", "rota_idf_config.cc")])

    def probe(self, sources):
        lines = ["#include <iostream>", '#include "idf/config.h"', "using namespace rota::idf;",
                 "std::ostream& operator<<(std::ostream& o, LogLevel l) { return o << int(l); }",
                 "std::ostream& operator<<(std::ostream& o, Config::DangerousWrite d) "
                 "{ return o << int(d); }",
                 "int main() {", "  const Config& c = config();"]
        lines += ['  std::cout << "%s=" << +c.%s << "\\n";' % (member, member)
                  if member not in ("log_default_level", "log_maximum_level",
                                    "spi_flash_dangerous_write")
                  else '  std::cout << "%s=" << c.%s << "\\n";' % (member, member)
                  for member, _ in config_object.MEMBERS]
        program = os.path.join(self.folder, "probe")
        BENCH.write(program + ".cc", "\n".join(lines + ["}"]))
        outcome = run(["c++", "-std=c++20", "-O0", "-I", SOURCES, '-DROTA_PROJECT_NAME="demo"',
                       '-DROTA_PROJECT_VERSION="1.2.3"', '-DROTA_IDF_VERSION="v6.2"',
                       program + ".cc", *sources, "-o", program])
        self.assertEqual(outcome.returncode, 0, outcome.stdout)
        return dict(line.split("=", 1) for line in run([program]).stdout.splitlines())

    def test_every_member_of_the_struct_has_a_row(self):
        with open(os.path.join(IDF_PATH, "config.h"), encoding="utf-8") as file:
            header = file.read()
        declared = re.findall(r"^  (?!enum)[\w: *]+?[ *](\w+) =\s[^;]+;", header, re.MULTILINE)
        self.assertEqual(declared, [member for member, _ in config_object.MEMBERS])

    def test_untouched_sdkconfig_is_the_struct_of_defaults(self):
        untouched = self.members("")
        defaults = self.probe([os.path.join(IDF_PATH, "tools", "default_config.cc")])
        for member in ("project_name", "version", "compile_time", "compile_date"):
            untouched.pop(member)
            defaults.pop(member)
        self.assertEqual(untouched, defaults)

    def test_every_changed_option_arrives(self):
        before = self.members("")
        after = self.members(textwrap.dedent(self.FLIPPED))
        same = {name for name in before if before[name] == after[name]}
        others = {"target", "bootloader_offset", "secure_version_width", "secure_boot",
                  "secure_signed_on_update", "secure_signed_apps_no_secure_boot", "task_watchdog",
                  "project_name", "version", "idf_version"}
        self.assertEqual(same, others)
        for member, value in (("partition_table_offset", str(0xC000)), ("log_default_level", "2"),
                              ("log_maximum_level", "5"), ("https_ota_event_post_timeout_ms", "-1"),
                              ("http_client_get_content_range", "1"), ("app_secure_version", "3"),
                              ("spi_flash_dangerous_write", "2"), ("compile_time", "")):
            self.assertEqual(after[member], value, member)

    def test_options_that_exclude_each_other_arrive(self):
        chip = self.members(self.WITHOUT_WATCHDOGS + self.SIGNED, target="esp32c5")
        self.assertEqual([chip[name] for name in (
            "target", "bootloader_offset", "secure_version_width", "secure_boot",
            "secure_signed_on_update", "task_watchdog", "bootloader_watchdog_ms")],
            ["esp32c5", str(0x2000), "9", "1", "1", "0", "0"])
        signed = self.members(self.SIGNED_WITHOUT_SECURE_BOOT)
        self.assertEqual([signed[name] for name in (
            "secure_boot", "secure_signed_on_update", "secure_signed_apps_no_secure_boot")],
            ["0", "1", "1"])


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
