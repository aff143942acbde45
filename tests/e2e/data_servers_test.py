#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""A requester beside a node whose data is in a real PostgreSQL or ClickHouse server, over mTLS: what
it is answered, what it sees when that server fails, and what its owner is told and charged."""
import math
import os
import re
import sys
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [os.path.join(HERE, "..", "support", "python")]
from coalition_case import PROVIDER, WAIT, CoalitionTest  # noqa: E402
from data_servers import PASSWORD, ClickHouseServer, PostgresServer  # noqa: E402
from weir_command import DATASET, main  # noqa: E402

FALSE_POSITIVE_RATE = 1e-9
EPSILON = 2
ROWS = 300
DAYS = range(1, 8)
MOST_STARTS = 3
UNPAID = "unfinished_charges"


class Cases(CoalitionTest):
    """The same for every kind of server; each test makes the table `crashes` that it asks."""

    @classmethod
    def make_data(cls):
        cls.server = cls.Server()
        cls.addClassCleanup(cls.server.close)
        cls.secret(PASSWORD)
        cls.make_table()
        document = cls.coalition.folder / "crashes.dataset.yaml"
        hours = "domain: {values: [" + ", ".join(map(str, range(24))) + "]}"
        text = DATASET.replace('{csv: {path: crashes.csv, delimiter: ","}}', cls.source())
        document.write_text(text.replace("bounds: [0, 23]", hours).replace("epsilon: 4", "epsilon: 60"))
        return document

    @classmethod
    def secret(cls, password):
        path = cls.coalition.folder / cls.SECRET
        path.write_text(cls.secret_text(password))
        path.chmod(0o600)

    def setUp(self):
        if self.server.process is None:
            self.server.start()
        self.secret(PASSWORD)
        self.make_table()

    def books(self):
        """Charges, and those among them that no release was made for."""
        balance = self.ledger()["balances"][0]
        return int(balance.get("charges", 0)), int(balance.get(UNPAID, 0))

    @property
    def place(self):
        return (self.PLACE.format(port=self.server.port), self.SECRET, str(self.server.port))

    def in_words(self, *arguments, region):
        """What a steward reads, with and without --json."""
        words = ""
        for extra in ((), ("--json",)):
            _, out, err = self.run_raw(*arguments, *extra, region=region)
            words += out + err
        return words

    def newest_request(self, region):
        listed = self.coalition.ask("request", "list", region=region)["requests"]
        return max(listed, key=lambda request: request["request"])

    def fails(self, spec, agreement, *says, region="kc", is_of_server=True):
        """One opaque failure for who asks; for the owner the fault with its place. What is seen."""
        code, out, err = self.run_raw("request", "send", spec, "--to", PROVIDER, "--agreement",
                                      agreement, "--wait", str(WAIT), region=region)
        self.assertEqual(code, 5, out + err)
        request = self.newest_request(region)
        self.assertEqual(request["state"], "failed")
        seen = out + err
        for arguments in (("request", "show", request["request"]), ("request", "list"), ("status",),
                          ("package", "list")):
            seen += self.in_words(*arguments, region=region)
        for secret in (*says, *self.place, self.KIND, "password", PASSWORD):
            self.assertFalse(secret in seen, secret)
        told = self.in_words("request", "show", request["request"], region=PROVIDER)
        for word in (*self.place[:is_of_server], *says):
            self.assertIn(word, told)
            self.assertIn(word, self.weir("status", region=PROVIDER))
        self.assertNotIn(PASSWORD, told)
        for own in ("request", "created", "agreement"):
            request.pop(own)
        return code, request, err.replace(agreement, "AGREEMENT")

    def test_preview_request_and_release(self):
        agreement = self.agree("whole-way")
        spec = self.question(rows=1, epsilon=EPSILON, measures="rows, {sum: fatalities}")
        before = self.books()
        shown = self.weir("request", "preview", spec, "--to", PROVIDER, "--agreement", agreement,
                          region="kc")
        self.assertIn("sum_fatalities", shown)
        self.assertEqual(self.books(), before)
        answer = self.delivered(spec, agreement)
        self.assertEqual(self.books(), (before[0] + 1, before[1]))
        rows = self.coalition.ask("package", "open", answer["package"], region="kc")["rows"]
        self.assertEqual([row["weekday"] for row in rows], list(DAYS))
        # A person changes one row and at most 10 fatalities; the two measures share epsilon.
        for column, most, true in (("rows", 1, self.true_rows), ("sum_fatalities", 10, self.true_sums)):
            slack = self.most_noise(most)
            for row in rows:
                self.assertLessEqual(abs(row[column] - true(row["weekday"])), slack, row)
        self.weir("package", "verify", answer["package"], region="kc")
        self.weir("ledger", "verify", region=PROVIDER)

    @staticmethod
    def most_noise(sensitivity):
        """Of discrete Laplace noise at a fourth of EPSILON, which no split of two measures is below:
        P[|noise| > t] <= exp(-t epsilon / sensitivity); of 14 numbers."""
        return math.ceil(math.log(14 / FALSE_POSITIVE_RATE) * sensitivity / (EPSILON / 4))

    @staticmethod
    def true_rows(day):
        # An hour of 99 is missing and the row counts all the same: it is not a key here.
        return sum(1 for i in range(1, ROWS + 1) if i % 7 + 1 == day)

    @staticmethod
    def true_sums(day):
        return sum(i % 3 for i in range(1, ROWS + 1) if i % 7 + 1 == day)

    def test_server_down_before_the_run(self):
        agreement, other = self.agree("down-kc"), self.agree("down-il", consumer="il")
        spec = self.question()
        charges, unpaid = self.books()
        self.server.stop()
        self.weir("request", "preview", spec, "--to", PROVIDER, "--agreement", agreement, region="kc")
        self.assertEqual(self.books(), (charges, unpaid))
        self.fails(spec, agreement)
        self.assertEqual(self.books(), (charges + 1, unpaid + 1))
        self.server.start()
        self.make_table()
        # Whoever may ask it: here first somebody else.
        self.delivered(spec, other, region="il")
        self.assertEqual(self.books(), (charges + 1, unpaid))
        self.delivered(spec, agreement)
        self.assertEqual(self.books(), (charges + 1, unpaid))
        self.weir("ledger", "verify", region=PROVIDER)

    def test_wrong_password(self):
        agreement = self.agree("locked-out")
        spec = self.question()
        charges, unpaid = self.books()
        self.secret("hunter2")
        self.fails(spec, agreement, "refuses the user or the password")
        self.assertNotIn("hunter2", self.in_words("status", region=PROVIDER))
        self.assertEqual(self.books(), (charges + 1, unpaid + 1))
        self.secret(PASSWORD)
        self.delivered(spec, agreement)
        self.assertEqual(self.books(), (charges + 1, unpaid))

    def test_what_is_wrong_does_not_show_to_who_asks(self):
        agreement = self.agree("alike")
        self.secret("hunter2")
        refused = self.fails(self.question(), agreement)
        self.secret(PASSWORD)
        self.server.run("DROP TABLE crashes")
        gone = self.fails(self.question(), agreement, "no table")
        self.server.stop()
        down = self.fails(self.question(), agreement)
        self.assertEqual(self.without_ids(refused), self.without_ids(down))
        self.assertEqual(self.without_ids(refused), self.without_ids(gone))

    @staticmethod
    def without_ids(seen):
        code, request, err = seen
        return code, request, re.sub(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", "ID", err)

    def test_charged_anew_after_the_last_start(self):
        """docs/reference/data-faults.md: three starts in all; the next question gives the charge up."""
        agreement = self.agree("given-up")
        spec = self.question()
        charges, unpaid = self.books()
        self.server.stop()
        for _ in range(MOST_STARTS):
            self.fails(spec, agreement)
            self.assertEqual(self.books()[0], charges + 1)
        self.server.start()
        self.make_table()
        self.fails(spec, agreement, "given up", is_of_server=False)
        self.assertEqual(self.books(), (charges + 1, unpaid))
        self.delivered(spec, agreement)
        self.assertEqual(self.books()[0], charges + 2)
        self.assertEqual(self.books()[1], unpaid)

    def test_lost_while_it_is_read(self):
        agreement = self.agree("lost")
        spec = self.question()
        charges, unpaid = self.books()
        self.make_view(seconds=30)
        request = self.send(spec, agreement, wait=0)["request"]
        self.wait_for_charge(charges + 1)
        time.sleep(0.3)
        self.server.stop()
        self.assertEqual(self.wait_for(request, "failed")["fault"], "")
        self.assertIn(self.place[0], self.weir("status", region=PROVIDER))
        self.assertEqual(self.books(), (charges + 1, unpaid + 1))
        self.server.start()
        self.make_table()
        self.delivered(spec, agreement)
        self.assertEqual(self.books(), (charges + 1, unpaid))

    def test_the_node_is_lost_while_it_reads(self):
        agreement = self.agree("node-lost")
        charges, unpaid = self.books()
        self.make_view(seconds=30)
        request = self.send(self.question(), agreement, wait=0)["request"]
        self.wait_for_charge(charges + 1)
        self.coalition.kill(PROVIDER)
        self.make_table()
        self.start(PROVIDER)
        self.wait_for(request, "delivered")
        self.assertEqual(self.books(), (charges + 1, unpaid))

    def wait_for_charge(self, charges):
        deadline = time.monotonic() + WAIT
        while self.books()[0] < charges:
            self.assertLess(time.monotonic(), deadline, "nothing was charged")
            time.sleep(0.05)


class Postgres(Cases):
    Server = PostgresServer
    SECRET = "city.dsn"
    PLACE = "city.dsn"
    KIND = "postgres"

    @classmethod
    def source(cls):
        return "{postgres: {dsn_file: city.dsn, table: crashes, timeout_seconds: 60}}"

    @classmethod
    def secret_text(cls, password):
        return (f"host=127.0.0.1 port={cls.server.port} dbname=postgres user=reader "
                f"password='{password}'\n")

    @classmethod
    def drop(cls):
        cls.server.run("DO $$ BEGIN IF EXISTS (SELECT FROM pg_class WHERE relname = 'crashes' AND "
                        "relkind = 'v') THEN DROP VIEW crashes; END IF; END $$; "
                        "DROP TABLE IF EXISTS crashes")

    ROWS_SQL = ("SELECT i::text AS case_id, i % 7 + 1 AS weekday, i % 24 AS hour, i % 3 AS fatalities "
                f"FROM generate_series(1, {ROWS}) i")

    @classmethod
    def make_table(cls):
        cls.drop()
        cls.server.run(f"CREATE TABLE crashes AS {cls.ROWS_SQL}")

    @classmethod
    def make_view(cls, seconds):
        cls.drop()
        cls.server.run(f"CREATE VIEW crashes AS {cls.ROWS_SQL}, pg_sleep({seconds})")


class ClickHouse(Cases):
    Server = ClickHouseServer
    SECRET = "clickhouse.password"
    PLACE = "127.0.0.1:{port}"
    KIND = "clickhouse"

    @classmethod
    def source(cls):
        return (f'{{clickhouse: {{urls: ["{cls.server.url}"], database: default, table: crashes, '
                "sharding_key: [case_id], user: reader, password_file: clickhouse.password}}")

    @classmethod
    def secret_text(cls, password):
        return password + "\n"

    COLUMNS = ("toString(number + 1) AS case_id, toInt32((number + 1) % 7 + 1) AS weekday, "
               "toInt32((number + 1) % 24) AS hour, toInt32((number + 1) % 3) AS fatalities")

    @classmethod
    def make_table(cls):
        cls.server.run("DROP TABLE IF EXISTS crashes")
        cls.server.run("CREATE TABLE crashes (case_id String, weekday Int32, hour Int32, "
                        "fatalities Int32) ENGINE = Memory")
        cls.server.run(f"INSERT INTO crashes SELECT {cls.COLUMNS} FROM numbers({ROWS})")

    @classmethod
    def make_view(cls, seconds):
        cls.server.run("DROP TABLE IF EXISTS crashes")
        # A second for each block of at most 65,536 rows; the user's profile ends it after two.
        cls.server.run(f"CREATE VIEW crashes AS SELECT {cls.COLUMNS} FROM "
                        f"(SELECT number FROM system.numbers LIMIT {65536 * (seconds - 1) + 10}) "
                        "WHERE sleep(1) = 0")


del Cases  # its tests are those of the two servers
if __name__ == "__main__":
    main()
