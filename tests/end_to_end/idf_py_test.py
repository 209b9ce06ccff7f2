#!/usr/bin/python3
"""The tutorial's commands, as a person types them in a project's folder after `. idf/export.sh`: a copy of
an example is built, flashed, watched, updated over the network, cleaned; and what idf.py and the build
say when something is wrong."""

import os
import re
import tempfile
import unittest

from idf_shell import (GIVE_UP_SECONDS, Terminal, as_one_line, copy_of_example, read, typed, write)
from rota_tools import Server, rota, rota_json


class AnExample(unittest.TestCase):
    """One build serves all; each test has a board of its own."""

    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory(prefix="rota-idf-py-")
        cls.project = copy_of_example(cls.folder.name, "1.0.0")
        cls.build_said = typed(cls.project, "idf.py", "build")

    @classmethod
    def tearDownClass(cls):
        cls.folder.cleanup()

    def setUp(self):
        self.board = os.path.join(self.folder.name, self.id().rsplit(".", 1)[1])

    def idf(self, *words, status=0):
        return typed(self.project, "idf.py", "-p", self.board, *words, status=status)

    def records(self):
        return rota_json("otadata", "show", self.board)["records"]

    def test_build_says_what_comes_next_and_leaves_the_files_of_esp_idf(self):
        self.assertIn("idf.py flash monitor", self.build_said)
        for name in ("native_ota.bin", "native_ota.elf", "flash_args", "ota_data_initial.bin",
                     "bootloader/bootloader.bin", "partition_table/partition-table.bin",
                     "config/sdkconfig.h", "project_description.json"):
            self.assertTrue(os.path.exists(os.path.join(self.project, "build", name)), name)

    def test_monitor_shows_bootloader_and_app_until_the_key(self):
        self.idf("flash")
        screen = Terminal(self.project, "idf.py", "-p", self.board, "monitor")
        screen.read_until("Type the URL of the image")
        screen.press(b"\x1d")  # Ctrl-]
        self.assertEqual(screen.exit_status(), 0, screen.said)
        self.assertIn("Powered down.", screen.said)
        self.assertRegex(screen.said, r"boot: .*factory")
        self.assertIn("native_ota_example: This is version 1.0.0", screen.said)

    def test_a_board_is_updated_then_sent_back_to_factory_then_wiped(self):
        # Given a second version, built without idf.py, and a server over its build folder.
        newer = copy_of_example(os.path.join(self.folder.name, "newer"), "2.0.0")
        typed(newer, "cmake", "-S", ".", "-B", "build", "-G", "Ninja")
        typed(newer, "ninja", "-C", "build")
        self.idf("flash")
        self.assertIn("blank", self.idf("read-otadata"))

        # When the board is told where it lies.
        log = os.path.join(self.folder.name, "server.log")
        with Server(os.path.join(newer, "build"), log) as server:
            console = rota("board", "run", self.board, "--input", server.url("native_ota.bin"),
                           "--until", "This is version 2.0.0", "--timeout", str(GIVE_UP_SECONDS))

        # Then it runs, OTA data says so, and each command changes what it names and nothing else.
        self.assertIn("Prepare to restart system!", console)
        self.assertIn("ota_0", self.idf("read-otadata"))
        self.idf("erase-otadata")
        self.assertEqual(self.version_that_runs(), "1.0.0")
        self.idf("erase-flash")
        with open(os.path.join(self.board, "flash.bin"), "rb") as flash:
            self.assertEqual(flash.read().strip(b"\xff"), b"")
        self.assertNotIn("This is version", rota("board", "run", self.board, "--timeout", "2",
                                                 status=None))
        self.idf("flash")
        self.assertEqual(self.version_that_runs(), "1.0.0")

    def version_that_runs(self):
        console = rota("board", "run", self.board, "--until", "This is version", "--timeout",
                       str(GIVE_UP_SECONDS))
        return re.search(r"This is version (\S+)", console).group(1)

    def test_app_flash_writes_the_app_alone(self):
        self.idf("flash")
        self.idf("erase-flash")
        self.idf("app-flash")
        with open(os.path.join(self.board, "flash.bin"), "rb") as flash:
            self.assertEqual(flash.read(0x10000).strip(b"\xff"), b"", "something lies below the app")
            with open(os.path.join(self.project, "build", "native_ota.bin"), "rb") as image:
                expected = image.read()
            self.assertEqual(flash.read(len(expected)), expected)

    def test_size_and_partition_table_show_what_was_built(self):
        said = self.idf("size", "partition-table")
        size = os.path.getsize(os.path.join(self.project, "build", "native_ota.bin"))
        self.assertIn(f"native_ota.bin: 0x{size:x} bytes", said)
        for slot in ("factory", "ota_0", "ota_1"):
            self.assertRegex(said, rf"{slot} +0x100000 bytes, 0x{0x100000 - size:06x} bytes")
        self.assertRegex(said, r"otadata.*0x0*d000")

    def test_one_file_for_all_and_the_settings_that_differ(self):
        merged = os.path.join(self.folder.name, "all.bin")
        self.idf("merge-bin", "-o", merged)
        self.idf("flash")
        with open(os.path.join(self.board, "flash.bin"), "rb") as flash, open(merged, "rb") as file:
            flash.seek(0x1000)
            whole = file.read()
            self.assertEqual(whole[0x1000:], flash.read(len(whole) - 0x1000))
        write(self.project, "arguments", "-p '%s'  # a board\nread-otadata\n" % self.board)
        self.assertIn("blank", typed(self.project, "idf.py", "@arguments"))

    def test_what_makes_no_sense_here_says_what_to_use(self):
        for command, said in (("size-components", "'idf.py size' shows the room"),
                              ("gdb", "run the .elf of a build under gdb"),
                              ("create-project", "examples/native_ota"),
                              ("efuse_summary", "rota efuse show BOARD"),
                              ("add-dependency", "components/NAME/")):
            self.assertIn(said, self.idf(command, status=2), command)
        self.assertIn("'/dev/ttyUSB0' is a serial port, but no chip is reached here",
                      typed(self.project, "idf.py", "-p", "/dev/ttyUSB0", "-b", "460800", "flash",
                            status=2))
        self.assertIn("compatibility.md", self.idf("docs"))

    def test_wrong_commands_are_refused_before_anything_is_done(self):
        said = self.idf("flash", "monitr", status=2)
        self.assertIn("'monitr' is not a command; did you mean 'monitor'?", said)
        self.assertFalse(os.path.exists(self.board))
        self.assertIn("set-target needs the name of a chip", self.idf("set-target", status=2))
        self.assertIn("Make one with: idf.py flash", self.idf("monitor", status=2))
        self.assertIn("no CMakeLists.txt",
                      typed(self.folder.name, "idf.py", "build", status=2))


