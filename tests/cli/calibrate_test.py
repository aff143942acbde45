#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""`weir calibrate`: noise and selection that a budget buys, as a table and as JSON."""
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "support", "python"))
from weir_command import CommandTest, main  # noqa: E402


class Calibrate(CommandTest):
    def ask(self, *arguments):
        return self.run_weir("calibrate", *arguments, "--json").json

    def test_a_single_count(self):
        answer = self.ask("--epsilon", 1, "--delta", "1e-6")
        self.assertEqual(answer["schema"], "weir.v1")
        self.assertEqual((answer["epsilon"], answer["delta"]), ("1", "0.000001"))
        noise = answer["noise"]
        self.assertEqual(noise["discrete_laplace"]["scale"], "1")
        self.assertAlmostEqual(noise["discrete_laplace"]["standard_error"], 1.8413471884 ** 0.5, places=9)
        self.assertEqual(noise["discrete_laplace"]["half_width"], 3)
        self.assertAlmostEqual(noise["discrete_gaussian"]["sigma"], 4.2247, delta=0.01)
        self.assertAlmostEqual(noise["analytic_gaussian_sigma"], 4.2246788893268, places=11)
        self.assertEqual(noise["smaller"], "discrete_laplace")

    def test_many_keys_favour_gaussian_noise(self):
        answer = self.ask("--epsilon", 1, "--delta", "1e-6", "--l0", 100, "--linf", 3)
        noise = answer["noise"]
        self.assertEqual(noise["discrete_laplace"]["scale"], "300")
        self.assertEqual(noise["smaller"], "discrete_gaussian")
        self.assertAlmostEqual(noise["analytic_gaussian_sigma"], 30 * 4.2246788893268, places=9)
        self.assertGreaterEqual(noise["discrete_gaussian"]["sigma"], noise["analytic_gaussian_sigma"])
        self.assertEqual(answer["selection"]["best"], "gaussian_threshold")

    def test_selection_agrees_with_published_probabilities(self):
        selection = self.ask("--epsilon", 1, "--delta", "1e-5", "--units", "1,5,10,15")["selection"]
        self.assertEqual(selection["best"], "truncated_geometric")
        rules = {rule["rule"]: rule for rule in selection["rules"]}
        self.assertEqual(sorted(rules), ["gaussian_threshold", "laplace_threshold", "truncated_geometric"])
        geometric = rules["truncated_geometric"]
        self.assertIsNone(geometric["threshold"])
        self.assertEqual(geometric["units_for_half"], 12)
        self.assertEqual([entry["units"] for entry in geometric["keep"]], [1, 5, 10, 15])
        for entry, expected in zip(geometric["keep"], (0.00001, 0.000857910248837, 0.128183080505246,
                                                       0.988072117234689)):
            self.assertAlmostEqual(entry["probability"] / expected, 1, delta=1e-12)
        self.assertEqual(rules["laplace_threshold"]["threshold"], 13)
        self.assertEqual(rules["gaussian_threshold"]["failure_delta"], "0.000005")
        for rule in rules.values():
            self.assertLessEqual(rule["keep"][0]["probability"], 1e-5)

    def test_a_pre_threshold_shifts_everything(self):
        plain = self.ask("--epsilon", 1, "--delta", "1e-5", "--units", "1,9")["selection"]["rules"]
        shifted = self.ask("--epsilon", 1, "--delta", "1e-5", "--pre-threshold", 10,
                           "--units", "9,10,18")["selection"]["rules"]
        for before, after in zip(plain, shifted):
            self.assertEqual(after["units_for_half"], before["units_for_half"] + 9)
            chances = [entry["probability"] for entry in after["keep"]]
            self.assertEqual(chances, [0] + [entry["probability"] for entry in before["keep"]])

    def test_without_delta_there_is_laplace_only(self):
        answer = self.ask("--epsilon", "0.5")
        self.assertEqual(list(answer["noise"]), ["discrete_laplace", "smaller"])
        self.assertNotIn("selection", answer)
        self.assertEqual(answer["delta"], "")

    def test_the_table(self):
        text = self.run_weir("calibrate", "--epsilon", 1, "--delta", "1e-6", "--l0", 4, "--units", "1,20").text
        for words in ("discrete Laplace", "scale 4", "discrete Gaussian", "smaller error: ",
                      "truncated_geometric", "P[20]"):
            self.assertIn(words, text)
        self.assertNotIn("P[50]", text)
        pure = self.run_weir("calibrate", "--epsilon", 1).text
        self.assertNotIn("Gaussian", pure)

    def test_refusals(self):
        self.refuse("calibrate", says="epsilon")
        self.refuse("calibrate", "--epsilon", 0, says="epsilon")
        self.refuse("calibrate", "--epsilon", "nan", says="epsilon")
        self.refuse("calibrate", "--epsilon", 1, "--delta", 1, says="delta")
        self.refuse("calibrate", "--epsilon", 1, "--l0", 0, says="l0")
        self.refuse("calibrate", "--epsilon", 1, "--linf", -1, says="linf")
        self.refuse("calibrate", "--epsilon", 1, "--linf", 2 ** 31 + 1, says="--linf")
        self.refuse("calibrate", "--epsilon", 1, "--delta", "1e-6", "--pre-threshold", 0, says="pre-threshold")
        self.refuse("calibrate", "--epsilon", 1, "--delta", "1e-6", "--units", -1, says="--units")
        self.refuse("calibrate", "--epsilon", 1, "--delta", "1e-6", "--units", "1,x", says="units")

    def test_extremes_do_not_hang(self):
        for epsilon in ("0.000000001", "1000000"):
            for delta in ("0.000000000000000002", "0.999"):
                self.ask("--epsilon", epsilon, "--delta", delta, "--l0", 1000)


if __name__ == "__main__":
    main()
