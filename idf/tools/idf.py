#!/usr/bin/python3
"""idf.py for virtual boards: the commands of ESP-IDF's own, with a board in a folder instead of a
serial port. Commands are carried out in the order given: idf.py flash monitor."""

import argparse
import difflib
import json
import os
import re
import shlex
import shutil
import signal
import subprocess
import sys
import tomllib

IDF_PATH = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
# CMake finds its own way to these; idf.py only hands them on.
GENERATORS = {"Ninja": ["ninja"], "Unix Makefiles": ["make"]}
SERIAL_PORT = re.compile(r"^(/dev/|COM\d+$|rfc2217:|socket:)")


class Refusal(Exception):
    """Ends the run with a sentence for the person who typed the command."""


class Project:
    def __init__(self, arguments):
        self.folder = os.path.abspath(arguments.project_dir)
        self.build = os.path.abspath(arguments.build_dir or os.path.join(self.folder, "build"))
        self.board = os.path.abspath(arguments.port or os.path.join(self.build, "board"))
        self.output = arguments.output
        self.defines = arguments.define_cache_entry
        self.generator = arguments.generator
        self.is_verbose = arguments.verbose
        rota_build = os.environ.get("ROTA_BUILD_DIR",
                                    os.path.join(os.path.dirname(IDF_PATH), "build"))
        self.rota_build = os.path.abspath(rota_build)
        self.rota = os.path.join(self.rota_build, "rota")
        self.is_built = False
        if SERIAL_PORT.match(arguments.port or ""):
            raise Refusal("'%s' is a serial port, but no chip is reached here: -p names the folder of "
                          "a virtual board. Leave it out for build/board." % arguments.port)
        if not os.path.exists(os.path.join(self.folder, "CMakeLists.txt")):
            raise Refusal("There is no CMakeLists.txt in %s, so it is no ESP-IDF project. Change to the "
                          "project's folder, or name it: idf.py -C DIR ..." % self.folder)
        if not os.access(self.rota, os.X_OK):
            raise Refusal("There is no Rota build in %s. Run './dev build' in %s."
                          % (self.rota_build, os.path.dirname(IDF_PATH)))

    # ---- Running programs ------------------------------------------------------------------------

    def run(self, command, **options):
        """Runs a program that speaks for itself; a failure ends idf.py with its exit status."""
        if self.is_verbose:
            print("Executing:", " ".join(command))
        sys.stdout.flush()
        try:
            status = subprocess.call(command, **options)
        except OSError as error:
            raise Refusal("%s can not be run: %s." % (command[0], error.strerror))
        except KeyboardInterrupt:
            sys.exit(130)
        if status != 0:
            sys.exit(status if status > 0 else 1)

    def run_rota(self, *words):
        self.run([self.rota, *words])

    # ---- Building --------------------------------------------------------------------------------

    def description(self):
        """What the build wrote down for tools: sizes, names, places."""
        path = os.path.join(self.build, "project_description.json")
        try:
            with open(path, encoding="utf-8") as file:
                return json.load(file)
        except (OSError, ValueError) as error:
            raise Refusal("%s can not be read (%s). Build the project again: idf.py fullclean build"
                          % (path, error))

    def is_configured(self):
        return os.path.exists(os.path.join(self.build, "CMakeCache.txt"))

    def configure(self, always=False, target=None):
        command = ["cmake", "-G", self.generator, "-S", self.folder, "-B", self.build,
                   "-DROTA_BUILD_DIR=" + self.rota_build]
        command += ["-D" + entry for entry in self.defines]
        if target:
            command.append("-DIDF_TARGET=" + target)
        if always or target or self.defines or not self.is_configured():
            os.environ["IDF_PATH"] = IDF_PATH
            self.run(command)

    def make(self, *targets):
        self.configure()
        command = ["cmake", "--build", self.build]
        if targets:
            command += ["--target", *targets]
        if self.is_verbose:
            command.append("--verbose")
        self.run(command)

    def make_all(self):
        if not self.is_built:
            self.make("all", "flash")  # Projects hang files to flash on the target "flash".
        self.is_built = True

    # ---- The board -------------------------------------------------------------------------------

    def flash_args(self):
        """[(offset, file)] of what is flashed, as the build lists it."""
        path = os.path.join(self.build, "flash_args")
        with open(path, encoding="utf-8") as file:
            lines = file.read().splitlines()[1:]
        return [(offset, os.path.join(self.build, name))
                for offset, name in (line.split(maxsplit=1) for line in lines if line)]

    def make_board(self):
        facts = self.description()
        flash_size = "%dMB" % (facts["flash_bytes"] >> 20)
        if os.path.exists(os.path.join(self.board, "board.toml")):
            with open(os.path.join(self.board, "board.toml"), "rb") as file:
                board = tomllib.load(file)
            if board["chip"] == facts["target"] and board["flash_size"] == flash_size:
                return
            raise Refusal("The board in %s is an %s with %s of flash, but this project is built for an "
                          "%s with %s. Remove that folder to get a new board, or name another: "
                          "idf.py -p DIR flash"
                          % (self.board, board["chip"], board["flash_size"], facts["target"],
                             flash_size))
        self.run_rota("board", "new", self.board, "--chip", facts["target"],
                      "--flash-size", flash_size,
                      "--table", os.path.join(self.build, facts["table_bin"]),
                      "--table-offset", hex(facts["table_offset"]))

    def need_board(self):
        if not os.path.exists(os.path.join(self.board, "board.toml")):
            raise Refusal("There is no board in %s yet. Make one with: idf.py flash (another folder: "
                          "idf.py -p DIR flash)" % self.board)

    # ---- Commands --------------------------------------------------------------------------------

    def do_all(self):
        self.make_all()
        print("\nProject build complete. To flash a virtual board and watch it, run:\n"
              " idf.py flash monitor")

    def do_reconfigure(self):
        self.configure(always=True)

    def do_menuconfig(self):
        self.make("menuconfig")

    def do_bootloader(self):
        self.make("bootloader")

    def do_app(self):
        self.make("app")

    def do_flash(self):
        self.make_all()
        self.make_board()
        self.run_rota("board", "flash", self.board,
                      *("%s=%s" % part for part in self.flash_args()))

    def do_app_flash(self):
        self.make_all()
        self.make_board()
        app = os.path.join(self.build, self.description()["app_bin"])
        self.run_rota("board", "flash", self.board,
                      *("%s=%s" % part for part in self.flash_args() if part[1] == app))

    def do_monitor(self):
        self.need_board()
        print("--- board %s: Ctrl-] powers it down ---" % self.board)
        # Ctrl-] and Ctrl-C reach every program of this terminal; they are meant for the board alone.
        # A handler, unlike "ignore", is not inherited by the program that is started.
        before = {key: signal.signal(key, lambda *_: None) for key in (signal.SIGQUIT, signal.SIGINT)}
        self.run_rota("board", "run", self.board)
        for key, handler in before.items():
            signal.signal(key, handler)

    def do_erase_flash(self):
        self.need_board()
        self.run_rota("board", "erase", self.board)

    def do_erase_otadata(self):
        self.need_board()
        self.run_rota("otadata", "erase", self.board)

    def do_read_otadata(self):
        self.need_board()
        self.run_rota("otadata", "show", self.board)

    def do_partition_table(self):
        self.make("partition_table")
        self.run_rota("table", "show", os.path.join(self.build, "partition_table",
                                                    "partition-table.bin"))

    def do_size(self):
        self.make_all()
        facts = self.description()
        app = os.path.join(self.build, facts["app_bin"])
        used = os.path.getsize(app)
        print("%s: 0x%x bytes (%d KB)" % (facts["app_bin"], used, used >> 10))
        for slot in facts["app_partitions"]:
            free = slot["size"] - used
            print("  %-16s 0x%06x bytes, 0x%06x bytes (%d%%) free"
                  % (slot["label"], slot["size"], free, 100 * free // slot["size"]))
        print("The program in it is compiled for this computer; on a chip its size is another.")

    def do_merge_bin(self):
        self.make_all()
        output = os.path.abspath(self.output or os.path.join(self.build, "merged-binary.bin"))
        self.run_rota("flash", "merge", "-o", output,
                      *("%s=%s" % part for part in self.flash_args()))

    def do_save_defconfig(self):
        self.make("save-defconfig")

    def do_docs(self):
        print("Rota's documentation: %s\nwhere it differs from ESP-IDF's: %s"
              % tuple(os.path.join(os.path.dirname(IDF_PATH), *names)
                      for names in (("README.md",), ("docs", "compatibility.md"))))

    def do_clean(self):
        if self.is_configured():
            self.run(["cmake", "--build", self.build, "--target", "clean"])

    def do_fullclean(self):
        if not os.path.isdir(self.build) or not os.listdir(self.build):
            print("There is nothing in %s to clean." % self.build)
            return
        if not self.is_configured():
            raise Refusal("%s does not look like a build folder (it has no CMakeCache.txt), so nothing "
                          "was removed. Remove it by hand if it is one." % self.build)
        board_is_inside = os.path.commonpath([self.build, self.board]) == self.build
        for name in os.listdir(self.build):
            path = os.path.join(self.build, name)
            if board_is_inside and os.path.commonpath([path, self.board]) == path:
                continue  # A board is not a product of the build: its flash has a history.
            if os.path.isdir(path) and not os.path.islink(path):
                shutil.rmtree(path)
            else:
                os.remove(path)
        print("Cleaned %s%s." % (self.build, "; the board stays" if os.path.exists(self.board) else ""))

    # ---- The proof -------------------------------------------------------------------------------

    def certificate_authority(self):
        """Makes sure that Rota's certificate authority exists; the file with its certificate."""
        server = os.path.join(self.rota_build, "rota-server")
        try:
            done = subprocess.run([server, "--make-ca"], stdout=subprocess.PIPE,
                                  stderr=subprocess.STDOUT, text=True, check=False)
        except OSError as error:
            raise Refusal("%s can not be run: %s. Run './dev build' in %s."
                          % (server, error.strerror, os.path.dirname(IDF_PATH)))
        if done.returncode != 0:
            raise Refusal("There is no certificate authority for the update server: %s"
                          % done.stdout.strip())
        return done.stdout.splitlines()[0]

    def option_is_set(self, name):
        """Whether a bool of the project's configuration is y."""
        path = os.path.join(self.build, "config", "sdkconfig.h")
        with open(path, encoding="utf-8") as file:
            return any(line.split()[:3] == ["#define", "CONFIG_" + name, "1"] for line in file)

    def do_prove(self, *words):
        # In a build of its own: there the program trusts the server of the proof, and its board
        # always holds what was just built. The person's own board and build stay as they are.
        folder = os.path.join(self.build, "prove")
        authority = self.certificate_authority()
        self.build, self.board = folder, os.path.join(folder, "board")
        self.defines = self.defines + ["ROTA_CA_CERT=" + authority]
        shutil.rmtree(self.board, ignore_errors=True)
        self.do_flash()
        options = []
        if self.option_is_set("ROTA_SLOT_WRITING_REFERENCE"):
            options += ["--slot-writing", "reference"]
        if not any(word == "--html" or word.startswith("--html=") for word in words):
            options += ["--html", os.path.join(folder, "prove.html")]
        # For programs that trust the certificate bundle instead of a file of their own.
        os.environ.setdefault("ROTA_CA_FILE", authority)
        self.run_rota("prove", self.board, *options, *words)

    def do_set_target(self, target):
        sdkconfig = os.path.join(self.folder, "sdkconfig")
        if self.is_configured():
            self.do_fullclean()
        if os.path.exists(sdkconfig):
            os.replace(sdkconfig, sdkconfig + ".old")
            print("The old settings are kept in sdkconfig.old.")
        self.configure(target=target)


# name -> (method, one line of help); aliases as in ESP-IDF, with '_' for '-' as well.
COMMANDS = {
    "all": ("do_all", "build the project (also: build)"),
    "menuconfig": ("do_menuconfig", "choose the project's options in a terminal"),
    "flash": ("do_flash", "build, and flash a virtual board; makes the board if there is none"),
    "app-flash": ("do_app_flash", "the same for the app alone"),
    "monitor": ("do_monitor", "power the board and show its console; Ctrl-] leaves"),
    "erase-otadata": ("do_erase_otadata", "erase OTA data: the factory image boots again"),
    "read-otadata": ("do_read_otadata", "show both OTA data records and what they mean"),
    "erase-flash": ("do_erase_flash", "erase the whole flash of the board"),
    "partition-table": ("do_partition_table", "build the partition table and show it"),
    "size": ("do_size", "show the size of the app and the room in its slots"),
    "set-target": ("do_set_target", "choose the chip: idf.py set-target esp32c3"),
    "prove": ("do_prove", "cut the power of the project's updates everywhere, and show what is lost; "
              "words behind it go to rota prove"),
    "reconfigure": ("do_reconfigure", "run CMake again"),
    "bootloader": ("do_bootloader", "build the bootloader image"),
    "app": ("do_app", "build the app image"),
    "merge-bin": ("do_merge_bin", "all that is flashed in one file (-o FILE)"),
    "save-defconfig": ("do_save_defconfig", "write what differs from the defaults to "
                                            "sdkconfig.defaults"),
    "docs": ("do_docs", "say where the documentation lies"),
    "clean": ("do_clean", "remove what was compiled"),
    "fullclean": ("do_fullclean", "remove the whole build, but not the board"),
}
ALIASES = {"build": "all", "bootloader-flash": "flash", "partition-table-flash": "flash",
           "encrypted-flash": "flash", "encrypted-app-flash": "app-flash"}

# Commands of ESP-IDF's idf.py that make no sense here, with what does.
CHIP_SIZES = ("sizes of parts come from a build for the chip; here 'idf.py size' shows the room in "
              "the slots.")
NO_DEBUGGER = ("a virtual board is a program: run the .elf of a build under gdb, or see its console "
               "with 'idf.py monitor'.")
FUSES = "fuses of a board are shown by: rota efuse show BOARD"
ELSEWHERE = {
    "size-components": CHIP_SIZES, "size-files": CHIP_SIZES, "size-symbols": CHIP_SIZES,
    "gdb": NO_DEBUGGER, "gdbgui": NO_DEBUGGER, "gdbtui": NO_DEBUGGER, "openocd": NO_DEBUGGER,
    "coredump-info": NO_DEBUGGER, "coredump-debug": NO_DEBUGGER, "qemu": NO_DEBUGGER,
    "efuse-summary": FUSES, "efuse-dump": FUSES, "efuse-burn": FUSES,
    "create-project": "copy a folder of Rota's examples/, such as examples/native_ota.",
    "create-component": "make components/NAME/CMakeLists.txt with idf_component_register().",
    "create-manifest": "write idf_component.yml by hand: 'name: version' lines below 'dependencies:'.",
    "add-dependency": "put the component's sources into components/NAME/.",
    "update-dependencies": "there is one version of each component; see idf_component.yml.",
    "confserver": "use 'idf.py menuconfig', or edit sdkconfig.",
    "dfu": "use 'idf.py merge-bin' for one file.", "uf2": "use 'idf.py merge-bin' for one file.",
    "secure-sign-data": "images for real chips are signed by: espsecure sign-data",
    "python-clean": "nothing is cached; 'idf.py fullclean' removes the build.",
    "build-system-targets": "use: ninja -C build -t targets",
}


def parser():
    commands = "\n".join("  %-16s %s" % (name, text) for name, (_, text) in COMMANDS.items())
    made = argparse.ArgumentParser(
        prog="idf.py", fromfile_prefix_chars="@", formatter_class=argparse.RawDescriptionHelpFormatter,
        usage="idf.py [OPTIONS] COMMAND [COMMAND ...]",
        description=__doc__, epilog="commands:\n%s\n\nexample:\n  idf.py -p /tmp/board flash monitor"
        % commands)
    made.add_argument("-C", "--project-dir", default=".", metavar="DIR", help="the project's folder")
    made.add_argument("-B", "--build-dir", metavar="DIR", help="the build folder; default: build")
    made.add_argument("-p", "--port", metavar="DIR", help="the board's folder; default: build/board")
    made.add_argument("-b", "--baud", help=argparse.SUPPRESS)  # a folder has no baud rate
    made.add_argument("-D", "--define-cache-entry", action="append", default=[], metavar="NAME=VALUE",
                      help="a variable for CMake")
    made.add_argument("-G", "--generator", default="Ninja", choices=sorted(GENERATORS))
    made.add_argument("-o", "--output", metavar="FILE", help="where merge-bin writes")
    made.add_argument("-v", "--verbose", action="store_true", help="show the commands that are run")
    made.add_argument("--version", action="version", version="Rota 0.1.0, in place of ESP-IDF v6.2")
    # What people's scripts say and changes nothing here.
    for ignored in ("--ccache", "--no-ccache", "-n", "--no-warnings", "--preview", "--no-hints"):
        made.add_argument(ignored, action="store_true", dest="ignored", help=argparse.SUPPRESS)
    made.add_argument("commands", nargs="*", metavar="COMMAND", help=argparse.SUPPRESS)
    return made


def words_of_line(line):
    """@FILE on the command line: words as a shell would split them."""
    return shlex.split(line, comments=True)


def plan_of(words):
    """[(method, its words)] of the commands; refuses before anything is done."""
    plan = []
    words = list(words)
    while words:
        typed = words.pop(0)
        name = typed.replace("_", "-")
        name = ALIASES.get(name, name)
        if name in ELSEWHERE:
            raise Refusal("'%s' is not offered: %s" % (typed, ELSEWHERE[name]))
        if name not in COMMANDS:
            near = difflib.get_close_matches(typed, list(COMMANDS) + list(ALIASES), 1)
            raise Refusal("'%s' is not a command%s idf.py --help lists them."
                          % (typed, "; did you mean '%s'?" % near[0] if near else "."))
        operands = []
        if name == "set-target":
            if not words:
                raise Refusal("set-target needs the name of a chip, such as esp32c3.")
            operands.append(words.pop(0))
        if name == "prove":
            operands, words = words, []
        plan.append((COMMANDS[name][0], operands))
    return plan


def main():
    typed_parser = parser()
    typed_parser.convert_arg_line_to_args = words_of_line
    # What follows prove are words of another command.
    words = sys.argv[1:]
    end = words.index("prove") + 1 if "prove" in words else len(words)
    arguments = typed_parser.parse_intermixed_args(words[:end])
    arguments.commands += words[end:]
    if not arguments.commands:
        typed_parser.print_help()
        return 2
    try:
        plan = plan_of(arguments.commands)
        project = Project(arguments)
        for method, operands in plan:
            getattr(project, method)(*operands)
    except Refusal as refusal:
        print("idf.py: %s" % refusal, file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