class AnotherChip(unittest.TestCase):
    """set-target and fullclean change the build folder, so this project is nobody else's."""

    def test_set_target_starts_anew_and_the_board_stays(self):
        with tempfile.TemporaryDirectory(prefix="rota-idf-py-") as folder:
            # Given a board in the build folder, of the default chip.
            project = copy_of_example(folder, "1.0.0")
            typed(project, "idf.py", "reconfigure")
            board = os.path.join(project, "build", "board")
            rota("board", "new", board, "--chip", "esp32", "--flash-size", "4MB")
            refused = typed(project, "idf.py", "set-target", "esp33", status=2)
            self.assertIn("'esp33' is not a chip that Rota knows", as_one_line(refused))

            # When the target changes.
            typed(project, "idf.py", "set-target", "esp32c3")

            # Then the settings are the new chip's, the old ones are kept, and the board is not touched.
            self.assertIn('CONFIG_IDF_TARGET="esp32c3"', read(project, "sdkconfig"))
            self.assertIn('CONFIG_IDF_TARGET="esp32"', read(project, "sdkconfig.old"))
            said = as_one_line(typed(project, "idf.py", "flash", status=2))
            self.assertIn(f"The board in {board} is an esp32 with 4MB of flash, but this project is "
                          "built for an esp32c3", said)
            self.assertIn("Remove that folder", said)

            # And the whole build goes, but not the board.
            typed(project, "idf.py", "fullclean")
            self.assertEqual(os.listdir(os.path.join(project, "build")), ["board"])
            self.assertTrue(os.path.exists(os.path.join(board, "flash.bin")))


