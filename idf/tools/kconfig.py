#!/usr/bin/python3
"""Turns a project's Kconfig files and settings into what its build reads.

Settings come in this order, later wins: the defaults of the Kconfig files, the files of
SDKCONFIG_DEFAULTS (each followed by its variant for the target), the project's sdkconfig. Written
are sdkconfig itself and, in the output folder, sdkconfig.h, sdkconfig.cmake, kconfig_inputs.cmake
(the files to watch) and rota_idf_config.cc, the object that carries every option into the prebuilt
ESP-IDF face (idf/config.h). A file whose content would not change is not touched.

Options that no Kconfig file declares are kept as they are: a full sdkconfig of a real project has
about 2000 lines, most of them about hardware that a virtual board does not have.
"""

import argparse
import os
import re
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import config_object  # noqa: E402

try:
    import kconfiglib
except ImportError:
    sys.exit("python3-kconfiglib is missing: install it with\n"
             "  sudo apt-get install python3-kconfiglib\n"
             "and configure the project again. (Python in use: %s)" % sys.executable)

ASSIGNMENT = re.compile(r"^CONFIG_(\w+)=(.*)$")
UNSET = re.compile(r"^# CONFIG_(\w+) is not set$")
NAMES_SHOWN = 8


class Refusal(Exception):
    """Ends the configuration with a sentence for the person who runs it."""


def note(text):
    print("-- Rota: " + text)


def warn(text):
    print("-- Rota: warning: " + text)


def shown(names):
    names = sorted(names)
    text = ", ".join(names[:NAMES_SHOWN])
    more = len(names) - NAMES_SHOWN
    return text + (" and %d more" % more if more > 0 else "")


def relative(path, project_dir):
    short = os.path.relpath(path, project_dir)
    return path if short.startswith("../..") else short


def write_if_changed(path, text):
    try:
        with open(path, encoding="utf-8") as existing:
            if existing.read() == text:
                return
    except (OSError, UnicodeDecodeError):
        pass
    draft = path + ".new"
    try:
        with open(draft, "w", encoding="utf-8") as file:
            file.write(text)
        os.replace(draft, path)
    except OSError as error:
        raise Refusal("%s can not be written (%s); check the folder's permissions and free space, "
                      "or set SDKCONFIG to another place." % (path, error.strerror))


class Settings:
    """One file of CONFIG_ lines: the values in its order, for judging what became of them."""

    def __init__(self, path):
        self.path = path
        self.values = {}
        is_of_old_names = False
        try:
            with open(path, encoding="utf-8") as file:
                lines = file.read().splitlines()
        except OSError as error:
            raise Refusal("%s can not be read (%s); SDKCONFIG_DEFAULTS names it."
                          % (path, error.strerror))
        except UnicodeDecodeError:
            raise Refusal("%s is not UTF-8 text; save it as UTF-8." % path)
        for number, line in enumerate(lines, 1):
            if line.startswith("# Deprecated options for backward compat"):
                is_of_old_names = True  # ESP-IDF repeats values there; only the others count.
            if not is_of_old_names:
                self._take(number, line.rstrip())

    def _take(self, number, line):
        match = ASSIGNMENT.match(line)
        if match:
            self.values[match.group(1)] = match.group(2)
            return
        match = UNSET.match(line)
        if match:
            self.values[match.group(1)] = "n"
        elif line and not line.startswith("#"):
            raise Refusal("%s:%d: cannot read '%s'; a setting is written CONFIG_NAME=value "
                          "(y, n, a number, or text in double quotes)." % (self.path, number, line))


