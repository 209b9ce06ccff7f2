#!/usr/bin/python3
"""Reads the idf_component.yml files of a project's components.

A dependency is satisfied by a folder that it names (`path`, `override_path`), by a component of the
project (components/, managed_components/), or by Rota, which provides what ESP-IDF has and a few
components of the registry. Versions are not compared: there is one of each. Writes a CMake file
with the folders to add and what each component may use.
"""

import argparse
import os
import re
import sys

try:
    import yaml
except ImportError:
    sys.exit("python3-yaml is missing, which reads idf_component.yml: install it with\n"
             "  sudo apt-get install python3-yaml\n"
             "and configure the project again. (Python in use: %s)" % sys.executable)

FILE = "idf_component.yml"
VARIABLE = re.compile(r"\$\{(\w+)\}|\$(\w+)")
CLAUSE = re.compile(r"^\s*(idf_version|target|\S+)\s*(not\s+in\b|in\b|[<>=!~^]=?)\s*(.*?)\s*$")


class Refusal(Exception):
    """Ends the configuration with a sentence for the person who runs it."""


def line_of(text, name):
    """The line on which a dependency stands, for messages."""
    pattern = re.compile(r"^\s*[\"']?%s[\"']?\s*:" % re.escape(name))
    for number, line in enumerate(text.splitlines(), 1):
        if pattern.match(line):
            return number
    return 1


class Manifest:
    """One idf_component.yml: its dependencies, each a dict."""

    def __init__(self, folder, project_dir):
        self.folder = folder
        self.component = os.path.basename(folder)
        path = os.path.join(folder, FILE)
        short = os.path.relpath(path, project_dir)
        self.shown = path if short.startswith("..") else short
        try:
            with open(path, encoding="utf-8") as file:
                self.text = file.read()
            content = yaml.safe_load(self.text) or {}
        except yaml.MarkedYAMLError as error:
            raise Refusal("%s:%d: this is not YAML (%s). Correct the line; a dependency is written "
                          "'espressif/mdns: \"^1.0\"' below 'dependencies:'."
                          % (self.shown, (error.problem_mark or error.context_mark).line + 1,
                             error.problem))
        except (OSError, ValueError, yaml.YAMLError) as error:
            raise Refusal("%s can not be read: %s" % (self.shown, error))
        dependencies = content.get("dependencies") if isinstance(content, dict) else None
        if not isinstance(content, dict) or not isinstance(dependencies or {}, dict):
            raise Refusal("%s: 'dependencies' is not a list of 'name: version' lines. Write them "
                          "with two more spaces below 'dependencies:'." % self.shown)
        self.dependencies = {
            str(name): value if isinstance(value, dict) else {"version": value}
            for name, value in (dependencies or {}).items()}

    def place(self, name):
        return "%s:%d" % (self.shown, line_of(self.text, name))


# ---- Rules: whether a dependency counts for this chip --------------------------------------------

def version_numbers(text):
    return [int(number) for number in re.findall(r"\d+", text)[:3]]


def version_agrees(have, operator, wanted):
    have, wanted = version_numbers(have), version_numbers(wanted)
    have, cut = (have + [0, 0, 0])[:3], len(wanted)
    wanted = (wanted + [0, 0, 0])[:3]
    return {"<": have < wanted, "<=": have <= wanted, ">": have > wanted, ">=": have >= wanted,
            "=": have[:cut] == wanted[:cut], "==": have[:cut] == wanted[:cut],
            "!=": have[:cut] != wanted[:cut], "^": have[0] == wanted[0] and have >= wanted,
            "~": have[:2] == wanted[:2] and have >= wanted,
            "~=": have[:2] == wanted[:2] and have >= wanted}.get(operator, True)


def clause_holds(clause, facts):
    match = CLAUSE.match(clause.strip().strip("()"))
    if not match or match.group(1) not in facts:
        return True  # What can not be judged counts: better a clear error than a missing part.
    have, operator, wanted = facts[match.group(1)], match.group(2), match.group(3)
    if match.group(1) == "idf_version":
        parts = (operator + wanted).split(",")
        return all(version_agrees(have, *re.match(r"\s*([<>=!~^]*)(.*)", part).groups())
                   for part in parts)
    values = [value.strip().strip("\"'") for value in wanted.strip("[]").split(",")]
    return (have in values) != (operator.startswith("not") or operator == "!=")


def rule_holds(rule, facts):
    text = str(rule.get("if", "")) if isinstance(rule, dict) else str(rule)
    return any(all(clause_holds(clause, facts) for clause in one.split("&&"))
               for one in text.split("||"))