class WithoutAnySettings(unittest.TestCase):
    def test_a_project_of_three_lines_is_flashed_and_runs(self):
        """ESP-IDF's defaults: 2 MB of flash, one app and no slots for updates."""
        with tempfile.TemporaryDirectory(prefix="rota-idf-py-") as project:
            os.mkdir(os.path.join(project, "main"))
            write(project, "CMakeLists.txt", "cmake_minimum_required(VERSION 3.22)\n"
                  "include($ENV{IDF_PATH}/tools/cmake/project.cmake)\nproject(hello)\n")
            write(project, "main/CMakeLists.txt", 'idf_component_register(SRCS "main.cpp")\n')
            write(project, "main/main.cpp", '#include <cstdio>\n'
                  'extern "C" void app_main() { std::puts("hello from two megabytes"); }\n')
            typed(project, "idf.py", "build", "flash")
            rota("board", "expect", os.path.join(project, "build", "board"),
                 "hello from two megabytes", "--runs", "factory", "--quiet")


class WithGlobalObjects(unittest.TestCase):
    def test_constructors_create_semaphores_and_write_to_the_log(self):
        """As programs in C++ do: ESP-IDF has its heap, log and kernel objects ready by then."""
        with tempfile.TemporaryDirectory(prefix="rota-idf-py-") as project:
            os.mkdir(os.path.join(project, "main"))
            write(project, "CMakeLists.txt", "cmake_minimum_required(VERSION 3.22)\n"
                  "include($ENV{IDF_PATH}/tools/cmake/project.cmake)\nproject(hello)\n")
            write(project, "main/CMakeLists.txt", 'idf_component_register(SRCS "main.cpp" "part.c")\n')
            write(project, "main/part.c", """
                #include "freertos/FreeRTOS.h"
                #include "freertos/semphr.h"
                SemaphoreHandle_t ready;
                __attribute__((constructor)) static void begin(void) { ready = xSemaphoreCreateBinary(); }
                """)
            write(project, "main/main.cpp", """
                #include <mutex>
                #include "esp_log.h"
                #include "esp_ota_ops.h"
                #include "freertos/FreeRTOS.h"
                #include "freertos/semphr.h"
                #include "freertos/task.h"
                extern "C" SemaphoreHandle_t ready;
                SemaphoreHandle_t mutex = xSemaphoreCreateMutex();
                struct Sensor {
                  Sensor() : runs(esp_ota_get_running_partition()) {
                    ESP_LOGI("sensor", "constructed");
                    xTaskCreate([](void*) { xSemaphoreGive(ready); vTaskDelete(nullptr); }, "early", 4096,
                                nullptr, 5, nullptr);
                  }
                  ~Sensor() { vSemaphoreDelete(mutex); }
                  std::mutex lock;
                  const esp_partition_t* runs;
                } sensor;
                extern "C" void app_main() {
                  const std::lock_guard<std::mutex> held(sensor.lock);
                  xSemaphoreTake(mutex, portMAX_DELAY);
                  xSemaphoreTake(ready, portMAX_DELAY);
                  ESP_LOGI("main", "all there, in %s", sensor.runs->label);
                }
                """)
            typed(project, "idf.py", "build", "flash")
            rota("board", "expect", os.path.join(project, "build", "board"), "sensor: constructed",
                 "main_task: Calling app_main", "main: all there, in factory", "--runs", "factory",
                 "--quiet")


class WithValuesInNvs(unittest.TestCase):
    def test_a_program_finds_the_values_that_its_project_was_flashed_with(self):
        with tempfile.TemporaryDirectory(prefix="rota-idf-py-") as project:
            os.mkdir(os.path.join(project, "main"))
            write(project, "CMakeLists.txt", "cmake_minimum_required(VERSION 3.22)\n"
                  "include($ENV{IDF_PATH}/tools/cmake/project.cmake)\nproject(hello)\n"
                  "nvs_create_partition_image(nvs values.csv FLASH_IN_PROJECT)\n")
            with open(os.path.join(project, "large.bin"), "wb") as large:
                large.write(bytes(range(250)) * 40)
            write(project, "values.csv", "key,type,encoding,value\nstore,namespace,,\n"
                  "count,data,i32,-12\nname,data,string,a name of more than thirty-two bytes\n"
                  "large,file,binary,large.bin\n")
            write(project, "main/CMakeLists.txt", 'idf_component_register(SRCS "main.c")\n')
            write(project, "main/main.c", """
                #include <stdio.h>
                #include "esp_err.h"
                #include "nvs_flash.h"
                static char large[10000];
                void app_main(void) {
                  nvs_handle_t handle;
                  int32_t count;
                  char name[64];
                  size_t name_bytes = sizeof name, large_bytes = sizeof large;
                  ESP_ERROR_CHECK(nvs_flash_init());
                  ESP_ERROR_CHECK(nvs_open("store", NVS_READWRITE, &handle));
                  ESP_ERROR_CHECK(nvs_get_i32(handle, "count", &count));
                  ESP_ERROR_CHECK(nvs_get_str(handle, "name", name, &name_bytes));
                  ESP_ERROR_CHECK(nvs_get_blob(handle, "large", large, &large_bytes));
                  ESP_ERROR_CHECK(nvs_set_i32(handle, "count", count + 1));
                  printf("found %ld [%s] %d %d\\n", (long)count, name, (int)large_bytes, large[9999]);
                }
                """)
            typed(project, "idf.py", "build", "flash")
            board = os.path.join(project, "build", "board")
            for count in (-12, -11):
                rota("board", "expect", board, f"found {count} [a name of more than thirty-two bytes] "
                     f"10000 {249 - 256}", "--quiet")


