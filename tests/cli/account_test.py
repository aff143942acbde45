#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""`weir account`: what a list of events costs by each accountant, and what is refused where."""
import json
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "support", "python"))
from weir_command import CommandTest, main  # noqa: E402

MIXED = {"delta": 1e-6, "events": [{"mechanism": "gaussian", "sigma": 100, "count": 1000},
                                   {"mechanism": "laplace", "scale": 100, "count": 1000}]}


class Account(CommandTest):
    def account(self, plan, *options):
        text = plan if isinstance(plan, str) else json.dumps(plan)
        return self.run_weir("account", self.write("plan.json", text), *options, "--json").json

    def refuse_plan(self, text, *says):
        path = self.write("plan.yaml", text)
        refused = self.run_weir("account", path, code=2)
        self.assertEqual(refused.out, b"")
        for word in says:
            self.assertIn(word, refused.err)

    def test_the_published_example(self):
        report = self.account(MIXED)
        self.assertEqual(report["delta"], 1e-6)
        self.assertGreaterEqual(report["epsilon"]["pld"], 1.991823)
        self.assertLessEqual(report["epsilon"]["pld"], 1.9920)
        figures = [report["epsilon"][name] for name in ("pld", "rdp", "zcdp", "basic")]
        self.assertEqual(figures[0], min(figures))
        self.assertGreater(figures[3], 50)

    def test_yaml_says_the_same(self):
        yaml = ("delta: 1e-6\nevents:\n- {mechanism: gaussian, sigma: 100, count: 1000}\n"
                "- {mechanism: laplace, scale: 100.0, count: 1000}\n")
        self.assertEqual(self.account(yaml), self.account(MIXED))

    def test_every_mechanism(self):
        events = [{"mechanism": "gaussian", "sigma": 10}, {"mechanism": "discrete_gaussian", "sigma": 10},
                  {"mechanism": "laplace", "scale": 10}, {"mechanism": "discrete_laplace", "scale": 10},
                  {"mechanism": "pure", "epsilon": 0.1},
                  {"mechanism": "approximate", "epsilon": 0.1, "delta": 1e-8},
                  {"mechanism": "subsampled_gaussian", "sigma": 1, "q": 0.01}]
        for event in events:
            one = self.account({"delta": 1e-6, "events": [event]})["epsilon"]
            two = self.account({"delta": 1e-6, "events": [dict(event, count=2)]})["epsilon"]
            for name, value in one.items():
                self.assertLess(0, value, (event, name))
                self.assertLess(value, two[name], (event, name))

    def test_delta_at_an_epsilon(self):
        pld = self.account(MIXED)["epsilon"]["pld"]
        by_option = self.account(MIXED, "--epsilon", f"{pld:.9f}")
        self.assertAlmostEqual(by_option["delta_at_epsilon"]["pld"], 1e-6, delta=1e-12)
        self.assertEqual(by_option["delta_at_epsilon"]["basic"], 1)
        in_file = self.account(dict(MIXED, epsilon=2))
        self.assertEqual(in_file["at_epsilon"], 2)
        self.assertEqual(in_file["delta_at_epsilon"], self.account(MIXED, "--epsilon", "2")["delta_at_epsilon"])
        self.assertIsNone(self.account(MIXED)["delta_at_epsilon"])

    def test_a_group_costs_more(self):
        plan = {"delta": 1e-6, "events": [{"mechanism": "gaussian", "sigma": 30}]}
        third = {"delta": 1e-6, "events": [{"mechanism": "gaussian", "sigma": 10}]}
        self.assertAlmostEqual(self.account(dict(plan, group=3))["epsilon"]["pld"],
                               self.account(third)["epsilon"]["pld"], places=9)

    def test_a_budget_is_spent_to_its_end(self):
        once = {"delta": 1e-6, "events": [{"mechanism": "approximate", "epsilon": 1, "delta": 1e-6}]}
        self.assertEqual(self.account(once)["epsilon"]["pld"], 1)
        ten = {"delta": 1e-6, "events": [{"mechanism": "approximate", "epsilon": 1, "delta": 1e-7, "count": 10}]}
        report = self.account(ten, "--epsilon", "10")
        self.assertEqual(report["epsilon"]["basic"], 10)
        self.assertLessEqual(report["epsilon"]["pld"], 10)
        self.assertEqual(report["delta_at_epsilon"]["basic"], 1e-6)
        eleven = dict(ten, events=[dict(ten["events"][0], count=11)])
        self.assertIsNone(self.account(eleven)["epsilon"]["basic"])

    def test_without_a_guarantee(self):
        plan = {"delta": 0, "events": [{"mechanism": "gaussian", "sigma": 30}]}
        self.assertEqual(self.account(plan)["epsilon"],
                         {"pld": None, "rdp": None, "zcdp": None, "basic": None})
        table = self.run_weir("account", self.write("plan.json", json.dumps(plan))).text
        self.assertEqual(table.count("none"), 4)

    def test_the_table(self):
        table = self.run_weir("account", self.write("plan.json", json.dumps(MIXED)), "--epsilon", "2").text
        lines = table.splitlines()
        self.assertEqual(len(lines), 5)
        self.assertIn("EPSILON AT DELTA 0.000001", lines[0])
        self.assertIn("DELTA AT EPSILON 2", lines[0])
        self.assertEqual(lines[1].split()[:2], ["pld", "1.99187"])

    def test_many_events_take_seconds_at_most(self):
        events = [{"mechanism": "laplace" if i % 2 else "gaussian",
                   "scale" if i % 2 else "sigma": 20 + i / 2} for i in range(200)]
        self.assertAlmostEqual(self.account({"delta": 1e-6, "events": events})["epsilon"]["pld"],
                               1.234895, delta=1e-4)

    def test_refusals_name_the_place(self):
        head = "delta: 1e-6\nevents:\n- {mechanism: "
        self.refuse_plan(head + "gausian, sigma: 1}\n", "plan.yaml:3:15", "gaussian")
        self.refuse_plan(head + "gaussian}\n", "plan.yaml:3:3", "gaussian needs sigma")
        self.refuse_plan(head + "laplace, sigma: 1}\n", "plan.yaml:3", "laplace takes scale, not sigma")
        self.refuse_plan(head + "gaussian, scale: 1}\n", "plan.yaml:3", "gaussian takes sigma, not scale")
        self.refuse_plan(head + "subsampled_gaussian, sigma: 1}\n", "subsampled_gaussian needs q")
        self.refuse_plan(head + "pure, epsilon: 1, delta: 1e-9}\n", "pure takes epsilon, not delta")
        self.refuse_plan(head + "gaussian, sigma: -1}\n", "plan.yaml:3:32", "sigma must be in")
        self.refuse_plan(head + "gaussian, sigma: 0}\n", "sigma must be in")
        self.refuse_plan(head + "gaussian, sigma: NaN}\n", "plan.yaml:3:32", "NaN")
        self.refuse_plan(head + "gaussian, sigma: 1, count: 0}\n", "plan.yaml:3:42", "count must be in")
        self.refuse_plan(head + "gaussian, sigma: 1, count: -1}\n", "plan.yaml:3:42")
        self.refuse_plan(head + "gaussian, sigma: 1, counts: 2}\n", "counts", "count")
        self.refuse_plan(head + "gaussian, sigma: 1}\ngroup: 0\n", "plan.yaml:4:8", "group must be in")
        self.refuse_plan("delta: 1.5\nevents: [{mechanism: pure, epsilon: 1}]\n", "plan.yaml:1:8", "delta")
        self.refuse_plan("delta: 1e-6\nevents: []\n", "events")
        self.refuse_plan("events: [{mechanism: pure, epsilon: 1}]\n", "delta")
        path = self.write("plan.yaml", head + "pure, epsilon: 1}\n")
        for epsilon in ("-1", "nan", "0", "x"):
            self.assertIn("--epsilon", self.run_weir("account", path, f"--epsilon={epsilon}", code=2).err)


if __name__ == "__main__":
    main()