class Renames:
    """Names that options had in older versions, as files sdkconfig.rename list them."""

    LINE = re.compile(r"^CONFIG_(\w+)\s+(!?)CONFIG_(\w+)$")

    def __init__(self, paths, kconf):
        self.new_names = {}  # old -> (new, whether the meaning is turned round)
        for path in paths:
            with open(path, encoding="utf-8") as file:
                lines = file.read().splitlines()
            for number, line in enumerate(lines, 1):
                match = self.LINE.match(line.strip())
                if match:
                    self._take(kconf, *match.groups())
                elif line.strip() and not line.startswith("#"):
                    raise Refusal("%s:%d: cannot read '%s'; a line is written CONFIG_OLD CONFIG_NEW."
                                  % (path, number, line))

    def _take(self, kconf, old, turned, new):
        own = kconf.syms.get(old)
        if (own is None or not own.nodes) and new in kconf.syms and kconf.syms[new].nodes:
            self.new_names[old] = (new, bool(turned))

    def apply(self, settings, arguments):
        """The path of a file with today's names only: the one of `settings` where that has them."""
        used = {old for old in settings.values if old in self.new_names}
        if not used:
            return settings.path
        for old in used:
            new, turned = self.new_names[old]
            value = settings.values.pop(old)
            if turned:
                value = "n" if value == "y" else "y"
            settings.values.setdefault(new, value)
        if settings.path != arguments.sdkconfig:
            note("%s uses older names of options: %s"
                 % (relative(settings.path, arguments.project_dir),
                    ", ".join("%s is %s" % (old, self.new_names[old][0])
                              for old in sorted(used)[:NAMES_SHOWN])))
        draft = os.path.join(arguments.output, os.path.basename(settings.path) + ".renamed")
        write_if_changed(draft, "".join(
            "# CONFIG_%s is not set\n" % name if value == "n" else "CONFIG_%s=%s\n" % (name, value)
            for name, value in settings.values.items()))
        return draft

    def aliases(self, values):
        """(old name, value) of old names whose option has a value; a false bool has none."""
        for old, (new, turned) in self.new_names.items():
            value = values.get(new)
            if turned:
                value = "y" if value == "n" else None
            if value not in (None, "n"):
                yield old, value


def target_of(arguments):
    """The chip, from the first place that names one; a contradiction with sdkconfig is refused."""
    named = None
    for path in [arguments.sdkconfig] + list(reversed(arguments.defaults)):
        if os.path.exists(path):
            value = Settings(path).values.get("IDF_TARGET")
            if value:
                named = (value.strip('"'), path)
                break
    wanted = arguments.target
    if wanted and named and named[1] == arguments.sdkconfig and wanted != named[0]:
        raise Refusal("IDF_TARGET is '%s', but %s was made for '%s'. Delete that file to start "
                      "anew for %s, or leave IDF_TARGET unset."
                      % (wanted, named[1], named[0], wanted))
    target = wanted or (named[0] if named else "esp32")
    if target not in config_object.TARGETS:
        raise Refusal("IDF_TARGET '%s' is not a chip that Rota knows; choose one of %s."
                      % (target, ", ".join(config_object.TARGETS)))
    return target


def parse_failure(error, project_dir):
    """kconfiglib's 'FILE:LINE: error: couldn't parse 'TEXT': REASON' as a sentence."""
    match = re.match(r"(?s)(.*?):(\d+): (?:error: )?(?:couldn't parse )?(.*)", str(error).strip())
    if not match:
        return "the Kconfig files cannot be read: %s" % error
    path, line, reason = match.groups()
    return ("%s:%s: cannot read %s.\nRota reads Kconfig with Debian's kconfiglib 14, which knows "
            "the Linux kernel's language. Correct the line; what only newer ESP-IDF versions know "
            "(such as 'set' and 'warning') has to be written with select, imply or default."
            % (relative(os.path.join(project_dir, path), project_dir), line,
               " ".join(reason.split()).rstrip(".")))