class Mistakes(unittest.TestCase):
    """What the build says to each names the place and what to change."""

    def setUp(self):
        self.folder = tempfile.TemporaryDirectory(prefix="rota-idf-py-")
        self.addCleanup(self.folder.cleanup)
        self.project = copy_of_example(self.folder.name, "1.0.0")

    def refused(self, *words):
        return as_one_line(typed(self.project, "idf.py", *words, status=1))

    def set(self, *lines):
        with open(os.path.join(self.project, "sdkconfig.defaults"), "a", encoding="utf-8") as defaults:
            defaults.writelines(line + "\n" for line in lines)

    def test_missing_component(self):
        lists = os.path.join(self.project, "main", "CMakeLists.txt")
        write(self.project, "main/CMakeLists.txt",
              read(lists).replace("PRIV_REQUIRES", "PRIV_REQUIRES bluetooth_mesh_of_ours"))
        said = self.refused("build")
        self.assertIn(f"{lists} requires the component 'bluetooth_mesh_of_ours'", said)
        self.assertIn("Put its sources into components/bluetooth_mesh_of_ours/", said)

    def test_kconfig_that_can_not_be_read(self):
        path = os.path.join(self.project, "main", "Kconfig.projbuild")
        lines = read(path).splitlines()
        lines.insert(2, "    confg OUR_OPTION")
        write(self.project, "main/Kconfig.projbuild", "\n".join(lines) + "\n")
        said = self.refused("build")
        self.assertIn("main/Kconfig.projbuild:3: cannot read", said)
        self.assertIn("Correct the line", said)

    def test_table_larger_than_the_flash(self):
        self.set("CONFIG_PARTITION_TABLE_CUSTOM=y", 'CONFIG_PARTITION_TABLE_CUSTOM_FILENAME="ours.csv"')
        write(self.project, "ours.csv", "# name, type, subtype, offset, size\n"
                                        "otadata, data, ota, 0xd000, 0x2000\n"
                                        "ota_0, app, ota_0, 0x10000, 3M\n"
                                        "ota_1, app, ota_1, , 3M\n")
        said = self.refused("partition-table")
        self.assertIn(f"{self.project}/ours.csv: line 4: 'ota_1' ends at 0x610000, beyond the flash of "
                      "0x400000 (4 MiB)", said)
        self.assertIn("make partitions smaller or set the flash size", said)
        self.assertIn("CONFIG_ESPTOOLPY_FLASHSIZE", said)

    def test_app_larger_than_its_slot(self):
        self.set("CONFIG_PARTITION_TABLE_CUSTOM=y", 'CONFIG_PARTITION_TABLE_CUSTOM_FILENAME="ours.csv"')
        write(self.project, "ours.csv", "otadata, data, ota, 0xd000, 0x2000\n"
                                        "ota_0, app, ota_0, 0x10000, 64K\n"
                                        "ota_1, app, ota_1, , 64K\n")
        said = self.refused("build")
        self.assertRegex(said, r"native_ota.bin has [\d.]+ KB, but ota_0, ota_1 \(ours.csv:2\) has "
                               r"64.0 KB")
        self.assertIn("Enlarge the slot", said)


if __name__ == "__main__":
    unittest.main(verbosity=2)
