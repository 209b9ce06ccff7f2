#!/usr/bin/python3
"""Prints offset, size or other facts of a partition, for CMake files that ask for them."""

import argparse
import os
import subprocess
import sys

import flash_layout

TYPES = {"app": 0, "data": 1, "bootloader": 2, "partition_table": 3}
SUBTYPES = {"factory": 0x00, "test": 0x20, "ota": 0x00, "phy": 0x01, "nvs": 0x02, "coredump": 0x03,
            "nvs_keys": 0x04, "efuse": 0x05, "undefined": 0x06, "fat": 0x81, "spiffs": 0x82,
            "littlefs": 0x83, **{"ota_%d" % slot: 0x10 + slot for slot in range(16)}}


def number(text, names):
    return names[text] if text in names else int(text, 0)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    for name in ("rota", "table", "table-offset", "flash-size", "work", "info"):
        parser.add_argument("--" + name, required=True)
    parser.add_argument("--partition-name")
    parser.add_argument("--partition-type")
    parser.add_argument("--partition-subtype")
    parser.add_argument("--partition-boot-default", action="store_true")
    arguments = parser.parse_args()
    built = os.path.join(arguments.work, "asked_table.bin")
    if subprocess.call([arguments.rota, "table", "build", arguments.table, "--offset",
                        arguments.table_offset, "--flash-size", arguments.flash_size, "-o", built],
                       stdout=subprocess.DEVNULL):
        sys.exit("the partition table can not be built")
    found = flash_layout.rows_of(built)
    if arguments.partition_name:
        found = [row for row in found if row.label == arguments.partition_name]
    if arguments.partition_type:
        found = [row for row in found if row.type == number(arguments.partition_type, TYPES)]
    if arguments.partition_subtype:
        wanted = number(arguments.partition_subtype, SUBTYPES)
        found = [row for row in found if row.subtype == wanted]
    if arguments.partition_boot_default:
        found = sorted((row for row in found if row.type == flash_layout.APP),
                       key=lambda row: row.subtype)
    if not found:
        return  # ESP-IDF answers with nothing, too: projects ask whether a partition exists.
    facts = {"name": found[0].label, "offset": "0x%x" % found[0].offset,
             "size": "0x%x" % found[0].size, "type": str(found[0].type),
             "subtype": str(found[0].subtype)}
    print(" ".join(facts[name] for name in arguments.info.split()))


if __name__ == "__main__":
    main()
