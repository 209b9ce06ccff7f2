#!/usr/bin/python3
"""Makes the image of an NVS partition from a CSV file, as ESP-IDF's generator reads it: lines
`key,type,encoding,value`, where type is namespace, data or file.

    nvs_image.py VALUES.csv BYTES OUTPUT.bin

The format is that of nvs_flash (spec nvs 1 to 3). A page's items stand in the order of the lines; the
last page stays active, those before it are full, and at least one is left blank for clean-ups.
"""

import base64
import binascii
import csv
import os
import struct
import sys
import zlib

PAGE_BYTES, ENTRY_BYTES, ENTRIES = 4096, 32, 126
ACTIVE, FULL = 0xFFFFFFFE, 0xFFFFFFFC
VERSION = 0xFE
CHUNK_BYTES = 4000
MAX_KEY_BYTES, MAX_NAMESPACES = 15, 254
STRING, BLOB_DATA, BLOB_INDEX, U8 = 0x21, 0x42, 0x48, 0x01
# encoding -> (type, layout)
SCALARS = {"u8": (0x01, "<B"), "i8": (0x11, "<b"), "u16": (0x02, "<H"), "i16": (0x12, "<h"),
           "u32": (0x04, "<I"), "i32": (0x14, "<i"), "u64": (0x08, "<Q"), "i64": (0x18, "<q")}


class Refusal(Exception):
    """Ends the run with a sentence for the person who wrote the file."""


def checksum(data):
    return zlib.crc32(data, 0xFFFFFFFF) & 0xFFFFFFFF


class Image:
    def __init__(self, size):
        self.size = size
        self.pages = []  # each a list of entries, 32 bytes each

    def put(self, namespace, kind, key, data, payload=b"", chunk=0xFF):
        """One item: its first entry, and the entries of its payload behind it on the same page."""
        blocks = [payload[at:at + ENTRY_BYTES].ljust(ENTRY_BYTES, b"\xff")
                  for at in range(0, len(payload), ENTRY_BYTES)]
        if not self.pages or len(self.pages[-1]) + 1 + len(blocks) > ENTRIES:
            if (len(self.pages) + 2) * PAGE_BYTES > self.size:
                raise Refusal("the values do not fit %d bytes; one page of %d bytes stays blank. "
                              "Enlarge the partition." % (self.size, PAGE_BYTES))
            self.pages.append([])
        head = struct.pack("<BBBB", namespace, kind, 1 + len(blocks), chunk)
        name = key.encode().ljust(16, b"\0")
        data = data.ljust(8, b"\xff")
        self.pages[-1] += [head + struct.pack("<I", checksum(head + name + data)) + name + data]
        self.pages[-1] += blocks

    def room(self):
        return (ENTRIES - 1 - len(self.pages[-1])) * ENTRY_BYTES if self.pages else CHUNK_BYTES

    def put_scalar(self, namespace, key, kind, layout, value):
        self.put(namespace, kind, key, struct.pack(layout, value))

    def put_string(self, namespace, key, text):
        payload = text + b"\0"
        if len(payload) > CHUNK_BYTES:
            raise Refusal("the text has %d bytes; a string has room for %d."
                          % (len(text), CHUNK_BYTES - 1))
        self.put(namespace, STRING, key, struct.pack("<HHI", len(payload), 0xFFFF,
                                                     checksum(payload)), payload)

    def put_blob(self, namespace, key, content):
        count, at = 0, 0
        while at < len(content) or count == 0:
            room = self.room()
            take = min(CHUNK_BYTES, len(content) - at, room if room >= ENTRY_BYTES else CHUNK_BYTES)
            piece = content[at:at + take]
            self.put(namespace, BLOB_DATA, key,
                     struct.pack("<HHI", len(piece), 0xFFFF, checksum(piece)), piece, chunk=count)
            at, count = at + take, count + 1
        self.put(namespace, BLOB_INDEX, key,
                 struct.pack("<IBBH", len(content), count, 0, 0xFFFF))

    def bytes(self):
        image = b""
        for number, blocks in enumerate(self.pages):
            state = ACTIVE if number == len(self.pages) - 1 else FULL
            body = struct.pack("<IB", number, VERSION) + b"\xff" * 19
            states = (1 << 256) - 1  # two bits for each entry; 2: written
            for entry in range(len(blocks)):
                states &= ~(1 << (2 * entry))
            page = (struct.pack("<I", state) + body + struct.pack("<I", checksum(body)) +
                    states.to_bytes(32, "little") + b"".join(blocks))
            image += page.ljust(PAGE_BYTES, b"\xff")
        return image.ljust(self.size, b"\xff")


