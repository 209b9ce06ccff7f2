#!/usr/bin/python3
"""Every option reaches rota::idf::config() of the prebuilt face."""

import os
import re
import shutil
import textwrap
import unittest

from project_for_test import BENCH, IDF_PATH, SOURCES, ProjectTest, run

import config_object


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
        CONFIG_HTTPD_WS_SUPPORT=y
        CONFIG_ROTA_HTTPS_OTA_PACE_BYTES=100
        CONFIG_ROTA_HTTPS_OTA_PACE_SECONDS=5
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
                 "std::ostream& operator<<(std::ostream& o, Config::SignedApps s) "
                 "{ return o << int(s); }",
                 "int main() {", "  const Config& c = config();"]
        lines += ['  std::cout << "%s=" << +c.%s << "\\n";' % (member, member)
                  if member not in ("log_default_level", "log_maximum_level",
                                    "spi_flash_dangerous_write", "secure_signed_apps_scheme")
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
                  "secure_signed_on_update", "secure_signed_apps_no_secure_boot",
                  "secure_signed_apps_scheme", "task_watchdog", "project_name", "version", "idf_version"}
        self.assertEqual(same, others)
        for member, value in (("partition_table_offset", str(0xC000)), ("log_default_level", "2"),
                              ("log_maximum_level", "5"), ("https_ota_event_post_timeout_ms", "-1"),
                              ("http_client_get_content_range", "1"), ("app_secure_version", "3"),
                              ("spi_flash_dangerous_write", "2"), ("compile_time", ""),
                              ("https_ota_pace_window_ms", "5000")):
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
        for scheme, number, target in (("RSA", "0", "esp32"), ("ECDSA_V2", "1", "esp32c3"),
                                       ("ECDSA", "2", "esp32")):
            signed = self.members(self.SIGNED_WITHOUT_SECURE_BOOT +
                                  "CONFIG_SECURE_SIGNED_APPS_%s_SCHEME=y\n" % scheme, target)
            self.assertEqual(signed["secure_signed_apps_scheme"], number, scheme)


if __name__ == "__main__":
    unittest.main()
