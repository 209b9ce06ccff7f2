#!/usr/bin/python3
"""Makes the image of a data partition from a folder: what a program finds when it mounts the partition
with SPIFFS, littlefs or FAT (docs/formats/file-systems.md).

    file_system_image.py FOLDER OUTPUT.bin
"""

import os
import struct
import sys
import zlib

MAGIC = b"RotaFS1\0"
MAX_NAME_BYTES = 255


def files_of(folder):
    """(name with '/', content), in an order that does not depend on the host."""
    for place, folders, names in os.walk(folder):
        folders.sort()
        for name in sorted(names):
            path = os.path.join(place, name)
            with open(path, "rb") as file:
                yield os.path.relpath(path, folder).replace(os.sep, "/"), file.read()


def image_of(files):
    archive = b""
    for name, content in files:
        encoded = name.encode()
        if len(encoded) > MAX_NAME_BYTES:
            raise ValueError("the name '%s' is longer than %d bytes" % (name, MAX_NAME_BYTES))
        archive += struct.pack("<II", len(encoded), len(content)) + encoded + content
    return MAGIC + struct.pack("<II", zlib.crc32(archive), len(archive)) + archive


def main():
    folder, output = sys.argv[1:]
    if not os.path.isdir(folder):
        sys.exit("file_system_image.py: the folder %s does not exist. Create it, or correct the "
                 "call that makes an image of it." % folder)
    try:
        image = image_of(files_of(folder))
    except ValueError as wrong:
        sys.exit("file_system_image.py: %s: %s" % (folder, wrong))
    with open(output, "wb") as file:
        file.write(image)


if __name__ == "__main__":
    main()