def load_kconfig(arguments):
    os.environ["IDF_PATH"] = arguments.idf_path
    os.environ["IDF_TARGET"] = arguments.resolved_target
    os.environ["IDF_INIT_VERSION"] = arguments.idf_version
    os.environ["srctree"] = arguments.project_dir
    os.makedirs(arguments.output, exist_ok=True)
    for variable, files in (("ROTA_KCONFIGS_PROJBUILD", arguments.projbuild),
                            ("ROTA_KCONFIGS", arguments.kconfig)):
        path = os.path.join(arguments.output, variable.lower() + ".in")
        write_if_changed(path, "".join('source "%s"\n' % file for file in files))
        os.environ[variable] = path
    try:
        kconf = kconfiglib.Kconfig(os.path.join(arguments.idf_path, "Kconfig"),
                                   warn_to_stderr=False)
    except kconfiglib.KconfigError as error:
        raise Refusal(parse_failure(error, arguments.project_dir))
    except OSError as error:
        raise Refusal("a Kconfig file cannot be read: %s" % " ".join(str(error).split()))
    for text in kconf.warnings:
        warn(text)
    kconf.warnings.clear()
    kconf.warn_assign_undef = False
    kconf.warn_assign_override = False
    kconf.warn_assign_redun = False
    return kconf


def load_settings(kconf, renames, arguments):
    """Gives kconf its values. Returns the defaults files' values, and those of sdkconfig."""
    asked = {}
    for path in arguments.defaults:
        settings = Settings(path)
        kconf.load_config(renames.apply(settings, arguments), replace=False)
        asked.update((name, (value, path)) for name, value in settings.values.items())
    chosen = {}
    if os.path.exists(arguments.sdkconfig):
        settings = Settings(arguments.sdkconfig)
        kconf.load_config(renames.apply(settings, arguments), replace=False)
        chosen = settings.values
    for text in kconf.warnings:
        warn(text)
    return asked, chosen


def value_of(symbol):
    return '"%s"' % kconfiglib.escape(symbol.str_value) if symbol.orig_type == kconfiglib.STRING \
        else symbol.str_value


def same_value(symbol, text):
    now = value_of(symbol)
    if symbol.orig_type in (kconfiglib.INT, kconfiglib.HEX):
        try:
            base = 16 if symbol.orig_type == kconfiglib.HEX else 10
            return int(now, base) == int(text, base)
        except ValueError:
            return False
    return now == text or (now == "" and text in ("n", '""'))


def reason_against(symbol):
    if kconfiglib.expr_value(symbol.direct_dep) == 0:
        return "it depends on %s" % kconfiglib.expr_str(symbol.direct_dep)
    if not any(node.prompt for node in symbol.nodes):
        return "it follows from other options"
    if symbol.choice:
        return "of its group, %s was set later" % (
            symbol.choice.selection.name if symbol.choice.selection else "none")
    return "another option selects it, or it is out of range"


def judge_defaults(kconf, asked, chosen, project_dir):
    """Says which wishes of the defaults files were not granted: nothing else would."""
    overridden = []
    for name, (value, path) in asked.items():
        symbol = kconf.syms.get(name)
        if symbol is None or not symbol.nodes or same_value(symbol, value) or name == "IDF_TARGET":
            continue
        if name in chosen:
            overridden.append(name)
        elif value != "n" or not symbol.choice:
            warn("%s asks for CONFIG_%s=%s, but it is %s: %s."
                 % (relative(path, project_dir), name, value, value_of(symbol) or "not set",
                    reason_against(symbol)))
    if overridden:
        note("sdkconfig overrides sdkconfig.defaults in: %s (delete sdkconfig to take the defaults "
             "again)" % shown(overridden))


def unknown_options(kconf, asked, chosen, arguments):
    """Name -> text of options that no Kconfig file declares; sdkconfig wins over defaults."""
    def is_unknown(name):
        symbol = kconf.syms.get(name)
        return symbol is None or not symbol.nodes
    unknown = {name: value for name, (value, _) in asked.items() if is_unknown(name)}
    if unknown and not chosen:
        files = {relative(path, arguments.project_dir)
                 for name, (_, path) in asked.items() if name in unknown}
        warn("%s: no Kconfig file declares %s; kept as written, but nothing in Rota reads %s.%s"
             % (shown(files), shown("CONFIG_" + name for name in unknown),
                "it" if len(unknown) == 1 else "them",
                " All of them stand at the end of %s." % relative(arguments.sdkconfig,
                                                                 arguments.project_dir)
                if len(unknown) > NAMES_SHOWN else ""))
    unknown.update((name, value) for name, value in chosen.items() if is_unknown(name))
    return unknown


