#!/usr/bin/python3
"""Checks that the app fits its slots and writes what is flashed where: flash_args, as ESP-IDF's.

Beside it, project_description.json says what was built, for idf.py and editors. Also writes ota_data_initial.bin (blank OTA data: a board starts from factory, or from ota_0) where
the table has such a partition.
"""

import argparse
import json
import os
import struct
import sys

ROW = struct.Struct("<HBBII16sI")  # spec 1.1
ROW_MAGIC = 0x50AA
APP, DATA = 0, 1
OTA_DATA = 0x00
FACTORY, OTA_FIRST, OTA_LAST = 0x00, 0x10, 0x1F


class Row:
    def __init__(self, fields):
        (_, self.type, self.subtype, self.offset, self.size, label, _) = fields
        self.label = label.split(b"\0")[0].decode("utf-8", "replace")


def rows_of(path):
    with open(path, "rb") as file:
        table = file.read()
    rows = []
    for start in range(0, len(table) - ROW.size + 1, ROW.size):
        fields = ROW.unpack_from(table, start)
        if fields[0] != ROW_MAGIC:
            break
        rows.append(Row(fields))
    return rows


def kilobytes(count):
    return "%.1f KB" % (count / 1024)


def check_flash_size(rows, arguments):
    flash_bytes = int(arguments.flash_size[:-2]) << 20
    end = max(row.offset + row.size for row in rows)
    if end <= flash_bytes:
        return
    needed = next((size for size in (1, 2, 4, 8, 16, 32, 64, 128) if size << 20 >= end), 128)
    sys.exit("The partition table '%s' needs %s of flash, but the board has %s. Set "
             "CONFIG_ESPTOOLPY_FLASHSIZE_%dMB=y (menuconfig: Serial flasher config, Flash size), "
             "or choose a smaller table."
             % (arguments.table_name, kilobytes(end), arguments.flash_size, needed))


def check_fit(rows, app, arguments):
    slots = [row for row in rows if row.type == APP and
             (row.subtype == FACTORY or OTA_FIRST <= row.subtype <= OTA_LAST)]
    if not slots:
        sys.exit("The partition table '%s' has no partition for an app. Add a row such as "
                 "'factory, app, factory, , 1M'." % arguments.table_name)
    too_small = [row for row in slots if row.size < os.path.getsize(app)]
    if not too_small:
        return slots
    size = os.path.getsize(app)
    smallest = min(too_small, key=lambda row: row.size)
    text = ("%s has %s, but %s of the partition table '%s' has %s: %s too much. Enlarge the slot "
            "(own table, or CONFIG_PARTITION_TABLE_TWO_OTA_LARGE=y), or make the app smaller "
            "(CONFIG_COMPILER_OPTIMIZATION_SIZE=y)."
            % (os.path.basename(app), kilobytes(size), ", ".join(row.label for row in too_small),
               arguments.table_name, kilobytes(smallest.size), kilobytes(size - smallest.size)))
    if len(too_small) == len(slots):
        sys.exit("error: " + text)
    print("warning: " + text)
    return slots


def write_description(slots, arguments, folder):
    app = os.path.basename(arguments.app)
    description = {
        "project_name": arguments.project,
        "project_version": arguments.project_version,
        "project_path": arguments.project_dir,
        "build_dir": folder,
        "target": arguments.target,
        "flash_bytes": int(arguments.flash_size[:-2]) << 20,
        "app_elf": os.path.splitext(app)[0] + ".elf",
        "app_bin": app,
        "app_partitions": [{"label": row.label, "offset": row.offset, "size": row.size}
                           for row in slots],
    }
    with open(os.path.join(folder, "project_description.json"), "w", encoding="utf-8") as file:
        json.dump(description, file, indent=2)
        file.write("\n")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    for name in ("table", "table-offset", "table-name", "bootloader", "bootloader-offset", "app",
                 "flash-size", "flash-mode", "flash-freq", "target", "project", "project-version",
                 "project-dir", "output"):
        parser.add_argument("--" + name, required=True)
    arguments = parser.parse_args()
    rows = rows_of(arguments.table)
    if not rows:
        sys.exit("%s has no partitions." % arguments.table)
    check_flash_size(rows, arguments)
    slots = check_fit(rows, arguments.app, arguments)
    first = min(slots, key=lambda row: row.subtype)

    folder = os.path.dirname(os.path.abspath(arguments.output))
    parts = [(int(arguments.bootloader_offset, 0), arguments.bootloader),
             (first.offset, arguments.app),
             (int(arguments.table_offset, 0), arguments.table)]
    for row in rows:
        if row.type == DATA and row.subtype == OTA_DATA:
            blank = os.path.join(folder, "ota_data_initial.bin")
            with open(blank, "wb") as file:
                file.write(b"\xff" * row.size)
            parts.append((row.offset, blank))
    with open(arguments.output, "w", encoding="utf-8") as file:
        file.write("--flash-mode %s --flash-freq %s --flash-size %s\n"
                   % (arguments.flash_mode, arguments.flash_freq, arguments.flash_size))
        for offset, path in sorted(parts):
            file.write("0x%x %s\n" % (offset, os.path.relpath(path, folder)))
    write_description(slots, arguments, folder)


if __name__ == "__main__":
    main()
