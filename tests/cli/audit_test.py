#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""`weir audit`: what it prints, and that its exit code says whether a claim is exceeded."""
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "support", "python"))
from weir_command import CommandTest, digest_of, main  # noqa: E402


class Audit(CommandTest):
    def test_this_installation_keeps_its_claims(self):
        before = digest_of(self.folder)
        done = self.run_weir("audit", "--samples", 200000)
        lines = done.text.splitlines()
        self.assertEqual(lines[0].split(), ["MECHANISM", "SETTING", "EPSILON", "DELTA", "FOUND", "VERDICT"])
        self.assertTrue(any(line.startswith("discrete_laplace/") for line in lines[1:]))
        self.assertTrue(any(line.startswith("discrete_gaussian/") for line in lines[1:]))
        for line in lines[1:]:
            self.assertTrue(line.rstrip().endswith("within claim"), line)
        self.assertIn("200000 samples a side", done.err)
        self.assertEqual(digest_of(self.folder), before)

    def test_broken_copies_are_found_and_end_with_one(self):
        done = self.run_weir("audit", "--broken", "--samples", 500000, code=1)
        for line in done.text.splitlines()[1:]:
            self.assertTrue(line.rstrip().endswith("exceeded"), line)
        errors = [line for line in done.err.splitlines() if line.startswith("weir: error: ")]
        self.assertEqual(len(errors), 1, done.err)
        self.assertIn("more epsilon than claimed: discrete_laplace/tiny (noise 10 % too small)", errors[0])

    def test_json(self):
        answer = self.run_weir("audit", "--samples", 20000, "--json").json
        self.assertEqual(answer["schema"], "weir.v1")
        self.assertEqual(answer["samples"], 20000)
        self.assertEqual(answer["false_positive_rate"], 1e-9)
        self.assertFalse(answer["broken_on_purpose"])
        names = [row["mechanism"] for row in answer["mechanisms"]]
        self.assertEqual(len(names), len(set(names)))
        self.assertGreater(len(names), 10)
        for row in answer["mechanisms"]:
            self.assertFalse(row["exceeded"])
            self.assertLessEqual(row["epsilon_lower_bound"], float(row["epsilon"]))
            self.assertTrue(row["event"])

    def test_a_failed_audit_in_json(self):
        done = self.run_weir("audit", "--broken", "--samples", 500000, "--json", code=1)
        self.assertTrue(all(row["exceeded"] for row in done.json["mechanisms"]))
        self.assertEqual(done.error["exit_code"], 1)

    def test_two_runs_draw_different_noise(self):
        runs = [self.run_weir("audit", "--samples", 2000, "--json").out for _ in range(2)]
        self.assertNotEqual(runs[0], runs[1])

    def test_samples_out_of_range(self):
        for samples in ("0", "999", "500000001", "-5", "many"):
            self.refuse("audit", "--samples", samples, says="samples")


if __name__ == "__main__":
    main()
