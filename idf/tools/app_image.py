#!/usr/bin/python3
"""Turns a linked app into the image that is flashed: PROJECT.elf -> PROJECT.bin.

The image carries a copy without symbols, which stays beside it as PROJECT.payload.elf; the
description in it names the SHA-256 of the file with symbols, so that a crash report finds the right
one.
"""

import argparse
import hashlib
import os
import subprocess
import sys


def sha256_of(path):
    digest = hashlib.sha256()
    with open(path, "rb") as file:
        for block in iter(lambda: file.read(1 << 20), b""):
            digest.update(block)
    return digest.hexdigest()


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("elf")
    parser.add_argument("--rota", required=True, help="the rota tool")
    parser.add_argument("--strip", required=True, help="the strip tool")
    parser.add_argument("--output", required=True)
    for name in ("chip", "project", "project-version", "idf-version", "secure-version",
                 "flash-size"):
        parser.add_argument("--" + name, required=True)
    arguments = parser.parse_args()
    payload = os.path.splitext(arguments.output)[0] + ".payload.elf"
    try:
        subprocess.run([arguments.strip, "--strip-all", "-o", payload, arguments.elf], check=True)
        subprocess.run([arguments.rota, "image", "pack", payload,
                        "--chip", arguments.chip, "--project", arguments.project,
                        "--project-version", arguments.project_version,
                        "--idf-version", arguments.idf_version,
                        "--secure-version", arguments.secure_version,
                        "--flash-size", arguments.flash_size,
                        "--elf-sha256", sha256_of(arguments.elf),
                        "--output", arguments.output], check=True)
    except subprocess.CalledProcessError as error:
        sys.exit(error.returncode)  # The tool said why.
    except OSError as error:
        sys.exit("%s can not be run: %s" % (error.filename, error.strerror))


if __name__ == "__main__":
    main()
