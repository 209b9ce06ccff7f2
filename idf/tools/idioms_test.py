#!/usr/bin/python3
"""What the CMakeLists.txt of real projects say beside idf_component_register()."""

import os
import unittest

from project_for_test import ProjectTest

PRINTS_NUMBER = """
    #include <stdio.h>
    int NAME(void);
    void app_main(void) { printf("%d\\n", NAME()); }
    """


class IdiomTest(ProjectTest):
    def give_component(self, folder, function, cmake_lines):
        self.give(folder + "/CMakeLists.txt", cmake_lines)
        self.give(folder + "/%s.c" % function, "int %s(void) { return 7; }\n" % function)

    def test_register_component_of_older_versions(self):
        self.give("main/CMakeLists.txt", """
            set(COMPONENT_SRCS "main.c" "seven.c")
            set(COMPONENT_ADD_INCLUDEDIRS ".")
            set(COMPONENT_PRIV_REQUIRES nvs_flash)
            set(COMPONENT_EMBED_TXTFILES ${IDF_PROJECT_PATH}/note.txt)
            register_component()
            component_compile_options(-DFROM_OPTIONS=1)
            """)
        self.give("note.txt", "note")
        self.give("main/seven.c", "int seven(void) { return 6 + FROM_OPTIONS; }\n")
        self.give("main/main.c", PRINTS_NUMBER.replace("NAME", "seven"))
        self.configure()
        self.make()
        self.assertEqual(self.run_app().splitlines()[-1], "7")

    def test_components_that_are_not_asked_for_are_not_built(self):
        for way, line in (("variable", "set(COMPONENTS main)"),
                          ("minimal", "idf_build_set_property(MINIMAL_BUILD ON)")):
            with self.subTest(way):
                self.build = os.path.join(self.folder, way)
                self.give("CMakeLists.txt", """
                    cmake_minimum_required(VERSION 3.16)
                    include($ENV{IDF_PATH}/tools/cmake/project.cmake)
                    %s
                    project(demo)
                    """ % line)
                self.give_component("components/used", "used", """
                    idf_component_register(SRCS used.c REQUIRES below)
                    """)
                self.give_component("components/below", "below", """
                    idf_component_register(SRCS below.c)
                    """)
                self.give("components/broken/CMakeLists.txt", """
                    idf_component_register(SRCS broken.c REQUIRES no_such_component)
                    """)
                self.give("components/broken/broken.c", "#error this is not to be compiled\n")
                self.give("main/CMakeLists.txt", """
                    idf_component_register(SRCS "main.c" PRIV_REQUIRES used)
                    """)
                self.give("main/main.c", PRINTS_NUMBER.replace("NAME", "used"))
                self.configure()
                self.make()
                self.assertEqual(self.run_app().splitlines()[-1], "7")

    def test_requirements_in_all_their_forms(self):
        self.give("CMakeLists.txt", """
            cmake_minimum_required(VERSION 3.16)
            include($ENV{IDF_PATH}/tools/cmake/project.cmake)
            idf_build_component(elsewhere/named)
            idf_build_set_property(COMPILE_OPTIONS "-DWIDE=2" APPEND)
            idf_build_set_property(COMPILE_DEFINITIONS "-DDEFINED=3" APPEND)
            project(demo VERSION 4.5.6 LANGUAGES C CXX)
            target_compile_definitions(__idf_main PRIVATE AFTERWARDS=1)
            add_custom_command(TARGET ${PROJECT_NAME}.elf POST_BUILD
                COMMAND ${CMAKE_COMMAND} -E touch ${CMAKE_BINARY_DIR}/linked)
            add_custom_target(extra COMMAND ${CMAKE_COMMAND} -E touch ${CMAKE_BINARY_DIR}/extra)
            add_dependencies(flash extra)
            add_custom_command(TARGET gen_project_binary POST_BUILD
                COMMAND ${CMAKE_COMMAND} -E touch ${CMAKE_BINARY_DIR}/packed)
            """)
        self.give_component("elsewhere/named", "named", """
            idf_component_register(SRCS named.c)
            target_compile_options(${COMPONENT_LIB} PRIVATE -mlongcalls -Werror -Wall)
            """)
        self.give("elsewhere/named/named.c", "int unused; int named(void) { int x; return 7; }\n")
        self.give("main/CMakeLists.txt", """
            idf_build_get_property(target IDF_TARGET)
            idf_build_get_property(components BUILD_COMPONENTS)
            if(NOT "nvs_flash" IN_LIST components OR NOT "named" IN_LIST components)
              message(FATAL_ERROR "components: ${components}")
            endif()
            idf_component_register(SRCS "main.c" INCLUDE_DIRS "." REQUIRES idf::nvs_flash)
            idf_component_optional_requires(PRIVATE named no_such_component)
            idf_component_set_property(main WHOLE_ARCHIVE TRUE)
            set_source_files_properties(main.c PROPERTIES COMPILE_DEFINITIONS CHIP="${target}")
            """)
        self.give("main/main.c", """
            #include <stdio.h>
            int named(void);
            void app_main(void) {
              printf("%s %d %d %d %d\\n", CHIP, named(), WIDE, DEFINED, AFTERWARDS);
            }
            """)
        os.remove(os.path.join(self.project, "version.txt"))
        self.configure()
        self.make()
        self.assertEqual(self.run_app(), "project demo version 4.5.6 rollback 0\nesp32 7 2 3 1\n")
        for left in ("linked", "packed"):
            self.assertTrue(os.path.exists(os.path.join(self.build, left)), left)

    def test_files_for_data_partitions_are_flashed_and_asked_about(self):
        self.give("main/CMakeLists.txt", """
            idf_component_register(SRCS "main.c")
            partition_table_get_partition_info(place "--partition-name nvs" "offset size")
            partition_table_get_partition_info(slot
                "--partition-type app --partition-subtype ota_1" "offset")
            partition_table_get_partition_info(none "--partition-name absent" "offset")
            message(STATUS "nvs: ${place} ota_1: ${slot} absent: [${none}]")
            esptool_py_flash_to_partition(flash "nvs" "${CMAKE_CURRENT_SOURCE_DIR}/settings.bin")
            esptool_py_flash_target_image(flash extra 0x300000 more.bin)
            """)
        with open(os.path.join(self.project, "CMakeLists.txt"), "a", encoding="utf-8") as lists:
            lists.write("esptool_py_flash_to_partition(flash ota_1 main/more.bin)\n")
        self.give("main/settings.bin", "settings")
        self.give("main/more.bin", "more")
        text = self.configure()
        self.assertIn("nvs: 0x9000 0x4000 ota_1: 0x210000 absent: []", text)
        self.make()
        layout = self.text_of("flash_args")
        self.assertIn("0x9000 ../project/main/settings.bin\n", layout)
        self.assertIn("0x300000 ../project/main/more.bin\n", layout)
        self.assertIn("0x210000 ../project/main/more.bin\n", layout)

    def test_a_folder_becomes_the_files_of_a_partition(self):
        self.give("main/CMakeLists.txt", """
            idf_component_register(SRCS "main.c")
            spiffs_create_partition_image(nvs ../www FLASH_IN_PROJECT)
            add_dependencies(spiffs_nvs_bin gen_project_binary)
            """)
        self.give("www/js/app.js", "let x;")
        self.give("www/index.html", "<html>")
        self.configure()
        self.make()
        self.assertIn("0x9000 nvs.bin\n", self.text_of("flash_args"))
        with open(os.path.join(self.build, "nvs.bin"), "rb") as file:
            image = file.read()
        self.assertEqual(image[:8], b"RotaFS1\0")
        self.assertEqual(image[16:], b"\x0a\0\0\0\x06\0\0\0index.html<html>"
                                     b"\x09\0\0\0\x06\0\0\0js/app.jslet x;")
        os.remove(os.path.join(self.project, "www/index.html"))
        self.give("www/index.html", "<html></html>")
        self.make()
        with open(os.path.join(self.build, "nvs.bin"), "rb") as file:
            self.assertIn(b"<html></html>", file.read())

    def test_named_values_become_an_nvs_partition(self):
        with open(os.path.join(self.project, "CMakeLists.txt"), "a", encoding="utf-8") as lists:
            lists.write("nvs_create_partition_image(nvs values.csv FLASH_IN_PROJECT)\n")
        self.assertIn("values.csv, which does not exist. Create it", self.configure(expect=1))
        self.give("values.csv", """
            key,type,encoding,value
            storage,namespace,,
            count,data,i32,7
            """)
        self.configure()
        self.make()
        self.assertIn("0x9000 nvs.bin\n", self.text_of("flash_args"))
        with open(os.path.join(self.build, "nvs.bin"), "rb") as file:
            image = file.read()
        self.assertEqual(len(image), 0x4000)
        # The header and the last line of the byte example of spec nvs 3, which was recorded.
        self.assertEqual(image[:32].hex(), "feffffff00000000fe" + "ff" * 19 + "842dbab9")
        self.assertEqual(image[64:96].hex(), "000101ff09a9500773746f72616765" + "00" * 9 +
                         "01ffffffffffffff")
        self.assertEqual(image[96:128].hex(), "011401ffc25a248e636f756e74" + "00" * 11 +
                         "07000000ffffffff")
        self.give("values.csv", "storage,namespace,,\ncount,data,u8,256\n")
        self.assertIn("values.csv:2: '256' is no u8.", self.make(expect=1))

    def test_a_file_for_a_partition_that_is_not_there_or_too_small(self):
        self.give("main/CMakeLists.txt", """
            idf_component_register(SRCS "main.c")
            esptool_py_flash_to_partition(flash "storage" settings.bin)
            """)
        self.give("main/settings.bin", "settings")
        self.configure()
        self.assertIn("settings.bin shall be flashed to the partition 'storage', which the "
                      "partition table 'two_ota' does not have. It has nvs, otadata, factory",
                      self.make(expect=1))
        self.give("main/CMakeLists.txt", """
            idf_component_register(SRCS "main.c")
            esptool_py_flash_to_partition(flash "nvs" settings.bin)
            """)
        self.give("main/settings.bin", "s" * 0x4001)
        self.assertIn("settings.bin has 16.0 KB, but the partition 'nvs' (the partition table "
                      "'two_ota') has 16.0 KB", self.make(expect=1))

    def test_kconfig_files_of_other_names_and_additions_after_project(self):
        self.give("CMakeLists.txt", """
            cmake_minimum_required(VERSION 3.16)
            set(IDF_TARGET esp32s3)
            set(SDKCONFIG ${CMAKE_BINARY_DIR}/sdkconfig)
            include($ENV{IDF_PATH}/tools/cmake/project.cmake)
            project(demo)
            target_add_binary_data(${PROJECT_NAME}.elf "note.txt" TEXT)
            add_library(beside STATIC beside.c)
            target_link_libraries(__idf_main PRIVATE beside)
            """)
        self.give("note.txt", "note")
        self.give("beside.c", "int beside(void) { return 4; }\n")
        self.give("main/CMakeLists.txt", """
            idf_component_register(SRCS "main.c"
                                   KCONFIG "options/Kconfig.main" KCONFIG_PROJBUILD options/Kconfig.top)
            """)
        self.give("main/options/Kconfig.main", "config INNER\n    int \"i\"\n    default 5\n")
        self.give("main/options/Kconfig.top", "config OUTER\n    int \"o\"\n    default 6\n")
        self.give("main/main.c", """
            #include <stdio.h>
            #include "sdkconfig.h"
            int beside(void);
            extern const char note[] asm("_binary_note_txt_start");
            void app_main(void) {
              printf("%s %s %d %d %d\\n", note, CONFIG_IDF_TARGET, CONFIG_INNER, CONFIG_OUTER, beside());
            }
            """)
        self.configure()
        self.make()
        self.assertEqual(self.run_app().splitlines()[-1], "note esp32s3 5 6 4")
        self.assertFalse(os.path.exists(os.path.join(self.project, "sdkconfig")))

    def test_a_program_folder_of_another_name(self):
        os.rename(os.path.join(self.project, "main"), os.path.join(self.project, "src"))
        self.give("CMakeLists.txt", """
            cmake_minimum_required(VERSION 3.16)
            set(EXTRA_COMPONENT_DIRS "src")
            include($ENV{IDF_PATH}/tools/cmake/project.cmake)
            project(demo)
            """)
        self.configure()
        self.make()
        self.assertIn("hello\n", self.run_app())

    def test_what_can_not_be_is_refused_with_advice(self):
        for call, said in (
                ('fail_at_build_time(checked "the key is missing" "run make_key.sh")', None),
                ('add_prebuilt_library(closed closed.a)', "closed.a is compiled for a chip"),
                ('idf_build_process(esp32)', "makes ESP-IDF a library of another CMake project"),
                ('include($ENV{IDF_PATH}/tools/cmake/idf.cmake)', "includes idf.cmake"),
                ('include($ENV{IDF_PATH}/tools/cmakev2/idf.cmake)', "second build system"),
                ('idf_component_register(SRCS main.c)', "calls idf_component_register() twice")):
            with self.subTest(call):
                self.give("main/CMakeLists.txt",
                          'idf_component_register(SRCS "main.c")\n%s\n' % call)
                with open(os.path.join(self.project, "main", "closed.a"), "wb") as archive:
                    archive.write(b"!<arch>\n" + b"\x7fELF\1\1\1" + bytes(9) + b"\1\0\x5e\0")
                if said:
                    self.assertIn(said, self.configure(expect=1))
                else:
                    self.configure()
                    self.assertIn("the key is missing run make_key.sh", self.make(expect=1))


if __name__ == "__main__":
    unittest.main()
