#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Standard output that takes nothing: the message says what was not written, and speaks of no charge."""
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "support", "python"))
from weir_command import CommandTest, main  # noqa: E402

RECIPE = """input: {path: riders.csv}
attributes:
  age: {role: quasi-identifier, type: int, hierarchy: {interval: {widths: [5, 50], lowest: 0, highest: 100}}}
  zip: {role: quasi-identifier, hierarchy: {prefix: {masked: [2, 5]}}}
models: [{k-anonymity: 5}]
"""


class StandardOutput(CommandTest):
    def setUp(self):
        super().setUp()
        rows = [f"{20 + i % 40},8570{i % 3}" for i in range(200)]
        self.write("riders.csv", "\n".join(["age,zip", *rows]) + "\n")
        self.write("a.recipe.yaml", RECIPE)

    def names(self):
        return sorted(path.name for path in self.folder.iterdir())

    def test_the_message_says_what_was_not_written(self):
        self.run_weir("recipe", "freeze", "a.recipe.yaml", "-o", "f.recipe.yaml", "-q")
        for command, what in (
                (("profile", "riders.csv"), "the profile"),
                (("profile", "riders.csv", "--json"), "the profile"),
                (("profile", "riders.csv", "-o", "-"), "the draft of a recipe"),
                (("risk", "riders.csv", "--quasi-identifiers", "age"), "the report of risks"),
                (("risk", "a.recipe.yaml", "--json"), "the report of risks"),
                (("recipe", "freeze", "a.recipe.yaml", "-o", "-"), "the frozen recipe"),
                (("recipe", "check", "a.recipe.yaml", "--json"), "the findings"),
                (("anonymize", "a.recipe.yaml", "-o", "out.csv", "--json"), "the result"),
                (("anonymize", "a.recipe.yaml", "-o", "out.csv", "--json", "-"), "the result"),
                (("anonymize", "a.recipe.yaml", "-o", "out.csv", "--report", "-"), "the report"),
                (("anonymize", "a.recipe.yaml", "-o", "out.csv", "--certificate", "-"), "the certificate"),
                (("recipe", "apply", "f.recipe.yaml", "--input", "riders.csv", "-o", "out.csv", "--json", "-"),
                 "the result"),
                (("calibrate", "--epsilon", "1"), "the answer")):
            with self.subTest(" ".join(command)):
                before = self.names()
                done = self.run_weir(*command, code=1, stdout="/dev/full")
                self.assertIn(f"cannot write {what} to standard output: No space left on device", done.err)
                self.assertNotIn("charge", done.err)
                self.assertEqual(self.names(), before)

    def test_an_anonymized_file_without_its_result_is_taken_back(self):
        self.write("out.csv", "what was there before")
        for result in (("--json",), ("--json", "-")):
            done = self.run_weir("anonymize", "a.recipe.yaml", "-o", "out.csv", "--force", *result, code=1,
                                 stdout="/dev/full")
            self.assertIn("what they replaced is back", done.err)
            self.assertEqual((self.folder / "out.csv").read_text(encoding="utf-8"), "what was there before")

    def test_a_file_that_is_called_like_standard_output_is_none(self):
        self.write("-", "mine")
        self.run_weir("anonymize", "a.recipe.yaml", "-o", "out.csv", "--json", "-")
        self.assertEqual((self.folder / "-").read_text(encoding="utf-8"), "mine")


if __name__ == "__main__":
    main()
