#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Three regions and a hub as real processes: spoiled packages, crashes and wrong certificates."""
import datetime
import os
import random
import shutil
import signal
import socket
import ssl
import subprocess
import sys
import threading
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [os.path.join(HERE, "..", "support", "python"), os.path.join(HERE, "..", "crypto")]
import verify_note  # noqa: E402
from coalition_case import PROVIDER, REGIONS, WAIT, CoalitionTest, Failed  # noqa: E402
from cryptography import x509  # noqa: E402
from cryptography.hazmat.primitives import hashes, serialization  # noqa: E402
from cryptography.hazmat.primitives.asymmetric import ec  # noqa: E402
from weir_command import Setting, main  # noqa: E402

KILLS = 10
FRAME_OF_SETTINGS = 4


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

    def test_what_was_altered_after_it_came(self):
        answer = self.delivered(self.question(), self.agree("altered"))
        package = answer["package"]
        inbox = self.coalition.state("kc") / "inbox" / package
        self.weir("package", "verify", package, region="kc")
        for name, opens in (("payload.parquet", False), ("manifest.note", None), ("delivery.note", True)):
            with self.subTest(name):
                whole = (inbox / name).read_bytes()
                (inbox / name).write_bytes(whole[:-9] + bytes([whole[-9] ^ 1]) + whole[-8:])
                code, _, err = self.run_raw("package", "verify", package, region="kc")
                self.assertEqual(code, 2, err)
                self.assertIn("altered", err)
                if opens is not None:
                    code, _, err = self.run_raw("package", "open", package, region="kc")
                    self.assertEqual(code == 0, opens, err)
                (inbox / name).write_bytes(whole)
        self.weir("package", "verify", package, region="kc")

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

    def test_a_fault_of_the_data_shows_to_its_owner_only(self):
        agreement = self.agree("fault")
        data = self.coalition.folder / "crashes.csv"
        hidden = data.rename(data.with_suffix(".hidden"))
        self.addCleanup(hidden.rename, data)
        code, out, err = self.run_raw("request", "send", self.question(), "--to", PROVIDER, "--agreement",
                                      agreement, "--wait", str(WAIT), region="kc")
        self.assertEqual(code, 5, err)
        self.assertNotIn("crashes.csv", out + err)
        self.assertRegex(self.weir("status", region=PROVIDER), r"notice: request \S+ of kc: .*crashes\.csv")
        self.assertNotIn("crashes.csv", self.weir("status", region="kc"))

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
        # Charges that wait for data of another test are not ours.
        self.assertEqual(int(after.get("unfinished_charges", 0)),
                         int(before.get("unfinished_charges", 0)), ends)
        self.weir("ledger", "verify", region=PROVIDER)


class Impostor:
    """A TLS server in a member's place. `seen`: somebody called; `served`: and spoke HTTP/2."""

    def __init__(self, port, pair):
        self.seen = self.served = False
        self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.context.load_cert_chain(*pair)
        self.context.set_alpn_protocols(["h2"])
        self.listener = socket.create_server(("127.0.0.1", port))
        self.listener.settimeout(0.1)
        self.ended = threading.Event()
        self.thread = threading.Thread(target=self.serve)

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.ended.set()
        self.thread.join()
        self.listener.close()

    def serve(self):
        while not self.ended.is_set():
            try:
                plain, _ = self.listener.accept()
            except TimeoutError:
                continue
            plain.settimeout(5)
            with plain:
                try:
                    with self.context.wrap_socket(plain, server_side=True) as channel:
                        self.served |= channel.recv(3) == b"PRI"
                except OSError:  # among them ssl.SSLError
                    pass
            self.seen = True


class Clocks(CoalitionTest):
    """A node whose clock is an hour off; libfaketime gives it the other time."""

    def start_at(self, offset):
        self.coalition.stop("kc")
        self.coalition.environment["kc"] = {
            "LD_PRELOAD": "/usr/$LIB/faketime/libfaketime.so.1", "FAKETIME": offset,
            "FAKETIME_DONT_FAKE_MONOTONIC": "1"}
        self.addCleanup(self.coalition.environment.pop, "kc", None)
        self.start("kc")

    def test_an_hour_ahead(self):
        agreement = self.agree("ahead")
        self.start_at("+1h")
        self.refused(self.question(), agreement, "request_from_future")

    def test_an_hour_behind(self):
        # Its certificate was made within the hour: it says so, and does not start.
        with self.assertRaisesRegex(Failed, "not yet valid.*clock"):
            self.start_at("-1h")
        self.coalition.daemons.pop("kc")
        self.coalition.environment.pop("kc")
        self.start("kc")
        self.delivered(self.question(), self.agree("behind"))


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

    def clients_of_impostor(self, pair):
        """Whether a node that calls the provider goes on to HTTP/2 with `pair` in its place."""
        with Impostor(self.ports[PROVIDER], pair) as impostor:
            deadline = time.monotonic() + WAIT
            while not impostor.seen and time.monotonic() < deadline:
                code, _, err = self.run_raw("request", "preview", self.question(), "--to", PROVIDER,
                                            "--agreement", "none", region="kc")
                self.assertIn(code, (4, 5), err)
        self.assertTrue(impostor.seen, "nobody called")
        return impostor.served

    def test_nobody_speaks_to_an_impostor(self):
        tus = self.authority(PROVIDER)
        uri = f"spiffe://{PROVIDER}.partnership/node"
        self.coalition.stop(PROVIDER)
        cases = (
            ("another member's", self.own("il"), False),
            ("another authority's", self.leaf(self.authority("il"), uri), False),
            ("expired", self.leaf(tus, uri, ends_in_hours=-1), False),
            ("a steward's", self.leaf(tus, f"spiffe://{PROVIDER}.partnership/steward/alice"), False),
            ("the true one", self.leaf(tus, uri), True),  # else the check itself is blind
        )
        for name, pair, served in cases:
            with self.subTest(name):
                self.assertEqual(self.clients_of_impostor(pair), served)
        self.start(PROVIDER)

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
