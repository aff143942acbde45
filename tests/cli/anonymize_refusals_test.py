#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Files, folders and deliveries that cannot be anonymized: who refuses, why, and nothing is left behind."""
import gzip
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "support", "python"))
from weir_command import CommandTest, digest_of, main  # noqa: E402

RECIPE = """input: {path: riders.csv}
attributes:
  age: {role: quasi-identifier, type: int, hierarchy: {interval: {widths: [5, 50], lowest: 0, highest: 100}}}
  zip: {role: quasi-identifier, hierarchy: {prefix: {masked: [2, 5]}}}
  mode: sensitive
models: [MODELS]
suppression_limit: 0.02
"""
MODES = ("bus", "tram", "rail")


def riders(count, modes=MODES):
    rows = [f"{20 + i % 40},8570{i % 3},{modes[i % len(modes)]}" for i in range(count)]
    return "\n".join(["age,zip,mode", *rows]) + "\n"


class Riders(CommandTest):
    def setUp(self):
        super().setUp()
        self.write("riders.csv", riders(200))
        self.recipe()

    def recipe(self, models="k-anonymity: 5", more="", path="riders.csv"):
        self.write("a.recipe.yaml", RECIPE.replace("MODELS", "{" + models + "}").replace("riders.csv", path) + more)

    def refuse_and_keep(self, *arguments, **more):
        before = digest_of(self.folder)
        done = self.refuse(*arguments, **more)
        self.assertEqual(digest_of(self.folder), before)
        return done


class SmallDeliveries(Riders):
    def test_a_model_refuses_a_delivery_that_is_too_small_for_it(self):
        few = riders(4)
        few_modes = riders(50, MODES[:2])
        for models, more, delivery, says in (
                ("k-anonymity: 5", "", few, "5-anonymity needs 5 rows; the table has 4"),
                ("k-anonymity: 5", "transformation: mondrian\n", few, "5-anonymity needs 5 rows; the table has 4"),
                ("l-diversity: {l: 3}", "", few_modes,
                 "3-diversity needs 3 different values of mode; the table has 2"),
                ("l-diversity: {l: 2.5, kind: entropy}", "", few_modes,
                 "2.5-diversity needs 2.5 different values of mode; the table has 2"),
                ("highest-risk: 0.2", "", few, "fail")):
            with self.subTest(models + more):
                self.write("riders.csv", riders(200))
                self.recipe(models, more)
                self.run_weir("recipe", "freeze", "a.recipe.yaml", "-o", "f.recipe.yaml", "-q", "--force")
                self.write("next.csv", delivery)
                self.refuse_and_keep("recipe", "apply", "f.recipe.yaml", "--input", "next.csv", "-o", "out.csv",
                                     code=3, says=says)
                self.write("riders.csv", delivery)
                self.refuse_and_keep("anonymize", "a.recipe.yaml", "-o", "out.csv", code=3, says=says)
        self.recipe("k-anonymity: 51")
        done = self.run_weir("recipe", "check", "a.recipe.yaml", "--json", code=3)
        self.assertEqual(done.error["reason"], "anonymization_models")
        self.assertIn("a.recipe.yaml:6:", done.error["error"])

    def test_a_file_without_rows_is_bad_input(self):
        self.write("riders.csv", riders(0))
        self.refuse_and_keep("anonymize", "a.recipe.yaml", "-o", "out.csv", says="riders.csv has no rows")


class Places(Riders):
    def test_an_output_without_a_name_is_refused(self):
        self.refuse_and_keep("anonymize", "a.recipe.yaml", "-o", "-",
                             says=("reads the output again and proves it", "FILE.csv"))

    def test_an_input_that_is_read_once_is_refused(self):
        self.run_weir("recipe", "freeze", "a.recipe.yaml", "-o", "f.recipe.yaml", "-q")
        self.refuse_and_keep("recipe", "apply", "f.recipe.yaml", "--input", "-", "-o", "out.csv",
                             says=("standard input", "save it to a file"))
        os.mkfifo(self.folder / "pipe.csv")
        self.recipe(path="pipe.csv")
        self.refuse("anonymize", "a.recipe.yaml", "-o", "out.csv", says=("pipe.csv", "save what it gives to a file"))
        self.refuse("profile", "pipe.csv", says="save what it gives to a file")
        self.recipe(path=".")
        self.refuse("anonymize", "a.recipe.yaml", "-o", "out.csv", says="is not a regular file")

    def test_a_delivery_with_another_delimiter_is_read_if_the_command_says_it(self):
        self.run_weir("recipe", "freeze", "a.recipe.yaml", "-o", "f.recipe.yaml", "-q")
        self.write("next.csv", riders(200).replace(",", ";"))
        apply = ("recipe", "apply", "f.recipe.yaml", "--input", "next.csv", "-o", "out.csv")
        self.refuse_and_keep(*apply, says="delimiter")
        self.refuse_and_keep(*apply, "--delimiter", ";;", says="the delimiter must be one character")
        self.run_weir(*apply, "--delimiter", ";")
        lines = (self.folder / "out.csv").read_text(encoding="utf-8").splitlines()
        self.assertEqual(lines[0], "age;zip;mode")
        self.assertEqual(len(lines), 201)
        self.run_weir("anonymize", "a.recipe.yaml", "-o", "next.parquet")
        self.refuse_and_keep("recipe", "apply", "f.recipe.yaml", "--input", "next.parquet", "--delimiter", ";",
                             "-o", "other.csv", says="only a CSV file has a delimiter")


class Forms(Riders):
    def test_content_that_is_not_what_the_name_says(self):
        self.run_weir("anonymize", "a.recipe.yaml", "-o", "good.parquet", "-q")
        parquet = (self.folder / "good.parquet").read_bytes()
        text = riders(200).encode()
        for name, content, says in (
                ("a.parquet", text, "a.parquet is not a Parquet file"),
                ("a.parquet", b"", "a.parquet is not a Parquet file"),
                ("a.parquet", parquet[:500], "a.parquet: the Parquet file ends too early"),
                ("a.parquet", parquet[:4] + b"\0" * 500 + parquet[-4:], "a.parquet: "),
                ("a.csv.gz", text, "a.csv.gz is not compressed with gzip"),
                ("a.csv.zst", text, "a.csv.zst is not compressed with zstd"),
                ("a.csv", gzip.compress(text), "a.csv is compressed with gzip: its name must end in .gz"),
                ("a.csv", parquet, "a.csv is a Parquet file: its name must end in .parquet"),
                ("a.csv", b"PK\3\4" + parquet, "a.csv is a zip archive or a spreadsheet"),
                ("a.csv.gz", gzip.compress(text)[:100], "a.csv.gz: the compressed data ends too early")):
            with self.subTest(f"{name} {content[:8]}"):
                self.recipe(path=name)
                (self.folder / name).write_bytes(content)
                for command in (("anonymize", "a.recipe.yaml", "-o", "out.csv"), ("profile", name)):
                    done = self.refuse_and_keep(*command, says=says)
                    self.assertEqual(len(done.err.splitlines()), 1, done.err)
                    self.assertNotIn("/proc/", done.err)
                (self.folder / name).unlink()


if __name__ == "__main__":
    main()
