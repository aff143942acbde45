#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Three regions and a hub as real processes: every way of a question that is not the good one.

The clock that is an hour off is left to the tests with a clock of their own: a process of this
machine cannot be given another time without tools that a bare system lacks.
"""
import datetime
import os
import random
import shutil
import signal
import socket
import ssl
import subprocess
import sys
import time
import unittest

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [os.path.join(HERE, "..", "support", "python"), os.path.join(HERE, "..", "..", "demo"),
                os.path.join(HERE, "..", "crypto")]
import verify_note  # noqa: E402
from coalition import Coalition, free_ports  # noqa: E402
from cryptography import x509  # noqa: E402
from cryptography.hazmat.primitives import hashes, serialization  # noqa: E402
from cryptography.hazmat.primitives.asymmetric import ec  # noqa: E402
from weir_command import DATASET, Setting, crashes_csv, main  # noqa: E402

REGIONS = ("kc", "il", "tus")
PROVIDER = "tus"
WAIT = 40
KILLS = 10
FRAME_OF_SETTINGS = 4
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


class Packages(CoalitionTest):
    def wait_for_mail(self):
        mailbox = self.coalition.state("hub") / "mailbox" / "mail" / "kc"
        deadline = time.monotonic() + WAIT
        while time.monotonic() < deadline:
            bodies = sorted(mailbox.glob("*/body.age")) if mailbox.exists() else []
            if bodies:
                return bodies[0]
            time.sleep(0.1)
        self.fail("no package came to the hub")

    def set_aside(self, name, change):
        agreement = self.agree(name)
        request = self.send(self.question(), agreement, wait=0)["request"]
        self.coalition.stop("kc")
        body = self.wait_for_mail()
        body.write_bytes(change(body.read_bytes()))
        package = body.parent.name
        self.start("kc")
        deadline = time.monotonic() + WAIT
        while True:
            packages = self.coalition.ask("package", "list", "--collect", region="kc")["packages"]
            found = [entry for entry in packages if entry["package"] == package]
            if found or time.monotonic() > deadline:
                break
            time.sleep(0.2)
        self.assertTrue(found, "the package was not set aside")
        self.assertFalse(found[0]["verified"])
        self.assertTrue(found[0]["fault"])
        code, out, err = self.run_raw("package", "open", package, region="kc")
        self.assertNotEqual(code, 0, out)
        self.assertIn("error", err)
        shown = self.coalition.ask("request", "show", request, region="kc")["request"]
        self.assertNotEqual(shown["package"], package)

    def test_tampered(self):
        def flip(data):
            return data[:-20] + bytes([data[-20] ^ 1]) + data[-19:]
        self.set_aside("tampered", flip)

    def test_truncated(self):
        self.set_aside("truncated", lambda data: data[:-100])

    def test_other_tools_open_and_verify(self):
        answer = self.delivered(self.question(), self.agree("tools"))
        folder = self.export(answer["package"])
        keys = [self.card(PROVIDER, "node_key")]
        for name in ("label.note", "delivery.note", "manifest.note"):
            self.assertEqual(verify_note.verify(folder / name, keys), [keys[0].split("+")[0]], name)
        self.assertEqual(verify_note.verify(folder / "manifest.note", [self.card("kc", "node_key")]), [])
        opened = subprocess.run(["age", "-d", "-i",
                                 str(self.coalition.state("kc") / "identity" / "age.key"),
                                 str(folder / "package.age")], capture_output=True, check=True, timeout=30)
        listed = subprocess.run(["tar", "-tf", "-"], input=opened.stdout, capture_output=True, check=True)
        self.assertEqual(listed.stdout.decode().split(),
                         ["delivery.note", "manifest.note", "payload.parquet"])
        for region in ("il", PROVIDER):
            key = self.coalition.state(region) / "identity" / "age.key"
            wrong = subprocess.run(["age", "-d", "-i", str(key), str(folder / "package.age")],
                                   capture_output=True, check=False, timeout=30)
            self.assertNotEqual(wrong.returncode, 0)
        charter = verify_note.verify(self.charter, [self.card(r, "charter_key") for r in REGIONS])
        self.assertEqual(sorted(charter), ["kc.partnership/charter", "tus.partnership/charter"])


class Failures(CoalitionTest):
    def test_a_node_that_is_down_answers_when_it_is_back(self):
        agreement = self.agree("node-down")
        self.coalition.stop(PROVIDER)
        request = self.send(self.question(), agreement, wait=0)["request"]
        self.start(PROVIDER)
        self.wait_for(request, "delivered")

    def test_a_hub_that_is_down_delivers_when_it_is_back(self):
        agreement = self.agree("hub-down")
        self.coalition.stop("hub")
        request = self.send(self.question(), agreement, wait=0)["request"]
        time.sleep(1)
        self.start("hub")
        self.wait_for(request, "delivered")

    def daemon(self, program, name, *arguments):
        return subprocess.run([str(Setting.programs / program), "--state", str(self.coalition.state(name)),
                               *arguments], capture_output=True, text=True, timeout=30, check=False)

    def test_a_second_process_on_one_state_folder(self):
        for program, name in (("weir-node", PROVIDER), ("weir-hub", "hub")):
            second = self.daemon(program, name)
            self.assertEqual(second.returncode, 2, second.stderr)
            self.assertIn(str(self.coalition.state(name)), second.stderr)
            self.assertIsNone(self.coalition.daemons[name].poll())
        self.assertTrue((self.coalition.state(PROVIDER) / "run" / "address").exists())
        self.head()

    def test_a_taken_port(self):
        self.coalition.stop("il")
        self.addCleanup(self.start, "il")
        with socket.socket() as taken:
            taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            taken.bind(("127.0.0.1", self.ports["il"]))
            taken.listen()
            failed = self.daemon("weir-node", "il")
        self.assertNotEqual(failed.returncode, 0)
        self.assertIn("weir-node: error:", failed.stderr)
        self.assertIn(self.address("il"), failed.stderr)
        self.assertFalse((self.coalition.state("il") / "run" / "address").exists())

    def test_a_clean_stop(self):
        for name in ("il", "hub"):
            daemon = self.coalition.daemons.pop(name)
            daemon.send_signal(signal.SIGTERM)
            self.assertEqual(daemon.wait(15), 0)
            for file in ("pid", "address"):
                self.assertFalse((self.coalition.state(name) / "run" / file).exists())
            self.start(name)

    def test_killed_at_random_moments(self):
        seed = int(os.environ.get("WEIR_TEST_SEED", random.randrange(2**32)))
        print(f"seed {seed} (WEIR_TEST_SEED repeats it)", flush=True)
        moments = random.Random(seed)
        agreement = self.agree("killed")
        before = self.ledger()["balances"][0]
        requests = []
        for _ in range(KILLS):
            asking = self.coalition.begin("request", "send", self.question(), "--to", PROVIDER,
                                          "--agreement", agreement, region="kc")
            time.sleep(moments.uniform(0, 1.2))
            self.coalition.kill(PROVIDER)
            out, err = asking.communicate(timeout=60)
            self.assertIn('"request":', out, err)
            requests.append(out.split('"request":"', 1)[1].split('"', 1)[0])
            self.start(PROVIDER)
        ends = [self.wait_for(request, "delivered", "failed")["state"] for request in requests]
        after = self.ledger()["balances"][0]
        self.assertEqual(int(after["charges"]) - int(before["charges"]), KILLS, ends)
        self.assertAlmostEqual(float(after["spent_epsilon"]) - float(before["spent_epsilon"]),
                               KILLS / 10, 6)
        self.assertEqual(int(after.get("unfinished_charges", 0)), 0)
        self.weir("ledger", "verify", region=PROVIDER)


class Certificates(CoalitionTest):
    def read(self, *parts):
        return self.coalition.state(parts[0]).joinpath("identity", *parts[1:]).read_bytes()

    def authority(self, region):
        return (x509.load_pem_x509_certificate(self.read(region, "authority.pem")),
                serialization.load_pem_private_key(self.read(region, "authority.key"), None))

    def leaf(self, authority, uri, ends_in_hours=24):
        """Paths of a certificate and its key."""
        issuer, issuer_key = authority
        key = ec.generate_private_key(ec.SECP256R1())
        now = datetime.datetime.utcnow()
        usage = x509.oid.ExtendedKeyUsageOID
        builder = (x509.CertificateBuilder().issuer_name(issuer.subject)
                   .subject_name(x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "node")]))
                   .public_key(key.public_key()).serial_number(x509.random_serial_number())
                   .not_valid_before(now - datetime.timedelta(hours=48))
                   .not_valid_after(now + datetime.timedelta(hours=ends_in_hours))
                   .add_extension(x509.BasicConstraints(False, None), True)
                   .add_extension(x509.ExtendedKeyUsage([usage.CLIENT_AUTH, usage.SERVER_AUTH]), False)
                   .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(
                       issuer_key.public_key()), False)
                   .add_extension(x509.SubjectAlternativeName(
                       [x509.UniformResourceIdentifier(uri)]), False))
        certificate = builder.sign(issuer_key, hashes.SHA256())
        base = self.coalition.folder / f"leaf-{time.monotonic_ns()}"
        base.with_suffix(".pem").write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
        base.with_suffix(".key").write_bytes(key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()))
        return base.with_suffix(".pem"), base.with_suffix(".key")

    def foreign_authority(self):
        key = ec.generate_private_key(ec.SECP256R1())
        name = x509.Name([x509.NameAttribute(x509.NameOID.ORGANIZATION_NAME, "kc.partnership")])
        now = datetime.datetime.utcnow()
        builder = (x509.CertificateBuilder().issuer_name(name).subject_name(name)
                   .public_key(key.public_key()).serial_number(1).not_valid_before(now)
                   .not_valid_after(now + datetime.timedelta(days=2))
                   .add_extension(x509.BasicConstraints(True, 0), True))
        return builder.sign(key, hashes.SHA256()), key

    def is_served(self, pair, name=PROVIDER, newest=ssl.TLSVersion.TLSv1_3):
        """Whether the server goes on to HTTP/2 with such a client."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
        context.maximum_version = newest
        context.set_alpn_protocols(["h2"])
        if pair is not None:
            context.load_cert_chain(*pair)
        try:
            with socket.create_connection(("127.0.0.1", self.ports[name]), timeout=10) as plain:
                with context.wrap_socket(plain) as channel:
                    channel.sendall(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + bytes([0, 0, 0, 4, 0, 0, 0, 0, 0]))
                    answer = channel.recv(9)
                    return len(answer) == 9 and answer[3] == FRAME_OF_SETTINGS
        except (ssl.SSLError, ConnectionError):
            return False

    def own(self, region="kc"):
        folder = self.coalition.state(region) / "identity"
        return folder / "node.tls.pem", folder / "node.tls.key"

    def test_handshakes(self):
        kc = self.authority("kc")
        cases = (
            ("its own", self.own(), True),
            ("made by its authority", self.leaf(kc, "spiffe://kc.partnership/node"), True),
            ("none", None, False),
            ("expired", self.leaf(kc, "spiffe://kc.partnership/node", ends_in_hours=-1), False),
            ("foreign", self.leaf(self.foreign_authority(), "spiffe://kc.partnership/node"), False),
            ("in another region's name", self.leaf(kc, "spiffe://il.partnership/node"), False),
            ("in the hub's name", self.leaf(kc, "spiffe://hub.partnership/hub"), False),
            ("of another coalition", self.leaf(kc, "spiffe://kc.other/node"), False),
        )
        for server in (PROVIDER, "hub"):
            for name, pair, served in cases:
                with self.subTest(f"{name}, at {server}"):
                    self.assertEqual(self.is_served(pair, server), served)

    def test_tls_1_2_is_refused(self):
        for server in (PROVIDER, "hub"):
            self.assertFalse(self.is_served(self.own(), server, newest=ssl.TLSVersion.TLSv1_2))

    def test_plain_text_is_refused(self):
        with socket.create_connection(("127.0.0.1", self.ports[PROVIDER]), timeout=10) as plain:
            plain.sendall(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + bytes([0, 0, 0, 4, 0, 0, 0, 0, 0]))
            answer = b""
            try:
                answer = plain.recv(9)
            except ConnectionError:
                pass
            self.assertFalse(len(answer) == 9 and answer[3] == FRAME_OF_SETTINGS)

    def test_a_steward_of_another_region_is_refused(self):
        stewards = self.coalition.state(PROVIDER) / "identity" / "stewards"
        for suffix in ("pem", "key"):
            source = self.coalition.state("kc") / "identity" / "stewards" / f"alice.tls.{suffix}"
            copy = stewards / f"mallory.tls.{suffix}"
            shutil.copy(source, copy)
            self.addCleanup(copy.unlink)
        code, out, err = self.run_raw("ledger", "show", "--steward", "mallory", region=PROVIDER)
        self.assertIn(code, (2, 4), err)
        self.assertEqual(out, "")


if __name__ == "__main__":
    main()