def sdkconfig_text(kconf, unknown, output):
    draft = os.path.join(output, "sdkconfig.draft")
    kconf.write_config(draft, "#\n# Written by Rota. Change it with: idf.py menuconfig\n#\n",
                       save_old=False)
    with open(draft, encoding="utf-8") as file:
        text = file.read()
    if unknown:
        text += "\n#\n# Options that no Kconfig file here declares\n#\n"
        for name, value in sorted(unknown.items()):
            text += ("# CONFIG_%s is not set\n" % name if value == "n"
                     else "CONFIG_%s=%s\n" % (name, value))
    return text


def all_values(kconf, unknown):
    """(name, value as in sdkconfig) of every option that has one, each once, in Kconfig's order."""
    seen = set()
    for symbol in kconf.unique_defined_syms:
        value = value_of(symbol)
        if symbol.config_string or value not in ("", '""', "n"):
            seen.add(symbol.name)
            if value != "":
                yield symbol.name, value, symbol.orig_type
    for name, value in sorted(unknown.items()):
        if name not in seen and value != "":
            yield name, value, None


def header_text(kconf, unknown, renames):
    lines = ["// Written from sdkconfig; do not edit.", "#pragma once"]
    for name, value, kind in all_values(kconf, unknown):
        if value == "n":
            continue
        if value == "y":
            value = "1"
        elif kind == kconfiglib.HEX and not value.lower().startswith("0x"):
            value = "0x" + value
        lines.append("#define CONFIG_%s %s" % (name, value))
    values = {name: value for name, value, _ in all_values(kconf, unknown)}
    lines += ["#define CONFIG_%s CONFIG_%s" % (old, renames.new_names[old][0])
              if not renames.new_names[old][1] else "#define CONFIG_%s 1" % old
              for old, _ in renames.aliases(values)]
    return "\n".join(lines) + "\n"


def cmake_text(kconf, unknown, renames):
    names = []
    lines = ["# Written from sdkconfig; do not edit."]
    values = {name: value for name, value, _ in all_values(kconf, unknown)}
    for name, value in [*values.items(), *renames.aliases(values)]:
        names.append("CONFIG_" + name)
        if value == "n":
            value = ""
        elif value.startswith('"'):
            value = kconfiglib.unescape(value[1:-1])
        value = value.replace("\\", "\\\\").replace('"', '\\"').replace("$", "\\$")
        lines.append('set(CONFIG_%s "%s")' % (name, value))
    lines.append("set(CONFIGS_LIST %s)" % " ".join(names))
    return "\n".join(lines) + "\n"


def inputs_text(kconf, arguments):
    files = list(arguments.rename)
    files += [os.path.join(arguments.project_dir, name) for name in kconf.kconfig_filenames]
    files += arguments.defaults + [arguments.sdkconfig]
    own = os.path.dirname(os.path.abspath(__file__))
    files += [os.path.join(own, "kconfig.py"), os.path.join(own, "config_object.py")]
    generated = os.path.abspath(arguments.output) + os.sep
    quoted = ['  "%s"' % file for file in files if not file.startswith(generated)]
    return "set(ROTA_KCONFIG_INPUTS\n%s)\n" % "\n".join(quoted)


def write_outputs(kconf, unknown, renames, arguments):
    values = {name: value for name, value, _ in all_values(kconf, unknown)}
    write_if_changed(arguments.sdkconfig, sdkconfig_text(kconf, unknown, arguments.output))
    for name, text in (("sdkconfig.h", header_text(kconf, unknown, renames)),
                       ("sdkconfig.cmake", cmake_text(kconf, unknown, renames)),
                       ("kconfig_inputs.cmake", inputs_text(kconf, arguments)),
                       ("rota_idf_config.cc", config_object.source_text(values))):
        write_if_changed(os.path.join(arguments.output, name), text)


