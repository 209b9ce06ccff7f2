#!/usr/bin/python3
"""The control of measure.py: what it must notice in counts made up for it."""
import pathlib
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).parent))
import measure  # noqa: E402

NAME = "core/slot_writer.cc"
SOURCE = {NAME: ["if (a && b) return 1;", "ROTA_ASSERT(a);", "return 2;"]}


def counted(first, second=(1, 1), third=1):
    files = {}
    report = {"current_working_directory": "/project", "files": [{"file": NAME, "lines": [
        {"line_number": 1, "count": 3, "function_name": "f", "branches": [{"count": n} for n in first]},
        {"line_number": 2, "count": 1, "function_name": "f", "branches": [{"count": n} for n in second]},
        {"line_number": 3, "count": third, "function_name": "f", "branches": []}]}]}
    measure.read_report(report, pathlib.Path("/project"), files)
    return files


def gaps(files, explained=None):
    _, found, stale = measure.measure(files, SOURCE, explained or {})
    return [(number, reason) for _, number, _, _, reason in found], stale


class Measure(unittest.TestCase):
    def test_all_taken(self):
        self.assertEqual(gaps(counted([1, 2])), ([], []))

    def test_an_untaken_branch_needs_a_reason(self):
        self.assertEqual(gaps(counted([1, 0])), ([(1, None)], []))

    def test_a_reason_is_for_so_many_branches(self):
        reason = {(NAME, "if (a && b) return 1;"): (1, "because")}
        self.assertEqual(gaps(counted([1, 0]), reason), ([(1, "because")], []))
        self.assertEqual(gaps(counted([0, 0]), reason), ([(1, None)], []))

    def test_a_reason_without_a_branch_is_noticed(self):
        reason = {(NAME, "if (a && b) return 1;"): (1, "because")}
        self.assertEqual(gaps(counted([1, 1]), reason), ([], [(NAME, "if (a && b) return 1;")]))

    def test_assertions_explain_themselves(self):
        self.assertEqual(gaps(counted([1, 1], [1, 0])), ([(2, measure.ASSERTION)], []))

    def test_a_line_that_never_runs_needs_a_reason(self):
        self.assertEqual(gaps(counted([1, 1], third=0)), ([(3, None)], []))

    def test_counts_of_several_objects_are_added(self):
        files = counted([1, 0])
        measure.read_report({"current_working_directory": "/project", "files": [{"file": NAME, "lines": [
            {"line_number": 1, "count": 1, "function_name": "f",
             "branches": [{"count": 0}, {"count": 1}]}]}]}, pathlib.Path("/project"), files)
        self.assertEqual(gaps(files), ([], []))


if __name__ == "__main__":
    unittest.main()