def counts(dependency, facts):
    if str(dependency.get("require", "yes")).lower() in ("no", "false"):
        return False
    matches = dependency.get("matches") or []
    return (all(rule_holds(rule, facts) for rule in dependency.get("rules") or []) and
            (not matches or any(rule_holds(rule, facts) for rule in matches)))


# ---- Dependencies --------------------------------------------------------------------------------

class Project:
    def __init__(self, arguments):
        self.project_dir = arguments.project_dir
        self.known = set(arguments.known.split(";"))
        self.facts = {"target": arguments.target, "idf_version": arguments.idf_version}
        self.folders = {}  # component -> folder
        for folder in arguments.folder:
            self.folders[os.path.basename(folder)] = folder
        self.added = []
        self.uses = []  # (component, PUBLIC or PRIVATE, what it uses)
        self.read = []
        self.unsatisfied = []

    def read_all(self):
        waiting = list(self.folders.values())
        while waiting:
            folder = waiting.pop(0)
            if not os.path.exists(os.path.join(folder, FILE)):
                continue
            manifest = Manifest(folder, self.project_dir)
            self.read.append(os.path.join(folder, FILE))
            for name, dependency in manifest.dependencies.items():
                if name == "idf" or not counts(dependency, self.facts):
                    continue
                found, new_folder = self.resolve(manifest, name, dependency)
                if new_folder:
                    self.added.append(new_folder)
                    self.folders[os.path.basename(new_folder)] = new_folder
                    waiting.append(new_folder)
                if found:
                    scope = "PUBLIC" if dependency.get("public") is True else "PRIVATE"
                    self.uses.append((manifest.component, scope, found))
        if self.unsatisfied:
            raise Refusal("\n".join(self.unsatisfied))

    def resolve(self, manifest, name, dependency):
        """(the component that satisfies it, its folder if that is new)"""
        short = name.split("/")[-1]
        for key in ("override_path", "path"):
            if dependency.get(key) and not dependency.get("git"):
                folder = self.folder_of(manifest, str(dependency[key]))
                if os.path.exists(os.path.join(folder, "CMakeLists.txt")):
                    own = os.path.basename(folder)
                    return own, folder if self.folders.get(own) != folder else None
                if key == "path" and short not in self.known and short not in self.folders:
                    self.unsatisfied.append(
                        "%s: the dependency '%s' names the folder %s, where there is no component. "
                        "Correct the path, or put the component there (a folder with a "
                        "CMakeLists.txt)." % (manifest.place(name), name, folder))
                    return None, None
        for own in (short, name.replace("/", "__"), "espressif__" + short):
            if own in self.folders:
                return own, None
        if short in self.known:
            return short, None
        registry = name if "/" in name or dependency.get("git") else "espressif/" + name
        managed = registry.replace("/", "__")
        version = dependency.get("git") or dependency.get("version")
        self.unsatisfied.append(
            "%s: the dependency '%s'%s is not part of Rota, and the project has no "
            "components/%s or managed_components/%s. Copy the component there (a build with "
            "ESP-IDF leaves it in managed_components/), or write a stand-in in components/%s with "
            "the functions that the project calls."
            % (manifest.place(name), name, " (%s)" % version if version else "", short, managed,
               short))
        return None, None

    @staticmethod
    def folder_of(manifest, path):
        path = VARIABLE.sub(lambda match: os.environ.get(match.group(1) or match.group(2),
                                                         match.group(0)), path)
        return os.path.normpath(os.path.join(manifest.folder, path))

    def cmake_text(self):
        lines = ["# Written from the idf_component.yml files; do not edit.",
                 "set(ROTA_MANIFEST_FOLDERS %s)" % " ".join('"%s"' % one for one in self.added),
                 "set(ROTA_MANIFEST_FILES %s)" % " ".join('"%s"' % one for one in self.read)]
        lines += ['set_property(GLOBAL APPEND PROPERTY "ROTA_OPTIONAL_%s_%s" %s)' % use
                  for use in self.uses]
        return "\n".join(lines) + "\n"


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    for name in ("project-dir", "target", "idf-version", "known", "output"):
        parser.add_argument("--" + name, required=True)
    parser.add_argument("folder", nargs="+", help="a component's folder")
    arguments = parser.parse_args()
    try:
        project = Project(arguments)
        project.read_all()
        with open(arguments.output, "w", encoding="utf-8") as file:
            file.write(project.cmake_text())
    except Refusal as refusal:
        sys.exit(str(refusal))


if __name__ == "__main__":
    main()