def save_defaults(kconf, unknown, arguments):
    """sdkconfig.defaults with what a person or the project chose, and nothing else."""
    draft = os.path.join(arguments.output, "defconfig.draft")
    kconf.write_min_config(draft, "# Written by idf.py save-defconfig.\n")
    with open(draft, encoding="utf-8") as file:
        text = file.read()
    if arguments.resolved_target != "esp32" and "CONFIG_IDF_TARGET=" not in text:
        text += 'CONFIG_IDF_TARGET="%s"\n' % arguments.resolved_target
    text += "".join("# CONFIG_%s is not set\n" % name if value == "n"
                    else "CONFIG_%s=%s\n" % (name, value)
                    for name, value in sorted(unknown.items()))
    path = arguments.save_defconfig
    if os.path.exists(path):
        os.replace(path, path + ".old")
        note("the old defaults are kept in %s.old" % relative(path, arguments.project_dir))
    write_if_changed(path, text)
    note("written: %s" % relative(path, arguments.project_dir))


def run_menu(kconf, arguments):
    try:
        import menuconfig
    except ImportError:
        raise Refusal("the menu needs python3's menuconfig module, which comes with the package "
                      "python3-kconfiglib: sudo apt-get install python3-kconfiglib")
    if not sys.stdin.isatty():
        raise Refusal("menuconfig needs a terminal; without one, edit %s." % arguments.sdkconfig)
    os.environ["KCONFIG_CONFIG"] = arguments.sdkconfig
    menuconfig.menuconfig(kconf)


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--idf-path", required=True)
    parser.add_argument("--project-dir", required=True)
    parser.add_argument("--idf-version", required=True, help="the ESP-IDF that we stand for: 6.2.0")
    parser.add_argument("--target", default="", help="the chip; empty: as the settings say")
    parser.add_argument("--kconfig", action="append", default=[], help="a component's Kconfig")
    parser.add_argument("--projbuild", action="append", default=[], help="a Kconfig.projbuild")
    parser.add_argument("--rename", action="append", default=[], help="a file of older names")
    parser.add_argument("--defaults", action="append", default=[], help="a file of defaults")
    parser.add_argument("--sdkconfig", required=True)
    parser.add_argument("--output", required=True, help="folder of the generated files")
    parser.add_argument("--menu", action="store_true", help="let a person choose on a terminal")
    parser.add_argument("--save-defconfig", metavar="FILE",
                        help="write what differs from the defaults")
    return parser.parse_args()


def with_target_variants(paths, target):
    """Each defaults file, followed by FILE.<target> where that exists."""
    found = []
    for path in paths:
        variant = "%s.%s" % (path, target)
        found += [path] + ([variant] if os.path.exists(variant) else [])
    return found


def main():
    arguments = parse_arguments()
    try:
        for path in arguments.defaults:
            if not os.path.exists(path):
                raise Refusal("SDKCONFIG_DEFAULTS names %s, which does not exist." % path)
        arguments.resolved_target = target_of(arguments)
        arguments.defaults = with_target_variants(arguments.defaults, arguments.resolved_target)
        kconf = load_kconfig(arguments)
        renames = Renames(arguments.rename, kconf)
        asked, chosen = load_settings(kconf, renames, arguments)
        unknown = unknown_options(kconf, asked, chosen, arguments)
        if arguments.save_defconfig:
            save_defaults(kconf, unknown, arguments)
        elif arguments.menu:
            run_menu(kconf, arguments)
            kconf = load_kconfig(arguments)  # What was saved, not what was tried.
            load_settings(kconf, renames, arguments)
        else:
            judge_defaults(kconf, asked, chosen, arguments.project_dir)
        write_outputs(kconf, unknown, renames, arguments)
    except Refusal as refusal:
        sys.exit(str(refusal))


if __name__ == "__main__":
    main()
