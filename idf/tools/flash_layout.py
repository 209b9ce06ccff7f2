#!/usr/bin/python3
"""Checks that the app fits its slots and writes what is flashed where: flash_args, as ESP-IDF's.

Beside it, project_description.json says what was built, for idf.py and editors. Also writes
ota_data_initial.bin (blank OTA data: a board starts from factory, or from ota_0) where the table
has such a partition.
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


def place_of(arguments, *labels):
    """FILE:LINE of a partition in the project's own table, or what the built-in table is called."""
    path = arguments.table_name
    if not os.path.exists(path):
        return "the partition table '%s'" % path
    shown = os.path.relpath(path, arguments.project_dir)
    shown = path if shown.startswith("..") else shown
    with open(path, encoding="utf-8", errors="replace") as file:
        for number, line in enumerate(file, 1):
            if line.split(",")[0].strip() in labels:
                return "%s:%d" % (shown, number)
    return shown


def also_flashed(rows, arguments):
    """[(offset, file)] of what the project flashes besides (partition_images.cmake)."""
    parts = []
    for also in arguments.also:
        place, path = also.split("=", 1)
        row = next((row for row in rows if row.label == place), None)
        try:
            offset = row.offset if row else int(place, 0)
        except ValueError:
            sys.exit("error: %s shall be flashed to the partition '%s', which %s does not have. It "
                     "has %s." % (path, place, place_of(arguments),
                                  ", ".join(row.label for row in rows)))
        if row and os.path.exists(path) and os.path.getsize(path) > row.size:
            sys.exit("error: %s has %s, but the partition '%s' (%s) has %s. Enlarge the partition, "
                     "or make the file smaller."
                     % (path, kilobytes(os.path.getsize(path)), place,
                        place_of(arguments, place), kilobytes(row.size)))
        parts.append((offset, path))
    return parts


def check_flash_size(rows, arguments):
    flash_bytes = int(arguments.flash_size[:-2]) << 20
    end = max(row.offset + row.size for row in rows)
    if end <= flash_bytes:
        return
    needed = next((size for size in (1, 2, 4, 8, 16, 32, 64, 128) if size << 20 >= end), 128)
    last = max(rows, key=lambda row: row.offset + row.size)
    sys.exit("error: %s: the partition '%s' ends at %s, but the board has %s of flash. Set "
             "CONFIG_ESPTOOLPY_FLASHSIZE_%dMB=y in sdkconfig.defaults (menuconfig: Serial flasher "
             "config, Flash size), or choose a smaller table."
             % (place_of(arguments, last.label), last.label, kilobytes(end), arguments.flash_size,
                needed))


def check_fit(rows, app, arguments):
    slots = [row for row in rows if row.type == APP and
             (row.subtype == FACTORY or OTA_FIRST <= row.subtype <= OTA_LAST)]
    if not slots:
        sys.exit("error: %s: there is no partition for an app. Add a row such as "
                 "'factory, app, factory, , 1M'." % place_of(arguments))
    too_small = [row for row in slots if row.size < os.path.getsize(app)]
    if not too_small:
        return slots
    size = os.path.getsize(app)
    smallest = min(too_small, key=lambda row: row.size)
    text = ("%s has %s, but %s (%s) has %s: %s too much. Enlarge the slot (own table, or "
            "CONFIG_PARTITION_TABLE_TWO_OTA_LARGE=y), or make the app smaller "
            "(CONFIG_COMPILER_OPTIMIZATION_SIZE=y)."
            % (os.path.basename(app), kilobytes(size), ", ".join(row.label for row in too_small),
               place_of(arguments, smallest.label), kilobytes(smallest.size),
               kilobytes(size - smallest.size)))
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
        "table_bin": os.path.relpath(arguments.table, folder),
        "table_offset": int(arguments.table_offset, 0),
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
    parser.add_argument("--also", action="append", default=[], metavar="PLACE=FILE")
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
    parts += also_flashed(rows, arguments)
    with open(arguments.output, "w", encoding="utf-8") as file:
        file.write("--flash-mode %s --flash-freq %s --flash-size %s\n"
                   % (arguments.flash_mode, arguments.flash_freq, arguments.flash_size))
        for offset, path in sorted(parts):
            file.write("0x%x %s\n" % (offset, os.path.relpath(path, folder)))
    write_description(slots, arguments, folder)


if __name__ == "__main__":
    main()
