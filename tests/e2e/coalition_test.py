#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Three regions and a hub as real processes: agreements, requests and approval.

The clock that is an hour off is left to the tests with a clock of their own: a process of this
machine cannot be given another time without tools that a bare system lacks.
"""
import os
import sys
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [os.path.join(HERE, "..", "support", "python")]
from coalition_case import PROVIDER, WAIT, CoalitionTest  # noqa: E402
from weir_command import main  # noqa: E402


class Questions(CoalitionTest):
    def test_a_question_is_answered_and_charged_once(self):
        agreement = self.agree("whole-way")
        before = self.ledger()["balances"][0]
        answer = self.delivered(self.question("weekday", "rows, {sum: fatalities}"), agreement)
        after = self.ledger()["balances"][0]
        self.assertEqual(int(after["charges"]), int(before.get("charges", 0)) + 1)
        rows = self.coalition.ask("package", "open", answer["package"], region="kc")["rows"]
        self.assertEqual([row["weekday"] for row in rows], list(range(1, 8)))
        self.assertIn("sum_fatalities_high", rows[0])
        self.weir("package", "verify", answer["package"], region="kc")
        self.weir("ledger", "verify", region=PROVIDER)

    def test_an_agreement_with_one_signature(self):
        self.propose("half-signed")
        self.refused(self.question(), "half-signed", "agreement_not_signed")

    def test_signs_only_the_text_that_was_read(self):
        self.propose("to-read")
        sign = ("agreement", "sign", "to-read", "--from", "kc")
        code, _, err = self.run_raw(*sign, region=PROVIDER)
        self.assertEqual((code, "say which text" in err), (2, True), err)
        code, _, err = self.run_raw(*sign, "--sha256", "0" * 64, region=PROVIDER)
        self.assertEqual((code, "read what stands here first" in err), (2, True), err)
        self.refused(self.question(), "to-read", "agreement_not_signed")
        shown = self.weir(*sign, "--yes", region=PROVIDER)
        self.assertIn("agreement: to-read\n", shown)
        self.delivered(self.question(), "to-read")

    def test_an_unknown_agreement(self):
        self.refused(self.question(), "no-such", "no_agreement")

    def test_an_agreement_of_somebody_else(self):
        self.agree("only-kc")
        self.refused(self.question(), "only-kc", "no_agreement", region="il")

    def test_outside_the_agreement(self):
        agreement = self.agree("narrow")
        self.refused(self.question(measures="units, rows"), agreement, "measure_not_agreed")

    def test_over_the_share_and_over_the_budget(self):
        self.refused(self.question(epsilon="2"), self.agree("small-share", share=1), "agreement_budget")
        self.refused(self.question(epsilon="90"), self.agree("large-share", share=100), "dataset_budget")

    def test_the_same_question_by_the_same_and_by_another(self):
        mine, theirs = self.agree("same-kc"), self.agree("same-il", consumer="il")
        spec = self.question()
        first = self.delivered(spec, mine)
        head = self.head()
        payload = (self.export(first["package"]) / "payload.parquet").read_bytes()
        for region, agreement in (("kc", mine), ("il", theirs)):
            again = self.delivered(spec, agreement, region=region)
            self.assertNotEqual(again["package"], first["package"])
            folder = self.export(again["package"], region=region)
            self.assertEqual((folder / "payload.parquet").read_bytes(), payload)
        self.assertEqual(self.head(), head)

    def test_approval_by_one_steward(self):
        agreement = self.agree("one-steward", approval="one_steward")
        request = self.send(self.question(), agreement, wait=0)["request"]
        self.wait_for(request, "awaiting_approval", region=PROVIDER)
        before = self.head()
        self.weir("request", "approve", request, region=PROVIDER)
        self.wait_for(request, "delivered")
        self.assertNotEqual(self.head(), before)

    def test_a_declined_request(self):
        agreement = self.agree("declined", approval="one_steward")
        before = self.head()
        request = self.send(self.question(), agreement, wait=0)["request"]
        self.wait_for(request, "awaiting_approval", region=PROVIDER)
        self.weir("request", "approve", request, "--decline", region=PROVIDER)
        self.wait_for(request, "refused")
        self.assertEqual(self.head(), before)

    def test_approval_by_two_persons(self):
        agreement = self.agree("two-persons", approval="two_persons")
        request = self.send(self.question(), agreement, wait=0)["request"]
        self.wait_for(request, "awaiting_approval", region=PROVIDER)
        before = self.head()
        self.weir("request", "approve", request, "--steward", "alice", region=PROVIDER)
        self.run_raw("request", "approve", request, "--steward", "alice", region=PROVIDER)
        time.sleep(1)
        self.wait_for(request, "awaiting_approval", region=PROVIDER)
        self.assertEqual(self.head(), before)
        self.coalition.stop(PROVIDER)
        self.weir("steward", "add", "bob", region=PROVIDER)
        self.addCleanup(self.forget_bob)
        self.start(PROVIDER)
        self.weir("request", "approve", request, "--steward", "bob", region=PROVIDER)
        self.wait_for(request, "delivered")

    def forget_bob(self):
        for path in (self.coalition.state(PROVIDER) / "identity" / "stewards").glob("bob.*"):
            path.unlink()


if __name__ == "__main__":
    main()