def content_of(kind, encoding, value, folder):
    """The value as bytes, for strings and blobs."""
    if kind == "file":
        path = os.path.join(folder, value)
        try:
            with open(path, "rb") as file:
                raw = file.read()
        except OSError as error:
            raise Refusal("%s can not be read (%s)" % (path, error.strerror))
    else:
        raw = value.encode()
    if encoding in ("hex2bin", "base64"):
        decode = binascii.unhexlify if encoding == "hex2bin" else base64.b64decode
        try:
            return decode(b"".join(raw.split()))
        except (binascii.Error, ValueError) as error:
            raise Refusal("this is not %s: %s" % (encoding, error))
    return raw


def put_line(image, namespaces, namespace, fields, folder):
    """Carries one line out; returns the namespace of the next one."""
    if len(fields) < 2 or len(fields[0].encode()) > MAX_KEY_BYTES:
        raise Refusal("a line is written key,type,encoding,value, with a key of at most %d bytes."
                      % MAX_KEY_BYTES)
    key, kind, encoding, value = (fields + ["", ""])[:4]
    if kind == "namespace":
        if key not in namespaces:
            namespaces[key] = len(namespaces) + 1
            if namespaces[key] > MAX_NAMESPACES:
                raise Refusal("there are more than %d namespaces." % MAX_NAMESPACES)
            image.put_scalar(0, key, U8, "<B", namespaces[key])
        return namespaces[key]
    if kind not in ("data", "file"):
        raise Refusal("the type '%s' is none; it is namespace, data or file." % kind)
    if namespace is None:
        raise Refusal("the first line of values needs a namespace above it: NAME,namespace,,")
    if encoding in SCALARS and kind == "data":
        type_code, layout = SCALARS[encoding]
        try:
            image.put_scalar(namespace, key, type_code, layout, int(value, 0))
        except (ValueError, struct.error):
            raise Refusal("'%s' is no %s." % (value, encoding))
    elif encoding == "string":
        image.put_string(namespace, key, content_of(kind, encoding, value, folder))
    elif encoding in ("hex2bin", "base64", "binary"):
        image.put_blob(namespace, key, content_of(kind, encoding, value, folder))
    else:
        raise Refusal("the encoding '%s' is none; it is one of %s, string, hex2bin, base64, binary."
                      % (encoding, ", ".join(SCALARS)))
    return namespace


def image_of(path, size):
    image, namespaces, namespace = Image(size), {}, None
    with open(path, encoding="utf-8", newline="") as file:
        lines = csv.reader(file)
        for fields in lines:
            fields = [field.strip() for field in fields]
            if not any(fields) or fields[0].startswith("#") or fields[:2] == ["key", "type"]:
                continue
            try:
                namespace = put_line(image, namespaces, namespace, fields, os.path.dirname(path))
            except Refusal as refusal:
                raise Refusal("%s:%d: %s" % (path, lines.line_num, refusal))
    return image.bytes()


def main():
    path, size, output = sys.argv[1:]
    try:
        image = image_of(path, int(size, 0))
    except Refusal as refusal:
        sys.exit("error: %s" % refusal)
    except (OSError, UnicodeDecodeError) as error:
        sys.exit("error: %s can not be read (%s)" % (path, error))
    with open(output, "wb") as file:
        file.write(image)


if __name__ == "__main__":
    main()
