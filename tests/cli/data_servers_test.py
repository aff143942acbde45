#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""`weir release` from real servers that go wrong: the message, the exit code, and what it costs."""
import os
import signal
import subprocess
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "support", "python"))
from data_servers import PASSWORD, ClickHouseServer, PostgresServer  # noqa: E402
from weir_command import CommandTest, Finished, Setting, main  # noqa: E402

DATASET = """dataset: trips
theme: transportation
source: {source}
privacy_unit: [rider]
columns:
  rider: {{type: int}}
  zone: {{type: int, domain: {{values: [1, 2, 3]}}}}
budget: {{epsilon: 4, delta: 1e-6}}
"""
RELEASE = """dataset: {dataset}
keys: [zone]
measures: [rows, units]
bounds: {{max_keys_per_unit: 1, max_rows_per_key: 1}}
privacy: {{epsilon: 1}}
"""
WAIT = 60


class Cases:
    """The same for every kind of server; each test has a table `trips` of its own making."""

    @classmethod
    def setUpClass(cls):
        cls.server = cls.Server()
        cls.addClassCleanup(cls.server.close)

    def setUp(self):
        super().setUp()
        if self.server.process is None:
            self.server.start()
        self.make_table()
        self.secret(PASSWORD)
        self.write("trips.dataset.yaml", DATASET.format(source=self.source()))
        self.spec = self.write("zones.release.yaml", RELEASE.format(dataset="trips.dataset.yaml"))
        self.ledger = self.folder / "trips.dataset.ledger"

    def spent(self):
        shown = self.run_weir("release", self.spec, "--dry-run", "--json").json
        return shown["balance"]["spent_epsilon"]

    def fails(self, code, *says, free=True):
        """Nothing on stdout, no file, and no value, password or stranger's text in the message."""
        done = self.refuse("release", self.spec, "-o", "out.csv", "-q", code=code, says=says)
        self.assertFalse((self.folder / "out.csv").exists())
        self.assertNotIn(PASSWORD, done.err)
        if free:
            self.assertEqual(self.spent(), "0")
        return done

    def succeeds(self):
        rows = self.run_weir("release", self.spec, "-o", "-", "-q").rows
        self.assertEqual([row["zone"] for row in rows], ["1", "2", "3"])
        self.assertEqual(self.spent(), "1")

    def test_as_it_should_be(self):
        self.run_weir("dataset", "check", "trips.dataset.yaml")
        self.succeeds()

    def test_server_down(self):
        self.server.stop()
        self.fails(5, f"{self.server.port}")
        self.run_weir("release", self.spec, "--dry-run")
        self.server.start()
        self.make_table()
        self.succeeds()

    def test_wrong_password(self):
        self.secret("hunter2")
        done = self.fails(4, "refuses the user or the password")
        self.assertNotIn("hunter2", done.err)
        self.secret(PASSWORD)
        self.succeeds()

    def test_password_that_others_can_read(self):
        (self.folder / self.SECRET).chmod(0o644)
        self.fails(4, self.SECRET)

    def test_table_changed_between_preview_and_run(self):
        self.run_weir("release", self.spec, "--dry-run")
        self.server.run("DROP TABLE trips")
        self.fails(2, "trips")
        self.make_table(zone="area")
        self.fails(2, "zone", "area")
        self.make_table()
        self.succeeds()

    def test_column_of_another_type(self):
        self.make_table(zone_type=self.TEXT, values=("'1'", "'N'"))
        self.fails(2, "row 2", "zone", "not an int")
        self.run_weir("release", self.spec, "--accept-faults", "-o", "out.csv")
        self.assertEqual(self.spent(), "1")

    def test_view_too_slow(self):
        self.make_view(seconds=60)
        self.fails(5, self.TOO_SLOW)
        self.make_table()
        self.succeeds()

    def after_the_charge(self, act):
        """A release in the midst of whose run `act(process)` happens, as it ended; it is charged."""
        self.make_view(seconds=1)
        command = [str(Setting.programs / "weir"), "release", str(self.spec), "-o", "out.csv"]
        process = subprocess.Popen(command, cwd=self.folder, stdin=subprocess.DEVNULL,
                                   stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        end = time.monotonic() + WAIT
        while not (self.ledger / "ledger.db").exists() and time.monotonic() < end:
            self.assertIsNone(process.poll())
            time.sleep(0.01)
        time.sleep(0.2)
        act(process)
        out, err = process.communicate(timeout=WAIT)
        done = Finished(subprocess.CompletedProcess(command, process.returncode, out, err))
        self.assertEqual(done.out, b"", done.err)
        self.assertIn("the charge stands", done.err)
        self.assertFalse((self.folder / "out.csv").exists())
        self.assertEqual(self.spent(), "1")
        return done

    def test_stopped_after_the_charge(self):
        """By Ctrl-C."""
        done = self.after_the_charge(lambda process: process.send_signal(signal.SIGINT))
        self.assertEqual(done.code, 1, done.err)
        self.assertIn("stopped", done.err)
        self.make_table()
        self.succeeds()

    def test_lost_after_the_charge(self):
        """The charge stands, is told, and pays for the run that ends."""
        done = self.after_the_charge(lambda _: self.server.stop())
        self.assertEqual(done.code, 5, done.err)
        self.fails(5, free=False)
        self.server.start()
        self.make_table()
        self.succeeds()

    def test_through_a_member(self):
        """Without a check before it: paid first, lost, and made by the same command."""
        self.run_weir("init", "--state", "kc", "--member", "kc", "--coalition", "partnership",
                      "--address", "127.0.0.1:7001", "--steward", "alice")
        self.run_weir("dataset", "add", "trips.dataset.yaml", "--state", "kc")
        spec = self.write("member.release.yaml", RELEASE.format(dataset="trips"))
        self.server.stop()
        done = self.run_weir("release", spec, "--state", "kc", code=5)
        for says in (f"{self.server.port}", "the charge stands: the same command runs it again"):
            self.assertIn(says, done.err)
        self.server.start()
        self.make_table()
        self.run_weir("release", spec, "--state", "kc", "-o", "out.csv", "-q")
        shown = self.run_weir("ledger", "show", "--state", "kc", "--json").json
        self.assertEqual(shown["balances"][0]["spent_epsilon"], "1")


class Postgres(Cases, CommandTest):
    Server = PostgresServer
    SECRET = "city.dsn"
    TEXT = "text"
    TOO_SLOW = "timeout_seconds"

    def source(self):
        return "{postgres: {dsn_file: city.dsn, table: trips, timeout_seconds: 3}}"

    def secret(self, password):
        self.write("city.dsn", f"host=127.0.0.1 port={self.server.port} dbname=postgres user=reader "
                               f"password='{password}'\n").chmod(0o600)

    def drop(self):
        self.server.run("DO $$ BEGIN IF EXISTS (SELECT FROM pg_class WHERE relname = 'trips' AND "
                        "relkind = 'v') THEN DROP VIEW trips; END IF; END $$; "
                        "DROP TABLE IF EXISTS trips")

    def make_table(self, zone="zone", zone_type="int", values=(1, 2)):
        self.drop()
        self.server.run(f"CREATE TABLE trips(rider int, {zone} {zone_type}); INSERT INTO trips VALUES "
                        + ", ".join(f"({i}, {value})" for i, value in enumerate(values)))

    def make_view(self, seconds):
        self.drop()
        self.server.run("CREATE VIEW trips AS SELECT i AS rider, 1 AS zone FROM "
                        f"generate_series(1, 10) i, pg_sleep({seconds})")


class ClickHouse(Cases, CommandTest):
    Server = ClickHouseServer
    SECRET = "clickhouse.password"
    TEXT = "String"
    TOO_SLOW = "limit of time"

    def source(self):
        return (f'{{clickhouse: {{urls: ["{self.server.url}"], database: default, table: trips, '
                "user: reader, password_file: clickhouse.password}}")

    def secret(self, password):
        self.write("clickhouse.password", password + "\n").chmod(0o600)

    def make_table(self, zone="zone", zone_type="Int32", values=(1, 2)):
        self.server.run("DROP TABLE IF EXISTS trips")
        self.server.run(f"CREATE TABLE trips (rider Int32, {zone} {zone_type}) ENGINE = Memory")
        self.server.run("INSERT INTO trips VALUES "
                        + ", ".join(f"({i}, {value})" for i, value in enumerate(values)))

    def make_view(self, seconds):
        self.server.run("DROP TABLE IF EXISTS trips")
        # A second for each block of at most 65,536 rows.
        self.server.run("CREATE VIEW trips AS SELECT toInt32(number) AS rider, toInt32(1) AS zone FROM "
                        f"(SELECT number FROM system.numbers LIMIT {65536 * (seconds - 1) + 10}) "
                        "WHERE sleep(1) = 0")


if __name__ == "__main__":
    main()
