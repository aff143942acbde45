# SPDX-License-Identifier: Apache-2.0
"""Three regions and a hub as real processes, for the tests of tests/e2e."""
import os
import sys
import time
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "..", "demo"))
from coalition import Coalition, Failed, free_ports  # noqa: E402
from weir_command import DATASET, Setting, crashes_csv  # noqa: E402

REGIONS = ("kc", "il", "tus")
PROVIDER = "tus"
WAIT = 40
AGREEMENT = """agreement: {name}
coalition: partnership
provider: {provider}
consumer: {consumer}
dataset: crashes
purpose: joint road safety figures
keys:
  - weekday
  - hour
measures: [rows, {{sum: fatalities}}]
budget_share: {{epsilon: {share}}}
approval: {approval}
not_before: 2026-01-01T00:00:00Z
expires: 2035-01-01T00:00:00Z
"""
QUESTION = """dataset: crashes
keys: [{key}]
measures: [{measures}]
bounds: {{max_keys_per_unit: 1, max_rows_per_key: {rows}}}
privacy: {{epsilon: {epsilon}}}
"""


class CoalitionTest(unittest.TestCase):
    """One coalition for all tests of a class; every test makes its own agreement and questions."""

    @classmethod
    def setUpClass(cls):
        cls.coalition = Coalition(Setting.programs)
        cls.addClassCleanup(cls.coalition.close)
        cls.ports = dict(zip(("hub", *REGIONS), free_ports(len(REGIONS) + 1)))
        cls.questions = 0
        cls.found()
        for name in cls.ports:
            cls.launch(name)
        cls.coalition.wait_until_listening(list(cls.ports))
        cls.weir("dataset", "add", cls.make_data(), region=PROVIDER)

    @classmethod
    def found(cls):
        coalition = cls.coalition
        coalition.weir("hub", "init", "--coalition", "partnership", "--address", cls.address("hub"),
                       region="hub")
        cards = []
        for region in REGIONS:
            coalition.weir("init", "--member", region, "--coalition", "partnership", "--address",
                           cls.address(region), "--steward", "alice", region=region)
            cards += ["--member", coalition.state(region) / "identity" / "member.yaml"]
        cls.charter = coalition.folder / "partnership.charter"
        coalition.weir("charter", "draft", "--coalition", "partnership", *cards, "--hub",
                       coalition.state("hub") / "identity" / "hub.yaml", "--threshold", 2,
                       "--expires", "2035-01-01T00:00:00Z", "-o", cls.charter)
        for region in ("kc", PROVIDER):
            coalition.weir("charter", "sign", cls.charter, region=region)
        for region in REGIONS:
            coalition.weir("join", cls.charter, region=region)

    @classmethod
    def make_data(cls):
        (cls.coalition.folder / "crashes.csv").write_text(crashes_csv(300))
        document = cls.coalition.folder / "crashes.dataset.yaml"
        hours = "domain: {values: [" + ", ".join(map(str, range(24))) + "]}"
        document.write_text(DATASET.replace("bounds: [0, 23]", hours).replace("epsilon: 4", "epsilon: 40"))
        return document

    @classmethod
    def address(cls, name):
        return f"127.0.0.1:{cls.ports[name]}"

    @classmethod
    def weir(cls, *arguments, **options):
        return cls.coalition.weir(*arguments, **options)

    @classmethod
    def launch(cls, name):
        if name == "hub":
            cls.coalition.start("hub", "weir-hub", "--charter", str(cls.charter))
            return
        config = cls.coalition.folder / f"{name}.node.yaml"
        config.write_text("tick_milliseconds: 200\n")
        cls.coalition.start(name, "weir-node", "--config", str(config))

    def start(self, *names):
        for name in names:
            self.launch(name)
        self.coalition.wait_until_listening(names)

    def run_raw(self, *arguments, region):
        process = self.coalition.begin(*arguments, region=region)
        out, err = process.communicate(timeout=60 + WAIT)
        return process.returncode, out, err

    def propose(self, name, consumer="kc", share=20, approval="auto"):
        document = self.coalition.folder / f"{name}.agreement.yaml"
        document.write_text(AGREEMENT.format(name=name, provider=PROVIDER, consumer=consumer,
                                             share=share, approval=approval))
        self.weir("agreement", "propose", document, region=consumer)

    def agree(self, name, consumer="kc", **terms):
        self.propose(name, consumer, **terms)
        read = self.coalition.ask("agreement", "show", name, "--from", consumer, region=PROVIDER)
        self.weir("agreement", "sign", name, "--from", consumer, "--sha256", read["text_sha256"],
                  region=PROVIDER)
        return name

    def question(self, key="weekday", measures="rows", epsilon="0.1", rows=None):
        """A document; without `rows` it asks what nobody has asked before."""
        if rows is None:
            type(self).questions += 1
            rows = 100 + self.questions
        path = self.coalition.folder / f"q{time.monotonic_ns()}.release.yaml"
        path.write_text(QUESTION.format(key=key, measures=measures, rows=rows, epsilon=epsilon))
        return path

    def send(self, spec, agreement, region="kc", wait=WAIT):
        return self.coalition.ask("request", "send", spec, "--to", PROVIDER, "--agreement", agreement,
                                  "--wait", wait, region=region)

    def delivered(self, *arguments, **options):
        answer = self.send(*arguments, **options)
        self.assertEqual(answer["state"], "delivered", answer)
        self.assertTrue(answer["package"], answer)
        return answer

    def refused(self, spec, agreement, reason, region="kc"):
        before = self.head()
        code, _, err = self.run_raw("request", "send", spec, "--to", PROVIDER, "--agreement", agreement,
                                    "--wait", str(WAIT), region=region)
        self.assertEqual(code, 3, err)
        self.assertIn(f'"reason":"{reason}"', err)
        self.assertEqual(self.head(), before)

    def wait_for(self, request, *states, region="kc"):
        deadline = time.monotonic() + WAIT
        while time.monotonic() < deadline:
            shown = self.coalition.ask("request", "show", request, region=region)["request"]
            if shown["state"] in states and (shown["state"] != "delivered" or shown["package"]):
                return shown
            time.sleep(0.2)
        self.fail(f"request {request} is {shown['state']} after {WAIT} s, not {states}")

    def ledger(self, region=PROVIDER):
        return self.coalition.ask("ledger", "show", region=region)

    def head(self):
        return self.ledger()["head_sha256"]

    def export(self, package, region="kc"):
        folder = self.coalition.folder / f"export-{package}-{time.monotonic_ns()}"
        self.weir("package", "export", package, "-o", folder, region=region)
        return folder

    def card(self, region, key):
        text = (self.coalition.state(region) / "identity" / "member.yaml").read_text()
        return next(line.split(": ", 1)[1] for line in text.splitlines() if line.startswith(f"{key}: "))
