#!/usr/bin/python3
"""idf_component.yml: what satisfies a dependency, and what is said when nothing does."""

import os
import shutil
import sys
import unittest

from project_for_test import IDF_PATH, ProjectTest, run


class DependencyTest(ProjectTest):
    def setUp(self):
        super().setUp()
        self.give("main/CMakeLists.txt", 'idf_component_register(SRCS "main.c" REQUIRES log)\n')

    def give_component(self, folder, number):
        self.give(folder + "/CMakeLists.txt",
                  "idf_component_register(SRCS part.c INCLUDE_DIRS .)\n")
        self.give(folder + "/part.h", "int part(void);\n")
        self.give(folder + "/part.c", "int part(void) { return %d; }\n" % number)
        self.give("main/main.c", """
            #include <stdio.h>
            #include "part.h"
            void app_main(void) { printf("part %d\\n", part()); }
            """)

    def test_what_rota_provides_satisfies_whatever_version(self):
        self.give("main/idf_component.yml", """
            dependencies:
              idf: ">=5.1,<6"
              espressif/mdns: "^1.8.0"
              cjson:
                version: "==1.7.18"
              joltwallet/littlefs: "~1.14"
              protocol_examples_common:
                path: ${IDF_PATH}/examples/common_components/protocol_examples_common
            """)
        self.configure()
        self.make()

    def test_local_folders_and_vendored_components_are_used(self):
        for number, (folder, lines) in enumerate((
                ("parts/part", "path: ../parts/part"),
                ("parts/part", 'version: "^2"\n                override_path: "../parts/part"'),
                ("managed_components/maker__part", 'version: "^2"'),
                ("components/part", 'version: "^2"'))):
            with self.subTest(lines):
                for old in ("parts", "managed_components", "components"):
                    shutil.rmtree(os.path.join(self.project, old), ignore_errors=True)
                self.give_component(folder, number)
                self.give("main/idf_component.yml", """
            dependencies:
              maker/part:
                %s
            """ % lines)
                self.build = os.path.join(self.folder, str(number))
                self.configure()
                self.make()
                self.assertIn("part %d\n" % number, self.run_app())

    def test_a_dependency_of_a_dependency_is_found(self):
        self.give_component("parts/part", 3)
        self.give("parts/upper/CMakeLists.txt", "idf_component_register(INCLUDE_DIRS .)\n")
        self.give("parts/upper/idf_component.yml", """
            dependencies:
              part: {path: ../part, public: true}
            """)
        self.give("main/idf_component.yml", """
            dependencies:
              upper: {path: ../parts/upper}
            """)
        self.configure()
        self.make()
        self.assertIn("part 3\n", self.run_app())

    def test_each_missing_dependency_is_named_with_its_line_and_what_to_do(self):
        self.give("main/idf_component.yml", """
            dependencies:
              # Shows pictures.
              lvgl/lvgl: "^9.2"
              espressif/led_strip:
                version: "^3"
              from_git:
                git: https://example.com/from_git.git
            """)
        text = self.configure(expect=1)
        self.assertIn("main/idf_component.yml:3: the dependency 'lvgl/lvgl' (^9.2) is not part of "
                      "Rota, and the project has no components/lvgl or "
                      "managed_components/lvgl__lvgl. Copy the component there", text)
        self.assertIn("main/idf_component.yml:4: the dependency 'espressif/led_strip' (^3)", text)
        self.assertIn("main/idf_component.yml:6: the dependency 'from_git' "
                      "(https://example.com/from_git.git)", text)
        self.assertIn("components/from_git or managed_components/from_git.", text)

    def test_a_path_without_component_is_named(self):
        self.give("main/idf_component.yml", "dependencies:\n  part: {path: ../parts/part}\n")
        text = self.configure(expect=1)
        self.assertIn("main/idf_component.yml:2: the dependency 'part' names the folder", text)
        self.assertIn("project/parts/part, where there is no component. Correct the path", text)

    def test_what_does_not_count_is_not_asked_for(self):
        self.give("main/idf_component.yml", """
            dependencies:
              only/for_another_chip:
                version: "*"
                rules:
                  - if: "target in [esp32p4, esp32h2]"
              only/for_older_versions:
                version: "*"
                rules: [{if: "idf_version >=4.4,<6.0"}]
              not/required: {version: "*", require: no}
            """)
        self.configure()
        os.remove(os.path.join(self.project, "sdkconfig"))
        shutil.rmtree(self.build)
        text = self.configure("-DIDF_TARGET=esp32p4", expect=1)
        self.assertIn("'only/for_another_chip'", text)
        self.assertNotIn("'only/for_older_versions'", text)
        shutil.rmtree(self.build)
        self.configure("-DIDF_TARGET=esp32p4", IDF_COMPONENT_MANAGER="0")

    def test_a_file_that_is_not_yaml_is_named_with_its_line(self):
        self.give("main/idf_component.yml", 'dependencies:\n  espressif/mdns: "^1\n')
        self.assertIn("main/idf_component.yml:3: this is not YAML", self.configure(expect=1))
        self.give("main/idf_component.yml", "dependencies:\n  - espressif/mdns\n")
        self.assertIn("main/idf_component.yml: 'dependencies' is not a list of 'name: version'",
                      self.configure(expect=1))

    def test_missing_yaml_reader(self):
        outcome = run([sys.executable, "-I", "-S", os.path.join(IDF_PATH, "tools", "manifest.py"),
                       "--help"])
        self.assertNotEqual(outcome.returncode, 0)
        self.assertIn("sudo apt-get install python3-yaml", outcome.stdout)


if __name__ == "__main__":
    unittest.main()
